"""MTConnect over HTTP: machine tools through their agent; everything once, then only what has changed, by sequence number."""

import contextlib
import math
import socket
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, Literal
from xml.parsers import expat

import httpx2 as httpx
from pydantic import Field, field_validator

from kaogong.core.errors import AuthRejected, ConfigInvalid, KaogongError, Missing, NotReady
from kaogong.core.quality import Quality
from kaogong.core.reading import Sample, Value
from kaogong.edge.drivers.base import Browsed, Driver, DriverConfig, Point, PointAddress, advanced, secret, unreachable

CATEGORIES = frozenset({"Samples", "Events", "Condition"})
LEVELS = ("NORMAL", "WARNING", "FAULT")
UNAVAILABLE = "UNAVAILABLE"
MOST_A_PAGE, MOST_PAGES = 1000, 200
LARGEST = 256 << 20


class MTConnectConfig(DriverConfig):
    """Which agent, and who we are there."""

    url: str = Field(description="Address of the agent, for example http://10.0.0.7:5000.")
    device: str = Field("", description="Name or uuid of one device of the agent; empty: all of them.")
    username: str = Field("", description="Where the agent stands behind a login (HTTP Basic).")
    password: str = secret("")
    ca_certificate: str = advanced("", description="PEM file of the authority that signed the agent's certificate; empty: the usual ones.")

    @field_validator("url")
    @classmethod
    def _is_an_address(cls, value: str) -> str:
        try:
            url = httpx.URL(value)
        except httpx.InvalidURL as err:
            raise ValueError("write http://host:port") from err
        if url.scheme not in ("http", "https") or not url.host or url.query:
            raise ValueError("write http://host:port")
        return value.rstrip("/")


class MTConnectAddress(PointAddress):
    """A data item of the agent."""

    data_item: str = Field(min_length=1, description="Id of the data item, as the agent's probe says.")
    type: Literal["auto", "number", "text"] = Field(
        "auto", description="auto: samples are numbers, events and conditions texts; number also reads a number in an event."
    )
    index: int | None = Field(None, ge=0, description="Of a value of several numbers (a position in space, a time series): which one.")


