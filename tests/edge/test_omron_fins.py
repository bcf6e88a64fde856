"""What is FINS's own: frames as published, writing by type, and the simulator held against a client we did not write."""

import asyncio
import json
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import pytest
import pytest_asyncio
from tests.simulators.omron_fins import FinsTcpPeer, FinsUdpPeer
from tests.simulators.peer import Listener

from kaogong.core import clock
from kaogong.core.errors import AuthRejected, ConfigInvalid
from kaogong.core.reading import Value
from kaogong.edge.drivers.base import Point
from kaogong.edge.drivers.omron_fins import OmronFins, OmronFinsAddress, OmronFinsConfig

pytestmark = [pytest.mark.req("B01"), pytest.mark.asyncio(loop_scope="module")]

PEERS_PYTHON = Path(__file__).parents[2] / ".venv/peers/bin/python"


@pytest_asyncio.fixture(scope="module", loop_scope="module", params=[FinsTcpPeer, FinsUdpPeer], ids=lambda k: k.name)
async def peer(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[FinsTcpPeer]:
    made: FinsTcpPeer = request.param(tmp_path_factory.mktemp("fins"))
    made.controller.areas = {"D": [0] * 100, "W": [0] * 10}
    await made.start()
    yield made
    await made.stop()


@pytest_asyncio.fixture(loop_scope="module")
async def driver(peer: FinsTcpPeer, tmp_path: Path) -> AsyncIterator[OmronFins]:
    made = OmronFins(OmronFinsConfig(**peer.config()), clock.now, tmp_path)
    await made.open()
    yield made
    await made.close()


def point(address: str, **more: Any) -> Point[OmronFinsAddress]:
    return Point(address, OmronFinsAddress(address=address, **more))


@pytest.mark.parametrize(
    ("address", "more", "value"),
    [
        ("W3.4", {}, True),
        ("D4", {"type": "int16", "scale": 0.1}, -12.5),
        ("D8", {"type": "uint32"}, 4_000_000_000),
        ("D12", {"type": "float32", "order": "high_first"}, 2.5),
        ("D16", {"type": "float64"}, 1e-200),
        ("D20", {"type": "bcd32"}, 12_345_678),
        ("D30", {"type": "string", "length": 4}, "Pump 1"),
    ],
)
async def test_values_of_each_type_are_written(driver: OmronFins, address: str, more: dict[str, Any], value: Value) -> None:
    wanted = (point(address, **more), point("W3.3"), point("W3.5"))
    await driver.write(wanted[0], value)
    assert [s.value for s in await driver.read(wanted)] == [value, False, False]


@pytest.mark.parametrize(("more", "value"), [({}, 70_000), ({"type": "bcd16"}, 10_000), ({"type": "string", "length": 2}, "too long")])
async def test_what_does_not_fit_is_not_written(driver: OmronFins, more: dict[str, Any], value: Value) -> None:
    with pytest.raises(ConfigInvalid) as caught:
        await driver.write(point("D4", **more), value)
    assert caught.value.details["field"] == "value"


async def test_no_access_right_asks_for_a_human(driver: OmronFins, peer: FinsTcpPeer) -> None:
    peer.controller.code = 0x3001
    with pytest.raises(AuthRejected):
        await driver.read((point("D0"),))
    peer.controller.code = 0


async def test_errors_the_controller_has_for_its_own_part_do_not_spoil_an_answer(driver: OmronFins, peer: FinsTcpPeer) -> None:
    await driver.write(point("D90"), 7)
    answer = peer.controller.answer
    peer.controller.answer = lambda frame: answer(frame)[:13] + b"\x40" + answer(frame)[14:]  # type: ignore[method-assign]
    assert (await driver.read((point("D90"),)))[0].value == 7
    peer.controller.answer = answer  # type: ignore[method-assign]


CLIENT = """
import json, sys
from omronfins.finsudp import FinsUDP, datadef
fins = FinsUDP(0, 170)
fins.open("127.0.0.1", int(sys.argv[1]))
fins.set_destination(dst_net_addr=0, dst_node_num=1, dst_unit_addr=0)
fins.write_mem_area(datadef.DM_WORD, 10, 0, 3, [(5, datadef.USHORT), (6, datadef.USHORT), (7, datadef.USHORT)])
fins.write_mem_area(datadef.WR_BIT, 3, 5, 1, (1, datadef.BIT))
print(json.dumps([
    fins.read_mem_area(datadef.DM_WORD, 9, 0, 5, datadef.USHORT),
    fins.read_mem_area(datadef.WR_WORD, 3, 0, 1, datadef.USHORT),
    fins.read_mem_area(datadef.DM_WORD, 100, 0, 1, datadef.USHORT)[0],
]))
"""


async def test_the_simulator_speaks_as_a_client_we_did_not_write_expects(tmp_path: Path) -> None:
    peer = FinsUdpPeer(tmp_path)
    peer.controller.areas = {"D": [0] * 100, "W": [0] * 10}
    await peer.start()
    process = await asyncio.create_subprocess_exec(PEERS_PYTHON, "-c", CLIENT, str(peer.port), stdout=asyncio.subprocess.PIPE)
    told, _ = await process.communicate()
    await peer.stop()
    assert json.loads(told) == [[0, [0, 5, 6, 7, 0]], [0, 0x20], 0x1103]


class Recorder(Listener):
    """Hands out node 239 to us and 1 to itself, and answers ten words; notes what it was asked."""

    async def serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self.heard: list[str] = []
        while head := await reader.readexactly(16):
            body = await reader.readexactly(int.from_bytes(head[4:8], "big") - 8)
            self.heard.append((head + body).hex())
            if head[11] == 0:
                answer, command = bytes.fromhex("000000ef00000001"), 1
            else:
                answer, command = b"\xc0\x00\x02\x00\xef\x00\x00\x01\x00" + body[9:12] + bytes(2) + bytes(range(20)), 2
            writer.write(b"FINS" + (8 + len(answer)).to_bytes(4, "big") + command.to_bytes(4, "big") + bytes(4) + answer)


async def test_frames_are_those_of_the_manuals(tmp_path: Path) -> None:
    # W342 (CS/CJ communications commands), 3-4-1: "read 10 words starting from D00010" is 01 01 82 00 0A 00 00 0A; envelope as in W421.
    async with Recorder() as recorder:
        driver = OmronFins(OmronFinsConfig(host="127.0.0.1", port=recorder.port), clock.now, tmp_path)
        await driver.open()
        samples = await driver.read(tuple(point(f"D{n}") for n in range(10, 20)))
        assert [s.value for s in samples][:3] == [0x0001, 0x0203, 0x0405]
        await driver.close()
    assert recorder.heard[0] == "46494e53" + "0000000c" + "00000000" * 2 + "00000000"
    assert (
        recorder.heard[2] == "46494e53" + "0000001a" + "00000002" + "00000000" + "800002" + "000100" + "00ef00" + "02" + "010182000a00000a"
    )


@pytest.mark.parametrize(
    ("address", "more", "words"),
    [
        ("Q5", {}, "no memory address"),
        ("D5.16", {}, "0 to 15"),
        ("T5.1", {}, "0 to 15"),
        ("D5", {"type": "bool"}, "D100.05"),
        ("E20_5", {}, "banks"),
        ("D99999", {}, "past the end"),
    ],
)
async def test_an_address_that_says_nothing_is_refused_with_a_hint(address: str, more: dict[str, Any], words: str) -> None:
    with pytest.raises(ValueError, match=words):
        OmronFinsAddress(address=address, **more)
