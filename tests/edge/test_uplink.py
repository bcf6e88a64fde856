"""The way up: nothing leaves the disk unacknowledged, live data goes before the backlog."""

import asyncio
import json
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress
from pathlib import Path

import pytest
from tests.simulators.peer import until

from kaogong.bus.subjects import lane
from kaogong.core.errors import NotReady, TooLarge
from kaogong.edge.buffer import Batch, Buffer
from kaogong.edge.uplink import Uplink
from kaogong.formats import Entry

pytestmark = pytest.mark.req("B07")


class Platform:
    """Takes batches while it is up, `delay_s` each; remembers the order in which readings came."""

    def __init__(self) -> None:
        self.is_up, self.delay_s = True, 0.0
        self.readings: list[int] = []
        self.ids: list[str] = []
        self.lanes: set[tuple[int, str]] = set()
        self.most_at_once = self._now = 0

    async def publish(self, number: int, body: bytes, message_id: str) -> None:
        self._now += 1
        self.most_at_once = max(self.most_at_once, self._now)
        try:
            await asyncio.sleep(self.delay_s)
            if not self.is_up:
                raise NotReady("the bus does not answer.", retry_after_s=0.05)
            for device, entries in json.loads(body)["devices"].items():
                self.lanes.add((number, device))
                self.readings += [e["ts"] for e in entries]
            self.ids.append(message_id)
        finally:
            self._now -= 1


@asynccontextmanager
async def uplink(file: Path, platform: Platform) -> AsyncIterator[Uplink]:
    buffer = Buffer(file)
    made = Uplink(buffer, platform.publish, flush_s=0.005)
    task = asyncio.create_task(made.run())
    try:
        yield made
    finally:
        task.cancel()
        with suppress(asyncio.CancelledError):
            await task
        buffer.close()


def reading(ts: int, device: str = "pump") -> Entry:
    return Entry(device, ts, {"flow": 1.5})


async def test_batches_go_by_the_lane_of_their_device(tmp_path: Path) -> None:
    platform = Platform()
    async with uplink(tmp_path / "b.db", platform) as up:
        up.take([reading(1, f"d{i}") for i in range(40)])
        await until(lambda: len(platform.readings) == 40, "all arrived")
        await until(lambda: up.figures().batches == 0, "and have left the disk")
    assert platform.lanes == {(lane(f"d{i}"), f"d{i}") for i in range(40)}


async def test_after_an_outage_everything_arrives_once_and_live_data_does_not_wait(tmp_path: Path) -> None:
    platform = Platform()
    platform.is_up = False
    async with uplink(tmp_path / "b.db", platform) as up:
        for ts in range(120):
            up.take([reading(ts)])
            await until(lambda ts=ts: up.figures().samples > ts, "on disk")
        assert up.trouble == "the bus does not answer."
        platform.delay_s = 0.03
        platform.is_up = True
        up.nudge()
        await until(lambda: platform.readings, "the backlog begins")
        up.take([reading(10_000)])
        await until(lambda: 10_000 in platform.readings, "live data arrives")
        ahead = len(platform.readings)
        await until(lambda: up.figures().batches == 0, "everything has left the disk")
    assert ahead < 60, "live data went before most of the backlog"
    assert sorted(platform.readings) == [*range(120), 10_000]
    assert len(platform.ids) == len(set(platform.ids))
    backlog = [r for r in platform.readings if r < 10_000]
    assert all(abs(place - r) < 40 for place, r in enumerate(backlog)), "the oldest first, but for those in flight together"
    assert platform.most_at_once <= 16
    assert up.trouble == ""


async def test_a_long_backlog_is_replayed_fast_and_never_delays_live_data(tmp_path: Path) -> None:
    """An hour's outage in small: 1,000 batches wait, live ones come every 10 ms, the platform takes four times as many."""
    taken_at: dict[int, float] = {}
    loop = asyncio.get_running_loop()
    lags: list[float] = []

    class Narrow(Platform):
        """One batch at a time, 2 ms each."""

        door = asyncio.Lock()

        async def publish(self, number: int, body: bytes, message_id: str) -> None:
            async with self.door:
                await asyncio.sleep(0.002)
            await super().publish(number, body, message_id)
            if self.readings[-1] in taken_at:
                lags.append(loop.time() - taken_at[self.readings[-1]])

    buffer = Buffer(tmp_path / "b.db")
    bodies = [json.dumps({"devices": {"pump": [{"ts": ts, "values": {"flow": 1.5}}]}}).encode() for ts in range(1000)]
    buffer.exchange([Batch(0, body, 1, 1) for body in bodies], [])
    buffer.close()
    platform = Narrow()
    async with uplink(tmp_path / "b.db", platform) as up:
        began = loop.time()
        for ts in range(10_000, 10_100):
            taken_at[ts] = loop.time()
            up.take([reading(ts)])
            await asyncio.sleep(0.01)
        await until(lambda: up.figures().batches == 0, "the backlog is gone")
        took = loop.time() - began
    assert sorted(platform.readings) == [*range(1000), *range(10_000, 10_100)], "everything once"
    assert len(lags) > 50, "some share a batch"
    assert sorted(lags)[len(lags) * 95 // 100] < 0.5, "a live reading waits for what is in flight, not for the backlog"
    assert took < 20


async def test_what_was_not_acknowledged_is_sent_again_after_a_restart(tmp_path: Path) -> None:
    platform = Platform()
    platform.is_up = False
    async with uplink(tmp_path / "b.db", platform) as up:
        up.take([reading(1)])
        await until(lambda: up.figures().batches == 1, "on disk")
        up.take([reading(2)])
    platform.is_up = True
    async with uplink(tmp_path / "b.db", platform) as up:
        await until(lambda: sorted(platform.readings) == [1, 2], "both arrive, also what was taken just before the end")
        await until(lambda: up.figures().batches == 0, "and leave the disk")


async def test_a_batch_that_can_never_be_taken_does_not_block_the_others(tmp_path: Path, caplog: pytest.LogCaptureFixture) -> None:
    class Picky(Platform):
        async def publish(self, number: int, body: bytes, message_id: str) -> None:
            if b"monster" in body:
                raise TooLarge("over 8 MB.", limit=8)
            await super().publish(number, body, message_id)

    platform = Picky()
    async with uplink(tmp_path / "b.db", platform) as up:
        up.take([reading(1, "monster"), reading(2, "pump")])
        await until(lambda: platform.readings == [2], "the other arrives")
        await until(lambda: up.figures().batches == 0, "neither waits")
        assert up.figures().dropped == 1
    assert "is given up: over 8 MB." in caplog.text
