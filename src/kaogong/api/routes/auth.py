"""Signing in and out, sessions, passwords, machine tokens."""

from datetime import timedelta
from functools import partial
from typing import Annotated

from anyio import to_thread
from fastapi import APIRouter, Depends, Form, Request, Response
from fastapi.security import OAuth2PasswordRequestForm

from kaogong import security
from kaogong.api.access import Address, ManageTokens, Own, PlatformOf
from kaogong.api.envelope import COOKIE
from kaogong.api.errors import answers
from kaogong.api.shapes.auth import AccessToken, Login, Me, NewPassword, SessionOut, Sessions, TokenIn, TokenMade, TokenOut, Tokens
from kaogong.api.shapes.base import Changed, RowId
from kaogong.core.clock import now
from kaogong.security import Action, Caller, Entry

router = APIRouter(tags=["auth"])


class PasswordForm(OAuth2PasswordRequestForm):
    """OAuth2's password grant."""

    def __init__(
        self,
        username: Annotated[str, Form(min_length=1, max_length=130)],
        password: Annotated[str, Form(min_length=1, max_length=256)],
        grant_type: Annotated[str | None, Form(pattern="^password$")] = None,
        scope: Annotated[str, Form(max_length=1000)] = "",
    ) -> None:
        super().__init__(grant_type=grant_type, username=username, password=password, scope=scope)


@router.post("/auth/token", responses=answers(401, 429))
async def create_access_token(
    request: Request, platform: PlatformOf, address: Address, form: Annotated[PasswordForm, Depends()]
) -> AccessToken:
    """An access token for one hour, for programs acting for a person."""
    secret, _ = await _sign_in(request, platform, form.username, form.password, Entry.BEARER, address)
    return AccessToken(access_token=secret, expires_in=int(security.BEARER_LIFE.total_seconds()))


@router.post("/auth/session", responses=answers(401, 429))
async def sign_in(request: Request, response: Response, platform: PlatformOf, address: Address, login: Login) -> Me:
    """Sign a browser in: sets the cookie, answers who it is."""
    secret, caller = await _sign_in(request, platform, login.username, login.password, Entry.COOKIE, address)
    life = int(security.COOKIE_LIFE.total_seconds())
    response.set_cookie(COOKIE, secret, max_age=life, path="/", httponly=True, secure=platform.secure, samesite="strict")
    return _me(caller)


@router.delete("/auth/session")
async def sign_out(response: Response, platform: PlatformOf, caller: Own) -> Changed:
    """End the login this request came with."""
    if caller.entry is not Entry.TOKEN:
        await platform.write(lambda session: security.sign_out(session, caller))
    response.delete_cookie(COOKIE, path="/", httponly=True, secure=platform.secure, samesite="strict")
    return Changed()


@router.get("/auth/me")
async def get_me(caller: Own) -> Me:
    """Who is signed in and what it may do."""
    return _me(caller)


@router.post("/auth/password", responses=answers(409, 429))
async def change_password(platform: PlatformOf, caller: Own, address: Address, change: NewPassword) -> Changed:
    """Change one's own password; every other login of the person ends."""
    work = partial(security.change_password, address=address)
    await to_thread.run_sync(work, platform.database, platform.throttle, caller, change.current_password, change.new_password)
    return Changed()


@router.get("/auth/sessions")
async def list_sessions(platform: PlatformOf, caller: Own) -> Sessions:
    """The caller's open logins."""
    found = await platform.read(lambda session: security.sessions(session, caller))
    mine = caller.id if caller.entry in (Entry.COOKIE, Entry.BEARER) else 0
    return Sessions(items=[SessionOut.model_validate(one).model_copy(update={"is_current": one.id == mine}) for one in found])


@router.delete("/auth/sessions/{session_id}", responses=answers(404))
async def end_session(platform: PlatformOf, caller: Own, session_id: RowId) -> Changed:
    """End one of the caller's logins, on whatever machine it is."""
    await platform.write(lambda session: security.end_session(session, caller, session_id))
    return Changed()


@router.get("/tokens")
async def list_tokens(platform: PlatformOf, caller: ManageTokens) -> Tokens:
    """The tenant's machine tokens."""
    found = await platform.read(lambda session: security.tokens(session, caller))
    return Tokens(items=[TokenOut.model_validate(one) for one in found])


@router.post("/tokens", status_code=201, responses=answers(409))
async def create_token(platform: PlatformOf, caller: ManageTokens, token: TokenIn) -> TokenMade:
    """Make a machine token; its secret is shown this once."""
    life = None if token.expires_in_days is None else timedelta(days=token.expires_in_days)
    secret, info = await platform.write(lambda session: security.create_token(session, caller, token.name, token.scopes, life))
    return TokenMade(**TokenOut.model_validate(info).model_dump(), secret=secret)


@router.delete("/tokens/{token_id}", responses=answers(404))
async def revoke_token(platform: PlatformOf, caller: ManageTokens, token_id: RowId) -> Changed:
    """Revoke a machine token; its next request is refused."""
    await platform.write(lambda session: security.revoke_token(session, caller, token_id))
    return Changed()


async def _sign_in(request: Request, platform: PlatformOf, username: str, password: str, entry: Entry, address: str) -> tuple[str, Caller]:
    agent = request.headers.get("user-agent", "")
    work = partial(security.sign_in, entry=entry, agent=agent, address=address)
    return await to_thread.run_sync(work, platform.database, platform.throttle, username, password)


def _me(caller: Caller) -> Me:
    principal = caller.principal
    return Me(
        tenant=principal.tenant,
        name=principal.name,
        kind=principal.kind,
        roles=sorted(principal.roles),
        actions=[action for action in Action if security.may(caller, action)],
        entry=caller.entry,
        must_change_password=caller.must_change_password,
        language=caller.language,
        expires_at=caller.expires_at,
        server_time=now(),
    )
