import asyncio
from collections.abc import AsyncIterator

import pytest
from tests.support.nats import Broker, until

from kaogong.bus import PLATFORM, Bus, Cancel
from kaogong.core.errors import ConfigInvalid, Conflict, KaogongError, NotReady, TooLarge


async def test_request_returns_the_answer(bus: Bus) -> None:
    async def double(data: bytes) -> bytes:
        return data * 2

    served = await bus.serve("test.double", double)
    assert await bus.request("test.double", b"ab", timeout_s=5) == b"abab"
    await served.unsubscribe()


async def test_request_without_anybody_is_not_ready_at_once(bus: Bus) -> None:
    with pytest.raises(NotReady, match="Nobody answers") as raised:
        await bus.request("test.nobody", b"", timeout_s=5)
    assert raised.value.stable_code == "no_responder"


async def test_error_of_the_other_side_crosses(bus: Bus) -> None:
    async def refuse(data: bytes) -> bytes:
        raise ConfigInvalid("No such unit.", code="unit_unknown", field="unit")

    served = await bus.serve("test.refuse", refuse)
    with pytest.raises(ConfigInvalid) as raised:
        await bus.request("test.refuse", b"", timeout_s=5)
    assert raised.value.stable_code == "unit_unknown"
    assert raised.value.details["field"] == "unit"
    await served.unsubscribe()


async def test_fault_of_the_other_side_is_answered_and_logged(bus: Bus, caplog: pytest.LogCaptureFixture) -> None:
    async def fail(data: bytes) -> bytes:
        raise ZeroDivisionError

    served = await bus.serve("test.fail", fail)
    with pytest.raises(KaogongError) as raised:
        await bus.request("test.fail", b"", timeout_s=5)
    assert raised.value.stable_code == "internal"
    assert "answering test.fail failed" in caplog.text
    await served.unsubscribe()


async def test_requests_are_answered_side_by_side(bus: Bus) -> None:
    both = asyncio.Barrier(2)

    async def meet(data: bytes) -> bytes:
        async with asyncio.timeout(5):
            await both.wait()
        return data

    served = await bus.serve("test.meet", meet)
    answers = await asyncio.gather(*(bus.request("test.meet", str(n).encode(), timeout_s=5) for n in range(2)))
    assert answers == [b"0", b"1"]
    await served.unsubscribe()


async def test_streamed_answer_arrives_in_order_and_waits_for_its_reader(bus: Bus) -> None:
    made = 0

    async def count(data: bytes, cancel: Cancel) -> AsyncIterator[bytes]:
        nonlocal made
        for made in range(int(data)):
            yield str(made).encode()

    served = await bus.serve_stream("test.count", count)
    pieces = []
    async for piece in bus.stream_request("test.count", b"100", timeout_s=5):
        pieces.append(int(piece))
        assert made - len(pieces) < 20
    assert pieces == list(range(100))
    await served.unsubscribe()


async def test_leaving_a_streamed_answer_cancels_the_work(bus: Bus) -> None:
    seen: list[Cancel] = []
    left = asyncio.Event()

    async def endless(data: bytes, cancel: Cancel) -> AsyncIterator[bytes]:
        seen.append(cancel)
        cancel.on_request(left.set)
        while True:
            yield b"x" * 1000

    served = await bus.serve_stream("test.endless", endless)
    answer = bus.stream_request("test.endless", b"", timeout_s=5)
    assert await anext(answer)
    await answer.aclose()  # type: ignore[attr-defined]
    async with asyncio.timeout(5):
        await left.wait()
    assert seen[0].requested
    await served.unsubscribe()


async def test_error_amid_a_streamed_answer_crosses(bus: Bus) -> None:
    async def half(data: bytes, cancel: Cancel) -> AsyncIterator[bytes]:
        yield b"first"
        raise NotReady("The store is away.")

    served = await bus.serve_stream("test.half", half)
    answer = bus.stream_request("test.half", b"", timeout_s=5)
    assert await anext(answer) == b"first"
    with pytest.raises(NotReady, match="store is away"):
        await anext(answer)
    await served.unsubscribe()


