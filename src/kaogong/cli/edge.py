"""Read machines and send what they say: the local edge node of a home, or a gateway of its own."""

import asyncio
import contextlib
import json
import logging
import signal
import time
from pathlib import Path
from typing import Annotated
from urllib.parse import urlsplit, urlunsplit

import typer

from kaogong.bus import pinned, trusting
from kaogong.cli.process import QUIET, ProcessContext, open_process
from kaogong.core.errors import ConfigInvalid
from kaogong.edge.configuration import plan, read_document
from kaogong.edge.node import Node
from kaogong.edge.source import Credential, Trust
from kaogong.formats.report import NodeReport
from kaogong.settings import Settings

app = typer.Typer()

# What goes wrong out there is said once, by the collector; these would say it again with every attempt and a trace.
VENDORS = ("asyncua", "pymodbus", "mqtt")


@app.command()
def edge(
    home: Annotated[Path, typer.Option(help="The home folder, for the edge node of `kaogong up`.")] = Path("kaogong-home"),
    node: Annotated[Path | None, typer.Option(help="A gateway's secrets file; then no home folder is needed.")] = None,
    folder: Annotated[Path | None, typer.Option(help="Where a gateway keeps its buffer and configuration; unset: beside FILE.")] = None,
    buffer_mb: Annotated[int, typer.Option(min=1, help="Most disk that readings may take while the platform is away.")] = 1024,
    check: Annotated[Path | None, typer.Option(help="Only check this configuration document and say what is wrong with it.")] = None,
) -> None:
    """Read machines and send what they say."""
    if check is not None:
        _check(check)
    elif node is not None:
        _run_gateway(node, folder or node.parent / "edge", buffer_mb)
    else:
        context = open_process(home, "edge")
        _hush_vendors()
        context.run(lambda context: _run_local(context, buffer_mb))


async def _run_local(context: ProcessContext, buffer_mb: int) -> None:
    credential = local_credential(context.settings, context.home)

    def told(report: NodeReport) -> None:
        waiting = report.buffer.samples
        troubled = [c.name for c in report.connections if c.state not in ("running", "starting", "disabled")]
        context.status.set(
            "degraded" if report.state == "degraded" else "ready",
            report.reason if report.state == "degraded" else "",
            connections=len(report.connections),
            troubled=len(troubled),
            points=sum(c.points for c in report.connections),
            samples_per_s=report.samples_per_s,
            buffered=waiting,
        )

    trust, limit = local_trust(context.settings), buffer_mb * 1024 * 1024
    await Node(credential, context.home / "edge", trust=trust, buffer_limit=limit, on_report=told).run()


def local_credential(settings: Settings, home: Path) -> Credential:
    """The credential of the home's own edge node, with the addresses of this start."""
    found = Credential.load(home / "secrets" / "edge.json")
    parts = urlsplit(settings.nats.url or settings.own_bus_url)
    nats = urlunsplit((parts.scheme, parts.netloc.rpartition("@")[2], parts.path, "", ""))
    return found.model_copy(update={"http": settings.console_url, "nats": nats})


def local_trust(settings: Settings) -> Trust:
    """The listeners' own certificates; an external bus is believed as the system does."""
    console, bus = settings.http.tls_certificate, settings.mqtt.tls_certificate
    is_own = settings.nats.url in (None, settings.own_bus_url)
    return Trust(pinned(console) if console else None, pinned(bus) if bus and is_own else None)


def _run_gateway(file: Path, folder: Path, buffer_mb: int) -> None:
    credential = Credential.load(file)
    line = logging.Formatter("%(asctime)s.%(msecs)03dZ %(levelname)s %(name)s: %(message)s", "%Y-%m-%dT%H:%M:%S")
    line.converter = time.gmtime
    handler = logging.StreamHandler()
    handler.setFormatter(line)
    logging.basicConfig(level="INFO", handlers=[handler], force=True)
    for library in QUIET:
        logging.getLogger(library).setLevel(logging.ERROR)
    _hush_vendors()
    tls = trusting(file.parent / credential.certificate) if credential.certificate else None
    asyncio.run(_until_stopped(Node(credential, folder, trust=Trust(tls, tls), buffer_limit=buffer_mb * 1024 * 1024)))


def _hush_vendors() -> None:
    for library in VENDORS:
        logging.getLogger(library).setLevel(logging.CRITICAL)


async def _until_stopped(node: Node) -> None:
    work = asyncio.get_running_loop().create_task(node.run())
    for number in (signal.SIGTERM, signal.SIGINT):
        asyncio.get_running_loop().add_signal_handler(number, work.cancel)
    with contextlib.suppress(asyncio.CancelledError):
        await work


def _check(file: Path) -> None:
    try:
        document = json.loads(file.read_text(encoding="utf-8"))
    except (OSError, ValueError) as err:
        raise ConfigInvalid(f"{file} cannot be read as JSON: {err}.", code="configuration_unreadable") from err
    for connection in plan(read_document(document)):
        print(f"{connection.name}: {connection.driver}, {len(connection.targets)} points in {len(connection.groups)} groups")
