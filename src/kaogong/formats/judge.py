"""One value against its property, the slow and thorough way: what the columns could not take as it came."""

from math import isfinite
from typing import Any, NamedTuple

import orjson

from kaogong.core import units
from kaogong.core.errors import ConfigInvalid
from kaogong.core.quality import Quality
from kaogong.core.sample import Kind
from kaogong.formats.names import PropertyNames
from kaogong.formats.reasons import MAX_TEXT, Reason
from kaogong.formats.times import clean, kind_of, milliseconds

EXACT_FROM = 2**53  # doubles are whole numbers up to here
INT64 = 2**63
NAN = float("nan")


class Accepted(NamedTuple):
    """A value as the store holds it. `ts_ms` None: that of its entry."""

    value: float = NAN
    exact: int = 0
    text: str = ""
    quality: int = 0
    ts_ms: float | None = None


class Refused(NamedTuple):
    """Why a value is not taken."""

    reason: Reason
    detail: str


def judge(prop: PropertyNames, written: Any) -> Accepted | Refused:
    """Take or refuse what a device wrote for `prop`: a bare value or `{"v", "q", "u", "ts"}`."""
    if type(written) is not dict:
        return _plain(prop, written, 1.0, 0.0)
    if "v" not in written:
        return Refused(Reason.TYPE_MISMATCH, f'{prop.key}: an object is written {{"v": …}}, with "q", "u" and "ts" if needed')
    quality = written.get("q", 0)
    if type(quality) is not int or not 0 <= quality < 2**32:
        return Refused(Reason.QUALITY_INVALID, f'{prop.key}: "q" is an OPC UA status code, a number from 0 to 4294967295')
    factor, offset = 1.0, 0.0
    if written.get("u") is not None:
        converted = _conversion(prop, written["u"])
        if isinstance(converted, Refused):
            return converted
        factor, offset = converted
    ts_ms = None
    if written.get("ts") is not None:
        moment = milliseconds(written["ts"])
        if isinstance(moment, tuple):
            return Refused(moment[0], f"{prop.key}: {moment[1]}")
        ts_ms = moment
    read = _plain(prop, written["v"], factor, offset) if prop.kind != Kind.JSON else _json(prop, written["v"])
    if isinstance(read, Refused):
        return read
    return read._replace(quality=quality or read.quality, ts_ms=ts_ms)


def _plain(prop: PropertyNames, v: Any, factor: float, offset: float) -> Accepted | Refused:
    if v is None:
        return Accepted(quality=int(Quality.BAD))
    if prop.kind in (Kind.NUMBER, Kind.INTEGER):
        if type(v) not in (int, float):
            return _mismatch(prop, "a number", v)
        return _number(prop, v, factor, offset)
    if prop.kind == Kind.BOOLEAN:
        if type(v) is bool or (type(v) in (int, float) and v in (0, 1)):
            return Accepted(float(v))
        return _mismatch(prop, "true or false", v)
    if prop.kind in (Kind.TEXT, Kind.ENUM):
        return text(prop, v) if type(v) is str else _mismatch(prop, "text", v)
    return Refused(Reason.TYPE_MISMATCH, f'{prop.key} holds JSON: write it as {{"v": …}}')


def _number(prop: PropertyNames, v: float, factor: float, offset: float) -> Accepted | Refused:
    if not isfinite(v):
        return Refused(Reason.NOT_FINITE, f"{prop.key}: {v!r} is not a finite number; send null with a quality instead")
    if factor == 1.0 and offset == 0.0:
        if prop.kind == Kind.INTEGER and (v != int(v) or not -INT64 <= v < INT64):
            return Refused(Reason.TYPE_MISMATCH, f"{prop.key} holds whole numbers of 64 bits, not {v!r:.40}")
        is_exact = type(v) is int and abs(v) > EXACT_FROM and -INT64 <= v < INT64
        return Accepted(float(v), int(v) if is_exact else 0)
    converted = v * factor + offset
    if not isfinite(converted):
        return Refused(Reason.NOT_FINITE, f"{prop.key}: {v!r} is too large in {units.symbol(prop.unit)}")
    # Twelve digits are more than any instrument has, and 50 °F is 10 °C again.
    return Accepted(float(round(converted)) if prop.kind == Kind.INTEGER else float(f"{converted:.12g}"))


def text(prop: PropertyNames, v: str) -> Accepted | Refused:
    """A text as it may be stored, one of the labels where the property is an enum that lists them."""
    if len(v) > MAX_TEXT:
        return Refused(Reason.TEXT_INVALID, f"{prop.key}: {len(v)} characters are more than {MAX_TEXT}")
    if "\0" in v:
        return Refused(Reason.TEXT_INVALID, f"{prop.key}: the text holds a NUL character")
    try:
        v.encode()
    except UnicodeEncodeError:
        return Refused(Reason.TEXT_INVALID, f"{prop.key}: the text holds half of a surrogate pair, which is no character")
    if prop.options and v not in prop.options:
        return Refused(Reason.ENUM_UNKNOWN, f"{prop.key}: {clean(v)!r} is none of {', '.join(prop.options)[:200]}")
    return Accepted(text=v)


def _json(prop: PropertyNames, v: Any) -> Accepted | Refused:
    if v is None:
        return Accepted(quality=int(Quality.BAD))
    try:
        written = orjson.dumps(v, option=orjson.OPT_SORT_KEYS).decode()
    except TypeError as err:
        return Refused(Reason.TEXT_INVALID, f"{prop.key}: {err}")
    if len(written) > MAX_TEXT:
        return Refused(Reason.TEXT_INVALID, f"{prop.key}: {len(written)} characters of JSON are more than {MAX_TEXT}")
    return Accepted(text=written)


def _conversion(prop: PropertyNames, unit: Any) -> tuple[float, float] | Refused:
    if type(unit) is not str or len(unit) > 40:
        return Refused(Reason.UNIT_UNKNOWN, f'{prop.key}: "u" is a unit such as kPa')
    try:
        return units.conversion(units.canonical(unit), prop.unit)
    except ConfigInvalid as err:
        reason = Reason.UNIT_INCOMPATIBLE if err.stable_code == "unit_incompatible" else Reason.UNIT_UNKNOWN
        return Refused(reason, f"{prop.key}: {err.message}")


def _mismatch(prop: PropertyNames, wanted: str, v: Any) -> Refused:
    shown = f" {clean(v)!r}" if type(v) is str else f" {v!r:.40}" if type(v) in (int, float) else ""
    return Refused(Reason.TYPE_MISMATCH, f"{prop.key} holds {wanted}, not {kind_of(v)}{shown}")
