"""Marks what must be rolled up again: cheap for what is live, exact for what comes late."""

from datetime import datetime

import numpy as np
import polars as pl

from kaogong.historian.arrange import Arranged

EPOCH_S = 60
MINUTE, HOUR, DAY = 60, 3600, 86400
LIVE_MINUTES = 10
CROWD = 200

MARKS = pl.Schema(
    {
        "epoch": pl.UInt32(), "level": pl.UInt32(), "tenant": pl.UInt32(), "asset": pl.UInt32(), "property": pl.UInt32(),
        "from_at": pl.UInt32(), "to_at": pl.UInt32(),
    }
)  # fmt: skip


def epoch_of(moment: datetime) -> int:
    """The minute of the clock that a mark belongs to."""
    return int(moment.timestamp()) // EPOCH_S


class Marker:
    """Remembers the marks of the running epoch, so that a point written ten times a second is marked once a minute.

    A minute that is live, or dirty for a good part of all points, is marked whole; a late row marks its point alone.
    """

    def __init__(self) -> None:
        self._epoch = 0
        self._minutes: set[int] = set()
        self._points: dict[int, tuple[int, int]] = {}

    def marks(self, fresh: Arranged, now: datetime, known_points: int) -> pl.DataFrame:
        """New marks for rows about to be written; call `remember` when they are stored."""
        epoch = epoch_of(now)
        if epoch != self._epoch:
            self._epoch, self._minutes, self._points = epoch, set(), {}
        minutes = fresh.times // 60_000_000
        first = np.ones(len(minutes), np.bool_)
        first[1:] = (fresh.keys[1:] != fresh.keys[:-1]) | (minutes[1:] != minutes[:-1])
        at = np.flatnonzero(first)
        tenants = fresh.rows.get_column("tenant").to_numpy()[at].astype(np.int64)
        slots = (tenants << 32) | minutes[at]
        unique, where, counts = np.unique(slots, return_inverse=True, return_counts=True)
        live = (unique & 0xFFFFFFFF) >= epoch - LIVE_MINUTES
        whole = live | (counts >= max(CROWD, known_points // 4))
        rows = [self._whole(int(s)) for s in unique[whole] if int(s) not in self._minutes]
        single = ~whole[where]
        if single.any():
            keys, late = fresh.keys[at[single]], minutes[at[single]]
            rows += self._single(keys.tolist(), late.tolist(), tenants[single].tolist())
        return pl.DataFrame(rows, schema=MARKS, orient="row")

    def remember(self, marks: pl.DataFrame) -> None:
        """These marks are stored."""
        for _, _, tenant, asset, prop, start, end in marks.iter_rows():
            if asset == 0:
                self._minutes.add((tenant << 32) | (start // 60))
            else:
                known = self._points.get((asset << 32) | prop, (start, end))
                self._points[(asset << 32) | prop] = (min(known[0], start), max(known[1], end))

    def _whole(self, slot: int) -> tuple[int, ...]:
        start = (slot & 0xFFFFFFFF) * 60
        return (self._epoch, MINUTE, slot >> 32, 0, 0, start, start + 60)

    def _single(self, keys: list[int], minutes: list[int], tenants: list[int]) -> list[tuple[int, ...]]:
        rows: list[tuple[int, ...]] = []
        for key, minute, tenant in zip(keys, minutes, tenants, strict=True):
            start, end = minute * 60, minute * 60 + 60
            known = self._points.get(key)
            if known is not None and known[0] <= start and end <= known[1]:
                continue
            asset, prop = key >> 32, key & 0xFFFFFFFF
            if rows and rows[-1][3:5] == (asset, prop) and start - rows[-1][6] < HOUR and start // DAY == rows[-1][5] // DAY:
                rows[-1] = (*rows[-1][:6], end)
            else:
                rows.append((self._epoch, MINUTE, tenant, asset, prop, start, end))
        return rows
