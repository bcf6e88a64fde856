"""Numbered memory read in blocks: packed once, decoded a block at a time, halved in search of the one point to blame.

What registers of Modbus, bytes of an S7 data block and words of a Mitsubishi or Omron controller have in common. A driver
says of each point which `Cell` it is, and answers for a list of blocks with their bytes or with a `Refusal`.
"""

import math
import struct
from array import array
from collections.abc import Awaitable, Callable, Hashable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from operator import itemgetter
from typing import Any, Generic, TypeAlias

from kaogong.core.errors import ConfigInvalid
from kaogong.core.quality import Quality
from kaogong.core.reading import Value
from kaogong.edge.drivers.base import A, Columns, Flaw, Point

Fix: TypeAlias = Callable[[Any], Any]

CODES = {
    "bool": "H", "int16": "h", "uint16": "H", "int32": "i", "uint32": "I", "int64": "q", "uint64": "Q", "float32": "f", "float64": "d",
}  # fmt: skip
"""Values in 16-bit words, as codes of the module struct; a bool is one bit of a word."""


class Unfit:
    """What a `fix` returns for bytes that hold no value of their type: it becomes a bad sample with this reason."""

    def __init__(self, reason: str) -> None:
        self.reason = reason


@dataclass(frozen=True, slots=True)
class Cell:
    """Where one value lies and how its bytes become a value. `start` and `width` count in the units of its area."""

    area: tuple[Hashable, ...]  # what one request can span: cells of different areas are never packed
    start: int
    width: int
    code: str = ""  # of the module struct; empty: one bit
    end: str = ">"
    swapped: bool = False  # the two bytes of every word change places before anything else
    bit: int = 0  # counted from the lowest bit of the first byte on
    fix: Fix | None = None


@dataclass(frozen=True, slots=True)
class Limits:
    """What one request to an area may span, in units of `unit_bits` bits."""

    most: int
    gap: int
    unit_bits: int = 16


@dataclass(frozen=True, slots=True)
class Refusal:
    """Why a block has no bytes. `may_be_one_point`: halves of it may be answered."""

    quality: Quality
    reason: str
    may_be_one_point: bool = False


@dataclass(slots=True, eq=False)
class _Layer:
    """Values of a block that do not overlap and share a byte order: one struct call."""

    swapped: bool
    layout: struct.Struct
    places: Sequence[int]
    fixes: tuple[tuple[int, Fix], ...]
    has_floats: bool


