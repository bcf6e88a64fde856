"""The time of a reading as a device writes it: milliseconds since 1970 or ISO 8601 with its zone."""

from collections.abc import Sequence
from datetime import datetime
from math import isfinite
from typing import Any

import numpy as np
import numpy.typing as npt

from kaogong.formats.reasons import Reason

SECONDS_FROM, SECONDS_TO = 1e9, 1e10  # 2001 to 2286 in seconds; in milliseconds that is January to April 1970
EARLIEST, LATEST = -2.2e12, 253402300799999.0  # 1900 and the end of 9999: what a date can say
_PLAIN = frozenset({int, float, type(None)})
_SECONDS = "looks like seconds; write milliseconds since 1970 (multiply by 1000) or ISO 8601"


def milliseconds(written: Any) -> float | tuple[Reason, str]:
    """Milliseconds since 1970, or why `written` is no time."""
    if type(written) in (int, float):
        if not isfinite(written):
            return Reason.TIME_INVALID, f"{written!r} is no time"
        if SECONDS_FROM <= written < SECONDS_TO:
            return Reason.TIME_IN_SECONDS, f"{written!r} {_SECONDS}"
        return float(min(max(written, EARLIEST), LATEST))
    if type(written) is str:
        try:
            moment = datetime.fromisoformat(written[:40])
        except ValueError:
            return Reason.TIME_INVALID, f"{clean(written)!r} is no ISO 8601 time; write for example 2026-11-21T08:30:00Z"
        if moment.tzinfo is None:
            return Reason.TIME_INVALID, f"{clean(written)!r} has no time zone; end it with Z or an offset such as +08:00"
        return min(max(moment.timestamp() * 1000, EARLIEST), LATEST)
    return Reason.TIME_INVALID, f"a time is milliseconds since 1970 or ISO 8601 text, not {kind_of(written)}"


def all_milliseconds(
    written: Sequence[Any], received_ms: npt.NDArray[np.float64]
) -> tuple[npt.NDArray[np.float64], dict[int, tuple[Reason, str]]]:
    """The times of many entries (None: the time of receipt), and by index those that are none."""
    wrong: dict[int, tuple[Reason, str]] = {}
    if set(map(type, written)) <= _PLAIN:
        out = np.array(written, dtype=np.float64)  # None becomes NaN
        odd = np.nonzero(~((out >= SECONDS_TO) & (out <= LATEST)))[0].tolist()
    else:
        out = np.empty(len(written), dtype=np.float64)
        odd = list(range(len(written)))
    for i in odd:
        read = float(received_ms[i]) if written[i] is None else milliseconds(written[i])
        if isinstance(read, tuple):
            wrong[i] = read
            read = float(received_ms[i])
        out[i] = read
    return out, wrong


def clean(text: str) -> str:
    """A device's own text, short and printable, for a detail that people read."""
    return text[:60].encode("utf-8", "replace").decode().replace("\0", "␀")


def kind_of(value: Any) -> str:
    names = {bool: "true or false", dict: "an object", list: "a list", type(None): "null", str: "text", int: "a number", float: "a number"}
    return names.get(type(value), type(value).__name__)
