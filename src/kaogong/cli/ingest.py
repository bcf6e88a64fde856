"""Take what arrives on the bus into the store."""

import asyncio
import socket
from pathlib import Path
from typing import Annotated

import typer

from kaogong.bus import ensure_streams
from kaogong.cli.process import ProcessContext, open_process
from kaogong.db import Database
from kaogong.historian import connect
from kaogong.ingest import Bind, Derive, Feed, Ingest, Limits, Pipeline, TimeWindow

app = typer.Typer(add_completion=False)

DAY_S = 86_400
FIGURES_S = 1.0


@app.command()
def ingest(home: Annotated[Path, typer.Option(help="Home folder of the platform.")] = Path("kaogong-home")) -> None:
    """Take what arrives on the bus into the store: decode, check, derive, bind, write, account for every message."""
    open_process(home, "ingest").run(run)


async def run(ctx: ProcessContext) -> None:
    """Compose ingest of its stages and keep it running."""
    settings = ctx.settings
    await ensure_streams(ctx.bus)
    database = Database(settings.registry_dsn)
    feed = await Feed.open(ctx.bus, database)
    historian = await connect(settings.historian_dsn, ctx.bus)
    derive = Derive(feed)
    window = TimeWindow(feed, settings.ingest.future_tolerance_s, settings.historian.retention_days * DAY_S)
    pipeline = Pipeline(feed, [window, derive, Limits(feed), Bind(feed)])
    work = Ingest(
        ctx.bus,
        historian,
        pipeline,
        owner=f"{socket.gethostname()}:{ctx.home.absolute()}",
        max_batch_messages=settings.ingest.max_batch_messages,
        linger_s=settings.ingest.linger_ms / 1000,
        on_state=lambda state, reason: ctx.status.set("ready" if state == "ready" else "degraded", reason),
        before_reading=lambda: derive.recall(historian),
    )
    telling = asyncio.get_running_loop().create_task(_tell(ctx, work))
    try:
        await work.run()
    finally:
        telling.cancel()
        await asyncio.gather(telling, return_exceptions=True)
        await historian.close()
        database.close()


async def _tell(ctx: ProcessContext, work: Ingest) -> None:
    while True:
        await asyncio.sleep(FIGURES_S)
        if ctx.status.state != "starting":
            ctx.status.set("degraded" if ctx.status.state == "degraded" else "ready", ctx.status.reason, **work.figures.read())
