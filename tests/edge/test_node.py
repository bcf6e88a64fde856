"""A whole edge node: real machines on one side, a real broker on the other."""

import asyncio
import json
import time
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress
from pathlib import Path
from typing import Any

import pytest
from tests.edge.platform import ConfigurationServer
from tests.simulators.modbus_tcp import PymodbusPeer
from tests.simulators.peer import until
from tests.support.nats import Broker

from kaogong.bus import Bus, ensure_streams
from kaogong.bus.subjects import UP, down
from kaogong.edge.node import Node
from kaogong.edge.source import Credential
from kaogong.formats.report import NodeReport


class World:
    """A broker with its streams, a configuration, a Modbus device, and what arrives."""

    def __init__(self, broker: Broker, server: ConfigurationServer, peer: PymodbusPeer, folder: Path) -> None:
        self.broker, self.server, self.peer, self.folder = broker, server, peer, folder
        self.credential = Credential(username="acme.edge-1", password=broker.platform.seed, http=server.url, nats=broker.url)
        self.reports: list[NodeReport] = []
        self.bodies: list[dict[str, Any]] = []

    def document(self, points: int = 3, **connection: Any) -> dict[str, Any]:
        entries = [{"device": f"pump-{i % 3}", "property": f"p{i}", "address": self.peer.address(i)} for i in range(points)]
        plc = {"name": "plc", "driver": "modbus_tcp", "config": self.peer.config(), "groups": {"default": {"interval_s": 0.05}}}
        return {"connections": [plc | {"points": entries} | connection]}

    @asynccontextmanager
    async def node(self, **options: Any) -> AsyncIterator[Node]:
        node = Node(self.credential, self.folder / "edge", on_report=self.reports.append, **options)
        task = asyncio.create_task(node.run())
        try:
            yield node
        finally:
            task.cancel()
            with suppress(asyncio.CancelledError):
                await task

    async def follow(self, bus: Bus) -> None:
        async def take(message: Any) -> None:
            self.bodies.append(json.loads(message.data))

        await bus.subscribe("up.acme.edge-1.batch.*", take)

    def values(self, device: str, key: str) -> list[tuple[int, Any]]:
        return [(e["ts"], e["values"][key]) for b in self.bodies for e in b["devices"].get(device, []) if key in e["values"]]


@pytest.fixture
async def world(own_broker: Broker, tmp_path: Path) -> AsyncIterator[World]:
    peer = PymodbusPeer(tmp_path)
    await peer.start()
    async with ConfigurationServer("acme.edge-1", own_broker.platform.seed) as server:
        bus = await own_broker.bus()
        await ensure_streams(bus)
        own_broker.server.keep_ports()
        made = World(own_broker, server, peer, tmp_path)
        await made.follow(bus)
        yield made
        await bus.close()
    await peer.stop()


async def stored(broker: Broker) -> list[dict[str, Any]]:
    """Every body in the stream."""
    bus = await broker.bus("auditor")
    state = await bus.stream_state(UP)
    consumer = await bus.push_consumer(UP, "auditor", filter_subject="p.>", start_sequence=1)
    bodies: list[dict[str, Any]] = []
    async with asyncio.timeout(10):
        while len(bodies) < state.messages:
            bodies += [json.loads(m.data) for m in await consumer.next_batch(1000, 0.05)]
    await consumer.close()
    await bus.close()
    return bodies


@pytest.mark.req("B05")
async def test_readings_arrive_under_their_devices_with_their_own_time(world: World) -> None:
    world.server.put(world.document(6))
    async with world.node():
        await until(lambda: len(world.values("pump-2", "p5")) >= 3, "three readings of p5")
    times = [ts for ts, _ in world.values("pump-2", "p5")]
    assert times == sorted(times)
    assert {value for _, value in world.values("pump-2", "p5")} == {2.5}
    assert {value for _, value in world.values("pump-0", "p3")} == {1.5}


@pytest.mark.req("B07")
async def test_broker_away_loses_nothing_and_repeats_nothing(world: World) -> None:
    world.server.put(world.document(3))
    async with world.node() as node:
        await until(lambda: world.values("pump-0", "p0"), "a reading before the outage")
        await world.broker.server.stop()
        away_from = time.time() * 1000
        await until(lambda: node.report().buffer.samples > 60, "readings wait on disk")
        away_to = time.time() * 1000
        assert node.report().state == "degraded"
        assert "does not take readings" in node.report().reason
        await world.broker.server.start()
        await until(lambda: node.report().buffer.batches < 8 and node.report().state == "ready", "the backlog is gone")
        await until(lambda: world.reports[-1].state == "ready", "and it is told")
    world.bodies = await stored(world.broker)
    times = sorted(ts for ts, _ in world.values("pump-0", "p0"))
    assert len(times) == len(set(times)), "the platform has each reading once, however often it was sent"
    assert sum(away_from < ts < away_to for ts in times) >= 15, "no hole where the broker was away"
    assert "degraded" in {r.state for r in world.reports}


@pytest.mark.req("B06")
async def test_new_configuration_is_taken_up_on_a_nudge_and_a_wrong_one_changes_nothing(world: World) -> None:
    world.server.put(world.document(1))
    async with world.node() as node:
        await until(lambda: world.values("pump-0", "p0"), "a reading by the first configuration")
        bus = await world.broker.bus("api")
        world.server.put(world.document(2, config={"host": "127.0.0.1", "prot": 502}))
        await bus.publish(down("acme", "edge-1", "desired"), b"2")
        await until(lambda: node.report().configuration.problem, "the problem is reported")
        told = node.report().configuration
        assert told.problem_field == "connections.0.config.prot"
        assert "there is no such setting; known: timeout_s, " in (told.problem or "")
        assert told.etag == '"2"'
        before = len(world.values("pump-0", "p0"))
        await until(lambda: len(world.values("pump-0", "p0")) > before, "the former configuration still runs")
        world.server.put(world.document(2))
        await bus.publish(down("acme", "edge-1", "desired"), b"3")
        await until(lambda: world.values("pump-1", "p1"), "a reading by the new configuration")
        assert node.report().configuration.problem is None
        await bus.close()


