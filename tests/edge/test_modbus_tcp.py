"""What is Modbus's own: blocks, bisection, silent units, writing."""

import asyncio
import struct
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import pytest
from pymodbus.constants import ExcCodes
from pymodbus.simulator import DataType, SimData, SimDevice
from tests.simulators.modbus_tcp import PymodbusPeer
from tests.simulators.peer import Listener

from kaogong.core import clock
from kaogong.core.errors import ConfigInvalid, Missing, NotReady
from kaogong.core.quality import Quality, severity
from kaogong.core.reading import Value
from kaogong.edge.drivers.base import Point
from kaogong.edge.drivers.modbus_tcp import ModbusTcp, ModbusTcpConfig
from kaogong.edge.modbus import ModbusAddress

pytestmark = pytest.mark.req("B01")


class Spy(PymodbusPeer):
    """Notes each request, and refuses or ignores what it is told to."""

    def __init__(self, folder: Path) -> None:
        super().__init__(folder)
        self.asked: list[tuple[int, int]] = []
        self.refuse: dict[int, ExcCodes] = {}
        self.devices = [self.device(1)]

    def device(self, unit: int, count: int = 1000) -> SimDevice:
        async def note(_code: int, _start: int, address: int, size: int, _now: Any, new: Any) -> ExcCodes | None:
            self.asked.append((address, size))
            return next((code for at, code in self.refuse.items() if address <= at < address + size), None)

        return SimDevice(id=unit, simdata=SimData(0, values=list(range(count)), datatype=DataType.REGISTERS), action=note)


@pytest.fixture
async def peer(tmp_path: Path) -> AsyncIterator[Spy]:
    made = Spy(tmp_path)
    await made.start()
    yield made
    await made.stop()


@pytest.fixture
async def driver(peer: Spy, tmp_path: Path) -> AsyncIterator[ModbusTcp]:
    made = ModbusTcp(ModbusTcpConfig(**peer.config() | {"timeout_s": 0.3}), clock.now, tmp_path)
    await made.open()
    yield made
    await made.close()


def points(*addresses: int, **more: Any) -> tuple[Point[ModbusAddress], ...]:
    return tuple(Point(f"r{a}", ModbusAddress(table="holding", address=a, **more)) for a in addresses)


async def test_points_are_packed_and_gaps_bounded(driver: ModbusTcp, peer: Spy) -> None:
    wanted = points(*range(300), 308, 320, 700)
    samples = await driver.read(wanted)
    assert [s.value for s in samples] == [*range(300), 308, 320, 700]
    assert peer.asked == [(0, 125), (125, 125), (250, 59), (320, 1), (700, 1)]


async def test_bad_point_is_isolated_once_and_found_again_when_it_returns(driver: ModbusTcp, peer: Spy) -> None:
    peer.refuse = {60: ExcCodes.ILLEGAL_ADDRESS}
    wanted = points(*range(120))
    samples = await driver.read(wanted)
    assert [s.point for s in samples if s.quality] == ["r60"]
    assert samples[60].quality == Quality.BAD_NODE_UNKNOWN
    searched = len(peer.asked)
    assert searched <= 2 * 7 + 1, "a halving search, not one request a point"
    peer.asked.clear()
    await driver.read(wanted)
    assert len(peer.asked) < 10, "what was learned is kept"
    peer.refuse = {}
    assert all(s.quality == 0 for s in await driver.read(wanted))


@pytest.mark.parametrize(
    ("code", "quality"),
    [
        (ExcCodes.ILLEGAL_FUNCTION, Quality.BAD_CONFIGURATION_ERROR),
        (ExcCodes.DEVICE_FAILURE, Quality.BAD_DEVICE_FAILURE),
        (ExcCodes.GATEWAY_NO_RESPONSE, Quality.BAD_NO_COMMUNICATION),
    ],
)
async def test_exceptions_keep_their_meaning(driver: ModbusTcp, peer: Spy, code: ExcCodes, quality: Quality) -> None:
    peer.refuse = {5: code}
    sample = (await driver.read(points(5)))[0]
    assert (sample.value, sample.quality) == (None, quality)
    assert f"exception {code.value}" in sample.reason


class Gateway(Listener):
    """A gateway on which unit 9 is switched off: it answers for every other unit, with the address as value."""

    async def serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        while True:
            number, _, _, unit, code, address, count = struct.unpack(">HHHBBHH", await reader.readexactly(12))
            if unit != 9:
                body = struct.pack(f">{count}H", *range(address, address + count))
                writer.write(struct.pack(">HHHBBB", number, 0, 3 + len(body), unit, code, len(body)) + body)


@pytest.fixture
async def gateway() -> AsyncIterator[int]:
    """The port of a gateway."""
    async with Gateway() as made:
        yield made.port


async def test_silent_unit_behind_a_gateway_does_not_hold_up_its_neighbours(gateway: int, tmp_path: Path) -> None:
    config = ModbusTcpConfig(host="127.0.0.1", port=gateway, timeout_s=0.2)
    driver = ModbusTcp(config, clock.now, tmp_path)
    await driver.open()
    wanted = (*points(1, device_id=1), *points(2, device_id=9), *points(3, device_id=2))
    begin = asyncio.get_running_loop().time()
    for _ in range(30):
        samples = await driver.read(wanted)
        assert [severity(s.quality) for s in samples] == ["good", "bad", "good"]
        assert samples[1].reason == "unit 9 did not answer within 0.2 s"
    assert asyncio.get_running_loop().time() - begin < 10 * 0.2, "it is asked ever less often"
    await driver.close()


async def test_gateway_on_which_nobody_answers_is_not_ready(gateway: int, tmp_path: Path) -> None:
    driver = ModbusTcp(ModbusTcpConfig(host="127.0.0.1", port=gateway, timeout_s=0.2), clock.now, tmp_path)
    await driver.open()
    with pytest.raises(NotReady):
        await driver.read(points(2, device_id=9))
    await driver.close()


@pytest.mark.parametrize(
    ("address", "value"),
    [
        ({"type": "int16"}, -5),
        ({"type": "float32", "order": "CDAB"}, 1.5),
        ({"type": "float64", "order": "BADC"}, -2.25),
        ({"type": "uint32", "order": "DCBA"}, 4_000_000_000),
        ({"type": "int16", "scale": 0.1, "offset": 10}, 71.2),
        ({"type": "string", "length": 4}, "PUMP 1"),
        ({"type": "string", "length": 4, "order": "BADC"}, "PUMP 1"),
        ({"bit": 3}, True),
        ({"bit": 3}, False),
    ],
)
async def test_what_is_written_is_read_back(driver: ModbusTcp, address: dict[str, Any], value: Value) -> None:
    point = Point("p", ModbusAddress(table="holding", address=40, **address))
    await driver.write(point, value)
    assert (await driver.read((point,)))[0].value == value


async def test_what_cannot_be_written_says_why(driver: ModbusTcp) -> None:
    with pytest.raises(Missing, match="is of the table input and cannot be written"):
        await driver.write(Point("p", ModbusAddress(table="input", address=0)), 1)
    with pytest.raises(ConfigInvalid, match="does not fit"):
        await driver.write(Point("p", ModbusAddress(table="holding", address=0, type="int16")), 40_000)
    with pytest.raises(ConfigInvalid, match="takes a number"):
        await driver.write(Point("p", ModbusAddress(table="holding", address=0)), "on")
    with pytest.raises(Missing, match="exception 2"):
        await driver.write(Point("p", ModbusAddress(table="holding", address=60_000)), 1)
