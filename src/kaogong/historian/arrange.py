"""Puts a batch into the store's order and finds what repeats or contradicts itself; numbers in, numbers out."""

from dataclasses import dataclass
from typing import NamedTuple, TypeAlias

import numpy as np
import numpy.typing as npt
import polars as pl

Ints: TypeAlias = npt.NDArray[np.int64]
Keys: TypeAlias = npt.NDArray[np.uint64]
Flags: TypeAlias = npt.NDArray[np.bool_]

UNSEEN = np.iinfo(np.int64).min
SAME = ["value", "exact", "text", "quality"]


@dataclass(frozen=True, slots=True)
class Arranged:
    """Rows by tenant, point and time, one a key; `replaced` are rows of the batch that a later one of it contradicts."""

    rows: pl.DataFrame
    keys: Keys
    times: Ints
    replaced: pl.DataFrame
    repeats: int

    @property
    def ends(self) -> Ints:
        """Position of each point's newest row."""
        if len(self.keys) == 0:
            return np.zeros(0, np.int64)
        return np.append(np.flatnonzero(self.keys[1:] != self.keys[:-1]), len(self.keys) - 1)

    def keep(self, flags: Flags) -> "Arranged":
        """Only the rows flagged."""
        if flags.all():
            return self
        return Arranged(self.rows.filter(pl.Series(flags)), self.keys[flags], self.times[flags], self.replaced, self.repeats)


def arrange(table: pl.DataFrame, batch: int) -> Arranged:
    """Sort a batch of core's SAMPLES into the columns of `telemetry`."""
    absent = [pl.lit(default).alias(name) for name, default in (("exact", 0), ("text", "")) if name not in table.columns]
    table = table.with_columns(absent) if absent else table
    columns: list[str | pl.Expr] = ["tenant", "asset", pl.col("asset_property").alias("property"), "observed_at", *SAME, "device"]
    if "retention_class" in table.columns:
        columns.append("retention_class")
    rows = table.select(*columns, pl.col("received_at").dt.epoch("s").cast(pl.UInt32), pl.lit(batch, pl.UInt32).alias("batch"))
    rows = rows.with_columns(pl.col("value").fill_null(float("nan")), pl.col("exact").fill_null(0), pl.col("text").fill_null(""))
    keys = point_keys(rows)
    times = rows.get_column("observed_at").to_physical().to_numpy()
    tenants = rows.get_column("tenant").to_numpy()
    one_tenant = len(tenants) == 0 or bool((tenants == tenants[0]).all())
    order = _order(keys, times) if one_tenant else np.lexsort((times, keys, tenants))
    rows, keys, times = rows[order], keys[order], times[order]
    repeated = np.zeros(len(keys), np.bool_)
    repeated[:-1] = (keys[1:] == keys[:-1]) & (times[1:] == times[:-1])
    if not repeated.any():
        return Arranged(rows, keys, times, rows.clear(), 0)
    kept = Arranged(rows.filter(pl.Series(~repeated)), keys[~repeated], times[~repeated], rows.clear(), 0)
    earlier = rows.filter(pl.Series(repeated))
    replaced = contradicted(earlier, kept.rows)
    return Arranged(kept.rows, kept.keys, kept.times, replaced, earlier.height - replaced.height)


def slim(rows: pl.DataFrame) -> pl.DataFrame:
    """Without the columns that hold their default only: they cost more to send than to leave out."""
    defaults = [pl.col(name).eq(default).all() for name, default in (("exact", 0), ("text", "")) if name in rows.columns]
    return rows.drop([name for name, is_default in rows.select(defaults).to_dict(as_series=False).items() if is_default[0]])


