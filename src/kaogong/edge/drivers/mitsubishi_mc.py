"""Mitsubishi MC protocol (SLMP): frames 3E and 4E, binary and ASCII, from the public reference manuals SH-080008 and SH-080956."""

import re
import struct
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import lru_cache
from pathlib import Path
from typing import ClassVar, Literal, TypeAlias

from pydantic import Field, model_validator

from kaogong.core.errors import AuthRejected, ConfigInvalid, Missing, NotReady
from kaogong.core.quality import Quality
from kaogong.core.reading import Value
from kaogong.edge.blocks import CODES, Block, BlockPlan, Cell, Limits, Plans, Refusal, packed, packed_text, scaled, text, truth
from kaogong.edge.drivers.base import Columns, Driver, DriverConfig, Point, PointAddress, advanced, secret, unreachable
from kaogong.edge.exchange import Exchange

DataType: TypeAlias = Literal["bool", "int16", "uint16", "int32", "uint32", "int64", "uint64", "float32", "float64", "string"]

BIT_DEVICES = {
    "SM": 0x91, "X": 0x9C, "Y": 0x9D, "M": 0x90, "L": 0x92, "F": 0x93, "V": 0x94, "B": 0xA0, "SB": 0xA1, "DX": 0xA2, "DY": 0xA3, "S": 0x98,
    "TS": 0xC1, "TC": 0xC0, "SS": 0xC7, "SC": 0xC6, "CS": 0xC4, "CC": 0xC3,
}  # fmt: skip
WORD_DEVICES = {
    "SD": 0xA9,
    "D": 0xA8,
    "W": 0xB4,
    "TN": 0xC2,
    "SN": 0xC8,
    "CN": 0xC5,
    "SW": 0xB5,
    "Z": 0xCC,
    "R": 0xAF,
    "ZR": 0xB0,
    "RD": 0x2C,
}
DEVICES = BIT_DEVICES | WORD_DEVICES
IN_HEX = frozenset({"X", "Y", "B", "SB", "DX", "DY", "W", "SW"})
WRITTEN = re.compile(r"(SM|SD|SB|SW|SS|SC|SN|DX|DY|TS|TC|TN|CS|CC|CN|ZR|RD|[XYMLFVBSDWZR])([0-9A-F]+)(?:\.([0-9A-F]))?", re.IGNORECASE)

END_CODES = {
    0x4030: (Quality.BAD_NODE_UNKNOWN, "the controller does not know this device"),
    0x4031: (Quality.BAD_NODE_UNKNOWN, "the controller has no device of this number"),
    0x4080: (Quality.BAD_CONFIGURATION_ERROR, "the controller finds the request wrong"),
    0xC051: (Quality.BAD_CONFIGURATION_ERROR, "the controller does not give that many words at once"),
    0xC056: (Quality.BAD_NODE_UNKNOWN, "the address is past the controller's range"),
    0xC058: (Quality.BAD_CONFIGURATION_ERROR, "the controller finds length and data at odds"),
    0xC059: (Quality.BAD_CONFIGURATION_ERROR, "the controller does not know this command"),
    0xC05B: (Quality.BAD_NODE_UNKNOWN, "the controller cannot read this device"),
    0xC05C: (Quality.BAD_CONFIGURATION_ERROR, "the controller finds the request wrong"),
    0xC05F: (Quality.BAD_CONFIGURATION_ERROR, "the controller cannot do this on the station asked"),
    0xC061: (Quality.BAD_CONFIGURATION_ERROR, "the controller finds length and data at odds"),
}
ONE_POINT_MAY_BE_TO_BLAME = frozenset({0x4030, 0x4031, 0xC051, 0xC056, 0xC05B, 0xC05C})
LOCKED = frozenset({0xC200, 0xC201, 0xC202, 0xC203, 0xC204})
READ, WRITE, UNLOCK = 0x0401, 0x1401, 0x1630


