"""The edge's promises, measured: tags per CPU second of the whole edge process, from the wire to the platform's acknowledgement.

`python -m bench.edge` runs it alone. The machines are simulated in a process of their own, the broker is the real one; only the edge
process is counted. Loss is the simulator's record against what the broker's stream holds.
"""

import argparse
import asyncio
import json
import signal
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from itertools import pairwise
from pathlib import Path
from threading import Thread
from typing import Any, TypeVar

import orjson
import psutil

from bench.report import machine
from kaogong.bus import PLATFORM, Bus, NatsServer, ServerOptions, die_with_parent, ensure_streams, new_account_key, new_user_key
from kaogong.bus.subjects import UP
from kaogong.core.errors import NotReady

T = TypeVar("T")
TENANT, NODE = "bench", "edge-1"
TAGS_A_DEVICE = 100
SETPOINT = 40_000  # the register that commands write
ORDERS = 200
STOPPING_S = 5
WARM_UP_S = 5.0


@dataclass(frozen=True)
class Workload:
    """What an edge node is asked to do, and the promise."""

    name: str
    driver: str
    connections: int
    tags: int  # each
    promised: int | None = None  # tags per CPU second
    promised_mb: int | None = None
    outage: bool = False

    @property
    def all_tags(self) -> int:
        """Over all connections."""
        return self.connections * self.tags


WORKLOADS = (
    Workload("modbus 10,000", "modbus_tcp", 10, 1000, 150_000, 150),
    Workload("modbus 50,000", "modbus_tcp", 50, 1000, 150_000),
    Workload("modbus 1,000 connections", "modbus_tcp", 1000, 10),
    Workload("s7 10,000", "s7", 10, 1000, 100_000),
    Workload("outage at 5,000/s", "modbus_tcp", 5, 1000, outage=True),
    Workload("opcua 10,000", "opcua", 4, 2500, 45_000, 220),
)


class ConfigurationServer:
    """One configuration document over HTTP, as the platform gives it to its node."""

    def __init__(self, document: dict[str, Any]) -> None:
        body = orjson.dumps(document)

        class Handler(BaseHTTPRequestHandler):
            def do_GET(self) -> None:
                is_known = self.headers.get("if-none-match") == '"1"'
                self.send_response(304 if is_known else 200)
                self.send_header("etag", '"1"')
                self.send_header("content-length", "0" if is_known else str(len(body)))
                self.end_headers()
                if not is_known:
                    self.wfile.write(body)

            def log_request(self, code: int | str = "-", size: int | str = "-") -> None:
                pass

        self.server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self.url = f"http://127.0.0.1:{self.server.server_port}"
        Thread(target=self.server.serve_forever, daemon=True).start()

    def stop(self) -> None:
        """Stop listening."""
        self.server.shutdown()
        self.server.server_close()


class Floor:
    """A process of simulated machines."""

    def __init__(self, module: str, folder: Path, *args: str) -> None:
        self.record_file = folder / "record.json"
        command = [sys.executable, "-m", f"bench.floor.{module}", str(self.record_file), *args]
        self.process = subprocess.Popen(command, stdout=subprocess.PIPE, text=True, preexec_fn=die_with_parent())  # noqa: PLW1509
        assert self.process.stdout is not None
        self.port = int(self.process.stdout.readline())

    def stop(self) -> Any:
        """End it; its record."""
        self.process.send_signal(signal.SIGTERM)
        self.process.wait(30)
        return json.loads(self.record_file.read_text()) if self.record_file.exists() else None


@asynccontextmanager
async def broker(folder: Path) -> AsyncIterator[tuple[NatsServer, str, Bus]]:
    """The real broker with the platform's streams; its address' password and a connection."""
    platform, system, issuer = new_user_key(), new_user_key(), new_account_key()
    options = ServerOptions(
        store=folder / "store", platform_key=platform.public, sys_key=system.public, issuer_key=issuer.public, max_file="20GB"
    )
    server = NatsServer(options, directory=folder)
    await server.start()
    bus = await Bus.connect(server.url, user=PLATFORM, password=platform.seed, name="bench")
    await ensure_streams(bus)
    try:
        yield server, platform.seed, bus
    finally:
        await bus.close()
        await server.stop()


def host(i: int) -> str:
    """The loopback address of the i-th machine."""
    return f"127.1.{i // 250}.{1 + i % 250}"


