"""`kill -9` of each process in turn under load: everything the devices had acknowledged is there, once."""

import json
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from dataclasses import asdict
from pathlib import Path

import pytest
from bench.ingest import settle, values
from bench.load import Plan
from bench.platform import Platform
from tests.e2e.conftest import eventually

VICTIMS = ["ingest", "historian", "nats-server", "gate", "serve"]


@pytest.fixture
def platform() -> Iterator[Platform]:
    """A platform of this test's own: it will be hurt."""
    with Platform() as running:
        running.create_type()
        yield running


def kill_under_load(platform: Platform, *, devices: int, rate: float, rounds: int, pause_s: float) -> None:
    """Kill every victim `rounds` times while the devices publish at QoS 1 and repeat what was not acknowledged."""
    keys = [f"k{n:03}" for n in range(devices)]
    specs = [
        {"client": f"default:{key}", "topic": f"up/default/{key}/telemetry", "body": f'{{"ts": %0, "values": {{{values(n)}}}}}', **c}
        for n, (key, c) in enumerate(platform.create_devices(keys).items())
    ]
    seconds = rounds * len(VICTIMS) * pause_s + 2
    plan = Plan(*platform.mqtt, devices=specs, rate=rate, seconds=seconds, qos=1, reconnect=True)
    plan_file, record_file = platform.home / "plan.json", platform.home / "record.json"
    plan_file.write_text(json.dumps(asdict(plan)))
    load = subprocess.Popen([sys.executable, "-m", "bench.load", str(plan_file), str(record_file)], stdout=subprocess.PIPE)
    assert load.stdout is not None
    assert load.stdout.readline() == b"connected\n"
    for _ in range(rounds):
        for name in VICTIMS:
            victim = platform.processes()[name]
            victim.send_signal(signal.SIGKILL)
            time.sleep(pause_s)
    load.communicate(timeout=180)
    assert load.returncode == 0
    record = json.loads(record_file.read_text())
    assert record["sent"] == record["acked"] > 0
    wait_until_ready(platform)
    expected = {client.removeprefix("default:"): (acked, acked_sum) for client, (_, _, acked, acked_sum) in record["devices"].items()}
    eventually(platform.counts, lambda stored: {key: stored.get(key) for key in expected} == expected, 90)
    ledger = platform.call("GET", "/ledger")
    assert ledger["samples"]["balanced"]
    assert ledger["messages"]["balanced"]
    assert not ledger["messages"]["holes"]


def wait_until_ready(platform: Platform) -> None:
    """Until every process says it is ready again."""
    deadline = time.monotonic() + 60
    while True:
        try:
            states = {p["process"]: p["state"] for p in platform.call("GET", "/overview")["processes"]}
            if states and set(states.values()) == {"ready"}:
                return
        except (RuntimeError, OSError) as err:
            states = {"error": str(err)}
        assert time.monotonic() < deadline, states
        time.sleep(0.2)


@pytest.mark.req("E07")
def test_nothing_acknowledged_is_lost_when_each_process_is_killed(platform: Platform) -> None:
    kill_under_load(platform, devices=40, rate=400, rounds=1, pause_s=3)
    words = (platform.home / "log/up.log").read_text()
    assert all(name in words for name in VICTIMS)


@pytest.mark.soak
@pytest.mark.timeout(1800)
def test_nothing_acknowledged_is_lost_in_ten_rounds_at_full_load(platform: Platform) -> None:
    kill_under_load(platform, devices=500, rate=5000, rounds=10, pause_s=6)


@pytest.mark.req("D04")
def test_what_was_stored_is_there_after_a_stop_and_a_start(platform: Platform) -> None:
    key, credential = next(iter(platform.create_devices(["again"]).items()))
    body = {"values": {"p0": 12.5}}
    auth = (credential["username"], credential["password"])
    assert platform.http.post(f"/up/{key}/telemetry", json=body, auth=auth, headers={"Authorization": ""}).status_code == 202
    platform.stop()
    assert not Path(platform.home / "ready.json").exists()
    platform.start()
    platform.http.base_url = platform.ready["http"] + "/api/v1"
    wait_until_ready(platform)
    settle(lambda: sum(n for n, _ in platform.counts().values()), patience_s=20)
    assert platform.counts()[key][0] == 1
