"""IEC 60870-5-104: the telecontrol protocol of substations and pipelines, written from the standard; the station pushes."""

import asyncio
import contextlib
import math
import struct
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Literal, TypeAlias
from zoneinfo import ZoneInfo

from pydantic import Field, field_validator, model_validator

from kaogong.core.errors import ConfigInvalid, KaogongError, Missing, NotReady
from kaogong.core.quality import Quality
from kaogong.core.reading import Sample, Value
from kaogong.edge.drivers.base import Browsed, Deliver, Driver, DriverConfig, Group, Point, PointAddress, advanced, unreachable

Command: TypeAlias = Literal["single", "double", "step", "normalized", "scaled", "float", "bits"]

START = 0x68
STARTDT, STARTDT_CON, STOPDT, STOPDT_CON, TESTFR, TESTFR_CON = 0x07, 0x0B, 0x13, 0x23, 0x43, 0x83
ACTIVATION, CONFIRMED, ENDED, REQUESTED = 6, 7, 10, 5
INTERROGATE, COUNTERS, READ, SET_CLOCK = 100, 101, 102, 103
INITIALISED = 70
WHOLE_STATION = 20
GENERAL_COUNTERS = 5
NEGATIVE, TEST = 0x40, 0x80
COMMANDS: dict[str, int] = {"single": 45, "double": 46, "step": 47, "normalized": 48, "scaled": 49, "float": 50, "bits": 51}
TIMED = 13  # command types with a time follow those without at this distance
UNKNOWN = {
    44: "the station does not know this type of command",
    45: "the station does not know this cause of transmission",
    46: "there is no such common address",
    47: "there is no such object",
}
SUBSTITUTED = 0x40910000  # OPC UA UncertainSubstituteValue

# Bit of the quality descriptor (IEC 60870-5-101, 7.2.6.3) -> status code and words, the worst first.
FLAGS = (
    (0x80, Quality.BAD, "the station marks it invalid"),
    (0x40, Quality.UNCERTAIN_LAST_USABLE, "not topical"),
    (0x10, Quality.UNCERTAIN_LAST_USABLE, "blocked"),
    (0x20, SUBSTITUTED, "substituted by hand or by the station"),
    (0x01, Quality.UNCERTAIN_EU_EXCEEDED, "overflow"),
)


class Iec104Config(DriverConfig):
    """Which station, how its clock runs, how often it is asked for everything."""

    host: str = Field(description="Address or name of the station or gateway.")
    port: int = Field(2404, ge=1, le=65535)
    common_address: int = Field(1, ge=1, le=65534, description="Common address of ASDU of points that name none.")
    time: Literal["station", "arrival"] = advanced("station", description="Whose clock a value with a time carries.")
    station_zone: str = advanced("UTC", description="Zone of the station's clock, for example Asia/Shanghai.")
    interrogate_every_s: float = advanced(0.0, ge=0, description="General interrogation again after this time; 0: at the start only.")
    set_clock_every_s: float = advanced(0.0, ge=0, description="Set the station's clock at the start and after this time; 0: never.")
    originator: int = advanced(0, ge=0, le=255, description="Originator address.")
    window: int = advanced(8, ge=1, le=32767, description="Messages received before they are acknowledged (w).")
    unacknowledged: int = advanced(12, ge=1, le=32767, description="Messages sent without acknowledgement at most (k).")

    @field_validator("station_zone")
    @classmethod
    def _is_a_zone(cls, value: str) -> str:
        try:
            ZoneInfo(value)
        except (OSError, ValueError, KeyError) as err:
            raise ValueError("write a zone such as UTC or Asia/Shanghai") from err
        return value


