"""Making devices, one or thousands at once: each with an asset, a binding and a login."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import insert
from sqlalchemy.orm import Session

from kaogong import audit
from kaogong.core import clock
from kaogong.core.errors import ConfigInvalid, Conflict
from kaogong.core.keys import check_key
from kaogong.core.principal import Principal
from kaogong.db import outbox
from kaogong.registry import store
from kaogong.registry.service.announce import PLANT_EDITORS, allow, missing, taken
from kaogong.registry.service.credentials import digest, generated
from kaogong.registry.service.devices import device_of, gateway_ids
from kaogong.registry.service.places import place_ids
from kaogong.registry.tables import AssetRow, BindingRow, CredentialRow, DeviceRow
from kaogong.registry.texts import checked_name, searchable
from kaogong.registry.types import CreatedDevice, NewDevice

MOST_AT_ONCE = 10_000


def create_device(session: Session, principal: Principal, new: NewDevice) -> CreatedDevice:
    """Make a device with its login; the password is in the answer and nowhere else.

    Without `asset` an asset of the same key is made and bound since ever. An asset that was bound before (a swap, or a device made
    again under its old key) is bound from now on, so that its history stays with who spoke it.
    """
    return create_devices(session, principal, [new])[0]


def create_devices(session: Session, principal: Principal, new: Sequence[NewDevice]) -> list[CreatedDevice]:
    """Make many devices in one transaction, all or none; answers in the order of `new`. A gateway may be in the same list."""
    allow(principal, PLANT_EDITORS)
    if len(new) > MOST_AT_ONCE:
        raise ConfigInvalid(f"At most {MOST_AT_ONCE} devices at once; make them in several calls.", code="too_many", field="devices")
    _check_keys(session, principal, new)
    listed = {one.key for one in new if one.is_gateway}
    own = [one for one in new if one.gateway in listed]
    others = [one for one in new if one.gateway not in listed]
    ids = _insert_devices(session, principal, others) | _insert_devices(session, principal, own)
    assets = _insert_assets(session, principal, new)
    _insert_bindings(session, principal, new, ids, assets)
    logins = {one.key: generated(principal, one.key) for one in new}
    now = clock.now()
    _insert(session, CredentialRow, [{"device_id": ids[k], "sha256": digest(c.password), "issued_at": now} for k, c in logins.items()])
    outbox.emit_all(session, principal.tenant_id, principal.tenant, "device", "put", [(ids[one.key], one.key) for one in new])
    if len(new) == 1:
        audit.record(session, principal, "device.create", "device", new[0].key, {"type": new[0].type})
    else:
        audit.record(session, principal, "device.create", "device", "", {"count": len(new), "keys": [one.key for one in new]})
    rows = store.devices_with_names(session, principal, ids)
    return [CreatedDevice(device_of(*rows[one.key]), logins[one.key]) for one in new]


def _check_keys(session: Session, principal: Principal, new: Sequence[NewDevice]) -> None:
    seen: set[str] = set()
    for one in new:
        if check_key(one.key, "device") in seen:
            raise taken("device", one.key)
        seen.add(one.key)
    for key in store.devices_by_key(session, principal, seen):
        raise taken("device", key)


def _insert_devices(session: Session, principal: Principal, new: Sequence[NewDevice]) -> dict[str, int]:
    types = {row.key: row.id for row in store.types(session, principal)}
    for one in new:
        if one.type not in types:
            raise missing("device type", one.type)
    places = place_ids(session, principal, {one.place for one in new if one.place})
    gateways = gateway_ids(session, principal, {one.gateway for one in new if one.gateway})
    now = clock.now()
    rows = []
    for one in new:
        name = checked_name(one.name, "name", one.key)
        rows.append(
            {
                "tenant_id": principal.tenant_id, "key": one.key, "name": name.model_dump(), "search": searchable(one.key, name),
                "type_id": types[one.type], "place_id": places[one.place] if one.place else None,
                "gateway_id": gateways[one.gateway] if one.gateway else None, "is_gateway": one.is_gateway,
                "created_at": now, "updated_at": now, "version": 1,
            }
        )  # fmt: skip
    _insert(session, DeviceRow, rows)
    return {key: row.id for key, row in store.devices_by_key(session, principal, (one.key for one in new)).items()}


def _insert_assets(session: Session, principal: Principal, new: Sequence[NewDevice]) -> dict[str, AssetRow]:
    """The assets the devices will be bound to, by asset key; makes those that are not named and not there."""
    named = {one.asset for one in new if one.asset}
    found = store.assets_by_key(session, principal, named | {one.key for one in new})
    for key in sorted(named - found.keys()):
        raise missing("asset", key)
    bound = store.assets_bound(session, principal, (row.id for row in found.values()))
    for one in new:
        if not one.asset and one.key in found and bound.get(found[one.key].id):
            raise Conflict(
                f"The asset {one.key!r} is there already and another device speaks for it: name the asset this device is for.",
                code="asset_in_use",
                field="asset",
            )
    devices = store.devices_by_key(session, principal, (one.key for one in new if not one.asset and one.key not in found))
    rows = [
        {
            "tenant_id": row.tenant_id, "key": row.key, "name": row.name, "search": row.search, "type_id": row.type_id,
            "place_id": row.place_id, "created_at": row.created_at, "version": 1,
        }
        for row in devices.values()
    ]  # fmt: skip
    _insert(session, AssetRow, rows)
    return found | store.assets_by_key(session, principal, devices)


def _insert_bindings(
    session: Session, principal: Principal, new: Sequence[NewDevice], ids: dict[str, int], assets: dict[str, AssetRow]
) -> None:
    ever = store.assets_bound(session, principal, (row.id for row in assets.values()))
    now: datetime = clock.now()
    rows = []
    for one in new:
        asset = assets[one.asset or one.key].id
        since = now if asset in ever else None
        rows.append({"tenant_id": principal.tenant_id, "device_id": ids[one.key], "asset_id": asset, "valid_from": since})
    _insert(session, BindingRow, rows)


def _insert(session: Session, table: Any, rows: list[dict[str, Any]]) -> None:
    if rows:
        session.execute(insert(table.__table__), rows)
