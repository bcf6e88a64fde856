"""The time-series store: schema, write, query, rollups, retention, and people's SQL behind its two walls.

Owns the chDB folder (one process) or talks to a ClickHouse server; may use core and the bus. Called by ingest (write), api (read) and
the historian's own process; everybody else reaches it through `connect`.
"""

from typing import TYPE_CHECKING

from kaogong.historian.historian import Historian
from kaogong.historian.types import (
    DECODED,
    EVENTS,
    MAX_CHART_POINTS,
    MAX_RAW_ROWS,
    MAX_SQL_ROWS,
    MINUTES,
    NAMES,
    READINGS,
    VERSIONS,
    WAVEFORM_ROWS,
    WRITTEN,
    AccountedRange,
    Aggregate,
    DeadLetter,
    DeadLetterPage,
    HistoryQuery,
    HistoryResult,
    Hole,
    LedgerReport,
    Mark,
    MarkFilter,
    MarkKind,
    PartitionLedger,
    QueryRequest,
    QueryResult,
    Receipt,
    Storage,
    TableStorage,
    WaveformQuery,
)

if TYPE_CHECKING:
    from kaogong.bus import Bus


async def connect(dsn: str, bus: "Bus") -> Historian:
    """The historian as any process but its owner sees it: over the bus for chDB, directly for a ClickHouse server.

    The owner itself opens `kaogong.historian.local.LocalHistorian`.
    """
    if dsn.startswith("chdb:"):
        from kaogong.historian.remote import RemoteHistorian  # noqa: PLC0415  (neither side loads the other's libraries)

        return RemoteHistorian(bus)
    from kaogong.historian.local import LocalHistorian  # noqa: PLC0415

    return await LocalHistorian.open(dsn)


__all__ = [
    "DECODED",
    "EVENTS",
    "MAX_CHART_POINTS",
    "MAX_RAW_ROWS",
    "MAX_SQL_ROWS",
    "MINUTES",
    "NAMES",
    "READINGS",
    "VERSIONS",
    "WAVEFORM_ROWS",
    "WRITTEN",
    "AccountedRange",
    "Aggregate",
    "DeadLetter",
    "DeadLetterPage",
    "Historian",
    "HistoryQuery",
    "HistoryResult",
    "Hole",
    "LedgerReport",
    "Mark",
    "MarkFilter",
    "MarkKind",
    "PartitionLedger",
    "QueryRequest",
    "QueryResult",
    "Receipt",
    "Storage",
    "TableStorage",
    "WaveformQuery",
    "connect",
]
