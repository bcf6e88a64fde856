"""Pages of long lists: keyset cursors that outsiders treat as opaque."""

import base64
import binascii
from dataclasses import dataclass
from typing import Any, Generic, Literal, TypeVar

import orjson

from kaogong.core.errors import ConfigInvalid

T = TypeVar("T")

LIMIT = 50
MAX_LIMIT = 1000
COUNTED_TO = 10_000  # counting further would read the whole table for a number nobody reads


@dataclass(frozen=True, slots=True)
class Page(Generic[T]):
    """A page of a list. `next` is the cursor of the following page; `total` is exact up to 10,000, then a lower bound."""

    items: list[T]
    next: str | None
    total: int
    total_is: Literal["exact", "at_least"]

    @classmethod
    def of(cls, items: list[T], following: str | None, counted: int) -> "Page[T]":
        """A page from `counted`, the number of rows found by counting at most COUNTED_TO + 1."""
        return cls(items, following, min(counted, COUNTED_TO), "exact" if counted <= COUNTED_TO else "at_least")


def page_limit(limit: int | None) -> int:
    """The page size to use; ConfigInvalid outside 1 to 1,000."""
    if limit is None:
        return LIMIT
    if not 1 <= limit <= MAX_LIMIT:
        raise ConfigInvalid(f"A page holds 1 to {MAX_LIMIT} items; write a limit in that range.", code="limit_invalid", field="limit")
    return limit


def cursor(*position: str | int) -> str:
    """The cursor of the page after the row whose sort key is `position`."""
    return base64.urlsafe_b64encode(orjson.dumps(position)).rstrip(b"=").decode()


def after(text: str | None, *kinds: type) -> tuple[Any, ...] | None:
    """The position in a cursor (None for the first page); ConfigInvalid when it is not one of ours."""
    if not text:
        return None
    try:
        position = orjson.loads(base64.urlsafe_b64decode(text.encode() + b"=" * (-len(text) % 4)))
    except (ValueError, binascii.Error):
        position = None
    if not isinstance(position, list) or [type(p) for p in position] != list(kinds) or not all(map(_storable, position)):
        raise ConfigInvalid("The cursor is not one of ours: begin again without one.", code="cursor_invalid", field="cursor")
    return tuple(position)


def _storable(part: Any) -> bool:
    return "\0" not in part if isinstance(part, str) else 0 <= part < 2**63
