"""The engine behind the historian: sessions for writes, platform reads, housekeeping and people's SQL, each with its own limits."""

import asyncio
import contextlib
import io
import itertools
import queue
from collections.abc import Callable, Iterator, Mapping, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from pathlib import Path
from typing import Any, TypeVar

import clickhouse_connect
import polars as pl
from clickhouse_connect.driver.client import Client
from clickhouse_connect.driver.exceptions import ClickHouseError, DatabaseError

from kaogong.core.errors import ConfigInvalid, KaogongError, NotReady, Overloaded, TooLarge

T = TypeVar("T")

ENGINE_CONFIG = Path(__file__).with_name("engine.xml")
READERS = 3
READ_TIMEOUT_S = 30

# FINAL never has to look across partitions: observed_at is in the key and decides the partition.
_SETTINGS: Mapping[str, Any] = {
    "output_format_arrow_string_as_string": 1,
    "output_format_arrow_compression_method": "none",
    "output_format_arrow_low_cardinality_as_dictionary": 0,
    "do_not_merge_across_partitions_select_final": 1,
    "max_query_size": 16_000_000,
    "max_ast_elements": 2_000_000,
    "max_expanded_ast_elements": 2_000_000,
}
_READING: Mapping[str, Any] = {"max_execution_time": READ_TIMEOUT_S, "max_memory_usage": 2_000_000_000}
_KEEPING: Mapping[str, Any] = {"max_threads": 1, "max_memory_usage": 2_000_000_000}

REFUSED, REFUSED_WORDS = "store_error", "The historian's engine refused: "
_DISK_FULL = ("no space left", "file too large", "not_enough_space", "disk quota", "cannot write to file", "cannot reserve")
_TIMEOUT, _CANCELLED = {159, 160, 209}, {394}
_MEMORY, _TOO_MUCH = {241}, {158, 307, 396}


class Session:
    """One client: it runs one statement at a time, and `cancel` from another thread stops the one that runs."""

    _numbers = itertools.count(1)

    def __init__(self, client: Client) -> None:
        self.client = client
        self.mark = f"kaogong-session-{next(self._numbers)}-"
        self.is_cancelled = False

    def frame(self, sql: str) -> pl.DataFrame:
        """The answer to `sql` as a table."""
        if self.is_cancelled:
            raise _cancelled()
        raw = self.answer(sql, "Arrow")
        return pl.read_ipc(io.BytesIO(raw)) if raw else pl.DataFrame()

    def answer(self, sql: str, form: str) -> bytes:
        """The answer to `sql` in one of the engine's formats; a cancelled statement may end as a truncated answer without an error."""
        raw = self.client.raw_query(f"/* {self.mark} */ {sql}", fmt=form)
        if self.is_cancelled:
            raise _cancelled()
        return raw

    def insert(self, table: str, rows: pl.DataFrame) -> None:
        """Append `rows`; on return they survive a kill of the process."""
        if rows.is_empty():
            return
        body = io.BytesIO()
        rows.write_ipc(body, compat_level=pl.CompatLevel.oldest())
        self.client.raw_insert(table, rows.columns, body.getvalue(), fmt="Arrow")

    def command(self, sql: str) -> str:
        """Run a statement; its answer as text."""
        return str(self.client.command(sql))


