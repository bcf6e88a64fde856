"""The connection to NATS: a thin typed shell over nats-py that translates its errors and outlives every server restart."""

import asyncio
import logging
import ssl
from collections.abc import AsyncIterator, Awaitable, Callable, Mapping
from functools import partial
from typing import Any, Self

from nats.aio.msg import Msg
from nats.aio.subscription import Subscription as NatsSubscription
from nats.errors import Error as NatsError
from nats.js import JetStreamContext, api
from nats.js.errors import BucketNotFoundError, KeyNotFoundError, KeyWrongLastSequenceError, NoKeysError, NotFoundError
from nats.js.kv import KeyValue as Bucket

from kaogong.bus.bulk import BulkClient
from kaogong.bus.failures import carried, raise_carried, translated
from kaogong.bus.push_consumer import PushConsumer
from kaogong.bus.streaming import answer_stream, ask_stream
from kaogong.bus.types import NO_HEADERS, Cancel, KeyValue, Message, StreamState
from kaogong.core.errors import Conflict, KaogongError, NotReady

log = logging.getLogger(__name__)

OnState = Callable[[bool, str], None]
REFUSED = "the bus refuses this credential"
RECONNECT_WAIT_S = 0.25


class Subscription:
    """A subscription that survives reconnects and a closed client."""

    def __init__(self, bus: "Bus", subject: str, queue: str, callback: Callable[[Msg], Awaitable[None]]) -> None:
        self.subject = subject
        self._bus, self._queue, self._callback = bus, queue, callback
        self._inner: NatsSubscription | None = None

    async def _open(self, client: BulkClient) -> None:
        self._inner = await client.subscribe(
            self.subject, queue=self._queue, cb=self._callback, pending_msgs_limit=1_000_000, pending_bytes_limit=256 * 1024 * 1024
        )

    async def unsubscribe(self) -> None:
        """Stop receiving; safe twice and on a closed connection."""
        self._bus._subscriptions.discard(self)
        inner, self._inner = self._inner, None
        if inner is not None:
            try:
                await inner.unsubscribe()
            except NatsError as err:
                log.debug("unsubscribe from %s: %s", self.subject, err)


