"""The change feed's source: a row in the same transaction as the change, announced once it is committed.

Sequences have no gaps across all tenants, so a follower that sees one knows it missed something and takes a fresh snapshot.
"""

from collections.abc import Iterable, Sequence
from typing import Any, Literal, NamedTuple, cast

from sqlalchemy import CursorResult, delete, insert, select, update
from sqlalchemy.orm import Session

from kaogong.db.database import Database
from kaogong.db.tables import OutboxHead, OutboxRow

Op = Literal["put", "delete"]


class Change(NamedTuple):
    """One change as the feed carries it. `id` and `key` name the row of `kind`; the receiver reads the rest."""

    seq: int
    tenant_id: int
    tenant: str
    kind: str
    op: Op
    id: int
    key: str

    def as_dict(self) -> dict[str, Any]:
        """JSON for `registry.changes.{tenant}`; `from_dict` is its inverse."""
        return self._asdict()

    @staticmethod
    def from_dict(data: dict[str, Any]) -> "Change":
        """The change announced as `data`."""
        return Change(**{name: data[name] for name in Change._fields})


def emit(session: Session, tenant_id: int, tenant: str, kind: str, op: Op, id: int, key: str) -> None:  # noqa: A002
    """Note one change in this transaction; nothing is announced when it rolls back."""
    emit_all(session, tenant_id, tenant, kind, op, [(id, key)])


def emit_all(session: Session, tenant_id: int, tenant: str, kind: str, op: Op, rows: Sequence[tuple[int, str]]) -> None:
    """Note many changes of one kind: `rows` holds (id, key)."""
    if not rows:
        return
    session.flush()
    taken = cast(CursorResult[Any], session.execute(update(OutboxHead).values(seq=OutboxHead.seq + len(rows))))
    if taken.rowcount == 0:
        session.execute(insert(OutboxHead).values(id=1, seq=len(rows)))
    first = head(session) - len(rows) + 1
    session.execute(
        insert(OutboxRow.__table__),  # type: ignore[arg-type]
        [
            {"seq": first + n, "tenant_id": tenant_id, "tenant": tenant, "kind": kind, "op": op, "id": id_, "key": key}
            for n, (id_, key) in enumerate(rows)
        ],
    )


def head(session: Session) -> int:
    """The sequence of the newest change this session sees; a snapshot taken in the same session contains all up to it."""
    return session.scalar(select(OutboxHead.seq)) or 0


class Relay:
    """Hands committed changes to whoever announces them; a change is offered again until it is marked as sent."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def pending(self, limit: int = 1000) -> list[Change]:
        """The oldest changes not marked as sent, in order."""
        columns = [getattr(OutboxRow, name) for name in Change._fields]
        with self._database.read() as session:
            return [Change(*row) for row in session.execute(select(*columns).order_by(OutboxRow.seq).limit(limit))]

    def mark_sent(self, seqs: Iterable[int]) -> None:
        """Forget changes that were announced."""
        with self._database.write() as session:
            for part in _parts(list(seqs), 500):
                session.execute(delete(OutboxRow).where(OutboxRow.seq.in_(part)))


def _parts(items: list[int], size: int) -> Iterable[list[int]]:
    return (items[start : start + size] for start in range(0, len(items), size))
