"""Every query of the registry; each starts from the caller's tenant."""

from bisect import bisect_right
from collections.abc import Iterable, Sequence
from datetime import datetime
from itertools import islice
from typing import Any, NamedTuple, TypeAlias, TypeVar

import numpy as np
from sqlalchemy import ColumnElement, Row, Select, and_, func, literal, or_, select
from sqlalchemy.orm import InstrumentedAttribute, Session, aliased

from kaogong.core.principal import Principal
from kaogong.db import Base, among
from kaogong.db.page import COUNTED_TO
from kaogong.registry import index
from kaogong.registry.grams import Field, field_token
from kaogong.registry.tables import (
    AssetRow,
    BindingRow,
    CredentialRow,
    DeviceRow,
    EdgeConfigurationRow,
    PersonRow,
    PlaceRow,
    PropertyRow,
    TenantRow,
    TypeRow,
)
from kaogong.registry.texts import search_words
from kaogong.registry.types import DeviceFilter

R = TypeVar("R", bound=Base)
AnyRow: TypeAlias = Row[*tuple[Any, ...]]
AnySelect: TypeAlias = Select[*tuple[Any, ...]]


class Position(NamedTuple):
    """Behind what a page begins (a key, or the id in a list in the order of making), and how many the first page counted."""

    after: str | int
    counted: int


class Found(NamedTuple):
    """A page: rows, where the next one begins, how many there are."""

    rows: list[AnyRow]
    following: Position | None
    counted: int


MANY = 500  # values in one IN list
SORTED_TO = 5000  # so many found are still sorted by key; more come in the order in which they were made
_Gateway = aliased(DeviceRow)


def tenant_by_key(session: Session, key: str) -> TenantRow | None:
    """The tenant of that key."""
    return session.scalar(select(TenantRow).where(TenantRow.key == key))


def tenants(session: Session, principal: Principal, *, all_of_them: bool) -> Sequence[TenantRow]:
    """The principal's own tenant, or every one for an operator of the platform."""
    query = select(TenantRow).order_by(TenantRow.key)
    return session.scalars(query if all_of_them else query.where(TenantRow.id == principal.tenant_id)).all()


def people(session: Session, principal: Principal) -> Sequence[PersonRow]:
    """Everybody of the tenant."""
    return session.scalars(select(PersonRow).where(PersonRow.tenant_id == principal.tenant_id).order_by(PersonRow.name)).all()


def person(session: Session, tenant_id: int, name: str) -> PersonRow | None:
    """The person of that login name."""
    return session.scalar(select(PersonRow).where(PersonRow.tenant_id == tenant_id, PersonRow.name == name))


def people_named(session: Session, name: str) -> Sequence[Row[PersonRow, str]]:
    """Who has that login name in any tenant, with the tenant's key: signing in comes before there is a principal."""
    query = select(PersonRow, TenantRow.key).join(TenantRow, TenantRow.id == PersonRow.tenant_id)
    return session.execute(query.where(PersonRow.name == name).order_by(TenantRow.key)).all()


def places(session: Session, principal: Principal) -> Sequence[PlaceRow]:
    """The whole tree; a place comes before what is in it."""
    return session.scalars(select(PlaceRow).where(PlaceRow.tenant_id == principal.tenant_id).order_by(PlaceRow.path)).all()


def places_at(session: Session, principal: Principal, paths: Iterable[str]) -> dict[str, PlaceRow]:
    """The places of those paths that exist."""
    return _by(PlaceRow.path, session, select(PlaceRow).where(PlaceRow.tenant_id == principal.tenant_id), paths)


def place_ids_under(session: Session, principal: Principal, path: str) -> list[int]:
    """The place of that path and everything below it."""
    below = and_(PlaceRow.path > f"{path}/", PlaceRow.path < f"{path}0")  # "0" follows "/"
    query = select(PlaceRow.id).where(PlaceRow.tenant_id == principal.tenant_id, or_(PlaceRow.path == path, below))
    return list(session.scalars(query))


class Indexable(NamedTuple):
    """What the index holds of a device or an asset."""

    id: int
    text: str
    type_id: int | None
    place_id: int | None
    gateway_id: int | None = None
    is_gateway: bool | None = None


def every_tenant(session: Session) -> Sequence[int]:
    """The id of every tenant, for what is done to the whole registry."""
    return session.scalars(select(TenantRow.id).order_by(TenantRow.id)).all()


