"""The live streams of the browsers: one subscription to the samples while anybody looks, the latest value a point for each.

A slow reader never queues: a newer value of a point takes the place of the older one.
"""

import asyncio
import io
from collections.abc import AsyncIterator, Iterable
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from typing import Any, NamedTuple

import polars as pl

from kaogong.bus import Bus, Message, Subscription
from kaogong.bus.subjects import SAMPLES

MOST_POINTS = 2000  # of one stream: more than a wall of figures shows
PACE_S = 0.2  # five updates a second


class PointId(NamedTuple):
    """A point as its device speaks it."""

    tenant: int
    device: int
    property: int


@dataclass(eq=False)
class Listener:
    """What one stream wants, and what it has not been sent yet."""

    points: frozenset[PointId]
    _waiting: dict[PointId, dict[str, Any]] = field(default_factory=dict)
    _arrived: asyncio.Event = field(default_factory=asyncio.Event)

    def offer(self, point: PointId, row: dict[str, Any]) -> None:
        """Keep `row` unless a newer one of the same point waits already."""
        kept = self._waiting.get(point)
        if kept is None or row["observed_at"] >= kept["observed_at"]:
            self._waiting[point] = row
            self._arrived.set()

    async def take(self, timeout_s: float) -> dict[PointId, dict[str, Any]]:
        """Everything that waits, at once; empty when nothing came for `timeout_s`."""
        try:
            await asyncio.wait_for(self._arrived.wait(), timeout_s)
        except TimeoutError:
            return {}
        self._arrived.clear()
        waiting, self._waiting = self._waiting, {}
        return waiting


class LiveHub:
    """Subscribes to the samples while there is a listener, and hands each what it asked for."""

    def __init__(self, bus: Bus) -> None:
        self._bus = bus
        self._listeners: set[Listener] = set()
        self._wanted: pl.Series = pl.Series("device", [], dtype=pl.UInt32)
        self._subscription: Subscription | None = None
        self._turn = asyncio.Lock()

    @property
    def listening(self) -> bool:
        """Whether the hub costs the bus anything now."""
        return self._subscription is not None

    @asynccontextmanager
    async def listen(self, points: Iterable[PointId]) -> AsyncIterator[Listener]:
        """A listener for `points` while the block runs."""
        listener = Listener(frozenset(points))
        await self._join(listener)
        try:
            yield listener
        finally:
            await asyncio.shield(self._leave(listener))

    async def _join(self, listener: Listener) -> None:
        async with self._turn:
            self._listeners.add(listener)
            self._count()
            if self._subscription is None:
                self._subscription = await self._bus.subscribe(f"{SAMPLES}.*", self._on_batch)

    async def _leave(self, listener: Listener) -> None:
        async with self._turn:
            self._listeners.discard(listener)
            self._count()
            if not self._listeners and self._subscription is not None:
                subscription, self._subscription = self._subscription, None
                await subscription.unsubscribe()

    def _count(self) -> None:
        devices = sorted({point.device for listener in self._listeners for point in listener.points})
        self._wanted = pl.Series("device", devices, dtype=pl.UInt32)

    async def _on_batch(self, message: Message) -> None:
        """Filter by device in one pass, then keep the newest row a point; the rest of the batch never becomes objects."""
        batch = pl.read_ipc_stream(io.BytesIO(message.data), columns=list(COLUMNS))
        rows = (
            batch.filter(pl.col("device").is_in(self._wanted.implode()))
            .sort("observed_at")
            .unique(["tenant", "device", "property"], keep="last")
        )
        for row in rows.iter_rows(named=True):
            point = PointId(row["tenant"], row["device"], row["property"])
            for listener in self._listeners:
                if point in listener.points:
                    listener.offer(point, row)


COLUMNS = ("tenant", "device", "property", "observed_at", "value", "exact", "text", "quality", "received_at")
