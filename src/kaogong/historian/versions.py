"""What stood at a point and time before: a correction replaces a value and keeps the former one."""

import polars as pl

from kaogong.historian.engine import Session, seconds_as_time
from kaogong.historian.reading import COLUMNS, between, readings, scope
from kaogong.historian.types import VERSIONS, HistoryQuery


def versions(store: Session, query: HistoryQuery, *, corrected: bool = True) -> pl.DataFrame:
    """Every value that stood at the points and times of `query`, by time and then in order of receipt.

    `corrected` narrows it to times where more than one did. At most `query.limit` former values, the newest times first.
    """
    where = f"{scope(query)} AND {between(query.from_, query.to)}"
    # A correction that another device sent carries that device, so the former rows are found by their points alone.
    former = store.frame(
        f"SELECT {COLUMNS}, superseded_at, superseded_by, reason FROM superseded FINAL WHERE {where} "
        f"ORDER BY observed_at DESC, asset, property LIMIT {int(query.limit)}"
    )
    old = seconds_as_time(former, VERSIONS)
    if corrected and old.is_empty():
        return old
    if corrected:
        keys = old.select("asset", "property", pl.col("observed_at").to_physical()).unique()
        listed = ", ".join(f"({a}, {p}, fromUnixTimestamp64Micro({t}, 'UTC'))" for a, p, t in keys.iter_rows())
        where = f"tenant = {int(query.tenant)} AND (asset, property, observed_at) IN ({listed})"
    new = readings(store.frame(f"SELECT {COLUMNS} FROM telemetry FINAL WHERE {where} LIMIT {int(query.limit)}"))
    current = new.with_columns(
        pl.lit(None, VERSIONS["superseded_at"]).alias("superseded_at"),
        pl.lit(0, pl.UInt32).alias("superseded_by"),
        pl.lit("").alias("reason"),
    )
    both = pl.concat([old, current.select(VERSIONS.names())])
    return both.sort("observed_at", "asset", "property", pl.col("superseded_at"), "received_at", nulls_last=True, maintain_order=True)
