"""Arrow IPC batches of gateways: columns device, key, ts, value, text, quality; names are looked up once for each that differs."""

from collections.abc import Callable, Mapping, Sequence
from typing import Any, NamedTuple

import numpy as np
import numpy.typing as npt
import orjson
import polars as pl
import pyarrow as pa
import pyarrow.compute as pc

from kaogong.core.keys import PROPERTY_KEY
from kaogong.core.quality import Quality
from kaogong.core.sample import SAMPLES, Kind
from kaogong.formats.judge import INT64
from kaogong.formats.names import PropertyNames
from kaogong.formats.pile import Pile
from kaogong.formats.reasons import MAX_TEXT, Reason
from kaogong.formats.shapes import KIND_CODES, sendable
from kaogong.formats.times import EARLIEST, LATEST, SECONDS_FROM, SECONDS_TO, clean

MAX_ROWS = 1_000_000  # one body; more would be a compressed trap
COLUMNS = ("device", "key", "ts", "value", "text", "quality")
_INTEGER, _BOOLEAN, _ENUM, _JSON = (KIND_CODES[kind] for kind in (Kind.INTEGER, Kind.BOOLEAN, Kind.ENUM, Kind.JSON))
_MICROSECONDS = pa.timestamp("us")

Array = npt.NDArray[Any]


class Names(NamedTuple):
    """How to find who and what a row names: the decoder's own memory."""

    speaker: Callable[[str, int, str], Any]
    properties: Callable[[int], Mapping[str, PropertyNames]]
    unknown: Callable[[Pile, int, Any, Any, int], None]


class _Rows(NamedTuple):
    """Rows as columns; `text` is None where no row has one; `known` are the properties by id."""

    message: Array
    device: Array
    property: Array
    kind: Array
    key: Array
    ts: Array
    value: Array
    text: pl.Series | None
    quality: Array
    known: Mapping[int, PropertyNames]


def decode_arrow(pile: Pile, bodies: Sequence[tuple[int, Any, bytes]], names: Names) -> pl.DataFrame:
    """The samples of all `bodies` (message number, source, IPC stream or file) with the columns SAMPLES; rejects go to `pile`."""
    parts = []
    for number, source, data in bodies:
        try:
            table = _open(data)
            if source.speaker.device_id == 0:
                names.unknown(pile, number, source.speaker, [None] * table.num_rows, 0)
            elif table.num_rows:
                parts.append(_rows(pile, number, source.speaker, table, names))
        except (pa.ArrowException, ValueError, TypeError, OSError, OverflowError) as err:
            detail = f"not a batch of columns {', '.join(COLUMNS)}: {err}"[:300]
            pile.refuse(number, source.speaker.device_id, "", Reason.BATCH_SHAPE, detail)
    return _checked(pile, _joined(parts)) if parts else pl.DataFrame(schema=SAMPLES)


def _joined(parts: Sequence[_Rows]) -> _Rows:
    text = None
    if any(part.text is not None for part in parts):
        text = pl.concat([pl.repeat("", len(part.key), eager=True) if part.text is None else part.text for part in parts])
    columns = {name: np.concatenate([getattr(part, name) for part in parts]) for name in _Rows._fields if name not in ("text", "known")}
    return _Rows(**columns, text=text, known={key: name for part in parts for key, name in part.known.items()})


def _open(data: bytes) -> pa.Table:
    if data[:4] == b"ARRO":
        file = pa.ipc.open_file(data)
        schema, batches = file.schema, map(file.get_batch, range(file.num_record_batches))
    else:
        stream = pa.ipc.open_stream(data)
        schema, batches = stream.schema, iter(stream)
    kept, rows = [], 0
    for batch in batches:
        rows += batch.num_rows
        if rows > MAX_ROWS:
            raise ValueError(f"more than {MAX_ROWS} rows")
        batch.validate(full=True)
        kept.append(batch)
    return pa.Table.from_batches(kept, schema=schema).combine_chunks()


