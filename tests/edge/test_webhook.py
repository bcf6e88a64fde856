"""Webhook: who may post, and what is answered."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import suppress
from pathlib import Path

import pytest
from tests.simulators.peer import free_port, until
from tests.simulators.webhook import TOKEN, post

from kaogong.core import clock
from kaogong.core.errors import ConfigInvalid, KaogongError
from kaogong.core.reading import Sample
from kaogong.edge.drivers.base import Group, Point
from kaogong.edge.drivers.webhook import Webhook, WebhookAddress, WebhookConfig

pytestmark = pytest.mark.req("B01")


class Listening(Webhook):
    """A listener with one point at /plant, and what it delivered."""

    got: list[Sample]


@pytest.fixture
async def listener(tmp_path: Path) -> AsyncIterator[Listening]:
    driver = Listening(WebhookConfig(host="127.0.0.1", port=await free_port(), token=TOKEN), clock.now, tmp_path)
    driver.got = []
    await driver.open()
    yield driver
    await driver.close()


@pytest.fixture
async def subscribed(listener: Listening) -> AsyncIterator[Listening]:
    group = Group(1, [Point("p", WebhookAddress(path="/plant", pointer="/v"))])
    task = asyncio.create_task(listener.subscribe([group], listener.got.extend))
    await until(lambda: listener._deliver is not None, "the subscription stands")
    yield listener
    task.cancel()
    with suppress(asyncio.CancelledError, KaogongError):
        await task


async def posted(driver: Webhook, body: bytes = b'{"v": 1}', path: str = "/plant", token: str = TOKEN, method: str = "POST") -> int:
    return await asyncio.to_thread(post, driver.config.port, path, body, token, method=method)


async def test_each_post_is_answered_with_what_became_of_it(subscribed: Listening) -> None:
    assert await posted(subscribed) == 204
    assert await posted(subscribed, token="not the token") == 401
    assert await posted(subscribed, path="/elsewhere") == 404
    assert await posted(subscribed, method="DELETE") == 405
    assert await posted(subscribed, path="/plant?unit=C", body=b'{"v": "ON"}') == 204
    assert [s.value for s in subscribed.got] == [1, "ON"]


async def test_a_body_without_end_is_refused(subscribed: Listening) -> None:
    status = await posted(subscribed, body=b" " * (5 << 20))
    assert status in (0, 413)
    assert subscribed.got == []
    assert await posted(subscribed) == 204


async def test_before_anybody_listens_the_other_side_is_told_to_come_again(listener: Listening) -> None:
    assert await posted(listener) == 503


async def test_documents_are_taken_over_tls(tmp_path: Path) -> None:
    driver = Webhook(WebhookConfig(port=await free_port(), token=TOKEN, certificate=str(tmp_path / "no.pem")), clock.now, tmp_path)
    with pytest.raises(ConfigInvalid, match="cannot be used"):
        await driver.open()
    with pytest.raises(ValueError, match="eight characters"):
        WebhookConfig(port=1, token="short")
