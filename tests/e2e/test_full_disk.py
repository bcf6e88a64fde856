"""A disk that fills under load: the watermark refuses first, the ballast frees, nothing acknowledged is lost."""

import os
import subprocess
from collections.abc import Callable, Iterator
from contextlib import ExitStack, closing
from pathlib import Path

import httpx2
import paho.mqtt.client as mqtt
import pytest
from bench.platform import Platform
from tests.e2e.conftest import eventually
from tests.e2e.load import BACK_WITHIN_S, Load, wait_until_ready

pytestmark = [pytest.mark.filterwarnings("default::DeprecationWarning:paho"), pytest.mark.timeout(300)]

MB = 1024 * 1024
DISK_MB, BALLAST_MB, REFUSE_PERCENT = 640, 64, 70
CONFIGURATION = f'[nats]\nmax_file = "400MB"\n[disk]\nballast_mb = {BALLAST_MB}\nrefuse_at_percent = {REFUSE_PERCENT}\n'


@pytest.fixture
def disk(tmp_path: Path) -> Iterator[Path]:
    """A small file system of the test's own."""
    if os.getuid() != 0:
        pytest.skip("only root may mount a small disk")
    subprocess.run(["mount", "-t", "tmpfs", "-o", f"size={DISK_MB}m", "tmpfs", str(tmp_path)], check=True)
    yield tmp_path
    subprocess.run(["umount", "-l", str(tmp_path)], check=True)


def fill(disk: Path, name: str, leave_mb: int) -> None:
    """Take all but `leave_mb`."""
    stat = os.statvfs(disk)
    wanted = stat.f_bavail * stat.f_frsize - leave_mb * MB
    with (disk / name).open("wb") as out:
        os.posix_fallocate(out.fileno(), 0, wanted)


def safely(platform: Platform, path: str) -> Callable[[], dict[str, object]]:
    """Ask the interface, which may be in trouble itself."""

    def ask() -> dict[str, object]:
        try:
            found: dict[str, object] = platform.call("GET", path)
        except (RuntimeError, httpx2.HTTPError) as err:
            return {"error": str(err)}
        return found

    return ask


@pytest.mark.req("E07")
def test_a_full_disk_refuses_newcomers_first_and_loses_nothing_that_was_acknowledged(disk: Path) -> None:
    with ExitStack() as stack:
        platform = stack.enter_context(Platform(configuration=CONFIGURATION, under=disk))
        platform.create_type()
        late = platform.create_devices(["late"])["late"]
        load = stack.enter_context(closing(Load(platform, devices=20, rate=200)))
        assert (platform.home / "ballast").stat().st_size == BALLAST_MB * MB
        fill(disk, "first", DISK_MB * (100 - REFUSE_PERCENT - 5) // 100)
        newcomer_is_refused(platform, late)
        fill(disk, "second", BALLAST_MB // 8)
        eventually((platform.home / "log/up.log").read_text, lambda words: "freed the ballast of 64 MB; make room soon" in words)
        for name in ("first", "second"):
            (disk / name).unlink()
        eventually((platform.home / "ballast").exists, bool, BACK_WITHIN_S)
        wait_until_ready(platform)
        load.finish()


def newcomer_is_refused(platform: Platform, credential: dict[str, str]) -> None:
    """It is not let in, and both its page and the process's say why."""
    processes = safely(platform, "/overview")
    eventually(lambda: str(processes()), lambda words: f"the disk is over {REFUSE_PERCENT} % full: no device is admitted" in words)
    answers: list[str] = []
    client = mqtt.Client(mqtt.CallbackAPIVersion.VERSION2, client_id="default:late")
    client.username_pw_set(credential["username"], credential["password"])
    client.on_connect = lambda _client, _data, _flags, code, _properties: answers.append(str(code))
    client.connect(*platform.mqtt)
    client.loop_start()
    eventually(lambda: answers, bool)
    client.disconnect()
    client.loop_stop()
    assert answers[0] == "Not authorized"
    page = safely(platform, "/devices/late/connection")
    eventually(lambda: str(page()), lambda words: "the platform's disk is nearly full" in words)
