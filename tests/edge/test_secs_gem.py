"""SECS/GEM: event reports, constants, remote commands and browsing, against secsgem's equipment; odd equipment on the wire."""

import asyncio
import contextlib
import struct
from collections.abc import AsyncIterator, Sequence
from pathlib import Path
from typing import Any

import pytest
import pytest_asyncio
from tests.simulators.peer import Listener, until
from tests.simulators.secs_gem import SecsgemPeer

from kaogong.core import clock
from kaogong.core.errors import ConfigInvalid, KaogongError, Missing, NotReady
from kaogong.core.quality import severity
from kaogong.core.reading import Sample
from kaogong.edge.drivers.base import Group, Point
from kaogong.edge.drivers.secs_gem import SecsGem, SecsGemAddress, SecsGemConfig

pytestmark = [pytest.mark.req("B02"), pytest.mark.asyncio(loop_scope="module")]


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def peer(tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[SecsgemPeer]:
    peer = SecsgemPeer(tmp_path_factory.mktemp("secsgem"))
    await peer.start()
    yield peer
    await peer.stop()


def point(name: str, **address: Any) -> Point[SecsGemAddress]:
    return Point(name, SecsGemAddress(**address))


@contextlib.asynccontextmanager
async def opened(config: dict[str, Any], folder: Path) -> AsyncIterator[SecsGem]:
    driver = SecsGem(SecsGemConfig(**config), clock.now, folder)
    await driver.open()
    try:
        yield driver
    finally:
        await driver.close()


async def test_events_bring_their_reports_and_the_rest_is_read_at_each_check(peer: SecsgemPeer, tmp_path: Path) -> None:
    points = [
        point("lot", kind="dv", id=700, event=50),
        point("thickness", kind="dv", id=701, event=51),
        point("pressure", id=10002, event=50),
        point("polled", id=10001),
        point("no_variable", kind="dv", id=799, event=50),
        point("no_event", id=10003, event=99),
    ]
    latest: dict[str, Sample] = {}

    def deliver(samples: Sequence[Sample]) -> None:
        latest.update({s.point: s for s in samples})

    async with opened(peer.config() | {"events": True}, tmp_path) as driver:
        assert driver.pushes
        pending = asyncio.create_task(driver.subscribe([Group(1.0, points)], deliver))
        await until(lambda: len(latest) == 6 and latest["no_event"].quality, "every point has said something")
        assert latest["lot"].value == "LOT-1" and severity(latest["lot"].quality) == "uncertain"
        assert latest["pressure"].value == 1.0 and not latest["pressure"].quality
        assert "no such variable" in latest["no_variable"].reason
        assert "no such event" in latest["no_event"].reason
        await peer.ask(set=["dv", 700, "LOT-2"])
        await peer.ask(set=["sv", 10001, 99.5])
        await peer.ask(trigger=50)
        await until(lambda: latest["lot"].value == "LOT-2", "the event has come")
        assert not latest["lot"].quality
        assert severity(latest["thickness"].quality) == "uncertain", "its own event has not happened"
        assert await driver.check()
        assert latest["polled"].value == 99.5
        await peer.ask(set=["sv", 10001, 0.5])
        pending.cancel()
        with contextlib.suppress(asyncio.CancelledError, KaogongError):
            await pending


@pytest.mark.req("B04")
async def test_constants_keep_their_format_and_say_why_not(peer: SecsgemPeer, tmp_path: Path) -> None:
    async with opened(peer.config(), tmp_path) as driver:
        wafers = point("wafers", kind="ec", id=501)
        await driver.write(wafers, 13)
        assert (await driver.read((wafers,)))[0].value == 13
        with pytest.raises(NotReady, match="out of range"):
            await driver.write(wafers, 26)
        with pytest.raises(ConfigInvalid):
            await driver.write(wafers, 12.5)
        with pytest.raises(ConfigInvalid):
            await driver.write(wafers, -1)
        with pytest.raises(Missing, match="no such equipment constant"):
            await driver.write(point("none", kind="ec", id=999), 1)


@pytest.mark.req("B04")
async def test_remote_commands_carry_a_parameter(peer: SecsgemPeer, tmp_path: Path) -> None:
    async with opened(peer.config(), tmp_path) as driver:
        await driver.write(point("start", kind="command", id="START", parameter="RECIPE"), "R-7")
        await until(lambda: _started(peer), "the equipment, which answers first and acts then, has acted")
        with pytest.raises(NotReady, match="a parameter is not valid"):
            await driver.write(point("start", kind="command", id="START", parameter="NOPE"), 3)
        with pytest.raises(Missing, match="no such command"):
            await driver.write(point("fly", kind="command", id="FLY"), True)


async def _started(peer: SecsgemPeer) -> bool:
    return bool(await peer.ask(seen="START") == {"RECIPE": "R-7"})


async def test_browse_names_variables_and_constants_with_their_units(peer: SecsgemPeer, tmp_path: Path) -> None:
    async with opened(peer.config(), tmp_path) as driver:
        assert [b.id for b in await driver.browse()] == ["sv", "ec"]
        variables = {b.name: b for b in await driver.browse("sv")}
        assert variables["float 3"].data_type == "status variable [degC]"
        constants = {b.name: b for b in await driver.browse("ec")}
        assert constants["gap"].address == {"kind": "ec", "id": 500} and constants["gap"].data_type == "equipment constant [mm]"
        with pytest.raises(Missing):
            await driver.browse("alarms")


class Odd(Listener):
    """Equipment on the wire: it selects, communicates, and answers each further message as told: stream, function -> frame or None."""

    def __init__(self, answers: dict[tuple[int, int], Any]) -> None:
        self.answers = {(1, 13): (1, 14, b"\x01\x02\x21\x01\x00\x01\x00"), (1, 17): (1, 18, b"\x21\x01\x00")} | answers
        self.asked: list[tuple[int, int, bytes]] = []

    async def serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        while True:
            frame = await reader.readexactly(int.from_bytes(await reader.readexactly(4)))
            _, stream, function, _, kind, system = struct.unpack_from(">HBBBBI", frame)
            if kind in (1, 5):
                writer.write(struct.pack(">IHBBBBI", 10, 0xFFFF, 0, 0, 0, kind + 1, system))
            elif kind == 0:
                self.asked.append((stream & 0x7F, function, frame[10:]))
                answer = self.answers.get((stream & 0x7F, function), (stream & 0x7F, 0, b""))
                if callable(answer):
                    answer = answer(frame[10:])
                if answer[0] == 9:
                    answer = (9, answer[1], b"\x21\x0a" + frame[:10])
                writer.write(struct.pack(">IHBBBBI", 10 + len(answer[2]), 0, answer[0], answer[1], 0, 0, system) + answer[2])


def _given(odd: Odd) -> dict[str, Any]:
    return {"host": "127.0.0.1", "port": odd.port, "timeout_s": 2.0}


async def test_equipment_that_answers_nothing_for_one_unknown_variable_keeps_the_others(tmp_path: Path) -> None:
    # S1F4 with an empty list, as some equipment does when any of the ids is not known to it.
    def answer(body: bytes) -> tuple[int, int, bytes]:
        ids = [int.from_bytes(body[i + 2 : i + 6]) for i in range(2, len(body), 6)]
        if 3 in ids:
            return 1, 4, b"\x01\x00"
        return 1, 4, bytes([1, len(ids)]) + b"".join(b"\xb1\x04" + struct.pack(">I", i * 10) for i in ids)

    points = tuple(point(f"v{i}", id=i) for i in range(1, 6))
    async with Odd({(1, 3): answer}) as odd, opened(_given(odd), tmp_path) as driver:
        for _ in range(2):
            samples = await driver.read(points)
            assert [s.value for s in samples] == [10, 20, None, 40, 50]
            assert "does not answer for this variable" in samples[2].reason
        before = len(odd.asked)
        await driver.read(points)
        assert len(odd.asked) - before == 2, "one block, and the outcast alone"


async def test_offline_equipment_says_so(tmp_path: Path) -> None:
    async with Odd({(1, 17): (1, 18, b"\x21\x01\x01")}) as odd:
        driver = SecsGem(SecsGemConfig(**_given(odd)), clock.now, tmp_path)
        with pytest.raises(NotReady) as caught:
            await driver.open()
        assert caught.value.stable_code == "equipment_offline"
        await driver.close()
    async with Odd({(1, 17): (9, 5, b"")}) as odd, opened(_given(odd), tmp_path) as driver:
        with pytest.raises(NotReady) as caught:  # S1F0
            await driver.read((point("v", id=1),))
        assert caught.value.stable_code == "equipment_offline"


@pytest.mark.parametrize("body", [b"\x01\xff", b"\x41\xff", b"\xb1\x03abc", b"\x01\x01" * 40, b"\x21\x01\x00\x00"])
async def test_broken_items_are_not_ready(tmp_path: Path, body: bytes) -> None:
    async with Odd({(1, 3): (1, 4, body)}) as odd, opened(_given(odd), tmp_path) as driver:
        with pytest.raises(NotReady) as caught:
            await driver.read((point("v", id=1),))
        assert caught.value.stable_code == "answer_garbled"
