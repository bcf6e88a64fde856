"""Packing, decoding and the search for the point to blame, without any protocol."""

import struct
from collections.abc import Sequence
from datetime import UTC, datetime
from typing import Any

import pytest

from kaogong.core.quality import Quality
from kaogong.core.reading import Sample
from kaogong.edge.blocks import Block, BlockPlan, Cell, Limits, Refusal, Unfit, scaled
from kaogong.edge.drivers.base import Point, PointAddress

pytestmark = pytest.mark.req("B01")

AT = datetime(2026, 11, 21, tzinfo=UTC)
MEMORY = bytes(range(256)) * 8
LOST = Refusal(Quality.BAD_NODE_UNKNOWN, "no such byte", may_be_one_point=True)


class Memory:
    """A machine whose byte n holds n mod 256; some bytes do not exist."""

    def __init__(self, *missing: int) -> None:
        self.missing = set(missing)
        self.asked: list[tuple[int, int]] = []

    async def ask(self, blocks: Sequence[Block]) -> list[bytes | Refusal]:
        self.asked += [(b.start, b.count) for b in blocks]
        return [LOST if self.missing & set(range(b.start, b.start + b.count)) else MEMORY[b.start : b.start + b.count] for b in blocks]


def plan(*cells: Cell, most: int = 100, gap: int = 4) -> BlockPlan[PointAddress]:
    points = tuple(Point(f"p{i}", PointAddress()) for i in range(len(cells)))
    return BlockPlan(points, cells, lambda area: Limits(most, gap, unit_bits=8))


def values(samples: Sequence[Sample]) -> list[Any]:
    return [s.value for s in samples]


async def test_cells_are_packed_by_area_gap_and_limit() -> None:
    memory = Memory()
    wanted = [Cell(("a",), i, 2, "H") for i in (0, 2, 8, 15, 200)] + [Cell(("b",), 2, 1, "B")]
    assert values(await plan(*wanted).read(memory.ask, AT)) == [1, 0x0203, 0x0809, 0x0F10, 0xC8C9, 2]
    assert memory.asked == [(0, 10), (15, 2), (200, 2), (2, 1)]


async def test_one_block_holds_every_kind_of_value() -> None:
    cells = (
        Cell(("a",), 0, 2, "H"), Cell(("a",), 0, 2, "H", "<"), Cell(("a",), 0, 4, "I", swapped=True), Cell(("a",), 3, 1, bit=0),
        Cell(("a",), 3, 1, bit=2), Cell(("a",), 1, 2, bit=9), Cell(("a",), 4, 1, "B", fix=scaled(0.1, 1)), Cell(("a",), 65, 3, "3s"),
    )  # fmt: skip
    found = await plan(*cells, gap=100).read(Memory().ask, AT)
    assert values(found) == [1, 0x0100, 0x01000302, True, False, True, 1.4, b"ABC"]
    assert [type(v) for v in values(found)[3:6]] == [bool] * 3


async def test_the_point_to_blame_is_found_kept_apart_and_taken_back() -> None:
    memory = Memory(60)
    made = plan(*(Cell(("a",), i, 1, "B") for i in range(100)))
    found = await made.read(memory.ask, AT)
    assert [(s.point, s.reason) for s in found if s.quality] == [("p60", "no such byte")]
    assert len(memory.asked) <= 2 * 7 + 1
    memory.missing, memory.asked = set(), []
    assert values(await made.read(memory.ask, AT)) == list(range(100))
    assert len(memory.asked) < 10


async def test_a_refusal_that_no_point_is_to_blame_for_is_not_searched() -> None:
    async def busy(blocks: Sequence[Block]) -> list[bytes | Refusal]:
        return [Refusal(Quality.BAD_TIMEOUT, "busy") for _ in blocks]

    made = plan(*(Cell(("a",), i, 1, "B") for i in range(10)))
    assert {s.reason for s in await made.read(busy, AT)} == {"busy"}
    assert values(await made.read(Memory().ask, AT)) == list(range(10))


async def test_what_is_no_number_and_what_is_no_value_is_bad_alone() -> None:
    body = struct.pack(">fff2s", 1.5, float("nan"), float("-inf"), b"zz")

    async def ask(blocks: Sequence[Block]) -> list[bytes | Refusal]:
        return [body for _ in blocks]

    cells = [Cell(("a",), 4 * i, 4, "f", fix=scaled(2, 0)) for i in range(3)]
    found = await plan(*cells, Cell(("a",), 12, 2, "2s", fix=lambda raw: Unfit("no date"))).read(ask, AT)
    assert [(s.value, s.reason) for s in found] == [
        (3.0, ""), (None, "the device sent nan"), (None, "the device sent -inf"), (None, "no date"),
    ]  # fmt: skip


async def test_a_failure_leaves_the_plan_as_it_was() -> None:
    made = plan(*(Cell(("a",), i, 1, "B") for i in range(10)))

    async def gone(blocks: Sequence[Block]) -> list[bytes | Refusal]:
        raise ConnectionResetError

    with pytest.raises(ConnectionResetError):
        await made.read(gone, AT)
    assert values(await made.read(Memory().ask, AT)) == list(range(10))