class MitsubishiMcConfig(DriverConfig):
    """Which controller, reached how, in which of the protocol's four spellings; as the open setting of its Ethernet port says."""

    host: str = Field(description="Address or name of the controller or its Ethernet module.")
    port: int = Field(ge=1, le=65535, description="As set for MC protocol or SLMP in the controller; there is no usual one.")
    frame: Literal["3E", "4E"] = "3E"
    code: Literal["binary", "ascii"] = "binary"
    transport: Literal["tcp", "udp"] = "tcp"
    password: str = secret("", max_length=32, description="Remote password, when the controller asks for one.")
    network: int = advanced(0, ge=0, le=239, description="Network number; 0 is the controller's own.")
    station: int = advanced(0xFF, ge=0, le=255, description="PC number; 255 is the controller connected to.")
    module: int = advanced(0x03FF, ge=0, le=0xFFFF, description="Module I/O number; 1023 is the CPU.")
    drop: int = advanced(0, ge=0, le=255, description="Multidrop station number.")
    order: Literal["low_first", "high_first"] = advanced("low_first", description="Which word of a longer value has the lower address.")
    octal: bool = advanced(False, description="X and Y count in octal, as with FX and iQ-F; otherwise in hexadecimal.")
    gap: int = advanced(32, ge=0, le=900, description="Words of no interest that are read along to save a request.")
    max_words: int = advanced(960, ge=1, le=960, description="Most words one request asks for; FX and some modules take fewer.")


class MitsubishiMcAddress(PointAddress):
    """Where one value lies, as the controller's own software writes it."""

    address: str = Field(description="D100, D100.5 (a bit), M10, X1F and W1A (hexadecimal), ZR5000, TN3, CN7, SD210 …")
    type: DataType | None = Field(None, description="Unset: bool for bits, uint16 for words.")
    length: int = Field(8, ge=1, le=480, description="Words a string takes.")
    scale: float = Field(1.0, description="value = raw * scale + offset.")
    offset: float = 0.0
    order: Literal["low_first", "high_first"] | None = Field(None, description="Unset: the connection's.")

    @model_validator(mode="after")
    def _fits(self) -> "MitsubishiMcAddress":
        place_of(self.address, self.type, False)
        return self


@dataclass(frozen=True, slots=True)
class Place:
    """An address taken apart. `number` counts points of the device; `bit` is one of a word device's word."""

    device: str
    number: int
    bit: int | None
    type: DataType

    @property
    def is_bit_device(self) -> bool:
        """Whether the device's points are bits, sixteen of which make a word."""
        return self.device in BIT_DEVICES


@lru_cache(maxsize=65536)
def place_of(address: str, kind: DataType | None, octal: bool) -> Place:
    """What an address means; ValueError says how to write it."""
    found = WRITTEN.fullmatch(address.replace(" ", ""))
    if found is None:
        raise ValueError(f"{address!r} is no device; write D100, D100.5, M10, X1F or ZR5000")
    device, digits, bit = found[1].upper(), found[2], found[3]
    base = 8 if octal and device in ("X", "Y") else 16 if device in IN_HEX else 10
    try:
        number = int(digits, base)
    except ValueError as err:
        raise ValueError(f"{address}: {device} counts in {'octal' if base == 8 else 'decimal'}") from err
    if number > 0xFFFFFF:
        raise ValueError(f"{address} is past every device")
    is_bits = device in BIT_DEVICES
    kind = kind or ("bool" if is_bits or bit is not None else "uint16")
    if is_bits and bit is not None:
        raise ValueError(f"{address}: the points of {device} are bits already")
    if not is_bits and (kind == "bool") != (bit is not None):
        raise ValueError(f"a bool names the bit of its word (D100.5), anything else none; {address} as {kind} does not fit")
    if is_bits and kind != "bool" and number % 16:
        raise ValueError(f"{address} as {kind}: a word of bits begins at a multiple of 16")
    return Place(device, number, None if bit is None else int(bit, 16), kind)


