"""The first two workloads of the promises: ten values a message from 2,000 devices, 1,000 values a message from gateways."""

import json
import subprocess
import sys
import time
from collections.abc import Callable
from dataclasses import asdict, replace
from pathlib import Path
from typing import Any

from bench.load import Plan, Record
from bench.peer import Peer
from bench.platform import PROPERTIES, Platform
from bench.probe import Probe, percentile
from kaogong.bus.subjects import lane

GATEWAYS, BEHIND_EACH, TIMES = 16, 10, 10  # 10 devices × 10 properties × 10 times = 1,000 values a message

WATCHED_S = 30.0


def values(seed: int) -> str:
    """Ten members of a JSON object: numbers with two decimals, as a transmitter sends them."""
    return ", ".join(f'"p{i}": {20 + (seed * 7 + i * 131) % 5000 / 100:.2f}' for i in range(PROPERTIES))


def small_messages(platform: Platform, devices: int) -> list[dict[str, str]]:
    """2,000 devices of one type, each with its own credential and one message shape."""
    keys = [f"d{i:05}" for i in range(devices)]
    credentials = platform.create_devices(keys)
    return [
        {
            "client": f"{platform.tenant}:{key}",
            "topic": f"up/{platform.tenant}/{key}/telemetry",
            "body": f'{{"ts": %0, "values": {{{values(n)}}}}}',
            **credentials[key],
        }
        for n, key in enumerate(keys)
    ]


def gateway_messages(platform: Platform) -> list[dict[str, str]]:
    """Gateways that speak for ten devices each, all of one lane, ten times a message."""
    specs = []
    for g in range(GATEWAYS):
        gateway = f"gw{g:02}"
        credential = platform.create_devices([gateway], is_gateway=True)[gateway]
        behind = [k for n in range(2000) if lane(k := f"{gateway}-{n:04}") == g][:BEHIND_EACH]
        platform.create_devices(behind, gateway=gateway)
        entries = {k: ", ".join(f'{{"ts": %{t}, "values": {{{values(n * 10 + t)}}}}}' for t in range(TIMES)) for n, k in enumerate(behind)}
        body = '{"devices": {' + ", ".join(f'"{k}": [{e}]' for k, e in entries.items()) + "}}"
        specs.append(
            {"client": f"{platform.tenant}:{gateway}", "topic": f"up/{platform.tenant}/{gateway}/batch/{g}", "body": body, **credential}
        )
    return specs


def send(plan: Plan, folder: Path) -> Record:
    """Run the load in its own process and return its record."""
    (folder / "plan.json").write_text(json.dumps(asdict(plan)))
    subprocess.run(
        [sys.executable, "-m", "bench.load", str(folder / "plan.json"), str(folder / "record.json")], check=True, stdout=subprocess.DEVNULL
    )
    return Record(**json.loads((folder / "record.json").read_text()))


def rest(cpu: Callable[[], dict[str, float]], waiting: Callable[[], int] = int, *, patience_s: float = 120.0) -> dict[str, float]:
    """Wait until a side has worked off what was sent: less than a fifth of a core for two seconds, none `waiting`. Its CPU seconds then.

    Nothing is counted meanwhile: counting millions of rows is work that would be added to what the load cost.
    """
    began, before = time.perf_counter(), cpu()
    while True:
        time.sleep(2)
        now = cpu()
        if (sum(now.values()) - sum(before.values()) < 0.4 and not waiting()) or time.perf_counter() - began > patience_s:
            return now
        before = now


def on_platform(
    platform: Platform, specs: list[dict[str, str]], *, rate: float, seconds: float, qos: int, points: int, times: int = 1
) -> dict[str, Any]:
    """Two runs against the platform. The first for CPU and loss, alone as the peer's is; the second, of half a minute at most, is watched from outside."""
    plan = Plan(*platform.mqtt, devices=specs, rate=rate, seconds=seconds, qos=qos, times=times)
    before, cpu = platform.counts(), platform.cpu()
    record = send(plan, platform.home)
    used = {name: round(after - cpu.get(name, 0.0), 2) for name, after in rest(platform.cpu, platform.pending).items()}
    after = platform.counts()
    stored = sum(n for n, _ in after.values()) - sum(n for n, _ in before.values())
    acknowledged = record.acked if qos else record.sent
    figures: dict[str, Any] = {
        "messages_per_s": round(record.sent / record.elapsed_s),
        "points_per_s": round(record.sent * points / record.elapsed_s),
        "kept_pace": not record.behind,
        "seconds": round(record.elapsed_s, 1),
        "connect_s": round(record.connect_s, 2),
        "sent": record.sent,
        "acknowledged": record.acked if qos else None,
        "lost": acknowledged - stored / (points / PROPERTIES),
        "cpu_s": used | {"load": round(record.cpu_s, 2)},
        "cores": round((sum(used.values()) + record.cpu_s) / record.elapsed_s, 2),
        "points_per_cpu_s": round(record.sent * points / sum(used.values())),
        "ack_p99_ms": round(percentile(record.ack_ms, 0.99), 1) if qos else None,
    }
    if times == 1:
        figures["devices_that_differ"] = _differing(record, before, after, platform, qos)
    return figures | watched(platform, replace(plan, seconds=min(seconds, WATCHED_S)))


def watched(platform: Platform, plan: Plan) -> dict[str, Any]:
    """What a user sees while the load runs: publish to queryable, lists."""
    credential = platform.call("POST", "/devices/probe/credential")
    with Probe(platform, credential.get("credential", credential)) as probe:
        record = send(plan, platform.home)
    rest(platform.cpu, platform.pending)
    return probe.figures() | {"watched_kept_pace": not record.behind}


def _differing(record: Record, before: dict[str, tuple[int, int]], after: dict[str, tuple[int, int]], platform: Platform, qos: int) -> int:
    """Devices whose stored count or sum of times is not what the load's record says: lost, doubled or altered."""
    differing = 0
    for client, (sent, sent_sum, acked, acked_sum) in record.devices.items():
        key = client.removeprefix(f"{platform.tenant}:")
        had, found = before.get(key, (0, 0)), after.get(key, (0, 0))
        expected = (acked, acked_sum) if qos else (sent, sent_sum)
        differing += (found[0] - had[0], found[1] - had[1]) != expected
    return differing


def on_peer(
    peer: Peer, specs: list[dict[str, str]], *, rate: float, seconds: float, qos: int, points: int, times: int = 1
) -> dict[str, Any]:
    """The same load against the peer."""
    before, cpu = peer.stored(), peer.cpu()
    record = send(Plan(*peer.mqtt, devices=specs, rate=rate, seconds=seconds, qos=qos, times=times), peer.home)
    used = {name: round(after - cpu[name], 2) for name, after in rest(peer.cpu).items()}
    stored = peer.stored() - before
    return {
        "messages_per_s": round(record.sent / record.elapsed_s),
        "points_per_s": round(record.sent * points / record.elapsed_s),
        "kept_pace": not record.behind,
        "sent": record.sent,
        "lost": record.sent - stored / (points / PROPERTIES),
        "cpu_s": used | {"load": round(record.cpu_s, 2)},
        "points_per_cpu_s": round(stored * PROPERTIES / sum(used.values())),
    }
