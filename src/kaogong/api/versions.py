"""From the historian's versions to what a person reads: which value stood when, and whose hand changed it."""

from collections.abc import Mapping, Sequence
from datetime import timedelta
from itertools import groupby
from typing import Any

import polars as pl

from kaogong.api.readings import spoken
from kaogong.api.shapes.marks import ValueHistory, ValueVersion
from kaogong.api.shapes.readings import QualityWord
from kaogong.core.quality import Quality, reason, severity
from kaogong.historian import Mark
from kaogong.registry import Property

# Times of receipt are kept in whole seconds, and a reading entered takes its way through the stream.
_ROUNDED = timedelta(seconds=1)


def moments(rows: pl.DataFrame, entries: Sequence[Mark], prop: Property, devices: Mapping[int, str]) -> list[ValueHistory]:
    """Versions by moment, the newest moment first, the oldest version first."""
    found = []
    for observed_at, of_moment in groupby(rows.iter_rows(named=True), key=lambda row: row["observed_at"]):
        own = sorted((one for one in entries if one.from_ == observed_at), key=lambda one: one.made_at)
        found.append(ValueHistory(observed_at=observed_at, versions=[_version(row, own, prop, devices) for row in of_moment]))
    return found[::-1]


def _version(row: Mapping[str, Any], entries: Sequence[Mark], prop: Property, devices: Mapping[int, str]) -> ValueVersion:
    before = [one for one in entries if one.made_at <= row["received_at"] + _ROUNDED]
    entry = before[-1] if before and row["quality"] == Quality.GOOD_EDITED else None
    return ValueVersion(
        value=spoken(prop.type, row["value"], row["exact"], row["text"]),
        quality=QualityWord(severity(row["quality"])),
        status=row["quality"],
        reason=reason(row["quality"]),
        device=devices.get(row["device"]),
        received_at=row["received_at"],
        entered_by=entry.made_by if entry else None,
        text=entry.text if entry else "",
        superseded_at=row["superseded_at"],
    )
