"""An edge node as a whole: its configuration, its connections, its way up, and what it says about itself."""

import asyncio
import contextlib
import logging
import resource
from collections.abc import Callable
from pathlib import Path

from kaogong import __version__
from kaogong.bus import Bus, Message
from kaogong.bus.subjects import down, up
from kaogong.core import clock
from kaogong.core.errors import AuthRejected, ConfigInvalid, KaogongError, Missing, NotReady
from kaogong.edge.buffer import DEFAULT_LIMIT, Buffer
from kaogong.edge.collector import Collector
from kaogong.edge.configuration import ConnectionPlan, plan, read_document
from kaogong.edge.ending import end
from kaogong.edge.orders import answered
from kaogong.edge.source import Credential, Document, Source, Trust
from kaogong.edge.uplink import Uplink
from kaogong.formats.report import BufferReport, ConfigurationReport, NodeReport

log = logging.getLogger("kaogong.edge")

ASK_EVERY_S = 30.0
ASK_AGAIN_S = 3.0
REPORT_EVERY_S = 10.0
REPORT_AT_MOST_EVERY_S = 0.5
REPORTING_SHARE = 20  # a report is followed by a pause of so many times what it took

TRIAL_S = 60.0  # a changed connection that was well has this long to be well again
WELL = ("running", "degraded")
SYSTEM = Trust()

OnReport = Callable[[NodeReport], None]


