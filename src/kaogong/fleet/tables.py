"""Commands to devices and their answers."""

from datetime import datetime
from typing import Any

from sqlalchemy import Index, String
from sqlalchemy.orm import Mapped, mapped_column

from kaogong.db import Base, IdText


class CommandRow(Base):
    """One command to one device. `answer` is what the device replied, None until it does."""

    __tablename__ = "commands"

    id: Mapped[str] = mapped_column(String(32), primary_key=True)
    tenant_id: Mapped[int]
    tenant: Mapped[str] = mapped_column(IdText(64))
    device_id: Mapped[int]
    device: Mapped[str] = mapped_column(IdText(64))
    name: Mapped[str] = mapped_column(IdText(64))
    arguments: Mapped[dict[str, Any]]
    sent_by: Mapped[str] = mapped_column(IdText(64))
    sent_at: Mapped[datetime]
    expires_at: Mapped[datetime]
    state: Mapped[str] = mapped_column(String(16))
    answered_at: Mapped[datetime | None]
    answer: Mapped[dict[str, Any] | None]
    risk: Mapped[str] = mapped_column(String(8), default="low")
    hold: Mapped[bool] = mapped_column(default=False)
    reason: Mapped[str] = mapped_column(String(500), default="")
    request_id: Mapped[str | None] = mapped_column(IdText(64))
    expected: Mapped[dict[str, Any]]
    approved_by: Mapped[str | None] = mapped_column(IdText(64))
    approved_at: Mapped[datetime | None]
    verified: Mapped[bool | None]

    __table_args__ = (
        Index("ix_commands_device", "tenant_id", "device_id", "sent_at"),
        Index("ix_commands_state", "state", "expires_at"),
        Index("uq_commands_request", "tenant_id", "request_id", unique=True),
    )


class NodeReportRow(Base):
    """What an edge node said last about itself."""

    __tablename__ = "node_reports"

    node_device_id: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    tenant_id: Mapped[int] = mapped_column(index=True)
    node: Mapped[str] = mapped_column(IdText(64))
    received_at: Mapped[datetime]
    document: Mapped[dict[str, Any]]
