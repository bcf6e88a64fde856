"""OPC UA on asyncua: subscriptions with batched monitored items, browsing, security policies."""

import asyncio
import contextlib
import hashlib
import math
from collections.abc import Callable, Sequence
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, Literal

from asyncua import Client, ua
from asyncua.client.ua_client import UaClientState
from asyncua.crypto import security_policies
from cryptography.hazmat.primitives.serialization import Encoding
from pydantic import Field, field_validator

from kaogong.core.errors import AuthRejected, ConfigInvalid, KaogongError, Missing, NotReady
from kaogong.core.quality import Quality
from kaogong.core.reading import Sample, Value
from kaogong.edge.drivers.base import (
    Browsed,
    Columns,
    Deliver,
    Driver,
    DriverConfig,
    Flaw,
    Group,
    Point,
    PointAddress,
    advanced,
    secret,
    unreachable,
)
from kaogong.edge.opcua_notifications import Change, Changes, Session

Security = Literal[
    "None", "Basic256Sha256_Sign", "Basic256Sha256_SignAndEncrypt", "Aes256Sha256RsaPss_Sign", "Aes256Sha256RsaPss_SignAndEncrypt"
]
ITEMS_A_CALL = 500
RETRIED_A_CHECK = 100
KEPT_ALIVE_EVERY_S = 2.5
SESSION_MS = 60_000
APPLICATION = "urn:kaogong:edge"
TICKS_1970 = 116_444_736_000_000_000  # 100 ns since 1601

LOGIN_REFUSED = frozenset(
    {
        ua.StatusCodes.BadUserAccessDenied,
        ua.StatusCodes.BadIdentityTokenInvalid,
        ua.StatusCodes.BadIdentityTokenRejected,
        ua.StatusCodes.BadUserSignatureInvalid,
    }
)
CERTIFICATE_REFUSED = frozenset(
    code for name, code in vars(ua.StatusCodes).items() if name.startswith(("BadCertificate", "BadSecurity", "BadApplicationSignature"))
)


class OpcUaConfig(DriverConfig):
    """Which server, how the channel is secured, who we are there."""

    url: str = Field(description="Endpoint, for example opc.tcp://10.0.0.7:4840/.")
    security: Security = "None"
    username: str = Field("", description="Empty: anonymous.")
    password: str = secret("")
    time: Literal["source", "server", "arrival"] = advanced("source", description="Whose clock a value carries.")
    server_fingerprint: str = advanced("", description="SHA-256 of the server's certificate; when set, no other one is accepted.")

    @field_validator("url")
    @classmethod
    def _is_an_endpoint(cls, value: str) -> str:
        if not value.startswith("opc.tcp://"):
            raise ValueError("write opc.tcp://host:port/…")
        return value


class OpcUaAddress(PointAddress):
    """A node, and the element where its value is an array."""

    node: str = Field(description="NodeId as text, for example ns=2;s=Boiler.Temperature or i=2258.")
    index: int | None = Field(None, ge=0, description="Element of an array.")

    @field_validator("node")
    @classmethod
    def _is_a_node(cls, value: str) -> str:
        try:
            ua.NodeId.from_string(value)
        except (ua.UaError, ValueError) as err:
            raise ValueError("write a NodeId such as ns=2;s=Boiler.Temperature") from err
        return value


