"""What goes down to devices: one MQTT connection of the platform at QoS 1, so that a sleeping session receives it too."""

import asyncio
import logging
import ssl
from collections.abc import Awaitable, Callable
from pathlib import Path
from typing import Self

import aiomqtt

from kaogong.bus.connection import pinned
from kaogong.bus.server import PLATFORM
from kaogong.bus.subjects import down, topic
from kaogong.core.errors import NotReady

log = logging.getLogger(__name__)
RETRY_S = 1.0


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

    @classmethod
    async def connect(
        cls,
        address: str,
        *,
        password: str,
        identifier: str,
        certificate: Path | None = None,
        may_connect: Callable[[], Awaitable[None]] = at_once,
    ) -> Self:
        """`address` is host:port of the MQTT listener; connects in the background.

        `identifier` is the client id: `$kaogong:{process}`, which the gate gives to nobody else. `certificate` is the listener's own.
        `may_connect` returns when trying makes sense: the broker keeps whoever comes while no gate answers waiting for half a minute.
        """
        host, _, port = address.rpartition(":")
        tls = pinned(certificate) if certificate is not None else None
        downlink = cls(host, int(port), password, tls, identifier, may_connect)
        downlink._keeper = asyncio.get_running_loop().create_task(downlink._keep())
        return downlink

    async def _keep(self) -> None:
        while True:
            await self._may_connect()
            client = aiomqtt.Client(
                self._host,
                self._port,
                identifier=self._identifier,
                username=PLATFORM,
                password=self._password,
                protocol=aiomqtt.ProtocolVersion.V311,
                tls_context=self._tls,
                timeout=10,
            )
            self._lost.clear()
            try:
                async with client:
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
        try:
            async with asyncio.timeout(timeout_s):
                await self._connected.wait()
                assert self._client is not None
                await self._client.publish(topic(down(tenant, device, what)), body, qos=1, retain=retain, timeout=timeout_s)
        except (TimeoutError, aiomqtt.MqttError) as err:
            raise NotReady("The MQTT broker does not take the message; try again.", code="downlink_down", retry_after_s=1) from err

    async def close(self) -> None:
        """Leave; safe twice."""
        if self._keeper is not None:
            self._keeper.cancel()
            await asyncio.gather(self._keeper, return_exceptions=True)
            self._keeper = None
