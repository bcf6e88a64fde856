"""What the historian speaks: write receipts, accounted ranges, dead letters, queries and their answers."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum

import polars as pl

MAX_RAW_ROWS = 50_000
MAX_CHART_POINTS = 4_000
MAX_SQL_ROWS = 10_000

# Outcomes of decoded samples by tenant and minute of receipt: `decoded`, `written`, or a reason of rejection.
# `partition` says which accounted range of the same write the samples came with.
MINUTES = pl.Schema(
    {"partition": pl.UInt8(), "tenant": pl.UInt32(), "minute": pl.Datetime("ms", "UTC"), "outcome": pl.String(), "samples": pl.UInt64()}
)
DECODED, WRITTEN = "decoded", "written"

# Device events. `payload` is JSON text.
EVENTS = pl.Schema(
    {
        "tenant": pl.UInt32(),
        "device": pl.UInt32(),
        "name": pl.String(),
        "observed_at": pl.Datetime("us", "UTC"),
        "payload": pl.String(),
        "received_at": pl.Datetime("ms", "UTC"),
    }
)

# Names of things for people's SQL. `kind` is `device`, `asset` or `property`; `tenant` is 0 for properties shared by tenants.
# `place` is the path of an asset's or a device's place.
NAMES = pl.Schema(
    {"tenant": pl.UInt32(), "kind": pl.String(), "id": pl.UInt32(), "key": pl.String(), "unit": pl.String(), "place": pl.String()}
)

# One row a sample, as history and latest answer.
READINGS = pl.Schema(
    {
        "asset": pl.UInt32(),
        "property": pl.UInt32(),
        "device": pl.UInt32(),
        "observed_at": pl.Datetime("us", "UTC"),
        "value": pl.Float64(),
        "exact": pl.Int64(),
        "text": pl.String(),
        "quality": pl.UInt32(),
        "received_at": pl.Datetime("ms", "UTC"),
    }
)


# What stood at a point and time, the row that stands now included: `superseded_at` is null for it.
VERSIONS = pl.Schema(
    {
        **READINGS,
        "superseded_at": pl.Datetime("ms", "UTC"),
        "superseded_by": pl.UInt32(),
        "reason": pl.String(),
    }
)


# Waveforms as they are listed; `samples` are empty unless they are asked for.
WAVEFORM_ROWS = pl.Schema(
    {
        "asset": pl.UInt32(),
        "name": pl.String(),
        "observed_at": pl.Datetime("us", "UTC"),
        "device": pl.UInt32(),
        "rate": pl.Float64(),
        "unit": pl.String(),
        "count": pl.UInt64(),
        "rms": pl.Float64(),
        "peak": pl.Float64(),
        "received_at": pl.Datetime("ms", "UTC"),
        "samples": pl.List(pl.Float32()),
    }
)


class MarkKind(StrEnum):
    """What a person says of samples. `bad` and `deleted` change how they are read, `note` and `entered` do not."""

    BAD = "bad"
    DELETED = "deleted"
    NOTE = "note"
    ENTERED = "entered"


@dataclass(frozen=True, slots=True)
class Mark:
    """One statement about samples of `series` (asset, property) from `from_` (inclusive) to `to` (exclusive).

    With `device` it is about what that device spoke. It takes nothing out of the store: undone, everything is as before.
    `target` and `names` say what the person named: `device/pump-1`, and keys of properties.
    """

    tenant: int
    id: str
    kind: MarkKind
    series: Sequence[tuple[int, int]]
    from_: datetime
    to: datetime
    text: str
    made_by: str
    made_at: datetime
    device: int = 0
    undone_by: str = ""
    undone_at: datetime | None = None
    target: str = ""
    names: Sequence[str] = ()


@dataclass(frozen=True, slots=True)
class MarkFilter:
    """Which marks: those that touch `series` and the time; all of the tenant where unset. Newest first."""

    tenant: int
    series: Sequence[tuple[int, int]] | None = None
    from_: datetime | None = None
    to: datetime | None = None
    kinds: Sequence[MarkKind] = ()
    undone: bool = True
    cursor: str | None = None
    limit: int = 100
    ids: Sequence[str] = ()


@dataclass(frozen=True, slots=True)
class AccountedRange:
    """Stream sequences `first` to `last` are dealt with as far as `partition` is concerned; `messages` of them were its own.

    The ranges of a partition tile the sequence line of one stream incarnation: `first` = previous `last` + 1.
    """

    incarnation: str
    partition: int
    first: int
    last: int
    messages: int


@dataclass(frozen=True, slots=True)
class DeadLetter:
    """A message, or a part of one, that could not be used. `sequence` is the stream's; `device` 0 where it is not known."""

    tenant: int
    device: int
    reason: str
    detail: str
    subject: str
    payload: bytes
    received_at: datetime
    sequence: int
    id: str = ""
    replayed_at: datetime | None = None


