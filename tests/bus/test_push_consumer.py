import asyncio
import itertools

import pytest
from tests.bus.test_connection import restart_on
from tests.support.nats import Broker, until

from kaogong.bus import Bus, StreamMessage, subjects


async def publish_many(bus: Bus, count: int, body: bytes = b"x", start: int = 0) -> None:
    for number in range(start, start + count):
        await bus.publish(subjects.up("acme", f"pump-{number % 7}"), body + str(number).encode())
    await bus.flush()


async def read(consumer: object, count: int, *, ack: bool = True) -> list[StreamMessage]:
    got: list[StreamMessage] = []
    async with asyncio.timeout(60):
        while len(got) < count:
            batch = await consumer.next_batch(4096, 0.05)  # type: ignore[attr-defined]
            got += batch
            if ack and batch:
                await consumer.ack_through(batch[-1])  # type: ignore[attr-defined]
    return got


@pytest.mark.req("B01")
async def test_partitions_share_the_stream_out_and_keep_a_device_together(bus: Bus) -> None:
    for what, number in itertools.product(("telemetry", "event.boom", "batch.3"), range(8)):
        await bus.publish_stream(subjects.up("acme", f"pump-{number}", what), b"x")
    expected = await _partition_of(bus, 24)
    assert len(expected) == 8
    assert len({zone for (zone,) in expected.values()}) > 1


async def _partition_of(bus: Bus, total: int) -> dict[str, tuple[int, ...]]:
    found: dict[str, set[int]] = {}
    consumers = [
        await bus.push_consumer("UP", f"t-{n}", filter_subject=subjects.partition_filter(n), start_sequence=1)
        for n in range(subjects.PARTITIONS)
    ]
    seen = 0

    async def drain(number: int) -> None:
        nonlocal seen
        while True:
            for message in await consumers[number].next_batch(100, 0):
                partition, tenant, device, what = subjects.stored_parts(message.subject)
                assert (partition, tenant) == (number, "acme")
                assert what in ("telemetry", "event.boom", "batch.3")
                found.setdefault(device, set()).add(partition)
                seen += 1

    tasks = [asyncio.create_task(drain(n)) for n in range(subjects.PARTITIONS)]
    await until(lambda: seen == total)
    for task in tasks:
        task.cancel()
    for consumer in consumers:
        await consumer.close()
    return {device: tuple(zones) for device, zones in found.items()}


async def test_messages_come_in_order_with_their_stream_time(bus: Bus) -> None:
    await publish_many(bus, 500)
    consumer = await bus.push_consumer("UP", "t", filter_subject="p.>", start_sequence=101)
    got = await read(consumer, 400)
    assert [m.stream_sequence for m in got] == list(range(101, 501))
    assert got[0].data == b"x100"
    assert got[0].time_ns <= got[-1].time_ns
    await consumer.close()


async def test_a_batch_waits_no_longer_than_its_linger_and_is_never_too_long(bus: Bus) -> None:
    await publish_many(bus, 10)
    consumer = await bus.push_consumer("UP", "t", filter_subject="p.>", start_sequence=1)
    assert len(await consumer.next_batch(4, 5)) == 4
    assert len(await consumer.next_batch(100, 0.05)) == 6
    await consumer.close()


@pytest.mark.req("B01")
async def test_a_writer_that_stands_still_loses_nothing(bus: Bus) -> None:
    """240 MB of messages: without flow control the client drops most of them, and the next ack covers the hole."""
    consumer = await bus.push_consumer("UP", "t", filter_subject="p.>", start_sequence=1)
    body = b"x" * 12_000
    publishing = asyncio.create_task(publish_many(bus, 20_000, body))
    first = await consumer.next_batch(100, 0.05)
    queued = 0
    while consumer.queued_bytes > queued:  # until flow control holds the broker back
        queued = consumer.queued_bytes
        await asyncio.sleep(0.5)
    assert consumer.queued_bytes < 70 * 1024 * 1024
    rest = 0
    last = first[-1].stream_sequence
    async with asyncio.timeout(60):
        while last < 20_000:
            batch = await consumer.next_batch(8192, 0.05)
            assert [m.stream_sequence for m in batch] == list(range(last + 1, last + 1 + len(batch)))
            last, rest = batch[-1].stream_sequence, rest + len(batch)
            await consumer.ack_through(batch[-1])
    await publishing
    assert len(first) + rest == 20_000
    assert consumer.renewals == 0
    await consumer.close()
    await bus.purge_stream("UP", through=last)


