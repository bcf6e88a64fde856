"""Sparkplug B payloads: Eclipse Tahu's public protobuf schema, read by the protobuf library and written by it.

Measured beside a decoder by hand: ten metrics by alias take 19 to 21 µs with the library, values and all, and 18 to 21 µs by hand before any
value is made; so the library reads, which also knows what is malformed.
"""

import struct
from collections.abc import Iterable, Sequence
from datetime import UTC, datetime
from enum import IntEnum
from functools import cache
from math import isfinite
from typing import Any, NamedTuple

from google.protobuf import descriptor_pb2, descriptor_pool, message_factory
from google.protobuf.message import DecodeError

from kaogong.core.quality import Quality

NODE_KINDS = ("NBIRTH", "NDATA", "NDEATH")
DEVICE_KINDS = ("DBIRTH", "DDATA", "DDEATH")
REBIRTH = "Node Control/Rebirth"
BD_SEQ = "bdSeq"

# Ignition and Tahu write OPC quality into the property "Quality": 0 bad, 192 good, 500 stale.
QUALITIES = {192: 0, 0: int(Quality.BAD), 500: int(Quality.BAD_NO_COMMUNICATION)}


class DataType(IntEnum):
    """Sparkplug 3.0, section 6.4.16."""

    UNKNOWN = 0
    INT8 = 1
    INT16 = 2
    INT32 = 3
    INT64 = 4
    UINT8 = 5
    UINT16 = 6
    UINT32 = 7
    UINT64 = 8
    FLOAT = 9
    DOUBLE = 10
    BOOLEAN = 11
    STRING = 12
    DATETIME = 13
    TEXT = 14
    UUID = 15
    DATASET = 16
    BYTES = 17
    FILE = 18
    TEMPLATE = 19


SIGNED_BITS = {1: 8, 2: 16, 3: 32, 4: 64}
ARRAYS = {22: "b", 23: "h", 24: "i", 25: "q", 26: "B", 27: "H", 28: "I", 29: "Q", 30: "f", 31: "d", 34: "Q"}
BOOLEAN_ARRAY, STRING_ARRAY = 32, 33
OPAQUE = {16: "a data set", 17: "bytes", 18: "a file", 19: "a template", 20: "a property set", 21: "a list of property sets"}

LABEL_OPTIONAL, LABEL_REPEATED = 1, 3
_FLOAT, _DOUBLE, _UINT64, _UINT32, _BOOL, _STRING, _BYTES, _MESSAGE = 2, 1, 4, 13, 8, 9, 12, 11
_PACKAGE = ".org.eclipse.tahu.protobuf"


class Malformed(ValueError):
    """The bytes are no Sparkplug payload; its words say why."""


class Metric(NamedTuple):
    """One metric as it was sent. `ts_ms` is 0 where neither it nor the payload has a time; `fault` says why a value cannot be used."""

    name: str
    alias: int | None
    ts_ms: int
    datatype: int
    value: Any
    quality: int = 0
    unit: str = ""
    fault: str = ""


class Payload(NamedTuple):
    """A birth, data, death or command."""

    ts_ms: int
    seq: int | None
    metrics: Sequence[Metric]


