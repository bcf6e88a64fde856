"""The configuration document of an edge node: what it connects to, which points, and whose properties they are."""

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Annotated, Any, Literal

from pydantic import BaseModel, ConfigDict, Field, JsonValue, StringConstraints, model_validator

from kaogong.core.errors import ConfigInvalid
from kaogong.core.keys import KEY, check_property_key
from kaogong.edge.drivers.base import SHELF, AnyDriver, DriverConfig, Point, validated
from kaogong.edge.processing import Derived

if TYPE_CHECKING:
    from kaogong.expressions import Scalar

Key = Annotated[str, StringConstraints(pattern=f"^{KEY.pattern}$")]


Priority = Literal["low", "normal", "high"]
PRIORITIES: dict[Priority, int] = {"low": 0, "normal": 1, "high": 2}


class Section(BaseModel):
    """Part of the document; an unknown key is an error, so a typo is never silently ignored."""

    model_config = ConfigDict(frozen=True, extra="forbid")


class Group(Section):
    """How often points are read and when a reading is worth sending."""

    interval_s: float = Field(1.0, ge=0.02, le=86400, description="Time between two readings; for subscriptions the publishing interval.")
    deadband: float | None = Field(
        None, ge=0, description="Send only changes larger than this (0: any change); unset: every reading is sent."
    )
    repeat_s: float = Field(
        30.0, gt=0, description="With a deadband, and for subscriptions, an unchanged value is sent again after this time."
    )
    priority: Priority = Field("normal", description="When the disk buffer is full, the oldest of the lowest priority is dropped first.")
    aggregate: Literal["mean", "min", "max", "sum", "last", "count"] | None = Field(
        None, description="What is sent of the readings of `aggregate_s`; unset: each of them."
    )
    aggregate_s: float = Field(60.0, gt=0, le=86400, description="Length of the windows that are aggregated.")
    stale_after_s: float | None = Field(
        None, gt=0, description="Age at which a value counts as stale; unset: three intervals, at least 5 s; for MQTT 60 s."
    )


class Write(Section):
    """A command of the point's device that writes the point; it is read back before the command is answered."""

    command: Key
    argument: str | None = Field(None, description="Whose value is written; unset: the one named like the property, or the only one.")


class PointEntry(Section):
    """One point and the property of a device it speaks for. `address` is in the driver's own words."""

    device: Key
    property: str
    address: dict[str, JsonValue]
    group: str = "default"
    name: str = Field(
        default_factory=lambda data: f"{data.get('device')}.{data.get('property')}",
        description="Name within the connection; unset: device.property.",
    )

    expression: str | None = Field(
        None,
        description="What is done with each value `x` before anything else, in the expression language: scaling, conversion, limits. "
        "Where it gives nothing the value is left out. Example: if(x > 0, in_unit(x, 'Cel'), null) with the unit [degF].",
    )
    unit: str = Field("1", description="The unit of `x` in the expression, as the machine gives it.")
    write: Write | None = Field(None, description="The command that writes this point; unset: nobody can.")

    @model_validator(mode="after")
    def _property_is_a_key(self) -> "PointEntry":
        try:
            check_property_key(self.property)
        except ConfigInvalid as err:
            raise ValueError(err.message) from err
        return self


class DerivedInput(Section):
    """A point that an expression reads under a name."""

    point: str
    unit: str = "1"
    type: Literal["number", "boolean", "text"] = "number"


class DerivedEntry(Section):
    """A property worked out on the node, also while the platform is away: of a sum, a ratio, or an alarm's condition."""

    device: Key
    property: str
    expression: str
    inputs: dict[str, DerivedInput] = Field(min_length=1)
    repeat_s: float = Field(30.0, gt=0, description="An unchanged value is sent again after this time.")


