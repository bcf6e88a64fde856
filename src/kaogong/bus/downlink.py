"""What goes down to devices: one MQTT connection of the platform at QoS 1, so that a sleeping session receives it too."""

import asyncio
import contextlib
import logging
import ssl
from collections.abc import Awaitable, Callable
from pathlib import Path
from typing import Self

import aiomqtt
import orjson

from kaogong.bus.server import PLATFORM
from kaogong.bus.subjects import SPB, SPB_HOST, down, sparkplug, topic
from kaogong.bus.trust import pinned
from kaogong.core import clock
from kaogong.core.errors import NotReady

log = logging.getLogger(__name__)
RETRY_S = 1.0
STATE_TOPIC = topic(f"{SPB}.STATE.{SPB_HOST}")


async def at_once() -> None:
    """Nothing to wait for."""


class Downlink:
    """Publishes on `down/{tenant}/{device}/…`. Reconnects for ever; NotReady while the broker does not answer."""

    def __init__(
        self, host: str, port: int, password: str, tls: ssl.SSLContext | None, identifier: str, may_connect: Callable[[], Awaitable[None]]
    ) -> None:
        self._host, self._port, self._password, self._tls, self._identifier = host, port, password, tls, identifier
        self._may_connect = may_connect
        self._client: aiomqtt.Client | None = None
        self._connected = asyncio.Event()
        self._lost = asyncio.Event()
        self._keeper: asyncio.Task[None] | None = None
        self._is_host, self._born_ms = False, 0

    @classmethod
    async def connect(
        cls,
        address: str,
        *,
        password: str,
        identifier: str,
        certificate: Path | None = None,
        may_connect: Callable[[], Awaitable[None]] = at_once,
        is_host: bool = False,
    ) -> Self:
        """`address` is host:port of the MQTT listener; connects in the background.

        `identifier` is the client id: `$kaogong:{process}`, which the gate gives to nobody else. `certificate` is the listener's own.
        `is_host`: say as a Sparkplug host whether we are here, so that edge nodes keep what they have while we are not.
        `may_connect` returns when trying makes sense: the broker keeps whoever comes while no gate answers waiting for half a minute.
        """
        host, _, port = address.rpartition(":")
        tls = pinned(certificate) if certificate is not None else None
        downlink = cls(host.strip("[]"), int(port), password, tls, identifier, may_connect)
        downlink._is_host = is_host
        downlink._keeper = asyncio.get_running_loop().create_task(downlink._keep())
        return downlink

    async def _keep(self) -> None:
        while True:
            await self._may_connect()
            self._born_ms = round(clock.now().timestamp() * 1000)
            client = aiomqtt.Client(
                self._host,
                self._port,
                identifier=self._identifier,
                username=PLATFORM,
                password=self._password,
                protocol=aiomqtt.ProtocolVersion.V311,
                tls_context=self._tls,
                timeout=10,
                will=aiomqtt.Will(STATE_TOPIC, self._state(False), qos=1, retain=True) if self._is_host else None,
            )
            self._lost.clear()
            try:
                async with client:
                    if self._is_host:
                        await client.publish(STATE_TOPIC, self._state(True), qos=1, retain=True)
                    self._client = client
                    self._connected.set()
                    await self._until_lost(client)
            except aiomqtt.MqttError as err:
                log.debug("downlink: %s", err)
            self._connected.clear()
            self._client = None
            await asyncio.sleep(RETRY_S)

    async def _until_lost(self, client: aiomqtt.Client) -> None:
        async for _ in client.messages:  # nothing is subscribed: ends, with an error, when the connection does
            continue

    async def publish(self, tenant: str, device: str, what: str, body: bytes, *, retain: bool = False, timeout_s: float = 5) -> None:
        """Return when the broker has taken `body` for `down/{tenant}/{device}/{what}`; an empty retained body clears it."""
        await self._publish(topic(down(tenant, device, what)), body, qos=1, retain=retain, timeout_s=timeout_s)

    async def command(self, group: str, node: str, body: bytes, *, timeout_s: float = 5) -> None:
        """Send a Sparkplug command to an edge node, at QoS 0 as the specification has it."""
        await self._publish(topic(sparkplug(group, "NCMD", node)), body, qos=0, retain=False, timeout_s=timeout_s)

    def _state(self, is_online: bool) -> bytes:
        """Sparkplug 3.0, section 5.15: the will bears the time of the birth it ends."""
        return orjson.dumps({"online": is_online, "timestamp": self._born_ms})

    async def _publish(self, to: str, body: bytes, *, qos: int, retain: bool, timeout_s: float) -> None:
        try:
            async with asyncio.timeout(timeout_s):
                await self._connected.wait()
                assert self._client is not None
                await self._client.publish(to, body, qos=qos, retain=retain, timeout=timeout_s)
        except (TimeoutError, aiomqtt.MqttError) as err:
            raise NotReady("The MQTT broker does not take the message; try again.", code="downlink_down", retry_after_s=1) from err

    async def close(self) -> None:
        """Leave; safe twice."""
        if self._is_host and self._client is not None:
            with contextlib.suppress(NotReady):
                await self._publish(STATE_TOPIC, self._state(False), qos=1, retain=True, timeout_s=1)
        if self._keeper is not None:
            self._keeper.cancel()
            await asyncio.gather(self._keeper, return_exceptions=True)
            self._keeper = None
