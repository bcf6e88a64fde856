"""Words that many bodies share."""

from enum import StrEnum
from typing import Annotated, Any, Generic, TypeVar

from pydantic import AwareDatetime, BaseModel, ConfigDict, Field, StringConstraints

Item = TypeVar("Item")

Key = Annotated[str, StringConstraints(pattern=r"^[A-Za-z0-9][A-Za-z0-9_-]{0,63}$")]
PropertyKey = Annotated[str, StringConstraints(pattern=r"^[a-z_][a-z0-9_]{0,62}$")]
RowId = Annotated[int, Field(ge=1, le=2**31 - 1)]
Text = Annotated[str, StringConstraints(max_length=2000)]
Label = Annotated[str, StringConstraints(max_length=200)]


class In(BaseModel):
    """A body from outside: an unknown field is a mistake, said."""

    model_config = ConfigDict(extra="forbid")


class Out(BaseModel):
    """A body of ours; built from the rooms' own types."""

    model_config = ConfigDict(from_attributes=True)


class TotalIs(StrEnum):
    """Whether `total` was counted to the end."""

    EXACT = "exact"
    AT_LEAST = "at_least"


class Page(Out, Generic[Item]):
    """One page of a list; `next` goes into `cursor` for the one after."""

    items: list[Item]
    next: str | None = None
    total: int = Field(ge=0)
    total_is: TotalIs = TotalIs.EXACT


class Changed(Out):
    """What became of a request that has nothing else to say."""

    ok: bool = True


Details = dict[str, Any]
Moment = AwareDatetime
