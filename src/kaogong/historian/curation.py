"""What people say of samples, as verbs of the historian: marks, and what stood before."""

from abc import ABC, abstractmethod
from collections.abc import Sequence
from datetime import datetime

import polars as pl

from kaogong.historian.types import HistoryQuery, Mark, MarkFilter


class Curation(ABC):
    """Nothing here removes a sample: a mark is laid over what is stored, and can be undone until the samples expire."""

    @abstractmethod
    async def mark(self, marks: Sequence[Mark]) -> None:
        """Keep marks; one of the same id is replaced. From then on every answer heeds them; rollups follow within minutes.

        Conflict `marks_full` when more marks would change how samples are read than a tenant may have.
        """

    @abstractmethod
    async def undo_mark(self, tenant: int, id_: str, by: str, at: datetime) -> Mark:
        """Undo a mark; Missing when there is none of that id. Twice is once."""

    @abstractmethod
    async def marks(self, wanted: MarkFilter) -> tuple[list[Mark], str | None]:
        """Marks, newest first, and the cursor of the next page."""

    @abstractmethod
    async def versions(self, query: HistoryQuery, *, corrected: bool = True) -> pl.DataFrame:
        """Every value that ever stood at the points and times of `query`, columns VERSIONS; marks are not laid over them.

        `corrected`: only times where a value was replaced. The query's `limit` bounds the former values.
        """
