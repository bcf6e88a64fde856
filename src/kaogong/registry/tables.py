"""The registry's tables. Lists are read in the order of their keys, so every list has an index that ends in the key."""

from datetime import datetime
from typing import Any

from sqlalchemy import BigInteger, ForeignKey, Index, Integer, SmallInteger, String, text
from sqlalchemy.orm import Mapped, mapped_column

from kaogong.db import Base, IdText

LIVE = text("deleted_at IS NULL")
CURRENT = text("retired_at IS NULL")


class TenantRow(Base):
    """An organisation."""

    __tablename__ = "tenants"

    id: Mapped[int] = mapped_column(primary_key=True)
    key: Mapped[str] = mapped_column(IdText(64), unique=True)
    name: Mapped[dict[str, Any]]
    created_at: Mapped[datetime]
    version: Mapped[int] = mapped_column(default=1)


class PersonRow(Base):
    """Somebody who signs in; `name` is case-folded."""

    __tablename__ = "people"

    id: Mapped[int] = mapped_column(primary_key=True)
    tenant_id: Mapped[int] = mapped_column(ForeignKey("tenants.id"))
    name: Mapped[str] = mapped_column(IdText(64), index=True)
    display_name: Mapped[str] = mapped_column(String(200))
    password_hash: Mapped[str | None] = mapped_column(String(300))
    roles: Mapped[list[Any]]
    language: Mapped[str] = mapped_column(String(8))
    must_change_password: Mapped[bool]
    disabled: Mapped[bool] = mapped_column(default=False)
    created_at: Mapped[datetime]
    version: Mapped[int] = mapped_column(default=1)

    __table_args__ = (Index("uq_people_name", "tenant_id", "name", unique=True), Base.__table_args__)


class PlaceRow(Base):
    """A node of the ISA-95 tree."""

    __tablename__ = "places"

    id: Mapped[int] = mapped_column(primary_key=True)
    tenant_id: Mapped[int] = mapped_column(ForeignKey("tenants.id"))
    path: Mapped[str] = mapped_column(IdText(300))
    name: Mapped[dict[str, Any]]
    level: Mapped[str] = mapped_column(String(8))
    time_zone: Mapped[str | None] = mapped_column(String(64))
    version: Mapped[int] = mapped_column(default=1)

    __table_args__ = (Index("uq_places_path", "tenant_id", "path", unique=True), Base.__table_args__)


class TypeRow(Base):
    """A device type; deleted ones stay, so that a type of the same key continues their property ids."""

    __tablename__ = "device_types"

    id: Mapped[int] = mapped_column(primary_key=True)
    tenant_id: Mapped[int] = mapped_column(ForeignKey("tenants.id"))
    key: Mapped[str] = mapped_column(IdText(64))
    name: Mapped[dict[str, Any]]
    description: Mapped[dict[str, Any]]
    commands: Mapped[list[Any]]
    events: Mapped[list[Any]]
    is_built_in: Mapped[bool] = mapped_column(default=False)
    created_at: Mapped[datetime]
    deleted_at: Mapped[datetime | None]
    version: Mapped[int] = mapped_column(default=1)

    __table_args__ = (Index("uq_device_types_key", "tenant_id", "key", unique=True), Base.__table_args__)


class PropertyRow(Base):
    """A property id: (type, key, kind, unit) for ever; at most one of a key is not retired."""

    __tablename__ = "properties"

    id: Mapped[int] = mapped_column(primary_key=True)
    type_id: Mapped[int] = mapped_column(ForeignKey("device_types.id"))
    key: Mapped[str] = mapped_column(IdText(64))
    kind: Mapped[str] = mapped_column(String(16))
    unit: Mapped[str] = mapped_column(IdText(64))
    position: Mapped[int]
    name: Mapped[dict[str, Any]]
    description: Mapped[dict[str, Any]]
    minimum: Mapped[float | None]
    maximum: Mapped[float | None]
    resolution: Mapped[float | None]
    stale_after_s: Mapped[float | None]
    access: Mapped[str] = mapped_column(String(16))
    options: Mapped[list[Any]]
    expression: Mapped[str | None] = mapped_column(String(2000))
    retired_at: Mapped[datetime | None]

    __table_args__ = (
        Index("uq_properties_meaning", "type_id", "key", "kind", "unit", unique=True),
        Index("uq_properties_current", "type_id", "key", unique=True, sqlite_where=CURRENT, postgresql_where=CURRENT),
        Base.__table_args__,
    )