def indexable(session: Session, tenant_id: int, kind: index.Indexed, many: int) -> Iterable[list[Indexable]]:
    """Every living device or asset of a tenant in parts."""
    if kind is index.Indexed.DEVICE:
        columns = (DeviceRow.id, DeviceRow.search, DeviceRow.type_id, DeviceRow.place_id, DeviceRow.gateway_id, DeviceRow.is_gateway)
        query = select(*columns).where(DeviceRow.tenant_id == tenant_id, DeviceRow.deleted_at.is_(None)).order_by(DeviceRow.id)
    else:
        query = select(AssetRow.id, AssetRow.search, AssetRow.type_id, AssetRow.place_id).where(AssetRow.tenant_id == tenant_id)  # type: ignore[assignment]
        query = query.order_by(AssetRow.id)
    rows = [Indexable(*row) for row in session.execute(query)]
    return (rows[start : start + many] for start in range(0, len(rows), many))


def all_place_chains(session: Session, tenant_id: int) -> dict[int, list[int]]:
    """By the id of a place: its own and those of all above it, the site first."""
    rows = session.execute(select(PlaceRow.path, PlaceRow.id).where(PlaceRow.tenant_id == tenant_id))
    ids = {path: id_ for path, id_ in rows}  # noqa: C416
    return {id_: [ids[path[:end]] for end in (*(n for n, c in enumerate(path) if c == "/"), len(path))] for path, id_ in ids.items()}


def place_and_above(session: Session, principal: Principal, place_id: int | None) -> list[int]:
    """The ids of a place and of all it lies in, the site first."""
    path = session.scalar(select(PlaceRow.path).where(PlaceRow.tenant_id == principal.tenant_id, PlaceRow.id == place_id)) or ""
    parts = path.split("/") if path else []
    found = places_at(session, principal, ["/".join(parts[: n + 1]) for n in range(len(parts))])
    return [row.id for _, row in sorted(found.items())]


def types(session: Session, principal: Principal) -> Sequence[TypeRow]:
    """Every device type that is not deleted."""
    query = select(TypeRow).where(TypeRow.tenant_id == principal.tenant_id, TypeRow.deleted_at.is_(None))
    return session.scalars(query.order_by(TypeRow.key)).all()


def type_by_key(session: Session, principal: Principal, key: str) -> TypeRow | None:
    """The type of that key, deleted ones too."""
    return session.scalar(select(TypeRow).where(TypeRow.tenant_id == principal.tenant_id, TypeRow.key == key))


def properties(session: Session, principal: Principal, type_ids: Iterable[int]) -> Sequence[PropertyRow]:
    """The properties of types, retired ones too, in the order their author wrote."""
    query = select(PropertyRow).join(TypeRow, TypeRow.id == PropertyRow.type_id).where(TypeRow.tenant_id == principal.tenant_id)
    return session.scalars(query.where(PropertyRow.type_id.in_(list(type_ids))).order_by(PropertyRow.type_id, PropertyRow.position)).all()


def all_properties(session: Session, principal: Principal) -> Sequence[Row[PropertyRow, str]]:
    """Every property id the tenant ever had, with its type's key."""
    query = select(PropertyRow, TypeRow.key).join(TypeRow, TypeRow.id == PropertyRow.type_id)
    return session.execute(query.where(TypeRow.tenant_id == principal.tenant_id).order_by(PropertyRow.id)).all()


def type_is_used(session: Session, principal: Principal, type_id: int) -> bool:
    """Whether a device that is not deleted is of that type."""
    query = select(DeviceRow.id).where(DeviceRow.tenant_id == principal.tenant_id, DeviceRow.type_id == type_id)
    return session.scalar(query.where(DeviceRow.deleted_at.is_(None)).limit(1)) is not None


def devices_by_key(session: Session, principal: Principal, keys: Iterable[str]) -> dict[str, DeviceRow]:
    """The devices of those keys that exist."""
    query = select(DeviceRow).where(DeviceRow.tenant_id == principal.tenant_id, DeviceRow.deleted_at.is_(None))
    return _by(DeviceRow.key, session, query, keys)


def device_keys_taken(session: Session, principal: Principal, keys: Sequence[str]) -> list[str]:
    """Which of `keys` name a device."""
    query = select(DeviceRow.key).where(DeviceRow.tenant_id == principal.tenant_id, DeviceRow.deleted_at.is_(None))
    return list(session.scalars(query.where(among(session, DeviceRow.key, keys)).order_by(DeviceRow.key)))


