"""Values out of JSON documents by pointer (RFC 6901), with the document's own time where it carries one."""

from collections.abc import Iterator
from datetime import UTC, datetime, tzinfo
from math import isfinite
from typing import Any

import orjson

from kaogong.core.quality import Quality
from kaogong.core.reading import Sample, Value

MISSING = object()
SECONDS_END = 1e11  # seconds of the year 5138 are milliseconds of 1973: whoever writes less than that means seconds


def parsed(payload: bytes | bytearray | str | Any) -> Any:
    """JSON, or the bare text where it is none."""
    try:
        return orjson.loads(payload)
    except orjson.JSONDecodeError:
        return payload.strip() if isinstance(payload, str) else bytes(payload).decode("utf-8", "replace").strip()


def at(document: Any, pointer: str) -> Any:
    """What stands at the pointer; `MISSING` where it leads nowhere."""
    for raw in pointer.split("/")[1:]:
        key = raw.replace("~1", "/").replace("~0", "~")
        if isinstance(document, dict):
            document = document.get(key, MISSING)
        elif isinstance(document, list) and key.isdigit() and int(key) < len(document):
            document = document[int(key)]
        else:
            return MISSING
    return document


def below(document: Any, pointer: str) -> Iterator[tuple[str, str, Any]]:
    """Pointer, name and value of what lies one step below `pointer`."""
    here = at(document, pointer)
    pairs = here.items() if isinstance(here, dict) else enumerate(here) if isinstance(here, list) else ()
    for key, value in pairs:
        yield f"{pointer}/{str(key).replace('~', '~0').replace('/', '~1')}", str(key), value


def is_pointer(value: str | None) -> str | None:
    """For a pydantic validator."""
    if value and not value.startswith("/"):
        raise ValueError("a JSON pointer begins with /, for example /temperature")
    return value


def moment(told: Any, zone: tzinfo = UTC) -> datetime | None:
    """A time as documents write it: ISO 8601, or seconds or milliseconds since 1970. `zone` is that of times that name none."""
    try:
        if isinstance(told, str):
            told = datetime.fromisoformat(told)
        if isinstance(told, datetime):
            return (told if told.tzinfo else told.replace(tzinfo=zone)).astimezone(UTC)
        if isinstance(told, int | float) and not isinstance(told, bool):
            return datetime.fromtimestamp(told / 1000 if abs(told) > SECONDS_END else told, UTC)
    except (ValueError, OverflowError, OSError):
        return None
    return None


def sample(name: str, document: Any, pointer: str, time_pointer: str | None, received: datetime, what: str) -> Sample:
    """The point's sample; `what` is the document's name in reasons, such as "the message"."""
    observed_at = received
    if time_pointer is not None:
        told = moment(at(document, time_pointer))
        if told is None:
            return Sample(name, None, received, Quality.BAD_CONFIGURATION_ERROR, f"{what} has no usable time at {time_pointer}")
        observed_at = told
    value: Value | Any = at(document, pointer)
    if value is MISSING:
        return Sample(name, None, observed_at, Quality.BAD_NODE_UNKNOWN, f"{what} has nothing at {pointer}")
    if isinstance(value, dict | list) or value is None or (isinstance(value, float) and not isfinite(value)):
        words = f"{'nothing' if value is None else 'no single value'} at {pointer or 'the top'} of {what}"
        return Sample(name, None, observed_at, Quality.BAD_TYPE_MISMATCH, words)
    return Sample(name, value, observed_at)
