"""Device types: what devices of a kind measure, accept and report.

A property id stands for (type, key, kind, unit) for ever, because readings are stored under it: another kind or unit is another id,
the former one is retired, and a change back revives it.
"""

from collections.abc import Sequence

from sqlalchemy.orm import Session

from kaogong.core import clock
from kaogong.core.errors import Conflict
from kaogong.core.principal import Principal
from kaogong.core.sample import Kind
from kaogong.registry import store
from kaogong.registry.service.announce import PLANT_EDITORS, allow, changed, missing, same_version, taken, usable
from kaogong.registry.tables import PropertyRow, TypeRow
from kaogong.registry.types import Command, DeviceType, Event, Name, Option, Property, TypeChange, TypeDraft

Meaning = tuple[str, str, str]


def create_type(session: Session, principal: Principal, draft: TypeDraft) -> DeviceType:
    """Make a device type; one deleted under the same key lives again and keeps its property ids."""
    existing = store.type_by_key(session, principal, draft.key) if usable(draft.key) else None
    if existing is not None and existing.deleted_at is None:
        allow(principal, PLANT_EDITORS)
        raise taken("device type", draft.key)
    return put_type(session, principal, draft).type


def get_type(session: Session, principal: Principal, key: str) -> DeviceType:
    """The type with its live properties."""
    row = _row(session, principal, key)
    return _type(row, [p for p in store.properties(session, principal, [row.id]) if p.retired_at is None])


def list_types(session: Session, principal: Principal) -> list[DeviceType]:
    """Every type, by key."""
    rows = store.types(session, principal)
    properties: dict[int, list[PropertyRow]] = {row.id: [] for row in rows}
    for prop in store.properties(session, principal, properties):
        if prop.retired_at is None:
            properties[prop.type_id].append(prop)
    return [_type(row, properties[row.id]) for row in rows]


def put_type(session: Session, principal: Principal, draft: TypeDraft, *, replace: bool = False, version: int | None = None) -> TypeChange:
    """Make the type what the draft says and answer what that did to its properties.

    A property whose kind differs is refused with Conflict unless `replace`: charts and rules on it begin anew. A new unit
    begins anew too, without asking. Readings stay where they were. Repeating a put changes nothing and announces nothing.
    """
    allow(principal, PLANT_EDITORS)
    draft = _checked(draft)
    row = store.type_by_key(session, principal, draft.key)
    is_new = row is None or row.deleted_at is not None
    if row is not None and row.is_built_in:
        raise Conflict(f"The device type {draft.key!r} is built in and cannot be changed.", code="type_built_in")
    if row is None:
        row = TypeRow(tenant_id=principal.tenant_id, key=draft.key, is_built_in=False, created_at=clock.now(), version=0)
        same_version("device type", draft.key, version, 0)
    else:
        same_version("device type", draft.key, version, row.version)
    before = _own(row) if not is_new else None
    row.deleted_at = None
    row.name, row.description = draft.name.model_dump(), draft.description.model_dump()
    row.commands = [c.model_dump(mode="json") for c in draft.commands]
    row.events = [e.model_dump(mode="json") for e in draft.events]
    session.add(row)
    session.flush()
    fates = _put_properties(session, principal, row, draft.properties, replace=replace)
    if is_new or any(fates.values()) or before != _own(row):
        row.version += 1
        verb = "create" if is_new else "put"
        changed(session, principal, "type", "put", row.id, row.key, verb, {fate: keys for fate, keys in fates.items() if keys})
    return TypeChange(type=get_type(session, principal, draft.key), **{fate: tuple(keys) for fate, keys in fates.items()})


def delete_type(session: Session, principal: Principal, key: str) -> None:
    """Remove a type that no device is of."""
    allow(principal, PLANT_EDITORS)
    row = _row(session, principal, key)
    if row.is_built_in:
        raise Conflict(f"The device type {key!r} is built in and cannot be removed.", code="type_built_in")
    if store.type_is_used(session, principal, row.id):
        raise Conflict(f"There are devices of the type {key!r}: remove those first.", code="type_in_use")
    row.deleted_at = clock.now()
    row.version += 1
    for prop in store.properties(session, principal, [row.id]):
        prop.retired_at = prop.retired_at or row.deleted_at
    session.flush()
    changed(session, principal, "type", "delete", row.id, key, "delete")


