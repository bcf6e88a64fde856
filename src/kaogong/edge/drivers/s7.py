"""Siemens S7 communication (ISO on TCP, RFC 1006) in its classic form, as PUT/GET of S7-300, 400, 1200, 1500, LOGO! and ET 200 CPUs."""

import re
import struct
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from functools import lru_cache
from pathlib import Path
from typing import Any, Literal, TypeAlias

from pydantic import Field, model_validator

from kaogong.core.errors import AuthRejected, ConfigInvalid, Missing, NotReady
from kaogong.core.quality import Quality
from kaogong.core.reading import Value
from kaogong.edge.blocks import Block, BlockPlan, Cell, Fix, Limits, Plans, Refusal, Unfit, packed, scaled
from kaogong.edge.drivers.base import Columns, Driver, DriverConfig, Point, PointAddress, advanced, unreachable
from kaogong.edge.exchange import Exchange

DataType: TypeAlias = Literal[
    "BOOL", "BYTE", "SINT", "USINT", "CHAR", "WORD", "INT", "UINT", "DWORD", "DINT", "UDINT", "LWORD", "LINT", "ULINT", "REAL", "LREAL",
    "STRING", "WSTRING", "S5TIME", "TIME", "LTIME", "DATE", "TIME_OF_DAY", "DATE_AND_TIME", "DTL", "LDT", "TIMER", "COUNTER",
]  # fmt: skip

CODES = {
    "BYTE": "B", "SINT": "b", "USINT": "B", "WORD": "H", "INT": "h", "UINT": "H", "DWORD": "I", "DINT": "i", "UDINT": "I",
    "LWORD": "Q", "LINT": "q", "ULINT": "Q", "REAL": "f", "LREAL": "d", "TIME": "i", "LTIME": "q", "DATE": "H", "TIME_OF_DAY": "I",
    "S5TIME": "H", "TIMER": "H", "COUNTER": "H", "LDT": "Q", "CHAR": "1s", "DATE_AND_TIME": "8s", "DTL": "12s",
}  # fmt: skip
SCALED = frozenset(CODES) - {"DATE", "TIME_OF_DAY", "S5TIME", "TIMER", "COUNTER", "LDT", "CHAR", "DATE_AND_TIME", "DTL", "TIME", "LTIME"}
BY_SIZE: dict[str, DataType] = {"X": "BOOL", "B": "BYTE", "W": "WORD", "D": "DWORD", "": "BOOL"}
AREAS = {"I": 0x81, "E": 0x81, "Q": 0x82, "A": 0x82, "M": 0x83, "DB": 0x84, "C": 0x1C, "Z": 0x1C, "T": 0x1D}
WRITTEN = re.compile(r"(?:DB(\d+)\.(?:DB([XBWD]))?|([IEQAM])([XBWD]?)|([TCZ]))(\d+)(?:\.([0-7]))?", re.IGNORECASE)
BIT, BYTE, COUNTER, TIMER, DB = 0x01, 0x02, 0x1C, 0x1D, 0x84

ITEM_ANSWERS = {
    0x01: (Quality.BAD_DEVICE_FAILURE, "the controller reports a hardware fault (0x01)"),
    0x03: (Quality.BAD_CONFIGURATION_ERROR, "the controller refuses access to it (0x03): permit PUT/GET, switch off optimised access"),
    0x05: (Quality.BAD_NODE_UNKNOWN, "the controller has no such address (0x05)"),
    0x06: (Quality.BAD_TYPE_MISMATCH, "the controller does not know this type (0x06)"),
    0x07: (Quality.BAD_TYPE_MISMATCH, "the controller finds type and length at odds (0x07)"),
    0x0A: (Quality.BAD_NODE_UNKNOWN, "the controller has no such data block (0x0a)"),
}
ACCESS_REFUSED = frozenset({0x8104, 0x8304, 0xD241, 0xD602, 0xD603, 0xD604})
JOB_HEADER, ACK_HEADER, ITEMS_A_JOB = 10, 12, 20
PDU_ASKED, JOBS_AT_ONCE = 960, 8


class S7Config(DriverConfig):
    """Which controller, and how many bytes of no interest are read along."""

    host: str = Field(description="Address or name of the controller or its communication processor.")
    port: int = Field(102, ge=1, le=65535)
    rack: int = Field(0, ge=0, le=7)
    slot: int = Field(1, ge=0, le=31, description="Of the CPU: 1 with S7-1200 and 1500, 2 with S7-300, as configured with S7-400.")
    connection: Literal["PG", "OP", "basic"] = advanced("PG", description="Kind of connection resource taken up in the controller.")
    local_tsap: str = advanced("01.00", pattern=r"^[0-9A-Fa-f]{2}\.[0-9A-Fa-f]{2}$", description="TSAP of this side.")
    remote_tsap: str = advanced(
        "",
        pattern=r"^([0-9A-Fa-f]{2}\.[0-9A-Fa-f]{2})?$",
        description="TSAP of the controller, for LOGO! and S7-200; empty: from rack and slot.",
    )
    gap: int = advanced(16, ge=0, le=200, description="Bytes of no interest that are read along to save an item of a request.")


