"""Readings that a person enters: judged as a device's would be, before they take a device's way."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any
from uuid import uuid4

from kaogong.api.points import Speaker, reference
from kaogong.api.shapes.marks import ReadingIn, ReadingsIn
from kaogong.core.errors import ConfigInvalid
from kaogong.core.principal import Principal
from kaogong.core.quality import Quality
from kaogong.formats.judge import Refused, judge
from kaogong.historian import Mark, MarkKind
from kaogong.registry import Binding

AHEAD_AT_MOST = timedelta(minutes=10)  # what ingest allows a device


@dataclass(frozen=True, slots=True)
class Handed:
    """One reading: where it will be stored, when it was observed, and what is sent on the device's behalf."""

    property: str
    series: Sequence[tuple[int, int]]
    observed_at: datetime
    entry: dict[str, Any]

    def mark(self, principal: Principal, speaker: Speaker, text: str, moment: datetime) -> Mark:
        """The record of who entered it."""
        return Mark(
            principal.tenant_id,
            uuid4().hex,
            MarkKind.ENTERED,
            self.series,
            self.observed_at,
            self.observed_at + timedelta(microseconds=1),
            text,
            principal.name,
            moment,
            device=speaker.device_id or 0,
            target=f"{speaker.kind}/{speaker.key}",
            names=[self.property],
        )


def handed(speaker: Speaker, bindings: Sequence[Binding], entered: ReadingsIn, moment: datetime) -> list[Handed]:
    """The readings as they will be sent; ConfigInvalid names the first that cannot be."""
    return [_one(speaker, bindings, reading, number, moment) for number, reading in enumerate(entered.readings)]


def _one(speaker: Speaker, bindings: Sequence[Binding], reading: ReadingIn, number: int, moment: datetime) -> Handed:
    prop, field = speaker.property(reading.property), f"readings.{number}.value"
    if prop.expression is not None:
        raise ConfigInvalid(f"{prop.key} is derived from other properties; correct those.", code="property_derived", field=field)
    written = {"v": reading.value, "q": int(Quality.GOOD_EDITED)} | ({"u": reading.unit} if reading.unit else {})
    read = judge(reference(prop), written)
    if isinstance(read, Refused):
        raise ConfigInvalid(read.detail, code=read.reason.value, field=field)
    observed_at = reading.observed_at or moment
    if observed_at > moment + AHEAD_AT_MOST:
        raise ConfigInvalid(
            "A reading is entered when it was read, not before.", code="time_in_future", field=f"readings.{number}.observed_at"
        )
    assets = {one.asset_id for one in bindings if _holds(one, observed_at)}
    series = [point for point in speaker.series[prop.key] if point[0] in assets]
    if not series:
        detail = f"At {observed_at:%Y-%m-%d %H:%M} UTC the device was bound to no asset; bind it from then on."
        raise ConfigInvalid(detail, code="not_bound", field=f"readings.{number}.observed_at")
    return Handed(prop.key, series, observed_at, {"ts": observed_at.timestamp() * 1000, "values": {prop.key: written}})


def _holds(binding: Binding, at: datetime) -> bool:
    return (binding.valid_from is None or binding.valid_from <= at) and (binding.valid_to is None or at < binding.valid_to)
