"""A million devices: how long it takes to make them, and how long any list, search, filter or count takes then, on both stores.

`python -m bench.registry --devices 50000` runs it small; `make bench` runs it whole. Writes bench/out/registry.json and
docs/benchmarks-registry.md.
"""

import argparse
import gc
import json
import random
import shutil
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from itertools import islice
from pathlib import Path
from typing import Any

import psutil

from bench.probe import percentile
from kaogong import registry
from kaogong.cli.upgrade import import_tables
from kaogong.core.principal import Principal
from kaogong.db import Database, outbox, schema
from kaogong.registry import DeviceFilter, Name, NewDevice, NewPlace, Property, TypeDraft

CHUNK = 50_000
ASKED = 40  # times each question is asked

KINDS = {
    "kiln": ("Kiln", "回转窑"), "boiler": ("Boiler", "蒸汽锅炉"), "column": ("Distillation column", "精馏塔"), "pump": ("Pump", "给水泵"),
    "diesel": ("Diesel engine", "柴油发动机"), "motor": ("Motor", "电动机"), "compressor": ("Air compressor", "空压机"),
    "turbine": ("Wind turbine", "风力发电机"), "inverter": ("PV inverter", "光伏逆变器"), "excavator": ("Excavator", "挖掘机"),
    "cnc": ("CNC machine", "数控机床"), "robot": ("Robot", "工业机器人"), "moulder": ("Injection moulder", "注塑机"),
    "transformer": ("Transformer", "变压器"), "electricity": ("Electricity meter", "电能表"), "water": ("Water meter", "水表"),
    "gas": ("Gas meter", "燃气表"), "heat": ("Heat meter", "热量表"), "chiller": ("Chiller", "冷水机组"), "fan": ("Fan", "风机"),
    "valve": ("Valve", "调节阀"), "conveyor": ("Conveyor", "输送机"), "agv": ("AGV", "搬运小车"), "cabinet": ("PLC cabinet", "控制柜"),
}  # fmt: skip
SITES = ("nanjing", "suzhou", "wuxi", "xuzhou", "nantong")


