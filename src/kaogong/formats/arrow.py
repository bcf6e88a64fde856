"""Arrow IPC batches of gateways: columns device, key, ts, value, text, quality; all of a turn's batches decoded together."""

from collections.abc import Callable, Mapping, Sequence
from typing import Any, NamedTuple

import polars as pl
import pyarrow as pa
import pyarrow.compute as pc

from kaogong.core.quality import Quality
from kaogong.core.sample import SAMPLES
from kaogong.formats.judge import INT64
from kaogong.formats.names import PropertyNames
from kaogong.formats.pile import Pile
from kaogong.formats.reasons import Reason
from kaogong.formats.times import SECONDS_FROM, SECONDS_TO, clean

MAX_ROWS = 1_000_000  # one body; more would be a compressed trap

_FIELDS = {
    "device": pa.large_string(),
    "key": pa.large_string(),
    "ts": pa.float64(),
    "value": pa.float64(),
    "text": pa.large_string(),
    "quality": pa.uint32(),
}


class Names(NamedTuple):
    """How to find who and what a row names: the decoder's own memory."""

    speaker: Callable[[str, int, str], Any]
    properties: Callable[[int], Mapping[str, PropertyNames]]
    unknown: Callable[[Pile, int, Any, Any, int], None]


def decode_arrow(pile: Pile, bodies: Sequence[tuple[int, Any, bytes]], names: Names) -> pl.DataFrame:
    """The samples of all `bodies` (message number, source, IPC stream or file) with the columns SAMPLES; rejects go to `pile`."""
    tables, numbers = [], []
    for number, source, data in bodies:
        try:
            table = _uniform(_open(data))
        except (pa.ArrowException, ValueError, TypeError, OSError, NotImplementedError) as err:
            detail = f"not a batch of columns {', '.join(_FIELDS)}: {err}"[:300]
            pile.refuse(number, source.speaker.device_id, "", Reason.BATCH_SHAPE, detail)
            continue
        if source.speaker.device_id == 0:
            names.unknown(pile, number, source.speaker, [None] * table.num_rows, 0)
            continue
        tables.append(table)
        numbers.append((number, source.speaker, table.num_rows))
    if not tables:
        return pl.DataFrame(schema=SAMPLES)
    rows = pl.from_arrow(pa.concat_tables(tables))
    assert isinstance(rows, pl.DataFrame)
    message = pl.concat([pl.repeat(number, count, dtype=pl.UInt32, eager=True) for number, _, count in numbers])
    rows = rows.with_columns(message.alias("message"))
    rows = _named(pile, rows, {number: gateway for number, gateway, _ in numbers}, names)
    return _checked(pile, rows)


def _open(data: bytes) -> pa.Table:
    reader: Any = pa.ipc.open_file(data) if data[:4] == b"ARRO" else pa.ipc.open_stream(data)
    batches, rows = [], 0
    for batch in reader if hasattr(reader, "read_next_batch") else map(reader.get_batch, range(reader.num_record_batches)):
        rows += batch.num_rows
        if rows > MAX_ROWS:
            raise ValueError(f"more than {MAX_ROWS} rows")
        batch.validate(full=True)
        batches.append(batch)
    return pa.Table.from_batches(batches, schema=reader.schema)


def _uniform(table: pa.Table) -> pa.Table:
    columns = []
    for name, kind in _FIELDS.items():
        at = table.schema.get_field_index(name)
        if at < 0:
            if name in ("device", "key"):
                raise ValueError(f"there is no column {name!r}")
            columns.append(pa.nulls(table.num_rows, kind))
            continue
        column = table.column(at)
        if pa.types.is_timestamp(column.type):
            column = pc.divide(pc.cast(pc.cast(column, pa.timestamp("us")), pa.int64()).cast(pa.float64()), 1000.0)
        columns.append(column.cast(kind, safe=name == "quality"))
    return pa.table(columns, names=list(_FIELDS))