async def test_a_full_queue_is_read_again_instead_of_dropped(bus: Bus) -> None:
    consumer = await bus.push_consumer("UP", "t", filter_subject="p.>", start_sequence=1, queue_bytes=200_000)
    await publish_many(bus, 2000, b"x" * 1000)
    await until(lambda: consumer.renewals > 0)
    assert consumer.queued_bytes < 300_000
    got = await read(consumer, 2000)
    assert [m.stream_sequence for m in got] == list(range(1, 2001))
    await consumer.close()


async def test_acknowledged_messages_open_the_window(bus: Bus) -> None:
    consumer = await bus.push_consumer("UP", "t", filter_subject="p.>", start_sequence=1, max_ack_pending=50)
    await publish_many(bus, 120)
    first = await read(consumer, 50, ack=False)
    assert len(first) == 50
    await consumer.ack_through(first[-1])
    assert len(await read(consumer, 70)) == 70
    await consumer.close()


async def test_unacknowledged_messages_are_not_seen_twice_by_their_reader(bus: Bus) -> None:
    consumer = await bus.push_consumer("UP", "t", filter_subject="p.>", start_sequence=1, ack_wait_s=0.2)
    await publish_many(bus, 10)
    got = await read(consumer, 10, ack=False)
    await asyncio.sleep(0.5)  # the server delivers all ten again
    await publish_many(bus, 1, start=10)
    assert [m.stream_sequence for m in await read(consumer, 1)] == [11]
    assert len(got) == 10
    assert consumer.renewals == 0
    await consumer.close()


async def test_the_next_owner_takes_over_where_it_says(bus: Bus) -> None:
    await publish_many(bus, 20)
    first = await bus.push_consumer("UP", "t", filter_subject="p.>", start_sequence=1)
    await read(first, 20, ack=False)
    second = await bus.push_consumer("UP", "t", filter_subject="p.>", start_sequence=6)
    await first.close()
    assert [m.stream_sequence for m in await read(second, 15)] == list(range(6, 21))
    await second.close()


@pytest.mark.req("B01")
async def test_reading_goes_on_after_a_server_restart(own_broker: Broker) -> None:
    from kaogong.bus import ensure_streams

    bus = await own_broker.bus()
    await ensure_streams(bus)
    port = int(own_broker.url.rpartition(":")[2])
    consumer = await bus.push_consumer("UP", "t", filter_subject="p.>", start_sequence=1)
    await publish_many(bus, 1000)
    got = await read(consumer, 300, ack=False)
    assert own_broker.server.process is not None
    own_broker.server.process.kill()
    await own_broker.server.process.wait()
    await until(lambda: not bus.connected)
    await restart_on(own_broker, port)
    await until(lambda: bus.connected)
    await publish_many(bus, 500, start=1000)
    got += await read(consumer, 1500 - len(got))
    assert [m.stream_sequence for m in got] == list(range(1, 1501))
    assert consumer.renewals >= 1
    await consumer.close()
    await bus.close()


async def test_a_lost_message_is_noticed_and_fetched_again(bus: Bus) -> None:
    consumer = await bus.push_consumer("UP", "t", filter_subject="p.>", start_sequence=1)
    await publish_many(bus, 10)
    await read(consumer, 10)
    # The twelfth vanishes on its way, as when a client drops what it cannot queue.
    assert consumer._subscription is not None
    takers, number = bus._client._ps.takers, b"%d" % consumer._subscription._id
    receive, lost = takers[number], list[bytes]()

    def drop_one(subject: bytes, reply: bytes, headers: bytes, data: bytes) -> None:
        if not lost and reply.split(b".")[5:6] == [b"12"]:
            lost.append(reply)
        else:
            receive(subject, reply, headers, data)

    takers[number] = drop_one
    await publish_many(bus, 5, start=10)
    got = await read(consumer, 5)
    assert [m.stream_sequence for m in got] == [11, 12, 13, 14, 15]
    assert lost and consumer.renewals == 1
    await consumer.close()