class OpcUa(Driver[OpcUaConfig, OpcUaAddress]):
    """OPC UA: values by subscription with the server's own time and status, browsing, signed and encrypted channels.

    The client's certificate is made once and kept in the connection's folder; the server must be told to trust it.
    """

    Config = OpcUaConfig
    Address = OpcUaAddress
    pushes = True

    def __init__(self, config: OpcUaConfig, now: Callable[[], datetime], folder: Path) -> None:
        super().__init__(config, now, folder)
        self._client: Client | None = None
        self._lost: asyncio.Future[None] | None = None
        self._deliver: Deliver = lambda samples: None
        self._served: dict[int, _Served] = {}

    @property
    def peer(self) -> str:
        return self.config.url.removeprefix("opc.tcp://").split("/")[0]

    async def open(self) -> None:
        await self.close()
        client = self._client = Client(self.config.url, timeout=self.config.timeout_s, watchdog_intervall=self.config.timeout_s)
        Session.put_into(client.uaclient)
        client.application_uri = APPLICATION
        client.name = client.description = "Kaogong edge node"
        client.session_timeout = SESSION_MS  # a server keeps few sessions: ours must not outlive us for an hour
        client.connection_lost_callback = self._on_lost
        if self.config.username:
            client.set_user(self.config.username)
            client.set_password(self.config.password)
        try:
            async with asyncio.timeout(self.config.timeout_s * 2):
                await self._secure(client)
                await client.connect()
        except Exception as err:  # asyncua wraps what goes wrong while sending in a bare Exception
            raise self._translated(err) from err
        self._lost = asyncio.get_running_loop().create_future()

    async def close(self) -> None:
        client, self._client = self._client, None
        self._lost, self._served = None, {}
        if client is None:
            return
        with contextlib.suppress(ua.UaError, OSError, TimeoutError):
            async with asyncio.timeout(min(1.0, self.config.timeout_s)):
                if client.uaclient.state is UaClientState.CONNECTED:
                    await client.disconnect()
                else:
                    await client.close_session()
        client.disconnect_socket()

    async def read(self, points: Sequence[Point[OpcUaAddress]]) -> list[Sample]:
        try:
            nodes = [ua.NodeId.from_string(p.address.node) for p in points]
            values = await self._connected().uaclient.session.read_attributes(nodes, ua.AttributeIds.Value)
        except (ua.UaError, OSError) as err:
            raise self._translated(err) from err
        return [self._sample(p, v) for p, v in zip(points, values, strict=True)]

    async def subscribe(self, groups: Sequence[Group[OpcUaAddress]], deliver: Deliver) -> None:
        self._deliver = deliver
        lost = self._lost
        if lost is None:
            raise unreachable(ConnectionResetError(), self.peer, self.config.timeout_s)
        try:
            for group in groups:
                served = await self._create(group)
                await self._watch(served, list(range(len(group.points))))
        except (ua.UaError, OSError) as err:
            raise self._translated(err) from err
        await asyncio.shield(lost)

    async def check(self) -> bool:
        """A server that lost our subscription, or stopped publishing, answers reads as if nothing had happened: so we count."""
        for served in self._served.values():
            served.quiet = 0 if served.published else served.quiet + 1
            served.published = False
            if served.quiet > served.patience:
                raise NotReady(f"{self.peer} has stopped sending what we subscribed to.", code="subscription_lost", peer=self.peer)
        try:
            await self._connected().nodes.server_state.read_value()
            for served in self._served.values():
                if served.refused:
                    again, served.refused = served.refused[:RETRIED_A_CHECK], served.refused[RETRIED_A_CHECK:]
                    await self._watch(served, again)
        except (ua.UaError, OSError) as err:
            raise self._translated(err) from err
        return True

    async def browse(self, parent: str | None = None) -> list[Browsed]:
        try:
            client = self._connected()
            node = client.get_node(ua.NodeId.from_string(parent) if parent else ua.ObjectIds.ObjectsFolder)
            children = await node.get_children_descriptions()
            if not children:
                await node.read_node_class()  # browsing a node that is not there finds nothing, too
            variables = [c.NodeId for c in children if c.NodeClass == ua.NodeClass.Variable]
            types = await client.uaclient.session.read_attributes(variables, ua.AttributeIds.DataType) if variables else []
        except (ua.UaError, OSError, ValueError) as err:
            raise self._translated(err) from err
        names = {node: _type_name(value) for node, value in zip(variables, types, strict=True)}
        return [_browsed(child, names) for child in children]

    async def write(self, point: Point[OpcUaAddress], value: Value) -> None:
        try:
            node = self._connected().get_node(point.address.node)
            kind = await node.read_data_type_as_variant_type()
            await node.write_value(ua.DataValue(ua.Variant(_coerced(value, kind), kind)))
        except ua.UaStatusCodeError as err:
            raise Missing(f"{point.name} was not written: {_status_words(err.code)}.", code="write_refused", point=point.name) from err
        except (ua.UaError, OSError) as err:
            raise self._translated(err) from err
        except (TypeError, ValueError) as err:
            raise ConfigInvalid(f"{value!r} does not fit into {point.name}: {err}.", code="value_unfit", field="value") from err

    async def _secure(self, client: Client) -> None:
        if self.config.security != "None":
            policy, mode = self.config.security.split("_")
            certificate, key = self.folder / "client.der", self.folder / "client.pem"
            await client.setup_self_signed_certificate(key, certificate)
            key.chmod(0o600)
            await client.set_security(
                getattr(security_policies, f"SecurityPolicy{policy}"), certificate, key, mode=getattr(ua.MessageSecurityMode, mode)
            )
        if self.config.server_fingerprint:
            client.certificate_validator = self._accept

    async def _accept(self, certificate: Any, _: Any) -> None:
        found = hashlib.sha256(certificate.public_bytes(Encoding.DER)).hexdigest()
        if found != self.config.server_fingerprint.replace(":", "").lower():
            raise ua.uaerrors.BadCertificateUntrusted

    async def _create(self, group: Group[OpcUaAddress]) -> "_Served":
        interval_s = group.interval_s
        params = ua.CreateSubscriptionParameters(
            RequestedPublishingInterval=interval_s * 1000,
            RequestedMaxKeepAliveCount=max(1, math.ceil(KEPT_ALIVE_EVERY_S / interval_s)),
            RequestedLifetimeCount=max(10, math.ceil(30 / interval_s)) * 3,
            MaxNotificationsPerPublish=0,
            PublishingEnabled=True,
            Priority=0,
        )
        served = _Served(group)
        answer = await self._connected().uaclient.session.create_subscription(params, lambda result: self._published(served, result))
        served.id = answer.SubscriptionId
        alive_s = answer.RevisedPublishingInterval / 1000 * answer.RevisedMaxKeepAliveCount
        served.patience = math.ceil(2 * alive_s / self.check_every_s)
        self._served[served.id] = served
        return served

    async def _watch(self, served: "_Served", places: list[int]) -> None:
        """Create monitored items; a node that is refused is bad by name and asked for again at each check."""
        for begin in range(0, len(places), ITEMS_A_CALL):
            part = places[begin : begin + ITEMS_A_CALL]
            params = ua.CreateMonitoredItemsParameters(
                SubscriptionId=served.id,
                TimestampsToReturn=ua.TimestampsToReturn.Both,
                ItemsToCreate=[served.item(i) for i in part],
            )
            answers = await self._connected().uaclient.session.create_monitored_items(params)
            at = self.now()
            bad = []
            for place, answer in zip(part, answers, strict=True):
                if not answer.StatusCode.is_good():
                    served.refused.append(place)
                    code = answer.StatusCode.value
                    bad.append(Sample(served.group.points[place].name, None, at, code, _status_words(code)))
            if bad:
                self._deliver(bad)

    def _published(self, served: "_Served", result: ua.PublishResult) -> None:
        served.published = True
        points = served.group.points
        for notification in result.NotificationMessage.NotificationData or ():
            if isinstance(notification, Changes):
                if notification.plain:
                    self._deliver(self._columns(points, notification.plain))
                if notification.odd:
                    self._deliver([self._sample(points[place], value) for place, value in notification.odd])
            elif isinstance(notification, ua.DataChangeNotification):
                self._deliver([self._sample(points[item.ClientHandle], item.Value) for item in notification.MonitoredItems])
            elif isinstance(notification, ua.StatusChangeNotification):
                self._end(f"{self.peer} ended the subscription: {_status_words(notification.Status.value)}.", "subscription_lost")

    def _columns(self, points: Sequence[Point[OpcUaAddress]], changes: list[Change]) -> Columns:
        """Plain scalars as they came, each with the server's time and status."""
        handles, values, statuses, sources, servers = map(list, zip(*changes, strict=True))
        times: int | list[int]
        if self.config.time == "arrival":
            times = round(self.now().timestamp() * 1000)
        else:
            ticks = servers if self.config.time == "server" else sources
            now_ms = 0 if all(ticks) else round(self.now().timestamp() * 1000)
            times = [_ms(t or (s if self.config.time == "source" else 0)) or now_ms for t, s in zip(ticks, servers, strict=True)]
            if times[0] == times[-1] and times.count(times[0]) == len(times):
                times = times[0]
        flaws: dict[int, Flaw] = {}
        if any(statuses):
            flaws = {i: Flaw(status, _status_words(status)) for i, status in enumerate(statuses) if status}
        if not math.isfinite(sum(values)):
            for i, value in enumerate(values):
                if value.__class__ is float and not math.isfinite(value) and i not in flaws:
                    flaws[i] = Flaw(Quality.BAD_SENSOR_FAILURE, f"the server sent {value}")
        for i, flaw in flaws.items():
            if flaw.quality >> 31:
                values[i] = None
        return Columns(points, times, values, None if handles == list(range(len(points))) else handles, flaws)

    async def _on_lost(self, _: Exception) -> None:
        self._end(f"{self.peer} closed the connection.", "connection_lost")

    def _end(self, words: str, code: str) -> None:
        if self._lost is not None and not self._lost.done():
            self._lost.set_exception(NotReady(words, code=code, peer=self.peer))
            self._lost.exception()  # whoever subscribes finds it; nobody subscribing is no fault

    def _connected(self) -> Client:
        if self._client is None:
            raise unreachable(ConnectionResetError(), self.peer, self.config.timeout_s)
        return self._client

    def _sample(self, point: Point[OpcUaAddress], found: ua.DataValue) -> Sample:
        quality = int(found.StatusCode.value) if found.StatusCode else 0
        told = {"source": found.SourceTimestamp or found.ServerTimestamp, "server": found.ServerTimestamp, "arrival": None}[
            self.config.time
        ]
        at = self.now() if told is None else told if told.tzinfo else told.replace(tzinfo=UTC)
        raw: Any = found.Value.Value if found.Value is not None else None
        if quality >> 31:
            return Sample(point.name, None, at, quality, _status_words(quality))
        if isinstance(raw, list) and point.address.index is not None:
            if point.address.index >= len(raw):
                return Sample(point.name, None, at, Quality.BAD_NODE_UNKNOWN, f"the array has only {len(raw)} elements")
            raw = raw[point.address.index]
        if raw.__class__ not in _PLAIN:
            try:
                raw = _plain(raw)
            except TypeError as err:
                return Sample(point.name, None, at, Quality.BAD_TYPE_MISMATCH, str(err))
        if raw.__class__ is float and not math.isfinite(raw):
            return Sample(point.name, None, at, Quality.BAD_SENSOR_FAILURE, f"the server sent {raw}")
        return Sample(point.name, raw, at, quality, _status_words(quality) if quality else "")

    def _translated(self, err: BaseException) -> KaogongError:
        if isinstance(err, KaogongError):
            return err
        code = getattr(err, "code", None)
        if code in LOGIN_REFUSED:
            who = self.config.username or "anonymous"
            return AuthRejected(f"{self.peer} refuses the login {who!r}.", code="login_refused", peer=self.peer, user=who)
        if code in CERTIFICATE_REFUSED:
            words = f"{self.peer} refuses the secure channel: {_status_words(code)}. Let the server trust our certificate."
            return AuthRejected(words, code="certificate_refused", peer=self.peer)
        if code in (ua.StatusCodes.BadNodeIdUnknown, ua.StatusCodes.BadNodeIdInvalid):
            return Missing(f"{self.peer} has no such node.", code="node_unknown", peer=self.peer)
        if isinstance(err, ua.UaError) and "No matching endpoints" in str(err):
            words = f"{self.peer} offers no endpoint with {self.config.security}."
            return ConfigInvalid(words, code="security_not_offered", field="config.security", peer=self.peer)
        if code is not None and isinstance(err, ua.UaError):
            return NotReady(
                f"{self.peer} answers: {_status_words(code)}.", code="connection_failed", peer=self.peer, cause=_status_words(code)
            )
        return unreachable(err, self.peer, self.config.timeout_s)


