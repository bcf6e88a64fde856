"""Writing, reading and checking the audit log."""

import json
from collections.abc import Mapping
from typing import Any

from sqlalchemy.orm import Session

from kaogong.audit import store
from kaogong.audit.chain import START, canonical, chained
from kaogong.audit.tables import AuditHead, AuditRow
from kaogong.audit.types import Entry, Filters
from kaogong.core import clock
from kaogong.core.principal import Principal
from kaogong.db import Page, after, cursor, page_limit

_LINE = ("tenant_id", "seq", "at", "actor_kind", "actor", "actor_id", "action", "kind", "key", "outcome", "detail")


def record(
    session: Session,
    principal: Principal,
    action: str,
    kind: str,
    key: str,
    detail: Mapping[str, Any] | None = None,
    *,
    outcome: str = "ok",
) -> None:
    """Add a line to the principal's tenant's chain, in the caller's transaction.

    `action` is a verb of the room (`device.create`, `session.sign_in`), `kind` and `key` the thing, `detail` JSON without secrets,
    `outcome` `ok` or the stable code of what refused it.
    """
    head = store.locked_head(session, principal.tenant_id)
    if head is None:
        head = AuditHead(tenant_id=principal.tenant_id, seq=0, hash=START)
        session.add(head)
    line: dict[str, Any] = {
        "tenant_id": principal.tenant_id,
        "seq": head.seq + 1,
        "at": clock.now(),
        "actor_kind": principal.kind.value,
        "actor": _text(principal.name, 200),
        "actor_id": principal.id,
        "action": action,
        "kind": kind,
        "key": _text(key, 300),
        "outcome": outcome,
        "detail": json.loads(canonical(detail or {})),
    }
    head.seq, head.hash = line["seq"], chained(head.hash, line)
    session.add(AuditRow(**line, hash=head.hash))
    session.flush()


def entries(
    session: Session, principal: Principal, *, cursor: str | None = None, limit: int | None = None, filters: Filters | None = None
) -> Page[Entry]:
    """The tenant's log, newest first."""
    size, chosen = page_limit(limit), filters or Filters()
    position = after(cursor, int)
    rows = store.newest_first(session, principal, chosen, position[0] if position else None, size + 1)
    following = _cursor(rows[size - 1].seq) if len(rows) > size else None
    return Page.of([_entry(row) for row in rows[:size]], following, store.counted(session, principal, chosen))


def verify(session: Session, tenant_id: int) -> int | None:
    """Recompute a tenant's chain: the sequence of the first line that was changed, removed or added beside it; None when whole."""
    previous, expected = START, 1
    for row in store.oldest_first(session, tenant_id):
        line = {name: getattr(row, name) for name in _LINE}
        if row.seq != expected or row.hash != chained(previous, line):
            return expected
        previous, expected = row.hash, expected + 1
    head = store.head(session, tenant_id)
    whole = (head is None and expected == 1) or (head is not None and (head.seq, head.hash) == (expected - 1, previous))
    return None if whole else expected


def _text(text: str, length: int) -> str:
    return text.replace("\0", "�").encode("utf-8", "replace").decode()[:length]


def _cursor(seq: int) -> str:
    return cursor(seq)


def _entry(row: AuditRow) -> Entry:
    return Entry(row.seq, row.at, row.actor_kind, row.actor, row.actor_id, row.action, row.kind, row.key, row.outcome, row.detail, row.hash)
