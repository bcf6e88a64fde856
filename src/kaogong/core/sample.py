"""The batch as the centre carries it: thousands of samples as one table."""

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from typing import Any, Protocol

import polars as pl

from kaogong.core.reading import Kind as Kind
from kaogong.core.reading import Sample as Sample
from kaogong.core.reading import Value as Value

# One row a sample, from decode to store. `message` indexes Batch.messages, so that a reject finds its origin.
# `asset` and `asset_property` are 0 until the binding valid at `observed_at` is resolved. Nothing is null: a sample without
# a number has the value NaN, one without a text the text "".
SAMPLES = pl.Schema(
    {
        "message": pl.UInt32(),
        "tenant": pl.UInt32(),
        "device": pl.UInt32(),
        "property": pl.UInt32(),
        "asset": pl.UInt32(),
        "asset_property": pl.UInt32(),
        "observed_at": pl.Datetime("us", "UTC"),
        "value": pl.Float64(),
        "exact": pl.Int64(),
        "text": pl.String(),
        "quality": pl.UInt32(),
        "received_at": pl.Datetime("ms", "UTC"),
    }
)

# One row a sample or message that cannot be used. `observed_at` is null where it could not be read.
REJECTS = pl.Schema(
    {
        "message": pl.UInt32(),
        "tenant": pl.UInt32(),
        "device": pl.UInt32(),
        "property_key": pl.String(),
        "reason": pl.String(),
        "detail": pl.String(),
        "samples": pl.UInt32(),
    }
)

# One row an event that a device reports on `/event/{name}`; `payload` is JSON text.
EVENTS = pl.Schema(
    {
        "message": pl.UInt32(),
        "tenant": pl.UInt32(),
        "device": pl.UInt32(),
        "name": pl.String(),
        "observed_at": pl.Datetime("us", "UTC"),
        "payload": pl.String(),
        "received_at": pl.Datetime("ms", "UTC"),
    }
)


# One row a waveform that a device reports on `/waveform/{name}`: `samples` taken `rate` times a second from `observed_at` on.
WAVEFORMS = pl.Schema(
    {
        "message": pl.UInt32(),
        "tenant": pl.UInt32(),
        "device": pl.UInt32(),
        "asset": pl.UInt32(),
        "name": pl.String(),
        "observed_at": pl.Datetime("us", "UTC"),
        "rate": pl.Float64(),
        "unit": pl.String(),
        "samples": pl.List(pl.Float32()),
        "received_at": pl.Datetime("ms", "UTC"),
    }
)


@dataclass(frozen=True, slots=True)
class Batch:
    """Thousands of messages as one table. Stages return a new batch; they never change one in place.

    `samples` has the columns SAMPLES, `rejects` REJECTS, `events` EVENTS, `waveforms` WAVEFORMS; `messages` the undecoded bodies by index.
    decoded samples = rows of `samples` + sum of `rejects.samples`, at every stage.
    """

    samples: pl.DataFrame
    rejects: pl.DataFrame = field(default_factory=lambda: pl.DataFrame(schema=REJECTS))
    events: pl.DataFrame = field(default_factory=lambda: pl.DataFrame(schema=EVENTS))
    messages: tuple[Any, ...] = ()
    waveforms: pl.DataFrame = field(default_factory=lambda: pl.DataFrame(schema=WAVEFORMS))
    facts: Mapping[str, Any] = field(default_factory=dict)

    def reject(self, refused: pl.DataFrame) -> "Batch":
        """Add rows (columns REJECTS) to the rejects; the caller has taken their samples out."""
        return replace(self, rejects=pl.concat([self.rejects, refused.select(REJECTS.names()).cast(REJECTS)]))


class Stage(Protocol):
    """One step of a batch's way through ingest or the edge; keeps its own state, does no I/O."""

    def __call__(self, batch: Batch) -> Batch:
        """Return the batch with this step done; raises nothing for bad data, which becomes rejects."""
        ...
