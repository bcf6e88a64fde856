"""Starts, watches, restarts and stops the processes of `kaogong up`."""

import asyncio
import contextlib
import logging
import os
import signal
from collections.abc import Awaitable, Callable, Coroutine, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path
from typing import Any, Protocol

import orjson

from kaogong.bus import NatsServer, die_with_parent
from kaogong.core import clock
from kaogong.core.errors import NotReady
from kaogong.supervisor.home import forget_pid, note_pid

log = logging.getLogger(__name__)

# The first restart is at once: a crash is no reason to lose a second. One that keeps dying is given time.
BACKOFF_S = (0.0, 0.5, 1.0, 2.0, 4.0, 8.0, 15.0, 30.0)
HEALTHY_S = 60.0
DEATHS_BEFORE_FIRST_READY = 3
LOOK_S = 0.02
# Whoever stops a whole service sends SIGTERM to all its processes at once, and a child may be gone before we have heard.
ASKED_TOO_S = 0.5
ASKED_BY = (signal.SIGTERM, signal.SIGINT, signal.SIGHUP)


class Program(Protocol):
    """What can be started as a child."""

    name: str

    async def start(self) -> asyncio.subprocess.Process:
        """Start it; return its process at once or as soon as it exists."""
        ...

    def is_ready(self, pid: int) -> bool:
        """Whether the process `pid` has said that it works."""
        ...

    def last_words(self) -> str:
        """What it said before it ended."""
        ...


class Command:
    """A command of `kaogong` as a child; it says that it is ready by writing its pid to `run/NAME.ready`."""

    def __init__(self, home: Path, name: str, argv: Sequence[str], environment: Mapping[str, str] | None = None) -> None:
        self.name, self._home, self._argv = name, home, argv
        self._environment = {**os.environ, **(environment or {})}
        self._output = home / "run" / f"{name}.out"

    async def start(self) -> asyncio.subprocess.Process:
        with self._output.open("wb") as out:
            return await asyncio.create_subprocess_exec(
                *self._argv,
                stdin=asyncio.subprocess.DEVNULL,
                stdout=out,
                stderr=out,
                env=self._environment,
                preexec_fn=die_with_parent(),
                start_new_session=True,  # Ctrl-C in a terminal reaches the supervisor alone, which then stops them in order
            )

    def is_ready(self, pid: int) -> bool:
        try:
            return (self._home / "run" / f"{self.name}.ready").read_text(encoding="ascii") == str(pid)
        except FileNotFoundError:
            return False

    def last_words(self) -> str:
        lines = self._output.read_text(encoding="utf-8", errors="replace").splitlines() if self._output.exists() else []
        return lines[-1].removeprefix("kaogong: ") if lines else ""


class Broker:
    """The NATS server as a child; started again on the ports it had."""

    name = "nats-server"

    def __init__(self, server: NatsServer) -> None:
        self.server = server

    async def start(self) -> asyncio.subprocess.Process:
        await self.server.start()
        self.server.keep_ports()
        assert self.server.process is not None
        return self.server.process

    def is_ready(self, pid: int) -> bool:
        return True

    def last_words(self) -> str:
        return self.server.last_words()


@dataclass
class Child:
    """One child and what became of it."""

    program: Program
    state: str = "waiting"
    since: datetime = field(default_factory=clock.now)
    process: asyncio.subprocess.Process | None = None
    reason: str = ""
    restarts: int = 0
    deaths: int = 0
    ready: asyncio.Event = field(default_factory=asyncio.Event)

    @property
    def name(self) -> str:
        return self.program.name

    def as_dict(self) -> dict[str, Any]:
        """For the screen: what it does, since when, and why it was started again."""
        pid = self.process.pid if self.process is not None and self.process.returncode is None else None
        return {"state": self.state, "pid": pid, "since": self.since, "restarts": self.restarts, "reason": self.reason}


