"""What the hot paths keep in memory: names to ids, what properties mean, who speaks for whom. Above tenants."""

from collections.abc import Iterable, Mapping, Sequence
from datetime import UTC, datetime
from typing import Any, NamedTuple

import numpy as np
import numpy.typing as npt
import polars as pl
from sqlalchemy import ColumnElement, Select, and_, func, or_, select, true
from sqlalchemy.orm import Session

from kaogong.core.sample import Kind
from kaogong.db import Change, outbox
from kaogong.registry.changes import DEVICES, range_of
from kaogong.registry.device_table import DeviceTable, Named
from kaogong.registry.tables import AssetRow, BindingRow, DeviceRow, PropertyRow, TenantRow
from kaogong.registry.types import DeviceRef, PropertyRef

EVER = datetime(1, 1, 1, tzinfo=UTC)
ALWAYS = datetime(9999, 1, 1, tzinfo=UTC)
MANY = 500

BINDINGS = pl.Schema(
    {
        "device": pl.UInt32(),
        "property": pl.UInt32(),
        "asset": pl.UInt32(),
        "asset_property": pl.UInt32(),
        "valid_from": pl.Datetime("us", "UTC"),
        "valid_to": pl.Datetime("us", "UTC"),
    }
)
PROPERTIES = pl.Schema(
    {
        "property": pl.UInt32(),
        "type": pl.UInt32(),
        "key": pl.String(),
        "kind": pl.String(),
        "unit": pl.String(),
        "minimum": pl.Float64(),
        "maximum": pl.Float64(),
        "resolution": pl.Float64(),
    }
)


class _Bound(NamedTuple):
    type_id: int
    asset_id: int
    asset_type_id: int | None
    mapping: Mapping[str, str] | None
    valid_from: datetime
    valid_to: datetime

    @property
    def is_simple(self) -> bool:
        return self.mapping is None and (self.valid_from, self.valid_to) == (EVER, ALWAYS)


