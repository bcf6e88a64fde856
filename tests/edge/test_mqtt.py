"""What is MQTT's own: sessions that are kept, TLS, writing."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import suppress
from pathlib import Path
from typing import Any

import orjson
import pytest
import trustme
from tests.simulators.mqtt import Mosquitto5Peer, Mosquitto311Peer, _MosquittoPeer
from tests.simulators.peer import until

from kaogong.core import clock
from kaogong.core.errors import AuthRejected, ConfigInvalid, KaogongError
from kaogong.core.reading import Sample
from kaogong.edge.drivers.base import Group, Point
from kaogong.edge.drivers.mqtt import Mqtt, MqttAddress, MqttConfig

pytestmark = pytest.mark.req("B01")


@pytest.fixture(params=[Mosquitto311Peer, Mosquitto5Peer], ids=lambda p: p.version)
async def peer(request: pytest.FixtureRequest, tmp_path: Path) -> AsyncIterator[_MosquittoPeer]:
    made: _MosquittoPeer = request.param(tmp_path / "peer")
    await made.start()
    yield made
    with suppress(ProcessLookupError):
        await made.stop()


class Listening:
    """A driver with a subscription to `plant/x`, and what it delivered."""

    def __init__(self, config: dict[str, Any], folder: Path) -> None:
        self.driver = Mqtt(MqttConfig(**config), clock.now, folder)
        self.got: list[Sample] = []

    async def __aenter__(self) -> "Listening":
        await self.driver.open()
        point = Point("x", MqttAddress(topic="plant/x"))
        self.task = asyncio.create_task(self.driver.subscribe([Group(1, [point])], self.got.extend))
        return self

    async def __aexit__(self, *_: object) -> None:
        self.task.cancel()
        with suppress(asyncio.CancelledError, KaogongError):
            await self.task
        await self.driver.close()


@pytest.mark.req("B07")
async def test_with_a_client_id_the_broker_keeps_what_was_sent_meanwhile(peer: _MosquittoPeer, tmp_path: Path) -> None:
    config = peer.config() | {"client_id": "kaogong-edge-1"}
    async with Listening(config, tmp_path) as first, peer.client() as publisher:

        async def heard() -> bool:
            await publisher.publish("plant/x", b"0", qos=1)
            return bool(first.got)

        await until(heard, "the subscription stands")
    async with peer.client() as publisher:
        for i in range(1, 6):
            await publisher.publish("plant/x", orjson.dumps(i), qos=1)
    async with Listening(config, tmp_path) as second:
        await until(lambda: len([s for s in second.got if s.value]) == 5, "what was sent meanwhile arrives")
        assert [s.value for s in second.got if s.value] == [1, 2, 3, 4, 5]


async def test_writing_publishes(peer: _MosquittoPeer, tmp_path: Path) -> None:
    driver = Mqtt(MqttConfig(**peer.config()), clock.now, tmp_path)
    await driver.open()
    async with peer.client() as listener:
        await listener.subscribe("plant/set")
        await driver.write(Point("x", MqttAddress(topic="plant/set", pointer="/speed/rpm")), 1450)
        message = await anext(aiter(listener.messages))
    assert message.payload == b'{"speed":{"rpm":1450}}'
    await driver.close()


async def test_tls_trusts_the_named_authority_alone(peer: _MosquittoPeer, tmp_path: Path) -> None:
    authority, stranger = trustme.CA(), trustme.CA()
    authority.cert_pem.write_to_path(tmp_path / "ca.pem")
    stranger.cert_pem.write_to_path(tmp_path / "stranger.pem")
    issued = authority.issue_cert("127.0.0.1")
    issued.private_key_pem.write_to_path(tmp_path / "key.pem")
    issued.cert_chain_pems[0].write_to_path(tmp_path / "cert.pem")
    peer.tls = (tmp_path / "cert.pem", tmp_path / "key.pem")
    await peer.stop()
    await peer.start()
    config = peer.config() | {"tls": True}
    driver = Mqtt(MqttConfig(**config, ca_certificate=str(tmp_path / "ca.pem")), clock.now, tmp_path)
    await driver.open()
    await driver.close()
    for wrong, kind in (("stranger.pem", AuthRejected), ("nowhere.pem", ConfigInvalid)):
        refused = Mqtt(MqttConfig(**config, ca_certificate=str(tmp_path / wrong)), clock.now, tmp_path)
        with pytest.raises(kind):
            await refused.open()
        await refused.close()