class Block:
    """One request: `count` units of `area` from `start`, `length` bytes in the answer. `places` are its points in the group."""

    def __init__(self, cells: Sequence[Cell], places: Sequence[int], unit_bits: int) -> None:
        self._cells, self.places, self._unit_bits = cells, places, unit_bits
        mine = [cells[p] for p in places]
        self.area: tuple[Any, ...] = mine[0].area
        self.start = min(c.start for c in mine)
        self.count = max(c.start + c.width for c in mine) - self.start
        self.length = (self.count * unit_bits + 7) // 8
        self._layers = self._layered([p for p in places if cells[p].code])
        self._bits = [p for p in places if not cells[p].code]
        at = [(cells[p].start - self.start) * unit_bits + cells[p].bit for p in self._bits]
        self._pick = itemgetter(*at, 0) if at else None  # one more than asked for: itemgetter of one gives no tuple

    def halves(self) -> "tuple[Block, Block]":
        """The block as two, each with half of the points."""
        middle = len(self.places) // 2
        return (
            Block(self._cells, self.places[:middle], self._unit_bits),
            Block(self._cells, self.places[middle:], self._unit_bits),
        )

    def decode(self, body: bytes, out: list[Any]) -> None:
        """Put the block's values at their places in `out`."""
        swapped = b""
        for layer in self._layers:
            if layer.swapped and not swapped:
                words = array("H", body[: self.length])
                words.byteswap()
                swapped = words.tobytes()
            values: Any = layer.layout.unpack_from(swapped if layer.swapped else body)
            if layer.has_floats and not math.isfinite(sum(values)):
                values = [Unfit(f"the device sent {v}") if v.__class__ is float and not math.isfinite(v) else v for v in values]
            if layer.fixes:
                values = list(values)
                for i, fix in layer.fixes:
                    if values[i].__class__ is not Unfit:
                        values[i] = fix(values[i])
            if isinstance(layer.places, range):
                out[layer.places.start : layer.places.stop] = values
            else:
                for place, value in zip(layer.places, values, strict=True):
                    out[place] = value
        if self._pick is not None:
            digits = f"{int.from_bytes(body[: self.length], 'little'):0{self.length * 8}b}"[::-1]
            for place, digit in zip(self._bits, self._pick(digits), strict=False):
                out[place] = digit == "1"

    def _layered(self, places: Iterable[int]) -> list[_Layer]:
        """Runs without overlap by byte order; a point that overlaps another (a second reading of it) opens a layer of its own."""
        growing: list[tuple[tuple[bool, str, bool], list[int]]] = []
        ends: list[int] = []
        for place in places:
            cell = self._cells[place]
            key = (cell.swapped, cell.end, cell.code.endswith("s"))
            for i, (other, members) in enumerate(growing):
                if other == key and ends[i] <= cell.start:
                    members.append(place)
                    ends[i] = cell.start + cell.width
                    break
            else:
                growing.append((key, [place]))
                ends.append(cell.start + cell.width)
        return [self._layer(*key, members) for key, members in growing]

    def _layer(self, swapped: bool, end: str, _: bool, members: list[int]) -> _Layer:
        layout, at, fixes = end, 0, []
        for i, place in enumerate(members):
            cell = self._cells[place]
            begin = (cell.start - self.start) * self._unit_bits // 8
            layout += (f"{begin - at}x" if begin > at else "") + cell.code
            at = begin + struct.calcsize(end + cell.code)
            if cell.fix is not None:
                fixes.append((i, cell.fix))
        run = range(members[0], members[0] + len(members))
        has_floats = any(self._cells[p].code in ("f", "d") for p in members)
        return _Layer(swapped, struct.Struct(layout), run if list(run) == members else tuple(members), tuple(fixes), has_floats)


Ask: TypeAlias = Callable[[Sequence[Block]], Awaitable[Sequence[bytes | Refusal]]]


class BlockPlan(Generic[A]):
    """How one group of points is read: made once, narrowed when the other side refuses a block."""

    def __init__(
        self,
        points: Sequence[Point[A]],
        cells: Sequence[Cell],
        limits: Callable[[tuple[Any, ...]], Limits],
        unreadable: Mapping[int, Refusal] | None = None,
    ) -> None:
        self.points = points
        self._cells = cells
        self._lost: dict[int, Refusal] = dict(unreadable or {})  # place -> why a point has no value
        self._outcasts: list[Block] = []
        self.blocks = self._packed(limits)
        self.areas = {b.area for b in self.blocks}

    async def read(self, ask: Ask, observed_at: datetime) -> Columns:
        """One sample a point. What `ask` raises leaves the plan as it was."""
        values: list[Any] = [None] * len(self.points)
        # One outcast a turn: a point that has come back is found, and a hundred lost ones do not slow the others down.
        first, outcasts = self._outcasts[:1], self._outcasts[1:]
        asked, kept = [*self.blocks, *first], []
        bad = {p: r for p, r in self._lost.items() if not first or p != first[0].places[0]}
        lost = dict(bad)
        while asked:
            halves: list[Block] = []
            for block, answer in zip(asked, await ask(asked), strict=True):
                if not isinstance(answer, Refusal):
                    block.decode(answer, values)
                    kept.append(block)
                elif not answer.may_be_one_point:
                    bad.update(dict.fromkeys(block.places, answer))
                    kept.append(block)
                elif len(block.places) > 1:
                    halves += block.halves()
                else:
                    bad[block.places[0]] = lost[block.places[0]] = answer
                    outcasts.append(block)
            asked = halves
        self.blocks, self._outcasts, self._lost = kept, outcasts, lost
        flaws = {place: Flaw(refusal.quality, refusal.reason) for place, refusal in bad.items()}
        if Unfit in set(map(type, values)):
            for place, value in enumerate(values):
                if isinstance(value, Unfit):
                    flaws[place] = Flaw(Quality.BAD_SENSOR_FAILURE, value.reason)
                    values[place] = None
        return Columns(self.points, round(observed_at.timestamp() * 1000), values, flaws=flaws)

    def _packed(self, limits: Callable[[tuple[Any, ...]], Limits]) -> list[Block]:
        blocks: list[tuple[Limits, list[int]]] = []
        area: tuple[Any, ...] | None = None
        start = end = 0
        wanted = (p for p in range(len(self.points)) if p not in self._lost)
        for place in sorted(wanted, key=lambda p: (self._cells[p].area, self._cells[p].start)):
            cell = self._cells[place]
            most, gap = (blocks[-1][0].most, blocks[-1][0].gap) if blocks else (0, 0)
            if cell.area != area or cell.start > end + gap or max(end, cell.start + cell.width) - start > most:
                blocks.append((limits(cell.area), []))
                area, start, end = cell.area, cell.start, cell.start
            blocks[-1][1].append(place)
            end = max(end, cell.start + cell.width)
        return [Block(self._cells, tuple(places), limit.unit_bits) for limit, places in blocks]


