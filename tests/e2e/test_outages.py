"""Long outages on a plant that runs: values go stale with a reason, come back without a hand, and nothing of the gap is missing.

The short forms stand in tests/edge (test_connection, test_node, test_command) and, with a browser, in test_console.
"""

import signal
import time
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from itertools import pairwise

import pytest
from bench.platform import Platform
from tests.e2e.conftest import eventually
from tests.e2e.load import wait_until_ready

pytestmark = [pytest.mark.soak, pytest.mark.timeout(3600)]

OUTAGE_S = 600
METER, MACHINE, SENSOR = "meter-machining", "cnc-1", "weather-1"  # Modbus behind a gateway, OPC UA, MQTT


@pytest.fixture(scope="module")
def plant() -> Iterator[Platform]:
    """A platform with the simulated plant; every device has spoken."""
    with Platform(demo=True) as platform:
        eventually(lambda: platform.call("GET", "/overview")["devices"], lambda tally: tally["total"] >= 60 and tally["never"] <= 1, 240)
        yield platform


def state(platform: Platform, device: str, wanted: str, seconds: float = 120) -> None:
    """Wait until a device stands so."""
    eventually(lambda: platform.call("GET", f"/devices/{device}")["state"]["state"], lambda found: found == wanted, seconds)


def reason(platform: Platform, device: str) -> str:
    """Why, in words."""
    return str(platform.call("GET", f"/devices/{device}/connection")["sentence"]["en"])


def times(platform: Platform, device: str, since: datetime) -> list[float]:
    """When the device's first numeric property was observed, oldest first, in seconds."""
    latest = platform.call("GET", f"/devices/{device}/latest")["values"]
    prop = next(key for key, value in latest.items() if isinstance(value["value"], float))
    params = {"property": prop, "aggregate": "raw", "from": since.isoformat(), "limit": 50_000}
    return [row[0] / 1000 for row in platform.call("GET", f"/devices/{device}/history", params=params)["rows"]]


def longest_gap(platform: Platform, device: str, since: datetime) -> float:
    """Seconds between two neighbouring readings at most."""
    found = times(platform, device, since)
    return max((after - before for before, after in pairwise(found)), default=float("inf"))


def test_a_modbus_gateway_unplugged_for_ten_minutes(plant: Platform) -> None:
    state(plant, METER, "reporting")
    plant.fault("gateway-unplugged")
    state(plant, METER, "silent")
    began = time.monotonic()
    while time.monotonic() - began < OUTAGE_S:
        assert "127.0.0.1" in reason(plant, METER)
        time.sleep(10)
    plant.fault("gateway-unplugged", clear=True)
    state(plant, METER, "reporting")


def test_an_opcua_server_restarted(plant: Platform) -> None:
    state(plant, MACHINE, "reporting")
    plant.fault("opcua-restart")
    state(plant, MACHINE, "silent")
    assert "opc.tcp" in reason(plant, MACHINE) or "127.0.0.1" in reason(plant, MACHINE)
    plant.fault("opcua-restart", clear=True)
    state(plant, MACHINE, "reporting")


def test_a_broker_gone_for_ten_minutes(plant: Platform) -> None:
    state(plant, METER, "reporting")
    state(plant, MACHINE, "reporting")
    since = datetime.now(UTC) - timedelta(seconds=30)
    broker = plant.processes()["nats-server"]
    broker.send_signal(signal.SIGSTOP)
    try:
        time.sleep(OUTAGE_S)
    finally:
        broker.send_signal(signal.SIGCONT)
    wait_until_ready(plant)
    for device in (METER, MACHINE, SENSOR):
        usual = 10 if device != SENSOR else 30
        eventually(
            lambda device=device: times(plant, device, since)[-1:], lambda last: last and last[0] > since.timestamp() + OUTAGE_S, 300
        )
        eventually(lambda device=device: longest_gap(plant, device, since), lambda gap, usual=usual: gap < usual, 300)
