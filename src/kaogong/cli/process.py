"""What every process of the platform needs around its work: settings, log file, signals, the bus, and saying how it is."""

import asyncio
import contextlib
import logging
import os
import signal
import sys
import time
from collections.abc import Awaitable, Callable
from logging.handlers import RotatingFileHandler
from pathlib import Path
from types import TracebackType
from typing import TYPE_CHECKING, Any, Literal

import orjson

from kaogong.bus import PLATFORM, Bus, pinned
from kaogong.bus.subjects import GATE, STATUS
from kaogong.core import clock
from kaogong.core.errors import KaogongError, NotReady
from kaogong.settings import Settings

if TYPE_CHECKING:
    from kaogong.bus import Downlink

log = logging.getLogger("kaogong.process")

State = Literal["starting", "ready", "degraded"]
STATUS_EVERY_S = 1.0
CANCEL_AGAIN_S = 2.5
HOLD = "hold"  # while `up` prepares what all processes need, they load what they need themselves and wait
HOLD_LOOK_S = 0.02
ASKED, PREPARED, DEMO = "prepare", "prepared", "demo"  # files of `run/` by which `up` and the gate agree on the first start
LOOK_FOR_GATE_S = 0.2
SETTLING_S = 30.0
QUIET = ("asyncua", "pymodbus", "mqtt", "alembic", "urllib3", "httpx2", "httpcore2")


class Status:
    """How this process is, published on `status.{name}` once a second; `ready` also leaves a file for the supervisor."""

    def __init__(self, home: Path, name: str) -> None:
        self._file = home / "run" / f"{name}.ready"
        self._file.unlink(missing_ok=True)
        self.name, self.state, self.reason, self.since = name, "starting", "", clock.now()
        self._was_ready = self._early = False
        self.begin()
        self.figures: dict[str, Any] = {}

    def begin(self) -> None:
        """The work begins now, and with it the time that starting may take."""
        self._until = time.monotonic() + SETTLING_S

    def set(self, state: State, reason: str = "", **figures: Any) -> None:
        """Say a state, a reason in words when it is not `ready`, and figures; logs a change of state once.

        What is not there yet while everything starts is no trouble: until it was ready once, `degraded` counts as starting for half a minute.
        """
        self._was_ready = self._was_ready or state == "ready"
        self._early = state == "degraded" and not self._was_ready and time.monotonic() < self._until
        if self._early:
            state = "starting"
        if (state, reason) != (self.state, self.reason):
            level = logging.WARNING if state == "degraded" else logging.INFO
            log.log(level, "%s%s", state, f": {reason}" if reason else "")
            self.since = clock.now()
        self.state, self.reason, self.figures = state, reason, figures or self.figures
        if state == "starting":
            self._file.unlink(missing_ok=True)
        elif not self._file.exists():
            self._file.write_text(str(os.getpid()), encoding="ascii")

    def as_json(self) -> bytes:
        """What is published; trouble that outlasts the start becomes trouble here."""
        if self._early:
            self.set("degraded", self.reason, **self.figures)
        return orjson.dumps(
            {
                "process": self.name,
                "pid": os.getpid(),
                "since": self.since,
                "state": self.state,
                "reason": self.reason,
                "figures": self.figures,
            }
        )


