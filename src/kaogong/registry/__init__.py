"""Tenants, people, places, device types, devices, assets, bindings, credentials, edge configurations.

Owns what things are called, what they mean and who speaks for whom; may use core, expressions, db and audit.
Called by the API for people, and through `Directory` and `find_credential` by ingest, gate and historian.

Every verb takes `(session, principal, …)`, sees the principal's tenant alone (another tenant's thing is Missing), and writes the
change feed and the audit log in the caller's transaction. `version=` where offered: Conflict unless it is the stored one.

    create_tenant(s, p, key, name: Name) -> Tenant              get_tenant(s, p, key) -> Tenant         list_tenants(s, p) -> list[Tenant]
    acting_in(s, p, tenant_key) -> Principal                    # a platform operator inside another tenant
    create_person(s, p, NewPerson) -> Person                    get_person(s, p, name) -> Person        list_people(s, p) -> list[Person]
    patch_person(s, p, name, PersonPatch, version=None) -> Person        delete_person(s, p, name)
    set_password_hash(s, p, name, password_hash, must_change: bool)
    find_person(s, tenant_key, name) -> PersonRecord | None     # sign-in: no principal yet
    find_people(s, name) -> list[PersonRecord]                  # the same login name in any tenant
    create_place(s, p, NewPlace) -> Place                       get_place(s, p, path)  list_places(s, p) -> list[Place] (tree order)
    patch_place(s, p, path, PlacePatch, version=None)           delete_place(s, p, path)
    place_counts(s, p) -> dict[path, int]                       # devices directly at each place; "" for those at none
    create_type(s, p, TypeDraft) -> DeviceType                  get_type(s, p, key)  list_types(s, p) -> list[DeviceType]
    put_type(s, p, TypeDraft, replace=False, version=None) -> TypeChange  # makes it when there is none
    delete_type(s, p, key)
    create_device(s, p, NewDevice) -> CreatedDevice             create_devices(s, p, list[NewDevice]) -> list[CreatedDevice]
    get_device(s, p, key) -> Device                             list_devices(s, p, DeviceFilter, limit=None, cursor=None) -> Page[Device]
    patch_device(s, p, key, DevicePatch, version=None)          delete_device(s, p, key)
    issue_credential(s, p, device_key) -> Credential            # issues or rotates    revoke_credential(s, p, device_key)
    credential_state(s, p, device_key) -> CredentialState
    find_credential(s, username) -> CredentialRecord | None     # gate: no principal   all_credentials(s) -> Iterator[CredentialRecord]
    create_asset(s, p, NewAsset)  get_asset(s, p, key)          list_assets(s, p, DeviceFilter, limit=None, cursor=None) -> Page[Asset]
    bind(s, p, device, asset, mapping=None, valid_from=None, replaces: device | None = None) -> Binding
    unbind(s, p, device, asset, at)                             bindings_of(s, p, asset=None, device=None) -> list[Binding] (history)
    bindings_at(s, p, asset, at) -> list[Binding]               name_table(s, p, "device"|"asset"|"property") -> pl.DataFrame (id, key, …)
    put_edge_configuration(s, p, node, document, version=None) -> EdgeConfiguration
    get_edge_configuration(s, p, node, version=None) -> EdgeConfiguration    # None: the latest; Missing before the first

Change feed kinds (`db.Change.kind`, id, key): tenant; person; place (path); type; device (also covers what was created with it: asset, binding,
credential; op delete also revokes); asset; binding (id = device id, key = device key); credential (id = device id, key = username);
edge_configuration (id = node's device id).

    Directory.snapshot(session) -> Directory                    directory.seq: newest change contained; directory.apply(session, changes)
    directory.device(tenant_key, device_key) -> DeviceRef | None          directory.tenant_id(key) -> int | None   directory.tenant_key(id) -> str | None
    directory.properties(type_id) -> dict[str, PropertyRef] (live ones)   directory.derived(type_id) -> list[PropertyRef] in order of evaluation
    directory.property_table() -> pl.DataFrame [property u32, type u32, key, kind, unit, minimum f64, maximum f64, resolution f64]
    directory.identity() -> numpy uint32 array indexed by device id: the asset it is bound to for ever, else 0 (then look in bindings())
    directory.bindings() -> pl.DataFrame [device u32, property u32, asset u32, asset_property u32, valid_from, valid_to Datetime(us, UTC), never null]
"""

