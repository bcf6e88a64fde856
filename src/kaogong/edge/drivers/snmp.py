"""SNMP v1, v2c and v3 on pysnmp's engine: UPS, switches, PDUs, air conditioning; read in packed requests, browsed by walking."""

import asyncio
import contextlib
import math
import struct
from collections.abc import Callable, Sequence
from datetime import datetime
from pathlib import Path
from typing import Any, Literal, TypeAlias

from pyasn1.error import PyAsn1Error
from pyasn1.type import univ
from pydantic import Field, field_validator, model_validator
from pysnmp.carrier.asyncio.dgram.udp import DOMAIN_NAME, UdpAsyncioTransport
from pysnmp.carrier.base import AbstractTransportDispatcher
from pysnmp.entity import config as engine_config
from pysnmp.entity.rfc3413 import cmdgen
from pysnmp.error import PySnmpError
from pysnmp.hlapi.v3arch.asyncio import CommunityData, SnmpEngine, UdpTransportTarget, UsmUserData, auth
from pysnmp.hlapi.v3arch.asyncio.lcd import CommandGeneratorLcdConfigurator
from pysnmp.proto import rfc1902, rfc1905

from kaogong.core.errors import AuthRejected, ConfigInvalid, KaogongError, Missing, NotReady
from kaogong.core.quality import Quality
from kaogong.core.reading import Sample, Value
from kaogong.edge.drivers.base import Browsed, Driver, DriverConfig, Point, PointAddress, advanced, secret, unreachable

Oid: TypeAlias = tuple[int, ...]
Authentication: TypeAlias = Literal["none", "MD5", "SHA", "SHA-224", "SHA-256", "SHA-384", "SHA-512"]
Privacy: TypeAlias = Literal["none", "DES", "3DES", "AES-128", "AES-192", "AES-256"]

AUTHENTICATION: dict[str, Any] = {
    "none": auth.USM_AUTH_NONE, "MD5": auth.USM_AUTH_HMAC96_MD5, "SHA": auth.USM_AUTH_HMAC96_SHA, "SHA-224": auth.USM_AUTH_HMAC128_SHA224,
    "SHA-256": auth.USM_AUTH_HMAC192_SHA256, "SHA-384": auth.USM_AUTH_HMAC256_SHA384, "SHA-512": auth.USM_AUTH_HMAC384_SHA512,
}  # fmt: skip
PRIVACY: dict[str, Any] = {
    "none": auth.USM_PRIV_NONE, "DES": auth.USM_PRIV_CBC56_DES, "3DES": auth.USM_PRIV_CBC168_3DES, "AES-128": auth.USM_PRIV_CFB128_AES,
    "AES-192": auth.USM_PRIV_CFB192_AES, "AES-256": auth.USM_PRIV_CFB256_AES,
}  # fmt: skip
LOGIN_REFUSED = frozenset(
    {
        "UnknownUserName", "UnknownSecurityName", "WrongDigest", "AuthenticationFailure", "AuthenticationError", "DecryptionError",
        "UnsupportedSecurityLevel", "UnsupportedAuthProtocol", "UnsupportedPrivProtocol", "UnknownCommunityName", "NoAccessEntry",
    }
)  # fmt: skip
ALIVE: Oid = (1, 3, 6, 1, 2, 1, 1, 3, 0)  # sysUpTime.0: every agent has it
BRANCHES: tuple[Oid, ...] = ((1, 3, 6, 1, 2, 1), (1, 3, 6, 1, 4, 1))  # mib-2 and enterprises
MOST_BRANCHES, MOST_OBJECTS, ROWS_A_WALK = 200, 5000, 40
LARGEST = 2**32 - 1
TOO_BIG, NO_SUCH_NAME, GENERAL = 1, 2, 5
VALUE_REFUSED = frozenset({3, 7, 8, 9, 10})  # badValue, wrongType, wrongLength, wrongEncoding, wrongValue
OPAQUE_FLOATS = {b"\x9f\x78\x04": ">f", b"\x9f\x79\x08": ">d"}
TIMEOUTS_KEPT = 50
NEVER_S = 10**6  # pysnmp would count time by itself; we do


