"""The simulated plant: run it beside a platform, or break something in it."""

import logging
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer
from rich.console import Console
from rich.table import Table

if TYPE_CHECKING:
    from kaogong.cli.process import ProcessContext

app = typer.Typer(rich_markup_mode=None, add_completion=False)

DEFAULT_HOME = Path("kaogong-home")
Home = Annotated[Path | None, typer.Option(help="The home folder of the platform.")]


@app.callback(invoke_without_command=True)
def plant(context: typer.Context, home: Home = None) -> None:
    """Run a simulated plant against the platform of this home: 82 devices on Modbus TCP, OPC UA and MQTT."""
    context.obj = home or DEFAULT_HOME
    if context.invoked_subcommand is None:
        from kaogong.cli.process import open_process  # noqa: PLC0415  # `plant fault` needs none of it

        process = open_process(context.obj, "plant")
        logging.getLogger("asyncua").setLevel(logging.CRITICAL)  # its subscriptions log a trace when their server is stopped
        process.run(operate)


@app.command()
def fault(
    context: typer.Context,
    name: Annotated[str | None, typer.Argument(help="Which fault; --list names them.")] = None,
    clear: Annotated[bool, typer.Option("--clear", help="Repair it.")] = False,
    show: Annotated[bool, typer.Option("--list", help="Every fault, and since when it is active.")] = False,
    home: Home = None,
) -> None:
    """Break something in the running plant, repair it, or list what can break."""
    from kaogong.plant.control import Control  # noqa: PLC0415

    control = Control(home or context.obj)
    if name and not show:
        control.ask(name, clear=clear)
        typer.echo(f"{name}: {'repaired' if clear else 'broken'}")
        return
    table = Table("Fault", "Where", "What happens", "Active since")
    for entry in control.faults():
        table.add_row(entry["name"], entry["target"], f"{entry['en']}\n{entry['zh']}", entry["since"] or "")
    Console().print(table)


async def operate(context: "ProcessContext") -> None:
    """Compose the plant from the settings of its home and run it until stopped."""
    from kaogong.bus import pinned  # noqa: PLC0415
    from kaogong.plant.mqtt import Broker  # noqa: PLC0415
    from kaogong.plant.operation import Operation  # noqa: PLC0415
    from kaogong.plant.provisioning import Platform  # noqa: PLC0415

    settings = context.settings
    console, mqtt = settings.http.tls_certificate, settings.mqtt.tls_certificate
    platform = Platform(settings.console_url, "admin", context.secret("admin_password"), pinned(console) if console else None)
    host, _, port = settings.mqtt.near.rpartition(":")
    broker = Broker(host.strip("[]"), int(port), "default", pinned(mqtt) if mqtt else None)
    await Operation(context.home, platform, broker, context.status.set).run()
