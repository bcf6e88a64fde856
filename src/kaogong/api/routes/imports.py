"""History from files: judged row by row, then on the way of every sample."""

from collections.abc import Iterator
from typing import Annotated

import polars as pl
from anyio import to_thread
from fastapi import APIRouter, Header, Query, Request
from sqlalchemy.orm import Session

from kaogong import audit, registry
from kaogong.api.access import PlatformOf, Send
from kaogong.api.errors import answers
from kaogong.api.points import reference
from kaogong.api.routes.up import unpacked
from kaogong.api.shapes.imports import Imported, RowProblem
from kaogong.bus.subjects import up
from kaogong.core.errors import ConfigInvalid, Denied, Missing
from kaogong.core.principal import Principal
from kaogong.formats.history import CSV, PARQUET, checked, devices_in, read_rows
from kaogong.registry import PropertyRef
from kaogong.security import Entry

router = APIRouter(tags=["data"])

MOST_BYTES = 64 * 1024 * 1024  # of a file once it is unpacked
ROWS_A_MESSAGE = 50_000
PROBLEMS_SHOWN = 1_000
BODY = {
    "requestBody": {"required": True, "content": {media: {"schema": {"type": "string", "format": "binary"}} for media in (CSV, PARQUET)}}
}


@router.post("/import", responses=answers(404, 413, 429, 503), openapi_extra=BODY)
async def import_history(
    request: Request,
    platform: PlatformOf,
    caller: Send,
    device: Annotated[str | None, Query(max_length=64, description="Whose history it is, where no column says so.")] = None,
    zone: Annotated[
        str | None, Query(max_length=64, description="Of times without one, such as Asia/Shanghai; unset: those are refused.")
    ] = None,
    check: Annotated[bool, Query(description="Judge only; nothing is stored.")] = False,
    content_type: Annotated[str, Header()] = CSV,
    content_encoding: Annotated[str | None, Header(description="gzip, or nothing.")] = None,
) -> Imported:
    """Samples of a CSV or Parquet file. Sent again it changes nothing: a sample is its point, its time and its value."""
    if caller.entry is Entry.DEVICE:
        raise Denied("A device sends samples on its own address; files are imported by people and machines.", code="not_assigned")
    media = content_type.split(";")[0].strip().lower()
    if media not in (CSV, PARQUET):
        raise ConfigInvalid(
            f"Content-Type {media[:60]!r} is not read here; write {CSV} or {PARQUET}.", code="media_type_unknown", field="body"
        )
    body = unpacked(await request.body(), content_encoding, MOST_BYTES)
    rows = await to_thread.run_sync(read_rows, body, media, device)
    names = await platform.read(lambda session: _properties(session, caller.principal, devices_in(rows)))
    good, problems = await to_thread.run_sync(checked, rows, names, zone)
    if not check and good.height:
        await platform.write(lambda session: _note(session, caller.principal, good, len(problems)))
        for key, message in _messages(good):
            await platform.bus.publish_stream(up(caller.principal.tenant, key, "batch.0"), await to_thread.run_sync(_stream, message))
    shown = [RowProblem(**one._asdict()) for one in problems[:PROBLEMS_SHOWN]]
    return Imported(rows=rows["row"].n_unique(), samples=good.height, refused=len(problems), problems=shown)


def _properties(session: Session, principal: Principal, devices: list[str]) -> dict[str, dict[str, PropertyRef]]:
    types: dict[str, dict[str, PropertyRef]] = {}
    found = {}
    for key in devices:
        try:
            type_ = registry.get_device(session, principal, key).type
        except (Missing, ConfigInvalid):
            continue
        if type_ not in types:
            types[type_] = {prop.key: reference(prop) for prop in registry.get_type(session, principal, type_).properties}
        found[key] = types[type_]
    return found


def _note(session: Session, principal: Principal, good: pl.DataFrame, refused: int) -> None:
    devices = good["device"].unique().sort().to_list()
    span = [good["ts"].min(), good["ts"].max()]
    detail = {"samples": good.height, "refused": refused, "devices": devices[:20], "span": [str(moment) for moment in span]}
    audit.record(session, principal, "history.import", "device", devices[0], detail)


def _messages(good: pl.DataFrame) -> Iterator[tuple[str, pl.DataFrame]]:
    """One device at a time, in its own name, in messages the broker takes."""
    for (key,), part in good.group_by("device", maintain_order=True):
        for start in range(0, part.height, ROWS_A_MESSAGE):
            yield str(key), part.slice(start, ROWS_A_MESSAGE)


def _stream(rows: pl.DataFrame) -> bytes:
    columns = rows.select(pl.col("device", "key").cast(pl.Categorical), "ts", "value", "text", "quality")
    if not (columns["text"] != "").any():
        columns = columns.drop("text")
    import pyarrow as pa  # noqa: PLC0415  (40 MB that only an import pays)

    table = columns.to_arrow(compat_level=pl.CompatLevel.oldest())
    body = pa.BufferOutputStream()
    with pa.ipc.new_stream(body, table.schema, options=pa.ipc.IpcWriteOptions(compression="zstd")) as writer:
        writer.write_table(table)
    return bytes(body.getvalue())
