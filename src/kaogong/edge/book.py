"""What is known of each point of a group: last value, quality, age; which readings are worth sending."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from itertools import repeat
from operator import itemgetter
from typing import Any, NamedTuple, TypeAlias

from kaogong.core.reading import Sample, Value
from kaogong.edge.configuration import GroupPlan, Target

BAD = 1 << 31
PUSHED_STALE_AFTER_S = 60.0

# device, property, milliseconds since 1970, value, quality: what `formats.encode_batch` takes
Reading: TypeAlias = tuple[str, str, int, Value, int]

_value, _observed_at, _quality = itemgetter(1), itemgetter(2), itemgetter(3)


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
    """The points of one group of one connection. `at` is always monotonic seconds, `now` the wall clock for people."""

    def __init__(self, plan: GroupPlan, targets: dict[str, Target], pushes: bool) -> None:
        self.plan, self._pushes = plan, pushes
        group = plan.group
        self.names = [p.name for p in plan.points]
        self._targets = [targets[name] for name in self.names]
        self._devices = [t.device for t in self._targets]
        self._properties = [t.property for t in self._targets]
        self._index = {name: i for i, name in enumerate(self.names)}
        self._never = float("-inf")
        size = len(self.names)
        self._values: list[Any] = [None] * size
        self._seen = [self._never] * size
        self._sent = [self._never] * size
        self._observed: list[datetime | None] = [None] * size
        self._faults: dict[int, _Fault] = {}
        self._sends_all = group.deadband is None
        self._whole = self._sends_all and not pushes
        self._begun: float | None = None
        self._deadband = group.deadband or 0.0
        self._repeat_s = group.repeat_s
        self._stale_after_s = group.stale_after_s or (PUSHED_STALE_AFTER_S if pushes else max(5.0, 3 * group.interval_s))

    def begin(self, at: float) -> None:
        """The connection is open for the first time: from now on a point that says nothing grows old."""
        self._begun = self._begun or at

    def take(self, samples: Sequence[Sample], at: float, now: datetime) -> list[Reading]:
        """Note what came and return what is to be sent."""
        if self._whole and not self._faults and len(samples) == len(self.names) and not any(map(_quality, samples)):
            return self._take_whole(samples, at)
        readings: list[Reading] = []
        for sample in samples:
            i = self._index.get(sample.point)
            if i is not None:
                reading = self._take_one(i, sample, at, now)
                if reading is not None:
                    readings.append(reading)
        return readings

    def _take_whole(self, samples: Sequence[Sample], at: float) -> list[Reading]:
        """A polled group in which every point is good: a few passes in C instead of one in Python."""
        first = samples[0].observed_at
        values = list(map(_value, samples))
        self._seen = [at] * len(samples)
        if all(s[2] is first for s in samples):
            return list(zip(self._devices, self._properties, repeat(_ms(first)), values, repeat(0)))
        times = [_ms(s[2]) for s in samples]
        return list(zip(self._devices, self._properties, times, values, repeat(0), strict=False))

    def _take_one(self, i: int, sample: Sample, at: float, now: datetime) -> Reading | None:
        _, value, observed_at, quality, reason = sample
        fault = self._faults.get(i)
        if quality & BAD:
            changed = fault is None or fault.quality != quality
            if fault is None or fault.reason != reason or changed:
                self._faults[i] = _Fault(quality, reason, now if fault is None else fault.since)
            if not changed and at - self._sent[i] < self._repeat_s:
                return None
            self._sent[i] = at
            return self._devices[i], self._properties[i], _ms(observed_at), None, quality
        if fault is not None:
            del self._faults[i]
        self._seen[i] = at
        if self._sends_all or fault is not None or at - self._sent[i] >= self._repeat_s or self._differs(self._values[i], value):
            self._sent[i], self._values[i], self._observed[i] = at, value, observed_at
            return self._devices[i], self._properties[i], _ms(observed_at), value, quality
        return None

    def _differs(self, old: Any, new: Any) -> bool:
        if new.__class__ is float or new.__class__ is int:
            return old is None or abs(new - old) > self._deadband
        return bool(old != new)

    def confirm(self, at: float, now: datetime) -> list[Reading]:
        """A pushing peer says that its last values still stand: they are fresh, and those not sent for long are sent again."""
        readings = []
        for i, seen in enumerate(self._seen):
            if seen == self._never or i in self._faults:
                continue
            self._seen[i] = at
            if at - self._sent[i] >= self._repeat_s:
                self._sent[i] = at
                readings.append((self._devices[i], self._properties[i], _ms(now), self._values[i], 0))
        return readings

    def counts(self, at: float) -> tuple[int, int, int]:
        """Points good, bad and stale; those that have said nothing yet are in none of them."""
        bad = len(self._faults)
        old = at - self._stale_after_s
        if min(self._seen, default=at) >= old:
            return len(self._seen) - bad, bad, 0
        sound = [seen for i, seen in enumerate(self._seen) if i not in self._faults] if bad else self._seen
        silent = sound.count(self._never)
        late = sum(1 for seen in sound if seen < old)
        stale = late if self._is_overdue(old) else late - silent
        return len(sound) - late, bad, stale

    def _is_overdue(self, old: float) -> bool:
        """Whether a point that has never said anything had time enough to."""
        return self._begun is not None and self._begun < old

    def oldest(self) -> float | None:
        """When the point that has been quiet longest was last good; None when none ever was."""
        return min((s for s in self._seen if s != self._never), default=None)

    def troubles(self, at: float, now: datetime) -> Iterator[Trouble]:
        """The points that give no good value, by name."""
        old = at - self._stale_after_s
        for i, name in enumerate(self.names):
            fault = self._faults.get(i)
            if fault is not None:
                yield Trouble(name, self._targets[i], "bad", fault.reason or f"quality 0x{fault.quality:08X}", fault.since)
            elif self._never < self._seen[i] < old:
                age = at - self._seen[i]
                yield Trouble(name, self._targets[i], "stale", f"no value for {age:.0f} s", now - timedelta(seconds=age))
            elif self._seen[i] == self._never and self._is_overdue(old):
                yield Trouble(name, self._targets[i], "stale", "has never given a value", now - timedelta(seconds=at - (self._begun or at)))


def _ms(moment: datetime) -> int:
    return round(moment.timestamp() * 1000)