class Directory:
    """The registry as ingest, gate, historian and API look things up, kept fresh by the change feed.

    Take `snapshot(session)`, then hand every announced change to `apply`, both in read sessions and from one thread. `seq` is the newest
    change contained; a gap in the feed makes `apply` read everything anew, so a missed announcement heals with the next one.
    """

    def __init__(self) -> None:
        self.seq = 0
        self._tenants: dict[str, int] = {}
        self._tenant_keys: dict[int, str] = {}
        self._devices = DeviceTable()
        self._types: dict[int, dict[str, PropertyRef]] = {}
        self._identity: npt.NDArray[np.uint32] = np.zeros(1024, np.uint32)
        self._bound: dict[int, list[_Bound]] = {}
        self._property_table: pl.DataFrame | None = None
        self._binding_table: pl.DataFrame | None = None

    @classmethod
    def snapshot(cls, session: Session) -> "Directory":
        """Everything, as this session sees it."""
        directory = cls()
        directory._load(session)
        return directory

    def device(self, tenant: str, device: str) -> DeviceRef | None:
        """The device of that key, or None."""
        return self._devices.get(tenant, device)

    def properties(self, type_id: int) -> Mapping[str, PropertyRef]:
        """The live properties of a type by key; empty for an unknown type."""
        return self._types.get(type_id, {})

    def derived(self, type_id: int) -> list[PropertyRef]:
        """The live properties that have an expression, in the order in which they can be evaluated."""
        return [p for p in self.properties(type_id).values() if p.expression is not None]

    def tenant_id(self, key: str) -> int | None:
        """The id of the tenant, or None."""
        return self._tenants.get(key)

    def tenant_key(self, tenant_id: int) -> str | None:
        """The key of the tenant, or None."""
        return self._tenant_keys.get(tenant_id)

    def tenants(self) -> Mapping[str, int]:
        """Every tenant's id by key."""
        return self._tenants

    def device_count(self, tenant: str) -> int:
        """How many devices a tenant has."""
        return self._devices.count(self._tenants.get(tenant, 0))

    def property_table(self) -> pl.DataFrame:
        """Every live property, columns PROPERTIES; the same frame until a type changes."""
        if self._property_table is None:
            rows = [
                (p.id, type_id, p.key, p.kind.value, p.unit, p.minimum, p.maximum, p.resolution)
                for type_id, properties in self._types.items()
                for p in properties.values()
            ]
            self._property_table = pl.DataFrame(rows, schema=PROPERTIES, orient="row").sort("property")
        return self._property_table

    def identity(self) -> npt.NDArray[np.uint32]:
        """Indexed by device id: the asset to which all the device says belongs for ever, property for property.

        0 where there is none or where it is not that simple: then `bindings()` knows. Ids beyond the array are devices it does not
        know yet. Do not write to it.
        """
        return self._identity

    def bindings(self) -> pl.DataFrame:
        """Who speaks for whom where it is not that simple, columns BINDINGS: at most one row for a device, property and moment.

        A sample belongs to the row with valid_from <= observed_at < valid_to; without such a row it belongs to no place. Open ends
        are the years 1 and 9999. Sorted by device, property, valid_from; the same frame until something changes.
        """
        if self._binding_table is None:
            rows = [row for device, bound in self._bound.items() for row in self._intervals(device, bound)]
            table = pl.DataFrame(rows, schema=BINDINGS, orient="row")
            self._binding_table = table.sort("device", "property", "valid_from")
        return self._binding_table

    def apply(self, session: Session, changes: Iterable[Change]) -> None:
        """Read again what `changes` name; those already contained are passed over."""
        news = sorted(c for c in changes if c.seq > self.seq)
        if not news:
            return
        if [c.seq for c in news] != list(range(self.seq + 1, self.seq + 1 + len(news))):
            self._load(session)
            return
        by_kind: dict[str, list[Change]] = {}
        for change in news:
            by_kind.setdefault(change.kind, []).append(change)
        if "tenant" in by_kind:
            self._read_tenants(session)
        if "type" in by_kind:
            self._read_types(session, [c.id for c in by_kind["type"]])
        if "device" in by_kind:
            self._read_devices(session, by_kind["device"])
        for change in by_kind.get(DEVICES, ()):
            self._read_range(session, change)
        spoken = {c.id for kind in ("device", "binding") for c in by_kind.get(kind, ())}
        if spoken:
            self._read_bindings(session, sorted(spoken))
        self.seq = news[-1].seq

    def _load(self, session: Session) -> None:
        Directory.__init__(self)
        self.seq = outbox.head(session)
        self._read_tenants(session)
        self._read_types(session, None)
        self._devices.extend(self._named(session, _devices()))
        self._read_all_bindings(session)

    def _read_tenants(self, session: Session) -> None:
        for tenant_id, key in session.execute(select(TenantRow.id, TenantRow.key)):
            self._tenants[key] = tenant_id
            self._tenant_keys[tenant_id] = key

    def _read_types(self, session: Session, ids: Sequence[int] | None) -> None:
        query = select(PropertyRow).where(PropertyRow.retired_at.is_(None)).order_by(PropertyRow.type_id, PropertyRow.position)
        if ids is not None:
            query = query.where(PropertyRow.type_id.in_(ids))
        for type_id in ids or ():
            self._types.pop(type_id, None)
        for row in session.scalars(query.execution_options(populate_existing=True)):
            self._types.setdefault(row.type_id, {})[row.key] = _reference(row)
        self._property_table = self._binding_table = None

    def _read_devices(self, session: Session, changes: Sequence[Change]) -> None:
        for change in changes:
            known = self._devices.get(change.tenant, change.key)
            if known is not None and known.device_id == change.id:
                self._devices.drop(change.tenant, change.key)
        for part in _parts(sorted({c.id for c in changes})):
            for named in self._named(session, _devices().where(DeviceRow.id.in_(part))):
                self._devices.put(named)

    def _read_range(self, session: Session, change: Change) -> None:
        first, last = range_of(change)
        self._devices.extend(self._named(session, _devices().where(DeviceRow.id.between(first, last))))
        self._read_simple_bindings(session, BindingRow.device_id.between(first, last))

    def _named(self, session: Session, query: Select[int, str, int, int, int]) -> Iterable[Named]:
        for tenant_id, key, *ref in session.execute(query.execution_options(yield_per=10_000)):
            yield Named(self._tenant_keys[tenant_id], key, DeviceRef(tenant_id, *ref))

    def _read_all_bindings(self, session: Session) -> None:
        self._read_simple_bindings(session, true())

    def _read_simple_bindings(self, session: Session, which: ColumnElement[bool]) -> None:
        """Bindings of `which` devices; those that are not simple one by one."""
        involved = _bindings().where(
            which, or_(BindingRow.mapping.is_not(None), BindingRow.valid_from.is_not(None), BindingRow.valid_to.is_not(None))
        )
        special = sorted({device for device, *_ in session.execute(involved)})
        self._read_bindings(session, special)
        rest = select(BindingRow.device_id, BindingRow.asset_id).join(DeviceRow, DeviceRow.id == BindingRow.device_id)
        rest = rest.where(which, DeviceRow.deleted_at.is_(None)).execution_options(yield_per=10_000)
        for part in session.execute(rest).partitions():
            pairs = np.array([tuple(row) for row in part], dtype=np.int64)
            pairs = pairs[~np.isin(pairs[:, 0], special)]
            self._fit(int(pairs[:, 0].max(initial=0)))
            self._identity[pairs[:, 0]] = pairs[:, 1]

    def _read_bindings(self, session: Session, device_ids: Sequence[int]) -> None:
        if not device_ids:
            return
        self._fit(max(device_ids))
        found: dict[int, list[_Bound]] = {}
        for part in _parts(device_ids):
            for device, *row in session.execute(_bindings().where(BindingRow.device_id.in_(part))):
                type_id, asset_id, asset_type_id, mapping, start, end = row
                found.setdefault(device, []).append(_Bound(type_id, asset_id, asset_type_id, mapping, start or EVER, end or ALWAYS))
        for device in device_ids:
            bound = found.get(device, [])
            is_simple = len(bound) == 1 and bound[0].is_simple
            self._identity[device] = bound[0].asset_id if is_simple else 0
            if bound and not is_simple:
                self._bound[device] = bound
                self._binding_table = None
            elif self._bound.pop(device, None):
                self._binding_table = None

    def _fit(self, device_id: int) -> None:
        if device_id >= len(self._identity):
            grown = np.zeros(max(2 * len(self._identity), device_id + 1), np.uint32)
            grown[: len(self._identity)] = self._identity
            self._identity = grown

    def _intervals(self, device: int, bound: Sequence[_Bound]) -> Iterable[tuple[Any, ...]]:
        for prop in self.properties(bound[0].type_id).values():
            taken = sorted((b.valid_from, b.valid_to, b.asset_id, target) for b in bound if (target := self._target(b, prop)))
            for start, end, asset, target in taken:
                yield device, prop.id, asset, target, start, end
            for whole in bound:
                if whole.mapping is not None:
                    continue
                start = whole.valid_from
                for other_start, other_end, _, _ in [*taken, (whole.valid_to, whole.valid_to, 0, 0)]:
                    if start < min(other_start, whole.valid_to):
                        yield device, prop.id, whole.asset_id, prop.id, start, min(other_start, whole.valid_to)
                    start = max(start, other_end)

    def _target(self, bound: _Bound, prop: PropertyRef) -> int | None:
        """The asset's property a mapping takes `prop` to; None also when one of them has changed its meaning since."""
        if bound.mapping is None or bound.asset_type_id is None:
            return None
        target = self.properties(bound.asset_type_id).get(bound.mapping.get(prop.key, ""))
        return target.id if target is not None and (target.kind, target.unit) == (prop.kind, prop.unit) else None


