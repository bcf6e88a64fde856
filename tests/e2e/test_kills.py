"""`kill -9` of each process in turn under load: everything the devices had acknowledged is there, once."""

import json
import signal
import time
from collections import Counter
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import httpx2
import pytest
from bench.platform import Platform
from tests.e2e.conftest import eventually
from tests.e2e.load import BACK_WITHIN_S, Load, wait_until_ready

OUT = Path(__file__).parents[2] / "bench/out"
CHILDREN = ("ingest", "historian", "nats-server", "gate", "serve", "edge")
ALL = (*CHILDREN, "supervisor")


@pytest.fixture
def platform() -> Iterator[Platform]:
    """A platform of this test's own: it will be hurt."""
    with Platform() as running:
        running.create_type()
        yield running


class Killing:
    """Kills one process after the other under load."""

    def __init__(self, platform: Platform, *, devices: int, rate: float) -> None:
        self.platform, self._load = platform, Load(platform, devices=devices, rate=rate)
        self.killed: Counter[str] = Counter()
        self.back_s: dict[str, list[float]] = {}

    def kill(self, name: str) -> None:
        """Kill one; return when everything is ready again and the interface has said what happened."""
        began = time.monotonic()
        if name == "supervisor":
            self.platform.kill()
            self.platform.start()
            self.killed = Counter()  # the new one counts anew
        else:
            self.platform.processes()[name].send_signal(signal.SIGKILL)
            self.killed[name] += 1
            self._wait_until_said(name)
        wait_until_ready(self.platform)
        self.back_s.setdefault(name, []).append(round(time.monotonic() - began, 1))

    def _wait_until_said(self, name: str) -> None:
        def told() -> str:
            try:
                child = children(self.platform)[name]
            except (RuntimeError, httpx2.HTTPError, KeyError) as err:
                return str(err)
            return child["reason"] if child["restarts"] == self.killed[name] else f"restarts: {child['restarts']}"

        eventually(told, lambda words: "was ended by SIGKILL" in words, BACK_WITHIN_S)

    def close(self) -> None:
        """Be gone, also when the test fails."""
        self._load.close()

    def finish(self) -> dict[str, object]:
        """End the load; everything acknowledged is there once. What it did, and how long each took to come back."""
        return self._load.finish() | {"back_s": self.back_s}


def children(platform: Platform) -> dict[str, dict[str, object]]:
    """What the supervisor says of its children, as the console shows it."""
    said = {p["process"]: p for p in platform.call("GET", "/overview")["processes"]}
    found: dict[str, dict[str, object]] = said["supervisor"]["figures"]["children"]
    return found


@pytest.mark.req("E07")
@pytest.mark.timeout(300)
def test_nothing_acknowledged_is_lost_when_each_process_is_killed(platform: Platform) -> None:
    with closing(Killing(platform, devices=40, rate=400)) as killing:
        for name in ALL:
            killing.kill(name)
        killing.finish()
    words = (platform.home / "log/up.log").read_text()
    assert all(f"{name} was ended by SIGKILL; starting it again" in words for name in CHILDREN)


@pytest.mark.soak
@pytest.mark.timeout(7200)
def test_nothing_acknowledged_is_lost_in_ten_rounds(platform: Platform) -> None:
    with closing(Killing(platform, devices=200, rate=2000)) as killing:
        for _ in range(10):
            for name in ALL:
                killing.kill(name)
        (OUT / "soak-kills.json").write_text(json.dumps(killing.finish(), indent=1))


@pytest.mark.req("D04")
def test_what_was_stored_is_there_after_a_stop_and_a_start(platform: Platform) -> None:
    key, credential = next(iter(platform.create_devices(["again"]).items()))
    body = {"values": {"p0": 12.5}}
    auth = (credential["username"], credential["password"])
    assert platform.http.post(f"/up/{key}/telemetry", json=body, auth=auth, headers={"Authorization": ""}).status_code == 202
    platform.stop()
    assert not Path(platform.home / "ready.json").exists()
    platform.start()
    wait_until_ready(platform)
    eventually(lambda: platform.counts().get(key, (0, 0))[0], lambda count: count == 1)
