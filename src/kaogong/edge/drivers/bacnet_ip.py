"""BACnet/IP: building automation, written from ASHRAE 135; properties read many at a time, or by change of value (COV)."""

import asyncio
import contextlib
import math
import struct
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any, NamedTuple, cast

from pydantic import Field, field_validator, model_validator

from kaogong.core.errors import ConfigInvalid, Missing, NotReady
from kaogong.core.quality import Quality
from kaogong.core.reading import Sample, Value
from kaogong.edge.drivers.base import Browsed, Deliver, Driver, DriverConfig, Group, Point, PointAddress, advanced, unreachable

OBJECTS = {
    "analog-input": 0, "analog-output": 1, "analog-value": 2, "binary-input": 3, "binary-output": 4, "binary-value": 5, "calendar": 6,
    "device": 8, "file": 10, "loop": 12, "multi-state-input": 13, "multi-state-output": 14, "notification-class": 15, "program": 16,
    "schedule": 17, "multi-state-value": 19, "trend-log": 20, "accumulator": 23, "pulse-converter": 24, "characterstring-value": 40,
    "integer-value": 45, "large-analog-value": 46, "positive-integer-value": 48, "network-port": 56,
}  # fmt: skip
PROPERTIES = {
    "description": 28, "high-limit": 45, "low-limit": 59, "object-identifier": 75, "object-list": 76, "object-name": 77,
    "out-of-service": 81, "present-value": 85, "priority-array": 87, "relinquish-default": 104, "reliability": 103, "setpoint": 108,
    "status-flags": 111, "units": 117, "model-name": 70, "vendor-name": 121,
}  # fmt: skip
OBJECT_NAMES = {number: name for name, number in OBJECTS.items()}
BINARY = frozenset({3, 4, 5})
WITHOUT_VALUE = frozenset({6, 8, 10, 15, 16, 20, 56})
OBJECT_LIST, OBJECT_NAME, OBJECT_ID, PRESENT, STATUS = 76, 77, 75, 85, 111
DEVICE, ANY_DEVICE = 8, 4194303
READ, READ_MANY, WRITE, SUBSCRIBE, CONFIRMED_COV, COV, WHO_IS, I_AM = 12, 14, 15, 5, 1, 2, 8, 0
SUBSCRIBER = 1
NULL, BOOLEAN, UNSIGNED, SIGNED, REAL, DOUBLE, OCTETS, TEXT, BITS, ENUMERATED, DATE, TIME, OBJECT = range(13)
TOO_LONG = frozenset({1, 4, 11})  # abort: buffer overflow, segmentation not supported, APDU too long
NO_SUCH_SERVICE = 9  # reject
SUBSTITUTED = 0x40910000  # OPC UA UncertainSubstituteValue
ERRORS = {
    9: "the data type is not valid", 31: "there is no such object", 32: "there is no such property", 37: "the value is out of range",
    40: "it may not be written", 42: "there is no such element", 45: "it does not tell changes", 27: "it may not be read",
    50: "it is no array", 22: "its memory is full", 3: "it is busy with its configuration", 47: "the value is not initialized",
}  # fmt: skip
UNKNOWN, UNFIT = frozenset({31, 32, 40, 42, 50}), frozenset({9, 37})
LIFETIME_S = 600
NAMES_A_REQUEST = 15


class BacnetIpConfig(DriverConfig):
    """Which device, behind which router, and whether it tells changes by itself."""

    host: str = Field(description="Address of the device, or of the router before it.")
    port: int = Field(47808, ge=1, le=65535)
    device: int | None = Field(None, ge=0, le=ANY_DEVICE, description="Instance of the device object; unset: asked for.")
    network: int | None = advanced(None, ge=1, le=65534, description="Number of the network behind a router, for example of MS/TP.")
    station: int | None = advanced(None, ge=0, le=255, description="Address of the device in that network.")
    cov: bool = Field(False, description="Let the device tell changes of present values (COV); the rest is read every 5 s.")
    properties_a_request: int = advanced(60, ge=1, le=500, description="Properties one request asks for; less where the device says so.")
    scan: str = advanced("", description="Broadcast address (192.168.1.255) where browsing the top looks for other devices (Who-Is).")

    @model_validator(mode="after")
    def _is_routed(self) -> "BacnetIpConfig":
        if (self.network is None) != (self.station is None):
            raise ValueError("`network` and `station` belong together")
        return self


