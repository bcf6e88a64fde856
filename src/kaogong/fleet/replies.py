"""Follows the answers of devices to commands."""

import logging
from datetime import UTC, datetime

from anyio import to_thread

from kaogong.bus import Bus, StreamMessage
from kaogong.bus.subjects import REPLIES
from kaogong.core.errors import KaogongError
from kaogong.db import Database
from kaogong.fleet.commands import take_answer

log = logging.getLogger(__name__)


async def follow_replies(bus: Bus, database: Database) -> None:
    """Record answers for ever; those that came while nobody followed are taken first. Runs until it is cancelled."""
    state = await bus.stream_state(REPLIES)
    consumer = await bus.push_consumer(
        REPLIES, "command-replies", filter_subject="up.*.*.reply.*", start_sequence=max(1, state.first_sequence)
    )
    try:
        while True:
            batch = await consumer.next_batch(256, 0.05)
            if batch:
                await to_thread.run_sync(_take, database, batch)
                await consumer.ack_through(batch[-1])
    finally:
        await consumer.close()


def _take(database: Database, batch: list[StreamMessage]) -> None:
    for message in batch:
        _, tenant, device, _, command = message.subject.split(".", 4)
        received_at = datetime.fromtimestamp(message.time_ns / 1e9, UTC)
        try:
            with database.write() as session:
                take_answer(session, tenant, device, command, message.data, received_at)
        except KaogongError as err:
            log.warning("the answer to command %s was not recorded: %s", command, err.message)