class SnmpConfig(DriverConfig):
    """Which agent, which version, who we are there."""

    host: str = Field(description="Address or name of the agent.")
    port: int = Field(161, ge=1, le=65535)
    version: Literal["1", "2c", "3"] = "2c"
    community: str = secret("public", description="For versions 1 and 2c.")
    username: str = Field("", description="For version 3.")
    authentication: Authentication = "none"
    password: str = secret("", description="Authentication pass phrase of version 3, at least 8 characters.")
    privacy: Privacy = "none"
    privacy_password: str = secret("", description="Privacy pass phrase of version 3, at least 8 characters.")
    context: str = advanced("", description="Context name of version 3.")
    objects_a_request: int = advanced(40, ge=1, le=200, description="Objects one request asks for; some agents take fewer.")

    @model_validator(mode="after")
    def _fits(self) -> "SnmpConfig":
        if self.version != "3":
            return self
        if not self.username:
            raise ValueError("version 3 needs a `username`")
        if self.privacy != "none" and self.authentication == "none":
            raise ValueError("privacy needs `authentication`")
        for kind, password in ((self.authentication, self.password), (self.privacy, self.privacy_password)):
            if kind != "none" and len(password) < 8:
                raise ValueError("a pass phrase of version 3 has at least 8 characters")
        return self


class SnmpAddress(PointAddress):
    """An object instance, and what to make of it."""

    oid: str = Field(description="Object identifier in numbers with its instance, for example 1.3.6.1.2.1.1.3.0.")
    type: Literal["auto", "number", "text", "hex"] = Field(
        "auto", description="auto: as the agent says; number also reads a number written as text; octets that are no text come as hex."
    )
    scale: float = Field(1.0, description="value = raw * scale + offset.")
    offset: float = 0.0

    @field_validator("oid")
    @classmethod
    def _is_an_oid(cls, value: str) -> str:
        value = value.strip().removeprefix(".")
        parts = value.split(".")
        if len(parts) < 3 or not all(p.isdigit() and int(p) <= LARGEST for p in parts) or int(parts[0]) > 2:
            raise ValueError("write an object identifier in numbers, such as 1.3.6.1.2.1.1.3.0")
        return value

    @model_validator(mode="after")
    def _scales(self) -> "SnmpAddress":
        if self.scale == 0:
            raise ValueError("scale must not be 0")
        return self


