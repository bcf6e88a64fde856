"""A connection at work on a real protocol: unplugged, half dead, one bad point; it says why and recovers without a hand."""

import asyncio
import logging
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from tests.simulators.modbus_tcp import PymodbusPeer
from tests.simulators.mqtt import Mosquitto5Peer
from tests.simulators.opcua import AsyncuaPeer
from tests.simulators.peer import Peer, Silent, until

from kaogong.core.quality import Quality
from kaogong.core.reading import Sample
from kaogong.edge.collector import Collector
from kaogong.edge.configuration import plan, read_document
from kaogong.edge.drivers.base import Deliver, Driver, DriverConfig, Group, Point, PointAddress
from kaogong.formats import Entry, Reading
from kaogong.formats.report import ConnectionReport


class Floor:
    """A collector with one connection, and what it has sent."""

    def __init__(self, collector: Collector, readings: list[Reading]) -> None:
        self.collector, self.readings = collector, readings

    @property
    def report(self) -> ConnectionReport:
        return self.collector.report()[0]

    def of(self, key: str) -> list[Reading]:
        return [r for r in self.readings if r[1] == key]


def connection(driver: str, peer: Peer, points: dict[str, dict[str, Any]], **group: Any) -> dict[str, Any]:
    entries = [{"device": "pump", "property": key, "address": address} for key, address in points.items()]
    return {
        "name": "line",
        "driver": driver,
        "config": peer.config(),
        "groups": {"default": {"interval_s": 0.05} | group},
        "points": entries,
    }


@asynccontextmanager
async def floor(folder: Path, *connections: dict[str, Any]) -> AsyncIterator[Floor]:
    readings: list[Reading] = []

    def take(entries: list[Entry], _priority: int) -> None:
        for entry in entries:
            for key, v in entry.values.items():
                value, quality = (v["v"], v["q"]) if isinstance(v, dict) else (v, 0)
                readings.append(Reading(entry.device, key, entry.ts_ms, value, quality))

    collector = Collector(folder / "connections", take)
    made = Floor(collector, readings)
    await collector.apply(plan(read_document({"connections": list(connections)})))
    try:
        yield made
    finally:
        await collector.close()


@pytest.fixture
async def modbus(tmp_path: Path) -> AsyncIterator[PymodbusPeer]:
    peer = PymodbusPeer(tmp_path)
    await peer.start()
    yield peer
    await peer.stop()


@pytest.mark.req("B06")
async def test_unplugged_device_is_lost_with_a_reason_and_comes_back(
    modbus: PymodbusPeer, tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.INFO, "kaogong.edge")
    async with floor(tmp_path, connection("modbus_tcp", modbus, {"a": modbus.address(3)}, stale_after_s=0.2)) as f:
        await until(lambda: f.report.state == "running", "it runs")
        await modbus.stop()
        await until(lambda: f.report.code == "connection_refused", "the loss is seen and tried again")
        report = f.report
        assert report.state == "lost"
        assert report.reason == f"Connection refused by 127.0.0.1:{modbus.port}."
        assert report.next_try is not None
        await until(lambda: f.report.stale == 1, "the value grows stale")
        assert [(p.property, p.state) for p in f.report.bad_points] == [("a", "stale")]
        before = len(f.readings)
        await modbus.start()
        await until(lambda: f.report.state == "running", "it is back")
        await until(lambda: len(f.readings) > before, "values flow again")
        assert f.report.next_try is None and f.report.stale == 0
    said = [r.message for r in caplog.records]
    assert [line.split(". ")[0].split(" after")[0] for line in said] == ["line: starting", "line: running", "line: lost", "line: back"]


