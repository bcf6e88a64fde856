"""`kaogong up` as a person meets it: one real platform for all that can be shown on one."""

import json
import os
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import httpx2
import pytest

import kaogong.cli.up as module
from kaogong.cli.doctor import examine
from kaogong.core.errors import ConfigInvalid, NotReady
from kaogong.settings import Http, Mqtt, Nats, Settings

KAOGONG = [sys.executable, "-m", "kaogong.cli"]
PROCESSES = ("nats-server", "historian", "gate", "ingest", "serve", "edge")


def wait_for(condition: Callable[[], object], timeout_s: float = 60) -> None:
    until = time.monotonic() + timeout_s
    while not condition():
        assert time.monotonic() < until
        time.sleep(0.05)


@dataclass
class Running:
    home: Path
    process: subprocess.Popen[bytes]

    @property
    def output(self) -> str:
        return (self.home / "up.out").read_text()

    @property
    def ready(self) -> dict[str, str]:
        found: dict[str, str] = json.loads((self.home / "ready.json").read_text())
        return found

    def pid(self, name: str) -> int:
        return int((self.home / "run" / f"{name}.pid").read_text().split()[0])


def start(home: Path, *arguments: str) -> Running:
    home.mkdir(exist_ok=True)
    with (home / "up.out").open("wb") as out:
        command = [*KAOGONG, "up", "--home", str(home), "--port", "0", "--mqtt-port", "0", *arguments]
        running = Running(home, subprocess.Popen(command, stdout=out, stderr=subprocess.STDOUT))
    wait_for(lambda: "\nready http" in running.output or running.process.poll() is not None, 110)
    assert running.process.poll() is None, running.output
    return running


@pytest.mark.req("K01", "A01")
@pytest.mark.timeout(300)
def test_a_platform_starts_refuses_a_second_heals_resumes_and_stops(tmp_path: Path) -> None:
    first = start(tmp_path / "home")
    try:
        everything_is_said_and_answers(first)
        second_start_is_refused(first)
        killed_gate_comes_back(first)
        doctor_finds_nothing_wrong(first)
        pids = [first.pid(name) for name in PROCESSES]
    finally:
        first.process.kill()
        first.process.wait()
    wait_for(lambda: not any(_alive(pid) for pid in pids), 10)
    second = start(tmp_path / "home")
    assert "made the tenant" not in second.output
    second.process.terminate()
    assert second.process.wait(60) == 0  # 10 s at most where nothing else wants the machine
    assert second.output.endswith("stopped\n")
    assert not (tmp_path / "home" / "ready.json").exists()
    logs = [line for file in (tmp_path / "home" / "log").glob("*.log") for line in file.read_text().splitlines()]
    assert not [line for line in logs if " ERROR " in line or " CRITICAL " in line or "[ERR]" in line]


def everything_is_said_and_answers(up: Running) -> None:
    assert up.output.count(f"ready {up.ready['http']}\n") == 1
    for name in PROCESSES:
        assert f"{name} ready after" in up.output
    assert httpx2.get(up.ready["http"] + "/healthz").status_code == 200
    assert up.ready | {"tenant": "default", "admin_user": "admin"} == up.ready
    assert Path(up.ready["admin_password_file"]).stat().st_mode & 0o777 == 0o600
    host, _, port = up.ready["mqtt"].rpartition(":")
    socket.create_connection((host, int(port))).close()
    assert "# Kaogong: every setting with its default" in (up.home / "kaogong.toml").read_text()
    warnings = [line for file in (up.home / "log").glob("*.log") for line in file.read_text().splitlines()]
    assert not [line for line in warnings if any(word in line for word in (" WARNING ", " ERROR ", " CRITICAL ", "[ERR]", "[WRN]"))]


def second_start_is_refused(up: Running) -> None:
    second = subprocess.run([*KAOGONG, "up", "--home", up.home], capture_output=True, text=True, timeout=60, check=False)
    assert second.returncode == 1
    assert f"`kaogong up` runs there as process {up.process.pid}" in second.stderr


def killed_gate_comes_back(up: Running) -> None:
    before = up.pid("gate")
    os.kill(before, signal.SIGKILL)
    wait_for(lambda: "gate is back" in up.output)
    assert up.pid("gate") != before
    assert "gate was ended by SIGKILL; starting it again" in up.output


def doctor_finds_nothing_wrong(up: Running) -> None:
    findings = list(examine(up.home))
    assert [f for f in findings if f.level == "wrong"] == []
    words = "\n".join(f.words for f in findings)
    assert f"`kaogong up` runs as process {up.process.pid}" in words
    assert "gate was started again 1 times; last: was ended by SIGKILL" in words
    for name in PROCESSES[1:]:
        assert f"{name} is ready since" in words


def _alive(pid: int) -> bool:
    try:
        return Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0] != "Z"
    except FileNotFoundError:
        return False


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("[http]\nport = 'x'\n", "line 2: http.port"),
        ("[http]\nprot = 1\n", "there is no such setting; write one of: host, port"),
        ("[http\n", "not valid TOML"),
        ("[http]\nhost = '0.0.0.0'\n", "passwords would travel in the clear"),
        ("[mqtt]\ntls_key = '/nowhere.pem'\n", "mqtt.tls_certificate is missing"),
    ],
)
def test_broken_configuration_is_explained_by_up_and_doctor(tmp_path: Path, text: str, words: str) -> None:
    (tmp_path / "kaogong.toml").write_text(text)
    with pytest.raises(ConfigInvalid) as raised:
        module.up(tmp_path)
    assert words in raised.value.message
    assert any(f.level == "wrong" and words in f.words for f in examine(tmp_path))


def test_a_taken_port_is_replaced_and_said(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    with socket.create_server(("127.0.0.1", 0)) as holder:
        taken = holder.getsockname()[1]
        settings = module._resolve(Settings(http=Http(port=taken), mqtt=Mqtt(port=taken), nats=Nats(port=taken), home=_with_run(tmp_path)))
    ports = [settings.http.port, settings.mqtt.port, settings.nats.port]
    assert len({taken, *ports}) == 4
    assert f"http.port {taken} is taken: using {ports[0]}" in capsys.readouterr().out
    assert settings.nats.url == f"nats://127.0.0.1:{ports[2]}"


def _with_run(home: Path) -> Path:
    (home / "run").mkdir()
    return home


def test_unreachable_bus_is_named(tmp_path: Path) -> None:
    (tmp_path / "kaogong.toml").write_text("[nats]\nurl = 'nats://me:secret@127.0.0.1:1'\n")
    held, module.EXTERNAL_BUS_S = module.EXTERNAL_BUS_S, 0.2
    try:
        with pytest.raises(NotReady, match=r"127\.0\.0\.1:1: The message bus did not let us in within 0.2 s") as raised:
            module.up(tmp_path, port=0, mqtt_port=0)
    finally:
        module.EXTERNAL_BUS_S = held
    assert "secret" not in raised.value.message
