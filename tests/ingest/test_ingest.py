"""From the stream to the store, on a real bus and a real store."""

import asyncio
import io
from datetime import UTC, datetime, timedelta

import orjson
import polars as pl
import pytest
from tests.ingest.conftest import Line, Works, body, eventually, now_ms

from kaogong.bus import Message, subjects
from kaogong.core.errors import NotReady
from kaogong.db import Relay
from kaogong.historian import HistoryQuery, Receipt
from kaogong.historian.local import LocalHistorian
from kaogong.ingest import Feed, Ingest
from kaogong.ingest.leases import Leases


async def history(line: Line, key: str, device: str = "pump-1", tenant: str = "acme") -> list[float]:
    tenant_id, device_id, ids = line.works.ids(device, tenant)
    asset = int(line.works.directory().identity()[device_id])
    day = timedelta(days=1)
    now = datetime.now(UTC)
    found = await line.historian.history(HistoryQuery(tenant_id, [(asset, ids[key])], now - day, now + day))
    return found.rows["value"].to_list()


@pytest.mark.req("B04")
async def test_every_form_of_body_reaches_the_store_once(line: Line) -> None:
    ts = now_ms()
    async with line.running() as work:
        await line.send(body(ts, flow=1.25, pressure=2))
        await line.send(orjson.dumps([{"ts": ts + 1, "values": {"flow": 2}}, {"ts": ts + 2, "values": {"flow": 3}}]))
        await line.send(orjson.dumps({"flow": 4, "order_no": "A-1"}))
        await line.send(orjson.dumps({"devices": {"pump-g": [{"ts": ts, "values": {"flow": 7}}]}}), "gw", "batch.3")
        await line.send(body(ts, flow=99), tenant="rival")
        last = await line.send(orjson.dumps({"ts": ts, "code": 17}), what="event.tripped")
        await line.accounted(last)
        assert work.figures.total_messages == 6
    assert await history(line, "flow") == [1.25, 2.0, 3.0, 4.0]
    assert await history(line, "flow", "pump-g") == [7.0]
    assert await history(line, "flow", tenant="rival") == [99.0]
    assert len(await history(line, "hydraulic")) == 4
    tenant, device, _ = line.works.ids()
    events, _ = await line.historian.events(tenant, device)
    assert events.select("name", "payload").rows() == [("tripped", '{"code":17}')]
    assert line.said[-1] == ("ready", "")


async def test_the_ledger_balances_and_the_stream_is_emptied(line: Line) -> None:
    async with line.running() as work:
        work._purged_at = 0.0
        for n in range(20):
            await line.send(body(flow=n, wobble=1), f"pump-{n % 3}")
        last = await line.send(b"{", "pump-1")
        await line.accounted(last)
        state = await line.bus.stream_state(subjects.UP)
        report = await line.historian.ledger()
        assert report.messages(state.incarnation) == last - 1 + 1
        assert (list(report.holes), report.overlaps) == ([], 0)
        assert report.decoded == report.written + sum(report.rejected.values())
        assert report.rejected["device_unknown"] == 2 * 13
        assert report.rejected["property_unknown"] == 7
        assert report.rejected["json_invalid"] == 1
        work._purged_at = float("-inf")

        async def is_empty() -> bool:
            return (await line.bus.stream_state(subjects.UP)).messages == 0

        await eventually(is_empty)
    page = await line.historian.dead_letters(line.works.acme.tenant_id)
    letter = next(item for item in page.items if item.reason == "json_invalid")
    assert (letter.payload, letter.subject, letter.sequence) == (b"{", "up.acme.pump-1.telemetry", last)


