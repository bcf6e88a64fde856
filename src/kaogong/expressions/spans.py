"""Spans of time as people write them: '30 s', '5 min', '2 h'."""

import re

DAY_S = 86_400.0
_UNITS = {"": 1.0, "s": 1.0, "sec": 1.0, "min": 60.0, "h": 3600.0, "d": DAY_S, "秒": 1.0, "分钟": 60.0, "小时": 3600.0}
_SPAN = re.compile(r"\s*(\d{1,6}(?:\.\d{1,3})?)\s*(\D{0,4}?)\s*")


def seconds(written: str | float) -> float | None:
    """Seconds of a span, more than none and at most a day; None when it is no span."""
    found = _SPAN.fullmatch(f"{written:g}" if isinstance(written, float) else written)
    if found is None or found[2] not in _UNITS:
        return None
    length = float(found[1]) * _UNITS[found[2]]
    return length if 0 < length <= DAY_S else None
