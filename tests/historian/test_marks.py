"""Marks lie over what is stored: seen in every answer, undone without a trace in the samples."""

from collections.abc import Sequence
from datetime import datetime, timedelta

import pytest
from tests.historian.conftest import NOW, START, names, samples, series

from kaogong.core.errors import ConfigInvalid, Conflict, Missing
from kaogong.core.quality import Quality
from kaogong.historian import Aggregate, HistoryQuery, Mark, MarkFilter, MarkKind, QueryRequest
from kaogong.historian.local import LocalHistorian

MIDNIGHT = (NOW - timedelta(days=3)).replace(hour=0, minute=0, second=0)
BAD = 0x80000000


def mark(
    kind: MarkKind,
    start: datetime,
    end: datetime,
    at: Sequence[tuple[int, int]] = ((1, 1),),
    *,
    id_: str = "m1",
    tenant: int = 1,
    device: int = 0,
) -> Mark:
    return Mark(tenant, id_, kind, at, start, end, "sensor was out", "eva", NOW, device)


def ask(aggregate: str, start: datetime, end: datetime, points: int = 1000) -> HistoryQuery:
    return HistoryQuery(1, ((1, 1),), start, end, Aggregate(aggregate), points)


async def values(historian: LocalHistorian) -> list[float]:
    found = await historian.history(ask("raw", START, NOW))
    return [float(v) for v in found.rows["value"].to_list()]


@pytest.mark.req("D04")
async def test_a_deleted_range_is_gone_from_every_answer_and_comes_back(historian: LocalHistorian) -> None:
    await historian.write(series([float(i) for i in range(10)]), batch=1)
    await historian.put_names(names((1, "device", 1, "pump", ""), (1, "asset", 1, "pump", ""), (0, "property", 1, "flow", "1")))
    await historian.mark([mark(MarkKind.DELETED, START + timedelta(seconds=4), START + timedelta(seconds=20))])
    assert await values(historian) == [0, 1, 2, 3]
    assert (await historian.latest(1))["value"].to_list() == [3]
    count = QueryRequest(1, "SELECT count(), max(value) FROM readings WHERE device = 'pump'")
    assert (await historian.query(count)).rows.row(0) == (4, 3.0)
    newest = QueryRequest(1, "SELECT value, device FROM latest")
    assert (await historian.query(newest)).rows.rows() == [(3.0, "pump")]
    found = await historian.history(ask("max", START, START + timedelta(seconds=20), 30))
    assert found.rows["value"].to_list() == [0, 1, 2, 3]

    await historian.undo_mark(1, "m1", "eva", NOW)
    assert await values(historian) == [float(i) for i in range(10)]
    assert (await historian.latest(1))["value"].to_list() == [9]
    assert (await historian.query(count)).rows.row(0) == (10, 9.0)


@pytest.mark.req("D04")
async def test_a_bad_range_keeps_its_values_and_no_figure_counts_them(historian: LocalHistorian) -> None:
    await historian.write(series([1.0, 100.0, 3.0]), batch=1)
    await historian.mark([mark(MarkKind.BAD, START + timedelta(seconds=1), START + timedelta(seconds=2))])
    raw = (await historian.history(ask("raw", START, NOW))).rows
    assert raw["value"].to_list() == [1, 100, 3]
    assert raw["quality"].to_list() == [0, BAD, 0]
    day = (await historian.history(ask("avg", START, START + timedelta(hours=1), 10))).rows
    assert day["value"].to_list() == [2]
    assert (await historian.query(QueryRequest(1, "SELECT count() FROM readings WHERE quality = 'bad'"))).rows.item() == 1