async def test_a_device_is_told_what_was_refused_but_not_too_often(line: Line) -> None:
    told: list[Message] = []

    async def hear(message: Message) -> None:
        told.append(message)

    await line.bus.subscribe("down.acme.*.rejected", hear)
    async with line.running():
        for _ in range(30):
            last = await line.send(body(flow="hot", pressure=1))
        await line.accounted(last)
        await line.send(body(1_790_000_000, flow=1), "pump-g")
        await line.accounted(last + 1)
        await line.bus.flush()
    assert [m.subject for m in told] == ["down.acme.pump-1.rejected", "down.acme.pump-g.rejected"]
    first = orjson.loads(told[0].data)["rejected"][0]
    assert (first["property"], first["reason"]) == ("flow", "type_mismatch")
    assert orjson.loads(told[1].data)["rejected"][0]["reason"] == "time_in_seconds"


async def test_live_views_receive_each_batch(line: Line) -> None:
    heard: list[pl.DataFrame] = []

    async def hear(message: Message) -> None:
        heard.append(pl.read_ipc_stream(io.BytesIO(message.data)))

    await line.bus.subscribe("samples.*", hear)
    async with line.running():
        await line.accounted(await line.send(body(now_ms(), flow=5, pressure=1)))
        await line.bus.flush()
    rows = pl.concat(heard)
    assert len(rows) == 4
    assert rows["asset"].to_list() == [int(line.works.directory().identity()[line.works.ids()[1]])] * 4


async def test_a_device_made_a_moment_ago_does_not_lose_its_first_reading(line: Line) -> None:
    """Nobody relays the change: ingest asks the registry itself."""
    async with line.running():
        await line.accounted(await line.send(body(now_ms(), flow=1)))
        line.works.create("brand-new")
        await line.accounted(await line.send(body(now_ms(), flow=42), "brand-new"))
    assert await history(line, "flow", "brand-new") == [42.0]
    assert (await line.historian.ledger()).rejected == {}


async def test_announced_changes_are_followed_and_a_gap_heals(line: Line) -> None:
    relay = Relay(line.works.database)
    feed = await Feed.open(line.bus, line.works.database)

    async def announce(*, but: int = 0) -> None:
        changes = relay.pending()
        for change in changes:
            if change.seq != but:
                await line.bus.publish(subjects.registry_changes(change.tenant), orjson.dumps(change.as_dict()))
        await asyncio.to_thread(relay.mark_sent, [c.seq for c in changes])
        await line.bus.flush()

    await announce()
    line.works.create("a", "b")
    await announce()

    async def knows(key: str) -> bool:
        await feed.follow()
        return feed.directory.device("acme", key) is not None

    await eventually(lambda: knows("b"))
    lost = feed.directory.seq + 1
    line.works.create("c")
    line.works.create("d")
    await announce(but=lost)
    assert await feed.catch_up()
    assert feed.directory.device("acme", "c") is not None
    assert feed.directory.device("acme", "d") is not None
    assert not await feed.catch_up()


class Unsteady(LocalHistorian):
    """A store that can be away."""

    away = False
    attempts = 0

    async def write(self, table, **more) -> Receipt:  # type: ignore[no-untyped-def]
        self.attempts += 1
        if self.away:
            raise NotReady("The store is away.")
        return await super().write(table, **more)


async def test_while_the_store_is_away_nothing_is_lost_and_it_is_said(bus, works: Works, store_dsn: str) -> None:  # type: ignore[no-untyped-def]
    store = await Unsteady.open(store_dsn, owner=True)
    assert isinstance(store, Unsteady)
    line = Line(bus, works, store)
    async with line.running():
        store.away = True
        ts = now_ms()
        for n in range(50):
            last = await line.send(body(ts + n, flow=n))
        await eventually(lambda: _true(store.attempts >= 2))
        assert line.said[-1][0] == "degraded"
        assert "The store is away." in line.said[-1][1]
        store.away = False
        await line.accounted(last)
        assert line.said[-1] == ("ready", "")
    assert await history(line, "flow") == [float(n) for n in range(50)]
    await store.close()


async def _true(value: bool) -> bool:
    return value


