"""SNMP: what agents refuse, and how the driver goes on; against snmpd, and on the wire where snmpd is too well behaved."""

import asyncio
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import pytest
import pytest_asyncio
from pyasn1.codec.ber import decoder, encoder
from pysnmp.proto import api
from tests.simulators.peer import SilentDatagrams, until
from tests.simulators.snmp import MINE, SnmpdV3Peer

from kaogong.core import clock
from kaogong.core.errors import AuthRejected, ConfigInvalid, Missing
from kaogong.core.quality import severity
from kaogong.edge.drivers.base import Point, validated
from kaogong.edge.drivers.snmp import Snmp, SnmpAddress, SnmpConfig

pytestmark = [pytest.mark.req("B02"), pytest.mark.asyncio(loop_scope="module")]


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def agent(tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[SnmpdV3Peer]:
    """One snmpd answers all versions."""
    peer = SnmpdV3Peer(tmp_path_factory.mktemp("snmpd"))
    await peer.start()
    yield peer
    await peer.stop()


def driver(config: dict[str, Any], folder: Path) -> Snmp:
    return Snmp(SnmpConfig(**config), clock.now, folder)


def point(oid: str, **more: Any) -> Point[SnmpAddress]:
    return Point(oid, SnmpAddress(oid=oid, **more))


def _v1(agent: SnmpdV3Peer) -> dict[str, Any]:
    return {"host": "127.0.0.1", "port": agent.port, "version": "1", "community": "snmp-community"}


@pytest.mark.parametrize("wrong", [{"username": "nobody"}, {"password": "wrong password"}])
async def test_version_3_says_what_is_wrong_with_a_login(agent: SnmpdV3Peer, tmp_path: Path, wrong: dict[str, Any]) -> None:
    made = driver(agent.config() | wrong, tmp_path)
    with pytest.raises(AuthRejected) as caught:
        await made.open()
    assert caught.value.stable_code == "login_refused"
    await made.close()
    await until(lambda: _none(agent), "the socket is free")


async def _none(agent: SnmpdV3Peer) -> bool:
    return await agent.connections() == 0


async def test_version_1_loses_many_objects_and_keeps_the_others(agent: SnmpdV3Peer, tmp_path: Path) -> None:
    made = driver(_v1(agent), tmp_path)
    await made.open()
    points = tuple(point(f"{MINE}.1.{i}.0" if i % 3 else f"{MINE}.88.{i}.0") for i in range(1, 60))
    for _ in range(2):
        samples = await made.read(points)
        assert [s.value for s in samples] == [(i - 1) * 3 if i % 3 else None for i in range(1, 60)]
        assert {s.reason for s in samples if severity(s.quality) == "bad"} == {"the agent has no such object"}
    await made.close()


@pytest.mark.req("B04")
async def test_what_cannot_be_written_is_said(agent: SnmpdV3Peer, tmp_path: Path) -> None:
    made = driver(agent.config(), tmp_path)
    await made.open()
    text = point(f"{MINE}.3.3.0", type="text")
    await made.write(text, "泵 7")
    assert (await made.read((text,)))[0].value == "泵 7"
    tenths = point(f"{MINE}.3.1.0", scale=0.1)
    await made.write(tenths, 21.5)
    assert (await made.read((tenths,)))[0].value == pytest.approx(21.5)
    with pytest.raises(ConfigInvalid):
        await made.write(point(f"{MINE}.3.1.0"), 2**40)
    with pytest.raises(ConfigInvalid):
        await made.write(text, 5)
    with pytest.raises(Missing) as caught:
        await made.write(point(f"{MINE}.1.1.0"), 5)
    assert caught.value.stable_code == "write_refused"
    await made.close()


async def test_browsing_walks_every_branch(agent: SnmpdV3Peer, tmp_path: Path) -> None:
    made = driver(_v1(agent) | {"version": "2c"}, tmp_path)
    await made.open()
    top = [b.id for b in await made.browse()]
    assert "1.3.6.1.2.1.1" in top and "1.3.6.1.4.1.8072" in top
    system = {b.id: b for b in await made.browse("1.3.6.1.2.1.1")}
    assert system["1.3.6.1.2.1.1.3.0"].data_type == "TimeTicks"
    with pytest.raises(Missing):
        await made.browse("nonsense")
    await made.close()


class Small(SilentDatagrams):
    """An agent of version 2c that finds more than `most` objects too big."""

    most = 3

    def __init__(self) -> None:
        self.asked: list[int] = []

    def datagram_received(self, data: bytes, addr: Any) -> None:
        module = api.PROTOCOL_MODULES[api.SNMP_VERSION_2C]
        message, _ = decoder.decode(data, asn1Spec=module.Message())
        answer = module.apiMessage.get_response(message)
        request, reply = module.apiMessage.get_pdu(message), module.apiMessage.get_pdu(answer)
        names = [name for name, _ in module.apiPDU.get_varbinds(request)]
        self.asked.append(len(names))
        if len(names) > self.most:
            module.apiPDU.set_error_status(reply, 1)
        else:
            module.apiPDU.set_varbinds(reply, [(name, module.Counter64(2**64 - 1 - int(name[-1]))) for name in names])
        self._transport.sendto(encoder.encode(answer), addr)


async def test_an_agent_with_small_answers_is_asked_in_small_requests(tmp_path: Path) -> None:
    async with Small() as small:
        made = driver({"host": "127.0.0.1", "port": small.port}, tmp_path)
        await made.open()
        points = tuple(point(f"1.3.6.1.4.1.9.{i}") for i in range(1, 25))
        for _ in range(2):
            assert [s.value for s in await made.read(points)] == [2**64 - 1 - i for i in range(1, 25)]
        assert small.asked == [1, 24, 12, 6, *[3] * 8, *[3] * 8]
        await made.close()


async def test_a_lost_datagram_is_asked_for_again(agent: SnmpdV3Peer, tmp_path: Path) -> None:
    async with agent.cable() as cable:
        made = driver(_v1(agent) | {"port": cable.port, "version": "2c", "timeout_s": 1.0}, tmp_path)
        await made.open()
        cable.pull()
        asyncio.get_running_loop().call_later(0.2, cable.plug)
        assert (await made.read((point(f"{MINE}.1.2.0"),)))[0].value == 3
        await made.close()


@pytest.mark.parametrize(
    "config",
    [
        {"version": "3"},
        {"version": "3", "username": "a", "privacy": "AES-128", "privacy_password": "long enough"},
        {"version": "3", "username": "a", "authentication": "SHA", "password": "short"},
    ],
)
async def test_a_login_that_cannot_be_is_config_invalid(config: dict[str, Any]) -> None:
    with pytest.raises(ConfigInvalid):
        validated(SnmpConfig, {"host": "127.0.0.1"} | config, "config")