def _named(pile: Pile, rows: pl.DataFrame, gateways: Mapping[int, Any], names: Names) -> pl.DataFrame:
    """Ids for names; rows that name what is not there, or not the gateway's, are refused."""
    pairs = rows.group_by("message", "device").agg(pl.len().alias("count"))
    known: list[tuple[int, str, int, int]] = []
    for number, key, count in pairs.iter_rows():
        gateway = gateways[number]
        if key is None:
            pile.refuse(number, gateway.device_id, "", Reason.BATCH_SHAPE, "a row without a device", count)
            continue
        speaker = names.speaker(gateway.tenant, gateway.tenant_id, key)
        if speaker.device_id == 0:
            names.unknown(pile, number, speaker, [None] * count, gateway.device_id)
        elif gateway.device_id not in (speaker.device_id, speaker.gateway_id):
            detail = f"{key!r} is not assigned to the gateway {gateway.key!r}"
            pile.refuse(number, gateway.device_id, "", Reason.NOT_ASSIGNED, detail, count)
        else:
            known.append((number, key, speaker.device_id, speaker.type_id))
    schema = {"message": pl.UInt32, "device": pl.String, "device_id": pl.UInt32, "type": pl.UInt32}
    devices = pl.DataFrame(known, schema=schema, orient="row")
    rows = rows.join(devices, on=["message", "device"], how="inner", maintain_order="left")
    wanted = rows.select("type", "key").unique()
    found: list[tuple[int, str | None, int, str]] = []
    for type_id, key in wanted.iter_rows():
        prop = names.properties(type_id).get(key)
        if prop is not None:
            found.append((type_id, key, prop.id, prop.kind))
    properties = pl.DataFrame(found, schema={"type": pl.UInt32, "key": pl.String, "property": pl.UInt32, "kind": pl.String}, orient="row")
    rows = rows.join(properties, on=["type", "key"], how="left", maintain_order="left")
    missing = rows.filter(pl.col("property").is_null())
    for number, device, key, count in missing.group_by("message", "device_id", "key").agg(pl.len()).iter_rows():
        pile.refuse(number, device, key or "", Reason.PROPERTY_UNKNOWN, f"the device type has no property {clean(key or '')!r}", count)
    return rows.filter(pl.col("property").is_not_null())


def _checked(pile: Pile, rows: pl.DataFrame) -> pl.DataFrame:
    """Times and kinds; a value that is no plain number or text of its kind is refused."""
    received_ns = pl.Series(pile.received_ns, dtype=pl.Int64).gather(rows["message"])
    rows = rows.with_columns((received_ns // 1_000_000).alias("received_ms"))
    in_seconds = (pl.col("ts") >= SECONDS_FROM) & (pl.col("ts") < SECONDS_TO)
    rows = _take_out(pile, rows, in_seconds, Reason.TIME_IN_SECONDS, "the time looks like seconds; write milliseconds since 1970")
    rows = _take_out(pile, rows, ~pl.col("ts").is_finite() & pl.col("ts").is_not_null(), Reason.TIME_INVALID, "the time is no number")
    is_number = pl.col("kind").is_in(["number", "integer", "boolean"])
    has_text = pl.col("text").is_not_null() & (pl.col("text") != "")
    wrong = pl.when(is_number).then(pl.col("value").is_null() & has_text).otherwise(pl.col("value").is_not_null() & ~has_text)
    rows = _take_out(pile, rows, wrong, Reason.TYPE_MISMATCH, "numbers stand in the column value, everything else in text")
    not_finite = is_number & pl.col("value").is_infinite()
    rows = _take_out(pile, rows, not_finite, Reason.NOT_FINITE, "the value is not a finite number")
    whole = (pl.col("value") == pl.col("value").floor()) & (pl.col("value").abs() < float(INT64))
    fits = (
        pl.when(pl.col("kind") == "integer")
        .then(whole)
        .when(pl.col("kind") == "boolean")
        .then(pl.col("value").is_in([0.0, 1.0]))
        .otherwise(True)
    )
    is_given = pl.col("value").is_not_null() & pl.col("value").is_not_nan()
    rows = _take_out(pile, rows, is_number & is_given & ~fits, Reason.TYPE_MISMATCH, "the number does not fit the property's type")
    nothing = pl.when(is_number).then(~is_given | pl.col("value").is_null()).otherwise(pl.col("text").is_null())
    quality = pl.col("quality").fill_null(0)
    return rows.select(
        "message",
        pl.Series("tenant", pile.tenants, dtype=pl.UInt32).gather(rows["message"]) if len(rows) else pl.lit(0, pl.UInt32).alias("tenant"),
        pl.col("device_id").alias("device"),
        "property",
        pl.lit(0, pl.UInt32).alias("asset"),
        pl.lit(0, pl.UInt32).alias("asset_property"),
        (pl.col("ts").fill_null(pl.col("received_ms")).clip(-2.2e12, 253402300799999.0) * 1000)
        .round()
        .cast(pl.Int64)
        .cast(SAMPLES["observed_at"])
        .alias("observed_at"),
        pl.when(is_number).then(pl.col("value")).otherwise(None).fill_null(float("nan")).alias("value"),
        pl.lit(0, pl.Int64).alias("exact"),
        pl.when(is_number).then(pl.lit("")).otherwise(pl.col("text").fill_null("")).alias("text"),
        pl.when(nothing & (quality == 0)).then(int(Quality.BAD)).otherwise(quality).cast(pl.UInt32).alias("quality"),
        pl.col("received_ms").cast(SAMPLES["received_at"]).alias("received_at"),
    )


def _take_out(pile: Pile, rows: pl.DataFrame, wrong: pl.Expr, reason: Reason, detail: str) -> pl.DataFrame:
    flag = rows.select(wrong.fill_null(False)).to_series()
    if not flag.any():
        return rows
    for number, device, key, count in rows.filter(flag).group_by("message", "device_id", "key").agg(pl.len()).iter_rows():
        pile.refuse(number, device, key, reason, f"{key}: {detail}", count)
    return rows.filter(~flag)
