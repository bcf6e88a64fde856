"""The ledger of messages and samples, and the dead letters."""

import base64
from collections.abc import Sequence
from datetime import UTC, datetime, timedelta

import polars as pl

from kaogong.core import clock
from kaogong.core.errors import ConfigInvalid
from kaogong.historian.engine import Session, quoted, seconds_as_time
from kaogong.historian.types import (
    DECODED,
    WRITTEN,
    DeadLetter,
    DeadLetterPage,
    Hole,
    LedgerReport,
    PartitionLedger,
)
from kaogong.historian.writing import ACCOUNTED, letters_frame

FOLD_AFTER = timedelta(minutes=5)
FOLD_AT_LEAST = 100
_MINUTES = pl.Schema({"tenant": pl.UInt32(), "minute": pl.Datetime("ms", "UTC"), "outcome": pl.String(), "samples": pl.UInt64()})
_LETTER = "tenant, device, reason, detail, subject, base64Encode(l.payload) AS payload, received_at, sequence, id, replayed_at"


def accounted(store: Session, incarnation: str) -> dict[int, int]:
    """The last accounted sequence by partition."""
    found = store.frame(
        f"SELECT `partition` AS part, max(last) AS through FROM accounted WHERE incarnation = {quoted(incarnation)} GROUP BY part"
    )
    return dict(found.iter_rows()) if found.height else {}


def ledger(store: Session, tenant: int | None, minutes: int) -> LedgerReport:
    """Messages by partition with what is missing between ranges, samples by outcome."""
    partitions = store.frame(
        "SELECT incarnation, `partition` AS part, min(r.first) AS first, max(r.last) AS last, sum(r.messages) AS messages, "
        "max(r.written_at) AS written_at, sum(r.covered > 0 AND r.first <= r.covered) AS overlaps "
        "FROM accounted_ranges AS r GROUP BY incarnation, part ORDER BY written_at, part"
    )
    gaps = store.frame(
        "SELECT incarnation, `partition` AS part, covered + 1 AS first, r.first - 1 AS last FROM accounted_ranges AS r "
        "WHERE r.covered > 0 AND r.first > r.covered + 1 ORDER BY incarnation, part, first"
    )
    of_tenant = "" if tenant is None else f"WHERE tenant = {int(tenant)}"
    totals = store.frame(f"SELECT outcome, sum(m.samples) AS samples FROM ledger_minutes AS m {of_tenant} GROUP BY outcome")
    outcomes: dict[str, int] = dict(totals.iter_rows()) if totals.height else {}
    since = int((clock.now() - timedelta(minutes=minutes)).timestamp())
    recent = store.frame(
        f"SELECT tenant, minute, outcome, samples FROM ledger_minutes {of_tenant or 'WHERE 1'} "
        f"AND minute >= toDateTime({since}, 'UTC') ORDER BY minute, tenant, outcome"
    )
    decoded, written = outcomes.pop(DECODED, 0), outcomes.pop(WRITTEN, 0)
    return LedgerReport(
        partitions=[PartitionLedger(i, p, first, last, n, at) for i, p, first, last, n, at, _ in partitions.iter_rows()],
        holes=[Hole(*row) for row in gaps.iter_rows()],
        overlaps=int(partitions.get_column("overlaps").sum()) if partitions.height else 0,
        decoded=decoded,
        written=written,
        rejected=outcomes,
        minutes=_typed_minutes(recent),
    )


def _typed_minutes(rows: pl.DataFrame) -> pl.DataFrame:
    if rows.is_empty():
        return pl.DataFrame(schema=_MINUTES)
    return seconds_as_time(rows, _MINUTES)


def fold(store: Session, *, everything: bool = False) -> int:
    """Put each hour's runs of ranges into one row, so that the ledger stays short; how many rows went.

    The long row is written first and hides the short ones it covers, so a kill in between changes no sum.
    """
    before = clock.now() if everything else clock.now() - FOLD_AFTER
    ranges = store.frame(
        "SELECT incarnation, `partition`, toStartOfHour(written_at) AS hour, r.first AS first, r.last AS last, r.covered AS covered "
        f"FROM accounted_ranges AS r WHERE written_at < fromUnixTimestamp64Milli({int(before.timestamp() * 1000)}, 'UTC') "
        "ORDER BY incarnation, `partition`, first"
    )
    if ranges.is_empty():
        return 0
    key = ["incarnation", "partition", "hour"]
    begins = (pl.col("first") != pl.col("last").shift(1).over("incarnation", "partition") + 1).fill_null(value=True)
    runs = (
        ranges.with_columns(begins.cum_sum().alias("run"))
        .group_by(*key, "run", maintain_order=True)
        .agg(pl.col("first").min(), pl.col("last").max(), pl.len().alias("rows"))
        .filter(pl.col("rows") > (1 if everything else FOLD_AT_LEAST))
    )
    for run in runs.iter_rows(named=True):
        _fold(store, run["incarnation"], run["partition"], run["first"], run["last"])
    return int(runs.get_column("rows").sum())


