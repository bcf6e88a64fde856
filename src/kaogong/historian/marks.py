"""What people say of samples: kept beside them, each with who and when, and never taken out."""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any

import polars as pl

from kaogong.core import clock
from kaogong.core.errors import ConfigInvalid, Conflict, Missing
from kaogong.historian.dirty import DAY, MARKS, MINUTE, epoch_of
from kaogong.historian.engine import Session, quoted
from kaogong.historian.types import Mark, MarkFilter, MarkKind

MOST_HOLDING = 2_000  # marks of a tenant that change how samples are read: each is a condition of every such query
MOST_POINTS = 1_000
LONGEST = timedelta(days=3660)
_WEEK = 7 * DAY
_NEVER = datetime.fromtimestamp(0, UTC)
_CHANGING = (MarkKind.BAD, MarkKind.DELETED)
_COLUMNS = "tenant, id, kind, target, names, device, assets, properties, from_at, to_at, text, made_by, made_at, undone_by, undone_at"
_ROWS = pl.Schema(
    {
        "tenant": pl.UInt32(), "id": pl.String(), "kind": pl.String(), "target": pl.String(), "names": pl.List(pl.String()), "device": pl.UInt32(), "assets": pl.List(pl.UInt32()),
        "properties": pl.List(pl.UInt32()), "from_at": pl.Datetime("us", "UTC"), "to_at": pl.Datetime("us", "UTC"), "text": pl.String(),
        "made_by": pl.String(), "made_at": pl.Datetime("ms", "UTC"), "undone_by": pl.String(), "undone_at": pl.Datetime("ms", "UTC"),
        "version": pl.Datetime("ms", "UTC"),
    }
)  # fmt: skip


def put(store: Session, marks: Sequence[Mark]) -> None:
    """Keep marks; one of the same id is replaced. Rollups under those that change values are due again."""
    for mark in marks:
        _check(mark)
    changing = [mark for mark in marks if mark.kind in _CHANGING]
    for tenant in {mark.tenant for mark in changing if mark.undone_at is None}:
        holding = store.frame(
            f"SELECT count() FROM marks FINAL WHERE tenant = {int(tenant)} AND undone_at = 0 AND kind IN ('bad', 'deleted')"
        ).item()
        if holding + len(changing) > MOST_HOLDING:
            raise Conflict(
                f"{holding} marks change how samples are read already, and {MOST_HOLDING} may; undo some, or mark longer times at once.",
                code="marks_full",
            )
    store.insert("dirty", _due(changing))
    store.insert("marks", _table(marks))


def undo(store: Session, tenant: int, id_: str, by: str, at: datetime) -> Mark:
    """Undo a mark; what it was and that it is undone stays. Doing so twice changes nothing."""
    found = stored(store, tenant, f"id = {quoted(id_)}")
    if not found:
        raise Missing("There is no such mark.", code="mark_unknown")
    if found[0].kind is MarkKind.ENTERED:
        raise Conflict("What was entered by hand stays on record; enter the former value again, or delete the sample.", code="mark_lasting")
    if found[0].undone_at is not None:
        return found[0]
    undone = replace(found[0], undone_by=by, undone_at=at)
    put(store, [undone])
    return undone


def listed(store: Session, wanted: MarkFilter) -> tuple[list[Mark], str | None]:
    """A page of marks, newest first, and the cursor of the next."""
    where = ["1"]
    if wanted.series is not None:
        pairs = ", ".join(f"({int(a)}, {int(p)})" for a, p in wanted.series) or "(0, 0)"
        where.append(f"arrayExists((a, p) -> (a, p) IN ({pairs}), assets, properties)")
    if wanted.from_ is not None:
        where.append(f"to_at > fromUnixTimestamp64Micro({_us(wanted.from_)}, 'UTC')")
    if wanted.to is not None:
        where.append(f"from_at < fromUnixTimestamp64Micro({_us(wanted.to)}, 'UTC')")
    if wanted.kinds:
        where.append(f"kind IN ({', '.join(quoted(kind.value) for kind in wanted.kinds)})")
    if wanted.ids:
        where.append(f"id IN ({', '.join(quoted(id_) for id_ in wanted.ids)})")
    if not wanted.undone:
        where.append("undone_at = 0")
    if wanted.cursor is not None:
        moment, dot, id_ = wanted.cursor.partition(".")
        if not dot or not moment.isdigit():
            raise ConfigInvalid("The cursor is not one of ours; begin without it.", code="cursor_invalid", field="cursor")
        where.append(f"(made_at, id) < (fromUnixTimestamp64Milli({int(moment)}, 'UTC'), {quoted(id_)})")
    found = stored(store, wanted.tenant, " AND ".join(where), f"ORDER BY made_at DESC, id DESC LIMIT {int(wanted.limit) + 1}")
    if len(found) <= wanted.limit:
        return found, None
    last = found[wanted.limit - 1]
    return found[: wanted.limit], f"{int(last.made_at.timestamp() * 1000)}.{last.id}"


def stored(store: Session, tenant: int, where: str, tail: str = "") -> list[Mark]:
    """The marks of a tenant that `where` leaves."""
    rows = store.frame(f"SELECT {_COLUMNS} FROM marks FINAL WHERE tenant = {int(tenant)} AND {where} {tail}")
    return [_mark(row) for row in rows.iter_rows(named=True)]


def _check(mark: Mark) -> None:
    if mark.from_ >= mark.to or mark.to - mark.from_ > LONGEST:
        raise ConfigInvalid(f"A mark covers a time of at most {LONGEST.days} days, from before to after.", code="range_empty", field="from")
    if not mark.series or len(mark.series) > MOST_POINTS:
        raise ConfigInvalid(f"A mark is about 1 to {MOST_POINTS} points.", code="mark_points", field="property")


def _due(marks: Sequence[Mark]) -> pl.DataFrame:
    epoch = epoch_of(clock.now())
    rows = []
    for mark in marks:
        start, end = int(mark.from_.timestamp()) // MINUTE * MINUTE, -(-_us(mark.to) // (MINUTE * 1_000_000)) * MINUTE
        for piece in range(start // _WEEK * _WEEK, end, _WEEK):
            span = (max(start, piece), min(end, piece + _WEEK))
            rows += [(epoch, MINUTE, mark.tenant, asset, prop, *span) for asset, prop in mark.series]
    return pl.DataFrame(rows, schema=MARKS, orient="row")


def _table(marks: Sequence[Mark]) -> pl.DataFrame:
    now = clock.now()
    rows = [
        (m.tenant, m.id, m.kind.value, m.target, list(m.names), m.device, [a for a, _ in m.series], [p for _, p in m.series], m.from_, m.to, m.text, m.made_by,
         m.made_at, m.undone_by, m.undone_at or _NEVER, now)
        for m in marks
    ]  # fmt: skip
    return pl.DataFrame(rows, schema=_ROWS, orient="row")


def _mark(row: Mapping[str, Any]) -> Mark:
    return Mark(
        row["tenant"],
        row["id"],
        MarkKind(row["kind"]),
        list(zip(row["assets"], row["properties"], strict=True)),
        row["from_at"],
        row["to_at"],
        row["text"],
        row["made_by"],
        row["made_at"],
        row["device"],
        row["undone_by"],
        row["undone_at"] if row["undone_at"] > _NEVER else None,
        row["target"],
        row["names"],
    )


def _us(moment: datetime) -> int:
    return (moment - _NEVER) // timedelta(microseconds=1)