from kaogong.registry.directory import Directory
from kaogong.registry.service.assets import create_asset, get_asset, list_assets
from kaogong.registry.service.bindings import bind, bindings_at, bindings_of, unbind
from kaogong.registry.service.credentials import all_credentials, credential_state, find_credential, issue_credential, revoke_credential
from kaogong.registry.service.device_creation import create_device, create_devices
from kaogong.registry.service.device_types import create_type, delete_type, get_type, list_types, put_type
from kaogong.registry.service.devices import delete_device, get_device, list_devices, patch_device
from kaogong.registry.service.edge_nodes import get_edge_configuration, put_edge_configuration
from kaogong.registry.service.names import device_places, name_table
from kaogong.registry.service.people import (
    create_person,
    delete_person,
    find_people,
    find_person,
    get_person,
    list_people,
    patch_person,
    set_password_hash,
)
from kaogong.registry.service.places import create_place, delete_place, get_place, list_places, patch_place, place_counts
from kaogong.registry.service.tenants import EDGE_NODE, acting_in, create_tenant, get_tenant, list_tenants
from kaogong.registry.types import (
    LEVELS,
    Asset,
    Binding,
    Command,
    CreatedDevice,
    Credential,
    CredentialRecord,
    CredentialState,
    Device,
    DeviceFilter,
    DevicePatch,
    DeviceRef,
    DeviceType,
    EdgeConfiguration,
    Event,
    Level,
    Name,
    NewAsset,
    NewDevice,
    NewPerson,
    NewPlace,
    Option,
    Parameter,
    Person,
    PersonPatch,
    PersonRecord,
    Place,
    PlacePatch,
    Property,
    PropertyRef,
    Tenant,
    TypeChange,
    TypeDraft,
)

__all__ = [
    "EDGE_NODE",
    "LEVELS",
    "Asset",
    "Binding",
    "Command",
    "CreatedDevice",
    "Credential",
    "CredentialRecord",
    "CredentialState",
    "Device",
    "DeviceFilter",
    "DevicePatch",
    "DeviceRef",
    "DeviceType",
    "Directory",
    "EdgeConfiguration",
    "Event",
    "Level",
    "Name",
    "NewAsset",
    "NewDevice",
    "NewPerson",
    "NewPlace",
    "Option",
    "Parameter",
    "Person",
    "PersonPatch",
    "PersonRecord",
    "Place",
    "PlacePatch",
    "Property",
    "PropertyRef",
    "Tenant",
    "TypeChange",
    "TypeDraft",
    "acting_in",
    "all_credentials",
    "bind",
    "bindings_at",
    "bindings_of",
    "create_asset",
    "create_device",
    "create_devices",
    "create_person",
    "create_place",
    "create_tenant",
    "create_type",
    "credential_state",
    "delete_device",
    "delete_person",
    "delete_place",
    "delete_type",
    "device_places",
    "find_credential",
    "find_people",
    "find_person",
    "get_asset",
    "get_device",
    "get_edge_configuration",
    "get_person",
    "get_place",
    "get_tenant",
    "get_type",
    "issue_credential",
    "list_assets",
    "list_devices",
    "list_people",
    "list_places",
    "list_tenants",
    "list_types",
    "name_table",
    "patch_device",
    "patch_person",
    "patch_place",
    "place_counts",
    "put_edge_configuration",
    "put_type",
    "revoke_credential",
    "set_password_hash",
    "unbind",
]
