"""Samples out of rows with named columns, as tables and files of values have them, and how far such a source has been read."""

import hashlib
import re
from collections.abc import Iterable, Sequence
from datetime import datetime
from decimal import Decimal
from math import isfinite
from pathlib import Path
from typing import Any, Literal, TypeAlias
from zoneinfo import ZoneInfo

import orjson
from pydantic import Field, field_validator, model_validator

from kaogong.core.quality import Quality
from kaogong.core.reading import Sample, Value
from kaogong.edge.document import moment
from kaogong.edge.drivers.base import Browsed, DriverConfig, Point, PointAddress, advanced

Row: TypeAlias = Sequence[Any]
TYPES = {bool: "bool", int: "int64", float: "float64", str: "text"}
TRUE, FALSE = frozenset({"true", "yes", "on", "1", "t"}), frozenset({"false", "no", "off", "0", "f"})
WHOLE = re.compile(r"[+-]?(0|[1-9][0-9]*)")
NUMBER = re.compile(r"[+-]?(([0-9]+(\.[0-9]*)?|\.[0-9]+)([eE][+-]?[0-9]+)?)")


class RowsConfig(DriverConfig):
    """How the rows are laid out, and which of them are wanted."""

    rows: Literal["latest", "all"] = Field(
        "latest", description="latest: each reading gives the newest; all: every row once, from where we left off."
    )
    time_column: str = Field("", description="ISO 8601, or seconds or milliseconds since 1970; empty: the time of reading.")
    zone: str = Field("UTC", description="Zone of times that name none, such as Asia/Shanghai.")
    tag_column: str = Field("", description="Column with the point's name, where each row has one value; empty: a column a point.")
    value_column: str = Field("", description="Column with the value, where each row has one.")
    begin: Literal["now", "beginning"] = advanced("now", description="Where all rows begin when we come for the first time.")

    @field_validator("zone")
    @classmethod
    def _is_a_zone(cls, value: str) -> str:
        try:
            ZoneInfo(value)
        except (OSError, ValueError, KeyError) as err:
            raise ValueError("write a zone of the IANA list, such as Asia/Shanghai") from err
        return value

    @model_validator(mode="after")
    def _is_whole(self) -> "RowsConfig":
        if bool(self.tag_column) != bool(self.value_column):
            raise ValueError("`tag_column` and `value_column` go together")
        return self


class RowAddress(PointAddress):
    """Which column, or which tag where each row has one value."""

    name: str = Field(min_length=1, description="Column; with a tag column: the tag.")
    type: Literal["auto", "number", "integer", "boolean", "text"] = Field("auto", description="auto: as the source has it.")


class Header:
    """Where the columns stand that a group of points needs."""

    def __init__(self, columns: Sequence[str], config: RowsConfig) -> None:
        self.columns, self.config = list(columns), config
        self._index = {name: i for i, name in reversed(list(enumerate(self.columns)))}
        self.is_long = bool(config.tag_column)
        self._zone = ZoneInfo(config.zone)

    @property
    def lacking(self) -> str:
        """A column that the configuration names and that is not there."""
        named = (self.config.time_column, self.config.tag_column, self.config.value_column)
        return next((name for name in named if name and name not in self._index), "")

    def latest(self, points: Sequence[Point[RowAddress]], newest_first: Iterable[Row], at: datetime) -> list[Sample]:
        """One sample a point."""
        found: dict[str, Row] = {}
        last: Row | None = None
        for row in newest_first:
            last = row if last is None else last
            if not self.is_long:
                break
            found.setdefault(str(self.cell(row, self.config.tag_column)), row)
        made = []
        for point in points:
            row_of = found.get(point.address.name) if self.is_long else last
            if row_of is None:
                words = f"no row names {point.address.name}" if self.is_long and last is not None else "there is no row yet"
                made.append(Sample(point.name, None, at, Quality.BAD_NODE_UNKNOWN, words))
            else:
                made.append(self._sample(point, row_of, at))
        return made

    def each(self, points: Sequence[Point[RowAddress]], rows: Iterable[Row], at: datetime) -> list[Sample]:
        """A sample for each value of each row, in the rows' order; an empty cell says nothing."""
        made: list[Sample] = []
        by_tag: dict[str, list[Point[RowAddress]]] = {}
        for point in points:
            by_tag.setdefault(point.address.name, []).append(point)
        for row in rows:
            wanted = by_tag.get(str(self.cell(row, self.config.tag_column)), []) if self.is_long else points
            for point in wanted:
                column = self.config.value_column if self.is_long else point.address.name
                is_cut = column in self._index and self._index[column] >= len(row)
                if column not in self._index or is_cut or self.cell(row, column) not in (None, ""):
                    made.append(self._sample(point, row, at))
        return made

    def browsed(self, rows: Iterable[Row]) -> list[Browsed]:
        """What the rows offer as points."""
        offered: dict[str, Any] = {}
        for row in rows:
            if self.is_long:
                offered.setdefault(str(self.cell(row, self.config.tag_column)), self.cell(row, self.config.value_column))
            else:
                offered = {c: self.cell(row, c) for c in self.columns if c != self.config.time_column}
                break
        return [Browsed(n, n, False, {"name": n}, TYPES.get(type(_plain(v, "auto")), "text")) for n, v in offered.items()]

    def cell(self, row: Row, column: str) -> Any:
        """None where the row has no such column."""
        i = self._index.get(column)
        return None if i is None or i >= len(row) else row[i]

    def _sample(self, point: Point[RowAddress], row: Row, at: datetime) -> Sample:
        observed_at = at
        if self.config.time_column:
            raw = self.cell(row, self.config.time_column)
            text = raw.strip().replace("/", "-") if isinstance(raw, str) else raw
            told = moment(float(text) if isinstance(text, str) and NUMBER.fullmatch(text) else text, self._zone)
            if told is None:
                words = f"{str(raw)[:40]!r} in the column {self.config.time_column} is no time"
                return Sample(point.name, None, at, Quality.BAD_CONFIGURATION_ERROR, words)
            observed_at = told
        column = self.config.value_column if self.is_long else point.address.name
        if column not in self._index:
            return Sample(point.name, None, at, Quality.BAD_NODE_UNKNOWN, f"there is no column {column}")
        if self._index[column] >= len(row):
            words = f"the row has {len(row)} cells, too few for the column {column}"
            return Sample(point.name, None, observed_at, Quality.BAD_TYPE_MISMATCH, words)
        raw = row[self._index[column]]
        if raw is None or raw == "":
            return Sample(point.name, None, observed_at, Quality.BAD_SENSOR_FAILURE, "the row has no value")
        value = _plain(raw, point.address.type)
        if value is None:
            words = f"{str(raw)[:40]!r} is no {point.address.type if point.address.type != 'auto' else 'value'}"
            return Sample(point.name, None, observed_at, Quality.BAD_TYPE_MISMATCH, words)
        return Sample(point.name, value, observed_at)


