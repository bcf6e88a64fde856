"""Rollups: minutes recomputed from telemetry, hours from minutes, days from hours, each where something changed."""

from collections.abc import Iterable, Iterator
from itertools import groupby

import polars as pl

from kaogong.core import clock
from kaogong.historian.dirty import DAY, EPOCH_S, HOUR, MARKS, MINUTE, epoch_of
from kaogong.historian.engine import Session
from kaogong.historian.overlay import NOTHING, Overlay

LEVELS = {MINUTE: "rollup_1m", HOUR: "rollup_1h", DAY: "rollup_1d"}
SOURCES = {MINUTE: "telemetry", HOUR: "rollup_1m", DAY: "rollup_1h"}
_ABOVE = {MINUTE: HOUR, HOUR: DAY}

SLACK_EPOCHS = 1  # an epoch is worked through one full minute after its last write
SETTLE_S = 90  # an hour or day is rolled up this long after it ended, once
POINTS_AT_ONCE = 500
WHOLE_S = {MINUTE: 300, HOUR: HOUR, DAY: DAY}

_FIGURES = (
    "samples, usable, good, minimum, maximum, total, first, last, last_text, last_quality, last_device, last_received_at, computed_at"
)

# What one sample contributes; the names are those of the rollups, so that both can be read as one table.
USABLE = "(NOT isNaN(value) AND quality < 0x80000000)"
_FROM_TELEMETRY = f"""
count() AS samples, countIf({USABLE}) AS usable, countIf(quality < 0x40000000) AS good,
if(usable = 0, nan, minIf(value, {USABLE})) AS minimum, if(usable = 0, nan, maxIf(value, {USABLE})) AS maximum,
sumIf(value, {USABLE}) AS total,
if(usable = 0, nan, argMinIf(value, observed_at, {USABLE})) AS first, if(usable = 0, nan, argMaxIf(value, observed_at, {USABLE})) AS last,
argMax(text, observed_at) AS last_text, argMax(quality, observed_at) AS last_quality, argMax(device, observed_at) AS last_device,
max(received_at) AS last_received_at, now64(3) AS computed_at
"""
# Where people deleted samples a bucket may be left without any; its row is written all the same, to replace the one that counted them.
_FROM_MARKED = (
    _FROM_TELEMETRY.replace("count() AS samples", "countIf(NOT gone) AS samples")
    .replace("argMax(text, observed_at)", "argMaxIf(text, observed_at, NOT gone)")
    .replace("argMax(quality, observed_at)", "argMaxIf(quality, observed_at, NOT gone)")
    .replace("argMax(device, observed_at)", "argMaxIf(device, observed_at, NOT gone)")
)
_FROM_ROLLUP = """
sum(r.samples) AS samples, sum(r.usable) AS usable, sum(r.good) AS good,
if(usable = 0, nan, minIf(r.minimum, r.usable > 0)) AS minimum, if(usable = 0, nan, maxIf(r.maximum, r.usable > 0)) AS maximum,
sum(r.total) AS total,
if(usable = 0, nan, argMinIf(r.first, r.bucket, r.usable > 0)) AS first, if(usable = 0, nan, argMaxIf(r.last, r.bucket, r.usable > 0)) AS last,
argMaxIf(r.last_text, r.bucket, r.samples > 0) AS last_text, argMaxIf(r.last_quality, r.bucket, r.samples > 0) AS last_quality,
argMaxIf(r.last_device, r.bucket, r.samples > 0) AS last_device, max(r.last_received_at) AS last_received_at, now64(3) AS computed_at
"""


def due_epochs(store: Session, *, everything: bool = False) -> list[int]:
    """Epochs whose marks can be worked through: nobody writes into them any more."""
    limit = 2**32 - 1 if everything else epoch_of(clock.now()) - SLACK_EPOCHS
    found = store.frame(f"SELECT DISTINCT epoch FROM dirty WHERE epoch < {limit} ORDER BY epoch")
    return [] if found.is_empty() else found.get_column("epoch").to_list()