class BacnetIpAddress(PointAddress):
    """A property of an object."""

    object: str = Field(description="Type and instance, for example analog-input,1 (or the number of the type: 0,1).")
    property: str = Field("present-value", description="Name, or number.")
    index: int | None = Field(None, ge=0, description="Element of an array, from 1; 0 is its length.")
    priority: int | None = Field(None, ge=1, le=16, description="Priority of what is written; unset: the device's, 16.")

    @field_validator("object")
    @classmethod
    def _is_an_object(cls, value: str) -> str:
        kind, _, instance = value.replace(" ", "").partition(",")
        if (kind not in OBJECTS and not (kind.isdigit() and int(kind) < 1024)) or not instance.isdigit() or int(instance) > ANY_DEVICE:
            raise ValueError(f"write type,instance such as analog-input,1; types: {', '.join(OBJECTS)}")
        return f"{kind},{instance}"

    @field_validator("property")
    @classmethod
    def _is_a_property(cls, value: str) -> str:
        if value not in PROPERTIES and not value.isdigit():
            raise ValueError(f"write a number, or one of {', '.join(PROPERTIES)}")
        return value


class _Key(NamedTuple):
    """A property on the wire."""

    kind: int
    instance: int
    property: int
    element: int | None = None


class _Tagged(NamedTuple):
    """A value as it came: its application tag and its octets."""

    tag: int
    body: bytes


