"""The platform as a Sparkplug host: a node of the pysparkplug package, and one of raw payloads, through the real broker and gate."""

import asyncio
import json
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

import aiomqtt
import orjson
import pytest
from tests.security.conftest import Doors
from tests.support.nats import until

from kaogong import registry
from kaogong.bus import Downlink, Message, subjects
from kaogong.core.quality import Quality
from kaogong.fleet import SparkplugHost
from kaogong.formats import REFUSED_MARK
from kaogong.formats.sparkplug import REBIRTH, DataType, Metric, decode, encode
from kaogong.registry import NewDevice

pytestmark = pytest.mark.req("B01", "B25")

PYTHON = Path(__file__).parents[2] / ".venv/peers/bin/python"
SCRIPT = Path(__file__).parents[1] / "simulators/pysparkplug_node.py"
T = 1_795_248_000_000


class Platform:
    """What the host made of everything: values by device, and refusals."""

    def __init__(self) -> None:
        self.latest: dict[str, dict[str, Any]] = {}
        self.count = 0
        self.refused: list[str] = []

    async def hear(self, message: Message) -> None:
        if message.data.startswith(REFUSED_MARK):
            self.refused.append(message.data[len(REFUSED_MARK) :].partition(b"\n")[0].decode())
            return
        for device, entries in orjson.loads(message.data)["devices"].items():
            for entry in entries:
                self.latest.setdefault(device, {}).update(entry["values"])
                self.count += len(entry["values"])

    def value(self, device: str, key: str) -> Any:
        return self.latest.get(device, {}).get(key)


@asynccontextmanager
async def hosting(doors: Doors) -> AsyncIterator[tuple[Platform, Downlink]]:
    downlink = await Downlink.connect(doors.broker.mqtt, password=doors.broker.platform.seed, identifier="$kaogong:serve", is_host=True)
    platform = Platform()
    subscription = await doors.bus.subscribe("up.*.*.batch.*", platform.hear)
    task = asyncio.create_task(SparkplugHost(doors.bus, downlink).follow())
    yield platform, downlink
    task.cancel()
    await asyncio.gather(task, return_exceptions=True)
    await subscription.unsubscribe()
    await downlink.close()


@pytest.fixture
async def node(doors: Doors) -> str:
    """acme's edge node `edge-1`, with the device `press` behind it."""
    doors.create("acme.edge-1", is_gateway=True)
    with doors.database.write() as session:
        registry.create_device(session, doors.tenants["acme"], NewDevice(key="press", type="pump", gateway="edge-1"))
    return "acme.edge-1"


async def test_a_node_of_another_make_is_born_speaks_and_dies(doors: Doors, node: str) -> None:
    host, _, port = doors.broker.mqtt.rpartition(":")
    given = {
        "host": host, "port": int(port), "group": "acme", "node": "edge-1", "client_id": "acme:edge-1", "username": node,
        "password": doors.credentials[node].password, "metrics": {"Load": 0.5}, "devices": {"press": {"Motor/Speed": 1490, "Mode": "AUTO"}},
    }  # fmt: skip
    async with hosting(doors) as (platform, _):
        pipe = asyncio.subprocess.PIPE
        process = await asyncio.create_subprocess_exec(PYTHON, "-P", SCRIPT, stdin=pipe, stdout=pipe)
        assert process.stdin is not None and process.stdout is not None

        def tell(**order: Any) -> None:
            assert process.stdin is not None
            process.stdin.write(json.dumps(order).encode() + b"\n")

        try:
            tell(**given)
            assert json.loads(await process.stdout.readline()) == {"connected": True}
            await until(lambda: platform.value("press", "mode") == "AUTO")
            assert platform.latest == {"edge-1": {"load": 0.5}, "press": {"motor_speed": 1490, "mode": "AUTO"}}
            tell(device="press", metrics={"Motor/Speed": 1500})
            await until(lambda: platform.value("press", "motor_speed") == 1500)
            tell(device="", metrics={"Load": 0.75})
            await until(lambda: platform.value("edge-1", "load") == 0.75)
        finally:
            process.kill()
            await process.wait()
        gone = {"v": None, "q": int(Quality.BAD_NO_COMMUNICATION)}
        await until(lambda: platform.latest == {"edge-1": {"load": gone}, "press": {"motor_speed": gone, "mode": gone}})
        assert platform.refused == []


def birth(*metrics: Metric, seq: int = 0) -> bytes:
    return encode(T, seq, [Metric("bdSeq", None, T, DataType.INT64, 0), *metrics])


