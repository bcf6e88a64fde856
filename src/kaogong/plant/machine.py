"""What every simulated machine is: a device type in words and units, and a `step` that moves its physics on."""

from abc import ABC, abstractmethod
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, ClassVar, TypeAlias

import numpy as np

if TYPE_CHECKING:
    from kaogong.plant.surroundings import Surroundings

Value: TypeAlias = float | int | bool | str
Reading: TypeAlias = dict[str, Value]


# The Chinese of every state word.
WORDS: Mapping[str, str] = {
    "OFF": "关机", "IDLE": "空闲", "RUNNING": "运行", "TOOL_CHANGE": "换刀", "ALARM": "报警", "STOPPED": "停止", "STARTING": "启动中",
    "FAULT": "故障", "UNLOADED": "卸载", "LOADED": "加载", "STANDBY": "待机", "MPPT": "最大功率跟踪", "DERATED": "降额", "PURGE": "吹扫",
    "LOW_FIRE": "小火", "MODULATING": "调节", "LOCKOUT": "联锁停炉", "OK": "正常", "DEVIATION": "偏差", "STUCK": "卡涩",
    "A": "A 区（良好）", "B": "B 区（可长期运行）", "C": "C 区（报警）", "D": "D 区（危险）",
}  # fmt: skip


@dataclass(frozen=True, slots=True)
class Property:
    """One property of a device type. `noise` is the standard deviation of its sensor, in `unit`."""

    key: str
    en: str
    zh: str
    unit: str
    minimum: float | None
    maximum: float | None
    resolution: float | None
    about_en: str
    about_zh: str
    kind: str = "number"
    noise: float = 0.0
    options: tuple[str, ...] = ()
    expression: str | None = None
    is_counter: bool = False

    def document(self, stale_after_s: float) -> dict[str, Any]:
        """The property as the HTTP interface takes it."""
        document: dict[str, Any] = {
            "key": self.key,
            "name": {"en": self.en, "zh": self.zh},
            "description": {"en": self.about_en, "zh": self.about_zh},
            "type": self.kind,
            "stale_after_s": stale_after_s,
            "access": "read",
        }
        if self.kind in ("number", "integer"):
            document |= {"unit": self.unit, "min": self.minimum, "max": self.maximum}
            if self.resolution is not None:
                document["resolution"] = self.resolution
        if self.options:
            document["options"] = [
                {"value": o, "name": {"en": o.replace("_", " ").capitalize(), "zh": WORDS.get(o, o)}} for o in self.options
            ]
        if self.expression:
            document["expression"] = self.expression
        return document


def choice(key: str, en: str, zh: str, options: tuple[str, ...], about_en: str, about_zh: str) -> Property:
    """An enumeration; on Modbus it travels as its place in `options`."""
    return Property(key, en, zh, "1", None, None, None, about_en, about_zh, kind="enum", options=options)


def flag(key: str, en: str, zh: str, about_en: str, about_zh: str) -> Property:
    """A yes or no."""
    return Property(key, en, zh, "1", None, None, None, about_en, about_zh, kind="boolean")


def text(key: str, en: str, zh: str, about_en: str, about_zh: str) -> Property:
    """A word such as the name of a program."""
    return Property(key, en, zh, "1", None, None, None, about_en, about_zh, kind="text")


def count(key: str, en: str, zh: str, maximum: int, about_en: str, about_zh: str, unit: str = "1") -> Property:
    """A whole number from zero on."""
    return Property(key, en, zh, unit, 0, maximum, None, about_en, about_zh, kind="integer")


def total(key: str, en: str, zh: str, unit: str, resolution: float, about_en: str, about_zh: str) -> Property:
    """A register that only counts up and outlives restarts."""
    return Property(key, en, zh, unit, 0, 4e9 * resolution, resolution, about_en, about_zh, is_counter=True)


def derived(key: str, en: str, zh: str, unit: str, expression: str, about_en: str, about_zh: str) -> Property:
    """A property the platform computes from others of the same device; the device never sends it."""
    return Property(key, en, zh, unit, None, None, None, about_en, about_zh, expression=expression)


@dataclass(frozen=True, slots=True)
class Modbus:
    """Behind a gateway or PLC, as one unit id."""

    gateway: str
    unit: int


@dataclass(frozen=True, slots=True)
class OpcUa:
    """An object in the address space of a controller."""

    server: str