def modbus(work: Workload, port: int) -> dict[str, Any]:
    """Float32 in holding registers, one device a hundred of them."""
    return {
        "connections": [
            {
                "name": f"plc-{i}",
                "driver": "modbus_tcp",
                "config": {"host": host(i), "port": port, "max_registers": 120},
                "points": [
                    {
                        "device": f"plc-{i}-{t // TAGS_A_DEVICE}",
                        "property": f"v{t % TAGS_A_DEVICE}",
                        "address": {"table": "holding", "address": 2 * t, "type": "float32"},
                    }
                    for t in range(work.tags)
                ]
                + [
                    {
                        "device": f"plc-{i}-drive",
                        "property": "speed",
                        "address": {"table": "holding", "address": SETPOINT, "type": "float32"},
                        "write": {"command": "set_speed"},
                    }
                ],
            }
            for i in range(work.connections)
        ]
    }


def s7(work: Workload, port: int) -> dict[str, Any]:
    """REALs of a data block, one device a hundred of them."""
    return {
        "connections": [
            {
                "name": f"plc-{i}",
                "driver": "s7",
                "config": {"host": host(i), "port": port},
                "points": [
                    {
                        "device": f"plc-{i}-{t // TAGS_A_DEVICE}",
                        "property": f"v{t % TAGS_A_DEVICE}",
                        "address": {"address": f"DB1.DBD{4 * t}", "type": "REAL"},
                    }
                    for t in range(work.tags)
                ],
            }
            for i in range(work.connections)
        ]
    }


def opcua(work: Workload, port: int) -> dict[str, Any]:
    """Subscriptions to doubles that change once a second, published twice as often, so that none overtakes another."""
    return {
        "connections": [
            {
                "name": f"server-{i}",
                "driver": "opcua",
                "config": {"url": f"opc.tcp://127.0.0.1:{port}/", "timeout_s": 30},
                "groups": {"default": {"interval_s": 0.5}},
                "points": [
                    {
                        "device": f"server-{i}-{t // TAGS_A_DEVICE}",
                        "property": f"v{t % TAGS_A_DEVICE}",
                        "address": {"node": f"ns=2;s=t{i * work.tags + t}"},
                    }
                    for t in range(work.tags)
                ],
            }
            for i in range(work.connections)
        ]
    }


class Edge:
    """The edge process as a gateway runs it."""

    def __init__(self, folder: Path, http: str, nats: str, password: str, profile: Path | None) -> None:
        self.folder = folder
        secrets = folder / "edge.json"
        secrets.write_text(json.dumps({"username": f"{TENANT}.{NODE}", "password": password, "http": http, "nats": nats}))
        profiler = ["-m", "cProfile", "-o", str(profile)] if profile else []
        command = [sys.executable, *profiler, "-m", "kaogong.cli", "edge", "--node", str(secrets), "--folder", str(folder / "edge")]
        self.log = folder / "edge.log"
        with self.log.open("w") as log:
            self.process = subprocess.Popen(command, stdout=log, stderr=subprocess.STDOUT, preexec_fn=die_with_parent())  # noqa: PLW1509
        self.seen = psutil.Process(self.process.pid)

    def cpu_s(self) -> float:
        """CPU seconds so far."""
        times = self.seen.cpu_times()
        return float(times.user + times.system)

    def memory_mb(self) -> float:
        """Resident memory, libraries included."""
        return round(self.seen.memory_info().rss / 2**20, 1)

    def stop(self) -> None:
        """SIGTERM, and wait until what is pending is on disk."""
        self.process.terminate()
        self.process.wait(30)


class Reports:
    """What the node says of itself, the newest last."""

    def __init__(self) -> None:
        self.last: dict[str, Any] = {}

    async def take(self, message: Any) -> None:
        """One report."""
        self.last = orjson.loads(message.data)

    @property
    def good(self) -> int:
        """Points that give good values."""
        return sum(c["good"] for c in self.last.get("connections", ()))


async def patiently(ask: Callable[[], Awaitable[T]]) -> T:
    """A broker on a machine that others use, too, may not answer in time."""
    for _ in range(5):
        try:
            return await ask()
        except NotReady:
            await asyncio.sleep(1)
    return await ask()


async def stored(bus: Bus) -> AsyncIterator[tuple[float, dict[str, Any]]]:
    """Every body in the stream with the time it was stored."""
    left = (await patiently(lambda: bus.stream_state(UP))).messages
    consumer = await patiently(lambda: bus.push_consumer(UP, "bench", filter_subject="p.>", start_sequence=1))
    while left > 0:
        for message in await consumer.next_batch(1000, 0.05):
            left -= 1
            yield message.time_ns / 1e9, orjson.loads(message.data)
    await consumer.close()


