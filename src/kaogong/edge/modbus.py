"""Modbus, whatever carries it, on pymodbus: tables and types, units that keep silent, exceptions, writing."""

import asyncio
import struct
from abc import abstractmethod
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any, Literal, TypeAlias, TypeVar, cast

from pydantic import Field, model_validator
from pymodbus.client.base import ModbusBaseClient
from pymodbus.exceptions import ModbusException
from pymodbus.framer import FRAMER_NAME_TO_CLASS, FramerType
from pymodbus.pdu import DecodePDU, ExceptionResponse, ModbusPDU
from pymodbus.pdu.bit_message import ReadCoilsRequest, ReadDiscreteInputsRequest
from pymodbus.pdu.register_message import ReadHoldingRegistersRequest, ReadInputRegistersRequest
from pymodbus.transaction import TransactionManager
from pymodbus.transport import CommParams

from kaogong.core.errors import KaogongError, Missing, NotReady
from kaogong.core.quality import Quality
from kaogong.core.reading import Value
from kaogong.edge.blocks import CODES, Block, BlockPlan, Cell, Limits, Plans, Refusal, packed, packed_text, scaled, text, truth
from kaogong.edge.drivers.base import Columns, Driver, DriverConfig, Point, PointAddress, advanced, unreachable

Table: TypeAlias = Literal["coil", "discrete", "input", "holding"]
DataType: TypeAlias = Literal["bool", "int16", "uint16", "int32", "uint32", "int64", "uint64", "float32", "float64", "string"]
Order: TypeAlias = Literal["ABCD", "CDAB", "BADC", "DCBA"]

EXCEPTIONS = {
    1: "the device does not know this function (exception 1)",
    2: "the device has no such address (exception 2)",
    3: "the device refuses this range (exception 3)",
    4: "the device reports a failure of its own (exception 4)",
    5: "the device needs longer for this (exception 5)",
    6: "the device is busy (exception 6)",
    10: "the gateway has no path to this unit (exception 10)",
    11: "the unit behind the gateway does not answer (exception 11)",
}
QUALITIES = {
    1: Quality.BAD_CONFIGURATION_ERROR, 2: Quality.BAD_NODE_UNKNOWN, 3: Quality.BAD_CONFIGURATION_ERROR, 4: Quality.BAD_DEVICE_FAILURE,
    10: Quality.BAD_NO_COMMUNICATION, 11: Quality.BAD_NO_COMMUNICATION,
}  # fmt: skip
ONE_POINT_MAY_BE_TO_BLAME = frozenset({2, 3, 4})


class ModbusConfig(DriverConfig):
    """How the devices lay out their registers, and what one request may span."""

    device_id: int = Field(1, ge=0, le=255, description="Unit identifier of points that name none.")
    order: Order = advanced("ABCD", description="Byte and word order of values longer than a register, for points that name none.")
    gap: int = advanced(8, ge=0, le=124, description="Registers of no interest that are read along to save a request.")
    max_registers: int = advanced(125, ge=1, le=125, description="Most registers one request asks for; some devices take fewer.")
    max_bits: int = advanced(2000, ge=1, le=2000, description="Most coils or discrete inputs one request asks for.")


class ModbusAddress(PointAddress):
    """Where one value lies. Addresses count from 0 as on the wire: Modicon's 40001 is holding 0."""

    table: Table
    address: int = Field(ge=0, le=65535)
    type: DataType = Field("uint16", description="Of registers; coils and discrete inputs are always bool.")
    bit: int | None = Field(None, ge=0, le=15, description="A single bit of the register, 0 the lowest.")
    length: int = Field(8, ge=1, le=125, description="Registers a string takes.")
    scale: float = Field(1.0, description="value = raw * scale + offset.")
    offset: float = 0.0
    order: Order | None = Field(None, description="Unset: the connection's.")
    device_id: int | None = Field(None, ge=0, le=255, description="Unset: the connection's.")

    @model_validator(mode="after")
    def _fits(self) -> "ModbusAddress":
        if self.address + self.width > 65536:
            raise ValueError(f"a {self.type} at {self.address} reaches past address 65535")
        if self.type == "bool" and self.is_register and self.bit is None:
            raise ValueError("a bool in a register needs `bit` (0 to 15)")
        if self.bit is not None and self.type not in ("bool", "uint16", "int16"):
            raise ValueError(f"`bit` picks from one register; {self.type} is longer")
        return self

    @property
    def resolution(self) -> float:
        return 0.0 if self.type.startswith("float") else abs(self.scale)

    @property
    def is_register(self) -> bool:
        """Whether the table holds registers, not bits."""
        return self.table in ("input", "holding")

    @property
    def width(self) -> int:
        """Registers, or bits in a bit table, that the value takes."""
        if not self.is_register:
            return 1
        return self.length if self.type == "string" else struct.calcsize(f">{CODES[self.type]}") // 2


C = TypeVar("C", bound=ModbusConfig)