@pytest.mark.req("B07")
async def test_starts_from_disk_when_the_platform_is_away(world: World) -> None:
    world.server.put(world.document(1))
    async with world.node():
        await until(lambda: world.values("pump-0", "p0"), "a reading")
    await world.broker.server.stop()
    world.credential = world.credential.model_copy(update={"http": "http://127.0.0.1:9"})
    async with world.node() as node:
        await until(lambda: node.report().buffer.samples > 5, "it collects without its platform")
    assert (world.folder / "edge" / "configuration.json").stat().st_mode & 0o077 == 0


@pytest.mark.req("B05")
async def test_a_command_writes_points_and_is_answered_with_what_they_read(world: World) -> None:
    document = world.document(3)
    document["connections"][0]["points"] += [
        {"device": "drive", "property": "speed", "address": world.peer.address(40), "write": {"command": "start"}},
        {"device": "drive", "property": "ramp", "address": world.peer.address(41), "write": {"command": "start", "argument": "seconds"}},
        {"device": "drive", "property": "level", "address": world.peer.bad_address(), "write": {"command": "fill"}},
    ]
    world.server.put(document)
    answers: dict[str, Any] = {}
    bus = await world.broker.bus("fleet")

    async def take(message: Any) -> None:
        answers[message.subject.rpartition(".")[2]] = json.loads(message.data)

    async def order(number: str, name: str, expires_at: str = "2100-01-01T00:00:00+00:00", **arguments: Any) -> Any:
        told = {"id": number, "device": "drive", "name": name, "arguments": arguments, "expires_at": expires_at}
        await bus.publish(down("acme", "edge-1", f"command.{number}"), json.dumps(told).encode())
        await until(lambda: number in answers, f"an answer to {number}")
        return answers[number]

    await bus.subscribe("up.acme.edge-1.reply.*", take)
    async with world.node():
        await until(lambda: world.values("drive", "speed"), "a reading")
        assert await order("o1", "start", speed=12.5, seconds=3.0) == {"ok": True, "values": {"drive.speed": 12.5, "drive.ramp": 3.0}}
        await until(lambda: world.values("drive", "speed")[-1][1] == 12.5, "the next reading says so, too")
        refused = await order("o2", "fill", level=1)
        assert (refused["ok"], refused["code"]) == (False, "write_refused")
        assert "drive.level was not written" in refused["reason"]
        assert (await order("o3", "stop"))["code"] == "command_unknown"
        assert (await order("o4", "start", speed=1.0, ramp=2.0))["code"] == "argument_missing"
        assert (await order("o5", "start", "2020-01-01T00:00:00+00:00", speed=1.0))["code"] == "command_expired"
        await world.peer.stop()
        lost = await order("o6", "start", speed=1.0, seconds=1.0)
        assert not lost["ok"]
        await world.peer.start()
    await bus.close()


@pytest.mark.req("B06")
async def test_a_configuration_that_loses_a_machine_is_taken_back(world: World) -> None:
    world.server.put(world.document(1))
    async with world.node(trial_s=0.6) as node:
        await until(lambda: node.report().connections and node.report().connections[0].state == "running", "the first configuration works")
        first = node.report().configuration.etag
        bus = await world.broker.bus("api")
        world.server.put(world.document(1, config={"host": "127.0.0.1", "port": 9}))
        await bus.publish(down("acme", "edge-1", "desired"), b"3")
        await until(lambda: node.report().configuration.problem, "it is taken back")
        told = node.report().configuration
        assert told.etag == first
        assert "plc did not come back within 0.6 s: Connection refused by 127.0.0.1:9." in (told.problem or "")
        assert "The former configuration runs again." in (told.problem or "")
        before = len(world.values("pump-0", "p0"))
        await until(lambda: len(world.values("pump-0", "p0")) > before, "readings go on")
        assert json.loads((world.folder / "edge/configuration.json").read_text())["etag"] == first
        world.server.put(world.document(2))
        await bus.publish(down("acme", "edge-1", "desired"), b"4")
        await until(lambda: world.values("pump-1", "p1"), "a better one is taken up")
        await until(lambda: node.report().configuration.problem is None, "and there is no problem any more")
        await bus.close()


@pytest.mark.req("B06")
async def test_a_configuration_that_the_node_died_of_is_not_tried_again(world: World) -> None:
    world.server.put(world.document(1))
    async with world.node():
        await until(lambda: world.values("pump-0", "p0"), "a reading")
        await until((world.folder / "edge/configuration.json").exists, "it is kept")
    world.server.put(world.document(2))
    (world.folder / "edge/trial.json").write_text(json.dumps(f'"{world.server.version}"'))
    async with world.node() as node:
        await until(lambda: "ended while it was trying" in (node.report().configuration.problem or ""), "it says so")
        asked = world.server.asked
        await until(lambda: world.server.asked > asked, "the platform was asked")
        before = len(world.values("pump-0", "p0"))
        await until(lambda: len(world.values("pump-0", "p0")) > before + 3, "the former configuration runs")
        assert not world.values("pump-1", "p1")
