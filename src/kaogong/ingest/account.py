"""The ledger's side of a batch: which sequences it deals with, and what became of every sample."""

from collections.abc import Mapping, Sequence

import numpy as np
import numpy.typing as npt
import polars as pl

from kaogong.bus import StreamMessage
from kaogong.core.sample import Batch
from kaogong.historian import DECODED, MINUTES, WRITTEN, AccountedRange

MINUTE_NS = 60_000_000_000


def ranges(
    incarnation: str, parts: Mapping[int, Sequence[StreamMessage]], idle: Mapping[int, int], handed: Mapping[int, int]
) -> list[AccountedRange]:
    """One range for each partition with messages, and for each idle one up to where the stream is known to hold none of its own.

    `handed` is the last sequence dealt with before this batch, by partition.
    """
    out = [
        AccountedRange(incarnation, partition, handed[partition] + 1, messages[-1].stream_sequence, len(messages))
        for partition, messages in sorted(parts.items())
        if messages
    ]
    out += [
        AccountedRange(incarnation, partition, handed[partition] + 1, last, 0)
        for partition, last in sorted(idle.items())
        if not parts.get(partition) and last > handed[partition]
    ]
    return out


class Census:
    """Counts decoded samples when they are decoded and written ones when they are written: a stage that loses one shows.

    Counting goes by message, of which one has one tenant, one partition and one minute.
    """

    def __init__(self, decoded: Batch, partitions: npt.NDArray[np.uint8]) -> None:
        """`partitions` by message."""
        tenants = np.zeros(len(partitions), dtype=np.uint32)
        for rows in (decoded.samples, decoded.rejects):
            tenants[rows["message"].to_numpy()] = rows["tenant"].to_numpy()
        received_ns = np.array([message.time_ns for message in decoded.messages], dtype=np.int64)
        minutes = pl.Series(received_ns // MINUTE_NS * 60_000).cast(MINUTES["minute"])
        self._of_message = pl.DataFrame({"partition": partitions, "tenant": tenants, "minute": minutes})
        self._decoded = self._samples(decoded.samples) + self._rejects(decoded.rejects)

    def minutes(self, done: Batch) -> pl.DataFrame:
        """Outcomes by partition, tenant and minute, columns MINUTES."""
        derived = done.facts.get("derived")
        decoded = self._decoded if derived is None else self._decoded + self._samples(derived)
        counts = [(DECODED, decoded), (WRITTEN, self._samples(done.samples))]
        for (reason,), rows in done.rejects.group_by("reason", maintain_order=True):
            counts.append((str(reason), self._rejects(rows)))
        parts = [self._summed(outcome, samples) for outcome, samples in counts]
        return pl.concat(parts).select(MINUTES.names()).cast(MINUTES)

    def _samples(self, rows: pl.DataFrame) -> npt.NDArray[np.int64]:
        return np.bincount(rows["message"].to_numpy(), minlength=len(self._of_message))

    def _rejects(self, rows: pl.DataFrame) -> npt.NDArray[np.int64]:
        counted = np.bincount(rows["message"].to_numpy(), weights=rows["samples"].to_numpy(), minlength=len(self._of_message))
        return counted.astype(np.int64)

    def _summed(self, outcome: str, samples: npt.NDArray[np.int64]) -> pl.DataFrame:
        by_message = self._of_message.with_columns(pl.Series("samples", samples), pl.lit(outcome).alias("outcome"))
        summed = by_message.group_by("partition", "tenant", "minute", "outcome", maintain_order=True).agg(pl.col("samples").sum())
        return summed.filter(pl.col("samples") > 0)
