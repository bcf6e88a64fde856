"""Waveforms: many samples of one moment in one row."""

import polars as pl

from kaogong.historian.engine import Session, ids, quoted, seconds_as_time
from kaogong.historian.reading import between
from kaogong.historian.types import WAVEFORM_ROWS, WaveformQuery

WHOLE_AT_MOST = 50
LISTED_AT_MOST = 1_000


def find(store: Session, query: WaveformQuery) -> pl.DataFrame:
    """Rows of WAVEFORM_ROWS, newest first."""
    most = min(query.limit, WHOLE_AT_MOST if query.whole else LISTED_AT_MOST)
    where = [f"tenant = {int(query.tenant)}", f"asset IN ({ids(query.assets)})", between(query.from_, query.to)]
    if query.device:
        where.append(f"device = {int(query.device)}")
    if query.name:
        where.append(f"name = {quoted(query.name)}")
    samples = "w.samples" if query.whole else "emptyArrayFloat32()"
    rows = store.frame(
        "SELECT asset, name, observed_at, device, rate, unit, length(w.samples) AS count, "
        "sqrt(arrayAvg(x -> toFloat64(x) * x, w.samples)) AS rms, toFloat64(arrayMax(x -> abs(x), w.samples)) AS peak, received_at, "
        f"{samples} AS samples FROM waveforms AS w FINAL WHERE {' AND '.join(where)} ORDER BY observed_at DESC, name LIMIT {int(most)}"
    )
    return seconds_as_time(rows, WAVEFORM_ROWS)
