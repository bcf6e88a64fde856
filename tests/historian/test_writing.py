"""What a write promises: once, whatever is repeated; a correction keeps what it replaces."""

from datetime import timedelta

import polars as pl
import pytest
from tests.historian.conftest import NOW, START, samples, series

from kaogong.core.errors import ConfigInvalid
from kaogong.historian import AccountedRange, DeadLetter, HistoryQuery
from kaogong.historian.local import LocalHistorian


def everything(asset: int = 1, prop: int = 1) -> HistoryQuery:
    return HistoryQuery(1, [(asset, prop)], START - timedelta(days=500), NOW + timedelta(days=1))


async def superseded(historian: LocalHistorian) -> pl.DataFrame:
    return await historian._engine.reading(lambda s: s.frame("SELECT * FROM superseded FINAL ORDER BY observed_at, value"))


@pytest.mark.req("D04")
async def test_what_is_written_is_read(historian: LocalHistorian) -> None:
    table = samples(
        [
            {"asset": 1, "value": 71.25},
            {"asset": 1, "asset_property": 2, "value": None, "text": "运行 RUN"},
            {"asset": 2, "value": float(2**60), "exact": 2**60, "quality": 0x40940000},
        ]
    )
    receipt = await historian.write(table, batch=7)
    assert (receipt.inserted, receipt.unchanged, receipt.corrected) == (3, 0, 0)
    found = await historian.latest(1)
    assert found.select("asset", "property", "device", "text", "exact", "quality").rows() == [
        (1, 1, 1, "", 0, 0),
        (1, 2, 1, "运行 RUN", 0, 0),
        (2, 1, 2, "", 2**60, 0x40940000),
    ]
    assert found["value"].to_list()[0] == 71.25
    assert found["value"].is_nan().to_list() == [False, True, False]
    assert found["observed_at"].to_list() == [START] * 3
    assert (await historian.history(everything(2))).rows["exact"].to_list() == [2**60]


async def test_a_repeated_batch_changes_nothing(historian: LocalHistorian) -> None:
    table = series([1.0, 2.0, 3.0])
    ranges = [AccountedRange("up-1", 0, 1, 3, 3)]
    await historian.write(table, batch=1, ranges=ranges)
    again = await historian.write(table, batch=1, ranges=ranges)
    assert (again.inserted, again.unchanged, again.corrected) == (0, 3, 0)
    assert (await historian.history(everything())).rows["value"].to_list() == [1.0, 2.0, 3.0]
    assert (await historian.ledger()).messages("up-1") == 3


async def test_a_correction_moves_the_former_row(historian: LocalHistorian) -> None:
    await historian.write(series([1.0, 2.0, 3.0]), batch=1)
    later = samples([{"observed_at": START + timedelta(seconds=1), "value": 20.0, "device": 9, "received_at": NOW}])
    receipt = await historian.write(later, batch=2)
    assert (receipt.inserted, receipt.corrected) == (1, 1)
    assert (await historian.history(everything())).rows["value"].to_list() == [1.0, 20.0, 3.0]
    (row,) = (await superseded(historian)).to_dicts()
    assert (row["value"], row["device"], row["superseded_by"], row["superseded_batch"], row["reason"]) == (2.0, 1, 9, 2, "correction")
    assert row["superseded_at"] == int(NOW.timestamp())
    repeated = await historian.write(later, batch=2)
    assert (repeated.unchanged, repeated.corrected) == (1, 0)
    assert (await superseded(historian)).height == 1


async def test_the_newest_value_can_be_corrected(historian: LocalHistorian) -> None:
    await historian.write(series([1.0, 2.0]), batch=1)
    await historian.write(samples([{"observed_at": START + timedelta(seconds=1), "value": 5.0, "received_at": NOW}]), batch=2)
    assert (await historian.latest(1))["value"].to_list() == [5.0]
    assert (await superseded(historian))["value"].to_list() == [2.0]


async def test_a_correction_survives_being_received_before_what_it_corrects(historian: LocalHistorian) -> None:
    await historian.write(samples([{"value": 1.0, "received_at": NOW}]), batch=1)
    await historian.write(samples([{"value": 2.0, "received_at": NOW - timedelta(minutes=5)}]), batch=2)
    assert (await historian.history(everything())).rows["value"].to_list() == [2.0]


