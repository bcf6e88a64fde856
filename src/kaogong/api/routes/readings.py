"""What devices and assets said: latest values, history as JSON or as a file, events."""

import json
from collections.abc import AsyncIterator, Sequence
from dataclasses import replace
from datetime import timedelta
from typing import Annotated

import polars as pl
from fastapi import APIRouter, Header, Query
from sqlalchemy.orm import Session
from starlette.responses import Response

from kaogong import registry
from kaogong.api import points
from kaogong.api.access import PlatformOf, See
from kaogong.api.errors import answers
from kaogong.api.files import FILES, JSON, file_of, wanted_type
from kaogong.api.paging import Cursor, KeyPath
from kaogong.api.platform import Platform
from kaogong.api.points import Speaker
from kaogong.api.readings import history_rows, latest_values, table
from kaogong.api.shapes.base import PropertyKey
from kaogong.api.shapes.readings import EventOut, Events, History, Latest
from kaogong.api.times import Time
from kaogong.core.clock import now
from kaogong.core.errors import ConfigInvalid
from kaogong.core.principal import Principal
from kaogong.core.units import symbol
from kaogong.historian import MAX_CHART_POINTS, MAX_RAW_ROWS, Aggregate, HistoryQuery
from kaogong.registry import Device

router = APIRouter(tags=["readings"])

Properties = Annotated[
    list[PropertyKey], Query(alias="property", min_length=1, max_length=50, description="As JSON one property; as a file up to 50.")
]
From = Annotated[Time | None, Query(alias="from", description="ISO 8601 or milliseconds, included; unset: an hour before `to`.")]
To = Annotated[Time | None, Query(description="ISO 8601 or milliseconds, not included; unset: now.")]
Points = Annotated[int, Query(alias="points", ge=1, le=MAX_CHART_POINTS, description="Most rows, unless aggregate is raw.")]
HowMany = Annotated[int, Query(ge=1, le=MAX_RAW_ROWS, description="Most rows with aggregate raw; `next` continues.")]
Accept = Annotated[str | None, Header(include_in_schema=False)]


@router.get("/devices/{key}/latest", responses=answers(404, 503))
async def get_device_latest(platform: PlatformOf, caller: See, key: KeyPath) -> Latest:
    """The newest sample of each property of a device."""
    speaker = await platform.read(lambda session: points.of_device(session, caller.principal, key))
    rows = await platform.historian.latest(caller.principal.tenant_id, device=speaker.device_id)
    moment = now()
    return Latest(values=latest_values(rows, speaker.by_id, moment), server_time=moment)


@router.get("/assets/{key}/latest", responses=answers(404, 503))
async def get_asset_latest(platform: PlatformOf, caller: See, key: KeyPath) -> Latest:
    """The newest sample of each property of an asset, with the device that spoke."""

    def find(session: Session) -> tuple[Speaker, dict[int, str]]:
        devices = {one.device_id: one.device for one in registry.bindings_of(session, caller.principal, asset=key)}
        return points.of_asset(session, caller.principal, key), devices

    speaker, devices = await platform.read(find)
    rows = await platform.historian.latest(caller.principal.tenant_id, speaker.assets)
    moment = now()
    return Latest(values=latest_values(rows, speaker.by_id, moment, devices), server_time=moment)


@router.get("/devices/{key}/history", responses=answers(404, 503) | FILES, response_model=History)
async def get_device_history(
    platform: PlatformOf,
    caller: See,
    key: KeyPath,
    properties: Properties,
    from_: From = None,
    to: To = None,
    most: Points = 1000,
    aggregate: Aggregate = Aggregate.MINMAX,
    limit: HowMany = 10_000,
    cursor: Cursor = None,
    accept: Accept = None,
) -> History | Response:
    """What the device said over time; by `Accept` as CSV, Parquet or Arrow."""
    speaker = await platform.read(lambda session: points.of_device(session, caller.principal, key))
    window = _window(caller.principal, speaker, properties, from_, to, most, aggregate, limit, cursor)
    return await _history(platform, speaker, properties, window, accept)