def asset_ids(session: Session, principal: Principal, keys: Sequence[str]) -> dict[str, int]:
    """The ids of the assets of those keys that exist."""
    query = select(AssetRow.key, AssetRow.id).where(AssetRow.tenant_id == principal.tenant_id)
    return {key: id_ for key, id_ in session.execute(query.where(among(session, AssetRow.key, keys)))}  # noqa: C416


def assets_by_key(session: Session, principal: Principal, keys: Iterable[str]) -> dict[str, AssetRow]:
    """The assets of those keys that exist."""
    return _by(AssetRow.key, session, select(AssetRow).where(AssetRow.tenant_id == principal.tenant_id), keys)


def devices_spoken_for(session: Session, principal: Principal, gateway_id: int) -> int:
    """How many devices a gateway speaks for."""
    query = select(func.count()).where(DeviceRow.tenant_id == principal.tenant_id, DeviceRow.gateway_id == gateway_id)
    return session.scalar(query.where(DeviceRow.deleted_at.is_(None))) or 0


def device_with_names(session: Session, principal: Principal, key: str) -> AnyRow | None:
    """The device, its type's key, its place's path, its gateway's key."""
    query = _device_columns().where(DeviceRow.tenant_id == principal.tenant_id, DeviceRow.deleted_at.is_(None), DeviceRow.key == key)
    return session.execute(query).one_or_none()


def devices_with_names(session: Session, principal: Principal, keys: Iterable[str]) -> dict[str, AnyRow]:
    """The same for many."""
    query = _device_columns().where(DeviceRow.tenant_id == principal.tenant_id, DeviceRow.deleted_at.is_(None))
    return {row[0].key: row for part in _parts(keys) for row in session.execute(query.where(DeviceRow.key.in_(part)))}


def device_page(session: Session, principal: Principal, chosen: DeviceFilter, position: Position | None, limit: int) -> Found:
    """Up to `limit` devices behind `position`, with the keys of type, place and gateway."""
    walked = _walked(session, principal, chosen, DeviceRow)
    if walked is not None:
        where = [DeviceRow.tenant_id == principal.tenant_id, DeviceRow.deleted_at.is_(None), *walked]
        return _walk(session, DeviceRow, where, _device_columns(), position, limit)
    where = [_of_tenant(DeviceRow, principal), DeviceRow.deleted_at.is_(None)]
    ids = device_ids(session, principal, chosen)
    return _page(session, DeviceRow, where, ids, search_words(chosen.q), _device_columns(), position, limit)


def asset_page(session: Session, principal: Principal, chosen: DeviceFilter, position: Position | None, limit: int) -> Found:
    """Up to `limit` assets behind `position`, with the keys of type and place."""
    walked = _walked(session, principal, chosen, AssetRow)
    if walked is not None:
        return _walk(session, AssetRow, [AssetRow.tenant_id == principal.tenant_id, *walked], _asset_columns(), position, limit)
    where = [_of_tenant(AssetRow, principal)]
    ids = _indexed(session, principal, chosen, index.Indexed.ASSET)
    return _page(session, AssetRow, where, ids, search_words(chosen.q), _asset_columns(), position, limit)


def device_ids(session: Session, principal: Principal, chosen: DeviceFilter) -> index.Ids:
    """The ids of the devices chosen, ascending; words longer than three characters are not certain."""
    ids = _indexed(session, principal, chosen, index.Indexed.DEVICE)
    if chosen.among is not None:
        ids = np.intersect1d(ids, chosen.among, assume_unique=True)
    if chosen.without is not None:
        ids = np.setdiff1d(ids, chosen.without, assume_unique=True)
    return ids


def certain_ids(session: Session, principal: Principal, ids: index.Ids, q: str | None) -> index.Ids:
    """Those of few device ids whose text has the words."""
    where = [_of_tenant(DeviceRow, principal), DeviceRow.deleted_at.is_(None)]
    return np.array([id_ for id_, _ in _matching(session, DeviceRow, where, ids, search_words(q))], np.int64)


def asset_with_names(session: Session, principal: Principal, key: str) -> AnyRow | None:
    """The asset, its type's key, its place's path."""
    return session.execute(_asset_columns().where(AssetRow.tenant_id == principal.tenant_id, AssetRow.key == key)).one_or_none()


