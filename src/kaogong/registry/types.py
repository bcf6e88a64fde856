"""What the registry speaks: things as callers give them and as they get them back."""

from datetime import datetime
from enum import StrEnum
from typing import Annotated, Any, Literal, NamedTuple

import numpy as np
import numpy.typing as npt
from pydantic import BaseModel, BeforeValidator, ConfigDict, Field, model_validator

from kaogong.core.principal import Role
from kaogong.core.sample import Kind

Level = Literal["site", "area", "line", "cell"]
LEVELS: tuple[Level, ...] = ("site", "area", "line", "cell")


class Thing(BaseModel):
    """A frozen shape; unknown fields are refused, so a typo is never silently ignored."""

    model_config = ConfigDict(frozen=True, extra="forbid")


class Name(Thing):
    """What people call it. One language stands in for the other; plain text stands for both."""

    en: str = ""
    zh: str = ""

    @model_validator(mode="before")
    @classmethod
    def _from_text(cls, value: Any) -> Any:
        return {"en": value, "zh": value} if isinstance(value, str) else value

    @model_validator(mode="after")
    def _complete(self) -> "Name":
        object.__setattr__(self, "en", self.en or self.zh)
        object.__setattr__(self, "zh", self.zh or self.en)
        return self


class Tenant(Thing):
    """An organisation; everything else belongs to one."""

    id: int
    key: str
    name: Name
    created_at: datetime
    version: int


class NewPerson(Thing):
    """A person to be created. `password_hash` is Argon2id made by security; None: cannot sign in yet."""

    name: str
    display_name: str = ""
    roles: tuple[Role, ...] = (Role.VIEWER,)
    language: Literal["zh", "en"] = "zh"
    password_hash: str | None = Field(None, repr=False)
    must_change_password: bool = True


class PersonPatch(Thing):
    """What to change of a person; only the fields given."""

    display_name: str = ""
    roles: tuple[Role, ...] = ()
    language: Literal["zh", "en"] = "zh"
    disabled: bool = False


class Person(Thing):
    """Somebody who signs in. `name` is the login, unique in the tenant whatever its case."""

    id: int
    name: str
    display_name: str
    roles: tuple[Role, ...]
    language: Literal["zh", "en"]
    must_change_password: bool
    disabled: bool
    created_at: datetime
    version: int


class PersonRecord(NamedTuple):
    """A person as signing in needs them; never leaves the server."""

    tenant_id: int
    tenant: str
    person: Person
    password_hash: str | None


class NewPlace(Thing):
    """A place to be created under `parent` (a path; None: a site)."""

    key: str
    name: Name
    parent: str | None = None
    time_zone: str | None = None


class PlacePatch(Thing):
    """What to change of a place; only the fields given."""

    name: Name = Name()
    time_zone: str | None = None


class Place(Thing):
    """A node of the ISA-95 tree; `path` is `site/area/line/cell`. `time_zone` is the site's, also on what lies below it."""

    id: int
    path: str
    key: str
    name: Name
    level: Level
    time_zone: str | None
    version: int


class Option(Thing):
    """One value an enumeration may take."""

    value: str
    name: Name = Name()


# A document that says `"unit": null` means a bare number, as one that leaves it out does.
UnitText = Annotated[str, BeforeValidator(lambda written: "1" if written is None else written)]


class Property(Thing):
    """One property of a device type. `type` and `unit` decide its id; `expression` makes it a derived one."""

    key: str
    name: Name = Name()
    description: Name = Name()
    type: Kind = Kind.NUMBER
    unit: UnitText = "1"
    min: float | None = None
    max: float | None = None
    resolution: float | None = None
    stale_after_s: float | None = None
    access: Literal["read", "write", "read_write"] = "read"
    options: tuple[Option, ...] = ()
    expression: str | None = None
    id: int = 0


class Parameter(Thing):
    """One argument of a command or field of an event."""

    key: str
    name: Name = Name()
    type: Kind = Kind.NUMBER
    unit: UnitText = "1"
    min: float | None = None
    max: float | None = None
    options: tuple[Option, ...] = ()
    required: bool = True


class OperationKind(StrEnum):
    """What kind of management a command is; requirement C05 counts the kinds."""

    START = "start"
    STOP = "stop"
    RESET = "reset"
    RESTART = "restart"
    SETPOINT = "setpoint"
    PARAMETER = "parameter"
    MODE = "mode"
    ENABLE = "enable"
    DISABLE = "disable"
    SCHEDULE = "schedule"
    CALIBRATE = "calibrate"
    DIAGNOSE = "diagnose"
    ACKNOWLEDGE = "acknowledge"
    LOCK = "lock"
    UNLOCK = "unlock"
    MAINTENANCE = "maintenance"
    CONFIGURATION = "configuration"
    FIRMWARE = "firmware"
    OTHER = "other"


class Command(Thing):
    """Something a device can be told to do.

    `risk` high needs a second person. `precondition` is an expression on the device's own properties that must be true when the
    command leaves. `read_back` takes properties to the parameters they must equal in the answer. `timeout_s` is how long an answer may take.
    """

    key: str
    name: Name = Name()
    description: Name = Name()
    parameters: tuple[Parameter, ...] = ()
    kind: OperationKind = OperationKind.OTHER
    risk: Literal["low", "high"] = "low"
    precondition: str | None = None
    read_back: dict[str, str] = Field(default_factory=dict, max_length=100)
    timeout_s: float | None = Field(None, gt=0, le=86_400)