async def wait_for(condition: Callable[[], bool], what: Callable[[], str], patience_s: float, every_s: float = 0.2) -> float:
    """Seconds until it holds; ends the bench when it does not."""
    began = time.perf_counter()
    while not condition():
        if time.perf_counter() - began > patience_s:
            raise RuntimeError(f"not within {patience_s:g} s: {what()}")
        await asyncio.sleep(every_s)
    return time.perf_counter() - began


async def measure(work: Workload, seconds: float, profile: Path | None = None) -> dict[str, Any]:
    """One workload: figures, and what was lost."""
    with tempfile.TemporaryDirectory(prefix="kaogong-edge-") as name:
        folder = Path(name)
        async with broker(folder) as (server, password, bus):
            floor = FLOORS[work.driver](work, folder)
            configuration = ConfigurationServer(DOCUMENTS[work.driver](work, floor.port))
            reports = Reports()
            await bus.subscribe(f"up.{TENANT}.{NODE}.reported", reports.take)
            edge = Edge(folder, configuration.url, server.url, password, profile)
            try:
                began = time.perf_counter()
                await wait_for(lambda: bool(reports.last), lambda: f"a first report:\n{edge.log.read_text()[-2000:]}", 150)
                first_s = time.perf_counter() - began
                await wait_for(lambda: reports.good >= work.all_tags, lambda: f"every point good, not {reports.good}", 120)
                ready_s = time.perf_counter() - began
                await asyncio.sleep(WARM_UP_S)
                figures = await (_outage(edge, server, bus, seconds) if work.outage else _window(edge, bus, seconds))
                told = await _order(bus, work) if work.driver == "modbus_tcp" and not work.outage else []
                figures |= {"first_report_s": round(first_s, 2), "all_good_s": round(ready_s, 2), "memory_mb": edge.memory_mb()}
            finally:
                edge.stop()
                record = floor.stop()
                configuration.stop()
            if told:
                figures |= _latencies(told, record)
            figures |= await COUNTS[work.driver](work, record, bus)
    return {"tags": work.all_tags, "promised": work.promised, "promised_mb": work.promised_mb} | figures


async def _outage(edge: Edge, server: NatsServer, bus: Bus, seconds: float) -> dict[str, Any]:
    """The broker is away for that long: how fast the backlog comes, and how late live data is meanwhile."""
    server.keep_ports()
    before = edge.cpu_s()
    await server.stop()
    await asyncio.sleep(seconds)
    waiting = edge.cpu_s() - before
    await server.start()
    back = time.time()
    await wait_for(lambda: bus.connected, lambda: "the broker back", 60)
    await asyncio.sleep(min(seconds, 90))
    backlog, replayed_at, late, live = 0, back, [0.0], 0
    async for at, body in stored(bus):
        for entries in body["devices"].values():
            for entry in entries:
                taken = entry["ts"] / 1000
                if back - seconds < taken < back <= at:
                    backlog += len(entry["values"])
                    replayed_at = max(replayed_at, at)
                elif taken >= back:
                    live += len(entry["values"])
                    late.append(at - taken)
    return {
        "outage_s": seconds,
        "backlog": backlog,
        "replayed_in_s": round(replayed_at - back, 1),
        "replayed_per_s": round(backlog / max(replayed_at - back, 0.1)),
        "live": live,
        "live_late_most_s": round(max(late), 2),
        "cores_while_away": round(waiting / seconds, 3),
    }


async def _order(bus: Bus, work: Workload) -> list[tuple[float, float]]:
    """Write a setpoint on one machine after the other; when each was asked for and answered."""
    answers: dict[str, tuple[float, dict[str, Any]]] = {}

    async def take(message: Any) -> None:
        answers[message.subject.rpartition(".")[2]] = time.time(), orjson.loads(message.data)

    await bus.subscribe(f"up.{TENANT}.{NODE}.reply.*", take)
    await asyncio.sleep(1)
    told = []
    for n in range(ORDERS):
        device, number, asked = f"plc-{n % work.connections}-drive", f"order{n}", time.time()
        order = {"id": number, "device": device, "name": "set_speed", "arguments": {"speed": n + 0.5}, "expires_at": "2100-01-01T00:00:00Z"}
        await bus.publish(f"down.{TENANT}.{NODE}.command.{number}", orjson.dumps(order))
        await wait_for(lambda number=number: number in answers, lambda: "an answer to an order", 20, 0.002)  # type: ignore[misc]
        answered, answer = answers[number]
        if not answer["ok"]:
            raise RuntimeError(f"an order was refused: {answer}")
        told.append((asked, answered))
        await asyncio.sleep(0.013)  # not in step with the readings
    return told