def bindings(
    session: Session,
    principal: Principal,
    *,
    device_ids: Sequence[int] | None = None,
    asset_id: int | None = None,
    at: datetime | None = None,
) -> Sequence[Row[BindingRow, str, str]]:
    """Bindings with device and asset keys, oldest first; `at`: only those valid then."""
    query = (
        select(BindingRow, DeviceRow.key, AssetRow.key)
        .join(DeviceRow, DeviceRow.id == BindingRow.device_id)
        .join(AssetRow, AssetRow.id == BindingRow.asset_id)
        .where(BindingRow.tenant_id == principal.tenant_id)
        .order_by(BindingRow.valid_from.asc().nulls_first(), BindingRow.id)
    )
    if device_ids is not None:
        query = query.where(BindingRow.device_id.in_(device_ids))
    if asset_id is not None:
        query = query.where(BindingRow.asset_id == asset_id)
    if at is not None:
        query = query.where(
            or_(BindingRow.valid_from.is_(None), BindingRow.valid_from <= at), or_(BindingRow.valid_to.is_(None), BindingRow.valid_to > at)
        )
    return session.execute(query).all()


def assets_bound(session: Session, principal: Principal, asset_ids: Iterable[int]) -> dict[int, bool]:
    """Of those assets that were ever bound: whether one of the bindings is open."""
    found: dict[int, bool] = {}
    query = select(BindingRow.asset_id, BindingRow.valid_to).where(BindingRow.tenant_id == principal.tenant_id)
    for asset_id, valid_to in session.execute(query.where(among(session, BindingRow.asset_id, list(asset_ids)))):
        found[asset_id] = found.get(asset_id, False) or valid_to is None
    return found


def credential(session: Session, principal: Principal, device_id: int) -> CredentialRow | None:
    """The login of a device of the principal's tenant; the caller has looked the device up there."""
    query = select(CredentialRow).join(DeviceRow, DeviceRow.id == CredentialRow.device_id)
    return session.scalar(query.where(DeviceRow.tenant_id == principal.tenant_id, CredentialRow.device_id == device_id))


def credentials(session: Session, tenant: str, device: str) -> Iterable[AnyRow]:
    """What the gate decides by, before there is a principal: one device, newest first."""
    query = _credentials().where(TenantRow.key == tenant, DeviceRow.key == device)
    living = session.execute(query.where(DeviceRow.deleted_at.is_(None))).all()
    return living or session.execute(query.order_by(DeviceRow.id.desc()).limit(1)).all()


def credentials_between(session: Session, first: int, last: int) -> Iterable[AnyRow]:
    """The same of every tenant's living devices with ids in that range."""
    query = _credentials().where(DeviceRow.deleted_at.is_(None), DeviceRow.id.between(first, last))
    return session.execute(query.execution_options(yield_per=5000))


def _credentials() -> AnySelect:
    columns = (CredentialRow.sha256, CredentialRow.revoked_at, DeviceRow.is_gateway, DeviceRow.deleted_at)
    return (
        select(TenantRow.id, TenantRow.key, DeviceRow.id, DeviceRow.key, *columns)  # skip: tenant-scope, the gate admits all tenants
        .join(TenantRow, TenantRow.id == DeviceRow.tenant_id)
        .outerjoin(CredentialRow, CredentialRow.device_id == DeviceRow.id)
    )


def edge_configuration(session: Session, principal: Principal, node_id: int, version: int | None) -> EdgeConfigurationRow | None:
    """One version of a node's configuration, the latest without one."""
    query = select(EdgeConfigurationRow).join(DeviceRow, DeviceRow.id == EdgeConfigurationRow.node_device_id)
    query = query.where(DeviceRow.tenant_id == principal.tenant_id, EdgeConfigurationRow.node_device_id == node_id)
    if version is not None:
        query = query.where(EdgeConfigurationRow.version == version)
    return session.scalar(query.order_by(EdgeConfigurationRow.version.desc()).limit(1))


def ids_and_keys(session: Session, principal: Principal, table: type[AssetRow] | type[DeviceRow]) -> Sequence[AnyRow]:
    """Id, key, name and place of every asset or device; of devices the deleted ones too, as readings name them."""
    query = select(table.id, table.key, table.name, PlaceRow.path).outerjoin(PlaceRow, PlaceRow.id == table.place_id)
    return session.execute(query.where(table.tenant_id == principal.tenant_id)).all()


