"""Who calls, and may it: the dependency that every route names once."""

from typing import Annotated, Any

from anyio import to_thread
from fastapi import Depends, Request
from fastapi.security import APIKeyCookie, HTTPBasic, HTTPBasicCredentials, OAuth2PasswordBearer
from sqlalchemy.orm import Session

from kaogong import audit
from kaogong.api.envelope import COOKIE
from kaogong.api.platform import Platform
from kaogong.core.errors import AuthRejected, Denied
from kaogong.security import Action, Caller, Entry, identify, identify_device, require

bearer = OAuth2PasswordBearer(tokenUrl="/api/v1/auth/token", scheme_name="bearer", auto_error=False)
cookie = APIKeyCookie(name=COOKIE, scheme_name="cookie", auto_error=False)
basic = HTTPBasic(scheme_name="device", auto_error=False)


def platform_of(request: Request) -> Platform:
    """The platform behind this application."""
    found: Platform = request.app.state.platform
    return found


PlatformOf = Annotated[Platform, Depends(platform_of)]


def address_of(request: Request) -> str:
    """Where the request comes from, for the log and against guessing."""
    return request.client.host if request.client else ""


Address = Annotated[str, Depends(address_of)]


def secret_of(token: Annotated[str | None, Depends(bearer)], session: Annotated[str | None, Depends(cookie)]) -> str:
    """The secret that came with the request; a bearer token goes before a cookie."""
    secret = token or session
    if not secret:
        raise AuthRejected("Sign in first.", code="not_signed_in")
    return secret


class Allowed:
    """Admits callers who may do `action`. A dependency; the tests read `action` from the route table."""

    def __init__(self, action: Action) -> None:
        self.action = action

    async def __call__(self, request: Request, platform: PlatformOf, secret: Annotated[str, Depends(secret_of)]) -> Caller:
        caller = await to_thread.run_sync(identify, platform.database, secret)
        try:
            require(caller, self.action)
        except Denied as err:
            if err.stable_code != "password_change_required":
                await note_denied(platform, caller, request.url.path, err)
            raise
        return caller


async def note_denied(platform: Platform, caller: Caller, path: str, err: Denied) -> None:
    """An attempt beyond one's rights is a line of the audit log."""

    def note(session: Session) -> None:
        audit.record(session, caller.principal, "access.refuse", "address", path, dict(err.details), outcome=err.stable_code)

    await platform.write(note)


def allow(action: Action) -> Any:
    """Shorthand for the annotation of a route's caller."""
    return Depends(Allowed(action))


class AllowedOrDevice(Allowed):
    """Admits people and machines who may do `action`, and a device for itself or a gateway for its own."""

    async def __call__(  # type: ignore[override]
        self,
        request: Request,
        platform: PlatformOf,
        credential: Annotated[HTTPBasicCredentials | None, Depends(basic)],
        token: Annotated[str | None, Depends(bearer)],
        session: Annotated[str | None, Depends(cookie)],
    ) -> Caller:
        if credential is not None:
            return await to_thread.run_sync(identify_device, platform.database, credential.username, credential.password)
        return await super().__call__(request, platform, secret_of(token, session))


async def own_device(platform: Platform, caller: Caller, path: str, *names: str | None) -> None:
    """Raise Denied when a device comes for others than `names`, which may be itself or who speaks for it."""
    if caller.entry is Entry.DEVICE and caller.principal.name not in names:
        err = Denied(f"{caller.principal.name!r} does not speak for {names[0]!r}.", code="not_assigned")
        await note_denied(platform, caller, path, err)
        raise err


Own = Annotated[Caller, allow(Action.OWN_ACCOUNT)]
See = Annotated[Caller, allow(Action.SEE_PLANT)]
Edit = Annotated[Caller, allow(Action.EDIT_PLANT)]
Issue = Annotated[Caller, allow(Action.ISSUE_CREDENTIALS)]
Command = Annotated[Caller, allow(Action.COMMAND_DEVICES)]
Query = Annotated[Caller, allow(Action.QUERY_DATA)]
Enter = Annotated[Caller, allow(Action.ENTER_DATA)]
Replay = Annotated[Caller, allow(Action.REPLAY_DEAD_LETTERS)]
SeePeople = Annotated[Caller, allow(Action.SEE_PEOPLE)]
ManagePeople = Annotated[Caller, allow(Action.MANAGE_PEOPLE)]
ManageTokens = Annotated[Caller, allow(Action.MANAGE_TOKENS)]
SeeAudit = Annotated[Caller, allow(Action.SEE_AUDIT)]
SeeTopology = Annotated[Caller, allow(Action.SEE_TOPOLOGY)]
ExportLogs = Annotated[Caller, allow(Action.EXPORT_LOGS)]
ManageTenants = Annotated[Caller, allow(Action.MANAGE_TENANTS)]
Send = Annotated[Caller, Depends(AllowedOrDevice(Action.SEND_SAMPLES))]
ReadConfiguration = Annotated[Caller, Depends(AllowedOrDevice(Action.SEE_PLANT))]