def load(value: float, seq: int, at: int = T) -> bytes:
    return encode(at, seq, [Metric("", 1, at, DataType.DOUBLE, value)])


LOAD = Metric("Load", 1, T, DataType.DOUBLE, 0.0, 0, "kW")


async def drained(doors: Doors) -> None:
    """What stands in UP is not kept twice: at most the copy of the last QoS 1 message is left."""
    async with asyncio.timeout(10):
        while (await doors.bus.stream_state(subjects.SPARKPLUG)).messages > 1:  # noqa: ASYNC110
            await asyncio.sleep(0.02)


async def test_births_outlive_the_host_and_a_gap_asks_for_them(doors: Doors, node: str) -> None:
    async with doors.client(node, will=aiomqtt.Will("spBv1.0/acme/NDEATH/edge-1", birth(), qos=1)) as client:
        await client.subscribe("spBv1.0/acme/NCMD/edge-1/#", qos=1)
        async with hosting(doors) as (platform, _):
            await client.publish("spBv1.0/acme/NBIRTH/edge-1", birth(LOAD), qos=1)
            await client.publish("spBv1.0/acme/NDATA/edge-1", load(1.5, 1), qos=0)
            await until(lambda: platform.value("edge-1", "load") == {"v": 1.5, "u": "kW"})
            await drained(doors)
        # Nobody follows now; the alias in this one is explained by the birth of before.
        await client.publish("spBv1.0/acme/NDATA/edge-1", load(2.5, 2), qos=1)
        async with hosting(doors) as (platform, _):
            await until(lambda: platform.value("edge-1", "load") == {"v": 2.5, "u": "kW"})
            assert platform.count == 1, "what was taken before is not taken again"
            await client.publish("spBv1.0/acme/NDATA/edge-1", load(3.5, 9), qos=1)
            await until(lambda: platform.value("edge-1", "load") == {"v": 3.5, "u": "kW"})
            async with asyncio.timeout(10):
                command = await anext(aiter(client.messages))
            assert [(m.name, m.value) for m in decode(bytes(command.payload)).metrics] == [(REBIRTH, True)]
            await drained(doors)


async def test_what_cannot_be_read_is_refused_with_words_and_costs_no_neighbour(doors: Doors, node: str) -> None:
    async with doors.client(node) as client, hosting(doors) as (platform, _):
        await client.publish("spBv1.0/acme/NBIRTH/edge-1", birth(LOAD), qos=1)
        await client.publish("spBv1.0/acme/NDATA/edge-1", b"\xff\xff no protobuf", qos=1)
        blob = [Metric("", 1, T, DataType.DOUBLE, 7.0), Metric("Blob", None, T, DataType.BYTES, "x")]
        await client.publish("spBv1.0/acme/NDATA/edge-1", encode(T + 1, 1, blob), qos=1)
        await until(lambda: platform.value("edge-1", "load") == {"v": 7.0, "u": "kW"} and len(platform.refused) == 2)
    assert "no Sparkplug B payload" in platform.refused[0]
    assert platform.refused[1] == "Blob: no birth has named this metric"


async def test_a_node_speaks_under_its_own_names_alone(doors: Doors, node: str) -> None:
    doors.create("acme.edge-2", "rival.edge-1", is_gateway=True)
    await until(lambda: doors.gate.roster.get("rival.edge-1") is not None)
    async with doors.client("rival.edge-1") as rival, doors.client("acme.edge-2") as other, hosting(doors) as (platform, _):
        for client in (rival, other):
            await client.publish("spBv1.0/acme/NBIRTH/edge-1", birth(LOAD), qos=1)
        await other.publish("spBv1.0/acme/NBIRTH/edge-2", birth(LOAD), qos=1)
        await until(lambda: platform.value("edge-2", "load") is not None)
        assert set(platform.latest) == {"edge-2"}
        await doors.seen("rival.edge-1", connected=True)


async def test_the_hosts_state_is_kept_by_the_broker_and_ends_with_it(doors: Doors, node: str) -> None:
    states: list[dict[str, Any]] = []

    async def listen(client: aiomqtt.Client) -> None:
        async for message in client.messages:
            states.append(orjson.loads(bytes(message.payload)))

    async with doors.client(node) as client:
        listening = asyncio.create_task(listen(client))
        async with hosting(doors):
            await client.subscribe("spBv1.0/STATE/kaogong", qos=1)
            await until(lambda: [s["online"] for s in states] == [True])
        await until(lambda: [s["online"] for s in states] == [True, False])
        assert states[1]["timestamp"] == states[0]["timestamp"]
        listening.cancel()
        await asyncio.gather(listening, return_exceptions=True)
