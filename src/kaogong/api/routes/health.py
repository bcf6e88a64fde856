"""Live, ready, figures: for the supervisor, load balancers and Prometheus."""

import asyncio

from fastapi import APIRouter, Response
from starlette.responses import PlainTextResponse

from kaogong import __version__
from kaogong.api.access import PlatformOf
from kaogong.api.shapes.operations import About, Health, Listener
from kaogong.core.errors import KaogongError
from kaogong.db import outbox

router = APIRouter(tags=["health"])
PATIENCE_S = 2.0


@router.get("/healthz")
async def get_health() -> Health:
    """This process lives."""
    return Health(status="ok")


@router.get("/readyz", responses={503: {"model": Health, "description": "Not ready, and why."}})
async def get_readiness(platform: PlatformOf, response: Response) -> Health:
    """The platform can serve: registry, bus and historian answer."""
    reasons = await not_ready(platform)
    if reasons:
        response.status_code = 503
    return Health(status="not ready" if reasons else "ok", reasons=reasons)


async def not_ready(platform: PlatformOf) -> list[str]:
    """Why the platform cannot serve; empty when it can."""
    reasons = []
    try:
        async with asyncio.timeout(PATIENCE_S):
            await platform.read(outbox.head)
    except (KaogongError, TimeoutError) as err:
        reasons.append(f"registry: {err}")
    if not platform.bus.connected:
        reasons.append("bus: not connected")
    try:
        async with asyncio.timeout(PATIENCE_S):
            await platform.historian.storage()
    except (KaogongError, TimeoutError) as err:
        reasons.append(f"historian: {err}")
    return reasons


@router.get("/metrics", response_class=PlainTextResponse)
async def get_metrics(platform: PlatformOf) -> Response:
    """Figures of all processes as Prometheus text; nothing of any tenant's."""
    return Response(platform.meter.text(platform.processes()), media_type="text/plain; version=0.0.4")


@router.get("/api/v1/about")
async def get_about(platform: PlatformOf) -> About:
    """What this is, the language the console begins in, and where devices connect."""
    mqtt = Listener(host=platform.mqtt.host, port=platform.mqtt.port, tls=platform.mqtt.tls)
    return About(name="Kaogong", version=__version__, language=platform.language, time_zone=platform.time_zone.key, mqtt=mqtt)