def contradicted(former: pl.DataFrame, rows: pl.DataFrame) -> pl.DataFrame:
    """Rows of `former` whose successor of the same key in `rows` differs, with who and when (columns of `superseded`)."""
    key = ["tenant", "asset", "property", "observed_at"]
    new = rows.select(*key, *SAME, pl.col("device").alias("superseded_by"), pl.col("received_at").alias("superseded_at"),
                      pl.col("batch").alias("superseded_batch"))  # fmt: skip
    both = former.join(new, on=key, how="inner", suffix="_new")
    differs = pl.any_horizontal(pl.col(name).ne_missing(pl.col(f"{name}_new")) for name in SAME)
    return both.filter(differs).drop([f"{name}_new" for name in SAME])


def point_keys(rows: pl.DataFrame) -> Keys:
    """Asset and property in one number; an asset belongs to one tenant, so the tenant adds nothing."""
    keys: Keys = (rows.get_column("asset").to_numpy().astype(np.uint64) << np.uint64(32)) | rows.get_column("property").to_numpy()
    return keys


def fingerprints(rows: pl.DataFrame) -> Keys:
    """A number a row that is equal for equal values; stable within this process only."""
    if rows.is_empty():
        return np.zeros(0, np.uint64)
    prints: Keys = np.asarray(rows.select(pl.struct(SAME).hash()).to_series().to_numpy(), np.uint64)
    return prints


def _order(keys: Keys, times: Ints) -> Ints:
    """By key and time, in order of arrival where both are equal; what devices send is in time already, most times."""
    order = np.argsort(keys, kind="stable")
    sorted_keys, sorted_times = keys[order], times[order]
    if ((sorted_keys[1:] == sorted_keys[:-1]) & (sorted_times[1:] < sorted_times[:-1])).any():
        return np.lexsort((times, keys))
    return order


class Known(NamedTuple):
    """What is known of some points: positions in `Newest` (-1: new), newest times (UNSEEN), fingerprints and devices."""

    at: Ints
    times: Ints
    prints: Keys
    devices: npt.NDArray[np.uint32]


class Newest:
    """The newest stored time, value fingerprint and device of every point; 28 bytes a point."""

    def __init__(self) -> None:
        self._keys: Keys = np.zeros(0, np.uint64)
        self._times: Ints = np.zeros(0, np.int64)
        self._prints: Keys = np.zeros(0, np.uint64)
        self._devices: npt.NDArray[np.uint32] = np.zeros(0, np.uint32)

    def __len__(self) -> int:
        return len(self._keys)

    def look(self, keys: Keys) -> Known:
        """What is known of the points `keys`."""
        if len(self._keys) == 0:
            nothing = np.zeros(len(keys), np.uint64)
            return Known(np.full(len(keys), -1, np.int64), np.full(len(keys), UNSEEN, np.int64), nothing, nothing.astype(np.uint32))
        at = np.minimum(np.searchsorted(self._keys, keys), len(self._keys) - 1)
        is_known = self._keys[at] == keys
        times = np.where(is_known, self._times[at], UNSEEN)
        return Known(np.where(is_known, at, -1), times, self._prints[at], np.where(is_known, self._devices[at], np.uint32(0)))

    def learn(self, rows: pl.DataFrame, keys: Keys, known: Known) -> None:
        """Take in stored rows, one a point, where they are as new as what was known; `known` is what `look(keys)` said of them."""
        times = rows.get_column("observed_at").to_physical().to_numpy()
        prints, devices = fingerprints(rows), rows.get_column("device").to_numpy()
        newer = (known.at >= 0) & (times >= known.times)
        at = known.at[newer]
        self._times[at], self._prints[at], self._devices[at] = times[newer], prints[newer], devices[newer]
        fresh = known.at < 0
        if fresh.any():
            self._keys = np.concatenate([self._keys, keys[fresh]])
            order = np.argsort(self._keys, kind="stable")
            self._keys = self._keys[order]
            self._times = np.concatenate([self._times, times[fresh]])[order]
            self._prints = np.concatenate([self._prints, prints[fresh]])[order]
            self._devices = np.concatenate([self._devices, devices[fresh]])[order]