class BacnetIp(Driver[BacnetIpConfig, BacnetIpAddress]):
    """BACnet/IP on Ethernet and wireless networks, also through a router to MS/TP: analog, binary and multi-state objects, any property.

    Many properties are read with one request, one by one where the device knows no better. Binary values are booleans, multi-state and
    enumerated ones integers. The status flags decide the quality: fault is bad, out of service and overridden uncertain. With `cov`
    the device tells changes (confirmed), and what it does not tell is read at each check. Writes carry a priority and are read back;
    None relinquishes. Answers in segments are not taken: the device is asked for less instead. No password is known to the protocol,
    BACnet/SC is not spoken.
    """

    Config = BacnetIpConfig
    Address = BacnetIpAddress

    def __init__(self, config: BacnetIpConfig, now: Callable[[], datetime], folder: Path) -> None:
        super().__init__(config, now, folder)
        self.pushes = config.cov
        self._wire: _Wire | None = None
        self._at_once = config.properties_a_request
        self._knows_many = True
        self._deliver: Deliver | None = None
        self._wanted: dict[tuple[int, int], list[Point[BacnetIpAddress]]] = {}
        self._told: set[tuple[int, int]] = set()
        self._subscribed_at: datetime | None = None

    @property
    def peer(self) -> str:
        routed = "" if self.config.network is None else f" network {self.config.network} station {self.config.station}"
        return f"{self.config.host}:{self.config.port}{routed}"

    async def open(self) -> None:
        await self.close()
        config = self.config
        self._at_once, self._knows_many = config.properties_a_request, True
        try:
            async with asyncio.timeout(config.timeout_s):
                loop = asyncio.get_running_loop()
                wire = _Wire(_route(config), self.peer, self._notified)
                await loop.create_datagram_endpoint(lambda: wire, remote_addr=(config.host, config.port))
                self._wire = wire
        except OSError as err:
            raise unreachable(err, self.peer, config.timeout_s) from err
        with contextlib.suppress(_Refused):  # a device that does not know itself by this number has answered, too
            await self._value(_Key(DEVICE, ANY_DEVICE if config.device is None else config.device, OBJECT_ID))

    async def close(self) -> None:
        wire, self._wire = self._wire, None
        self._deliver, self._wanted, self._told, self._subscribed_at = None, {}, set(), None
        if wire is not None:
            wire.close()

    async def read(self, points: Sequence[Point[BacnetIpAddress]]) -> list[Sample]:
        observed_at = self.now()
        keys: dict[_Key, None] = {}
        for point in points:
            key = _key(point.address)
            keys[key] = None
            if key.property == PRESENT:
                keys[key._replace(property=STATUS, element=None)] = None
        found = await self._values(list(keys))
        return [_sample(p, found, observed_at) for p in points]

    async def subscribe(self, groups: Sequence[Group[BacnetIpAddress]], deliver: Deliver) -> None:
        wire = self._connected()
        self._deliver = deliver
        points = [p for g in groups for p in g.points]
        for point in points:
            self._wanted.setdefault(_key(point.address)[:2], []).append(point)
        deliver(await self.read(points))
        await self._ask_to_be_told()
        await asyncio.shield(wire.ended)

    async def check(self) -> bool:
        """Subscriptions are renewed in time; what nobody tells is read, or at least the device itself."""
        self._connected()
        if self._subscribed_at is not None and (self.now() - self._subscribed_at).total_seconds() > LIFETIME_S / 2:
            await self._ask_to_be_told()
        rest = [p for points in self._wanted.values() for p in points if not self._is_told(p)]
        if rest and self._deliver is not None:
            self._deliver(await self.read(rest))
        else:
            with contextlib.suppress(_Refused):
                await self._value(_Key(DEVICE, ANY_DEVICE if self.config.device is None else self.config.device, OBJECT_ID))
        return True

    async def browse(self, parent: str | None = None) -> list[Browsed]:
        """The device and those a Who-Is finds at the top, below it its objects by name."""
        self._connected()
        device = await self._device()
        top = Browsed(f"device,{device}", f"device {device}", True)
        if parent is None:
            return [top, *await self._scanned(device)]
        if parent != top.id:
            raise Missing(f"{self.peer} has no such node.", code="node_unknown", peer=self.peer)
        at = _Key(DEVICE, device, OBJECT_LIST)
        count = _plain(await self._value(at._replace(element=0)), at)
        rows = [at._replace(element=i) for i in range(1, int(count or 0) + 1)]
        listed = [v for v in (await self._values(rows)).values() if isinstance(v, _Tagged) and v.tag == OBJECT]
        objects = [divmod(int.from_bytes(v.body), 1 << 22) for v in listed]
        names = await self._values([_Key(kind, instance, OBJECT_NAME) for kind, instance in objects], NAMES_A_REQUEST)
        return [_browsed(kind, instance, names.get(_Key(kind, instance, OBJECT_NAME))) for kind, instance in objects]

    async def write(self, point: Point[BacnetIpAddress], value: Value) -> None:
        key = _key(point.address)
        try:
            present = await self._value(key)
            body = _encoded(point, value, present)
            request = _named(key) + b"\x3e" + body + b"\x3f"
            if point.address.priority is not None:
                request += bytes([0x49, point.address.priority])
            await self._ask(WRITE, request)
            after = await self._value(key)
        except _Refused as err:
            words = f"{point.name} was not written: {err.words}."
            if err.number in UNFIT:
                raise ConfigInvalid(words, code="value_unfit", field="value", point=point.name) from err
            raise (Missing if err.number in UNKNOWN else NotReady)(words, code="write_refused", point=point.name) from err
        if value is not None and _tagged(after) != body:
            words = f"{point.name} was accepted, but reads {_plain(after, key)} afterwards: another priority holds it."
            raise NotReady(words, code="write_not_taken", point=point.name)

    async def _values(self, keys: Sequence[_Key], at_once: int | None = None) -> "dict[_Key, _Tagged | str]":
        """Each property's value, or why there is none."""
        found: dict[_Key, _Tagged | str] = {}
        begin = 0
        while begin < len(keys):
            part = keys[begin : begin + (min(self._at_once, at_once or self._at_once) if self._knows_many else 1)]
            if await self._take(part, found):
                begin += len(part)
        return found

    async def _take(self, keys: Sequence[_Key], found: "dict[_Key, _Tagged | str]") -> bool:
        """Ask for some; False when they must be asked for otherwise."""
        try:
            if self._knows_many:
                found.update(_read_many(await self._ask(READ_MANY, _specified(keys))))
            else:
                found[keys[0]] = await self._value(keys[0])
        except _Refused as err:
            if self._knows_many and err.is_reject and err.number == NO_SUCH_SERVICE:
                self._knows_many = False
                return False
            if len(keys) > 1:
                # Too long for one answer stays so; any other refusal is that of one property.
                if err.is_abort and err.number in TOO_LONG:
                    self._at_once = max(1, len(keys) // 2)
                    return False
                half = len(keys) // 2
                return await self._take(keys[:half], found) and await self._take(keys[half:], found)
            found[keys[0]] = f"the device answers: {err.words}"
        return True

    async def _value(self, key: _Key) -> _Tagged:
        answer = await self._ask(READ, _named(key))
        reader = _Reader(answer)
        while not reader.opens(3):
            reader.skip()
        value = reader.value()
        if value is None:
            raise _Refused("it has more than one value: say which element by `index`", 0)
        return value

    async def _ask(self, service: int, body: bytes) -> bytes:
        """A confirmed request and its answer; what the network may have lost is asked once more, with its number."""
        wire = self._connected()
        number, answer = wire.expect()
        try:
            for wait_s in (self.config.timeout_s * 0.4, self.config.timeout_s * 0.6):
                wire.request(number, service, body)
                with contextlib.suppress(TimeoutError):
                    async with asyncio.timeout(wait_s):
                        return await asyncio.shield(answer)
        except OSError as err:
            raise unreachable(err, self.peer, self.config.timeout_s) from err
        finally:
            wire.forget(number)
        raise unreachable(TimeoutError(), self.peer, self.config.timeout_s)

    async def _ask_to_be_told(self) -> None:
        self._subscribed_at = self.now()
        for kind, instance in self._wanted:
            if kind in WITHOUT_VALUE:
                continue
            body = _context(0, _unsigned(SUBSCRIBER)) + _context(1, _identifier(kind, instance)) + b"\x29\x01"
            with contextlib.suppress(_Refused):  # what the device does not tell is read
                await self._ask(SUBSCRIBE, body + _context(3, _unsigned(LIFETIME_S)))
                self._told.add((kind, instance))

    def _is_told(self, point: Point[BacnetIpAddress]) -> bool:
        key = _key(point.address)
        return key.property == PRESENT and key[:2] in self._told

    def _notified(self, body: bytes) -> None:
        """A change of value: present value and status flags of one object."""
        reader = _Reader(body)
        kind, instance = DEVICE, 0
        while not reader.opens(4):
            number, data = reader.context()
            if number == 2:
                kind, instance = divmod(int.from_bytes(data), 1 << 22)
        found: dict[_Key, _Tagged | str] = {}
        while not reader.closes(4):
            number, data = reader.context()
            index = None
            if not reader.opens(2):
                _, raw = reader.context()
                index = int.from_bytes(raw)
                reader.opens(2)
            value = reader.value()
            if value is not None:
                found[_Key(kind, instance, int.from_bytes(data), index)] = value
            if not reader.is_done and reader.peeks(3):
                reader.skip()
        points = [p for p in self._wanted.get((kind, instance), ()) if _key(p.address) in found]
        if points and self._deliver is not None:
            at = self.now()
            self._deliver([_sample(p, found, at) for p in points])

    async def _device(self) -> int:
        if self.config.device is not None:
            return self.config.device
        with contextlib.suppress(_Refused):
            value = await self._value(_Key(DEVICE, ANY_DEVICE, OBJECT_ID))
            return int.from_bytes(value.body) & 0x3FFFFF
        try:
            async with asyncio.timeout(self.config.timeout_s / 2):
                return await self._connected().who_is()
        except TimeoutError as err:
            words = f"{self.peer} does not say its number: write the instance of its device object into `device`."
            raise ConfigInvalid(words, code="device_unknown", field="config.device", peer=self.peer) from err

    async def _scanned(self, known: int) -> list[Browsed]:
        if not self.config.scan:
            return []
        heard = _Heard()
        loop = asyncio.get_running_loop()
        try:
            # Devices answer to everybody, at BACnet's own port.
            anywhere = ("0.0.0.0", 47808)  # noqa: S104
            made, _ = await loop.create_datagram_endpoint(lambda: heard, local_addr=anywhere, allow_broadcast=True, reuse_port=True)
            try:
                made.sendto(bytes([0x81, 0x0B, 0, 8, 1, 0, 0x10, WHO_IS]), (self.config.scan, self.config.port))
                with contextlib.suppress(TimeoutError):
                    async with asyncio.timeout(min(1.0, self.config.timeout_s)):
                        await loop.create_future()  # the answers come as long as they come
            finally:
                made.close()
        except OSError as err:
            raise unreachable(err, self.peer, self.config.timeout_s) from err
        found = sorted((number, address) for number, address in heard.devices.items() if number != known)
        return [Browsed(f"found,{number}", f"device {number} at {address}", False) for number, address in found]

    def _connected(self) -> "_Wire":
        if self._wire is None:
            raise unreachable(ConnectionResetError(), self.peer, self.config.timeout_s)
        return self._wire


class _Refused(NotReady):
    """The device answered with an error, a reject or an abort."""

    def __init__(self, words: str, number: int, *, is_reject: bool = False, is_abort: bool = False) -> None:
        super().__init__(f"The device refuses: {words}.", code="request_refused")
        self.words, self.number, self.is_reject, self.is_abort = words, number, is_reject, is_abort


class _Garbled(Exception):
    """Octets that are not BACnet."""


class _Wire(asyncio.DatagramProtocol):
    """BVLC, network and application headers; matches answers by their invoke id."""

    def __init__(self, route: bytes, peer: str, notified: Callable[[bytes], None]) -> None:
        self._route, self._peer, self._notified = route, peer, notified
        self.ended: asyncio.Future[None] = asyncio.get_running_loop().create_future()
        self._transport: asyncio.DatagramTransport | None = None
        self._pending: dict[int, asyncio.Future[bytes]] = {}
        self._number = 0
        self._heard: asyncio.Future[int] | None = None

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self._transport = cast(asyncio.DatagramTransport, transport)

    def error_received(self, exc: Exception) -> None:
        why = unreachable(exc, self._peer, 0)
        futures: list[asyncio.Future[Any]] = [*self._pending.values(), self.ended]
        for future in futures:
            if not future.done():
                future.set_exception(why)
                future.exception()  # whoever waits finds it; nobody waiting is no fault

    def datagram_received(self, data: bytes, addr: Any) -> None:
        with contextlib.suppress(_Garbled, IndexError, struct.error):  # no answer; who waits for one times out
            apdu = _unwrapped(data)
            if apdu is not None:
                self._take(apdu)

    def expect(self) -> "tuple[int, asyncio.Future[bytes]]":
        for _ in range(256):
            self._number = (self._number + 1) & 0xFF
            if self._number not in self._pending:
                break
        future = self._pending[self._number] = asyncio.get_running_loop().create_future()
        return self._number, future

    def forget(self, number: int) -> None:
        future = self._pending.pop(number, None)
        if future is not None and not future.done():
            future.cancel()

    def request(self, number: int, service: int, body: bytes) -> None:
        # No segments accepted, answers of up to 1476 octets (20.1.2).
        self._send(True, bytes([0x00, 0x05, number, service]) + body)

    async def who_is(self) -> int:
        """The device's number, of a device that answers whom it was asked by."""
        self._heard = asyncio.get_running_loop().create_future()
        self._send(False, bytes([0x10, WHO_IS]))
        return await self._heard

    def close(self) -> None:
        if self._transport is not None:
            self._transport.abort()
        self.error_received(ConnectionResetError())
        self._pending.clear()

    def _take(self, apdu: bytes) -> None:
        kind = apdu[0] >> 4
        if kind == 0 and apdu[3] == CONFIRMED_COV:
            self._send(False, bytes([0x20, apdu[2], CONFIRMED_COV]))
            self._notified(apdu[4:])
        elif kind == 1 and apdu[1] == COV:
            self._notified(apdu[2:])
        elif kind == 1 and apdu[1] == I_AM:
            if self._heard is not None and not self._heard.done():
                self._heard.set_result(_announced(apdu))
        elif kind in (2, 3, 5, 6, 7):
            future = self._pending.get(apdu[1])
            if future is None or future.done():
                return
            if kind == 3 and apdu[0] & 0x08:
                future.set_exception(_Refused("the answer comes in segments", 4, is_abort=True))
            elif kind in (2, 3):
                future.set_result(apdu[3:])
            else:
                future.set_exception(_refusal(kind, apdu))

    def _send(self, expects_answer: bool, apdu: bytes) -> None:
        control = (0x04 if expects_answer else 0) | (0x20 if self._route else 0)
        npdu = bytes([1, control]) + self._route + apdu
        if self._transport is not None:
            self._transport.sendto(struct.pack(">BBH", 0x81, 0x0A, 4 + len(npdu)) + npdu)


class _Heard(asyncio.DatagramProtocol):
    """Who answers a Who-Is."""

    def __init__(self) -> None:
        self.devices: dict[int, str] = {}

    def datagram_received(self, data: bytes, addr: Any) -> None:
        with contextlib.suppress(_Garbled, IndexError, struct.error):
            apdu = _unwrapped(data)
            if apdu is not None and apdu[0] >> 4 == 1 and apdu[1] == I_AM:
                self.devices[_announced(apdu)] = f"{addr[0]}:{addr[1]}"


@dataclass(slots=True)
class _Reader:
    """Walks through tagged data (20.2)."""

    data: bytes
    at: int = 0

    @property
    def is_done(self) -> bool:
        return self.at >= len(self.data)

    def opens(self, number: int) -> bool:
        return self._marks(number << 4 | 0x0E)

    def closes(self, number: int) -> bool:
        return self._marks(number << 4 | 0x0F)

    def peeks(self, number: int) -> bool:
        return self.data[self.at] >> 4 == number and bool(self.data[self.at] & 0x08)

    def context(self) -> tuple[int, bytes]:
        """A context tag with its octets."""
        head = self.data[self.at]
        if not head & 0x08 or head & 0x07 > 5:
            raise _Garbled("a context tag is missing")
        return head >> 4, self._body()

    def tagged(self) -> _Tagged:
        """An application tag with its octets; a boolean has its value in the tag."""
        head = self.data[self.at]
        if head & 0x08:
            raise _Garbled("an application tag is missing")
        if head >> 4 == BOOLEAN:
            self.at += 1
            return _Tagged(BOOLEAN, bytes([head & 0x07]))
        return _Tagged(head >> 4, self._body())

    def value(self) -> _Tagged | None:
        """What stands up to the closing tag: one value, or None for none, several, or something constructed."""
        found: _Tagged | None = None
        count, depth = 0, 0
        while True:
            head = self.data[self.at]
            if head & 0x0F == 0x0F:
                self.at += 1
                if depth == 0:
                    return found if count == 1 else None
                depth -= 1
            elif head & 0x0F == 0x0E:
                self.at += 1
                depth, count = depth + 1, count + 2
            elif head & 0x08:
                self.context()
                count += 2
            else:
                found = self.tagged()
                count += 1

    def skip(self) -> None:
        if self.data[self.at] & 0x08:
            self.context()
        else:
            self.tagged()

    def _marks(self, mark: int) -> bool:
        if self.data[self.at] != mark:
            return False
        self.at += 1
        return True

    def _body(self) -> bytes:
        length = self.data[self.at] & 0x07
        self.at += 1
        if length == 5:
            length = self.data[self.at]
            self.at += 1
            if length == 254:
                length = int.from_bytes(self.data[self.at : self.at + 2])
                self.at += 2
            elif length == 255:
                length = int.from_bytes(self.data[self.at : self.at + 4])
                self.at += 4
        body = self.data[self.at : self.at + length]
        if len(body) != length:
            raise _Garbled("a value is cut short")
        self.at += length
        return body


def _unwrapped(data: bytes) -> bytes | None:
    """The application's part of a datagram; None for what is meant for routers."""
    if len(data) < 6 or data[0] != 0x81 or int.from_bytes(data[2:4]) != len(data):
        raise _Garbled("no BVLC")
    if data[1] not in (0x04, 0x0A, 0x0B):
        return None
    at = 10 if data[1] == 0x04 else 4  # a forwarded one carries its sender
    if data[at] != 1:
        raise _Garbled("no network header")
    control = data[at + 1]
    at += 2
    if control & 0x80:
        return None
    has_destination = bool(control & 0x20)
    for is_there in (has_destination, bool(control & 0x08)):
        if is_there:
            at += 3 + data[at + 2]
    return data[at + has_destination :]


def _refusal(kind: int, apdu: bytes) -> _Refused:
    if kind == 5:
        reader = _Reader(apdu[3:])
        if reader.data[:1] == b"\x0e":
            reader.at = 1
        reader.tagged()
        number = int.from_bytes(reader.tagged().body)
        return _Refused(ERRORS.get(number, f"error {number}"), number)
    word = "rejects" if kind == 6 else "aborts"
    return _Refused(f"it {word} the request (reason {apdu[2]})", apdu[2], is_reject=kind == 6, is_abort=kind == 7)


def _announced(apdu: bytes) -> int:
    """The device's number in an I-Am."""
    return int.from_bytes(_Reader(apdu[2:]).tagged().body) & 0x3FFFFF


def _route(config: BacnetIpConfig) -> bytes:
    if config.network is None or config.station is None:
        return b""
    return struct.pack(">HBBB", config.network, 1, config.station, 255)


def _unsigned(value: int) -> bytes:
    return value.to_bytes(max(1, (value.bit_length() + 7) // 8))


def _identifier(kind: int, instance: int) -> bytes:
    return (kind << 22 | instance).to_bytes(4)


def _context(number: int, body: bytes) -> bytes:
    return bytes([number << 4 | 0x08 | len(body)]) + body


def _named(key: _Key) -> bytes:
    element = b"" if key.element is None else _context(2, _unsigned(key.element))
    return _context(0, _identifier(key.kind, key.instance)) + _context(1, _unsigned(key.property)) + element


def _specified(keys: Sequence[_Key]) -> bytes:
    """ReadPropertyMultiple's list, neighbours of one object together."""
    made = bytearray()
    at: tuple[int, int] | None = None
    for key in keys:
        if key[:2] != at:
            made += b"\x1f" if at is not None else b""
            at = key[:2]
            made += _context(0, _identifier(*at)) + b"\x1e"
        made += _context(0, _unsigned(key.property)) + (b"" if key.element is None else _context(1, _unsigned(key.element)))
    return bytes(made + b"\x1f")


def _read_many(answer: bytes) -> "Mapping[_Key, _Tagged | str]":
    return dict(_read_all(_Reader(answer)))


def _read_all(reader: _Reader) -> "Iterator[tuple[_Key, _Tagged | str]]":
    try:
        while not reader.is_done:
            _, body = reader.context()
            kind, instance = divmod(int.from_bytes(body), 1 << 22)
            reader.opens(1)
            while not reader.closes(1):
                _, body = reader.context()
                index = int.from_bytes(reader.context()[1]) if reader.peeks(3) else None
                key = _Key(kind, instance, int.from_bytes(body), index)
                if reader.opens(5):
                    reader.tagged()
                    number = int.from_bytes(reader.tagged().body)
                    reader.closes(5)
                    yield key, f"the device answers: {ERRORS.get(number, f'error {number}')}"
                else:
                    reader.opens(4)
                    yield key, reader.value() or "it has more than one value: say which element by `index`"
    except (IndexError, _Garbled) as err:
        raise NotReady(f"The device's answer cannot be read: {err}.", code="answer_garbled") from err


def _key(address: BacnetIpAddress) -> _Key:
    kind, _, instance = address.object.partition(",")
    number = PROPERTIES.get(address.property)
    return _Key(OBJECTS[kind] if kind in OBJECTS else int(kind), int(instance), number or int(address.property), address.index)


def _sample(point: Point[BacnetIpAddress], found: "Mapping[_Key, _Tagged | str]", observed_at: datetime) -> Sample:
    key = _key(point.address)
    value = found.get(key, "the device left it out of its answer")
    if isinstance(value, str):
        return Sample(point.name, None, observed_at, Quality.BAD_NODE_UNKNOWN, value)
    try:
        plain = _plain(value, key)
    except (TypeError, ValueError, struct.error) as err:
        return Sample(point.name, None, observed_at, Quality.BAD_TYPE_MISMATCH, str(err))
    flags = found.get(key._replace(property=STATUS, element=None)) if key.property == PRESENT else None
    # Status flags (21): in alarm, fault, overridden, out of service, from the left.
    bits = flags.body[1] if isinstance(flags, _Tagged) and flags.tag == BITS and len(flags.body) == 2 else 0
    if bits & 0x40:
        return Sample(point.name, None, observed_at, Quality.BAD_DEVICE_FAILURE, "the device reports a fault")
    if bits & 0x30:
        words = "out of service: its value is set by hand" if bits & 0x10 else "overridden at the device"
        return Sample(point.name, plain, observed_at, SUBSTITUTED, words)
    return Sample(point.name, plain, observed_at)


def _plain(value: _Tagged, key: _Key) -> Value:
    """A value the platform can carry; TypeError or ValueError say why not."""
    tag, body = value
    if tag in (REAL, DOUBLE):
        real: float = struct.unpack(">f" if tag == REAL else ">d", body)[0]
        if not math.isfinite(real):
            raise ValueError(f"the device sent {real}")
        return real
    if tag in (UNSIGNED, ENUMERATED):
        number = int.from_bytes(body)
        return bool(number) if tag == ENUMERATED and key.kind in BINARY and key.property in (PRESENT, 104) else number
    if tag == SIGNED:
        return int.from_bytes(body, signed=True)
    if tag == BOOLEAN:
        return body != b"\0"
    if tag == TEXT:
        return body[1:].decode({0: "utf-8", 4: "utf-16-be", 5: "latin-1"}.get(body[0], "utf-8"), "replace")
    if tag == OBJECT:
        kind, instance = divmod(int.from_bytes(body), 1 << 22)
        return f"{OBJECT_NAMES.get(kind, kind)},{instance}"
    if tag == BITS:
        return "".join(f"{b:08b}" for b in body[1:])[: len(body[1:]) * 8 - body[0]]
    if tag == OCTETS:
        return body.hex()
    if tag == DATE:
        return f"{body[0] + 1900:04d}-{body[1]:02d}-{body[2]:02d}"
    if tag == TIME:
        return f"{body[0]:02d}:{body[1]:02d}:{body[2]:02d}.{body[3]:02d}"
    raise TypeError("it has no value (null)")


def _tagged(value: _Tagged) -> bytes:
    tag, body = value
    if tag == BOOLEAN:
        return bytes([BOOLEAN << 4 | body[0]])
    if len(body) < 5:
        return bytes([tag << 4 | len(body)]) + body
    length = bytes([len(body)]) if len(body) < 254 else b"\xfe" + len(body).to_bytes(2)
    return bytes([tag << 4 | 5]) + length + body


def _encoded(point: Point[BacnetIpAddress], value: Value, present: _Tagged) -> bytes:
    """The value in the type the property has; None relinquishes."""
    tag = present.tag
    if value is None:
        return b"\0"
    with contextlib.suppress(struct.error, OverflowError, ValueError):
        if tag == TEXT and isinstance(value, str):
            return _tagged(_Tagged(TEXT, b"\0" + value.encode()))
        if isinstance(value, int | float):
            if tag in (REAL, DOUBLE):
                return _tagged(_Tagged(tag, struct.pack(">f" if tag == REAL else ">d", value)))
            if value == round(value):
                if tag == BOOLEAN and value in (0, 1):
                    return _tagged(_Tagged(BOOLEAN, bytes([int(value)])))
                if tag in (UNSIGNED, ENUMERATED) and 0 <= value < 1 << 32:
                    return _tagged(_Tagged(tag, _unsigned(int(value))))
                if tag == SIGNED:
                    length = int(value).bit_length() // 8 + 1
                    return _tagged(_Tagged(SIGNED, int(value).to_bytes(length, signed=True)))
    raise ConfigInvalid(f"{value!r} does not fit into {point.name}.", code="value_unfit", field="value")


def _browsed(kind: int, instance: int, name: "_Tagged | str | None") -> Browsed:
    at = f"{OBJECT_NAMES.get(kind, kind)},{instance}"
    shown = str(_plain(name, _Key(kind, instance, OBJECT_NAME))) if isinstance(name, _Tagged) else at
    address = {"object": at, "property": "object-name"} if kind in WITHOUT_VALUE else {"object": at}
    return Browsed(at, shown, False, address, OBJECT_NAMES.get(kind, f"object type {kind}"))
