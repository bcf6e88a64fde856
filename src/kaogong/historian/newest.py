"""Keeps `latest`, the newest row of every point: gathered from batches and written about once a second."""

import time

import polars as pl

from kaogong.historian.engine import Session

EVERY_S = 1.0
MARGIN_S = 15  # what is gathered is never older than a second and the write that follows it

_COLUMNS = ["tenant", "asset", "property", "device", "observed_at", "value", "exact", "text", "quality", "received_at"]
_NEWEST = ", ".join(f"argMax(t.{name}, (t.observed_at, t.received_at)) AS {name}" for name in _COLUMNS[3:])


class Latest:
    """What is newer than the table `latest` says, until it is written there.

    A killed owner loses at most what `MARGIN_S` covers, and `recover` finds it again; so only batches that are accounted for may wait.
    """

    def __init__(self, every_s: float) -> None:
        self._every_s = every_s
        self._gathered: list[pl.DataFrame] = []
        self._since = 0.0

    @property
    def is_behind(self) -> bool:
        """Whether something waits to be written."""
        return bool(self._gathered)

    def gather(self, newest: pl.DataFrame) -> None:
        """Take in the newest rows of a batch, one a point."""
        if newest.height:
            self._gathered.append(newest.select(_COLUMNS))

    def settle(self, store: Session, *, at_once: bool = False) -> None:
        """Write what was gathered, when the last time is long enough ago or `at_once`; on failure it stays gathered."""
        now = time.monotonic()
        if not self._gathered or (not at_once and now - self._since < self._every_s):
            return
        rows = pl.concat(self._gathered)
        if len(self._gathered) > 1:
            rows = rows.sort("observed_at", "received_at").unique(["tenant", "asset", "property"], keep="last")
        self._gathered = [rows]
        store.insert("latest", rows)
        self._gathered, self._since = [], now


def recover(store: Session) -> None:
    """Bring `latest` up to what the parts hold that changed since shortly before the last accounted range."""
    parts = store.frame(
        "SELECT name FROM system.parts WHERE database = currentDatabase() AND table = 'telemetry' AND active AND modification_time >= "
        f"(SELECT toDateTime(max(written_at)) - {MARGIN_S} FROM accounted HAVING count() > 0)"
    )
    if parts.is_empty():
        return
    names = ", ".join(f"'{name}'" for name in parts.get_column("name"))
    store.command(
        f"INSERT INTO latest ({', '.join(_COLUMNS)}) SELECT tenant, asset, property, {_NEWEST} "
        f"FROM telemetry AS t WHERE _part IN ({names}) GROUP BY tenant, asset, property"
    )
