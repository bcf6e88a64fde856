"""The ledger: what tiles, what is missing, what became of every sample; folded or not."""

import polars as pl
import pytest
from tests.historian.conftest import NOW, samples

from kaogong.historian import MINUTES, AccountedRange, DeadLetter
from kaogong.historian.local import LocalHistorian

MINUTE = NOW.replace(second=0)


def minutes(partition: int, written: int, rejected: int, tenant: int = 1) -> pl.DataFrame:
    rows = [(partition, tenant, MINUTE, "decoded", written + rejected), (partition, tenant, MINUTE, "written", written)]
    return pl.DataFrame([*rows, (partition, tenant, MINUTE, "type_mismatch", rejected)], schema=MINUTES, orient="row")


async def account(historian: LocalHistorian, partition: int, first: int, last: int, *, incarnation: str = "up-1") -> None:
    ranges = [AccountedRange(incarnation, partition, first, last, last - first + 1)]
    letter = DeadLetter(1, 2, "type_mismatch", "", "s", b"", NOW, first)
    await historian.write(samples([]), batch=1, ranges=ranges, dead=[letter], minutes=minutes(partition, 9, 1))


@pytest.mark.req("E01")
async def test_ranges_add_up_and_holes_are_named(historian: LocalHistorian) -> None:
    for first, last in ((1, 10), (11, 20), (31, 40)):
        await account(historian, 0, first, last)
    await account(historian, 1, 1, 7)
    await account(historian, 1, 1, 7)
    await account(historian, 0, 5, 6, incarnation="up-2")
    assert await historian.accounted("up-1") == {0: 40, 1: 7}
    assert await historian.accounted("none") == {}
    report = await historian.ledger()
    assert report.messages("up-1") == 37
    assert [(h.incarnation, h.partition, h.first, h.last) for h in report.holes] == [("up-1", 0, 21, 30)]
    assert (report.decoded, report.written, report.rejected, report.overlaps) == (50, 45, {"type_mismatch": 5}, 0)
    assert report.minutes.filter(pl.col("outcome") == "written")["samples"].to_list() == [45]
    other = await historian.ledger(7)
    assert (other.decoded, other.written, other.minutes.height) == (0, 0, 0)


async def test_folding_changes_no_figure(historian: LocalHistorian) -> None:
    for first in range(1, 200, 10):
        await account(historian, first % 2, first, first + 9)
    for first in (1001, 1011, 1031):
        await account(historian, 0, first, first + 9)
    before, letters = await historian.ledger(), (await historian.dead_letters(1)).counts
    assert await historian.fold(everything=True) > 0
    after = await historian.ledger()
    assert after.messages("up-1") == before.messages("up-1")
    assert (after.decoded, after.written, after.rejected, after.holes) == (before.decoded, before.written, before.rejected, before.holes)
    assert after.minutes.equals(before.minutes)
    assert (await historian.dead_letters(1)).counts == letters
    left = await historian._engine.reading(lambda s: s.frame("SELECT count() FROM accounted").item())
    assert left == 3
    await account(historian, 0, 1041, 1050)
    await historian.fold(everything=True)
    assert (await historian.ledger()).messages("up-1") == before.messages("up-1") + 10


async def test_a_fold_that_was_killed_before_the_delete_counts_once(historian: LocalHistorian) -> None:
    for first in (1, 11, 21):
        await account(historian, 0, first, first + 9)
    await historian.write(samples([]), batch=1, ranges=[AccountedRange("up-1", 0, 1, 30, 30)], minutes=minutes(0, 27, 3))
    report = await historian.ledger()
    assert (report.messages("up-1"), report.written, report.overlaps, report.holes) == (30, 27, 0, [])
