"""The only place that reads the wall clock, so tests can stand still."""

from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from datetime import UTC, datetime

_frozen: ContextVar[datetime | None] = ContextVar("frozen_clock", default=None)


def now() -> datetime:
    """The current time, aware, UTC."""
    return _frozen.get() or datetime.now(UTC)


def now_ms() -> int:
    """The current time in milliseconds since 1970, UTC."""
    return int(now().timestamp() * 1000)


def at_ms(ms: int) -> datetime:
    """The moment `ms` milliseconds after 1970, aware, UTC."""
    return datetime.fromtimestamp(ms / 1000, UTC)


@contextmanager
def frozen_at(moment: datetime) -> Iterator[None]:
    """Hold `now()` at `moment` (aware) inside the block, in this task and those it starts."""
    token = _frozen.set(moment)
    try:
        yield
    finally:
        _frozen.reset(token)
