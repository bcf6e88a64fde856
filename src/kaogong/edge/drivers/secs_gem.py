"""SECS/GEM over HSMS: semiconductor and display equipment, written from SEMI E5, E30 and E37; polled, or by event reports."""

import asyncio
import contextlib
import itertools
import math
import struct
from collections.abc import Callable, Sequence
from datetime import datetime
from pathlib import Path
from typing import Any, Literal, NamedTuple, TypeAlias

from pydantic import Field, model_validator

from kaogong.core.errors import ConfigInvalid, KaogongError, Missing, NotReady
from kaogong.core.quality import Quality
from kaogong.core.reading import Sample, Value
from kaogong.edge.drivers.base import Browsed, Deliver, Driver, DriverConfig, Group, Point, PointAddress, advanced, unreachable

Format: TypeAlias = Literal["A", "BOOLEAN", "B", "U1", "U2", "U4", "U8", "I1", "I2", "I4", "I8", "F4", "F8"]
Identifier: TypeAlias = int | str

# Item formats (SEMI E5, 9.2): code -> struct letter of one element.
LIST, BINARY, BOOLEAN, ASCII, JIS, TWO_BYTE = 0o00, 0o10, 0o11, 0o20, 0o21, 0o22
NUMBERS = {0o30: "q", 0o31: "b", 0o32: "h", 0o34: "i", 0o40: "d", 0o44: "f", 0o50: "Q", 0o51: "B", 0o52: "H", 0o54: "I"}
FORMATS = {
    "A": ASCII, "BOOLEAN": BOOLEAN, "B": BINARY, "U1": 0o51, "U2": 0o52, "U4": 0o54, "U8": 0o50,
    "I1": 0o31, "I2": 0o32, "I4": 0o34, "I8": 0o30, "F4": 0o44, "F8": 0o40,
}  # fmt: skip
DEEPEST = 16
LONGEST = 16 << 20
CONTROL = 0xFFFF
DATA, SELECT, SELECTED, LINKTEST, LINKTESTED, REJECTED, SEPARATE = 0, 1, 2, 5, 6, 7, 9
SOFTWARE = ("KAOGONG", "EDGE")

SELECT_REFUSED = {1: "it is already in use by another host", 2: "it is not ready yet", 3: "it has no room for another host"}
CONSTANT_REFUSED = {1: "there is no such equipment constant", 2: "the equipment is busy", 3: "the value is out of range"}
COMMAND_REFUSED = {
    1: "there is no such command", 2: "it cannot be done now", 3: "a parameter is not valid", 5: "it is in that state already",
    6: "there is no such object",
}  # fmt: skip
REPORT_REFUSED = {
    1: "the equipment has no room for another report",
    2: "the equipment does not understand the definition",
    4: "the equipment has no such variable",
}


class SecsGemConfig(DriverConfig):
    """Which equipment, and whether its event reports are used."""

    host: str = Field(description="Address or name of the equipment; it waits for us (passive mode).")
    port: int = Field(5000, ge=1, le=65535)
    device_id: int = Field(0, ge=0, le=32767, description="Device (session) id.")
    events: bool = Field(False, description="Take points that name an `event` from event reports; the others are then read every 5 s.")
    timeout_s: float = advanced(10.0, gt=0, le=120, description="Longest wait for one answer (T3, T6).")
    go_online: bool = advanced(True, description="Ask the equipment to go online after connecting (S1F17).")
    id_format: Literal["U1", "U2", "U4", "U8", "I1", "I2", "I4", "I8"] = advanced("U4", description="How numbers of variables are sent.")
    ids_a_message: int = advanced(500, ge=1, le=10000, description="Most variables one message asks for.")
    report_base: int = advanced(7000, ge=1, description="Reports we define are numbered from here on.")


