"""What edge nodes collect: versioned documents whose points name devices and properties of the tenant."""

from typing import Any

import numpy as np
import orjson
from sqlalchemy import insert
from sqlalchemy.orm import Session

from kaogong.core import clock
from kaogong.core.errors import ConfigInvalid, Conflict, Missing, TooLarge
from kaogong.core.principal import Principal, PrincipalKind
from kaogong.db import outbox
from kaogong.registry import index, store
from kaogong.registry.grams import Field, field_token
from kaogong.registry.service.announce import PLANT_EDITORS, allow, changed, missing, same_version, usable
from kaogong.registry.service.devices import device_row
from kaogong.registry.tables import DeviceRow, EdgeConfigurationRow
from kaogong.registry.types import EdgeConfiguration

MOST_BYTES = 16 * 1024 * 1024  # 50,000 points with room to spare


def put_edge_configuration(
    session: Session, principal: Principal, node: str, document: dict[str, Any], *, version: int | None = None
) -> EdgeConfiguration:
    """Store a new version of what `node` collects. Devices its points name are from then on spoken for by the node.

    The shape of connections is the edge's to check; here each point's `device` and `property` must exist, and no other gateway
    may speak for the device. Repeating the stored document makes no new version. `version`: the one the caller edited (0: none yet).
    """
    allow(principal, PLANT_EDITORS)
    row = _node(session, principal, node)
    if len(orjson.dumps(document, option=orjson.OPT_NON_STR_KEYS)) > MOST_BYTES:
        raise TooLarge("The configuration is over 16 MB: spread the points over several nodes.", limit=MOST_BYTES)
    stored = store.edge_configuration(session, principal, row.id, None)
    same_version("configuration of", node, version, stored.version if stored else 0)
    if stored is not None and stored.document == document:
        return _configuration(stored, node)
    assigned = _assign(session, principal, row, document)
    number = stored.version + 1 if stored else 1
    values = {"node_device_id": row.id, "version": number, "document": document, "created_at": clock.now()}
    session.execute(insert(EdgeConfigurationRow).values(**values))
    session.flush()
    outbox.emit_all(session, principal.tenant_id, principal.tenant, "device", "put", assigned)
    detail = {"version": number, "devices": len(assigned)}
    changed(session, principal, "edge_configuration", "put", row.id, node, "put", detail)
    return get_edge_configuration(session, principal, node)


def check_edge_configuration(session: Session, principal: Principal, node: str, document: dict[str, Any]) -> list[str]:
    """What `put_edge_configuration` would say of the document, nothing stored; keys of the devices the node would begin to speak for."""
    allow(principal, PLANT_EDITORS)
    row = _node(session, principal, node)
    return [device.key for device in _named(session, principal, row, document) if _is_new(device, row)]


def get_edge_configuration(session: Session, principal: Principal, node: str, *, version: int | None = None) -> EdgeConfiguration:
    """The latest configuration, or that of a version; a device sees its own alone. Missing before the first."""
    if principal.kind is PrincipalKind.DEVICE and principal.name != node:
        raise missing("edge node", node)
    row = _node(session, principal, node)
    stored = store.edge_configuration(session, principal, row.id, version)
    if stored is None:
        raise Missing(f"The edge node {node!r} has no such configuration yet.", code="edge_configuration_missing", key=node)
    return _configuration(stored, node)


def _named(session: Session, principal: Principal, node: DeviceRow, document: dict[str, Any]) -> list[DeviceRow]:
    """The devices whose points the document names, each point checked."""
    points = list(_points(document))
    devices = store.devices_by_key(session, principal, (device for _, device, _ in points if usable(device)))
    properties: dict[int, set[str]] = {row.type_id: set() for row in devices.values()}
    for prop in store.properties(session, principal, properties):
        if prop.retired_at is None:
            properties[prop.type_id].add(prop.key)
    for field, device, prop_key in points:
        row = devices.get(device)
        if row is None:
            raise ConfigInvalid(f"{field}.device: there is no device {device[:64]!r}.", code="device_unknown", field=f"{field}.device")
        if prop_key not in properties[row.type_id]:
            message = f"{field}.property: {device!r} has no property {prop_key[:64]!r}."
            raise ConfigInvalid(message, code="property_unknown", field=f"{field}.property")
        if row.gateway_id not in (None, node.id):
            raise Conflict(f"{field}.device: another gateway speaks for {device!r}.", code="gateway_taken", field=f"{field}.device")
    return list(devices.values())


def _is_new(device: DeviceRow, node: DeviceRow) -> bool:
    return device.gateway_id is None and device.id != node.id


def _assign(session: Session, principal: Principal, node: DeviceRow, document: dict[str, Any]) -> list[tuple[int, str]]:
    """Check the points and make the node the gateway of their devices; (id, key) of the devices that changed."""
    assigned = []
    for row in _named(session, principal, node, document):
        if _is_new(row, node):
            row.gateway_id, row.updated_at, row.version = node.id, clock.now(), row.version + 1
            assigned.append((row.id, row.key))
    session.flush()
    ids = np.array([id_ for id_, _ in assigned], np.int64)
    shelf = index.Shelf(principal.tenant_id, index.Indexed.DEVICE)
    index.move(session, shelf, ids, field_token(Field.GATEWAY, 0), field_token(Field.GATEWAY, node.id))
    return assigned


def _points(document: dict[str, Any]) -> list[tuple[str, str, str]]:
    """(field, device, property) of every point."""
    found = []
    connections = document.get("connections")
    if not isinstance(connections, list):
        raise ConfigInvalid("A configuration has a list of connections.", code="configuration_shape", field="connections")
    for i, connection in enumerate(connections):
        points = connection.get("points", []) if isinstance(connection, dict) else None
        if not isinstance(points, list):
            raise ConfigInvalid(f"connections.{i} has no list of points.", code="configuration_shape", field=f"connections.{i}.points")
        for n, point in enumerate(points):
            field = f"connections.{i}.points.{n}"
            if not isinstance(point, dict) or not isinstance(point.get("device"), str) or not isinstance(point.get("property"), str):
                raise ConfigInvalid(f"{field} does not name a device and a property.", code="configuration_shape", field=field)
            found.append((field, point["device"], point["property"]))
    return found


def _node(session: Session, principal: Principal, key: str) -> DeviceRow:
    try:
        row = device_row(session, principal, key)
    except Missing as err:
        raise missing("edge node", key) from err
    if not row.is_gateway:
        raise missing("edge node", key)
    return row


def _configuration(row: EdgeConfigurationRow, node: str) -> EdgeConfiguration:
    return EdgeConfiguration(
        node=node, node_device_id=row.node_device_id, version=row.version, document=row.document, created_at=row.created_at
    )
