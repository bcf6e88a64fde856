"""Samples against what their property declares: time window, range, resolution."""

from dataclasses import replace
from fractions import Fraction

import numpy as np
import polars as pl

from kaogong.core.quality import Quality
from kaogong.core.sample import Batch
from kaogong.formats import Reason
from kaogong.ingest.names import Names

_GOOD_BELOW = 0x40000000  # OPC UA: the top two bits of a status code are its severity


class TimeWindow:
    """Refuses samples from too far ahead of, or too long before, their receipt, so that a redelivery is judged as the first time."""

    def __init__(self, names: Names, future_s: float, retention_s: float) -> None:
        self._names, self._future_ms, self._retention_ms = names, int(future_s * 1000), int(retention_s * 1000)

    def __call__(self, batch: Batch) -> Batch:
        samples, refused = self._split(batch.samples)
        if len(refused):
            batch = replace(batch, samples=samples).reject(refusals(refused, self._names, _TIMES))
        events, refused = self._split(batch.events)
        if len(refused):
            none = refused.with_columns(pl.col("name").alias("property_key"), _TIMES.alias("detail"), pl.lit(0).alias("samples"))
            batch = replace(batch, events=events).reject(none)
        waveforms, refused = self._split(batch.waveforms)
        if len(refused):
            none = refused.with_columns(pl.col("name").alias("property_key"), _TIMES.alias("detail"), pl.lit(0).alias("samples"))
            batch = replace(batch, waveforms=waveforms).reject(none)
        return batch

    def _split(self, rows: pl.DataFrame) -> tuple[pl.DataFrame, pl.DataFrame]:
        """Rows inside the window, and those outside with a column `reason`."""
        ahead_ms = rows["observed_at"].to_physical() // 1000 - rows["received_at"].to_physical()
        lowest, highest = ahead_ms.min(), ahead_ms.max()
        if lowest is None or (int(highest) <= self._future_ms and int(lowest) >= -self._retention_ms):  # type: ignore[arg-type]
            return rows, rows.clear()
        future, old = pl.lit(Reason.TIME_IN_FUTURE.value), pl.lit(Reason.TIME_TOO_OLD.value)
        reason = pl.when(ahead_ms > self._future_ms).then(future).when(ahead_ms < -self._retention_ms).then(old)
        judged = rows.with_columns(reason.alias("reason"))
        return judged.filter(pl.col("reason").is_null()).drop("reason"), judged.filter(pl.col("reason").is_not_null())


_TIMES = pl.col("observed_at").dt.strftime("observed at %Y-%m-%dT%H:%M:%SZ, ") + pl.col("received_at").dt.strftime(
    "received at %Y-%m-%dT%H:%M:%SZ"
)


def refusals(rows: pl.DataFrame, names: Names, detail: pl.Expr) -> pl.DataFrame:
    """Rows of samples (with a column `reason`) as rejects: one for each message, device, property and reason."""
    keys = names.properties.select("property", pl.col("key").alias("property_key"))
    grouped = (
        rows.with_columns(detail.alias("detail"))
        .group_by("message", "tenant", "device", "property", "reason", maintain_order=True)
        .agg(pl.col("detail").first(), pl.len().alias("samples"))
        .join(keys, on="property", how="left", maintain_order="left")
    )
    return grouped.with_columns(
        pl.col("property_key").fill_null(""), (pl.col("property_key").fill_null("") + ": " + pl.col("detail")).alias("detail")
    )


class Limits:
    """Marks values outside the declared range as uncertain and rounds to the declared resolution."""

    def __init__(self, names: Names) -> None:
        self._names = names
        self._of: pl.DataFrame | None = None

    def __call__(self, batch: Batch) -> Batch:
        self._learn()
        if not (self._has_range or self._has_steps) or batch.samples.is_empty():
            return batch
        rows = batch.samples
        prop = np.minimum(rows["property"].to_numpy(), len(self._low) - 1)
        value = rows["value"].to_numpy()
        changed: list[pl.Series] = []
        if self._has_steps:
            step = self._numerator[prop]
            is_stepped = step > 0
            with np.errstate(over="ignore", invalid="ignore"):
                rounded = np.rint(value * (self._denominator[prop] / np.where(is_stepped, step, 1.0))) * step / self._denominator[prop]
            value = np.where(is_stepped & np.isfinite(rounded), rounded, value)
            changed.append(pl.Series("value", value))
        if self._has_range:
            quality = rows["quality"].to_numpy()
            with np.errstate(invalid="ignore"):
                outside = ((value < self._low[prop]) | (value > self._high[prop])) & (quality < _GOOD_BELOW)
            if outside.any():
                changed.append(pl.Series("quality", np.where(outside, np.uint32(Quality.UNCERTAIN_EU_EXCEEDED), quality)))
        return replace(batch, samples=rows.with_columns(changed)) if changed else batch

    def _learn(self) -> None:
        """The declarations as arrays indexed by property id, made anew when a type has changed."""
        table = self._names.properties
        if table is self._of:
            return
        self._of = table
        size = int(table["property"].max() or 0) + 2  # type: ignore[arg-type]
        ids = table["property"].to_numpy()
        self._low, self._high = np.full(size, -np.inf), np.full(size, np.inf)
        self._low[ids] = table["minimum"].fill_null(-np.inf).to_numpy()
        self._high[ids] = table["maximum"].fill_null(np.inf).to_numpy()
        self._numerator, self._denominator = np.zeros(size), np.ones(size)
        for at, resolution in table.filter(pl.col("resolution") > 0).select("property", "resolution").iter_rows():
            self._numerator[at], self._denominator[at] = _ratio(resolution)
        self._has_range = bool(np.isfinite(self._low).any() or np.isfinite(self._high).any())
        self._has_steps = bool((self._numerator > 0).any())


def _ratio(resolution: float) -> tuple[float, float]:
    """A step as numerator and denominator: multiples of 0.05 come out as the nearest double, not as 0.15000000000000002."""
    exact = Fraction(str(resolution)).limit_denominator(10**12)
    return float(exact.numerator), float(exact.denominator)
