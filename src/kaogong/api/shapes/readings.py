"""Values: latest, history, live, SQL."""

from enum import StrEnum
from typing import Any

from pydantic import Field

from kaogong.api.shapes.base import In, Moment, Out
from kaogong.historian import MAX_SQL_ROWS, Aggregate

Value = float | int | bool | str | list[Any] | dict[str, Any] | None


class QualityWord(StrEnum):
    """The quality of a value in one word."""

    GOOD = "good"
    UNCERTAIN = "uncertain"
    BAD = "bad"


class LatestValue(Out):
    """The newest sample of one point."""

    value: Value = Field(description="null: there is none, see quality and reason.")
    quality: QualityWord
    status: int = Field(description="OPC UA status code.")
    reason: str = Field(description="The status code's name, such as good or bad_no_communication.")
    unit: str = Field(description="UCUM code; 1 for none.")
    symbol: str = Field(description="The unit as a person reads it.")
    observed_at: Moment
    received_at: Moment
    age_s: float
    is_stale: bool = Field(description="Older than the property allows.")
    device: str | None = Field(None, description="Who spoke, where an asset is asked for.")


class Latest(Out):
    """The newest sample of each point, by property."""

    values: dict[str, LatestValue]
    server_time: Moment


class History(Out):
    """Samples of one property, oldest first: `[observed_at in ms, value, OPC UA status code]`."""

    property: str
    unit: str
    symbol: str
    aggregate: Aggregate
    rows: list[tuple[int, Value, int]]
    next: str | None = Field(description="`cursor` of the following rows, with aggregate raw only.")
    bucket_s: float = Field(description="Width of the intervals the rows stand for; 0: single samples.")


class LiveSample(Out):
    """One value on the live stream."""

    device: str
    property: str
    value: Value
    quality: QualityWord
    status: int
    observed_at: Moment
    received_at: Moment


class EventOut(Out):
    """Something a device said happened."""

    name: str
    observed_at: Moment
    received_at: Moment
    payload: Any


class Events(Out):
    """A device's events, newest first."""

    items: list[EventOut]
    next: str | None


class QueryIn(In):
    """One SELECT over `readings`, `latest` and `events` of the tenant."""

    sql: str = Field(min_length=1, max_length=20_000, examples=["SELECT device, property, value FROM latest LIMIT 10"])
    limit: int = Field(1000, ge=1, le=MAX_SQL_ROWS)


class Column(Out):
    """A column of an answer."""

    name: str
    type: str


class QueryOut(Out):
    """The answer to SQL."""

    columns: list[Column]
    rows: list[list[Any]]
    truncated: bool
