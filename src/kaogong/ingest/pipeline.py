"""Messages to a batch that is ready to be written: decode, stages, ledger. No I/O but the registry's, when a name is not known."""

import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
import polars as pl

from kaogong.bus import StreamMessage
from kaogong.bus.subjects import COPIES
from kaogong.core.sample import Stage
from kaogong.formats import Decoder
from kaogong.historian import AccountedRange, DeadLetter
from kaogong.ingest.account import Census
from kaogong.ingest.letters import Answer, Letters
from kaogong.ingest.names import Feed


@dataclass(frozen=True, slots=True)
class Prepared:
    """A batch on its way to the store. `ends` are the messages to acknowledge, by partition."""

    samples: pl.DataFrame
    events: pl.DataFrame
    waveforms: pl.DataFrame
    dead: Sequence[DeadLetter]
    minutes: pl.DataFrame
    ranges: Sequence[AccountedRange]
    ends: Mapping[int, StreamMessage]
    answers: Sequence[Answer]
    messages: int
    rejected: int
    decode_s: float
    stage_s: float


class Pipeline:
    """Composes the stages; one for the process, as decoder and stages remember."""

    def __init__(self, feed: Feed, stages: Sequence[Stage]) -> None:
        self._feed, self._stages = feed, stages
        self._decoder = Decoder(feed.directory)
        self._letters = Letters()
        feed.on_change.append(self._names_changed)

    def _names_changed(self) -> None:
        self._decoder.forget(self._feed.directory)

    async def prepare(self, parts: Mapping[int, Sequence[StreamMessage]], ranges: Sequence[AccountedRange]) -> Prepared:
        """Everything of `parts` decoded, checked, bound and counted."""
        await self._feed.follow()
        ends = {partition: part[-1] for partition, part in parts.items() if part}
        parts = {partition: part for partition, part in parts.items() if partition != COPIES}
        messages = [message for _, part in sorted(parts.items()) for message in part]
        start = time.perf_counter()
        batch = self._decoder.decode(messages)
        if self._decoder.unknown and await self._feed.catch_up():
            # A device that was made a moment ago does not lose its first reading to an announcement that is still on its way.
            start = time.perf_counter()
            batch = self._decoder.decode(messages)
        decoded = time.perf_counter()
        ordered = sorted(parts)
        census = Census(batch, np.repeat(np.array(ordered, dtype=np.uint8), [len(parts[partition]) for partition in ordered]))
        for stage in self._stages:
            batch = stage(batch)
        minutes = census.minutes(batch)
        dead = self._letters.dead(batch)
        return Prepared(
            batch.samples,
            batch.events,
            batch.waveforms,
            dead,
            minutes,
            ranges,
            ends,
            self._letters.answers(batch, time.monotonic()),
            len(messages),
            int(batch.rejects["samples"].sum()),
            decoded - start,
            time.perf_counter() - decoded,
        )