def settle(store: Session, epochs: Iterable[int]) -> int:
    """Recompute what the marks of `epochs` name, then drop them; how many marks. A kill in between repeats, never loses."""
    wanted = list(epochs)
    if not wanted:
        return 0
    marks = store.frame(
        "SELECT epoch, level, tenant, asset, property, toUnixTimestamp(from_at) AS from_at, toUnixTimestamp(to_at) AS to_at "
        f"FROM dirty WHERE epoch IN ({', '.join(map(str, wanted))})",
    ).cast(MARKS)
    for level in (MINUTE, HOUR, DAY):
        of_level = marks.filter(pl.col("level") == level)
        if of_level.is_empty():
            continue
        for tenant, scope, start, end in spans(of_level, level):
            overlay = Overlay.of(store, tenant, start * 1_000_000, end * 1_000_000) if level == MINUTE else NOTHING
            store.command(_statement(level, scope, start, end, overlay))
        if level in _ABOVE:
            store.insert("dirty", above(of_level, _ABOVE[level], after=wanted[-1]))
    for epoch in wanted:
        store.command(f"ALTER TABLE dirty DROP PARTITION {epoch}")
    return marks.height


def above(marks: pl.DataFrame, level: int, *, after: int) -> pl.DataFrame:
    """The marks that follow on the next level, due when their hour or day is over, in an epoch later than `after`."""
    start = pl.col("from_at") // level * level
    end = (pl.col("to_at") + (level - 1)) // level * level
    ready = (end + SETTLE_S) // EPOCH_S
    following = pl.lit(max(epoch_of(clock.now()), after + 1), pl.UInt32)
    return (
        marks.with_columns(start.alias("from_at"), end.alias("to_at"), pl.lit(level, pl.UInt32).alias("level"))
        .with_columns(pl.max_horizontal(ready, following).cast(pl.UInt32).alias("epoch"))
        .select(MARKS.names())
        .unique()
        .cast(MARKS)
    )


def spans(marks: pl.DataFrame, level: int) -> Iterator[tuple[int, str, int, int]]:
    """Tenants and SQL conditions with time ranges that together cover the marks, each small enough for bounded memory."""
    whole = marks.filter(pl.col("asset") == 0).sort("tenant", "from_at")
    for (tenant,), rows in whole.group_by("tenant", maintain_order=True):
        for start, end in merged(rows.select("from_at", "to_at").iter_rows()):
            for piece in range(start, end, WHOLE_S[level]):
                yield int(str(tenant)), f"tenant = {tenant}", piece, min(end, piece + WHOLE_S[level])
    single = marks.filter(pl.col("asset") > 0).with_columns((pl.col("from_at") // DAY).alias("day"))
    single = single.sort("day", "tenant", "asset", "property")
    for (_, tenant), rows in single.group_by("day", "tenant", maintain_order=True):
        points = rows.group_by("asset", "property", maintain_order=True).agg(pl.col("from_at").min(), pl.col("to_at").max())
        for offset in range(0, points.height, POINTS_AT_ONCE):
            chosen = points.slice(offset, POINTS_AT_ONCE)
            listed = ", ".join(f"({a}, {p})" for a, p in chosen.select("asset", "property").iter_rows())
            first, last = chosen.select(pl.col("from_at").min(), pl.col("to_at").max()).row(0)
            yield int(str(tenant)), f"tenant = {tenant} AND (asset, property) IN ({listed})", first, last


def merged(ranges: Iterable[tuple[int, int]]) -> list[tuple[int, int]]:
    """Touching and overlapping ranges, sorted by start, as one."""
    out: list[tuple[int, int]] = []
    for (start, end), _ in groupby(ranges):
        if out and start <= out[-1][1]:
            out[-1] = (out[-1][0], max(out[-1][1], end))
        else:
            out.append((start, end))
    return out


def _statement(level: int, scope: str, start: int, end: int, overlay: Overlay) -> str:
    source = SOURCES[level]
    time, figures, name = ("observed_at", _FROM_TELEMETRY, "t") if source == "telemetry" else ("bucket", _FROM_ROLLUP, "r")
    unit = {MINUTE: "Minute", HOUR: "Hour", DAY: "Day"}[level]
    within = f"{scope} AND {{at}} >= toDateTime({start}, 'UTC') AND {{at}} < toDateTime({end}, 'UTC')"
    rows = f"{source} AS {name} FINAL WHERE {within.format(at=f'{name}.{time}')}"
    if overlay:
        figures, rows = _FROM_MARKED, f"({overlay.flagged(within.format(at=time))}) AS t"
    return (
        f"INSERT INTO {LEVELS[level]} (tenant, asset, property, bucket, {_FIGURES}) "
        f"SELECT tenant, asset, property, toDateTime(toStartOf{unit}({name}.{time}), 'UTC') AS slot, {figures} "
        f"FROM {rows} GROUP BY tenant, asset, property, slot"
    )