class Iec104Address(PointAddress):
    """An information object, and how it is commanded where it can be."""

    object: int = Field(ge=1, le=0xFFFFFF, description="Information object address.")
    common_address: int | None = Field(None, ge=1, le=65534, description="Unset: the connection's.")
    scale: float = Field(1.0, description="value = raw * scale + offset.")
    offset: float = 0.0
    command: Command | None = Field(None, description="Kind of command that writes it; unset: read only.")
    command_object: int | None = Field(None, ge=1, le=0xFFFFFF, description="Where commands go; unset: the same object.")
    select: bool = Field(False, description="Select before operate.")
    qualifier: int = advanced(0, ge=0, le=127, description="QU of a command (0 to 31), QL of a set point (0 to 127).")
    timed: bool = advanced(False, description="Commands carry the time.")

    @model_validator(mode="after")
    def _fits(self) -> "Iec104Address":
        if self.scale == 0:
            raise ValueError("scale must not be 0")
        if self.command in ("single", "double", "step") and self.qualifier > 31:
            raise ValueError("the qualifier of a command is 0 to 31")
        if self.command == "bits" and self.select:
            raise ValueError("a bit string cannot be selected before it is operated")
        return self


class Iec104(Driver[Iec104Config, Iec104Address]):
    """IEC 60870-5-104 over Ethernet or any wireless network that carries TCP: process values of substations, pumping stations, pipelines.

    Single, double and step points, bit strings, measured values (normalized, scaled, float), counters, with the station's own time
    (CP56Time2a) and quality. The station sends changes by itself; a general interrogation at the start brings the rest, and a counter
    interrogation what that does not. A point that neither brings is bad by name until it comes. A double point reads 0 (between), 1
    (off), 2 (on) or 3 (undefined). Commands and set points, direct or select before operate, return with the station's confirmation.
    No TLS (IEC 62351-3).
    """

    Config = Iec104Config
    Address = Iec104Address
    pushes = True

    def __init__(self, config: Iec104Config, now: Callable[[], datetime], folder: Path) -> None:
        super().__init__(config, now, folder)
        self._link: _Link | None = None
        self._deliver: Deliver | None = None
        self._wanted: dict[int, list[Point[Iec104Address]]] = {}
        self._found: dict[int, int] = {}
        self._with_counters: set[int] = set()
        self._interrogated: datetime | None = None
        self._clock_set: datetime | None = None
        self._zone = ZoneInfo(config.station_zone)

    @property
    def peer(self) -> str:
        return f"{self.config.host}:{self.config.port}"

    async def open(self) -> None:
        await self.close()
        config = self.config
        try:
            async with asyncio.timeout(config.timeout_s):
                loop = asyncio.get_running_loop()
                _, self._link = await loop.create_connection(lambda: _Link(config, self.peer, self._take), config.host, config.port)
                # Data transfer starts with the subscription: until then the station keeps what happens for us.
                await self._link.ask(TESTFR)
        except OSError as err:
            raise self._translated(err) from err

    async def close(self) -> None:
        link, self._link = self._link, None
        self._deliver, self._interrogated, self._clock_set = None, None, None
        self._wanted, self._found, self._with_counters = {}, {}, set()
        if link is not None:
            link.close()

    async def subscribe(self, groups: Sequence[Group[Iec104Address]], deliver: Deliver) -> None:
        link = self._connected()
        for point in (p for g in groups for p in g.points):
            self._wanted.setdefault(self._key(point), []).append(point)
        self._deliver = deliver
        try:
            await link.start()
            addresses = sorted({key >> 24 for key in self._wanted})
            if self.config.set_clock_every_s:
                await self._set_clocks(addresses)
            self._interrogated = self.now()
            for common in addresses:
                await self._ask_for_all(common)
        except OSError as err:
            raise self._translated(err) from err
        await asyncio.shield(link.ended)

    async def check(self) -> bool:
        """The test frame shows that the station still serves us: what it has not changed still stands."""
        link = self._connected()
        config, now = self.config, self.now()
        try:
            link.acknowledge()
            async with asyncio.timeout(config.timeout_s):
                await link.ask(TESTFR)
            addresses = sorted({key >> 24 for key in self._wanted})
            if _is_due(self._clock_set, config.set_clock_every_s, now):
                await self._set_clocks(addresses)
            if _is_due(self._interrogated, config.interrogate_every_s, now):
                self._interrogated = now
                for common in addresses:
                    self._send_interrogation(common)
        except OSError as err:
            raise self._translated(err) from err
        return True

    async def browse(self, parent: str | None = None) -> list[Browsed]:
        """Common addresses at the top, below each the objects that its general interrogation brings."""
        link = self._connected()
        try:
            await link.start()
            if parent is None:
                known = sorted({self.config.common_address, *(key >> 24 for key in (*self._wanted, *self._found))})
                return [Browsed(str(common), f"station {common}", True) for common in known]
            if not parent.isdigit():
                raise Missing(f"{self.peer} has no such node.", code="node_unknown", peer=self.peer)
            common = int(parent)
            refusal = await self._interrogate(link, common, INTERROGATE, WHOLE_STATION)
            if refusal:
                raise Missing(
                    f"{self.peer} does not answer for the common address {common}: {refusal}.", code="node_unknown", peer=self.peer
                )
            await self._interrogate(link, common, COUNTERS, GENERAL_COUNTERS)
        except OSError as err:
            raise self._translated(err) from err
        found = sorted((key & 0xFFFFFF, kind) for key, kind in self._found.items() if key >> 24 == common)
        return [
            Browsed(f"{common}/{at}", str(at), False, {"object": at, "common_address": common}, TYPES[kind].words) for at, kind in found
        ]

    async def write(self, point: Point[Iec104Address], value: Value) -> None:
        address = point.address
        if address.command is None:
            words = f"{point.name} has no `command` in its address, so it is read only."
            raise Missing(words, code="not_writable", point=point.name)
        body = _encode(point, value)
        if address.timed:
            body += _time_bytes(self.now().astimezone(self._zone))
        kind = COMMANDS[address.command] + (TIMED if address.timed else 0)
        common = address.common_address or self.config.common_address
        at = address.command_object or address.object
        link = self._connected()
        try:
            await link.start()
            if address.select:
                selected = bytes([*body[: _QUALIFIER[address.command]], body[_QUALIFIER[address.command]] | 0x80])
                await self._command(link, point, kind, common, at, selected + body[len(selected) :])
            await self._command(link, point, kind, common, at, body)
            # The new state comes at once from a station that can be asked; one that cannot says so, and sends it by itself.
            link.send(_asdu(READ, REQUESTED, self.config.originator, common, address.object))
        except OSError as err:
            raise self._translated(err) from err

    async def _command(self, link: "_Link", point: Point[Iec104Address], kind: int, common: int, at: int, body: bytes) -> None:
        answer = link.expect((kind, common, at))
        await link.room()
        link.send(_asdu(kind, ACTIVATION, self.config.originator, common, at, body))
        async with asyncio.timeout(self.config.timeout_s):
            refusal = await answer
        if refusal:
            error = Missing if refusal in UNKNOWN.values() else NotReady
            raise error(f"{point.name} was not written: {refusal}.", code="write_refused", point=point.name)

    async def _set_clocks(self, addresses: Sequence[int]) -> None:
        link = self._connected()
        self._clock_set = self.now()
        for common in addresses:
            answer = link.expect((SET_CLOCK, common, 0))
            await link.room()
            time = _time_bytes(self.now().astimezone(self._zone))
            link.send(_asdu(SET_CLOCK, ACTIVATION, self.config.originator, common, 0, time))
            async with asyncio.timeout(self.config.timeout_s):
                refusal = await answer
            if refusal:
                words = f"{self.peer} does not let its clock be set: {refusal}. Set set_clock_every_s to 0."
                raise ConfigInvalid(words, code="clock_refused", field="config.set_clock_every_s", peer=self.peer)

    async def _ask_for_all(self, common: int) -> None:
        """General interrogation, counters where it leaves something out, and the bad news about what is not there."""
        link = self._connected()
        refusal = await self._interrogate(link, common, INTERROGATE, WHOLE_STATION)
        if self._missing(common) and not refusal:
            await self._interrogate(link, common, COUNTERS, GENERAL_COUNTERS)
        at = self.now()
        why = refusal or "the station has no such object: it is in no interrogation and has not come by itself"
        bad = [Sample(p.name, None, at, Quality.BAD_NODE_UNKNOWN, why) for p in self._missing(common)]
        if bad and self._deliver is not None:
            self._deliver(bad)

    def _missing(self, common: int) -> list[Point[Iec104Address]]:
        return [p for key, points in self._wanted.items() if key >> 24 == common and key not in self._found for p in points]

    async def _interrogate(self, link: "_Link", common: int, kind: int, qualifier: int) -> str:
        """Everything of one station has come when this returns; the reason when it refuses."""
        confirmed, ended = link.expect((kind, common, 0)), link.expect((kind, common, ENDED))
        await link.room()
        link.send(_asdu(kind, ACTIVATION, self.config.originator, common, 0, bytes([qualifier])))
        try:
            async with asyncio.timeout(self.config.timeout_s):
                refusal = await confirmed
            if not refusal:
                await link.patient(ended)
        finally:
            ended.cancel()
        return refusal

    def _send_interrogation(self, common: int) -> None:
        link = self._connected()
        link.send(_asdu(INTERROGATE, ACTIVATION, self.config.originator, common, 0, bytes([WHOLE_STATION])))
        if common in self._with_counters:
            link.send(_asdu(COUNTERS, ACTIVATION, self.config.originator, common, 0, bytes([GENERAL_COUNTERS])))

    def _take(self, asdu: bytes) -> None:
        """One message of the station: the answer to a command, or values."""
        kind, shape, cause, _, common = struct.unpack_from("<BBBBH", asdu)
        if cause & TEST:
            return
        link = self._connected()
        if kind in TYPES:
            samples = list(self._samples(TYPES[kind], kind, common, shape, asdu))
            if samples and self._deliver is not None:
                self._deliver(samples)
        elif kind == INITIALISED:
            if common in {key >> 24 for key in self._wanted}:
                self._send_interrogation(common)
        elif len(asdu) >= 9:
            at = int.from_bytes(asdu[6:9], "little")
            reason = cause & 0x3F
            refused = "the station confirms it negatively" if cause & NEGATIVE else ""
            if reason == ENDED:
                link.settle((kind, common, ENDED), "")
            elif reason == CONFIRMED or reason in UNKNOWN:
                link.settle((kind, common, at), UNKNOWN.get(reason, refused))

    def _samples(self, kind: "_Type", number: int, common: int, shape: int, asdu: bytes) -> Iterator[Sample]:
        count, is_sequence = shape & 0x7F, bool(shape & 0x80)
        step = kind.size if is_sequence else 3 + kind.size
        if len(asdu) != 6 + 3 * is_sequence + count * step:
            raise _Garbled(f"a message of type {number} is {len(asdu)} bytes long")
        first = int.from_bytes(asdu[6:9], "little")
        received = self.now()
        for i in range(count):
            begin = 6 + i * step + (3 if is_sequence else 0)
            at = first + i if is_sequence else int.from_bytes(asdu[begin : begin + 3], "little")
            begin += 0 if is_sequence else 3
            key = common << 24 | at
            self._found[key] = number
            points = self._wanted.get(key)
            if points is None:
                continue
            if number in COUNTER_TYPES:
                self._with_counters.add(common)
            value, flags = kind.decode(asdu, begin)
            told = self._time(asdu, begin + kind.size - 7) if kind.is_timed and self.config.time == "station" else None
            for point in points:
                yield _sample(point, value, flags, told or received)

    def _time(self, asdu: bytes, at: int) -> datetime | None:
        """CP56Time2a; None when the station marks it invalid or it is no time."""
        millis, minute, hour, day, month, year = struct.unpack_from("<HBBBBB", asdu, at)
        if minute & 0x80:
            return None
        try:
            told = datetime(2000 + (year & 0x7F), month & 0x0F, day & 0x1F, hour & 0x1F, minute & 0x3F, tzinfo=self._zone)
        except ValueError:
            return None
        if self.config.station_zone != "UTC":
            told = told.replace(fold=0 if hour & 0x80 else 1).astimezone(UTC)
        return told.replace(tzinfo=UTC) + timedelta(milliseconds=millis)

    def _key(self, point: Point[Iec104Address]) -> int:
        return (point.address.common_address or self.config.common_address) << 24 | point.address.object

    def _connected(self) -> "_Link":
        if self._link is None:
            raise unreachable(ConnectionResetError(), self.peer, self.config.timeout_s)
        return self._link

    def _translated(self, err: OSError) -> KaogongError:
        return unreachable(err, self.peer, self.config.timeout_s)


