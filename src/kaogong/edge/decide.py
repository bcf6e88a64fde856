"""What a connection does next: a pure function of what was observed, so that every case is a line in a table of tests."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Any, TypeAlias

BACKOFF_FIRST_S = 1.0
BACKOFF_MOST_S = 30.0
ASK_A_HUMAN_S = 300.0  # a refused login is tried again this rarely, lest the other side locks the account


class Phase(StrEnum):
    """Where a connection stands, as the operator reads it."""

    STARTING = "starting"
    RUNNING = "running"
    DEGRADED = "degraded"
    LOST = "lost"
    REFUSED = "refused"
    INVALID = "invalid"
    DISABLED = "disabled"


@dataclass(frozen=True, slots=True)
class Failure:
    """What went wrong: `kind` is the failure kind of core.errors, `code` and `details` say the same for machines."""

    kind: str
    code: str
    words: str
    details: Mapping[str, Any] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Observed:
    """Everything `decide` may know. Times are seconds of one monotonic clock.

    `failure` ended the connection and has not been acted upon; `trouble` is the last failure that no fresh data has overcome.
    """

    at: float
    is_open: bool = False
    is_enabled: bool = True
    failure: Failure | None = None
    trouble: Failure | None = None
    failures: int = 0
    failed_at: float = 0.0
    pushes: bool = False
    is_subscribed: bool = False
    check_due: float | None = None
    due: tuple[tuple[str, float], ...] = ()
    points: int = 0
    good: int = 0
    bad: int = 0
    stale: int = 0
    example: str = ""
    writes: int = 0


@dataclass(frozen=True, slots=True)
class Open:
    """Connect."""


@dataclass(frozen=True, slots=True)
class Close:
    """Let go of the connection."""


@dataclass(frozen=True, slots=True)
class Subscribe:
    """Ask a pushing peer for everything."""


@dataclass(frozen=True, slots=True)
class Check:
    """Ask a pushing peer whether it still serves us."""


@dataclass(frozen=True, slots=True)
class Read:
    """Poll one group."""

    group: str


@dataclass(frozen=True, slots=True)
class Wait:
    """Nothing to do until then (None: until something happens)."""

    until: float | None


@dataclass(frozen=True, slots=True)
class Write:
    """Carry out what waits to be written."""


Action: TypeAlias = Open | Close | Subscribe | Check | Read | Write | Wait


@dataclass(frozen=True, slots=True)
class Decision:
    """The state to show, why, and what to do. `next_try` is set while the connection is down and will be tried again."""

    phase: Phase
    reason: Failure
    action: Action
    next_try: float | None = None


FINE = Failure("", "ok", "Every point gives fresh values.")
WAITING = Failure("", "waiting", "Waiting for the first values.")
SWITCHED_OFF = Failure("", "disabled", "Switched off in the configuration.")
NO_POINTS = Failure("", "no_points", "Connected; no points are configured.")


def backoff_s(failures: int) -> float:
    """1, 2, 4, 8, 16, then 30 s between tries."""
    return min(BACKOFF_FIRST_S * 2.0 ** min(max(0, failures - 1), 16), BACKOFF_MOST_S)


def decide(seen: Observed) -> Decision:
    """The next step. Health is the age of data alone: an open socket is never a reason to call a connection healthy."""
    if not seen.is_enabled:
        return Decision(Phase.DISABLED, SWITCHED_OFF, Close() if seen.is_open else Wait(None))
    if seen.failure is not None:
        return _after(seen.failure, seen)
    if not seen.is_open:
        return Decision(*_standing(seen), Open())
    return Decision(*_standing(seen), _work(seen))


def _after(failure: Failure, seen: Observed) -> Decision:
    if failure.kind == "config_invalid":
        return Decision(Phase.INVALID, failure, Close() if seen.is_open else Wait(None))
    rejected = failure.kind in ("auth_rejected", "denied")
    again = seen.failed_at + (ASK_A_HUMAN_S if rejected else backoff_s(seen.failures))
    phase = Phase.REFUSED if rejected else Phase.LOST
    action: Action = Close() if seen.is_open else Open() if seen.at >= again else Wait(again)
    return Decision(phase, failure, action, again)


def _standing(seen: Observed) -> tuple[Phase, Failure]:
    """How the connection looks by its data."""
    if seen.trouble is not None:
        rejected = seen.trouble.kind in ("auth_rejected", "denied")
        return (Phase.REFUSED if rejected else Phase.LOST), seen.trouble
    if not seen.is_open or (seen.points and seen.good + seen.bad + seen.stale == 0):
        return Phase.STARTING, WAITING
    if not seen.points:
        return Phase.RUNNING, NO_POINTS
    if seen.bad or seen.stale:
        return Phase.DEGRADED, _partly(seen)
    return Phase.RUNNING, FINE


def _partly(seen: Observed) -> Failure:
    lost = seen.bad + seen.stale
    what = []
    if seen.bad:
        what.append(f"{seen.bad} bad")
    if seen.stale:
        what.append(f"{seen.stale} without fresh values")
    words = f"{lost} of {seen.points} points give no good value ({', '.join(what)}): {seen.example}."
    return Failure(
        "", "points_bad", words, {"lost": lost, "points": seen.points, "bad": seen.bad, "stale": seen.stale, "example": seen.example}
    )


def _work(seen: Observed) -> Action:
    if seen.writes:
        return Write()
    if seen.pushes and seen.points and not seen.is_subscribed:
        return Subscribe()
    due = [(at, Read(name)) for name, at in seen.due]
    next_at, action = min(due, key=lambda d: d[0], default=(None, None))
    if seen.check_due is not None and (next_at is None or seen.check_due <= next_at):
        next_at, action = seen.check_due, Check()  # type: ignore[assignment]
    if next_at is None or action is None:
        return Wait(None)
    return action if next_at <= seen.at else Wait(next_at)
