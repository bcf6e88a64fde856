"""Values out of a table of another system: SQLite by the standard library, PostgreSQL by psycopg where it is installed."""

import asyncio
import contextlib
import re
import sqlite3
from collections.abc import Callable, Sequence
from datetime import datetime
from pathlib import Path
from typing import Any
from urllib.parse import quote, urlsplit

from pydantic import Field, field_validator, model_validator

from kaogong.core.errors import AuthRejected, ConfigInvalid, KaogongError, NotReady
from kaogong.core.reading import Sample
from kaogong.edge.drivers.base import Browsed, Driver, Point, advanced, secret, unreachable
from kaogong.edge.rows import Header, Position, Row, RowAddress, RowsConfig

NAME = re.compile(r"[A-Za-z_][A-Za-z0-9_$]*(\.[A-Za-z_][A-Za-z0-9_$]*)?")
LOGIN_REFUSED = frozenset({"28P01", "28000"})
LOGIN_WORDS = ("password authentication failed", "no password supplied", "no pg_hba.conf entry", "does not exist")


class SqlSourceConfig(RowsConfig):
    """Which database, and which of its tables."""

    database: str = Field(description="sqlite:///path/of/file.db, or postgresql://user@host:5432/name.")
    password: str = secret("")
    table: str = Field(description="Table or view, or a query in parentheses.")
    order_column: str = Field(description="A column that only grows, best a row number: by it the newest row is known, and what is new.")
    max_rows: int = advanced(10_000, ge=100, le=1_000_000, description="Most rows a reading takes.")

    @field_validator("database")
    @classmethod
    def _is_known(cls, value: str) -> str:
        if not value.startswith(("sqlite:///", "postgresql://")):
            raise ValueError("write sqlite:///path/of/file.db or postgresql://user@host:5432/name")
        if value.startswith("postgresql://") and urlsplit(value).password is not None:
            raise ValueError("the password has a field of its own")
        return value

    @model_validator(mode="after")
    def _is_a_table(self) -> "SqlSourceConfig":
        is_query = self.table.startswith("(") and self.table.endswith(")") and ";" not in self.table
        if not (NAME.fullmatch(self.table) or is_query):
            raise ValueError("`table` is a name such as plant.readings, or one query in parentheses")
        return self


