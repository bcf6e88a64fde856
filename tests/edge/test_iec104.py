"""IEC 104: commands, clock, browsing, windows and the station's own time, against c104 and on the wire."""

import asyncio
import contextlib
import struct
from collections.abc import AsyncIterator, Sequence
from pathlib import Path
from typing import Any

import pytest
import pytest_asyncio
from tests.simulators.iec104 import C104Peer
from tests.simulators.peer import Listener, until

from kaogong.core import clock
from kaogong.core.errors import ConfigInvalid, KaogongError, Missing, NotReady
from kaogong.core.reading import Sample
from kaogong.edge.drivers.base import Group, Point
from kaogong.edge.drivers.iec104 import Iec104, Iec104Address, Iec104Config

pytestmark = [pytest.mark.req("B02"), pytest.mark.asyncio(loop_scope="module")]


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def peer(tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[C104Peer]:
    peer = C104Peer(tmp_path_factory.mktemp("c104"))
    await peer.start()
    yield peer
    await peer.stop()


def at(number: int, **told: Any) -> Point[Iec104Address]:
    return Point(f"p{number}", Iec104Address(object=number, common_address=9, **told))


class Live:
    """A driver that is subscribed, and what has come."""

    def __init__(self, config: dict[str, Any], points: Sequence[Point[Iec104Address]], folder: Path) -> None:
        self.driver = Iec104(Iec104Config(**config), clock.now, folder)
        self.points, self.latest, self.count = points, dict[str, Sample](), 0

    async def __aenter__(self) -> "Live":
        await self.driver.open()
        self.task = asyncio.create_task(self.driver.subscribe([Group(1.0, self.points)], self._take))
        return self

    async def __aexit__(self, *_: object) -> None:
        self.task.cancel()
        with contextlib.suppress(asyncio.CancelledError, KaogongError):
            await self.task
        await self.driver.close()

    async def reads(self, point: str, value: Any) -> None:
        await until(lambda: point in self.latest and self.latest[point].value == value, f"{point} reads {value}")

    def _take(self, samples: Sequence[Sample]) -> None:
        self.count += len(samples)
        self.latest.update({s.point: s for s in samples})


@pytest.mark.req("B04")
async def test_commands_and_set_points_are_taken_and_come_back(peer: C104Peer, tmp_path: Path) -> None:
    switch = at(10, command="single", command_object=110)
    level = at(11, command="float", command_object=111, select=True)
    count = at(12, command="scaled", command_object=112)
    share = at(13, command="normalized", command_object=113)
    async with Live(peer.config(), [switch, level, count, share], tmp_path) as live:
        await live.reads("p10", False)
        await live.driver.write(switch, True)
        await live.reads("p10", True)
        await live.driver.write(level, 72.5)
        await live.reads("p11", 72.5)
        assert (await peer.ask(get=[9, 111]))[1] is False, "selected first, then operated"
        await live.driver.write(count, -1200)
        await live.reads("p12", -1200)
        await live.driver.write(share, -0.75)
        await live.reads("p13", -0.75)


async def test_what_the_station_refuses_is_said(peer: C104Peer, tmp_path: Path) -> None:
    async with Live(peer.config(), [at(10)], tmp_path) as live:
        with pytest.raises(NotReady, match="negatively"):
            await live.driver.write(at(11, command="float", command_object=111, select=True), 5000)
        elsewhere = Point("elsewhere", Iec104Address(object=10, common_address=77, command="single"))
        with pytest.raises(NotReady, match="negatively") as caught_negative:
            await live.driver.write(elsewhere, True)
        assert caught_negative.value.stable_code == "write_refused"
        with pytest.raises(Missing) as caught:
            await live.driver.write(at(10), True)
        assert caught.value.stable_code == "not_writable"
        with pytest.raises(ConfigInvalid):
            await live.driver.write(at(12, command="scaled", command_object=112), 40000)
        with pytest.raises(ConfigInvalid):
            await live.driver.write(at(10, command="double", command_object=114), 3)


async def test_commands_may_carry_the_time_and_double_commands_are_one_or_two(peer: C104Peer, tmp_path: Path) -> None:
    driver = Iec104(Iec104Config(**peer.config()), clock.now, tmp_path)
    await driver.open()
    await driver.write(at(10, command="double", command_object=114), True)
    assert (await peer.ask(get=[9, 114]))[0] == 2
    await driver.write(at(10, command="single", command_object=115, timed=True), True)
    value, _, told = await peer.ask(get=[9, 115])
    assert value is True and abs(told - clock.now().timestamp()) < 60
    await driver.close()


async def test_changes_come_by_themselves_and_windows_keep_open(peer: C104Peer, tmp_path: Path) -> None:
    async with Live(peer.config() | {"window": 2, "unacknowledged": 1}, [at(11)], tmp_path) as live:
        await until(lambda: live.count >= 1, "interrogated")
        for i in range(40):
            await peer.ask(set=[9, 11, 100.0 + i])
        await live.reads("p11", 139.0)
        assert await live.driver.check()


async def test_the_clock_is_set_and_interrogation_is_repeated(peer: C104Peer, tmp_path: Path) -> None:
    async with Live(peer.config() | {"set_clock_every_s": 3600, "interrogate_every_s": 0.01}, [at(10)], tmp_path) as live:
        await until(lambda: live.count >= 1, "interrogated")
        assert abs(await peer.ask(get=[0, 0]) - clock.now().timestamp()) < 60
        before = live.count
        await live.driver.check()
        await until(lambda: live.count > before, "interrogated again")


async def test_stations_and_their_objects_are_browsed(peer: C104Peer, tmp_path: Path) -> None:
    driver = Iec104(Iec104Config(**peer.config()), clock.now, tmp_path)
    await driver.open()
    assert [b.id for b in await driver.browse()] == ["1"]
    found = {b.name: b for b in await driver.browse("9")}
    assert found["11"].data_type == "float value" and found["10"].data_type == "single point"
    assert Iec104Address(**(found["11"].address or {})).object == 11
    assert len(await driver.browse("1")) == 1000
    with pytest.raises(Missing):
        await driver.browse("77")
    await driver.close()


class Station(Listener):
    """Bytes as they were given, after the handshake: what no well-behaved server sends."""

    frames: Sequence[bytes] = ()

    async def serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        while head := await reader.readexactly(2):
            body = await reader.readexactly(head[1])
            if body[0] & 3 == 3 and body[0] in (0x07, 0x43):
                writer.write(bytes([0x68, 4, 0x0B if body[0] == 0x07 else 0x83, 0, 0, 0]))
            elif body[0] & 1 == 0 and body[4] == 100:
                for i, asdu in enumerate(self.frames):
                    writer.write(struct.pack("<BBHH", 0x68, 4 + len(asdu), i << 1, 2) + asdu)


async def _received(frames: Sequence[bytes], folder: Path, **config: Any) -> dict[str, Sample]:
    async with Station() as station:
        station.frames = frames
        given = {"host": "127.0.0.1", "port": station.port, "timeout_s": 0.5} | config
        points = [Point("a", Iec104Address(object=1)), Point("b", Iec104Address(object=2)), Point("c", Iec104Address(object=3))]
        async with Live(given, points, folder) as live:
            await until(lambda: len(live.latest) == 3 or live.task.done(), "something has come")
            if live.task.done():
                await live.task
            return live.latest


async def test_a_run_of_objects_and_summer_time(tmp_path: Path) -> None:
    # Types 1 and 31 of IEC 60870-5-101, 7.3: a sequence of three single points, then a double point at 2026-07-01 12:30:05.250 summer time.
    sequence = bytes([1, 0x83, 20, 0, 1, 0, 1, 0, 0, 1, 0, 0x81])
    summer = bytes([31, 1, 3, 0, 1, 0, 2, 0, 0, 2]) + struct.pack("<HBBBBB", 5250, 30, 12 | 0x80, 1 | 3 << 5, 7, 26)
    confirmed = bytes([100, 1, 7, 0, 1, 0, 0, 0, 0, 20])
    latest = await _received([confirmed, sequence, summer], tmp_path, station_zone="Europe/Berlin")
    assert latest["a"].value is True
    assert latest["b"].value == 2
    assert latest["b"].observed_at.isoformat() == "2026-07-01T10:30:05.250000+00:00"
    assert latest["c"].value is None and "invalid" in latest["c"].reason


async def test_a_common_address_that_is_not_there_is_said(tmp_path: Path) -> None:
    latest = await _received([bytes([100, 1, 46 | 0x40, 0, 1, 0, 0, 0, 0, 20])], tmp_path)
    assert {s.reason for s in latest.values()} == {"there is no such common address"}


async def test_a_broken_message_ends_the_connection(tmp_path: Path) -> None:
    short = bytes([13, 2, 20, 0, 1, 0, 1, 0, 0, 0, 0])
    confirmed = bytes([100, 1, 7, 0, 1, 0, 0, 0, 0, 20])
    with pytest.raises(NotReady, match="does not speak IEC 60870-5-104") as caught:
        await _received([confirmed, short], tmp_path)
    assert caught.value.stable_code == "answer_garbled"
