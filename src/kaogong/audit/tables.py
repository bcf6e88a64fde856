"""The audit log: one chain a tenant, and the chain's head."""

from datetime import datetime
from typing import Any

from sqlalchemy import BigInteger, Index, Integer, String
from sqlalchemy.orm import Mapped, mapped_column

from kaogong.db import Base, IdText


class AuditRow(Base):
    """One line; `hash` covers the line and the hash before it."""

    __tablename__ = "audit"

    tenant_id: Mapped[int] = mapped_column(Integer, primary_key=True, autoincrement=False)
    seq: Mapped[int] = mapped_column(BigInteger, primary_key=True, autoincrement=False)
    at: Mapped[datetime]
    actor_kind: Mapped[str] = mapped_column(String(16))
    actor: Mapped[str] = mapped_column(IdText(200))
    actor_id: Mapped[int] = mapped_column(Integer)
    action: Mapped[str] = mapped_column(IdText(64))
    kind: Mapped[str] = mapped_column(IdText(64))
    key: Mapped[str] = mapped_column(IdText(300))
    outcome: Mapped[str] = mapped_column(String(32))
    detail: Mapped[dict[str, Any]]
    hash: Mapped[str] = mapped_column(String(64))

    __table_args__ = (
        Index("ix_audit_thing", "tenant_id", "kind", "key", "seq"),
        Index("ix_audit_actor", "tenant_id", "actor", "seq"),
        Index("ix_audit_action", "tenant_id", "action", "seq"),
        Index("ix_audit_at", "tenant_id", "at", "seq"),
    )


class AuditHead(Base):
    """The newest line of a tenant's chain; locked while a line is added, so the chain never forks."""

    __tablename__ = "audit_heads"

    tenant_id: Mapped[int] = mapped_column(Integer, primary_key=True, autoincrement=False)
    seq: Mapped[int] = mapped_column(BigInteger)
    hash: Mapped[str] = mapped_column(String(64))

    __table_args__ = ()