class _Served:
    """One subscription at the server."""

    def __init__(self, group: Group[OpcUaAddress]) -> None:
        self.group = group
        self.id = 0
        self.published = True
        self.quiet = 0
        self.patience = 1
        self.refused: list[int] = []

    def item(self, place: int) -> ua.MonitoredItemCreateRequest:
        return ua.MonitoredItemCreateRequest(
            ItemToMonitor=ua.ReadValueId(
                NodeId=ua.NodeId.from_string(self.group.points[place].address.node), AttributeId=ua.AttributeIds.Value
            ),
            MonitoringMode=ua.MonitoringMode.Reporting,
            RequestedParameters=ua.MonitoringParameters(
                ClientHandle=place, SamplingInterval=self.group.interval_s * 1000, QueueSize=1, DiscardOldest=True
            ),
        )


def _ms(ticks: int) -> int:
    """Milliseconds since 1970 of 100 ns since 1601; 0 stays 0."""
    return (ticks - TICKS_1970) // 10_000 if ticks else 0


_PLAIN = frozenset({float, int, bool, str})


def _plain(raw: Any) -> Value:
    """A scalar the platform can carry; TypeError says why not."""
    if raw is None:
        raise TypeError("the server gives no value")
    if isinstance(raw, datetime):
        return (raw if raw.tzinfo else raw.replace(tzinfo=UTC)).isoformat()
    if isinstance(raw, ua.LocalizedText):
        return raw.Text or ""
    if isinstance(raw, bytes):
        return raw.hex()
    if isinstance(raw, list):
        raise TypeError(f"an array of {len(raw)}: say which element by `index`")
    if isinstance(raw, bool | int | float | str):
        return raw
    if isinstance(raw, ua.NodeId | ua.QualifiedName):
        return str(raw.to_string())
    raise TypeError(f"a value of type {type(raw).__name__} is not a single number or text")


