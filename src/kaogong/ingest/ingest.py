"""From the stream to the store: reads the partitions it owns, writes one batch while it prepares the next, accounts for every message."""

import asyncio
import io
import logging
import time
from collections.abc import Awaitable, Callable, Mapping, Sequence
from typing import Any, NamedTuple

from kaogong.bus import Bus, StreamState, subjects
from kaogong.core import clock
from kaogong.core.errors import KaogongError, NotReady, Overloaded
from kaogong.historian import Historian
from kaogong.ingest.account import ranges
from kaogong.ingest.figures import Figures
from kaogong.ingest.leases import RENEW_S, Leases
from kaogong.ingest.pipeline import Pipeline, Prepared
from kaogong.ingest.reader import Reader

log = logging.getLogger(__name__)

PACE = 3  # writing takes at most about a quarter of the time
LONGEST_LINGER_S = 0.4
RETRY_FROM_S, RETRY_TO_S = 0.2, 5.0
GATHER_S = 0.02  # how long the first hand of a turn waits for those of the other partitions
CARE_S = 1.0  # between looks at leases, idle partitions and what may be purged
PURGE_S = 5.0
PIECE_ROWS = 40_000  # of samples in one message to live views, well below the bus's limit

OnState = Callable[[str, str], None]


class _Look(NamedTuple):
    """What the broker said: the stream, partitions that were taken away, idle partitions and how far they hold nothing."""

    state: StreamState
    lost: set[int]
    idle: Mapping[int, int]


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
        partitions: Sequence[int] = subjects.READERS,
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
        self._looking: asyncio.Task[_Look] | None = None
        self._looked_at = self._renewed_at = self._purged_at = float("-inf")
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
        idle = await self._attend()
        hands = [reader.hand for reader in self._readers.values()]
        if not hands:
            await asyncio.sleep(CARE_S)  # another process holds every partition
            return
        looking = [self._looking] if self._looking is not None else []
        await asyncio.wait([*hands, *looking], timeout=CARE_S, return_when=asyncio.FIRST_COMPLETED)
        waiting = [hand for hand in hands if not hand.done()]
        if waiting and len(waiting) < len(hands):
            await asyncio.wait(waiting, timeout=GATHER_S)
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
        self._accounted |= {item.partition: item.last for item in prepared.ranges if item.partition in self._accounted}
        self.figures.count(prepared, write_s)
        self._pace(write_s)
        try:
            for partition, message in prepared.ends.items():
                reader = self._readers.get(partition)
                if reader is not None:
                    await reader.ack(message)
            await self._publish(prepared)
        except KaogongError as err:
            log.debug("after the write: %s", err.message)  # an acknowledgement lost is one message read and skipped again

    def _pace(self, write_s: float) -> None:
        """A write costs the store about as much for ten rows as for ten thousand: the slower it is, the longer the next hands wait."""
        linger_s = min(max(self._linger_s, PACE * write_s), LONGEST_LINGER_S)
        for reader in self._readers.values():
            reader.linger_s = (reader.linger_s + linger_s) / 2

    async def _write(self, prepared: Prepared, batch: int) -> None:
        wait_s, since = RETRY_FROM_S, clock.now()
        while True:
            try:
                await self._historian.write(
                    prepared.samples,
                    batch=batch,
                    ranges=prepared.ranges,
                    events=prepared.events if len(prepared.events) else None,
                    waveforms=prepared.waveforms if len(prepared.waveforms) else None,
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

    async def _attend(self) -> Mapping[int, int]:
        """Once a second: leases, a stream made anew. Returns how far idle partitions are known to hold nothing of their own."""
        now = asyncio.get_running_loop().time()
        if self._looking is None and now - self._looked_at >= CARE_S:
            self._looked_at = now
            self._looking = asyncio.get_running_loop().create_task(self._look(now))
        if self._looking is None or not (self._looking.done() or not self._readers):
            return {}
        looking, self._looking = self._looking, None
        await asyncio.wait([looking])
        look = looking.result()
        for partition in look.lost & set(self._readers):
            self._accounted.pop(partition, None)
            await self._readers.pop(partition).close()
        if look.state.incarnation != self._incarnation and self._readers:
            await self._start_over()
            return {}
        missing = set(self._leases.held) - set(self._readers)
        if missing:
            await self._open(missing)
        last = look.state.last_sequence
        self.figures.pending = max(0, last - min(self._accounted.values(), default=last))
        return {partition: sequence for partition, sequence in look.idle.items() if partition in self._readers}

    async def _look(self, now: float) -> "_Look":
        """Everything the broker is asked, beside the turns: its answers wait behind the messages that are on their way."""
        lost: set[int] = set()
        if now - self._renewed_at >= RENEW_S or not self._readers:
            _, lost = await self._leases.renew()
            self._renewed_at = now
        state = await self._bus.stream_state(subjects.UP)
        idle = {}
        for partition, reader in list(self._readers.items()):
            if not reader.hand.done() and reader.handed < state.last_sequence:
                newest = await self._bus.last_sequence(subjects.UP, subjects.partition_filter(partition))
                if newest <= reader.handed:
                    idle[partition] = state.last_sequence
        if now - self._purged_at >= PURGE_S and self._readers and state.incarnation == self._incarnation:
            await self._purge()
            self._purged_at = now
        return _Look(state, lost, idle)

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
        known = await self._historian.accounted(self._incarnation) if len(self._accounted) < len(subjects.READERS) else self._accounted
        through = min((known.get(partition, 0) for partition in subjects.READERS), default=0)
        if through > self._purged:
            await self._bus.purge_stream(subjects.UP, through=through)
            self._purged = through

    async def _close_readers(self) -> None:
        readers, self._readers = self._readers, {}
        for reader in readers.values():
            await reader.close()
        self._accounted.clear()

    async def _leave(self) -> None:
        for task in (self._writing, self._looking):
            if task is not None:
                await _ended(task)
        try:
            await self._close_readers()
            await self._leases.release()
        except KaogongError as err:
            log.debug("leaving: %s", err.message)

    def _tell(self, problem: str | None) -> None:
        if self._on_state is not None and (problem != self._problem or problem is None):
            self._on_state("degraded" if problem else "ready", problem or "")
        self._problem = problem


async def _ended(task: "asyncio.Task[Any]") -> None:
    """Cancel until it is over: Python 3.11's wait_for, which the bus's client uses, may swallow one cancellation."""
    while not task.done():
        task.cancel()
        await asyncio.wait([task], timeout=0.5)
