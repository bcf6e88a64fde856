"""CAN with DBC files (cantools) and J1939, over Linux's SocketCAN or an adapter that speaks SLCAN."""

import asyncio
import socket
import struct
from collections.abc import AsyncIterator, Callable, Iterable, Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from datetime import datetime
from math import isclose
from pathlib import Path
from typing import Any, Literal, NamedTuple

import cantools
from cantools.database.can import Database, Message, Signal
from cantools.database.conversion import BaseConversion
from cantools.database.errors import Error as CantoolsError
from pydantic import Field, field_validator, model_validator

from kaogong.core.errors import ConfigInvalid, KaogongError, NotReady
from kaogong.core.quality import Quality
from kaogong.core.reading import Sample, Value
from kaogong.edge.drivers.base import Browsed, Deliver, Driver, DriverConfig, Group, PointAddress, unreachable

BIT_RATES = {10: 0, 20: 1, 50: 2, 100: 3, 125: 4, 250: 5, 500: 6, 800: 7, 1000: 8}
EXTENDED, ID_MASK, NO_DATA = 0x80000000, 0x1FFFFFFF, 0x60000000  # linux/can.h
FRAME = struct.Struct("=IB3x8s")
TP_CM, TP_DT, BAM = 0xEC00, 0xEB00, 32  # SAE J1939-21, 5.10
LONGEST_LINE = 4096


class _Spn(NamedTuple):
    """Where a suspect parameter lies in its group: first bit, bits, scale, offset (SAE J1939-71)."""

    pgn: int
    start: int
    length: int
    scale: float
    offset: float
    name: str


SPNS = {
    91: _Spn(61443, 8, 8, 0.4, 0, "Accelerator pedal position 1 (%)"), 92: _Spn(61443, 16, 8, 1, 0, "Engine load (%)"),
    190: _Spn(61444, 24, 16, 0.125, 0, "Engine speed (r/min)"), 247: _Spn(65253, 0, 32, 0.05, 0, "Engine hours (h)"),
    110: _Spn(65262, 0, 8, 1, -40, "Coolant temperature (°C)"), 175: _Spn(65262, 16, 16, 0.03125, -273, "Oil temperature (°C)"),
    100: _Spn(65263, 24, 8, 4, 0, "Oil pressure (kPa)"), 84: _Spn(65265, 8, 16, 1 / 256, 0, "Wheel speed (km/h)"),
    183: _Spn(65266, 0, 16, 0.05, 0, "Fuel rate (l/h)"), 171: _Spn(65269, 24, 16, 0.03125, -273, "Ambient temperature (°C)"),
    168: _Spn(65271, 32, 16, 0.05, 0, "Battery voltage (V)"), 96: _Spn(65276, 8, 8, 0.4, 0, "Fuel level (%)"),
    245: _Spn(65248, 32, 32, 0.125, 0, "Total distance (km)"), 182: _Spn(65257, 0, 32, 0.5, 0, "Trip fuel (l)"),
}  # fmt: skip


class CanBusConfig(DriverConfig):
    """Where the bus begins, and what its messages mean."""

    bus: str = Field(description="can0 for SocketCAN; tcp://host:port of an SLCAN adapter or gateway.")
    bit_rate_kbit: Literal[10, 20, 50, 100, 125, 250, 500, 800, 1000] = Field(500, description="Of SLCAN; SocketCAN has its own.")
    dbc: str = Field("", description="DBC file on the node; empty: points say where their bits are, or name a J1939 parameter.")

    @field_validator("bus")
    @classmethod
    def _leads_somewhere(cls, value: str) -> str:
        host, _, port = value.removeprefix("tcp://").rpartition(":")
        if value.startswith("tcp://") and not (host and port.isdigit() and 0 < int(port) < 65536):
            raise ValueError("write tcp://host:port, for example tcp://10.0.0.7:3333")
        if not value or ("/" in value and not value.startswith("tcp://")):
            raise ValueError("write a SocketCAN interface such as can0, or tcp://host:port")
        return value


