"""EtherNet/IP to Rockwell Logix controllers: tags by name over explicit CIP messages (publication 1756-PM020)."""

import math
import re
import struct
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from itertools import pairwise
from pathlib import Path
from typing import Any, Literal, TypeAlias

from pydantic import Field, model_validator

from kaogong.core.errors import ConfigInvalid, KaogongError, Missing, NotReady
from kaogong.core.quality import Quality
from kaogong.core.reading import Value
from kaogong.edge.blocks import Fix, packed, scaled, truth
from kaogong.edge.drivers.base import Browsed, Columns, Driver, DriverConfig, Flaw, Point, PointAddress, advanced, unreachable
from kaogong.edge.exchange import Exchange

DataType: TypeAlias = Literal[
    "BOOL", "SINT", "INT", "DINT", "LINT", "USINT", "UINT", "UDINT", "ULINT", "REAL", "LREAL", "BYTE", "WORD", "DWORD", "LWORD", "STRING"
]

TYPES: dict[int, tuple[str, str]] = {
    0xC1: ("BOOL", "?"), 0xC2: ("SINT", "b"), 0xC3: ("INT", "h"), 0xC4: ("DINT", "i"), 0xC5: ("LINT", "q"), 0xC6: ("USINT", "B"),
    0xC7: ("UINT", "H"), 0xC8: ("UDINT", "I"), 0xC9: ("ULINT", "Q"), 0xCA: ("REAL", "f"), 0xCB: ("LREAL", "d"), 0xD1: ("BYTE", "B"),
    0xD2: ("WORD", "H"), 0xD3: ("DWORD", "I"), 0xD4: ("LWORD", "Q"),
}  # fmt: skip
SIZES = {name: struct.calcsize(code) for name, code in TYPES.values()} | {"BOOL": 4, "STRING": 88}
STRUCTURE, STRING_HANDLE, STRING_SIZE = 0x02A0, 0x0FCE, 88
SHORT_TEXT, TEXT = 0xDA, 0xD0
TAG = re.compile(
    r"(?:Program:\w+\.)?[A-Z_][\w:]*(?:\[\d+(?:,\d+){0,2}\])?(?:\.[A-Z_]\w*(?:\[\d+(?:,\d+){0,2}\])?)*(?:\.\d{1,2})?", re.IGNORECASE
)

READ, WRITE, TOGETHER, UNCONNECTED, LIST = 0x4C, 0x4D, 0x0A, 0x52, 0x55
REGISTER, SEND = 0x65, 0x6F
STATUSES = {
    0x04: (Quality.BAD_NODE_UNKNOWN, "the controller has no such tag (0x04)"),
    0x05: (Quality.BAD_NODE_UNKNOWN, "the controller has no such tag (0x05)"),
    0x08: (Quality.BAD_CONFIGURATION_ERROR, "the controller does not know this service (0x08)"),
    0x0F: (Quality.BAD_CONFIGURATION_ERROR, "the controller gives no access to it (0x0f)"),
    0x11: (Quality.BAD_CONFIGURATION_ERROR, "it is longer than an answer (0x11)"),
    0x06: (Quality.BAD_CONFIGURATION_ERROR, "it is longer than an answer (0x06)"),
    0xFF: (Quality.BAD_NODE_UNKNOWN, "the tag ends before that element (0xff)"),
}


class EthernetIpConfig(DriverConfig):
    """Which controller, and in which slot of the backplane behind the address."""

    host: str = Field(description="Address or name of the controller or of the Ethernet module in its chassis.")
    port: int = Field(44818, ge=1, le=65535)
    slot: int | None = Field(
        0, ge=0, le=31, description="Of the controller in its chassis; unset with Micro800 and whatever has no chassis."
    )
    gap: int = advanced(8, ge=0, le=100, description="Array elements of no interest that are read along to save a request.")
    max_bytes: int = advanced(480, ge=100, le=500, description="Longest message; unconnected ones end at about 500 bytes.")


class EthernetIpAddress(PointAddress):
    """A tag by its name, as the controller's own software writes it."""

    tag: str = Field(description="Speed, Line.Motor[3].Current, Program:Main.Count, Status.5 (a bit of an integer).")
    type: DataType | None = Field(
        None, description="Unset: whatever the controller says. Elements of a BOOL array need BOOL; a STRING is Logix's own."
    )
    scale: float = Field(1.0, description="value = raw * scale + offset.")
    offset: float = 0.0

    @model_validator(mode="after")
    def _fits(self) -> "EthernetIpAddress":
        if not TAG.fullmatch(self.tag):
            raise ValueError(f"{self.tag!r} is no tag; write Speed, Line.Motor[3].Current, Program:Main.Count or Status.5")
        return self


