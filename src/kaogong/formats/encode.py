"""Samples to the bodies that gateways and edge nodes send; needs orjson and nothing heavier."""

from collections.abc import Iterable, Mapping
from math import isfinite
from typing import Any, NamedTuple

import orjson

from kaogong.core.quality import Quality
from kaogong.core.reading import Value


class Reading(NamedTuple):
    """One value on its way up. `ts_ms` is UTC milliseconds since 1970, `quality` an OPC UA status code."""

    device: str
    property: str
    ts_ms: int
    value: Value | Mapping[str, Any] | list[Any]
    quality: int = 0


class Entry(NamedTuple):
    """What one device said at one time, as it stands in a batch. A value of good quality is bare, any other `tagged`."""

    device: str
    ts_ms: int
    values: dict[str, Any]


def entries_of(readings: Iterable[Reading | tuple[Any, ...]]) -> list[Entry]:
    """Readings of one device at one time share an entry, in order of arrival; a property said twice opens another."""
    entries: list[Entry] = []
    open_ones: dict[tuple[str, int], dict[str, Any]] = {}
    for device, key, ts_ms, value, quality in readings:
        values = open_ones.get((device, ts_ms))
        if values is None or key in values:
            values = open_ones[device, ts_ms] = {}
            entries.append(Entry(device, ts_ms, values))
        bare = quality == 0 and (type(value) in _BARE or (type(value) is float and isfinite(value)))
        values[key] = value if bare else tagged(value, quality)
    return entries


def encode_batch(entries: Iterable[Entry]) -> bytes:
    """The body of `up.{tenant}.{gateway}.batch.{lane}`."""
    devices: dict[str, list[dict[str, Any]]] = {}
    for device, ts_ms, values in entries:
        entry = {"ts": ts_ms, "values": values}
        known = devices.get(device)
        if known is None:
            devices[device] = [entry]
        else:
            known.append(entry)
    return orjson.dumps({"devices": devices})


def encode_telemetry(ts_ms: int, values: Mapping[str, Value]) -> bytes:
    """The body of `up.{tenant}.{device}.telemetry` for values of good quality taken at one time."""
    return orjson.dumps({"ts": ts_ms, "values": {k: v if type(v) in _BARE else tagged(v, 0) for k, v in values.items()}})


_BARE = frozenset({int, bool, str})  # a float may be NaN, which JSON cannot say


def tagged(value: Any, quality: int) -> Any:
    """A value as JSON can say it: with its quality, unless it is good; a number that is none becomes null and bad."""
    if type(value) is float:
        if isfinite(value):
            return value if quality == 0 else {"v": value, "q": quality}
        value = None
    if value is None and quality == 0:
        quality = int(Quality.BAD)
    return {"v": value, "q": quality}