def new_devices(count: int, places: list[str]) -> Iterator[NewDevice]:
    """Devices as a group of works would name them, type after type."""
    kinds = list(KINDS)
    for number in range(count):
        kind = kinds[number * len(kinds) // count]
        en, zh = KINDS[kind]
        place = places[number * 7919 % len(places)]
        name = Name.model_construct(en=f"{en} {number:07d} {place[:4]}", zh=f"{number % 997}号{zh}")
        yield NewDevice.model_construct(
            key=f"{kind}-{number:07d}", name=name, type=kind, place=place, asset=None, gateway=None, is_gateway=False
        )


def measure(dsn: str, devices: int) -> dict[str, Any]:
    """Make `devices` devices in an empty database, then ask."""
    import_tables()
    database = Database(dsn)
    try:
        schema.upgrade(database)
        principal, places = _furnish(database)
        found: dict[str, Any] = {"devices": devices, "types": len(KINDS), "places": len(places)}
        found |= _create(database, principal, devices, places)
        found["questions"] = _ask(database, principal, places)
        found |= _directory(database, principal)
        return found
    finally:
        database.close()


def _furnish(database: Database) -> tuple[Principal, list[str]]:
    leaves = []
    with database.write() as session:
        tenant = registry.create_tenant(session, Principal.system(0, ""), "bench", Name(en="Bench"))
        principal = Principal.system(tenant.id, tenant.key)
        for key, (en, zh) in KINDS.items():
            properties = (Property(key="value", unit="kPa"), Property(key="running", type="boolean"))  # type: ignore[arg-type]
            registry.create_type(session, principal, TypeDraft(key=key, name=Name(en=en, zh=zh), properties=properties))
        for site in SITES:
            registry.create_place(session, principal, NewPlace(key=site, name=Name(en=site)))
            for area in range(8):
                registry.create_place(session, principal, NewPlace(key=f"a{area}", name=Name(en=f"Area {area}"), parent=site))
                for line in range(12):
                    registry.create_place(
                        session, principal, NewPlace(key=f"l{line}", name=Name(en=f"Line {line}"), parent=f"{site}/a{area}")
                    )
                    leaves.append(f"{site}/a{area}/l{line}")
    return principal, leaves


def _create(database: Database, principal: Principal, devices: int, places: list[str]) -> dict[str, Any]:
    began, cpu = time.perf_counter(), time.process_time()
    with database.read() as session:
        seq = outbox.head(session)
    source = new_devices(devices, places)
    while part := list(islice(source, CHUNK)):
        with database.write() as session:
            registry.make_devices(session, principal, part)
        print(f"  {part[-1].key} after {time.perf_counter() - began:.1f} s", flush=True)
    with database.read() as session:
        announced = outbox.head(session) - seq
    return {
        "created_s": round(time.perf_counter() - began, 1), "created_cpu_s": round(time.process_time() - cpu, 1), "announcements": announced,
    }  # fmt: skip


def _ask(database: Database, principal: Principal, places: list[str]) -> dict[str, Any]:
    rng = random.Random(1)
    kinds = list(KINDS)

    def number() -> str:
        return f"{rng.randrange(1000):03d}"

    questions: dict[str, Callable[[], DeviceFilter]] = {
        "first page": DeviceFilter,
        "by type": lambda: DeviceFilter(type=rng.choice(kinds)),
        "by place": lambda: DeviceFilter(place=rng.choice(places)),
        "by site": lambda: DeviceFilter(place=rng.choice(SITES)),
        "by type and site": lambda: DeviceFilter(type=rng.choice(kinds), place=rng.choice(SITES)),
        "by type and line": lambda: DeviceFilter(type=rng.choice(kinds), place=rng.choice(places)),
        "two Chinese characters": lambda: DeviceFilter(q=rng.choice(("水泵", "锅炉", "机床", "风机", "电能"))),
        "one Chinese character": lambda: DeviceFilter(q=rng.choice("泵窑塔炉机")),
        "three digits": lambda: DeviceFilter(q=number()),
        "five digits": lambda: DeviceFilter(q=f"{rng.randrange(100_000):05d}"),
        "a whole key": lambda: DeviceFilter(q=f"pump-{rng.randrange(1_000_000):07d}"),
        "a word": lambda: DeviceFilter(q=rng.choice(("pump", "boiler", "conveyor", "wind turbine"))),
        "a letter": lambda: DeviceFilter(q=rng.choice("aeiou")),
        "what is not there": lambda: DeviceFilter(q=rng.choice(("zzz", "龙龙", "pomp", "no such thing"))),
        "words, type and site": lambda: DeviceFilter(q=number(), type=rng.choice(kinds), place=rng.choice(SITES)),
    }
    found = {}
    for name, question in questions.items():
        found[name] = _timed(database, principal, question, lambda s, p, c: registry.list_devices(s, p, c, limit=50))
    found["hundredth page by type"] = _timed(database, principal, questions["by type"], _deep)
    found["hundredth page of a search"] = _timed(database, principal, questions["one Chinese character"], _deep)
    found["facets of all"] = _timed(database, principal, DeviceFilter, registry.device_facets)
    found["facets of a search"] = _timed(database, principal, questions["a word"], registry.device_facets)
    found["facets of a site"] = _timed(database, principal, questions["by site"], registry.device_facets)
    found["one device"] = _timed(
        database, principal, lambda: DeviceFilter(q=rng.choice(kinds)), lambda s, p, c: registry.get_device(s, p, _first(s, p, c))
    )
    return found


def _first(session: Any, principal: Principal, chosen: DeviceFilter) -> str:
    return registry.list_devices(session, principal, DeviceFilter(type=chosen.q), limit=1).items[0].key


def _deep(session: Any, principal: Principal, chosen: DeviceFilter) -> None:
    cursor = None
    for _ in range(2):
        page = registry.list_devices(session, principal, chosen, limit=500, cursor=cursor)
        cursor = page.next
    registry.list_devices(session, principal, chosen, limit=50, cursor=cursor)


def _timed(database: Database, principal: Principal, question: Callable[[], DeviceFilter], verb: Callable[..., Any]) -> dict[str, float]:
    wall, cpu = [], []
    for _ in range(ASKED):
        chosen = question()
        began, used = time.perf_counter(), time.process_time()
        with database.read() as session:
            verb(session, principal, chosen)
        wall.append((time.perf_counter() - began) * 1000)
        cpu.append((time.process_time() - used) * 1000)
    return {
        "p50_ms": round(percentile(wall, 0.5), 1), "p95_ms": round(percentile(wall, 0.95), 1), "p99_ms": round(percentile(wall, 0.99), 1),
        "cpu_ms": round(sum(cpu) / len(cpu), 1),
    }  # fmt: skip


def _directory(database: Database, principal: Principal) -> dict[str, Any]:
    gc.collect()
    before, began = _memory_mb(), time.perf_counter()
    with database.read() as session:
        directory = registry.Directory.snapshot(session)
    gc.collect()
    found: dict[str, Any] = {"directory_read_s": round(time.perf_counter() - began, 1), "directory_mb": round(_memory_mb() - before, 1)}
    began = time.perf_counter()
    for number in range(10_000):
        directory.device(principal.tenant, f"pump-{number * 97:07d}")
    return found | {"directory_lookup_us": round((time.perf_counter() - began) * 100, 2)}


def _memory_mb() -> float:
    return float(psutil.Process().memory_info().rss) / 2**20


@contextmanager
def sqlite() -> Iterator[str]:
    """The DSN of an empty SQLite file."""
    folder = Path(tempfile.mkdtemp(prefix="kaogong-bench-"))
    try:
        yield f"sqlite:///{folder}/registry.db"
    finally:
        shutil.rmtree(folder)


@contextmanager
def postgresql() -> Iterator[str]:
    """The DSN of an empty database in a PostgreSQL of its own."""
    from tests.support.postgres import PostgresServer  # noqa: PLC0415 - the one place that knows how to start it

    server = PostgresServer(Path(tempfile.mkdtemp(prefix="kaogong-bench-")))
    try:
        yield server.dsn(server.create())
    finally:
        server.stop()


STORES = {"SQLite": sqlite, "PostgreSQL": postgresql}
OUT = Path(__file__).parent / "out" / "registry.json"
FILE = Path(__file__).parents[1] / "docs/benchmarks-registry.md"
HEAD = """<!-- Written by `python -m bench.registry`; do not edit. -->
# Benchmarks of the register

Times are wall clock on a shared machine; CPU seconds are this process's own, without PostgreSQL's. Each question was asked {asked} times, with another word, type or place each time.
The promise: a million devices of 24 types made in 120 s, p95 200 ms, p99 500 ms, the directory of ingest in 300 MB.

"""


def write(results: dict[str, Any]) -> None:
    """The figures as JSON and as a page."""
    OUT.parent.mkdir(exist_ok=True)
    OUT.write_text(json.dumps(results, indent=1) + "\n")
    out = [HEAD.format(asked=ASKED), f"Load of the machine when it began: {results['load']} on {psutil.cpu_count()} cores.\n"]
    for store, found in results["stores"].items():
        out.append(f"\n## {store}: {found['devices']:,} devices of {found['types']} types at {found['places']} places\n\n")
        out.append(f"Made in {found['created_s']} s ({found['created_cpu_s']} CPU s), {found['announcements']} announcements. ")
        out.append(
            f"The directory: {found['directory_mb']} MB, read in {found['directory_read_s']} s, {found['directory_lookup_us']} µs a name.\n\n"
        )
        out.append("| question | p50 ms | p95 ms | p99 ms | CPU ms |\n|---|---|---|---|---|\n")
        out += [f"| {name} | {f['p50_ms']} | {f['p95_ms']} | {f['p99_ms']} | {f['cpu_ms']} |\n" for name, f in found["questions"].items()]
    FILE.write_text("".join(out), encoding="utf-8")


def main() -> None:
    """Each store in turn."""
    args = argparse.ArgumentParser(prog="python -m bench.registry", description=__doc__)
    args.add_argument("--devices", type=int, default=1_000_000)
    args.add_argument("--store", choices=STORES, action="append", help="one of the stores; unset: both")
    options = args.parse_args()
    results: dict[str, Any] = {"load": round(psutil.getloadavg()[0], 1), "stores": {}}
    for name in options.store or STORES:
        print(name, flush=True)
        with STORES[name]() as dsn:
            results["stores"][name] = measure(dsn, options.devices)
    write(results)


if __name__ == "__main__":
    main()