class Position:
    """How far each group has been read. What is noted counts from the next `settle` on: then its samples are in the buffer."""

    def __init__(self, folder: Path) -> None:
        self._file = folder / "position.json"
        self._known: dict[str, Any] | None = None
        self._noted: dict[str, Any] = {}

    def settle(self) -> bool:
        """Make what was noted last; whether there was anything."""
        known = self._load()
        if not self._noted:
            return False
        known |= self._noted
        self._noted = {}
        self._file.parent.mkdir(parents=True, exist_ok=True)
        fresh = self._file.with_suffix(".new")
        fresh.write_bytes(orjson.dumps(known))
        fresh.replace(self._file)
        return True

    def get(self, points: Sequence[Point[RowAddress]]) -> Any:
        """Where to go on for this group; None where it has never been read. A changed group begins where the connection is."""
        known = self._load()
        key = _key(points)
        if key in known or not known:
            return known.get(key)
        return next(reversed(known.values()))

    def note(self, points: Sequence[Point[RowAddress]], value: Any) -> None:
        """`value` is anything JSON can hold."""
        key = _key(points)
        if self._load().get(key) != value:
            self._noted[key] = value

    def _load(self) -> dict[str, Any]:
        if self._known is None:
            self._known = orjson.loads(self._file.read_bytes()) if self._file.exists() else {}
        return self._known


def _key(points: Sequence[Point[RowAddress]]) -> str:
    names = "\n".join(sorted(f"{p.name}\t{p.address.name}" for p in points))
    return hashlib.sha256(names.encode()).hexdigest()[:16]


def _plain(raw: Any, wanted: str) -> Value:
    """The cell as a value of the wanted type; None where it is none."""
    if isinstance(raw, Decimal):
        raw = int(raw) if raw == raw.to_integral_value() and wanted != "number" else float(raw)
    if isinstance(raw, str) and wanted != "text":
        raw = _read(raw.strip(), wanted)
    if isinstance(raw, float) and not isfinite(raw):
        return None
    if wanted == "text":
        return raw if isinstance(raw, str) else raw.isoformat() if isinstance(raw, datetime) else str(raw)
    if wanted == "boolean":
        return raw if isinstance(raw, bool) else bool(raw) if raw in (0, 1) else None
    if wanted == "number":
        return float(raw) if isinstance(raw, int | float) and not isinstance(raw, bool) else None
    if wanted == "integer":
        is_whole = isinstance(raw, int | float) and not isinstance(raw, bool) and raw == int(raw)
        return int(raw) if is_whole else None
    return raw if isinstance(raw, bool | int | float | str) else raw.isoformat() if isinstance(raw, datetime) else None


def _read(text: str, wanted: str) -> Value:
    if wanted == "boolean":
        return True if text.lower() in TRUE else False if text.lower() in FALSE else None
    if WHOLE.fullmatch(text):
        return int(text)
    # A number like 007 is a name; whoever means seven says so.
    if NUMBER.fullmatch(text) and (wanted != "auto" or not re.match(r"[+-]?0[0-9]", text)):
        return float(text)
    if wanted == "auto":
        return {"true": True, "false": False}.get(text.lower(), text)
    return None
