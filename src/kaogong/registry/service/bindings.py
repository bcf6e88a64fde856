"""Bindings: which device speaks for which asset, from when to when.

At any moment a property of a device belongs to one asset at most: to that of the binding whose mapping names it, else to that of the
binding without mapping. A box that is moved keeps what it said; a place whose box is swapped keeps its history.
"""

from collections.abc import Mapping, Sequence
from datetime import UTC, datetime

from sqlalchemy.orm import Session

from kaogong.core.errors import ConfigInvalid, Conflict
from kaogong.core.principal import Principal
from kaogong.registry import store
from kaogong.registry.service.announce import PLANT_EDITORS, allow, changed, missing, usable
from kaogong.registry.service.devices import device_row
from kaogong.registry.tables import AssetRow, BindingRow, DeviceRow, PropertyRow
from kaogong.registry.types import Binding

EVER = datetime(1, 1, 1, tzinfo=UTC)
ALWAYS = datetime(9999, 1, 1, tzinfo=UTC)


def bind(
    session: Session,
    principal: Principal,
    device: str,
    asset: str,
    mapping: Mapping[str, str] | None = None,
    *,
    valid_from: datetime | None = None,
    replaces: str | None = None,
) -> Binding:
    """Let `device` speak for `asset` from `valid_from` (None: since ever) until further notice.

    Without `mapping` the whole device moves: its former binding without mapping ends then. With it only the named properties go
    over (device property → asset property of the same kind and unit). `replaces` names the device whose bindings to this asset
    end at the same moment: the swap of a sensor. Conflict when a later binding stands in the way.
    """
    allow(principal, PLANT_EDITORS)
    start = _moment(valid_from, "valid_from") or EVER
    device_row_, asset_row = device_row(session, principal, device), _asset(session, principal, asset)
    if mapping is not None:
        _check_mapping(session, principal, device_row_, asset_row, mapping)
    if replaces is not None:
        _end(session, principal, device_row(session, principal, replaces), asset_row, start)
    for row, _, other in store.bindings(session, principal, device_ids=[device_row_.id]):
        if not _competes(row, mapping) or (row.valid_to or ALWAYS) <= start:
            continue
        if (row.valid_from or EVER) > start or mapping is not None:
            since = f" from {row.valid_from:%Y-%m-%d %H:%M} UTC" if row.valid_from else ""
            raise Conflict(f"{device!r} speaks for {other!r}{since} already: end that first.", code="binding_overlaps", asset=other)
        _close(session, row, start)
    bound = BindingRow(
        tenant_id=principal.tenant_id, device_id=device_row_.id, asset_id=asset_row.id,
        mapping=dict(mapping) if mapping is not None else None, valid_from=None if start == EVER else start, valid_to=None,
    )  # fmt: skip
    session.add(bound)
    session.flush()
    detail = {"asset": asset, "mapping": bound.mapping, "from": bound.valid_from, "replaces": replaces}
    changed(session, principal, "binding", "put", device_row_.id, device, "bind", detail)
    return _binding(bound, device, asset)


def unbind(session: Session, principal: Principal, device: str, asset: str, at: datetime) -> None:
    """End at `at` what binds `device` to `asset`; what it says after that belongs to no place until it is bound again."""
    allow(principal, PLANT_EDITORS)
    moment = _moment(at, "at")
    if moment is None or not _end(session, principal, device_row(session, principal, device), _asset(session, principal, asset), moment):
        raise missing("binding", f"{device} to {asset}")


def bindings_of(session: Session, principal: Principal, *, asset: str | None = None, device: str | None = None) -> list[Binding]:
    """The history of an asset or a device, oldest first; devices that are deleted included."""
    asset_id = _asset(session, principal, asset).id if asset is not None else None
    device_ids = [device_row(session, principal, device).id] if device is not None else None
    return [_binding(*row) for row in store.bindings(session, principal, asset_id=asset_id, device_ids=device_ids)]


def bindings_at(session: Session, principal: Principal, asset: str, at: datetime) -> list[Binding]:
    """Who spoke for the asset at that moment."""
    asset_id = _asset(session, principal, asset).id
    return [_binding(*row) for row in store.bindings(session, principal, asset_id=asset_id, at=_moment(at, "at"))]


def _end(session: Session, principal: Principal, device: DeviceRow, asset: AssetRow, at: datetime) -> bool:
    ended = False
    for row, _, _ in store.bindings(session, principal, device_ids=[device.id], asset_id=asset.id, at=at):
        _close(session, row, at)
        ended = True
    if ended:
        session.flush()
        detail = {"asset": asset.key, "at": at}
        changed(session, principal, "binding", "put", device.id, device.key, "unbind", detail)
    return ended


def _close(session: Session, row: BindingRow, at: datetime) -> None:
    if (row.valid_from or EVER) >= at:
        session.delete(row)
    else:
        row.valid_to = at


def _competes(row: BindingRow, mapping: Mapping[str, str] | None) -> bool:
    if mapping is None or row.mapping is None:
        return mapping is None and row.mapping is None
    return not row.mapping.keys().isdisjoint(mapping)


def _check_mapping(session: Session, principal: Principal, device: DeviceRow, asset: AssetRow, mapping: Mapping[str, str]) -> None:
    if not mapping or len(set(mapping.values())) != len(mapping):
        raise ConfigInvalid(
            "A mapping names at least one property, and no property of the asset twice.", code="mapping_invalid", field="mapping"
        )
    if asset.type_id is None:
        raise ConfigInvalid(
            f"The asset {asset.key!r} has no type, so it has no properties to map to.", code="mapping_invalid", field="asset"
        )
    rows = store.properties(session, principal, {device.type_id, asset.type_id})
    own, theirs = _live(rows, device.type_id), _live(rows, asset.type_id)
    for source, target in mapping.items():
        field = f"mapping.{source[:64]}"
        if source not in own or target not in theirs:
            name = source if source not in own else target
            raise ConfigInvalid(f"There is no property {name[:64]!r} to map.", code="property_unknown", field=field)
        if (own[source].kind, own[source].unit) != (theirs[target].kind, theirs[target].unit):
            raise ConfigInvalid(
                f"{source!r} ({own[source].kind}, {own[source].unit}) cannot stand for {target!r} ({theirs[target].kind}, "
                f"{theirs[target].unit}): derive a property of the same kind and unit first.",
                code="mapping_incompatible",
                field=field,
            )


def _live(rows: Sequence[PropertyRow], type_id: int) -> dict[str, PropertyRow]:
    return {row.key: row for row in rows if row.type_id == type_id and row.retired_at is None}


def _moment(at: datetime | None, field: str) -> datetime | None:
    if at is not None and at.tzinfo is None:
        raise ConfigInvalid(f"{field} needs a time zone, for example 2026-11-21T08:00:00+08:00.", code="time_without_zone", field=field)
    return at.astimezone(UTC) if at is not None else None


def _asset(session: Session, principal: Principal, key: str) -> AssetRow:
    row = store.assets_by_key(session, principal, [key]).get(key) if usable(key) else None
    if row is None:
        raise missing("asset", key)
    return row


def _binding(row: BindingRow, device: str, asset: str) -> Binding:
    return Binding(
        id=row.id, device=device, device_id=row.device_id, asset=asset, asset_id=row.asset_id, mapping=row.mapping,
        valid_from=row.valid_from, valid_to=row.valid_to,
    )  # fmt: skip
