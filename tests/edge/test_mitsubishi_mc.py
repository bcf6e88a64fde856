"""What is MC protocol's own: frames as published, writing by type, and the simulator held against a client we did not write."""

import asyncio
import json
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import pytest
import pytest_asyncio
from tests.simulators.mitsubishi_mc import PASSWORD, Controller, Mc3eAsciiPeer, Mc3eBinaryPeer, Mc4eBinaryPeer, Mc4eUdpPeer, _ControllerPeer
from tests.simulators.peer import Listener

from kaogong.core import clock
from kaogong.core.errors import ConfigInvalid, Missing
from kaogong.core.reading import Value
from kaogong.edge.drivers.base import Point
from kaogong.edge.drivers.mitsubishi_mc import MitsubishiMc, MitsubishiMcAddress, MitsubishiMcConfig

pytestmark = [pytest.mark.req("B01"), pytest.mark.asyncio(loop_scope="module")]

PEERS_PYTHON = Path(__file__).parents[2] / ".venv/peers/bin/python"


@pytest_asyncio.fixture(scope="module", loop_scope="module", params=[Mc3eBinaryPeer, Mc3eAsciiPeer, Mc4eBinaryPeer, Mc4eUdpPeer])
async def peer(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[_ControllerPeer]:
    made: _ControllerPeer = request.param(tmp_path_factory.mktemp("mc"))
    made.controller.words = {"D": [0] * 100, "SD": [0]}
    made.controller.bits = {"M": [0] * 32}
    await made.start()
    yield made
    await made.stop()


def point(address: str, **more: Any) -> Point[MitsubishiMcAddress]:
    return Point(address, MitsubishiMcAddress(address=address, **more))


@pytest.mark.parametrize(
    ("address", "more", "value"),
    [
        ("M3", {}, True),
        ("D4", {"type": "int16", "scale": 0.1}, -12.5),
        ("D8", {"type": "uint32"}, 4_000_000_000),
        ("D12", {"type": "float32", "order": "high_first"}, 2.5),
        ("D16", {"type": "float64"}, 1e-200),
        ("D30", {"type": "string", "length": 4}, "Pump 1"),
    ],
)
async def test_values_of_each_type_are_written(
    peer: _ControllerPeer, tmp_path: Path, address: str, more: dict[str, Any], value: Value
) -> None:
    driver = MitsubishiMc(MitsubishiMcConfig(**peer.config()), clock.now, tmp_path)
    await driver.open()
    wanted = (point(address, **more), point("M2"), point("M4"))
    await driver.write(wanted[0], value)
    assert [s.value for s in await driver.read(wanted)] == [value, False, False]
    with pytest.raises(Missing, match="write the word"):
        await driver.write(point("D50.1"), True)
    with pytest.raises(ConfigInvalid, match="does not fit"):
        await driver.write(point("D4"), 70_000)
    await driver.close()


CLIENT = """
import json, sys, pymcprotocol
port, frame, code, password = sys.argv[1:]
plc = pymcprotocol.Type3E() if frame == "3E" else pymcprotocol.Type4E()
plc.setaccessopt(commtype=code)
plc.connect("127.0.0.1", int(port))
plc.remote_unlock(password)
plc.batchwrite_wordunits("D10", [1, -2, 300])
plc.batchwrite_bitunits("M5", [1, 0, 1])
print(json.dumps([plc.batchread_wordunits("D9", 5), plc.batchread_bitunits("M4", 5), plc.batchread_wordunits("M0", 1)]))
plc.close()
"""


@pytest.mark.parametrize("kind", [Mc3eBinaryPeer, Mc3eAsciiPeer, Mc4eBinaryPeer], ids=lambda k: k.name)
async def test_the_simulator_speaks_as_a_client_we_did_not_write_expects(kind: type[_ControllerPeer]) -> None:
    controller = Controller(kind.frame == "4E", kind.code == "ascii", PASSWORD)
    controller.words, controller.bits = {"D": [0] * 100}, {"M": [0] * 32}
    async with controller:
        process = await asyncio.create_subprocess_exec(
            PEERS_PYTHON, "-c", CLIENT, str(controller.port), kind.frame, kind.code, PASSWORD, stdout=asyncio.subprocess.PIPE
        )
        told, _ = await process.communicate()
    assert json.loads(told) == [[0, 1, -2, 300, 0], [0, 1, 0, 1, 0], [0b1010_0000]]


class Replay(Listener):
    """Answers the question it knows, and notes what it was asked."""

    def __init__(self, question: str, answer: str) -> None:
        self.question, self.answer, self.heard = bytes.fromhex(question), bytes.fromhex(answer), b""

    async def serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        while chunk := await reader.read(len(self.question)):
            # The set-up question has the same length: one word of SD0.
            is_wanted = chunk[15:19] == self.question[15:19]
            self.heard = chunk if is_wanted else self.heard
            writer.write(self.answer if is_wanted else bytes.fromhex("d00000ffff030004000000") + bytes(2))


async def test_a_frame_byte_by_byte(tmp_path: Path) -> None:
    # Field by field after SH-080956ENG (SLMP reference manual): read three words from M96 on, 3E, binary.
    question = "5000 00 ff ff03 00 0c00 1000 0104 0000 600000 90 0300"
    answer = "d000 00 ff ff03 00 0800 0000 0000 3412 0200"
    async with Replay(question.replace(" ", ""), answer.replace(" ", "")) as replay:
        driver = MitsubishiMc(MitsubishiMcConfig(host="127.0.0.1", port=replay.port, timeout_s=5.0), clock.now, tmp_path)
        await driver.open()
        samples = await driver.read((point("M96"), point("M114"), point("M116"), point("M129")))
        assert [s.value for s in samples] == [False, True, True, True]
        assert replay.heard == replay.question
        await driver.close()


@pytest.mark.parametrize(
    ("address", "more", "words"),
    [
        ("Q5", {}, "no device"),
        ("D1A", {}, "decimal"),
        ("M5.1", {}, "bits already"),
        ("D5", {"type": "bool"}, "D100.5"),
        ("M5", {"type": "int16"}, "16"),
    ],
)
async def test_an_address_that_says_nothing_is_refused_with_a_hint(address: str, more: dict[str, Any], words: str) -> None:
    with pytest.raises(ValueError, match=words):
        MitsubishiMcAddress(address=address, **more)