class MTConnect(Driver[MTConnectConfig, MTConnectAddress]):
    """MTConnect (ANSI/MTC1.4) over HTTP on Ethernet or wireless networks: machine tools through the agent of machine or plant.

    Everything is read once (`current`), then what has changed since (`sample` from the next sequence number). An agent that was
    restarted (its instance differs) or whose buffer has run over is read anew. UNAVAILABLE is bad. A value that has just changed
    carries the agent's time; one that still stands is confirmed with ours. Conditions read NORMAL, WARNING or FAULT, the worst of
    those active. Read only, as the protocol is. Of changes between two readings the last one counts. Data sets and assets are not read.
    """

    Config = MTConnectConfig
    Address = MTConnectAddress

    def __init__(self, config: MTConnectConfig, now: Callable[[], datetime], folder: Path) -> None:
        super().__init__(config, now, folder)
        self._http: httpx.AsyncClient | None = None
        self._latest: dict[str, _Observation] = {}
        self._confirmed: dict[str, _Observation] = {}
        self._next: int | None = None
        self._instance = ""
        self._page = MOST_A_PAGE

    @property
    def peer(self) -> str:
        url = httpx.URL(self.config.url)
        return f"{url.host}:{url.port or (443 if url.scheme == 'https' else 80)}"

    async def open(self) -> None:
        await self.close()
        config = self.config
        self._http = httpx.AsyncClient(
            timeout=config.timeout_s,
            auth=(config.username, config.password) if config.username else None,
            verify=self._trust(),
            trust_env=False,
            headers={"accept": "text/xml, application/xml"},
        )
        await self._start_over()

    async def close(self) -> None:
        http, self._http = self._http, None
        self._latest, self._confirmed, self._next = {}, {}, None
        if http is not None:
            with contextlib.suppress(OSError, httpx.HTTPError):
                await http.aclose()

    async def read(self, points: Sequence[Point[MTConnectAddress]]) -> list[Sample]:
        await self._catch_up()
        now = self.now()
        return [self._sample(p, now) for p in points]

    async def browse(self, parent: str | None = None) -> list[Browsed]:
        """Devices at the top, below each its components and data items."""
        tree = _Tree()
        await self._get("probe", {}, tree)
        node = tree.root if parent is None else tree.nodes.get(parent)
        if node is None:
            raise Missing(f"{self.peer} has no such node.", code="node_unknown", peer=self.peer)
        return [*(Browsed(n.id, n.name, True) for n in node.children), *map(_browsed, node.items)]

    async def _start_over(self) -> None:
        found = _Streams()
        await self._get("current", {}, found)
        self._latest, self._confirmed = {}, {}
        self._take(found)
        self._instance = found.instance
        self._page = min(MOST_A_PAGE, found.size or MOST_A_PAGE)

    async def _catch_up(self) -> None:
        """What has changed since, page by page; all of it anew where that cannot be had."""
        if self._next is None:
            await self._start_over()
            return
        for _ in range(MOST_PAGES):
            found = _Streams()
            try:
                await self._get("sample", {"from": self._next, "count": self._page}, found)
            except _OutOfRange:
                break
            if found.instance != self._instance:
                break
            self._take(found)
            if found.next > found.last:
                return
        await self._start_over()

    def _take(self, found: "_Streams") -> None:
        for observation in found.observations:
            former = self._latest.get(observation.item)
            self._latest[observation.item] = observation if former is None else observation.after(former)
        self._next = found.next

    async def _get(self, what: str, query: Mapping[str, Any], document: "_Document") -> None:
        http = self._http
        if http is None:
            raise unreachable(ConnectionResetError(), self.peer, self.config.timeout_s)
        url = "/".join(part for part in (self.config.url, self.config.device, what) if part)
        try:
            async with http.stream("GET", url, params=query) as answer:
                if answer.status_code in (httpx.codes.UNAUTHORIZED, httpx.codes.FORBIDDEN):
                    who = self.config.username or "without a name"
                    raise AuthRejected(f"{self.peer} refuses the login {who!r}.", code="login_refused", peer=self.peer, user=who)
                async for chunk in answer.aiter_bytes():
                    document.feed(chunk)
                document.feed(b"", is_last=True)
        except expat.ExpatError as err:
            raise NotReady(f"{self.peer} does not answer in XML: {err}.", code="answer_garbled", peer=self.peer) from err
        except (httpx.HTTPError, OSError) as err:
            raise self._translated(err) from err
        if document.errors:
            raise self._refused(document.errors)
        if not document.is_complete:
            words = f"{self.peer} answers a document <{document.kind}>: no MTConnect agent is at {self.config.url}."
            raise NotReady(words, code="answer_garbled", peer=self.peer)

    def _refused(self, errors: Sequence[tuple[str, str]]) -> KaogongError:
        code, text = errors[0]
        if code == "OUT_OF_RANGE":
            return _OutOfRange(f"{self.peer} has lost what came in between.", code="agent_error", peer=self.peer)
        if code == "NO_DEVICE":
            words = f"The agent {self.peer} has no device {self.config.device!r}."
            return ConfigInvalid(words, code="device_unknown", field="config.device", peer=self.peer)
        return NotReady(f"The agent {self.peer} answers {code or 'an error'}: {text}.", code="agent_error", peer=self.peer, cause=code)

    def _translated(self, err: BaseException) -> KaogongError:
        if isinstance(err, httpx.TimeoutException):
            return unreachable(TimeoutError(), self.peer, self.config.timeout_s)
        if isinstance(err, httpx.RemoteProtocolError) and "disconnected" not in str(err):
            return NotReady(f"{self.peer} does not speak HTTP: {err}.", code="answer_garbled", peer=self.peer)
        if isinstance(err, httpx.ConnectError) and "certificate" in str(err).lower():
            return AuthRejected(f"The certificate of {self.peer} is not trusted: {err}.", code="certificate_refused", peer=self.peer)
        causes = list(_causes(err))
        named = next((c for c in causes if isinstance(c, ConnectionError | socket.gaierror) or getattr(c, "errno", None)), None)
        return unreachable(named or next(iter(causes), ConnectionResetError()), self.peer, self.config.timeout_s)

    def _trust(self) -> Any:
        if not self.config.ca_certificate:
            return True
        try:
            return httpx.create_ssl_context(verify=self.config.ca_certificate)
        except OSError as err:
            message = f"The authority's certificate {self.config.ca_certificate} cannot be read: {err}."
            raise ConfigInvalid(message, code="certificate_unreadable", field="config.ca_certificate") from err

    def _sample(self, point: Point[MTConnectAddress], now: datetime) -> Sample:
        found = self._latest.get(point.address.data_item)
        if found is None:
            return Sample(point.name, None, now, Quality.BAD_NODE_UNKNOWN, "the agent has no such data item")
        is_new = self._confirmed.get(point.name) is not found
        self._confirmed[point.name] = found
        at = found.at if is_new and found.at is not None else now
        if found.text == UNAVAILABLE:
            return Sample(point.name, None, at, Quality.BAD_NO_COMMUNICATION, "the agent gets no value from the machine (UNAVAILABLE)")
        try:
            return Sample(point.name, _plain(found, point.address), at)
        except ValueError as err:
            return Sample(point.name, None, at, Quality.BAD_TYPE_MISMATCH, str(err))


