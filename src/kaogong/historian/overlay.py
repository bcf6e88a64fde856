"""What people marked, laid over stored samples as they are read: a deleted one is not seen, a bad one is seen as bad."""

from collections.abc import Sequence
from datetime import datetime, timedelta

from kaogong.core.quality import Quality
from kaogong.historian.engine import Session, ids
from kaogong.historian.marks import stored
from kaogong.historian.types import Mark, MarkKind

_BAD = f"if(quality >= 0x80000000, quality, toUInt32({int(Quality.BAD)}))"
_MICROSECOND = timedelta(microseconds=1)
_EPOCH = datetime.fromisoformat("1970-01-01T00:00:00+00:00")
# A mark that hides a point's newest sample is followed back to the sample before it, in these steps.
_STEPS = (timedelta(days=1), timedelta(days=31), timedelta(days=40_000))


class Overlay:
    """The marks that hold in one tenant and time. Without any, what it says is the plain table: reading costs what it did."""

    def __init__(self, tenant: int, marks: Sequence[Mark]) -> None:
        self.tenant = tenant
        self._bad = [mark for mark in marks if mark.kind is MarkKind.BAD]
        self._gone = [mark for mark in marks if mark.kind is MarkKind.DELETED]

    @classmethod
    def of(cls, store: Session, tenant: int, from_us: int | None = None, to_us: int | None = None) -> "Overlay":
        """What holds in `tenant`, narrowed to a time in microseconds."""
        within = ""
        if from_us is not None:
            within += f" AND to_at > fromUnixTimestamp64Micro({from_us}, 'UTC')"
        if to_us is not None:
            within += f" AND from_at < fromUnixTimestamp64Micro({to_us}, 'UTC')"
        return cls(tenant, stored(store, tenant, f"undone_at = 0 AND kind IN ('bad', 'deleted'){within}"))

    def __bool__(self) -> bool:
        return bool(self._bad or self._gone)

    @property
    def gone(self) -> str:
        """SQL: whether a row is deleted."""
        return _any(self._gone)

    @property
    def quality(self) -> str:
        """SQL: a row's quality."""
        return f"if({_any(self._bad)}, {_BAD}, quality)" if self._bad else "quality"

    def rows(self, where: str, table: str = "telemetry") -> str:
        """SQL to put behind FROM: the rows of `table` that `where` leaves, as they are to be seen."""
        if not self:
            return f"{table} FINAL WHERE {where}"
        replaced = f" REPLACE ({self.quality} AS quality)" if self._bad else ""
        return f"(SELECT *{replaced} FROM {table} FINAL WHERE {where} AND NOT ({self.gone}))"

    def flagged(self, where: str) -> str:
        """SQL of a SELECT: rows with a column `gone`; those have no number and bad quality, so that no figure counts them."""
        gone = f"({self.gone})"
        quality = f"if({gone}, toUInt32({int(Quality.BAD)}), {self.quality})"
        value = f"if({gone}, nan, value)"
        return f"SELECT * REPLACE ({value} AS value, {quality} AS quality), {gone} AS gone FROM telemetry FINAL WHERE {where}"

    def standins(self, store: Session) -> str:
        """SQL: which rows of `telemetry` stand for points whose newest sample is deleted; empty when there are none."""
        if not self._gone:
            return ""
        hidden = store.frame(f"SELECT asset, property, observed_at FROM latest FINAL WHERE tenant = {self.tenant} AND ({self.gone})")
        keys: list[str] = []
        for asset, prop, newest in hidden.iter_rows():
            for step in _STEPS:
                since, until = (microseconds(t) for t in (max(_EPOCH, newest - step) if step < _STEPS[-1] else _EPOCH, newest))
                found = store.frame(
                    f"SELECT max(toUnixTimestamp64Micro(observed_at)) AS at FROM telemetry FINAL WHERE tenant = {self.tenant} AND asset = {asset} "
                    f"AND property = {prop} AND observed_at >= fromUnixTimestamp64Micro({since}, 'UTC') "
                    f"AND observed_at < fromUnixTimestamp64Micro({until}, 'UTC') AND NOT ({self.gone})"
                ).item()
                if found:
                    keys.append(f"({asset}, {prop}, fromUnixTimestamp64Micro({found}, 'UTC'))")
                    break
        return f"tenant = {self.tenant} AND (asset, property, observed_at) IN ({', '.join(keys)})" if keys else ""


NOTHING = Overlay(0, ())


def microseconds(moment: datetime) -> int:
    """Since 1970, exactly."""
    return (moment - _EPOCH) // _MICROSECOND


def _any(marks: Sequence[Mark]) -> str:
    return " OR ".join(_covers(mark) for mark in marks) or "0"


def _covers(mark: Mark) -> str:
    assets = {asset for asset, _ in mark.series}
    if len(assets) == 1:
        points = f"asset = {int(next(iter(assets)))} AND property IN ({ids([prop for _, prop in mark.series])})"
    else:
        points = f"(asset, property) IN ({', '.join(f'({int(a)}, {int(p)})' for a, p in mark.series)})"
    device = f" AND device = {int(mark.device)}" if mark.device else ""
    # What a person enters by hand after marking is the remedy, not the disease.
    remedy = f"quality = {int(Quality.GOOD_EDITED)} AND received_at > toDateTime({int(mark.made_at.timestamp())}, 'UTC')"
    return (
        f"({points}{device} AND NOT ({remedy}) AND observed_at >= fromUnixTimestamp64Micro({microseconds(mark.from_)}, 'UTC') "
        f"AND observed_at < fromUnixTimestamp64Micro({microseconds(mark.to)}, 'UTC'))"
    )
