"""The same verbs over the bus: whole batches in pieces, errors by name, work stopped when nobody waits."""

import asyncio
import time
from collections.abc import AsyncIterator
from datetime import timedelta

import polars as pl
import pytest
from tests.historian.conftest import NOW, START, names, samples, series
from tests.historian.test_accounts import minutes
from tests.support.nats import Broker

from kaogong.bus import Bus
from kaogong.core.errors import ConfigInvalid, NotReady
from kaogong.historian import (
    EVENTS,
    AccountedRange,
    Aggregate,
    DeadLetter,
    Historian,
    HistoryQuery,
    QueryRequest,
    connect,
    wire,
)
from kaogong.historian.local import LocalHistorian
from kaogong.historian.serving import serve


@pytest.fixture
async def remote(broker: Broker, historian: LocalHistorian) -> AsyncIterator[Historian]:
    owner, other = await broker.bus("owner"), await broker.bus("other")
    await serve(owner, historian)
    yield await connect("chdb:///anywhere", other)
    await other.close()
    await owner.close()


async def test_every_verb_answers_as_the_owner_does(remote: Historian, historian: LocalHistorian) -> None:
    letter = DeadLetter(1, 3, "json_invalid", "why", "up.a.b.telemetry", b"{\x00", NOW, 7)
    events = pl.DataFrame([(1, 3, "door", START, "{}", START)], schema=EVENTS, orient="row")
    ranges = [AccountedRange("up-1", 0, 1, 10, 10)]
    receipt = await remote.write(series([1.0, 2.0]), batch=1, ranges=ranges, dead=[letter], minutes=minutes(0, 2, 1), events=events)
    assert (receipt.inserted, receipt.dead) == (2, 1)
    await remote.put_names(names((1, "device", 1, "pump-1", "")))
    assert await remote.accounted("up-1") == {0: 10}
    for ask in (
        lambda h: h.latest(1),
        lambda h: h.latest(1, [1, 2], [1], device=1),
        lambda h: h.last_seen(),
    ):
        assert (await ask(remote)).equals(await ask(historian))
    query = HistoryQuery(1, [(1, 1)], START, NOW, Aggregate.AVG)
    there, here = await remote.history(query), await historian.history(query)
    assert there.rows.equals(here.rows)
    assert (there.next, there.bucket_s) == (here.next, here.bucket_s)
    assert (await remote.events(1))[0].equals((await historian.events(1))[0])
    ledgers = await remote.ledger(), await historian.ledger()
    assert ledgers[0].minutes.equals(ledgers[1].minutes)
    assert ledgers[0].partitions == ledgers[1].partitions
    assert ledgers[0].rejected == {"type_mismatch": 1}
    page = await remote.dead_letters(1)
    assert page == await historian.dead_letters(1)
    assert (await remote.take_dead_letters(1, [page.items[0].id]))[0].payload == b"{\x00"
    assert (await remote.storage()).tables["telemetry"].rows == 2
    found = await remote.query(QueryRequest(1, "SELECT device, value FROM readings ORDER BY value"))
    assert found.rows.rows() == [("pump-1", 1.0), ("pump-1", 2.0)]


async def test_errors_cross_by_name(remote: Historian) -> None:
    with pytest.raises(ConfigInvalid, match="before") as caught:
        await remote.history(HistoryQuery(1, [(1, 1)], NOW, START))
    assert caught.value.stable_code == "range_empty"
    with pytest.raises(ConfigInvalid, match="system"):
        await remote.query(QueryRequest(1, "SELECT * FROM system.tables"))


async def test_a_batch_larger_than_a_message(remote: Historian) -> None:
    count = 150_000
    table = series([float(i) for i in range(count)], step=0.01)
    assert (await remote.write(table, batch=1)).inserted == count
    page = await remote.history(HistoryQuery(1, [(1, 1)], START, NOW))
    assert (page.rows.height, page.next is not None) == (50_000, True)


async def test_a_lost_piece_is_sent_again(remote: Historian, broker: Broker, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("kaogong.historian.remote.UPLOAD_PIECE", 10_000)
    spoil = await broker.bus("spoil")
    whole = type(remote)._uploaded
    attempts = []

    async def interrupted(self: Historian, message: bytes, timeout_s: float) -> bytes:
        named = await whole(self, message, timeout_s)  # type: ignore[arg-type]
        attempts.append(named)
        if len(attempts) == 1:
            head, _ = wire.unpack(named)
            return wire.pack(head | {"parts": head["parts"] + 1})
        return named

    monkeypatch.setattr(type(remote), "_uploaded", interrupted)
    assert (await remote.write(series([1.0] * 2000), batch=1)).inserted == 2000
    assert len(attempts) == 2
    await spoil.close()


async def test_nobody_there_is_not_ready(bus: Bus) -> None:
    with pytest.raises(NotReady):
        await (await connect("chdb:///anywhere", bus)).latest(1)


async def test_giving_up_stops_the_engine(remote: Historian, historian: LocalHistorian) -> None:
    await historian.write(series([float(i) for i in range(20_000)], step=0.1), batch=1)
    slow = "SELECT count() FROM readings a CROSS JOIN readings b CROSS JOIN readings c WHERE a.value + b.value + c.value < 0"
    began = time.monotonic()
    with pytest.raises(TimeoutError):
        async with asyncio.timeout(1):
            await remote.query(QueryRequest(1, slow))

    async def running() -> int:
        sql = "SELECT count() FROM system.processes WHERE query LIKE '%CROSS JOIN%' AND query NOT LIKE '%system.processes%'"
        return int(await historian._engine.reading(lambda s: s.frame(sql).item()))

    while await running():
        assert time.monotonic() - began < 10
        await asyncio.sleep(0.05)
    assert (await remote.query(QueryRequest(1, "SELECT count() AS n FROM readings"))).rows.item() == 20_000


async def test_a_clock_is_not_needed_to_be_in_step(remote: Historian) -> None:
    ahead = NOW + timedelta(days=2)
    await remote.write(samples([{"observed_at": ahead, "value": 4.0}]), batch=1)
    assert (await remote.latest(1))["observed_at"].to_list() == [ahead]