@pytest.mark.req("B06")
async def test_peer_that_accepts_and_says_nothing_is_never_healthy(tmp_path: Path) -> None:
    async with Silent() as silent:
        peer = PymodbusPeer(tmp_path)
        document = connection("modbus_tcp", peer, {"a": peer.address(0)})
        document["config"] = {"host": "127.0.0.1", "port": silent.port, "timeout_s": 0.2}
        async with floor(tmp_path, document) as f:
            await until(lambda: f.report.code == "timed_out", "the silence is noticed")
            states = set()
            for _ in range(40):
                states.add(f.report.state)
                await asyncio.sleep(0.05)
            assert states == {"lost"}, "an open socket is no health"


@pytest.mark.req("B05")
async def test_one_bad_point_is_named_and_the_others_go_on(modbus: PymodbusPeer, tmp_path: Path) -> None:
    points = {"a": modbus.address(0), "b": modbus.bad_address(), "d": modbus.address(2)}
    async with floor(tmp_path, connection("modbus_tcp", modbus, points)) as f:
        await until(lambda: len(f.of("d")) > 5, "the good ones go on")
        report = f.report
        assert (report.state, report.good, report.bad) == ("degraded", 2, 1)
        assert report.reason == "1 of 3 points give no good value (1 bad): pump.b: the device has no such address (exception 2)."
        assert [p.property for p in report.bad_points] == ["b"]
        assert [r[3:] for r in f.of("b")] == [(None, Quality.BAD_NODE_UNKNOWN)], "said once, not at each reading"


async def test_a_device_whose_every_point_is_bad_is_not_called_lost(modbus: PymodbusPeer, tmp_path: Path) -> None:
    async with floor(tmp_path, connection("modbus_tcp", modbus, {"b": modbus.bad_address()})) as f:
        await until(lambda: f.report.state == "degraded", "it answers, badly")


async def test_a_changed_connection_is_begun_anew_and_the_others_are_not_touched(modbus: PymodbusPeer, tmp_path: Path) -> None:
    one = connection("modbus_tcp", modbus, {"a": modbus.address(0)})
    two = connection("modbus_tcp", modbus, {"b": modbus.address(1)}) | {"name": "two"}
    async with floor(tmp_path, one, two) as f:
        await until(lambda: all(c.state == "running" for c in f.collector.report()), "both run")
        since = {c.name: c.since for c in f.collector.report()}
        moved = connection("modbus_tcp", modbus, {"b": modbus.address(5)}) | {"name": "two"}
        await f.collector.apply(plan(read_document({"connections": [one, moved]})))
        await until(lambda: f.of("b") and f.of("b")[-1][3] == 2.5, "the new address is read")
        now = {c.name: c.since for c in f.collector.report()}
        assert now["line"] == since["line"]
        assert now["two"] > since["two"]
        await f.collector.apply(plan(read_document({"connections": [one, moved | {"enabled": False}]})))
        await until(lambda: f.collector.report()[1].state == "disabled", "switched off")
        await f.collector.apply(())
        assert f.collector.report() == ()


async def test_wrong_login_is_refused_and_tried_rarely(tmp_path: Path) -> None:
    peer = Mosquitto5Peer(tmp_path)
    await peer.start()
    document = connection("mqtt", peer, {"a": peer.address(0)}) | {"config": peer.wrong_login()}
    async with floor(tmp_path, document) as f:
        await until(lambda: f.report.state == "refused", "it is refused")
        report = f.report
        assert report.code == "login_refused"
        assert report.next_try is not None and (report.next_try - report.since).total_seconds() > 290
    await peer.stop()


@pytest.mark.req("B06")
async def test_broker_gone_and_back(tmp_path: Path) -> None:
    peer = Mosquitto5Peer(tmp_path)
    await peer.start()
    async with floor(tmp_path, connection("mqtt", peer, {"p0": peer.address(0)})) as f:
        await until(lambda: f.report.state == "starting" and f.collector is not None, "subscribed")

        async def sent() -> bool:
            await peer.stir()
            return bool(f.of("p0"))

        await until(sent, "a message comes through")
        assert f.report.state == "running"
        await peer.stop()
        await until(lambda: f.report.state == "lost", "the loss is seen")
        await peer.start()
        before = len(f.of("p0"))

        async def sent_again() -> bool:
            await peer.stir()
            return len(f.of("p0")) > before and f.report.state == "running"

        await until(sent_again, "messages come again")
    await peer.stop()


