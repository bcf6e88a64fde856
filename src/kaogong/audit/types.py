"""What the audit room speaks."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any


@dataclass(frozen=True, slots=True)
class Entry:
    """One line of the audit log: who did what to which thing, when, and how it ended."""

    seq: int
    at: datetime
    actor_kind: str
    actor: str
    actor_id: int
    action: str
    kind: str
    key: str
    outcome: str
    detail: dict[str, Any]
    hash: str


@dataclass(frozen=True, slots=True)
class Filters:
    """Which lines to show; None means all. `from_` is included, `to` is not."""

    actor: str | None = None
    action: str | None = None
    kind: str | None = None
    key: str | None = None
    outcome: str | None = None
    from_: datetime | None = None
    to: datetime | None = None
