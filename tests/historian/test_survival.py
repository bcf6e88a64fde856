"""What was acknowledged is there, once, after kills and full disks."""

import signal
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
from tests.historian.writer_process import POINTS

from kaogong.core.errors import ConfigInvalid, Conflict
from kaogong.historian.local import LocalHistorian
from kaogong.historian.migrate import migrate, pending

SCRIPT = Path(__file__).with_name("writer_process.py")


@contextmanager
def writer(dsn: str, *arguments: str) -> Iterator[Iterator[str]]:
    """The lines of a running writer; killed at the end unless it has ended."""
    process = subprocess.Popen([sys.executable, str(SCRIPT), dsn, "1", *arguments], stdout=subprocess.PIPE, text=True)
    assert process.stdout is not None
    try:
        yield iter(process.stdout)
    finally:
        process.send_signal(signal.SIGKILL)
        process.wait()
        process.stdout.close()


def acknowledged(lines: Iterator[str], count: int) -> int:
    """The number of the last batch after `count` more of them."""
    return max(int(next(lines).split()[1]) for _ in range(count))


async def figures(dsn: str) -> tuple[int, int, int, int]:
    """Last accounted batch, rows, different batches, and rows of the newest batch that is complete."""
    historian = await LocalHistorian.open(dsn, owner=True)
    try:
        last = (await historian.accounted("up-1"))[0]
        report = await historian.ledger()
        assert (report.holes, report.messages("up-1"), report.written) == ([], last, last * POINTS)
        sql = f"SELECT count(), uniqExact(value), uniqExact(asset, observed_at) FROM telemetry FINAL WHERE value <= {last}"
        rows, batches, keys = (await historian._engine.reading(lambda s: s.frame(sql))).row(0)
        newest = (await historian.latest(1)).get_column("value").unique().to_list()
        assert newest == [await historian._engine.reading(lambda s: s.frame("SELECT max(value) FROM telemetry").item())]
        return last, rows, batches, keys
    finally:
        await historian.close()


@pytest.mark.req("E01")
async def test_acknowledged_rows_survive_kills_once(store_dsn: str) -> None:
    told = 0
    for count in (7, 1, 12):
        with writer(store_dsn) as lines:
            told = acknowledged(lines, count)
        last, rows, batches, keys = await figures(store_dsn)
        assert last >= told
        assert (rows, batches, keys) == (last * POINTS, last, last * POINTS)


@pytest.mark.req("E07")
async def test_a_full_disk_refuses_the_write_whole_and_is_survived(store_dsn: str) -> None:
    with writer(store_dsn, "900") as lines:
        refused = next(line for line in lines if line.startswith("refused"))
        assert "disk_full" in refused or "store_unwritable" in refused, refused
        number = int(refused.split()[1])
        assert next(lines).split() == ["recovered", str(number)]
        assert list(lines) == []
    historian = await LocalHistorian.open(store_dsn, owner=True)
    assert (await historian.accounted("up-1"))[0] == number
    sql = "SELECT count(), uniqExact(value) FROM telemetry FINAL"
    assert (await historian._engine.reading(lambda s: s.frame(sql))).row(0) == (number * POINTS, number)
    await historian.close()


async def test_a_second_owner_is_refused_in_words(store_dsn: str) -> None:
    with writer(store_dsn) as lines:
        acknowledged(lines, 1)
        with pytest.raises(ConfigInvalid, match="another process"):
            await LocalHistorian.open(store_dsn, owner=True)


async def test_a_migration_that_changed_is_refused(historian: LocalHistorian, tmp_path: Path) -> None:
    folder = tmp_path / "migrations"
    folder.mkdir()
    source = Path(migrate.__code__.co_filename).with_name("migrations")
    for file in source.glob("*.sql"):
        (folder / file.name).write_text(file.read_text())
    number = max(int(file.name[:4]) for file in folder.iterdir()) + 1
    (folder / f"{number:04}_more.sql").write_text("CREATE TABLE more (a UInt8) ENGINE = MergeTree ORDER BY a;\n-- end; of it\n")
    run = historian._engine.writing
    assert [m.number for m in await run(lambda s: pending(s, folder))] == [number]
    assert await run(lambda s: migrate(s, folder)) == [f"{number:04}_more"]
    assert await run(lambda s: migrate(s, folder)) == []
    with pytest.raises(Conflict, match="newer Kaogong"):
        await run(migrate)
    (folder / f"{number:04}_more.sql").write_text("SELECT 1;")
    with pytest.raises(Conflict, match="was changed"):
        await run(lambda s: migrate(s, folder))
    (folder / f"{number:04}_other.sql").write_text("SELECT 1;")
    with pytest.raises(Conflict, match="have one number"):
        await run(lambda s: migrate(s, folder))
    (folder / f"{number:04}_other.sql").unlink()
    (folder / f"{number:04}_more.sql").write_text("CREATE TABLE more (a UInt8) ENGINE = MergeTree ORDER BY a;\n-- end; of it\n")
    for late in (number + 5, number + 2):
        (folder / f"{late:04}_late.sql").write_text("SELECT 1;")
        assert await run(lambda s: migrate(s, folder)) == [f"{late:04}_late"], "a number that was left free may be taken later"
