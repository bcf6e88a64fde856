"""People of the running platform: add, list, new password, disable."""

import secrets
from pathlib import Path
from typing import Annotated

import typer
from rich.console import Console
from rich.table import Table

from kaogong.cli.remote import DEFAULT_HOME, Home, Login, Remote, TokenFile
from kaogong.core.principal import Role
from kaogong.supervisor import write_secret

app = typer.Typer(no_args_is_help=True, help="People of the running platform.")
Name = Annotated[str, typer.Argument(help="The login name.")]


@app.command()
def add(
    name: Name,
    role: Annotated[list[Role], typer.Option(help="May be given several times.")],
    display_name: Annotated[str, typer.Option(help="What people call them.")] = "",
    language: Annotated[str, typer.Option(help="zh or en.")] = "zh",
    home: Home = DEFAULT_HOME,
    login: Login = None,
    token_file: TokenFile = None,
) -> None:
    """Let somebody in; prints a first password, to be changed at the first login."""
    person = {"name": name, "roles": [one.value for one in role], "display_name": display_name, "language": language}
    with Remote(home, login, token_file) as remote:
        made = remote.ask("POST", "/users", json=person)
    print(f"{made['name']}: first password {made['password']}")


@app.command("list")
def list_people(home: Home = DEFAULT_HOME, login: Login = None, token_file: TokenFile = None) -> None:
    """Everybody of the tenant."""
    with Remote(home, login, token_file) as remote:
        people = remote.ask("GET", "/users")["items"]
    table = Table("Login", "Name", "Roles", "Language", "State")
    for one in people:
        state = "disabled" if one["disabled"] else "must change password" if one["must_change_password"] else ""
        table.add_row(one["name"], one["display_name"], ", ".join(one["roles"]), one["language"], state)
    Console().print(table)


@app.command()
def password(name: Name, home: Home = DEFAULT_HOME, login: Login = None, token_file: TokenFile = None) -> None:
    """Make up a new password and print it; one's own works at once, anybody else must change it at the next login."""
    with Remote(home, login, token_file) as remote:
        if token_file is None and name == remote.login.rpartition("/")[2]:
            print(f"{name}: password {_own_password(remote)}")
            return
        made = remote.ask("POST", f"/users/{name}/password", json={})
    print(f"{name}: first password {made['password']}")


def _own_password(remote: Remote) -> str:
    new = secrets.token_urlsafe(12)
    remote.ask("POST", "/auth/password", json={"current_password": remote.known_password, "new_password": new})
    if remote.is_administrator:
        write_secret(Path(remote.ready["admin_password_file"]), new)
    return new


@app.command()
def disable(
    name: Name,
    enable: Annotated[bool, typer.Option("--enable", help="Let them in again.")] = False,
    home: Home = DEFAULT_HOME,
    login: Login = None,
    token_file: TokenFile = None,
) -> None:
    """Shut somebody out at once, with all their logins and tokens."""
    with Remote(home, login, token_file) as remote:
        remote.ask("PATCH", f"/users/{name}", json={"disabled": not enable})
    print(f"{name}: {'may sign in again' if enable else 'is shut out'}")
