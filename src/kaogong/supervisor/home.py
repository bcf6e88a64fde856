"""The home folder: one supervisor at a time, its secrets, its pid files, its ballast."""

import base64
import contextlib
import fcntl
import os
import secrets
import shutil
import signal
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import NamedTuple

from kaogong.bus import KeyPair, key_pair, new_account_key, new_user_key
from kaogong.core.errors import Conflict

MB = 1024 * 1024
LEFTOVER_S = 5.0


@contextmanager
def locked(home: Path) -> Iterator[None]:
    """Hold the home's lock; Conflict names the process that does. The kernel frees it however this process ends."""
    run = home / "run"
    run.mkdir(parents=True, exist_ok=True)
    with (run / "lock").open("a+", encoding="ascii") as file:
        try:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except OSError as err:
            file.seek(0)
            raise Conflict(
                f"{home} is in use: `kaogong up` runs there as process {file.read().strip() or 'unknown'}. Stop it first, or choose another --home.",
                code="home_in_use",
            ) from err
        file.truncate(0)
        file.write(str(os.getpid()))
        file.flush()
        yield


class Secrets(NamedTuple):
    """The key pairs of the bus; the seeds are in `secrets/`."""

    platform: KeyPair
    sys: KeyPair
    issuer: KeyPair


def ensure_secrets(home: Path) -> Secrets:
    """Make what is missing in `secrets/` (0700, files 0600) and return the bus's keys."""
    folder = home / "secrets"
    folder.mkdir(parents=True, exist_ok=True)
    folder.chmod(0o700)
    secret(home, "admin_password", lambda: secrets.token_urlsafe(12))
    secret(home, "sealing_key", lambda: base64.b64encode(secrets.token_bytes(32)).decode())
    return Secrets(
        key_pair(secret(home, "nats_platform", lambda: new_user_key().seed)),
        key_pair(secret(home, "nats_sys", lambda: new_user_key().seed)),
        key_pair(secret(home, "callout_seed", lambda: new_account_key().seed)),
    )


def secret(home: Path, name: str, make: Callable[[], str]) -> str:
    """The text of `secrets/NAME`, made when there is none."""
    file = home / "secrets" / name
    if not file.exists():
        write_secret(file, make())
    return file.read_text(encoding="utf-8").strip()


def write_secret(file: Path, text: str) -> None:
    """Write so that only the owner can read it, and never half."""
    part = file.with_suffix(".part")
    part.unlink(missing_ok=True)
    with os.fdopen(os.open(part, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "w", encoding="utf-8") as out:
        out.write(text)
    part.replace(file)


def note_pid(home: Path, name: str, pid: int) -> None:
    """Remember a child, so that the next supervisor can clear it if this one is killed."""
    born = _born(pid)
    if born is not None:
        (home / "run" / f"{name}.pid").write_text(f"{pid} {born}", encoding="ascii")


def forget_pid(home: Path, name: str) -> None:
    """The child has ended."""
    (home / "run" / f"{name}.pid").unlink(missing_ok=True)


def running(home: Path) -> dict[str, int]:
    """The pids of this home's processes that are alive, by name. One that another program has since taken does not count."""
    found = {}
    for file in (home / "run").glob("*.pid"):
        pid, _, born = file.read_text(encoding="ascii").partition(" ")
        if pid.isdigit() and born and _born(int(pid)) == born:
            found[file.stem] = int(pid)
    return found


def _born(pid: int) -> str | None:
    # Field 22 of proc(5) stat, ticks since boot: unlike a wall clock time it does not move when the clock is set.
    try:
        fields = Path(f"/proc/{pid}/stat").read_text(encoding="utf-8", errors="replace").rpartition(")")[2].split()
    except OSError:
        return None
    return None if fields[0] in "ZX" else fields[19]


def clear_leftovers(home: Path) -> list[str]:
    """End what a killed supervisor left running; the names. Call with the lock held."""
    cleared = []
    for number, patience_s in ((signal.SIGTERM, LEFTOVER_S), (signal.SIGKILL, LEFTOVER_S)):
        left = running(home)
        cleared += [name for name in left if name not in cleared]
        for pid in left.values():
            with contextlib.suppress(ProcessLookupError):
                os.kill(pid, number)
        until = time.monotonic() + patience_s
        while left and running(home) and time.monotonic() < until:
            time.sleep(0.02)
    for pattern in ("*.pid", "*.ready", "hold*", "prepare*", "resolved.json", "supervisor.json"):
        for file in (home / "run").glob(pattern):
            file.unlink()
    (home / "ready.json").unlink(missing_ok=True)
    return sorted(cleared)


class Ballast:
    """A file that is given up when the disk is full, so that the platform can still store, purge and clean up."""

    def __init__(self, home: Path, megabytes: int) -> None:
        self._file, self._bytes = home / "ballast", megabytes * MB

    def check(self) -> str | None:
        """Free or restore the file as the disk demands; what was done, in words, or None."""
        free = shutil.disk_usage(self._file.parent).free
        if self._file.exists():
            if free >= self._bytes // 4 and self._file.stat().st_size == self._bytes:
                return None
            self._file.unlink()
            return f"the disk is full ({free // MB} MB left): freed the ballast of {self._bytes // MB} MB; make room soon"
        if self._bytes and free > 4 * self._bytes:
            self._fill()
        return None

    def _fill(self) -> None:
        with self._file.open("wb") as out:
            try:
                os.posix_fallocate(out.fileno(), 0, self._bytes)
            except OSError:
                os.truncate(out.fileno(), 0)
                self._file.unlink()
