"""The platform under test: `kaogong up` on a home of its own, reached only as an outsider reaches it."""

import json
import ssl
import subprocess
import sys
import tempfile
import time
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from types import TracebackType
from typing import Any

import httpx2
import psutil

PROPERTIES = 10
COMMANDS = ("historian", "gate", "ingest", "serve", "edge", "plant")


class Platform:
    """A running platform in a temporary home, signed in as its administrator; `with Platform() as platform:`.

    `configuration` is the text of its kaogong.toml; `tls` is what the client believes where that has certificates.
    `under` is where the home is made.
    """

    def __init__(
        self, *, demo: bool = False, configuration: str = "", tls: ssl.SSLContext | None = None, under: Path | None = None
    ) -> None:
        self._folder = tempfile.TemporaryDirectory(prefix="kaogong-", dir=under)
        self.home = Path(self._folder.name) / "home"
        self.home.mkdir()
        self._verify = tls or True
        if configuration:
            (self.home / "kaogong.toml").write_text(configuration)
        self._options = ["--demo"] if demo else []
        self._ports = ("0", "0")

    def __enter__(self) -> "Platform":
        self.start()
        self.tenant = self.ready["tenant"]
        self.http = httpx2.Client(base_url=self.ready["http"] + "/api/v1", timeout=120, verify=self._verify)
        self._sign_in(Path(self.ready["admin_password_file"]).read_text().strip())
        return self

    def start(self) -> None:
        """`kaogong up`, until it says it is ready; `ready_s` is how long that took."""
        kaogong = str(Path(sys.executable).with_name("kaogong"))
        self.output = self.home / "up.log"
        began = time.perf_counter()
        command = [kaogong, "up", "--home", str(self.home), "--port", self._ports[0], "--mqtt-port", self._ports[1], *self._options]
        with self.output.open("a") as log:
            self.process = subprocess.Popen(command, stdout=log, stderr=subprocess.STDOUT)
        while not (self.home / "ready.json").exists():
            if self.process.poll() is not None or time.perf_counter() - began > 120:
                raise RuntimeError(f"the platform did not start:\n{self.output.read_text()[-3000:]}")
            time.sleep(0.05)
        self.ready_s = time.perf_counter() - began
        self.ready = json.loads((self.home / "ready.json").read_text())
        host, port = self.ready["mqtt"].rsplit(":", 1)
        self.mqtt = (host, int(port))
        self._ports = (self.ready["http"].rpartition(":")[2], port)  # a second start is found where the first was

    def kill(self) -> None:
        """SIGKILL to the supervisor: what it leaves is for the next start to clear."""
        self.process.kill()
        self.process.wait(30)
        (self.home / "ready.json").unlink()

    def stop(self) -> None:
        """SIGTERM, and wait until it has gone."""
        self.process.terminate()
        self.process.wait(30)

    def _sign_in(self, password: str) -> None:
        self.password = password
        form = {"username": self.ready["admin_user"], "password": password}
        token = self._ok(self.http.post("/auth/token", data=form)).json()["access_token"]
        self.http.headers["Authorization"] = f"Bearer {token}"
        me = self._ok(self.http.get("/auth/me")).json()
        if me.get("must_change_password"):
            self.password = changed = password + "-changed"
            self._ok(self.http.post("/auth/password", json={"current_password": password, "new_password": changed}))
            token = self._ok(self.http.post("/auth/token", data=form | {"password": changed})).json()["access_token"]
            self.http.headers["Authorization"] = f"Bearer {token}"

    def _ok(self, answer: httpx2.Response) -> httpx2.Response:
        if answer.is_error:
            raise RuntimeError(f"{answer.request.method} {answer.request.url}: {answer.status_code} {answer.text[:500]}")
        return answer

    def call(self, method: str, path: str, **options: Any) -> Any:
        """The JSON answer of one call; ends the bench when it is an error."""
        answer = self._ok(self.http.request(method, path, **options))
        return answer.json() if answer.content else None

    def create_type(self) -> None:
        """A type of ten numbers, as the load sends them."""
        properties = [
            {"key": f"p{i}", "name": {"en": f"Value {i}", "zh": f"数值{i}"}, "type": "number", "unit": "kPa", "resolution": 0.01}
            for i in range(PROPERTIES)
        ]
        self.call("POST", "/device-types", json={"key": "bench", "name": {"en": "Bench", "zh": "测试"}, "properties": properties})

    def create_devices(self, keys: list[str], **more: Any) -> dict[str, dict[str, str]]:
        """Create the devices; their credentials by key."""

        def create(key: str) -> tuple[str, dict[str, str]]:
            body = {"key": key, "name": {"en": key, "zh": key}, "type": "bench", **more}
            return key, self.call("POST", "/devices", json=body)["credential"]

        with ThreadPoolExecutor(4) as pool:
            return dict(pool.map(create, keys))

    def counts(self) -> dict[str, tuple[int, int]]:
        """By SQL: samples stored of property p0 and the sum of their times in ms, by device."""
        sql = (
            "SELECT device, count(*) AS n, sum(toUnixTimestamp64Milli(observed_at)) AS s FROM readings "
            "WHERE property = 'p0' GROUP BY device ORDER BY device"
        )
        rows = self.call("POST", "/query", json={"sql": sql, "limit": 10_000})["rows"]
        return {row[0]: (int(row[1]), int(row[2])) for row in rows}

    def pending(self) -> int:
        """Messages that the ledger says are not accounted for yet."""
        return int(self.call("GET", "/ledger")["messages"]["pending"])

    def fault(self, name: str, *, clear: bool = False) -> None:
        """Break something in the simulated plant, or repair it."""
        kaogong = str(Path(sys.executable).with_name("kaogong"))
        command = [kaogong, "plant", "fault", name, "--home", str(self.home), *(["--clear"] if clear else [])]
        subprocess.run(command, check=True, stdout=subprocess.DEVNULL)

    def processes(self) -> dict[str, psutil.Process]:
        """The supervisor and its children, by name."""
        supervisor = psutil.Process(self.process.pid)
        return {"supervisor": supervisor} | {_name(child): child for child in supervisor.children(recursive=True)}

    def cpu(self) -> dict[str, float]:
        """CPU seconds so far, by process name."""
        times = {name: process.cpu_times() for name, process in self.processes().items()}
        return {name: t.user + t.system for name, t in times.items()}

    def memory_mb(self) -> dict[str, float]:
        """Proportional memory by process name."""
        return {name: round(process.memory_full_info().pss / 2**20, 1) for name, process in self.processes().items()}

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None) -> None:
        self.http.close()
        self.stop()
        self._folder.cleanup()


def _name(process: psutil.Process) -> str:
    words = process.cmdline()
    return next((w for w in words if w in COMMANDS), "nats-server" if words and "nats-server" in words[0] else f"pid {process.pid}")
