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

    __table_args__ = (Index("ix_sessions_person", "tenant_id", "person"), Index("ix_sessions_expires", "expires_at"))


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

    __table_args__ = (Index("ix_tokens_name", "tenant_id", "name", unique=True),)