class Supervisor:
    """Keeps its children alive until `stop`. `say` receives each change in words."""

    def __init__(self, home: Path, say: Callable[[str], None]) -> None:
        self._home, self._say = home, say
        self.children: dict[str, Child] = {}
        self._keepers: dict[str, asyncio.Task[None]] = {}
        self._stopping = asyncio.Event()
        self.failed: asyncio.Future[str] = asyncio.get_running_loop().create_future()

    def start(self, program: Program, after: Awaitable[Any] | None = None) -> Child:
        """Start `program` when `after` is done and keep it running."""
        child = self.children[program.name] = Child(program)
        self._keepers[program.name] = asyncio.get_running_loop().create_task(self._keep(child, after))
        return child

    async def _keep(self, child: Child, after: Awaitable[Any] | None) -> None:
        if after is not None:
            await after
        while not self._stopping.is_set():
            began = asyncio.get_running_loop().time()
            ended = await self._live(child)
            if await self._is_stopping(child):
                return
            if asyncio.get_running_loop().time() - began > HEALTHY_S:
                child.deaths = 0
            wait = BACKOFF_S[min(child.deaths, len(BACKOFF_S) - 1)]
            child.deaths += 1
            child.restarts += 1
            again = f"starting it again in {wait:g} s" if wait else "starting it again"
            self._change(child, "restarting", f"{ended}; {again}")
            if not child.ready.is_set() and child.deaths >= DEATHS_BEFORE_FIRST_READY and not self.failed.done():
                self.failed.set_result(f"{child.name} does not start: {ended}")
            await asyncio.sleep(wait)

    async def _is_stopping(self, child: Child) -> bool:
        code = child.process.returncode if child.process is not None else None
        if code is not None and (code >= 0 or -code in ASKED_BY):
            with contextlib.suppress(TimeoutError):
                async with asyncio.timeout(ASKED_TOO_S):
                    await self._stopping.wait()
        return self._stopping.is_set()

    async def _live(self, child: Child) -> str:
        began = asyncio.get_running_loop().time()
        self._change(child, "starting", child.reason)
        try:
            child.process = await child.program.start()
        except (NotReady, OSError) as err:
            return str(err)
        note_pid(self._home, child.name, child.process.pid)
        ended = asyncio.get_running_loop().create_task(child.process.wait())
        try:
            while not ended.done() and not child.program.is_ready(child.process.pid):
                await asyncio.wait([ended], timeout=LOOK_S)
            if not ended.done():
                took = asyncio.get_running_loop().time() - began
                self._change(child, "ready", child.reason if child.restarts else "")
                self._say(f"{child.name} ready after {took:.1f} s" if not child.restarts else f"{child.name} is back after {took:.1f} s")
                child.ready.set()
            await ended
        finally:
            ended.cancel()
        forget_pid(self._home, child.name)
        return _ending(child)

    def _change(self, child: Child, state: str, reason: str) -> None:
        if state == "restarting":
            log.warning("%s %s", child.name, reason)
            self._say(f"{child.name} {reason}")
        child.state, child.reason, child.since = state, reason, clock.now()
        self._note()

    def _note(self) -> None:
        part = self._home / "run" / "supervisor.part"
        with contextlib.suppress(OSError):  # a full disk must not end the supervisor
            part.write_bytes(orjson.dumps(self.as_dict()))
            part.replace(part.with_name("supervisor.json"))

    def as_dict(self) -> dict[str, Any]:
        """Every child by name."""
        return {name: child.as_dict() for name, child in self.children.items()}

    async def all_ready(self) -> None:
        """Return when every child started so far has been ready once; NotReady when one does not start."""
        for child in list(self.children.values()):
            await self.unless_failed(child.ready.wait())

    async def unless_failed(self, wanted: Coroutine[Any, Any, Any]) -> None:
        """Wait for `wanted`; NotReady as soon as a child does not start."""
        waiting = asyncio.get_running_loop().create_task(wanted)
        await asyncio.wait([waiting, self.failed], return_when=asyncio.FIRST_COMPLETED)
        waiting.cancel()
        if self.failed.done():
            raise NotReady(self.failed.result(), code="start_failed")

    def let_go(self) -> None:
        """From now on a child that ends is not started again. `stop` follows."""
        self._stopping.set()

    async def stop(self, order: Sequence[tuple[Sequence[str], float]]) -> None:
        """End the children in groups: SIGTERM to a group; SIGKILL to what is left when its seconds, counted from now, are over."""
        self.let_go()
        began = asyncio.get_running_loop().time()
        for names, until_s in order:
            deadline = began + until_s
            await asyncio.gather(*(self._end(self.children[n], deadline) for n in names if n in self.children))
        for keeper in self._keepers.values():
            keeper.cancel()
        await asyncio.gather(*self._keepers.values(), return_exceptions=True)

    async def _end(self, child: Child, deadline: float) -> None:
        process = child.process
        if process is None or process.returncode is not None:
            return
        with contextlib.suppress(ProcessLookupError):
            process.send_signal(signal.SIGTERM)
        try:
            async with asyncio.timeout_at(deadline):
                await process.wait()
        except TimeoutError:
            log.warning("%s does not stop in time: killed", child.name)
            with contextlib.suppress(ProcessLookupError):
                process.kill()
            await process.wait()
        forget_pid(self._home, child.name)
        child.state = "stopped"


def _ending(child: Child) -> str:
    assert child.process is not None and child.process.returncode is not None
    code = child.process.returncode
    if code < 0:
        return f"was ended by {signal.Signals(-code).name}"
    words = child.program.last_words()
    return f"ended with code {code}" + (f" ({words})" if words else "")
