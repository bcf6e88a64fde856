"""What the serving process follows on the bus: the processes' states, changes of the registry, answers to commands."""

import asyncio
import logging
from collections.abc import Awaitable, Callable

import orjson

from kaogong import fleet
from kaogong.api.commanding import follow_held
from kaogong.api.platform import Platform
from kaogong.bus import Message
from kaogong.bus.subjects import REGISTRY_CHANGES, STATUS
from kaogong.core.errors import NotReady

RETRY_S = 2.0
log = logging.getLogger(__name__)


async def follow(platform: Platform) -> None:
    """Keep what the platform knows up to date; runs until it is cancelled."""

    async def heard(message: Message) -> None:
        platform.heard(orjson.loads(message.data))

    async def changed(message: Message) -> None:
        platform.standings.forget(orjson.loads(message.data)["tenant_id"])

    sparkplug = fleet.SparkplugHost(platform.bus, platform.downlink)
    await platform.bus.subscribe(f"{STATUS}.*", heard)
    await platform.bus.subscribe(f"{REGISTRY_CHANGES}.*", changed)
    async with asyncio.TaskGroup() as group:
        group.create_task(_again(lambda: fleet.follow_replies(platform.bus, platform.database), "answers to commands"))
        group.create_task(_again(lambda: follow_held(platform), "commands that are held"))
        group.create_task(_again(lambda: fleet.follow_reports(platform.bus, platform.database), "reports of edge nodes"))
        group.create_task(_again(sparkplug.follow, "Sparkplug"))


async def _again(work: Callable[[], Awaitable[None]], what: str) -> None:
    """Run `work` for ever; a bus that does not answer yet is waited for."""
    waiting = False
    while True:
        try:
            await work()
        except NotReady as err:
            if not waiting:
                log.info("%s cannot be followed yet: %s", what, err.message)
            waiting = True
        await asyncio.sleep(RETRY_S)
