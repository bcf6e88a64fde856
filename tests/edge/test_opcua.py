"""What is OPC UA's own: secured channels, logins, browsing, writing, a subscription that died on a healthy socket."""

import asyncio
from collections.abc import AsyncIterator, Sequence
from contextlib import suppress
from pathlib import Path
from typing import Any

import pytest
import pytest_asyncio
from tests.simulators.opcua import PASSWORD, AsyncuaPeer
from tests.simulators.peer import until

from kaogong.core import clock
from kaogong.core.errors import AuthRejected, ConfigInvalid, KaogongError, Missing, NotReady
from kaogong.core.reading import Sample
from kaogong.edge.drivers.base import Group, Point
from kaogong.edge.drivers.opcua import OpcUa, OpcUaAddress, OpcUaConfig

pytestmark = [pytest.mark.req("B01"), pytest.mark.asyncio(loop_scope="module")]


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def peer(tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[AsyncuaPeer]:
    made = AsyncuaPeer(tmp_path_factory.mktemp("opcua"))
    made.points = 50
    await made.start()
    yield made
    await made.stop()


def driver(peer: AsyncuaPeer, folder: Path, **config: Any) -> OpcUa:
    return OpcUa(OpcUaConfig(**peer.config() | config), clock.now, folder)


def point(i: int) -> Point[OpcUaAddress]:
    return Point(f"p{i}", OpcUaAddress(node=f"ns=2;s=p{i}"))


@pytest.mark.parametrize("security", ["None", "Basic256Sha256_Sign", "Basic256Sha256_SignAndEncrypt"])
async def test_secured_channels_and_logins(peer: AsyncuaPeer, tmp_path: Path, security: str) -> None:
    made = driver(peer, tmp_path, security=security, username="edge", password=PASSWORD)
    await made.open()
    assert [s.value for s in await made.read([point(3), point(4)])] == [1.5, 2.0]
    await made.close()
    key = tmp_path / "client.pem"
    assert key.exists() == (security != "None")
    assert not key.exists() or key.stat().st_mode & 0o077 == 0


async def test_security_the_server_does_not_offer_is_a_matter_of_configuration(peer: AsyncuaPeer, tmp_path: Path) -> None:
    made = driver(peer, tmp_path, security="Aes256Sha256RsaPss_Sign")
    with pytest.raises(ConfigInvalid) as caught:
        await made.open()
    assert caught.value.details["field"] == "config.security"
    await made.close()


async def test_another_server_certificate_than_the_pinned_one_is_refused(peer: AsyncuaPeer, tmp_path: Path) -> None:
    made = driver(peer, tmp_path, security="Basic256Sha256_Sign", server_fingerprint="00" * 32)
    with pytest.raises(AuthRejected) as caught:
        await made.open()
    assert caught.value.stable_code == "certificate_refused"
    await made.close()


async def test_browsing_leads_from_the_top_to_points(peer: AsyncuaPeer, tmp_path: Path) -> None:
    made = driver(peer, tmp_path)
    await made.open()
    plant = next(b for b in await made.browse() if b.name == "plant")
    assert plant.has_children and plant.address is None
    found = await made.browse(plant.id)
    assert len([b for b in found if b.name.startswith("p")]) >= 50
    one = next(b for b in found if b.name == "p7")
    assert (one.address, one.data_type) == ({"node": "ns=2;s=p7"}, "Double")
    assert (await made.read([Point("x", OpcUaAddress(**one.address or {}))]))[0].value == 3.5
    with pytest.raises(Missing):
        await made.browse("ns=2;s=nowhere")
    await made.close()


async def test_writing(peer: AsyncuaPeer, tmp_path: Path) -> None:
    made = driver(peer, tmp_path)
    await made.open()
    await made.write(point(9), 12)
    assert (await made.read([point(9)]))[0].value == 12.0
    with pytest.raises(Missing, match="BadNodeIdUnknown"):
        await made.write(Point("no", OpcUaAddress(node="ns=2;s=nowhere")), 1)
    with pytest.raises(ConfigInvalid, match="does not fit"):
        await made.write(point(9), "on")
    await made.close()


async def test_source_time_is_kept(peer: AsyncuaPeer, tmp_path: Path) -> None:
    from datetime import UTC, datetime

    from asyncua import ua

    then = datetime(2026, 11, 20, 12, 0, 0, 123456, tzinfo=UTC)
    await peer.server.write_attribute_value(
        peer.nodes[8].nodeid, ua.DataValue(ua.Variant(8.5, ua.VariantType.Double), SourceTimestamp=then)
    )
    made = driver(peer, tmp_path)
    await made.open()
    assert (await made.read([point(8)]))[0].observed_at == then
    await made.close()


@pytest.mark.req("B06")
async def test_dead_subscription_on_a_healthy_socket_is_noticed(peer: AsyncuaPeer, tmp_path: Path) -> None:
    made = driver(peer, tmp_path)
    await made.open()
    got: list[Sample] = []

    def deliver(samples: Sequence[Sample]) -> None:
        got.extend(samples)

    task = asyncio.create_task(made.subscribe([Group(0.1, [point(1)])], deliver))
    await until(lambda: got, "the first value")
    assert await made.check() is True
    for internal in list(peer.server.iserver.subscription_service.subscriptions.values()):
        await internal.stop()  # the server forgets what it promised, and answers reads as before

    async def check_on() -> None:
        for _ in range(6):
            await made.check()
            assert (await made.read([point(1)]))[0].value == 0.5

    with pytest.raises(NotReady) as caught:
        await check_on()
    assert caught.value.stable_code == "subscription_lost"
    task.cancel()
    with suppress(asyncio.CancelledError, KaogongError):
        await task
    await made.close()


async def test_node_that_appears_later_is_taken_up(peer: AsyncuaPeer, tmp_path: Path) -> None:
    from asyncua import ua

    made = driver(peer, tmp_path)
    await made.open()
    got: dict[str, Sample] = {}
    late = Point("late", OpcUaAddress(node="ns=2;s=late"))
    task = asyncio.create_task(made.subscribe([Group(0.1, [point(1), late])], lambda samples: got.update({s.point: s for s in samples})))
    await until(lambda: len(got) == 2, "both are told")
    assert got["late"].reason == "BadNodeIdUnknown"
    plant = peer.server.get_node("ns=2;s=plant")
    await plant.add_variable(ua.NodeId("late", 2), "late", 4.25)
    await made.check()
    await until(lambda: got["late"].value == 4.25, "it is there")
    task.cancel()
    with suppress(asyncio.CancelledError, KaogongError):
        await task
    await made.close()