def _latencies(told: list[tuple[float, float]], record: Any) -> dict[str, Any]:
    """From the order on the bus to the write at the machine, and to the answer that says what it reads."""
    written = sorted(at for _, _, at in record["writes"])
    wire = sorted((at - asked) * 1000 for (asked, _), at in zip(told, written, strict=True))
    answered = sorted((at - asked) * 1000 for asked, at in told)
    middle, high = len(told) // 2, len(told) * 95 // 100
    return {
        "write_p50_ms": round(wire[middle], 1),
        "write_p95_ms": round(wire[high], 1),
        "answer_p50_ms": round(answered[middle], 1),
        "answer_p95_ms": round(answered[high], 1),
    }


async def _window(edge: Edge, bus: Bus, seconds: float) -> dict[str, Any]:
    """CPU seconds against samples acknowledged, in five parts whose median is told."""
    rates, cores = [], []
    begin = time.time()
    total_cpu = edge.cpu_s()
    marks = [(begin, total_cpu, (await patiently(lambda: bus.stream_state(UP))).last_sequence)]
    for _ in range(5):
        await asyncio.sleep(seconds / 5)
        marks.append((time.time(), edge.cpu_s(), (await patiently(lambda: bus.stream_state(UP))).last_sequence))
    samples: dict[int, int] = {}
    consumer = await patiently(lambda: bus.push_consumer(UP, "window", filter_subject="p.>", start_sequence=marks[0][2] + 1))
    sequence = marks[0][2]
    while sequence < marks[-1][2]:
        for message in await consumer.next_batch(1000, 0.05):
            sequence = message.stream_sequence
            samples[sequence] = _samples(orjson.loads(message.data))
    await consumer.close()
    for (t0, c0, s0), (t1, c1, s1) in pairwise(marks):
        count = sum(n for at, n in samples.items() if s0 < at <= s1)
        rates.append(count / (c1 - c0))
        cores.append((c1 - c0) / (t1 - t0))
    count = sum(n for at, n in samples.items() if at <= marks[-1][2])
    elapsed, used = marks[-1][0] - begin, marks[-1][1] - total_cpu
    return {
        "seconds": round(elapsed, 1),
        "tags_per_s": round(count / elapsed),
        "cpu_s": round(used, 2),
        "tags_per_cpu_s": round(count / used),
        "tags_per_cpu_s_median": round(statistics.median(rates)),
        "cores": round(statistics.median(cores), 3),
    }


def _samples(body: dict[str, Any]) -> int:
    return sum(len(entry["values"]) for entries in body["devices"].values() for entry in entries)


async def count_blocks(work: Workload, record: Any, bus: Bus) -> dict[str, Any]:
    """Every value a block has served must be in the stream, once; what was answered in the very end may have been cut off."""
    found: dict[tuple[str, str], list[int]] = {}
    async for _, body in stored(bus):
        for device, entries in body["devices"].items():
            for entry in entries:
                for key, value in entry["values"].items():
                    found.setdefault((device, key), []).append(int(value))
    lost = doubled = read = 0
    for i in range(work.connections):
        blocks = record["reads"].get(host(i), {})
        for first, (times, floats) in blocks.items():
            if int(first) >= work.tags:
                continue  # the setpoint
            for t in range(int(first), int(first) + floats):
                seen = found.get((f"plc-{i}-{t // TAGS_A_DEVICE}", f"v{t % TAGS_A_DEVICE}"), [])
                read += times
                lost += len(set(range(1, times)) - set(seen))  # the last turn was cut off by the end of the run
                doubled += len(seen) - len(set(seen))
    return {"read": read, "lost": lost, "doubled": doubled, "simulator_cpu_s": round(record["cpu_s"], 1)}


