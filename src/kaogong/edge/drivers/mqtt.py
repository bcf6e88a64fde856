"""MQTT client on aiomqtt: listens to topics of a broker that is already there and picks points out of its messages."""

import asyncio
import contextlib
import socket
import ssl
from collections import deque
from collections.abc import Callable, Sequence
from datetime import datetime
from pathlib import Path
from typing import Any, Literal, cast

import aiomqtt
import orjson
from aiomqtt.exceptions import MqttConnectError
from paho.mqtt.packettypes import PacketTypes
from paho.mqtt.properties import Properties
from paho.mqtt.reasoncodes import ReasonCode
from pydantic import Field, field_validator

from kaogong.core.errors import AuthRejected, ConfigInvalid, KaogongError, NotReady
from kaogong.core.quality import Quality
from kaogong.core.reading import Sample, Value
from kaogong.edge import document
from kaogong.edge.drivers.base import Deliver, Driver, DriverConfig, Group, Point, PointAddress, advanced, secret, unreachable

LOGIN_REFUSED = frozenset({4, 5, 134, 135, 138, 140})  # MQTT 3.1.1 table 3.1, MQTT 5 table 3-1
SESSION_KEPT_S = 86400
KEPT_EARLY = 100_000  # of a kept session, what the broker sends before we have said what we want


class MqttConfig(DriverConfig):
    """Which broker, which protocol, who we are there."""

    host: str = Field(description="Address or name of the broker.")
    port: int = Field(1883, ge=1, le=65535)
    version: Literal["3.1.1", "5"] = "3.1.1"
    username: str = ""
    password: str = secret("")
    tls: bool = False
    ca_certificate: str = advanced("", description="PEM file of the authority that signed the broker's certificate; empty: the system's.")
    client_id: str = advanced(
        "", description="With an id the broker keeps messages of QoS 1 and 2 for us while we are away; empty: a new id each time."
    )
    qos: int = advanced(1, ge=0, le=2)
    keepalive_s: int = advanced(15, ge=2, le=3600, description="A broker that is silent for one and a half times this is lost.")


class MqttAddress(PointAddress):
    """A topic, and where in its messages the value stands."""

    topic: str = Field(min_length=1)
    pointer: str = Field("", description="JSON pointer (RFC 6901) to the value, such as /power/0; empty: the whole message.")
    time_pointer: str | None = Field(None, description="JSON pointer to the time: ISO 8601, or seconds or milliseconds since 1970.")

    @field_validator("topic")
    @classmethod
    def _is_one_topic(cls, value: str) -> str:
        if "+" in value or "#" in value or "\0" in value:
            raise ValueError("write one topic: a point cannot come from a wildcard")
        return value

    _is_a_pointer = field_validator("pointer", "time_pointer")(document.is_pointer)


