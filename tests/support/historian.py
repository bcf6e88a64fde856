"""The historian as a process of its own: chDB takes one folder a process, and the test run has its own."""

import asyncio
import contextlib
import sys
from collections.abc import AsyncIterator
from pathlib import Path

from tests.support.nats import Broker

from kaogong import historian
from kaogong.bus import Bus
from kaogong.historian import Historian

START_WITHIN_S = 30


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
