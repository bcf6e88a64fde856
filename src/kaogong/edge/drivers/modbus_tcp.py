"""Modbus TCP on pymodbus: points are packed into blocks once, and decoded a block at a time."""

import asyncio
import math
import struct
from array import array
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from itertools import chain
from pathlib import Path
from typing import Any, Literal, TypeAlias, cast

from pydantic import Field, model_validator
from pymodbus.client import AsyncModbusTcpClient
from pymodbus.exceptions import ModbusException
from pymodbus.framer import FramerSocket
from pymodbus.pdu import DecodePDU, ExceptionResponse, ModbusPDU
from pymodbus.pdu.bit_message import ReadCoilsRequest, ReadDiscreteInputsRequest
from pymodbus.pdu.register_message import ReadHoldingRegistersRequest, ReadInputRegistersRequest
from pymodbus.transaction import TransactionManager
from pymodbus.transport import CommParams

from kaogong.core.errors import ConfigInvalid, Missing, NotReady
from kaogong.core.quality import Quality
from kaogong.core.reading import Value
from kaogong.edge.drivers.base import Columns, Driver, DriverConfig, Flaw, Point, PointAddress, advanced, unreachable

Table: TypeAlias = Literal["coil", "discrete", "input", "holding"]
DataType: TypeAlias = Literal["bool", "int16", "uint16", "int32", "uint32", "int64", "uint64", "float32", "float64", "string"]
Order: TypeAlias = Literal["ABCD", "CDAB", "BADC", "DCBA"]

CODES = {
    "bool": "H", "int16": "h", "uint16": "H", "int32": "i", "uint32": "I", "int64": "q", "uint64": "Q", "float32": "f", "float64": "d",
}  # fmt: skip
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
    """Where the device or gateway listens, and how it lays out its registers."""

    host: str = Field(description="Address or name of the device or gateway.")
    port: int = Field(502, ge=1, le=65535)
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
    def is_register(self) -> bool:
        """Whether the table holds registers, not bits."""
        return self.table in ("input", "holding")

    @property
    def width(self) -> int:
        """Registers, or bits in a bit table, that the value takes."""
        if not self.is_register:
            return 1
        return self.length if self.type == "string" else struct.calcsize(f">{CODES[self.type]}") // 2


