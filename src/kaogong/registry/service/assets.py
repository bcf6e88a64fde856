"""Assets: the places readings belong to."""

from sqlalchemy.orm import Session

from kaogong.core import clock
from kaogong.core.keys import check_key
from kaogong.core.principal import Principal
from kaogong.db import Page, page_limit
from kaogong.registry import index, store
from kaogong.registry.service.announce import PLANT_EDITORS, allow, changed, missing, taken, usable
from kaogong.registry.service.devices import asset_indexed_as, cursor_of, position_in, usable_filter
from kaogong.registry.service.places import place_ids
from kaogong.registry.tables import AssetRow
from kaogong.registry.texts import checked_name, searchable
from kaogong.registry.types import Asset, DeviceFilter, Name, NewAsset


def create_asset(session: Session, principal: Principal, new: NewAsset) -> Asset:
    """Make an asset before a device speaks for it; its type says which properties a mapping may name."""
    allow(principal, PLANT_EDITORS)
    check_key(new.key, "asset")
    if store.assets_by_key(session, principal, [new.key]):
        raise taken("asset", new.key)
    type_row = store.type_by_key(session, principal, new.type) if new.type and usable(new.type) else None
    if new.type and (type_row is None or type_row.deleted_at is not None):
        raise missing("device type", new.type)
    name = checked_name(new.name, "name", new.key)
    row = AssetRow(
        tenant_id=principal.tenant_id, key=new.key, name=name.model_dump(), search=searchable(new.key, name.en, name.zh),
        type_id=type_row.id if type_row else None, created_at=clock.now(), version=1,
        place_id=place_ids(session, principal, {new.place})[new.place] if new.place else None,
    )  # fmt: skip
    session.add(row)
    session.flush()
    index.change(session, index.Shelf(principal.tenant_id, index.Indexed.ASSET), row.id, (), asset_indexed_as(session, principal, row))
    changed(session, principal, "asset", "put", row.id, row.key, "create")
    return get_asset(session, principal, new.key)


def get_asset(session: Session, principal: Principal, key: str) -> Asset:
    """The asset of that key."""
    row = store.asset_with_names(session, principal, key) if usable(key) else None
    if row is None:
        raise missing("asset", key)
    return _asset(*row)


def list_assets(
    session: Session, principal: Principal, chosen: DeviceFilter | None = None, *, limit: int | None = None, cursor: str | None = None
) -> Page[Asset]:
    """A page of assets by key; the filter's gateway does not apply."""
    found = store.asset_page(session, principal, usable_filter(chosen), position_in(cursor), page_limit(limit))
    return Page.of([_asset(*row) for row in found.rows], cursor_of(found.following), found.counted)


def _asset(row: AssetRow, type_key: str | None, place: str | None) -> Asset:
    return Asset(
        id=row.id, key=row.key, name=Name(**row.name), type=type_key, type_id=row.type_id, place=place,
        created_at=row.created_at, version=row.version,
    )  # fmt: skip
