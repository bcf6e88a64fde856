"""Start everything: the broker, every process of the platform, with --demo a simulated plant; watch it until stopped."""

import asyncio
import contextlib
import json
import logging
import os
import signal
import sys
import time
from pathlib import Path
from typing import Annotated, Any

import orjson
import typer

from kaogong.bus import Bus, Listener, NatsServer, ServerOptions, ensure_streams
from kaogong.bus.subjects import STATUS
from kaogong.cli.process import ASKED, DEMO, HOLD, HOLD_LOOK_S, PREPARED, connect_bus, open_log
from kaogong.core.clock import now
from kaogong.core.errors import ConfigInvalid, KaogongError, NotReady
from kaogong.settings import RESOLVED, Http, Mqtt, Settings
from kaogong.supervisor import (
    Ballast,
    Broker,
    Command,
    Secrets,
    Supervisor,
    clear_leftovers,
    ensure_secrets,
    free_port,
    is_loopback,
    locked,
    raise_file_limit,
)

app = typer.Typer()
log = logging.getLogger("kaogong.up")

PROCESSES = ("gate", "historian", "serve", "ingest", "edge")
# Who reads goes before who is read, so that nobody reports a loss; the seconds count from the beginning.
STOPPING = ((("edge",), 3.0), (("plant", "serve", "ingest", "gate"), 6.0), (("historian",), 8.5), (("nats-server",), 9.5))
LOOK_EVERY_S = 1.0
EXTERNAL_BUS_S = 10.0
MB = 1024 * 1024


@app.command()
def up(
    home: Annotated[Path, typer.Option(help="The home folder; made when there is none.")] = Path("kaogong-home"),
    host: Annotated[str | None, typer.Option(help="Address to listen on; anything but loopback needs certificates.")] = None,
    port: Annotated[int | None, typer.Option(help="Port of the console; 0: any free one.", min=0, max=65535)] = None,
    mqtt_port: Annotated[int | None, typer.Option(help="Port for MQTT devices; 0: any free one.", min=0, max=65535)] = None,
    demo: Annotated[bool, typer.Option("--demo", help="With a simulated plant that can be watched and broken.")] = False,
) -> None:
    """Start everything and watch it until stopped."""
    began = time.monotonic()
    home = home.absolute()
    with locked(home):
        cleared = clear_leftovers(home)
        settings = _settings(home, host, port, mqtt_port)
        open_log(home, "up", settings, terminal=False)
        if cleared:
            _say(f"cleared what was left running: {', '.join(cleared)}")
        secrets = ensure_secrets(home)
        own_broker = settings.nats.url is None
        settings = _resolve(settings)
        soft, hard = raise_file_limit()
        log.info("open files: %d, raised from %d", hard, soft)
        try:
            asyncio.run(_Up(home, settings, secrets, own_broker, demo, began).run())
        finally:
            for file in (home / RESOLVED, home / "ready.json"):
                file.unlink(missing_ok=True)


def _say(words: str) -> None:
    print(words, flush=True)
    log.info("%s", words)


def _settings(home: Path, host: str | None, port: int | None, mqtt_port: int | None) -> Settings:
    settings = Settings.load(home)
    settings.write_example()
    http: dict[str, Any] = {"host": host, "port": port}
    mqtt: dict[str, Any] = {"host": host, "port": mqtt_port}
    settings = settings.model_copy(
        update={
            "http": settings.http.model_copy(update={k: v for k, v in http.items() if v is not None}),
            "mqtt": settings.mqtt.model_copy(update={k: v for k, v in mqtt.items() if v is not None}),
        }
    )
    for name, section in (("http", settings.http), ("mqtt", settings.mqtt)):
        check_listener(name, section)
    return settings


def check_listener(name: str, section: Http | Mqtt) -> None:
    """Refuse what would let passwords travel in the clear, and certificates that are not there."""
    certificate, key = section.tls_certificate, section.tls_key
    if (certificate is None) != (key is None):
        missing = "tls_key" if key is None else "tls_certificate"
        raise ConfigInvalid(f"{name}.{missing} is missing: a certificate and its key are given together.", field=f"{name}.{missing}")
    for field, file in (("tls_certificate", certificate), ("tls_key", key)):
        if file is not None and not file.is_file():
            raise ConfigInvalid(f"{name}.{field}: there is no file {file}.", field=f"{name}.{field}")
    if certificate is None and not is_loopback(section.host):
        raise ConfigInvalid(
            f"{name}.host = {section.host!r} can be reached from other machines, and without a certificate passwords would travel in the clear: "
            f"give {name}.tls_certificate and {name}.tls_key in kaogong.toml, or listen on 127.0.0.1.",
            code="tls_required",
            field=f"{name}.host",
        )


