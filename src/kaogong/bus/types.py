"""What the bus speaks: messages, stream positions, the sign that an answer is no longer wanted."""

import asyncio
from collections.abc import Callable, Mapping
from types import MappingProxyType
from typing import NamedTuple

NO_HEADERS: Mapping[str, str] = MappingProxyType({})


class Message(NamedTuple):
    """One message as it came off the bus."""

    subject: str
    data: bytes
    reply: str = ""
    headers: Mapping[str, str] = NO_HEADERS


class StreamMessage(NamedTuple):
    """One message of a stream. `time_ns` is when the stream stored it, in nanoseconds since 1970: a redelivery has the same."""

    subject: str
    data: bytes
    stream_sequence: int
    consumer_sequence: int
    time_ns: int
    reply: str
    generation: int


class StreamState(NamedTuple):
    """How far a stream reaches. `incarnation` changes when a stream is made anew, so that its sequences mean other messages."""

    incarnation: str
    first_sequence: int
    last_sequence: int
    messages: int
    bytes: int


class KeyValue(NamedTuple):
    """A value of a bucket; `revision` is what `kv_update` must be given to replace it."""

    value: bytes
    revision: int


class Cancel:
    """Says that whoever asked has left. Safe to read from a worker thread."""

    def __init__(self) -> None:
        self._event = asyncio.Event()
        self._callbacks: list[Callable[[], None]] = []
        self.requested = False

    def request(self) -> None:
        """Called by the bus, once, on the event loop."""
        self.requested = True
        self._event.set()
        for callback in self._callbacks:
            callback()

    def on_request(self, callback: Callable[[], None]) -> None:
        """Call `callback` on the event loop when the asker leaves; at once if that has happened."""
        if self.requested:
            callback()
        else:
            self._callbacks.append(callback)

    async def wait(self) -> None:
        """Return when the asker has left."""
        await self._event.wait()