class _OutOfRange(NotReady):
    """The agent's buffer no longer has what we ask for."""


@dataclass(frozen=True, slots=True, eq=False)
class _Observation:
    """What the agent last said of one data item. `active` are the conditions that stand, by the machine's own code."""

    item: str
    category: str
    text: str
    at: datetime | None
    active: Mapping[str, str] = field(default_factory=dict)

    def after(self, former: "_Observation") -> "_Observation":
        """A condition adds to those that stand, a NORMAL with a code ends that one, one without ends all."""
        if self.category != "Condition" or former.category != "Condition" or self.text == UNAVAILABLE:
            return self
        code, level = next(iter(self.active.items()), ("", self.text))
        if level == "NORMAL" and not code:
            return self
        active = {c: v for c, v in {**former.active, code: level}.items() if v != "NORMAL"}
        worst = max(active.values(), key=LEVELS.index, default="NORMAL")
        return _Observation(self.item, self.category, worst, self.at, active)


class _Document:
    """One XML answer, parsed as it arrives. A document type is refused: entities are how XML harms its reader."""

    kind = ""
    wanted = ""

    def __init__(self) -> None:
        self.errors: list[tuple[str, str]] = []
        self.instance = ""
        self.is_complete = False
        self._size = 0
        self._path: list[str] = []
        self._text = ""
        self._error_code = ""
        self._parser = expat.ParserCreate(namespace_separator=" ")
        self._parser.buffer_text = True
        self._parser.StartDoctypeDeclHandler = self._refuse
        self._parser.StartElementHandler = self._begin
        self._parser.EndElementHandler = self._end
        self._parser.CharacterDataHandler = self._add

    def feed(self, chunk: bytes, *, is_last: bool = False) -> None:
        """Raises ExpatError on what is no XML, or none we would read."""
        self._size += len(chunk)
        if self._size > LARGEST:
            raise expat.ExpatError(f"more than {LARGEST >> 20} MB")
        self._parser.Parse(chunk, is_last)
        if is_last:
            self.is_complete = self.kind == self.wanted

    def begin(self, name: str, parent: str, given: dict[str, str]) -> None:
        """An element has begun."""

    def end(self, name: str, text: str) -> None:
        """An element has ended."""

    def _refuse(self, *_: Any) -> None:
        raise expat.ExpatError("it declares a document type")

    def _begin(self, name: str, given: dict[str, str]) -> None:
        name = name.rpartition(" ")[2]
        parent = self._path[-1] if self._path else ""
        self.kind = self.kind or name
        if name == "Header":
            self.instance = given.get("instanceId", "")
        elif name == "Error":
            self._error_code = given.get("errorCode", "")
        self._path.append(name)
        self._text = ""
        self.begin(name, parent, given)

    def _end(self, _: str) -> None:
        name = self._path.pop()
        if name == "Error":
            self.errors.append((self._error_code, self._text.strip()))
        self.end(name, self._text.strip())
        self._text = ""

    def _add(self, text: str) -> None:
        self._text += text


