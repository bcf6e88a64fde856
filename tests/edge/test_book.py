"""Which readings are worth sending, and how old each point is."""

from datetime import UTC, datetime
from typing import Any

import pytest

from kaogong.core.quality import Quality
from kaogong.core.reading import Sample
from kaogong.edge.book import GroupBook
from kaogong.edge.configuration import Group, GroupPlan, Target
from kaogong.edge.drivers.base import Columns, Flaw, Point, PointAddress
from kaogong.formats import Entry

NOW = datetime(2026, 11, 21, 8, 0, tzinfo=UTC)
MS = round(NOW.timestamp() * 1000)


def book(count: int = 2, pushes: bool = False, **group: Any) -> GroupBook:
    points = tuple(Point(f"p{i}", PointAddress()) for i in range(count))
    targets = {p.name: Target("pump", p.name) for p in points}
    return GroupBook(GroupPlan("default", Group(**group), points), targets, pushes)


def flat(entries: list[Entry]) -> list[tuple[str, str, int, Any, int]]:
    """Device, property, time, value, quality of each value."""
    return [
        (e.device, key, e.ts_ms, v["v"] if isinstance(v, dict) else v, v["q"] if isinstance(v, dict) else 0)
        for e in entries
        for key, v in e.values.items()
    ]


def good(*values: Any) -> list[Sample]:
    return [Sample(f"p{i}", v, NOW) for i, v in enumerate(values)]


def bad(i: int, reason: str = "no such address", quality: int = Quality.BAD_NODE_UNKNOWN) -> Sample:
    return Sample(f"p{i}", None, NOW, quality, reason)


def test_every_polled_reading_is_sent_without_a_deadband() -> None:
    b = book()
    for at in (0.0, 1.0):
        assert flat(b.take(good(1.5, 2), at, NOW)) == [("pump", "p0", MS, 1.5, 0), ("pump", "p1", MS, 2, 0)]


def test_each_sample_keeps_its_own_time() -> None:
    later = NOW.replace(second=1)
    readings = flat(book().take([Sample("p0", 1, NOW), Sample("p1", 2, later)], 0.0, NOW))
    assert [r[2] for r in readings] == [MS, MS + 1000]


@pytest.mark.parametrize(
    ("deadband", "values", "sent"),
    [
        (0, [1, 1, 2, 2.0, 2.1], [1, 2, 2.1]),
        (0.5, [1.0, 1.4, 1.5, 1.6, 1.0], [1.0, 1.6, 1.0]),
        (0, ["RUN", "RUN", "STOP"], ["RUN", "STOP"]),
        (0, [True, True, False], [True, False]),
    ],
)
def test_deadband_sends_changes_alone(deadband: float, values: list[Any], sent: list[Any]) -> None:
    b = book(1, deadband=deadband, repeat_s=60)
    assert [r[3] for at, v in enumerate(values) for r in flat(b.take(good(v), float(at), NOW))] == sent


def test_an_unchanged_value_is_repeated_now_and_then() -> None:
    b = book(1, deadband=0, repeat_s=10)
    assert [at for at in range(25) if flat(b.take(good(7), float(at), NOW))] == [0, 10, 20]


@pytest.mark.req("B05")
def test_bad_point_is_sent_once_named_and_stops_nobody() -> None:
    b = book(3)
    flat(b.take(good(1, 2, 3), 0.0, NOW))
    mixed = [good(1, 2, 3)[0], bad(1), good(1, 2, 3)[2]]
    first, second = flat(b.take(mixed, 1.0, NOW)), flat(b.take(mixed, 2.0, NOW))
    assert [(r[1], r[3], r[4]) for r in first] == [("p0", 1, 0), ("p1", None, Quality.BAD_NODE_UNKNOWN), ("p2", 3, 0)]
    assert [r[1] for r in second] == ["p0", "p2"]
    assert b.counts(2.0) == (2, 1, 0)
    assert [(t.point, t.state, t.reason) for t in b.troubles(2.0, NOW)] == [("p1", "bad", "no such address")]
    assert [r[1] for r in flat(b.take(good(1, 2, 3), 3.0, NOW))] == ["p0", "p1", "p2"]
    assert b.counts(3.0) == (3, 0, 0)


