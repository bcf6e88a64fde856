"""Files of history, CSV or Parquet: each row judged by itself, the good ones as columns that devices could have sent.

Long: `device, property, observed_at, value` (or `text`), with `unit` and `status` where there are any; what `kaogong export` writes.
Wide: `observed_at` and a column for each property, of one device that is named beside the file or in a column `device`.
"""

import io
from collections.abc import Mapping
from typing import NamedTuple
from zoneinfo import ZoneInfo

import polars as pl
from polars.exceptions import PolarsError

from kaogong.core.errors import ConfigInvalid
from kaogong.core.sample import Kind
from kaogong.formats.judge import Refused, judge
from kaogong.formats.names import PropertyNames
from kaogong.formats.reasons import Reason
from kaogong.formats.times import SECONDS_FROM, SECONDS_TO, clean

CSV, PARQUET = "text/csv", "application/vnd.apache.parquet"
MAX_ROWS = 1_000_000
KNOWN = ("device", "property", "observed_at", "value", "text", "unit", "status")
IGNORED = ("quality", "received_at", "symbol", "asset", "place")  # in files that we write ourselves
GOOD = pl.Schema(
    {
        "row": pl.UInt32(),
        "device": pl.String(),
        "key": pl.String(),
        "ts": pl.Datetime("us", "UTC"),
        "value": pl.Float64(),
        "text": pl.String(),
        "quality": pl.UInt32(),
    }
)
_TRUE, _FALSE = ("true", "1", "1.0", "yes", "on"), ("false", "0", "0.0", "no", "off")
_NUMBERS = (Kind.NUMBER, Kind.INTEGER)


class Problem(NamedTuple):
    """Why one row is not taken; `row` counts the data rows from 1."""

    row: int
    column: str
    code: str
    detail: str


def read_rows(data: bytes, media: str, device: str | None = None) -> pl.DataFrame:
    """The rows as text, long: `row` and the columns KNOWN, null where the file has none. ConfigInvalid when it is no such file."""
    try:
        if media == PARQUET:
            table = pl.read_parquet(io.BytesIO(data))
        else:
            table = pl.read_csv(io.BytesIO(data), infer_schema=False, truncate_ragged_lines=True)
    except (PolarsError, ValueError, OSError) as err:
        raise ConfigInvalid(f"The file cannot be read: {str(err).splitlines()[0][:200]}", code="file_unreadable", field="body") from err
    if table.height > MAX_ROWS:
        raise ConfigInvalid(
            f"{table.height} rows are more than {MAX_ROWS} at once; send the file in parts.", code="file_too_long", field="body"
        )
    table = table.rename({name: name.strip().lstrip("\ufeff").lower() for name in table.columns})
    if "observed_at" not in table.columns:
        raise ConfigInvalid(
            f"There is no column observed_at; the file has: {', '.join(table.columns)[:200]}.", code="file_columns", field="body"
        )
    table = table.with_row_index("row", 1).with_columns(_time_as_text(table).alias("observed_at"))
    if "property" not in table.columns:
        table = _long(table)
    if "device" not in table.columns:
        table = table.with_columns(pl.lit(device, pl.String).alias("device"))
    absent = [pl.lit(None, pl.String).alias(name) for name in KNOWN if name not in table.columns]
    table = table.with_columns(absent).select(pl.col("row").cast(pl.UInt32), *(_cell(name) for name in KNOWN))
    if device is not None:
        table = table.with_columns(pl.col("device").fill_null(device))
    return table


def _cell(name: str) -> pl.Expr:
    text = pl.col(name).cast(pl.String).str.strip_chars()
    return pl.when(text != "").then(text).alias(name)


def devices_in(rows: pl.DataFrame) -> list[str]:
    """The devices that the rows name."""
    return rows["device"].drop_nulls().unique().sort().to_list()


def checked(
    rows: pl.DataFrame, properties: Mapping[str, Mapping[str, PropertyNames]], zone: str | None = None
) -> tuple[pl.DataFrame, list[Problem]]:
    """Good rows with the columns GOOD (`ts` a UTC timestamp), and what is wrong with the others.

    `properties` by device; times without a zone are taken in `zone`, or refused.
    """
    rows = rows.with_columns(ts=_times(zone))
    good, problems = [], []
    for (device, key, unit), part in rows.group_by("device", "property", "unit", maintain_order=True):
        known = properties.get(str(device))
        prop = known.get(str(key)) if known is not None else None
        if known is None:
            problems += _all(part, "device", Reason.DEVICE_UNKNOWN, f"there is no device {clean(str(device or ''))!r}")
        elif prop is None or prop.expression is not None:
            detail = f"the device has no property {clean(str(key or ''))!r} that devices send"
            problems += _all(part, "property", Reason.PROPERTY_UNKNOWN, detail)
        else:
            taken, refused = _values(part, prop, None if unit is None else str(unit))
            good.append(taken)
            problems += refused
    table = pl.concat(good) if good else pl.DataFrame(schema=GOOD)
    return table, sorted(problems)


def _long(table: pl.DataFrame) -> pl.DataFrame:
    beside = [name for name in ("row", "device", "observed_at", "status") if name in table.columns]
    values = [name for name in table.columns if name not in (*KNOWN, *IGNORED, "row")]
    if not values:
        raise ConfigInvalid("Name the property in a column property, or give each property a column.", code="file_columns", field="body")
    wide = table.with_columns(pl.col(values).cast(pl.String))
    long = wide.unpivot(on=values, index=beside, variable_name="property", value_name="value")
    return long.filter(pl.col("value").is_not_null() & (pl.col("value") != "")).sort("row", maintain_order=True)


