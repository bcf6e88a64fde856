"""SQL source: every row once, whatever happens in between."""

from pathlib import Path
from typing import Any

import pytest
from tests.simulators.sql_source import SqlitePeer

from kaogong.core import clock
from kaogong.core.errors import ConfigInvalid
from kaogong.edge.drivers.base import Point
from kaogong.edge.drivers.sql_source import SqlSource, SqlSourceConfig
from kaogong.edge.rows import RowAddress

pytestmark = pytest.mark.req("B01")

POINTS = tuple(Point(name, RowAddress(name=name)) for name in ("a", "b"))


@pytest.fixture
def table(tmp_path: Path) -> SqlitePeer:
    peer = SqlitePeer(tmp_path)
    peer.port = str(tmp_path / "plant.db")
    peer.execute("CREATE TABLE plant (n INTEGER, ts INTEGER, a REAL, b TEXT)", "INSERT INTO plant VALUES (1, 1795248000, 1, 'x')")
    return peer


def driver_for(peer: SqlitePeer, folder: Path, **config: Any) -> SqlSource:
    given = {"database": f"sqlite://{peer.port}", "table": "plant", "order_column": "n", "time_column": "ts", "rows": "all"}
    return SqlSource(SqlSourceConfig.model_validate(given | config), clock.now, folder / "driver")


async def values(driver: SqlSource) -> list[tuple[str, Any]]:
    return [(s.point, s.value) for s in await driver.read(POINTS)]


async def test_each_row_comes_once_and_the_place_outlives_a_restart(table: SqlitePeer, tmp_path: Path) -> None:
    driver = driver_for(table, tmp_path)
    await driver.open()
    assert await values(driver) == []
    table.execute("INSERT INTO plant VALUES (2, 1795248001, 2, NULL), (3, 1795248002, NULL, 'y')")
    assert await values(driver) == [("a", 2.0), ("b", "y")]
    assert await values(driver) == []
    await driver.close()
    table.execute("INSERT INTO plant VALUES (4, 1795248003, 4, 'z')")
    again = driver_for(table, tmp_path)
    await again.open()
    assert await values(again) == [("a", 4.0), ("b", "z")]
    # Whoever dies before the samples are in the buffer reads them again: twice is harmless, never is not.
    third = driver_for(table, tmp_path)
    await third.open()
    assert await values(third) == [("a", 4.0), ("b", "z")]


async def test_the_beginning_and_more_rows_than_fit_into_a_reading(table: SqlitePeer, tmp_path: Path) -> None:
    table.execute("DELETE FROM plant")
    for n in range(250):
        table.execute(f"INSERT INTO plant VALUES ({n // 2}, {1795248000 + n}, {n}, NULL)")
    driver = driver_for(table, tmp_path, begin="beginning", max_rows=101)
    await driver.open()
    seen: list[Any] = []
    while got := await values(driver):
        seen += [v for _, v in got]
    assert seen == [float(n) for n in range(250)]


async def test_a_column_or_table_that_is_not_there_is_named(table: SqlitePeer, tmp_path: Path) -> None:
    with pytest.raises(ConfigInvalid, match="no column when; it has n, ts, a, b"):
        await driver_for(table, tmp_path, time_column="when").open()
    with pytest.raises(ConfigInvalid, match="no such table"):
        await driver_for(table, tmp_path, table="plants").open()


@pytest.mark.parametrize("wrong", [{"table": "plant; DROP TABLE plant"}, {"database": "mysql://x"}, {"zone": "Moon"}, {"tag_column": "a"}])
def test_a_configuration_that_cannot_be_is_refused(table: SqlitePeer, tmp_path: Path, wrong: dict[str, str]) -> None:
    with pytest.raises(ValueError, match="Value error"):
        driver_for(table, tmp_path, **wrong)
