"""Every query of the registry; each starts from the caller's tenant."""

from collections.abc import Iterable, Sequence
from datetime import datetime
from typing import Any, NamedTuple, TypeAlias, TypeVar

from sqlalchemy import Row, Select, and_, func, literal, or_, select
from sqlalchemy.orm import InstrumentedAttribute, Session, aliased

from kaogong.core.principal import Principal
from kaogong.db import Base
from kaogong.db.page import COUNTED_TO
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
    """Behind which key a page begins, and how many the first page counted (to COUNTED_TO + 1)."""

    key: str
    counted: int


class Found(NamedTuple):
    """A page: rows, where the next one begins, how many there are."""

    rows: list[AnyRow]
    following: Position | None
    counted: int


MANY = 500  # values in one IN list
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


def devices_per_place(session: Session, principal: Principal) -> dict[int | None, int]:
    """How many devices stand directly at each place."""
    query = select(DeviceRow.place_id, func.count()).where(DeviceRow.tenant_id == principal.tenant_id, DeviceRow.deleted_at.is_(None))
    return {row[0]: row[1] for row in session.execute(query.group_by(DeviceRow.place_id))}


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
    where = [DeviceRow.tenant_id == principal.tenant_id, DeviceRow.deleted_at.is_(None), *_chosen(session, principal, chosen, DeviceRow)]
    if chosen.is_gateway is not None:
        where.append(DeviceRow.is_gateway == chosen.is_gateway)
    if chosen.gateway is not None:
        gateway = devices_by_key(session, principal, [chosen.gateway]).get(chosen.gateway)
        where.append(DeviceRow.gateway_id == (gateway.id if gateway else -1))
    return _page(session, DeviceRow, where, _device_columns(), position, limit)


def asset_page(session: Session, principal: Principal, chosen: DeviceFilter, position: Position | None, limit: int) -> Found:
    """Up to `limit` assets behind `position`, with the keys of type and place."""
    where = [AssetRow.tenant_id == principal.tenant_id, *_chosen(session, principal, chosen, AssetRow)]
    return _page(session, AssetRow, where, _asset_columns(), position, limit)


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
    for part in _parts(asset_ids):
        for asset_id, valid_to in session.execute(query.where(BindingRow.asset_id.in_(part))):
            found[asset_id] = found.get(asset_id, False) or valid_to is None
    return found


def credential(session: Session, principal: Principal, device_id: int) -> CredentialRow | None:
    """The login of a device of the principal's tenant; the caller has looked the device up there."""
    query = select(CredentialRow).join(DeviceRow, DeviceRow.id == CredentialRow.device_id)
    return session.scalar(query.where(DeviceRow.tenant_id == principal.tenant_id, CredentialRow.device_id == device_id))


def credentials(session: Session, tenant: str | None = None, device: str | None = None) -> Iterable[AnyRow]:
    """What the gate decides by: before there is a principal, of one device (newest first) or of every tenant's."""
    query = (
        select(
            TenantRow.id, TenantRow.key, DeviceRow.id, DeviceRow.key, CredentialRow.sha256, CredentialRow.revoked_at,
            DeviceRow.is_gateway, DeviceRow.deleted_at,
        )
        .join(TenantRow, TenantRow.id == DeviceRow.tenant_id)
        .outerjoin(CredentialRow, CredentialRow.device_id == DeviceRow.id)
    )  # fmt: skip
    if tenant is None:
        return session.execute(query.where(DeviceRow.deleted_at.is_(None)).execution_options(yield_per=5000))
    query = query.where(TenantRow.key == tenant, DeviceRow.key == device)
    living = session.execute(query.where(DeviceRow.deleted_at.is_(None))).all()
    return living or session.execute(query.order_by(DeviceRow.id.desc()).limit(1)).all()


def edge_configuration(session: Session, principal: Principal, node_id: int, version: int | None) -> EdgeConfigurationRow | None:
    """One version of a node's configuration, the latest without one."""
    query = select(EdgeConfigurationRow).join(DeviceRow, DeviceRow.id == EdgeConfigurationRow.node_device_id)
    query = query.where(DeviceRow.tenant_id == principal.tenant_id, EdgeConfigurationRow.node_device_id == node_id)
    if version is not None:
        query = query.where(EdgeConfigurationRow.version == version)
    return session.scalar(query.order_by(EdgeConfigurationRow.version.desc()).limit(1))


def ids_and_keys(session: Session, principal: Principal, table: type[AssetRow] | type[DeviceRow]) -> Sequence[AnyRow]:
    """Id, key and name of every asset or device; of devices the deleted ones too, as readings name them."""
    return session.execute(select(table.id, table.key, table.name).where(table.tenant_id == principal.tenant_id)).all()


def living_devices(session: Session, principal: Principal) -> Sequence[AnyRow]:
    """Id, key and place of every device that is not deleted."""
    query = select(DeviceRow.id, DeviceRow.key, PlaceRow.path).outerjoin(PlaceRow, PlaceRow.id == DeviceRow.place_id)
    return session.execute(query.where(DeviceRow.tenant_id == principal.tenant_id, DeviceRow.deleted_at.is_(None))).all()


def _chosen(session: Session, principal: Principal, chosen: DeviceFilter, table: type[AssetRow] | type[DeviceRow]) -> list[Any]:
    where: list[Any] = [table.search.contains(word, autoescape=True) for word in search_words(chosen.q)]
    if chosen.type is not None:
        found = type_by_key(session, principal, chosen.type)
        where.append(table.type_id == (found.id if found else -1))
    if chosen.place is not None:
        where.append(table.place_id.in_(place_ids_under(session, principal, chosen.place)))
    return where


def _page(
    session: Session, table: type[AssetRow] | type[DeviceRow], where: list[Any], columns: AnySelect, position: Position | None, limit: int
) -> Found:
    """Reads ids from an index first and counts only behind the page, so that the rarest search reads the index once."""
    found = select(table.id, table.key).where(*where).order_by(table.key)  # skip: tenant-scope, the caller's `where` begins with it
    wanted = found.where(table.key > position.key) if position else found
    ids = session.execute(wanted.limit(limit + 1)).all()
    more = len(ids) > limit
    if position:
        counted = position.counted
    elif more:
        behind = found.where(table.key >= ids[limit].key).order_by(None).limit(literal(COUNTED_TO + 1 - limit)).subquery()
        counted = limit + (session.scalar(select(func.count()).select_from(behind)) or 0)
    else:
        counted = len(ids)
    rows = {row[0].id: row for part in _parts(id_ for id_, _ in ids[:limit]) for row in session.execute(columns.where(table.id.in_(part)))}
    return Found([rows[id_] for id_, _ in ids[:limit]], Position(ids[limit - 1].key, counted) if more else None, counted)


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