async def test_a_restart_reads_on_where_the_store_says(line: Line) -> None:
    ts = now_ms()
    for turn in range(3):
        async with line.running():
            for n in range(10):
                last = await line.send(body(ts + turn * 100 + n, flow=n))
            if turn != 1:
                await line.accounted(last)
    report = await line.historian.ledger()
    assert report.messages((await line.bus.stream_state(subjects.UP)).incarnation) == 30
    assert (list(report.holes), report.overlaps) == ([], 0)
    assert await history(line, "flow") == [float(n) for n in range(10)] * 3


async def test_a_stream_made_anew_is_read_from_its_beginning(line: Line) -> None:
    from kaogong.bus import ensure_streams

    async with line.running():
        await line.accounted(await line.send(body(now_ms(), flow=1)))
        await line.bus.delete_stream(subjects.UP)
        await ensure_streams(line.bus)
        await line.accounted(await line.send(body(now_ms(), flow=2)))
    assert await history(line, "flow") == [1.0, 2.0]


async def test_derived_values_go_on_after_a_restart(line: Line) -> None:
    ts = now_ms()
    async with line.running():
        await line.accounted(await line.send(body(ts, flow=36)))
    async with line.running():
        await line.accounted(await line.send(body(ts + 1000, pressure=2)))
    assert await history(line, "hydraulic") == [2.0]


async def test_two_ingests_share_the_partitions_and_one_takes_over(line: Line) -> None:
    first, second = (Leases(line.bus, owner, range(4)) for owner in ("one", "two"))
    assert await first.renew() == ({0, 1, 2, 3}, set())
    assert await second.renew() == (set(), set())
    epochs = dict(first.held)
    successor = Leases(line.bus, "one", range(4))
    assert await successor.renew() == ({0, 1, 2, 3}, set())
    assert all(successor.held[p] > epochs[p] for p in range(4))
    assert await first.renew() == (set(), {0, 1, 2, 3})
    await successor.release()
    assert await second.renew() == ({0, 1, 2, 3}, set())
    await second.release()


async def test_partitions_that_another_took_are_let_go_and_taken_up_again(line: Line, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("kaogong.ingest.ingest.RENEW_S", 0.0)
    keys = [f"partition.{partition}" for partition in (1, 2, 3)]
    async with line.running():
        await line.accounted(await line.send(body(now_ms(), flow=1)))
        for key in keys:
            await line.bus.kv_put("ingest", key, b'{"owner": "another"}')
        await line.send(body(now_ms(), flow=2))  # so that the other partitions are behind when they are lost
        await asyncio.sleep(1.2)
        for key in keys:
            await line.bus.kv_delete("ingest", key)
        await line.accounted(await line.send(body(now_ms(), flow=3)))


async def test_the_brokers_copy_of_a_qos_1_message_is_accounted_for_and_not_stored(line: Line) -> None:
    ts = now_ms()
    async with line.running():
        for n in range(5):
            await line.send(body(ts + n, pressure=n))
            last = await line.bus.publish_stream(f"{subjects.MQTT_COPY}up.acme.pump-1.telemetry", body(ts + n, pressure=n))
        await line.accounted(last)
    report = await line.historian.ledger()
    assert report.messages((await line.bus.stream_state(subjects.UP)).incarnation) == 10
    assert (report.decoded, report.written, dict(report.rejected)) == (5, 5, {})


async def test_figures(line: Line) -> None:
    async with line.running() as work:
        assert isinstance(work, Ingest)
        last = await line.send(body(now_ms(), flow=1, wobble=2))
        await line.accounted(last)
        figures = work.figures.read()
    assert {"messages_per_s", "points_per_s", "rejects_per_s", "lag_s", "pending", "decode_ms", "stage_ms", "write_ms"} <= set(figures)
    assert figures["messages"] == 1
    assert figures["points_per_s"] > 0
    assert figures["rejects_per_s"] > 0