class _Garbled(Exception):
    """Bytes that are not IEC 104; the message says where."""


class _Link(asyncio.Protocol):
    """APCI: frames, sequence numbers, windows, start and test. Ends itself on the first thing that is not in the standard."""

    def __init__(self, config: Iec104Config, peer: str, take: Callable[[bytes], None]) -> None:
        self._config, self._peer, self._take = config, peer, take
        self.ended: asyncio.Future[None] = asyncio.get_running_loop().create_future()
        self._transport: asyncio.Transport | None = None
        self._buffer = bytearray()
        self._sent = self._acknowledged = self._received = self._confirmed = 0
        self._awaited: dict[object, list[asyncio.Future[str]]] = {}
        self._is_started = False
        self._heard = 0

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        assert isinstance(transport, asyncio.Transport)
        self._transport = transport

    def connection_lost(self, exc: Exception | None) -> None:
        self._fail(unreachable(exc or ConnectionResetError(), self._peer, self._config.timeout_s))

    def data_received(self, data: bytes) -> None:
        self._buffer += data
        self._heard += 1
        try:
            while len(self._buffer) >= 2:
                size = 2 + self._buffer[1]
                if self._buffer[0] != START or size < 6:
                    raise _Garbled(f"a frame begins with {self._buffer[:2].hex()}")
                if len(self._buffer) < size:
                    break
                frame = bytes(self._buffer[:size])
                del self._buffer[:size]
                self._take_frame(frame)
        except (_Garbled, struct.error, IndexError) as err:
            words = f"{self._peer} does not speak IEC 60870-5-104: {err}."
            self._fail(NotReady(words, code="answer_garbled", peer=self._peer))
        if self._ahead(self._received, self._confirmed) >= self._config.window:
            self.acknowledge()

    def send(self, asdu: bytes) -> None:
        """One numbered message."""
        self._write(struct.pack("<BBHH", START, 4 + len(asdu), self._sent << 1, self._received << 1) + asdu)
        self._sent = (self._sent + 1) & 0x7FFF
        self._confirmed = self._received

    def acknowledge(self) -> None:
        """Tell the station what has come, as it stops sending when it hears nothing of that."""
        if self._confirmed != self._received:
            self._write(struct.pack("<BBHH", START, 4, 1, self._received << 1))
            self._confirmed = self._received

    async def ask(self, control: int) -> None:
        """STARTDT or TESTFR, until it is confirmed."""
        answer = self.expect((control,))
        self._write(bytes([START, 4, control, 0, 0, 0]))
        await answer

    async def start(self) -> None:
        """Let the station send data, once."""
        if not self._is_started:
            async with asyncio.timeout(self._config.timeout_s):
                await self.ask(STARTDT)
            self._is_started = True

    async def room(self) -> None:
        """Wait until fewer than k messages of ours are unacknowledged."""
        while self._ahead(self._sent, self._acknowledged) >= self._config.unacknowledged:
            async with asyncio.timeout(self._config.timeout_s):
                await self.expect("room")

    async def patient(self, answer: "asyncio.Future[str]") -> None:
        """Wait for the end of something long: as long as anything comes, or until a timeout's worth of silence.

        A station that never says that it has finished is not thereby broken: then silence says it.
        """
        while not answer.done():
            heard = self._heard
            await asyncio.wait({answer}, timeout=self._config.timeout_s)
            if heard == self._heard:
                return
        answer.result()

    def expect(self, key: object) -> "asyncio.Future[str]":
        """What `settle` will be told about `key`; fails when the connection ends."""
        future: asyncio.Future[str] = asyncio.get_running_loop().create_future()
        if self.ended.done():
            future.set_exception(self.ended.exception() or ConnectionResetError())
        else:
            self._awaited.setdefault(key, []).append(future)
        return future

    def settle(self, key: object, answer: str) -> None:
        """The answer to the oldest that waits for `key`."""
        waiting = self._awaited.pop(key, [])
        while waiting:
            future = waiting.pop(0)
            if not future.done():
                future.set_result(answer)
                break
        if waiting:
            self._awaited[key] = waiting

    def close(self) -> None:
        """Acknowledge, say goodbye, let go."""
        if self._transport is not None and not self._transport.is_closing():
            self.acknowledge()
            self._write(bytes([START, 4, STOPDT, 0, 0, 0]))
            self._transport.close()
        self._fail(unreachable(ConnectionResetError(), self._peer, self._config.timeout_s))

    def _take_frame(self, frame: bytes) -> None:
        control = frame[2]
        if control & 1 == 0:
            sequence, acknowledged = (n >> 1 for n in struct.unpack_from("<HH", frame, 2))
            if sequence != self._received:
                raise _Garbled(f"message {sequence} came where {self._received} belongs")
            if len(frame) < 12:
                raise _Garbled("a message is too short")
            self._received = (self._received + 1) & 0x7FFF
            self._take_acknowledgement(acknowledged)
            self._take(frame[6:])
        elif control & 3 == 1:
            self._take_acknowledgement(struct.unpack_from("<H", frame, 4)[0] >> 1)
        elif control == TESTFR:
            self._write(bytes([START, 4, TESTFR_CON, 0, 0, 0]))
        elif control == STARTDT_CON:
            self.settle((STARTDT,), "")
        elif control == TESTFR_CON:
            self.settle((TESTFR,), "")

    def _take_acknowledgement(self, number: int) -> None:
        if self._ahead(number, self._acknowledged) > self._ahead(self._sent, self._acknowledged):
            raise _Garbled(f"message {number} is acknowledged, but only {self._sent} were sent")
        self._acknowledged = number
        self.settle("room", "")

    def _fail(self, why: KaogongError) -> None:
        if self._transport is not None and not self._transport.is_closing():
            self._transport.abort()
        for future in [f for waiting in self._awaited.values() for f in waiting] + [self.ended]:
            if not future.done():
                future.set_exception(why)
                future.exception()  # whoever waits finds it; nobody waiting is no fault
        self._awaited.clear()

    def _write(self, frame: bytes) -> None:
        if self._transport is not None and not self._transport.is_closing():
            self._transport.write(frame)

    @staticmethod
    def _ahead(later: int, earlier: int) -> int:
        return (later - earlier) & 0x7FFF


