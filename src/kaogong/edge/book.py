"""What is known of each point of a group: last value, quality, age; which readings are worth sending."""

from collections.abc import Callable, Iterator, Sequence, Set
from dataclasses import dataclass
from datetime import datetime, timedelta
from operator import itemgetter
from typing import Any, NamedTuple

from kaogong.core.reading import Sample, Value
from kaogong.edge.configuration import PRIORITIES, GroupPlan, Target
from kaogong.edge.drivers.base import Columns, Flaw
from kaogong.edge.processing import Window, transformed
from kaogong.formats import Entry, entries_of

BAD = 1 << 31
PUSHED_STALE_AFTER_S = 60.0
NEVER = float("-inf")

_point, _value, _observed_at, _quality = itemgetter(0), itemgetter(1), itemgetter(2), itemgetter(3)
_NUMBERS = frozenset({int, float})


class Trouble(NamedTuple):
    """A point that gives no good value. `state` is `bad` or `stale`."""

    point: str
    target: Target
    state: str
    reason: str
    since: datetime


@dataclass(slots=True)
class _Fault:
    quality: int
    reason: str
    since: datetime


class GroupBook:
    """The points of one group of one connection. `at` is always monotonic seconds, `now` the wall clock for people.

    What comes is taken as columns, so that a point costs a few passes in C and no object of its own.
    """

    def __init__(self, plan: GroupPlan, targets: dict[str, Target], pushes: bool, watched: Set[str] = frozenset()) -> None:
        self.plan = plan
        group = plan.group
        self.names = [p.name for p in plan.points]
        self._targets = [targets[name] for name in self.names]
        self._devices = [t.device for t in self._targets]
        self._properties = [t.property for t in self._targets]
        self._index = {name: i for i, name in enumerate(self.names)}
        self._spans = _spans(self._targets)
        size = len(self.names)
        self._values: list[Any] = [None] * size
        self._seen = [NEVER] * size
        self._sent = [NEVER] * size
        self._faults: dict[int, _Fault] = {}
        self._sends_all = group.deadband is None
        self._begun: float | None = None
        self._deadband = group.deadband or 0.0
        self._repeat_s = group.repeat_s
        self._stale_after_s = group.stale_after_s or (PUSHED_STALE_AFTER_S if pushes else max(5.0, 3 * group.interval_s))
        self._confirms = pushes
        self._watched = watched
        self.latest: dict[str, Value] = {}
        self.latest_ms = 0
        self._window = Window(plan.points, group.aggregate_s, group.aggregate) if group.aggregate else None
        self.priority = PRIORITIES[group.priority]

    def begin(self, at: float) -> None:
        """The connection is open for the first time: from now on a point that says nothing grows old."""
        self._begun = self._begun or at

    def take(self, samples: Sequence[Sample], at: float, now: datetime) -> list[Entry]:
        """Note what came and return what is to be sent."""
        columns = samples if isinstance(samples, Columns) else self._columns(samples)
        if columns is None or columns.points is not self.plan.points:
            return []
        if self.plan.steps:
            columns = transformed(columns, self.plan.steps)
        if self._watched:
            self._watch(columns)
        if self._window is not None and not columns.flaws:
            finished = self._window.add(columns)
            self._note(columns, at)
            if finished is None:
                return []
            columns = finished
        whole = columns.places is None and not columns.flaws and not self._faults
        if whole and self._sends_all and isinstance(columns.times, int):
            return self._take_whole(columns.times, columns.values, at)
        if columns.flaws or self._faults:
            return self._take_flawed(columns, at, now)
        return self._take_good(columns, at)

    def _watch(self, columns: Columns) -> None:
        """Keep what derived values read; a bad value is none."""
        places, times = columns.places, columns.times
        for i, value in enumerate(columns.values):
            name = self.names[i if places is None else places[i]]
            if name in self._watched:
                self.latest[name] = value
                self.latest_ms = max(self.latest_ms, times if isinstance(times, int) else times[i])

    def _note(self, columns: Columns, at: float) -> None:
        """Points that gave a value are well, whether it is sent or only counted."""
        for place in range(len(self.names)) if columns.places is None else columns.places:
            self._seen[place] = at
            self._faults.pop(place, None)

    def _columns(self, samples: Sequence[Sample]) -> Columns | None:
        """Samples of a simple driver side by side; those of other groups are left out."""
        names = list(map(_point, samples))
        places: list[int] | None = None
        if names != self.names:
            index = self._index
            samples = [s for s in samples if s[0] in index]
            if not samples:
                return None
            places = [index[s[0]] for s in samples]
        moments = list(map(_observed_at, samples))
        first = moments[0] if moments else None
        same = first is not None and all(m is first for m in moments)
        times: int | list[int] = _ms(first) if first is not None and same else list(map(_ms, moments))
        flaws: dict[int, Flaw] = {}
        if any(map(_quality, samples)):
            flaws = {i: Flaw(s.quality, s.reason) for i, s in enumerate(samples) if s.quality}
        return Columns(self.plan.points, times, list(map(_value, samples)), places, flaws)

    def _take_whole(self, ms: int, values: Sequence[Value], at: float) -> list[Entry]:
        """A group in which every point is good, read at one moment, and all of it is wanted."""
        self._seen = [at] * len(values)
        if self._confirms:
            self._sent, self._values = self._seen[:], list(values)
        return [Entry(device, ms, dict(zip(keys, pick(values), strict=True))) for device, keys, pick in self._spans]

    def _take_good(self, columns: Columns, at: float) -> list[Entry]:
        values, places = columns.values, columns.places
        worth = self._worth(values, range(len(self.names)) if places is None else places, at)
        if places is None:
            self._seen = [at] * len(values)
        else:
            for place in places:
                self._seen[place] = at
        times = columns.times
        if places is None:
            for i in worth:
                self._sent[i], self._values[i] = at, values[i]
            return self._entries(worth, worth, values, times)
        at_places = [places[i] for i in worth]
        for i, place in zip(worth, at_places, strict=True):
            self._sent[place], self._values[place] = at, values[i]
        return self._entries(worth, at_places, values, times)

    def _worth(self, values: Sequence[Value], places: Sequence[int], at: float) -> Sequence[int]:
        """Which of the values are worth sending: all, or those that differ and those not sent for long."""
        if self._sends_all:
            return range(len(values))
        old, sent, band, limit = self._values, self._sent, self._deadband, at - self._repeat_s
        if isinstance(places, range):
            triples = zip(values, old, sent, strict=True)
        else:
            triples = zip(values, [old[p] for p in places], [sent[p] for p in places], strict=True)
        if band == 0:
            return [i for i, (new, was, last) in enumerate(triples) if new != was or last <= limit]
        return [i for i, (new, was, last) in enumerate(triples) if last <= limit or (new != was and _differs(was, new, band))]

    def _entries(self, rows: Sequence[int], places: Sequence[int], values: Sequence[Value], times: int | Sequence[int]) -> list[Entry]:
        devices, properties = self._devices, self._properties
        if isinstance(times, int):
            return entries_of((devices[p], properties[p], times, values[i], 0) for i, p in zip(rows, places, strict=True))
        return entries_of((devices[p], properties[p], times[i], values[i], 0) for i, p in zip(rows, places, strict=True))

    def _take_flawed(self, columns: Columns, at: float, now: datetime) -> list[Entry]:
        """The same one by one, where something is or was not good."""
        readings: list[tuple[str, str, int, Value, int]] = []
        times, places, flaws = columns.times, columns.places, columns.flaws
        for i, value in enumerate(columns.values):
            place = i if places is None else places[i]
            flaw = flaws.get(i)
            ms = times if isinstance(times, int) else times[i]
            if flaw is not None and flaw.quality & BAD:
                if self._is_news(place, flaw, at, now):
                    readings.append((self._devices[place], self._properties[place], ms, None, flaw.quality))
                continue
            fault = self._faults.pop(place, None)
            self._seen[place] = at
            is_due = self._sends_all or fault is not None or at - self._sent[place] >= self._repeat_s
            if is_due or _differs(self._values[place], value, self._deadband):
                self._sent[place], self._values[place] = at, value
                readings.append((self._devices[place], self._properties[place], ms, value, 0 if flaw is None else flaw.quality))
        return entries_of(readings)

    def _is_news(self, place: int, flaw: Flaw, at: float, now: datetime) -> bool:
        """Note a bad value; whether it is to be sent."""
        fault = self._faults.get(place)
        changed = fault is None or fault.quality != flaw.quality
        if fault is None or fault.reason != flaw.reason or changed:
            self._faults[place] = _Fault(flaw.quality, flaw.reason, now if fault is None else fault.since)
        if not changed and at - self._sent[place] < self._repeat_s:
            return False
        self._sent[place] = at
        return True

    def confirm(self, at: float, now: datetime) -> list[Entry]:
        """A pushing peer says that its last values still stand: they are fresh, and those not sent for long are sent again."""
        readings = []
        ms = _ms(now)
        for i, seen in enumerate(self._seen):
            if seen == NEVER or i in self._faults:
                continue
            self._seen[i] = at
            if at - self._sent[i] >= self._repeat_s:
                self._sent[i] = at
                readings.append((self._devices[i], self._properties[i], ms, self._values[i], 0))
        return entries_of(readings)

    def counts(self, at: float) -> tuple[int, int, int]:
        """Points good, bad and stale; those that have said nothing yet are in none of them."""
        bad = len(self._faults)
        old = at - self._stale_after_s
        if min(self._seen, default=at) >= old:
            return len(self._seen) - bad, bad, 0
        sound = [seen for i, seen in enumerate(self._seen) if i not in self._faults] if bad else self._seen
        silent = sound.count(NEVER)
        late = sum(1 for seen in sound if seen < old)
        stale = late if self._is_overdue(old) else late - silent
        return len(sound) - late, bad, stale

    def _is_overdue(self, old: float) -> bool:
        """Whether a point that has never said anything had time enough to."""
        return self._begun is not None and self._begun < old

    def oldest(self) -> float | None:
        """When the point that has been quiet longest was last good; None when none ever was."""
        return min((s for s in self._seen if s != NEVER), default=None)

    def troubles(self, at: float, now: datetime) -> Iterator[Trouble]:
        """The points that give no good value, by name."""
        old = at - self._stale_after_s
        for i, name in enumerate(self.names):
            fault = self._faults.get(i)
            if fault is not None:
                yield Trouble(name, self._targets[i], "bad", fault.reason or f"quality 0x{fault.quality:08X}", fault.since)
            elif NEVER < self._seen[i] < old:
                age = at - self._seen[i]
                yield Trouble(name, self._targets[i], "stale", f"no value for {age:.0f} s", now - timedelta(seconds=age))
            elif self._seen[i] == NEVER and self._is_overdue(old):
                yield Trouble(name, self._targets[i], "stale", "has never given a value", now - timedelta(seconds=at - (self._begun or at)))


_Span = tuple[str, tuple[str, ...], Callable[[Sequence[Value]], Sequence[Value]]]


def _spans(targets: Sequence[Target]) -> list[_Span]:
    """By device: its properties, and how to pick their values from the group's. A property read twice opens another span."""
    places: dict[tuple[str, int], list[int]] = {}
    times_seen: dict[Target, int] = {}
    for i, target in enumerate(targets):
        turn = times_seen[target] = times_seen.get(target, -1) + 1
        places.setdefault((target.device, turn), []).append(i)
    return [(device, tuple(targets[i].property for i in mine), _picker(mine)) for (device, _), mine in places.items()]


def _picker(places: list[int]) -> Callable[[Sequence[Value]], Sequence[Value]]:
    run = slice(places[0], places[0] + len(places))
    if len(places) == 1 or places == list(range(run.start, run.stop)):
        return itemgetter(run)
    return itemgetter(*places)


def _differs(was: Any, new: Any, band: float) -> bool:
    is_number = new.__class__ in _NUMBERS and was.__class__ in _NUMBERS
    return bool(abs(new - was) > band) if is_number else bool(new != was)


def _ms(moment: datetime) -> int:
    return round(moment.timestamp() * 1000)
