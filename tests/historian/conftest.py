"""Batches of samples for a historian."""

from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from typing import Any

import polars as pl

from kaogong.core.sample import SAMPLES
from kaogong.historian import NAMES

NOW = datetime.now(UTC).replace(microsecond=0)
START = NOW - timedelta(hours=2)


def samples(rows: Sequence[dict[str, Any]]) -> pl.DataFrame:
    """Rows of a batch; what is left out is tenant 1, device = asset, property 1, a good value without text, received as observed."""
    full = [
        {
            "message": i,
            "tenant": 1,
            "device": row.get("asset", 1),
            "property": row.get("asset_property", 1),
            "asset": 1,
            "asset_property": 1,
            "observed_at": START,
            "value": 1.0,
            "exact": 0,
            "text": "",
            "quality": 0,
            "received_at": row.get("observed_at", START),
        }
        | row
        for i, row in enumerate(rows)
    ]
    return pl.DataFrame(full, schema=SAMPLES) if full else pl.DataFrame(schema=SAMPLES)


def series(values: Sequence[float], *, start: datetime = START, step: float = 1.0, **columns: Any) -> pl.DataFrame:
    """One point's values, `step` seconds apart."""
    one = samples([columns]).drop("value", "observed_at", "received_at")
    times = [start + timedelta(seconds=i * step) for i in range(len(values))]
    many = pl.DataFrame({"value": values, "observed_at": times}, schema_overrides={"value": pl.Float64})
    return one.join(many, how="cross").with_columns(pl.col("observed_at").alias("received_at")).select(SAMPLES.names()).cast(SAMPLES)


def names(*rows: tuple[int, str, int, str, str], place: str = "") -> pl.DataFrame:
    return pl.DataFrame([(*row, place) for row in rows], schema=NAMES, orient="row")
