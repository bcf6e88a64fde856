"""The owner's side of the bus: answers every verb, one call at a time each, and stops work nobody waits for."""

import time
from collections import OrderedDict
from collections.abc import AsyncIterator, Awaitable, Callable, Mapping
from dataclasses import asdict
from datetime import datetime
from typing import Any, TypeAlias

import polars as pl

from kaogong.bus import Bus, Cancel
from kaogong.core.errors import ConfigInvalid, NotReady, Overloaded
from kaogong.historian.historian import Historian
from kaogong.historian.types import AccountedRange, MarkFilter, MarkKind, QueryRequest, WaveformQuery
from kaogong.historian.wire import (
    CALL,
    PIECE,
    UPLOAD,
    letters_of,
    letters_table,
    mark_of,
    pack,
    pairs_of,
    pieces,
    query_of,
    report_head,
    unpack,
)

MAX_UPLOADS = 512 * 1024 * 1024
UPLOAD_LIVES_S = 60.0
UPLOAD_ID = 32

Head: TypeAlias = dict[str, Any]
Tables: TypeAlias = dict[str, pl.DataFrame]


class Uploads:
    """Pieces of large calls on their way; what is not called for within a minute is forgotten."""

    def __init__(self) -> None:
        self._parts: OrderedDict[str, tuple[float, list[bytes]]] = OrderedDict()
        self._bytes = 0

    async def take(self, message: bytes) -> bytes:
        """Keep one piece: id, position, body."""
        name, position, body = message[:UPLOAD_ID].decode(), int.from_bytes(message[UPLOAD_ID : UPLOAD_ID + 4]), message[UPLOAD_ID + 4 :]
        self._expire()
        if self._bytes + len(body) > MAX_UPLOADS:
            raise Overloaded("The historian has more batches waiting than it keeps in memory.", code="uploads_full", retry_after_s=1)
        parts = self._parts.setdefault(name, (time.monotonic(), []))[1]
        if position != len(parts):
            raise NotReady("A piece of the batch is missing; send it again.", code="upload_lost", retry_after_s=0)
        parts.append(body)
        self._bytes += len(body)
        return b""

    def whole(self, name: str, count: int) -> bytes:
        """All pieces in one, forgotten here; NotReady when some are missing, as after a restart."""
        _, parts = self._parts.pop(name, (0.0, []))
        self._bytes -= sum(map(len, parts))
        if len(parts) != count:
            raise NotReady("A piece of the batch is missing; send it again.", code="upload_lost", retry_after_s=0)
        return b"".join(parts)

    def _expire(self) -> None:
        while self._parts:
            name, (since, parts) = next(iter(self._parts.items()))
            if time.monotonic() - since < UPLOAD_LIVES_S:
                return
            self._bytes -= sum(map(len, parts))
            del self._parts[name]


async def serve(bus: Bus, historian: Historian) -> None:
    """Answer calls until the bus closes; on return the first one will be heard."""
    uploads = Uploads()
    verbs = _verbs(historian)

    async def answer(message: bytes, _: Cancel) -> AsyncIterator[bytes]:
        head, tables = unpack(message)
        if "upload" in head:
            head, tables = unpack(uploads.whole(head["upload"], head["parts"]))
        verb = verbs.get(head.pop("verb", ""))
        if verb is None:
            raise ConfigInvalid("The historian knows no such verb; do all processes run the same version?", code="verb_unknown")
        for piece in pieces(await verb(head, tables), PIECE):
            yield piece

    await bus.serve(UPLOAD, uploads.take)
    await bus.serve_stream(CALL, answer)
    await bus.flush()


def _verbs(historian: Historian) -> Mapping[str, Callable[[Head, Tables], Awaitable[bytes]]]:
    async def write(head: Head, tables: Tables) -> bytes:
        receipt = await historian.write(
            tables["table"],
            batch=head["batch"],
            ranges=[AccountedRange(**r) for r in head["ranges"]],
            events=tables.get("events"),
            waveforms=tables.get("waveforms"),
            dead=letters_of(tables["dead"]) if "dead" in tables else (),
            minutes=tables.get("minutes"),
        )
        return pack(asdict(receipt))

    async def accounted(head: Head, _: Tables) -> bytes:
        return pack({"accounted": list((await historian.accounted(**head)).items())})

    async def latest(head: Head, _: Tables) -> bytes:
        return pack({}, {"rows": await historian.latest(**head)})

    async def last_seen(head: Head, _: Tables) -> bytes:
        return pack({}, {"rows": await historian.last_seen(**head)})

    async def history(head: Head, _: Tables) -> bytes:
        found = await historian.history(query_of(head))
        return pack({"next": found.next, "bucket_s": found.bucket_s}, {"rows": found.rows})

    async def events(head: Head, _: Tables) -> bytes:
        rows, following = await historian.events(**head)
        return pack({"next": following}, {"rows": rows})

    async def waveforms(head: Head, _: Tables) -> bytes:
        times = {name: datetime.fromisoformat(head[name]) for name in ("from_", "to")}
        return pack({}, {"rows": await historian.waveforms(WaveformQuery(**{**head, **times}))})

    async def query(head: Head, _: Tables) -> bytes:
        found = await historian.query(QueryRequest(**head))
        return pack({"truncated": found.truncated}, {"rows": found.rows})

    async def ledger(head: Head, _: Tables) -> bytes:
        report = await historian.ledger(**head)
        return pack(report_head(report), {"minutes": report.minutes})

    async def dead_letters(head: Head, _: Tables) -> bytes:
        page = await historian.dead_letters(**head)
        return pack({"next": page.next, "counts": page.counts}, {"letters": letters_table(page.items)})

    async def take_dead_letters(head: Head, _: Tables) -> bytes:
        return pack({}, {"letters": letters_table(await historian.take_dead_letters(**head))})

    async def put_names(_: Head, tables: Tables) -> bytes:
        await historian.put_names(tables["names"])
        return pack({})

    async def storage(_: Head, __: Tables) -> bytes:
        return pack(asdict(await historian.storage()))

    async def mark(head: Head, _: Tables) -> bytes:
        await historian.mark([mark_of(one) for one in head["marks"]])
        return pack({})

    async def undo_mark(head: Head, _: Tables) -> bytes:
        undone = await historian.undo_mark(**head | {"at": datetime.fromisoformat(head["at"])})
        return pack({"mark": asdict(undone)})

    async def marks(head: Head, _: Tables) -> bytes:
        times = {name: head[name] and datetime.fromisoformat(head[name]) for name in ("from_", "to")}
        series = None if head["series"] is None else pairs_of(head["series"])
        wanted = MarkFilter(**{**head, **times, "series": series, "kinds": [MarkKind(kind) for kind in head["kinds"]]})
        found, following = await historian.marks(wanted)
        return pack({"marks": [asdict(one) for one in found], "next": following})

    async def versions(head: Head, _: Tables) -> bytes:
        return pack({}, {"rows": await historian.versions(query_of(head["query"]), corrected=head["corrected"])})

    found = (
        mark,
        undo_mark,
        marks,
        versions,
        write,
        accounted,
        latest,
        last_seen,
        history,
        events,
        waveforms,
        query,
        ledger,
        dead_letters,
        take_dead_letters,
        put_names,
        storage,
    )
    return {verb.__name__: verb for verb in found}