async def count_opcua(work: Workload, record: Any, bus: Bus) -> dict[str, Any]:
    """Every change after the first that arrived must be in the stream, once; those published while the edge was being stopped are left out."""
    found: dict[tuple[str, str], list[int]] = {}
    async for _, body in stored(bus):
        for device, entries in body["devices"].items():
            for entry in entries:
                for key, value in entry["values"].items():
                    found.setdefault((device, key), []).append(int(value))
    lost = doubled = 0
    for seen in found.values():
        different = set(seen)
        is_at_the_end = record["changes"] - max(different) <= STOPPING_S
        lost += len(set(range(min(different), max(different) if is_at_the_end else record["changes"])) - different)
        doubled += len(seen) - len(different)
    return {
        "read": sum(map(len, found.values())),
        "lost": lost + (work.all_tags - len(found)) * record["changes"],
        "doubled": doubled,
        "simulator_cpu_s": round(record["cpu_s"], 1),
    }


FLOORS: dict[str, Callable[[Workload, Path], Floor]] = {
    "modbus_tcp": lambda work, folder: Floor("modbus", folder),
    "opcua": lambda work, folder: Floor("opcua", folder),
    "s7": lambda work, folder: Floor("s7", folder),
}
DOCUMENTS = {"modbus_tcp": modbus, "s7": s7, "opcua": opcua}
COUNTS = {"modbus_tcp": count_blocks, "s7": count_blocks, "opcua": count_opcua}


HEAD = """<!-- Written by `python -m bench.edge`; do not edit. -->
# Benchmarks of the edge

One edge process from the wire to the platform's acknowledgement: every tag is a float with all its digits, read or published once a second, sent without a deadband, written
to the disk buffer, and counted when the real `nats-server` has stored it. The CPU seconds are those of the whole edge process, its five parts' median beside the whole; machines and
broker are other processes. *Lost* is the machines' own record against the stream. Memory is what is resident (RSS). The OPC UA server omits good status codes, as most do.

"""


def write_table(results: dict[str, Any]) -> None:
    """Write docs/benchmarks-edge.md."""
    out = [HEAD, f"- machine: {results['machine']}\n- date: {results['date']}\n\n"]
    out.append("| workload | tags/s | tags per CPU s (median) | promised | memory | promised | lost | doubled | write p95 | answer p95 |\n")
    out.append("|---|---|---|---|---|---|---|---|---|---|\n")
    for name, f in results.items():
        if isinstance(f, dict) and "tags_per_cpu_s" in f:
            promised = f"{f['promised']:,}" if f["promised"] else ""
            memory = f"{f['promised_mb']} MB" if f["promised_mb"] else ""
            write, answer = (f"{f[k]} ms" if k in f else "" for k in ("write_p95_ms", "answer_p95_ms"))
            out.append(
                f"| {name} | {f['tags_per_s']:,} | {f['tags_per_cpu_s']:,} ({f['tags_per_cpu_s_median']:,}) | {promised} | {f['memory_mb']} MB | {memory} | "
                f"{f['lost']} | {f['doubled']} | {write} | {answer} |\n"
            )
    for name, f in results.items():
        if isinstance(f, dict) and "outage_s" in f:
            out.append(
                f"\n{name}: the broker was away for {f['outage_s']:g} s. {f['backlog']:,} readings waited and came in {f['replayed_in_s']} s "
                f"({f['replayed_per_s']:,} a second); live readings were at most {f['live_late_most_s']} s late; lost {f['lost']}, doubled {f['doubled']}.\n"
            )
    (Path(__file__).parents[1] / "docs/benchmarks-edge.md").write_text("".join(out), encoding="utf-8")


def run(seconds: float, names: list[str], machine_is: str, profile: Path | None = None) -> None:
    """Every workload, or those named; results to bench/out/edge.json and docs/benchmarks-edge.md."""
    out = Path(__file__).parent / "out/edge.json"
    out.parent.mkdir(exist_ok=True)
    results: dict[str, Any] = json.loads(out.read_text()) if names and out.exists() else {}
    results |= {"machine": machine_is, "date": datetime.now(UTC).isoformat(timespec="seconds")}
    for work in WORKLOADS:
        if not names or any(n in work.name for n in names):
            results[work.name] = asyncio.run(measure(work, seconds, profile))
            print(work.name, json.dumps(results[work.name]), flush=True)
            out.write_text(json.dumps(results, indent=1) + "\n")
    write_table(results)


def main() -> None:
    """The command line."""
    args = argparse.ArgumentParser(prog="python -m bench.edge", description=__doc__)
    args.add_argument("--seconds", type=float, default=30)
    args.add_argument("--profile", type=Path, help="where cProfile writes what the edge process spends its time in")
    args.add_argument("names", nargs="*", help="parts of the workloads' names; none: all")
    options = args.parse_args()
    run(options.seconds, options.names, machine(), options.profile)


if __name__ == "__main__":
    main()
