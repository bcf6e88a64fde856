"""History thinned by the engine, gaps left as gaps, rollups that agree with what they were made of."""

import math
from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from typing import Any

import polars as pl
import pytest
from tests.historian.conftest import NOW, START, samples, series

from kaogong.core.errors import ConfigInvalid
from kaogong.historian import Aggregate, HistoryQuery
from kaogong.historian.local import LocalHistorian
from kaogong.historian.reading import WIDTHS_US, bucket_width_us

MIDNIGHT = (NOW - timedelta(days=3)).replace(hour=0, minute=0, second=0)


def ask(
    aggregate: str, start: datetime, end: datetime, points: int = 1000, *, at: Sequence[tuple[int, int]] = ((1, 1),), **more: Any
) -> HistoryQuery:
    return HistoryQuery(1, at, start, end, Aggregate(aggregate), points, **more)


async def test_raw_rows_come_in_pages_and_in_order(historian: LocalHistorian) -> None:
    await historian.write(pl.concat([series([float(i) for i in range(25)]), series([9.0], asset_property=2)]), batch=1)
    both = ((1, 1), (1, 2))
    found: list[float] = []
    cursor = None
    while True:
        page = await historian.history(ask("raw", START, NOW, at=both, limit=10, cursor=cursor))
        assert page.rows.height <= 10
        found += page.rows["value"].to_list()
        cursor = page.next
        if cursor is None:
            break
    assert found == [*(float(i) for i in range(25)), 9.0]
    with pytest.raises(ConfigInvalid, match="cursor"):
        await historian.history(ask("raw", START, NOW, cursor="%%%"))
    with pytest.raises(ConfigInvalid, match="before"):
        await historian.history(ask("raw", NOW, START))


async def test_tenants_are_apart(historian: LocalHistorian) -> None:
    await historian.write(series([1.0], tenant=2), batch=1)
    assert (await historian.history(ask("raw", START, NOW))).rows.is_empty()
    assert (await historian.latest(1)).is_empty()
    assert (await historian.latest(2)).height == 1


async def test_buckets_of_raw_rows(historian: LocalHistorian) -> None:
    start = MIDNIGHT
    await historian.write(series([float(i) for i in range(100)], start=start), batch=1)
    end = start + timedelta(seconds=100)
    for kind, first in {"avg": 4.5, "min": 0.0, "max": 9.0, "last": 9.0}.items():
        found = await historian.history(ask(kind, start, end, 12))
        assert found.bucket_s == 10
        assert found.rows["value"].to_list()[:2] == [first, first + 10]
        assert found.rows["observed_at"].to_list()[1] == start + timedelta(seconds=10)
    pairs = await historian.history(ask("minmax", start, end, 24))
    assert pairs.rows["value"].to_list()[:4] == [0.0, 9.0, 10.0, 19.0]
    assert pairs.rows["observed_at"].to_list()[1] == start + timedelta(seconds=9)


async def test_gaps_stay_gaps_and_bad_samples_have_no_number(historian: LocalHistorian) -> None:
    start = MIDNIGHT
    table = samples(
        [{"observed_at": start + timedelta(seconds=i), "value": 1.0} for i in range(10)]
        + [{"observed_at": start + timedelta(seconds=i), "value": None, "quality": 0x80310000} for i in range(10, 20)]
        + [{"observed_at": start + timedelta(seconds=i), "value": 3.0} for i in range(60, 70)]
    )
    await historian.write(table, batch=1)
    for kind in ("avg", "minmax"):
        found = (await historian.history(ask(kind, start, start + timedelta(seconds=100), 24 if kind == "minmax" else 12))).rows
        assert [(t - start).total_seconds() for t in found["observed_at"]] == [0, 10, 60]
        assert [v for v in found["value"] if not math.isnan(v)] == [1.0, 3.0]
        assert found["quality"].to_list() == [0, 0x80310000, 0]
    lttb = (await historian.history(ask("lttb", start, start + timedelta(seconds=100), 50))).rows
    assert lttb["value"].is_nan().any()
    assert [v for v in lttb["value"] if not math.isnan(v)] == [1.0] * 10 + [3.0] * 10


async def test_lttb_keeps_the_spike(historian: LocalHistorian) -> None:
    values = [math.sin(i / 500) for i in range(20_000)]
    values[7_777] = 50.0
    await historian.write(series(values, start=MIDNIGHT), batch=1)
    found = (await historian.history(ask("lttb", MIDNIGHT, MIDNIGHT + timedelta(seconds=20_000), 200))).rows
    assert found.height == 200
    assert found["value"].max() == 50.0
    assert found["observed_at"].is_sorted()


