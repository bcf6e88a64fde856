"""What is EtherNet/IP's own: tags that are not there, strings, BOOL arrays, the slot, and the simulator held against a client we did not write."""

import asyncio
import json
import sys
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import pytest
import pytest_asyncio
from tests.simulators.ethernet_ip import Logix

from kaogong.core import clock
from kaogong.core.errors import ConfigInvalid, Missing
from kaogong.edge.drivers.base import Point
from kaogong.edge.drivers.ethernet_ip import EthernetIp, EthernetIpAddress, EthernetIpConfig

pytestmark = [pytest.mark.req("B01"), pytest.mark.asyncio(loop_scope="module")]


@pytest_asyncio.fixture(loop_scope="module")
async def logix() -> AsyncIterator[Logix]:
    tags: dict[str, tuple[int, list[Any]]] = {
        "Speed": (0xCA, [12.5]),
        "Counts": (0xC4, list(range(300))),
        "Flags": (0xD3, [0x8000_0001, 2]),
        "Name": (0x8FCE, ["Pump 1"]),
        "Names": (0x8FCE, [f"tank {i}" for i in range(10)]),
        "Ready": (0xC1, [True]),
        "Program:Main.Step": (0xC3, [4]),
    }
    async with Logix(tags) as made:
        yield made


@pytest_asyncio.fixture(loop_scope="module")
async def driver(logix: Logix, tmp_path: Path) -> AsyncIterator[EthernetIp]:
    made = EthernetIp(EthernetIpConfig(host="127.0.0.1", port=logix.port, timeout_s=5.0), clock.now, tmp_path)
    await made.open()
    yield made
    await made.close()


def points(*tags: str, **more: Any) -> tuple[Point[EthernetIpAddress], ...]:
    return tuple(Point(t, EthernetIpAddress(tag=t, **more)) for t in tags)


async def test_strings_programs_and_bits_of_a_bool_array(driver: EthernetIp) -> None:
    samples = await driver.read(points("Name", "Names[3]", "Names[9]", "Program:Main.Step", "Ready"))
    assert [s.value for s in samples] == ["Pump 1", "tank 3", "tank 9", 4, True]
    flags = await driver.read(points("Flags[0]", "Flags[1]", "Flags[31]", "Flags[33]", type="BOOL"))
    assert [s.value for s in flags] == [True, False, True, True]


async def test_a_tag_that_is_not_there_and_comes_back(driver: EthernetIp, logix: Logix) -> None:
    wanted = points("Speed", "Later", "Counts[5]", "Counts[400]", "Counts[6]")
    for _ in range(3):
        samples = await driver.read(wanted)
        assert [s.value for s in samples] == [12.5, None, 5, None, 6]
        assert "no such tag" in samples[1].reason and "ends before" in samples[3].reason
    logix.tags["Later"] = (0xC4, [9])
    await driver.read(wanted)
    assert (await driver.read(wanted))[1].value == 9


async def test_runs_longer_than_an_answer_are_parted(driver: EthernetIp) -> None:
    wanted = points(*(f"Counts[{i}]" for i in range(300)))
    assert [s.value for s in await driver.read(wanted)] == list(range(300))


async def test_writing_takes_the_controllers_type(driver: EthernetIp, logix: Logix) -> None:
    await driver.write(points("Program:Main.Step")[0], 5)
    await driver.write(points("Ready")[0], False)
    await driver.write(points("Counts[7]", scale=0.1)[0], 1.5)
    assert (logix.tags["Program:Main.Step"][1], logix.tags["Ready"][1], logix.tags["Counts"][1][7]) == ([5], [False], 15)
    with pytest.raises(ConfigInvalid, match="does not fit"):
        await driver.write(points("Program:Main.Step")[0], 40_000)
    for tag, more in (("Name", {}), ("Counts[7].3", {}), ("Flags[40]", {"type": "BOOL"})):
        with pytest.raises(Missing, match="read only"):
            await driver.write(points(tag, **more)[0], 1)


async def test_browsing_shows_programs_and_arrays_and_leaves_out_what_is_the_controllers_own(driver: EthernetIp) -> None:
    top = await driver.browse()
    assert {b.name: b.data_type for b in top} == {
        "Program:Main": "", "Speed": "REAL", "Counts": "DINT[]", "Flags": "DWORD[]", "Name": "STRING", "Names": "STRING", "Ready": "BOOL",
    }  # fmt: skip
    assert [(b.address, b.data_type) for b in await driver.browse("Program:Main")] == [({"tag": "Program:Main.Step"}, "INT")]


async def test_an_empty_slot_is_named(logix: Logix, tmp_path: Path) -> None:
    driver = EthernetIp(EthernetIpConfig(host="127.0.0.1", port=logix.port, slot=3), clock.now, tmp_path)
    await driver.open()
    with pytest.raises(ConfigInvalid, match="slot 3"):
        await driver.read(points("Speed"))
    await driver.close()


CLIENT = """
import json, sys
from pylogix import PLC
with PLC("127.0.0.1", port=int(sys.argv[1])) as plc:
    names = sorted(t.TagName for t in plc.GetTagList().Value)
    wrote = plc.Write("Speed", 99.5).Status
    print(json.dumps([names, wrote, plc.Read("Speed").Value, plc.Read("Counts[2]", 3).Value, plc.Read("Name").Value, plc.Read("Nowhere").Status]))
"""


async def test_the_simulator_speaks_as_a_client_we_did_not_write_expects(logix: Logix) -> None:
    process = await asyncio.create_subprocess_exec(sys.executable, "-c", CLIENT, str(logix.port), stdout=asyncio.subprocess.PIPE)
    told, _ = await asyncio.wait_for(process.communicate(), 30)
    names, *rest = json.loads(told.splitlines()[-1])
    assert {"Speed", "Counts", "Program:Main"} <= set(names)
    assert rest[:4] == ["Success", 99.5, [2, 3, 4], "Pump 1"]
    assert rest[4] != "Success"


@pytest.mark.parametrize("tag", ["1st", "A[", "A[1,2,3,4]", "A..B", "A b"])
async def test_a_tag_that_says_nothing_is_refused_with_a_hint(tag: str) -> None:
    with pytest.raises(ValueError, match="write Speed"):
        EthernetIpAddress(tag=tag)
