"""DL/T 645: what the conformance suite cannot ask, against the dlt645 package and on a serial port."""

import asyncio
import os
import tty
from collections.abc import AsyncIterator
from pathlib import Path

import pytest
import pytest_asyncio
from tests.simulators.dlt645 import METER, Dlt645Peer, FramesPeer, di

from kaogong.core import clock
from kaogong.core.errors import AuthRejected, ConfigInvalid, NotReady
from kaogong.core.quality import Quality
from kaogong.edge.drivers.base import Point, validated
from kaogong.edge.drivers.dlt645 import Dlt645, Dlt645Address, Dlt645Config

pytestmark = [pytest.mark.req("B01"), pytest.mark.asyncio(loop_scope="module")]


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def meter(tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[Dlt645Peer]:
    peer = Dlt645Peer(tmp_path_factory.mktemp("meter"))
    await peer.start()
    yield peer
    await peer.stop()


def driver_for(folder: Path, **config: object) -> Dlt645:
    return Dlt645(Dlt645Config.model_validate(config), clock.now, folder)


def point(**address: object) -> Point[Dlt645Address]:
    return Point("p", Dlt645Address.model_validate(address))


async def test_a_value_is_written_and_reads_back(meter: Dlt645Peer, tmp_path: Path) -> None:
    driver = driver_for(tmp_path, **meter.config())
    await driver.open()
    voltage = point(di="02010100")
    assert (await driver.read([voltage]))[0].value == 220.3
    await driver.write(voltage, 231.4)
    assert (await driver.read([voltage]))[0].value == 231.4
    await driver.write(voltage, 220.3)
    await driver.close()


async def test_a_wrong_or_missing_password_is_said_when_writing(meter: Dlt645Peer, tmp_path: Path) -> None:
    driver = driver_for(tmp_path, **meter.config() | {"password": "02999999"})
    await driver.open()
    with pytest.raises(AuthRejected, match="password is wrong"):
        await driver.write(point(di="02010100"), 1.0)
    await driver.close()
    driver = driver_for(tmp_path, **meter.config() | {"password": ""})
    with pytest.raises(ConfigInvalid, match="password"):
        await driver.write(point(di="02010100"), 1.0)


async def test_a_value_that_does_not_fit_is_refused_before_it_is_sent(meter: Dlt645Peer, tmp_path: Path) -> None:
    driver = driver_for(tmp_path, **meter.config())
    for value in (1000.0, -1.0, "much"):
        with pytest.raises(ConfigInvalid):
            await driver.write(point(di="02010100"), value)


async def test_the_only_meter_of_a_line_is_found_with_what_it_offers(meter: Dlt645Peer, tmp_path: Path) -> None:
    driver = driver_for(tmp_path, line=meter.config()["line"])
    await driver.open()
    (found,) = await driver.browse()
    assert found.id == METER and found.has_children
    offered = {b.name: b for b in await driver.browse(found.id)}
    voltage = point(**offered["Voltage A (V)"].address or {})
    assert (await driver.read([voltage]))[0].value == 220.3
    await driver.close()


async def test_a_silent_meter_is_bad_and_does_not_hold_up_the_others(tmp_path: Path) -> None:
    peer = FramesPeer(tmp_path)
    await peer.start()
    driver = driver_for(tmp_path, **peer.config() | {"timeout_s": 0.2})
    await driver.open()
    points = [point(di=di(3)), point(di=di(4), meter="000000000999"), point(di=di(5), meter="000000000999")]
    loop = asyncio.get_running_loop()
    begin = loop.time()
    for _ in range(20):
        samples = await driver.read(points)
        assert [s.value for s in samples] == [3.75, None, None]
        assert samples[1].quality == Quality.BAD_TIMEOUT and "000000000999" in samples[1].reason
    assert loop.time() - begin < 2.0
    await peer.stop()
    with pytest.raises(NotReady):
        await driver.read(points)
    await driver.close()


@pytest.mark.parametrize("address", [{"di": "0201"}, {"di": "FF010203"}, {"di": "xx"}, {"di": "02010100", "meter": "12"}])
async def test_an_address_that_cannot_be_says_what_to_write(address: dict[str, str]) -> None:
    with pytest.raises(ConfigInvalid, match="address"):
        validated(Dlt645Address, address, "address")


async def test_a_serial_port_is_read_through_an_adapter_that_echoes(tmp_path: Path) -> None:
    """RS-485 adapters of two wires often hear themselves."""
    peer = FramesPeer(tmp_path)
    await peer.start()
    ours, theirs = os.openpty()
    tty.setraw(theirs)
    os.set_blocking(ours, False)
    loop = asyncio.get_running_loop()

    def heard() -> None:
        question = os.read(ours, 256)
        os.write(ours, question + peer.answer(question.lstrip(b"\xfe")))

    loop.add_reader(ours, heard)
    driver = driver_for(tmp_path, line=os.ttyname(theirs), parity="N", meter=METER)
    try:
        await driver.open()
        assert [s.value for s in await driver.read([point(di=di(7)), point(di=di(8))])] == [8.75, 10.0]
    finally:
        await driver.close()
        loop.remove_reader(ours)
        os.close(ours)
        os.close(theirs)
        await peer.stop()


async def test_a_serial_port_that_is_not_there_is_named(tmp_path: Path) -> None:
    driver = driver_for(tmp_path, line="/dev/ttyNOWHERE7")
    with pytest.raises(NotReady, match="ttyNOWHERE7") as caught:
        await driver.open()
    assert caught.value.stable_code == "port_missing"
