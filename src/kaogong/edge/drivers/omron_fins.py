"""Omron FINS over TCP and UDP, from the public reference manuals W227, W342 and W421."""

import re
import struct
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import lru_cache
from pathlib import Path
from typing import Any, Literal, TypeAlias

from pydantic import Field, model_validator

from kaogong.core.errors import AuthRejected, ConfigInvalid, Missing, NotReady
from kaogong.core.quality import Quality
from kaogong.core.reading import Value
from kaogong.edge.blocks import CODES, Block, BlockPlan, Cell, Limits, Plans, Refusal, Unfit, packed, packed_text, scaled, text, truth
from kaogong.edge.drivers.base import Columns, Driver, DriverConfig, Point, PointAddress, advanced, unreachable
from kaogong.edge.exchange import Exchange

DataType: TypeAlias = Literal[
    "bool", "int16", "uint16", "int32", "uint32", "int64", "uint64", "float32", "float64", "bcd16", "bcd32", "string"
]
Order: TypeAlias = Literal["low_first", "high_first"]

WORDS = {"CIO": 0xB0, "W": 0xB1, "H": 0xB2, "A": 0xB3, "D": 0x82, "E": 0x98, "T": 0x89, "C": 0x89}
BITS = {"CIO": 0x30, "W": 0x31, "H": 0x32, "A": 0x33, "D": 0x02, "E": 0x0A}
FIRST_COUNTER = 0x8000
WRITTEN = re.compile(r"(?:(CIO|W|H|A|DM|D|T|C)?|E([0-9A-F]{1,2})_|(E))(\d{1,5})(?:\.(\d{1,2}))?", re.IGNORECASE)

END_CODES = {
    0x0001: (Quality.BAD_OUT_OF_SERVICE, "the controller cancelled the request"),
    0x0103: (Quality.BAD_NO_COMMUNICATION, "the network is busy"),
    0x0201: (Quality.BAD_NO_COMMUNICATION, "that node is not in the network"),
    0x0202: (Quality.BAD_NO_COMMUNICATION, "that unit is not in the node"),
    0x0204: (Quality.BAD_OUT_OF_SERVICE, "the controller is busy"),
    0x0205: (Quality.BAD_NO_COMMUNICATION, "that node did not answer"),
    0x0401: (Quality.BAD_CONFIGURATION_ERROR, "the controller does not know this command"),
    0x1101: (Quality.BAD_NODE_UNKNOWN, "the controller has no such memory area"),
    0x1103: (Quality.BAD_NODE_UNKNOWN, "the address is past the controller's range"),
    0x1104: (Quality.BAD_NODE_UNKNOWN, "the address is past the controller's range"),
    0x110B: (Quality.BAD_CONFIGURATION_ERROR, "the controller does not give that many words at once"),
    0x2101: (Quality.BAD_CONFIGURATION_ERROR, "this memory is read only"),
    0x2102: (Quality.BAD_CONFIGURATION_ERROR, "this memory is write protected"),
    0x2201: (Quality.BAD_OUT_OF_SERVICE, "the controller is in the wrong mode"),
    0x2605: (Quality.BAD_OUT_OF_SERVICE, "the controller is busy"),
}
ONE_POINT_MAY_BE_TO_BLAME = frozenset({0x1101, 0x1103, 0x1104, 0x110B})
NO_ACCESS = frozenset({0x3001, 0x2502})
READ, WRITE, STATUS = b"\x01\x01", b"\x01\x02", b"\x06\x01"


class OmronFinsConfig(DriverConfig):
    """Which controller, reached how. Over TCP it assigns the node numbers itself."""

    host: str = Field(description="Address or name of the controller or its Ethernet unit.")
    port: int = Field(9600, ge=1, le=65535)
    transport: Literal["tcp", "udp"] = "tcp"
    network: int = advanced(0, ge=0, le=127, description="FINS network; 0 is the local one.")
    node: int | None = advanced(
        None, ge=0, le=254, description="FINS node of the controller; unset: told over TCP, with UDP the last number of its address."
    )
    unit: int = advanced(0, ge=0, le=254, description="0 is the CPU unit.")
    own_node: int | None = advanced(
        None, ge=1, le=254, description="Our FINS node; unset: told over TCP, with UDP the last number of our address."
    )
    order: Order = advanced("low_first", description="Which word of a longer value has the lower address.")
    gap: int = advanced(32, ge=0, le=900, description="Words of no interest that are read along to save a request.")
    max_words: int = advanced(990, ge=1, le=999, description="Most words one request asks for.")


class OmronFinsAddress(PointAddress):
    """Where one value lies, as the controller's own software writes it."""

    address: str = Field(
        description="D100, D100.05 (a bit), CIO10 or 10, W5.3, H20, A200, E3_100 (a bank) or E100 (the current one), T7, C7."
    )
    type: DataType | None = Field(None, description="Unset: bool with a bit, otherwise uint16.")
    length: int = Field(8, ge=1, le=495, description="Words a string takes.")
    scale: float = Field(1.0, description="value = raw * scale + offset.")
    offset: float = 0.0
    order: Order | None = Field(None, description="Unset: the connection's.")

    @model_validator(mode="after")
    def _fits(self) -> "OmronFinsAddress":
        place_of(self.address, self.type)
        return self


