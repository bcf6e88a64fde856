"""HTTP poll on httpx2: values out of the JSON documents of any web service."""

import asyncio
import ssl
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path
from typing import Any
from urllib.parse import urljoin

import httpx2
from pydantic import Field, field_validator

from kaogong.core.errors import AuthRejected, ConfigInvalid, KaogongError, NotReady
from kaogong.core.quality import Quality
from kaogong.core.reading import Sample
from kaogong.edge import document
from kaogong.edge.drivers.base import Browsed, Driver, DriverConfig, Point, PointAddress, advanced, secret, unreachable

LARGEST = 16 << 20
TYPES = {bool: "bool", int: "int64", float: "float64", str: "text"}


class HttpPollConfig(DriverConfig):
    """Where the service is, and who we are there."""

    url: str = Field(description="Base address, for example http://10.0.0.7/api/. Paths of points are relative to it.")
    username: str = Field("", description="Empty: no basic login.")
    password: str = secret("")
    token: str = secret("", description="Sent as a bearer token when set.")
    ca_certificate: str = advanced("", description="PEM file of the authority that signed the service's certificate; empty: the system's.")

    @field_validator("url")
    @classmethod
    def _is_a_url(cls, value: str) -> str:
        if not value.startswith(("http://", "https://")) or len(value.split("/")) < 3 or not value.split("/")[2]:
            raise ValueError("write http://host/path or https://host/path")
        return value


class HttpPollAddress(PointAddress):
    """A document, and where in it the value stands."""

    path: str = Field("", description="Relative to the base address; empty: the base address itself.")
    pointer: str = Field("", description="JSON pointer (RFC 6901) to the value, such as /power/0; empty: the whole document.")
    time_pointer: str | None = Field(None, description="JSON pointer to the time: ISO 8601, or seconds or milliseconds since 1970.")

    _is_a_pointer = field_validator("pointer", "time_pointer")(document.is_pointer)


