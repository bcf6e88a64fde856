"""The API's own figures, and what other processes say about theirs, as Prometheus text."""

from collections.abc import Mapping
from typing import Any

from prometheus_client import CollectorRegistry, Counter, Gauge, Histogram, generate_latest
from prometheus_client.core import GaugeMetricFamily
from prometheus_client.registry import Collector

BUCKETS = (0.005, 0.01, 0.025, 0.05, 0.1, 0.2, 0.5, 1.0, 2.5, 10.0)


class PrometheusMeter:
    """Counts requests and streams; `text` adds the figures of the other processes."""

    def __init__(self) -> None:
        self.registry = CollectorRegistry()
        self._requests = Counter("kaogong_http_requests", "Answers by route.", ["method", "route", "status"], registry=self.registry)
        self._seconds = Histogram("kaogong_http_seconds", "Time to answer.", ["route"], buckets=BUCKETS, registry=self.registry)
        self.streams = Gauge("kaogong_live_streams", "Open live streams.", registry=self.registry)

    def request(self, method: str, route: str, status: int, seconds: float) -> None:
        """One request is answered."""
        self._requests.labels(method if method.isalpha() and len(method) < 8 else "other", route, str(status)).inc()
        self._seconds.labels(route).observe(seconds)

    def text(self, processes: Mapping[str, Mapping[str, Any]]) -> bytes:
        """The exposition text; `processes` are the last status messages by name."""
        others = CollectorRegistry(auto_describe=False)
        others.register(_Processes(processes))
        return generate_latest(self.registry) + generate_latest(others)


class _Processes(Collector):
    def __init__(self, processes: Mapping[str, Mapping[str, Any]]) -> None:
        self._processes = processes

    def collect(self) -> list[GaugeMetricFamily]:
        ready = GaugeMetricFamily("kaogong_process_ready", "1 while the process says it is ready.", labels=["process"])
        figures: dict[str, GaugeMetricFamily] = {}
        for name, status in sorted(self._processes.items()):
            ready.add_metric([name], 1.0 if status.get("state") == "ready" else 0.0)
            for figure, value in sorted((status.get("figures") or {}).items()):
                if isinstance(value, int | float) and figure.isidentifier():
                    family = figures.setdefault(
                        figure, GaugeMetricFamily(f"kaogong_{figure}", "A figure the process reports.", labels=["process"])
                    )
                    family.add_metric([name], float(value))
        return [ready, *figures.values()]