class EthernetIp(Driver[EthernetIpConfig, EthernetIpAddress]):
    """Rockwell ControlLogix, CompactLogix, GuardLogix and Micro800 by EtherNet/IP: tags of controller and programs by name.

    Elements of an array are read as runs, and many tags share a message. Types are the controller's; a point that names another one is
    bad. Structures are read member by member. Bits of integers and of BOOL arrays, and texts, are read only.
    Network: Ethernet (TCP port 44818), or wireless LAN.
    """

    Config = EthernetIpConfig
    Address = EthernetIpAddress

    def __init__(self, config: EthernetIpConfig, now: Callable[[], datetime], folder: Path) -> None:
        super().__init__(config, now, folder)
        self._exchange: Exchange | None = None
        self._session = 0
        self._plans: dict[int, _Plan] = {}

    @property
    def peer(self) -> str:
        return f"{self.config.host}:{self.config.port}"

    async def open(self) -> None:
        await self.close()
        self._plans.clear()
        self._exchange = Exchange(self.peer, self.config.timeout_s, _frame_length)
        await self._exchange.connect(self.config.host, self.config.port)
        self._session = 0
        answer = (await self._exchange.ask(self._enveloped(REGISTER, struct.pack("<HH", 1, 0))))[0]
        command, _, session, status = struct.unpack_from("<HHII", answer)
        if command != REGISTER or status or not session:
            raise NotReady(f"{self.peer} gives us no session (status {status}).", code="request_refused", peer=self.peer)
        self._session = session

    async def close(self) -> None:
        exchange, self._exchange = self._exchange, None
        if exchange is not None:
            await exchange.close()

    async def read(self, points: Sequence[Point[EthernetIpAddress]]) -> Columns:
        plan = self._plans.get(id(points))
        if plan is None or plan.points is not points:
            plan = self._plans[id(points)] = _Plan(points, self.config)
        turn = _Turn(plan, self.now())
        while turn.asked:
            halves: list[_Run] = []
            for packet in plan.packets(turn.asked):
                for run, answer in zip(packet, await self._ask([run.question for run in packet]), strict=True):
                    halves += turn.take(run, answer)
            turn.asked = halves
        return turn.done()

    async def write(self, point: Point[EthernetIpAddress], value: Value) -> None:
        base, is_array, member = _member(0, point.address)
        path = _path(f"{base}[{member.element}]" if is_array else base)
        status, data = (await self._ask([_question(READ, path, struct.pack("<H", 1))]))[0]
        if status:
            raise self._refused(point.name, status)
        code = int.from_bytes(data[:2], "little")
        kind, layout = TYPES.get(code, ("", ""))
        if not kind or member.bit is not None:
            words = f"{point.name} is a bit of an integer, a text or a structure, which is read only here."
            raise Missing(words, code="not_writable", point=point.name)
        if kind == "BOOL":
            body = bytes((truth(point.name, value),))
        else:
            body = packed(point.name, kind, "<" + layout, value, point.address.scale, point.address.offset)
        status, _ = (await self._ask([_question(WRITE, path, struct.pack("<HH", code, 1) + body)]))[0]
        if status:
            raise self._refused(point.name, status)

    async def browse(self, parent: str | None = None) -> list[Browsed]:
        scope = _segment(parent) if parent else b""
        prefix = f"{parent}." if parent else ""
        found: list[Browsed] = []
        instance, status = 0, 0x06
        while status == 0x06:
            path = scope + b"\x20\x6b\x25\x00" + struct.pack("<H", instance)
            status, data = (await self._ask([_question(LIST, path, struct.pack("<HHH", 2, 1, 2))]))[0]
            if status not in (0, 0x06):
                _, words = STATUSES.get(status, (0, f"status 0x{status:02x}"))
                raise Missing(f"{self.peer} does not list {parent or 'its tags'}: {words}.", code="not_supported", peer=self.peer)
            entries = list(_entries(data))
            found += [b for _, name, kind in entries if (b := _browsed(prefix, name, kind)) is not None]
            if not entries:
                break
            instance = entries[-1][0] + 1
        return found

    async def _ask(self, questions: Sequence[bytes]) -> list[tuple[int, bytes]]:
        """Status and data of each service; several share one message."""
        if self._exchange is None:
            raise unreachable(ConnectionResetError(), self.peer, self.config.timeout_s)
        together = len(questions) > 1
        message = _together(questions) if together else questions[0]
        frame = (await self._exchange.ask(self._enveloped(SEND, self._routed(message))))[0]
        try:
            command, _, _, status = struct.unpack_from("<HHII", frame)
            if command != SEND or status:
                raise NotReady(f"{self.peer} refuses the request (status {status}).", code="request_refused", peer=self.peer)
            _, _, kind, size = struct.unpack_from("<HHHH", frame, 24 + 8)
            if kind != 0xB2:
                raise self._garbled("an answer of another kind")
            service, status, data = _answer(frame[40 : 40 + size])
            if service == UNCONNECTED | 0x80:
                words = f"{self.peer} reaches no controller in slot {self.config.slot} (status 0x{status:02x})."
                raise ConfigInvalid(words, code="slot_refused", field="config.slot", peer=self.peer)
            if not together:
                if service != questions[0][0] | 0x80:
                    raise self._garbled("it answers another question")
                return [(status, data)]
            if status not in (0, 0x1E):
                return [(status, b"")] * len(questions)
            count = int.from_bytes(data[:2], "little")
            if service != TOGETHER | 0x80 or count != len(questions):
                raise self._garbled("it answers another question")
            ends = [*struct.unpack_from(f"<{count}H", data, 2), len(data)]
            return [_answer(data[a:b])[1:] for a, b in pairwise(ends)]
        except (struct.error, IndexError) as err:
            raise self._garbled("its answer ends too early") from err

    def _routed(self, message: bytes) -> bytes:
        """The message for the slot behind the address, as items of an encapsulated request."""
        if self.config.slot is not None:
            pad = b"\0" if len(message) % 2 else b""
            head = b"\x52\x02\x20\x06\x24\x01" + struct.pack("<BBH", 0x0A, 0x0E, len(message))
            message = head + message + pad + bytes((1, 0, 1, self.config.slot))
        return struct.pack("<IHHHHHH", 0, 0, 2, 0, 0, 0xB2, len(message)) + message

    def _enveloped(self, command: int, body: bytes) -> bytes:
        return struct.pack("<HHII8sI", command, len(body), self._session, 0, b"kaogong", 0) + body

    def _refused(self, name: str, status: int) -> KaogongError:
        _, words = STATUSES.get(status, (0, f"status 0x{status:02x}"))
        return Missing(f"{name} was not written: {words}.", code="write_refused", point=name)

    def _garbled(self, words: str) -> NotReady:
        return NotReady(f"{self.peer} does not speak EtherNet/IP: {words}.", code="answer_garbled", peer=self.peer)