def _resolve(settings: Settings) -> Settings:
    """Find free ports, say which were taken, and leave them for the other processes."""
    http, mqtt, nats = settings.http, settings.mqtt, settings.nats
    resolved: dict[str, dict[str, Any]] = {}
    http_port = _port("http", http.host, http.port, frozenset())
    resolved["http"] = {"host": http.host, "port": http_port}
    if nats.url is None:
        mqtt_port = _port("mqtt", mqtt.host, mqtt.port, frozenset({http_port}))
        nats_port = _port("nats", mqtt.host, 0 if mqtt.port == 0 else nats.port, frozenset({http_port, mqtt_port}))
        own = settings.model_copy(update={"nats": nats.model_copy(update={"port": nats_port})})
        resolved["mqtt"] = {"host": mqtt.host, "port": mqtt_port}
        resolved["nats"] = {"port": nats_port, "url": own.own_bus_url}
    file = settings.home / RESOLVED
    file.touch(mode=0o600)
    file.write_text(json.dumps(resolved), encoding="utf-8")
    return Settings.load(settings.home)


def _port(name: str, host: str, wanted: int, taken: frozenset[int]) -> int:
    found = free_port(host, wanted, taken)
    if found != wanted and wanted:
        _say(f"{name}.port {wanted} is taken: using {found}")
    return found


