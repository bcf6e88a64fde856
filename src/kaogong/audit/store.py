"""Every query of the audit log."""

from collections.abc import Iterator
from typing import Any

from sqlalchemy import Select, func, select
from sqlalchemy.orm import Session

from kaogong.audit.tables import AuditHead, AuditRow
from kaogong.audit.types import Filters
from kaogong.core.principal import Principal
from kaogong.db.page import COUNTED_TO


def locked_head(session: Session, tenant_id: int) -> AuditHead | None:
    """The tenant's head, locked until the transaction ends."""
    return session.scalar(
        select(AuditHead).where(AuditHead.tenant_id == tenant_id).with_for_update().execution_options(populate_existing=True)
    )


def head(session: Session, tenant_id: int) -> AuditHead | None:
    """The tenant's head as this session sees it."""
    return session.scalar(select(AuditHead).where(AuditHead.tenant_id == tenant_id).execution_options(populate_existing=True))


def _matching(principal: Principal, filters: Filters) -> Select[Any]:
    query = select(AuditRow).where(AuditRow.tenant_id == principal.tenant_id)
    for name in ("actor", "action", "kind", "key", "outcome"):
        wanted = getattr(filters, name)
        if wanted is not None:
            query = query.where(getattr(AuditRow, name) == wanted.replace("\0", ""))
    if filters.from_ is not None:
        query = query.where(AuditRow.at >= filters.from_)
    if filters.to is not None:
        query = query.where(AuditRow.at < filters.to)
    return query


def newest_first(session: Session, principal: Principal, filters: Filters, before: int | None, limit: int) -> list[AuditRow]:
    """Up to `limit` lines older than `before`, newest first."""
    query = _matching(principal, filters).order_by(AuditRow.seq.desc()).limit(limit)
    if before is not None:
        query = query.where(AuditRow.seq < before)
    return list(session.scalars(query))


def counted(session: Session, principal: Principal, filters: Filters) -> int:
    """How many lines match, counting to COUNTED_TO + 1."""
    rows = _matching(principal, filters).with_only_columns(AuditRow.seq).limit(COUNTED_TO + 1).subquery()
    return session.scalar(select(func.count()).select_from(rows)) or 0  # skip: tenant-scope, `rows` are the tenant's


def oldest_first(session: Session, tenant_id: int) -> Iterator[AuditRow]:
    """The whole chain, a thousand lines in memory at a time."""
    last = 0
    while True:
        query = select(AuditRow).where(AuditRow.tenant_id == tenant_id, AuditRow.seq > last).order_by(AuditRow.seq).limit(1000)
        rows = session.scalars(query.execution_options(populate_existing=True)).all()
        yield from rows
        if len(rows) < 1000:
            return
        last = rows[-1].seq