def living_devices(session: Session, principal: Principal, ids: Sequence[int]) -> Sequence[AnyRow]:
    """Id, key and place of those of `ids` that are not deleted."""
    query = select(DeviceRow.id, DeviceRow.key, PlaceRow.path).outerjoin(PlaceRow, PlaceRow.id == DeviceRow.place_id)
    query = query.where(_of_tenant(DeviceRow, principal), DeviceRow.deleted_at.is_(None))
    return session.execute(query.where(among(session, DeviceRow.id, ids))).all()


def keys_of_devices(session: Session, principal: Principal, ids: Sequence[int]) -> dict[int, str]:
    """Keys by id, deleted devices too."""
    query = select(DeviceRow.id, DeviceRow.key).where(_of_tenant(DeviceRow, principal))
    return {id_: key for id_, key in session.execute(query.where(among(session, DeviceRow.id, ids)))}  # noqa: C416


def ids_of_devices(session: Session, principal: Principal, keys: Sequence[str]) -> dict[str, int]:
    """Ids by key of those that exist."""
    query = select(DeviceRow.key, DeviceRow.id).where(DeviceRow.tenant_id == principal.tenant_id, DeviceRow.deleted_at.is_(None))
    return {key: id_ for key, id_ in session.execute(query.where(among(session, DeviceRow.key, keys)))}  # noqa: C416


def _walked(session: Session, principal: Principal, chosen: DeviceFilter, table: type[AssetRow] | type[DeviceRow]) -> list[Any] | None:
    """The condition of a list that one of the table's own indexes has in the order of its keys; None for any other."""
    given = [name for name, value in chosen._asdict().items() if name != "q" and value is not None]
    if search_words(chosen.q) or len(given) > 1 or not {"type", "place", "gateway", "is_gateway"}.issuperset(given):
        return None
    if not given:
        return []
    if chosen.type is not None:
        found = type_by_key(session, principal, chosen.type)
        return [table.type_id == (found.id if found else -1)]
    if chosen.place is not None:
        ids = place_ids_under(session, principal, chosen.place)
        return [table.place_id == (ids[0] if ids else -1)] if len(ids) <= 1 else None
    if table is AssetRow:
        return []
    if chosen.gateway is not None:
        gateway = devices_by_key(session, principal, [chosen.gateway]).get(chosen.gateway)
        return [DeviceRow.gateway_id == (gateway.id if gateway else -1)]
    return [DeviceRow.is_gateway == chosen.is_gateway]


def _indexed(session: Session, principal: Principal, chosen: DeviceFilter, kind: index.Indexed) -> index.Ids:
    fields: list[int | None] = []
    if chosen.type is not None:
        found = type_by_key(session, principal, chosen.type)
        fields.append(field_token(Field.TYPE, found.id) if found else None)
    if chosen.place is not None:
        place = places_at(session, principal, [chosen.place]).get(chosen.place)
        fields.append(field_token(Field.PLACE, place.id) if place else None)
    if kind is index.Indexed.DEVICE and chosen.gateway is not None:
        gateway = devices_by_key(session, principal, [chosen.gateway]).get(chosen.gateway)
        fields.append(field_token(Field.GATEWAY, gateway.id) if gateway else None)
    if kind is index.Indexed.DEVICE and chosen.is_gateway is not None:
        fields.append(field_token(Field.IS_GATEWAY, int(chosen.is_gateway)))
    known = [one for one in fields if one is not None]
    if len(known) < len(fields):
        return np.empty(0, np.int64)
    return index.find(session, index.Shelf(principal.tenant_id, kind), known, search_words(chosen.q))


def _walk(
    session: Session, table: type[AssetRow] | type[DeviceRow], where: list[Any], columns: AnySelect, position: Position | None, limit: int
) -> Found:
    """Reads ids from an index first and counts only behind the page."""
    found = select(table.id, table.key).where(*where).order_by(table.key)  # skip: tenant-scope, the caller's `where` begins with it
    wanted = found.where(table.key > str(position.after)) if position else found
    ids = session.execute(wanted.limit(limit + 1)).all()
    more = len(ids) > limit
    if position:
        counted = position.counted
    elif more:
        behind = found.where(table.key >= ids[limit].key).order_by(None).limit(literal(COUNTED_TO + 1 - limit)).subquery()
        counted = limit + (session.scalar(select(func.count()).select_from(behind)) or 0)
    else:
        counted = len(ids)
    rows = _named(session, table, columns, [id_ for id_, _ in ids[:limit]])
    return Found(rows, Position(ids[limit - 1].key, counted) if more else None, counted)