def _rows(pile: Pile, number: int, gateway: Any, table: pa.Table, names: Names) -> _Rows:
    size = table.num_rows
    devices, device_at = _encoded(table, "device")
    keys, key_at = _encoded(table, "key")
    ts = _times(_column(table, "ts"), pile.received_ns[number] / 1e6, size)
    value, text, quality = (
        _numbers(_column(table, "value"), size),
        _texts(_column(table, "text")),
        _quality(_column(table, "quality"), size),
    )
    counts = np.bincount(device_at, minlength=len(devices)).tolist()
    speakers = [_speaker(pile, number, gateway, key, count, names) for key, count in zip(devices, counts, strict=True)]
    types = sorted({speaker.type_id for speaker in speakers if speaker is not None})
    property_of = np.zeros((len(types) + 1, len(keys)), dtype=np.int64)
    kind_of = np.zeros_like(property_of)
    named: dict[int, PropertyNames] = {}
    for row, type_id in enumerate(types):
        known = names.properties(type_id)
        for column, key in enumerate(keys):
            found = sendable(known, key)
            if found is not None:
                named[found.id] = found
                property_of[row, column], kind_of[row, column] = found.id, KIND_CODES[found.kind]
    type_at = np.array([len(types) if s is None else types.index(s.type_id) for s in speakers], dtype=np.int64)[device_at]
    return _Rows(
        np.full(size, number, dtype=np.uint32),
        np.array([0 if s is None else s.device_id for s in speakers], dtype=np.uint32)[device_at],
        property_of[type_at, key_at],
        kind_of[type_at, key_at],
        np.array(keys, dtype=object)[key_at],
        ts,
        value,
        text,
        quality,
        named,
    )


def _speaker(pile: Pile, number: int, gateway: Any, key: str, count: int, names: Names) -> Any:
    speaker = names.speaker(gateway.tenant, gateway.tenant_id, key)
    if speaker.device_id == 0:
        names.unknown(pile, number, speaker, [None] * count, gateway.device_id)
        return None
    if gateway.device_id not in (speaker.device_id, speaker.gateway_id):
        detail = f"{key!r} is not assigned to the gateway {gateway.key!r}"
        pile.refuse(number, gateway.device_id, "", Reason.NOT_ASSIGNED, detail, count)
        return None
    return speaker


def _column(table: pa.Table, name: str) -> Any:
    at = table.schema.get_field_index(name)
    if at < 0 or not table.num_rows:
        return None
    chunked = table.column(at)
    return chunked.chunk(0) if chunked.num_chunks == 1 else chunked.combine_chunks()


def _encoded(table: pa.Table, name: str) -> tuple[list[str], Array]:
    """The different texts of a column, and which of them each row holds."""
    column = _column(table, name)
    if column is None:
        raise ValueError(f"there is no column {name!r}")
    if not pa.types.is_dictionary(column.type):
        column = column.cast(pa.string()).dictionary_encode()
    if column.null_count:
        raise ValueError(f"the column {name!r} has rows without a value")
    texts = column.dictionary.cast(pa.string()).to_pylist()
    if None in texts:
        raise ValueError(f"the column {name!r} has rows without a value")
    return texts, column.indices.to_numpy(zero_copy_only=False).astype(np.int64, copy=False)


def _times(column: Any, received_ms: float, rows: int) -> Array:
    if column is None:
        return np.full(rows, received_ms)
    if pa.types.is_timestamp(column.type):
        column = pc.divide(column.cast(_MICROSECONDS, safe=False).cast(pa.int64()).cast(pa.float64()), 1000.0)
    written = column.cast(pa.float64(), safe=False)
    return np.asarray(pc.fill_null(written, received_ms).to_numpy(zero_copy_only=False), dtype=np.float64)


def _numbers(column: Any, rows: int) -> Array:
    if column is None:
        return np.full(rows, np.nan)
    if pa.types.is_boolean(column.type):
        column = column.cast(pa.uint8())
    written = column.cast(pa.float64(), safe=False)
    return np.array(pc.fill_null(written, float("nan")).to_numpy(zero_copy_only=False), dtype=np.float64)


def _texts(column: Any) -> pl.Series | None:
    if column is None:
        return None
    return pl.Series(pc.fill_null(column.cast(pa.large_string()), "").to_pylist(), dtype=pl.String)


def _quality(column: Any, rows: int) -> Array:
    if column is None:
        return np.zeros(rows, dtype=np.uint32)
    return np.array(pc.fill_null(column.cast(pa.uint32()), 0).to_numpy(zero_copy_only=False), dtype=np.uint32)


