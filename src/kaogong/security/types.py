"""What security speaks: callers, sessions, tokens."""

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from kaogong.core.principal import Principal


class Entry(StrEnum):
    """How a caller proved who it is."""

    COOKIE = "cookie"
    BEARER = "bearer"
    TOKEN = "token"  # noqa: S105 (a kind, not a secret)
    DEVICE = "device"


@dataclass(frozen=True, slots=True)
class Caller:
    """A principal and how it came in. `scopes` is None when nothing narrows the roles."""

    principal: Principal
    entry: Entry
    id: int = 0
    scopes: frozenset[str] | None = None
    expires_at: datetime | None = None
    must_change_password: bool = False
    language: str = "zh"


@dataclass(frozen=True, slots=True)
class SessionInfo:
    """One login of a person, as the person may see it."""

    id: int
    person: str
    entry: Entry
    created_at: datetime
    expires_at: datetime
    last_used_at: datetime
    agent: str
    address: str


@dataclass(frozen=True, slots=True)
class TokenInfo:
    """A machine's long-lived token; the secret itself is never kept."""

    id: int
    name: str
    scopes: tuple[str, ...]
    created_by: str
    created_at: datetime
    expires_at: datetime | None
    last_used_at: datetime | None