class Node:
    """Runs until cancelled. Works from the last good configuration and the buffer while the platform is away."""

    def __init__(
        self,
        credential: Credential,
        folder: Path,
        *,
        trust: Trust = SYSTEM,
        buffer_limit: int = DEFAULT_LIMIT,
        on_report: OnReport = lambda report: None,
        trial_s: float = TRIAL_S,
    ) -> None:
        self._credential, self._trust, self._on_report, self._trial_s = credential, trust, on_report, trial_s
        folder.mkdir(parents=True, exist_ok=True, mode=0o700)
        self._source = Source(credential, folder, trust.http)
        self._buffer = Buffer(folder / "buffer.db", buffer_limit)
        self._uplink = Uplink(self._buffer, self._publish, self._changed)
        self._collector = Collector(folder / "connections", self._uplink.take, self._changed)
        self._bus: Bus | None = None
        self._bus_words = "not connected yet"
        self._asked, self._said = asyncio.Event(), asyncio.Event()
        self._started_at = clock.now()
        self._configuration = ConfigurationReport()
        self._orders: set[asyncio.Task[None]] = set()
        self._counted_at, self._counted = 0.0, 0
        self._resident_at_start = _resident_bytes()

    async def run(self) -> None:
        """The node's life."""
        try:
            async with asyncio.TaskGroup() as tasks:
                await self._begin()
                tasks.create_task(self._uplink.run())
                tasks.create_task(self._connect())
                tasks.create_task(self._follow_configuration())
                tasks.create_task(self._tell())
        finally:
            await end(*self._orders)
            await self._collector.close()
            await self._source.close()
            if self._bus is not None:
                await self._bus.close()
            self._buffer.close()

    async def _begin(self) -> None:
        fatal = self._source.on_trial()
        if fatal is not None:
            self._source.end_trial()
            words = "The node ended while it was trying this configuration: the former one runs again. Change it and write it once more."
            self._give_up(fatal, words)
        kept = self._source.kept()
        if kept is not None:
            await self._apply(kept)

    async def _connect(self) -> None:
        """The bus may be away for long: everything else works meanwhile."""
        credential = self._credential
        while self._bus is None:
            connecting = asyncio.get_running_loop().create_task(
                Bus.connect(
                    credential.nats,
                    user=credential.username,
                    password=credential.password,
                    name=f"edge {credential.node}",
                    on_state=self._heard,
                    tls=self._trust.nats,
                )
            )
            try:
                self._bus = await asyncio.shield(connecting)
            except KaogongError as err:
                self._heard(False, err.message)
                await asyncio.sleep(ASK_AGAIN_S)
            finally:
                await end(connecting)
        await self._bus.subscribe(down(credential.tenant, credential.node, "desired"), self._nudged)
        await self._bus.subscribe(down(credential.tenant, credential.node, "command.*"), self._ordered)
        self._uplink.nudge()
        self._said.set()

    async def _ordered(self, message: Message) -> None:
        """Several at a time: one slow machine does not hold up the orders for the others."""
        task = asyncio.get_running_loop().create_task(self._obey(message.data))
        self._orders.add(task)
        task.add_done_callback(self._orders.discard)

    async def _obey(self, body: bytes) -> None:
        told = await answered(body, self._collector.obey)
        if told is not None and self._bus is not None:
            subject = up(self._credential.tenant, self._credential.node, f"reply.{told[0]}")
            with contextlib.suppress(KaogongError):  # the platform shows a command without an answer as expired
                await self._bus.publish(subject, told[1])

    async def _nudged(self, _: Message) -> None:
        self._asked.set()

    def _heard(self, connected: bool, words: str) -> None:
        self._bus_words = "" if connected else words
        if connected:
            self._uplink.nudge()
            self._said.set()

    async def _publish(self, lane: int, body: bytes, message_id: str) -> None:
        if self._bus is None or not self._bus.connected:
            raise NotReady(f"{self._bus_words or 'the bus does not answer'}.", code="platform_not_ready", retry_after_s=1.0)
        subject = up(self._credential.tenant, self._credential.node, f"batch.{lane}")
        await self._bus.publish_stream(subject, body, message_id=message_id, timeout_s=10)

    async def _follow_configuration(self) -> None:
        while True:
            wait = ASK_EVERY_S
            self._collector.reconsider()
            self._asked.clear()
            try:
                document = await self._source.fetch(self._configuration.problem_etag or self._configuration.etag)
                if document is not None and document.etag != self._configuration.etag:
                    await self._try(document)
            except (NotReady, AuthRejected, Missing) as err:
                log.debug("configuration: %s", err.message)
                wait = ASK_AGAIN_S if isinstance(err, NotReady) else ASK_EVERY_S
            with contextlib.suppress(TimeoutError):
                async with asyncio.timeout(wait):
                    await self._asked.wait()

    async def _try(self, document: Document) -> None:
        """Apply, and keep it only when every connection it changes comes back; otherwise the former document runs again."""
        plans = self._planned(document)
        if plans is None:
            return
        former, before = self._source.kept(), self._collector.states()
        watched = {name for name in self._collector.changed_by(plans) if before.get(name) in WELL}
        self._source.begin_trial(document.etag)
        try:
            await self._apply(document)
            failed = await self._failed_of(watched)
        except asyncio.CancelledError:
            self._source.end_trial()  # stopped in an orderly way: the next start tries again
            raise
        if failed and former is not None:
            words = f"{failed} The former configuration runs again."
            log.error("the configuration %s is taken back: %s", document.etag, words)
            await self._apply(former)
            self._give_up(document.etag, words)
        else:
            self._source.keep(document)
        self._source.end_trial()

    async def _failed_of(self, watched: set[str]) -> str:
        """Which connection that was well has not come back in time, and why; empty when all have."""
        end_at = asyncio.get_running_loop().time() + self._trial_s
        while watched:
            told = {c.name: c for c in self._collector.report()}
            watched = {name for name in watched if told[name].state not in WELL}
            if watched and asyncio.get_running_loop().time() >= end_at:
                name = min(watched)
                return f"{name} did not come back within {self._trial_s:g} s: {told[name].reason}"
            await asyncio.sleep(min(0.5, self._trial_s / 4) if watched else 0)
        return ""

    def _planned(self, document: Document) -> tuple[ConnectionPlan, ...] | None:
        try:
            return plan(read_document(document.body))
        except ConfigInvalid as err:
            log.error("the configuration %s is not usable, the former one stays: %s", document.etag, err.message)
            self._give_up(document.etag, err.message, str(err.details.get("field") or ""))
            return None

    def _give_up(self, etag: str, words: str, field: str = "") -> None:
        """Report what is wrong with the newest configuration; it is not asked for again until there is another."""
        told = {"problem": words, "problem_field": field, "problem_etag": etag}
        self._configuration = self._configuration.model_copy(update=told)
        self._said.set()

    async def _apply(self, document: Document) -> None:
        """Make it what runs; what cannot work changes nothing and is reported with its field."""
        plans = self._planned(document)
        if plans is None:
            return
        await self._collector.apply(plans)
        told = {"etag": document.etag, "applied_at": clock.now()}
        if self._configuration.problem_etag == document.etag or self._configuration.etag not in (None, document.etag):
            told |= {"problem": None, "problem_field": None, "problem_etag": None}
        self._configuration = self._configuration.model_copy(update=told)
        log.info("configuration %s: %d connections, %d points", document.etag, len(plans), sum(len(p.targets) for p in plans))
        self._said.set()

    def _changed(self) -> None:
        self._said.set()

    async def _tell(self) -> None:
        """Report each change, and every ten seconds that nothing has changed."""
        credential = self._credential
        while True:
            self._said.clear()
            begin = asyncio.get_running_loop().time()
            report = self.report()
            self._on_report(report)
            if self._bus is not None and self._bus.connected:
                with contextlib.suppress(KaogongError):
                    await self._bus.publish(up(credential.tenant, credential.node, "reported"), report.model_dump_json().encode())
            # A thousand connections that begin change at every look: telling of it must not take the time to begin them.
            pause = min(max(REPORT_AT_MOST_EVERY_S, REPORTING_SHARE * (asyncio.get_running_loop().time() - begin)), REPORT_EVERY_S)
            await asyncio.sleep(pause)
            with contextlib.suppress(TimeoutError):
                async with asyncio.timeout(REPORT_EVERY_S - pause):
                    await self._said.wait()

    def report(self) -> NodeReport:
        """How the node is now."""
        now, at = clock.now(), asyncio.get_running_loop().time()
        waiting = self._uplink.figures()
        elapsed = at - self._counted_at
        rate = (self._uplink.sent_samples - self._counted) / elapsed if self._counted_at and elapsed > 0 else 0.0
        self._counted_at, self._counted = at, self._uplink.sent_samples
        state, reason = self._state()
        usage = resource.getrusage(resource.RUSAGE_SELF)
        cpu_s, resident = usage.ru_utime + usage.ru_stime, _resident_bytes()
        self._collector.load.update(cpu_s, self._collector.samples(), at)
        return NodeReport(
            node=self._credential.node,
            at=now,
            started_at=self._started_at,
            version=__version__,
            state=state,
            reason=reason,
            configuration=self._configuration,
            buffer=BufferReport(
                batches=waiting.batches,
                samples=waiting.samples,
                bytes=waiting.bytes,
                limit_bytes=waiting.limit,
                oldest=clock.at_ms(waiting.oldest) if waiting.oldest else None,
                dropped_samples=waiting.dropped,
                dropped_since=clock.at_ms(waiting.dropped_since) if waiting.dropped_since else None,
            ),
            connections=self._collector.report(max(0, resident - self._resident_at_start)),
            samples_per_s=round(rate, 1),
            rss_bytes=resident,
            cpu_seconds=round(cpu_s, 2),
            cpu_share=round(self._collector.load.busy, 3),
            capacity_per_s=round(self._collector.load.capacity),
        )

    def _state(self) -> tuple[str, str]:
        if self._uplink.disk_trouble:
            return "degraded", f"The buffer cannot be written: {self._uplink.disk_trouble}."
        if self._configuration.problem:
            return "degraded", f"The newest configuration is not usable: {self._configuration.problem}"
        if self._bus_words or self._uplink.trouble:
            return "degraded", f"The platform does not take readings: {self._uplink.trouble or self._bus_words}"
        if self._configuration.etag is None:
            return "starting", "Waiting for a configuration."
        return "ready", ""


def _resident_bytes() -> int:
    try:
        pages = int(Path("/proc/self/statm").read_text(encoding="ascii").split()[1])
    except (OSError, IndexError, ValueError):
        return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * 1024
    return pages * resource.getpagesize()
