"""The historian's verbs: the same on the owner, against a server and across the bus."""

from abc import ABC, abstractmethod
from collections.abc import Sequence

import polars as pl

from kaogong.historian.curation import Curation
from kaogong.historian.types import (
    AccountedRange,
    DeadLetter,
    DeadLetterPage,
    HistoryQuery,
    HistoryResult,
    LedgerReport,
    QueryRequest,
    QueryResult,
    Receipt,
    Storage,
    WaveformQuery,
)


class Historian(Curation, ABC):
    """The time-series store. Every verb raises NotReady when the store cannot answer now, and then has done nothing it said it did."""

    @abstractmethod
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
        """Store one batch and account for its messages; returns when it survives `kill -9`.

        `table` has core's SAMPLES columns, every row bound (`asset`, `asset_property` not 0); an optional column
        `retention_class` (UInt8) is 0 where absent. `events` has EVENTS, `waveforms` core's
        WAVEFORMS, `minutes` MINUTES columns. Repeating a whole write,
        or the same messages in other batches, changes nothing: the accounted ranges are written last, in one piece.
        A differing value at a stored time replaces it and moves the former row to `superseded`.
        """

    @abstractmethod
    async def accounted(self, incarnation: str) -> dict[int, int]:
        """The last accounted sequence by partition: where ingest resumes."""

    @abstractmethod
    async def latest(
        self, tenant: int, assets: Sequence[int] | None = None, properties: Sequence[int] | None = None, *, device: int | None = None
    ) -> pl.DataFrame:
        """The newest sample of each point, columns READINGS; `device`: of the points it spoke for last."""

    @abstractmethod
    async def last_seen(self, tenant: int | None = None) -> pl.DataFrame:
        """Columns tenant, device, observed_at, received_at: the newest over each device's points."""

    @abstractmethod
    async def history(self, query: HistoryQuery) -> HistoryResult:
        """Samples of points over time, thinned by the server."""

    @abstractmethod
    async def events(
        self, tenant: int, device: int | None = None, *, cursor: str | None = None, limit: int = 100
    ) -> tuple[pl.DataFrame, str | None]:
        """Device events, newest first (columns EVENTS), and the cursor of the next page."""

    @abstractmethod
    async def waveforms(self, query: WaveformQuery) -> pl.DataFrame:
        """Waveforms with their root mean square and peak, newest first; columns WAVEFORM_ROWS."""

    @abstractmethod
    async def query(self, request: QueryRequest) -> QueryResult:
        """A person's SQL over `readings`, `latest` and `events`; ConfigInvalid says what is not admitted."""

    @abstractmethod
    async def ledger(self, tenant: int | None = None, *, minutes: int = 60) -> LedgerReport:
        """What is accounted for; samples of one tenant or of all, with the last `minutes` one by one."""

    @abstractmethod
    async def dead_letters(
        self, tenant: int | None, *, cursor: str | None = None, limit: int = 100, reason: str | None = None, device: int | None = None
    ) -> DeadLetterPage:
        """What could not be used, newest first; with `device` (an id) of that device alone. Tenant 0 holds what belongs to no known tenant."""

    @abstractmethod
    async def take_dead_letters(self, tenant: int | None, ids: Sequence[str]) -> list[DeadLetter]:
        """The letters with their payloads, marked as replayed now; the caller publishes them again."""

    @abstractmethod
    async def put_names(self, names: pl.DataFrame) -> None:
        """Names for people's SQL, columns NAMES; a row replaces the one of the same kind and id."""

    @abstractmethod
    async def storage(self) -> Storage:
        """Rows, bytes and parts by table."""

    @abstractmethod
    async def close(self) -> None:
        """Let go of the store; safe twice."""