class Connection(Section):
    """One driver at work: whom it connects to (`config`), how often (`groups`), what it reads (`points`)."""

    name: Key
    driver: str
    config: dict[str, JsonValue]
    enabled: bool = True
    groups: dict[str, Group] = Field(default_factory=dict, description="`default` exists unless it is given.")
    points: tuple[PointEntry, ...] = ()
    derived: tuple[DerivedEntry, ...] = ()

    @model_validator(mode="after")
    def _derived_fit(self) -> "Connection":
        names, spoken = {p.name for p in self.points}, {(p.device, p.property) for p in self.points}
        for derived in self.derived:
            for key, given in derived.inputs.items():
                if given.point not in names:
                    raise ValueError(f"{derived.device}.{derived.property}: {key!r} reads the point {given.point!r}, which is not there")
            if (derived.device, derived.property) in spoken:
                raise ValueError(f"{derived.device}.{derived.property} is derived and read; keep one")
        return self

    @model_validator(mode="after")
    def _points_fit(self) -> "Connection":
        for name, count in Counter(p.name for p in self.points).items():
            if count > 1:
                raise ValueError(f"the point {name!r} is there {count} times; give each its own name")
        for point in self.points:
            if point.group != "default" and point.group not in self.groups:
                raise ValueError(f"point {point.name!r} names the group {point.group!r}; known: {', '.join({*self.groups, 'default'})}")
        return self

    def group(self, name: str) -> Group:
        """The group of that name."""
        return self.groups.get(name) or Group()


class Configuration(Section):
    """Everything an edge node does.

    Example::

        {"connections": [
          {"name": "compressor-plc", "driver": "modbus_tcp",
           "config": {"host": "127.0.0.1", "port": 5020},
           "groups": {"fast": {"interval_s": 0.5}, "slow": {"interval_s": 10, "deadband": 0.1, "repeat_s": 60}},
           "points": [
             {"device": "comp-1", "property": "pressure", "group": "fast",
              "address": {"table": "input", "address": 0, "type": "float32", "order": "CDAB", "device_id": 1}},
             {"device": "comp-1", "property": "running", "address": {"table": "coil", "address": 7}},
             {"device": "comp-1", "property": "alarm", "address": {"table": "holding", "address": 40, "type": "uint16", "bit": 3}},
             {"device": "comp-1", "property": "temperature", "group": "slow",
              "address": {"table": "holding", "address": 41, "type": "int16", "scale": 0.1, "offset": -40}}]},
          {"name": "boiler-opc", "driver": "opcua",
           "config": {"url": "opc.tcp://127.0.0.1:4840/", "security": "Basic256Sha256_SignAndEncrypt",
                      "username": "edge", "password": "…"},
           "points": [{"device": "boiler-1", "property": "steam_flow", "address": {"node": "ns=2;s=boiler-1.steam_flow"}}]},
          {"name": "meters", "driver": "mqtt",
           "config": {"host": "127.0.0.1", "port": 1884, "version": "5"},
           "points": [{"device": "meter-1", "property": "power",
                       "address": {"topic": "meters/1/state", "pointer": "/power", "time_pointer": "/ts"}}]}]}
    """

    connections: tuple[Connection, ...] = ()

    @model_validator(mode="after")
    def _names_differ(self) -> "Configuration":
        for name, count in Counter(c.name for c in self.connections).items():
            if count > 1:
                raise ValueError(f"the connection {name!r} is there {count} times; give each its own name")
        owners: dict[tuple[str, str], str] = {}
        for connection in self.connections:
            for point in connection.points:
                other = owners.setdefault((point.device, point.property), connection.name)
                if other != connection.name:
                    raise ValueError(f"{point.device}.{point.property} is read by both {other!r} and {connection.name!r}; keep one")
        return self


@dataclass(frozen=True, slots=True)
class Target:
    """Whose property a point speaks for."""

    device: str
    property: str


@dataclass(frozen=True, slots=True)
class GroupPlan:
    """The points of one group in one connection, ready for the driver."""

    name: str
    group: Group
    points: tuple[Point[Any], ...]
    steps: dict[int, "Scalar"] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Order:
    """A point that a command writes, and the argument that holds the value."""

    point: Point[Any]
    argument: str