class ModbusTcp(Driver[ModbusConfig, ModbusAddress]):
    """Modbus TCP: coils, discrete inputs, input and holding registers, several units behind one gateway.

    Contiguous points are read in blocks. When the device answers a block with an exception, the block is halved until
    the point to blame stands alone; it is bad with the device's reason and asked again from time to time.
    """

    Config = ModbusConfig
    Address = ModbusAddress

    def __init__(self, config: ModbusConfig, now: Callable[[], datetime], folder: Path) -> None:
        super().__init__(config, now, folder)
        self._client: _Client | None = None
        self._plans: dict[int, _Plan] = {}
        self._silent: dict[int, _Silence] = {}

    @property
    def peer(self) -> str:
        return f"{self.config.host}:{self.config.port}"

    async def open(self) -> None:
        await self.close()
        self._plans.clear()
        self._silent.clear()
        self._client = _Client(self.config)
        if not await self._client.connect():
            raise unreachable(self._client.ctx.refusal or TimeoutError(), self.peer, self.config.timeout_s)

    async def close(self) -> None:
        if self._client is not None:
            self._client.close()
            self._client = None

    async def read(self, points: Sequence[Point[ModbusAddress]]) -> Columns:
        plan = self._plans.get(id(points))
        if plan is None or plan.points is not points:
            plan = self._plans[id(points)] = _Plan(points, self.config)
        observed_at = self.now()
        turn = _Turn(plan, {unit for unit in plan.units if self._is_skipped(unit)})
        blocks, plan.blocks = plan.blocks, []
        try:
            while blocks:
                await self._read_block(turn, blocks[0])
                blocks.pop(0)
            await self._ask_an_outcast(turn)
        finally:
            plan.blocks += blocks
        if turn.silent and self._silent.keys() >= set().union(*(p.units for p in self._plans.values())):
            raise unreachable(TimeoutError(), self.peer, self.config.timeout_s)
        return turn.columns(observed_at)

    async def write(self, point: Point[ModbusAddress], value: Value) -> None:
        address = point.address
        unit = self.config.device_id if address.device_id is None else address.device_id
        if address.table in ("input", "discrete"):
            raise Missing(f"{point.name} is of the table {address.table} and cannot be written.", code="not_writable", point=point.name)
        client = self._connected()
        if address.table == "coil":
            answer = client.write_coil(address.address, bool(value), device_id=unit)
        elif address.bit is not None:
            keep = 0xFFFF ^ (1 << address.bit)
            bit = (1 << address.bit) if value else 0
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

    async def _read_block(self, turn: "_Turn", block: "_Block") -> None:
        if block.unit in turn.silent:
            turn.plan.blocks.append(block)
            return
        answer = await self._ask(turn, block)
        if isinstance(answer, bytes):
            turn.plan.blocks.append(block)
            turn.take(block, answer)
        elif answer not in ONE_POINT_MAY_BE_TO_BLAME:
            turn.plan.blocks.append(block)
            turn.refuse(block, answer)
        elif len(block.places) == 1:
            turn.plan.outcasts.append(block)
            turn.plan.verdicts[block.places[0]] = answer
        else:
            for half in block.halves():
                await self._read_block(turn, half)

    async def _ask_an_outcast(self, turn: "_Turn") -> None:
        """One a turn: a point that has come back is found, and a hundred lost ones do not slow the others down."""
        if not turn.plan.outcasts or turn.plan.outcasts[0].unit in turn.silent:
            return
        block = turn.plan.outcasts.pop(0)
        turn.plan.verdicts.pop(block.places[0], None)
        await self._read_block(turn, block)

    async def _ask(self, turn: "_Turn", block: "_Block") -> bytes | int:
        """The block's bytes, or the number of the exception the device answered; 0 when the unit is silent."""
        request = REQUESTS[block.table](address=block.start, count=block.count, dev_id=block.unit)
        try:
            response = await self._translated(self._connected().execute(False, request))
        except NotReady as err:
            if err.stable_code != "timed_out":
                raise
            turn.silent.add(block.unit)
            silence = self._silent.setdefault(block.unit, _Silence())
            silence.misses += 1
            silence.skip = min(2**silence.misses, 64)
            return 0
        self._silent.pop(block.unit, None)
        if isinstance(response, ExceptionResponse):
            return response.exception_code
        body: bytes = getattr(response, "body", b"")
        if len(body) < block.length:
            words = f"{self.peer} answered {len(body)} bytes where {block.length} belong."
            raise NotReady(words, code="answer_garbled", peer=self.peer)
        return body

    def _is_skipped(self, unit: int) -> bool:
        """A unit that keeps silent behind a gateway is asked ever less often, so that its neighbours are not held up."""
        silence = self._silent.get(unit)
        if silence is None or len(self._silent) == len(set().union(*(p.units for p in self._plans.values()))):
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

    def _connected(self) -> "_Client":
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


class _Client(AsyncModbusTcpClient):
    ctx: _Transactions

    def __init__(self, config: ModbusConfig) -> None:
        # No reconnecting and no retries of its own: the collector decides when to try again.
        super().__init__(config.host, port=config.port, timeout=config.timeout_s, retries=0, reconnect_delay=0)
        params: CommParams = self.comm_params
        self.ctx = _Transactions(params, FramerSocket(DecodePDU(False)), 0, False, None, None, None)
        self.ctx.max_until_disconnect = self.ctx.count_until_disconnect = 1 << 30
        for response in (_RawRegisters, _RawInputRegisters, _RawCoils, _RawDiscreteInputs):
            self.register(response)


@dataclass(slots=True)
class _Silence:
    """How often a unit has not answered in a row, and how many readings it is left out."""

    misses: int = 0
    skip: int = 0


@dataclass(slots=True, eq=False)
class _Layer:
    """Values of a block that do not overlap and share a byte order: one struct call."""

    swapped: bool
    layout: struct.Struct
    places: Sequence[int]
    fixes: tuple[tuple[int, Callable[[Any], Any]], ...]
    has_floats: bool
    is_numeric: bool


