"""A PUBACK means stored: devices that keep the line full lose nothing acknowledged when the broker is killed."""

import asyncio
import random
import struct
from pathlib import Path

import pytest
from tests.support.nats import Broker, make_broker, until

from kaogong.bus import Bus, Message, Signer, StreamMessage, ensure_streams, subjects
from kaogong.core.errors import NotReady
from kaogong.security.jwt import admit, read_request

WINDOW = 50


def text(value: str) -> bytes:
    return struct.pack(">H", len(value)) + value.encode()


def packet(kind: int, body: bytes) -> bytes:
    assert len(body) < 128 * 128
    length = bytes([len(body)]) if len(body) < 128 else bytes([len(body) % 128 | 128, len(body) // 128])
    return bytes([kind]) + length + body


class Device:
    """Publishes at QoS 1 as fast as it is acknowledged, WINDOW messages ahead; remembers what was acknowledged."""

    def __init__(self, name: str) -> None:
        self.name, self.acknowledged = name, set[str]()
        self._waiting: dict[int, str] = {}
        self._room = asyncio.Semaphore(WINDOW)

    async def run(self, address: str) -> None:
        host, _, port = address.rpartition(":")
        reader, writer = await asyncio.open_connection(host, int(port))
        hello = text("MQTT") + b"\x04\xc2\x00\x3c" + text(f"acme:{self.name}") + text(f"acme.{self.name}") + text("x")
        writer.write(packet(0x10, hello))
        assert (await reader.readexactly(4))[3] == 0
        listening = asyncio.create_task(self._listen(reader))
        try:
            await self._publish(writer)
        except ConnectionError:
            pass
        finally:
            listening.cancel()
            await asyncio.gather(listening, return_exceptions=True)
            writer.close()

    async def _publish(self, writer: asyncio.StreamWriter) -> None:
        topic = text(f"up/acme/{self.name}/telemetry")
        for number in range(1, 65_536):
            await self._room.acquire()
            self._waiting[number] = f"{self.name}:{random.getrandbits(60)}"
            writer.write(packet(0x32, topic + struct.pack(">H", number) + self._waiting[number].encode().ljust(100)))
            await writer.drain()

    async def _listen(self, reader: asyncio.StreamReader) -> None:
        while True:
            puback = await reader.readexactly(4)
            self.acknowledged.add(self._waiting.pop(struct.unpack(">H", puback[2:])[0]))
            self._room.release()


async def admit_everybody(broker: Broker, bus: Bus) -> None:
    signer = Signer(broker.issuer.seed)

    async def answer(message: Message) -> None:
        request = read_request(message.data)
        tenant, _, device = request.username.partition(".")
        await bus.publish(message.reply, admit(signer, request, subjects.device_permissions(tenant, device, is_gateway=False)))

    await bus.subscribe("$SYS.REQ.USER.AUTH", answer)
    await bus.flush()


async def test_who_waits_for_a_dead_gate_is_not_connected_and_comes_back_with_it(own_broker: Broker) -> None:
    own_broker.server.keep_ports()
    platform = await own_broker.bus()
    with pytest.raises(NotReady, match="did not let us in"):  # past the server's first ping, which is no consent
        await Bus.connect(own_broker.url, user="acme.e-1", password="x", name="edge", within_s=3)
    await admit_everybody(own_broker, platform)
    told: list[str] = []
    edge = await Bus.connect(own_broker.url, user="acme.e-1", password="x", name="edge", on_state=lambda _, words: told.append(words))
    await platform.close()  # who admits is gone, and then the server is
    await own_broker.server.stop()
    await own_broker.server.start()
    await until(lambda: "the gate, which admits, may be away" in told[-1], 20)
    assert not edge.connected
    again = await own_broker.bus()
    await admit_everybody(own_broker, again)
    await until(lambda: edge.connected, 20)
    await edge.flush()
    await edge.close()
    await again.close()


async def everything(bus: Bus) -> list[StreamMessage]:
    consumers = [
        await bus.push_consumer("UP", f"t-{n}", filter_subject=subjects.partition_filter(n), start_sequence=1) for n in subjects.READERS
    ]
    wanted = (await bus.stream_state("UP")).messages
    found: list[StreamMessage] = []

    async def drain(number: int) -> None:
        while True:
            found.extend(await consumers[number].next_batch(8192, 0.02))

    tasks = [asyncio.create_task(drain(n)) for n in subjects.READERS]
    await until(lambda: len(found) == wanted, 30)
    for task in tasks:
        task.cancel()
    for consumer in consumers:
        await consumer.close()
    return found


@pytest.mark.req("B01")
async def test_nothing_acknowledged_is_lost_when_the_broker_is_killed(tmp_path: Path) -> None:
    broker = make_broker(tmp_path)
    await broker.server.start()
    broker.server.keep_ports()
    bus = await broker.bus()
    await ensure_streams(bus)
    await admit_everybody(broker, bus)
    acknowledged: set[str] = set()
    for kill in range(3):
        devices = [Device(f"d{kill}-{n}") for n in range(20)]
        tasks = [asyncio.create_task(device.run(broker.mqtt)) for device in devices]
        await until(lambda devices=devices: sum(len(d.acknowledged) for d in devices) > 3000, 30)  # type: ignore[misc]
        assert broker.server.process is not None
        broker.server.process.kill()
        await broker.server.process.wait()
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)
        for device in devices:
            acknowledged |= device.acknowledged
        await broker.server.start()
        await until(lambda: bus.connected)
    found = await everything(bus)
    assert sorted(m.stream_sequence for m in found) == list(range(1, len(found) + 1))
    stored = [m.data.strip().decode() for m in found if not m.subject.startswith(subjects.MQTT_COPY)]
    assert len(stored) == len(set(stored))
    assert acknowledged - set(stored) == set()
    await bus.close()
    await broker.server.stop()