@cache
def _payload_class() -> Any:
    file = descriptor_pb2.FileDescriptorProto(name="kaogong/sparkplug_b.proto", package=_PACKAGE[1:], syntax="proto2")
    payload = file.message_type.add(name="Payload")
    value = payload.nested_type.add(name="PropertyValue")
    _fields(value, (("type", 1, _UINT32), ("is_null", 2, _BOOL)))
    _fields(value, (("int_value", 3, _UINT32), ("long_value", 4, _UINT64), ("float_value", 5, _FLOAT), ("double_value", 6, _DOUBLE)))
    _fields(value, (("boolean_value", 7, _BOOL), ("string_value", 8, _STRING)))
    properties = payload.nested_type.add(name="PropertySet")
    properties.field.add(name="keys", number=1, type=_STRING, label=LABEL_REPEATED)
    properties.field.add(name="values", number=2, type=_MESSAGE, label=LABEL_REPEATED, type_name=f"{_PACKAGE}.Payload.PropertyValue")
    metric = payload.nested_type.add(name="Metric")
    _fields(metric, (("name", 1, _STRING), ("alias", 2, _UINT64), ("timestamp", 3, _UINT64), ("datatype", 4, _UINT32)))
    _fields(metric, (("is_historical", 5, _BOOL), ("is_transient", 6, _BOOL), ("is_null", 7, _BOOL)))
    metric.field.add(name="properties", number=9, type=_MESSAGE, label=LABEL_OPTIONAL, type_name=f"{_PACKAGE}.Payload.PropertySet")
    # One of these; a oneof costs nothing on the wire, and without it the last one sent is not preferred, which nobody relies on.
    _fields(metric, (("int_value", 10, _UINT32), ("long_value", 11, _UINT64), ("float_value", 12, _FLOAT), ("double_value", 13, _DOUBLE)))
    _fields(metric, (("boolean_value", 14, _BOOL), ("string_value", 15, _STRING), ("bytes_value", 16, _BYTES)))
    _fields(payload, (("timestamp", 1, _UINT64), ("seq", 3, _UINT64), ("uuid", 4, _STRING), ("body", 5, _BYTES)))
    payload.field.add(name="metrics", number=2, type=_MESSAGE, label=LABEL_REPEATED, type_name=f"{_PACKAGE}.Payload.Metric")
    pool = descriptor_pool.DescriptorPool()
    pool.Add(file)
    return message_factory.GetMessageClass(pool.FindMessageTypeByName(f"{_PACKAGE[1:]}.Payload"))


def _fields(message: Any, fields: Iterable[tuple[str, int, int]]) -> None:
    for name, number, kind in fields:
        message.field.add(name=name, number=number, type=kind, label=LABEL_OPTIONAL)


def decode(data: bytes, types: dict[str | int, int] | None = None) -> Payload:
    """The payload. `types` has by name or alias what a birth said, for metrics that leave their datatype out.

    Malformed where the bytes are none; a single metric that cannot be used has its `fault`.
    """
    payload = _payload_class()()
    try:
        payload.ParseFromString(data)
    except DecodeError as err:
        raise Malformed(f"{len(data)} bytes are no Sparkplug B payload: {err}") from err
    at = payload.timestamp
    known = types or {}
    metrics = []
    for m in payload.metrics:
        try:
            metrics.append(_metric(m, at, known))
        except UnicodeDecodeError:
            metrics.append(
                Metric("", m.alias if m.HasField("alias") else None, at, 0, None, int(Quality.BAD), "", "a text in it is not UTF-8")
            )
    return Payload(at, payload.seq if payload.HasField("seq") else None, metrics)


def _metric(m: Any, at: int, known: dict[str | int, int]) -> Metric:
    alias = m.alias if m.HasField("alias") else None
    datatype = m.datatype or known.get(_text(m.name) or (-1 if alias is None else alias), 0)
    value, fault = (None, "") if m.is_null else _value(m, datatype)
    quality, unit = _described(m) if m.HasField("properties") else (0, "")
    if value is None and not quality:
        quality = int(Quality.BAD)
    return Metric(_text(m.name), alias, m.timestamp or at, datatype, value, quality, unit, fault)


def _text(read: str | bytes) -> str:
    """The library hands out what is not UTF-8 as bytes."""
    return read.decode() if isinstance(read, bytes) else read


def encode(ts_ms: int, seq: int | None, metrics: Iterable[Metric]) -> bytes:
    """The bytes of a payload; a metric without a name is sent by its alias alone, as its birth has told the rest."""
    payload = _payload_class()()
    payload.timestamp = ts_ms
    if seq is not None:
        payload.seq = seq
    for one in metrics:
        made = payload.metrics.add(timestamp=one.ts_ms)
        if one.name:
            made.name, made.datatype = one.name, one.datatype
        if one.alias is not None:
            made.alias = one.alias
        if one.unit:
            made.properties.keys.append("engUnit")
            made.properties.values.add(type=DataType.STRING, string_value=one.unit)
        _put(made, one.datatype, one.value)
    return bytes(payload.SerializeToString())