@dataclass(slots=True, eq=False)
class _Block:
    """One request. `places` are the indices of its points in the group."""

    plan: "_Plan"
    unit: int
    table: Table
    places: tuple[int, ...]
    start: int = 0
    count: int = 0
    length: int = 0
    layers: list[_Layer] = field(default_factory=list)

    def __post_init__(self) -> None:
        spans = [(a.address, a.address + a.width) for a in map(self.plan.address, self.places)]
        self.start = min(s for s, _ in spans)
        self.count = max(e for _, e in spans) - self.start
        is_register = self.table in ("input", "holding")
        self.length = self.count * 2 if is_register else (self.count + 7) // 8
        if is_register:
            self.layers = _layers(self)

    def halves(self) -> "tuple[_Block, _Block]":
        """The block as two, each with half of the points."""
        middle = len(self.places) // 2
        return (
            _Block(self.plan, self.unit, self.table, self.places[:middle]),
            _Block(self.plan, self.unit, self.table, self.places[middle:]),
        )

    def decode(self, body: bytes, out: list[Any]) -> bool:
        """Put the block's values at their places in `out`; False when one of them may be no finite number."""
        if not self.layers:
            bits = f"{int.from_bytes(body[: self.length], 'little'):0{self.length * 8}b}"[::-1]
            for place in self.places:
                out[place] = bits[self.plan.address(place).address - self.start] == "1"
            return True
        swapped, is_finite = b"", True
        for layer in self.layers:
            if layer.swapped and not swapped:
                registers = array("H", body[: self.length])
                registers.byteswap()
                swapped = registers.tobytes()
            values: Any = layer.layout.unpack_from(swapped if layer.swapped else body)
            if layer.has_floats:  # a sum is no number when one of its parts is none
                summed = values if layer.is_numeric else [v for v in values if v.__class__ is float]
                is_finite = is_finite and math.isfinite(sum(summed))
            if layer.fixes:
                values = list(values)
                for i, fix in layer.fixes:
                    values[i] = fix(values[i])
            if isinstance(layer.places, range):
                out[layer.places.start : layer.places.stop] = values
            else:
                for place, value in zip(layer.places, values, strict=True):
                    out[place] = value
        return is_finite


class _Plan:
    """How one group of points is read: made once, narrowed when the device refuses a block."""

    def __init__(self, points: Sequence[Point[ModbusAddress]], config: ModbusConfig) -> None:
        self.points, self.config = points, config
        self.names = [p.name for p in points]
        self.outcasts: list[_Block] = []
        self.verdicts: dict[int, int] = {}  # place -> exception of a point that stands alone
        self.blocks = self._pack()
        self.units = {b.unit for b in self.blocks}

    def address(self, place: int) -> ModbusAddress:
        return self.points[place].address

    def unit(self, address: ModbusAddress) -> int:
        return self.config.device_id if address.device_id is None else address.device_id

    def order(self, address: ModbusAddress) -> Order:
        return address.order or self.config.order

    def _pack(self) -> list[_Block]:
        def where(place: int) -> tuple[int, str, int]:
            a = self.address(place)
            return self.unit(a), a.table, a.address

        blocks: list[tuple[tuple[int, Table], list[int]]] = []
        start = end = 0
        for place in sorted(range(len(self.points)), key=where):
            a = self.address(place)
            key = (self.unit(a), a.table)
            limit = self.config.max_registers if a.is_register else self.config.max_bits
            gap = self.config.gap if a.is_register else self.config.gap * 16
            fits = blocks and blocks[-1][0] == key and a.address <= end + gap and max(end, a.address + a.width) - start <= limit
            if not fits:
                blocks.append((key, []))
                start = end = a.address
            blocks[-1][1].append(place)
            end = max(end, a.address + a.width)
        return [_Block(self, unit, table, tuple(places)) for (unit, table), places in blocks]


class _Turn:
    """What one reading of a group has brought so far."""

    def __init__(self, plan: _Plan, silent: set[int]) -> None:
        self.plan, self.silent = plan, silent
        self.values: list[Any] = [None] * len(plan.points)
        self.bad: dict[int, Flaw] = {}
        self.is_finite = True

    def take(self, block: _Block, body: bytes) -> None:
        self.is_finite = block.decode(body, self.values) and self.is_finite

    def refuse(self, block: _Block, code: int) -> None:
        words = EXCEPTIONS.get(code, f"exception {code}")
        for place in block.places if code else ():
            self.bad[place] = Flaw(QUALITIES.get(code, Quality.BAD), words)

    def columns(self, observed_at: datetime) -> Columns:
        plan = self.plan
        for place, code in plan.verdicts.items():
            self.bad[place] = Flaw(QUALITIES.get(code, Quality.BAD), EXCEPTIONS.get(code, f"exception {code}"))
        for block in chain(plan.blocks, plan.outcasts) if self.silent else ():
            if block.unit in self.silent:
                for place in block.places:
                    self.bad[place] = Flaw(Quality.BAD_TIMEOUT, f"unit {block.unit} did not answer within {plan.config.timeout_s:g} s")
        if not self.is_finite:
            for place, value in enumerate(self.values):
                if value.__class__ is float and not math.isfinite(value):
                    self.bad[place] = Flaw(Quality.BAD_SENSOR_FAILURE, f"the device sent {value}")
        for place in self.bad:
            self.values[place] = None
        return Columns(plan.points, round(observed_at.timestamp() * 1000), self.values, flaws=self.bad)


