"""Times as callers write them: ISO 8601 or milliseconds since 1970."""

from datetime import UTC, datetime
from typing import Annotated, Any

from pydantic import BeforeValidator, WithJsonSchema

EARLIEST, LATEST = datetime(1970, 1, 1, tzinfo=UTC), datetime(2200, 1, 1, tzinfo=UTC)
SECONDS_BELOW = 100_000_000_000  # as milliseconds this is March 1973: whoever writes less means seconds


def _moment(value: Any) -> Any:
    if isinstance(value, datetime):
        moment = value
    else:
        text = str(value).strip()
        try:
            moment = _from_ms(int(text)) if text.lstrip("-").isdigit() else datetime.fromisoformat(text)
        except (ValueError, OverflowError) as err:
            raise ValueError("write ISO 8601 with a zone, such as 2026-11-21T08:00:00Z, or milliseconds since 1970") from err
    if moment.tzinfo is None:
        raise ValueError("say the zone: 2026-11-21T08:00:00Z or +08:00")
    if not EARLIEST <= moment < LATEST:
        raise ValueError("a time between 1970 and 2200")
    return moment.astimezone(UTC)


def _from_ms(ms: int) -> datetime:
    if 0 < ms < SECONDS_BELOW:
        raise ValueError("seconds")
    return datetime.fromtimestamp(ms / 1000, UTC)


Time = Annotated[
    datetime,
    BeforeValidator(_moment),
    WithJsonSchema({"type": "string", "examples": ["2026-11-21T08:00:00Z", "1795248000000"], "description": "ISO 8601 or milliseconds."}),
]
