"""The store of readings, in this process on a folder of the test's own, or as a process of its own: chDB takes one folder a process."""

import asyncio
import contextlib
import shutil
import sys
from collections.abc import AsyncIterator
from pathlib import Path

import pytest
from tests.support.nats import Broker

from kaogong import historian
from kaogong.bus import Bus
from kaogong.historian import Historian
from kaogong.historian.local import LocalHistorian

START_WITHIN_S = 30


@pytest.fixture(scope="session")
def empty_store(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with an empty, migrated store: copying it is faster than making it."""
    folder = tmp_path_factory.mktemp("historian") / "empty"

    async def make() -> None:
        await (await LocalHistorian.open(f"chdb://{folder}", owner=True)).close()

    with asyncio.Runner() as runner:
        runner.run(make())
    return folder


@pytest.fixture
def store_dsn(empty_store: Path, tmp_path: Path) -> str:
    """The DSN of an empty store that nobody has opened."""
    shutil.copytree(empty_store, tmp_path / "historian", symlinks=True)
    return f"chdb://{tmp_path}/historian"


@pytest.fixture(name="historian")
async def opened_store(store_dsn: str) -> AsyncIterator[LocalHistorian]:
    """An empty store, open."""
    opened = await LocalHistorian.open(store_dsn, owner=True)
    yield opened
    await opened.close()


@contextlib.asynccontextmanager
async def historian_process(home: Path, broker: Broker, bus: Bus) -> AsyncIterator[Historian]:
    """`kaogong historian` of a new home, and the historian as the other processes see it."""
    (home / "secrets").mkdir(exist_ok=True)
    (home / "secrets/nats_platform").write_text(broker.platform.seed)
    (home / "kaogong.toml").write_text(f'[nats]\nurl = "{broker.url}"\n')
    command = "from kaogong.cli import main; main()"
    process = await asyncio.create_subprocess_exec(sys.executable, "-c", command, "historian", "--home", str(home))
    try:
        async with asyncio.timeout(START_WITHIN_S):
            while not (home / "run/historian.ready").exists():
                assert process.returncode is None, (home / "log/historian.log").read_text()
                await asyncio.sleep(0.02)
        store = await historian.connect(f"chdb://{home}/historian", bus)
        yield store
        await store.close()
    finally:
        process.terminate()
        await process.wait()
