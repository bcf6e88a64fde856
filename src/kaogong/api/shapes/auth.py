"""Logins, sessions, tokens."""

from pydantic import Field

from kaogong.api.shapes.base import In, Key, Label, Moment, Out
from kaogong.core.principal import Role
from kaogong.security import Action, Entry


class Login(In):
    """Name and password; the name is `tenant/name`, or the name alone in the tenant `default`."""

    username: str = Field(min_length=1, max_length=130, examples=["admin"])
    password: str = Field(min_length=1, max_length=256)


class Me(Out):
    """Who is signed in and what it may do."""

    tenant: str
    name: str
    kind: str
    roles: list[Role]
    actions: list[Action] = Field(description="What the roles (and a token's scopes) allow.")
    entry: Entry
    must_change_password: bool
    language: str
    expires_at: Moment | None = None
    server_time: Moment


class AccessToken(Out):
    """The answer to an OAuth2 password grant."""

    access_token: str
    token_type: str = "bearer"  # noqa: S105 (the kind of token, as OAuth2 names it)
    expires_in: int


class NewPassword(In):
    """A password change by its owner."""

    current_password: str = Field(min_length=1, max_length=256)
    new_password: str = Field(min_length=1, max_length=256)


class SessionOut(Out):
    """One open login."""

    id: int
    entry: Entry
    created_at: Moment
    expires_at: Moment
    last_used_at: Moment
    agent: str
    address: str
    is_current: bool = False


class Sessions(Out):
    """The caller's open logins, newest first."""

    items: list[SessionOut]


class TokenIn(In):
    """A machine token to make; its roles are the maker's, narrowed by the scopes."""

    name: Key
    scopes: list[Action] = Field(min_length=1, max_length=len(Action))
    expires_in_days: int | None = Field(365, ge=1, le=3650, description="null: until it is revoked.")


class TokenOut(Out):
    """One machine token; the secret is shown once, when it is made."""

    id: int
    name: Label
    scopes: list[Action]
    created_by: str
    created_at: Moment
    expires_at: Moment | None
    last_used_at: Moment | None


class Tokens(Out):
    """The tenant's machine tokens, newest first."""

    items: list[TokenOut]


class TokenMade(TokenOut):
    """A new token with its secret, shown this once."""

    secret: str