def _checked(pile: Pile, rows: _Rows) -> pl.DataFrame:
    """Times and kinds; a value that is no plain number or text of its kind is refused."""
    value, ts, is_number = rows.value, rows.ts, rows.kind <= _BOOLEAN
    is_given = ~np.isnan(value)
    lengths = np.zeros(len(value), dtype=np.int64) if rows.text is None else rows.text.str.len_bytes().to_numpy()
    keep = rows.device != 0

    def refuse(wrong: Array, reason: Reason, detail: str) -> None:
        nonlocal keep
        wrong = wrong & keep
        if wrong.any():
            keep = keep & ~wrong
            _refuse_rows(pile, rows, wrong, reason, detail)

    refuse(rows.property == 0, Reason.PROPERTY_UNKNOWN, "the device type has no such property that devices send")
    refuse((ts >= SECONDS_FROM) & (ts < SECONDS_TO), Reason.TIME_IN_SECONDS, "the time looks like seconds; write milliseconds since 1970")
    refuse(~np.isfinite(ts), Reason.TIME_INVALID, "the time is no finite number")
    misplaced = np.where(is_number, ~is_given & (lengths > 0), is_given & (lengths == 0))
    refuse(misplaced, Reason.TYPE_MISMATCH, "numbers stand in the column value, everything else in text")
    refuse(is_number & np.isinf(value), Reason.NOT_FINITE, "the value is not a finite number")
    if (rows.kind == _INTEGER).any():
        broken = is_given & ((np.floor(value) != value) | (np.abs(value) >= INT64))
        refuse((rows.kind == _INTEGER) & broken, Reason.TYPE_MISMATCH, "the property holds whole numbers of 64 bits")
    refuse((rows.kind == _BOOLEAN) & is_given & (value != 0) & (value != 1), Reason.TYPE_MISMATCH, "the property holds true or false")
    if rows.text is not None:
        refuse(_unlisted(rows), Reason.ENUM_UNKNOWN, "the text is none of the property's options, or no JSON")
        refuse(lengths > MAX_TEXT, Reason.TEXT_INVALID, f"the text has more than {MAX_TEXT} bytes")
        refuse(rows.text.str.contains("\0", literal=True).to_numpy(), Reason.TEXT_INVALID, "the text holds a NUL character")
    return _frame(pile, rows, keep, is_number & ~is_given | ~is_number & (lengths == 0))


def _unlisted(rows: _Rows) -> Array:
    """Texts that are no option of their enumeration, or no JSON."""
    assert rows.text is not None
    wrong = np.zeros(len(rows.key), dtype=bool)
    seen: dict[tuple[int, str], bool] = {}
    for row in np.nonzero((rows.kind == _ENUM) | (rows.kind == _JSON))[0].tolist():
        pair = (int(rows.property[row]), rows.text[row])
        if pair not in seen:
            seen[pair] = pair[0] != 0 and pair[1] != "" and not _is_listed(rows.known[pair[0]], pair[1])
        wrong[row] = seen[pair]
    return wrong


def _is_listed(prop: PropertyNames, text: str) -> bool:
    if prop.kind == Kind.ENUM:
        return not prop.options or text in prop.options
    try:
        orjson.loads(text)
    except orjson.JSONDecodeError:
        return False
    return True


def _refuse_rows(pile: Pile, rows: _Rows, wrong: Array, reason: Reason, detail: str) -> None:
    counts: dict[tuple[int, int, str], int] = {}
    for row in zip(rows.message[wrong].tolist(), rows.device[wrong].tolist(), rows.key[wrong].tolist(), strict=True):
        counts[row] = counts.get(row, 0) + 1
    for (message, device, key), count in counts.items():
        if reason is Reason.PROPERTY_UNKNOWN and not PROPERTY_KEY.fullmatch(key):
            pile.refuse(message, device, key, Reason.KEY_INVALID, f"{clean(key)!r} is no property key", count)
        else:
            pile.refuse(message, device, key, reason, f"{clean(key)}: {detail}", count)


def _frame(pile: Pile, rows: _Rows, keep: Array, is_nothing: Array) -> pl.DataFrame:
    size = len(keep)
    is_number = rows.kind <= _BOOLEAN
    observed = np.rint(np.clip(np.nan_to_num(rows.ts), EARLIEST, LATEST) * 1000).astype(np.int64)
    text = pl.repeat("", size, eager=True)
    if rows.text is not None and not is_number.all():
        text = pl.select(pl.when(pl.Series(is_number)).then(pl.lit("")).otherwise(rows.text)).to_series()
    columns = {
        "message": rows.message,
        "tenant": np.array(pile.tenants, dtype=np.uint32)[rows.message],
        "device": rows.device,
        "property": rows.property.astype(np.uint32),
        "asset": np.zeros(size, dtype=np.uint32),
        "asset_property": np.zeros(size, dtype=np.uint32),
        "observed_at": pl.Series(observed).cast(SAMPLES["observed_at"]),
        "value": np.where(is_number, rows.value, np.nan),
        "exact": np.zeros(size, dtype=np.int64),
        "text": text,
        "quality": np.where(is_nothing & (rows.quality == 0), np.uint32(Quality.BAD), rows.quality),
        "received_at": pl.Series((np.array(pile.received_ns, dtype=np.int64) // 1_000_000)[rows.message]).cast(SAMPLES["received_at"]),
    }
    frame = pl.DataFrame(columns)
    return frame if keep.all() else frame.filter(pl.Series(keep))