class CanBusAddress(PointAddress):
    """One of: a signal of the DBC file, a J1939 parameter, or bits of a frame or of a J1939 group."""

    signal: str = Field("", description="Message.Signal of the DBC file.")
    spn: int | None = Field(None, ge=1, le=524287, description="J1939 parameter, such as 190 for engine speed.")
    pgn: int | None = Field(None, ge=0, le=0x3FFFF, description="J1939 group whose bits follow.")
    frame_id: int | None = Field(None, ge=0, le=ID_MASK, description="Identifier of the frame whose bits follow.")
    is_extended: bool = Field(False, description="Whether frame_id has 29 bits.")
    source: int | None = Field(None, ge=0, le=253, description="J1939: of this controller alone.")
    start_bit: int = Field(0, ge=0, le=14279, description="As in DBC files: intel the lowest bit, motorola the highest.")
    length: int = Field(8, ge=1, le=64, description="Bits.")
    byte_order: Literal["intel", "motorola"] = "intel"
    is_signed: bool = False
    scale: float = Field(1.0, description="value = raw * scale + offset.")
    offset: float = 0.0

    @model_validator(mode="after")
    def _is_one(self) -> "CanBusAddress":
        if sum((bool(self.signal), self.spn is not None, self.pgn is not None, self.frame_id is not None)) != 1:
            raise ValueError("write one of `signal`, `spn`, `pgn` and `frame_id`")
        if self.spn is not None and self.spn not in SPNS:
            raise ValueError(
                f"parameter {self.spn} is not among {', '.join(map(str, SPNS))}: give `pgn`, `start_bit`, `length` and `scale`"
            )
        if self.frame_id is not None and self.frame_id > 0x7FF and not self.is_extended:
            raise ValueError("a frame_id above 7FF needs `is_extended`")
        return self