@pytest.mark.req("B06")
async def test_restarted_opcua_server_is_subscribed_anew(tmp_path: Path) -> None:
    peer = AsyncuaPeer(tmp_path)
    peer.points = 20
    await peer.start()
    points = {"p1": peer.address(1), "p2": peer.address(2), "nowhere": peer.bad_address()}
    async with floor(tmp_path, connection("opcua", peer, points)) as f:
        await until(lambda: f.of("p1") and f.of("p2") and f.of("nowhere"), "first values")
        assert f.of("p1")[0][3] == 0.5
        assert [p.reason for p in f.report.bad_points] == ["BadNodeIdUnknown"]
        await peer.stop()
        await until(lambda: f.report.state == "lost", "the loss is seen")
        await peer.start()
        before = len(f.of("p1"))
        await until(lambda: len(f.of("p1")) > before, "subscribed anew")
        await until(lambda: (f.report.state, f.report.good, f.report.bad) == ("degraded", 2, 1), "the report says so")
        await peer.nodes[1].write_value(77.5)
        await until(lambda: f.of("p1")[-1][3] == 77.5, "a change comes through")
    await peer.stop()


class Wayward(Driver[DriverConfig, PointAddress]):
    """A driver with faults of its own: it hangs, breaks or stops pushing, as it is told."""

    Config, Address = DriverConfig, PointAddress
    mood = "open"

    @property
    def peer(self) -> str:
        return "nowhere"

    async def open(self) -> None:
        if self.mood == "hangs":
            await asyncio.Event().wait()

    async def close(self) -> None:
        """Nothing to let go of."""

    async def read(self, points: Sequence[Point[Any]]) -> list[Sample]:
        if self.mood == "breaks":
            raise ZeroDivisionError("by zero")
        return [Sample(p.name, 1.0, self.now()) for p in points]

    async def subscribe(self, groups: Sequence[Group[Any]], deliver: Deliver) -> None:
        deliver([Sample(p.name, 1.0, self.now()) for g in groups for p in g.points])
        if self.mood == "breaks":
            raise ZeroDivisionError("by zero")


class Pushing(Wayward):
    """The same, pushing."""

    pushes = True


@pytest.mark.parametrize(
    ("kind", "mood", "code", "words"),
    [
        (Wayward, "hangs", "timed_out", "nowhere did not answer within 1.3 s."),
        (Wayward, "breaks", "fault", "Our fault in the driver wayward: ZeroDivisionError: by zero."),
        (Pushing, "breaks", "fault", "Our fault in the driver wayward: ZeroDivisionError: by zero."),
        (Pushing, "ends", "subscription_lost", "nowhere ended the subscription."),
    ],
)
async def test_a_wayward_driver_is_named_and_the_others_go_on(
    modbus: PymodbusPeer, tmp_path: Path, kind: type[Wayward], mood: str, code: str, words: str, caplog: pytest.LogCaptureFixture
) -> None:
    sound = plan(read_document({"connections": [connection("modbus_tcp", modbus, {"a": modbus.address(1)})]}))[0]
    told = type("Told", (kind,), {"mood": mood})
    broken = replace(sound, name="broken", driver="wayward", kind=told, config=DriverConfig(timeout_s=0.1), document=sound.document)
    async with floor(tmp_path) as f:
        await f.collector.apply((sound, broken))
        await until(lambda: f.collector.report()[1].code == code, "it is named")
        report = f.collector.report()[1]
        assert (report.state, report.reason) == ("lost", words)
        before = len(f.of("a"))
        await until(lambda: len(f.of("a")) > before + 2 and f.report.state == "running", "the other goes on")
    traces = [r for r in caplog.records if r.exc_info]
    assert len(traces) == (code == "fault"), "a fault of ours is logged once, with its trace"
