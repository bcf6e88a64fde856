"""What is kept how long, and how much there is: expiry drops whole partitions."""

from collections.abc import Mapping
from datetime import UTC, datetime, timedelta

from kaogong.core import clock
from kaogong.core.errors import NotReady, Overloaded, TooLarge
from kaogong.historian.engine import Session
from kaogong.historian.rollups import LEVELS
from kaogong.historian.types import Storage, TableStorage

UPKEEP_FAILURES = (NotReady, Overloaded, TooLarge)
LETTERS_DAYS = 90


def expire(store: Session, days_by_class: Mapping[int, int], rollup_days: int) -> list[str]:
    """Drop partitions that lie wholly before their retention. A class without a figure is kept as long as class 0."""
    now = clock.now()
    dropped = []
    parts = store.frame(
        "SELECT DISTINCT table, partition, partition_id FROM system.parts WHERE active AND database = currentDatabase() "
        "AND table IN ('telemetry', 'superseded', 'events', 'waveforms', 'dead_letters', 'rollup_1m', 'rollup_1h', 'rollup_1d') ORDER BY table, partition_id"
    )
    for table, partition, partition_id in parts.iter_rows():
        if table == "telemetry":
            of_class, day = (int(part) for part in partition.strip("()").split(","))
            days = days_by_class.get(of_class, days_by_class[0])
            ends = datetime.strptime(str(day), "%Y%m%d").replace(tzinfo=UTC) + timedelta(days=1)
        else:
            days = rollup_days if table in LEVELS.values() else LETTERS_DAYS if table == "dead_letters" else max(days_by_class.values())
            ends = _end_of(partition)
        if ends < now - timedelta(days=days):
            store.command(f"ALTER TABLE {table} DROP PARTITION ID '{partition_id}'")
            dropped.append(f"{table} {partition}")
    return dropped


def _end_of(partition: str) -> datetime:
    """The end of a month (202611) or of a year (2026)."""
    year, month = int(partition[:4]), int(partition[4:] or 12)
    return datetime(year + month // 12, month % 12 + 1, 1, tzinfo=UTC)


def storage(store: Session) -> Storage:
    """Rows, bytes and parts of every table, and what waits to be rolled up."""
    tables = store.frame(
        "SELECT table, sum(rows) AS rows, sum(bytes_on_disk) AS bytes, count() AS parts FROM system.parts "
        "WHERE active AND database = currentDatabase() GROUP BY table ORDER BY table"
    )
    dirty = store.frame("SELECT count() AS marks FROM dirty").item()
    oldest = store.frame(
        "SELECT min(min_time) AS oldest FROM system.parts WHERE active AND database = currentDatabase() AND table = 'telemetry'"
    ).item()
    moment = datetime.fromtimestamp(oldest, UTC) if isinstance(oldest, int) and oldest else oldest if isinstance(oldest, datetime) else None
    return Storage({t: TableStorage(r, b, p) for t, r, b, p in tables.iter_rows()}, int(dirty), moment)
