"""What is done with values before they are sent: expressions on a point, aggregation over a window, values derived from several points."""

import math
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from kaogong.core.reading import Value
from kaogong.edge.drivers.base import Columns
from kaogong.formats import Entry, tagged

if TYPE_CHECKING:
    from kaogong.expressions import Scalar

_NUMBERS = frozenset({int, float})


def transformed(columns: Columns, steps: Mapping[int, "Scalar"]) -> Columns:
    """The values by place through their expression; a good value whose expression gives nothing is filtered out."""
    values, times, places, flaws = list(columns.values), columns.times, columns.places, columns.flaws
    dropped: set[int] = set()
    for i, value in enumerate(values):
        step = steps.get(i if places is None else places[i])
        if step is None or value is None:
            continue
        values[i] = step.evaluate({"x": value}, times if isinstance(times, int) else times[i])
        if values[i] is None:
            dropped.add(i)
    if not dropped:
        return Columns(columns.points, times, values, places, flaws)
    kept = [i for i in range(len(values)) if i not in dropped]
    return Columns(
        columns.points,
        times if isinstance(times, int) else [times[i] for i in kept],
        [values[i] for i in kept],
        kept if places is None else [places[i] for i in kept],
        {row: flaws[i] for row, i in enumerate(kept) if i in flaws},
    )


@dataclass(slots=True)
class _Sum:
    """What a window has seen of one point."""

    count: int = 0
    total: float = 0.0
    least: Any = None
    most: Any = None
    last: Any = None

    def add(self, value: Value) -> None:
        self.count += 1
        self.last = value
        if value.__class__ in _NUMBERS:
            self.total += value  # type: ignore[operator]
            self.least = value if self.least is None or value < self.least else self.least
            self.most = value if self.most is None or value > self.most else self.most


_RESULTS: Mapping[str, Callable[[_Sum], Value]] = {
    "mean": lambda s: s.last if s.least is None else s.total / s.count,
    "min": lambda s: s.last if s.least is None else s.least,
    "max": lambda s: s.last if s.most is None else s.most,
    "sum": lambda s: s.last if s.least is None else s.total,
    "last": lambda s: s.last,
    "count": lambda s: s.count,
}


class Window:
    """Gathers the good values of a group for a while; texts and booleans give their last. Windows begin at whole multiples of their length."""

    def __init__(self, points: Sequence[Any], length_s: float, function: str) -> None:
        self._points, self._length_ms, self._result = points, round(length_s * 1000), _RESULTS[function]
        self._sums: dict[int, _Sum] = {}
        self._end: int | None = None

    def add(self, columns: Columns) -> Columns | None:
        """Take the good values; the window before as columns at its end, when this is the first of the next."""
        times = columns.times
        newest = times if isinstance(times, int) else max(times, default=0)
        finished = None
        if self._end is not None and newest >= self._end and self._sums:
            sums, self._sums = self._sums, {}
            finished = Columns(self._points, self._end, [self._result(s) for s in sums.values()], list(sums))
        if self._end is None or newest >= self._end:
            self._end = math.floor(newest / self._length_ms) * self._length_ms + self._length_ms
        for i, value in enumerate(columns.values):
            if value is not None:
                place = i if columns.places is None else columns.places[i]
                self._sums.setdefault(place, _Sum()).add(value)
        return finished


class Derived:
    """A property worked out of the newest values of points of one connection, each time one of them is read."""

    def __init__(self, device: str, key: str, expression: "Scalar", inputs: Mapping[str, str], repeat_s: float) -> None:
        self.device, self.key, self._expression, self.points = device, key, expression, frozenset(inputs.values())
        self._names = {point: [name for name, wanted in inputs.items() if wanted == point] for point in self.points}
        self._inputs: dict[str, Value] = {}
        self._repeat_ms = repeat_s * 1000
        self._sent: tuple[Value, int] | None = None

    def take(self, latest: Mapping[str, Value], at_ms: int) -> Entry | None:
        """What to send after points were read (None: it has no good value); only what differs, or was not said for long."""
        for point in self.points & latest.keys():
            for name in self._names[point]:
                self._inputs[name] = latest[point]
        value = self._expression.evaluate(self._inputs, at_ms)
        if value is None or (self._sent is not None and self._sent[0] == value and at_ms - self._sent[1] < self._repeat_ms):
            return None
        self._sent = value, at_ms
        return Entry(self.device, at_ms, {self.key: tagged(value, 0) if value.__class__ is float else value})
