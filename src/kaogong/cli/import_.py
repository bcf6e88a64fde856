"""Bring history from CSV or Parquet files into the platform."""

import gzip
import io
import json
from collections.abc import Iterator
from pathlib import Path
from typing import Annotated, Any

import polars as pl
import typer
from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeRemainingColumn

from kaogong.cli.remote import DEFAULT_HOME, Home, Login, Remote, TokenFile
from kaogong.core.errors import ConfigInvalid

app = typer.Typer()

ROWS_AT_ONCE = 50_000
SHOWN = 20


@app.command(name="import")
def import_(
    files: Annotated[list[Path], typer.Argument(help="Files to read: .csv, .csv.gz or .parquet.")],
    device: Annotated[str | None, typer.Option(help="Whose history it is, where no column says so.")] = None,
    zone: Annotated[str | None, typer.Option(help="Zone of times without one, such as Asia/Shanghai.")] = None,
    check: Annotated[bool, typer.Option("--check", help="Judge every row and store nothing.")] = False,
    report: Annotated[Path | None, typer.Option(help="Write every problem to this file, one JSON a line.")] = None,
    home: Home = DEFAULT_HOME,
    login: Login = None,
    token_file: TokenFile = None,
) -> None:
    """Bring history from CSV or Parquet files into the platform. Doing it again changes nothing."""
    tables = {file: _rows(file) for file in files}
    params = {name: value for name, value in {"device": device, "zone": zone, "check": check or None}.items() if value is not None}
    samples, problems = 0, list[dict[str, Any]]()
    columns = (TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn(), TimeRemainingColumn())
    with Remote(home, login, token_file) as remote, Progress(*columns, console=Console(stderr=True), transient=True) as progress:
        for file, table in tables.items():
            task = progress.add_task(file.name, total=table.height)
            for start, part in _parts(table):
                answer = remote.ask(
                    "POST", "/import", params=params, content=_body(part), headers={"content-type": "text/csv", "content-encoding": "gzip"}
                )
                samples += answer["samples"]
                problems += [{"file": str(file), **one, "row": one["row"] + start} for one in answer["problems"]]
                progress.advance(task, part.height)
    for one in problems[:SHOWN]:
        print(f"{one['file']}, row {one['row']}, {one['column']}: {one['detail']}")
    if len(problems) > SHOWN:
        print(f"… and {len(problems) - SHOWN:,} more; --report FILE keeps them all")
    if report is not None:
        report.write_text("".join(json.dumps(one, ensure_ascii=False) + "\n" for one in problems), encoding="utf-8")
    print(f"{samples:,} samples {'would be' if check else ''} taken, {len(problems):,} problems".replace("  ", " "))
    if problems:
        raise typer.Exit(2)


def _rows(file: Path) -> pl.DataFrame:
    if not file.is_file():
        raise ConfigInvalid(f"There is no file {file}.", field="files")
    if file.suffix == ".parquet":
        table = pl.read_parquet(file)
        zoned = [name for name, kind in table.schema.items() if isinstance(kind, pl.Datetime) and kind.time_zone]
        return table.with_columns(pl.col(zoned).dt.convert_time_zone("UTC").dt.strftime("%Y-%m-%dT%H:%M:%S%.6fZ"))
    if not file.name.endswith((".csv", ".csv.gz")):
        raise ConfigInvalid(f"{file}: name the file .csv, .csv.gz or .parquet.", field="files")
    return pl.read_csv(file, infer_schema=False, truncate_ragged_lines=True)


def _parts(table: pl.DataFrame) -> Iterator[tuple[int, pl.DataFrame]]:
    for start in range(0, table.height, ROWS_AT_ONCE):
        yield start, table.slice(start, ROWS_AT_ONCE)


def _body(part: pl.DataFrame) -> bytes:
    body = io.BytesIO()
    part.write_csv(body)
    return gzip.compress(body.getvalue(), 1)
