"""Devices: made with an asset, a binding and a login; listed, searched, changed, removed."""

from sqlalchemy.orm import Session

from kaogong.core import clock
from kaogong.core.errors import ConfigInvalid, Conflict
from kaogong.core.principal import Principal
from kaogong.db import Page, after, cursor, page_limit
from kaogong.registry import index, store
from kaogong.registry.service.announce import PLANT_EDITORS, allow, changed, missing, same_version, usable
from kaogong.registry.service.places import place_ids
from kaogong.registry.tables import AssetRow, DeviceRow
from kaogong.registry.texts import checked_name, searchable
from kaogong.registry.types import Device, DeviceFilter, DevicePatch, Name


def get_device(session: Session, principal: Principal, key: str) -> Device:
    """The device of that key."""
    row = store.device_with_names(session, principal, key) if usable(key) else None
    if row is None:
        raise missing("device", key)
    return device_of(*row)


def list_devices(
    session: Session, principal: Principal, chosen: DeviceFilter | None = None, *, limit: int | None = None, cursor: str | None = None
) -> Page[Device]:
    """A page of devices by key. An unknown type or place simply has none."""
    found = store.device_page(session, principal, usable_filter(chosen), position_in(cursor), page_limit(limit))
    return Page.of([device_of(*row) for row in found.rows], cursor_of(found.following), found.counted)


def patch_device(session: Session, principal: Principal, key: str, patch: DevicePatch, *, version: int | None = None) -> Device:
    """Change what `patch` names. Name and place go over to the asset of the same key while the device speaks for it."""
    allow(principal, PLANT_EDITORS)
    row = device_row(session, principal, key)
    same_version("device", key, version, row.version)
    given, before = patch.model_fields_set, indexed_as(session, principal, row)
    if "name" in given:
        row.name = checked_name(patch.name, "name", key).model_dump()
        row.search = searchable(key, row.name["en"], row.name["zh"])
    if "place" in given:
        row.place_id = place_ids(session, principal, {patch.place})[patch.place] if patch.place else None
    if "gateway" in given:
        row.gateway_id = gateway_ids(session, principal, {patch.gateway})[patch.gateway] if patch.gateway else None
        if row.gateway_id == row.id:
            raise ConfigInvalid("A device cannot be its own gateway.", code="gateway_invalid", field="gateway")
    row.version += 1
    row.updated_at = clock.now()
    session.flush()
    index.change(session, _shelf(principal), row.id, before, indexed_as(session, principal, row))
    if given & {"name", "place"}:
        _follow(session, principal, row)
    changed(session, principal, "device", "put", row.id, key, "patch", patch.model_dump(mode="json", include=set(given)))
    return get_device(session, principal, key)


def delete_device(session: Session, principal: Principal, key: str) -> None:
    """Remove a device and its login; its readings and its asset stay. A gateway must speak for nobody any more."""
    allow(principal, PLANT_EDITORS)
    row = device_row(session, principal, key)
    others = store.devices_spoken_for(session, principal, row.id)
    if others:
        raise Conflict(f"{key!r} speaks for {others} other devices: give those another gateway first.", code="gateway_in_use")
    now = clock.now()
    index.change(session, _shelf(principal), row.id, indexed_as(session, principal, row), ())
    row.deleted_at = row.updated_at = now
    row.gateway_id = None
    row.version += 1
    stored = store.credential(session, principal, row.id)
    if stored is not None and stored.revoked_at is None:
        stored.revoked_at = now
    for binding, _, _ in store.bindings(session, principal, device_ids=[row.id]):
        if binding.valid_to is None or binding.valid_to > now:
            if binding.valid_from is not None and binding.valid_from >= now:
                session.delete(binding)
            else:
                binding.valid_to = now
    session.flush()
    changed(session, principal, "device", "delete", row.id, key, "delete")


def device_row(session: Session, principal: Principal, key: str) -> DeviceRow:
    """The stored device, or Missing."""
    row = store.devices_by_key(session, principal, [key]).get(key) if usable(key) else None
    if row is None:
        raise missing("device", key)
    return row


def gateway_ids(session: Session, principal: Principal, keys: set[str]) -> dict[str, int]:
    """The ids of gateways; ConfigInvalid when one is no gateway."""
    found = store.devices_by_key(session, principal, [key for key in keys if usable(key)])
    for key in sorted(keys):
        if key not in found:
            raise missing("gateway", key)
        if not found[key].is_gateway:
            raise ConfigInvalid(f"The device {key!r} is no gateway: it cannot speak for others.", code="gateway_invalid", field="gateway")
    return {key: row.id for key, row in found.items()}


def device_of(row: DeviceRow, type_key: str, place: str | None, gateway: str | None) -> Device:
    """The device as callers see it."""
    return Device(
        id=row.id, key=row.key, name=Name(**row.name), type=type_key, type_id=row.type_id, place=place, gateway=gateway,
        is_gateway=row.is_gateway, created_at=row.created_at, updated_at=row.updated_at, version=row.version,
    )  # fmt: skip


def _follow(session: Session, principal: Principal, row: DeviceRow) -> None:
    bound = [
        b.asset_id for b, _, asset in store.bindings(session, principal, device_ids=[row.id]) if asset == row.key and b.valid_to is None
    ]
    if bound:
        asset = session.get_one(AssetRow, bound[0], populate_existing=True)
        before = asset_indexed_as(session, principal, asset)
        asset.name, asset.search, asset.place_id, asset.version = row.name, row.search, row.place_id, asset.version + 1
        session.flush()
        shelf = index.Shelf(principal.tenant_id, index.Indexed.ASSET)
        index.change(session, shelf, asset.id, before, asset_indexed_as(session, principal, asset))


def indexed_as(session: Session, principal: Principal, row: DeviceRow) -> set[int]:
    """The tokens of a device as it is now."""
    places = store.place_and_above(session, principal, row.place_id)
    return index.tokens_of(row.search, index.device_fields(row.type_id, places, row.gateway_id, is_gateway=row.is_gateway))


def asset_indexed_as(session: Session, principal: Principal, row: AssetRow) -> set[int]:
    """The tokens of an asset as it is now."""
    places = store.place_and_above(session, principal, row.place_id)
    return index.tokens_of(row.search, index.asset_fields(row.type_id, places))


def _shelf(principal: Principal) -> index.Shelf:
    return index.Shelf(principal.tenant_id, index.Indexed.DEVICE)


def usable_filter(chosen: DeviceFilter | None) -> DeviceFilter:
    """The filter without text that no key can be, which a store might refuse."""
    wanted = chosen or DeviceFilter()
    if wanted.type is not None and not usable(wanted.type):
        wanted = wanted._replace(type="-")
    if wanted.gateway is not None and not usable(wanted.gateway):
        wanted = wanted._replace(gateway="-")
    if wanted.place is not None and not all(usable(part) for part in wanted.place.split("/")):
        wanted = wanted._replace(place="-")
    return wanted


def position_in(text: str | None) -> store.Position | None:
    """Where a cursor points to."""
    try:
        position = after(text, str, int)
    except ConfigInvalid:
        position = after(text, int, int)
    return store.Position(*position) if position else None


def cursor_of(position: store.Position | None) -> str | None:
    """The cursor of the page behind a position."""
    return cursor(*position) if position else None