def _fold(store: Session, incarnation: str, partition: int, first: int, last: int) -> None:
    within = f"incarnation = {quoted(incarnation)} AND `partition` = {int(partition)} AND {{0}}first >= {int(first)} AND {{0}}last <= {int(last)}"
    columns = ", ".join(f"r.{name} AS `{name}`" for name in ACCOUNTED)
    rows = store.frame(f"SELECT {columns} FROM accounted_ranges AS r WHERE {within.format('r.')}").cast(ACCOUNTED)
    minutes = _merged(rows, "minutes", "samples")
    letters = _merged(rows, "letters", "count")
    totals = rows.select("incarnation", "partition", pl.lit(first, pl.UInt64).alias("first"), pl.lit(last, pl.UInt64).alias("last"),
                         pl.col("messages").sum(), pl.col("written_at").max()).head(1)  # fmt: skip
    store.insert("accounted", pl.concat([totals, minutes, letters], how="horizontal").select(list(ACCOUNTED)).cast(ACCOUNTED))
    store.command(f"DELETE FROM accounted WHERE {within.format('')} AND NOT (first = {int(first)} AND last = {int(last)})")


def _merged(rows: pl.DataFrame, group: str, figure: str) -> pl.DataFrame:
    """One row of lists: the nested rows of all, equal ones added up."""
    columns = [name for name in ACCOUNTED if name.startswith(f"{group}.")]
    flat = rows.filter(pl.col(columns[0]).list.len() > 0).select(columns).explode(columns)
    keys = [name for name in columns if name != f"{group}.{figure}"]
    return flat.group_by(keys, maintain_order=True).agg(pl.col(f"{group}.{figure}").sum()).select(pl.all().implode())


def dead_letters(
    store: Session, tenant: int | None, cursor: tuple[int, str] | None, limit: int, reason: str | None, device: int | None = None
) -> DeadLetterPage:
    """Newest first; payloads are left out of pages only when they are taken."""
    scope = ["1"] if tenant is None else [f"tenant = {int(tenant)}"]
    if device is not None:
        scope.append(f"device = {int(device)}")
    where = list(scope)
    if reason is not None:
        where.append(f"reason = {quoted(reason)}")
    if cursor is not None:
        where.append(f"(received_at, id) < (fromUnixTimestamp64Milli({int(cursor[0])}, 'UTC'), {quoted(cursor[1])})")
    rows = store.frame(
        f"SELECT {_LETTER} FROM dead_letters AS l FINAL WHERE {' AND '.join(where)} ORDER BY received_at DESC, id DESC LIMIT {int(limit) + 1}"
    )
    counts = store.frame(f"SELECT reason, sum(c.count) AS n FROM dead_letter_counts AS c WHERE {' AND '.join(scope)} GROUP BY reason")
    items = [_letter(row) for row in rows.head(limit).iter_rows(named=True)]
    more = rows.height > limit
    following = f"{int(items[-1].received_at.timestamp() * 1000)}.{items[-1].id}" if more else None
    return DeadLetterPage(items, following, dict(counts.iter_rows()) if counts.height else {})


def letter_cursor(cursor: str | None) -> tuple[int, str] | None:
    """The position that a page's `next` names."""
    if cursor is None:
        return None
    moment, dot, of = cursor.partition(".")
    if not dot or not moment.isdigit():
        raise ConfigInvalid("The cursor is not one of ours; begin without it.", code="cursor_invalid", field="cursor")
    return int(moment), of


def take(store: Session, tenant: int | None, ids: Sequence[str]) -> list[DeadLetter]:
    """The letters, marked as replayed."""
    scope = "1" if tenant is None else f"tenant = {int(tenant)}"
    listed = ", ".join(quoted(i) for i in ids) or "''"
    rows = store.frame(f"SELECT {_LETTER} FROM dead_letters AS l FINAL WHERE {scope} AND id IN ({listed}) ORDER BY received_at, id")
    letters = [_letter(row) for row in rows.iter_rows(named=True)]
    now = clock.now()
    marked = [
        DeadLetter(d.tenant, d.device, d.reason, d.detail, d.subject, d.payload, d.received_at, d.sequence, d.id, now) for d in letters
    ]
    store.insert("dead_letters", letters_frame(marked))
    return letters


def _letter(row: dict[str, object]) -> DeadLetter:
    values = dict(row)
    if values["replayed_at"] == datetime.fromtimestamp(0, UTC):
        values["replayed_at"] = None
    values["payload"] = base64.b64decode(str(values["payload"]))
    return DeadLetter(**values)  # type: ignore[arg-type]