class _Streams(_Document):
    """The answer to `current` and `sample`."""

    wanted = "MTConnectStreams"

    def __init__(self) -> None:
        super().__init__()
        self.observations: list[_Observation] = []
        self.next = self.last = self.size = 0
        self._open: tuple[str, str, dict[str, str]] | None = None
        self._is_set = False

    def begin(self, name: str, parent: str, given: dict[str, str]) -> None:
        if name == "Header":
            self.next, self.last, self.size = (_whole(given.get(n, "")) for n in ("nextSequence", "lastSequence", "bufferSize"))
        elif parent in CATEGORIES and "dataItemId" in given:
            self._open, self._is_set = (name, parent, given), False
        elif self._open is not None:
            self._is_set = True

    def end(self, name: str, text: str) -> None:
        if self._open is None or name != self._open[0] or self._path[-1:] != [self._open[1]]:
            return
        _, category, given = self._open
        self._open = None
        item, at = given["dataItemId"], _time(given.get("timestamp", ""))
        if category != "Condition":
            self.observations.append(_Observation(item, "Sets" if self._is_set else category, text, at))
            return
        level = name.upper()
        active = {given.get("nativeCode", ""): level} if level in LEVELS else {}
        self.observations.append(_Observation(item, category, level if level in LEVELS else UNAVAILABLE, at, active))


@dataclass(slots=True)
class _Node:
    """A device or component of the probe, with what stands below it."""

    id: str
    name: str
    children: "list[_Node]" = field(default_factory=list)
    items: list[dict[str, str]] = field(default_factory=list)


class _Tree(_Document):
    """The answer to `probe`."""

    wanted = "MTConnectDevices"

    def __init__(self) -> None:
        super().__init__()
        self.root = _Node("", "")
        self.nodes: dict[str, _Node] = {}
        self._open: list[tuple[int, _Node]] = [(0, self.root)]

    def begin(self, name: str, parent: str, given: dict[str, str]) -> None:
        if name == "DataItem" and "id" in given:
            self._open[-1][1].items.append(given)
        elif parent in ("Devices", "Components") and "id" in given:
            node = _Node(given["id"], f"{name} {given.get('name') or given['id']}")
            self._open[-1][1].children.append(node)
            self.nodes[node.id] = node
            self._open.append((len(self._path), node))

    def end(self, name: str, text: str) -> None:
        if len(self._open) > 1 and self._open[-1][0] == len(self._path) + 1:
            self._open.pop()


def _browsed(given: dict[str, str]) -> Browsed:
    words = " ".join(given[n] for n in ("category", "type", "subType") if given.get(n)) or "data item"
    unit = f" [{given['units']}]" if given.get("units") else ""
    return Browsed(f"item {given['id']}", given.get("name") or given["id"], False, {"data_item": given["id"]}, words + unit)


def _plain(found: _Observation, address: MTConnectAddress) -> Value:
    if found.category == "Sets":
        raise ValueError("it is a data set, not a single value")
    text = found.text
    if address.index is not None:
        parts = text.split()
        if address.index >= len(parts):
            raise ValueError(f"it has only {len(parts)} values")
        text = parts[address.index]
    if address.type == "text" or (address.type == "auto" and found.category != "Samples"):
        return text
    return _number(text, is_real=found.category == "Samples")


def _number(text: str, *, is_real: bool) -> Value:
    """A sample is a real number even where it is written without a point; an event may be a count."""
    if len(text.split()) > 1:
        raise ValueError(f"it has {len(text.split())} values: say which one by `index`")
    try:
        value = int(text) if not is_real and text.lstrip("+-").isdigit() else float(text)
    except ValueError as err:
        raise ValueError(f"{text[:40]!r} is no number") from err
    if not math.isfinite(value):
        raise ValueError(f"the agent sent {text}")
    return value


def _causes(err: BaseException | None) -> Iterator[OSError]:
    """What the operating system said, below what the layers in between made of it."""
    while err is not None:
        if isinstance(err, OSError):
            yield err
        if isinstance(err, BaseExceptionGroup):
            for inner in err.exceptions:
                yield from _causes(inner)
        err = err.__cause__ or err.__context__


def _whole(text: str) -> int:
    return int(text) if text.isdigit() else 0


def _time(text: str) -> datetime | None:
    try:
        moment = datetime.fromisoformat(text)
    except ValueError:
        return None
    return moment.astimezone(UTC) if moment.tzinfo else moment.replace(tzinfo=UTC)