async def test_streamed_request_without_anybody_is_not_ready_at_once(bus: Bus) -> None:
    with pytest.raises(NotReady) as raised:
        await anext(bus.stream_request("test.nobody", b"", timeout_s=5))
    assert raised.value.stable_code == "no_responder"


async def test_payload_over_the_limit_is_named(bus: Bus) -> None:
    with pytest.raises(TooLarge) as raised:
        await bus.publish("test.big", b"x" * (9 * 1024 * 1024))
    assert raised.value.details["limit"] == 8 * 1024 * 1024


async def test_stream_publish_returns_the_sequence_and_a_repeat_is_stored_once(bus: Bus) -> None:
    first = await bus.publish_stream("up.acme.edge-1.batch.3", b"{}", message_id="a")
    again = await bus.publish_stream("up.acme.edge-1.batch.3", b"{}", message_id="a")
    assert first == again == 1
    state = await bus.stream_state("UP")
    assert (state.first_sequence, state.last_sequence, state.messages) == (1, 1, 1)
    await bus.publish_stream("up.acme.edge-1.batch.3", b"{}")
    await bus.purge_stream("UP", through=1)
    assert (await bus.stream_state("UP")).first_sequence == 2


async def test_stream_publish_where_no_stream_listens_is_not_ready(bus: Bus) -> None:
    with pytest.raises(NotReady):
        await bus.publish_stream("nowhere.at.all", b"")


async def test_bucket_values_are_replaced_only_by_who_read_them(bus: Bus) -> None:
    await bus.kv_bucket("leases", ttl_s=30)
    await bus.kv_delete("leases", "a")
    assert await bus.kv_get("leases", "a") is None
    revision = await bus.kv_update("leases", "a", b"me", revision=0)
    with pytest.raises(Conflict):
        await bus.kv_update("leases", "a", b"you", revision=0)
    newer = await bus.kv_update("leases", "a", b"me again", revision=revision)
    with pytest.raises(Conflict):
        await bus.kv_update("leases", "a", b"you", revision=revision)
    held = await bus.kv_get("leases", "a")
    assert held is not None and (held.value, held.revision) == (b"me again", newer)


async def test_bus_outlives_a_server_restart(own_broker: Broker) -> None:
    states: list[tuple[bool, str]] = []
    port = int(own_broker.url.rpartition(":")[2])
    bus = await Bus.connect(
        own_broker.url, user=PLATFORM, password=own_broker.platform.seed, name="t", on_state=lambda up, words: states.append((up, words))
    )

    async def echo(data: bytes) -> bytes:
        return data

    await bus.serve("test.echo", echo)
    await own_broker.server.stop()
    await until(lambda: not bus.connected)
    with pytest.raises(NotReady):
        await bus.request("test.echo", b"x", timeout_s=0.2)
    await restart_on(own_broker, port)
    await until(lambda: bus.connected)
    assert await bus.request("test.echo", b"x", timeout_s=5) == b"x"
    assert states[0] == (True, "connected")
    assert (False, "the connection was lost") in states
    assert states[-1] == (True, "connected again")
    await bus.close()


async def test_waiting_for_a_server_that_is_not_there_ends_when_asked_to() -> None:
    with pytest.raises(NotReady, match=r"did not let us in within 0\.3 s: the bus does not answer") as raised:
        await Bus.connect("nats://127.0.0.1:1", user=PLATFORM, password="x", name="t", within_s=0.3)
    assert raised.value.stable_code == "bus_unreachable"


async def restart_on(broker: Broker, port: int) -> None:
    from dataclasses import replace

    broker.server.options = replace(broker.server.options, nats=replace(broker.server.options.nats, port=port))
    await broker.server.start()
