"""What is S7's own: packing into messages, writing by type, refusals of the controller as a whole, addresses as STEP 7 writes them."""

import asyncio
import struct
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import pytest
import pytest_asyncio
from tests.simulators.peer import Listener
from tests.simulators.s7 import Snap7Peer

from kaogong.core import clock
from kaogong.core.errors import AuthRejected, ConfigInvalid, KaogongError, Missing, NotReady
from kaogong.core.reading import Value
from kaogong.edge.drivers.base import Point
from kaogong.edge.drivers.s7 import S7, S7Address, S7Config

pytestmark = [pytest.mark.req("B01"), pytest.mark.asyncio(loop_scope="module")]


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def peer(tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[Snap7Peer]:
    made = Snap7Peer(tmp_path_factory.mktemp("s7"))
    made.memory_now = {"DB1": "00" * 600, "M": "00" * 16}
    await made.start()
    yield made
    await made.stop()


@pytest_asyncio.fixture(loop_scope="module")
async def driver(peer: Snap7Peer, tmp_path: Path) -> AsyncIterator[S7]:
    made = S7(S7Config(**peer.config()), clock.now, tmp_path)
    await made.open()
    yield made
    await made.close()


def point(address: str, **more: Any) -> Point[S7Address]:
    return Point(address, S7Address(address=address, **more))


@pytest.mark.parametrize(
    ("address", "more", "value"),
    [
        ("DB1.DBX0.3", {}, True),
        ("M3.7", {}, True),
        ("DB1.DBB2", {"type": "SINT"}, -7),
        ("DB1.DBW4", {"type": "INT", "scale": 0.1}, -12.5),
        ("DB1.DBD8", {"type": "UDINT"}, 4_000_000_000),
        ("DB1.16", {"type": "LREAL"}, 1e-200),
        ("DB1.DBD24", {"type": "TIME"}, 1.5),
        ("DB1.DBB30", {"type": "CHAR"}, "x"),
    ],
)
async def test_values_of_each_type_are_written_and_neighbours_stay(driver: S7, address: str, more: dict[str, Any], value: Value) -> None:
    wanted = (point(address, **more),)
    await driver.write(wanted[0], value)
    assert (await driver.read(wanted))[0].value == value
    others = tuple(point(f"DB1.DBX0.{bit}") for bit in (2, 4))
    assert [s.value for s in await driver.read(others)] == [False, False]


async def test_texts_are_written_within_what_the_controller_declares(driver: S7) -> None:
    await driver.write(point("DB1.DBB100", type="BYTE"), 6)
    text = point("DB1.DBB100", type="STRING", length=6)
    await driver.write(text, "Pump 1")
    assert (await driver.read((text,)))[0].value == "Pump 1"
    with pytest.raises(ConfigInvalid, match="declared 6"):
        await driver.write(text, "Pump 10")


@pytest.mark.parametrize(("address", "more", "value"), [("DB1.DBB2", {}, 256), ("DB1.DBB2", {"type": "CHAR"}, "xy"), ("M3.7", {}, "on")])
async def test_what_does_not_fit_is_not_written(driver: S7, address: str, more: dict[str, Any], value: Value) -> None:
    with pytest.raises(ConfigInvalid) as caught:
        await driver.write(point(address, **more), value)
    assert caught.value.details["field"] == "value"


async def test_a_date_is_read_only(driver: S7) -> None:
    with pytest.raises(Missing, match="read only"):
        await driver.write(point("DB1.DBW40", type="DATE"), "2026-11-21")


@pytest.mark.parametrize(
    ("address", "more", "words"),
    [
        ("DB1", {}, "DB10.DBD8"),
        ("DB1.8", {}, "type"),
        ("M1.9", {}, "DB10.DBD8"),
        ("MW4", {"type": "BOOL"}, "BOOL names its bit"),
        ("M4.1", {"type": "INT"}, "BOOL names its bit"),
        ("T4", {"type": "REAL"}, "leave `type` out"),
    ],
)
async def test_an_address_that_says_nothing_is_refused_with_a_hint(address: str, more: dict[str, Any], words: str) -> None:
    with pytest.raises(ValueError, match=words):
        S7Address(address=address, **more)


class Cpu(Listener):
    """A controller that confirms the connection, agrees to messages of 240 bytes and answers each job with `error`."""

    error, confirm = 0, 0xD0

    async def serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self.jobs: list[int] = []
        while True:
            head = await reader.readexactly(4)
            body = await reader.readexactly(int.from_bytes(head[2:], "big") - 4)
            if body[1] == 0xE0:
                writer.write(struct.pack(">BBHBBHHB", 3, 0, 11, 6, self.confirm, 1, 1, 0))
                continue
            number, parameters = struct.unpack_from(">HH", body, 7)
            if body[13] == 0xF0:
                answer = struct.pack(">BBHHHHBBHHH", 0x32, 3, 0, number, 8, 0, 0, 0, 0xF000, 2, 2) + struct.pack(">H", 240)
            elif self.error:
                answer = struct.pack(">BBHHHHH", 0x32, 3, 0, number, 0, 0, self.error)
            else:
                items = [int.from_bytes(body[13 + 2 + 12 * i + 4 :][:2], "big") for i in range(body[14])]
                self.jobs.append(len(items))
                data = b"".join(struct.pack(">BBH", 0xFF, 4, 8 * n) + bytes(n + n % 2) for n in items)
                answer = struct.pack(">BBHHHHHBB", 0x32, 3, 0, number, 2, len(data), 0, 4, len(items)) + data
            assert len(answer) <= 240
            assert parameters + 17 <= 247
            writer.write(struct.pack(">BBHBBB", 3, 0, 7 + len(answer), 2, 0xF0, 0x80) + answer)


@pytest.mark.parametrize(
    ("error", "kind", "code"), [(0x8104, AuthRejected, "access_refused"), (0x8500, NotReady, "request_refused")], ids=["put-get", "busy"]
)
async def test_a_job_refused_as_a_whole(tmp_path: Path, error: int, kind: type[KaogongError], code: str) -> None:
    async with Cpu() as cpu:
        cpu.error = error
        driver = S7(S7Config(host="127.0.0.1", port=cpu.port), clock.now, tmp_path)
        await driver.open()
        with pytest.raises(kind) as caught:
            await driver.read((point("M1.0"),))
        assert caught.value.stable_code == code
        await driver.close()


async def test_a_slot_without_a_cpu_is_named(tmp_path: Path) -> None:
    async with Cpu() as cpu:
        cpu.confirm = 0x80
        driver = S7(S7Config(host="127.0.0.1", port=cpu.port, slot=7), clock.now, tmp_path)
        with pytest.raises(ConfigInvalid, match="slot 7"):
            await driver.open()
        await driver.close()


async def test_items_share_messages_as_far_as_the_controller_allows(tmp_path: Path) -> None:
    async with Cpu() as cpu:
        driver = S7(S7Config(host="127.0.0.1", port=cpu.port), clock.now, tmp_path)
        await driver.open()
        samples = await driver.read(
            tuple(point(f"DB{n}.DBW0") for n in range(1, 31)) + tuple(point(f"DB50.DBD{4 * i}") for i in range(100))
        )
        assert [s.value for s in samples] == [0] * 130
        # 18 items of a word fill a question, 222 bytes an answer.
        assert cpu.jobs == [18, 12, 1, 1]
        await driver.close()