@dataclass(frozen=True, slots=True)
class Mqtt:
    """Straight to the platform's broker, one message every `period_s`."""

    period_s: int = 1


Channel: TypeAlias = Modbus | OpcUa | Mqtt


@dataclass(frozen=True, slots=True)
class Installed:
    """One machine as it stands in the plant; `facts` are its size and what it is connected to."""

    key: str
    en: str
    zh: str
    place: str
    channel: Channel
    facts: Mapping[str, Any] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class EventKind:
    """Something a machine reports once, when it happens."""

    key: str
    en: str
    zh: str
    severity: str = "info"


@dataclass(frozen=True, slots=True)
class Event:
    """An event that happened: `name` is an EventKind's key, `body` JSON-safe."""

    name: str
    body: Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class Argument:
    """What a command is told; numbers lie between `minimum` and `maximum`."""

    key: str
    en: str
    zh: str
    kind: str = "number"
    unit: str = "1"
    minimum: float | None = None
    maximum: float | None = None

    def document(self) -> dict[str, Any]:
        """The argument as the HTTP interface takes it."""
        bounds = {"unit": self.unit, "min": self.minimum, "max": self.maximum} if self.kind in ("number", "integer") else {}
        return {"key": self.key, "name": {"en": self.en, "zh": self.zh}, "type": self.kind} | bounds


@dataclass(frozen=True, slots=True)
class CommandKind:
    """Something a machine can be told to do, over the connection it speaks on."""

    key: str
    en: str
    zh: str
    about_en: str
    about_zh: str
    arguments: tuple[Argument, ...] = ()

    def document(self) -> dict[str, Any]:
        """The command as the HTTP interface takes it."""
        words = {"name": {"en": self.en, "zh": self.zh}, "description": {"en": self.about_en, "zh": self.about_zh}}
        return {"key": self.key, **words, "parameters": [argument.document() for argument in self.arguments]}


class Refused(Exception):
    """Why a machine does not do what it is told, in words."""


class Machine(ABC):
    """A kind of machine is one file in `machines/`: this class, its physics, and the units installed.

    `step` is called once a simulated second in the order of `stage`, returns the true value of every property
    that is not derived, and draws power, water, gas, air and heat through `around` so that the meters see it.
    Sensor noise, limits and resolution are applied afterwards by the world. `kept` names the attributes that
    outlive a restart of the plant: counters, wear, levels.
    """

    key: ClassVar[str]
    en: ClassVar[str]
    zh: ClassVar[str]
    stage: ClassVar[int]
    stale_after_s: ClassVar[float] = 10.0
    properties: ClassVar[tuple[Property, ...]]
    events: ClassVar[tuple[EventKind, ...]] = ()
    commands: ClassVar[tuple[CommandKind, ...]] = ()
    installed: ClassVar[tuple[Installed, ...]]
    kept: ClassVar[tuple[str, ...]] = ()

    def __init__(self, unit: Installed, rng: np.random.Generator) -> None:
        self.unit = unit
        self.name = unit.key
        self.rng = rng
        self.faults: set[str] = set()
        self.happened: list[Event] = []

    @abstractmethod
    def step(self, dt: float, around: "Surroundings") -> Reading:
        """Move on by `dt` seconds; the true value of every measured property."""

    def mend(self, fault: str) -> None:  # noqa: B027  (most machines have nothing to renew)
        """What repair changes when `fault` is cleared: a new bearing, a cleaned surface."""

    def obey(self, command: str, arguments: Mapping[str, Any]) -> Mapping[str, Any]:
        """Do what is told and answer how it stands now; raises Refused."""
        raise Refused(f"there is no command {command}")

    def report(self, name: str, **body: Any) -> None:
        """Put an event on its way."""
        self.happened.append(Event(name, body))

    @classmethod
    def measured(cls) -> tuple[Property, ...]:
        """The properties the device itself sends."""
        return tuple(p for p in cls.properties if p.expression is None)

    @classmethod
    def document(cls) -> dict[str, Any]:
        """The device type as `POST /api/v1/device-types` takes it."""
        return {
            "key": cls.key,
            "name": {"en": cls.en, "zh": cls.zh},
            "properties": [p.document(cls.stale_after_s) for p in cls.properties],
            "commands": [c.document() for c in cls.commands],
            "events": [{"key": e.key, "name": {"en": e.en, "zh": e.zh}, "severity": e.severity} for e in cls.events],
        }