def _put_properties(
    session: Session, principal: Principal, row: TypeRow, wanted: Sequence[Property], *, replace: bool
) -> dict[str, list[str]]:
    rows = store.properties(session, principal, [row.id])
    known = {_meaning(p): p for p in rows}
    live = {p.key: p for p in rows if p.retired_at is None}
    fates: dict[str, list[str]] = {fate: [] for fate in ("added", "changed", "replaced", "revived", "retired")}
    for prop in wanted:
        if prop.key in live and live[prop.key].kind != prop.type.value and not replace:
            raise Conflict(
                f"The property {prop.key!r} holds {live[prop.key].kind} and would hold {prop.type.value}: its history would begin anew. "
                "Say replace=true if that is meant, or add a property of another key.",
                code="property_kind_changed",
                field=prop.key,
                kind=live[prop.key].kind,
            )
    meanings = {(p.key, p.type.value, p.unit) for p in wanted}
    for prop_row in live.values():
        if _meaning(prop_row) not in meanings:
            prop_row.retired_at = clock.now()
    session.flush()
    for position, prop in enumerate(wanted):
        fate = _put_property(session, row, prop, position, known.get((prop.key, prop.type.value, prop.unit)), live.get(prop.key))
        if fate:
            fates[fate].append(prop.key)
    session.flush()
    fates["retired"] = sorted(live.keys() - {p.key for p in wanted})
    return fates


def _put_property(
    session: Session, type_row: TypeRow, prop: Property, position: int, same: PropertyRow | None, living: PropertyRow | None
) -> str | None:
    row = same or PropertyRow(type_id=type_row.id, key=prop.key, kind=prop.type.value, unit=prop.unit)
    values = {
        "position": position, "name": prop.name.model_dump(), "description": prop.description.model_dump(),
        "minimum": prop.min, "maximum": prop.max, "resolution": prop.resolution, "stale_after_s": prop.stale_after_s,
        "access": prop.access, "options": [o.model_dump() for o in prop.options], "expression": prop.expression,
    }  # fmt: skip
    differs = same is None or any(getattr(row, name) != value for name, value in values.items())
    for name, value in values.items():
        setattr(row, name, value)
    row.retired_at = None
    session.add(row)
    if same is not None and same is living:
        return "changed" if differs else None
    if living is not None:
        return "replaced"
    return "added" if same is None else "revived"


def _meaning(row: PropertyRow) -> Meaning:
    return row.key, row.kind, row.unit


def _own(row: TypeRow) -> list[object]:
    return [row.name, row.description, row.commands, row.events]


def _row(session: Session, principal: Principal, key: str) -> TypeRow:
    row = store.type_by_key(session, principal, key) if usable(key) else None
    if row is None or row.deleted_at is not None:
        raise missing("device type", key)
    return row


def _type(row: TypeRow, properties: Sequence[PropertyRow]) -> DeviceType:
    return DeviceType(
        id=row.id, key=row.key, name=Name(**row.name), description=Name(**row.description),
        properties=tuple(_property(p) for p in properties), commands=tuple(Command(**c) for c in row.commands),
        events=tuple(Event(**e) for e in row.events), is_built_in=row.is_built_in, created_at=row.created_at, version=row.version,
    )  # fmt: skip


def _property(row: PropertyRow) -> Property:
    return Property.model_validate(
        {
            "key": row.key, "name": row.name, "description": row.description, "type": Kind(row.kind), "unit": row.unit,
            "min": row.minimum, "max": row.maximum, "resolution": row.resolution, "stale_after_s": row.stale_after_s,
            "access": row.access, "options": tuple(Option(**o) for o in row.options), "expression": row.expression, "id": row.id,
        }
    )  # fmt: skip


def _checked(draft: TypeDraft) -> TypeDraft:
    # Units and expressions load what the gate and the historian, who only read, have no need of.
    from kaogong.registry.service.type_rules import checked_type  # noqa: PLC0415

    return checked_type(draft)
