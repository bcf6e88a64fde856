"""Devices of the running platform: add, list, rotate or revoke a credential."""

from typing import Annotated, Any

import typer
from rich.console import Console
from rich.table import Table

from kaogong.cli.remote import DEFAULT_HOME, Home, Login, Remote, TokenFile

app = typer.Typer(no_args_is_help=True, help="Devices of the running platform.")
Key = Annotated[str, typer.Argument(help="The device's key.")]


@app.command()
def add(
    key: Key,
    type_: Annotated[str, typer.Option("--type", help="Key of the device type.")],
    name: Annotated[str | None, typer.Option(help="What people call it; unset: the key.")] = None,
    place: Annotated[str | None, typer.Option(help="Path of its place, such as works/hall.")] = None,
    asset: Annotated[str | None, typer.Option(help="The asset it speaks for; unset: one of the same key is made.")] = None,
    gateway: Annotated[str | None, typer.Option(help="The device that speaks for it.")] = None,
    home: Home = DEFAULT_HOME,
    login: Login = None,
    token_file: TokenFile = None,
) -> None:
    """Make a device; prints its credential, this once."""
    device: dict[str, Any] = {"key": key, "type": type_, "place": place, "asset": asset, "gateway": gateway}
    if name is not None:
        device["name"] = name
    with Remote(home, login, token_file) as remote:
        made = remote.ask("POST", "/devices", json=device)
        _print_credential(made["credential"], remote.ready)


@app.command("list")
def list_devices(
    words: Annotated[str | None, typer.Argument(help="Words to find in key or name.")] = None,
    type_: Annotated[str | None, typer.Option("--type", help="Key of a device type.")] = None,
    place: Annotated[str | None, typer.Option(help="Path of a place.")] = None,
    limit: Annotated[int, typer.Option(min=1, max=500, help="Most devices to print.")] = 50,
    home: Home = DEFAULT_HOME,
    login: Login = None,
    token_file: TokenFile = None,
) -> None:
    """Devices and how they stand."""
    asked = {"q": words, "type": type_, "place": place, "limit": limit}
    with Remote(home, login, token_file) as remote:
        page = remote.ask("GET", "/devices", params={name: value for name, value in asked.items() if value is not None})
    table = Table("Device", "Name", "Type", "Place", "State")
    for one in page["items"]:
        table.add_row(one["key"], one["name"]["en"], one["type"], one["place"] or "", one["state"]["sentence"]["en"])
    console = Console()
    console.print(table)
    if page["next"]:
        at_least = "at least " if page["total_is"] == "at_least" else ""
        console.print(f"{len(page['items'])} of {at_least}{page['total']}; narrow the search or raise --limit")


@app.command()
def credential(key: Key, home: Home = DEFAULT_HOME, login: Login = None, token_file: TokenFile = None) -> None:
    """Give the device a new credential and print it, this once; the former one is refused from now on."""
    with Remote(home, login, token_file) as remote:
        made = remote.ask("POST", f"/devices/{key}/credential")
        _print_credential(made["credential"], remote.ready)


@app.command()
def revoke(key: Key, home: Home = DEFAULT_HOME, login: Login = None, token_file: TokenFile = None) -> None:
    """Revoke the device's credential; it is disconnected within five seconds."""
    with Remote(home, login, token_file) as remote:
        remote.ask("DELETE", f"/devices/{key}/credential")
    print(f"{key}: its credential is revoked")


def _print_credential(made: dict[str, str], ready: dict[str, str]) -> None:
    tenant, _, key = made["username"].partition(".")
    print(f"username  {made['username']}\npassword  {made['password']}")
    print(f"MQTT      {ready['mqtt']}, client id {tenant}:{key}, topic up/{tenant}/{key}/telemetry")
    print(f"HTTP      POST {ready['http']}/api/v1/up/{key}/telemetry")