class MitsubishiMc(Driver[MitsubishiMcConfig, MitsubishiMcAddress]):
    """Mitsubishi MELSEC: iQ-R, Q, L, iQ-F and FX5 series by MC protocol 3E or 4E (SLMP), binary or ASCII.

    Devices are read in runs of up to 960 words, bits sixteen to a word. A remote password is unlocked after connecting. A single bit
    of a word is read but not written, as the protocol writes words only.
    Network: Ethernet (TCP or UDP), or wireless LAN.
    """

    Config = MitsubishiMcConfig
    Address = MitsubishiMcAddress

    def __init__(self, config: MitsubishiMcConfig, now: Callable[[], datetime], folder: Path) -> None:
        super().__init__(config, now, folder)
        self._exchange: Exchange | None = None
        self._plans = Plans(self._plan)
        self._spelling: Binary = Ascii(config) if config.code == "ascii" else Binary(config)

    @property
    def peer(self) -> str:
        return f"{self.config.host}:{self.config.port}"

    async def open(self) -> None:
        await self.close()
        self._plans.clear()
        self._exchange = Exchange(self.peer, self.config.timeout_s, self._spelling.length)
        if self.config.transport == "udp":
            await self._exchange.aim(self.config.host, self.config.port)
        else:
            await self._exchange.connect(self.config.host, self.config.port)
        if self.config.password:
            await self._ask(UNLOCK, 0, self._spelling.password(self.config.password))
        else:
            # Any answer will do: it shows that the port speaks this protocol in this spelling.
            await self._ask(READ, 0, self._spelling.device("SD", 0) + self._spelling.number(1, 2))

    async def close(self) -> None:
        exchange, self._exchange = self._exchange, None
        if exchange is not None:
            await exchange.close()

    async def read(self, points: Sequence[Point[MitsubishiMcAddress]]) -> Columns:
        if self._exchange is None:
            raise unreachable(ConnectionResetError(), self.peer, self.config.timeout_s)
        return await self._plans(points).read(self._read_blocks, self.now())

    async def write(self, point: Point[MitsubishiMcAddress], value: Value) -> None:
        a, place, say = point.address, self._place(point.address), self._spelling
        if place.bit is not None:
            words = f"{point.name} is a bit of a word, which the protocol cannot write alone; write the word."
            raise Missing(words, code="not_writable", point=point.name)
        bits = place.type == "bool"
        if bits:
            body = say.bit(truth(point.name, value))
        else:
            if a.type == "string":
                raw = packed_text(point.name, value, a.length * 2)
            else:
                raw = packed(point.name, place.type, "<" + CODES[place.type], value, a.scale, a.offset)
                if (a.order or self.config.order) == "high_first":
                    raw = b"".join(raw[i : i + 2] for i in range(len(raw) - 2, -1, -2))
            body = say.number(len(raw) // 2, 2) + say.words(raw)
        code, _ = await self._ask(WRITE, 1 if bits else 0, say.device(place.device, place.number) + body)
        if code:
            _, told = self._meaning(code)
            raise Missing(f"{point.name} was not written: {told}.", code="write_refused", point=point.name)

    def _place(self, a: MitsubishiMcAddress) -> Place:
        try:
            return place_of(a.address, a.type, self.config.octal)
        except ValueError as err:
            raise ConfigInvalid(f"{a.address}: {err}.", field="address") from err

    def _plan(self, points: Sequence[Point[MitsubishiMcAddress]]) -> BlockPlan[MitsubishiMcAddress]:
        limits = Limits(self.config.max_words, self.config.gap)
        return BlockPlan(points, [self._cell(p.address) for p in points], lambda area: limits)

    def _cell(self, a: MitsubishiMcAddress) -> Cell:
        place = self._place(a)
        area, start = (place.device,), place.number // 16 if place.is_bit_device else place.number
        if place.type == "bool":
            return Cell(area, start, 1, bit=place.number % 16 if place.bit is None else place.bit)
        if place.type == "string":
            return Cell(area, start, a.length, f"{a.length * 2}s", fix=text)
        width = struct.calcsize(CODES[place.type]) // 2
        # Words come low byte first; with the high word first the exchanged words are one big-ended number.
        high_first = (a.order or self.config.order) == "high_first"
        return Cell(area, start, width, CODES[place.type], ">" if high_first else "<", high_first, fix=scaled(a.scale, a.offset))

    async def _read_blocks(self, blocks: Sequence[Block]) -> list[bytes | Refusal]:
        say, found = self._spelling, list[bytes | Refusal]()
        for block in blocks:
            device: str = block.area[0]
            head = block.start * 16 if device in BIT_DEVICES else block.start
            code, data = await self._ask(READ, 0, say.device(device, head) + say.number(block.count, 2))
            if code:
                quality, words = self._meaning(code)
                found.append(Refusal(quality, words, code in ONE_POINT_MAY_BE_TO_BLAME))
                continue
            body = say.unworded(data)
            if len(body) != block.length:
                raise self._garbled(f"it answers {len(body)} bytes where {block.length} belong")
            found.append(body)
        return found

    async def _ask(self, command: int, subcommand: int, body: bytes) -> tuple[int, bytes]:
        """End code and data of one request; AuthRejected when the controller is locked."""
        if self._exchange is None:
            raise unreachable(ConnectionResetError(), self.peer, self.config.timeout_s)
        frame = (await self._exchange.ask(self._spelling.question(command, subcommand, body), belongs=self._spelling.belongs))[0]
        try:
            code, data = self._spelling.answer(frame)
        except ValueError as err:
            raise self._garbled(str(err)) from err
        if code in LOCKED:
            words = f"{self.peer} is locked by a remote password (0x{code:04X}); set `password` to the right one."
            raise AuthRejected(words, code="login_refused", peer=self.peer)
        return code, data

    def _meaning(self, code: int) -> tuple[Quality, str]:
        quality, words = END_CODES.get(code, (Quality.BAD, "the controller refuses"))
        return quality, f"{words} (end code {code:04X})"

    def _garbled(self, words: str) -> NotReady:
        return NotReady(f"{self.peer} does not speak MC protocol as configured: {words}.", code="answer_garbled", peer=self.peer)


class Binary:
    """The protocol's binary spelling: everything low byte first."""

    head: ClassVar = {"3E": (b"\x50\x00", b"\xd0\x00"), "4E": (b"\x54\x00", b"\xd4\x00")}
    unit = 1  # characters a byte takes

    def __init__(self, config: MitsubishiMcConfig) -> None:
        self.config = config
        self._question, self._answer = self.head[config.frame]
        self._serial_size = 4 * self.unit if config.frame == "4E" else 0
        self._serial = 0

    def number(self, value: int, size: int) -> bytes:
        """A number of `size` bytes."""
        return value.to_bytes(size, "little")

    def parsed(self, raw: bytes) -> int:
        """The inverse of `number`."""
        return int.from_bytes(raw, "little")

    def device(self, name: str, number: int) -> bytes:
        """The first point of a request."""
        return self.number(number, 3) + bytes((DEVICES[name],))

    def bit(self, value: bool) -> bytes:
        """One bit to write, its count before it."""
        return self.number(1, 2) + (b"\x10" if value else b"\x00")

    def words(self, raw: bytes) -> bytes:
        """Words, low byte first, as they are sent."""
        return raw

    def unworded(self, data: bytes) -> bytes:
        """The inverse of `words`."""
        return data

    def password(self, word: str) -> bytes:
        """The remote password with its length."""
        return self.number(len(word), 2) + word.encode()

    def question(self, command: int, subcommand: int, body: bytes) -> bytes:
        """A whole frame."""
        config = self.config
        if self._serial_size:
            self._serial = (self._serial + 1) & 0xFFFF
        serial = self.number(self._serial, 2) + self.number(0, 2) if self._serial_size else b""
        route = (
            self.number(config.network, 1) + self.number(config.station, 1) + self.number(config.module, 2) + self.number(config.drop, 1)
        )
        # The controller gives up before we do, so that its answer says which of its stations did not answer.
        patience = self.number(max(1, int(config.timeout_s * 4 * 0.8)), 2)
        inner = patience + self.number(command, 2) + self.number(subcommand, 2) + body
        return self._question + serial + route + self.number(len(inner), 2) + inner

    def length(self, begin: bytes) -> int:
        """How long the answer is that begins so; for Exchange."""
        known = self._answer[: len(begin)]
        if not begin.startswith(known):
            raise ValueError(f"an answer begins with {self._answer!r}, not {begin[:4]!r}")
        head = len(self._answer) + self._serial_size + 5 * self.unit
        size = 2 * self.unit
        return head + size + self.parsed(begin[head : head + size]) if len(begin) >= head + size else 0

    def belongs(self, frame: bytes) -> bool:
        """Whether an answer is that to the last question, as far as its frame can say."""
        begin = len(self._answer)
        return not self._serial_size or self.parsed(frame[begin : begin + 2 * self.unit]) == self._serial

    def answer(self, frame: bytes) -> tuple[int, bytes]:
        """End code and data."""
        at = len(self._answer) + self._serial_size + 7 * self.unit
        if len(frame) < at + 2 * self.unit:
            raise ValueError("its answer is too short")
        if not self.belongs(frame):
            raise ValueError("it answers another question")
        return self.parsed(frame[at : at + 2 * self.unit]), frame[at + 2 * self.unit :]


class Ascii(Binary):
    """The protocol's ASCII spelling: hexadecimal digits, high digit first."""

    head: ClassVar = {"3E": (b"5000", b"D000"), "4E": (b"5400", b"D400")}
    unit = 2

    def number(self, value: int, size: int) -> bytes:
        return f"{value:0{2 * size}X}".encode()

    def parsed(self, raw: bytes) -> int:
        return int(raw, 16)

    def device(self, name: str, number: int) -> bytes:
        digits = f"{number:06X}" if name in IN_HEX else f"{number:06d}"
        return f"{name:*<2}{digits}".encode()

    def bit(self, value: bool) -> bytes:
        return self.number(1, 2) + (b"1" if value else b"0")

    def words(self, raw: bytes) -> bytes:
        return b"".join(self.number(word, 2) for word in struct.unpack(f"<{len(raw) // 2}H", raw))

    def unworded(self, data: bytes) -> bytes:
        high = bytes.fromhex(data.decode("ascii"))
        return struct.pack(f"<{len(high) // 2}H", *struct.unpack(f">{len(high) // 2}H", high))
