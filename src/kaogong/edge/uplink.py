"""The way up: readings become batches on disk, batches go to the platform, and leave the disk when it has acknowledged them."""

import asyncio
import contextlib
import logging
import sqlite3
from collections import deque
from collections.abc import Awaitable, Callable
from concurrent.futures import ThreadPoolExecutor

from kaogong.bus.subjects import lane
from kaogong.core import clock
from kaogong.core.errors import ConfigInvalid, KaogongError, TooLarge
from kaogong.edge.buffer import Batch, Buffer, Figures, Stored
from kaogong.edge.ending import end
from kaogong.formats import Entry, encode_batch

log = logging.getLogger("kaogong.edge")

FLUSH_S = 0.5
BATCH_READINGS = 5_000
IN_FLIGHT = 16
IN_FLIGHT_BACKLOG = 12  # the rest is kept free for live data, so that a long backlog never delays it
LIVE_BATCHES = 256  # more than that waiting means the platform is behind: the disk keeps them, memory need not
PENDING_READINGS = 2_000_000
PAUSE_S = 1.0

# lane, body, message id; returns when the platform has acknowledged, raises NotReady or Overloaded when it has not
Publish = Callable[[int, bytes, str], Awaitable[object]]


class Uplink:
    """Live data first, the backlog in between; nothing leaves the disk before the platform has acknowledged it."""

    def __init__(self, buffer: Buffer, publish: Publish, changed: Callable[[], None] = lambda: None, flush_s: float = FLUSH_S) -> None:
        self._buffer, self._publish, self._changed, self._flush_s = buffer, publish, changed, flush_s
        self._thread = ThreadPoolExecutor(1, thread_name_prefix="buffer")
        self._pending: dict[int, list[Entry]] = {}  # by priority
        self._waiting = 0  # readings in them
        self._live: deque[Stored] = deque()
        self._backlog: deque[Stored] = deque()
        self._reached = 0
        self._busy: dict[int, asyncio.Task[None]] = {}
        self._busy_backlog = 0
        self._acknowledged: list[int] = []
        self._leaving: frozenset[int] = frozenset()  # acknowledged, and on the way out of the disk
        self._wake = asyncio.Event()
        self._pause_until = 0.0
        self._behind = buffer.figures().batches > 0
        self._trouble = ""
        self._since = clock.now()
        self._lanes: dict[str, int] = {}
        self._figures = buffer.figures()
        self.sent_samples = 0
        self.disk_trouble = ""

    def take(self, entries: list[Entry], priority: int = 1) -> None:
        """Entries to be sent; never blocks. They are on disk at the next flush."""
        self._pending.setdefault(priority, []).extend(entries)
        self._waiting += sum(len(entry.values) for entry in entries)
        if self._waiting > PENDING_READINGS:
            lowest = self._pending[min(p for p, waiting in self._pending.items() if waiting)]
            half = (len(lowest) + 1) // 2
            lost = sum(len(entry.values) for entry in lowest[:half])
            log.error("the disk is too slow: %d readings are dropped", lost)
            del lowest[:half]
            self._waiting -= lost
            self._buffer.give_up(lost)

    @property
    def trouble(self) -> str:
        """Why nothing can be sent, in words; empty when all is well."""
        return self._trouble

    def figures(self) -> Figures:
        """What waits on disk."""
        return self._figures

    def nudge(self) -> None:
        """The platform may be back: try now."""
        self._pause_until = 0.0
        self._wake.set()

    async def run(self) -> None:
        """Until cancelled; then what is pending is written to disk."""
        sending = asyncio.get_running_loop().create_task(self._send())
        try:
            while True:
                await asyncio.sleep(self._flush_s)
                await self._flush()
                if sending.done():
                    sending.result()
        finally:
            await end(sending)
            await end(*self._busy.values())
            await self._flush()
            self._thread.shutdown()

    async def _flush(self) -> None:
        pending, self._pending = self._pending, {}
        waiting, self._waiting = self._waiting, 0
        acknowledged, self._acknowledged = self._acknowledged, []
        self._leaving = frozenset(acknowledged)
        if not pending and not acknowledged:
            return
        batches = [b for priority, entries in sorted(pending.items(), reverse=True) for b in self._batches(entries, priority)]
        try:
            stored = await self._on_disk(self._buffer.exchange, batches, acknowledged)
        except sqlite3.Error as err:
            self._say_disk(str(err))
            for priority, entries in pending.items():
                self._pending[priority] = entries + self._pending.get(priority, [])
            self._waiting += waiting
            self._acknowledged += acknowledged
            with contextlib.suppress(sqlite3.Error):  # what has been acknowledged makes room
                await self._on_disk(self._buffer.exchange, (), acknowledged)
            return
        self._say_disk("")
        self._figures = self._buffer.figures()
        self._live.extend(stored)
        if len(self._live) > LIVE_BATCHES or self._trouble:
            self._live.clear()
            self._rewind()
        self._wake.set()

    def _batches(self, entries: list[Entry], priority: int) -> list[Batch]:
        lanes: dict[int, list[tuple[int, list[Entry]]]] = {}
        known = self._lanes
        for entry in entries:
            device = entry.device
            number = known.get(device)
            if number is None:
                number = known[device] = lane(device)
            of_lane = lanes.setdefault(number, [(0, [])])
            count, part = of_lane[-1]
            if count >= BATCH_READINGS:
                count, part = 0, []
                of_lane.append((0, part))
            part.append(entry)
            of_lane[-1] = count + len(entry.values), part
        now = clock.now_ms()
        parts = [(number, count, part) for number, of_lane in sorted(lanes.items()) for count, part in of_lane]
        return [Batch(number, encode_batch(part), count, now, priority) for number, count, part in parts]

    async def _send(self) -> None:
        """Fill the window: live before backlog."""
        loop = asyncio.get_running_loop()
        while True:
            self._wake.clear()
            wait = self._pause_until - loop.time()
            while wait <= 0 and len(self._busy) < IN_FLIGHT:
                chosen, is_live = await self._next()
                if chosen is None:
                    break
                self._busy[chosen.id] = loop.create_task(self._send_one(chosen, is_live))
            with contextlib.suppress(TimeoutError):
                async with asyncio.timeout(wait if wait > 0 else PAUSE_S):
                    await self._wake.wait()

    async def _next(self) -> tuple[Stored | None, bool]:
        if self._live:
            return self._live.popleft(), True
        if not self._behind or self._busy_backlog >= IN_FLIGHT_BACKLOG:
            return None, False
        while self._behind and not self._backlog and not self._live:
            page = await self._on_disk(self._buffer.after, self._reached, 64)
            self._behind = bool(page)
            if page:
                self._reached = page[-1].id
            skip = {*self._busy, *(s.id for s in self._live), *self._acknowledged, *self._leaving}
            self._backlog.extend(s for s in page if s.id not in skip)
        if self._live or not self._backlog:
            return (self._live.popleft(), True) if self._live else (None, False)
        self._busy_backlog += 1
        return self._backlog.popleft(), False

    async def _send_one(self, batch: Stored, is_live: bool) -> None:
        try:
            await self._publish(batch.lane, batch.body, batch.message_id)
        except (TooLarge, ConfigInvalid) as err:
            log.error("a batch of %d samples is given up: %s", batch.samples, err.message)
            self._buffer.give_up(batch.samples)
            self._acknowledged.append(batch.id)
        except KaogongError as err:
            self._say(err.message)
            self._pause_until = asyncio.get_running_loop().time() + (err.retry_after_s or PAUSE_S)
            self._live.clear()
            self._rewind()
        else:
            self._acknowledged.append(batch.id)
            self.sent_samples += batch.samples
            self._say("")
        finally:
            self._busy.pop(batch.id, None)
            self._busy_backlog -= not is_live
            self._wake.set()

    def _rewind(self) -> None:
        """Whatever is on disk and not acknowledged is to be sent, from the oldest on."""
        self._backlog.clear()
        self._reached, self._behind = 0, True

    def _say(self, trouble: str) -> None:
        if bool(trouble) != bool(self._trouble):
            self._changed()
            before, self._since = self._since, clock.now()
            if trouble:
                log.warning("platform: lost, %s Readings are kept on disk.", trouble)
            else:
                away = (self._since - before).total_seconds()
                log.info("platform: back after %.0f s, %d samples buffered", away, self._figures.samples)
        self._trouble = trouble

    def _say_disk(self, trouble: str) -> None:
        if bool(trouble) != bool(self.disk_trouble):
            self._changed()
            level = logging.ERROR if trouble else logging.INFO
            log.log(level, "buffer: %s", f"cannot be written: {trouble}" if trouble else "can be written again")
        self.disk_trouble = trouble

    async def _on_disk(self, work: Callable[..., "list[Stored]"], *args: object) -> "list[Stored]":
        return await asyncio.get_running_loop().run_in_executor(self._thread, work, *args)
