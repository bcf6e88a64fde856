"""Webhook on h11: a small listener that the other side posts its documents to."""

import asyncio
import hmac
import ssl
from collections.abc import Callable, Sequence
from datetime import datetime
from pathlib import Path

import h11
from pydantic import Field, field_validator

from kaogong.core.errors import ConfigInvalid, NotReady
from kaogong.edge import document
from kaogong.edge.drivers.base import Deliver, Driver, DriverConfig, Group, Point, PointAddress, advanced, secret, unreachable

LARGEST = 4 << 20
MOST_CLIENTS = 256


class WebhookConfig(DriverConfig):
    """Where we listen, and what the other side must show."""

    timeout_s: float = advanced(3600.0, gt=0, le=604800, description="Longest silence before the other side counts as lost.")
    host: str = advanced("0.0.0.0", description="Address of this node to listen at; 127.0.0.1: this machine alone.")  # noqa: S104
    port: int = Field(ge=1, le=65535, description="Port of this node the other side posts to.")
    token: str = secret(description="What the other side sends as bearer token or in the header X-Token.")
    certificate: str = advanced("", description="PEM file of our certificate and key; empty: plain HTTP.")

    @field_validator("token")
    @classmethod
    def _is_long(cls, value: str) -> str:
        if len(value) < 8:
            raise ValueError("write at least eight characters: whoever reaches the port may try")
        return value


class WebhookAddress(PointAddress):
    """The path that is posted to, and where in its documents the value stands."""

    path: str = Field("/", pattern="^/", description="Path of the request.")
    pointer: str = Field("", description="JSON pointer (RFC 6901) to the value, such as /power/0; empty: the whole document.")
    time_pointer: str | None = Field(None, description="JSON pointer to the time: ISO 8601, or seconds or milliseconds since 1970.")

    _is_a_pointer = field_validator("pointer", "time_pointer")(document.is_pointer)


class Webhook(Driver[WebhookConfig, WebhookAddress]):
    """Webhook: listens for documents that others post (HTTP or HTTPS over Ethernet or wireless), with a token.

    204 says that a document was taken; 401 that the token is wrong, 404 that no point is at the path, 503 that nobody is
    listening yet. A list of documents is taken one by one, in order.
    """

    Config = WebhookConfig
    Address = WebhookAddress
    pushes = True

    def __init__(self, config: WebhookConfig, now: Callable[[], datetime], folder: Path) -> None:
        super().__init__(config, now, folder)
        self._server: asyncio.Server | None = None
        self.clients: set[_Client] = set()
        self._paths: dict[str, list[Point[WebhookAddress]]] = {}
        self._deliver: Deliver | None = None
        self._heard = asyncio.Event()

    @property
    def peer(self) -> str:
        return f"{self.config.host}:{self.config.port}"

    async def open(self) -> None:
        await self.close()
        try:
            loop = asyncio.get_running_loop()
            self._server = await loop.create_server(lambda: _Client(self), self.config.host, self.config.port, ssl=self._secured())
        except OSError as err:
            message = f"Cannot listen at {self.peer}: {err.strerror or err}. Another program may hold the port."
            raise NotReady(message, code="port_taken", peer=self.peer) from err

    async def close(self) -> None:
        server, self._server = self._server, None
        self._deliver = None
        for client in list(self.clients):
            client.drop()
        if server is not None:
            server.close()

    async def subscribe(self, groups: Sequence[Group[WebhookAddress]], deliver: Deliver) -> None:
        if self._server is None:
            raise unreachable(ConnectionResetError(), self.peer, self.config.timeout_s)
        self._paths.clear()
        for point in (p for g in groups for p in g.points):
            self._paths.setdefault(point.address.path, []).append(point)
        self._deliver = deliver
        try:
            while True:
                async with asyncio.timeout(self.config.timeout_s):
                    await self._heard.wait()
                self._heard.clear()
        except TimeoutError as err:
            message = f"Nobody has posted to {self.peer} for {self.config.timeout_s:g} s."
            raise NotReady(message, code="timed_out", peer=self.peer, timeout_s=self.config.timeout_s) from err
        finally:
            self._deliver = None

    def posted(self, path: str, token: str, body: bytes) -> int:
        """The status to answer a document with."""
        if not hmac.compare_digest(token.encode(), self.config.token.encode()):
            return 401
        if self._deliver is None:
            return 503
        points = self._paths.get(path)
        if not points:
            return 404
        self._heard.set()
        at, found = self.now(), document.parsed(body)
        wants_all = any(not p.address.pointer or document.at(found, p.address.pointer) is not document.MISSING for p in points)
        for one in found if isinstance(found, list) and not wants_all else [found]:
            made = [document.sample(p.name, one, p.address.pointer, p.address.time_pointer, at, "the document") for p in points]
            self._deliver(made)
        return 204

    def _secured(self) -> ssl.SSLContext | None:
        if not self.config.certificate:
            return None
        context = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH)
        try:
            context.load_cert_chain(self.config.certificate)
        except OSError as err:
            message = f"The certificate {self.config.certificate} cannot be used: {err}. It must hold certificate and key as PEM."
            raise ConfigInvalid(message, code="certificate_unreadable", field="config.certificate") from err
        return context