class Modbus(Driver[C, ModbusAddress]):
    """What the drivers of Modbus share; each of them only says how a connection is made."""

    Address = ModbusAddress

    def __init__(self, config: C, now: Callable[[], datetime], folder: Path) -> None:
        super().__init__(config, now, folder)
        self._client: ModbusClient | None = None
        self._plans = Plans(self._plan)
        self._silent: dict[int, _Silence] = {}

    @abstractmethod
    def _made(self) -> "ModbusClient":
        """A client that is not yet connected."""

    def _refused(self, err: BaseException) -> KaogongError:
        """Why no connection came about."""
        return unreachable(err, self.peer, self.config.timeout_s)

    async def open(self) -> None:
        await self.close()
        self._plans.clear()
        self._silent.clear()
        self._client = self._made()
        if not await self._client.connect():
            raise self._refused(self._client.ctx.refusal or TimeoutError())

    async def close(self) -> None:
        if self._client is not None:
            self._client.close()
            self._client = None

    async def read(self, points: Sequence[Point[ModbusAddress]]) -> Columns:
        plan, turn = self._plans(points), _Turn()
        samples = await plan.read(lambda blocks: self._ask_all(turn, blocks), self.now())
        if turn.silent and self._silent.keys() >= self._units():
            raise unreachable(TimeoutError(), self.peer, self.config.timeout_s)
        return samples

    async def write(self, point: Point[ModbusAddress], value: Value) -> None:
        address = point.address
        unit = self._unit(address)
        if address.table in ("input", "discrete"):
            raise Missing(f"{point.name} is of the table {address.table} and cannot be written.", code="not_writable", point=point.name)
        client = self._connected()
        if address.table == "coil":
            answer = client.write_coil(address.address, truth(point.name, value), device_id=unit)
        elif address.bit is not None:
            keep = 0xFFFF ^ (1 << address.bit)
            bit = (1 << address.bit) if truth(point.name, value) else 0
            answer = client.mask_write_register(address=address.address, and_mask=keep, or_mask=bit, device_id=unit)
        else:
            registers = _encode(point, value, address.order or self.config.order)
            if len(registers) == 1:
                answer = client.write_register(address.address, registers[0], device_id=unit)
            else:
                answer = client.write_registers(address.address, registers, device_id=unit)
        response = await self._translated(answer)
        if isinstance(response, ExceptionResponse):
            words = EXCEPTIONS.get(response.exception_code, f"exception {response.exception_code}")
            kind = Missing if response.exception_code in (1, 2) else NotReady
            raise kind(f"{point.name} was not written: {words}.", code="write_refused", point=point.name)

    async def _ask_all(self, turn: "_Turn", blocks: Sequence[Block]) -> list[bytes | Refusal]:
        for unit in {b.area[0] for b in blocks} - turn.known:
            turn.known.add(unit)
            if self._is_skipped(unit):
                turn.silent.add(unit)
        return [await self._ask(turn, block) for block in blocks]

    async def _ask(self, turn: "_Turn", block: Block) -> bytes | Refusal:
        unit, table = block.area
        silence = Refusal(Quality.BAD_TIMEOUT, f"unit {unit} did not answer within {self.config.timeout_s:g} s")
        if unit in turn.silent:
            return silence
        request = REQUESTS[table](address=block.start, count=block.count, dev_id=unit)
        try:
            response = await self._translated(self._connected().execute(False, request))
        except NotReady as err:
            if err.stable_code != "timed_out":
                raise
            turn.silent.add(unit)
            told = self._silent.setdefault(unit, _Silence())
            told.misses += 1
            told.skip = min(2**told.misses, 64)
            return silence
        self._silent.pop(unit, None)
        if isinstance(response, ExceptionResponse):
            code = response.exception_code
            words = EXCEPTIONS.get(code, f"exception {code}")
            return Refusal(QUALITIES.get(code, Quality.BAD), words, code in ONE_POINT_MAY_BE_TO_BLAME)
        body: bytes = getattr(response, "body", b"")
        if len(body) != block.length or response.function_code != request.function_code:
            words = f"{self.peer} answered {len(body)} bytes where {block.length} belong."
            raise NotReady(words, code="answer_garbled", peer=self.peer)
        return body

    def _plan(self, points: Sequence[Point[ModbusAddress]]) -> BlockPlan[ModbusAddress]:
        config = self.config
        registers = Limits(config.max_registers, config.gap)
        bits = Limits(config.max_bits, config.gap * 16, unit_bits=1)
        cells = [_cell(p.address, self._unit(p.address), p.address.order or config.order) for p in points]
        return BlockPlan(points, cells, lambda area: registers if area[1] in ("input", "holding") else bits)

    def _unit(self, address: ModbusAddress) -> int:
        return self.config.device_id if address.device_id is None else address.device_id

    def _units(self) -> set[int]:
        return {area[0] for plan in self._plans for area in plan.areas}

    def _is_skipped(self, unit: int) -> bool:
        """A unit that keeps silent behind a gateway is asked ever less often, so that its neighbours are not held up."""
        silence = self._silent.get(unit)
        if silence is None or len(self._silent) == len(self._units()):
            return False
        silence.skip -= 1
        return silence.skip >= 0

    async def _translated(self, answer: Any) -> ModbusPDU:
        try:
            response: ModbusPDU = await answer
        except ModbusException as err:
            client = self._client
            if client is None or not client.connected:
                lost = client.ctx.refusal if client else None
                if isinstance(lost, ModbusException):
                    raise NotReady(f"{self.peer} does not speak Modbus: {lost}.", code="answer_garbled", peer=self.peer) from err
                raise unreachable(lost or ConnectionResetError(), self.peer, self.config.timeout_s) from err
            raise unreachable(TimeoutError(), self.peer, self.config.timeout_s) from err
        return response

    def _connected(self) -> "ModbusClient":
        if self._client is None or not self._client.connected:
            raise unreachable(ConnectionResetError(), self.peer, self.config.timeout_s)
        return self._client


