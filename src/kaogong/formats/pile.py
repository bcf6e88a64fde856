"""Values of one batch piled up as Python met them, and turned into columns in one go."""

from collections.abc import Sequence
from typing import Any

import numpy as np
import numpy.typing as npt
import polars as pl

from kaogong.core.keys import PROPERTY_KEY
from kaogong.core.quality import Quality
from kaogong.core.sample import REJECTS, SAMPLES, Kind
from kaogong.formats.judge import EXACT_FROM, INT64, Refused, judge, text
from kaogong.formats.reasons import Reason
from kaogong.formats.shapes import KIND_CODES, UNKNOWN, Shapes
from kaogong.formats.times import all_milliseconds, clean

_INT, _FLOAT, _BOOL, _STR, _NONE, _OTHER = range(6)
_TYPE_CODES = {int: _INT, float: _FLOAT, bool: _BOOL, str: _STR, type(None): _NONE, dict: _OTHER, list: _OTHER}
_NUMBER, _INTEGER, _BOOLEAN = KIND_CODES[Kind.NUMBER], KIND_CODES[Kind.INTEGER], KIND_CODES[Kind.BOOLEAN]
_PLAIN = frozenset({int, float})

# What becomes of a value by kind (row) and type (column): taken as a number, as a text, as nothing, or looked at one by one.
_AS_NUMBER, _AS_TEXT, _AS_NOTHING, _ODD = range(4)
_TABLE = np.full((UNKNOWN + 1, 6), _ODD, dtype=np.uint8)
_TABLE[:UNKNOWN, _NONE] = _AS_NOTHING
_TABLE[[_NUMBER, _NUMBER, _INTEGER, _INTEGER], [_INT, _FLOAT, _INT, _FLOAT]] = _AS_NUMBER
_TABLE[_BOOLEAN, _BOOL] = _AS_NUMBER
_TABLE[[KIND_CODES[Kind.TEXT], KIND_CODES[Kind.ENUM]], _STR] = _AS_TEXT
_WAY = _TABLE.ravel()

Ints = npt.NDArray[np.int64]


class Pile:
    """The entries of one batch. The lists are public because the loop that fills them is the hottest of the platform.

    One place in `messages`, `devices`, `shapes`, `times` for each entry; `flat` holds the entries' values one after the other.
    """

    def __init__(self) -> None:
        self.flat: list[Any] = []
        self.messages: list[int] = []
        self.devices: list[int] = []
        self.shapes: list[int] = []
        self.times: list[Any] = []
        self.rejects: list[tuple[int, int, int, str, str, str, int]] = []
        self.tenants: list[int] = []  # by message
        self.received_ns: list[int] = []  # by message
        self.is_loose = False  # whether values may be NaN or Infinity

    def refuse(self, message: int, device: int, key: str, reason: Reason, detail: str, samples: int = 1) -> None:
        """Note `samples` values that cannot be used."""
        self.rejects.append((message, self.tenants[message], device, clean(key), reason.value, detail, samples))

    def table(self, known: Shapes) -> pl.DataFrame:
        """The samples as a table with the columns SAMPLES; what is not taken goes to `rejects`."""
        if not self.flat:
            return pl.DataFrame(schema=SAMPLES)
        return _Columns(self, known).table()

    def reject_table(self) -> pl.DataFrame:
        """The rejects as a table with the columns REJECTS."""
        return pl.DataFrame(self.rejects, schema=REJECTS, orient="row") if self.rejects else pl.DataFrame(schema=REJECTS)


