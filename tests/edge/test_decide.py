"""The collector's decisions, a line each."""

import pytest

from kaogong.edge.decide import (
    Action,
    Check,
    Close,
    Failure,
    Observed,
    Open,
    Phase,
    Read,
    Subscribe,
    Wait,
    Write,
    backoff_s,
    decide,
)

REFUSED = Failure("not_ready", "connection_refused", "Connection refused by plc.")
LOGIN = Failure("auth_rejected", "login_refused", "plc refuses the login.")
WRONG = Failure("config_invalid", "config_invalid", "config.host: Field required.")
GONE = Failure("missing", "node_unknown", "plc has no such node.")
FAULT = Failure("fault", "fault", "Our fault.")
DUE = (("fast", 99.0), ("slow", 98.0))

CASES: list[tuple[str, Observed, Phase, Action]] = [
    ("switched off, open", Observed(100, is_enabled=False, is_open=True), Phase.DISABLED, Close()),
    ("switched off, closed", Observed(100, is_enabled=False), Phase.DISABLED, Wait(None)),
    ("new", Observed(100, points=3), Phase.STARTING, Open()),
    ("open, nothing read yet", Observed(100, is_open=True, points=3, due=(("a", 100.0),)), Phase.STARTING, Read("a")),
    ("open, no points", Observed(100, is_open=True), Phase.RUNNING, Wait(None)),
    ("every point fresh, nothing due", Observed(100, is_open=True, points=3, good=3, due=(("a", 100.5),)), Phase.RUNNING, Wait(100.5)),
    ("the group overdue longest goes first", Observed(100, is_open=True, points=3, good=3, due=DUE), Phase.RUNNING, Read("slow")),
    ("a command waits: before any reading", Observed(100, is_open=True, points=3, good=3, due=DUE, writes=1), Phase.RUNNING, Write()),
    ("one bad point", Observed(100, is_open=True, points=3, good=2, bad=1, example="p: no"), Phase.DEGRADED, Wait(None)),
    ("one stale point, the socket well", Observed(100, is_open=True, points=3, good=2, stale=1), Phase.DEGRADED, Wait(None)),
    ("every point stale, the socket well", Observed(100, is_open=True, points=3, stale=3), Phase.DEGRADED, Wait(None)),
    ("pushing, not subscribed", Observed(100, is_open=True, pushes=True, points=3, check_due=105.0), Phase.STARTING, Subscribe()),
    ("pushing, no points", Observed(100, is_open=True, pushes=True, check_due=105.0), Phase.RUNNING, Wait(105.0)),
    (
        "pushing, check due",
        Observed(100, is_open=True, pushes=True, is_subscribed=True, points=3, good=3, check_due=100.0),
        Phase.RUNNING,
        Check(),
    ),
    (
        "just lost, still open",
        Observed(100, is_open=True, failure=REFUSED, trouble=REFUSED, failures=1, failed_at=100),
        Phase.LOST,
        Close(),
    ),
    ("lost, too early", Observed(100.5, failure=REFUSED, trouble=REFUSED, failures=1, failed_at=100), Phase.LOST, Wait(101)),
    ("lost, time to try", Observed(101, failure=REFUSED, trouble=REFUSED, failures=1, failed_at=100), Phase.LOST, Open()),
    ("lost five times", Observed(101, failure=REFUSED, trouble=REFUSED, failures=5, failed_at=100), Phase.LOST, Wait(116)),
    ("lost a hundred times", Observed(101, failure=REFUSED, trouble=REFUSED, failures=100, failed_at=100), Phase.LOST, Wait(130)),
    (
        "open again, nothing read: not yet healthy",
        Observed(102, is_open=True, trouble=REFUSED, failures=1, failed_at=100, points=3, stale=3, due=(("a", 102.0),)),
        Phase.LOST,
        Read("a"),
    ),
    ("login refused: rarely", Observed(101, failure=LOGIN, trouble=LOGIN, failures=1, failed_at=100), Phase.REFUSED, Wait(400)),
    ("login refused: at last", Observed(400, failure=LOGIN, trouble=LOGIN, failures=1, failed_at=100), Phase.REFUSED, Open()),
    (
        "wrong configuration: never again",
        Observed(9999, failure=WRONG, trouble=WRONG, failures=1, failed_at=100),
        Phase.INVALID,
        Wait(None),
    ),
    ("missing: backs off", Observed(100, failure=GONE, trouble=GONE, failures=2, failed_at=100), Phase.LOST, Wait(102)),
    ("our fault: backs off like any loss", Observed(100, failure=FAULT, trouble=FAULT, failures=1, failed_at=100), Phase.LOST, Wait(101)),
]


@pytest.mark.req("B06")
@pytest.mark.parametrize(("seen", "phase", "action"), [c[1:] for c in CASES], ids=[c[0] for c in CASES])
def test_decision(seen: Observed, phase: Phase, action: Action) -> None:
    decision = decide(seen)
    assert (decision.phase, decision.action) == (phase, action)
    assert decision.reason.words, "every state says why"


@pytest.mark.parametrize("seen", [c[1] for c in CASES], ids=[c[0] for c in CASES])
def test_next_try_is_told_exactly_while_something_will_be_tried(seen: Observed) -> None:
    decision = decide(seen)
    will_be = seen.is_enabled and seen.failure is not None and seen.failure.kind != "config_invalid"
    assert (decision.next_try is not None) == will_be


def test_backoff_has_bounds() -> None:
    assert [backoff_s(n) for n in (1, 2, 3, 4, 5, 6, 7, 1000)] == [1, 2, 4, 8, 16, 30, 30, 30]


def test_words_name_a_point() -> None:
    words = decide(Observed(1, is_open=True, points=9, good=7, bad=1, stale=1, example="pump-1.flow: no such address")).reason.words
    assert words == "2 of 9 points give no good value (1 bad, 1 without fresh values): pump-1.flow: no such address."
