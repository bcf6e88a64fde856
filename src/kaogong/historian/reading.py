"""History and latest values: what is read is thinned by the engine, never here."""

import base64
import json
from collections.abc import Sequence
from datetime import datetime, timedelta

import polars as pl

from kaogong.core import clock
from kaogong.core.errors import ConfigInvalid
from kaogong.core.quality import Quality
from kaogong.historian.dirty import DAY, HOUR, MINUTE
from kaogong.historian.engine import Session, ids, quoted, seconds_as_time
from kaogong.historian.overlay import Overlay, microseconds
from kaogong.historian.rollups import LEVELS, USABLE
from kaogong.historian.types import EVENTS, MAX_CHART_POINTS, MAX_RAW_ROWS, READINGS, Aggregate, HistoryQuery, HistoryResult

# Below this span raw rows are read: they answer in milliseconds and are never behind.
ROLLED_UP_FROM = timedelta(hours=6)
LTTB_RAW_FOR = timedelta(days=2)
LTTB_MINUTES_FOR = timedelta(days=60)
BAD_SHOWN = 500
# A backlog older than this is shown as far as it is rolled up, rather than read raw.
UNSETTLED_AT_MOST = timedelta(days=31)

_SECOND = 1_000_000
WIDTHS_US = [
    1_000, 2_000, 5_000, 10_000, 20_000, 50_000, 100_000, 200_000, 500_000,
    *(s * _SECOND for s in (1, 2, 5, 10, 15, 30)),
    *(s * 60 * _SECOND for s in (1, 2, 5, 10, 15, 30)),
    *(s * 3600 * _SECOND for s in (1, 2, 3, 6, 12)),
    *(s * 86400 * _SECOND for s in (1, 2, 5, 10, 30, 90, 365)),
]  # fmt: skip
COLUMNS = "asset, property, device, observed_at, value, exact, text, quality, received_at"


def latest(store: Session, tenant: int, assets: Sequence[int] | None, properties: Sequence[int] | None, device: int | None) -> pl.DataFrame:
    """The newest sample a point."""
    where = [f"tenant = {int(tenant)}"]
    if assets is not None:
        where.append(f"asset IN ({ids(assets)})")
    if properties is not None:
        where.append(f"property IN ({ids(properties)})")
    if device is not None:
        spoken = f"SELECT asset, property FROM points WHERE tenant = {int(tenant)} AND device = {int(device)}"
        where.append(f"(asset, property) IN ({spoken}) AND device = {int(device)}")
    overlay = Overlay.of(store, tenant)
    found = readings(store.frame(f"SELECT {COLUMNS} FROM {overlay.rows(' AND '.join(where), 'latest')} ORDER BY asset, property"))
    standins = overlay.standins(store)
    if not standins:
        return found
    instead = f"{standins} AND {' AND '.join(where)}"
    return pl.concat([found, readings(store.frame(f"SELECT {COLUMNS} FROM {overlay.rows(instead)}"))]).sort("asset", "property")


def last_seen(store: Session, tenant: int | None) -> pl.DataFrame:
    """The newest sample of any point, by device."""
    where = "" if tenant is None else f"WHERE tenant = {int(tenant)}"
    found = store.frame(
        "SELECT tenant, device, max(l.observed_at) AS observed_at, max(l.received_at) AS received_at "
        f"FROM latest AS l {where} GROUP BY tenant, device ORDER BY tenant, device",
    )
    schema = pl.Schema({name: kind for name, kind in EVENTS.items() if name in ("tenant", "device", "observed_at", "received_at")})
    return seconds_as_time(found, schema)


def history(store: Session, query: HistoryQuery) -> HistoryResult:
    """Samples of the query's points, thinned as it asks."""
    if query.from_ >= query.to:
        raise ConfigInvalid("`from` must lie before `to`.", code="range_empty", field="from")
    if not query.series and query.device is None:
        return HistoryResult(pl.DataFrame(schema=READINGS))
    if query.aggregate is Aggregate.RAW:
        return _raw(store, query)
    if query.aggregate is Aggregate.LTTB:
        return _lttb(store, query)
    return _buckets(store, query)


