"""`kaogong edge` as a process of its own, killed without warning."""

import asyncio
import json
import signal
import sqlite3
import sys
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, closing
from pathlib import Path

import pytest
from tests.edge.test_node import World, stored
from tests.edge.test_node import world as world  # the fixture
from tests.simulators.peer import until

KAOGONG = Path(sys.executable).with_name("kaogong")


@asynccontextmanager
async def gateway(world: World, end: signal.Signals = signal.SIGTERM) -> AsyncIterator[asyncio.subprocess.Process]:
    file = world.folder / "node.json"
    file.write_text(world.credential.model_dump_json())
    log = (world.folder / "log").open("a")
    process = await asyncio.create_subprocess_exec(KAOGONG, "edge", "--node", file, "--folder", world.folder / "edge", stderr=log)
    try:
        yield process
    finally:
        process.send_signal(end)
        await process.wait()
        log.close()


def on_disk(world: World) -> set[str]:
    with closing(sqlite3.connect(world.folder / "edge" / "buffer.db")) as db:
        return {body.decode() for (body,) in db.execute("SELECT body FROM batches")}


@pytest.mark.req("B07")
async def test_killed_while_the_broker_is_away_it_loses_nothing_it_had(world: World) -> None:
    world.server.put(world.document(3))
    async with gateway(world, signal.SIGKILL):
        await until(lambda: world.values("pump-0", "p0"), "readings arrive")
        await world.broker.server.stop()
        await until(lambda: len(on_disk(world)) > 6, "readings wait on disk")
    kept = on_disk(world)
    await world.broker.server.start()
    async with gateway(world) as process:
        await until(lambda: not on_disk(world) & kept, "what was kept is sent and leaves the disk")
    assert process.returncode == 0, "SIGTERM ends it cleanly"
    arrived = [json.dumps(b, separators=(",", ":"), sort_keys=True) for b in await stored(world.broker)]
    wanted = [json.dumps(json.loads(b), separators=(",", ":"), sort_keys=True) for b in kept]
    assert [arrived.count(b) for b in wanted] == [1] * len(wanted), "each once"


async def test_check_says_what_is_wrong_with_a_document(world: World) -> None:
    file = world.folder / "configuration.json"
    for document, code, words in (
        (world.document(2), 0, "plc: modbus_tcp, 2 points in 1 groups"),
        (world.document(2, driver="modbus"), 1, "connections.0.driver: There is no 'modbus' here; known: "),
    ):
        file.write_text(json.dumps(document))
        process = await asyncio.create_subprocess_exec(KAOGONG, "edge", "--check", file, stdout=-1, stderr=-1)
        out, err = await process.communicate()
        assert process.returncode == code
        assert words in (out + err).decode()