def _page(
    session: Session, table: type[AssetRow] | type[DeviceRow], where: list[Any], ids: index.Ids, words: Sequence[str],
    columns: AnySelect, position: Position | None, limit: int,
) -> Found:  # fmt: skip
    """A page of what the index found: few are sorted by key, many come in the order of making."""
    if isinstance(position.after, str) if position else len(ids) <= SORTED_TO:
        found = sorted(_matching(session, table, where, ids, words), key=lambda one: one[1])
        start = bisect_right(found, str(position.after), key=lambda one: one[1]) if position else 0
        wanted, counted, more = found[start : start + limit], len(found), len(found) > start + limit
        following: str | int = wanted[-1][1] if wanted else ""
    else:
        behind = ids[np.searchsorted(ids, int(position.after), "right") :] if position else ids
        enough = limit + 1 if position or index.is_certain(words) else COUNTED_TO + 1
        found = list(islice(_in_turn(session, table, where, behind, words), enough))
        counted = position.counted if position else min(len(ids), COUNTED_TO + 1) if index.is_certain(words) else len(found)
        wanted, more = found[:limit], len(found) > limit
        following = wanted[-1][0] if wanted else 0
    rows = _named(session, table, columns, [id_ for id_, _ in wanted])
    return Found(rows, Position(following, counted) if more else None, counted)


def _in_turn(
    session: Session, table: type[AssetRow] | type[DeviceRow], where: list[Any], ids: index.Ids, words: Sequence[str]
) -> Iterable[tuple[int, str]]:
    for start in range(0, len(ids), MANY):
        yield from sorted(_matching(session, table, where, ids[start : start + MANY], words))


def _of_tenant(table: type[AssetRow] | type[DeviceRow], principal: Principal) -> ColumnElement[bool]:
    """The tenant's condition beside a list of ids: said so that SQLite looks the ids up instead of reading the whole tenant."""
    return table.tenant_id + 0 == principal.tenant_id


def _matching(
    session: Session, table: type[AssetRow] | type[DeviceRow], where: list[Any], ids: index.Ids, words: Sequence[str]
) -> list[tuple[int, str]]:
    """Id and key of those of `ids` whose text has every word."""
    if not len(ids):
        return []
    has = [table.search.contains(word, autoescape=True) for word in words]
    query = select(table.id, table.key).where(
        *where, among(session, table.id, ids.tolist()), *has
    )  # skip: tenant-scope, the caller's `where` begins with it
    return [(id_, key) for id_, key in session.execute(query)]


def _named(session: Session, table: type[AssetRow] | type[DeviceRow], columns: AnySelect, ids: Sequence[int]) -> list[AnyRow]:
    rows = {row[0].id: row for part in _parts(ids) for row in session.execute(columns.where(table.id.in_(part)))}
    return [rows[id_] for id_ in ids]


def _device_columns() -> AnySelect:
    return (
        select(DeviceRow, TypeRow.key, PlaceRow.path, _Gateway.key)  # skip: tenant-scope, callers begin with it
        .join(TypeRow, TypeRow.id == DeviceRow.type_id)
        .outerjoin(PlaceRow, PlaceRow.id == DeviceRow.place_id)
        .outerjoin(_Gateway, _Gateway.id == DeviceRow.gateway_id)
    )


def _asset_columns() -> AnySelect:
    return (
        select(AssetRow, TypeRow.key, PlaceRow.path)  # skip: tenant-scope, callers begin with it
        .outerjoin(TypeRow, TypeRow.id == AssetRow.type_id)
        .outerjoin(PlaceRow, PlaceRow.id == AssetRow.place_id)
    )


def _parts(values: Iterable[Any]) -> Iterable[list[Any]]:
    unique = list(dict.fromkeys(values))
    return (unique[start : start + MANY] for start in range(0, len(unique), MANY))


def _by(column: InstrumentedAttribute[str], session: Session, query: Select[R], values: Iterable[str]) -> dict[str, R]:
    return {getattr(row, column.key): row for part in _parts(values) for row in session.scalars(query.where(column.in_(part)))}