def _devices() -> Select[int, str, int, int, int]:
    gateway = func.coalesce(DeviceRow.gateway_id, 0)
    return select(DeviceRow.tenant_id, DeviceRow.key, DeviceRow.id, DeviceRow.type_id, gateway).where(DeviceRow.deleted_at.is_(None))


def _bindings() -> Select[*tuple[Any, ...]]:
    return (
        select(
            BindingRow.device_id, DeviceRow.type_id, BindingRow.asset_id, AssetRow.type_id, BindingRow.mapping,
            BindingRow.valid_from, BindingRow.valid_to,
        )
        .join(DeviceRow, and_(DeviceRow.id == BindingRow.device_id, DeviceRow.deleted_at.is_(None)))
        .join(AssetRow, AssetRow.id == BindingRow.asset_id)
        .order_by(BindingRow.device_id, BindingRow.id)
    )  # fmt: skip


def _reference(row: PropertyRow) -> PropertyRef:
    return PropertyRef(
        row.id, row.key, Kind(row.kind), row.unit, row.minimum, row.maximum, row.resolution, row.stale_after_s, row.expression,
        tuple(option["value"] for option in row.options),
    )  # fmt: skip


def _parts(ids: Sequence[int]) -> Iterable[Sequence[int]]:
    return (ids[start : start + MANY] for start in range(0, len(ids), MANY))
