"""The historian as other processes see it: every verb is a call over the bus to the store's owner."""

from collections.abc import AsyncGenerator, Mapping, Sequence
from contextlib import aclosing
from dataclasses import asdict
from datetime import datetime
from typing import Any, cast
from uuid import uuid4

import polars as pl

from kaogong.bus import Bus
from kaogong.core.errors import NotReady
from kaogong.historian.arrange import slim
from kaogong.historian.historian import Historian
from kaogong.historian.types import (
    AccountedRange,
    DeadLetter,
    DeadLetterPage,
    HistoryQuery,
    HistoryResult,
    Hole,
    LedgerReport,
    Mark,
    MarkFilter,
    PartitionLedger,
    QueryRequest,
    QueryResult,
    Receipt,
    Storage,
    TableStorage,
    WaveformQuery,
)
from kaogong.historian.wire import CALL, UPLOAD, UPLOAD_PIECE, letters_of, letters_table, mark_of, pack, pieces, unpack

TIMEOUT_S = 35.0  # a little more than the owner lets a query run
WRITE_TIMEOUT_S = 15.0  # a killed owner does not answer; the repeat of a whole batch changes nothing

# What a write needs of a batch; the rest would cross the bus for nothing.
_NEEDED = (
    "tenant", "device", "asset", "asset_property", "observed_at", "value", "exact", "text", "quality", "received_at", "retention_class",
)  # fmt: skip


