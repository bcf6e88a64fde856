"""Answers in pieces over request and reply: numbered frames, a window the reader opens, an end, and a way to leave early."""

import asyncio
from collections.abc import AsyncGenerator, AsyncIterator, Callable
from contextlib import aclosing
from typing import TYPE_CHECKING, cast
from uuid import uuid4

from kaogong.bus.failures import ERROR, carried, raise_carried
from kaogong.bus.types import Cancel, Message
from kaogong.core.errors import KaogongError, NotReady

if TYPE_CHECKING:
    from kaogong.bus.connection import Bus

STREAM = "Kaogong-Stream"
SEQUENCE = "Seq"
LAST = "Last"
WINDOW = 8  # frames on their way to a reader that has not taken them
READER_PATIENCE_S = 30.0
MORE, LEAVE = b"+", b"cancel"


async def ask_stream(bus: "Bus", subject: str, data: bytes, timeout_s: float) -> AsyncIterator[bytes]:
    """The asker's side; see `Bus.stream_request`."""
    arrived: asyncio.Queue[Message] = asyncio.Queue()
    inbox, control = bus.new_inbox(), f"cancel.{uuid4().hex}"
    subscription = await bus.subscribe(inbox, arrived.put)
    ended = False
    try:
        await bus.publish(subject, data, reply=inbox, headers={STREAM: control})
        expected = 0
        while True:
            frame = await _next_frame(arrived, subject, timeout_s)
            ended = ERROR in frame.headers or LAST in frame.headers
            _check(frame, subject, expected)
            expected += 1
            if frame.data:
                yield frame.data
            if ended:
                return
            await bus.publish(control, MORE)
    finally:
        await subscription.unsubscribe()
        if not ended:
            await bus.publish(control, LEAVE)


async def _next_frame(arrived: "asyncio.Queue[Message]", subject: str, timeout_s: float) -> Message:
    try:
        async with asyncio.timeout(timeout_s):
            return await arrived.get()
    except TimeoutError as err:
        raise NotReady(f"No answer on {subject} for {timeout_s:g} s.", code="bus_timeout", retry_after_s=1) from err


def _check(frame: Message, subject: str, expected: int) -> None:
    if frame.headers.get("Status") == "503":
        raise NotReady(f"Nobody answers on {subject}: the process that does is not running.", code="no_responder", retry_after_s=1)
    raise_carried(frame.headers)
    if frame.headers.get(SEQUENCE) != str(expected):
        raise NotReady(f"A piece of the answer on {subject} was lost; ask again.", code="frame_lost", retry_after_s=0)


async def answer_stream(bus: "Bus", message: Message, handler: Callable[[bytes, Cancel], AsyncIterator[bytes]]) -> None:
    """The answering side; see `Bus.serve_stream`."""
    cancel, credit = Cancel(), asyncio.Semaphore(WINDOW)
    work = asyncio.current_task()
    assert work is not None

    async def heard(control: Message) -> None:
        if control.data == MORE:
            credit.release()
        elif not cancel.requested:
            cancel.request()
            work.cancel()

    subscription = await bus.subscribe(message.headers.get(STREAM, bus.new_inbox()), heard)
    try:
        await _send(bus, message, cast("AsyncGenerator[bytes]", handler(message.data, cancel)), cancel, credit)
    except KaogongError as err:
        await bus.publish(message.reply, b"", headers=carried(err))
    finally:
        await subscription.unsubscribe()


async def _send(bus: "Bus", message: Message, pieces: AsyncGenerator[bytes], cancel: Cancel, credit: asyncio.Semaphore) -> None:
    sequence = 0
    async with aclosing(pieces):
        async for piece in pieces:
            try:
                async with asyncio.timeout(READER_PATIENCE_S):
                    await credit.acquire()
            except TimeoutError:
                cancel.request()
                return
            await bus.publish(message.reply, piece, headers={SEQUENCE: str(sequence)})
            sequence += 1
    await bus.publish(message.reply, b"", headers={SEQUENCE: str(sequence), LAST: "1"})