class HttpPoll(Driver[HttpPollConfig, HttpPollAddress]):
    """HTTP and HTTPS: documents fetched at an interval (Ethernet or wireless), with basic or bearer login and ETag.

    Points of one document are read with one request. A document that the service says is unchanged (304) still stands.
    """

    Config = HttpPollConfig
    Address = HttpPollAddress

    def __init__(self, config: HttpPollConfig, now: Callable[[], datetime], folder: Path) -> None:
        super().__init__(config, now, folder)
        self._client: httpx2.AsyncClient | None = None
        self._known: dict[str, _Known] = {}

    @property
    def peer(self) -> str:
        return self.config.url.split("/")[2].rpartition("@")[2]

    async def open(self) -> None:
        await self.close()
        self._known.clear()
        config = self.config
        try:
            verify = ssl.create_default_context(cafile=config.ca_certificate or None)
        except OSError as err:
            message = f"The authority's certificate {config.ca_certificate} cannot be read: {err}."
            raise ConfigInvalid(message, code="certificate_unreadable", field="config.ca_certificate") from err
        self._client = httpx2.AsyncClient(
            auth=(config.username, config.password) if config.username else None,
            headers={"Authorization": f"Bearer {config.token}"} if config.token else None,
            verify=verify,
            timeout=None,
            follow_redirects=True,
            trust_env=False,
        )
        await self._fetched("")

    async def close(self) -> None:
        client, self._client = self._client, None
        if client is not None:
            await client.aclose()

    async def read(self, points: Sequence[Point[HttpPollAddress]]) -> list[Sample]:
        at = self.now()
        fetched: dict[str, Any] = {}
        for path in dict.fromkeys(p.address.path for p in points):
            fetched[path] = await self._fetched(path)
        return [_sample(p, fetched[p.address.path], at) for p in points]

    async def browse(self, parent: str | None = None) -> list[Browsed]:
        found = await self._fetched("")
        if isinstance(found, _Refused):
            raise NotReady(f"{self.config.url}: {found.reason}.", code="document_missing", peer=self.peer)
        return [
            Browsed(p, name, isinstance(v, dict | list), None if isinstance(v, dict | list) else {"pointer": p}, TYPES.get(type(v), ""))
            for p, name, v in document.below(found, parent or "")
        ]

    async def _fetched(self, path: str) -> Any:
        """The document, or why there is none. What is wrong with the service as a whole is raised."""
        client = self._client
        if client is None:
            raise unreachable(ConnectionResetError(), self.peer, self.config.timeout_s)
        known = self._known.get(path)
        headers = {"If-None-Match": known.etag} if known else {}
        try:
            async with asyncio.timeout(self.config.timeout_s):
                async with client.stream("GET", urljoin(self.config.url, path), headers=headers) as response:
                    body = await self._body(response)
        except (httpx2.HTTPError, httpx2.InvalidURL, OSError) as err:
            raise self._translated(err) from err
        if response.status_code == 304 and known is not None:
            return known.document
        self._judge(response)
        if response.is_error:
            is_gone = response.status_code in (404, 410)
            words = f"the service answers {response.status_code} {response.reason_phrase}"
            return _Refused(Quality.BAD_NODE_UNKNOWN if is_gone else Quality.BAD_COMMUNICATION_ERROR, words.rstrip())
        found = document.parsed(body)
        etag = response.headers.get("ETag")
        if etag:
            self._known[path] = _Known(etag, found)
        return found

    async def _body(self, response: httpx2.Response) -> bytes:
        body = bytearray()
        async for chunk in response.aiter_bytes():
            body += chunk
            if len(body) > LARGEST:
                raise NotReady(f"{response.url} sends more than {LARGEST >> 20} MB.", code="answer_too_large", peer=self.peer)
        return bytes(body)

    def _judge(self, response: httpx2.Response) -> None:
        if response.status_code in (401, 403):
            who = self.config.username or ("the token" if self.config.token else "without a name")
            message = f"{self.peer} refuses the login {who!r} ({response.status_code})."
            raise AuthRejected(message, code="login_refused", peer=self.peer, user=who)
        if response.status_code in (429, 503):
            later = response.headers.get("Retry-After", "")
            after_s = float(later) if later.isdigit() else None
            message = f"{self.peer} is busy ({response.status_code})."
            raise NotReady(message, code="server_busy", retry_after_s=after_s, peer=self.peer)

    def _translated(self, err: BaseException) -> KaogongError:
        if isinstance(err, httpx2.InvalidURL | httpx2.UnsupportedProtocol):
            return ConfigInvalid(f"{self.config.url} is no address: {err}.", code="url_invalid", field="config.url")
        if isinstance(err, httpx2.ConnectError):
            cause = _root(err)
            if isinstance(cause, ssl.SSLCertVerificationError):
                message = f"The certificate of {self.peer} is not trusted: {cause.verify_message}."
                return AuthRejected(message, code="certificate_refused", peer=self.peer)
            return unreachable(cause, self.peer, self.config.timeout_s)
        if isinstance(err, httpx2.RemoteProtocolError) and "disconnected" not in str(err):
            return NotReady(f"{self.peer} does not speak HTTP: {err}.", code="answer_garbled", peer=self.peer)
        if isinstance(err, httpx2.DecodingError):
            return NotReady(f"{self.peer} sends what cannot be unpacked: {err}.", code="answer_garbled", peer=self.peer)
        if isinstance(err, httpx2.HTTPError):
            return unreachable(ConnectionResetError(), self.peer, self.config.timeout_s)
        return unreachable(err, self.peer, self.config.timeout_s)


@dataclass(frozen=True, slots=True)
class _Known:
    etag: str
    document: Any = field(repr=False)


@dataclass(frozen=True, slots=True)
class _Refused:
    quality: Quality
    reason: str


def _root(err: BaseException) -> BaseException:
    """The operating system's word at the bottom of what the libraries made of it."""
    below = err.exceptions[0] if isinstance(err, BaseExceptionGroup) else err.__cause__ or err.__context__
    return err if below is None else _root(below)


def _sample(point: Point[HttpPollAddress], found: Any, at: datetime) -> Sample:
    if isinstance(found, _Refused):
        return Sample(point.name, None, at, found.quality, found.reason)
    address = point.address
    return document.sample(point.name, found, address.pointer, address.time_pointer, at, "the document")
