"""Own the store of readings: answer for it on the bus, roll up, expire, and keep its names in step with the registry."""

import asyncio
import shutil
import tempfile
import time
from collections import defaultdict
from pathlib import Path
from typing import Annotated, Literal

import orjson
import polars as pl
import typer

from kaogong.bus import Message
from kaogong.bus.subjects import REGISTRY_CHANGES
from kaogong.cli.process import ProcessContext, open_process
from kaogong.core.errors import KaogongError
from kaogong.core.principal import Principal
from kaogong.db import Change, Database
from kaogong.historian import NAMES
from kaogong.historian.local import LocalHistorian
from kaogong.historian.serving import serve
from kaogong.registry import list_tenants, name_table

app = typer.Typer(add_completion=False)

FIGURES_S = 5.0
NAMES_SETTLE_S = 1.0
NAMES_SHARE = 10  # reading names anew takes at most a tenth of the time

NamedKind = Literal["asset", "device", "property"]
_TOUCHED: dict[str, tuple[NamedKind, ...]] = {
    "tenant": ("asset", "device", "property"),
    "device": ("device", "asset"),
    "devices": ("device", "asset"),
    "asset": ("asset",),
    "type": ("property",),
    "place": ("asset", "device"),
}


@app.command()
def historian(home: Annotated[Path, typer.Option(help="Home folder of the platform.")] = Path("kaogong-home")) -> None:
    """Own the store of readings: write, answer, roll up, expire."""
    open_process(home, "historian").run(run)


async def run(ctx: ProcessContext) -> None:
    """Open the store, then serve it and look after it."""
    settings = ctx.settings.historian
    _own_temporary_folder(ctx.home)
    store = await LocalHistorian.open(
        ctx.settings.historian_dsn, owner=True, query_timeout_s=settings.query_timeout_s, query_memory_mb=settings.query_memory_mb
    )
    database = Database(ctx.settings.registry_dsn)
    try:
        await serve(ctx.bus, store)
        health = Health(ctx)
        health.say()
        async with asyncio.TaskGroup() as tasks:
            tasks.create_task(store.upkeep({0: settings.retention_days}, settings.rollup_retention_days))
            tasks.create_task(_follow_names(ctx, database, store, health))
            tasks.create_task(_tell(store, health))
    finally:
        await store.close()
        database.close()


class Health:
    """What ails the parts of this process; it is ready while nothing does."""

    def __init__(self, ctx: ProcessContext) -> None:
        self._ctx, self._ailments = ctx, dict[str, str]()
        self.figures: dict[str, int] = {}

    def say(self, **ailments: str) -> None:
        """Set or, with an empty text, clear what ails a part."""
        self._ailments |= ailments
        reason = "; ".join(text for text in self._ailments.values() if text)
        self._ctx.status.set("degraded" if reason else "ready", reason, **self.figures)


def _own_temporary_folder(home: Path) -> None:
    """Batches pass through files on their way to the engine; those of a killed process are cleared here."""
    folder = home / "run" / "historian"
    shutil.rmtree(folder, ignore_errors=True)
    folder.mkdir(parents=True)
    tempfile.tempdir = str(folder)


async def _follow_names(ctx: ProcessContext, database: Database, store: LocalHistorian, health: Health) -> None:
    """Take every name once, then those of a tenant where something changed, many changes at a time."""
    wanted: dict[int, set[NamedKind]] = defaultdict(set)
    tenants: dict[int, str] = {}
    something = asyncio.Event()

    async def heard(message: Message) -> None:
        data = orjson.loads(message.data)
        for change in (Change.from_dict(c) for c in (data if isinstance(data, list) else [data])):
            if change.kind in _TOUCHED:
                wanted[change.tenant_id].update(_TOUCHED[change.kind])
                tenants[change.tenant_id] = change.tenant
                something.set()

    await ctx.bus.subscribe(f"{REGISTRY_CHANGES}.>", heard)
    for key, id_ in (await asyncio.to_thread(_tenants, database)).items():
        wanted[id_].update(_TOUCHED["tenant"])
        tenants[id_] = key
        something.set()
    while True:
        await something.wait()
        await asyncio.sleep(NAMES_SETTLE_S)
        something.clear()
        taken, began = dict(wanted), time.monotonic()
        wanted.clear()
        try:
            for tenant_id, kinds in taken.items():
                for kind in kinds:
                    await store.put_names(await asyncio.to_thread(_names, database, tenant_id, tenants[tenant_id], kind))
        except KaogongError as err:
            health.say(names=f"names for SQL are not kept in step: {err.message}")
            for tenant_id, kinds in taken.items():
                wanted[tenant_id] |= kinds
            something.set()
        else:
            health.say(names="")
        await asyncio.sleep((time.monotonic() - began) * NAMES_SHARE)


def _tenants(database: Database) -> dict[str, int]:
    with database.read() as session:
        return {tenant.key: tenant.id for tenant in list_tenants(session, Principal.system(0, ""))}


def _names(database: Database, tenant_id: int, tenant: str, kind: NamedKind) -> pl.DataFrame:
    with database.read() as session:
        table = name_table(session, Principal.system(tenant_id, tenant), kind)
    of_all = [pl.lit(tenant_id).alias("tenant"), pl.lit(kind).alias("kind"), pl.col("id"), pl.col("key")]
    of_some = [pl.col(name) if name in table.columns else pl.lit("").alias(name) for name in ("unit", "place")]
    return table.select(*of_all, *of_some).cast(NAMES)


async def _tell(store: LocalHistorian, health: "Health") -> None:
    while True:
        try:
            storage = await store.storage()
        except KaogongError as err:
            health.say(store=err.message)
        else:
            telemetry = storage.tables.get("telemetry")
            figures = {"rows": telemetry.rows, "bytes": telemetry.bytes, "parts": telemetry.parts} if telemetry else {}
            health.figures = {**figures, "size": sum(table.bytes for table in storage.tables.values()), "dirty": storage.dirty}
            health.say(store="")
        await asyncio.sleep(FIGURES_S)
