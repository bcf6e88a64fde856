"""How lines are chained: a line's hash covers its content and the hash before it."""

import hashlib
import json
from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any

START = "0" * 64


def chained(previous: str, line: Mapping[str, Any]) -> str:
    """The hash of `line` after `previous`: sha256(previous + canonical JSON), in hexadecimal."""
    return hashlib.sha256((previous + canonical(line)).encode()).hexdigest()


def canonical(line: Mapping[str, Any]) -> str:
    """JSON with sorted keys, no spaces, ASCII only: the same bytes on every store and every Python."""
    return json.dumps(line, sort_keys=True, separators=(",", ":"), ensure_ascii=True, default=_moment)


def _moment(value: object) -> str:
    if isinstance(value, datetime):
        return value.astimezone(UTC).isoformat(timespec="microseconds")
    raise TypeError(f"an audit detail holds JSON only, not {type(value).__name__}")