class Mqtt(Driver[MqttConfig, MqttAddress]):
    """MQTT 3.1.1 and 5: any broker's topics, with TLS, user and password; numbers, booleans and texts, bare or inside JSON.

    A retained message has no age unless it carries a time: its value counts as uncertain until the next one comes.
    """

    Config = MqttConfig
    Address = MqttAddress
    pushes = True

    def __init__(self, config: MqttConfig, now: Callable[[], datetime], folder: Path) -> None:
        super().__init__(config, now, folder)
        self._client: aiomqtt.Client | None = None
        self._socket: socket.socket | None = None
        self._topics: dict[str, list[Point[MqttAddress]]] = {}
        self._deliver: Deliver = lambda samples: None
        self._early: deque[aiomqtt.Message] = deque(maxlen=KEPT_EARLY)

    @property
    def peer(self) -> str:
        return f"{self.config.host}:{self.config.port}"

    async def open(self) -> None:
        await self.close()
        self._topics.clear()
        self._early.clear()
        try:
            async with asyncio.timeout(self.config.timeout_s):
                self._socket = await self._connected_socket()
                if self.config.tls:
                    self._socket = await self._secured(self._socket)
                self._client = self._make_client(self._socket)
                await self._client.__aenter__()
        except (aiomqtt.MqttError, OSError) as err:
            raise self._translated(err) from err

    async def close(self) -> None:
        client, self._client = self._client, None
        if client is not None:
            if client._connected.done() and not client._connected.cancelled() and not client._disconnected.done():
                with contextlib.suppress(aiomqtt.MqttError, OSError, TimeoutError):
                    async with asyncio.timeout(min(1.0, self.config.timeout_s)):
                        await client.__aexit__(None, None, None)
            client._client._sock_close()  # paho keeps reading from a connection that was never finished
        if self._socket is not None:
            self._socket.close()
            self._socket = None

    async def subscribe(self, groups: Sequence[Group[MqttAddress]], deliver: Deliver) -> None:
        client = self._client
        if client is None:
            raise unreachable(ConnectionResetError(), self.peer, self.config.timeout_s)
        for point in (p for g in groups for p in g.points):
            self._topics.setdefault(point.address.topic, []).append(point)
        self._deliver = deliver
        while self._early:
            self._arrived(self._early.popleft())
        try:
            topics = list(self._topics)
            for begin in range(0, len(topics), 100):
                await self._ask_for(client, topics[begin : begin + 100])
            # Messages go straight to `_arrived`; what is awaited here is the end of the connection.
            async for _ in client.messages:
                pass
        except (aiomqtt.MqttError, OSError) as err:
            raise self._translated(err) from err
        raise unreachable(ConnectionResetError(), self.peer, self.config.timeout_s)

    async def write(self, point: Point[MqttAddress], value: Value) -> None:
        if self._client is None:
            raise unreachable(ConnectionResetError(), self.peer, self.config.timeout_s)
        try:
            await self._client.publish(point.address.topic, _payload(point.address.pointer, value), qos=self.config.qos)
        except aiomqtt.MqttError as err:
            raise self._translated(err) from err

    async def _connected_socket(self) -> socket.socket:
        """The socket is made here, not by paho in a thread: so it can be cancelled, and says why it failed."""
        loop = asyncio.get_running_loop()
        last: OSError | None = None
        found = await loop.getaddrinfo(self.config.host, self.config.port, type=socket.SOCK_STREAM)
        for family, kind, protocol, _, address in found:
            made = socket.socket(family, kind, protocol)
            made.setblocking(False)
            try:
                await loop.sock_connect(made, address)
            except OSError as err:
                made.close()
                last = err
            except BaseException:
                made.close()
                raise
            else:
                return made
        raise last or OSError("no address")

    def _make_client(self, connected: socket.socket) -> aiomqtt.Client:
        config = self.config
        is_v5 = config.version == "5"
        arrived = self._arrived

        class Straight(asyncio.Queue[aiomqtt.Message]):
            def put_nowait(self, item: aiomqtt.Message) -> None:
                arrived(item)

        properties = None
        if is_v5 and config.client_id:
            properties = Properties(PacketTypes.CONNECT)  # type: ignore[no-untyped-call]
            properties.SessionExpiryInterval = SESSION_KEPT_S
        client = aiomqtt.Client(
            config.host,
            config.port,
            username=config.username or None,
            password=config.password or None,
            identifier=config.client_id or None,
            protocol=aiomqtt.ProtocolVersion.V5 if is_v5 else aiomqtt.ProtocolVersion.V311,
            clean_session=None if is_v5 else not config.client_id,
            clean_start=not config.client_id if is_v5 else 3,
            properties=properties,
            keepalive=config.keepalive_s,
            timeout=config.timeout_s,
            queue_type=Straight,
        )
        client._client._create_socket = lambda: connected  # type: ignore[method-assign]
        return client

    async def _secured(self, plain: socket.socket) -> ssl.SSLSocket:
        try:
            context = ssl.create_default_context(cafile=self.config.ca_certificate or None)
        except OSError as err:
            message = f"The authority's certificate {self.config.ca_certificate} cannot be read: {err}."
            raise ConfigInvalid(message, code="certificate_unreadable", field="config.ca_certificate") from err
        self._socket = secured = context.wrap_socket(plain, server_hostname=self.config.host, do_handshake_on_connect=False)
        while True:
            try:
                secured.do_handshake()
            except ssl.SSLWantReadError:
                await _ready(secured, asyncio.get_running_loop().add_reader, asyncio.get_running_loop().remove_reader)
            except ssl.SSLWantWriteError:
                await _ready(secured, asyncio.get_running_loop().add_writer, asyncio.get_running_loop().remove_writer)
            else:
                return secured

    async def _ask_for(self, client: aiomqtt.Client, topics: list[str]) -> None:
        answers = await client.subscribe([(t, self.config.qos) for t in topics])
        refused = []
        for topic, answer in zip(topics, answers, strict=True):
            code = answer if isinstance(answer, int) else cast(ReasonCode, answer).value
            if code >= 0x80:
                at = self.now()
                words = "the broker refuses this topic to us"
                refused += [Sample(p.name, None, at, Quality.BAD_CONFIGURATION_ERROR, words) for p in self._topics[topic]]
        if refused:
            self._deliver(refused)

    def _arrived(self, message: aiomqtt.Message) -> None:
        if not self._topics:
            self._early.append(message)
            return
        points = self._topics.get(message.topic.value)
        if points:
            received = self.now()
            parsed = document.parsed(message.payload)
            self._deliver([_sample(p, parsed, received, message.retain) for p in points])

    def _translated(self, err: BaseException) -> KaogongError:
        if isinstance(err, KaogongError):
            return err
        cause = err.__context__ if isinstance(err.__context__, OSError) else err
        if isinstance(err, aiomqtt.MqttCodeError):
            code = err.rc if isinstance(err.rc, int) or err.rc is None else err.rc.value
            if isinstance(err, MqttConnectError) and code in LOGIN_REFUSED:
                who = self.config.username or "without a name"
                return AuthRejected(f"{self.peer} refuses the login {who!r}.", code="login_refused", peer=self.peer, user=who)
            if isinstance(err, MqttConnectError):
                return NotReady(f"{self.peer} refuses the connection: {err}.", code="connection_failed", peer=self.peer, cause=str(err))
            return unreachable(ConnectionResetError(), self.peer, self.config.timeout_s)
        if isinstance(cause, ssl.SSLCertVerificationError):
            words = f"The certificate of {self.peer} is not trusted: {cause.verify_message}."
            return AuthRejected(words, code="certificate_refused", peer=self.peer)
        if isinstance(cause, ssl.SSLError):
            return NotReady(f"{self.peer} does not speak TLS as we do: {cause.reason}.", code="answer_garbled", peer=self.peer)
        if isinstance(err, aiomqtt.MqttError) and "timed out" in str(err):
            return unreachable(TimeoutError(), self.peer, self.config.timeout_s)
        if isinstance(err, aiomqtt.MqttError) and cause is err:
            return unreachable(ConnectionResetError(), self.peer, self.config.timeout_s)
        return unreachable(cause, self.peer, self.config.timeout_s)


async def _ready(waits: socket.socket, watch: Callable[..., Any], unwatch: Callable[..., Any]) -> None:
    ready = asyncio.Event()
    watch(waits, ready.set)
    try:
        await ready.wait()
    finally:
        unwatch(waits)


def _sample(point: Point[MqttAddress], parsed: Any, received: datetime, is_retained: bool) -> Sample:
    address = point.address
    made = document.sample(point.name, parsed, address.pointer, address.time_pointer, received, "the message")
    if is_retained and address.time_pointer is None and not made.quality:
        return made._replace(quality=Quality.UNCERTAIN_LAST_USABLE, reason="kept by the broker; its age is not known")
    return made


def _payload(pointer: str, value: Value) -> bytes:
    body: Any = value
    for raw in reversed(pointer.split("/")[1:]):
        body = {raw.replace("~1", "/").replace("~0", "~"): body}
    return body.encode() if isinstance(body, str) else orjson.dumps(body)