class SqlSource(Driver[SqlSourceConfig, RowAddress]):
    """SQL: rows of a SQLite file or of a PostgreSQL server (Ethernet or wireless), the newest or each once; nothing is ever written.

    A row a moment with a column a point, or a row a value with the point's name in a column. With `rows: all` the place
    reached is kept in the connection's folder, so that rows written while we were away are read later.
    """

    Config = SqlSourceConfig
    Address = RowAddress

    def __init__(self, config: SqlSourceConfig, now: Callable[[], datetime], folder: Path) -> None:
        super().__init__(config, now, folder)
        self._header: Header | None = None
        self._postgres: Any = None
        self._sqlite: sqlite3.Connection | None = None
        self._position = Position(folder)

    @property
    def peer(self) -> str:
        where = urlsplit(self.config.database)
        return self._path if where.scheme == "sqlite" else f"{where.hostname}:{where.port or 5432}{where.path}"

    async def open(self) -> None:
        await self.close()
        if self.config.database.startswith("postgresql:"):
            self._postgres = await self._connected()
        columns, _ = await self._ask(f"SELECT * FROM {self._table} LIMIT 0")  # noqa: S608  the configuration's own table
        header = Header(columns, self.config)
        lacking = header.lacking or (self.config.order_column if self.config.order_column not in columns else "")
        if lacking:
            known = ", ".join(columns)
            raise ConfigInvalid(
                f"{self.config.table} has no column {lacking}; it has {known}.", code="column_unknown", field="config.table"
            )
        self._header = header

    async def close(self) -> None:
        postgres, self._postgres = self._postgres, None
        self._header = None
        if postgres is not None:
            await postgres.close()

    async def read(self, points: Sequence[Point[RowAddress]]) -> list[Sample]:
        header = self._opened()
        self._position.settle()
        if self.config.rows == "latest":
            rows = await self._newest()
            return header.latest(points, rows, self.now())
        order = _quoted(self.config.order_column)
        after = self._position.get(points)
        if after is None and self.config.begin == "now":
            _, ((newest,),) = await self._ask(f"SELECT max({order}) FROM {self._table}")  # noqa: S608
            if newest is not None:
                self._position.note(points, _kept(newest))
            return []
        where = "" if after is None else f"WHERE {order} > {'?' if self._postgres is None else '%s'}"
        query = f"SELECT * FROM {self._table} {where} ORDER BY {order} LIMIT {self.config.max_rows}"  # noqa: S608
        _, rows = await self._ask(query, () if after is None else (_back(after),))
        rows = self._whole(header, rows)
        if rows:
            self._position.note(points, _kept(header.cell(rows[-1], self.config.order_column)))
        return header.each(points, rows, self.now())

    async def browse(self, parent: str | None = None) -> list[Browsed]:
        header = self._opened()
        return [] if parent else header.browsed(await self._newest())

    async def _newest(self) -> list[Row]:
        limit = self.config.max_rows if self.config.tag_column else 1
        order = _quoted(self.config.order_column)
        return (await self._ask(f"SELECT * FROM {self._table} ORDER BY {order} DESC LIMIT {limit}"))[1]  # noqa: S608

    def _whole(self, header: Header, rows: list[Row]) -> list[Row]:
        """Without the last rows of one rank when there may be more of that rank behind the limit."""
        if len(rows) < self.config.max_rows:
            return rows
        last = header.cell(rows[-1], self.config.order_column)
        kept = [r for r in rows if header.cell(r, self.config.order_column) != last]
        if not kept:
            message = (
                f"More than {self.config.max_rows} rows of {self.config.table} share {self.config.order_column} = {last}; raise max_rows."
            )
            raise ConfigInvalid(message, code="order_ambiguous", field="config.max_rows")
        return kept

    async def _ask(self, query: str, arguments: tuple[Any, ...] = ()) -> tuple[list[str], list[Row]]:
        try:
            async with asyncio.timeout(self.config.timeout_s):
                if self.config.database.startswith("sqlite:"):
                    return await self._ask_sqlite(query, arguments)
                async with self._postgres.cursor() as cursor:
                    await cursor.execute(query, arguments)
                    return [c.name for c in cursor.description], await cursor.fetchall()
        except sqlite3.Error as err:
            raise self._translated_sqlite(err) from err
        except TimeoutError as err:
            raise unreachable(err, self.peer, self.config.timeout_s) from err
        except OSError as err:
            raise unreachable(err, self.peer, self.config.timeout_s) from err
        except Exception as err:
            raise self._translated(err) from err

    async def _ask_sqlite(self, query: str, arguments: tuple[Any, ...]) -> tuple[list[str], list[Row]]:
        """In the loop's own executor, as the library blocks; interrupted when we are cancelled."""

        def ask() -> tuple[list[str], list[Row]]:
            uri = f"file:{quote(self._path)}?mode=ro"
            with contextlib.closing(sqlite3.connect(uri, uri=True, timeout=self.config.timeout_s, check_same_thread=False)) as made:
                self._sqlite = made
                cursor = made.execute(query, arguments)
                return [c[0] for c in cursor.description], cursor.fetchall()

        try:
            return await asyncio.to_thread(ask)
        finally:
            with contextlib.suppress(sqlite3.ProgrammingError):
                if self._sqlite is not None:
                    self._sqlite.interrupt()
            self._sqlite = None

    async def _connected(self) -> Any:
        try:
            import psycopg  # noqa: PLC0415  only a node with such a connection needs it
        except ImportError as err:
            message = "PostgreSQL needs psycopg on this node: pip install 'psycopg[binary]'."
            raise ConfigInvalid(message, code="library_missing", field="config.database") from err
        try:
            async with asyncio.timeout(self.config.timeout_s):
                made = await psycopg.AsyncConnection.connect(
                    self.config.database,
                    password=self.config.password or None,
                    autocommit=True,
                    application_name="kaogong",
                    options=f"-c default_transaction_read_only=on -c statement_timeout={round(self.config.timeout_s * 1000)}",
                )
            # psycopg would ask the server to cancel, and wait another five seconds for one that is gone; its own limit ends the statement.
            made._try_cancel = _leave_it  # type: ignore[method-assign]
            return made
        except TimeoutError as err:
            raise unreachable(err, self.peer, self.config.timeout_s) from err
        except psycopg.Error as err:
            raise self._translated(err) from err

    def _translated(self, err: Exception) -> KaogongError:
        """A failure of psycopg, which is not imported where it is not used."""
        if isinstance(err, KaogongError):
            return err
        code, words = getattr(err, "sqlstate", None), " ".join(str(err).split())
        if code in LOGIN_REFUSED or (code is None and any(w in words for w in LOGIN_WORDS)):
            return AuthRejected(f"{self.peer} refuses the login: {words}.", code="login_refused", peer=self.peer)
        if code == "57014":
            return unreachable(TimeoutError(), self.peer, self.config.timeout_s)
        if code is not None and code[:2] not in ("08", "57", "53"):
            return ConfigInvalid(f"{self.peer} does not take the query: {words}.", code="query_invalid", field="config.table")
        if "Connection refused" in words:
            return unreachable(ConnectionRefusedError(), self.peer, self.config.timeout_s)
        if "resolve" in words or "Name or service" in words:
            return NotReady(f"The name of {self.peer} is not known.", code="host_unknown", peer=self.peer)
        if "response" in words or "received" in words:
            return NotReady(f"{self.peer} does not speak as PostgreSQL does: {words}.", code="answer_garbled", peer=self.peer)
        return unreachable(ConnectionResetError(), self.peer, self.config.timeout_s)

    def _translated_sqlite(self, err: sqlite3.Error) -> KaogongError:
        words = str(err)
        if "unable to open" in words:
            return NotReady(f"There is no database file {self.peer} that we may read.", code="file_missing", peer=self.peer)
        if "not a database" in words or "malformed" in words:
            return NotReady(f"{self.peer} is no SQLite database: {words}.", code="answer_garbled", peer=self.peer)
        if "locked" in words or "interrupted" in words:
            return unreachable(TimeoutError(), self.peer, self.config.timeout_s)
        return ConfigInvalid(f"{self.peer} does not take the query: {words}.", code="query_invalid", field="config.table")

    def _opened(self) -> Header:
        if self._header is None:
            raise unreachable(ConnectionResetError(), self.peer, self.config.timeout_s)
        return self._header

    @property
    def _path(self) -> str:
        return self.config.database.removeprefix("sqlite://")

    @property
    def _table(self) -> str:
        table = self.config.table
        return f"{table} AS source" if table.startswith("(") else ".".join(_quoted(part) for part in table.split("."))


async def _leave_it(**_: float) -> None:
    """In place of psycopg's cancelling."""


def _quoted(name: str) -> str:
    return '"' + name.replace('"', '""') + '"'


def _kept(value: Any) -> Any:
    return {"time": value.isoformat()} if isinstance(value, datetime) else value if isinstance(value, int | float | str) else str(value)


def _back(value: Any) -> Any:
    return datetime.fromisoformat(value["time"]) if isinstance(value, dict) else value
