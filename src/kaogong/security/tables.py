"""Logins of people and tokens of machines; secrets are kept as SHA-256 only."""

from datetime import datetime

from sqlalchemy import JSON, DateTime, Index, String
from sqlalchemy.orm import Mapped, mapped_column

from kaogong.db import Base


class SessionRow(Base):
    """One login of a person."""

    __tablename__ = "sessions"

    id: Mapped[int] = mapped_column(primary_key=True)
    tenant_id: Mapped[int]
    tenant: Mapped[str] = mapped_column(String(64))
    person: Mapped[str] = mapped_column(String(64))
    entry: Mapped[str] = mapped_column(String(16))
    sha256: Mapped[str] = mapped_column(String(64), unique=True)
    created_at: Mapped[datetime] = mapped_column(DateTime(timezone=True))
    expires_at: Mapped[datetime] = mapped_column(DateTime(timezone=True))
    last_used_at: Mapped[datetime] = mapped_column(DateTime(timezone=True))
    agent: Mapped[str] = mapped_column(String(200))
    address: Mapped[str] = mapped_column(String(64))

    __table_args__ = (Index("ix_sessions_person", "tenant_id", "person"), Index("ix_sessions_expires", "expires_at"))


class TokenRow(Base):
    """One machine's long-lived token; its roles are those its maker had, narrowed by its scopes."""

    __tablename__ = "tokens"

    id: Mapped[int] = mapped_column(primary_key=True)
    tenant_id: Mapped[int]
    tenant: Mapped[str] = mapped_column(String(64))
    name: Mapped[str] = mapped_column(String(64))
    sha256: Mapped[str] = mapped_column(String(64), unique=True)
    roles: Mapped[list[str]] = mapped_column(JSON)
    scopes: Mapped[list[str]] = mapped_column(JSON)
    created_by: Mapped[str] = mapped_column(String(64))
    created_at: Mapped[datetime] = mapped_column(DateTime(timezone=True))
    expires_at: Mapped[datetime | None] = mapped_column(DateTime(timezone=True))
    last_used_at: Mapped[datetime | None] = mapped_column(DateTime(timezone=True))

    __table_args__ = (Index("ix_tokens_name", "tenant_id", "name", unique=True),)
