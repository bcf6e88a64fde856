"""People's SQL: what the first wall admits runs on a read-only session inside the tenant's filter, with capped time and memory."""

import asyncio
import io
import threading
from collections import OrderedDict
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor

import polars as pl

from kaogong.core.errors import NotReady
from kaogong.historian import names
from kaogong.historian.admit import Admitted, View, admit, refused
from kaogong.historian.admitted import TABLES
from kaogong.historian.engine import REFUSED, REFUSED_WORDS, Engine, Session, ids, translated
from kaogong.historian.overlay import Overlay
from kaogong.historian.types import MAX_SQL_ROWS, QueryRequest, QueryResult

AT_ONCE = 2
SESSIONS_KEPT = 4
IDS_AT_MOST = 2_000

_QUALITY = "multiIf(t.quality < 0x40000000, 'good', t.quality < 0x80000000, 'uncertain', 'bad')"
_NUMBER = "if(isNaN(t.value), NULL, t.value)"
_EXPRESSIONS = {
    "device": "d.key", "asset": "a.key", "place": "a.place", "property": "p.key", "unit": "p.unit", "value": _NUMBER, "quality": _QUALITY,
    "quality_code": "t.quality",
}  # fmt: skip
_TABLE = {"readings": "telemetry", "latest": "latest", "events": "events", "waveforms": "waveforms"}
_SEEN_THROUGH_MARKS = ("readings", "latest")
_SAMPLE = "tenant, asset, property, device, observed_at, value, exact, text, quality, received_at"
_OWN = {"waveforms": {"unit": "t.unit"}}
_ALIAS = {"device": "d", "asset": "a", "property": "p"}


class People:
    """Runs admitted queries, two at a time, each on a session of its tenant."""

    def __init__(self, engine: Engine, *, timeout_s: float, memory_mb: int) -> None:
        self._engine, self._timeout_s, self._memory_mb = engine, timeout_s, memory_mb
        self._threads = ThreadPoolExecutor(AT_ONCE, "historian-people")
        self._idle: OrderedDict[int, list[Session]] = OrderedDict()
        self._lock = threading.Lock()

    async def query(self, request: QueryRequest) -> QueryResult:
        """The answer, or what is wrong with the question; giving up stops the engine's work."""
        limit = max(1, min(request.limit, MAX_SQL_ROWS))
        admitted = await asyncio.to_thread(admit, request.sql, limit)
        sql = await self._engine.reading(lambda store: filled(store, admitted, request.tenant))
        borrowed: list[Session] = []
        timeout_s = min(request.timeout_s or self._timeout_s, self._timeout_s)
        try:
            async with asyncio.timeout(timeout_s + 1):
                rows = await self._engine.stoppable(self._threads, lambda: self._run(request.tenant, sql, borrowed), borrowed)
        except TimeoutError as err:
            raise NotReady(f"The query did not end within {timeout_s:g} s.", code="query_timeout", retry_after_s=1) from err
        return QueryResult(rows.head(limit), rows.height > limit)

    def _run(self, tenant: int, sql: str, borrowed: list[Session]) -> pl.DataFrame:
        session = self._take(tenant)
        borrowed.append(session)
        try:
            with translated():
                raw = session.answer(sql, "Parquet")
            return pl.read_parquet(io.BytesIO(raw)) if raw else pl.DataFrame()
        except NotReady as err:
            if err.stable_code != REFUSED:
                raise
            raise refused(f"The query does not work: {_brief(err.message)}", code="sql_failed") from err
        finally:
            self._give_back(tenant, session)

    def _take(self, tenant: int) -> Session:
        with self._lock:
            idle = self._idle.get(tenant)
            if idle:
                return idle.pop()
        return self._open(tenant)

    def _give_back(self, tenant: int, session: Session) -> None:
        if session.is_cancelled:
            self._engine.forget(session)
            return
        with self._lock:
            self._idle.setdefault(tenant, []).append(session)
            self._idle.move_to_end(tenant)
            surplus = self._idle.popitem(last=False)[1] if len(self._idle) > SESSIONS_KEPT else []
        for old in surplus:
            self._engine.forget(old)

    def _open(self, tenant: int) -> Session:
        """The second wall. Whatever SQL arrives here, it reads this tenant's rows of three tables and names, and changes nothing."""
        seen = {table: f"tenant = {int(tenant)}" for table in (*_TABLE.values(), "points")}
        seen["names"] = f"tenant IN (0, {int(tenant)})"
        filters = ", ".join(f"'{table}': '{seen.get(table, '0')}'" for table in sorted(TABLES - {"readings", "alarms"}))
        return self._engine.session(
            {
                "max_threads": 1,
                "max_execution_time": self._timeout_s,
                "timeout_before_checking_execution_speed": 0,
                "max_memory_usage": self._memory_mb * 1_000_000,
                "max_result_rows": MAX_SQL_ROWS + 1,
                "max_result_bytes": 64_000_000,
                "output_format_parquet_string_as_string": 1,
                "output_format_parquet_datetime_as_uint32": 0,
                "output_format_parquet_date_as_uint16": 0,
                "output_format_parquet_compression_method": "none",
                "allow_introspection_functions": 0,
                "additional_table_filters": f"{{{filters}}}",
                "readonly": 1,
            }
        )

    async def close(self) -> None:
        """Wait for what runs."""
        await asyncio.to_thread(self._threads.shutdown, wait=True, cancel_futures=True)


