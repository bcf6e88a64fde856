"""The contract of a driver: one file, one class, no timers of its own."""

import errno
import socket
from abc import ABC, abstractmethod
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, ClassVar, Generic, NamedTuple, TypeAlias, TypeVar, overload

from pydantic import BaseModel, ConfigDict, Field, ValidationError

from kaogong.core.errors import ConfigInvalid, Missing, NotReady
from kaogong.core.reading import Sample, Value
from kaogong.core.shelf import Shelf


def advanced(default: Any, **field: Any) -> Any:
    """A setting nine in ten never touch: the form folds it away under "advanced"."""
    return Field(default, json_schema_extra={"advanced": True}, **field)


def secret(default: Any = ..., **field: Any) -> Any:
    """A setting the form masks and no log shows."""
    return Field(default, repr=False, json_schema_extra={"format": "password"}, **field)


class DriverConfig(BaseModel):
    """What one connection needs. No default: asked for; default: shown; `advanced(…)`: folded away."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    timeout_s: float = advanced(
        3.0, gt=0, le=120, description="Longest wait for one answer before the other side counts as not responding."
    )


class PointAddress(BaseModel):
    """Where one point lives at the other side, in the protocol's own words."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    @property
    def resolution(self) -> float:
        """The smallest step the point can take: a value written is read back within it. 0: as fine as a double."""
        return 0.0


A = TypeVar("A", bound=PointAddress)
C = TypeVar("C", bound=DriverConfig)


@dataclass(frozen=True, slots=True)
class Point(Generic[A]):
    """One point of a connection: its name there, and its address."""

    name: str
    address: A


@dataclass(frozen=True, slots=True)
class Browsed:
    """One thing found at the other side. `address` is ready for the configuration document; None for a mere folder."""

    id: str
    name: str
    has_children: bool
    address: dict[str, Any] | None = None
    data_type: str = ""


@dataclass(frozen=True, slots=True)
class Group(Generic[A]):
    """Points wanted at one pace."""

    interval_s: float
    points: Sequence[Point[A]]


class Flaw(NamedTuple):
    """Why a value is not good: an OPC UA status code, and words."""

    quality: int
    reason: str


class Columns(Sequence[Sample]):
    """Samples of one group side by side, so that a fast driver makes no object a point; whoever wants one indexes.

    `points` is the object the collector passed, `places` say which of them (None: all, in order). `times` are milliseconds since 1970,
    one for all or one each. `flaws` holds by index what is not good; the value of a bad one is None.
    """

    __slots__ = ("flaws", "places", "points", "times", "values")

    def __init__(
        self,
        points: Sequence[Point[Any]],
        times: int | Sequence[int],
        values: Sequence[Value],
        places: Sequence[int] | None = None,
        flaws: dict[int, Flaw] | None = None,
    ) -> None:
        self.points, self.times, self.values, self.places, self.flaws = points, times, values, places, flaws or {}

    def __len__(self) -> int:
        return len(self.values)

    @overload
    def __getitem__(self, index: int) -> Sample: ...
    @overload
    def __getitem__(self, index: slice) -> list[Sample]: ...
    def __getitem__(self, index: int | slice) -> Sample | list[Sample]:
        if isinstance(index, slice):
            return [self[i] for i in range(*index.indices(len(self)))]
        index = range(len(self))[index]
        point = self.points[index if self.places is None else self.places[index]]
        ms = self.times if isinstance(self.times, int) else self.times[index]
        return Sample(point.name, self.values[index], datetime.fromtimestamp(ms / 1000, UTC), *self.flaws.get(index, ()))


Deliver: TypeAlias = Callable[[Sequence[Sample]], None]