@dataclass(frozen=True, slots=True)
class _Member:
    """One point in a run: which element it is, which bit of it, and what becomes of the value."""

    place: int
    element: int
    bit: int | None
    type: str | None
    fix: Fix | None


class _Run:
    """Consecutive elements of one array, or one tag alone: one service."""

    def __init__(self, base: str, is_array: bool, members: Sequence[_Member]) -> None:
        self.base, self.is_array, self.members = base, is_array, members
        first = members[0].element
        self.count = members[-1].element - first + 1
        path = _path(f"{base}[{first}]" if is_array else base)
        self.question = _question(READ, path, struct.pack("<H", self.count))
        self.size = 10 + self.count * max(SIZES.get(m.type or "DINT", 4) for m in members)
        places = [m.place for m in members]
        plain = all(m.bit is None and m.fix is None and m.type == members[0].type for m in members)
        in_a_row = len(members) == self.count and places == list(range(places[0], places[0] + self.count))
        self.row = slice(places[0], places[0] + self.count) if plain and in_a_row else None

    def halves(self) -> "list[_Run]":
        """The run as two, each with half of the points."""
        middle = len(self.members) // 2
        return [_Run(self.base, self.is_array, self.members[:middle]), _Run(self.base, self.is_array, self.members[middle:])]


