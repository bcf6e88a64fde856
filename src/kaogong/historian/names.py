"""What ids are called, for people's SQL: kept in the store so that a query can join it."""

from collections.abc import Iterable

import polars as pl

from kaogong.core import clock
from kaogong.historian.engine import Session, quoted
from kaogong.historian.types import NAMES

PIECE = 200_000


def put(store: Session, rows: pl.DataFrame) -> None:
    """Store names that are new or changed; a repeat of what is there costs a read only."""
    wanted = rows.select(NAMES.names()).cast(NAMES).unique(["tenant", "kind", "id"], keep="last")
    if wanted.height > 1000:
        there = store.frame("SELECT tenant, kind, id, key, unit, place FROM names FINAL")
        if there.height:
            wanted = wanted.join(there.cast(NAMES), on=NAMES.names(), how="anti")
    now = pl.lit(clock.now()).cast(pl.Datetime("ms", "UTC")).alias("version")
    for start in range(0, wanted.height, PIECE):
        store.insert("names", wanted.slice(start, PIECE).with_columns(now))


def ids_at(store: Session, tenant: int, places: Iterable[str]) -> list[int]:
    """The assets at these places, not those below."""
    listed = ", ".join(quoted(p) for p in places) or "''"
    found = store.frame(f"SELECT id FROM names FINAL WHERE tenant = {int(tenant)} AND kind = 'asset' AND place IN ({listed})")
    return found.get_column("id").to_list() if found.height else []


def ids_of(store: Session, tenant: int, kind: str, keys: Iterable[str]) -> list[int]:
    """The ids that go by these keys inside a tenant."""
    listed = ", ".join(quoted(k) for k in keys) or "''"
    found = store.frame(f"SELECT id FROM names FINAL WHERE tenant IN (0, {int(tenant)}) AND kind = {quoted(kind)} AND key IN ({listed})")
    return found.get_column("id").to_list() if found.height else []
