"""The table of docs/benchmarks.md, written from the results of one run."""

import platform as host
import subprocess
from pathlib import Path
from typing import Any

import psutil

FILE = Path(__file__).parents[1] / "docs/benchmarks.md"

HEAD = """<!-- Written by `make bench`; do not edit. -->
# Benchmarks

Absolute figures drift on shared machines: read the ratio to the peer, which ran in the same run, and the CPU seconds.
The load generator runs on the same machine and is counted in `cores`. *Lost* is the generator's own record against SQL.
*Visible* is the time from publish to the moment a query over HTTP shows the reading; measured in a run of its own, asking every 25 ms, so that asking is not counted as CPU.
Points per CPU second count all processes of a side, without the generator.

"""


def write_table(results: dict[str, Any]) -> None:
    """Write docs/benchmarks.md."""
    options = " ".join(f"--{k.replace('_', '-')} {v}" for k, v in results["options"].items() if v not in (None, False, True))
    out = [HEAD, f"- machine: {results['machine']}\n- date: {results['date']}\n- command: `python -m bench {options}` (`make bench`)\n"]
    idle = results["idle_memory_mb"]
    out.append(f"- `kaogong up` ready after {results['ready_s']} s on an empty home (first start: it makes the databases)\n")
    out.append(
        f"- idle memory, whole platform: {round(sum(idle.values()))} MB ({', '.join(f'{k} {round(v)}' for k, v in idle.items())})\n\n"
    )
    out.append(
        "| workload | side | messages/s | points/s | cores | points per CPU s | lost | visible p50 / p99 | list p95 | CPU s by process |\n"
    )
    out.append("|---|---|---|---|---|---|---|---|---|---|\n")
    ratios = []
    for name, sides in results.items():
        if not isinstance(sides, dict) or "platform" not in sides:
            continue
        for side in ("platform", "peer"):
            if side not in sides:
                continue
            f = sides[side]
            visible = f"{f['visible_p50_ms']} / {f['visible_p99_ms']} ms" if "visible_p50_ms" in f else ""
            listed = f"{f['list_p95_ms']} ms" if "list_p95_ms" in f else ""
            cpu = ", ".join(f"{k} {v}" for k, v in f["cpu_s"].items())
            lost = "not counted" if f["lost"] is None else f"{f['lost']:,.0f}"
            pace = "" if f["kept_pace"] else " (behind)"
            out.append(
                f"| {name} | {side} | {f['messages_per_s']:,}{pace} | {f['points_per_s']:,} | {f.get('cores', '')} | "
                f"{f['points_per_cpu_s']:,} | {lost} | {visible} | {listed} | {cpu} |\n"
            )
        if "points_per_cpu_s_against_peer" in sides:
            ratios.append(f"- {name}: {sides['points_per_cpu_s_against_peer']} × the peer's points per CPU second\n")
    if ratios:
        out += ["\n## Against Mosquitto → Node-RED → InfluxDB\n\n", *ratios]
    if "peer_left_out" in results:
        out.append(f"\nThe peer was left out: {results['peer_left_out']}.\n")
    FILE.write_text("".join(out), encoding="utf-8")


def machine() -> str:
    """What a reader needs to judge the figures."""
    model = subprocess.run(
        ["sh", "-c", "grep -m1 'model name' /proc/cpuinfo | cut -d: -f2"], capture_output=True, text=True, check=False
    ).stdout.strip()
    memory = round(psutil.virtual_memory().total / 2**30)
    return f"{psutil.cpu_count()} cores ({model}), {memory} GiB, {host.system()} {host.release()}, Python {host.python_version()}, shared"
