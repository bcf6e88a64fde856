"""From the historian's rows to the values people read."""

import json
import math
from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

import polars as pl

from kaogong.api.shapes.readings import LatestValue, QualityWord, Value
from kaogong.api.states import is_late
from kaogong.core.quality import reason, severity
from kaogong.core.sample import Kind
from kaogong.core.units import symbol
from kaogong.registry import Property

EXACT_ABOVE = 2.0**53


def spoken(kind: Kind, value: float | None, exact: int, text: str) -> Value:
    """A stored row's value as its property's kind says it; None for a number that is none."""
    if kind is Kind.JSON:
        return _json(text)
    if not kind.is_numeric:
        return text
    if value is None or not math.isfinite(value):
        return None
    if kind is Kind.BOOLEAN:
        return value != 0
    if kind is Kind.INTEGER:
        return exact if abs(value) > EXACT_ABOVE and exact else int(value)
    return value


def _json(text: str) -> Value:
    if not text:
        return None
    try:
        parsed: Value = json.loads(text)
    except ValueError:
        return text
    return parsed


def latest_values(
    rows: pl.DataFrame, properties: Mapping[int, Property], now: datetime, devices: Mapping[int, str] | None = None
) -> dict[str, LatestValue]:
    """The newest sample by property key; `properties` by the id the rows carry, `devices` names who spoke."""
    found: dict[str, LatestValue] = {}
    for row in rows.sort("observed_at").iter_rows(named=True):
        prop = properties.get(row["property"])
        if prop is None:
            continue
        bad = severity(row["quality"]) == "bad"
        value = spoken(prop.type, row["value"], row["exact"], row["text"])
        found[prop.key] = LatestValue(
            value=None if bad and value == "" else value,
            quality=QualityWord(severity(row["quality"])),
            status=row["quality"],
            reason=reason(row["quality"]),
            unit=prop.unit,
            symbol=symbol(prop.unit),
            observed_at=row["observed_at"],
            received_at=row["received_at"],
            age_s=round(max(0.0, (now - row["observed_at"]).total_seconds()), 3),
            is_stale=is_late(now, row["observed_at"], prop.stale_after_s),
            device=None if devices is None else devices.get(row["device"]),
        )
    return {key: found[key] for key in sorted(found)}


def history_rows(rows: pl.DataFrame, prop: Property) -> list[tuple[int, Value, int]]:
    """Rows of one property as the wire carries them."""
    times: Sequence[int] = rows["observed_at"].dt.epoch("ms").to_list()
    values: Sequence[Any]
    if prop.type is Kind.NUMBER:
        values = [None if v is None or not math.isfinite(v) else v for v in rows["value"].to_list()]
    else:
        columns = zip(rows["value"].to_list(), rows["exact"].to_list(), rows["text"].to_list(), strict=True)
        values = [spoken(prop.type, value, exact, text) for value, exact, text in columns]
    return list(zip(times, values, rows["quality"].to_list(), strict=True))


def table(rows: pl.DataFrame, properties: Mapping[int, Property]) -> pl.DataFrame:
    """Rows for a file: one line a sample, with property, unit and quality in words."""
    keys = {one: prop.key for one, prop in properties.items()}
    units = {one: prop.unit for one, prop in properties.items()}
    numeric = [one for one, prop in properties.items() if prop.type.is_numeric]
    words = {0: "good", 1: "uncertain", 2: "bad", 3: "bad"}
    is_numeric = pl.col("property").is_in(numeric)
    return rows.select(
        "observed_at",
        property=pl.col("property").replace_strict(keys, default="", return_dtype=pl.String),
        value=pl.when(is_numeric & pl.col("value").is_finite()).then(pl.col("value")),
        text=pl.when(~is_numeric).then(pl.col("text")),
        unit=pl.col("property").replace_strict(units, default="", return_dtype=pl.String),
        quality=(pl.col("quality").cast(pl.Int64) // 2**30).replace_strict(words, return_dtype=pl.String),
        status=pl.col("quality"),
        received_at=pl.col("received_at"),
    )