class _Plan:
    """How one group of points is read: made once, narrowed when the controller refuses a run."""

    def __init__(self, points: Sequence[Point[EthernetIpAddress]], config: EthernetIpConfig) -> None:
        self.points, self.config = points, config
        self.outcasts: list[_Run] = []
        self.lost: dict[int, Flaw] = {}
        grouped: dict[tuple[str, bool], list[_Member]] = {}
        for place, point in enumerate(points):
            base, element, member = _member(place, point.address)
            grouped.setdefault((base, element), []).append(member)
        self.runs = [run for (base, is_array), members in grouped.items() for run in self._runs(base, is_array, members)]

    def packets(self, runs: Sequence[_Run]) -> Iterator[list[_Run]]:
        """Runs that share a message, by what question and answer may take up."""
        packet: list[_Run] = []
        asked = answered = 0
        for run in runs:
            question, answer = len(run.question) + 2, run.size + 2
            if packet and max(asked + question, answered + answer) > self.config.max_bytes:
                yield packet
                packet, asked, answered = [], 0, 0
            packet.append(run)
            asked, answered = asked + question, answered + answer
        if packet:
            yield packet

    def _runs(self, base: str, is_array: bool, members: list[_Member]) -> Iterator[_Run]:
        members.sort(key=lambda m: m.element)
        most = max(1, (self.config.max_bytes - 12) // max(SIZES.get(m.type or "DINT", 4) for m in members))
        begin = 0
        for i in range(1, len(members) + 1):
            is_last = i == len(members)
            if is_last or members[i].element - members[i - 1].element > self.config.gap + 1 or (
                members[i].element - members[begin].element >= most
            ):  # fmt: skip
                yield _Run(base, is_array, members[begin:i])
                begin = i


class _Turn:
    """What one reading of a group has brought so far."""

    def __init__(self, plan: _Plan, observed_at: datetime) -> None:
        self.plan, self._at = plan, observed_at
        self.values: list[Any] = [None] * len(plan.points)
        # One outcast a turn: a tag that has come back is found, and a hundred lost ones do not slow the others down.
        first, self._outcasts = plan.outcasts[:1], plan.outcasts[1:]
        self.asked = [*plan.runs, *first]
        again = {m.place for run in first for m in run.members}
        self._lost = {place: flaw for place, flaw in plan.lost.items() if place not in again}
        self._flaws: dict[int, Flaw] = {}
        self._kept: list[_Run] = []

    def take(self, run: _Run, answer: tuple[int, bytes]) -> list[_Run]:
        """Put the values at their places; the halves to ask again when the run was refused and one point may be to blame."""
        status, data = answer
        if status == 0:
            self._decode(run, data)
            self._kept.append(run)
            return []
        if len(run.members) > 1:
            return run.halves()
        quality, words = STATUSES.get(status, (Quality.BAD, f"the controller answers 0x{status:02x}"))
        self._lost |= {m.place: Flaw(quality, words) for m in run.members}
        self._outcasts.append(run)
        return []

    def done(self) -> Columns:
        """All samples; what was learned goes into the plan."""
        self.plan.runs, self.plan.outcasts, self.plan.lost = self._kept, self._outcasts, self._lost
        flaws = self._lost | self._flaws
        for place in flaws:
            self.values[place] = None
        return Columns(self.plan.points, round(self._at.timestamp() * 1000), self.values, flaws=flaws)

    def _decode(self, run: _Run, data: bytes) -> None:
        name, values = _values(data, run.count)
        if values is None:
            self._flaws |= {m.place: Flaw(Quality.BAD_TYPE_MISMATCH, f"it is {name}; name a member of it") for m in run.members}
        elif run.row is not None and run.members[0].type in (None, name):
            self.values[run.row] = values
            if name in ("REAL", "LREAL") and not math.isfinite(sum(values)):
                for m, value in zip(run.members, values, strict=True):
                    self._put(m, name, value)
        else:
            first = run.members[0].element
            for m in run.members:
                self._put(m, name, values[m.element - first])

    def _put(self, m: _Member, name: str, value: Any) -> None:
        if isinstance(value, float) and not math.isfinite(value):
            self._flaws[m.place] = Flaw(Quality.BAD_SENSOR_FAILURE, f"the device sent {value}")
        elif m.bit is not None and isinstance(value, int):
            self.values[m.place] = bool(value >> m.bit & 1)
        elif m.type not in (None, name) or m.bit is not None:
            self._flaws[m.place] = Flaw(Quality.BAD_TYPE_MISMATCH, f"it is of type {name}, not {m.type or 'an integer with bits'}")
        else:
            self.values[m.place] = value if m.fix is None or isinstance(value, str) else m.fix(value)


def _member(place: int, a: EthernetIpAddress) -> tuple[str, bool, _Member]:
    """The array (or tag) a point belongs to, and its part in it."""
    tag, bit, element, kind = a.tag, None, 0, a.type
    head, _, tail = tag.rpartition(".")
    if tail.isdigit():
        tag, bit, kind = head, int(tail), None
    found = re.fullmatch(r"(.*)\[(\d+)\]", tag)
    if found is not None:
        tag, element = found[1], int(found[2])
        if kind == "BOOL":
            # A BOOL array is kept and addressed as an array of DWORD.
            element, bit, kind = element // 32, element % 32, "DWORD"
    return tag, found is not None, _Member(place, element, bit, kind, scaled(a.scale, a.offset))


def _values(data: bytes, count: int) -> tuple[str, Sequence[Any] | None]:
    """The type's name, and the elements; None for a type that holds no single values."""
    code = int.from_bytes(data[:2], "little")
    if code in TYPES:
        name, layout = TYPES[code]
        return name, struct.unpack_from(f"<{count}{layout}", data, 2)
    if code == STRUCTURE and int.from_bytes(data[2:4], "little") == STRING_HANDLE:
        return "STRING", [_text(data[i : i + STRING_SIZE], 4) for i in range(4, 4 + count * STRING_SIZE, STRING_SIZE)]
    if code in (SHORT_TEXT, TEXT) and count == 1:
        return "STRING", [_text(data[2:], 1 if code == SHORT_TEXT else 2)]
    return ("a structure" if code == STRUCTURE else f"of type 0x{code:04x}"), None


def _text(raw: bytes, size: int) -> str:
    return raw[size : size + int.from_bytes(raw[:size], "little")].decode("latin-1")


def _segment(name: str) -> bytes:
    raw = name.encode("ascii")
    return bytes((0x91, len(raw))) + raw + b"\0" * (len(raw) % 2)


def _path(tag: str) -> bytes:
    """The path of a tag without a bit."""
    path = b""
    for part in tag.split("."):
        name, _, indices = part.partition("[")
        path += _segment(name)
        for index in indices.rstrip("]").split(",") if indices else ():
            number = int(index)
            path += (
                struct.pack("<BB", 0x28, number)
                if number < 256
                else struct.pack("<HH", 0x29, number)
                if number < 65536
                else struct.pack("<HI", 0x2A, number)
            )
    return path


def _question(service: int, path: bytes, body: bytes) -> bytes:
    return bytes((service, len(path) // 2)) + path + body


def _together(questions: Sequence[bytes]) -> bytes:
    at, offsets = 2 + 2 * len(questions), []
    for question in questions:
        offsets.append(at)
        at += len(question)
    return b"\x0a\x02\x20\x02\x24\x01" + struct.pack(f"<{1 + len(offsets)}H", len(offsets), *offsets) + b"".join(questions)


def _answer(raw: bytes) -> tuple[int, int, bytes]:
    """Service, status and data of one answer."""
    return raw[0], raw[2], raw[4 + 2 * raw[3] :]


def _frame_length(begin: bytes) -> int:
    if len(begin) < 4:
        return 0
    command, length = struct.unpack_from("<HH", begin)
    if command not in (REGISTER, SEND) or length > 4096:
        raise ValueError(f"no frame begins with {begin[:4]!r}")
    return 24 + int(length)


def _entries(data: bytes) -> Iterator[tuple[int, str, int]]:
    at = 0
    while at < len(data):
        instance, size = struct.unpack_from("<IH", data, at)
        name = data[at + 6 : at + 6 + size].decode("ascii", "replace")
        yield instance, name, struct.unpack_from("<H", data, at + 6 + size)[0]
        at += 8 + size


def _browsed(prefix: str, name: str, kind: int) -> Browsed | None:
    """A row of the tag list; None for what is the controller's own."""
    if name.startswith("Program:"):
        return Browsed(name, name, has_children=True)
    if kind & 0x1000 or name.startswith("__") or ":" in name:
        return None
    tag, is_array = prefix + name, bool(kind & 0x6000)
    if kind & 0x8000:
        known = kind & 0x0FFF == STRING_HANDLE
        address = {"tag": f"{tag}[0]" if is_array else tag} if known else None
        return Browsed(tag, name, False, address, "STRING" if known else "structure")
    found = TYPES.get(kind & 0xFF, ("", ""))[0]
    address = {"tag": f"{tag}[0]" if is_array else tag} if found else None
    return Browsed(tag, name, False, address, f"{found}[]" if is_array else found)
