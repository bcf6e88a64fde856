"""BACnet/IP: changes that are told, priorities, devices that know little, and routes, against bacpypes3 and on the wire."""

import asyncio
import contextlib
import struct
from collections.abc import AsyncIterator, Sequence
from pathlib import Path
from typing import Any

import pytest
import pytest_asyncio
from tests.simulators.bacnet_ip import Bacpypes3Peer
from tests.simulators.peer import SilentDatagrams, until

from kaogong.core import clock
from kaogong.core.errors import ConfigInvalid, KaogongError, Missing, NotReady
from kaogong.core.quality import severity
from kaogong.core.reading import Sample
from kaogong.edge.drivers.bacnet_ip import BacnetIp, BacnetIpAddress, BacnetIpConfig
from kaogong.edge.drivers.base import Group, Point

pytestmark = [pytest.mark.req("B02"), pytest.mark.asyncio(loop_scope="module")]


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def peer(tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[Bacpypes3Peer]:
    peer = Bacpypes3Peer(tmp_path_factory.mktemp("bacnet"))
    await peer.start()
    yield peer
    await peer.stop()


@contextlib.asynccontextmanager
async def opened(config: dict[str, Any], folder: Path) -> AsyncIterator[BacnetIp]:
    driver = BacnetIp(BacnetIpConfig(**config), clock.now, folder)
    try:
        await driver.open()
        yield driver
    finally:
        await driver.close()


def point(name: str, **more: Any) -> Point[BacnetIpAddress]:
    return Point(name, BacnetIpAddress(object=name, **more))


async def test_changes_are_told_and_the_rest_is_read(peer: Bacpypes3Peer, tmp_path: Path) -> None:
    latest: dict[str, Sample] = {}

    def deliver(samples: Sequence[Sample]) -> None:
        latest.update({s.point: s for s in samples})

    points = [point("analog-input,5"), Point("name", BacnetIpAddress(object="analog-input,5", property="object-name"))]
    async with opened(peer.config() | {"cov": True}, tmp_path) as driver:
        pending = asyncio.create_task(driver.subscribe([Group(1.0, points)], deliver))
        await until(lambda: len(latest) == 2, "everything has been read once")
        assert latest["analog-input,5"].value == 2.5
        await peer.ask(set=["analog-input,5", "presentValue", 77.0])
        await until(lambda: latest["analog-input,5"].value == 77.0, "the change was told")
        latest.clear()
        assert await driver.check()
        assert set(latest) == {"name"}, "what is told is not read"
        await peer.ask(set=["analog-input,5", "presentValue", 2.5])
        pending.cancel()
        with contextlib.suppress(asyncio.CancelledError, KaogongError):
            await pending


@pytest.mark.req("B04")
async def test_writes_have_a_priority_and_are_read_back(peer: Bacpypes3Peer, tmp_path: Path) -> None:
    async with opened(peer.config(), tmp_path) as driver:
        high, low = point("analog-output,1", priority=3), point("analog-output,1", priority=10)
        await driver.write(high, 10.5)
        with pytest.raises(NotReady, match="another priority holds it") as caught:
            await driver.write(low, 20.25)
        assert caught.value.stable_code == "write_not_taken"
        await driver.write(high, None)
        assert (await driver.read((low,)))[0].value == 20.25
        await driver.write(low, None)
        for name, value in (("binary-output,1", True), ("multi-state-value,1", 3), ("characterstring-value,1", "停 STOP")):
            await driver.write(point(name), value)
            assert (await driver.read((point(name),)))[0].value == value
        with pytest.raises(ConfigInvalid):
            await driver.write(point("multi-state-value,1"), 2.5)
        with pytest.raises(Missing) as missing:
            await driver.write(Point("flags", BacnetIpAddress(object="analog-input,1", property="status-flags", index=7)), 1)
        assert missing.value.stable_code == "write_refused"


async def test_arrays_and_the_device_itself(peer: Bacpypes3Peer, tmp_path: Path) -> None:
    def of(name: str, **more: Any) -> Point[BacnetIpAddress]:
        return Point(name, BacnetIpAddress(object="device,1234", **more))

    async with opened(peer.config(), tmp_path) as driver:
        points = (
            of("first", property="object-list", index=1),
            of("count", property="object-list", index=0),
            of("all", property="object-list"),
        )
        first, count, everything = await driver.read(points)
        assert first.value == "device,1234" and isinstance(count.value, int) and count.value > 1000
        assert everything.value is None and everything.reason
        with pytest.raises(Missing):
            await driver.browse("device,99")


class Humble(SilentDatagrams):
    """A device on the wire: knows no ReadPropertyMultiple, or finds more than `most` properties too long."""

    flags = 0x00

    def __init__(self, most: int) -> None:
        self.most, self.services, self.routes = most, list[int](), list[bytes]()

    def datagram_received(self, data: bytes, addr: Any) -> None:
        routed = bool(data[5] & 0x20)
        self.routes.append(data[6:11] if routed else b"")
        apdu = data[11:] if routed else data[6:]
        number, service, body = apdu[2], apdu[3], apdu[4:]
        self.services.append(service)
        if service == 14:
            wanted = [i for i in range(len(body) - 1) if body[i] == 0x09 and body[i + 1] == 85]
            answer = bytes([0x60, number, 9]) if not self.most else bytes([0x71, number, 4])
            if self.most and len(wanted) + body.count(b"\x09\x6f") <= self.most:
                answer = bytes([0x30, number, 14]) + b"".join(
                    self._of(body[i : i + 4]) for i in range(1, len(body), 1) if body[i - 1] == 0x0C
                )
        else:
            value = b"\x44" + struct.pack(">f", body[4] * 0.5) if body[-1] == 85 else b"\x82\x04" + bytes([self.flags])
            answer = bytes([0x30, number, 12]) + body + b"\x3e" + value + b"\x3f"
        reply = b"\x01\x08\x00\x05\x01\x07" + answer if routed else b"\x01\x00" + answer
        self._transport.sendto(struct.pack(">BBH", 0x81, 0x0A, 4 + len(reply)) + reply, addr)

    def _of(self, oid: bytes) -> bytes:
        value = b"\x44" + struct.pack(">f", oid[3] * 0.5)
        return b"\x0c" + oid + b"\x1e\x29\x55\x4e" + value + b"\x4f\x29\x6f\x4e\x82\x04\x00\x4f\x1f"


async def test_a_device_that_reads_one_at_a_time(tmp_path: Path) -> None:
    points = tuple(point(f"analog-input,{i}") for i in range(1, 6))
    async with Humble(0) as device, opened({"host": "127.0.0.1", "port": device.port, "device": 7}, tmp_path) as driver:
        for _ in range(2):
            assert [s.value for s in await driver.read(points)] == [0.5, 1.0, 1.5, 2.0, 2.5]
        assert device.services.count(14) == 1, "asked for many once, and never again"


async def test_a_device_with_short_answers(tmp_path: Path) -> None:
    points = tuple(point(f"analog-input,{i}") for i in range(100, 116))
    async with Humble(4) as device, opened({"host": "127.0.0.1", "port": device.port, "device": 7}, tmp_path) as driver:
        for _ in range(2):
            assert [s.value for s in await driver.read(points)] == [i * 0.5 for i in range(100, 116)]
        assert device.services.count(14) == 3 + 2 * 8, "32 properties by 32, 16, 8, then by 4"


async def test_what_is_overridden_at_the_device_is_uncertain(tmp_path: Path) -> None:
    async with Humble(0) as device, opened({"host": "127.0.0.1", "port": device.port, "device": 7}, tmp_path) as driver:
        device.flags = 0x20
        sample = (await driver.read((point("analog-input,2"),)))[0]
        assert (sample.value, severity(sample.quality), sample.reason) == (1.0, "uncertain", "overridden at the device")


async def test_a_device_behind_a_router(tmp_path: Path) -> None:
    config = {"host": "127.0.0.1", "device": 7, "network": 5, "station": 7}
    async with Humble(0) as device, opened(config | {"port": device.port}, tmp_path) as driver:
        assert [s.value for s in await driver.read((point("analog-input,9"),))] == [4.5]
        assert set(device.routes) == {b"\x00\x05\x01\x07\xff"}
        assert "network 5 station 7" in driver.peer


async def test_a_lost_datagram_is_asked_for_again(peer: Bacpypes3Peer, tmp_path: Path) -> None:
    async with peer.cable() as cable, opened(peer.config(cable.port) | {"timeout_s": 1.0}, tmp_path) as driver:
        cable.pull()
        asyncio.get_running_loop().call_later(0.2, cable.plug)
        assert (await driver.read((point("analog-input,3"),)))[0].value == 1.5
