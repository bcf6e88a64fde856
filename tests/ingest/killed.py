"""Runs ingest and kills itself without a word at the point that is asked for."""

import asyncio
import os
import signal
import sys
from pathlib import Path
from typing import Any

import orjson
import polars as pl
from tests.ingest.conftest import ingest

from kaogong.bus import PLATFORM, Bus
from kaogong.db import Database
from kaogong.historian import Receipt
from kaogong.historian.engine import Session
from kaogong.historian.local import LocalHistorian
from kaogong.ingest.reader import Reader


def die() -> None:
    os.kill(os.getpid(), signal.SIGKILL)


class Killed(LocalHistorian):
    """Dies before it writes samples, or lets the first one through."""

    point = ""

    async def write(self, table: pl.DataFrame, **more: Any) -> Receipt:
        if self.point == "write" and len(table):
            die()
        return await super().write(table, **more)


def die_at(point: str) -> None:
    if point == "accounted":
        insert = Session.insert

        def insert_or_die(self: Session, table: str, rows: pl.DataFrame) -> None:
            if table == "accounted":
                die()
            insert(self, table, rows)

        Session.insert = insert_or_die  # type: ignore[method-assign]
    elif point == "ack":

        async def ack_or_die(self: Reader, message: object) -> None:
            die()

        Reader.ack = ack_or_die  # type: ignore[method-assign]


async def main(config: dict[str, str]) -> None:
    die_at(config["point"])
    bus = await Bus.connect(config["url"], user=PLATFORM, password=config["seed"], name="killed")
    store = await Killed.open(config["store"], owner=True)
    assert isinstance(store, Killed)
    store.point = config["point"]
    async with ingest(bus, Database(config["registry"]), store, [], "killed"):
        await asyncio.sleep(50)


if __name__ == "__main__":
    sys.path.insert(0, str(Path.cwd()))
    asyncio.run(main(orjson.loads(sys.argv[1])))
