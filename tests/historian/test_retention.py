"""Expiry drops whole days, months and years, by class, and nothing else."""

from datetime import timedelta

import polars as pl
import pytest
from tests.historian.conftest import NOW, series

from kaogong.historian import Aggregate, HistoryQuery
from kaogong.historian.local import LocalHistorian


@pytest.mark.req("D06")
async def test_each_class_is_kept_as_long_as_it_says(historian: LocalHistorian) -> None:
    old, older = NOW - timedelta(days=10), NOW - timedelta(days=100)
    rows = pl.concat([series([1.0], start=moment, asset=asset) for moment in (NOW, old, older) for asset in (1, 2)])
    classed = rows.with_columns(pl.when(pl.col("asset") == 2).then(1).otherwise(0).cast(pl.UInt8).alias("retention_class"))
    await historian.write(classed, batch=1)
    while await historian.settle(everything=True):
        pass
    dropped = await historian.expire({0: 5, 1: 50}, 3650)
    assert len(dropped) == 3

    async def left(asset: int) -> int:
        query = HistoryQuery(1, [(asset, 1)], older - timedelta(days=1), NOW + timedelta(days=1))
        return (await historian.history(query)).rows.height

    assert (await left(1), await left(2)) == (1, 2)
    rolled = HistoryQuery(1, [(1, 1)], older - timedelta(days=1), NOW + timedelta(days=1), Aggregate.AVG, 500)
    assert (await historian.history(rolled)).rows.height == 3
    assert await historian.expire({0: 5, 1: 50}, 3650) == []


async def test_storage_says_what_there_is(historian: LocalHistorian) -> None:
    await historian.write(series([1.0, 2.0]), batch=1)
    found = await historian.storage()
    assert found.tables["telemetry"].rows == 2
    assert found.tables["telemetry"].bytes > 0
    assert found.dirty == 1
    assert found.oldest is not None