class Bus:
    """One process's connection. Everything raises KaogongErrors only: NotReady while the server does not answer."""

    def __init__(self, url: str, options: dict[str, Any], on_state: OnState | None) -> None:
        self._url, self._options, self._on_state = url, options, on_state
        self._client = BulkClient()
        self._jetstream: JetStreamContext = self._client.jetstream()
        self._subscriptions: set[Subscription] = set()
        self._tasks: set[asyncio.Task[None]] = set()
        self._buckets: dict[str, Bucket] = {}
        self.on_reconnect: list[Callable[[], None]] = []
        self._closing = False
        self._last_words = "it does not answer"

    @classmethod
    async def connect(
        cls,
        url: str,
        *,
        user: str | None = None,
        password: str | None = None,
        name: str,
        on_state: OnState | None = None,
        tls: ssl.SSLContext | None = None,
        within_s: float | None = None,
    ) -> Self:
        """Connect, waiting as long as it takes unless `within_s` is given (then NotReady), and reconnect for ever.

        `password` may be an nkey seed (`SU…`), which is how the platform's own processes sign in. `on_state` is told
        (connected, words) at each change. `tls` says which certificates are believed (`pinned`, `trusting`); unset: the system's.
        """
        options: dict[str, Any] = {"name": name, "inbox_prefix": f"_INBOX.{user or 'client'}"}
        if password and password.startswith("SU") and len(password) == 58:
            options["nkeys_seed_str"] = password
        elif user is not None:
            options |= {"user": user, "password": password or ""}
        if tls is not None:
            options["tls"] = tls
        bus = cls(url, options, on_state)
        opening = asyncio.get_running_loop().create_task(bus._open())
        try:
            await asyncio.wait([opening], timeout=within_s)
            if opening.done():
                await opening
                return bus
        finally:
            await _end(opening)
        await bus.close()
        raise NotReady(f"The message bus did not let us in within {within_s:g} s: {bus._last_words}.", code="bus_unreachable")

    async def _open(self) -> None:
        self._client = BulkClient()
        self._jetstream = self._client.jetstream()
        await self._client.connect(
            self._url.split(","),
            reconnect_time_wait=RECONNECT_WAIT_S,  # type: ignore[arg-type]
            max_reconnect_attempts=-1,
            connect_timeout=5,
            ping_interval=10,
            max_outstanding_pings=2,
            error_cb=self._failed,
            disconnected_cb=self._disconnected,
            reconnected_cb=self._reconnected,
            closed_cb=self._closed,
            pending_size=16 * 1024 * 1024,
            **self._options,
        )
        self._tell(True, "connected")

    def _tell(self, connected: bool, words: str) -> None:
        if self._on_state is not None and not self._closing:
            self._on_state(connected, words)

    async def _failed(self, err: Exception) -> None:
        log.debug("bus: %s", err)
        # A refusal is often followed by a reset of the connection, which explains nothing.
        self._last_words = self._last_words if isinstance(err, ConnectionError) and REFUSED in self._last_words else _words(err)
        if not self._client.is_connected:
            self._tell(False, _words(err))

    async def _disconnected(self) -> None:
        self._tell(False, "the connection was lost")

    async def _reconnected(self) -> None:
        self._tell(True, "connected again")
        for callback in self.on_reconnect:
            callback()

    async def _closed(self) -> None:
        # The client gives up for good on some server errors (a payload over the limit, an expired sign-in); the platform never does.
        if not self._closing:
            self._spawn(self._reopen())

    async def _reopen(self) -> None:
        await self._open()
        self._buckets.clear()
        for subscription in list(self._subscriptions):
            await subscription._open(self._client)
        await self._reconnected()

    def _spawn(self, work: Any) -> "asyncio.Task[None]":
        task: asyncio.Task[None] = asyncio.get_running_loop().create_task(work)
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)
        return task

    @property
    def connected(self) -> bool:
        """Whether the server answers at this moment."""
        return self._client.is_connected

    async def close(self) -> None:
        """Send what is buffered and leave; safe twice."""
        self._closing = True
        for task in list(self._tasks):
            task.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)
        if self._client.is_connected:
            try:
                await self._client.flush(timeout=2)
            except NatsError as err:
                log.debug("last flush: %s", err)
        await self._client.close()

    async def publish(self, subject: str, data: bytes, *, reply: str = "", headers: Mapping[str, str] | None = None) -> None:
        """Send, at most once; while disconnected it is buffered up to 16 MB."""
        try:
            await self._client.publish(subject, data, reply=reply, headers=dict(headers) if headers else None)
        except NatsError as err:
            raise translated(err) from err

    async def flush(self) -> None:
        """Return when the server has taken everything published before."""
        try:
            # Shielded: the client trips over the answer to a ping whose asker was cancelled.
            await asyncio.shield(self._client.flush(timeout=10))
        except NatsError as err:
            raise translated(err) from err

    async def subscribe(self, subject: str, handler: Callable[[Message], Awaitable[None]], *, queue: str = "") -> Subscription:
        """Call `handler` for each message, one after the other, in order."""

        async def deliver(msg: Msg) -> None:
            await handler(Message(msg.subject, msg.data, msg.reply, msg.headers or NO_HEADERS))

        return await self._subscribe(subject, queue, deliver)

    async def _subscribe(self, subject: str, queue: str, callback: Callable[[Msg], Awaitable[None]]) -> Subscription:
        subscription = Subscription(self, subject, queue, callback)
        try:
            await subscription._open(self._client)
        except NatsError as err:
            raise translated(err) from err
        self._subscriptions.add(subscription)
        return subscription

    async def request(self, subject: str, data: bytes, *, timeout_s: float) -> bytes:
        """Ask and return the answer; raises what the other side raised, NotReady when nobody answers in time."""
        try:
            msg = await self._client.request(subject, data, timeout=timeout_s)
        except (NatsError, TimeoutError) as err:
            raise translated(err, subject) from err
        raise_carried(msg.headers)
        return bytes(msg.data)

    async def serve(self, subject: str, handler: Callable[[bytes], Awaitable[bytes]], *, queue: str = "") -> Subscription:
        """Answer `request`; several at a time. A KaogongError crosses to the asker, anything else is logged and answered as a fault."""

        async def answer(message: Message) -> None:
            try:
                await self.publish(message.reply, await handler(message.data))
            except KaogongError as err:
                await self.publish(message.reply, b"", headers=carried(err))

        async def start(message: Message) -> None:
            if message.reply:
                self._spawn(answer(message)).add_done_callback(partial(self._answer_fault, message.reply, subject))

        return await self.subscribe(subject, start, queue=queue)

    def stream_request(self, subject: str, data: bytes, *, timeout_s: float) -> AsyncIterator[bytes]:
        """Ask and iterate the answer's pieces; `timeout_s` is the longest silence. Leaving the iterator cancels the work."""
        return ask_stream(self, subject, data, timeout_s)

    async def serve_stream(
        self, subject: str, handler: Callable[[bytes, Cancel], AsyncIterator[bytes]], *, queue: str = ""
    ) -> Subscription:
        """Answer `stream_request` with each piece `handler` yields (≤ 4 MB); it never runs far ahead of the reader."""

        async def start(message: Message) -> None:
            if message.reply:
                work = answer_stream(self, message, handler)
                self._spawn(work).add_done_callback(partial(self._answer_fault, message.reply, subject))

        return await self.subscribe(subject, start, queue=queue)

    def _answer_fault(self, reply: str, subject: str, task: "asyncio.Task[None]") -> None:
        if task.cancelled() or (fault := task.exception()) is None or self._closing:
            return
        log.error("answering %s failed", subject, exc_info=fault)
        carry = carried(KaogongError(f"A fault of ours while answering {subject}: {type(fault).__name__}."))
        self._spawn(self.publish(reply, b"", headers=carry))

    def new_inbox(self) -> str:
        """A subject nobody else listens on."""
        return self._client.new_inbox()

    async def publish_stream(self, subject: str, data: bytes, *, message_id: str | None = None, timeout_s: float = 5) -> int:
        """Publish and return the stream's sequence once it is stored; with `message_id` a repeat within two minutes is stored once.

        Raises Overloaded when the disk limit is reached, NotReady when no stream answers.
        """
        headers = {api.Header.MSG_ID.value: message_id} if message_id else None
        try:
            return (await self._jetstream.publish(subject, data, timeout=timeout_s, headers=headers)).seq
        except (NatsError, TimeoutError) as err:
            raise translated(err, subject) from err

    async def stream_state(self, stream: str) -> StreamState:
        """Where `stream` begins and ends."""
        try:
            info = await self._jetstream.stream_info(stream)
        except (NatsError, TimeoutError) as err:
            raise translated(err, stream) from err
        state = info.state
        incarnation = info.created.isoformat() if info.created else ""
        return StreamState(incarnation, state.first_seq, state.last_seq, state.messages, state.bytes)

    async def last_sequence(self, stream: str, subject: str) -> int:
        """The sequence of the newest message kept on `subject` (wildcards allowed), 0 when there is none."""
        try:
            return (await self._jetstream.get_last_msg(stream, subject)).seq or 0
        except NotFoundError:
            return 0
        except (NatsError, TimeoutError) as err:
            raise translated(err, stream) from err

    async def purge_stream(self, stream: str, *, through: int) -> None:
        """Forget every message up to and including sequence `through`."""
        try:
            await self._jetstream.purge_stream(stream, seq=through + 1)
        except (NatsError, TimeoutError) as err:
            raise translated(err, stream) from err

    async def delete_stream(self, stream: str) -> None:
        """Remove `stream` and all it holds; nothing happens when there is none."""
        try:
            await self._jetstream.delete_stream(stream)
        except NotFoundError:
            return
        except (NatsError, TimeoutError) as err:
            raise translated(err, stream) from err

    async def push_consumer(
        self,
        stream: str,
        durable: str,
        *,
        filter_subject: str,
        start_sequence: int,
        max_ack_pending: int = 65_536,
        queue_bytes: int = 64 * 1024 * 1024,
        ack_wait_s: float = 60,
        headers_only: bool = False,
    ) -> PushConsumer:
        """Receive `stream` from `start_sequence` on, losing nothing; replaces any consumer of the same name.

        `headers_only` leaves the bodies with the server.
        """
        consumer = PushConsumer(
            self,
            stream,
            durable,
            filter_subject=filter_subject,
            start_sequence=start_sequence,
            max_ack_pending=max_ack_pending,
            queue_bytes=queue_bytes,
            ack_wait_s=ack_wait_s,
            headers_only=headers_only,
        )
        await consumer.open()
        return consumer

    async def kv_bucket(self, bucket: str, *, ttl_s: float | None = None) -> None:
        """Make `bucket` unless it exists; its values vanish `ttl_s` after they were last written."""
        try:
            self._buckets[bucket] = await self._jetstream.create_key_value(bucket=bucket, ttl=ttl_s, storage=api.StorageType.FILE)
        except (NatsError, TimeoutError) as err:
            raise translated(err, bucket) from err

    async def _bucket(self, bucket: str) -> Bucket:
        found = self._buckets.get(bucket)
        if found is None:
            try:
                found = await self._jetstream.key_value(bucket)
            except BucketNotFoundError:
                found = await self._jetstream.create_key_value(bucket=bucket, storage=api.StorageType.FILE)
            self._buckets[bucket] = found
        return found

    async def kv_get(self, bucket: str, key: str) -> KeyValue | None:
        """The value under `key`, or None."""
        try:
            entry = await (await self._bucket(bucket)).get(key)
        except KeyNotFoundError:
            return None
        except (NatsError, TimeoutError) as err:
            raise translated(err, bucket) from err
        return KeyValue(entry.value or b"", entry.revision or 0)

    async def kv_values(self, bucket: str) -> dict[str, bytes]:
        """Everything in `bucket`."""
        try:
            store = await self._bucket(bucket)
            found = {key: await store.get(key) for key in await store.keys()}
        except NoKeysError:
            return {}
        except (NatsError, TimeoutError) as err:
            raise translated(err, bucket) from err
        return {key: entry.value or b"" for key, entry in found.items()}

    async def kv_put(self, bucket: str, key: str, value: bytes) -> int:
        """Write whatever is there; the new revision."""
        try:
            return await (await self._bucket(bucket)).put(key, value)
        except (NatsError, TimeoutError) as err:
            raise translated(err, bucket) from err

    async def kv_update(self, bucket: str, key: str, value: bytes, *, revision: int) -> int:
        """Write if `revision` is still the last one (0: if there is none); the new revision, or Conflict."""
        try:
            store = await self._bucket(bucket)
            return await store.create(key, value) if revision == 0 else await store.update(key, value, last=revision)
        except KeyWrongLastSequenceError as err:
            raise Conflict(f"{bucket}/{key} was written by another meanwhile.", code="kv_revision") from err
        except (NatsError, TimeoutError) as err:
            raise translated(err, bucket) from err

    async def kv_delete(self, bucket: str, key: str) -> None:
        """Remove `key`; nothing happens when there is none."""
        try:
            await (await self._bucket(bucket)).delete(key)
        except (NatsError, TimeoutError) as err:
            raise translated(err, bucket) from err


async def _end(task: "asyncio.Task[None]") -> None:
    # The client waits with Python 3.11's wait_for, which swallows a cancellation that meets a refused connection.
    while not task.done():
        task.cancel()
        await asyncio.wait([task], timeout=0.05)


def _words(err: Exception) -> str:
    text = str(err) or type(err).__name__
    if "authorization" in text.lower():
        return REFUSED
    if isinstance(err, TimeoutError):
        return "the bus does not let us in in time: the gate, which admits, may be away"
    return f"the bus does not answer: {text}"