@dataclass(frozen=True, slots=True)
class _Type:
    """How an information element looks on the wire, its time included."""

    words: str
    size: int
    decode: Callable[[bytes, int], tuple[Value, int]]
    is_timed: bool = False


def _packed(form: str, divisor: int = 0) -> Callable[[bytes, int], tuple[Value, int]]:
    layout = struct.Struct(form)

    def decode(asdu: bytes, at: int) -> tuple[Value, int]:
        raw, flags = layout.unpack_from(asdu, at)
        return (raw / divisor if divisor else raw), flags

    return decode


def _single(asdu: bytes, at: int) -> tuple[Value, int]:
    return bool(asdu[at] & 1), asdu[at] & 0xF0


def _double(asdu: bytes, at: int) -> tuple[Value, int]:
    return asdu[at] & 3, asdu[at] & 0xF0


def _step(asdu: bytes, at: int) -> tuple[Value, int]:
    raw = asdu[at] & 0x7F
    return raw - 128 if raw & 0x40 else raw, asdu[at + 1]


def _counter(asdu: bytes, at: int) -> tuple[Value, int]:
    raw, notation = struct.unpack_from("<iB", asdu, at)
    return raw, notation & 0x80


def _bare_normalized(asdu: bytes, at: int) -> tuple[Value, int]:
    return struct.unpack_from("<h", asdu, at)[0] / 32768, 0


