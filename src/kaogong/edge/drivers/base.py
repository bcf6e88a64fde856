"""The contract of a driver: one file, one class, no timers of its own."""

from abc import ABC, abstractmethod
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, ClassVar, Generic, TypeAlias, TypeVar

from pydantic import BaseModel, ConfigDict, Field, ValidationError

from kaogong.core.errors import ConfigInvalid, Missing
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


Deliver: TypeAlias = Callable[[Sequence[Sample]], None]


class Driver(ABC, Generic[C, A]):
    """One connection to one machine. The collector owns it and every timer; the driver only speaks the protocol.

    - Failures leave as NotReady, AuthRejected, ConfigInvalid or Missing; a vendor's exceptions are translated here.
    - A polling driver gives `read`. A pushing one sets `pushes` and gives `subscribe`, which runs as long as the
      subscription lives, in a task of the collector; what arrives goes to `deliver`, which never blocks.
    - A bad point is a sample of bad quality with its reason; it never fails the others.
    - A driver never sleeps, retries, starts a task or thread, or reads a clock: `self.now()` is the collector's.
    - The collector passes the same `points` object for a group every time, so a plan may be kept under its identity.
    """

    Config: ClassVar[type[DriverConfig]]
    Address: ClassVar[type[PointAddress]]
    pushes: ClassVar[bool] = False

    def __init__(self, config: C, now: Callable[[], datetime]) -> None:
        self.config, self.now = config, now

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

    async def read(self, points: Sequence[Point[A]]) -> list[Sample]:
        """One sample per point, in order."""
        raise Missing(f"{type(self).__name__} cannot be polled: it pushes.", code="not_supported")

    async def subscribe(self, points: Sequence[Point[A]], deliver: Deliver) -> None:
        """Deliver samples until cancelled; raises the failure that ended the subscription, never returns."""
        raise Missing(f"{type(self).__name__} does not push.", code="not_supported")

    async def check(self) -> bool:
        """Ask a pushing peer whether it still serves us: True = what it last delivered still stands, False = it cannot know.

        Raises NotReady when the subscription is dead although the socket may look well.
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
        hint = problem["msg"].removeprefix("Value error, ")
        if problem["type"] == "extra_forbidden":
            hint = f"there is no such setting; known: {', '.join(model.model_fields)}"
        raise ConfigInvalid(f"{path}: {hint}.", field=path) from err