class CanBus(Driver[CanBusConfig, CanBusAddress]):
    """CAN (2.0A, 2.0B) and J1939: signals by DBC file, parameters by number, or bits; over SocketCAN or SLCAN (Ethernet, wireless).

    Long J1939 messages announced to all (BAM) are put together. A parameter that its controller calls not available is bad.
    A frame is decoded once an interval at most.
    """

    Config = CanBusConfig
    Address = CanBusAddress
    pushes = True

    def __init__(self, config: CanBusConfig, now: Callable[[], datetime], folder: Path) -> None:
        super().__init__(config, now, folder)
        self._wire: _SocketCan | _Slcan | None = None
        self._database: Database | None = None

    @property
    def peer(self) -> str:
        return self.config.bus.removeprefix("tcp://")

    async def open(self) -> None:
        await self.close()
        self._database = self._described()
        wire: _SocketCan | _Slcan = _Slcan(self.config) if self.config.bus.startswith("tcp://") else _SocketCan(self.config)
        self._wire = wire
        try:
            async with asyncio.timeout(self.config.timeout_s):
                await wire.open()
        except OSError as err:
            if isinstance(wire, _SocketCan):
                message = f"There is no CAN interface {self.peer}: {err.strerror or err}. Is it up (ip link set {self.peer} up)?"
                raise NotReady(message, code="port_missing", peer=self.peer) from err
            raise unreachable(err, self.peer, self.config.timeout_s) from err

    async def close(self) -> None:
        wire, self._wire = self._wire, None
        if wire is not None:
            wire.close()

    async def subscribe(self, groups: Sequence[Group[CanBusAddress]], deliver: Deliver) -> None:
        wire = self._opened()
        wanted, bad = self._plan(groups)
        if bad:
            deliver([Sample(name, None, self.now(), Quality.BAD_NODE_UNKNOWN, words) for name, words in bad])
        transfers: dict[int, _Transfer] = {}
        try:
            async for frames in wire.frames():
                at = self.now()
                made: list[Sample] = []
                for number, data in frames:
                    for key, body in _meanings(number, data, transfers):
                        for watch in wanted.get(key, ()):
                            made += watch.samples(body, at)
                if made:
                    deliver(made)
        except OSError as err:
            raise unreachable(err, self.peer, self.config.timeout_s) from err

    async def check(self) -> bool:
        try:
            async with asyncio.timeout(self.config.timeout_s):
                await self._opened().check()
        except OSError as err:
            raise unreachable(err, self.peer, self.config.timeout_s) from err
        return False

    async def browse(self, parent: str | None = None) -> list[Browsed]:
        if self._database is None:
            offered = SPNS.items() if parent is None else ()
            return [Browsed(f"spn{n}", s.name, False, {"spn": n}, "float64") for n, s in offered]
        if parent is None:
            return [Browsed(m.name, m.name, True) for m in self._database.messages]
        message = self._database.get_message_by_name(parent)
        return [Browsed(f"{parent}.{s.name}", s.name, False, {"signal": f"{parent}.{s.name}"}, _type(s)) for s in message.signals]

    def _described(self) -> Database | None:
        if not self.config.dbc:
            return None
        try:
            found = cantools.database.load_file(self.config.dbc, database_format="dbc", strict=False)
        except (OSError, CantoolsError, UnicodeDecodeError) as err:
            words = f"The DBC file {self.config.dbc} cannot be read: {' '.join(str(err).split())[:200]}."
            raise ConfigInvalid(words, code="dbc_unreadable", field="config.dbc") from err
        assert isinstance(found, Database)
        return found

    def _plan(self, groups: Iterable[Group[CanBusAddress]]) -> "tuple[dict[_Key, list[_Watch]], list[tuple[str, str]]]":
        """Which points a frame feeds, and those that none can."""
        watches: dict[tuple[_Key, int, float], _Watch] = {}
        wanted: dict[_Key, list[_Watch]] = {}
        bad = []
        for group in groups:
            for point in group.points:
                found = self._place(point.address)
                if isinstance(found, str):
                    bad.append((point.name, found))
                    continue
                key, message, signal = found
                watch = watches.get((key, id(message), group.interval_s))
                if watch is None or not point.address.signal:
                    watch = _Watch(message, group.interval_s, key.kind == "pgn")
                    watches[key, id(message), group.interval_s] = watch
                    wanted.setdefault(key, []).append(watch)
                watch.points.append((point.name, signal))
        return wanted, bad

    def _place(self, address: CanBusAddress) -> "tuple[_Key, Message, Signal] | str":
        if address.signal:
            return self._by_name(address)
        if address.spn is not None:
            spn = SPNS[address.spn]
            return _Key("pgn", spn.pgn, address.source), *_bits(spn.start, spn.length, "intel", False, spn.scale, spn.offset)
        signal = _bits(address.start_bit, address.length, address.byte_order, address.is_signed, address.scale, address.offset)
        if address.pgn is not None:
            return _Key("pgn", address.pgn, address.source), *signal
        return _Key("extended" if address.is_extended else "standard", address.frame_id or 0, None), *signal

    def _by_name(self, address: CanBusAddress) -> "tuple[_Key, Message, Signal] | str":
        message_name, _, signal_name = address.signal.rpartition(".")
        if self._database is None:
            return "the connection has no DBC file"
        with suppress(KeyError):
            message = self._database.get_message_by_name(message_name)
            signal = message.get_signal_by_name(signal_name)
            if message.protocol == "j1939":
                return _Key("pgn", _pgn(message.frame_id)[0], address.source), message, signal
            return _Key("extended" if message.is_extended_frame else "standard", message.frame_id, None), message, signal
        return f"the DBC file has no signal {address.signal}"

    def _opened(self) -> "_SocketCan | _Slcan":
        if self._wire is None:
            raise unreachable(ConnectionResetError(), self.peer, self.config.timeout_s)
        return self._wire


class _Key(NamedTuple):
    """What a frame is known by: its identifier, or its J1939 group and controller."""

    kind: str
    number: int
    source: int | None


@dataclass(slots=True, eq=False)
class _Watch:
    """Points of one message at one pace."""

    message: Message
    interval_s: float
    is_j1939: bool
    points: list[tuple[str, Signal]] = field(default_factory=list)
    last: datetime | None = None

    def samples(self, data: bytes, at: datetime) -> list[Sample]:
        if self.last is not None and (at - self.last).total_seconds() < self.interval_s * 0.9:
            return []
        try:
            raw: Any = self.message.decode(data, decode_choices=False, scaling=False, allow_truncated=True)
        except (CantoolsError, ValueError) as err:
            return [
                Sample(n, None, at, Quality.BAD_TYPE_MISMATCH, f"the frame does not fit its description: {err}") for n, _ in self.points
            ]
        made = [_sample(name, signal, raw.get(signal.name), at, self.is_j1939) for name, signal in self.points]
        found = [s for s in made if s is not None]
        # Each branch of a multiplexed message has a pace of its own, which its sender keeps.
        if found and not self.message.is_multiplexed():
            self.last = at
        return found