class ProcessContext:
    """One running process. `bus` is connected when the work begins, unless `run(..., bus=False)`."""

    def __init__(self, home: Path, name: str, settings: Settings) -> None:
        self.home, self.name, self.settings = home, name, settings
        self.status = Status(home, name)
        self.bus: Bus
        self._bus_words = ""

    def secret(self, name: str) -> str:
        """A file of `secrets/` in the home folder."""
        return read_secret(self.home, name)

    async def connect_bus(
        self,
        *,
        user: str = PLATFORM,
        secret: str = "nats_platform",  # noqa: S107
        within_s: float | None = None,
    ) -> Bus:
        """Another connection; by default the platform's own user, and waiting as long as it takes."""
        return await connect_bus(self.home, self.settings, self.name, user=user, secret=secret, on_state=self._bus_state, within_s=within_s)

    async def connect_downlink(self) -> "Downlink":
        """The platform's MQTT connection, for what must reach devices at QoS 1."""
        from kaogong.bus import Downlink  # noqa: PLC0415  # an edge node never publishes downwards

        return await Downlink.connect(
            self.settings.mqtt.near,
            password=self.secret("nats_platform"),
            identifier=f"$kaogong:{self.name}",
            certificate=self.settings.mqtt.tls_certificate,
            may_connect=self._gate_answers,
            is_host=True,
        )

    async def _gate_answers(self) -> None:
        while True:
            try:
                await self.bus.request(GATE, b"", timeout_s=1)
            except NotReady:
                await asyncio.sleep(LOOK_FOR_GATE_S)
            else:
                return

    def _bus_state(self, connected: bool, words: str) -> None:
        if words != self._bus_words:
            log.info("bus: %s", words)
        self._bus_words = words

    def run(
        self, main: "Callable[[ProcessContext], Awaitable[None]]", *, bus: bool = True, first: Callable[[], None] | None = None
    ) -> None:
        """Run `main` until it returns or SIGTERM cancels it; exits 1 with one line for an error we name, a trace for a fault.

        `first` is done, in a thread, before there is a bus and while other processes still wait for the start.
        """
        try:
            with _runner() as runner:
                runner.run(self._supervise(main, bus, first))
        except KaogongError as err:
            log.error("stopped: %s", err.message)
            print(f"kaogong: {err.message}", file=sys.stderr)
            sys.exit(1)
        finally:
            (self.home / "run" / f"{self.name}.ready").unlink(missing_ok=True)

    async def _supervise(self, main: "Callable[[ProcessContext], Awaitable[None]]", bus: bool, first: Callable[[], None] | None) -> None:
        work = asyncio.get_running_loop().create_task(self._work(main, bus, first))
        asked = asyncio.Event()
        for number in (signal.SIGTERM, signal.SIGINT):
            asyncio.get_running_loop().add_signal_handler(number, asked.set)
        asking = asyncio.get_running_loop().create_task(asked.wait())
        await asyncio.wait([work, asking], return_when=asyncio.FIRST_COMPLETED)
        asking.cancel()
        while not work.done():
            # Again, should it be swallowed: Python 3.11's wait_for does that, and the bus's client uses it.
            work.cancel()
            await asyncio.wait([work], timeout=CANCEL_AGAIN_S)
        with contextlib.suppress(asyncio.CancelledError):
            await work
        log.info("stopped")

    async def _work(self, main: "Callable[[ProcessContext], Awaitable[None]]", bus: bool, first: Callable[[], None] | None) -> None:
        log.info("starting, pid %d", os.getpid())
        if first is not None:
            await asyncio.to_thread(first)
        while any((self.home / "run" / name).exists() for name in (HOLD, f"{HOLD}.{self.name}")):  # noqa: ASYNC110
            await asyncio.sleep(HOLD_LOOK_S)
        self.status.begin()
        if not bus:
            await main(self)
            return
        self.bus = await self.connect_bus()
        telling = asyncio.get_running_loop().create_task(self._tell())
        try:
            await main(self)
        finally:
            telling.cancel()
            await asyncio.gather(telling, return_exceptions=True)
            await self.bus.close()

    async def _tell(self) -> None:
        while True:
            with contextlib.suppress(KaogongError):
                await self.bus.publish(f"{STATUS}.{self.name}", self.status.as_json())
            await asyncio.sleep(STATUS_EVERY_S)


def open_process(home: Path, name: str) -> ProcessContext:
    """Read the settings, open `log/NAME.log`; raises ConfigInvalid naming file, line, field and what to write instead."""
    settings = Settings.load(home)
    (home / "run").mkdir(parents=True, exist_ok=True)
    open_log(home, name, settings)
    sys.excepthook = _log_fault
    return ProcessContext(home, name, settings)


def open_log(home: Path, name: str, settings: Settings, *, terminal: bool = True) -> None:
    """Send every logger to `log/NAME.log`, rotated, and to a terminal if there is one."""
    (home / "log").mkdir(parents=True, exist_ok=True)
    file = RotatingFileHandler(
        home / "log" / f"{name}.log", maxBytes=settings.log.max_mb * 1024 * 1024, backupCount=settings.log.keep, encoding="utf-8"
    )
    handlers: list[logging.Handler] = [file]
    if terminal and sys.stderr.isatty():
        handlers.append(logging.StreamHandler())
    line = logging.Formatter("%(asctime)s.%(msecs)03dZ %(levelname)s %(name)s: %(message)s", "%Y-%m-%dT%H:%M:%S")
    line.converter = time.gmtime
    for handler in handlers:
        handler.setFormatter(line)
    logging.basicConfig(level=settings.log.level, handlers=handlers, force=True)
    if settings.log.level != "DEBUG":
        for library in QUIET:
            logging.getLogger(library).setLevel(logging.ERROR)
        # nats-py logs what it also hands to our callbacks, with a trace.
        logging.getLogger("nats").setLevel(logging.CRITICAL)


def _log_fault(kind: type[BaseException], fault: BaseException, trace: TracebackType | None) -> None:
    log.critical("ended by a fault of ours", exc_info=(kind, fault, trace))
    sys.__excepthook__(kind, fault, trace)


def read_secret(home: Path, name: str) -> str:
    """The text of `secrets/NAME`."""
    return (home / "secrets" / name).read_text(encoding="utf-8").strip()


async def connect_bus(
    home: Path,
    settings: Settings,
    name: str,
    *,
    user: str = PLATFORM,
    secret: str = "nats_platform",  # noqa: S107
    on_state: Callable[[bool, str], None] | None = None,
    within_s: float | None = None,
) -> Bus:
    """Connect to the bus of this home; an external cluster's URL may carry its own user and password."""
    url = settings.nats.url or settings.own_bus_url
    certificate = settings.mqtt.tls_certificate if url == settings.own_bus_url else None
    if "@" in url and user == PLATFORM:
        return await Bus.connect(url, name=name, on_state=on_state, within_s=within_s)
    password = read_secret(home, secret)
    tls = pinned(certificate) if certificate is not None else None
    return await Bus.connect(url, user=user, password=password, name=name, on_state=on_state, tls=tls, within_s=within_s)


def _runner() -> "asyncio.Runner":
    try:
        import uvloop  # noqa: PLC0415  # not on every gateway
    except ImportError:
        return asyncio.Runner()
    return asyncio.Runner(loop_factory=uvloop.new_event_loop)


__all__ = ["ProcessContext", "State", "Status", "connect_bus", "open_log", "open_process", "read_secret"]