@dataclass(frozen=True, slots=True)
class Receipt:
    """What one write did. `unchanged` rows were already stored with an equal value."""

    inserted: int
    unchanged: int
    corrected: int
    dead: int = 0


class Aggregate(StrEnum):
    """How history is thinned."""

    RAW = "raw"
    AVG = "avg"
    MIN = "min"
    MAX = "max"
    LAST = "last"
    LTTB = "lttb"
    MINMAX = "minmax"


@dataclass(frozen=True, slots=True)
class HistoryQuery:
    """Samples of points between `from_` (inclusive) and `to` (exclusive), oldest first.

    `series` are (asset, property) pairs. With `device` only what that device spoke; then `series` may be empty and
    `properties` narrows it. `points` is the most a series may answer with (≤ 4,000) unless `aggregate` is raw, where
    `limit` rows (≤ 50,000) come at a time and `cursor` continues.
    """

    tenant: int
    series: Sequence[tuple[int, int]]
    from_: datetime
    to: datetime
    aggregate: Aggregate = Aggregate.RAW
    points: int = 1_000
    device: int | None = None
    properties: Sequence[int] = ()
    limit: int = MAX_RAW_ROWS
    cursor: str | None = None


@dataclass(frozen=True, slots=True)
class HistoryResult:
    """Columns READINGS, oldest first within a series; `next` continues a raw query; `bucket_s` is 0 for raw and lttb."""

    rows: pl.DataFrame
    next: str | None = None
    bucket_s: float = 0.0


@dataclass(frozen=True, slots=True)
class WaveformQuery:
    """Waveforms of assets, of one device where it is not 0, newest first; `whole` with their samples (then at most 50)."""

    tenant: int
    assets: Sequence[int]
    from_: datetime
    to: datetime
    device: int = 0
    name: str = ""
    limit: int = 100
    whole: bool = False


@dataclass(frozen=True, slots=True)
class QueryRequest:
    """A person's SQL inside one tenant; the answer has at most `limit` rows."""

    tenant: int
    sql: str
    limit: int = MAX_SQL_ROWS
    timeout_s: float | None = None


@dataclass(frozen=True, slots=True)
class QueryResult:
    """The answer to a person's SQL; `truncated` when there would have been more rows."""

    rows: pl.DataFrame
    truncated: bool


@dataclass(frozen=True, slots=True)
class DeadLetterPage:
    """Dead letters, newest first; `counts` are all that occurred by reason, kept or not."""

    items: Sequence[DeadLetter]
    next: str | None
    counts: Mapping[str, int]


@dataclass(frozen=True, slots=True)
class Hole:
    """Sequences of a partition that no accounted range covers although later ones are accounted."""

    incarnation: str
    partition: int
    first: int
    last: int


@dataclass(frozen=True, slots=True)
class PartitionLedger:
    """What is accounted of one partition of one stream incarnation."""

    incarnation: str
    partition: int
    first: int
    last: int
    messages: int
    written_at: datetime


@dataclass(frozen=True, slots=True)
class LedgerReport:
    """Messages by partition, holes and overlaps in them; samples by outcome.

    For one incarnation: sum of `messages` + what its consumers still have pending = last sequence - first sequence + 1.
    Samples: `decoded` = `written` + sum of `rejected`; `minutes` has the columns tenant, minute, outcome, samples.
    """

    partitions: Sequence[PartitionLedger]
    holes: Sequence[Hole]
    overlaps: int
    decoded: int
    written: int
    rejected: Mapping[str, int]
    minutes: pl.DataFrame

    def messages(self, incarnation: str) -> int:
        """Messages accounted for in one incarnation of the stream."""
        return sum(p.messages for p in self.partitions if p.incarnation == incarnation)


@dataclass(frozen=True, slots=True)
class TableStorage:
    """Size of one table: merged parts only differ from unmerged ones in bytes."""

    rows: int
    bytes: int
    parts: int


@dataclass(frozen=True, slots=True)
class Storage:
    """Size of the store and what waits to be rolled up."""

    tables: Mapping[str, TableStorage] = field(default_factory=dict)
    dirty: int = 0
    oldest: datetime | None = None