class Driver(ABC, Generic[C, A]):
    """One connection to one machine. The collector owns it and every timer; the driver only speaks the protocol.

    - Failures leave as NotReady, AuthRejected, ConfigInvalid or Missing; a vendor's exceptions are translated here.
    - A polling driver gives `read`. A pushing one sets `pushes` (the class, or an instance by its configuration) and gives
      `subscribe`, which runs as long as the subscription lives, in a task of the collector; what arrives goes to `deliver`,
      which never blocks.
    - A bad point is a sample of bad quality with its reason; it never fails the others.
    - A driver never sleeps, retries, starts a task or thread, or reads a clock: `self.now()` is the collector's.
    - The collector passes the same `points` object for a group every time, so a plan may be kept under its identity.
    - Samples may leave as Columns, which cost a fifth of a list; the collector takes both.
    - `folder` is the connection's own, for what must outlive it (a certificate); it may not exist yet.
    """

    Config: ClassVar[type[DriverConfig]]
    Address: ClassVar[type[PointAddress]]
    pushes: bool = False
    check_every_s: ClassVar[float] = 5.0

    def __init__(self, config: C, now: Callable[[], datetime], folder: Path) -> None:
        self.config, self.now, self.folder = config, now, folder

    @property
    @abstractmethod
    def peer(self) -> str:
        """The other side as an operator would name it: `10.0.0.7:502`."""

    @abstractmethod
    async def open(self) -> None:
        """Connect; returns when the other side has answered. May be called again after `close`."""

    @abstractmethod
    async def close(self) -> None:
        """Let go of everything. Safe twice, safe after a failed or cancelled `open`; raises nothing."""

    async def read(self, points: Sequence[Point[A]]) -> Sequence[Sample]:
        """One sample per point, in order: a list, or Columns where speed matters."""
        raise Missing(f"{type(self).__name__} cannot be polled: it pushes.", code="not_supported")

    async def subscribe(self, groups: Sequence[Group[A]], deliver: Deliver) -> None:
        """Deliver samples of all groups until cancelled; raises the failure that ended it, never returns. Called once an `open`."""
        raise Missing(f"{type(self).__name__} does not push.", code="not_supported")

    async def check(self) -> bool:
        """Ask a pushing peer whether it still serves us: True = what it last delivered still stands, False = it cannot know.

        Called every `check_every_s` while subscribed. Raises NotReady when the subscription is dead although the socket looks well.
        """
        return False

    async def browse(self, parent: str | None = None) -> list[Browsed]:
        """What lies below `parent` (None: the top); Missing where the protocol has no way to say."""
        raise Missing(f"{type(self).__name__} cannot browse: the protocol has no way to list points.", code="not_supported")

    async def write(self, point: Point[A], value: Value) -> None:
        """Write one value; returns when the other side has accepted it."""
        raise Missing(f"{type(self).__name__} cannot write.", code="not_supported")

    @classmethod
    def form(cls) -> dict[str, Any]:
        """JSON Schemas of the connection's and of a point's settings, for forms and the reference."""
        return {"driver": cls.__doc__, "config": cls.Config.model_json_schema(), "address": cls.Address.model_json_schema()}


AnyDriver: TypeAlias = Driver[Any, Any]

SHELF: Shelf[AnyDriver] = Shelf("kaogong.edge.drivers", Driver)  # type: ignore[type-abstract]


def validated(model: type[BaseModel], data: Any, where: str) -> Any:
    """`data` as `model`, or ConfigInvalid whose `field` is the path below `where` and whose message says what to write."""
    try:
        return model.model_validate(data)
    except ValidationError as err:
        problem = err.errors()[0]
        path = ".".join(str(part) for part in (where, *problem["loc"]) if part != "")
        hint = problem["msg"].removeprefix("Value error, ").removesuffix(".")
        if problem["type"] == "extra_forbidden":
            hint = f"there is no such setting; known: {', '.join(model.model_fields)}"
        raise ConfigInvalid(f"{path}: {hint}.", field=path) from err


def unreachable(err: BaseException, peer: str, timeout_s: float) -> NotReady:
    """NotReady for what the operating system says about a connection, in words and with a stable code."""
    if isinstance(err, ConnectionRefusedError):
        return NotReady(f"Connection refused by {peer}.", code="connection_refused", peer=peer)
    if isinstance(err, socket.gaierror):
        return NotReady(f"The name of {peer} is not known.", code="host_unknown", peer=peer)
    if isinstance(err, TimeoutError):
        return NotReady(f"{peer} did not answer within {timeout_s:g} s.", code="timed_out", peer=peer, timeout_s=timeout_s)
    if isinstance(err, ConnectionError | EOFError):
        return NotReady(f"{peer} closed the connection.", code="connection_lost", peer=peer)
    if isinstance(err, OSError) and err.errno in (errno.EHOSTUNREACH, errno.ENETUNREACH):
        return NotReady(f"There is no way to {peer} in the network.", code="network_unreachable", peer=peer)
    return NotReady(f"No connection to {peer}: {err}.", code="connection_failed", peer=peer, cause=str(err))
