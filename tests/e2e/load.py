"""Devices that publish at QoS 1 and repeat what was not acknowledged, whatever happens meanwhile; their own record says what must be found."""

import json
import subprocess
import sys
from dataclasses import asdict

import httpx2
from bench.ingest import values
from bench.load import Plan
from bench.platform import Platform
from tests.e2e.conftest import eventually

BACK_WITHIN_S = 120


class Load:
    """Running from the start to `finish`, in a process of its own."""

    def __init__(self, platform: Platform, *, devices: int, rate: float) -> None:
        self.platform = platform
        self._ended = platform.home / "load.ended"
        keys = [f"k{n:03}" for n in range(devices)]
        specs = [
            {"client": f"default:{key}", "topic": f"up/default/{key}/telemetry", "body": f'{{"ts": %0, "values": {{{values(n)}}}}}', **c}
            for n, (key, c) in enumerate(platform.create_devices(keys).items())
        ]
        plan = Plan(*platform.mqtt, devices=specs, rate=rate, seconds=7200, qos=1, reconnect=True, until=str(self._ended))
        plan_file, self._record = platform.home / "plan.json", platform.home / "record.json"
        plan_file.write_text(json.dumps(asdict(plan)))
        self._load = subprocess.Popen([sys.executable, "-m", "bench.load", str(plan_file), str(self._record)], stdout=subprocess.PIPE)
        assert self._load.stdout is not None
        assert self._load.stdout.readline() == b"connected\n"

    def close(self) -> None:
        """Be gone, also when the test fails."""
        self._load.kill()
        self._load.communicate()

    def finish(self) -> dict[str, object]:
        """End the load and compare its own record with what SQL finds: per device the count and the sum of times."""
        self._ended.touch()
        self._load.communicate(timeout=300)
        assert self._load.returncode == 0
        record = json.loads(self._record.read_text())
        assert record["sent"] == record["acked"] > 0
        expected = {client.removeprefix("default:"): (acked, times) for client, (_, _, acked, times) in record["devices"].items()}
        eventually(self.platform.counts, lambda stored: {key: stored.get(key) for key in expected} == expected, BACK_WITHIN_S)
        ledger = self.platform.call("GET", "/ledger")
        assert ledger["samples"]["balanced"]
        assert ledger["messages"]["balanced"], ledger
        assert not ledger["messages"]["holes"]
        return {name: record[name] for name in ("sent", "acked", "reconnects", "elapsed_s")}


def wait_until_ready(platform: Platform) -> None:
    """Until every process says it is ready again."""

    def states() -> dict[str, str]:
        try:
            return {p["process"]: p["state"] for p in platform.call("GET", "/overview")["processes"]}
        except (RuntimeError, httpx2.HTTPError) as err:
            return {"error": str(err)}

    eventually(states, lambda found: bool(found) and set(found.values()) == {"ready"}, BACK_WITHIN_S)