class RemoteHistorian(Historian):
    """Verbs over the bus. Giving up on a call stops the owner's work on it; a write that began is finished."""

    def __init__(self, bus: Bus) -> None:
        self._bus = bus

    async def write(
        self,
        table: pl.DataFrame,
        *,
        batch: int,
        ranges: Sequence[AccountedRange] = (),
        events: pl.DataFrame | None = None,
        waveforms: pl.DataFrame | None = None,
        dead: Sequence[DeadLetter] = (),
        minutes: pl.DataFrame | None = None,
    ) -> Receipt:
        tables = {
            "table": slim(table.select([name for name in _NEEDED if name in table.columns])),
            "waveforms": waveforms if waveforms is not None and waveforms.height else None,
            "events": events if events is not None and events.height else None,
            "dead": letters_table(dead) if dead else None,
            "minutes": minutes,
        }
        message = pack({"verb": "write", "batch": batch, "ranges": [asdict(r) for r in ranges]}, tables)
        head, _ = await self._send(message, WRITE_TIMEOUT_S)
        return Receipt(**head)

    async def accounted(self, incarnation: str) -> dict[int, int]:
        head, _ = await self._call("accounted", incarnation=incarnation)
        return dict(head["accounted"])

    async def latest(
        self, tenant: int, assets: Sequence[int] | None = None, properties: Sequence[int] | None = None, *, device: int | None = None
    ) -> pl.DataFrame:
        _, tables = await self._call("latest", tenant=tenant, assets=_listed(assets), properties=_listed(properties), device=device)
        return tables["rows"]

    async def last_seen(self, tenant: int | None = None) -> pl.DataFrame:
        _, tables = await self._call("last_seen", tenant=tenant)
        return tables["rows"]

    async def history(self, query: HistoryQuery) -> HistoryResult:
        head, tables = await self._call("history", **_asked(query))
        return HistoryResult(tables["rows"], head["next"], head["bucket_s"])

    async def events(
        self, tenant: int, device: int | None = None, *, cursor: str | None = None, limit: int = 100
    ) -> tuple[pl.DataFrame, str | None]:
        head, tables = await self._call("events", tenant=tenant, device=device, cursor=cursor, limit=limit)
        return tables["rows"], head["next"]

    async def waveforms(self, query: WaveformQuery) -> pl.DataFrame:
        _, tables = await self._call("waveforms", **asdict(query) | {"assets": _listed(query.assets)})
        return tables["rows"]

    async def query(self, request: QueryRequest) -> QueryResult:
        head, tables = await self._call("query", **asdict(request))
        return QueryResult(tables["rows"], head["truncated"])

    async def ledger(self, tenant: int | None = None, *, minutes: int = 60) -> LedgerReport:
        head, tables = await self._call("ledger", tenant=tenant, minutes=minutes)
        partitions = [PartitionLedger(**_dated(p, "written_at")) for p in head.pop("partitions")]
        holes = [Hole(**hole) for hole in head.pop("holes")]
        return LedgerReport(partitions=partitions, holes=holes, minutes=tables["minutes"], **head)

    async def dead_letters(
        self, tenant: int | None, *, cursor: str | None = None, limit: int = 100, reason: str | None = None, device: int | None = None
    ) -> DeadLetterPage:
        head, tables = await self._call("dead_letters", tenant=tenant, cursor=cursor, limit=limit, reason=reason, device=device)
        return DeadLetterPage(letters_of(tables["letters"]), head["next"], head["counts"])

    async def take_dead_letters(self, tenant: int | None, ids: Sequence[str]) -> list[DeadLetter]:
        _, tables = await self._call("take_dead_letters", tenant=tenant, ids=list(ids))
        return letters_of(tables["letters"])

    async def mark(self, marks: Sequence[Mark]) -> None:
        await self._send(pack({"verb": "mark", "marks": [asdict(mark) for mark in marks]}), WRITE_TIMEOUT_S)

    async def undo_mark(self, tenant: int, id_: str, by: str, at: datetime) -> Mark:
        head, _ = await self._call("undo_mark", tenant=tenant, id_=id_, by=by, at=at)
        return mark_of(head["mark"])

    async def marks(self, wanted: MarkFilter) -> tuple[list[Mark], str | None]:
        head, _ = await self._call("marks", **asdict(wanted))
        return [mark_of(mark) for mark in head["marks"]], head["next"]

    async def versions(self, query: HistoryQuery, *, corrected: bool = True) -> pl.DataFrame:
        _, tables = await self._call("versions", corrected=corrected, query=_asked(query))
        return tables["rows"]

    async def put_names(self, names: pl.DataFrame) -> None:
        await self._send(pack({"verb": "put_names"}, {"names": names}), WRITE_TIMEOUT_S)

    async def storage(self) -> Storage:
        head, _ = await self._call("storage")
        oldest = head["oldest"]
        tables = {name: TableStorage(**table) for name, table in head["tables"].items()}
        return Storage(tables, head["dirty"], datetime.fromisoformat(oldest) if oldest else None)

    async def close(self) -> None:
        """Nothing of its own to let go: the bus belongs to the process."""

    async def _call(self, verb: str, **asked: Any) -> tuple[dict[str, Any], dict[str, pl.DataFrame]]:
        return await self._ask(pack({"verb": verb, **asked}), TIMEOUT_S)

    async def _send(self, message: bytes, timeout_s: float) -> tuple[dict[str, Any], dict[str, pl.DataFrame]]:
        """A call that may be too large for one message; sent again once when the owner lost a piece by restarting."""
        if len(message) <= UPLOAD_PIECE:
            return await self._ask(message, timeout_s)
        for attempt in range(2):
            try:
                return await self._ask(await self._uploaded(message, timeout_s), timeout_s)
            except NotReady as err:
                if attempt or err.stable_code != "upload_lost":
                    raise
        raise AssertionError

    async def _uploaded(self, message: bytes, timeout_s: float) -> bytes:
        name = uuid4().hex
        parts = 0
        for parts, piece in enumerate(pieces(message, UPLOAD_PIECE), 1):
            await self._bus.request(UPLOAD, name.encode() + (parts - 1).to_bytes(4) + piece, timeout_s=timeout_s)
        return pack({"upload": name, "parts": parts})

    async def _ask(self, message: bytes, timeout_s: float) -> tuple[dict[str, Any], dict[str, pl.DataFrame]]:
        stream = cast("AsyncGenerator[bytes]", self._bus.stream_request(CALL, message, timeout_s=timeout_s))
        async with aclosing(stream) as answer:
            return unpack(b"".join([piece async for piece in answer]))


def _asked(query: HistoryQuery) -> dict[str, Any]:
    return asdict(query) | {"series": [[int(a), int(p)] for a, p in query.series], "properties": _listed(query.properties)}


def _listed(values: Sequence[int] | None) -> list[int] | None:
    return None if values is None else [int(v) for v in values]


def _dated(row: Mapping[str, Any], *names: str) -> dict[str, Any]:
    return dict(row) | {name: datetime.fromisoformat(row[name]) for name in names}
