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


def encode_batch(readings: Iterable[Reading | tuple[Any, ...]]) -> bytes:
    """The body of `up.{tenant}.{gateway}.batch.{lane}`; readings of one device at one time share an entry, in order of arrival."""
    devices: dict[str, list[dict[str, Any]]] = {}
    entries: dict[tuple[str, int], dict[str, Any]] = {}
    for device, key, ts_ms, value, quality in readings:
        values = entries.get((device, ts_ms))
        if values is None or key in values:
            values = entries[device, ts_ms] = {}
            entry = {"ts": ts_ms, "values": values}
            known = devices.get(device)
            if known is None:
                devices[device] = [entry]
            else:
                known.append(entry)
        bare = quality == 0 and (type(value) in _BARE or (type(value) is float and isfinite(value)))
        values[key] = value if bare else _tagged(value, quality)
    return orjson.dumps({"devices": devices})


def encode_telemetry(ts_ms: int, values: Mapping[str, Value]) -> bytes:
    """The body of `up.{tenant}.{device}.telemetry` for values of good quality taken at one time."""
    return orjson.dumps({"ts": ts_ms, "values": {k: v if type(v) in _BARE else _tagged(v, 0) for k, v in values.items()}})


_BARE = frozenset({int, bool, str})  # a float may be NaN, which JSON cannot say


def _tagged(value: Any, quality: int) -> Any:
    if type(value) is float:
        if isfinite(value):
            return value if quality == 0 else {"v": value, "q": quality}
        value = None
    if value is None and quality == 0:
        quality = int(Quality.BAD)
    return {"v": value, "q": quality}
