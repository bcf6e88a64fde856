"""One partition of the stream, read ahead by one hand of messages and no more."""

import asyncio

from kaogong.bus import Bus, PushConsumer, StreamMessage, subjects

HAND_BYTES = 2 * 1024 * 1024  # of bodies in one hand; ten to twenty times that as a table
QUEUE_BYTES = 16 * 1024 * 1024
FIRST_HAND = 256


class Reader:
    """Keeps one `next_batch` under way, sized by what messages of this partition weigh. `handed` is the last sequence taken,
    `linger_s` how long the next hand waits for company."""

    def __init__(self, consumer: PushConsumer, partition: int, position: int, most: int, linger_s: float) -> None:
        self.partition, self.handed = partition, position
        self._consumer, self._most, self.linger_s = consumer, most, linger_s
        self._weight = HAND_BYTES / FIRST_HAND
        self.hand = self._next()

    @classmethod
    async def open(cls, bus: Bus, partition: int, position: int, most: int, linger_s: float) -> "Reader":
        """Read from behind `position`, whatever an earlier consumer of that name had been given."""
        consumer = await bus.push_consumer(
            subjects.UP,
            f"ingest-{partition}",
            filter_subject=subjects.partition_filter(partition),
            start_sequence=position + 1,
            queue_bytes=QUEUE_BYTES,
            headers_only=partition == subjects.COPIES,
        )
        return cls(consumer, partition, position, most, linger_s)

    def _next(self) -> "asyncio.Task[list[StreamMessage]]":
        most = max(1, min(self._most, int(HAND_BYTES / self._weight)))
        return asyncio.get_running_loop().create_task(self._consumer.next_batch(most, self.linger_s))

    def take(self) -> list[StreamMessage]:
        """The messages that have come, each once and in order; asks for the next ones."""
        messages = self.hand.result()
        self.hand = self._next()
        if messages:
            weight = sum(len(m.data) for m in messages) / len(messages)
            self._weight = max(64.0, weight, (self._weight + weight) / 2)
        return [m for m in messages if m.stream_sequence > self.handed]

    async def ack(self, message: StreamMessage) -> None:
        """Acknowledge all up to `message`."""
        await self._consumer.ack_through(message)

    async def close(self) -> None:
        """Stop reading; what was read and not accounted for will be read again."""
        self.hand.cancel()
        await asyncio.gather(self.hand, return_exceptions=True)
        await self._consumer.close()