def _packed_singles(asdu: bytes, at: int) -> tuple[Value, int]:
    return struct.unpack_from("<H", asdu, at)[0], asdu[at + 4]


_PLAIN: dict[int, tuple[str, int, Callable[[bytes, int], tuple[Value, int]]]] = {
    1: ("single point", 1, _single),
    3: ("double point", 1, _double),
    5: ("step position", 2, _step),
    7: ("bit string", 5, _packed("<IB")),
    9: ("normalized value", 3, _packed("<hB", 32768)),
    11: ("scaled value", 3, _packed("<hB")),
    13: ("float value", 5, _packed("<fB")),
    15: ("counter", 5, _counter),
    20: ("packed single points", 5, _packed_singles),
    21: ("normalized value", 2, _bare_normalized),
}
COUNTER_TYPES = frozenset({15, 37})
TYPES: dict[int, _Type] = {number: _Type(*told) for number, told in _PLAIN.items()} | {
    30 + i: _Type(_PLAIN[number][0], _PLAIN[number][1] + 7, _PLAIN[number][2], is_timed=True)
    for i, number in enumerate((1, 3, 5, 7, 9, 11, 13, 15))
}

_QUALIFIER = {"single": 0, "double": 0, "step": 0, "normalized": 2, "scaled": 2, "float": 4}


