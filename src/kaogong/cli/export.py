"""Write the history of devices to a Parquet or CSV file."""

import io
from collections.abc import Iterator, Sequence
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Annotated, Any, NamedTuple

import typer
from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeRemainingColumn

from kaogong.cli.remote import DEFAULT_HOME, Home, Login, Remote, TokenFile
from kaogong.core.clock import now
from kaogong.core.errors import ConfigInvalid, Missing

app = typer.Typer()

ARROW = "application/vnd.apache.arrow.stream"
AT_ONCE = 50  # properties of one request
SHORTEST = timedelta(hours=1)
MOST_PARTS = 200


class Part(NamedTuple):
    """One request: some properties of one device over a part of the time."""

    device: str
    properties: Sequence[str]
    begin: datetime
    end: datetime


@app.command()
def export(
    file: Annotated[Path, typer.Argument(help="The file to write: .parquet or .csv.")],
    device: Annotated[
        list[str] | None, typer.Option(help="A device; may be given several times. Unset: all that --type and --place leave.")
    ] = None,
    prop: Annotated[list[str] | None, typer.Option("--property", help="A property; may be given several times. Unset: all.")] = None,
    type_: Annotated[str | None, typer.Option("--type", help="Devices of this type.")] = None,
    place: Annotated[str | None, typer.Option(help="Devices at this place and below.")] = None,
    begin: Annotated[str | None, typer.Option("--from", help="ISO 8601, included; unset: a day before --to.")] = None,
    end: Annotated[str | None, typer.Option("--to", help="ISO 8601, not included; unset: now.")] = None,
    home: Home = DEFAULT_HOME,
    login: Login = None,
    token_file: TokenFile = None,
) -> None:
    """Write the history of devices to a Parquet or CSV file, every sample as it was."""
    if file.suffix not in (".parquet", ".csv"):
        raise ConfigInvalid(f"{file}: name the file .parquet or .csv.", field="file")
    to = _moment(end, "--to") if end else now()
    from_ = _moment(begin, "--from") if begin else to - timedelta(days=1)
    if from_ >= to:
        raise ConfigInvalid("--from must be before --to.", field="--from")
    with Remote(home, login, token_file) as remote:
        parts = list(_parts(remote, device, prop, type_, place, from_, to))
        if not parts:
            raise Missing("These devices have no such properties.")
        rows = _write(remote, file, parts)
    print(f"{file}: {rows:,} samples, {file.stat().st_size / 1e6:.1f} MB")


def _moment(text: str, option: str) -> datetime:
    try:
        moment = datetime.fromisoformat(text)
    except ValueError as err:
        raise ConfigInvalid(f"{option}: write a time such as 2026-11-21T08:00:00+08:00, not {text!r}.", field=option) from err
    # A time without a zone is what the clock on this machine's wall shows.
    return moment.astimezone(UTC)


def _parts(
    remote: Remote, keys: list[str] | None, wanted: list[str] | None, type_: str | None, place: str | None, begin: datetime, end: datetime
) -> Iterator[Part]:
    devices = [remote.ask("GET", f"/devices/{key}") for key in keys or ()] or list(
        remote.pages("/devices", {"type": type_, "place": place, "limit": 500})
    )
    if not devices:
        raise Missing("There are no such devices.")
    types = {key: remote.ask("GET", f"/device-types/{key}") for key in {one["type"] for one in devices}}
    step = max(SHORTEST, (end - begin) / MOST_PARTS)
    for one in devices:
        has = [prop["key"] for prop in types[one["type"]]["properties"]]
        names = [name for name in wanted or has if name in has]
        for first in range(0, len(names), AT_ONCE):
            moment = begin
            while moment < end:
                yield Part(one["key"], names[first : first + AT_ONCE], moment, min(moment + step, end))
                moment += step


def _write(remote: Remote, file: Path, parts: list[Part]) -> int:
    import pyarrow as pa  # noqa: PLC0415  # 40 MB that no other command pays

    unfinished = file.with_name(f"{file.name}.part")
    rows, writer = 0, None
    columns = (TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn(), TimeRemainingColumn())
    try:
        with Progress(*columns, console=Console(stderr=True), transient=True) as progress:
            for part in progress.track(parts, description="exporting"):
                table = pa.ipc.open_stream(io.BytesIO(_read(remote, part))).read_all()
                table = table.add_column(0, "device", pa.array([part.device] * table.num_rows, pa.string()))
                writer = writer or _writer(unfinished, file.suffix, table.schema)
                writer.write_table(table)
                rows += table.num_rows
        if writer is not None:
            writer.close()
            unfinished.replace(file)
    finally:
        unfinished.unlink(missing_ok=True)
    return rows


def _read(remote: Remote, part: Part) -> bytes:
    params = {"property": list(part.properties), "from": part.begin.isoformat(), "to": part.end.isoformat(), "aggregate": "raw"}
    answer = remote.http.get(f"/api/v1/devices/{part.device}/history", params=params, headers={"accept": ARROW})
    if answer.is_error:
        raise remote.failure(answer)
    return answer.content


def _writer(file: Path, suffix: str, schema: Any) -> Any:
    if suffix == ".csv":
        from pyarrow.csv import CSVWriter  # noqa: PLC0415

        return CSVWriter(file, schema)
    from pyarrow.parquet import ParquetWriter  # noqa: PLC0415

    return ParquetWriter(file, schema, compression="zstd")
