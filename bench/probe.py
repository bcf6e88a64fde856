"""Measures from outside, during a load: publish to queryable, and how long a list takes."""

import statistics
import threading
import time

import httpx2

from bench.load import Device, Plan
from bench.platform import Platform

ASK_EVERY_S, PAUSE_S = 0.025, 0.5


def percentile(values: list[float], share: float) -> float:
    """The value below which `share` of `values` lie; 0 when there are none."""
    return sorted(values)[min(len(values) - 1, int(len(values) * share))] if values else 0.0


class Probe:
    """A device of its own that publishes about once a second; a reader that asks every 25 ms until it sees the reading.

    Asking is work for the platform that its peer is spared, so CPU is measured without it.
    """

    def __init__(self, platform: Platform, credential: dict[str, str]) -> None:
        self._platform, self._credential = platform, credential
        self._stop = threading.Event()
        self.visible_ms: list[float] = []
        self.list_ms: list[float] = []
        self._thread = threading.Thread(target=self._run)

    def _run(self) -> None:
        platform = self._platform
        spec = {
            "client": f"{platform.tenant}:probe",
            "topic": f"up/{platform.tenant}/probe/telemetry",
            "body": '{"ts": %0, "values": {"p0": 1.5}}',
            **self._credential,
        }
        device = Device(spec, qos=1)
        device.connect(Plan(*platform.mqtt, devices=[spec], rate=1, seconds=1), spec)
        device.connected()
        http = httpx2.Client(base_url=platform.http.base_url, headers=platform.http.headers, timeout=30)
        while not self._stop.is_set():
            began = time.perf_counter()
            device.publish(time.time_ns() // 1_000_000)
            while not self._stop.is_set() and not self._sees(http, device.last_ts):
                time.sleep(ASK_EVERY_S)
            self.visible_ms.append((time.perf_counter() - began) * 1000)
            asked = time.perf_counter()
            http.get("/devices", params={"limit": 50}).raise_for_status()
            self.list_ms.append((time.perf_counter() - asked) * 1000)
            self._stop.wait(PAUSE_S)

    def _sees(self, http: httpx2.Client, ts: int) -> bool:
        answer = http.get("/devices/probe/history", params={"property": "p0", "from": ts, "to": ts + 1, "aggregate": "raw"})
        answer.raise_for_status()
        return bool(answer.json()["rows"])

    def __enter__(self) -> "Probe":
        self._thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._stop.set()
        self._thread.join(30)

    def figures(self) -> dict[str, float]:
        """Median and tail in ms."""
        return {
            "visible_p50_ms": round(statistics.median(self.visible_ms or [0]), 1),
            "visible_p99_ms": round(percentile(self.visible_ms, 0.99), 1),
            "list_p50_ms": round(statistics.median(self.list_ms or [0]), 1),
            "list_p95_ms": round(percentile(self.list_ms, 0.95), 1),
        }
