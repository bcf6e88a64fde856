"""The historian on the store itself: the owner of a chDB folder, or any process before a ClickHouse server."""

import asyncio
import contextlib
import logging
from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta

import polars as pl

from kaogong.core import clock
from kaogong.core.errors import NotReady, Overloaded
from kaogong.historian import accounts, names, reading, retention, rollups, versions
from kaogong.historian.engine import Engine, Session
from kaogong.historian.historian import Historian
from kaogong.historian.marks import listed as listed_marks
from kaogong.historian.marks import put as put_marks
from kaogong.historian.marks import undo as undo_mark
from kaogong.historian.migrate import migrate
from kaogong.historian.newest import EVERY_S, recover
from kaogong.historian.people import People
from kaogong.historian.types import (
    AccountedRange,
    DeadLetter,
    DeadLetterPage,
    HistoryQuery,
    HistoryResult,
    LedgerReport,
    Mark,
    MarkFilter,
    QueryRequest,
    QueryResult,
    Receipt,
    Storage,
    WaveformQuery,
)
from kaogong.historian.waveforms import find as find_waveforms
from kaogong.historian.writing import Writer

log = logging.getLogger(__name__)

UPKEEP_S = 10.0
FOLD_EVERY = timedelta(minutes=5)
EXPIRE_EVERY = timedelta(hours=1)


