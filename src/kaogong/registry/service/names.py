"""Names of ids, for tables that carry ids only."""

from collections.abc import Sequence
from typing import Literal

import polars as pl
from sqlalchemy.orm import Session

from kaogong.core.principal import Principal
from kaogong.registry import index, store
from kaogong.registry.grams import Field, field_token
from kaogong.registry.tables import AssetRow, DeviceRow

_NAMES = {"id": pl.UInt32(), "key": pl.String(), "name_en": pl.String(), "name_zh": pl.String()}


def name_table(session: Session, principal: Principal, kind: Literal["asset", "device", "property"]) -> pl.DataFrame:
    """The tenant's ids of a kind with `id`, `key`, `name_en`, `name_zh`; properties also with `type`, `unit`, `value_kind`, assets and devices with the path
    of their `place`, empty for none.

    Deleted devices and retired properties are in it, because readings still name them.
    """
    if kind == "property":
        properties = store.all_properties(session, principal)
        rows = [(p.id, p.key, p.name["en"], p.name["zh"], type_key, p.unit, p.kind) for p, type_key in properties]
        return pl.DataFrame(rows, schema=_NAMES | dict.fromkeys(("type", "unit", "value_kind"), pl.String()), orient="row")
    found = store.ids_and_keys(session, principal, AssetRow if kind == "asset" else DeviceRow)
    placed = [(id_, key, name["en"], name["zh"], place or "") for id_, key, name, place in found]
    return pl.DataFrame(placed, schema=_NAMES | {"place": pl.String()}, orient="row")


def device_places(session: Session, principal: Principal, ids: Sequence[int]) -> pl.DataFrame:
    """Those of the tenant's devices with these ids that are not deleted: `id`, `key` and the path of their `place`, null for none."""
    rows = store.living_devices(session, principal, ids)
    return pl.DataFrame([tuple(row) for row in rows], schema={"id": pl.UInt32(), "key": pl.String(), "place": pl.String()}, orient="row")


def device_keys_of(session: Session, principal: Principal, ids: Sequence[int]) -> dict[int, str]:
    """The keys of devices by id, deleted ones too."""
    return store.keys_of_devices(session, principal, ids)


def device_ids_of(session: Session, principal: Principal, keys: Sequence[str]) -> dict[str, int]:
    """The ids of those devices of the tenant that exist, by key."""
    return store.ids_of_devices(session, principal, keys)


def count_devices(session: Session, principal: Principal) -> int:
    """How many devices the tenant has."""
    return index.total(session, index.Shelf(principal.tenant_id, index.Indexed.DEVICE), field_token(Field.ALL, 0))
