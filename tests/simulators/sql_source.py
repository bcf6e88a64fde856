"""SQL peers: a SQLite file, and Debian's PostgreSQL with a password."""

import asyncio
import contextlib
import sqlite3
import tempfile
from pathlib import Path
from typing import Any, ClassVar, Self

import psycopg
from tests.simulators.peer import Peer, free_port, until
from tests.support.postgres import _binary, _owner

PASSWORD = "sql-secret"
COLUMNS = 'id INTEGER PRIMARY KEY, "at" TEXT, tag TEXT, value DOUBLE PRECISION'


class _TablePeer(Peer):
    """A table of one value a row: the last thousand rows are the points."""

    has_login = True
    gaps: ClassVar = {"write": "never: a source is read"}

    def config(self, port: Any = None) -> dict[str, Any]:
        return {"table": "readings", "order_column": "id", "tag_column": "tag", "value_column": "value", "timeout_s": 5.0}

    def address(self, i: int) -> dict[str, Any]:
        return {"name": f"p{i}"}

    def expected(self, i: int) -> Any:
        return i * 0.5

    def bad_address(self) -> dict[str, Any]:
        return {"name": "nowhere"}

    def mistyped_address(self) -> dict[str, Any]:
        return {"name": "p1", "type": "integer"}

    def browsable(self) -> dict[str, Any]:
        return {"name": "p77"}

    def rows(self) -> list[tuple[Any, ...]]:
        return [(i + 1, "2026-11-21T08:00:00Z", f"p{i}", i * 0.5) for i in range(1000)]


class SqlitePeer(_TablePeer):
    """A SQLite file."""

    name = "sqlite"
    refusal = "file_missing"
    gaps: ClassVar = _TablePeer.gaps | {
        "wrong_login": "never: a file knows no login",
        "cancel": "never: a file answers or fails at once",
        "half_open": "never: a file answers or fails at once",
        "slow_peer": "never: a file has no cable",
        "pulled_cable": "never: a file has no cable",
    }

    async def start(self) -> None:
        self.port = str(self.folder / "readings.db")
        away = Path(f"{self.port}.away")
        if away.exists():
            away.rename(self.port)
            return
        self.execute(f"CREATE TABLE readings ({COLUMNS})")
        with contextlib.closing(sqlite3.connect(self.port)) as made, made:
            made.executemany("INSERT INTO readings VALUES (?, ?, ?, ?)", self.rows())

    async def stop(self) -> None:
        Path(self.port).rename(f"{self.port}.away")

    def execute(self, *statements: str) -> None:
        with contextlib.closing(sqlite3.connect(self.port)) as made, made:
            for statement in statements:
                made.execute(statement)

    def config(self, port: Any = None) -> dict[str, Any]:
        return super().config() | {"database": f"sqlite://{port or self.port}"}

    async def nowhere(self) -> Any:
        return str(self.folder / "nowhere.db")

    def silent(self) -> Any:
        raise NotImplementedError

    def cable(self, *, is_slow: bool = False) -> Any:
        raise NotImplementedError

    def garbage(self) -> "GarbageFile":
        return GarbageFile(self.folder / "garbage.db")

    async def load(self, given: Any) -> None:
        """Statements."""
        self.execute(*given)

    async def connections(self) -> int:
        return sum(1 for fd in Path("/proc/self/fd").iterdir() if str(fd.resolve()) == self.port)


class GarbageFile:
    """A file with bytes that belong to no format."""

    def __init__(self, path: Path) -> None:
        self.port: Any = str(path)
        self.connections = 0

    async def __aenter__(self) -> Self:
        Path(self.port).write_bytes(bytes((37 * i + 11) % 256 for i in range(5000)))
        return self

    async def __aexit__(self, *_: object) -> None: ...


class PostgresPeer(_TablePeer):
    """PostgreSQL of the distribution, with a login by password."""

    name = "postgresql"

    async def start(self) -> None:
        if not self.port:
            self.port = await free_port()
            self.folder = Path(tempfile.mkdtemp(prefix="kaogong-sql-"))
            self._owner = _owner(self.folder)
            (self.folder / "password").write_text(PASSWORD)
            await self._run(
                "initdb", "-D", self.folder / "data", "-U", "edge", "-A", "scram-sha-256", "-N", "--pwfile", self.folder / "password"
            )
        settings = (
            "fsync=off",
            f"port={self.port}",
            "listen_addresses=127.0.0.1",
            "shared_buffers=16MB",
            f"unix_socket_directories={self.folder}",
        )
        options = [part for s in settings for part in ("-c", s)]
        command = [*self._owner, _binary("postgres"), "-D", self.folder / "data", *options]
        quiet = asyncio.subprocess.DEVNULL
        self._process = await asyncio.create_subprocess_exec(*command, stdout=quiet, stderr=quiet)
        await until(self._serves, "PostgreSQL serves")

    async def stop(self) -> None:
        self._process.kill()
        await self._process.wait()

    def config(self, port: Any = None) -> dict[str, Any]:
        database = f"postgresql://edge@127.0.0.1:{port or self.port}/postgres"
        return super().config() | {"database": database, "password": PASSWORD}

    def wrong_login(self) -> dict[str, Any]:
        return self.config() | {"password": "not it"}

    async def load(self, given: Any) -> None:
        raise NotImplementedError("cases are served by the other peer")

    async def connections(self) -> int:
        async with await self._client() as client:
            found = await client.execute("SELECT count(*) FROM pg_stat_activity WHERE application_name = 'kaogong'")
            row = await found.fetchone()
        return int(row[0]) if row else 0

    async def _serves(self) -> bool:
        try:
            async with await self._client() as client:
                await client.execute(f"CREATE TABLE IF NOT EXISTS readings ({COLUMNS})")
                async with client.cursor() as cursor:
                    await cursor.executemany("INSERT INTO readings VALUES (%s, %s, %s, %s) ON CONFLICT DO NOTHING", self.rows())
        except psycopg.OperationalError:
            return False
        return True

    async def _client(self) -> "psycopg.AsyncConnection[tuple[Any, ...]]":
        where = f"postgresql://edge:{PASSWORD}@127.0.0.1:{self.port}/postgres"
        return await psycopg.AsyncConnection.connect(where, autocommit=True)

    async def _run(self, name: str, *arguments: Any) -> None:
        quiet = asyncio.subprocess.DEVNULL
        made = await asyncio.create_subprocess_exec(*self._owner, _binary(name), *arguments, stdout=quiet, stderr=quiet)
        assert await made.wait() == 0, name


PEERS = [SqlitePeer, PostgresPeer]
