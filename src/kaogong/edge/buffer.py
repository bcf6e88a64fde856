"""Store and forward: every batch is on disk before it is sent, and stays there until the platform has acknowledged it."""

import logging
import sqlite3
import uuid
from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import NamedTuple

from kaogong.core import clock

log = logging.getLogger("kaogong.edge")

ROW_BYTES = 160  # what a row costs beside its body: page header, index, id
DEFAULT_LIMIT = 1024 * 1024 * 1024

SCHEMA = """
CREATE TABLE IF NOT EXISTS batches (
    id INTEGER PRIMARY KEY AUTOINCREMENT, -- never used twice: it is part of the message id the platform knows repeats by
    lane INTEGER NOT NULL, samples INTEGER NOT NULL, taken_at INTEGER NOT NULL, body BLOB NOT NULL, priority INTEGER NOT NULL DEFAULT 1
);
CREATE TABLE IF NOT EXISTS facts (name TEXT PRIMARY KEY, value TEXT NOT NULL) WITHOUT ROWID;
"""


class Batch(NamedTuple):
    """Samples of one lane as they go up. `taken_at` is when they were taken, in milliseconds since 1970.

    The lower `priority` is dropped first when the disk is full.
    """

    lane: int
    body: bytes
    samples: int
    taken_at: int
    priority: int = 1


class Stored(NamedTuple):
    """A batch on disk. `message_id` is the same however often it is sent."""

    id: int
    message_id: str
    lane: int
    body: bytes
    samples: int


class Figures(NamedTuple):
    """What waits. `dropped` counts samples that were given up since the file was made; `oldest` is in milliseconds since 1970."""

    batches: int
    samples: int
    bytes: int
    limit: int
    oldest: int | None
    dropped: int
    dropped_since: int | None