class S7Address(PointAddress):
    """Where one value lies, as STEP 7 writes it. TIME, LTIME, S5TIME and TIMER read as seconds, dates and times of day as text."""

    address: str = Field(description="DB10.DBX4.3, DB10.DBD8, DB10.8, M10.3, MW20, IB0, Q4.1, T5, C7; E, A and Z are understood, too.")
    type: DataType | None = Field(None, description="Unset: by the address (X BOOL, B BYTE, W WORD, D DWORD).")
    length: int = Field(254, ge=1, le=254, description="Declared length of a STRING or WSTRING.")
    scale: float = Field(1.0, description="value = raw * scale + offset, for numbers.")
    offset: float = 0.0

    @model_validator(mode="after")
    def _fits(self) -> "S7Address":
        place_of(self.address, self.type)
        return self


@dataclass(frozen=True, slots=True)
class Place:
    """An address taken apart."""

    area: int
    db: int
    start: int
    bit: int
    type: DataType


@lru_cache(maxsize=65536)
def place_of(address: str, kind: DataType | None) -> Place:
    """What an address means; ValueError says how to write it."""
    found = WRITTEN.fullmatch(address.replace(" ", ""))
    if found is None:
        raise ValueError(f"{address!r} is no address of S7; write DB10.DBD8, DB10.DBX4.3, M10.3, MW20, T5 or C7")
    db, db_size, memory, size, counted, start, bit = found.groups()
    area = "DB" if db else (memory or counted).upper()
    sized = (db_size or size or "").upper()
    if counted:
        kind = kind or ("TIMER" if area == "T" else "COUNTER")
        if kind not in ("TIMER", "COUNTER"):
            raise ValueError(f"{address} is a timer or counter; leave `type` out")
    if kind is None:
        if not sized and bit is None:
            raise ValueError(f"{address} needs `type`: its address alone does not say one")
        kind = BY_SIZE[sized]
    if (kind == "BOOL") != (bit is not None):
        raise ValueError(f"a BOOL names its bit (M10.3), anything else none; {address} as {kind} does not fit")
    return Place(AREAS[area], int(db or 0), int(start), int(bit or 0), kind)


