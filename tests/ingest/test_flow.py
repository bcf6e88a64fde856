"""What a slow or killed writer must not cost: not one message."""

import asyncio
import signal
import sys
import time
from pathlib import Path
from typing import Any

import orjson
import pytest
from tests.ingest.conftest import Line, Works, eventually, now_ms
from tests.support.nats import Broker

from kaogong.bus import Bus, subjects
from kaogong.historian import Receipt
from kaogong.historian.local import LocalHistorian

MESSAGES, SIZE, PAUSE_S = 40_000, 12_000, 5.0


class Paused(LocalHistorian):
    """A store whose write stands still for a while, once."""

    paused_s = 0.0

    async def write(self, table: Any, **more: Any) -> Receipt:
        if len(table) and not self.paused_s:
            begun = time.monotonic()
            await asyncio.sleep(PAUSE_S)
            self.paused_s = time.monotonic() - begun
        return await super().write(table, **more)


@pytest.mark.req("B04")
async def test_forty_thousand_messages_of_12_kb_and_a_writer_paused_for_five_seconds(
    broker: Broker, bus: Bus, works: Works, store_dsn: str
) -> None:
    works.create(*(f"d{n}" for n in range(8)))
    store = await Paused.open(store_dsn, owner=True)
    assert isinstance(store, Paused)
    line = Line(bus, works, store)
    padding, ts = b"x" * SIZE, now_ms()
    devices = await broker.bus("devices")
    async with line.running():
        for n in range(MESSAGES):
            data = b'{"ts":%d,"values":{"order_no":"","flow":%d},"padding":"%s"}' % (ts + n // 8, n % 500, padding)
            # An acknowledgement now and then: the broker drops what it cannot store as fast as it comes.
            send = devices.publish_stream if n % 200 == 199 else devices.publish
            await send(subjects.up("acme", f"d{n % 8}"), data)
        state = await bus.stream_state(subjects.UP)
        assert state.last_sequence == MESSAGES
        await eventually(lambda: _is_through(store, state.incarnation), 40)
        await devices.close()
    assert store.paused_s >= PAUSE_S
    report = await store.ledger()
    assert report.messages(state.incarnation) == MESSAGES
    assert (list(report.holes), report.overlaps, dict(report.rejected)) == ([], 0, {})
    _, _, ids = works.ids()
    rows = await store._engine.reading(
        lambda s: s.frame(f"SELECT device, count() AS n FROM telemetry FINAL WHERE property = {ids['flow']} GROUP BY device")
    )
    assert rows["n"].to_list() == [MESSAGES // 8] * 8
    await store.close()


async def _is_through(store: LocalHistorian, incarnation: str) -> bool:
    known = await store.accounted(incarnation)
    return len(known) == len(subjects.READERS) and min(known.values()) >= MESSAGES


# Where a process is killed: before anything is stored; when samples are stored and nothing is accounted for; when all is accounted
# for and nothing acknowledged.
@pytest.mark.req("B04")
@pytest.mark.timeout(240)
async def test_kill_between_any_two_steps_loses_nothing_and_stores_nothing_twice(
    broker: Broker, bus: Bus, works: Works, store_dsn: str, tmp_path: Path
) -> None:
    ts = now_ms()
    sent = 0
    for point in ("write", "accounted", "ack"):
        for _ in range(40):
            data = orjson.dumps({"ts": ts + sent, "values": {"flow": sent % 500, "pressure": 1.5}})
            await bus.publish_stream(subjects.up("acme", "pump-1" if sent % 2 else "pump-g"), data)
            sent += 1
        await bus.publish_stream(subjects.up("acme", "pump-1"), b'{"flow": "hot"}')
        config = {
            "point": point,
            "url": broker.url,
            "seed": broker.platform.seed,
            "store": store_dsn,
            "registry": str(works.database.engine.url),
        }
        killed = await asyncio.create_subprocess_exec(
            sys.executable, "-m", "tests.ingest.killed", orjson.dumps(config).decode(), cwd=Path(__file__).parents[2]
        )
        async with asyncio.timeout(60):
            assert await killed.wait() == -signal.SIGKILL, point
    store = await LocalHistorian.open(store_dsn, owner=True)
    line = Line(bus, works, store)
    async with line.running(owner="killed"):
        last = (await bus.stream_state(subjects.UP)).last_sequence
        await line.accounted(last)
    report = await store.ledger()
    state = await bus.stream_state(subjects.UP)
    assert report.messages(state.incarnation) == last == sent + 3
    assert (list(report.holes), report.overlaps) == ([], 0)
    assert report.decoded == report.written + sum(report.rejected.values())
    assert dict(report.rejected) == {"type_mismatch": 3}
    await _check_rows(store, works, sent)
    await store.close()


async def _check_rows(store: LocalHistorian, works: Works, sent: int) -> None:
    _, _, ids = works.ids()
    counted = await store._engine.reading(
        lambda s: s.frame(f"SELECT count() AS n, uniqExact(observed_at) AS times FROM telemetry FINAL WHERE property = {ids['flow']}")
    )
    assert counted.rows() == [(sent, sent)]
    superseded = await store._engine.reading(lambda s: s.frame("SELECT count() AS n FROM superseded"))
    assert superseded.rows() == [(0,)]