@router.get("/assets/{key}/history", responses=answers(404, 503) | FILES, response_model=History)
async def get_asset_history(
    platform: PlatformOf,
    caller: See,
    key: KeyPath,
    properties: Properties,
    from_: From = None,
    to: To = None,
    most: Points = 1000,
    aggregate: Aggregate = Aggregate.MINMAX,
    limit: HowMany = 10_000,
    cursor: Cursor = None,
    accept: Accept = None,
) -> History | Response:
    """What was said of the asset over time, whoever spoke; by `Accept` as CSV, Parquet or Arrow."""
    speaker = await platform.read(lambda session: points.of_asset(session, caller.principal, key))
    window = _window(caller.principal, speaker, properties, from_, to, most, aggregate, limit, cursor)
    return await _history(platform, speaker, properties, window, accept)


@router.get("/devices/{key}/events", responses=answers(404, 503))
async def list_device_events(
    platform: PlatformOf, caller: See, key: KeyPath, limit: Annotated[int, Query(ge=1, le=500)] = 100, cursor: Cursor = None
) -> Events:
    """What the device said happened, newest first."""
    device: Device = await platform.read(lambda session: registry.get_device(session, caller.principal, key))
    rows, following = await platform.historian.events(caller.principal.tenant_id, device.id, cursor=cursor, limit=limit)
    items = [
        EventOut(name=row["name"], observed_at=row["observed_at"], received_at=row["received_at"], payload=_payload(row["payload"]))
        for row in rows.iter_rows(named=True)
    ]
    return Events(items=items, next=following)


def _payload(text: str) -> object:
    try:
        return json.loads(text)
    except ValueError:
        return text


def _window(
    principal: Principal,
    speaker: Speaker,
    properties: Sequence[str],
    from_: Time | None,
    to: Time | None,
    most: int,
    aggregate: Aggregate,
    limit: int,
    cursor: str | None,
) -> HistoryQuery:
    """The question to the historian; ConfigInvalid when the time runs backwards."""
    end = to or now()
    begin = from_ or end - timedelta(hours=1)
    if begin >= end:
        raise ConfigInvalid("`from` must be before `to`.", code="time_range", field="from")
    for name in properties:
        speaker.property(name)
    return HistoryQuery(
        principal.tenant_id,
        [one for name in properties for one in speaker.series[name]],
        begin,
        end,
        aggregate=aggregate,
        points=most,
        device=speaker.device_id,
        limit=limit,
        cursor=cursor,
    )


async def _history(
    platform: Platform, speaker: Speaker, properties: Sequence[str], query: HistoryQuery, accept: str | None
) -> History | Response:
    media = wanted_type(accept)
    if media != JSON:
        return await file_of(media, f"{speaker.key}-{query.from_:%Y%m%dT%H%M%S}", _pages(platform, speaker, query))
    if len(properties) != 1:
        raise ConfigInvalid("Ask for one property at a time, or for a file by `Accept`.", code="one_property", field="property")
    result = await platform.historian.history(query) if query.series else None
    prop = speaker.property(properties[0])
    rows = [] if result is None else history_rows(result.rows.sort("observed_at", maintain_order=True), prop)
    return History(
        property=prop.key,
        unit=prop.unit,
        symbol=symbol(prop.unit),
        aggregate=query.aggregate,
        rows=rows,
        next=result.next if result else None,
        bucket_s=result.bucket_s if result else 0,
    )


async def _pages(platform: Platform, speaker: Speaker, query: HistoryQuery) -> AsyncIterator[pl.DataFrame]:
    """Every row of the range, a page at a time."""
    query = replace(query, limit=MAX_RAW_ROWS)
    while True:
        result = await platform.historian.history(query)
        yield table(result.rows, speaker.by_id)
        if not result.next:
            return
        query = replace(query, cursor=result.next)