def _raw(store: Session, query: HistoryQuery) -> HistoryResult:
    limit = max(1, min(query.limit, MAX_RAW_ROWS))
    after = ""
    if query.cursor:
        asset, prop, moment = _opened(query.cursor)
        after = f"AND (asset, property, observed_at) > ({int(asset)}, {int(prop)}, fromUnixTimestamp64Micro({int(moment)}, 'UTC'))"
    overlay = Overlay.of(store, query.tenant, microseconds(query.from_), microseconds(query.to))
    rows = readings(
        store.frame(
            f"SELECT {COLUMNS} FROM {overlay.rows(f'{scope(query)} AND {between(query.from_, query.to)} {after}')} "
            f"ORDER BY asset, property, observed_at LIMIT {limit + 1}",
        )
    )
    if rows.height <= limit:
        return HistoryResult(rows)
    rows = rows.head(limit)
    last = rows.row(-1, named=True)
    moment = int(rows.get_column("observed_at").to_physical()[-1])
    return HistoryResult(rows, _sealed([last["asset"], last["property"], moment]))


def _buckets(store: Session, query: HistoryQuery) -> HistoryResult:
    points = max(8, min(query.points, MAX_CHART_POINTS))
    pairs = query.aggregate is Aggregate.MINMAX
    width = bucket_width_us(query.from_, query.to, points // 2 if pairs else points)
    source = _source(store, query, width)
    slot = f"fromUnixTimestamp64Micro(intDiv(toUnixTimestamp64Micro(s.at), {width}) * {width}, 'UTC')"
    text = "argMax(s.last_text, s.at)" if query.aggregate is Aggregate.LAST else "''"
    value = f"arrayJoin({_PAIRS})" if pairs else f"(slot, {_VALUES[query.aggregate]})"
    rows = store.frame(
        f"SELECT asset, property, device, moment.1 AS observed_at, moment.2 AS value, toInt64(0) AS exact, text, quality, received_at FROM ("
        f"SELECT s.asset AS asset, s.property AS property, argMax(s.last_device, s.at) AS device, {slot} AS slot, {value} AS moment, "
        f"{text} AS text, toUInt32({_QUALITY}) AS quality, max(s.last_received_at) AS received_at "
        f"FROM ({source}) AS s GROUP BY asset, property, slot) ORDER BY asset, property, observed_at"
    )
    return HistoryResult(readings(rows), bucket_s=width / _SECOND)


_VALUES = {
    Aggregate.AVG: "if(sum(s.usable) = 0, nan, sum(s.total) / sum(s.usable))",
    Aggregate.MIN: "if(sum(s.usable) = 0, nan, minIf(s.minimum, s.usable > 0))",
    Aggregate.MAX: "if(sum(s.usable) = 0, nan, maxIf(s.maximum, s.usable > 0))",
    Aggregate.LAST: "if(sum(s.usable) = 0, nan, argMaxIf(s.last, s.at, s.usable > 0))",
}
_PAIRS = (
    "if(sum(s.usable) = 0, [(min(s.at), nan)], arrayDistinct(arraySort(["
    "(argMinIf(s.at, s.minimum, s.usable > 0), minIf(s.minimum, s.usable > 0)), "
    "(argMaxIf(s.at, s.maximum, s.usable > 0), maxIf(s.maximum, s.usable > 0))])))"
)
_QUALITY = f"multiIf(sum(s.usable) = 0, argMax(s.last_quality, s.at), sum(s.good) = sum(s.samples), 0, {int(Quality.UNCERTAIN_SUB_NORMAL)})"


def _lttb(store: Session, query: HistoryQuery) -> HistoryResult:
    points = max(3, min(query.points, MAX_CHART_POINTS))
    span = query.to - query.from_
    level = 0 if span <= LTTB_RAW_FOR else MINUTE if span <= LTTB_MINUTES_FOR else HOUR
    source = _source(store, query, level * _SECOND)
    pair = f"[(s.at, s.minimum), (addSeconds(s.at, {level // 2}), s.maximum)]"
    good = store.frame(
        "SELECT asset, property, toUInt32(0) AS device, chosen.1 AS observed_at, chosen.2 AS value, toInt64(0) AS exact, '' AS text, "
        "toUInt32(0) AS quality, observed_at AS received_at FROM ("
        f"SELECT asset, property, arrayJoin(largestTriangleThreeBuckets({points})(p.1, p.2)) AS chosen FROM ("
        f"SELECT s.asset AS asset, s.property AS property, arrayJoin(if(s.minimum = s.maximum, [(s.at, s.minimum)], {pair})) AS p "
        f"FROM ({source}) AS s WHERE s.usable > 0) GROUP BY asset, property)"
    )
    step = max(1, int(span / timedelta(microseconds=1)) // BAD_SHOWN)
    bad = store.frame(
        "SELECT s.asset AS asset, s.property AS property, any(s.last_device) AS device, min(s.at) AS observed_at, nan AS value, "
        "toInt64(0) AS exact, '' AS text, any(s.last_quality) AS quality, any(s.last_received_at) AS received_at "
        f"FROM ({source}) AS s WHERE s.usable = 0 AND s.last_quality >= 0x80000000 "
        f"GROUP BY asset, property, intDiv(toUnixTimestamp64Micro(s.at), {step})"
    )
    rows = pl.concat([readings(good), readings(bad)]).sort("asset", "property", "observed_at")
    return HistoryResult(rows)


def bucket_width_us(from_: datetime, to: datetime, points: int) -> int:
    """The narrowest round width in microseconds with which `points` buckets cover the range."""
    span = int((to - from_) / timedelta(microseconds=1))
    for width in WIDTHS_US:
        # one more bucket than the span holds, as the first begins before `from_`
        if span // width + 2 <= points:
            return width
    return -(-span // (max(points - 2, 1) * DAY * _SECOND)) * DAY * _SECOND


def _source(store: Session, query: HistoryQuery, width: int) -> str:
    """SQL of what the figures are made of: rollups as coarse as `width` allows where they are settled, raw rows after."""
    start, end = (int(t.timestamp() * _SECOND) for t in (query.from_, query.to))
    seconds = width // _SECOND
    levels: list[int] = []
    if width and width % (MINUTE * _SECOND) == 0:
        start, end = start // width * width, -(-end // width) * width
        if query.to - query.from_ > ROLLED_UP_FROM and _is_sole_speaker(store, query):
            levels = [level for level in (DAY, HOUR, MINUTE) if seconds % level == 0]
    elif width:
        start, end = start // width * width, -(-end // width) * width
    parts = []
    settled = _settled(store, query) if levels else {}
    for level in levels:
        until = min(end, settled[level] * _SECOND)
        if until > start:
            parts.append(
                "SELECT asset, property, toDateTime64(bucket, 6, 'UTC') AS at, samples, usable, good, minimum, maximum, total, last, "
                f"last_text, last_quality, last_device, last_received_at FROM {LEVELS[level]} FINAL "
                f"WHERE samples > 0 AND {_points(query)} AND bucket >= toDateTime({start // _SECOND}, 'UTC') AND bucket < toDateTime({until // _SECOND}, 'UTC')"
            )
            start = until
    if start < end or not parts:
        parts.append(
            f"SELECT asset, property, observed_at AS at, toUInt32(1) AS samples, toUInt32({USABLE}) AS usable, "
            "toUInt32(quality < 0x40000000) AS good, value AS minimum, value AS maximum, if(usable = 1, value, 0) AS total, value AS last, "
            "text AS last_text, quality AS last_quality, device AS last_device, received_at AS last_received_at "
            f"FROM {Overlay.of(store, query.tenant, start, end).rows(f'{scope(query)} AND {_between_us(start, end)}')}"
        )
    return " UNION ALL ".join(parts)


def _settled(store: Session, query: HistoryQuery) -> dict[int, int]:
    """Up to when each level is complete for these points, in seconds: marks that are not worked through yet hold it back."""
    now = clock.now()
    since = f"from_at > toDateTime({int((now - UNSETTLED_AT_MOST).timestamp())}, 'UTC')"
    levels = (MINUTE, HOUR, DAY)
    oldest = ", ".join(f"toUnixTimestamp(minIf(from_at, level <= {level}))" for level in levels)
    marks = store.frame(
        f"SELECT [{oldest}] AS oldest FROM dirty WHERE {since} AND ((tenant = {int(query.tenant)} AND asset = 0) OR ({_points(query)}))"
    )
    current = int(now.timestamp())
    return {level: (mark or current) // level * level for level, mark in zip(levels, marks.item().to_list(), strict=True)}


def _is_sole_speaker(store: Session, query: HistoryQuery) -> bool:
    """Whether rollups, which do not tell devices apart, may answer a device's history."""
    if query.device is None:
        return True
    others = store.frame(f"SELECT count() AS others FROM points WHERE {_points(query)} AND device != {int(query.device)}")
    return bool(others.item() == 0)


def scope(query: HistoryQuery) -> str:
    """SQL: rows of the query's points and device."""
    device = f" AND device = {int(query.device)}" if query.device is not None else ""
    return _points(query) + device


def _points(query: HistoryQuery) -> str:
    tenant = f"tenant = {int(query.tenant)}"
    if len(query.series) == 1:
        return f"{tenant} AND asset = {int(query.series[0][0])} AND property = {int(query.series[0][1])}"
    if query.series:
        listed = ", ".join(f"({int(a)}, {int(p)})" for a, p in query.series)
        return f"{tenant} AND (asset, property) IN ({listed})"
    narrowed = f" AND property IN ({ids(query.properties)})" if query.properties else ""
    return (
        f"{tenant} AND (asset, property) IN (SELECT asset, property FROM points "
        f"WHERE {tenant} AND device = {int(query.device or 0)}{narrowed})"
    )


def between(from_: datetime, to: datetime) -> str:
    """SQL: rows of a time."""
    return _between_us(microseconds(from_), microseconds(to))


def _between_us(start: int, end: int) -> str:
    return f"observed_at >= fromUnixTimestamp64Micro({start}, 'UTC') AND observed_at < fromUnixTimestamp64Micro({end}, 'UTC')"


def events(store: Session, tenant: int, device: int | None, cursor: str | None, limit: int) -> tuple[pl.DataFrame, str | None]:
    """Device events, newest first."""
    where = [f"tenant = {int(tenant)}"]
    if device is not None:
        where.append(f"device = {int(device)}")
    if cursor:
        moment, of, name, payload = _opened(cursor)
        where.append(
            "(observed_at, device, name, cityHash64(payload)) < "
            f"(fromUnixTimestamp64Micro({int(moment)}, 'UTC'), {int(of)}, {quoted(str(name))}, {int(payload)})"
        )
    rows = store.frame(
        "SELECT tenant, device, name, observed_at, payload, received_at, cityHash64(payload) AS hash FROM events FINAL "
        f"WHERE {' AND '.join(where)} ORDER BY observed_at DESC, device DESC, name DESC, hash DESC LIMIT {int(limit) + 1}"
    )
    if rows.height <= limit:
        return seconds_as_time(rows, EVENTS), None
    rows = rows.head(limit)
    last = rows.row(-1, named=True)
    moment = int(rows.get_column("observed_at").to_physical()[-1])
    return seconds_as_time(rows, EVENTS), _sealed([moment, last["device"], last["name"], last["hash"]])


def readings(rows: pl.DataFrame) -> pl.DataFrame:
    """Rows with the columns READINGS."""
    return seconds_as_time(rows, READINGS)


def _sealed(position: list[object]) -> str:
    return base64.urlsafe_b64encode(json.dumps(position).encode()).decode().rstrip("=")


def _opened(cursor: str) -> list[str | int]:
    try:
        position: list[str | int] = json.loads(base64.urlsafe_b64decode(cursor + "=" * (-len(cursor) % 4)))
    except ValueError as err:
        raise ConfigInvalid("The cursor is not one of ours; begin without it.", code="cursor_invalid", field="cursor") from err
    if not isinstance(position, list):
        raise ConfigInvalid("The cursor is not one of ours; begin without it.", code="cursor_invalid", field="cursor")
    return position
