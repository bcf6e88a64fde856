"""One connection at work: observes itself, lets `decide` decide, and acts; the only place where a driver is called."""

import asyncio
import contextlib
import logging
import math
from collections import deque
from collections.abc import Callable, Iterator, Sequence
from datetime import datetime, timedelta
from itertools import islice
from pathlib import Path
from typing import Any

from kaogong.core import clock
from kaogong.core.errors import Conflict, KaogongError, Missing, NotReady
from kaogong.core.reading import Sample, Value
from kaogong.edge.book import GroupBook, Trouble
from kaogong.edge.configuration import ConnectionPlan
from kaogong.edge.decide import Check, Close, Decision, Failure, Observed, Open, Phase, Read, Subscribe, Wait, Write, decide
from kaogong.edge.drivers.base import Group, Point
from kaogong.edge.ending import end
from kaogong.edge.load import Meter
from kaogong.formats import Entry
from kaogong.formats.report import BadPoint, ConnectionReport

log = logging.getLogger("kaogong.edge")

NAMED_POINTS = 100
LOOK_EVERY_S = 0.5
PATIENCE_S = 30.0
LOOK_AGAIN_S = 1.0  # ages grow without anything happening

Sink = Callable[[list[Entry], int], None]


class Connection:
    """Owns one driver, its timers and what is known of its points. `sink` takes what is to be sent; it never blocks."""

    def __init__(self, plan: ConnectionPlan, folder: Path, sink: Sink, changed: Callable[[], None]) -> None:
        self.plan, self._sink, self._changed = plan, sink, changed
        self._driver = plan.kind(plan.config, clock.now, folder)
        watched = frozenset[str]().union(*(d.points for d in plan.derived))
        self._books = {g.name: GroupBook(g, plan.targets, self._driver.pushes, watched) for g in plan.groups}
        self._plans = {g.name: g for g in plan.groups}
        self._due: dict[str, float] = {}
        self._is_open = False
        self._check_due: float | None = None
        self._failure: Failure | None = None
        self._trouble: Failure | None = None
        self._failures, self._failed_at = 0, 0.0
        self._subscription: asyncio.Task[None] | None = None
        self._writes: deque[tuple[Point[Any], Value, asyncio.Future[Value]]] = deque()
        self._alone: dict[str, tuple[Point[Any]]] = {}  # a driver keeps its plans by the identity of what it is given
        self._wake = asyncio.Event()
        self._shown: Decision | None = None
        self._since = clock.now()
        self._next_try: datetime | None = None
        self._samples = 0
        self._read_s: float | None = None
        self._counted_at, self._counted = 0.0, 0
        self._meter, self._metered = Meter(), 0.0
        self._sent = 0
        self._begun, self._is_patient = self._time(), True
        self._looked_at, self._seen_health = -LOOK_EVERY_S, (0, 0, 0, "")

    async def run(self) -> None:
        """Until cancelled; then the driver is closed."""
        await self._meter.run(self._run())

    async def _run(self) -> None:
        try:
            while True:
                decision = decide(self._observe())
                self._show(decision)
                await self._act(decision)
        finally:
            await self._close()

    async def write(self, point: Point[Any], value: Value) -> Value:
        """Write and read back; what the point then reads. The connection's own loop does it, between two readings."""
        if not self._is_open:
            shown = self._shown.reason.words if self._shown is not None else ""
            raise NotReady(f"{self._driver.peer} is not connected. {shown}", code="not_connected", peer=self._driver.peer)
        done: asyncio.Future[Value] = asyncio.get_running_loop().create_future()
        self._writes.append((point, value, done))
        self._wake.set()
        return await done

    @property
    def samples(self) -> int:
        """How many have come since the start."""
        return self._samples

    def report(self, at: float) -> ConnectionReport:
        """How it is, for people and for the platform."""
        self._looked_at = -LOOK_EVERY_S
        seen, now = self._observe(), clock.now()
        shown = decide(seen)
        self._show(shown)  # what has just arrived counts, even if the loop has not looked yet
        oldest = min((o for o in (b.oldest() for b in self._books.values()) if o is not None), default=None)
        elapsed = at - self._counted_at
        is_second = self._counted_at and elapsed > 0
        rate = (self._samples - self._counted) / elapsed if is_second else 0.0
        share = (self._meter.seconds - self._metered) / elapsed if is_second else 0.0
        self._counted_at, self._counted, self._metered = at, self._samples, self._meter.seconds
        named = islice(self._troubles(at, now), NAMED_POINTS)
        return ConnectionReport(
            name=self.plan.name,
            driver=self.plan.driver,
            peer=self._driver.peer,
            state=shown.phase.value,
            reason=shown.reason.words,
            code=shown.reason.code,
            details=dict(shown.reason.details),
            since=self._since,
            next_try=self._next_try,
            devices=tuple(sorted({t.device for t in self.plan.targets.values()})),
            points=seen.points,
            good=seen.good,
            bad=seen.bad,
            stale=seen.stale,
            oldest_age_s=None if oldest is None else round(at - oldest, 3),
            bad_points=tuple(_bad_point(t) for t in named),
            samples_per_s=round(rate, 2),
            read_ms=None if self._read_s is None else round(self._read_s * 1000, 2),
            samples=self._samples,
            sent=self._sent,
            needs_per_s=round(self.plan.needs_per_s, 2),
            cpu_share=round(share, 4),
        )

    def _observe(self) -> Observed:
        at = self._time()
        task = self._subscription
        if task is not None and task.done():
            self._subscription = None
            self._take_end(task)
        good, bad, stale, example = self._health(at)
        return Observed(
            at=at,
            is_open=self._is_open,
            is_enabled=self.plan.enabled,
            failure=self._failure,
            trouble=self._trouble,
            failures=self._failures,
            failed_at=self._failed_at,
            pushes=self._driver.pushes,
            is_subscribed=self._subscription is not None,
            check_due=self._check_due,
            due=tuple(self._due.items()),
            points=len(self.plan.targets),
            good=good,
            bad=bad,
            stale=stale,
            example=example,
            writes=len(self._writes),
        )

    def _health(self, at: float) -> tuple[int, int, int, str]:
        """Points good, bad, stale, and one of the latter by name; looked at now and then, as ages grow slowly."""
        if at - self._looked_at >= LOOK_EVERY_S:
            counts = [b.counts(at) for b in self._books.values()]
            good, bad, stale = (sum(c[i] for c in counts) for i in range(3))
            example = next((f"{t.point}: {t.reason}" for t in self._troubles(at, clock.now())), "") if bad or stale else ""
            self._looked_at, self._seen_health = at, (good, bad, stale, example)
        return self._seen_health

    async def _act(self, decision: Decision) -> None:
        try:
            match decision.action:
                case Open():
                    await self._open()
                case Close():
                    await self._close()
                case Subscribe():
                    self._subscribe()
                case Check():
                    await self._check()
                case Write():
                    await self._write()
                case Read(group=name):
                    await self._read(name)
                case Wait(until=until):
                    await self._wait(until)
        except KaogongError as err:
            self._fail(Failure(err.code, err.stable_code, err.message, err.details))
        except Exception as err:  # noqa: BLE001  # a fault in one driver must not end the others
            self._fault(err)

    async def _open(self) -> None:
        self._failure = None
        async with self._at_most(3 * self.plan.config.timeout_s + 1):
            await self._driver.open()
        at = self._time()
        self._is_open = True
        for book in self._books.values():
            book.begin(at)
        if self._driver.pushes:
            self._check_due = at + self._driver.check_every_s
        else:
            self._due = dict.fromkeys(self._plans, at)

    async def _close(self) -> None:
        task, self._subscription = self._subscription, None
        self._is_open, self._check_due = False, None
        self._due.clear()
        while self._writes:
            _, _, done = self._writes.popleft()
            if not done.done():
                done.set_exception(NotReady(f"{self._driver.peer} closed the connection.", code="connection_lost", peer=self._driver.peer))
        if task is not None:
            await end(task)
        with contextlib.suppress(TimeoutError):
            async with asyncio.timeout(5):
                await self._driver.close()

    def _subscribe(self) -> None:
        groups = [Group(g.group.interval_s, g.points) for g in self._plans.values()]
        self._subscription = asyncio.get_running_loop().create_task(self._meter.run(self._driver.subscribe(groups, self._deliver)))
        self._subscription.add_done_callback(lambda _: self._wake.set())

    async def _check(self) -> None:
        async with self._at_most(3 * self.plan.config.timeout_s + 1):
            stands = await self._driver.check()
        at = self._time()
        self._check_due = at + self._driver.check_every_s
        if stands:
            self._overcome()
            now = clock.now()
            for book in self._books.values():
                self._send(book, book.confirm(at, now))

    async def _read(self, name: str) -> None:
        plan, begin = self._plans[name], self._time()
        # A slow device with many blocks may take long over it; only one that hangs is cut off.
        async with self._at_most(max(30.0, 10 * self.plan.config.timeout_s)):
            samples = await self._driver.read(plan.points)
        at = self._time()
        self._read_s = at - begin
        due = self._due[name] + plan.group.interval_s
        self._due[name] = due if due > at - plan.group.interval_s else at + plan.group.interval_s
        book = self._books[name]
        entries = book.take(samples, at, clock.now())
        self._took(samples)
        self._send(book, entries)

    async def _write(self) -> None:
        point, value, done = self._writes.popleft()
        try:
            async with self._at_most(3 * self.plan.config.timeout_s + 1):
                await self._driver.write(point, value)
                found = await self._read_back(point, value)
        except KaogongError as err:
            if not done.done():
                done.set_exception(err)
            if isinstance(err, NotReady) and err.stable_code != "write_refused":
                raise
        except BaseException:
            done.cancel()
            raise
        else:
            if not done.done():
                done.set_result(found)

    async def _read_back(self, point: Point[Any], value: Value) -> Value:
        alone = self._alone.setdefault(point.name, (point,))
        try:
            samples = list(await self._driver.read(alone))
        except Missing as err:
            if err.stable_code == "not_supported":
                return value  # the protocol only pushes; what the peer makes of it comes as a reading
            raise
        self._deliver(samples)
        found = samples[0]
        if not _agree(value, found.value, point.address.resolution):
            said = found.reason or f"it reads {found.value!r}"
            words = f"{point.name} was written {value!r} and the other side accepted it, but {said}."
            raise Conflict(words, code="write_not_taken", point=point.name, read=found.value)
        return found.value

    def _deliver(self, samples: Sequence[Sample]) -> None:
        at, now = self._time(), clock.now()
        self._took(samples)
        for book in self._books.values():
            self._send(book, book.take(samples, at, now))

    def _took(self, samples: Sequence[Sample]) -> None:
        if samples:
            self._overcome()
        self._samples += len(samples)

    def _overcome(self) -> None:
        """The other side has served us: what went wrong before is over, and what its points say is looked at anew."""
        if self._trouble is not None or self._samples == 0:
            self._trouble, self._failures = None, 0
            self._looked_at = -LOOK_EVERY_S
            self._wake.set()

    def _send(self, book: GroupBook, entries: list[Entry]) -> None:
        if book.latest:
            latest, book.latest = book.latest, {}
            found = (d.take(latest, book.latest_ms) for d in self.plan.derived if not d.points.isdisjoint(latest))
            entries = entries + [entry for entry in found if entry is not None]
        if entries:
            self._sent += sum(len(entry.values) for entry in entries)
            self._sink(entries, book.priority)

    async def _wait(self, until: float | None) -> None:
        limit = LOOK_AGAIN_S if until is None else min(LOOK_AGAIN_S, until - self._time())
        with contextlib.suppress(TimeoutError):
            async with asyncio.timeout(max(0.0, limit)):
                await self._wake.wait()
        self._wake.clear()

    def _at_most(self, limit_s: float) -> "contextlib.AbstractAsyncContextManager[object]":
        return _limit(limit_s, self._driver.peer)

    def _take_end(self, task: "asyncio.Task[None]") -> None:
        """A subscription has ended: by the failure it raised, or by a fault of the driver if it just returned."""
        err = None if task.cancelled() else task.exception()
        if isinstance(err, KaogongError):
            self._fail(Failure(err.code, err.stable_code, err.message, err.details))
        elif isinstance(err, Exception):
            self._fault(err)
        elif not task.cancelled():
            self._fail(
                Failure(NotReady.code, "subscription_lost", f"{self._driver.peer} ended the subscription.", {"peer": self._driver.peer})
            )

    def _fault(self, err: Exception) -> None:
        if self._trouble is None or self._trouble.code != "fault":
            log.error("%s: a fault of ours in the driver %s", self.plan.name, self.plan.driver, exc_info=err)
        self._fail(
            Failure(
                "fault", "fault", f"Our fault in the driver {self.plan.driver}: {type(err).__name__}: {err}.", {"driver": self.plan.driver}
            )
        )

    def _fail(self, failure: Failure) -> None:
        self._failure = self._trouble = failure
        self._failures += 1
        self._failed_at = self._time()

    def _show(self, decision: Decision) -> None:
        """Log once a change of state, and remember since when."""
        former, self._shown = self._shown, decision
        at = self._time()
        self._next_try = clock.now() + timedelta(seconds=max(0.0, decision.next_try - at)) if decision.next_try else None
        is_new = former is None or former.phase != decision.phase
        if is_new:
            before, self._since = self._since, clock.now()
            self._say(decision, None if former is None else former.phase, (self._since - before).total_seconds())
        elif self._is_patient and decision.phase is Phase.LOST and at - self._begun > PATIENCE_S:
            self._is_patient = False
            log.warning("%s: not there since the start. %s", self.plan.name, decision.reason.words)
        if is_new or former is None or former.reason.code != decision.reason.code:
            self._changed()

    def _say(self, decision: Decision, former: Phase | None, lasted_s: float) -> None:
        name, phase, words = self.plan.name, decision.phase, decision.reason.words
        if phase is Phase.RUNNING:
            self._is_patient = False
            if former not in (None, Phase.STARTING):
                log.info("%s: back after %.0f s. %s", name, lasted_s, words)
                return
        # Machines and nodes are switched on together: not to be there at once is no matter for a warning.
        is_quiet = phase in (Phase.STARTING, Phase.RUNNING, Phase.DISABLED) or (phase is Phase.LOST and self._is_patient)
        log.log(logging.INFO if is_quiet else logging.WARNING, "%s: %s. %s", name, phase.value, words)

    def _troubles(self, at: float, now: datetime) -> Iterator[Trouble]:
        return (t for b in self._books.values() for t in b.troubles(at, now))

    @staticmethod
    def _time() -> float:
        return asyncio.get_running_loop().time()


def _agree(written: Value, found: Value, resolution: float) -> bool:
    if isinstance(written, int | float) and isinstance(found, int | float):
        return math.isclose(written, found, rel_tol=1e-6, abs_tol=resolution)
    return written == found


@contextlib.asynccontextmanager
async def _limit(limit_s: float, peer: str):  # type: ignore[no-untyped-def]
    try:
        async with asyncio.timeout(limit_s):
            yield
    except TimeoutError as err:
        raise NotReady(f"{peer} did not answer within {limit_s:g} s.", code="timed_out", peer=peer, timeout_s=limit_s) from err


def _bad_point(trouble: Trouble) -> BadPoint:
    return BadPoint(
        point=trouble.point,
        device=trouble.target.device,
        property=trouble.target.property,
        state=trouble.state,
        reason=trouble.reason,
        since=trouble.since,
    )
