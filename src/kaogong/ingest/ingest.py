"""From the stream to the store: reads the partitions it owns, writes one batch while it prepares the next, accounts for every message."""

import asyncio
import io
import logging
import time
from collections.abc import Awaitable, Callable, Mapping, Sequence

from kaogong.bus import Bus, subjects
from kaogong.core import clock
from kaogong.core.errors import KaogongError, NotReady, Overloaded
from kaogong.historian import Historian
from kaogong.ingest.account import ranges
from kaogong.ingest.figures import Figures
from kaogong.ingest.leases import RENEW_S, Leases
from kaogong.ingest.pipeline import Pipeline, Prepared
from kaogong.ingest.reader import Reader

log = logging.getLogger(__name__)

RETRY_FROM_S, RETRY_TO_S = 0.2, 5.0
GATHER_S = 0.02  # how long the first hand of a turn waits for those of the other partitions
CARE_S = 1.0  # between looks at leases, idle partitions and what may be purged
PURGE_S = 5.0
PIECE_ROWS = 40_000  # of samples in one message to live views, well below the bus's limit

OnState = Callable[[str, str], None]


class Ingest:
    """Runs until cancelled. `on_state` is told ("ready" | "degraded", reason in words); `before_reading` runs before partitions are opened.

    What is stored is known to the historian alone: its accounted ranges say where reading begins, so a kill between any two steps
    loses nothing and stores nothing twice.
    """

    def __init__(
        self,
        bus: Bus,
        historian: Historian,
        pipeline: Pipeline,
        *,
        owner: str,
        partitions: Sequence[int] = range(subjects.PARTITIONS),
        max_batch_messages: int = 8192,
        linger_s: float = 0.15,
        on_state: OnState | None = None,
        before_reading: Callable[[], Awaitable[None]] | None = None,
    ) -> None:
        self._bus, self._historian, self._pipeline = bus, historian, pipeline
        self._leases = Leases(bus, owner, partitions)
        self._most = max(1, max_batch_messages // max(1, len(partitions)))
        self._linger_s = linger_s
        self._on_state, self._before_reading = on_state, before_reading
        self._readers: dict[int, Reader] = {}
        self._accounted: dict[int, int] = {}
        self._incarnation = ""
        self._writing: asyncio.Task[None] | None = None
        self._batch = int(clock.now().timestamp()) & 0xFFFFFFFF
        self._cared_at = self._renewed_at = self._purged_at = float("-inf")
        self._purged = 0
        self._problem: str | None = None
        self.figures = Figures()

    async def run(self) -> None:
        """Read, prepare, write; returns only by cancellation, having let go of its partitions."""
        turns = asyncio.get_running_loop().create_task(self._turns())
        try:
            await asyncio.wait([turns])
        finally:
            await _ended(turns)
            await self._leave()
        await turns

    async def _turns(self) -> None:
        while True:
            try:
                await self._turn()
            except (NotReady, Overloaded) as err:
                self._tell(err.message)
                await asyncio.sleep(err.retry_after_s or RETRY_FROM_S)

    async def _turn(self) -> None:
        """One batch at most: what has come, prepared while the last one is being written."""
        idle = await self._care()
        if self._readers:
            await asyncio.wait([reader.hand for reader in self._readers.values()], timeout=CARE_S, return_when=asyncio.FIRST_COMPLETED)
            waiting = [reader.hand for reader in self._readers.values() if not reader.hand.done()]
            if waiting and len(waiting) < len(self._readers):
                await asyncio.wait(waiting, timeout=GATHER_S)
        else:
            await asyncio.sleep(CARE_S)
        parts = {partition: reader.take() for partition, reader in self._readers.items() if reader.hand.done()}
        todo = ranges(self._incarnation, parts, idle, {p: r.handed for p, r in self._readers.items()})
        if not todo:
            await self._check_writing()
            return
        for item in todo:
            self._readers[item.partition].handed = item.last
        prepared = await self._pipeline.prepare(parts, todo)
        await self._written()
        self._writing = asyncio.get_running_loop().create_task(self._store(prepared))

    async def _check_writing(self) -> None:
        if self._writing is not None and self._writing.done():
            await self._written()

    async def _written(self) -> None:
        writing, self._writing = self._writing, None
        if writing is not None:
            await writing

    async def _store(self, prepared: Prepared) -> None:
        """Write until it is written, then acknowledge and tell those who listen."""
        start = time.perf_counter()
        self._batch = (self._batch + 1) & 0xFFFFFFFF
        await self._write(prepared, self._batch)
        write_s = time.perf_counter() - start
        for item in prepared.ranges:
            self._accounted[item.partition] = item.last
        self.figures.count(prepared, write_s)
        try:
            for partition, message in prepared.ends.items():
                reader = self._readers.get(partition)
                if reader is not None:
                    await reader.ack(message)
            await self._publish(prepared)
        except KaogongError as err:
            log.debug("after the write: %s", err.message)  # an acknowledgement lost is one message read and skipped again

    async def _write(self, prepared: Prepared, batch: int) -> None:
        wait_s, since = RETRY_FROM_S, clock.now()
        while True:
            try:
                await self._historian.write(
                    prepared.samples,
                    batch=batch,
                    ranges=prepared.ranges,
                    events=prepared.events if len(prepared.events) else None,
                    dead=prepared.dead,
                    minutes=prepared.minutes,
                )
            except (NotReady, Overloaded) as err:
                self._tell(f"the historian does not take what arrives since {since:%H:%M:%S} UTC: {err.message}")
                await asyncio.sleep(wait_s)
                wait_s = min(wait_s * 2, RETRY_TO_S)
                continue
            self._tell(None)
            return

    async def _publish(self, prepared: Prepared) -> None:
        for answer in prepared.answers:
            await self._bus.publish(answer.subject, answer.body)
        for start in range(0, len(prepared.samples), PIECE_ROWS):
            piece = io.BytesIO()
            prepared.samples.slice(start, PIECE_ROWS).write_ipc_stream(piece)
            await self._bus.publish(f"{subjects.SAMPLES}.0", piece.getvalue())

    async def _care(self) -> Mapping[int, int]:
        """Once a second: leases, a stream made anew, purging. Returns how far idle partitions are known to hold nothing."""
        now = asyncio.get_running_loop().time()
        if now - self._cared_at < CARE_S:
            return {}
        if now - self._renewed_at >= RENEW_S or not self._readers:
            await self._own()
            self._renewed_at = now
        state = await self._bus.stream_state(subjects.UP)
        if state.incarnation != self._incarnation:
            await self._start_over()
            return {}
        self.figures.pending = max(0, state.last_sequence - min(self._accounted.values(), default=state.last_sequence))
        idle = {}
        for partition, reader in self._readers.items():
            if not reader.hand.done() and reader.handed < state.last_sequence:
                newest = await self._bus.last_sequence(subjects.UP, subjects.partition_filter(partition))
                if newest <= reader.handed:
                    idle[partition] = state.last_sequence
        if now - self._purged_at >= PURGE_S:
            await self._purge()
            self._purged_at = now
        self._cared_at = now
        return idle

    async def _own(self) -> None:
        _, lost = await self._leases.renew()
        for partition in lost:
            self._accounted.pop(partition, None)
            await self._readers.pop(partition).close()
        # Not only what was gained just now: the store may have been away when a partition was to be opened.
        unread = set(self._leases.held) - set(self._readers)
        if unread:
            await self._open(unread)

    async def _open(self, partitions: set[int]) -> None:
        state = await self._bus.stream_state(subjects.UP)
        self._incarnation = state.incarnation
        known = await self._historian.accounted(state.incarnation)
        if self._before_reading is not None:
            await self._before_reading()
        for partition in sorted(partitions):
            position = known.get(partition, max(state.first_sequence, 1) - 1)
            self._accounted[partition] = position
            self._readers[partition] = await Reader.open(self._bus, partition, position, self._most, self._linger_s)
            log.info("partition %d: reading on after %d", partition, position)
        self._tell(None)

    async def _start_over(self) -> None:
        """The stream was made anew: its sequences mean other messages."""
        log.warning("the stream %s was made anew", subjects.UP)
        await self._written()
        held = set(self._readers)
        await self._close_readers()
        self._purged = 0
        await self._open(held)

    async def _purge(self) -> None:
        """Everything that every partition has accounted for may go."""
        known = await self._historian.accounted(self._incarnation) if len(self._accounted) < subjects.PARTITIONS else self._accounted
        through = min((known.get(partition, 0) for partition in range(subjects.PARTITIONS)), default=0)
        if through > self._purged:
            await self._bus.purge_stream(subjects.UP, through=through)
            self._purged = through

    async def _close_readers(self) -> None:
        readers, self._readers = self._readers, {}
        for reader in readers.values():
            await reader.close()
        self._accounted.clear()

    async def _leave(self) -> None:
        if self._writing is not None:
            await _ended(self._writing)
        try:
            await self._close_readers()
            await self._leases.release()
        except KaogongError as err:
            log.debug("leaving: %s", err.message)

    def _tell(self, problem: str | None) -> None:
        if self._on_state is not None and (problem != self._problem or problem is None):
            self._on_state("degraded" if problem else "ready", problem or "")
        self._problem = problem


async def _ended(task: "asyncio.Task[None]") -> None:
    """Cancel until it is over: Python 3.11's wait_for, which the bus's client uses, may swallow one cancellation."""
    while not task.done():
        task.cancel()
        await asyncio.wait([task], timeout=0.5)