@dataclass(frozen=True, slots=True)
class Place:
    """An address taken apart: codes of its area by words and by bits (None: it has no bits), and where in it."""

    words: int
    bits: int | None
    start: int
    bit: int | None
    type: DataType


@lru_cache(maxsize=65536)
def place_of(address: str, kind: DataType | None) -> Place:
    """What an address means; ValueError says how to write it."""
    found = WRITTEN.fullmatch(address.replace(" ", ""))
    if found is None:
        raise ValueError(f"{address!r} is no memory address; write D100, D100.05, CIO10, W5.3, H20, A200, E3_100 or T7")
    named, bank, current, digits, bit = found.groups()
    area = "E" if current or bank else (named or "CIO").upper().replace("DM", "D")
    words, bits = WORDS[area], BITS.get(area)
    if bank is not None:
        number = int(bank, 16)
        if number > 0x18:
            raise ValueError(f"{address}: banks go from 0 to 18 (hexadecimal)")
        words, bits = (0xA0 + number, 0x20 + number) if number < 16 else (0x60 + number - 16, 0xE0 + number - 16)
    kind = kind or ("uint16" if bit is None else "bool")
    if (kind == "bool") != (bit is not None) or (bit is not None and (int(bit) > 15 or bits is None)):
        raise ValueError(f"a bool names a bit from 0 to 15 of a word (D100.05), anything else none; {address} as {kind} does not fit")
    start = int(digits) + (FIRST_COUNTER if area == "C" else 0)
    if start > 0xFFFF:
        raise ValueError(f"{address} is past the end of every area")
    return Place(words, bits, start, None if bit is None else int(bit), kind)