class AssetRow(Base):
    """The place a reading belongs to."""

    __tablename__ = "assets"

    id: Mapped[int] = mapped_column(primary_key=True)
    tenant_id: Mapped[int] = mapped_column(ForeignKey("tenants.id"))
    key: Mapped[str] = mapped_column(IdText(64))
    name: Mapped[dict[str, Any]]
    search: Mapped[str] = mapped_column(String(500))
    type_id: Mapped[int | None] = mapped_column(ForeignKey("device_types.id"))
    place_id: Mapped[int | None] = mapped_column(ForeignKey("places.id"))
    created_at: Mapped[datetime]
    version: Mapped[int] = mapped_column(default=1)

    __table_args__ = (
        Index("uq_assets_key", "tenant_id", "key", unique=True),
        Index("ix_assets_type", "tenant_id", "type_id", "key"),
        Index("ix_assets_place", "tenant_id", "place_id", "key"),
        Base.__table_args__,
    )


class DeviceRow(Base):
    """The box that speaks; deleted ones stay, because readings name them."""

    __tablename__ = "devices"

    id: Mapped[int] = mapped_column(primary_key=True)
    tenant_id: Mapped[int] = mapped_column(ForeignKey("tenants.id"))
    key: Mapped[str] = mapped_column(IdText(64))
    name: Mapped[dict[str, Any]]
    search: Mapped[str] = mapped_column(String(500))
    type_id: Mapped[int] = mapped_column(ForeignKey("device_types.id"))
    place_id: Mapped[int | None] = mapped_column(ForeignKey("places.id"))
    gateway_id: Mapped[int | None] = mapped_column(ForeignKey("devices.id"))
    is_gateway: Mapped[bool] = mapped_column(default=False)
    created_at: Mapped[datetime]
    updated_at: Mapped[datetime]
    deleted_at: Mapped[datetime | None]
    version: Mapped[int] = mapped_column(default=1)

    __table_args__ = (
        Index("uq_devices_key", "tenant_id", "key", unique=True, sqlite_where=LIVE, postgresql_where=LIVE),
        Index("ix_devices_type", "tenant_id", "type_id", "key", sqlite_where=LIVE, postgresql_where=LIVE),
        Index("ix_devices_place", "tenant_id", "place_id", "key", sqlite_where=LIVE, postgresql_where=LIVE),
        Index("ix_devices_gateway", "tenant_id", "gateway_id", "key", sqlite_where=LIVE, postgresql_where=LIVE),
        Index("ix_devices_is_gateway", "tenant_id", "is_gateway", "key", sqlite_where=LIVE, postgresql_where=LIVE),
        Base.__table_args__,
    )


class PostingRow(Base):
    """Which devices or assets of a block of 65,536 ids have a token; `members` is a set of `registry.members`."""

    __tablename__ = "postings"

    tenant_id: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    kind: Mapped[int] = mapped_column(SmallInteger, primary_key=True, autoincrement=False)
    token: Mapped[int] = mapped_column(BigInteger, primary_key=True, autoincrement=False)
    block: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    count: Mapped[int]
    members: Mapped[bytes]

    __table_args__ = ()


class CredentialRow(Base):
    """A device's login: `{tenant}.{device}` and the SHA-256 of a generated password."""

    __tablename__ = "credentials"

    device_id: Mapped[int] = mapped_column(ForeignKey("devices.id"), primary_key=True, autoincrement=False)
    sha256: Mapped[str] = mapped_column(String(64))
    issued_at: Mapped[datetime]
    revoked_at: Mapped[datetime | None]

    __table_args__ = ()


class BindingRow(Base):
    """For whom a device speaks, from when to when."""

    __tablename__ = "bindings"

    id: Mapped[int] = mapped_column(primary_key=True)
    tenant_id: Mapped[int] = mapped_column(ForeignKey("tenants.id"))
    device_id: Mapped[int] = mapped_column(ForeignKey("devices.id"), index=True)
    asset_id: Mapped[int] = mapped_column(ForeignKey("assets.id"), index=True)
    mapping: Mapped[dict[str, Any] | None]
    valid_from: Mapped[datetime | None]
    valid_to: Mapped[datetime | None]


class EdgeConfigurationRow(Base):
    """One version of what an edge node collects."""

    __tablename__ = "edge_configurations"

    node_device_id: Mapped[int] = mapped_column(ForeignKey("devices.id"), primary_key=True, autoincrement=False)
    version: Mapped[int] = mapped_column(Integer, primary_key=True, autoincrement=False)
    document: Mapped[dict[str, Any]]
    created_at: Mapped[datetime]

    __table_args__ = ()