async def test_contradictions_inside_a_batch_keep_the_last(historian: LocalHistorian) -> None:
    receipt = await historian.write(samples([{"value": 1.0}, {"value": 1.0}, {"value": 2.0}]), batch=1)
    assert (receipt.inserted, receipt.corrected) == (1, 2)
    assert (await historian.history(everything())).rows["value"].to_list() == [2.0]
    assert (await superseded(historian))["value"].to_list() == [1.0]


async def test_late_rows_are_neither_repeats_nor_corrections(historian: LocalHistorian) -> None:
    await historian.write(series([1.0, 2.0], step=10), batch=1)
    receipt = await historian.write(series([5.0], start=START + timedelta(seconds=5)), batch=2)
    assert (receipt.inserted, receipt.corrected) == (1, 0)
    assert (await historian.history(everything())).rows["value"].to_list() == [1.0, 5.0, 2.0]
    assert (await historian.latest(1))["value"].to_list() == [2.0]


async def test_no_value_repeats_as_itself(historian: LocalHistorian) -> None:
    table = samples([{"value": None, "quality": 0x80000000}])
    await historian.write(table, batch=1)
    await historian.write(series([4.0], start=START + timedelta(seconds=9)), batch=2)
    assert (await historian.write(table, batch=3)).unchanged == 1


async def test_what_is_newest_is_known_after_a_restart(store_dsn: str) -> None:
    first = await LocalHistorian.open(store_dsn, owner=True)
    await first.write(series([1.0, 2.0]), batch=1)
    await first.close()
    second = await LocalHistorian.open(store_dsn, owner=True)
    receipt = await second.write(series([1.0, 3.0]), batch=2)
    assert (receipt.unchanged, receipt.corrected) == (1, 1)
    await second.close()


async def test_a_batch_over_years_is_split_by_day(historian: LocalHistorian) -> None:
    table = samples([{"observed_at": NOW - timedelta(days=i)} for i in range(110)])
    assert (await historian.write(table, batch=1)).inserted == 110
    assert (await historian.history(everything())).rows.height == 110


async def test_many_corrections_at_once(historian: LocalHistorian) -> None:
    await historian.write(series([float(i) for i in range(30_000)], step=0.1), batch=1)
    receipt = await historian.write(series([float(i + i % 2) for i in range(30_000)], step=0.1), batch=2)
    assert (receipt.inserted, receipt.unchanged, receipt.corrected) == (15_000, 15_000, 15_000)


async def test_unbound_samples_and_lacking_columns_are_refused(historian: LocalHistorian) -> None:
    with pytest.raises(ConfigInvalid, match="bound to no asset"):
        await historian.write(samples([{"asset": 0}]), batch=1)
    with pytest.raises(ConfigInvalid, match="quality"):
        await historian.write(samples([{}]).drop("quality"), batch=1)


async def test_dead_letters_are_kept_once_counted_always_and_capped(historian: LocalHistorian) -> None:
    letters = [DeadLetter(1, 5, "json_invalid", "broken", "up.a.b.telemetry", b"\xff{", NOW, n) for n in range(150)]
    ranges = [AccountedRange("up-1", 0, 0, 149, 150)]
    for _ in range(2):
        await historian.write(samples([]), batch=1, ranges=ranges, dead=letters)
    page = await historian.dead_letters(1, limit=60)
    assert (len(page.items), page.counts) == (60, {"json_invalid": 150})
    assert page.items[0].payload == b"\xff{"
    rest = await historian.dead_letters(1, limit=60, cursor=page.next, reason="json_invalid")
    assert len(rest.items) == 40
    assert rest.next is None
    assert (await historian.dead_letters(2)).items == []
    taken = await historian.take_dead_letters(1, [page.items[0].id])
    assert taken[0].replayed_at is None
    assert await historian.take_dead_letters(2, [page.items[0].id]) == []
    marked = [d for d in (await historian.dead_letters(1)).items if d.replayed_at]
    assert [d.id for d in marked] == [page.items[0].id]