class _Columns:
    """One turn from lists to columns."""

    def __init__(self, pile: Pile, known: Shapes) -> None:
        self.pile, self.known = pile, known
        start, width, properties, kinds = known.columns()
        shape = np.array(pile.shapes, dtype=np.int64)
        self.width = width[shape]
        self.entry_start = np.cumsum(self.width) - self.width
        size = len(pile.flat)
        self.entry = np.repeat(np.arange(len(shape)), self.width)
        self.position = np.arange(size) + np.repeat(start[shape] - self.entry_start, self.width)
        self.property = properties[self.position]
        self.kind = kinds[self.position]
        self.message = np.array(pile.messages, dtype=np.int64)
        self.received_ms = np.array(pile.received_ns, dtype=np.int64) // 1_000_000
        self.keep = np.ones(size, dtype=bool)
        self.value = np.full(size, np.nan)
        self.exact = np.zeros(size, dtype=np.int64)
        self.quality = np.zeros(size, dtype=np.uint32)
        self.own_times: dict[int, float] = {}
        self.texts: list[str] = [""]
        self.text_at = np.zeros(size, dtype=np.int64)

    def table(self) -> pl.DataFrame:
        times, wrong = all_milliseconds(self.pile.times, self.received_ms[self.message].astype(np.float64))
        for entry, (reason, detail) in wrong.items():
            self._refuse_entry(entry, reason, detail)
        self._values()
        self._check_numbers()
        observed = np.repeat(np.rint(times * 1000).astype(np.int64), self.width)
        for row, own in self.own_times.items():
            observed[row] = round(own * 1000)
        return self._frame(observed)

    def _values(self) -> None:
        flat = self.pile.flat
        types = set(map(type, flat))
        if types <= _PLAIN and int(self.kind.max()) <= _INTEGER:
            self.value = np.fromiter(flat, dtype=np.float64, count=len(flat))
            self._exact(range(len(flat)) if int in types else ())
            return
        codes = np.fromiter(map(_TYPE_CODES.__getitem__, map(type, flat)), dtype=np.int64, count=len(flat))
        way = _WAY[self.kind * 6 + codes]
        objects = np.fromiter(flat, dtype=object, count=len(flat))
        numbers = way == _AS_NUMBER
        self.value[numbers] = objects[numbers].astype(np.float64)
        if int in types:
            self._exact(np.nonzero(numbers & (codes == _INT))[0])
        self.quality[way == _AS_NOTHING] = int(Quality.BAD)
        self._take_texts(np.nonzero(way == _AS_TEXT)[0])
        for row in np.nonzero(way == _ODD)[0].tolist():
            self._odd(row, flat[row])

    def _exact(self, rows: Sequence[int] | Ints) -> None:
        """Whole numbers beyond 2^53 keep all their digits beside the double."""
        if len(rows) == 0:
            return
        for row in np.nonzero(np.abs(self.value) >= EXACT_FROM)[0].tolist():
            v = self.pile.flat[row]
            if type(v) is int and abs(v) > EXACT_FROM and -INT64 <= v < INT64:
                self.exact[row] = v

    def _take_texts(self, rows: Ints) -> None:
        if not len(rows):
            return
        flat, names, position = self.pile.flat, self.known.names, self.position
        fine: dict[tuple[int, str], int] = {}
        for row in rows.tolist():
            key = (int(position[row]), flat[row])
            at = fine.get(key)
            if at is None:
                name = names[key[0]]
                assert name is not None
                read = text(name, key[1])
                if isinstance(read, Refused):
                    self._refuse(row, read.reason, read.detail)
                    continue
                at = fine[key] = len(self.texts)
                self.texts.append(key[1])
            self.text_at[row] = at

    def _odd(self, row: int, written: Any) -> None:
        if self.kind[row] == UNKNOWN:
            key = self.known.keys[int(self.position[row])]
            if PROPERTY_KEY.fullmatch(key):
                self._refuse(row, Reason.PROPERTY_UNKNOWN, f"the device type has no property {key!r} that devices send")
            else:
                self._refuse(row, Reason.KEY_INVALID, f"{clean(key)!r} is no property key: small letters, digits and '_'")
            return
        self._judge(row, written)

    def _judge(self, row: int, written: Any) -> None:
        name = self.known.names[int(self.position[row])]
        assert name is not None
        read = judge(name, written)
        if isinstance(read, Refused):
            self._refuse(row, read.reason, read.detail)
            return
        self.value[row], self.exact[row], self.quality[row] = read.value, read.exact, read.quality
        if read.text:
            self.text_at[row] = len(self.texts)
            self.texts.append(read.text)
        if read.ts_ms is not None:
            self.own_times[row] = read.ts_ms

    def _check_numbers(self) -> None:
        """NaN and Infinity come only from bodies read a second time; a whole-number property takes 3.0 but not 3.5."""
        value, kind = self.value, self.kind
        suspect = ~np.isfinite(value) if self.pile.is_loose else np.zeros(len(value), dtype=bool)
        if (kind == _INTEGER).any():
            with np.errstate(invalid="ignore"):
                is_broken = (np.trunc(value) != value) & ~np.isnan(value)
            suspect |= (kind == _INTEGER) & (is_broken | (np.abs(value) >= INT64))
        for row in np.nonzero(suspect & self.keep & (kind <= _INTEGER))[0].tolist():
            self._judge(row, self.pile.flat[row])

    def _refuse(self, row: int, reason: Reason, detail: str) -> None:
        if self.keep[row]:
            self.keep[row] = False
            entry = int(self.entry[row])
            self.pile.refuse(self.pile.messages[entry], self.pile.devices[entry], self.known.keys[int(self.position[row])], reason, detail)

    def _refuse_entry(self, entry: int, reason: Reason, detail: str) -> None:
        first, width = int(self.entry_start[entry]), int(self.width[entry])
        self.keep[first : first + width] = False
        self.pile.refuse(self.pile.messages[entry], self.pile.devices[entry], "", reason, detail, width)

    def _frame(self, observed: Ints) -> pl.DataFrame:
        message = self.message[self.entry]
        size = len(message)
        devices = np.array(self.pile.devices, dtype=np.uint32)[self.entry]
        columns = {
            "message": message.astype(np.uint32),
            "tenant": np.array(self.pile.tenants, dtype=np.uint32)[message],
            "device": devices,
            "property": self.property.astype(np.uint32),
            "asset": np.zeros(size, dtype=np.uint32),
            "asset_property": np.zeros(size, dtype=np.uint32),
            "observed_at": observed,
            "value": self.value,
            "exact": self.exact,
            "text": self._text(size),
            "quality": self.quality,
            "received_at": self.received_ms[message],
        }
        frame = pl.DataFrame(columns).with_columns(
            pl.col("observed_at").cast(SAMPLES["observed_at"]), pl.col("received_at").cast(SAMPLES["received_at"])
        )
        return frame if self.keep.all() else frame.filter(pl.Series(self.keep))

    def _text(self, size: int) -> pl.Series:
        if len(self.texts) == 1:
            return pl.repeat("", size, eager=True)
        return pl.Series(self.texts).gather(self.text_at)