class Engine:
    """Sessions of one store. chDB admits one process a folder; a ClickHouse server admits everybody."""

    def __init__(self, dsn: str) -> None:
        self.dsn = dsn
        self._write_threads = ThreadPoolExecutor(1, "historian-write")
        self._read_threads = ThreadPoolExecutor(READERS, "historian-read")
        self._keep_threads = ThreadPoolExecutor(1, "historian-keep")
        self._readers: queue.LifoQueue[Session] = queue.LifoQueue()
        self._all: list[Session] = []
        self.writer = self.session()
        for _ in range(READERS):
            self._readers.put(self.session(_READING))
        self._keeper = self.session(_KEEPING)
        self._killer = self.session()

    @property
    def is_embedded(self) -> bool:
        """Whether this process holds the store itself."""
        return self.dsn.startswith("chdb:")

    def session(self, settings: Mapping[str, Any] | None = None) -> Session:
        """A new session; `settings` are set in their order, so that readonly can be the last."""
        options: dict[str, Any] = {"chdb_options": {"config-file": str(ENGINE_CONFIG)}} if self.is_embedded else {}
        with translated():
            client = clickhouse_connect.get_client(dsn=self.dsn, settings={**_SETTINGS, **(settings or {})}, **options)
        opened = Session(client)
        self._all.append(opened)
        return opened

    def forget(self, session: Session) -> None:
        """Close a session that is no longer needed."""
        with contextlib.suppress(ValueError):
            self._all.remove(session)
        session.client.close()

    async def writing(self, work: Callable[[Session], T]) -> T:
        """Run `work` with the writing session, in order of arrival; what began is finished even when the caller gives up."""
        return await asyncio.shield(asyncio.wrap_future(self._submit(self._write_threads, lambda: work(self.writer))))

    async def keeping(self, work: Callable[[Session], T]) -> T:
        """Run housekeeping: one thread, bounded memory."""
        return await asyncio.shield(asyncio.wrap_future(self._submit(self._keep_threads, lambda: work(self._keeper))))

    async def reading(self, work: Callable[[Session], T]) -> T:
        """Run `work` with one of the reading sessions; giving up stops its statement."""
        borrowed: list[Session] = []

        def run() -> T:
            session = self._readers.get()
            borrowed.append(session)
            try:
                return work(session)
            finally:
                self._readers.put(self.renewed(session, _READING))

        return await self.stoppable(self._read_threads, run, borrowed)

    def renewed(self, session: Session, settings: Mapping[str, Any]) -> Session:
        """The session, or a new one in its place when it was cancelled: what it left behind could spoil the next answer."""
        if not session.is_cancelled:
            return session
        self.forget(session)
        return self.session(settings)

    async def stoppable(self, threads: ThreadPoolExecutor, run: Callable[[], T], borrowed: Sequence[Session]) -> T:
        """Await `run` in `threads`; on cancellation stop what `borrowed[0]` executes."""
        submitted = self._submit(threads, run)
        waiting = asyncio.wrap_future(submitted)
        try:
            return await asyncio.shield(waiting)
        except asyncio.CancelledError:
            if not submitted.cancel() and borrowed:
                borrowed[0].is_cancelled = True
                await asyncio.get_running_loop().run_in_executor(self._keep_threads, self._kill, borrowed[0].mark)
            waiting.add_done_callback(lambda done: done.cancelled() or done.exception())
            raise

    def _kill(self, mark: str) -> None:
        with translated():
            self._killer.command(f"KILL QUERY WHERE query LIKE '/* {mark}%' ASYNC")

    def _submit(self, threads: ThreadPoolExecutor, work: Callable[[], T]) -> Future[T]:
        try:
            return threads.submit(_translating, work)
        except RuntimeError as err:
            raise NotReady("The historian is stopping.", retry_after_s=2) from err

    async def close(self) -> None:
        """Wait for what runs, then close every session."""
        await asyncio.to_thread(self._close)

    def _close(self) -> None:
        for threads in (self._write_threads, self._read_threads, self._keep_threads):
            threads.shutdown(wait=True, cancel_futures=True)
        while self._all:
            self._all.pop().client.close()


def seconds_as_time(rows: pl.DataFrame, schema: pl.Schema) -> pl.DataFrame:
    """Rows with the columns and types of `schema`: the engine sends a DateTime as a number of seconds."""
    if rows.is_empty():
        return pl.DataFrame(schema=schema)
    casts = []
    for name, kind in schema.items():
        column = pl.col(name)
        if isinstance(kind, pl.Datetime) and rows.schema[name].is_integer():
            column = pl.from_epoch(column.cast(pl.Int64), time_unit="s").dt.replace_time_zone("UTC")
        casts.append(column.cast(kind))
    return rows.select(casts)


def ids(values: Sequence[int]) -> str:
    """Numbers as an SQL list; never empty, as an empty list is a syntax error and 0 is nobody's id."""
    return ", ".join(str(int(v)) for v in values) or "0"


def quoted(text: str) -> str:
    """Text as an SQL literal."""
    return "'" + text.replace("\\", "\\\\").replace("'", "\\'") + "'"


def _translating(work: Callable[[], T]) -> T:
    with translated():
        return work()


@contextlib.contextmanager
def translated() -> Iterator[None]:
    """Turn what the engine raises into the platform's kinds."""
    try:
        yield
    except ClickHouseError as err:
        raise _kind(err) from err
    except OSError as err:
        raise NotReady(f"The historian cannot write: {err}.", code="store_unwritable", retry_after_s=5) from err


def _cancelled() -> Overloaded:
    return Overloaded("The query was cancelled.", code="query_cancelled", retry_after_s=1)


def _kind(err: ClickHouseError) -> KaogongError:
    text = str(err)
    short = text.rsplit("DB::Exception: ", maxsplit=1)[-1].splitlines()[0][:500] if text else type(err).__name__
    code = err.code if isinstance(err, DatabaseError) else None
    if any(sign in text.lower() for sign in _DISK_FULL):
        return NotReady(f"The historian's disk is full; nothing of this write is acknowledged: {short}", code="disk_full", retry_after_s=5)
    if code in _TIMEOUT:
        return Overloaded("The query took longer than it may; ask for less time or fewer points.", code="query_timeout", retry_after_s=1)
    if code in _CANCELLED:
        return _cancelled()
    if code in _MEMORY:
        return TooLarge("The query needs more memory than it may take; ask for less time or fewer points.", code="query_memory")
    if code in _TOO_MUCH:
        return TooLarge("The query reads more than it may; narrow the time or the points.", code="query_rows")
    if "Unable to open the chdb engine" in text:
        return ConfigInvalid(f"The historian's folder cannot be opened; another process may hold it: {short}", code="store_locked")
    return NotReady(f"{REFUSED_WORDS}{short}", code=REFUSED, retry_after_s=2)
