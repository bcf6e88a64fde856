"""The short way of streams: every message once and in order, however the bytes were cut."""

import random
from types import SimpleNamespace
from typing import Any

import pytest
from nats.aio.client import Client

from kaogong.bus.bulk import BulkClient


def frame(sid: int, subject: str, reply: str, body: bytes, headers: bytes = b"") -> bytes:
    """One message as the server writes it."""
    words = [subject, str(sid), *([reply] if reply else [])]
    if headers:
        words += [str(len(headers)), str(len(headers) + len(body))]
        return b"HMSG " + " ".join(words).encode() + b"\r\n" + headers + body + b"\r\n"
    return b"MSG " + " ".join([*words, str(len(body))]).encode() + b"\r\n" + body + b"\r\n"


@pytest.mark.parametrize("seed", range(8))
async def test_messages_come_once_and_in_order_wherever_the_bytes_are_cut(seed: int) -> None:
    dice = random.Random(seed)
    client = BulkClient()
    raw: list[tuple[bytes, bytes, bytes, bytes]] = []
    others: list[bytes] = []
    pings = 0

    async def pinged() -> None:
        nonlocal pings
        pings += 1

    client._process_ping = pinged  # type: ignore[method-assign]
    client._ps.takers[b"7"] = lambda *message: raw.append(message)
    library: Any = SimpleNamespace(_received=0, _max_msgs=0, _jsi=None, _future=None, _pending_size=0, _pending_bytes_limit=0)
    library._pending_queue = SimpleNamespace(put_nowait=lambda message: others.append(message.data))
    client._subs[8] = library
    wire, sent, plain, expected = b"", [], [], 0
    for number in range(300):
        kind = dice.random()
        body = (b"MSG 7 \r\n+OK\r\n" + b"%d" % number) * dice.choice([0, 1, 1, 3, 400]) + b"%d" % number
        if kind < 0.6:
            sent.append((b"p.1.x", b"$JS.ACK.%d" % number, b"", body))
            wire += frame(7, "p.1.x", f"$JS.ACK.{number}", body)
        elif kind < 0.75:
            sent.append((b"p.1.y", b"", b"NATS/1.0\r\nA: b\r\n\r\n", body))
            wire += frame(7, "p.1.y", "", body, b"NATS/1.0\r\nA: b\r\n\r\n")
        elif kind < 0.9:
            plain.append(body)
            wire += frame(8, "other", "", body)
        else:
            wire += b"PING\r\n"
            expected += 1
    while wire:
        size = dice.choice([1, 2, 5, 100, 4096, 32768])
        await client._ps.parse(wire[:size])
        wire = wire[size:]
    assert raw == sent
    assert others == plain
    assert pings == expected
    assert not client._ps.buf


async def test_a_subscription_of_an_earlier_client_does_not_silence_a_later_one() -> None:
    earlier, later = BulkClient(), BulkClient()
    later._ps.takers[b"1"] = lambda *_: None
    later.forget_raw(SimpleNamespace(_conn=earlier, _id=1))  # type: ignore[arg-type]
    assert b"1" in later._ps.takers
    assert isinstance(later, Client)
