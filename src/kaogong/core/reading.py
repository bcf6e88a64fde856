"""One reading as the plant floor speaks it; free of tables, so that an edge node does not pay for them."""

from datetime import datetime
from enum import StrEnum
from typing import NamedTuple, TypeAlias

Value: TypeAlias = float | int | bool | str | None


class Kind(StrEnum):
    """What a property holds; with the unit it is fixed for a property id for ever."""

    NUMBER = "number"
    INTEGER = "integer"
    BOOLEAN = "boolean"
    TEXT = "text"
    ENUM = "enum"
    JSON = "json"

    @property
    def is_numeric(self) -> bool:
        """Whether values are stored in the `value` column (as opposed to `text`)."""
        return self in (Kind.NUMBER, Kind.INTEGER, Kind.BOOLEAN)


class Sample(NamedTuple):
    """One reading at its source. `observed_at` is aware UTC; `quality` an OPC UA status code; `reason` says why it is not good.

    A tuple, as an edge node makes hundreds of thousands of them a second.
    """

    point: str
    value: Value
    observed_at: datetime
    quality: int = 0
    reason: str = ""