def _coerced(value: Value, kind: ua.VariantType) -> Any:
    if kind is ua.VariantType.Boolean:
        return bool(value)
    if kind in (ua.VariantType.Float, ua.VariantType.Double):
        return float(value)  # type: ignore[arg-type]
    if kind is ua.VariantType.String:
        return str(value)
    return int(value)  # type: ignore[arg-type]


def _status_words(code: int | None) -> str:
    name, _ = ua.status_codes.get_name_and_doc((code or 0) & 0xFFFF0000)
    return str(name)


def _type_name(found: ua.DataValue) -> str:
    node = found.Value.Value if found.Value is not None else None
    if isinstance(node, ua.NodeId) and node.NamespaceIndex == 0 and isinstance(node.Identifier, int) and node.Identifier <= 25:
        return str(ua.VariantType(node.Identifier).name)
    return str(node.to_string()) if isinstance(node, ua.NodeId) else ""


def _browsed(child: ua.ReferenceDescription, types: dict[ua.NodeId, str]) -> Browsed:
    text = child.NodeId.to_string()
    is_variable = child.NodeClass == ua.NodeClass.Variable
    name = child.DisplayName.Text or child.BrowseName.Name
    return Browsed(text, name, not is_variable, {"node": text} if is_variable else None, types.get(child.NodeId, ""))
