"""What ingest knows of the registry: the directory, kept as new as the messages that name its things."""

import asyncio
import logging
from collections.abc import Callable

import orjson
import polars as pl

from kaogong.bus import Bus, Message, subjects
from kaogong.db import Change, Database, Relay, outbox
from kaogong.registry.directory import Directory

log = logging.getLogger(__name__)

FEED_S = 2.0  # how long a change that is committed may take to be announced before everything is read anew
LOOK_S = 0.02


class Names:
    """The directory and the frames made of it. `directory` is replaced only between two batches, by `follow` or `catch_up`."""

    def __init__(self, directory: Directory) -> None:
        self.directory = directory

    @property
    def properties(self) -> pl.DataFrame:
        """Every live property; the same frame until a type changes."""
        return self.directory.property_table()


class Feed(Names):
    """Names that follow the registry's changes. Reads the registry in a thread; decoding waits for it."""

    def __init__(self, database: Database, directory: Directory) -> None:
        super().__init__(directory)
        self._database = database
        self._waiting: dict[int, Change] = {}
        self._gap_since: float | None = None
        self.on_change: list[Callable[[], None]] = []

    @classmethod
    async def open(cls, bus: Bus, database: Database) -> "Feed":
        """Follow first, read then, so that nothing falls between."""
        feed = cls(database, Directory())
        await bus.subscribe(f"{subjects.REGISTRY_CHANGES}.*", feed._receive)
        await bus.flush()
        feed.directory = await asyncio.to_thread(feed._snapshot)
        return feed

    async def _receive(self, message: Message) -> None:
        change = Change.from_dict(orjson.loads(message.data))
        self._waiting[change.seq] = change

    async def follow(self) -> None:
        """Take in what was announced since the last time; cheap when that is nothing."""
        news = self._ready()
        if news:
            await self._apply(news)

    async def catch_up(self) -> bool:
        """Be as new as the registry is now; False if that was so already. Asked when a message names what is not known."""
        loop = asyncio.get_running_loop()
        until = loop.time() + FEED_S
        is_newer = False
        while True:
            head, stored = await asyncio.to_thread(self._head)
            for change in stored:
                self._waiting.setdefault(change.seq, change)
            news = self._ready()
            if news:
                await self._apply(news)
                is_newer = True
            if self.directory.seq >= head:
                return is_newer
            if loop.time() > until:
                log.info("changes %d to %d were not announced; reading the registry anew", self.directory.seq + 1, head)
                self.directory = await asyncio.to_thread(self._snapshot)
                self._changed()
                return True
            await asyncio.sleep(LOOK_S)

    def _ready(self) -> list[Change]:
        """The announced changes that follow on what is contained; after too long a gap all there are, which reads everything anew."""
        seq = self.directory.seq
        self._waiting = {number: change for number, change in self._waiting.items() if number > seq}
        if not self._waiting:
            self._gap_since = None
            return []
        out = []
        while (change := self._waiting.get(seq + 1)) is not None:
            out.append(change)
            seq += 1
        now = asyncio.get_running_loop().time()
        if out:
            self._gap_since = None
        elif self._gap_since is None:
            self._gap_since = now
        elif now - self._gap_since > FEED_S:
            return list(self._waiting.values())
        return out

    async def _apply(self, news: list[Change]) -> None:
        await asyncio.to_thread(self._apply_now, news)
        self._changed()

    def _changed(self) -> None:
        for tell in self.on_change:
            tell()

    def _apply_now(self, news: list[Change]) -> None:
        with self._database.read() as session:
            self.directory.apply(session, news)

    def _snapshot(self) -> Directory:
        with self._database.read() as session:
            return Directory.snapshot(session)

    def _head(self) -> tuple[int, list[Change]]:
        with self._database.read() as session:
            head = outbox.head(session)
        return head, [] if head <= self.directory.seq else Relay(self._database).pending(10_000)