def _layers(block: _Block) -> list[_Layer]:
    """Non-overlapping runs by byte order; a point that overlaps another (a bit, a second reading) opens a layer of its own."""
    growing: list[tuple[bool, str, list[int]]] = []
    ends: list[int] = []
    for place in block.places:
        a = block.plan.address(place)
        order = block.plan.order(a)
        # Read as bytes, CDAB is the little end of a swapped register and BADC the big end of one.
        swapped, end = {"ABCD": (False, ">"), "DCBA": (False, "<"), "BADC": (True, ">"), "CDAB": (True, "<")}[order]
        if a.type == "string":
            swapped, end = order in ("BADC", "DCBA"), ">"
        for i, (other_swapped, other_end, members) in enumerate(growing):
            if (other_swapped, other_end) == (swapped, end) and ends[i] <= a.address:
                members.append(place)
                ends[i] = a.address + a.width
                break
        else:
            growing.append((swapped, end, [place]))
            ends.append(a.address + a.width)
    return [_layer(block, swapped, end, members) for swapped, end, members in growing]


def _layer(block: _Block, swapped: bool, end: str, members: list[int]) -> _Layer:
    layout, at, fixes = end, block.start, []
    for i, place in enumerate(members):
        a = block.plan.address(place)
        skip = (a.address - at) * 2
        layout += (f"{skip}x" if skip else "") + (f"{a.length * 2}s" if a.type == "string" else CODES[a.type])
        at = a.address + a.width
        fix = _fix(a)
        if fix is not None:
            fixes.append((i, fix))
    run = range(members[0], members[0] + len(members))
    types = {block.plan.address(place).type for place in members}
    has_floats, is_numeric = not types.isdisjoint({"float32", "float64"}), "string" not in types
    return _Layer(swapped, struct.Struct(layout), run if list(run) == members else tuple(members), tuple(fixes), has_floats, is_numeric)


def _fix(a: ModbusAddress) -> Callable[[Any], Any] | None:
    if a.type == "string":
        return lambda raw: raw.split(b"\0", 1)[0].decode("utf-8", "replace").rstrip()
    if a.bit is not None:
        bit = a.bit
        return lambda raw: bool(raw >> bit & 1)
    if (a.scale, a.offset) == (1.0, 0.0):
        return None
    offset = a.offset
    inverse = round(1 / a.scale) if a.scale else 0
    if inverse and math.isclose(inverse * a.scale, 1.0, rel_tol=1e-12):
        # 3 * 0.1 is 0.30000000000000004; 3 / 10 is what the device means.
        return lambda raw: raw / inverse + offset
    scale = a.scale
    return lambda raw: raw * scale + offset


def _encode(point: Point[ModbusAddress], value: Value, order: Order) -> list[int]:
    a = point.address
    if a.type == "string":
        body = str(value).encode()[: a.length * 2].ljust(a.length * 2, b"\0")
        return _registers(body, order in ("BADC", "DCBA"))
    if isinstance(value, str) or value is None:
        raise ConfigInvalid(f"{point.name} takes a number, not {value!r}.", code="value_unfit", field="value")
    raw: float = (value - a.offset) / a.scale if (a.scale, a.offset) != (1.0, 0.0) else value
    end = "<" if order in ("CDAB", "DCBA") else ">"
    try:
        body = struct.pack(end + CODES[a.type], raw if a.type.startswith("float") else round(raw))
    except (struct.error, OverflowError, ValueError) as err:
        raise ConfigInvalid(f"{value!r} does not fit into the {a.type} of {point.name}.", code="value_unfit", field="value") from err
    return _registers(body, order in ("BADC", "CDAB"))


def _registers(body: bytes, swapped: bool) -> list[int]:
    return list(struct.unpack(f"{'<' if swapped else '>'}{len(body) // 2}H", body))
