"""Finds the commands by file name and imports only the one that is asked for."""

import ast
import sys
from importlib import import_module
from pathlib import Path
from typing import Any

import typer
from typer.core import TyperGroup

from kaogong import __version__
from kaogong.core.errors import KaogongError

HERE = Path(__file__).parent
COMMANDS = sorted(f.stem for f in HERE.glob("*.py") if f.stem not in ("__init__", "__main__", "main", "process", "first_start", "remote"))


class Commands(TyperGroup):
    """`kaogong NAME` loads `kaogong.cli.NAME` (its `app`) when it is run or explained, not before."""

    def list_commands(self, ctx: Any) -> list[str]:
        return [_spelled(name) for name in COMMANDS]

    def get_command(self, ctx: Any, cmd_name: str) -> Any:
        name = next((name for name in COMMANDS if _spelled(name) == cmd_name.replace("_", "-")), None)
        if name is None:
            return None
        command = typer.main.get_command(import_module(f"kaogong.cli.{name}").app)
        command.name = cmd_name
        return command

    def format_commands(self, ctx: Any, formatter: Any) -> None:
        with formatter.section("Commands"):
            formatter.write_dl([(_spelled(name), _summary(name)) for name in COMMANDS])


def _spelled(name: str) -> str:
    """A file named `import_` is the command `import`, a word that Python keeps for itself."""
    return name.rstrip("_").replace("_", "-")


def _summary(name: str) -> str:
    doc = ast.get_docstring(ast.parse((HERE / f"{name}.py").read_text(encoding="utf-8"))) or ""
    return doc.partition("\n")[0]


app = typer.Typer(cls=Commands, rich_markup_mode=None, add_completion=False, no_args_is_help=True, pretty_exceptions_enable=False)


@app.callback()
def _root() -> None:
    """An open, self-hosted industrial internet platform. Begin with: kaogong up --demo"""


def main() -> None:
    """The `kaogong` command: one line and exit code 1 for an error we name, a trace only for a fault of ours."""
    if sys.argv[1:] in (["--version"], ["-V"]):
        print(f"kaogong {__version__}")
        return
    try:
        app(prog_name="kaogong")
    except KaogongError as err:
        from rich.console import Console  # noqa: PLC0415  # processes that live long need no tables and colours

        Console(stderr=True, highlight=False, soft_wrap=True, markup=False).print(f"kaogong: {err.message}")
        sys.exit(1)