class _Up:
    """One run of the platform."""

    def __init__(self, home: Path, settings: Settings, secrets: Secrets, own_broker: bool, demo: bool, began: float) -> None:
        self._home, self._settings, self._secrets = home, settings, secrets
        self._own_broker, self._demo, self._began = own_broker, demo, began
        self._holds = [home / "run" / HOLD, home / "run" / f"{HOLD}.edge"]
        self._stop = asyncio.Event()
        self._bus: Bus | None = None

    async def run(self) -> None:
        self._supervisor = Supervisor(self._home, _say)
        for number in (signal.SIGTERM, signal.SIGINT, signal.SIGHUP):
            asyncio.get_running_loop().add_signal_handler(number, self._asked_to_stop)
        starting = asyncio.get_running_loop().create_task(self._start())
        watching = asyncio.get_running_loop().create_task(self._watch())
        stopped = asyncio.get_running_loop().create_task(self._stop.wait())
        try:
            await asyncio.wait([starting, stopped], return_when=asyncio.FIRST_COMPLETED)
            if starting.done():
                await starting
                await stopped
        finally:
            for task in (starting, stopped, watching):
                task.cancel()
            await asyncio.gather(starting, stopped, watching, return_exceptions=True)
            for file in (self._home / "ready.json", *self._holds):
                file.unlink(missing_ok=True)
            await asyncio.gather(self._supervisor.stop(STOPPING), self._leave_bus())
        _say("stopped")

    def _asked_to_stop(self) -> None:
        self._supervisor.let_go()
        self._stop.set()

    async def _leave_bus(self) -> None:
        if self._bus is not None:
            await self._bus.close()

    async def _start(self) -> None:
        for hold in self._holds:
            hold.touch()
        asked = self._home / "run" / ASKED
        asked.write_text(DEMO if self._demo else "", encoding="ascii")
        if self._own_broker:
            self._supervisor.start(Broker(NatsServer(self._server_options(), directory=self._home / "run")))
            await self._supervisor.all_ready()
        children = {name: self._supervisor.start(self._command(name)) for name in PROCESSES}
        self._bus = await self._connect()
        await ensure_streams(self._bus)
        await self._supervisor.unless_failed(self._prepared())
        everybody, edge = self._holds
        everybody.unlink()
        # The broker keeps a device that comes before there is a gate waiting for half a minute.
        letting_go = asyncio.get_running_loop().create_task(children["gate"].ready.wait())
        letting_go.add_done_callback(lambda _: edge.unlink(missing_ok=True))
        await self._supervisor.all_ready()
        self._write_ready()
        _say(f"everything is ready after {time.monotonic() - self._began:.1f} s")
        print(f"ready {self._settings.console_url}", flush=True)
        if self._demo:
            plant = self._supervisor.start(self._command("plant"))
            self._print_tour()
            await plant.ready.wait()
            _say("the plant reports: its values move now")
        else:
            password = self._home / "secrets" / "admin_password"
            print(f"Sign in as admin; the first password is in {password}", flush=True)

    def _server_options(self) -> ServerOptions:
        settings, secrets = self._settings, self._secrets
        tls = {"certificate": settings.mqtt.tls_certificate, "key": settings.mqtt.tls_key}
        return ServerOptions(
            store=self._home / "nats",
            platform_key=secrets.platform.public,
            sys_key=secrets.sys.public,
            issuer_key=secrets.issuer.public,
            nats=Listener(settings.mqtt.host, settings.nats.port, **tls),
            mqtt=Listener(settings.mqtt.host, settings.mqtt.port, **tls),
            max_file=settings.nats.max_file,
            log_file=self._home / "log" / "nats-server.log",
            log_bytes=settings.log.max_mb * MB,
            log_keep=settings.log.keep,
        )

    async def _connect(self) -> Bus:
        try:
            return await connect_bus(self._home, self._settings, "supervisor", within_s=EXTERNAL_BUS_S)
        except NotReady as err:
            where = _without_password(self._settings.nats.url or "")
            raise NotReady(f"{where}: {err.message} Check nats.url.", code=err.stable_code) from err

    async def _prepared(self) -> None:
        """The gate does it: what it loads for that would stay in the supervisor's memory for ever."""
        file = self._home / "run" / PREPARED
        while not file.exists():  # noqa: ASYNC110
            await asyncio.sleep(HOLD_LOOK_S)
        for line in file.read_text(encoding="utf-8").splitlines():
            _say(line)
        _say(f"registry ready after {time.monotonic() - self._began:.1f} s")

    def _command(self, name: str) -> Command:
        # Two arenas are enough for processes that are one event loop and a few threads; more only fragments memory.
        argv = [*_python("kaogong.cli"), name, "--home", str(self._home)]
        return Command(self._home, name, argv, {"MALLOC_ARENA_MAX": "2"})

    def _write_ready(self) -> None:
        ready = {
            "http": self._settings.console_url,
            "mqtt": self._settings.mqtt.near,
            "nats": _without_password(self._settings.nats.url or ""),
            "tenant": "default",
            "admin_user": "admin",
            "admin_password_file": str(self._home / "secrets" / "admin_password"),
        }
        part = self._home / "ready.part"
        part.write_text(json.dumps(ready, indent=1), encoding="utf-8")
        part.replace(self._home / "ready.json")

    def _print_tour(self) -> None:
        password = (self._home / "secrets" / "admin_password").read_text(encoding="utf-8").strip()
        print(
            f"""
  Open      {self._settings.console_url}
  Sign in   admin   password  {password}

  What to look at
    Overview      values arrive within seconds; what is abnormal is in colour
    Devices       open a pump: live values with unit, quality and age, its history
    Break it      kaogong plant fault --list --home {self._home}
                  kaogong plant fault NAME --home {self._home}    (--clear repairs it)
  Stop with Ctrl-C.
""",
            flush=True,
        )

    async def _watch(self) -> None:
        """Publish how the children are, and keep the disk from filling up altogether."""
        ballast = Ballast(self._home, self._settings.disk.ballast_mb)
        since = now()
        while True:
            words = await asyncio.to_thread(ballast.check)
            if words is not None:
                _say(words)
            if self._bus is not None:
                state = {
                    "process": "supervisor",
                    "pid": os.getpid(),
                    "since": since,
                    "state": "ready",
                    "reason": "",
                    "figures": {"children": self._supervisor.as_dict()},
                }
                with contextlib.suppress(KaogongError):
                    await self._bus.publish(f"{STATUS}.supervisor", orjson.dumps(state))
            await asyncio.sleep(LOOK_EVERY_S)


def _without_password(url: str) -> str:
    scheme, _, rest = url.partition("://")
    return f"{scheme}://{rest.rpartition('@')[2]}"


def _python(module: str) -> list[str]:
    return [sys.executable, "-m", module]