class _Client(asyncio.Protocol):
    """One connection of somebody who posts."""

    def __init__(self, owner: Webhook) -> None:
        self._owner = owner
        self._http = h11.Connection(h11.SERVER)
        self._request: h11.Request | None = None
        self._body = bytearray()

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        assert isinstance(transport, asyncio.Transport)
        self._transport = transport
        if len(self._owner.clients) >= MOST_CLIENTS:
            transport.abort()
            return
        self._owner.clients.add(self)

    def connection_lost(self, exc: Exception | None) -> None:
        self._owner.clients.discard(self)

    def drop(self) -> None:
        """End it at once."""
        self._transport.abort()

    def data_received(self, data: bytes) -> None:
        try:
            self._http.receive_data(data)
            while self._take(self._http.next_event()):
                pass
        except h11.RemoteProtocolError as err:
            if self._http.our_state in (h11.IDLE, h11.SEND_RESPONSE):
                self._answer(err.error_status_hint)
            self._transport.close()

    def eof_received(self) -> None:
        self.data_received(b"")

    def _take(self, event: object) -> bool:
        """Whether there may be more to take at once."""
        if isinstance(event, h11.Request):
            self._request, self._body = event, bytearray()
            if (b"expect", b"100-continue") in event.headers:
                self._send(h11.InformationalResponse(status_code=100, headers=[]))
        elif isinstance(event, h11.Data):
            self._body += event.data
            if len(self._body) > LARGEST:
                self._answer(413)
                self._transport.close()
                return False
        elif isinstance(event, h11.EndOfMessage) and self._request is not None:
            self._answer(self._judged(self._request))
            if self._http.our_state is h11.MUST_CLOSE:
                self._transport.close()
                return False
            self._http.start_next_cycle()
        elif isinstance(event, h11.ConnectionClosed):
            self._transport.close()
            return False
        else:
            return False  # NEED_DATA, PAUSED
        return True

    def _judged(self, request: h11.Request) -> int:
        if request.method not in (b"POST", b"PUT"):
            return 405
        headers = dict(request.headers)
        kind, _, told = headers.get(b"authorization", b"").partition(b" ")
        token = told.strip() if kind.lower() == b"bearer" else headers.get(b"x-token", b"")
        path = request.target.partition(b"?")[0].decode("ascii", "replace")
        return self._owner.posted(path, token.decode("latin-1"), bytes(self._body))

    def _answer(self, status: int) -> None:
        headers = [("Content-Length", "0")] if status != 204 else []
        if status == 503:
            headers.append(("Retry-After", "5"))
        self._send(h11.Response(status_code=status, headers=headers))
        self._send(h11.EndOfMessage())

    def _send(self, event: h11.Event) -> None:
        data = self._http.send(event)
        if data:
            self._transport.write(data)
