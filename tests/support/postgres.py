"""The relational stores of the tests: a real SQLite file, and Debian's PostgreSQL started once a run."""

import os
import pwd
import shutil
import signal
import subprocess
import tempfile
import time
from collections.abc import Iterator
from itertools import count
from pathlib import Path
from typing import NoReturn

import psycopg
import pytest
from psycopg import sql

from kaogong.db import Base, Database

START_WITHIN_S = 30
_numbers = count(1)


class PostgresServer:
    """A server of its own folder and socket."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self._process = _start(folder)
        self._admin = self._connect()
        self._database = Database(self.dsn(self.create()))
        _create_tables(self._database)

    def dsn(self, name: str) -> str:
        """SQLAlchemy's DSN of the database `name`."""
        return f"postgresql+psycopg://postgres@/{name}?host={self.folder}"

    def create(self) -> str:
        """A new database without a table; its name."""
        name = f"test_{next(_numbers)}"
        self._admin.execute(sql.SQL("CREATE DATABASE {} TEMPLATE template0").format(sql.Identifier(name)))
        return name

    def count(self, name: str, table: str) -> int:
        """How many rows a table of the database `name` has."""
        with psycopg.connect(host=str(self.folder), user="postgres", dbname=name) as connection:
            found = connection.execute(sql.SQL("SELECT count(*) FROM {}").format(sql.Identifier(table))).fetchone()
        assert found is not None
        return int(found[0])

    def emptied(self) -> Database:
        """The database that holds every table, without a row: ten times as quick as a new one."""
        tables = ", ".join(table.name for table in Base.metadata.sorted_tables)
        with self._database.writer() as connection:
            connection.exec_driver_sql(f"TRUNCATE {tables} RESTART IDENTITY")
        return self._database

    def stop(self) -> None:
        """End the server and remove its folder."""
        self._database.close()
        self._admin.close()
        self._process.send_signal(signal.SIGINT)
        self._process.wait(START_WITHIN_S)
        shutil.rmtree(self.folder)

    def _connect(self) -> psycopg.Connection[tuple[object, ...]]:
        deadline = time.monotonic() + START_WITHIN_S
        while True:
            try:
                return psycopg.connect(host=str(self.folder), user="postgres", dbname="postgres", autocommit=True)
            except psycopg.OperationalError:
                if self._process.poll() is not None or time.monotonic() > deadline:
                    pytest.fail(f"PostgreSQL did not start:\n{(self.folder / 'log').read_text()[-2000:]}", pytrace=False)
                time.sleep(0.02)


def _create_tables(database: Database) -> None:
    from kaogong.cli.upgrade import import_tables  # loads every room; most test runs need no store

    import_tables()
    database.create_all()


def _start(folder: Path) -> subprocess.Popen[bytes]:
    data, as_owner = folder / "data", _owner(folder)
    initdb = [*as_owner, _binary("initdb"), "-D", data, "-U", "postgres", "-A", "trust", "-E", "UTF8", "--locale=C.UTF-8", "-N"]
    settings = (
        "fsync=off",
        "synchronous_commit=off",
        "full_page_writes=off",
        "listen_addresses=",
        "max_connections=60",
        "shared_buffers=32MB",
    )
    postgres = [*as_owner, _binary("postgres"), "-D", data, "-k", folder, *(part for s in settings for part in ("-c", s))]
    with (folder / "log").open("ab") as log:
        if subprocess.run(initdb, stdout=log, stderr=log, check=False).returncode:
            pytest.fail(f"initdb failed:\n{(folder / 'log').read_text()[-2000:]}", pytrace=False)
        return subprocess.Popen(postgres, stdout=log, stderr=log, start_new_session=True)


def _owner(folder: Path) -> list[str]:
    """The words before a command that run it as the folder's owner: PostgreSQL refuses to run as root."""
    if os.getuid() != 0:
        return []
    try:
        user = pwd.getpwnam("postgres")
    except KeyError:
        _missing()
    os.chown(folder, user.pw_uid, user.pw_gid)
    return ["setpriv", "--reuid=postgres", "--regid=postgres", "--clear-groups", "--pdeathsig=QUIT", "--"]


def _binary(name: str) -> str:
    found = sorted(str(p) for p in Path("/usr/lib/postgresql").glob(f"*/bin/{name}"))  # Debian keeps them off PATH
    return (found[-1] if found else shutil.which(name)) or _missing()


def _missing() -> NoReturn:
    pytest.fail("These tests run on PostgreSQL too: apt-get install postgresql-15 (Debian).", pytrace=False)


@pytest.fixture(scope="session")
def postgres_server() -> Iterator[PostgresServer]:
    """One PostgreSQL for the whole run."""
    server = PostgresServer(Path(tempfile.mkdtemp(prefix="kaogong-pg-")))
    yield server
    server.stop()


@pytest.fixture(scope="session")
def sqlite_template(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A SQLite file that holds every table and no row."""
    file = tmp_path_factory.mktemp("sqlite") / "template.db"
    template = Database(f"sqlite:///{file}")
    _create_tables(template)
    template.close()
    return file


@pytest.fixture
def sqlite_database(sqlite_template: Path, tmp_path: Path) -> Iterator[Database]:
    """An empty registry in a SQLite file."""
    file = shutil.copy(sqlite_template, tmp_path / "registry.db")
    database = Database(f"sqlite:///{file}")
    yield database
    database.close()


@pytest.fixture
def postgres_database(postgres_server: PostgresServer) -> Database:
    """An empty registry in PostgreSQL."""
    return postgres_server.emptied()


@pytest.fixture(params=["sqlite", "postgresql"])
def database(request: pytest.FixtureRequest) -> Database:
    """An empty registry, once in each store: the same test proves both."""
    name = "sqlite_database" if request.param == "sqlite" else "postgres_database"
    found: Database = request.getfixturevalue(name)
    return found