class LocalHistorian(Historian):
    """Verbs straight on the engine. Blocking work runs in the engine's threads, never on the event loop."""

    def __init__(self, engine: Engine, people: People) -> None:
        self._engine = engine
        self._people = people
        self._writer: Writer | None = None
        self._settling: asyncio.Task[None] | None = None
        self._closed = False

    @classmethod
    async def open(cls, dsn: str, *, owner: bool = False, query_timeout_s: float = 30.0, query_memory_mb: int = 512) -> "LocalHistorian":
        """Open the store; the owner applies pending migrations first. Raises ConfigInvalid when another process holds the folder."""
        engine = await asyncio.to_thread(Engine, dsn)
        historian = cls(engine, People(engine, timeout_s=query_timeout_s, memory_mb=query_memory_mb))
        if owner:
            for name in await engine.writing(migrate):
                log.info("historian: applied migration %s", name)
            if engine.is_embedded:
                await engine.writing(recover)
        return historian

    async def write(
        self,
        table: pl.DataFrame,
        *,
        batch: int,
        ranges: Sequence[AccountedRange] = (),
        events: pl.DataFrame | None = None,
        waveforms: pl.DataFrame | None = None,
        dead: Sequence[DeadLetter] = (),
        minutes: pl.DataFrame | None = None,
    ) -> Receipt:
        def run(store: Session) -> Receipt:
            if self._writer is None:
                # Many may write to a server, and none of them could find again what a killed one had gathered.
                self._writer = Writer(store, latest_every_s=EVERY_S if self._engine.is_embedded else 0.0)
            return self._writer.write(
                store, table, batch=batch, ranges=ranges, events=events, waveforms=waveforms, dead=dead, minutes=minutes
            )

        receipt = await self._engine.writing(run)
        if self._writer is not None and self._writer.is_behind and self._settling is None:
            self._settling = asyncio.get_running_loop().create_task(self._settle_latest())
        return receipt

    async def _settle_latest(self) -> None:
        """What no further write brings along, a little later."""
        await asyncio.sleep(EVERY_S)
        self._settling = None
        with contextlib.suppress(NotReady, Overloaded):  # the next write tries again
            await self._engine.writing(self._write_latest)

    def _write_latest(self, store: Session) -> None:
        if self._writer is not None:
            self._writer.settle_latest(store)

    async def accounted(self, incarnation: str) -> dict[int, int]:
        # In the queue of writes: what a killed ingest had handed over is counted before its successor asks where to read on.
        return await self._engine.writing(lambda s: accounts.accounted(s, incarnation))

    async def latest(
        self, tenant: int, assets: Sequence[int] | None = None, properties: Sequence[int] | None = None, *, device: int | None = None
    ) -> pl.DataFrame:
        return await self._engine.reading(lambda s: reading.latest(s, tenant, assets, properties, device))

    async def last_seen(self, tenant: int | None = None) -> pl.DataFrame:
        return await self._engine.reading(lambda s: reading.last_seen(s, tenant))

    async def history(self, query: HistoryQuery) -> HistoryResult:
        return await self._engine.reading(lambda s: reading.history(s, query))

    async def events(
        self, tenant: int, device: int | None = None, *, cursor: str | None = None, limit: int = 100
    ) -> tuple[pl.DataFrame, str | None]:
        return await self._engine.reading(lambda s: reading.events(s, tenant, device, cursor, limit))

    async def waveforms(self, query: WaveformQuery) -> pl.DataFrame:
        return await self._engine.reading(lambda s: find_waveforms(s, query))

    async def query(self, request: QueryRequest) -> QueryResult:
        return await self._people.query(request)

    async def ledger(self, tenant: int | None = None, *, minutes: int = 60) -> LedgerReport:
        return await self._engine.reading(lambda s: accounts.ledger(s, tenant, minutes))

    async def dead_letters(
        self, tenant: int | None, *, cursor: str | None = None, limit: int = 100, reason: str | None = None, device: int | None = None
    ) -> DeadLetterPage:
        position = accounts.letter_cursor(cursor)
        return await self._engine.reading(lambda s: accounts.dead_letters(s, tenant, position, limit, reason, device))

    async def take_dead_letters(self, tenant: int | None, ids: Sequence[str]) -> list[DeadLetter]:
        return await self._engine.writing(lambda s: accounts.take(s, tenant, ids))

    async def put_names(self, names_: pl.DataFrame) -> None:
        await self._engine.writing(lambda s: names.put(s, names_))

    async def storage(self) -> Storage:
        return await self._engine.reading(retention.storage)

    async def mark(self, marks: Sequence[Mark]) -> None:
        await self._engine.writing(lambda s: put_marks(s, marks))

    async def undo_mark(self, tenant: int, id_: str, by: str, at: datetime) -> Mark:
        return await self._engine.writing(lambda s: undo_mark(s, tenant, id_, by, at))

    async def marks(self, wanted: MarkFilter) -> tuple[list[Mark], str | None]:
        return await self._engine.reading(lambda s: listed_marks(s, wanted))

    async def versions(self, query: HistoryQuery, *, corrected: bool = True) -> pl.DataFrame:
        return await self._engine.reading(lambda s: versions.versions(s, query, corrected=corrected))

    async def settle(self, *, everything: bool = False) -> int:
        """Roll up what is due (`everything`: the running minute too); how many marks. The owner only."""
        if everything:
            await self._engine.writing(lambda _: self._writer.forget_marks() if self._writer is not None else None)
        epochs = await self._engine.reading(lambda s: rollups.due_epochs(s, everything=everything))
        return await self._engine.keeping(lambda s: rollups.settle(s, epochs))

    async def fold(self, *, everything: bool = False) -> int:
        """Shorten the ledger; how many rows went. The owner only."""
        return await self._engine.keeping(lambda s: accounts.fold(s, everything=everything))

    async def expire(self, days_by_class: Mapping[int, int], rollup_days: int) -> list[str]:
        """Drop what is older than its retention; names of the partitions. The owner only."""
        return await self._engine.keeping(lambda s: retention.expire(s, days_by_class, rollup_days))

    async def upkeep(self, days_by_class: Mapping[int, int], rollup_days: int) -> None:
        """Roll up, fold and expire for ever; the owner runs it beside its service. A failure is said once and tried again."""
        folded = expired = clock.now() - timedelta(days=1)
        is_failing = False
        while True:
            now = clock.now()
            try:
                await self.settle()
                if now - folded > FOLD_EVERY:
                    await self.fold()
                    folded = now
                if now - expired > EXPIRE_EVERY:
                    for partition in await self.expire(days_by_class, rollup_days):
                        log.info("historian: dropped %s, past its retention", partition)
                    expired = now
                if is_failing:
                    log.info("historian: upkeep works again")
                is_failing = False
            except retention.UPKEEP_FAILURES as err:
                if not is_failing:
                    log.warning("historian: upkeep fails and is tried again every %.0f s: %s", UPKEEP_S, err)
                is_failing = True
            await asyncio.sleep(UPKEEP_S)

    async def close(self) -> None:
        if not self._closed:
            self._closed = True
            if self._settling is not None:
                self._settling.cancel()
            with contextlib.suppress(NotReady, Overloaded):  # found again at the next start
                await self._engine.writing(self._write_latest)
            await self._people.close()
            await self._engine.close()