class SecsGemAddress(PointAddress):
    """A variable, a constant or a remote command of the equipment."""

    kind: Literal["sv", "dv", "ec", "command"] = Field(
        "sv", description="Status variable, data variable (with `event` only), equipment constant, remote command."
    )
    id: Identifier = Field(description="SVID, DVID, ECID, or the name of the remote command.")
    index: int | None = Field(None, ge=0, description="Element of a list or array.")
    event: Identifier | None = Field(None, description="Collection event (CEID) whose report brings it.")
    parameter: str = Field("", description="Of a command: the parameter that carries the written value; empty: none.")
    format: Format | None = advanced(None, description="Of a command's parameter; unset: as the value is (A, BOOLEAN, I4, F8).")

    @model_validator(mode="after")
    def _fits(self) -> "SecsGemAddress":
        if self.kind == "dv" and self.event is None:
            raise ValueError("a data variable is only known when an event reports it: name the `event`")
        if self.event is not None and self.kind not in ("sv", "dv"):
            raise ValueError("only status and data variables are reported by events")
        if self.kind == "command" and not isinstance(self.id, str):
            raise ValueError("a remote command has a name, not a number")
        return self


class SecsGem(Driver[SecsGemConfig, SecsGemAddress]):
    """SECS/GEM over HSMS-SS on Ethernet (SEMI E5, E30, E37): status variables, equipment constants, event reports, remote commands.

    The equipment is passive, we connect. Status variables and constants are polled in blocks (S1F3, S2F13). With `events`, points
    that name a collection event are defined as reports of ours (S2F33, S2F35, S2F37) and come when it happens (S6F11). Constants are
    written in the format they have and read back (S2F15); remote commands (S2F41) are written as `command` points. Alarms and terminal
    messages are acknowledged and not kept. SECS-I (serial) and HSMS-GS are not spoken. The protocol knows no password.
    """

    Config = SecsGemConfig
    Address = SecsGemAddress

    def __init__(self, config: SecsGemConfig, now: Callable[[], datetime], folder: Path) -> None:
        super().__init__(config, now, folder)
        self.pushes = config.events
        self._link: _Link | None = None
        self._deliver: Deliver | None = None
        self._reports: dict[int, Point[SecsGemAddress]] = {}
        self._polled: list[Point[SecsGemAddress]] = []
        self._outcasts: dict[tuple[str, Identifier], str] = {}

    @property
    def peer(self) -> str:
        return f"{self.config.host}:{self.config.port}"

    async def open(self) -> None:
        await self.close()
        config = self.config
        loop = asyncio.get_running_loop()
        try:
            async with asyncio.timeout(config.timeout_s):
                _, self._link = await loop.create_connection(lambda: _Link(config, self.peer, self._hear), config.host, config.port)
                status = await self._link.control(SELECT)
                if not status:  # some equipment says that it is selected before it is; a link test waits for that
                    await self._link.control(LINKTEST)
            if status:
                words = f"{self.peer} does not take us as its host: {SELECT_REFUSED.get(status, f'status {status}')}."
                raise NotReady(words, code="connection_failed", peer=self.peer, cause=str(status))
        except OSError as err:
            raise unreachable(err, self.peer, config.timeout_s) from err
        await self._establish()

    async def close(self) -> None:
        link, self._link = self._link, None
        self._deliver, self._reports, self._polled, self._outcasts = None, {}, [], {}
        if link is not None:
            link.close()

    async def read(self, points: Sequence[Point[SecsGemAddress]]) -> list[Sample]:
        values: dict[tuple[str, Identifier], _Item | str] = {}
        observed_at = self.now()
        for kind in ("sv", "ec"):
            wanted = dict.fromkeys(p.address.id for p in points if p.address.kind == kind)
            known = [i for i in wanted if (kind, i) not in self._outcasts]
            for begin in range(0, len(known), self.config.ids_a_message):
                await self._read_block(kind, known[begin : begin + self.config.ids_a_message], values)
        await self._ask_an_outcast(values)
        return [self._sample(p, values.get((p.address.kind, p.address.id)), observed_at) for p in points]

    async def subscribe(self, groups: Sequence[Group[SecsGemAddress]], deliver: Deliver) -> None:
        link = self._connected()
        self._deliver = deliver
        points = [p for g in groups for p in g.points]
        self._polled = [p for p in points if p.address.event is None]
        first = [p for p in points if p.address.kind != "dv"]
        if first:
            deliver(await self.read(first))
        await self._define([p for p in points if p.address.event is not None])
        await asyncio.shield(link.ended)

    async def check(self) -> bool:
        """The link test shows that the equipment is there; what no event brings is read."""
        link = self._connected()
        try:
            async with asyncio.timeout(self.config.timeout_s):
                await link.control(LINKTEST)
        except OSError as err:
            raise unreachable(err, self.peer, self.config.timeout_s) from err
        if self._polled and self._deliver is not None:
            self._deliver(await self.read(self._polled))
        return True

    async def browse(self, parent: str | None = None) -> list[Browsed]:
        """Status variables by S1F11, equipment constants by S2F29, collection events by S1F23 where the equipment knows it."""
        self._connected()
        if parent is None:
            return [Browsed("sv", "Status variables", True), Browsed("ec", "Equipment constants", True)]
        if parent not in ("sv", "ec"):
            raise Missing(f"{self.peer} has no such node.", code="node_unknown", peer=self.peer)
        answer = await self._ask(*((1, 11) if parent == "sv" else (2, 29)), _list())
        found = []
        for row in answer.items():
            identifier, name, *more = (_plain(item) for item in row.items())
            address = {"kind": parent, "id": identifier}
            unit = str(more[-1]) if more else ""
            words = ("status variable" if parent == "sv" else "equipment constant") + (f" [{unit}]" if unit else "")
            found.append(Browsed(f"{parent}/{identifier}", str(name) or str(identifier), False, address, words))
        return found

    async def write(self, point: Point[SecsGemAddress], value: Value) -> None:
        address = point.address
        if address.kind == "command":
            await self._command(point, value)
            return
        if address.kind != "ec":
            words = f"{point.name} is a variable of the equipment and cannot be written; constants and commands can."
            raise Missing(words, code="not_writable", point=point.name)
        present = (await self._ask(2, 13, _list(self._id(address.id)))).items()
        if len(present) != 1 or present[0].form == LIST:
            raise Missing(f"{point.name} was not written: {CONSTANT_REFUSED[1]}.", code="write_refused", point=point.name)
        body = _encoded(point, value, present[0].form)
        answer = await self._ask(2, 15, _list(_list(self._id(address.id), body)))
        self._judge(point, _acknowledged(answer), CONSTANT_REFUSED, {1})
        after = (await self._ask(2, 13, _list(self._id(address.id)))).items()
        if [i.value for i in after] != [_decoded(body).value]:
            words = f"{point.name} was accepted, but reads {after[0].value if after else 'nothing'} afterwards."
            raise NotReady(words, code="write_not_taken", point=point.name)

    async def _command(self, point: Point[SecsGemAddress], value: Value) -> None:
        address = point.address
        form = FORMATS[address.format] if address.format else _natural(value)
        given = [_list(_text(address.parameter), _encoded(point, value, form))] if address.parameter else []
        answer = await self._ask(2, 41, _list(_text(str(address.id)), _list(*given)))
        code = _acknowledged(answer.items()[0] if answer.form == LIST and answer.items() else answer)
        self._judge(point, 0 if code == 4 else code, COMMAND_REFUSED, {1, 6})

    def _judge(self, point: Point[SecsGemAddress], code: int, words: dict[int, str], missing: set[int]) -> None:
        if code:
            kind = Missing if code in missing else NotReady
            raise kind(f"{point.name} was not written: {words.get(code, f'answer {code}')}.", code="write_refused", point=point.name)

    async def _establish(self) -> None:
        answer = await self._ask(1, 13, _list(_text(SOFTWARE[0]), _text(SOFTWARE[1])))
        if _acknowledged(answer.items()[0] if answer.form == LIST and answer.items() else answer):
            words = f"{self.peer} refuses to communicate (S1F14)."
            raise NotReady(words, code="connection_failed", peer=self.peer, cause="S1F14")
        if self.config.go_online:
            with contextlib.suppress(_Refused):  # not every equipment lets its host do this
                if _acknowledged(await self._ask(1, 17, None)) == 1:
                    raise self._offline()

    def _offline(self) -> NotReady:
        words = f"{self.peer} is offline for hosts; put it online at its panel."
        return NotReady(words, code="equipment_offline", peer=self.peer)

    async def _read_block(self, kind: str, ids: Sequence[Identifier], values: dict[tuple[str, Identifier], "_Item | str"]) -> None:
        """Some equipment answers nothing at all when it does not know one of them: then by halves, until that one stands alone."""
        if not ids:
            return
        try:
            answer = (await self._ask(*((1, 3) if kind == "sv" else (2, 13)), _list(*map(self._id, ids)))).items()
        except _Refused as err:
            if err.is_offline:
                raise self._offline() from err
            answer = ()
        if len(answer) == len(ids):
            for identifier, item in zip(ids, answer, strict=True):
                is_none = item.form == LIST and not item.items()
                values[kind, identifier] = "the equipment has no such variable, or no value for it" if is_none else item
        elif len(ids) == 1:
            self._outcasts[kind, ids[0]] = "the equipment does not answer for this variable"
        else:
            await self._read_block(kind, ids[: len(ids) // 2], values)
            await self._read_block(kind, ids[len(ids) // 2 :], values)

    async def _ask_an_outcast(self, values: dict[tuple[str, Identifier], "_Item | str"]) -> None:
        """One a turn, so that many lost ones do not slow the others down."""
        for key, words in self._outcasts.items():
            values[key] = words
        if self._outcasts:
            kind, identifier = next(iter(self._outcasts))
            del self._outcasts[kind, identifier]
            await self._read_block(kind, [identifier], values)

    async def _define(self, points: Sequence[Point[SecsGemAddress]]) -> None:
        """One report a point, so that one the equipment refuses spoils no other; then links and switches them on, event by event."""
        at, bad = self.now(), []
        events: dict[Identifier, list[int]] = {}
        numbers = range(self.config.report_base, self.config.report_base + len(points))
        if points:  # of an earlier connection
            with contextlib.suppress(_Refused):
                await self._ask(2, 33, _list(self._id(1), _list(*(_list(self._id(n), _list()) for n in numbers))))
        for number, point in zip(numbers, points, strict=True):
            report = _list(self._id(number), _list(self._id(point.address.id)))
            words = await self._agreed(33, _list(report), REPORT_REFUSED)
            if words:
                bad.append(Sample(point.name, None, at, Quality.BAD_NODE_UNKNOWN, words))
            else:
                self._reports[number] = point
                events.setdefault(point.address.event or 0, []).append(number)
        for event, reports in events.items():
            words = await self._switched_on(event, reports)
            if words:
                bad += [Sample(self._reports.pop(n).name, None, at, Quality.BAD_NODE_UNKNOWN, words) for n in reports]
            else:
                with contextlib.suppress(_Refused):
                    self._report(await self._ask(6, 15, self._id(event)), is_asked_for=True)
        if bad and self._deliver is not None:
            self._deliver(bad)

    async def _switched_on(self, event: Identifier, reports: Sequence[int]) -> str:
        refused = {
            1: "the equipment has no room for another link", 2: "the equipment does not understand the link",
            3: "the event is linked already", 4: "the equipment has no such event",
        }  # fmt: skip
        link = _list(_list(self._id(event), _list(*map(self._id, reports))))
        words = await self._agreed(35, link, refused)
        if words == refused[3]:
            await self._agreed(35, _list(_list(self._id(event), _list())), refused)
            words = await self._agreed(35, link, refused)
        if words:
            return words
        try:
            code = _acknowledged(await self._ask(2, 37, _list(_item(BOOLEAN, b"\x01"), _list(self._id(event)))))
        except _Refused as err:
            return str(err)
        return "the equipment has no such event" if code else ""

    async def _agreed(self, function: int, body: bytes, words: dict[int, str]) -> str:
        try:
            code = _acknowledged(await self._ask(2, function, _list(self._id(1), body)))
        except _Refused as err:
            return str(err)
        return words.get(code, f"the equipment answers {code}") if code else ""

    def _report(self, message: "_Item", *, is_asked_for: bool = False) -> None:
        """S6F11 or S6F16: the values of our reports; reports of others are none of our business."""
        at, samples = self.now(), []
        for report in message.items()[2].items() if len(message.items()) == 3 else ():
            number, *values = report.items()
            point = self._reports.get(_whole(number))
            if point is None or not values or len(values[0].items()) != 1:
                continue
            sample = self._sample(point, values[0].items()[0], at)
            if is_asked_for and point.address.kind == "dv" and not sample.quality:
                words = "asked for; its event has not happened since we are connected"
                sample = sample._replace(quality=int(Quality.UNCERTAIN_LAST_USABLE), reason=words)
            samples.append(sample)
        if samples and self._deliver is not None:
            self._deliver(samples)

    def _hear(self, stream: int, function: int, body: bytes) -> bytes | None:
        """What the equipment says by itself, and our answer; None where we have none."""
        match stream, function:
            case 1, 1:
                return _list()
            case 1, 13:
                return _list(_item(BINARY, b"\0"), _list())
            case 2, 17:
                return _text(self.now().strftime("%Y%m%d%H%M%S") + f"{self.now().microsecond // 10000:02d}")
            case 6, 11:
                self._report(_decoded(body))
                return _item(BINARY, b"\0")
            case (5, 1) | (6, 1) | (6, 9) | (10, 1):
                return _item(BINARY, b"\0")
        return None

    async def _ask(self, stream: int, function: int, body: bytes | None) -> "_Item":
        link = self._connected()
        try:
            async with asyncio.timeout(self.config.timeout_s):
                answer = await link.ask(stream, function, body or b"")
            return _decoded(answer)
        except OSError as err:
            raise unreachable(err, self.peer, self.config.timeout_s) from err

    def _id(self, identifier: Identifier) -> bytes:
        if isinstance(identifier, str):
            return _text(identifier)
        form = FORMATS[self.config.id_format]
        try:
            return _item(form, struct.pack(">" + NUMBERS[form], identifier))
        except struct.error as err:
            words = f"The number {identifier} does not fit into {self.config.id_format}."
            raise ConfigInvalid(words, code="value_unfit", field="config.id_format") from err

    def _connected(self) -> "_Link":
        if self._link is None:
            raise unreachable(ConnectionResetError(), self.peer, self.config.timeout_s)
        return self._link

    def _sample(self, point: Point[SecsGemAddress], found: "_Item | str | None", observed_at: datetime) -> Sample:
        name = point.name
        if found is None:
            words = {"command": "a remote command is written, not read", "dv": "it comes by its event; set `events` for the connection"}
            why = words.get(point.address.kind, "the equipment did not answer for it")
            return Sample(name, None, observed_at, Quality.BAD_CONFIGURATION_ERROR, why)
        if isinstance(found, str):
            return Sample(name, None, observed_at, Quality.BAD_NODE_UNKNOWN, found)
        try:
            value = _plain(found, point.address.index)
        except TypeError as err:
            return Sample(name, None, observed_at, Quality.BAD_TYPE_MISMATCH, str(err))
        if isinstance(value, float) and not math.isfinite(value):
            return Sample(name, None, observed_at, Quality.BAD_SENSOR_FAILURE, f"the equipment sent {value}")
        return Sample(name, value, observed_at)


class _Garbled(NotReady):
    """Bytes that are not SECS; the message says where."""

    def __init__(self, words: str) -> None:
        super().__init__(f"The equipment does not speak SECS as we do: {words}.", code="answer_garbled")


class _Refused(NotReady):
    """The equipment did not answer a message but sent an abort (SxF0), an error (S9) or a reject."""

    def __init__(self, words: str, peer: str, *, is_offline: bool = False) -> None:
        super().__init__(words, code="message_refused", peer=peer)
        self.is_offline = is_offline


class _Item(NamedTuple):
    """One item of SECS-II: a list of items, text, bytes, or a row of numbers."""

    form: int
    value: Any

    def items(self) -> "tuple[_Item, ...]":
        if self.form != LIST:
            raise _Garbled(f"an item of format {self.form:o} stands where a list belongs")
        found: tuple[_Item, ...] = self.value
        return found


class _Link(asyncio.Protocol):
    """HSMS-SS: frames, select, link test, system bytes. Ends itself on the first thing that is not in the standard."""

    def __init__(self, config: SecsGemConfig, peer: str, hear: Callable[[int, int, bytes], bytes | None]) -> None:
        self._config, self._peer, self._hear = config, peer, hear
        self.ended: asyncio.Future[None] = asyncio.get_running_loop().create_future()
        self._transport: asyncio.Transport | None = None
        self._buffer = bytearray()
        self._systems = itertools.count(1)
        self._awaited: dict[int, asyncio.Future[Any]] = {}

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        assert isinstance(transport, asyncio.Transport)
        self._transport = transport

    def connection_lost(self, exc: Exception | None) -> None:
        self._fail(unreachable(exc or ConnectionResetError(), self._peer, self._config.timeout_s))

    def data_received(self, data: bytes) -> None:
        self._buffer += data
        try:
            while len(self._buffer) >= 14:
                size = int.from_bytes(self._buffer[:4])
                if not 10 <= size <= LONGEST:
                    raise _Garbled(f"a message of {size} bytes")
                if len(self._buffer) < 4 + size:
                    break
                frame = bytes(self._buffer[4 : 4 + size])
                del self._buffer[: 4 + size]
                self._take(frame)
        except _Garbled as err:
            self._fail(err)

    async def control(self, kind: int) -> int:
        """Select or link test, until it is answered; the status."""
        system, answer = self._expect()
        self._write(CONTROL, 0, 0, kind, system)
        status: int = await answer
        return status

    async def ask(self, stream: int, function: int, body: bytes) -> bytes:
        """A primary message and the body of its answer."""
        system, answer = self._expect()
        self._write(self._config.device_id, 0x80 | stream, function, DATA, system, body)
        try:
            found: bytes = await answer
        finally:
            self._awaited.pop(system, None)
        return found

    def close(self) -> None:
        """Say goodbye and let go."""
        if self._transport is not None and not self._transport.is_closing():
            self._write(CONTROL, 0, 0, SEPARATE, next(self._systems))
            self._transport.close()
        self._fail(unreachable(ConnectionResetError(), self._peer, self._config.timeout_s))

    def _take(self, frame: bytes) -> None:
        session, stream, function, presentation, kind, system = struct.unpack_from(">HBBBBI", frame)
        if presentation:
            raise _Garbled(f"presentation type {presentation}")
        if kind == DATA:
            self._take_data(session, stream, function, system, frame)
        elif kind in (SELECTED, LINKTESTED):
            self._settle(system, function if kind == SELECTED else 0)
        elif kind == LINKTEST:
            self._write(CONTROL, 0, 0, LINKTESTED, system)
        elif kind == REJECTED:
            self._refuse(system, f"the equipment rejects the message (reason {function})")
        elif kind == SEPARATE:
            self._fail(unreachable(ConnectionResetError(), self._peer, self._config.timeout_s))

    def _take_data(self, session: int, stream: int, function: int, system: int, frame: bytes) -> None:
        wants_answer, stream = bool(stream & 0x80), stream & 0x7F
        if stream == 9 and function in (1, 3, 5, 7, 9, 11):
            blamed = _decoded(frame[10:]).value
            if isinstance(blamed, bytes) and len(blamed) == 10:
                self._refuse(int.from_bytes(blamed[6:]), f"the equipment answers S9F{function}: it does not take this message")
        elif function % 2 == 0:
            if function == 0:
                self._refuse(system, f"the equipment aborts the message (S{stream}F0)", is_offline=stream == 1)
            else:
                self._settle(system, frame[10:])
        else:
            answer = self._hear(stream, function, frame[10:])
            if wants_answer:
                self._write(session, stream, 0 if answer is None else function + 1, DATA, system, answer or b"")

    def _expect(self) -> "tuple[int, asyncio.Future[Any]]":
        system = next(self._systems) & 0xFFFFFFFF
        future = self._awaited[system] = asyncio.get_running_loop().create_future()
        if self.ended.done():
            future.set_exception(self.ended.exception() or ConnectionResetError())
        return system, future

    def _settle(self, system: int, answer: Any) -> None:
        future = self._awaited.pop(system, None)
        if future is not None and not future.done():
            future.set_result(answer)

    def _refuse(self, system: int, words: str, *, is_offline: bool = False) -> None:
        future = self._awaited.pop(system, None)
        if future is not None and not future.done():
            future.set_exception(_Refused(words, self._peer, is_offline=is_offline))

    def _fail(self, why: KaogongError) -> None:
        if self._transport is not None and not self._transport.is_closing():
            self._transport.abort()
        for future in [*self._awaited.values(), self.ended]:
            if not future.done():
                future.set_exception(why)
                future.exception()  # whoever waits finds it; nobody waiting is no fault
        self._awaited.clear()

    def _write(self, session: int, second: int, third: int, kind: int, system: int, body: bytes = b"") -> None:
        if self._transport is not None and not self._transport.is_closing():
            self._transport.write(struct.pack(">IHBBBBI", 10 + len(body), session, second, third, 0, kind, system) + body)


def _item(form: int, body: bytes, count: int | None = None) -> bytes:
    size = len(body) if count is None else count
    width = 1 if size < 0x100 else 2 if size < 0x10000 else 3
    return bytes([form << 2 | width]) + size.to_bytes(width) + body


def _list(*items: bytes) -> bytes:
    return _item(LIST, b"".join(items), len(items))


def _text(text: str) -> bytes:
    return _item(ASCII, text.encode("latin-1", "replace"))


def _decoded(data: bytes) -> _Item:
    """The one item a message holds; an empty message is an empty list."""
    if not data:
        return _Item(LIST, ())
    item, end = _parsed(data, 0, 0)
    if end != len(data):
        raise _Garbled(f"{len(data) - end} bytes too many")
    return item


def _parsed(data: bytes, at: int, depth: int) -> tuple[_Item, int]:
    if depth > DEEPEST:
        raise _Garbled(f"lists nested more than {DEEPEST} deep")
    if at >= len(data):
        raise _Garbled("an item is missing")
    form, width = data[at] >> 2, data[at] & 3
    size = int.from_bytes(data[at + 1 : at + 1 + width])
    at += 1 + width
    if form == LIST:
        if size > len(data) - at:
            raise _Garbled(f"a list of {size} items is cut short")
        items = []
        for _ in range(size):
            item, at = _parsed(data, at, depth + 1)
            items.append(item)
        return _Item(LIST, tuple(items)), at
    body = data[at : at + size]
    if len(body) != size:
        raise _Garbled(f"an item of {size} bytes is cut short")
    return _Item(form, _value(form, body)), at + size


def _value(form: int, body: bytes) -> Any:
    if form == ASCII:
        return body.decode("latin-1")
    if form == JIS:
        return body.decode("shift_jis", "replace")
    if form == TWO_BYTE:
        return body[2:].decode("utf-16-be", "replace")
    if form == BINARY:
        return body
    if form == BOOLEAN:
        return tuple(b != 0 for b in body)
    letter = NUMBERS.get(form)
    if letter is None or len(body) % struct.calcsize(">" + letter):
        raise _Garbled(f"an item of format {form:o} with {len(body)} bytes")
    return struct.unpack(f">{len(body) // struct.calcsize('>' + letter)}{letter}", body)


def _plain(item: _Item, index: int | None = None) -> Value:
    """A scalar the platform can carry; TypeError says why not."""
    form, value = item
    if isinstance(value, str) and index is None:
        return value
    if form == BINARY and index is None and len(value) != 1:
        return bytes(value).hex()
    if index is not None:
        if index >= len(value):
            raise TypeError(f"it has only {len(value)} elements")
        value = value[index]
        return _plain(value) if isinstance(value, _Item) else value
    if len(value) != 1 or form == LIST:
        raise TypeError("the equipment gives no value" if not value else f"a row of {len(value)}: say which element by `index`")
    found: Value = value[0]
    return found


def _whole(item: _Item) -> int:
    value = _plain(item)
    return value if isinstance(value, int) else -1


def _acknowledged(item: _Item) -> int:
    """The code of a one-byte acknowledgement."""
    value = item.value
    if not isinstance(value, bytes | tuple) or len(value) < 1 or not isinstance(value[0], int):
        raise _Garbled("an acknowledgement without a code")
    return value[0]


def _natural(value: Value) -> int:
    form: dict[type, str] = {bool: "BOOLEAN", int: "I4", float: "F8"}
    return FORMATS[form.get(type(value), "A")]


def _encoded(point: Point[SecsGemAddress], value: Value, form: int) -> bytes:
    with contextlib.suppress(struct.error, UnicodeEncodeError, OverflowError):
        if form == ASCII and isinstance(value, str):
            return _item(form, value.encode("ascii"))
        if form == BOOLEAN and value in (0, 1):
            return _item(form, bytes([bool(value)]))
        if form == BINARY and isinstance(value, int) and 0 <= value <= 255:
            return _item(form, bytes([value]))
        if form in NUMBERS and isinstance(value, int | float):
            is_real = NUMBERS[form] in "df"
            if is_real or value == round(value):
                return _item(form, struct.pack(">" + NUMBERS[form], value if is_real else round(value)))
    name = next((n for n, code in FORMATS.items() if code == form), f"{form:o}")
    raise ConfigInvalid(f"{value!r} does not fit into {point.name}, whose format is {name}.", code="value_unfit", field="value")
