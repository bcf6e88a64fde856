"""Tenants, people, places, device types, devices, assets, bindings, credentials, edge configurations.

Owns what things are called, what they mean and who speaks for whom; may use core, expressions, db and audit.
Called by the API for people, and through `Directory` and `find_credential` by ingest, gate and historian.

Every verb takes `(session, principal, …)`, sees the principal's tenant alone (another tenant's thing is Missing), and writes the
change feed and the audit log in the caller's transaction. `version=` where offered: Conflict unless it is the stored one.

Change feed (`db.Change.kind`: what `id` and `key` name): tenant; person; place (path); type; device (a put also covers what was made with
it: asset, binding, login; a delete also shuts it out); devices (very many puts in one line, `changes.range_of` has the ids); asset; binding (the device's id and key); credential (device id, username);
edge_configuration (the node's id and key).
"""

from kaogong.registry import sheets
from kaogong.registry.directory import Directory
from kaogong.registry.service.assets import create_asset, get_asset, list_assets
from kaogong.registry.service.bindings import bind, bindings_at, bindings_of, unbind
from kaogong.registry.service.bulk import create_in_bulk
from kaogong.registry.service.credentials import all_credentials, credential_state, find_credential, issue_credential, revoke_credential
from kaogong.registry.service.device_creation import Made, create_device, create_devices, make_devices
from kaogong.registry.service.device_types import create_type, delete_type, get_type, list_types, put_type
from kaogong.registry.service.devices import delete_device, get_device, list_devices, patch_device
from kaogong.registry.service.edge_nodes import check_edge_configuration, get_edge_configuration, put_edge_configuration
from kaogong.registry.service.facets import device_facets
from kaogong.registry.service.names import count_devices, device_ids_of, device_keys_of, device_places, name_table
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
from kaogong.registry.service.reindex import reindex
from kaogong.registry.service.tenants import EDGE_NODE, acting_in, create_tenant, get_tenant, list_tenants
from kaogong.registry.types import (
    LEVELS,
    Asset,
    Binding,
    BulkReport,
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
    Facets,
    Fault,
    Level,
    Name,
    NewAsset,
    NewDevice,
    NewPerson,
    NewPlace,
    OperationKind,
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
    "BulkReport",
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
    "Facets",
    "Fault",
    "Level",
    "Made",
    "Name",
    "NewAsset",
    "NewDevice",
    "NewPerson",
    "NewPlace",
    "OperationKind",
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
    "check_edge_configuration",
    "count_devices",
    "create_asset",
    "create_device",
    "create_devices",
    "create_in_bulk",
    "create_person",
    "create_place",
    "create_tenant",
    "create_type",
    "credential_state",
    "delete_device",
    "delete_person",
    "delete_place",
    "delete_type",
    "device_facets",
    "device_ids_of",
    "device_keys_of",
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
    "make_devices",
    "name_table",
    "patch_device",
    "patch_person",
    "patch_place",
    "place_counts",
    "put_edge_configuration",
    "put_type",
    "reindex",
    "revoke_credential",
    "set_password_hash",
    "sheets",
    "unbind",
]