class Buffer:
    """A file that survives `kill -9` and power loss; at its limit the oldest batches of the lowest priority go first, and that is said.

    Belongs to one thread at a time. `synchronous=FULL` costs one fsync an exchange, which is one or two a second: batches
    are exchanged, not samples.
    """

    def __init__(self, file: Path, limit_bytes: int = DEFAULT_LIMIT) -> None:
        self._file, self._limit = file, limit_bytes
        file.parent.mkdir(parents=True, exist_ok=True)
        self._db = self._open()
        self._incarnation = self._fact("incarnation") or uuid.uuid4().hex[:12]
        self._dropped = int(self._fact("dropped") or 0)
        since = self._fact("dropped_since")
        self._dropped_since = int(since) if since else None
        with self._db:
            self._remember("incarnation", self._incarnation)
        self._count()

    def exchange(self, batches: Sequence[Batch], acknowledged: Iterable[int]) -> list[Stored]:
        """Keep `batches` and let go of what the platform has acknowledged, in one transaction; what was kept, in order.

        Raises sqlite3.Error when the disk refuses; then nothing of it has happened.
        """
        try:
            with self._db:
                self._delete(acknowledged)
                stored = [self._insert(batch) for batch in batches]
                dropped = self._drop_oldest() if self._bytes > self._limit else frozenset()
        except sqlite3.Error:
            self._count()
            raise
        if dropped:
            stored = [s for s in stored if s.id not in dropped]
        self._look_for_oldest()
        return stored

    def after(self, last: int, limit: int) -> list[Stored]:
        """Up to `limit` batches with an id above `last`, oldest first."""
        rows = self._db.execute("SELECT id, lane, body, samples FROM batches WHERE id > ? ORDER BY id LIMIT ?", (last, limit))
        return [self._stored(*row) for row in rows]

    def figures(self) -> Figures:
        """What waits now; asks memory, not the disk."""
        return Figures(self._batches, self._samples, self._bytes, self._limit, self._oldest, self._dropped, self._dropped_since)

    def give_up(self, samples: int) -> None:
        """Count samples that could not even be written."""
        self._dropped += samples
        self._dropped_since = self._dropped_since or clock.now_ms()

    def close(self) -> None:
        """Close the file; what is in it stays."""
        self._db.close()

    def _open(self) -> sqlite3.Connection:
        try:
            return self._connect()
        except sqlite3.DatabaseError as err:
            if "malformed" not in str(err) and "not a database" not in str(err):
                raise
        aside = self._file.with_suffix(f".damaged-{clock.now():%Y%m%dT%H%M%S}")
        log.error("the buffer %s is damaged; it is kept as %s and a new one begun", self._file.name, aside.name)
        self._file.rename(aside)
        for extra in ("-wal", "-shm"):
            self._file.with_name(self._file.name + extra).unlink(missing_ok=True)
        return self._connect()

    def _connect(self) -> sqlite3.Connection:
        db = sqlite3.connect(self._file, check_same_thread=False)
        try:
            for pragma in ("auto_vacuum=INCREMENTAL", "journal_mode=WAL", "synchronous=FULL", "journal_size_limit=8388608"):
                db.execute(f"PRAGMA {pragma}")
            verdict = db.execute("PRAGMA quick_check(1)").fetchone()[0]
            if verdict != "ok":
                raise sqlite3.DatabaseError(f"malformed: {verdict}")
            db.executescript(SCHEMA)
            if "priority" not in {row[1] for row in db.execute("PRAGMA table_info(batches)")}:
                db.execute("ALTER TABLE batches ADD COLUMN priority INTEGER NOT NULL DEFAULT 1")  # files of version 0.1
        except sqlite3.Error:
            db.close()
            raise
        return db

    def _count(self) -> None:
        row = self._db.execute("SELECT count(*), coalesce(sum(samples), 0), coalesce(sum(length(body)), 0), min(taken_at) FROM batches")
        self._batches, self._samples, size, self._oldest = row.fetchone()
        self._bytes = size + ROW_BYTES * self._batches

    def _insert(self, batch: Batch) -> Stored:
        values = (batch.lane, batch.samples, batch.taken_at, batch.body, batch.priority)
        made = self._db.execute("INSERT INTO batches (lane, samples, taken_at, body, priority) VALUES (?, ?, ?, ?, ?)", values)
        assert made.lastrowid is not None
        self._batches, self._samples = self._batches + 1, self._samples + batch.samples
        self._bytes += len(batch.body) + ROW_BYTES
        return self._stored(made.lastrowid, batch.lane, batch.body, batch.samples)

    def _delete(self, ids: Iterable[int]) -> None:
        for each in ids:
            self._forget(self._db.execute("DELETE FROM batches WHERE id = ? RETURNING samples, length(body)", (each,)).fetchall())

    def _drop_oldest(self) -> frozenset[int]:
        """The ids of what had to go."""
        gone: set[int] = set()
        dropped = 0
        while self._bytes > self._limit and self._batches > 1:
            rows = self._db.execute(
                "DELETE FROM batches WHERE id IN (SELECT id FROM batches ORDER BY priority, id LIMIT ?) RETURNING samples, length(body), id",
                (max(1, self._batches // 100),),
            ).fetchall()
            dropped += sum(row[0] for row in rows)
            gone.update(row[2] for row in rows)
            self._forget([row[:2] for row in rows])
        if self._dropped_since is None:
            log.error("the buffer is full (%d MB): the oldest samples of the lowest priority are being dropped", self._limit // 1024**2)
        self.give_up(dropped)
        self._remember("dropped", str(self._dropped))
        self._remember("dropped_since", str(self._dropped_since))
        return frozenset(gone)

    def _forget(self, rows: Sequence[tuple[int, int]]) -> None:
        for samples, size in rows:
            self._batches, self._samples, self._bytes = self._batches - 1, self._samples - samples, self._bytes - size - ROW_BYTES

    def _look_for_oldest(self) -> None:
        row = self._db.execute("SELECT taken_at FROM batches ORDER BY id LIMIT 1").fetchone()
        self._oldest = row[0] if row else None
        if row is None:
            self._db.execute("PRAGMA incremental_vacuum(256)").fetchall()

    def _stored(self, number: int, lane: int, body: bytes, samples: int) -> Stored:
        return Stored(number, f"{self._incarnation}-{number}", lane, body, samples)

    def _fact(self, name: str) -> str | None:
        row = self._db.execute("SELECT value FROM facts WHERE name = ?", (name,)).fetchone()
        return row[0] if row else None

    def _remember(self, name: str, value: str) -> None:
        self._db.execute("INSERT INTO facts VALUES (?, ?) ON CONFLICT (name) DO UPDATE SET value = excluded.value", (name, value))
