"""Serve the HTTP interface and the console."""

import asyncio
import contextlib
import logging
import socket
from collections.abc import Iterator
from contextlib import AsyncExitStack
from pathlib import Path
from typing import Annotated
from zoneinfo import ZoneInfo

import typer
import uvicorn

from kaogong import api, historian
from kaogong.api.following import follow
from kaogong.api.live import LiveHub
from kaogong.cli.process import ProcessContext, open_process
from kaogong.core.errors import ConfigInvalid
from kaogong.db import Database
from kaogong.security import Sealer

app = typer.Typer()

STOP_WITHIN_S = 3
SAY_EVERY_S = 1.0
BACKLOG = 2048


class Server(uvicorn.Server):
    """uvicorn inside a process that has its own signals."""

    @contextlib.contextmanager
    def capture_signals(self) -> Iterator[None]:
        """Leave the signals to the process."""
        yield


@app.command()
def serve(home: Annotated[Path, typer.Option(help="The home folder.")] = Path("kaogong-home")) -> None:
    """Serve the HTTP interface and the console."""
    open_process(home, "serve").run(_work)


async def _work(context: ProcessContext) -> None:
    logging.getLogger("uvicorn").setLevel(logging.WARNING)
    async with AsyncExitStack() as stack:
        platform = await _compose(context, stack)
        async with asyncio.TaskGroup() as group:
            following = group.create_task(follow(platform))
            try:
                await _listen(context, platform)
            finally:
                following.cancel()


async def _compose(context: ProcessContext, stack: AsyncExitStack) -> api.Platform:
    settings = context.settings
    database = Database(settings.registry_dsn)
    stack.callback(database.close)
    store = await historian.connect(settings.historian_dsn, context.bus)
    stack.push_async_callback(store.close)
    downlink = await context.connect_downlink()
    stack.push_async_callback(downlink.close)
    return api.Platform(
        database=database,
        historian=store,
        bus=context.bus,
        downlink=downlink,
        live=LiveHub(context.bus),
        home=context.home,
        sealer=Sealer(context.secret("sealing_key")),
        secure=settings.http.tls_certificate is not None,
        time_zone=ZoneInfo(settings.site.time_zone),
        mqtt=api.Listening(
            host=None if settings.mqtt.host in ("0.0.0.0", "::") else settings.mqtt.host,  # noqa: S104
            port=settings.mqtt.port,
            tls=settings.mqtt.tls_certificate is not None,
        ),
        language=settings.site.language,
        console=console_folder(),
    )


def console_folder() -> Path | None:
    """The built console: inside an installed package, or beside the source."""
    package = Path(api.__file__).parent
    for folder in (package / "console", package.parents[2] / "console" / "dist"):
        if (folder / "index.html").exists():
            return folder
    return None


async def _listen(context: ProcessContext, platform: api.Platform) -> None:
    http = context.settings.http
    config = uvicorn.Config(
        api.create_app(platform),
        http="httptools",
        ws="none",
        lifespan="off",
        log_config=None,
        access_log=False,
        server_header=False,
        proxy_headers=False,
        ssl_certfile=http.tls_certificate,
        ssl_keyfile=http.tls_key,
        timeout_graceful_shutdown=STOP_WITHIN_S,
        timeout_keep_alive=30,
    )
    server = Server(config)
    serving = asyncio.get_running_loop().create_task(server.serve([listener(http.host, http.port)]))
    try:
        while not serving.done():
            if server.started:
                context.status.set(
                    "ready", "", requests=server.server_state.total_requests, connections=len(server.server_state.connections)
                )
            await asyncio.wait([serving], timeout=SAY_EVERY_S if server.started else 0.02)
        await serving
    finally:
        # Open streams end by themselves at this sign, so that nobody has to be cut off.
        platform.closing = True
        server.should_exit = True
        await asyncio.gather(serving, return_exceptions=True)


def listener(host: str, port: int) -> socket.socket:
    """A listening socket; ConfigInvalid when somebody else has the port."""
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    opened = socket.socket(family, socket.SOCK_STREAM)
    opened.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    try:
        opened.bind((host, port))
    except OSError as err:
        opened.close()
        raise ConfigInvalid(f"The address {host}:{port} is not free: {err.strerror}. Choose another http.port.", field="http.port") from err
    opened.listen(BACKLOG)
    return opened
