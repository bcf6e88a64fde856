"""Tenants, people, places, device types, devices, assets, bindings; most are the registry's own types."""

from typing import Literal

from pydantic import Field

from kaogong.api.shapes.base import In, Key, Label, Moment, Out, Page, PropertyKey, Text
from kaogong.api.states import State
from kaogong.core.principal import Role
from kaogong.registry import (
    Asset,
    Binding,
    Credential,
    CredentialState,
    Device,
    DeviceType,
    Level,
    Name,
    Person,
    Place,
    Tenant,
    TypeChange,
)


class TenantIn(In):
    """A tenant to make, with its first administrator."""

    key: Key
    name: Name
    admin: Key = "admin"


class TenantMade(Out):
    """A new tenant and the first password of its administrator, shown this once."""

    tenant: Tenant
    admin: str
    password: str


class Tenants(Out):
    """All tenants."""

    items: list[Tenant]


class PersonIn(In):
    """Somebody to let in. The password must be changed at the first login."""

    name: str = Field(min_length=1, max_length=64, description="The login, in any script; case does not matter.")
    display_name: Label = ""
    roles: list[Role] = Field(min_length=1, max_length=len(Role))
    language: Literal["zh", "en"] = "zh"
    password: str | None = Field(None, min_length=1, max_length=256, description="Unset: made up and answered once.")


class PersonMade(Person):
    """A new person; `password` is set when it was made up, shown this once."""

    password: str | None = None


class PersonChange(In):
    """What to change of a person; only the fields given."""

    display_name: Label | None = None
    roles: list[Role] | None = Field(None, min_length=1, max_length=len(Role))
    language: Literal["zh", "en"] | None = None
    disabled: bool | None = None


class PasswordReset(In):
    """A new first password for somebody; unset: made up."""

    password: str | None = Field(None, min_length=1, max_length=256)


class FirstPassword(Out):
    """The password to hand over, shown this once; it must be changed at the next login."""

    password: str


class People(Out):
    """The people of the tenant."""

    items: list[Person]


class Places(Out):
    """The places of the tenant in the order of the tree."""

    items: list[Place]


class PlaceNode(Place):
    """A place with what lies below it; the counts cover everything below."""

    devices: int = 0
    abnormal: int = Field(0, description="Devices that are silent, refused or have stale points.")
    children: "list[PlaceNode]" = Field(default_factory=list)


class PlaceTree(Out):
    """The tenant's places as a tree. `unplaced` counts the devices at no place."""

    sites: list[PlaceNode]
    unplaced: int = 0
    unplaced_abnormal: int = 0


class DeviceTypes(Out):
    """The device types the tenant may use."""

    items: list[DeviceType]


class SentenceOut(Out):
    """One sentence in both languages."""

    en: str
    zh: str


class DeviceState(Out):
    """How a device stands, with the sentence that says it."""

    state: State
    age_s: float | None = Field(description="Age of the newest sample; null: there is none.")
    points: int
    stale_points: int
    sentence: SentenceOut


class DeviceOut(Device):
    """A device and how it stands."""

    state: DeviceState


class DeviceMade(DeviceOut):
    """A new device with its credential, shown this once."""

    credential: Credential


class DevicePage(Page[DeviceOut]):
    """One page of devices."""


class DeviceIn(In):
    """A device to make. Without `asset` an asset of the same key is made and bound; with it the named one is bound."""

    key: Key
    name: Name = Name()
    type: Key
    place: Text | None = None
    asset: Key | None = None
    gateway: Key | None = Field(None, description="The device that speaks for it; null: it speaks itself.")
    is_gateway: bool = False


class CloneIn(In):
    """A copy of a device: its key, and its name where it shall have another."""

    key: Key
    name: Name | None = None


class DeviceChange(In):
    """What to change of a device; only the fields given, null clears."""

    name: Name | None = None
    place: Text | None = None
    gateway: Key | None = None


class Rotated(Out):
    """A new credential, shown this once; the former one is refused from now on."""

    credential: Credential


class AssetPage(Page[Asset]):
    """One page of assets."""


class AssetIn(In):
    """An asset to make before any device is bound to it."""

    key: Key
    name: Name = Name()
    type: Key | None = None
    place: Text | None = None


class Bindings(Out):
    """Which devices spoke for an asset, and when."""

    items: list[Binding]


class BindingIn(In):
    """A device speaks for the asset from `valid_from` on (null: now)."""

    device: Key
    mapping: dict[PropertyKey, PropertyKey] | None = Field(
        None, max_length=1000, description="Device property to asset property; null: the same names."
    )
    valid_from: Moment | None = None
    replaces: Key | None = Field(None, description="The device whose place it takes from then on.")


class EdgeNodeIn(In):
    """An edge node to make."""

    key: Key
    name: Name = Name()
    place: Text | None = None


__all__ = [
    "Asset",
    "AssetIn",
    "AssetPage",
    "BindingIn",
    "Bindings",
    "CloneIn",
    "CredentialState",
    "DeviceChange",
    "DeviceIn",
    "DeviceMade",
    "DeviceOut",
    "DevicePage",
    "DeviceState",
    "DeviceType",
    "DeviceTypes",
    "EdgeNodeIn",
    "FirstPassword",
    "Level",
    "PasswordReset",
    "People",
    "PersonChange",
    "PersonIn",
    "PersonMade",
    "PlaceNode",
    "PlaceTree",
    "Places",
    "Rotated",
    "SentenceOut",
    "TenantIn",
    "TenantMade",
    "Tenants",
    "TypeChange",
]