class _RawRegisters(ModbusPDU):
    """Keeps the bytes: pymodbus would make a list of integers that the block's layout takes apart again."""

    function_code = 3
    rtu_byte_count_pos = 2
    body = b""

    def decode(self, data: bytes) -> None:
        self.body = data[1 : 1 + data[0]]


class _RawInputRegisters(_RawRegisters):
    function_code = 4


class _RawCoils(_RawRegisters):
    function_code = 1


class _RawDiscreteInputs(_RawRegisters):
    function_code = 2


REQUESTS: dict[str, type[ModbusPDU]] = {
    "coil": ReadCoilsRequest,
    "discrete": ReadDiscreteInputsRequest,
    "holding": ReadHoldingRegistersRequest,
    "input": ReadInputRegistersRequest,
}


class _Transactions(TransactionManager):
    """Remembers why a connection failed, and fails the waiting request at once when it is lost."""

    refusal: BaseException | None = None

    async def connect(self) -> bool:
        self.is_closing = False
        try:
            self.transport, _ = await asyncio.wait_for(self.call_create(), self.comm_params.timeout_connect)
        except (TimeoutError, OSError) as err:
            self.refusal = err
            return False
        return True

    def callback_data(self, data: bytes, addr: tuple[Any, ...] | None = None) -> int:
        try:
            return super().callback_data(data, addr)
        except (ModbusException, IndexError, struct.error) as err:
            self.refusal = err if isinstance(err, ModbusException) else ModbusException(str(err))
            cast(asyncio.Transport, self.transport).abort()
            return len(data)

    def callback_disconnected(self, exc: Exception | None) -> None:
        self.refusal = self.refusal or exc or ConnectionResetError()
        if self._lock.locked() and not self.response_future.done():
            self.response_future.set_exception(ModbusException("connection lost"))


class ModbusClient(ModbusBaseClient):
    """pymodbus without reconnecting and retries of its own: the collector decides when to try again."""

    ctx: _Transactions

    def __init__(self, framer: FramerType, timeout_s: float, **line: Any) -> None:
        params = CommParams(reconnect_delay=0, timeout_connect=timeout_s, **line)
        super().__init__(framer, 0, params, None, None, None)
        self.ctx = _Transactions(params, FRAMER_NAME_TO_CLASS[framer](DecodePDU(False)), 0, False, None, None, None)
        self.ctx.max_until_disconnect = self.ctx.count_until_disconnect = 1 << 30
        for response in (_RawRegisters, _RawInputRegisters, _RawCoils, _RawDiscreteInputs):
            self.register(response)


@dataclass(slots=True)
class _Silence:
    """How often a unit has not answered in a row, and how many readings it is left out."""

    misses: int = 0
    skip: int = 0


class _Turn:
    """Which units one reading of a group has met, and which of them keep silent."""

    def __init__(self) -> None:
        self.known: set[int] = set()
        self.silent: set[int] = set()


def _cell(a: ModbusAddress, unit: int, order: Order) -> Cell:
    area = (unit, a.table)
    if not a.is_register:
        return Cell(area, a.address, 1)
    if a.bit is not None:
        # The bits of a register count from its low byte, which is the second one unless the bytes are exchanged.
        return Cell(area, a.address, 1, bit=a.bit if order in ("BADC", "DCBA") else a.bit ^ 8)
    if a.type == "string":
        return Cell(area, a.address, a.width, f"{a.length * 2}s", swapped=order in ("BADC", "DCBA"), fix=text)
    # Read as bytes, CDAB is the little end of a swapped register and BADC the big end of one.
    swapped, end = {"ABCD": (False, ">"), "DCBA": (False, "<"), "BADC": (True, ">"), "CDAB": (True, "<")}[order]
    return Cell(area, a.address, a.width, CODES[a.type], end, swapped, fix=scaled(a.scale, a.offset))


def _encode(point: Point[ModbusAddress], value: Value, order: Order) -> list[int]:
    a = point.address
    if a.type == "string":
        return _registers(packed_text(point.name, value, a.length * 2), order in ("BADC", "DCBA"))
    end = "<" if order in ("CDAB", "DCBA") else ">"
    return _registers(packed(point.name, a.type, end + CODES[a.type], value, a.scale, a.offset), order in ("BADC", "CDAB"))


def _registers(body: bytes, swapped: bool) -> list[int]:
    return list(struct.unpack(f"{'<' if swapped else '>'}{len(body) // 2}H", body))