@dataclass(frozen=True, slots=True)
class ConnectionPlan:
    """A connection whose every field has been checked by its driver's own types."""

    name: str
    driver: str
    kind: type[AnyDriver]
    config: DriverConfig
    enabled: bool
    groups: tuple[GroupPlan, ...]
    targets: dict[str, Target]
    orders: dict[tuple[str, str], tuple["Order", ...]]
    derived: tuple[Derived, ...]
    document: Connection

    @property
    def needs_per_s(self) -> float:
        """Samples a second that it brings."""
        return sum(len(g.points) / g.group.interval_s for g in self.groups) if self.enabled else 0.0


def read_document(data: Any) -> Configuration:
    """The document as types; ConfigInvalid names the field. Does not ask the drivers: `plan` does."""
    checked: Configuration = validated(Configuration, data, "")
    return checked


def plan(configuration: Configuration) -> tuple[ConnectionPlan, ...]:
    """Each connection checked by its driver; imports only the drivers named. ConfigInvalid names the first wrong field."""
    kinds: dict[str, type[AnyDriver]] = {}  # looking on the shelf takes 9 ms, and a node may have a thousand connections
    plans = []
    for i, connection in enumerate(configuration.connections):
        where = f"connections.{i}"
        if connection.driver not in kinds:
            try:
                kinds[connection.driver] = SHELF.load(connection.driver)
            except ConfigInvalid as err:
                raise ConfigInvalid(f"{where}.driver: {err.message}", field=f"{where}.driver") from err
        plans.append(_plan(connection, kinds[connection.driver], where))
    return tuple(plans)


def _plan(connection: Connection, kind: type[AnyDriver], where: str) -> ConnectionPlan:
    config: DriverConfig = validated(kind.Config, connection.config, f"{where}.config")
    grouped: dict[str, list[Point[Any]]] = {}
    orders: dict[tuple[str, str], tuple[Order, ...]] = {}
    steps: dict[str, dict[int, Scalar]] = {}
    for i, entry in enumerate(connection.points):
        address = validated(kind.Address, entry.address, f"{where}.points.{i}.address")
        point = Point(entry.name, address)
        grouped.setdefault(entry.group, []).append(point)
        if entry.expression is not None:
            step = _compiled(entry.expression, {"x": ("number", entry.unit)}, f"{where}.points.{i}.expression")
            steps.setdefault(entry.group, {})[len(grouped[entry.group]) - 1] = step
        if entry.write is not None:
            order = Order(point, entry.write.argument or entry.property)
            orders[entry.device, entry.write.command] = (*orders.get((entry.device, entry.write.command), ()), order)
    groups = tuple(GroupPlan(name, connection.group(name), tuple(points), steps.get(name, {})) for name, points in grouped.items())
    derived = tuple(_derived(entry, f"{where}.derived.{i}") for i, entry in enumerate(connection.derived))
    targets = {p.name: Target(p.device, p.property) for p in connection.points}
    return ConnectionPlan(
        connection.name, connection.driver, kind, config, connection.enabled, groups, targets, orders, derived, connection
    )


def _derived(entry: DerivedEntry, where: str) -> Derived:
    names = {key: (given.type, given.unit) for key, given in entry.inputs.items()}
    expression = _compiled(entry.expression, names, f"{where}.expression")
    unknown = expression.inputs - names.keys()
    if unknown:
        raise ConfigInvalid(
            f"{where}.inputs: the expression reads {', '.join(sorted(unknown))}, which is no input.", field=f"{where}.inputs"
        )
    return Derived(entry.device, entry.property, expression, {key: given.point for key, given in entry.inputs.items()}, entry.repeat_s)


def _compiled(text: str, names: Mapping[str, tuple[str, str]], where: str) -> "Scalar":
    """The expression, or ConfigInvalid that names the field and the position in the text."""
    from kaogong.core import units  # noqa: PLC0415  (pint and sqlglot take a second on a small machine: only where they are needed)
    from kaogong.core.reading import Kind  # noqa: PLC0415
    from kaogong.expressions import compile_scalar  # noqa: PLC0415

    try:
        return compile_scalar(text, {key: (Kind(kind), units.canonical(unit)) for key, (kind, unit) in names.items()})
    except ConfigInvalid as err:
        raise ConfigInvalid(f"{where}: {err.message}", code=err.stable_code, **{**err.details, "field": where}) from err
