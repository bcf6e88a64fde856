"""The live stream: one a browser tab, the newest value of each point, at most five updates a second."""

import asyncio
import time
from collections.abc import AsyncIterator, Mapping
from typing import Annotated

import orjson
from anyio import to_thread
from fastapi import APIRouter, Depends, Query
from sqlalchemy.orm import Session
from starlette.responses import StreamingResponse

from kaogong import registry
from kaogong.api.access import PlatformOf, See, secret_of
from kaogong.api.errors import answers
from kaogong.api.live import MOST_POINTS, PACE_S, Listener, PointId
from kaogong.api.platform import Platform
from kaogong.api.readings import spoken
from kaogong.core.errors import AuthRejected, ConfigInvalid, KaogongError, Missing
from kaogong.core.principal import Principal
from kaogong.core.quality import severity
from kaogong.registry import Property
from kaogong.security import Caller, identify

router = APIRouter(tags=["live"])

PING_S = 10.0
CHECK_LOGIN_S = 2.0
Named = Mapping[PointId, tuple[str, Property]]


class EventStream(StreamingResponse):
    """Server-sent events."""

    media_type = "text/event-stream"


@router.get("/live", responses=answers(404, 503), response_class=EventStream)
async def stream_live(
    platform: PlatformOf,
    caller: See,
    secret: Annotated[str, Depends(secret_of)],
    points: Annotated[
        str, Query(min_length=1, max_length=100_000, description="device.property, separated by commas; device.* for all of a device.")
    ],
) -> EventStream:
    """Server-sent events: `samples` with a list of LiveSample, `ping` when there is nothing to say, `end` when the login ended."""
    named = await platform.read(lambda session: wanted(session, caller.principal, points))
    return EventStream(_events(platform, caller, secret, named), headers={"cache-control": "no-store", "x-accel-buffering": "no"})


def wanted(session: Session, principal: Principal, text: str) -> Named:
    """The points of `device.property,…`. Missing names the first that is not there."""
    asked: dict[str, set[str]] = {}
    for part in text.split(","):
        device, dot, prop = part.strip().partition(".")
        if not dot or not device or not prop:
            raise ConfigInvalid(f"{part[:80]!r} is not device.property.", code="point_invalid", field="points")
        asked.setdefault(device, set()).add(prop)
    found: dict[PointId, tuple[str, Property]] = {}
    types: dict[str, dict[str, Property]] = {}
    for key, names in asked.items():
        device_ = registry.get_device(session, principal, key)
        if device_.type not in types:
            types[device_.type] = {prop.key: prop for prop in registry.get_type(session, principal, device_.type).properties}
        properties = types[device_.type]
        for name in properties if "*" in names else names:
            if name not in properties:
                raise Missing(f"The device {key!r} has no property {name[:64]!r}.", code="property_unknown", field="points")
            found[PointId(principal.tenant_id, device_.id, properties[name].id)] = (key, properties[name])
            if len(found) > MOST_POINTS:
                raise ConfigInvalid(f"One stream carries {MOST_POINTS} points.", code="too_many_points", field="points", limit=MOST_POINTS)
    return found


async def _events(platform: Platform, caller: Caller, secret: str, named: Named) -> AsyncIterator[bytes]:
    platform.meter.streams.inc()
    try:
        async with platform.live.listen(named) as listener:
            yield b"retry: 2000\n\n"
            async for event in _said(platform, listener, named, secret):
                yield event
    finally:
        platform.meter.streams.dec()


async def _said(platform: Platform, listener: Listener, named: Named, secret: str) -> AsyncIterator[bytes]:
    said_at = checked_at = time.monotonic()
    while not platform.closing:
        rows = await listener.take(CHECK_LOGIN_S / 2)
        moment = time.monotonic()
        if moment - checked_at >= CHECK_LOGIN_S:
            checked_at = moment
            if not await _is_signed_in(platform, secret):
                yield b"event: end\ndata: {}\n\n"
                return
        if rows:
            said_at = moment
            yield b"event: samples\ndata: " + orjson.dumps([_sample(point, row, named) for point, row in rows.items()]) + b"\n\n"
            await asyncio.sleep(PACE_S)
        elif moment - said_at >= PING_S:
            said_at = moment
            yield b"event: ping\ndata: {}\n\n"


async def _is_signed_in(platform: Platform, secret: str) -> bool:
    try:
        await to_thread.run_sync(identify, platform.database, secret)
    except AuthRejected:
        return False
    except KaogongError:
        return True  # the registry does not answer for a moment: no reason to put everybody out
    return True


def _sample(point: PointId, row: Mapping[str, object], named: Named) -> dict[str, object]:
    device, prop = named[point]
    quality = row["quality"]
    assert isinstance(quality, int)
    return {
        "device": device,
        "property": prop.key,
        "value": spoken(prop.type, row["value"], row["exact"] or 0, row["text"] or ""),  # type: ignore[arg-type]
        "quality": severity(quality),
        "status": quality,
        "observed_at": row["observed_at"],
        "received_at": row["received_at"],
    }
