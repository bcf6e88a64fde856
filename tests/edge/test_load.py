"""What a node can carry is measured, what it cannot is refused in words, and each connection's share is shown."""

import asyncio
from pathlib import Path
from typing import Any

import pytest

from kaogong.edge.collector import Collector
from kaogong.edge.configuration import plan, read_document
from kaogong.edge.load import CAUTION, SHARE, Load, Meter


def connection(name: str, points: int, interval_s: float = 0.02) -> dict[str, Any]:
    return {
        "name": name,
        "driver": "modbus_tcp",
        "config": {"host": "127.0.0.1", "port": 9},
        "groups": {"default": {"interval_s": interval_s}},
        "points": [{"device": name, "property": f"p{i}", "address": {"table": "holding", "address": i}} for i in range(points)],
    }


def test_the_cost_of_a_sample_is_measured_once_it_says_something() -> None:
    load = Load()
    assumed = load.capacity
    load.update(1.0, 0, 10.0)
    load.update(1.1, 200_000, 20.0)
    assert (round(load.busy, 2), load.capacity) == (0.01, assumed), "an idle node learns nothing of what a sample costs"
    load.update(5.1, 600_000, 30.0)
    assert load.busy == pytest.approx(0.4)
    assert load.capacity == pytest.approx(SHARE / CAUTION * 100_000)


@pytest.mark.req("B06")
async def test_a_connection_without_room_is_not_begun_and_says_why(tmp_path: Path, caplog: pytest.LogCaptureFixture) -> None:
    collector = Collector(tmp_path, lambda entries, priority: None)
    assert collector.load.capacity == pytest.approx(70_000)
    await collector.apply(
        plan(read_document({"connections": [connection("small", 10), connection("large", 1000), connection("more", 800)]}))
    )
    first, second, third = collector.report()
    assert (first.state, second.state) == ("starting", "starting")
    assert (third.name, third.state, third.code) == ("more", "invalid", "no_room")
    assert third.reason == (
        "It needs 40,000 tags/s, this node has room for 19,500. Lengthen its intervals, or move it to another edge node."
    )
    assert "more: not begun. It needs 40,000 tags/s" in caplog.text
    await collector.apply(plan(read_document({"connections": [connection("small", 10), connection("more", 800)]})))
    assert [c.code for c in collector.report()] != ["", "no_room"], "the large one is gone: now there is room"
    assert collector.report()[1].needs_per_s == 40_000
    await collector.close()


async def test_a_connection_finds_room_once_samples_turn_out_cheaper(tmp_path: Path) -> None:
    collector = Collector(tmp_path, lambda entries, priority: None)
    await collector.apply(plan(read_document({"connections": [connection("huge", 2000)]})))
    assert collector.report()[0].code == "no_room"
    collector.load.update(0.0, 0, 1.0)
    collector.load.update(0.5, 200_000, 2.0)
    collector.reconsider()
    assert collector.report()[0].code != "no_room"
    await collector.close()


async def test_the_meter_counts_work_and_neither_waiting_nor_others() -> None:
    meter = Meter()

    async def work() -> str:
        await asyncio.sleep(1.0)
        sum(range(200_000))
        try:
            async with asyncio.timeout(0.01):
                await asyncio.Event().wait()
        except TimeoutError:
            return "timed out"
        return "never"

    async def other() -> None:
        await asyncio.sleep(0.01)
        end = asyncio.get_running_loop().time() + 0.5
        while asyncio.get_running_loop().time() < end:
            sum(range(1000))

    found, _ = await asyncio.gather(meter.run(work()), other())
    assert found == "timed out"
    assert 0.0005 < meter.seconds < 0.5

    task = asyncio.create_task(meter.run(asyncio.Event().wait()))
    await asyncio.sleep(0)
    task.cancel()
    with pytest.raises(asyncio.CancelledError):
        await task