def filled(store: Session, admitted: Admitted, tenant: int) -> str:
    """The admitted query with every view's placeholder replaced by what it stands for inside the tenant."""
    sql = admitted.sql
    for view in admitted.views:
        sql = sql.replace(view.placeholder, f"({_view(store, view, tenant)})")
    return sql


def _view(store: Session, view: View, tenant: int) -> str:
    held = {
        kind: names.ids_of(store, tenant, kind, view.narrowed[kind]) for kind in _ALIAS if kind in view.narrowed and kind in view.columns
    }
    if "place" in view.narrowed and "place" in view.columns:
        there = names.ids_at(store, tenant, view.narrowed["place"])
        held["asset"] = [id_ for id_ in there if id_ in held["asset"]] if "asset" in held else there
    held = {kind: found for kind, found in held.items() if len(found) <= IDS_AT_MOST}
    expressions = _EXPRESSIONS | _OWN.get(view.name, {})
    columns = ", ".join(f"{expressions.get(c, f't.{c}')} AS {c}" for c in view.columns)
    joins = "".join(
        f" ANY LEFT JOIN (SELECT id, key, unit, place FROM names FINAL WHERE tenant IN (0, {int(tenant)}) AND kind = '{kind}'{_ids('id', held.get(kind))}) AS {alias} "
        f"ON {alias}.id = t.{kind}"
        for kind, alias in _ALIAS.items()
        if any(f"{alias}." in expressions.get(column, "") for column in view.columns)
    )
    conditions = [_ids(f"s.{kind}", found) for kind, found in held.items()]
    if "device" in held and "asset" not in held and view.name != "events":
        conditions.append(_ids("s.asset", _assets_of(store, tenant, held["device"])))
    where = f"s.tenant = {int(tenant)}{''.join(conditions)}"
    return f"SELECT {columns} FROM ({_rows(store, view, tenant, where)}) AS t{joins}"


def _rows(store: Session, view: View, tenant: int, where: str) -> str:
    """SQL of a view's rows as they are to be seen: what people marked is laid over samples."""
    if view.name not in _SEEN_THROUGH_MARKS:
        return f"SELECT * FROM {_TABLE[view.name]} AS s FINAL WHERE {where}"
    overlay = Overlay.of(store, tenant)
    rows = f"SELECT {_SAMPLE} FROM {overlay.rows(where, f'{_TABLE[view.name]} AS s')}"
    standins = overlay.standins(store) if view.name == "latest" else ""
    return f"{rows} UNION ALL SELECT {_SAMPLE} FROM {overlay.rows(f'{standins} AND {where}', 'telemetry AS s')}" if standins else rows


def _assets_of(store: Session, tenant: int, devices: Sequence[int]) -> list[int] | None:
    """The assets these devices ever spoke for: the store is sorted by asset, so this is what makes a device's rows quick to find."""
    found = store.frame(f"SELECT DISTINCT asset FROM points WHERE tenant = {int(tenant)} AND device IN ({ids(devices)})")
    assets: list[int] = found.get_column("asset").to_list() if found.height else []
    return assets if len(assets) <= IDS_AT_MOST else None


def _brief(message: str) -> str:
    """The engine's complaint without the text of our views."""
    return message.split(". In scope", maxsplit=1)[0].split(": While ", maxsplit=1)[0].removeprefix(REFUSED_WORDS).strip()


def _ids(column: str, found: Sequence[int] | None) -> str:
    return "" if found is None else f" AND {column} IN ({ids(found)})"
