"""Applies the numbered SQL files once each, in order; a file that changed after it was applied is refused."""

import hashlib
import re
from collections.abc import Iterator
from pathlib import Path
from typing import NamedTuple

from kaogong.core.errors import Conflict
from kaogong.historian.engine import Session

FOLDER = Path(__file__).with_name("migrations")


class Migration(NamedTuple):
    """One numbered file."""

    number: int
    name: str
    sql: str

    @property
    def checksum(self) -> str:
        """What must not change once applied."""
        return hashlib.sha256(self.sql.encode()).hexdigest()

    def statements(self) -> Iterator[str]:
        """The file's statements, comments removed."""
        bare = re.sub(r"^\s*--.*$", "", self.sql, flags=re.MULTILINE)
        yield from (s.strip() for s in bare.split(";") if s.strip())


def migrations(folder: Path = FOLDER) -> list[Migration]:
    """Every migration there is, in order."""
    found = [Migration(int(f.name[:4]), f.stem, f.read_text(encoding="utf-8")) for f in sorted(folder.glob("[0-9][0-9][0-9][0-9]_*.sql"))]
    if len({m.number for m in found}) < len(found):
        raise Conflict(f"Two of the historian's migrations in {folder} have one number.", code="migration_order")
    return found


def pending(store: Session, folder: Path = FOLDER) -> list[Migration]:
    """Those not applied yet. Raises Conflict when an applied one changed or is unknown here."""
    store.command(
        "CREATE TABLE IF NOT EXISTS schema_migrations (number UInt32, name String, checksum String, statement UInt32, "
        "applied_at DateTime64(3, 'UTC') DEFAULT now64(3)) "
        "ENGINE = ReplacingMergeTree ORDER BY (number, statement) SETTINGS fsync_after_insert = 1"
    )
    done = store.frame("SELECT number, any(name) AS name, any(checksum) AS checksum FROM schema_migrations GROUP BY number ORDER BY number")
    known = {m.number: m for m in migrations(folder)}
    for number, name, checksum in done.iter_rows():
        if number not in known:
            raise Conflict(
                f"The store was made by a newer Kaogong: it has migration {name}, which this version does not know. Install that version.",
                code="migration_unknown",
            )
        if known[number].checksum != checksum:
            raise Conflict(
                f"Migration {name} was changed after it was applied. Restore the file; put the change into a new one.",
                code="migration_changed",
            )
    finished = set(store.frame("SELECT number FROM schema_migrations WHERE statement = 0").get_column("number").to_list())
    return [m for m in known.values() if m.number not in finished]


def migrate(store: Session, folder: Path = FOLDER) -> list[str]:
    """Apply what is pending; the names applied. A kill between two statements resumes at the one that was interrupted."""
    applied = []
    for migration in pending(store, folder):
        through = store.command(f"SELECT max(statement) FROM schema_migrations WHERE number = {migration.number}")
        for position, statement in enumerate(migration.statements(), 1):
            if position <= int(str(through)):
                continue
            store.command(_repeatable(statement))
            _record(store, migration, position)
        _record(store, migration, 0)
        applied.append(migration.name)
    return applied


def _repeatable(statement: str) -> str:
    return re.sub(r"^CREATE (TABLE|VIEW|MATERIALIZED VIEW) (?!IF NOT EXISTS)", r"CREATE \1 IF NOT EXISTS ", statement)


def _record(store: Session, migration: Migration, statement: int) -> None:
    store.command(
        "INSERT INTO schema_migrations (number, name, checksum, statement) VALUES "
        f"({migration.number}, '{migration.name}', '{migration.checksum}', {statement})"
    )
