"""HTTP poll: ETags, tokens and busy services."""

from collections.abc import AsyncIterator
from pathlib import Path

import pytest
from tests.simulators.http_poll import PASSWORD, HttpServerPeer

from kaogong.core import clock
from kaogong.core.errors import AuthRejected, ConfigInvalid, NotReady
from kaogong.edge.drivers.base import Point
from kaogong.edge.drivers.http_poll import HttpPoll, HttpPollAddress, HttpPollConfig

pytestmark = pytest.mark.req("B01")


@pytest.fixture
async def peer(tmp_path: Path) -> AsyncIterator[HttpServerPeer]:
    made = HttpServerPeer(tmp_path)
    await made.start()
    yield made
    await made.stop()


def driver_for(folder: Path, config: dict[str, object]) -> HttpPoll:
    return HttpPoll(HttpPollConfig.model_validate(config), clock.now, folder)


async def test_a_document_that_has_not_changed_is_not_sent_again_and_still_stands(peer: HttpServerPeer, tmp_path: Path) -> None:
    driver = driver_for(tmp_path, peer.config())
    points = [Point(f"p{i}", HttpPollAddress(pointer=f"/plant/p{i}")) for i in (1, 2)]
    await driver.open()
    first, second = await driver.read(points), await driver.read(points)
    assert [s.value for s in first] == [s.value for s in second] == [0.5, 1.0]
    assert second[0].observed_at > first[0].observed_at
    peer.documents["/api/"] = {"plant": {"p1": 9.0}}
    assert [s.value for s in await driver.read(points)] == [9.0, None]
    asked = [headers for path, headers in peer.seen if path == "/api/"]
    assert len(asked) == 4 and all("If-None-Match" in headers for headers in asked[1:])
    await driver.close()


async def test_a_token_is_sent_as_bearer(peer: HttpServerPeer, tmp_path: Path) -> None:
    config = {"url": peer.config()["url"], "token": PASSWORD}
    driver = driver_for(tmp_path, config)
    await driver.open()
    await driver.close()
    with pytest.raises(AuthRejected):
        await (driver := driver_for(tmp_path, config | {"token": "not it"})).open()
    await driver.close()


async def test_a_busy_service_says_when_to_come_back(peer: HttpServerPeer, tmp_path: Path) -> None:
    driver = driver_for(tmp_path, peer.config())
    await driver.open()
    peer.documents["/api/"] = {"status": 503, "headers": {"Retry-After": "17"}}
    with pytest.raises(NotReady) as caught:
        await driver.read([Point("p", HttpPollAddress())])
    assert (caught.value.stable_code, caught.value.retry_after_s) == ("server_busy", 17.0)
    await driver.close()


async def test_a_certificate_that_cannot_be_read_is_named(tmp_path: Path) -> None:
    driver = driver_for(tmp_path, {"url": "https://127.0.0.1:1/", "ca_certificate": str(tmp_path / "none.pem")})
    with pytest.raises(ConfigInvalid, match="cannot be read"):
        await driver.open()
    with pytest.raises(ValueError, match="http://host/path"):
        HttpPollConfig(url="ftp://x")