def _sample(point: Point[Iec104Address], value: Value, flags: int, observed_at: datetime) -> Sample:
    if flags:
        raised = [(quality, words) for bit, quality, words in FLAGS if flags & bit]
        if raised:
            quality = max(int(q) for q, _ in raised)
            words = ", ".join(w for _, w in raised)
            return Sample(point.name, None if flags & 0x80 else _scaled(point.address, value), observed_at, quality, words)
    if value.__class__ is float and not math.isfinite(value):
        return Sample(point.name, None, observed_at, Quality.BAD_SENSOR_FAILURE, f"the station sent {value}")
    return Sample(point.name, _scaled(point.address, value), observed_at)


def _scaled(address: Iec104Address, value: Value) -> Value:
    if (address.scale == 1 and address.offset == 0) or not isinstance(value, int | float):
        return value
    return value * address.scale + address.offset


def _asdu(kind: int, cause: int, originator: int, common: int, at: int, body: bytes = b"") -> bytes:
    return struct.pack("<BBBBH", kind, 1, cause, originator, common) + at.to_bytes(3, "little") + body


def _encode(point: Point[Iec104Address], value: Value) -> bytes:
    """The element of a command, not selecting."""
    address = point.address
    with contextlib.suppress(struct.error, OverflowError, ValueError):
        if isinstance(value, int | float):
            raw = value if isinstance(value, bool) else (value - address.offset) / address.scale
            match address.command:
                case "single" if raw in (0, 1):
                    return bytes([int(raw) | address.qualifier << 2])
                case "double" | "step" if isinstance(value, bool) or raw in (1, 2):
                    return bytes([(int(raw) + 1 if isinstance(value, bool) else int(raw)) | address.qualifier << 2])
                case "normalized":
                    return struct.pack("<hB", min(round(raw * 32768), 32767) if raw <= 1 else 32768, address.qualifier)
                case "scaled":
                    return struct.pack("<hB", round(raw), address.qualifier)
                case "float":
                    return struct.pack("<fB", raw, address.qualifier)
                case "bits":
                    return struct.pack("<I", round(raw))
    raise ConfigInvalid(f"{value!r} does not fit into the {address.command} command of {point.name}.", code="value_unfit", field="value")


def _time_bytes(moment: datetime) -> bytes:
    summer = 0x80 if moment.dst() else 0
    millis = moment.second * 1000 + moment.microsecond // 1000
    day = moment.day | moment.isoweekday() << 5
    return struct.pack("<HBBBBB", millis, moment.minute, moment.hour | summer, day, moment.month, moment.year % 100)


def _is_due(last: datetime | None, every_s: float, now: datetime) -> bool:
    return every_s > 0 and (last is None or (now - last).total_seconds() >= every_s)