@pytest.mark.req("D04")
async def test_rollups_follow_a_mark_and_its_undoing(historian: LocalHistorian) -> None:
    """A whole deleted hour leaves no bucket behind, a partly bad one is counted anew, at every level."""
    start = MIDNIGHT
    await historian.write(series([float(i // 60) for i in range(180)], start=start, step=60), batch=1)
    await historian.settle(everything=True)
    await historian.settle(everything=True)
    await historian.settle(everything=True)
    day = ask("avg", start, start + timedelta(days=1), 26)
    assert (await historian.history(day)).rows["value"].to_list() == [0, 1, 2]

    hour = timedelta(hours=1)
    await historian.mark(
        [mark(MarkKind.DELETED, start + hour, start + 2 * hour), mark(MarkKind.BAD, start + 2 * hour, start + 2.5 * hour, id_="m2")]
    )
    assert (await historian.history(day)).rows["value"].to_list() == [0, 2], "before the rollups are made anew"
    for _ in range(3):
        await historian.settle(everything=True)
    after = (await historian.history(day)).rows
    assert after["value"].to_list() == [0, 2]
    assert after["quality"].to_list()[0] == 0
    assert after["quality"].to_list()[1] != 0, "a half bad hour is not wholly good"
    week = await historian.history(ask("max", start - timedelta(days=300), start + timedelta(days=2), 400))
    assert week.rows["value"].drop_nans().max() == 2

    for id_ in ("m1", "m2"):
        await historian.undo_mark(1, id_, "eva", NOW)
    for _ in range(3):
        await historian.settle(everything=True)
    back = (await historian.history(day)).rows
    assert back["value"].to_list() == [0, 1, 2]
    assert back["quality"].to_list() == [0, 0, 0]


async def test_a_mark_holds_for_its_points_its_device_and_its_tenant_alone(historian: LocalHistorian) -> None:
    await historian.write(series([1.0, 2.0]), batch=1)
    await historian.write(
        samples(
            [{"asset_property": 2, "value": 5.0}, {"tenant": 2, "asset": 9, "value": 7.0}, {"device": 8, "observed_at": NOW, "value": 6.0}]
        ),
        batch=2,
    )
    await historian.mark([mark(MarkKind.DELETED, START, NOW + timedelta(seconds=1), device=1)])
    assert (await historian.latest(1)).sort("property").select("property", "value").rows() == [(1, 6.0), (2, 5.0)]
    assert (await historian.latest(2))["value"].to_list() == [7]
    with pytest.raises(Missing):
        await historian.undo_mark(2, "m1", "eve", NOW)


async def test_a_reading_entered_by_hand_stands_in_a_marked_time(historian: LocalHistorian) -> None:
    await historian.write(series([1.0, 2.0, 3.0]), batch=1)
    await historian.mark(
        [mark(MarkKind.BAD, START, START + timedelta(seconds=2)), mark(MarkKind.DELETED, START + timedelta(seconds=2), NOW, id_="m2")]
    )
    later = NOW + timedelta(seconds=5)
    by_hand = [
        {"observed_at": START + timedelta(seconds=i), "value": 9.0, "quality": int(Quality.GOOD_EDITED), "received_at": later}
        for i in (1, 2)
    ]
    await historian.write(samples(by_hand), batch=2)
    raw = (await historian.history(ask("raw", START, NOW))).rows
    assert raw.select("value", "quality").rows() == [(1.0, BAD), (9.0, int(Quality.GOOD_EDITED)), (9.0, int(Quality.GOOD_EDITED))]


async def test_marks_are_listed_newest_first_and_by_point_and_time(historian: LocalHistorian) -> None:
    many = [
        Mark(
            1,
            f"n{i}",
            MarkKind.NOTE,
            [(1, 1 + i % 2)],
            START + timedelta(minutes=i),
            START + timedelta(minutes=i + 1),
            "seen",
            "eva",
            NOW + timedelta(seconds=i),
            target="device/pump",
            names=["flow"],
        )
        for i in range(6)
    ]
    await historian.mark(many)
    first, following = await historian.marks(MarkFilter(1, limit=4))
    rest, end = await historian.marks(MarkFilter(1, limit=4, cursor=following))
    assert [one.id for one in [*first, *rest]] == ["n5", "n4", "n3", "n2", "n1", "n0"]
    assert end is None
    assert first[0] == many[5]
    of_point, _ = await historian.marks(
        MarkFilter(1, series=((1, 2),), from_=START + timedelta(minutes=2), to=START + timedelta(minutes=5))
    )
    assert [one.id for one in of_point] == ["n3"]
    assert await historian.marks(MarkFilter(2)) == ([], None)
    await historian.undo_mark(1, "n3", "eva", NOW)
    left, _ = await historian.marks(MarkFilter(1, undone=False, kinds=(MarkKind.NOTE,)))
    assert len(left) == 5


async def test_what_cannot_be_marked_is_said(historian: LocalHistorian) -> None:
    with pytest.raises(ConfigInvalid, match="before to after"):
        await historian.mark([mark(MarkKind.BAD, NOW, START)])
    with pytest.raises(ConfigInvalid, match="points"):
        await historian.mark([mark(MarkKind.BAD, START, NOW, at=())])
    await historian.mark([mark(MarkKind.ENTERED, START, START + timedelta(microseconds=1))])
    with pytest.raises(Conflict, match="on record"):
        await historian.undo_mark(1, "m1", "eva", NOW)


@pytest.mark.req("D04")
async def test_former_values_stay_readable(historian: LocalHistorian) -> None:
    at = START
    for batch, value in enumerate((1.0, 2.0, 3.0), 1):
        await historian.write(
            samples(
                [{"value": value, "received_at": at + timedelta(seconds=batch)}, {"observed_at": at + timedelta(seconds=9), "value": 4.0}]
            ),
            batch=batch,
        )
    found = await historian.versions(ask("raw", START, NOW))
    assert found.select("value", "superseded_by").rows() == [(1.0, 1), (2.0, 1), (3.0, 0)]
    assert found["superseded_at"].to_list() == [at + timedelta(seconds=2), at + timedelta(seconds=3), None]
    everything = await historian.versions(ask("raw", START, NOW), corrected=False)
    assert everything["value"].to_list() == [1, 2, 3, 4]
    assert (await historian.versions(ask("raw", START + timedelta(seconds=1), NOW))).is_empty()
