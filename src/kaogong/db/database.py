"""One relational database: SQLite in the home folder or PostgreSQL, with the same behaviour seen from above."""

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from sqlalchemy import Connection, create_engine, event, text
from sqlalchemy.engine import Engine, make_url
from sqlalchemy.exc import ArgumentError, DBAPIError, OperationalError
from sqlalchemy.orm import Session

from kaogong.core.errors import ConfigInvalid, NotReady
from kaogong.db.base import Base

LOCK_WAIT_S = 15
WRITER_LOCK = 0x6B616F67  # an advisory lock's number must be the same in every process


class Database:
    """Opens sessions. `write()` is one transaction that commits once at its end; `read()` sees one moment and changes nothing.

    Writers take turns on both stores (BEGIN IMMEDIATE on SQLite, an advisory lock on PostgreSQL): what was read inside `write()`
    is still true when it is written, the change feed has no gaps, and the audit chain never forks. On PostgreSQL a writer reads committed
    rows, because a snapshot would be taken before its turn came.
    """

    def __init__(self, dsn: str) -> None:
        try:
            self.url = make_url(dsn)
            self.engine = _engine(dsn)
        except (ArgumentError, ImportError) as err:
            raise ConfigInvalid(
                "The registry's DSN is not usable: write postgresql+psycopg://user:password@host/database, or nothing for SQLite.",
                code="dsn_invalid",
                field="registry.dsn",
            ) from err
        self._writer = self.engine.execution_options(
            kaogong_write=True, **({} if self.is_sqlite else {"isolation_level": "READ COMMITTED"})
        )

    @property
    def is_sqlite(self) -> bool:
        """Whether this is the file in the home folder."""
        return self.engine.dialect.name == "sqlite"

    @contextmanager
    def write(self) -> Iterator[Session]:
        """A unit of work: everything inside is stored together at the end, or nothing is."""
        with _translated(), Session(self._writer, expire_on_commit=False) as session, session.begin():
            yield session

    @contextmanager
    def read(self) -> Iterator[Session]:
        """A consistent view of one moment; never waits for a writer. Nothing done inside is kept."""
        with _translated(), Session(self.engine, expire_on_commit=False, autoflush=False) as session:
            yield session

    @contextmanager
    def writer(self) -> Iterator[Connection]:
        """A bare connection in one transaction, for migrations."""
        with _translated(), self._writer.begin() as connection:
            yield connection

    def create_all(self) -> None:
        """Create the tables of every room that is imported; for tests, the platform itself migrates."""
        Base.metadata.create_all(self._writer)

    def close(self) -> None:
        """Close every pooled connection."""
        self.engine.dispose()


def _engine(dsn: str) -> Engine:
    url = make_url(dsn)
    if url.get_backend_name() == "sqlite":
        engine = create_engine(url, pool_size=16, max_overflow=32)
        event.listen(engine, "do_connect", _make_folder)
        event.listen(engine, "connect", _open_sqlite)
        event.listen(engine, "begin", _begin_sqlite)
    else:
        options = f"-c timezone=UTC -c lock_timeout={LOCK_WAIT_S * 1000}"
        engine = create_engine(
            url, pool_size=8, max_overflow=16, pool_pre_ping=True, isolation_level="REPEATABLE READ", connect_args={"options": options}
        )
        event.listen(engine, "begin", _begin_postgresql)
    return engine


def _make_folder(_dialect: Any, _record: Any, args: list[Any], _options: Any) -> None:
    Path(args[0]).parent.mkdir(parents=True, exist_ok=True)


def _open_sqlite(connection: Any, _record: Any) -> None:
    connection.isolation_level = None  # the driver would begin transactions by its own rules
    cursor = connection.cursor()
    for pragma in (f"busy_timeout={LOCK_WAIT_S * 1000}", "journal_mode=WAL", "synchronous=FULL", "foreign_keys=ON", "cache_size=-16000"):
        cursor.execute(f"PRAGMA {pragma}")
    cursor.close()


def _begin_sqlite(connection: Connection) -> None:
    writes = connection.get_execution_options().get("kaogong_write", False)
    connection.exec_driver_sql("BEGIN IMMEDIATE" if writes else "BEGIN")


def _begin_postgresql(connection: Connection) -> None:
    if connection.get_execution_options().get("kaogong_write", False):
        connection.execute(text("SELECT pg_advisory_xact_lock(:lock)"), {"lock": WRITER_LOCK})


@contextmanager
def _translated() -> Iterator[None]:
    try:
        yield
    except OperationalError as err:
        raise NotReady(f"The registry's database does not answer: {_first_line(err)}.", code="database_not_ready", retry_after_s=2) from err


def _first_line(err: DBAPIError) -> str:
    return (str(err.orig).splitlines() or [type(err.orig).__name__])[0]
