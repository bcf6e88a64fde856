import os
import resource
import signal
import socket
import stat
import subprocess
import sys
from pathlib import Path

import pytest

from kaogong.core.errors import Conflict
from kaogong.supervisor import Ballast, clear_leftovers, ensure_secrets, free_port, is_free, is_loopback, locked, raise_file_limit, running
from kaogong.supervisor.home import note_pid


def test_second_supervisor_is_refused_with_the_first_ones_pid(tmp_path: Path) -> None:
    with locked(tmp_path), pytest.raises(Conflict, match=f"process {os.getpid()}"), locked(tmp_path):
        pass
    with locked(tmp_path):
        pass


def test_secrets_are_made_once_and_only_the_owner_may_read_them(tmp_path: Path) -> None:
    first = ensure_secrets(tmp_path)
    assert ensure_secrets(tmp_path) == first
    folder = tmp_path / "secrets"
    assert stat.S_IMODE(folder.stat().st_mode) == 0o700
    assert {stat.S_IMODE(f.stat().st_mode) for f in folder.iterdir()} == {0o600}
    assert {f.name for f in folder.iterdir()} == {"nats_platform", "nats_sys", "callout_seed", "admin_password", "sealing_key"}


def test_leftovers_of_a_killed_supervisor_are_ended(tmp_path: Path) -> None:
    (tmp_path / "run").mkdir()
    deaf = "import signal, time; signal.signal(signal.SIGTERM, signal.SIG_IGN); print('x', flush=True); time.sleep(60)"
    polite = "import time; print('x', flush=True); time.sleep(60)"
    left = {
        name: subprocess.Popen([sys.executable, "-S", "-c", body], stdout=subprocess.PIPE)
        for name, body in (("polite", polite), ("deaf", deaf))
    }
    for name, process in left.items():
        assert process.stdout is not None
        process.stdout.readline()
        note_pid(tmp_path, name, process.pid)
    import kaogong.supervisor.home as module

    module_patience, module.LEFTOVER_S = module.LEFTOVER_S, 0.3
    try:
        assert clear_leftovers(tmp_path) == ["deaf", "polite"]
    finally:
        module.LEFTOVER_S = module_patience
    for process in left.values():
        process.communicate()
    assert (left["polite"].returncode, left["deaf"].returncode) == (-signal.SIGTERM, -signal.SIGKILL)


def test_a_pid_that_another_program_has_taken_is_left_alone(tmp_path: Path) -> None:
    (tmp_path / "run").mkdir()
    (tmp_path / "run" / "ingest.pid").write_text(f"{os.getpid()} 1")
    assert running(tmp_path) == {}
    assert clear_leftovers(tmp_path) == []
    assert not (tmp_path / "run" / "ingest.pid").exists()


def test_a_taken_port_gives_the_next_free_one() -> None:
    with socket.socket() as holder:
        holder.bind(("127.0.0.1", 0))
        holder.listen()
        taken = holder.getsockname()[1]
        assert not is_free("127.0.0.1", taken)
        found = free_port("127.0.0.1", taken)
        assert taken < found <= taken + 100
        assert free_port("127.0.0.1", taken, frozenset({found})) != found


def test_an_address_of_another_machine_is_refused() -> None:
    with pytest.raises(Conflict, match="not an address of this machine"):
        free_port("192.0.2.1", 0)


@pytest.mark.parametrize(
    ("host", "expected"), [("127.0.0.1", True), ("::1", True), ("localhost", True), ("0.0.0.0", False), ("plant", False)]
)
def test_loopback(host: str, expected: bool) -> None:
    assert is_loopback(host) is expected


def test_file_limit_is_raised_to_the_hard_one() -> None:
    _, now = raise_file_limit()
    assert resource.getrlimit(resource.RLIMIT_NOFILE)[0] == now


def test_ballast_is_kept_while_there_is_room_and_freed_when_there_is_none(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    ballast = Ballast(tmp_path, 1)
    assert ballast.check() is None
    assert (tmp_path / "ballast").stat().st_size == 1024 * 1024
    assert ballast.check() is None
    monkeypatch.setattr("shutil.disk_usage", lambda _: type("Usage", (), {"free": 1000})())
    words = ballast.check()
    assert words is not None and "freed the ballast of 1 MB" in words
    assert not (tmp_path / "ballast").exists()
    assert ballast.check() is None