def _sample(name: str, signal: Signal, raw: Any, at: datetime, is_j1939: bool) -> Sample | None:
    """None where the frame carries another branch of a multiplexed message."""
    if raw is None:
        return None if signal.multiplexer_ids else Sample(name, None, at, Quality.BAD_TYPE_MISMATCH, "the frame is too short for it")
    if is_j1939 and not signal.is_signed and signal.length >= 8:
        # SAE J1939-71, table 1: the highest byte FF says not available, FE says an error.
        top = raw >> (signal.length - 8)
        if top >= 0xFE:
            return Sample(name, None, at, Quality.BAD_SENSOR_FAILURE, "not available" if top == 0xFF else "the controller reports an error")
    return Sample(name, _scaled(raw, float(signal.conversion.scale), float(signal.conversion.offset)), at)


def _scaled(raw: Any, scale: float, offset: float) -> Value:
    if scale == 1.0 and offset == int(offset) and isinstance(raw, int):
        return raw + int(offset)
    inverse = round(1 / scale) if scale else 0
    if inverse and isclose(inverse * scale, 1.0, rel_tol=1e-12):
        return float(raw / inverse + offset)
    return float(raw * scale + offset)


def _bits(start: int, length: int, order: str, is_signed: bool, scale: float, offset: float) -> tuple[Message, Signal]:
    conversion = BaseConversion.factory(scale=scale, offset=offset)
    byte_order: Any = "little_endian" if order == "intel" else "big_endian"
    signal = Signal("value", start, length, byte_order=byte_order, is_signed=is_signed, conversion=conversion)
    end = start + length if order == "intel" else start // 8 * 8 + 8 + length
    return Message(0, "bits", max(8, -(-end // 8)), [signal], strict=False), signal


def _type(signal: Signal) -> str:
    return "int64" if signal.conversion.scale == 1 and not signal.is_float else "float64"


@dataclass(slots=True)
class _Transfer:
    """A message announced to all, of which packets are still to come."""

    pgn: int
    size: int
    packets: int
    body: bytearray = field(default_factory=bytearray)
    last: int = 0


def _pgn(number: int) -> tuple[int, int]:
    """Group and controller of a 29-bit identifier: a group below F000 has the addressed controller in its lowest byte."""
    group = number >> 8 & 0x3FFFF
    return (group if group & 0xFF00 >= 0xF000 else group & 0x3FF00), number & 0xFF


def _meanings(number: int, data: bytes, transfers: dict[int, _Transfer]) -> Iterable[tuple[_Key, bytes]]:
    """The keys under which points may wait for this frame."""
    if not number & EXTENDED:
        yield _Key("standard", number, None), data
        return
    number &= ID_MASK
    yield _Key("extended", number, None), data
    group, source = _pgn(number)
    if group in (TP_CM, TP_DT):
        whole = _assembled(group, source, data, transfers)
        if whole is None:
            return
        group, data = whole
    yield _Key("pgn", group, None), data
    yield _Key("pgn", group, source), data


def _assembled(group: int, source: int, data: bytes, transfers: dict[int, _Transfer]) -> tuple[int, bytes] | None:
    if len(data) < 8:
        return None
    if group == TP_CM:
        if data[0] == BAM:
            transfers[source] = _Transfer(int.from_bytes(data[5:8], "little"), int.from_bytes(data[1:3], "little"), data[3])
        return None
    transfer = transfers.get(source)
    if transfer is None or data[0] != transfer.last + 1:
        transfers.pop(source, None)  # a packet is missing: what is left cannot be trusted
        return None
    transfer.last = data[0]
    transfer.body += data[1:]
    if transfer.last < transfer.packets:
        return None
    del transfers[source]
    return transfer.pgn, bytes(transfer.body[: transfer.size])


class _SocketCan:
    """Frames of a Linux interface."""

    def __init__(self, config: CanBusConfig) -> None:
        self._name = config.bus
        self._socket: socket.socket | None = None

    async def open(self) -> None:
        self._socket = socket.socket(socket.AF_CAN, socket.SOCK_RAW, socket.CAN_RAW)
        self._socket.setblocking(False)
        self._socket.bind((self._name,))

    def close(self) -> None:
        if self._socket is not None:
            self._socket.close()
            self._socket = None

    async def check(self) -> None:
        """The kernel ends a reading when the interface goes down."""

    async def frames(self) -> AsyncIterator[list[tuple[int, bytes]]]:
        loop = asyncio.get_running_loop()
        while self._socket is not None:
            number, length, data = FRAME.unpack(await loop.sock_recv(self._socket, FRAME.size))
            if not number & NO_DATA:
                yield [(number, data[:length])]


class _Slcan:
    """Frames as lines of text (Lawicel's protocol), as most serial and network adapters speak it."""

    def __init__(self, config: CanBusConfig) -> None:
        self._config = config
        host, _, port = config.bus.removeprefix("tcp://").rpartition(":")
        self._where = host.strip("[]"), int(port)
        self._reader: asyncio.StreamReader | None = None
        self._writer: asyncio.StreamWriter | None = None
        self._answered = asyncio.Event()
        self._rest, self._kept = b"", list[bytes]()

    async def open(self) -> None:
        self._reader, self._writer = await asyncio.open_connection(*self._where)
        for command in ("C", f"S{BIT_RATES[self._config.bit_rate_kbit]}", "O"):
            self._writer.write(f"{command}\r".encode())
            answer = await self._line()
            while answer[:1] in (b"t", b"T", b"r", b"R"):  # frames of a channel that somebody left open
                answer = await self._line()
            # An adapter answers C with an error when it is closed already.
            if answer not in (b"", b"\a") or (answer == b"\a" and command == "O"):
                raise self._garbled(answer)

    def close(self) -> None:
        writer, self._reader, self._writer = self._writer, None, None
        if writer is not None:
            writer.transport.abort()

    async def check(self) -> None:
        """An adapter that is there says its version."""
        if self._writer is None:
            raise ConnectionResetError
        self._answered.clear()
        self._writer.write(b"V\r")
        await self._answered.wait()

    async def frames(self) -> AsyncIterator[list[tuple[int, bytes]]]:
        while True:
            frames = []
            for line in await self._lines():
                if line[:1] in (b"t", b"T"):
                    frames.append(self._frame(line))
                elif line[:1] in (b"V", b"v"):
                    self._answered.set()
            if frames:
                yield frames

    async def _line(self) -> bytes:
        """The next line; what comes after it is kept."""
        while not self._kept:
            self._kept += await self._lines()
        return self._kept.pop(0)

    async def _lines(self) -> list[bytes]:
        """Whole lines without their ends, at least one. A bell, which says no, is a line of its own."""
        kept, self._kept = self._kept, []
        if kept:
            return kept
        while True:
            if self._reader is None:
                raise ConnectionResetError
            got = await self._reader.read(65536)
            if not got:
                raise ConnectionResetError
            *lines, self._rest = (self._rest + got).replace(b"\a", b"\a\r").split(b"\r")
            if len(self._rest) > LONGEST_LINE:
                raise self._garbled(self._rest)
            if lines:
                return lines

    def _frame(self, line: bytes) -> tuple[int, bytes]:
        digits = 8 if line[:1] == b"T" else 3
        try:
            number, length = int(line[1 : 1 + digits], 16), int(line[1 + digits : 2 + digits], 16)
            data = bytes.fromhex(line[2 + digits : 2 + digits + 2 * length].decode("ascii"))
        except ValueError as err:
            raise self._garbled(line) from err
        return (number | EXTENDED if digits == 8 else number), data

    def _garbled(self, line: bytes) -> KaogongError:
        peer = self._config.bus.removeprefix("tcp://")
        return NotReady(f"{peer} does not speak SLCAN: it says {line[:40]!r}.", code="answer_garbled", peer=peer)
