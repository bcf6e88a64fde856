"""What people say of samples, and the values that stood before."""

from enum import StrEnum
from typing import Annotated

from pydantic import Field, model_validator

from kaogong.api.shapes.base import In, Key, Label, Moment, Out, PropertyKey, Text
from kaogong.api.shapes.readings import QualityWord, Value
from kaogong.api.times import Time
from kaogong.historian import MarkKind


class NewMarkKind(StrEnum):
    """What a person may say of a time: `bad` keeps the values and counts none, `deleted` hides them, `note` explains."""

    BAD = "bad"
    DELETED = "deleted"
    NOTE = "note"


class MarkIn(In):
    """A mark over a time of a device, or of an asset whoever spoke."""

    device: Key | None = None
    asset: Key | None = None
    properties: Annotated[list[PropertyKey], Field(max_length=200)] = Field([], description="Empty: all of them.")
    kind: NewMarkKind
    from_: Time = Field(alias="from", description="Included.")
    to: Time = Field(description="Not included.")
    text: Text = Field("", description="Why; a note must say something.")

    @model_validator(mode="after")
    def _whole(self) -> "MarkIn":
        if (self.device is None) == (self.asset is None):
            raise ValueError("name a device or an asset")
        if self.kind is NewMarkKind.NOTE and not self.text.strip():
            raise ValueError("a note says something in `text`")
        return self


class MarkOut(Out):
    """A mark, who made it and whether it still holds."""

    id: str
    kind: MarkKind
    target: str = Field(description="What was named: device/pump-1 or asset/pump-1.")
    properties: list[str]
    from_: Moment = Field(alias="from", validation_alias="from_")
    to: Moment
    text: str
    made_by: str
    made_at: Moment
    undone_by: str | None
    undone_at: Moment | None


class Marks(Out):
    """Marks, newest first."""

    items: list[MarkOut]
    next: str | None


class ReadingIn(In):
    """One value as it was read off."""

    property: PropertyKey
    value: Value
    unit: Label | None = Field(None, description="Unset: the property's own; another one is converted.")
    observed_at: Time | None = Field(None, description="Unset: now. The time of a stored sample: it is corrected.")


class ReadingsIn(In):
    """Values entered by hand."""

    readings: Annotated[list[ReadingIn], Field(min_length=1, max_length=500)]
    text: Text = Field("", description="Why, for the record.")


class Entered(Out):
    """The platform has the readings: from here on they are not lost."""

    readings: int
    sequence: int


class ValueVersion(Out):
    """One value that stood or stands at a point and time."""

    value: Value
    quality: QualityWord
    status: int
    reason: str = Field(description="The status code's name; good_edited: entered by hand.")
    device: str | None = Field(description="Who spoke.")
    received_at: Moment
    entered_by: str | None = Field(None, description="Who entered it by hand.")
    text: str = Field("", description="Why it was entered.")
    superseded_at: Moment | None = Field(description="null: it stands.")


class ValueHistory(Out):
    """The values of one moment, oldest first."""

    observed_at: Moment
    versions: list[ValueVersion]


class ValueHistories(Out):
    """Moments of one property at which a value was corrected, newest first."""

    property: str
    unit: str
    symbol: str
    items: list[ValueHistory]