class OmronFins(Driver[OmronFinsConfig, OmronFinsAddress]):
    """Omron CS, CJ, CP, NSJ and NJ/NX (where FINS is on): memory areas by absolute address, FINS over TCP or UDP.

    Words are read in runs, bits with the word they are in; a bit is written alone. Timers and counters give their present value.
    Network: Ethernet (port 9600, TCP or UDP), or wireless LAN.
    """

    Config = OmronFinsConfig
    Address = OmronFinsAddress

    def __init__(self, config: OmronFinsConfig, now: Callable[[], datetime], folder: Path) -> None:
        super().__init__(config, now, folder)
        self._exchange: Exchange | None = None
        self._plans = Plans(self._plan)
        self._route, self._number = bytes(6), 0

    @property
    def peer(self) -> str:
        return f"{self.config.host}:{self.config.port}"

    async def open(self) -> None:
        await self.close()
        self._plans.clear()
        config = self.config
        is_tcp = config.transport == "tcp"
        exchange = self._exchange = Exchange(self.peer, config.timeout_s, _tcp_length if is_tcp else _udp_length)
        if is_tcp:
            await exchange.connect(config.host, config.port)
            told = (await exchange.ask(_enveloped(0, (config.own_node or 0).to_bytes(4, "big"))))[0]
            command, error = struct.unpack_from(">II", told, 8)
            if command != 1 or error or len(told) < 24:
                raise NotReady(f"{self.peer} gives us no node (error {error}).", code="connection_refused_by_device", peer=self.peer)
            own, node = told[19], told[23]
        else:
            await exchange.aim(config.host, config.port)
            own, node = (_last_number(end) for end in exchange.ends())
        node = node if config.node is None else config.node
        own = config.own_node or own
        self._route = bytes((config.network, node, config.unit, 0, own, 0))
        await self._ask(STATUS)

    async def close(self) -> None:
        exchange, self._exchange = self._exchange, None
        if exchange is not None:
            await exchange.close()

    async def read(self, points: Sequence[Point[OmronFinsAddress]]) -> Columns:
        if self._exchange is None:
            raise unreachable(ConnectionResetError(), self.peer, self.config.timeout_s)
        return await self._plans(points).read(self._read_blocks, self.now())

    async def write(self, point: Point[OmronFinsAddress], value: Value) -> None:
        a = point.address
        place = place_of(a.address, a.type)
        if place.bit is not None:
            area, bit, body, count = place.bits or 0, place.bit, bytes((truth(point.name, value),)), 1
        else:
            body = self._encoded(point, place, value)
            area, bit, count = place.words, 0, len(body) // 2
        code, _ = await self._ask(WRITE + struct.pack(">BHBH", area, place.start, bit, count) + body)
        if code:
            raise Missing(f"{point.name} was not written: {_meaning(code)[1]}.", code="write_refused", point=point.name)

    def _encoded(self, point: Point[OmronFinsAddress], place: Place, value: Value) -> bytes:
        a, kind = point.address, place.type
        if kind == "string":
            return packed_text(point.name, value, a.length * 2)
        if kind in ("bcd16", "bcd32"):
            digits = 4 if kind == "bcd16" else 8
            number = int.from_bytes(packed(point.name, kind, ">Q", value, a.scale, a.offset), "big")
            if number >= 10**digits:
                raise ConfigInvalid(f"{value!r} does not fit into the {kind} of {point.name}.", code="value_unfit", field="value")
            raw = bytes.fromhex(f"{number:0{digits}d}")
        else:
            raw = packed(point.name, kind, ">" + CODES[kind], value, a.scale, a.offset)
        if (a.order or self.config.order) == "low_first":
            raw = b"".join(raw[i : i + 2] for i in range(len(raw) - 2, -1, -2))
        return raw

    def _plan(self, points: Sequence[Point[OmronFinsAddress]]) -> BlockPlan[OmronFinsAddress]:
        limits = Limits(self.config.max_words, self.config.gap)
        return BlockPlan(points, [self._cell(p.address) for p in points], lambda area: limits)

    def _cell(self, a: OmronFinsAddress) -> Cell:
        place = place_of(a.address, a.type)
        # Counters lie far behind the timers in the same area; the gap between them is none to be read along.
        area, kind = (place.words, place.start >= FIRST_COUNTER), place.type
        if place.bit is not None:
            return Cell(area, place.start, 1, bit=place.bit ^ 8)
        if kind == "string":
            return Cell(area, place.start, a.length, f"{a.length * 2}s", fix=text)
        # Words come high byte first; with the low word first the exchanged words are one little-ended number.
        low_first = (a.order or self.config.order) == "low_first"
        code = {"bcd16": "H", "bcd32": "I"}.get(kind) or CODES[kind]
        fix = scaled(a.scale, a.offset)
        if kind.startswith("bcd"):
            fix = _from_bcd(fix)
        return Cell(area, place.start, struct.calcsize(code) // 2, code, "<" if low_first else ">", low_first, fix=fix)

    async def _read_blocks(self, blocks: Sequence[Block]) -> list[bytes | Refusal]:
        found: list[bytes | Refusal] = []
        for block in blocks:
            code, data = await self._ask(READ + struct.pack(">BHBH", block.area[0], block.start, 0, block.count))
            if code:
                found.append(Refusal(*_meaning(code), may_be_one_point=code in ONE_POINT_MAY_BE_TO_BLAME))
            elif len(data) != block.length:
                raise self._garbled(f"it answers {len(data)} bytes where {block.length} belong")
            else:
                found.append(data)
        return found

    async def _ask(self, command: bytes) -> tuple[int, bytes]:
        """End code and data of one command; AuthRejected when we may not."""
        exchange = self._exchange
        if exchange is None:
            raise unreachable(ConnectionResetError(), self.peer, self.config.timeout_s)
        self._number = self._number % 255 + 1
        number = self._number
        frame = b"\x80\x00\x02" + self._route + bytes((number,)) + command
        if self.config.transport == "tcp":
            told = (await exchange.ask(_enveloped(2, frame)))[0]
            kind, error = struct.unpack_from(">II", told, 8)
            if kind != 2 or error:
                raise NotReady(f"{self.peer} closes the connection (FINS/TCP error {error}).", code="request_refused", peer=self.peer)
            told = told[16:]
        else:
            told = (await exchange.ask(frame, belongs=lambda found: found[9] == number))[0]
        if len(told) < 14 or told[9] != number or told[10:12] != command[:2]:
            raise self._garbled("it answers another question")
        # The topmost bits only tell of a relay and of errors the controller has for its own part.
        code = (told[12] & 0x7F) << 8 | told[13] & 0x3F
        if code in NO_ACCESS:
            raise AuthRejected(f"{self.peer} gives us no access right (end code {code:04X}).", code="access_refused", peer=self.peer)
        return code, told[14:]

    def _garbled(self, words: str) -> NotReady:
        return NotReady(f"{self.peer} does not speak FINS: {words}.", code="answer_garbled", peer=self.peer)


def _meaning(code: int) -> tuple[Quality, str]:
    quality, words = END_CODES.get(code, (Quality.BAD, "the controller refuses"))
    return quality, f"{words} (end code {code:04X})"


def _enveloped(command: int, body: bytes) -> bytes:
    return b"FINS" + struct.pack(">III", 8 + len(body), command, 0) + body


def _tcp_length(begin: bytes) -> int:
    if not b"FINS".startswith(begin[:4]):
        raise ValueError(f"a frame begins with FINS, not {begin[:4]!r}")
    if len(begin) < 8:
        return 0
    length = int.from_bytes(begin[4:8], "big")
    if not 8 <= length <= 4096:
        raise ValueError(f"a frame of {length} bytes")
    return 8 + length


def _udp_length(frame: bytes) -> int:
    if len(frame) < 14 or not frame[0] & 0x40:
        raise ValueError("no answer of FINS")
    return len(frame)


def _last_number(address: str) -> int:
    return int(address.rpartition(".")[2]) if re.fullmatch(r"[\d.]+", address) else 0


def _from_bcd(then: Callable[[Any], Any] | None) -> Callable[[int], Any]:
    def fix(raw: int) -> Any:
        digits = f"{raw:x}"
        if not digits.isdigit():
            return Unfit(f"0x{raw:x} is no BCD number")
        return int(digits) if then is None else then(int(digits))

    return fix
