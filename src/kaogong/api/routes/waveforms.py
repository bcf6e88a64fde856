"""Waveforms of devices and assets: a list, one with its spectrum, the samples as a file."""

from collections.abc import AsyncIterator
from datetime import datetime, timedelta
from typing import Annotated, Any

import numpy as np
import polars as pl
from anyio import to_thread
from fastapi import APIRouter, Header, Path, Query
from starlette.responses import Response

from kaogong.api import points
from kaogong.api.access import PlatformOf, See
from kaogong.api.errors import answers
from kaogong.api.files import FILES, JSON, file_of, wanted_type
from kaogong.api.paging import Filter, KeyPath
from kaogong.api.shapes.waveforms import WaveformOut, Waveforms, WaveformView
from kaogong.api.spectra import drawn, spectrum
from kaogong.api.times import Time
from kaogong.core.clock import now
from kaogong.core.errors import Missing
from kaogong.core.units import symbol
from kaogong.historian import WaveformQuery

router = APIRouter(tags=["waveforms"])

NamePath = Annotated[str, Path(pattern=r"^[A-Za-z0-9][A-Za-z0-9_-]{0,63}$")]
ONE_MS = timedelta(milliseconds=1)


@router.get("/devices/{key}/waveforms", responses=answers(404, 503))
async def list_waveforms(
    platform: PlatformOf,
    caller: See,
    key: KeyPath,
    name: Filter = None,
    from_: Annotated[Time | None, Query(alias="from", description="Included; unset: 30 days before `to`.")] = None,
    to: Annotated[Time | None, Query(description="Not included; unset: now.")] = None,
    limit: Annotated[int, Query(ge=1, le=1000)] = 100,
) -> Waveforms:
    """What the device sent as waveforms, newest first, each with its root mean square and peak."""
    speaker = await platform.read(lambda session: points.of_device(session, caller.principal, key))
    end = to or now() + timedelta(minutes=10)
    query = WaveformQuery(
        caller.principal.tenant_id, speaker.assets, from_ or end - timedelta(days=30), end, speaker.device_id or 0, name or "", limit
    )
    rows = await platform.historian.waveforms(query)
    return Waveforms(items=[WaveformOut(**_fields(row, key)) for row in rows.iter_rows(named=True)])


@router.get("/devices/{key}/waveforms/{name}", responses=answers(404, 503) | FILES, response_model=WaveformView)
async def get_waveform(
    platform: PlatformOf,
    caller: See,
    key: KeyPath,
    name: NamePath,
    at: Annotated[Time | None, Query(description="Time of the first sample; unset: the newest.")] = None,
    accept: Annotated[str | None, Header(include_in_schema=False)] = None,
) -> WaveformView | Response:
    """One waveform with its spectrum, thinned for a chart; by `Accept` every sample as CSV, Parquet or Arrow."""
    speaker = await platform.read(lambda session: points.of_device(session, caller.principal, key))
    begin, end = (at, at + ONE_MS) if at else (datetime.fromtimestamp(0, tz=now().tzinfo), now() + timedelta(minutes=10))
    query = WaveformQuery(caller.principal.tenant_id, speaker.assets, begin, end, speaker.device_id or 0, name, 1, whole=True)
    rows = await platform.historian.waveforms(query)
    if rows.is_empty():
        raise Missing(f"The device {key!r} sent no waveform {name!r} at that time.", code="waveform_missing")
    row = rows.row(0, named=True)
    media = wanted_type(accept)
    if media != JSON:
        return await file_of(media, f"{key}-{name}-{row['observed_at']:%Y%m%dT%H%M%S}", _whole(row))
    return await to_thread.run_sync(_view, row, key)


async def _whole(row: dict[str, Any]) -> AsyncIterator[pl.DataFrame]:
    seconds = np.arange(len(row["samples"])) / row["rate"]
    yield pl.DataFrame({"seconds": seconds, "value": pl.Series(row["samples"], dtype=pl.Float32)})


def _fields(row: dict[str, Any], device: str) -> dict[str, Any]:
    shown = {name: row[name] for name in ("name", "observed_at", "received_at", "rate", "unit", "count", "rms", "peak")}
    return shown | {"device": device, "symbol": symbol(row["unit"]), "duration_s": row["count"] / row["rate"]}


def _view(row: dict[str, Any], device: str) -> WaveformView:
    samples = np.asarray(row["samples"], dtype=np.float64)
    frequencies, amplitudes = spectrum(samples, row["rate"])
    seconds, values = drawn(samples, row["rate"])
    return WaveformView(
        **_fields(row, device),
        crest=row["peak"] / row["rms"] if row["rms"] else 0.0,
        seconds=seconds.tolist(),
        values=values.tolist(),
        frequencies=frequencies.tolist(),
        amplitudes=amplitudes.tolist(),
    )