@pytest.mark.req("D06")
async def test_rollups_agree_with_raw_rows(historian: LocalHistorian) -> None:
    values = [float((i * 7919) % 1000) for i in range(2 * 1440)]
    for day in range(2):
        await historian.write(series(values[day * 1440 :][:1440], start=MIDNIGHT + timedelta(days=day), step=60), batch=day)
    span = (MIDNIGHT, MIDNIGHT + timedelta(days=2))
    expected = {kind: (await historian.history(ask(kind, *span, 60))).rows for kind in ("avg", "min", "max", "last")}
    while await historian.settle(everything=True):
        pass
    counts = await historian.storage()
    assert [counts.tables[t].rows for t in ("rollup_1m", "rollup_1h", "rollup_1d")] == [2880, 48, 2]
    await historian._engine.writing(lambda s: s.command("TRUNCATE TABLE telemetry"))
    for kind, before in expected.items():
        after = await historian.history(ask(kind, *span, 60))
        assert after.bucket_s == 3600
        assert after.rows["value"].to_list() == pytest.approx(before["value"].to_list())
        assert after.rows["observed_at"].to_list() == before["observed_at"].to_list()
    days = (await historian.history(ask("avg", MIDNIGHT - timedelta(days=18), span[1], 30))).rows
    assert days["value"].to_list() == pytest.approx([sum(values[:1440]) / 1440, sum(values[1440:]) / 1440])
    lttb = (await historian.history(ask("lttb", MIDNIGHT - timedelta(days=1), NOW, 500))).rows
    assert 400 < lttb.height <= 500


async def test_a_late_value_is_rolled_up_again(historian: LocalHistorian) -> None:
    await historian.write(series([1.0] * 600, start=MIDNIGHT, step=60), batch=1)
    while await historian.settle(everything=True):
        pass
    await historian.write(series([61.0], start=MIDNIGHT + timedelta(seconds=30)), batch=2)
    await historian.write(series([7.0], start=MIDNIGHT + timedelta(minutes=1)), batch=3)
    while await historian.settle(everything=True):
        pass
    await historian._engine.writing(lambda s: s.command("TRUNCATE TABLE telemetry"))
    found = (await historian.history(ask("avg", MIDNIGHT, MIDNIGHT + timedelta(hours=10), 650))).rows
    assert found["value"].to_list()[:3] == [31.0, 7.0, 1.0]
    hours = (await historian.history(ask("avg", MIDNIGHT, MIDNIGHT + timedelta(hours=10), 12))).rows
    assert hours["value"].to_list()[0] == pytest.approx((58 + 62 + 7) / 61)


async def test_dirty_marks_wait_for_the_next_owner(store_dsn: str) -> None:
    first = await LocalHistorian.open(store_dsn, owner=True)
    await first.write(series([1.0] * 10, start=MIDNIGHT), batch=1)
    assert await first.settle() == 0
    await first.close()
    second = await LocalHistorian.open(store_dsn, owner=True)
    assert (await second.storage()).dirty == 1
    assert await second.settle(everything=True) == 1
    assert (await second.storage()).tables["rollup_1m"].rows == 1
    await second.close()


async def test_the_running_minutes_come_from_raw_rows(historian: LocalHistorian) -> None:
    start = NOW - timedelta(hours=10)
    await historian.write(series([2.0] * 600, start=start, step=60), batch=1)
    while await historian.settle(everything=True):
        pass
    await historian.write(series([8.0], start=NOW - timedelta(seconds=1)), batch=2)
    found = (await historian.history(ask("max", start, NOW + timedelta(minutes=1), 1000))).rows
    assert found["value"].to_list()[-1] == 8.0
    assert found.height in (600, 601)


async def test_device_history_is_what_the_device_spoke(historian: LocalHistorian) -> None:
    await historian.write(series([1.0] * 10, start=MIDNIGHT, asset=1, device=5), batch=1)
    await historian.write(series([2.0] * 10, start=MIDNIGHT + timedelta(seconds=10), asset=1, device=6), batch=2)
    await historian.write(series([3.0] * 10, start=MIDNIGHT + timedelta(seconds=20), asset=2, device=5), batch=3)
    whole = ask("raw", MIDNIGHT, NOW, at=(), device=5)
    assert set((await historian.history(whole)).rows["value"]) == {1.0, 3.0}
    assert (await historian.latest(1, device=5))["asset"].to_list() == [2]
    seen = await historian.last_seen(1)
    assert seen.select("device", "observed_at").rows() == [
        (5, MIDNIGHT + timedelta(seconds=29)),
        (6, MIDNIGHT + timedelta(seconds=19)),
    ]
    for kind in ("avg", "lttb"):
        found = (await historian.history(ask(kind, MIDNIGHT, MIDNIGHT + timedelta(hours=12), 100, at=((1, 1),), device=6))).rows
        assert set(found["value"]) == {2.0}


async def test_events_are_paged_newest_first(historian: LocalHistorian) -> None:
    rows = [(1, 4, "door", START + timedelta(seconds=i // 2), f'{{"n": {i}}}', START) for i in range(9)]
    from kaogong.historian import EVENTS

    table = pl.DataFrame(rows, schema=EVENTS, orient="row")
    for _ in range(2):
        await historian.write(samples([]), batch=1, events=table)
    found: list[str] = []
    cursor = None
    while True:
        page, cursor = await historian.events(1, 4, cursor=cursor, limit=4)
        found += page["payload"].to_list()
        if cursor is None:
            break
    assert sorted(found) == sorted(table["payload"].to_list())
    assert (await historian.events(2))[0].is_empty()


def test_bucket_widths_are_round_and_never_too_many() -> None:
    start = datetime(2026, 11, 1, tzinfo=UTC)
    for seconds in (1, 59, 3600, 86_400, 86_400 * 400, 86_400 * 4000):
        for points in (4, 100, 4000):
            end = start + timedelta(seconds=seconds)
            width = bucket_width_us(start, end, points)
            assert width in WIDTHS_US or width % (86_400 * 1_000_000) == 0
            assert seconds * 1_000_000 // width + 2 <= points
