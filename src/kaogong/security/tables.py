"""Logins of people and tokens of machines; secrets are kept as SHA-256 only."""

from datetime import datetime
from typing import Any

from sqlalchemy import Index, String
from sqlalchemy.orm import Mapped, mapped_column

from kaogong.db import Base, IdText


class SessionRow(Base):
    """One login of a person."""

    __tablename__ = "sessions"

    id: Mapped[int] = mapped_column(primary_key=True)
    tenant_id: Mapped[int]
    tenant: Mapped[str] = mapped_column(String(64))
    person: Mapped[str] = mapped_column(IdText(64))
    entry: Mapped[str] = mapped_column(String(16))
    sha256: Mapped[str] = mapped_column(String(64), unique=True)
    created_at: Mapped[datetime]
    expires_at: Mapped[datetime]
    last_used_at: Mapped[datetime]
    agent: Mapped[str] = mapped_column(String(200))
    address: Mapped[str] = mapped_column(String(64))

    __table_args__ = (Index("ix_sessions_person", "tenant_id", "person"), Index("ix_sessions_expires", "expires_at"), Base.__table_args__)


class TokenRow(Base):
    """One machine's long-lived token; its roles are those its maker had, narrowed by its scopes."""

    __tablename__ = "tokens"

    id: Mapped[int] = mapped_column(primary_key=True)
    tenant_id: Mapped[int]
    tenant: Mapped[str] = mapped_column(String(64))
    name: Mapped[str] = mapped_column(IdText(64))
    sha256: Mapped[str] = mapped_column(String(64), unique=True)
    roles: Mapped[list[Any]]
    scopes: Mapped[list[Any]]
    created_by: Mapped[str] = mapped_column(String(64))
    created_at: Mapped[datetime]
    expires_at: Mapped[datetime | None]
    last_used_at: Mapped[datetime | None]

    __table_args__ = (Index("ix_tokens_name", "tenant_id", "name", unique=True), Base.__table_args__)


class DeviceConnectionRow(Base):
    """What the gate last saw of one device: whether it is connected, why it was refused, what it tried in vain."""

    __tablename__ = "device_connections"

    device_id: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    tenant_id: Mapped[int]
    connected: Mapped[bool] = mapped_column(default=False)
    since: Mapped[datetime | None]
    client_id: Mapped[str] = mapped_column(String(128), default="")
    address: Mapped[str] = mapped_column(String(64), default="")
    protocol: Mapped[str] = mapped_column(String(16), default="")
    last_refused_at: Mapped[datetime | None]
    last_refused_reason: Mapped[str] = mapped_column(String(32), default="")
    last_violation_at: Mapped[datetime | None]
    last_violation: Mapped[str] = mapped_column(String(256), default="")

    __table_args__ = (Index("ix_device_connections_tenant", "tenant_id"),)
