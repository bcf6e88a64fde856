"""MTConnect: sequence numbers, restarts of the agent, conditions, and XML that means harm."""

from collections.abc import AsyncIterator
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
from tests.simulators.mtconnect import AgentPeer, Said

from kaogong.core import clock
from kaogong.core.errors import ConfigInvalid, Missing, NotReady
from kaogong.edge.drivers.base import Point
from kaogong.edge.drivers.mtconnect import MTConnect, MTConnectAddress, MTConnectConfig

pytestmark = pytest.mark.req("B02")


@pytest.fixture
async def agent(tmp_path: Path) -> AsyncIterator[AgentPeer]:
    peer = AgentPeer(tmp_path)
    await peer.start()
    yield peer
    await peer.stop()


@pytest.fixture
async def driver(agent: AgentPeer, tmp_path: Path) -> AsyncIterator[MTConnect]:
    made = MTConnect(MTConnectConfig(**agent.config()), clock.now, tmp_path)
    await made.open()
    yield made
    await made.close()


def points(*items: str) -> tuple[Point[MTConnectAddress], ...]:
    return tuple(Point(i, MTConnectAddress(data_item=i)) for i in items)


async def _values(driver: MTConnect, *items: str) -> list[Any]:
    return [s.value for s in await driver.read(points(*items))]


async def test_only_what_has_changed_is_asked_for(agent: AgentPeer, driver: MTConnect) -> None:
    assert await _values(driver, "s1", "mode") == [0.5, "AUTOMATIC"]
    agent.say(Said("Samples", "Position", "s1", "7"), Said("Samples", "Position", "s1", "8"))
    assert await _values(driver, "s1", "s2") == [8.0, 1.0]
    asked = [r.split()[1] for r in agent.requests]
    assert asked == ["/current", "/sample?from=1002&count=1000", "/sample?from=1002&count=1000"]


async def test_a_change_has_the_agents_time_and_what_stands_ours(agent: AgentPeer, driver: MTConnect) -> None:
    changed = datetime(2026, 11, 21, 8, 0, 0, 250000, UTC)
    group = points("s1")
    first, second = (await driver.read(group))[0], (await driver.read(group))[0]
    assert first.observed_at == changed
    assert (clock.now() - second.observed_at).total_seconds() < 60
    agent.say(Said("Samples", "Position", "s1", "0.5", at="2026-11-21T09:00:00Z"))
    assert (await driver.read(group))[0].observed_at == changed.replace(hour=9, microsecond=0)


async def test_many_changes_are_read_page_by_page(agent: AgentPeer, driver: MTConnect) -> None:
    agent.say(*(Said("Samples", "Position", f"s{i % 1000}", str(i)) for i in range(3500)))
    assert await _values(driver, "s0", "s499", "s500", "s999") == [3000.0, 3499.0, 2500.0, 2999.0]
    assert len(agent.requests) == 5


async def test_a_buffer_that_has_run_over_is_read_anew(agent: AgentPeer, driver: MTConnect) -> None:
    agent.say(*(Said("Samples", "Position", f"s{i % 10}", str(i)) for i in range(20000)))
    assert await _values(driver, "s9", "s500") == [19999.0, 250.0]
    assert [r.split()[1] for r in agent.requests[-2:]] == ["/sample?from=1002&count=1000", "/current"]
    assert await _values(driver, "s9") == [19999.0]


async def test_a_restarted_agent_is_read_anew(agent: AgentPeer, driver: MTConnect) -> None:
    agent.restart([Said("Samples", "Position", "s1", "99")] * 3000)
    assert await _values(driver, "s1", "s2") == [99.0, None]
    assert agent.requests[-1].split()[1] == "/current"


async def test_conditions_stand_until_they_are_cleared(agent: AgentPeer, driver: MTConnect) -> None:
    def said(level: str, code: str) -> Said:
        return Said("Condition", level, "c", "", given={"nativeCode": code} if code else {})

    story = [
        (said("Normal", ""), "NORMAL"), (said("Warning", "W1"), "WARNING"), (said("Fault", "F1"), "FAULT"), (said("Normal", "F1"), "WARNING"),
        (said("Fault", "F2"), "FAULT"), (said("Normal", ""), "NORMAL"), (said("Unavailable", ""), None),
    ]  # fmt: skip
    for step, expected in story:
        agent.say(step)
        assert await _values(driver, "c") == [expected]


async def test_components_are_browsed_with_units(driver: MTConnect) -> None:
    assert [b.name for b in await driver.browse()] == ["Device mill-1", "Device mill-2"]
    below = await driver.browse("d1")
    assert [b.name for b in below] == ["Axes base", "mode"]
    items = await driver.browse("x")
    assert len(items) == 500 and items[3].data_type == "SAMPLE POSITION [MILLIMETER]"
    with pytest.raises(Missing):
        await driver.browse("nowhere")


async def test_one_device_of_an_agent(agent: AgentPeer, tmp_path: Path) -> None:
    one = MTConnect(MTConnectConfig(**agent.config(), device="mill-1"), clock.now, tmp_path)
    await one.open()
    assert agent.requests[-1].split()[1] == "/mill-1/current"
    await one.close()
    other = MTConnect(MTConnectConfig(**agent.config(), device="mill-9"), clock.now, tmp_path)
    with pytest.raises(ConfigInvalid) as caught:
        await other.open()
    assert caught.value.stable_code == "device_unknown"
    await other.close()


BOMB = b'<?xml version="1.0"?><!DOCTYPE a [<!ENTITY b "bbbbbbbbbb"><!ENTITY c "&b;&b;&b;&b;&b;">]><MTConnectStreams>&c;</MTConnectStreams>'


@pytest.mark.req("L04")
@pytest.mark.parametrize("body", [BOMB, b"<html><body>Welcome</body></html>", b"<MTConnectStreams><Header", b"", b"\xff\xfe\x00"])
async def test_what_is_no_answer_of_an_agent_is_not_ready(agent: AgentPeer, tmp_path: Path, body: bytes) -> None:
    class Strange(AgentPeer):
        def _answer(self, head: list[str]) -> tuple[str, bytes]:
            return "200 OK", body

    strange = Strange(tmp_path)
    await strange.start()
    made = MTConnect(MTConnectConfig(**strange.config()), clock.now, tmp_path)
    with pytest.raises(NotReady) as caught:
        await made.open()
    assert caught.value.stable_code == "answer_garbled"
    await made.close()
    await strange.stop()
