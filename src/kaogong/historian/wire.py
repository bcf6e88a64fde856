"""How verbs cross the bus: a JSON head and Arrow tables behind it, cut into bounded pieces."""

import io
import struct
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import asdict
from datetime import datetime
from typing import Any

import orjson
import polars as pl

from kaogong.bus.subjects import HISTORIAN
from kaogong.core.errors import NotReady
from kaogong.historian.types import Aggregate, DeadLetter, HistoryQuery, LedgerReport, Mark, MarkKind

PIECE = 1024 * 1024  # of an answer
UPLOAD_PIECE = 4 * 1024 * 1024
CALL, UPLOAD = f"{HISTORIAN}.call", f"{HISTORIAN}.upload"

_HEAD = struct.Struct(">I")

LETTERS = pl.Schema(
    {
        "tenant": pl.UInt32(), "device": pl.UInt32(), "reason": pl.String(), "detail": pl.String(), "subject": pl.String(),
        "payload": pl.Binary(), "received_at": pl.Datetime("us", "UTC"), "sequence": pl.UInt64(), "id": pl.String(),
        "replayed_at": pl.Datetime("us", "UTC"),
    }
)  # fmt: skip


def pack(head: Mapping[str, Any], tables: Mapping[str, pl.DataFrame | None] | None = None) -> bytes:
    """A message: what is asked or answered, and named tables."""
    bodies = {name: _ipc(table) for name, table in (tables or {}).items() if table is not None}
    described = orjson.dumps({**head, "bodies": {name: len(body) for name, body in bodies.items()}})
    return b"".join([_HEAD.pack(len(described)), described, *bodies.values()])


def unpack(message: bytes) -> tuple[dict[str, Any], dict[str, pl.DataFrame]]:
    """The inverse of `pack`."""
    if len(message) < _HEAD.size:
        raise NotReady("The historian's answer is empty; ask again.", code="answer_empty", retry_after_s=1)
    (length,) = _HEAD.unpack_from(message)
    at = _HEAD.size + length
    head: dict[str, Any] = orjson.loads(message[_HEAD.size : at])
    tables = {}
    for name, size in head.pop("bodies").items():
        tables[name] = pl.read_ipc_stream(io.BytesIO(message[at : at + size]))
        at += size
    return head, tables


def pieces(message: bytes, size: int) -> Iterator[bytes]:
    """`message` in parts of at most `size` bytes; at least one."""
    view = memoryview(message)
    for start in range(0, max(len(message), 1), size):
        yield bytes(view[start : start + size])


def letters_table(letters: Sequence[DeadLetter]) -> pl.DataFrame:
    """Dead letters as a table."""
    return pl.DataFrame([tuple(asdict(letter)[name] for name in LETTERS) for letter in letters], schema=LETTERS, orient="row")


def letters_of(table: pl.DataFrame) -> list[DeadLetter]:
    """The inverse of `letters_table`."""
    return [DeadLetter(**row) for row in table.iter_rows(named=True)]


def mark_of(head: Mapping[str, Any]) -> Mark:
    """A mark out of a JSON head."""
    times = {name: head[name] and datetime.fromisoformat(head[name]) for name in ("from_", "to", "made_at", "undone_at")}
    return Mark(**{**head, **times, "kind": MarkKind(head["kind"]), "series": pairs_of(head["series"])})


def query_of(head: Mapping[str, Any]) -> HistoryQuery:
    """A question for history out of a JSON head."""
    times = {name: datetime.fromisoformat(head[name]) for name in ("from_", "to")}
    return HistoryQuery(**{**head, **times, "series": pairs_of(head["series"]), "aggregate": Aggregate(head["aggregate"])})


def pairs_of(listed: Sequence[Sequence[int]]) -> list[tuple[int, int]]:
    """Points out of JSON."""
    return [(asset, prop) for asset, prop in listed]


def report_head(report: LedgerReport) -> dict[str, Any]:
    """A ledger report without its minutes, which go as a table."""
    head = {name: getattr(report, name) for name in ("overlaps", "decoded", "written", "rejected")}
    return head | {"partitions": [asdict(p) for p in report.partitions], "holes": [asdict(h) for h in report.holes]}


def _ipc(table: pl.DataFrame) -> bytes:
    body = io.BytesIO()
    table.write_ipc_stream(body, compression="uncompressed")
    return body.getvalue()
