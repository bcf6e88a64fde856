"""The outbox: what changed, in the order it was committed."""

from sqlalchemy import BigInteger, Integer, String
from sqlalchemy.orm import Mapped, mapped_column

from kaogong.db.base import Base


class OutboxRow(Base):
    """One change that is not yet announced."""

    __tablename__ = "outbox"

    seq: Mapped[int] = mapped_column(BigInteger, primary_key=True, autoincrement=False)
    tenant_id: Mapped[int] = mapped_column(Integer)
    tenant: Mapped[str] = mapped_column(String(64))
    kind: Mapped[str] = mapped_column(String(32))
    op: Mapped[str] = mapped_column(String(8))
    id: Mapped[int] = mapped_column(Integer)
    key: Mapped[str] = mapped_column(String(300))

    __table_args__ = ()


class OutboxHead(Base):
    """The last sequence given out; one row."""

    __tablename__ = "outbox_head"

    id: Mapped[int] = mapped_column(Integer, primary_key=True, autoincrement=False)
    seq: Mapped[int] = mapped_column(BigInteger)

    __table_args__ = ()