def _time_as_text(table: pl.DataFrame) -> pl.Expr:
    kind = table.schema["observed_at"]
    if not isinstance(kind, pl.Datetime):
        return pl.col("observed_at").cast(pl.String)
    # A timestamp of a file without a zone stays one without, and is judged as such.
    text = pl.col("observed_at").dt.convert_time_zone("UTC") if kind.time_zone else pl.col("observed_at")
    return text.dt.strftime("%Y-%m-%dT%H:%M:%S%.6f" + ("Z" if kind.time_zone else ""))


def _times(zone: str | None) -> pl.Expr:
    written = pl.col("observed_at").str.replace(" ", "T").str.replace(r"Z$", "+00:00").str.replace(r"([+-]\d\d)(\d\d)$", "$1:$2")
    number = pl.col("observed_at").cast(pl.Float64, strict=False)
    is_ms = number.is_not_null() & ~number.is_between(SECONDS_FROM, SECONDS_TO)
    from_ms = (pl.when(is_ms).then(number) * 1000).round().cast(pl.Int64, strict=False).cast(pl.Datetime("us")).dt.replace_time_zone("UTC")
    with_zone = written.str.to_datetime("%+", time_unit="us", strict=False).dt.convert_time_zone("UTC")
    if zone is None:
        return pl.coalesce(from_ms, with_zone)
    try:
        ZoneInfo(zone)
    except (KeyError, ValueError, OSError) as err:
        raise ConfigInvalid(f"{zone[:60]!r} is no time zone; write for example Asia/Shanghai.", code="zone_unknown", field="zone") from err
    bare = pl.coalesce(written.str.to_datetime(form, time_unit="us", strict=False) for form in ("%Y-%m-%dT%H:%M:%S%.f", "%Y-%m-%dT%H:%M"))
    placed = bare.dt.replace_time_zone(zone, ambiguous="earliest", non_existent="null").dt.convert_time_zone("UTC")
    return pl.coalesce(from_ms, with_zone, placed)


def _values(part: pl.DataFrame, prop: PropertyNames, unit: str | None) -> tuple[pl.DataFrame, list[Problem]]:
    """Rows of one property in one unit."""
    problems: list[Problem] = []
    kind = Kind(prop.kind)
    written = pl.coalesce("value", "text") if kind.is_numeric else pl.coalesce("text", "value")
    status = pl.col("status").cast(pl.UInt32, strict=False)
    part = part.with_columns(written.replace("", None).alias("written"), status.fill_null(0).alias("quality"))
    wrong_time = part.filter(pl.col("ts").is_null())
    problems += _each(
        wrong_time, "observed_at", Reason.TIME_INVALID, "{} is no time: milliseconds, or ISO 8601 with a zone such as Z or +08:00"
    )
    part = part.filter(pl.col("ts").is_not_null())
    wrong_status = part.filter(pl.col("status").is_not_null() & status.is_null())
    problems += _each(wrong_status, "status", Reason.QUALITY_INVALID, "{} is no OPC UA status code")
    part = part.join(wrong_status.select("row"), on="row", how="anti")
    seen: dict[str | None, tuple[float, str] | Refused] = {}
    for text in part["written"].unique().to_list():
        seen[text] = _judged(prop, kind, text, unit)
    fine = {text: read for text, read in seen.items() if not isinstance(read, Refused)}
    for row, text in part.select("row", "written").iter_rows():
        read = seen[text]
        if isinstance(read, Refused):
            problems.append(Problem(row, "value", read.reason.value, read.detail))
    keys = list(fine)
    lookup = pl.DataFrame(
        {"written": keys, "number": [fine[k][0] for k in keys], "words": [fine[k][1] for k in keys]},
        schema={"written": pl.String, "number": pl.Float64, "words": pl.String},
    )
    taken = part.join(lookup, on="written", how="inner", nulls_equal=True, maintain_order="left")
    nothing = pl.col("number").is_nan() & (pl.col("words") == "") & (pl.col("quality") == 0)
    return taken.select(
        "row", "device", pl.lit(prop.key).alias("key"), "ts", pl.col("number").alias("value"), pl.col("words").alias("text"),
        pl.when(nothing).then(0x80000000).otherwise(pl.col("quality")).cast(pl.UInt32).alias("quality"),
    ), problems  # fmt: skip


def _judged(prop: PropertyNames, kind: Kind, text: str | None, unit: str | None) -> tuple[float, str] | Refused:
    value: object = text
    if text is not None and kind in _NUMBERS:
        try:
            value = int(text) if kind is Kind.INTEGER and text.lstrip("+-").isdigit() else float(text)
        except ValueError:
            value = text
    elif text is not None and kind is Kind.BOOLEAN and text.lower() in (*_TRUE, *_FALSE):
        value = text.lower() in _TRUE
    elif text is not None and kind is Kind.JSON:
        return float("nan"), text
    own = unit is None or unit in ("", prop.unit)
    read = judge(prop, {"v": value} if own or kind not in _NUMBERS else {"v": value, "u": unit})
    return read if isinstance(read, Refused) else (read.value, read.text)


def _all(part: pl.DataFrame, column: str, reason: Reason, detail: str) -> list[Problem]:
    return [Problem(row, column, reason.value, detail) for row in part["row"].to_list()]


def _each(part: pl.DataFrame, column: str, reason: Reason, detail: str) -> list[Problem]:
    return [
        Problem(row, column, reason.value, detail.format(repr(clean(text or "")))) for row, text in part.select("row", column).iter_rows()
    ]
