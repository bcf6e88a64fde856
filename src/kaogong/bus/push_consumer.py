"""Reads one stream by a push consumer without ever losing a message silently.

A push consumer is the cheapest way to read, but the client library drops what it cannot queue, and with ack-all the next
acknowledgement covers the hole. So: the server's flow control is answered only when its messages have been taken, every
consumer sequence is checked, and at any gap, silence or reconnect the consumer is made anew after the last message in hand.
"""

import asyncio
import contextlib
import logging
from collections import deque
from functools import partial
from typing import TYPE_CHECKING

from nats.aio.subscription import Subscription
from nats.errors import Error as NatsError
from nats.js import api
from nats.js.errors import NotFoundError

from kaogong.bus.failures import translated
from kaogong.bus.types import StreamMessage
from kaogong.core.errors import KaogongError

if TYPE_CHECKING:
    from kaogong.bus.connection import Bus

log = logging.getLogger(__name__)

HEARTBEAT_S = 2.0
SILENCE_S = 3 * HEARTBEAT_S
RETRY_S = 0.5
STATUS = b"NATS/1.0 "  # of what the server says itself: flow control, heartbeats
ACK_TOKENS = 9  # $JS.ACK.stream.consumer.delivered.stream_sequence.consumer_sequence.time.pending; longer with a domain


