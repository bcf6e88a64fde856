"""`make bench`: run the workloads, write bench/out/*.json and docs/benchmarks.md."""

import argparse
import json
import subprocess
import sys
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from bench import edge
from bench import peer as peers
from bench.ingest import gateway_messages, on_peer, on_platform, small_messages
from bench.platform import Platform
from bench.report import machine, write_table

OUT = Path(__file__).parent / "out"
GATEWAYS_S = 60  # a million points are enough to see the price of one


def main() -> None:
    """Every workload, the peer in the same run."""
    args = argparse.ArgumentParser(prog="make bench", description=__doc__)
    args.add_argument("--seconds", type=float, default=60, help="length of each run (the promise: 300)")
    args.add_argument("--peer-seconds", type=float, default=60, help="length of each of the peer's runs")
    args.add_argument("--devices", type=int, default=2000)
    args.add_argument("--qos0", type=float, default=15000, help="messages a second at QoS 0")
    args.add_argument("--qos1", type=float, default=5000, help="messages a second at QoS 1")
    args.add_argument("--batches", type=float, default=300, help="gateway messages of 1,000 values a second")
    args.add_argument("--no-peer", action="store_true")
    args.add_argument("--registered", type=int, default=1_000_000, help="devices of the register's own benchmark; 0: leave it out")
    options = args.parse_args()
    results: dict[str, Any] = {"machine": machine(), "date": datetime.now(UTC).isoformat(timespec="seconds"), "options": vars(options)}
    with Platform() as platform:
        results["ready_s"] = round(platform.ready_s, 1)
        results["idle_memory_mb"] = platform.memory_mb()
        platform.create_type()
        platform.create_devices(["probe"])
        devices = small_messages(platform, options.devices)
        gateways = gateway_messages(platform)
        runs = {"ten values, QoS 0": (devices, options.qos0, 0, 10), "ten values, QoS 1": (devices, options.qos1, 1, 10)}
        for name, (specs, rate, qos, points) in runs.items():
            show(f"platform: {name}")
            results[name] = {"platform": on_platform(platform, specs, rate=rate, seconds=options.seconds, qos=qos, points=points)}
            show(results[name]["platform"])
        name = "1,000 values, QoS 0"
        results[name] = {
            "platform": on_platform(
                platform, gateways, rate=options.batches, seconds=min(options.seconds, GATEWAYS_S), qos=0, points=1000, times=10
            )
        }
        show(results[name]["platform"])
        runs[name] = (gateways, options.batches, 0, 1000)
        results["loaded_memory_mb"] = platform.memory_mb()
    lacking = peers.missing()
    if options.no_peer or lacking:
        results["peer_left_out"] = lacking or "asked for with --no-peer"
    else:
        with peers.Peer() as peer:
            for name, (specs, rate, qos, points) in runs.items():
                show(f"peer: {name}")
                results[name]["peer"] = on_peer(
                    peer, specs, rate=rate, seconds=options.peer_seconds, qos=qos, points=points, times=10 if points == 1000 else 1
                )
                results[name]["points_per_cpu_s_against_peer"] = round(
                    results[name]["platform"]["points_per_cpu_s"] / max(results[name]["peer"]["points_per_cpu_s"], 1), 2
                )
                show(results[name]["peer"])
    OUT.mkdir(exist_ok=True)
    (OUT / "ingest.json").write_text(json.dumps(results, indent=1) + "\n")
    write_table(results)
    if options.registered:
        subprocess.run([sys.executable, "-m", "bench.registry", "--devices", str(options.registered)], check=True)
    edge.run(min(options.seconds, 30), [], machine())


def show(what: object) -> None:
    """One line on the screen while a run goes on."""
    print(what if isinstance(what, str) else json.dumps(what), flush=True)


if __name__ == "__main__":
    main()