class Plans(Generic[A]):
    """The plans of a driver's groups, kept as long as the collector passes the same points."""

    def __init__(self, make: Callable[[Sequence[Point[A]]], BlockPlan[A]]) -> None:
        self._make = make
        self._made: dict[int, BlockPlan[A]] = {}

    def __call__(self, points: Sequence[Point[A]]) -> BlockPlan[A]:
        plan = self._made.get(id(points))
        if plan is None or plan.points is not points:
            plan = self._made[id(points)] = self._make(points)
        return plan

    def clear(self) -> None:
        """Forget what was learned: the other side may be another one now."""
        self._made.clear()

    def __iter__(self) -> Iterator[BlockPlan[A]]:
        return iter(self._made.values())


def scaled(scale: float, offset: float) -> Fix | None:
    """value = raw * scale + offset, or None where that changes nothing."""
    if (scale, offset) == (1.0, 0.0):
        return None
    inverse = round(1 / scale) if scale else 0
    if inverse and math.isclose(inverse * scale, 1.0, rel_tol=1e-12):
        # 3 * 0.1 is 0.30000000000000004; 3 / 10 is what the device means.
        return lambda raw: raw / inverse + offset
    return lambda raw: raw * scale + offset


def text(raw: bytes) -> str:
    """A text of fixed length, which ends at its first zero."""
    return raw.split(b"\0", 1)[0].decode("utf-8", "replace").rstrip()


def packed(name: str, kind: str, layout: str, value: Value, scale: float = 1.0, offset: float = 0.0) -> bytes:
    """`value` as the bytes of `layout` (of the module struct, one number), or ConfigInvalid with words about the point `name`."""
    if isinstance(value, str) or value is None:
        raise ConfigInvalid(f"{name} takes a number, not {value!r}.", code="value_unfit", field="value")
    raw: float = (value - offset) / scale if (scale, offset) != (1.0, 0.0) else value
    try:
        return struct.pack(layout, raw if layout[-1] in "fd" else round(raw))
    except (struct.error, OverflowError, ValueError) as err:
        raise ConfigInvalid(f"{value!r} does not fit into the {kind} of {name}.", code="value_unfit", field="value") from err


def truth(name: str, value: Value) -> bool:
    """`value` as a bit, or ConfigInvalid when it is a text."""
    if isinstance(value, str) or value is None:
        raise ConfigInvalid(f"{name} takes a number or a truth value, not {value!r}.", code="value_unfit", field="value")
    return bool(value)


def packed_text(name: str, value: Value, length: int) -> bytes:
    """`value` as a text of `length` bytes, filled with zeros; ConfigInvalid when it is no text or does not fit."""
    if not isinstance(value, str):
        raise ConfigInvalid(f"{name} takes a text, not {value!r}.", code="value_unfit", field="value")
    body = value.encode()
    if len(body) > length:
        words = f"The text for {name} has {len(body)} bytes where {length} fit."
        raise ConfigInvalid(words, code="value_unfit", field="value", limit=length)
    return body.ljust(length, b"\0")
