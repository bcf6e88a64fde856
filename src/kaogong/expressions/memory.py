"""The functions that remember: each takes the rows of a batch and what it kept of the last, and gives a column and what to keep."""

from collections.abc import Callable, Mapping
from datetime import timedelta
from functools import partial
from typing import TypeAlias

import polars as pl

POINT, TIME, ROW, X = ":point", ":observed_at", ":row", ":x"
KEPT_ROWS = 10_000  # of one point at most: a moving mean of a fast signal over a day forgets its oldest values

# (rows sorted by point and time with the columns ROW, POINT, TIME, X; what was kept or None) -> (column in that order; what to keep)
Step: TypeAlias = Callable[[pl.DataFrame, pl.DataFrame | None], tuple[pl.Series, pl.DataFrame]]


def _change(rows: pl.DataFrame, kept: pl.DataFrame | None, per_second: bool) -> tuple[pl.Series, pl.DataFrame]:
    joined = _joined(rows.filter(pl.col(X).is_not_null() & ~pl.col(X).is_nan()), kept)
    change = pl.col(X).diff().over(POINT)
    if per_second:
        elapsed = pl.col(TIME).diff().over(POINT).dt.total_microseconds() / 1e6
        change = pl.when(elapsed > 0).then(change / elapsed)
    return _back(rows, joined.select(ROW, change.alias("result"))), _last(joined)


def _held_for(rows: pl.DataFrame, kept: pl.DataFrame | None) -> tuple[pl.Series, pl.DataFrame]:
    joined = _joined(rows.filter(pl.col(X).is_not_null()), kept, since=pl.lit(None, rows.schema[TIME]))
    begins = pl.col(X) & ~pl.col(X).shift(1, fill_value=False).over(POINT)
    joined = joined.with_columns(
        pl.when(~pl.col(X)).then(None).when(pl.col(ROW).is_null()).then(pl.col("since")).when(begins).then(pl.col(TIME)).alias("since"),
    ).with_columns(pl.when(pl.col(X)).then(pl.col("since").forward_fill().over(POINT)).alias("since"))
    held = (pl.col(TIME) - pl.col("since")).dt.total_microseconds() / 1e6
    return _back(rows, joined.select(ROW, held.fill_null(0.0).alias("result"))), _last(joined)


def _moving_mean(rows: pl.DataFrame, kept: pl.DataFrame | None, span_s: float) -> tuple[pl.Series, pl.DataFrame]:
    span = timedelta(seconds=span_s)
    joined = _joined(rows.filter(pl.col(X).is_not_null() & ~pl.col(X).is_nan()), kept)
    mean = pl.col(X).rolling_mean_by(TIME, window_size=span).over(POINT)
    result = _back(rows, joined.select(ROW, mean.alias("result")))
    recent = joined.filter(pl.col(TIME) > pl.col(TIME).max().over(POINT) - span)
    return result, _kept(recent.group_by(POINT, maintain_order=True).tail(KEPT_ROWS))


def _joined(rows: pl.DataFrame, kept: pl.DataFrame | None, **more: pl.Expr) -> pl.DataFrame:
    rows = rows.with_columns(pl.col(ROW).cast(pl.Int64)).with_columns(**more)
    if kept is None:
        return rows
    mine = kept.join(rows.select(POINT).unique(), on=POINT, how="semi")
    others = kept.join(rows.select(POINT).unique(), on=POINT, how="anti")
    return pl.concat([mine, rows, others], how="diagonal").sort(POINT, TIME, ROW, nulls_last=False, maintain_order=True)


def _back(rows: pl.DataFrame, result: pl.DataFrame) -> pl.Series:
    made = result.filter(pl.col(ROW).is_not_null())
    return rows.select(pl.col(ROW).cast(pl.Int64)).join(made, on=ROW, how="left", maintain_order="left")["result"]


def _last(joined: pl.DataFrame) -> pl.DataFrame:
    return _kept(joined.group_by(POINT, maintain_order=True).last())


def _kept(rows: pl.DataFrame) -> pl.DataFrame:
    return rows.with_columns(pl.lit(None, pl.Int64).alias(ROW))


# How to make a step from the span an expression gives (None where the function has none).
STEPS: Mapping[str, Callable[[float | None], Step]] = {
    "delta": lambda _: partial(_change, per_second=False),
    "rate": lambda _: partial(_change, per_second=True),
    "held_for": lambda _: _held_for,
    "moving_mean": lambda span: partial(_moving_mean, span_s=span or 0.0),
}