class S7(Driver[S7Config, S7Address]):
    """Siemens S7: data blocks, flags, inputs, outputs, timers and counters by absolute address.

    Neighbouring values are read as one item, up to twenty items as one request, several requests at a time as far as the controller
    allows. S7-1200 and 1500 need "permit access with PUT/GET" and data blocks without optimised access; other access is OPC UA's.
    Network: Ethernet (ISO on TCP, port 102), or wireless LAN.
    """

    Config = S7Config
    Address = S7Address

    def __init__(self, config: S7Config, now: Callable[[], datetime], folder: Path) -> None:
        super().__init__(config, now, folder)
        self._exchange: Exchange | None = None
        self._plans = Plans(self._plan)
        self._pdu, self._jobs, self._number = 240, 1, 0

    @property
    def peer(self) -> str:
        return f"{self.config.host}:{self.config.port}"

    async def open(self) -> None:
        await self.close()
        self._plans.clear()
        self._exchange = Exchange(self.peer, self.config.timeout_s, _frame_length)
        await self._exchange.connect(self.config.host, self.config.port)
        confirmed = (await self._exchange.ask(self._connection_request()))[0]
        if confirmed[5] & 0xF0 != 0xD0:
            words = f"{self.peer} refuses the connection: check rack {self.config.rack} and slot {self.config.slot}."
            raise ConfigInvalid(words, code="slot_refused", field="config.slot", peer=self.peer)
        answer = (await self._ask([struct.pack(">BBHHH", 0xF0, 0, JOBS_AT_ONCE, JOBS_AT_ONCE, PDU_ASKED)]))[0]
        if len(answer) < ACK_HEADER + 8:
            raise self._garbled("the answer to the set-up is too short")
        _, self._jobs, self._pdu = struct.unpack_from(">HHH", answer, ACK_HEADER + 2)
        self._jobs = max(1, min(self._jobs, JOBS_AT_ONCE))
        if self._pdu < 64:
            raise self._garbled(f"messages of {self._pdu} bytes hold nothing")

    async def close(self) -> None:
        exchange, self._exchange = self._exchange, None
        if exchange is not None:
            await exchange.close()

    async def read(self, points: Sequence[Point[S7Address]]) -> Columns:
        if self._exchange is None:
            raise unreachable(ConnectionResetError(), self.peer, self.config.timeout_s)
        return await self._plans(points).read(self._read_blocks, self.now())

    async def write(self, point: Point[S7Address], value: Value) -> None:
        place = place_of(point.address.address, point.address.type)
        start, body = place.start, _encoded(point, place, value)
        if place.type in ("STRING", "WSTRING"):
            start, body = await self._fitted(point, place, body)
        bits = place.type == "BOOL"
        item = _item(BIT if bits else BYTE, 1 if bits else len(body), place.db, place.area, start * 8 + place.bit)
        data = struct.pack(">BBH", 0, 0x03 if bits else 0x04, 1 if bits else len(body) * 8) + body
        answer = (await self._ask([b"\x05\x01" + item], data))[0]
        code = answer[ACK_HEADER + 2] if len(answer) > ACK_HEADER + 2 else 0
        if code != 0xFF:
            _, words = ITEM_ANSWERS.get(code, (0, f"the controller answers 0x{code:02x}"))
            raise Missing(f"{point.name} was not written: {words}.", code="write_refused", point=point.name)

    async def _fitted(self, point: Point[S7Address], place: Place, body: bytes) -> tuple[int, bytes]:
        """A text as its length and its characters, which must fit into what the controller has declared: that is left as it is."""
        wide = place.type == "WSTRING"
        head = (await self._bytes([(place.area, place.db, place.start, 2 if wide else 1)]))[0]
        if isinstance(head, Refusal):
            raise Missing(f"{point.name} was not written: {head.reason}.", code="write_refused", point=point.name)
        most, size = int.from_bytes(head, "big"), len(body) // (2 if wide else 1)
        if size > most:
            words = f"The text for {point.name} has {size} characters; the controller has declared {most}."
            raise ConfigInvalid(words, code="value_unfit", field="value", limit=most)
        return place.start + len(head), size.to_bytes(len(head), "big") + body

    def _plan(self, points: Sequence[Point[S7Address]]) -> BlockPlan[S7Address]:
        most = self._pdu - ACK_HEADER - 6
        most -= most % 2
        limits = {COUNTER: Limits(most // 2, self.config.gap // 2), TIMER: Limits(most // 2, self.config.gap // 2)}
        otherwise = Limits(most, self.config.gap, unit_bits=8)
        return BlockPlan(points, [_cell(p.address) for p in points], lambda area: limits.get(area[0], otherwise))

    async def _read_blocks(self, blocks: Sequence[Block]) -> list[bytes | Refusal]:
        """A block longer than a message is asked for in parts."""
        most = (self._pdu - ACK_HEADER - 6) // 2 * 2
        parts = [(i, at) for i, b in enumerate(blocks) for at in range(0, b.length, most)]
        wanted = [
            (b.area[0], b.area[1], b.start + (at // 2 if b.area[0] in (COUNTER, TIMER) else at), min(most, b.length - at))
            for b, at in ((blocks[i], at) for i, at in parts)
        ]
        got = await self._bytes(wanted)
        if len(got) == len(blocks):
            return got
        joined: list[bytes | Refusal] = [b""] * len(blocks)
        for (i, _), found in zip(parts, got, strict=True):
            former = joined[i]
            if not isinstance(former, Refusal):
                joined[i] = found if isinstance(found, Refusal) else former + found
        return joined

    async def _bytes(self, wanted: Sequence[tuple[int, int, int, int]]) -> list[bytes | Refusal]:
        """Each of (area, db, start, bytes), packed into as few messages as the controller's limit allows."""
        jobs: list[list[bytes]] = []
        room = 0
        for area, db, start, size in wanted:
            needs = 4 + size + size % 2
            if needs > room or len(jobs[-1]) == ITEMS_A_JOB or (len(jobs[-1]) + 2) * 12 > self._pdu - JOB_HEADER:
                jobs.append([])
                room = self._pdu - ACK_HEADER - 2
            room -= needs
            if area in (COUNTER, TIMER):
                jobs[-1].append(_item(area, size // 2, 0, area, start))
            else:
                jobs[-1].append(_item(BYTE, size, db, area, start * 8))
        found: list[bytes | Refusal] = []
        answers = await self._ask([bytes((4, len(job))) + b"".join(job) for job in jobs])
        for answer in answers:
            found += self._items(answer)
        if len(found) != len(wanted) or any(isinstance(f, bytes) and len(f) != w[3] for f, w in zip(found, wanted, strict=True)):
            raise self._garbled("it answers something other than what was asked")
        return found

    def _items(self, answer: bytes) -> list[bytes | Refusal]:
        found: list[bytes | Refusal] = []
        at = ACK_HEADER + 2
        try:
            for _ in range(answer[ACK_HEADER + 1]):
                code, kind, size = struct.unpack_from(">BBH", answer, at)
                size = (size + 7) // 8 if kind in (3, 4, 5) else size
                at += 4
                if code == 0xFF:
                    found.append(answer[at : at + size])
                    at += size + size % 2
                else:
                    quality, words = ITEM_ANSWERS.get(code, (Quality.BAD, f"the controller answers 0x{code:02x}"))
                    found.append(Refusal(quality, words, may_be_one_point=True))
        except (struct.error, IndexError) as err:
            raise self._garbled("its answer ends too early") from err
        return found

    async def _ask(self, parameters: Sequence[bytes], data: bytes = b"") -> list[bytes]:
        """Each job's answer without the frame around it; AuthRejected and NotReady for jobs that are refused as a whole."""
        if self._exchange is None:
            raise unreachable(ConnectionResetError(), self.peer, self.config.timeout_s)
        answers: list[bytes] = []
        for begin in range(0, len(parameters), self._jobs):
            questions = []
            first = self._number
            for parameter in parameters[begin : begin + self._jobs]:
                self._number = (self._number + 1) & 0xFFFF
                size = 7 + JOB_HEADER + len(parameter) + len(data)
                head = struct.pack(">BBHBBBBBHHHH", 3, 0, size, 2, 0xF0, 0x80, 0x32, 1, 0, self._number, len(parameter), len(data))
                questions.append(head + parameter + data)
            for i, frame in enumerate(await self._exchange.ask(*questions), 1):
                answers.append(self._accepted(frame, (first + i) & 0xFFFF))
        return answers

    def _accepted(self, frame: bytes, number: int) -> bytes:
        if len(frame) < 7 + ACK_HEADER or frame[5] != 0xF0 or frame[7] != 0x32 or frame[8] not in (2, 3):
            raise self._garbled("its answer is none of S7")
        told, _, _, error = struct.unpack_from(">HHHH", frame, 11)
        if told != number:
            raise self._garbled(f"it answers message {told} where {number} was asked")
        if error in ACCESS_REFUSED:
            words = f"{self.peer} refuses access (0x{error:04x}): permit PUT/GET in the CPU's protection settings."
            raise AuthRejected(words, code="access_refused", peer=self.peer)
        if error:
            raise NotReady(f"{self.peer} refuses the request (0x{error:04x}).", code="request_refused", peer=self.peer)
        return frame[7:]

    def _connection_request(self) -> bytes:
        config = self.config
        kind = {"PG": 1, "OP": 2, "basic": 3}[config.connection]
        local = bytes.fromhex(config.local_tsap.replace(".", ""))
        remote = bytes.fromhex(config.remote_tsap.replace(".", "")) or bytes((kind, config.rack << 5 | config.slot))
        options = b"\xc0\x01\x0a" + b"\xc1\x02" + local + b"\xc2\x02" + remote
        body = b"\xe0\x00\x00\x00\x01\x00" + options
        return struct.pack(">BBHB", 3, 0, 5 + len(body), len(body)) + body

    def _garbled(self, words: str) -> NotReady:
        return NotReady(f"{self.peer} does not speak S7: {words}.", code="answer_garbled", peer=self.peer)


def _frame_length(begin: bytes) -> int:
    if begin[0] != 3:
        raise ValueError(f"a frame begins with 3, not {begin[0]}")
    if len(begin) < 4:
        return 0
    length = begin[2] << 8 | begin[3]
    if length < 7:
        raise ValueError(f"a frame of {length} bytes")
    return length


def _item(transport: int, count: int, db: int, area: int, address: int) -> bytes:
    return struct.pack(">BBBBHHI", 0x12, 0x0A, 0x10, transport, count, db, area << 24 | address)


def _cell(a: S7Address) -> Cell:
    place = place_of(a.address, a.type)
    area, kind = (place.area, place.db), place.type
    if kind == "BOOL":
        return Cell(area, place.start, 1, bit=place.bit)
    if kind == "STRING":
        return Cell(area, place.start, a.length + 2, f"{a.length + 2}s", fix=_string)
    if kind == "WSTRING":
        return Cell(area, place.start, 2 * a.length + 4, f"{2 * a.length + 4}s", fix=_wstring)
    width = 1 if place.area in (COUNTER, TIMER) else struct.calcsize(f">{CODES[kind]}")
    return Cell(area, place.start, width, CODES[kind], fix=FIXES.get(kind) or scaled(a.scale, a.offset))


def _encoded(point: Point[S7Address], place: Place, value: Value) -> bytes:
    kind, a = place.type, point.address
    if kind in ("STRING", "WSTRING", "CHAR"):
        if not isinstance(value, str):
            raise ConfigInvalid(f"{point.name} takes a text, not {value!r}.", code="value_unfit", field="value")
        body = value.encode("utf-16-be") if kind == "WSTRING" else value.encode("latin-1", "replace")
        if kind == "CHAR" and len(body) != 1:
            raise ConfigInvalid(f"{point.name} takes one character, not {value!r}.", code="value_unfit", field="value")
        return body
    if kind == "BOOL":
        return packed(point.name, kind, ">B", value if isinstance(value, str) or value is None else bool(value))
    if kind in ("TIME", "LTIME"):
        return packed(point.name, kind, f">{CODES[kind]}", value, 1e-3 if kind == "TIME" else 1e-9)
    if kind not in SCALED:
        raise Missing(f"{point.name} is a {kind}, which is read only.", code="not_writable", point=point.name)
    return packed(point.name, kind, f">{CODES[kind]}", value, a.scale, a.offset)


def _string(raw: bytes) -> Any:
    """STRING: declared length, length, characters."""
    if raw[1] > len(raw) - 2:
        return Unfit(f"no STRING of at most {len(raw) - 2} characters lies here")
    return raw[2 : 2 + raw[1]].decode("latin-1")


def _wstring(raw: bytes) -> Any:
    _, size = struct.unpack_from(">HH", raw)
    if 4 + 2 * size > len(raw):
        return Unfit(f"no WSTRING of at most {(len(raw) - 4) // 2} characters lies here")
    return raw[4 : 4 + 2 * size].decode("utf-16-be", "replace")


def _bcd(byte: int) -> int:
    if byte >> 4 > 9 or byte & 15 > 9:
        raise ValueError
    return (byte >> 4) * 10 + (byte & 15)


def _s5time(raw: int) -> Any:
    """S5TIME: two bits of time base, three digits; as seconds."""
    try:
        return (_bcd(raw >> 8 & 0x0F) * 100 + _bcd(raw & 0xFF)) * (10 ** (raw >> 12 & 3)) / 100
    except ValueError:
        return Unfit(f"0x{raw:04x} is no S5TIME")


def _counter(raw: int) -> Any:
    try:
        return _bcd(raw >> 8 & 0x0F) * 100 + _bcd(raw & 0xFF)
    except ValueError:
        return Unfit(f"0x{raw:04x} is no counter")


def _date_and_time(raw: bytes) -> Any:
    try:
        year, month, day, hour, minute, second, high = (_bcd(b) for b in raw[:7])
        ms = high * 10 + (raw[7] >> 4)
        return datetime(year + (1900 if year >= 90 else 2000), month, day, hour, minute, second, ms * 1000).isoformat()  # noqa: DTZ001
    except ValueError:
        return Unfit(f"{raw.hex()} is no DATE_AND_TIME")


def _dtl(raw: bytes) -> Any:
    year, month, day, _, hour, minute, second, ns = struct.unpack(">HBBBBBBI", raw)
    try:
        return datetime(year, month, day, hour, minute, second, ns // 1000).isoformat()  # noqa: DTZ001  # the controller's own clock
    except ValueError:
        return Unfit(f"{raw.hex()} is no DTL")


def _time_of_day(ms: int) -> Any:
    if ms >= 86_400_000:
        return Unfit(f"{ms} ms is no time of day")
    return (datetime(2000, 1, 1) + timedelta(milliseconds=ms)).time().isoformat()  # noqa: DTZ001


FIXES: dict[str, Fix] = {
    "CHAR": lambda raw: raw.decode("latin-1"),
    "S5TIME": _s5time,
    "TIMER": _s5time,
    "COUNTER": _counter,
    "TIME": lambda ms: ms / 1000,
    "LTIME": lambda ns: ns / 1_000_000_000,
    "DATE": lambda days: (date(1990, 1, 1) + timedelta(days=days)).isoformat(),
    "TIME_OF_DAY": _time_of_day,
    "DATE_AND_TIME": _date_and_time,
    "DTL": _dtl,
    "LDT": lambda ns: datetime.fromtimestamp(ns // 1_000_000_000, UTC).replace(microsecond=ns // 1000 % 1_000_000, tzinfo=None).isoformat(),
}