class PushConsumer:
    """Iterates a stream in batches. One reader at a time; `ack_through` frees the server's window."""

    def __init__(
        self,
        bus: "Bus",
        stream: str,
        durable: str,
        *,
        filter_subject: str,
        start_sequence: int,
        max_ack_pending: int,
        queue_bytes: int,
        ack_wait_s: float,
        headers_only: bool = False,
    ) -> None:
        self._bus, self._stream, self._durable = bus, stream, durable
        self._filter, self._headers_only = filter_subject, headers_only
        self._max_ack_pending, self._queue_bytes, self._ack_wait_s = max_ack_pending, queue_bytes, ack_wait_s
        self._queue: deque[StreamMessage] = deque()
        self._bytes = 0
        self._flow: deque[tuple[int, str, int]] = deque()  # (messages that must be taken first, reply, generation)
        self._enqueued = self._taken = 0
        self._last = start_sequence - 1
        self._expected = 1
        self._generation = self._made = 0
        self._wanted = 1
        self._arrived = asyncio.Event()
        self._heard = 0.0
        self._subscription: Subscription | None = None
        self._answering: asyncio.Task[None] | None = None
        self._renewing: asyncio.Task[None] | None = None
        self._watching: asyncio.Task[None] | None = None
        self.problem = ""
        self.renewals = 0

    async def open(self) -> None:
        """Make the consumer on the server; raises NotReady when the stream is not there."""
        self._bus.on_reconnect.append(self._reconnected)
        await self._make()
        self._watching = asyncio.get_running_loop().create_task(self._watch())

    @property
    def queued_bytes(self) -> int:
        """Bytes that have arrived and were not taken."""
        return self._bytes

    async def close(self) -> None:
        """Stop receiving; what is queued and not taken will be delivered to the next consumer."""
        if self._reconnected in self._bus.on_reconnect:
            self._bus.on_reconnect.remove(self._reconnected)
        tasks = [t for t in (self._watching, self._renewing, self._answering) if t is not None]
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)
        self._generation += 1
        await self._unsubscribe()

    async def next_batch(self, max_messages: int, linger_s: float) -> list[StreamMessage]:
        """Wait for a message, then at most `linger_s` for others; up to `max_messages`, in stream order, each once."""
        await self._wait(1, None)
        if linger_s > 0 and not self._flow:
            await self._wait(max_messages, linger_s)
        queue = self._queue
        batch = [queue.popleft() for _ in range(min(max_messages, len(queue)))]
        self._bytes -= sum(len(m.data) for m in batch)
        self._taken += len(batch)
        await self._answer_flow_control()
        return batch

    async def ack_through(self, message: StreamMessage) -> None:
        """Acknowledge `message` and everything before it; what an earlier consumer delivered needs none."""
        if message.generation == self._generation:
            await self._bus.publish(message.reply, b"")

    async def _wait(self, wanted: int, limit_s: float | None) -> None:
        self._wanted = wanted
        try:
            async with asyncio.timeout(limit_s):
                while len(self._queue) < wanted:
                    self._arrived.clear()
                    await self._arrived.wait()
                    if self._flow and self._queue:
                        return  # the server waits for this queue to be taken
        except TimeoutError:
            pass
        finally:
            self._wanted = 1

    def _receive(self, generation: int, subject: bytes, reply: bytes, headers: bytes, data: bytes) -> None:
        if generation != self._generation:
            return
        if headers.startswith(STATUS) and not data:
            self._control(headers, reply.decode())
            return
        tokens = reply.split(b".")
        at = 5 if len(tokens) == ACK_TOKENS else 7
        stream_sequence, consumer_sequence = int(tokens[at]), int(tokens[at + 1])
        if consumer_sequence != self._expected or self._bytes > self._queue_bytes:
            self._renew(f"{self._stream}/{self._durable}: expected {self._expected}, received {consumer_sequence}")
            return
        self._expected += 1
        if stream_sequence <= self._last:
            return  # a redelivery of what is queued or being worked on in this process
        self._last = stream_sequence
        self._queue.append(
            StreamMessage(subject.decode(), data, stream_sequence, consumer_sequence, int(tokens[at + 2]), reply.decode(), generation)
        )
        self._bytes += len(data)
        self._enqueued += 1
        if len(self._queue) >= self._wanted:
            self._arrived.set()

    def _control(self, headers: bytes, reply: str) -> None:
        self._heard = asyncio.get_running_loop().time()
        said = dict(line.split(": ", 1) for line in headers.decode().splitlines() if ": " in line)
        flow_reply = reply or said.get("Nats-Consumer-Stalled", "")
        if flow_reply:
            self._flow.append((self._enqueued, flow_reply, self._generation))
            self._arrived.set()
            if not self._queue:
                self._answering = asyncio.get_running_loop().create_task(self._answer_flow_control())
        last = said.get("Nats-Last-Consumer")
        if last is not None and int(last) != self._expected - 1:
            self._renew(f"{self._stream}/{self._durable}: the server sent {last}, {self._expected - 1} arrived")

    async def _answer_flow_control(self) -> None:
        while self._flow and self._flow[0][0] <= self._taken:
            _, reply, generation = self._flow.popleft()
            if generation == self._generation:
                await self._bus.publish(reply, b"")

    def _reconnected(self) -> None:
        self._renew(f"{self._stream}/{self._durable}: the bus was away")

    async def _watch(self) -> None:
        late = seen = 0
        loop = asyncio.get_running_loop()
        while True:
            await asyncio.sleep(HEARTBEAT_S / 2)
            if seen != self._expected:  # heartbeats come only while nothing else does
                seen, self._heard = self._expected, loop.time()
            late = late + 1 if loop.time() - self._heard > SILENCE_S else 0
            # Twice in a row: after this process itself was busy, what arrived meanwhile is read first.
            if late >= 2 and self._bus.connected:
                self._renew(f"{self._stream}/{self._durable}: no sign of the consumer for {SILENCE_S:g} s")
                late = 0

    def _renew(self, reason: str) -> None:
        self._generation += 1  # nothing of the old subscription counts from here on
        if self._renewing is None or self._renewing.done():
            log.info("%s; reading on after %d", reason, self._last)
            self._renewing = asyncio.get_running_loop().create_task(self._renew_until_done())

    async def _renew_until_done(self) -> None:
        while True:
            try:
                await self._make()
            except KaogongError as err:
                self.problem = err.message
                await asyncio.sleep(RETRY_S)
                continue
            self.renewals += 1
            if self._made == self._generation:
                self.problem = ""
                return

    async def _make(self) -> None:
        manager = self._bus._jetstream
        try:
            await self._unsubscribe()
            self._generation += 1
            made = self._generation
            self._expected = 1
            self._heard = asyncio.get_running_loop().time()
            inbox = self._bus.new_inbox()
            self._subscription = await self._bus._client.subscribe_raw(inbox, partial(self._receive, made))
            with contextlib.suppress(NotFoundError):
                await manager.delete_consumer(self._stream, self._durable)
            await manager.add_consumer(self._stream, self._config(inbox))
            self._made = made
        except (NatsError, TimeoutError) as err:
            raise translated(err, self._stream) from err

    async def _unsubscribe(self) -> None:
        subscription, self._subscription = self._subscription, None
        if subscription is not None:
            self._bus._client.forget_raw(subscription)
            with contextlib.suppress(NatsError):
                await subscription.unsubscribe()

    def _config(self, inbox: str) -> api.ConsumerConfig:
        return api.ConsumerConfig(
            durable_name=self._durable,
            deliver_policy=api.DeliverPolicy.BY_START_SEQUENCE,
            opt_start_seq=self._last + 1,
            ack_policy=api.AckPolicy.ALL,
            ack_wait=self._ack_wait_s,
            max_ack_pending=self._max_ack_pending,
            filter_subject=self._filter,
            headers_only=self._headers_only,
            flow_control=True,
            idle_heartbeat=HEARTBEAT_S,
            deliver_subject=inbox,
            # Where reading resumes is known to the reader, so the server need not write it to disk.
            mem_storage=True,
        )
