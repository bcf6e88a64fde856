"""Admit devices to the broker, announce changes of the registry."""

import asyncio
import logging
import shutil
from pathlib import Path
from typing import Annotated

import orjson
import typer

from kaogong.bus import Bus, Listener, ServerOptions, server_configuration
from kaogong.bus.subjects import registry_changes
from kaogong.cli.first_start import prepare_if_asked
from kaogong.cli.process import ProcessContext, open_process
from kaogong.core.errors import NotReady
from kaogong.db import Database, Relay
from kaogong.security.gate import Gate
from kaogong.security.violations import follow_violations
from kaogong.settings import Settings
from kaogong.supervisor import ensure_secrets

app = typer.Typer()
log = logging.getLogger("kaogong.gate")

RELAY_EVERY_S = 0.1
RELAY_MOST = 1000
SIGN_IN_S = 5.0


@app.command()
def gate(
    home: Annotated[Path, typer.Option(help="The home folder.")] = Path("kaogong-home"),
    configuration: Annotated[bool, typer.Option("--configuration", help="Only print what a broker of your own needs to know us.")] = False,
) -> None:
    """Admit devices to the broker, announce changes of the registry."""
    if configuration:
        print(broker_configuration(home))
    else:
        open_process(home, "gate").run(_work, first=lambda: prepare_if_asked(home))


def broker_configuration(home: Path) -> str:
    """nats-server.conf for an external broker that this home will use by `nats.url` without a user: accounts, keys, callout."""
    settings, secrets = Settings.load(home), ensure_secrets(home)
    options = ServerOptions(
        store=Path("/var/lib/nats"),
        platform_key=secrets.platform.public,
        sys_key=secrets.sys.public,
        issuer_key=secrets.issuer.public,
        nats=Listener(settings.mqtt.host, settings.nats.port, settings.mqtt.tls_certificate, settings.mqtt.tls_key),
        mqtt=Listener(settings.mqtt.host, settings.mqtt.port, settings.mqtt.tls_certificate, settings.mqtt.tls_key),
        max_file=settings.nats.max_file,
    )
    return server_configuration(options)


async def _work(context: ProcessContext) -> None:
    settings = context.settings
    database = Database(settings.registry_dsn)
    system = await _system_bus(context)

    def too_full() -> bool:
        disk = shutil.disk_usage(context.home)
        return disk.used * 100 >= settings.disk.refuse_at_percent * (disk.used + disk.free)

    opened = Gate(context.bus, system, database, context.secret("callout_seed"), context.secret("nats_platform"), too_full)
    await opened.open()
    async with asyncio.TaskGroup() as group:
        group.create_task(opened.work())
        group.create_task(_relay(context.bus, Relay(database)))
        group.create_task(follow_violations(context.home / "log" / "nats-server.log", opened.violation))
        while True:
            _say(context, opened, system, too_full())
            await asyncio.sleep(1)


def _say(context: ProcessContext, opened: Gate, system: Bus | None, full: bool) -> None:
    if full:
        reason = f"the disk is over {context.settings.disk.refuse_at_percent} % full: no device is admitted until there is room"
    elif system is None:
        reason = "the broker refuses the user of secrets/nats_sys: revoked devices stay connected until they reconnect"
    else:
        reason = ""
    context.status.set("degraded" if reason else "ready", reason, **opened.figures())


async def _system_bus(context: ProcessContext) -> Bus | None:
    """An external cluster may not know our system user; the gate then works without throwing anybody out."""
    try:
        return await context.connect_bus(user="sys", secret="nats_sys", within_s=SIGN_IN_S)  # noqa: S106
    except NotReady:
        return None


async def _relay(bus: Bus, relay: Relay) -> None:
    while True:
        try:
            pending = await asyncio.to_thread(relay.pending, RELAY_MOST)
            for change in pending:
                await bus.publish(registry_changes(change.tenant), orjson.dumps(change.as_dict()))
            if pending:
                await bus.flush()
                await asyncio.to_thread(relay.mark_sent, [change.seq for change in pending])
        except NotReady as err:
            log.info("changes wait to be announced: %s", err.message)
            pending = []
        if len(pending) < RELAY_MOST:
            await asyncio.sleep(RELAY_EVERY_S)