def test_a_changed_quality_is_sent_and_keeps_its_since() -> None:
    b = book(1)
    flat(b.take([bad(0)], 0.0, NOW))
    later = NOW.replace(minute=5)
    assert flat(b.take([bad(0, "sensor broken", Quality.BAD_SENSOR_FAILURE)], 1.0, later))[0][4] == Quality.BAD_SENSOR_FAILURE
    trouble = next(b.troubles(1.0, later))
    assert (trouble.reason, trouble.since) == ("sensor broken", NOW)


@pytest.mark.req("B06")
def test_health_is_the_age_of_data() -> None:
    b = book(2, interval_s=2)
    assert b.counts(0.0) == (0, 0, 0)
    b.begin(0.0)
    flat(b.take(good(1, 2), 0.0, NOW))
    assert b.counts(6.0) == (2, 0, 0)
    assert b.counts(6.1) == (0, 0, 2), "three intervals without a value"
    flat(b.take(good(1), 7.0, NOW))
    assert b.counts(7.0) == (1, 0, 1)
    assert [(t.point, t.state, t.reason) for t in b.troubles(7.0, NOW)] == [("p1", "stale", "no value for 7 s")]


def test_a_point_that_never_spoke_is_stale_once_it_had_time_enough() -> None:
    b = book(2, pushes=True, stale_after_s=10)
    b.begin(100.0)
    flat(b.take(good(1), 100.0, NOW))
    assert b.counts(105.0) == (1, 0, 0)
    flat(b.take(good(1), 111.0, NOW))
    assert b.counts(111.0) == (1, 0, 1)
    assert [t.reason for t in b.troubles(111.0, NOW)] == ["has never given a value"]


def test_a_pushing_peer_that_confirms_keeps_its_values_fresh() -> None:
    b = book(2, pushes=True, stale_after_s=10, repeat_s=30)
    b.begin(0.0)
    flat(b.take(good(1.0), 0.0, NOW))
    assert b.confirm(9.0, NOW) == []
    assert b.counts(18.0) == (1, 0, 1)
    assert flat(b.confirm(31.0, NOW)) == [("pump", "p0", MS, 1.0, 0)]


def test_columns_are_samples_to_whoever_looks_and_are_taken_as_they_are() -> None:
    b = book(3)
    columns = Columns(b.plan.points, MS, [1.5, None, "RUN"], flaws={1: Flaw(Quality.BAD_NODE_UNKNOWN, "no such address")})
    assert list(columns) == [good(1.5)[0], bad(1), Sample("p2", "RUN", NOW)]
    assert columns[-1:] == [Sample("p2", "RUN", NOW)]
    assert flat(b.take(columns, 0.0, NOW)) == [
        ("pump", "p0", MS, 1.5, 0),
        ("pump", "p1", MS, None, Quality.BAD_NODE_UNKNOWN),
        ("pump", "p2", MS, "RUN", 0),
    ]
    some = Columns(b.plan.points, [MS + 1, MS + 2], [2.5, "STOP"], places=[0, 2])
    assert flat(b.take(some, 1.0, NOW)) == [("pump", "p0", MS + 1, 2.5, 0), ("pump", "p2", MS + 2, "STOP", 0)]
    assert b.counts(1.0) == (2, 1, 0)
    assert b.take(Columns(book().plan.points, MS, [1, 2]), 2.0, NOW) == [], "another group's"


def test_a_property_read_twice_keeps_both_values() -> None:
    points = tuple(Point(name, PointAddress()) for name in ("a", "b", "c"))
    targets = {"a": Target("pump", "flow"), "b": Target("pump", "flow"), "c": Target("fan", "speed")}
    b = GroupBook(GroupPlan("default", Group(), points), targets, False)
    sent = flat(b.take(Columns(points, MS, [1, 2, 3]), 0.0, NOW))
    assert sorted(r[1:4:2] for r in sent) == [("flow", 1), ("flow", 2), ("speed", 3)]
