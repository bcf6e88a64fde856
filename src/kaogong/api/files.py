"""Tables as files: CSV, Parquet or Arrow, a page in memory at a time."""

import tempfile
from collections.abc import AsyncIterator, Iterator
from typing import IO, Any

import polars as pl
from anyio import to_thread
from starlette.responses import Response, StreamingResponse

JSON = "application/json"
CSV = "text/csv"
PARQUET = "application/vnd.apache.parquet"
ARROW = "application/vnd.apache.arrow.stream"
ENDINGS = {CSV: "csv", PARQUET: "parquet", ARROW: "arrow"}

FILES: dict[int | str, dict[str, Any]] = {
    200: {
        "description": "As JSON, or as a file by `Accept`.",
        "content": {media: {"schema": {"type": "string", "format": "binary"}} for media in ENDINGS},
    }
}
PIECE = 256 * 1024


def wanted_type(accept: str | None) -> str:
    """The first of our types that `Accept` names; JSON when it names none of the files."""
    for part in (accept or "").lower().split(","):
        media = part.split(";")[0].strip()
        if media in ENDINGS or media in (JSON, "*/*", "application/*"):
            return media if media in ENDINGS else JSON
    return JSON


async def file_of(media: str, name: str, pages: AsyncIterator[pl.DataFrame]) -> Response:
    """`pages` as one file to be saved as `name`. The first page is read before anything is answered, so its failure is an answer too."""
    first = await anext(pages)
    write = {CSV: _csv, ARROW: _arrow, PARQUET: _parquet}[media]
    headers = {"content-disposition": f'attachment; filename="{name}.{ENDINGS[media]}"'}
    return StreamingResponse(write(first, pages), media_type=media, headers=headers)


async def _csv(first: pl.DataFrame, pages: AsyncIterator[pl.DataFrame]) -> AsyncIterator[bytes]:
    first = _flat(first)
    yield first.write_csv(datetime_format="%Y-%m-%dT%H:%M:%S%.3fZ").encode()
    async for page in pages:
        yield _flat(page).write_csv(include_header=False, datetime_format="%Y-%m-%dT%H:%M:%S%.3fZ").encode()


def _flat(page: pl.DataFrame) -> pl.DataFrame:
    """Lists as their items with spaces between: CSV has no word for them."""
    lists = [name for name, kind in page.schema.items() if isinstance(kind, pl.List | pl.Array)]
    return page.with_columns(pl.col(name).cast(pl.List(pl.String)).list.join(" ") for name in lists)


async def _arrow(first: pl.DataFrame, pages: AsyncIterator[pl.DataFrame]) -> AsyncIterator[bytes]:
    import pyarrow as pa  # noqa: PLC0415  (40 MB that only a download pays)

    sink = _Sink()
    table = first.to_arrow(compat_level=pl.CompatLevel.oldest())
    with pa.ipc.new_stream(sink, table.schema) as writer:
        writer.write_table(table)
        yield sink.take()
        async for page in pages:
            writer.write_table(page.to_arrow(compat_level=pl.CompatLevel.oldest()))
            yield sink.take()
    yield sink.take()


async def _parquet(first: pl.DataFrame, pages: AsyncIterator[pl.DataFrame]) -> AsyncIterator[bytes]:
    import pyarrow.parquet as pq  # noqa: PLC0415

    with tempfile.TemporaryFile() as file:
        table = first.to_arrow(compat_level=pl.CompatLevel.oldest())
        with pq.ParquetWriter(file, table.schema, compression="zstd") as writer:
            writer.write_table(table)
            async for page in pages:
                await to_thread.run_sync(writer.write_table, page.to_arrow(compat_level=pl.CompatLevel.oldest()))
        for piece in _pieces(file):
            yield piece


def _pieces(file: IO[bytes]) -> Iterator[bytes]:
    file.seek(0)
    while piece := file.read(PIECE):
        yield piece


class _Sink:
    """A file that is taken away piece by piece while it is written."""

    closed = False

    def __init__(self) -> None:
        self._written = bytearray()

    def write(self, data: Any) -> int:
        """Keep until `take`."""
        self._written += memoryview(data)
        return len(data)

    def flush(self) -> None:
        """Nothing is held back."""

    def close(self) -> None:
        """Nothing is open."""

    def take(self) -> bytes:
        """What was written since the last call."""
        taken, self._written = bytes(self._written), bytearray()
        return taken
