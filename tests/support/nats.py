"""A real nats-server with the platform's own configuration on random ports, and a connected bus with clean streams."""

import asyncio
import shutil
import tempfile
from collections.abc import AsyncIterator, Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest

from kaogong.bus import PLATFORM, Bus, KeyPair, Listener, NatsServer, ServerOptions, ensure_streams, new_account_key, new_user_key


@dataclass(frozen=True)
class Broker:
    """A running server and the secrets that open it."""

    server: NatsServer
    platform: KeyPair
    sys: KeyPair
    issuer: KeyPair

    @property
    def url(self) -> str:
        return self.server.url

    @property
    def mqtt(self) -> str:
        return self.server.mqtt

    async def bus(self, name: str = "test") -> Bus:
        return await Bus.connect(self.url, user=PLATFORM, password=self.platform.seed, name=name)


def make_broker(directory: Path, nats: Listener | None = None, mqtt: Listener | None = None, max_file: str = "2GB") -> Broker:
    """A server that is not started yet; its data and log are in `directory`."""
    platform, sys_user, issuer = new_user_key(), new_user_key(), new_account_key()
    options = ServerOptions(
        store=directory / "store",
        platform_key=platform.public,
        sys_key=sys_user.public,
        issuer_key=issuer.public,
        nats=nats or Listener(),
        mqtt=mqtt or Listener(),
        max_file=max_file,
    )
    return Broker(NatsServer(options, directory=directory), platform, sys_user, issuer)


@pytest.fixture
async def own_broker(tmp_path: Path) -> AsyncIterator[Broker]:
    """A server of the test's own, which it may stop and start."""
    broker = make_broker(tmp_path)
    await broker.server.start()
    yield broker
    await broker.server.stop()


@pytest.fixture(scope="session")
def broker() -> Iterator[Broker]:
    """One server for the whole session: subjects and streams are shared, so a test takes keys of its own or `bus`."""
    directory = Path(tempfile.mkdtemp(prefix="kaogong-nats-"))
    found = make_broker(directory)
    with asyncio.Runner() as runner:
        runner.run(found.server.start())
        yield found
        runner.run(found.server.stop())
    shutil.rmtree(directory, ignore_errors=True)


@pytest.fixture
async def bus(broker: Broker) -> AsyncIterator[Bus]:
    """A connected bus; UP, REPLIES and OVERFLOW exist and are empty."""
    connected = await broker.bus()
    for stream in ("UP", "REPLIES", "OVERFLOW"):
        await connected.delete_stream(stream)
    await ensure_streams(connected)
    yield connected
    await connected.close()


async def until(condition: Callable[[], object], timeout_s: float = 10) -> None:
    """Return as soon as `condition()` is true; TimeoutError says it never was."""
    async with asyncio.timeout(timeout_s):
        while not condition():  # noqa: ASYNC110
            await asyncio.sleep(0.01)
