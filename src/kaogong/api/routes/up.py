"""Samples and events over HTTP, from devices without MQTT and from programs."""

import zlib
from typing import Annotated, Any

import orjson
from fastapi import APIRouter, Header, Path, Request

from kaogong import registry
from kaogong.api.access import PlatformOf, Send, own_device
from kaogong.api.errors import answers
from kaogong.api.paging import KeyPath
from kaogong.api.platform import Platform
from kaogong.api.shapes.base import Out
from kaogong.bus.subjects import lane, up
from kaogong.core.errors import ConfigInvalid, TooLarge
from kaogong.security import Caller

router = APIRouter(tags=["up"])

MOST_BYTES = 4 * 1024 * 1024  # of a body once it is unpacked

BODY = {
    "requestBody": {
        "required": True,
        "content": {
            "application/json": {
                "schema": {"type": ["object", "array"]},
                "examples": {
                    "one": {"value": {"ts": 1795248000000, "values": {"flow": 12.5}}},
                    "bare": {"value": {"flow": 12.5}},
                    "many": {"value": [{"ts": 1795248000000, "values": {"flow": 12.5}}]},
                },
            }
        },
    }
}


BATCH_BODY = {
    "requestBody": {
        "required": True,
        "content": {
            "application/json": {
                "schema": {"type": "object", "required": ["devices"], "properties": {"devices": {"type": "object"}}},
                "examples": {
                    "two": {"value": {"devices": {"pump-1": [{"ts": 1795248000000, "values": {"flow": 12.5}}], "fan-1": [{"speed": 900}]}}}
                },
            },
        },
    }
}
ARROW = (b"\xff\xff\xff\xff", b"ARRO")  # how a stream and a file of Arrow begin


WAVE = {
    "requestBody": {
        "required": True,
        "content": {
            "application/json": {
                "schema": {"type": "object"},
                "examples": {
                    "numbers": {"value": {"ts": 1795248000000, "rate": 25600, "unit": "m/s2", "samples": [0.01, -0.02, 0.03]}},
                    "packed": {"value": {"ts": 1795248000000, "rate": 25600, "unit": "m/s2", "f32": "CtcjPArXo7yPwvU8"}},
                },
            }
        },
    }
}


class Taken(Out):
    """The platform has it: from here on it is not lost."""

    sequence: int


@router.post("/up/{key}/telemetry", status_code=202, responses=answers(404, 413, 429, 503), openapi_extra=BODY)
async def send_telemetry(
    request: Request,
    platform: PlatformOf,
    caller: Send,
    key: KeyPath,
    content_encoding: Annotated[str | None, Header(description="gzip, or nothing.")] = None,
) -> Taken:
    """Samples of a device, as it would send them over MQTT; answered when they are stored in the stream."""
    return await _send(request, platform, caller, key, "telemetry", content_encoding)


@router.post("/up/{key}/event/{name}", status_code=202, responses=answers(404, 413, 429, 503), openapi_extra=BODY)
async def send_event(
    request: Request,
    platform: PlatformOf,
    caller: Send,
    key: KeyPath,
    name: Annotated[str, Path(pattern=r"^[A-Za-z0-9][A-Za-z0-9_-]{0,63}$")],
    content_encoding: Annotated[str | None, Header(description="gzip, or nothing.")] = None,
) -> Taken:
    """An event of a device; answered when it is stored in the stream."""
    return await _send(request, platform, caller, key, f"event.{name}", content_encoding)


@router.post("/up/{key}/batch", status_code=202, responses=answers(404, 413, 429, 503), openapi_extra=BATCH_BODY)
async def send_batch(
    request: Request,
    platform: PlatformOf,
    caller: Send,
    key: KeyPath,
    content_encoding: Annotated[str | None, Header(description="gzip, or nothing.")] = None,
) -> Taken:
    """Samples of the devices a gateway speaks for, as JSON, or as Arrow IPC whatever the content type says; answered when they are stored."""
    gateway = await platform.read(lambda session: registry.get_device(session, caller.principal, key))
    await own_device(platform, caller, request.url.path, gateway.key)
    if not gateway.is_gateway:
        raise ConfigInvalid(f"{key!r} is no gateway: send its own values to …/telemetry.", code="not_a_gateway", field="key")
    body = unpacked(await request.body(), content_encoding)
    if body[:4] not in ARROW:
        document = _read(body)
        if not isinstance(document, dict) or not isinstance(document.get("devices"), dict):
            raise ConfigInvalid('Write {"devices": {"pump-1": [{"ts": …, "values": {…}}]}}.', code="json_invalid", field="body")
    subject = up(caller.principal.tenant, gateway.key, f"batch.{lane(gateway.key)}")
    return Taken(sequence=await platform.bus.publish_stream(subject, body))


@router.post("/up/{key}/waveform/{name}", status_code=202, responses=answers(404, 413, 429, 503), openapi_extra=WAVE)
async def send_waveform(
    request: Request,
    platform: PlatformOf,
    caller: Send,
    key: KeyPath,
    name: Annotated[str, Path(pattern=r"^[A-Za-z0-9][A-Za-z0-9_-]{0,63}$")],
    content_encoding: Annotated[str | None, Header(description="gzip, or nothing.")] = None,
) -> Taken:
    """A waveform of a device: samples at a rate from a time on; answered when it is stored in the stream."""
    return await _send(request, platform, caller, key, f"waveform.{name}", content_encoding)


async def _send(request: Request, platform: Platform, caller: Caller, key: str, what: str, encoding: str | None) -> Taken:
    device = await platform.read(lambda session: registry.get_device(session, caller.principal, key))
    await own_device(platform, caller, request.url.path, device.key, device.gateway)
    body = unpacked(await request.body(), encoding)
    if not isinstance(_read(body), dict | list):
        raise ConfigInvalid("Write an object of values, or a list of them.", code="json_invalid", field="body")
    return Taken(sequence=await platform.bus.publish_stream(up(caller.principal.tenant, device.key, what), body))


def _read(body: bytes) -> Any:
    try:
        return orjson.loads(body)
    except orjson.JSONDecodeError as err:
        raise ConfigInvalid(f"The body is not JSON: {err}.", code="json_invalid", field="body") from err


def unpacked(body: bytes, encoding: str | None, most: int = MOST_BYTES) -> bytes:
    """The body without its packing; TooLarge before a small one grows beyond the limit."""
    if encoding in (None, "", "identity"):
        unpacked = body
    elif encoding == "gzip":
        unpacker = zlib.decompressobj(16 + zlib.MAX_WBITS)
        try:
            unpacked = unpacker.decompress(body, most + 1)
        except zlib.error as err:
            raise ConfigInvalid("The body is not gzip.", code="gzip_invalid", field="body") from err
        if not unpacker.eof and len(unpacked) <= most:
            raise ConfigInvalid("The gzip body ends too early.", code="gzip_invalid", field="body")
    else:
        raise ConfigInvalid(f"Content-Encoding {encoding[:40]!r} is not read here; write gzip.", code="encoding_unknown", field="body")
    if len(unpacked) > most:
        raise TooLarge(f"A body may have {most} bytes once it is unpacked; send it in parts.", code="body_too_large", limit=most)
    return unpacked