class Snmp(Driver[SnmpConfig, SnmpAddress]):
    """SNMP v1, v2c and v3 (USM) over UDP, on Ethernet or any network that carries IP: UPS, PDUs, switches, air conditioning, printers.

    Many objects are read in one request; an agent that finds it too big is asked in smaller ones. Integers, counters (32 and 64 bits),
    gauges, time ticks (hundredths of a second) and texts keep their exact value. No MIB files are needed and none are fetched: objects
    are named by number. Browsing walks the agent. Writing takes the type the object has, and reads it back. A wrong community of v1
    and v2c, or a wrong privacy pass phrase, is not answered by most agents, so it looks like silence. Traps are not received.
    """

    Config = SnmpConfig
    Address = SnmpAddress

    def __init__(self, config: SnmpConfig, now: Callable[[], datetime], folder: Path) -> None:
        super().__init__(config, now, folder)
        self._engine: SnmpEngine | None = None
        self._wire: _Wire | None = None
        self._target: _Target | None = None
        self._timeouts = 0
        self._outcasts: dict[Oid, str] = {}
        self._at_once = config.objects_a_request

    @property
    def peer(self) -> str:
        return f"{self.config.host}:{self.config.port}"

    async def open(self) -> None:
        await self.close()
        config = self.config
        # It remembers what was never answered, and of a user of version 3 the keys and the agent's clock as it was.
        if self._engine is None or self._timeouts > TIMEOUTS_KEPT or config.version == "3":
            self._engine, self._wire, self._timeouts = SnmpEngine(), _Wire(), 0
            self._engine.register_transport_dispatcher(_Dispatcher())
            engine_config.add_transport(self._engine, DOMAIN_NAME, self._wire)
        wire = self._wire
        assert wire is not None
        wire.pending.clear()
        self._outcasts, self._at_once = {}, config.objects_a_request
        try:
            async with asyncio.timeout(config.timeout_s):
                loop = asyncio.get_running_loop()
                made, _ = await loop.create_datagram_endpoint(lambda: wire, remote_addr=(config.host, config.port))
            self._target = _Target(made.get_extra_info("peername")[:2])
        except OSError as err:
            raise unreachable(err, self.peer, config.timeout_s) from err
        # An agent that has no sysUpTime says so, and that is an answer too.
        await self._ask(cmdgen.GetCommandGenerator(), [(ALIVE, rfc1902.Null(""))])

    async def close(self) -> None:
        self._target = None
        if self._wire is not None and self._wire.transport is not None:
            self._wire.transport.abort()
            self._wire.transport = None

    async def read(self, points: Sequence[Point[SnmpAddress]]) -> list[Sample]:
        observed_at = self.now()
        found: dict[Oid, Any] = dict(self._outcasts)
        wanted = [oid for oid in dict.fromkeys(_oid(p) for p in points) if oid not in self._outcasts]
        begin = 0
        while begin < len(wanted):
            part = wanted[begin : begin + self._at_once]
            if await self._get(part, found):
                begin += len(part)
        if self._outcasts:  # one a turn: an object that has come back is found
            oid = next(iter(self._outcasts))
            del self._outcasts[oid]
            await self._get([oid], found)
        return [self._sample(p, found.get(_oid(p), "the agent left it out of its answer"), observed_at) for p in points]

    async def browse(self, parent: str | None = None) -> list[Browsed]:
        """The branches that have objects at the top; below each, all its objects as a walk finds them."""
        try:
            if parent is None:
                return [row for branch in BRANCHES for row in await self._branches(branch)]
            branch, _, after = parent.partition(">")
            return await self._walk(_numbers(branch), _numbers(after or branch))
        except ValueError as err:
            raise Missing(f"{self.peer} has no such node.", code="node_unknown", peer=self.peer) from err

    async def write(self, point: Point[SnmpAddress], value: Value) -> None:
        oid = _oid(point)
        present = (await self._values([oid]))[0]
        if present is None or isinstance(present, rfc1905.NoSuchObject | rfc1905.NoSuchInstance):
            raise Missing(f"{point.name} was not written: the agent has no such object.", code="write_refused", point=point.name)
        wanted = _encoded(point, value, present)
        status, _, _ = await self._ask(cmdgen.SetCommandGenerator(), [(oid, wanted)], is_repeated=False)
        if status:
            words = f"{point.name} was not written: the agent answers {_status_words(status)}."
            if status in VALUE_REFUSED:
                raise ConfigInvalid(words, code="value_unfit", field="value", point=point.name)
            raise Missing(words, code="write_refused", point=point.name)
        after = (await self._values([oid]))[0]
        if after != wanted:
            raise NotReady(f"{point.name} was accepted, but reads {after} afterwards.", code="write_not_taken", point=point.name)

    async def _get(self, oids: Sequence[Oid], found: dict[Oid, Any]) -> bool:
        """Ask for some objects; False when fewer must be asked for at once."""
        status, index, answer = await self._ask(cmdgen.GetCommandGenerator(), [(oid, rfc1902.Null("")) for oid in oids])
        if not status:
            found.update((tuple(name), value) for name, value in answer)
        elif status == TOO_BIG and len(oids) > 1:
            self._at_once = max(1, len(oids) // 2)
            return False
        elif len(oids) == 1 or not 1 <= index <= len(oids):
            for oid in oids:
                found[oid] = self._outcasts[oid] = _refusal(status)
        else:  # version 1 refuses a whole request for one object: name it and ask for the others
            blamed = oids[index - 1]
            found[blamed] = self._outcasts[blamed] = _refusal(status)
            others = [oid for oid in oids if oid != blamed]
            return not others or await self._get(others, found)
        return True

    async def _values(self, oids: Sequence[Oid]) -> list[Any]:
        status, _, answer = await self._ask(cmdgen.GetCommandGenerator(), [(oid, rfc1902.Null("")) for oid in oids])
        return [None] * len(oids) if status else [value for _, value in answer]

    async def _branches(self, parent: Oid) -> list[Browsed]:
        found: list[Browsed] = []
        after = parent
        while len(found) < MOST_BRANCHES:
            oid, _ = await self._next(after)
            if oid is None or oid[: len(parent)] != parent:
                break
            branch = oid[: len(parent) + 1]
            found.append(Browsed(_text(branch), _text(branch), True))
            after = (*branch, LARGEST)
        return found

    async def _next(self, oid: Oid) -> tuple[Oid | None, Any]:
        status, _, answer = await self._ask(cmdgen.NextCommandGenerator(), [(oid, rfc1902.Null(""))])
        if status or not answer or isinstance(answer[0][1], rfc1905.EndOfMibView):
            return None, None
        return tuple(answer[0][0]), answer[0][1]

    async def _walk(self, branch: Oid, after: Oid) -> list[Browsed]:
        found: list[Browsed] = []
        while len(found) < MOST_OBJECTS:
            rows = await self._rows(after)
            inside = [(oid, value) for oid, value in rows if oid[: len(branch)] == branch and oid > after]
            found += [Browsed(_text(oid), _text(oid), False, {"oid": _text(oid)}, type(value).__name__) for oid, value in inside]
            if not inside or len(inside) < len(rows):
                return found
            after = inside[-1][0]
        return [*found, Browsed(f"{_text(branch)}>{_text(after)}", f"after {_text(after)}", True)]

    async def _rows(self, after: Oid) -> list[tuple[Oid, Any]]:
        if self.config.version == "1":
            oid, value = await self._next(after)
            return [] if oid is None else [(oid, value)]
        generator = cmdgen.BulkCommandGenerator()
        _, _, answer = await self._ask(generator, [(after, rfc1902.Null(""))], bulk=ROWS_A_WALK)
        return [(tuple(name), value) for name, value in answer if not isinstance(value, rfc1905.EndOfMibView)]

    async def _ask(self, generator: Any, bindings: Sequence[tuple[Oid, Any]], *, is_repeated: bool = True, bulk: int = 0) -> Any:
        """Error status, its index, and the answered bindings. What the network may have lost is asked once more."""
        waits = (self.config.timeout_s * 0.4, self.config.timeout_s * 0.6) if is_repeated else (self.config.timeout_s,)
        for wait_s in waits:
            answer = self._sent(generator, bindings, bulk)
            with contextlib.suppress(TimeoutError):
                async with asyncio.timeout(wait_s):
                    try:
                        indication, status, index, found = await answer
                    except TimeoutError:
                        raise
                    except OSError as err:
                        raise unreachable(err, self.peer, self.config.timeout_s) from err
                if indication:
                    raise self._translated(indication)
                return int(status or 0), int(index or 0), found
            self._timeouts += 1
        raise unreachable(TimeoutError(), self.peer, self.config.timeout_s)

    def _sent(self, generator: Any, bindings: Sequence[tuple[Oid, Any]], bulk: int) -> "asyncio.Future[Any]":
        engine, wire, target = self._engine, self._wire, self._target
        if engine is None or wire is None or target is None:
            raise unreachable(ConnectionResetError(), self.peer, self.config.timeout_s)
        answer = wire.expect()
        context = self.config.context.encode()
        try:
            place, _ = CommandGeneratorLcdConfigurator().configure(engine, _credential(self.config), target, context)
            extent = (0, bulk) if bulk else ()
            generator.send_varbinds(engine, place, None, context, *extent, list(bindings), _settle, answer)
        except (PySnmpError, PyAsn1Error) as err:
            raise NotReady(f"No request to {self.peer}: {err}.", code="connection_failed", peer=self.peer, cause=str(err)) from err
        return answer

    def _translated(self, indication: Any) -> KaogongError:
        if type(indication).__name__ in LOGIN_REFUSED:
            who = self.config.username or "the community"
            words = f"{self.peer} refuses {who!r}: {indication}."
            return AuthRejected(words, code="login_refused", peer=self.peer, user=who)
        return NotReady(f"{self.peer} answers: {indication}.", code="answer_garbled", peer=self.peer)

    def _sample(self, point: Point[SnmpAddress], found: Any, observed_at: datetime) -> Sample:
        if isinstance(found, str):
            return Sample(point.name, None, observed_at, Quality.BAD_NODE_UNKNOWN, found)
        if isinstance(found, rfc1905.NoSuchObject | rfc1905.NoSuchInstance | rfc1905.EndOfMibView):
            return Sample(point.name, None, observed_at, Quality.BAD_NODE_UNKNOWN, "the agent has no such object")
        try:
            return Sample(point.name, _scaled(point.address, _plain(found, point.address.type)), observed_at)
        except (TypeError, ValueError) as err:
            return Sample(point.name, None, observed_at, Quality.BAD_TYPE_MISMATCH, str(err))


class _Dispatcher(AbstractTransportDispatcher):
    """pysnmp's own counts time in a task of its own; ours leaves that to the collector."""


class _Wire(UdpAsyncioTransport):
    """A socket connected to the agent: the kernel tells us when nobody is there, and lets nobody else answer."""

    PROTO_TRANSPORT_DISPATCHER = _Dispatcher

    def __init__(self) -> None:
        super().__init__()
        self.pending: set[asyncio.Future[Any]] = set()

    def expect(self) -> "asyncio.Future[Any]":
        future: asyncio.Future[Any] = asyncio.get_running_loop().create_future()
        self.pending.add(future)
        future.add_done_callback(self.pending.discard)
        return future

    def datagram_received(self, data: bytes, addr: Any) -> None:
        try:
            self._callback_function(self, addr[:2], data)
        except (PySnmpError, PyAsn1Error, ValueError, IndexError, TypeError):
            return  # whatever this was, it was no answer; who waits for one times out

    def error_received(self, exc: Exception) -> None:
        for future in [f for f in self.pending if not f.done()]:
            future.set_exception(exc)

    def send_message(self, outgoingMessage: Any, transportAddress: Any) -> None:  # noqa: N803
        if self.transport is not None:
            self.transport.sendto(bytes(outgoingMessage))


class _Target(UdpTransportTarget):
    PROTO_TRANSPORT = _Wire

    def __init__(self, address: tuple[str, int]) -> None:
        self.transport_address = address
        super().__init__(timeout=NEVER_S, retries=0)


def _settle(engine: Any, handle: Any, indication: Any, status: Any, index: Any, bindings: Any, answer: "asyncio.Future[Any]") -> None:
    if not answer.done():
        answer.set_result((indication, status, index, bindings))


def _credential(config: SnmpConfig) -> Any:
    if config.version != "3":
        return CommunityData(config.community, mpModel=int(config.version == "2c"))
    has_auth, has_privacy = config.authentication != "none", config.privacy != "none"
    return UsmUserData(
        config.username,
        config.password if has_auth else None,
        config.privacy_password if has_privacy else None,
        authProtocol=AUTHENTICATION[config.authentication],
        privProtocol=PRIVACY[config.privacy],
    )


def _plain(found: Any, wanted: str) -> Value:
    """The object as a value the platform can carry; TypeError or ValueError say why not."""
    if isinstance(found, rfc1902.IpAddress | univ.ObjectIdentifier):
        value: Value = found.prettyPrint()
    elif isinstance(found, rfc1902.Opaque):
        value = _opaque(bytes(found))
    elif isinstance(found, rfc1902.OctetString):
        value = _octets(bytes(found), wanted)
    elif isinstance(found, rfc1902.Null):
        raise TypeError("the agent gives no value")
    else:
        value = int(found)
    if wanted == "number" and isinstance(value, str):
        try:
            value = float(value.strip()) if any(c in value for c in ".eE") else int(value)
        except ValueError as err:
            raise ValueError(f"{str(value)[:40]!r} is no number") from err
    if wanted in ("text", "hex") and not isinstance(value, str):
        raise TypeError(f"the agent says it is a {type(found).__name__}, not a text")
    if isinstance(value, float) and not math.isfinite(value):
        raise ValueError(f"the agent sent {value}")
    return value


def _octets(raw: bytes, wanted: str) -> str:
    if wanted != "hex":
        try:
            text = raw.removesuffix(b"\0").decode("utf-8")
            if wanted == "text" or all(c.isprintable() or c in "\r\n\t" for c in text):
                return text
        except UnicodeDecodeError:
            if wanted == "text":
                raise TypeError("its octets are no text; ask for hex") from None
    return raw.hex()


def _opaque(raw: bytes) -> Value:
    layout = OPAQUE_FLOATS.get(raw[:3])
    if layout is None or len(raw) != 3 + struct.calcsize(layout):
        return raw.hex()
    value: float = struct.unpack(layout, raw[3:])[0]
    return value


def _scaled(address: SnmpAddress, value: Value) -> Value:
    if (address.scale == 1 and address.offset == 0) or not isinstance(value, int | float):
        return value
    return value * address.scale + address.offset


def _encoded(point: Point[SnmpAddress], value: Value, present: Any) -> Any:
    """The value in the type the object has."""
    address = point.address
    try:
        if isinstance(present, rfc1902.OctetString) and not isinstance(present, rfc1902.Opaque | rfc1902.IpAddress):
            if address.type == "number" and isinstance(value, int | float):
                return present.clone(str(value).encode())
            if isinstance(value, str):
                return present.clone(bytes.fromhex(value) if address.type == "hex" else value.encode())
        elif isinstance(present, rfc1902.IpAddress | univ.ObjectIdentifier):
            if isinstance(value, str):
                return present.clone(value)
        elif isinstance(value, int | float) and not isinstance(present, rfc1902.Opaque | rfc1902.Null):
            raw = (value - address.offset) / address.scale if (address.scale, address.offset) != (1, 0) else value
            if math.isfinite(raw) and abs(raw - round(raw)) < 1e-6:
                return present.clone(round(raw))
    except (PyAsn1Error, ValueError):
        pass
    kind = type(present).__name__
    raise ConfigInvalid(f"{value!r} does not fit into {point.name}, which is a {kind}.", code="value_unfit", field="value")


def _refusal(status: int) -> str:
    return "the agent has no such object" if status == NO_SUCH_NAME else f"the agent answers {_status_words(status)}"


def _status_words(status: int) -> str:
    words = (
        "noError", "tooBig", "noSuchName", "badValue", "readOnly", "genErr", "noAccess", "wrongType", "wrongLength", "wrongEncoding",
        "wrongValue", "noCreation", "inconsistentValue", "resourceUnavailable", "commitFailed", "undoFailed", "authorizationError",
        "notWritable", "inconsistentName",
    )  # fmt: skip
    return words[status] if 0 <= status < len(words) else f"error {status}"


def _oid(point: Point[SnmpAddress]) -> Oid:
    return _numbers(point.address.oid)


def _numbers(oid: str) -> Oid:
    return tuple(map(int, oid.split(".")))


def _text(oid: Oid) -> str:
    return ".".join(map(str, oid))