class Event(Thing):
    """Something a device can say happened."""

    key: str
    name: Name = Name()
    description: Name = Name()
    severity: Literal["info", "warning", "critical"] = "info"
    fields: tuple[Parameter, ...] = ()


class TypeDraft(Thing):
    """A device type as its author writes it."""

    key: str
    name: Name = Name()
    description: Name = Name()
    properties: tuple[Property, ...] = ()
    commands: tuple[Command, ...] = ()
    events: tuple[Event, ...] = ()


class DeviceType(TypeDraft):
    """A device type; properties carry their ids, units are UCUM codes. A built-in one cannot be changed."""

    id: int
    is_built_in: bool
    created_at: datetime
    version: int


class TypeChange(Thing):
    """What a put did: property keys by what became of them. `replaced` got a new id because kind or unit differ."""

    type: DeviceType
    added: tuple[str, ...] = ()
    changed: tuple[str, ...] = ()
    replaced: tuple[str, ...] = ()
    revived: tuple[str, ...] = ()
    retired: tuple[str, ...] = ()


class NewDevice(Thing):
    """A device to be created. Without `asset` an asset of the same key is made and bound; with it the named one is bound."""

    key: str
    name: Name = Name()
    type: str
    place: str | None = None
    asset: str | None = None
    gateway: str | None = None
    is_gateway: bool = False


class DevicePatch(Thing):
    """What to change of a device; only the fields given, None clears."""

    name: Name = Name()
    place: str | None = None
    gateway: str | None = None


class Device(Thing):
    """The box that speaks. `gateway` is the device that speaks for it, None when it speaks itself."""

    id: int
    key: str
    name: Name
    type: str
    type_id: int
    place: str | None
    gateway: str | None
    is_gateway: bool
    created_at: datetime
    updated_at: datetime
    version: int


class DeviceFilter(NamedTuple):
    """Which devices (or assets) to list; `place` takes everything below it, `q` is words to be found in key or name.

    `among` and `without` are ascending ids of devices.
    """

    q: str | None = None
    type: str | None = None
    place: str | None = None
    gateway: str | None = None
    is_gateway: bool | None = None
    among: npt.NDArray[np.int64] | None = None
    without: npt.NDArray[np.int64] | None = None


class Facets(Thing):
    """How many devices are of each type and at each of some places (by path; "": at none)."""

    types: dict[str, int]
    places: dict[str, int]


class Credential(Thing):
    """A device's login; the password is shown this once."""

    username: str
    password: str = Field(repr=False)


class Fault(Thing):
    """What is wrong in one column of one line of a list, and what to write instead."""

    line: int
    key: str
    field: str
    code: str
    problem: Name
    value: str = ""


class BulkReport(Thing):
    """What became of a list of devices. At most 1,000 of the faults are told one by one."""

    rows: int
    good: int
    faulty: int
    created: int
    faults: tuple[Fault, ...]
    faults_total: int
    credentials: tuple[Credential, ...] = ()


class CreatedDevice(NamedTuple):
    """A new device and its login."""

    device: Device
    credential: Credential


class CredentialRecord(NamedTuple):
    """What the gate decides by. `sha256` is the hexadecimal digest of the password, "" when none was issued."""

    tenant_id: int
    tenant: str
    device_id: int
    device: str
    sha256: str
    revoked_at: datetime | None
    is_gateway: bool
    deleted: bool


class CredentialState(Thing):
    """Whether a device has a login; never the login itself."""

    username: str
    issued_at: datetime | None
    revoked_at: datetime | None


class NewAsset(Thing):
    """An asset to be created before any device is bound to it."""

    key: str
    name: Name = Name()
    type: str | None = None
    place: str | None = None


class Asset(Thing):
    """The place a reading belongs to; `type` says which properties a mapping may name."""

    id: int
    key: str
    name: Name
    type: str | None
    type_id: int | None
    place: str | None
    created_at: datetime
    version: int


class Binding(Thing):
    """A device speaks for an asset from `valid_from` (None: since ever) to `valid_to` (None: until further notice; not included).

    `mapping` takes device property keys to asset property keys; None binds every property that no mapping takes elsewhere.
    """

    id: int
    device: str
    device_id: int
    asset: str
    asset_id: int
    mapping: dict[str, str] | None
    valid_from: datetime | None
    valid_to: datetime | None


class EdgeConfiguration(Thing):
    """What an edge node shall collect: one version of its document (`connections`: name, driver, config, points)."""

    node: str
    node_device_id: int
    version: int
    document: dict[str, Any]
    created_at: datetime


class DeviceRef(NamedTuple):
    """A device as the hot path needs it; `gateway_id` is 0 when it speaks itself."""

    tenant_id: int
    device_id: int
    type_id: int
    gateway_id: int


class PropertyRef(NamedTuple):
    """A live property as the hot path needs it; `options` are an enumeration's values."""

    id: int
    key: str
    kind: Kind
    unit: str
    minimum: float | None
    maximum: float | None
    resolution: float | None
    stale_after_s: float | None
    expression: str | None
    options: tuple[str, ...] = ()
