"""File source: files that grow, rotate, are dropped and put away."""

from pathlib import Path
from typing import Any

import pytest

from kaogong.core import clock
from kaogong.edge.drivers.base import Point
from kaogong.edge.drivers.file_source import FileSource, FileSourceConfig
from kaogong.edge.rows import RowAddress

pytestmark = pytest.mark.req("B01")

POINTS = (Point("a", RowAddress(name="a")),)


def driver_for(path: Path | str, folder: Path, **config: Any) -> FileSource:
    given = {"path": str(path), "rows": "all", "time_column": "ts"}
    return FileSource(FileSourceConfig.model_validate(given | config), clock.now, folder / "driver")


async def values(driver: FileSource) -> list[Any]:
    return [s.value for s in await driver.read(POINTS)]


async def test_a_growing_file_is_read_line_by_line_across_restarts_and_rotation(tmp_path: Path) -> None:
    log = tmp_path / "log.csv"
    log.write_text("ts,a\n1795248000,0\n")
    driver = driver_for(tmp_path / "log*.csv", tmp_path)
    await driver.open()
    assert await values(driver) == []
    with log.open("a") as file:
        file.write("1795248001,1\n1795248002,2\n17952")
    assert await values(driver) == [1, 2]
    assert await values(driver) == []
    again = driver_for(tmp_path / "log*.csv", tmp_path)
    await again.open()
    with log.open("a") as file:
        file.write("48003,3\n")
    log.rename(tmp_path / "log-1.csv")
    log.write_text("ts,a\n1795248004,4\n")
    assert sorted(await values(again)) == [3, 4]
    assert await values(again) == []
    log.write_text("ts,a\n")
    assert await values(again) == []


async def test_dropped_files_are_read_from_the_beginning_and_put_away(tmp_path: Path) -> None:
    drop = tmp_path / "drop"
    drop.mkdir()
    driver = driver_for(drop / "*.csv", tmp_path, begin="beginning", done="move")
    await driver.open()
    assert await values(driver) == []
    (drop / "one.csv").write_text("ts,a\n1795248000,1\n1795248001,2\n")
    (drop / "two.csv").write_text("b,ts,a\n,1795248002,3\n")
    assert sorted(await values(driver)) == [1, 2, 3]
    assert {f.name for f in drop.glob("*.csv")} == {"one.csv", "two.csv"}, "not before their samples are in the buffer"
    assert await values(driver) == []
    assert {f.name for f in (drop / "done").iterdir()} == {"one.csv", "two.csv"}


async def test_a_file_without_names_takes_them_from_the_configuration(tmp_path: Path) -> None:
    file = tmp_path / "x.txt"
    file.write_text("1795248000\t5\n")
    driver = driver_for(file, tmp_path, columns=("ts", "a"), delimiter="\t", rows="latest")
    await driver.open()
    assert await values(driver) == [5]


@pytest.mark.parametrize("wrong", [{"encoding": "utf-16"}, {"encoding": "klingon"}, {"path": "relative.csv"}])
def test_a_configuration_that_cannot_be_is_refused(tmp_path: Path, wrong: dict[str, str]) -> None:
    with pytest.raises(ValueError, match="1 validation error"):
        driver_for(**{"path": tmp_path / "x", "folder": tmp_path} | wrong)