def rebirth(ts_ms: int) -> bytes:
    """The command by which a host asks an edge node for its births."""
    return encode(ts_ms, None, [Metric(REBIRTH, None, ts_ms, DataType.BOOLEAN, True)])


def _value(m: Any, datatype: int) -> tuple[Any, str]:
    if datatype in SIGNED_BITS:
        if not (m.HasField("int_value") or m.HasField("long_value")):
            return None, "the metric has no value of its datatype"
        bits = SIGNED_BITS[datatype]
        raw = (m.long_value if m.HasField("long_value") else m.int_value) & ((1 << bits) - 1)
        return (raw - (1 << bits) if raw >> (bits - 1) else raw), ""
    if datatype in (DataType.FLOAT, DataType.DOUBLE):
        if not (m.HasField("float_value") or m.HasField("double_value")):
            return None, "the metric has no value of its datatype"
        number = m.double_value if m.HasField("double_value") else _short(m.float_value)
        return (number, "") if isfinite(number) else (None, f"the value is {number}")
    if datatype in OPAQUE:
        return None, f"{OPAQUE[datatype]} cannot be stored as a value"
    if datatype in ARRAYS or datatype in (BOOLEAN_ARRAY, STRING_ARRAY):
        return _array(m.bytes_value, datatype)
    if datatype == DataType.DATETIME:
        return _moment(m.long_value)
    for field in ("int_value", "long_value", "boolean_value", "string_value", "double_value", "float_value"):
        if m.HasField(field):
            value = getattr(m, field)
            return (_short(value) if field == "float_value" else _text(value) if field == "string_value" else value), ""
    return None, "the metric has no value"


def _short(number: float) -> float:
    """The shortest number that is this 32-bit float: 0.1 was meant, 0.10000000149011612 was stored."""
    return float(f"{number:.9g}") if struct.unpack("f", struct.pack("f", float(f"{number:.7g}")))[0] != number else float(f"{number:.7g}")


def _moment(ms: int) -> tuple[Any, str]:
    try:
        return datetime.fromtimestamp(ms / 1000, UTC).isoformat(timespec="milliseconds"), ""
    except (ValueError, OverflowError, OSError):
        return None, f"{ms} ms since 1970 is no time"


def _array(body: bytes, datatype: int) -> tuple[Any, str]:
    if datatype == STRING_ARRAY:
        return [part.decode("utf-8", "replace") for part in body.split(b"\0")[:-1]], ""
    if datatype == BOOLEAN_ARRAY:
        count = int.from_bytes(body[:4], "little")
        if len(body) < 4 or len(body) - 4 != (count + 7) // 8:
            return None, f"{len(body)} bytes hold no {count} booleans"
        return [bool(body[4 + i // 8] >> (7 - i % 8) & 1) for i in range(count)], ""
    code = ARRAYS[datatype]
    size = struct.calcsize(f"<{code}")
    if len(body) % size:
        return None, f"{len(body)} bytes hold no whole number of elements of {size} bytes"
    return list(struct.unpack(f"<{len(body) // size}{code}", body)), ""


def _described(m: Any) -> tuple[int, str]:
    """Quality and unit out of a metric's properties."""
    quality, unit = 0, ""
    for key, value in zip(m.properties.keys, m.properties.values, strict=False):
        if key == "Quality":
            quality = QUALITIES.get(value.int_value, 0 if value.int_value & 0xC0 == 0xC0 else int(Quality.BAD))
        elif key in ("engUnit", "EngUnit", "Engineering Units"):
            unit = _text(value.string_value)
    return quality, unit


def _put(made: Any, datatype: int, value: Any) -> None:
    if value is None:
        made.is_null = True
    elif datatype in (DataType.INT64, DataType.UINT64, DataType.DATETIME):
        made.long_value = value & 0xFFFFFFFFFFFFFFFF
    elif datatype in SIGNED_BITS or datatype in (DataType.UINT8, DataType.UINT16, DataType.UINT32):
        made.int_value = value & 0xFFFFFFFF
    elif datatype == DataType.FLOAT:
        made.float_value = value
    elif datatype == DataType.DOUBLE:
        made.double_value = value
    elif datatype == DataType.BOOLEAN:
        made.boolean_value = value
    else:
        made.string_value = str(value)
