"""What surrounds every answer: a trace id, safe headers, the same-origin rule for cookies, and the last catch."""

import logging
from collections.abc import MutableMapping
from time import perf_counter
from typing import Any, Protocol
from urllib.parse import urlsplit
from uuid import uuid4

from starlette.datastructures import Headers, MutableHeaders
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from kaogong.api.errors import problem, trace_id

COOKIE = "kaogong_session"
BODY_BYTES = 5 * 1024 * 1024
CONFIGURATION_BYTES = 16 * 1024 * 1024  # of an edge node: 50,000 points with room to spare; lists of 50,000 devices
SAFE_METHODS = frozenset({"GET", "HEAD", "OPTIONS"})

# The built console needs no inline script; Ant Design writes its styles into the page.
CONTENT_SECURITY_POLICY = (
    "default-src 'self'; script-src 'self'; style-src 'self' 'unsafe-inline'; img-src 'self' data: blob:; font-src 'self' data:; "
    "connect-src 'self'; worker-src 'self' blob:; object-src 'none'; base-uri 'none'; form-action 'self'; frame-ancestors 'none'"
)

HEADERS = {
    "content-security-policy": CONTENT_SECURITY_POLICY,
    "x-content-type-options": "nosniff",
    "referrer-policy": "same-origin",
    "cross-origin-opener-policy": "same-origin",
    "permissions-policy": "camera=(), microphone=(), geolocation=()",
}

_log = logging.getLogger(__name__)


class Meter(Protocol):
    """Who counts requests."""

    def request(self, method: str, route: str, status: int, seconds: float) -> None:
        """One request is answered."""
        ...


class Envelope:
    """The outermost layer of the application. The only place that catches what nobody named."""

    def __init__(self, app: ASGIApp, *, meter: Meter, secure: bool) -> None:
        self.app = app
        self.meter = meter
        self.headers = HEADERS | ({"strict-transport-security": "max-age=31536000"} if secure else {})

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            await self.app(scope, receive, send)
            return
        began = perf_counter()
        scope.setdefault("state", {})["trace_id"] = uuid4().hex[:16]
        status = 0

        async def send_wrapped(message: Message) -> None:
            nonlocal status
            if message["type"] == "http.response.start":
                status = int(message["status"])
                self._dress(scope, message)
            await send(message)

        limit = CONFIGURATION_BYTES if scope["path"].endswith(("/configuration", "/devices/bulk", "/import")) else BODY_BYTES
        receive = limited(scope, receive, limit)
        request = Request(scope, receive)
        try:
            if _is_foreign(scope):
                detail = "A page of another origin may not use this login."
                await problem(request, 403, "origin_foreign", detail)(scope, receive, send_wrapped)
            else:
                await self.app(scope, receive, send_wrapped)
        except Exception as err:  # noqa: BLE001 (the outermost handler: our fault, logged once, with the id the caller sees)
            _log.error("%s %s failed, trace %s", scope["method"], scope["path"], trace_id(request), exc_info=err)
            if not status:
                detail = f"Our fault. Name trace {trace_id(request)} when you ask for help."
                await problem(request, 500, "internal", detail)(scope, receive, send_wrapped)
        finally:
            self.meter.request(scope["method"], _route(scope), status, perf_counter() - began)

    def _dress(self, scope: Scope, message: MutableMapping[str, Any]) -> None:
        headers = MutableHeaders(scope=message)
        for name, value in self.headers.items():
            headers.setdefault(name, value)
        headers["x-trace-id"] = scope["state"]["trace_id"]
        if scope["path"].startswith("/api/"):
            headers.setdefault("cache-control", "no-store")


def limited(scope: Scope, receive: Receive, limit: int) -> Receive:
    """`receive` that refuses a body over `limit` bytes: by what it announces, or when it has grown so far."""
    announced = Headers(scope=scope).get("content-length", "0")
    taken = int(announced) if announced.isdigit() and int(announced) > limit else 0

    async def receive_limited() -> Message:
        nonlocal taken
        if taken > limit:
            raise HTTPException(413)
        message = await receive()
        taken += len(message.get("body", b""))
        if taken > limit:
            raise HTTPException(413)
        return message

    return receive_limited


def _is_foreign(scope: Scope) -> bool:
    """Whether a browser sends our cookie on behalf of another site's page.

    SameSite=Strict keeps most of it away; a page on another port of the same host still is the same site.
    """
    if scope["method"] in SAFE_METHODS:
        return False
    headers = Headers(scope=scope)
    if f"{COOKIE}=" not in headers.get("cookie", ""):
        return False
    origin = headers.get("origin")
    if origin is None:
        return headers.get("sec-fetch-site", "same-origin") not in ("same-origin", "none")
    return urlsplit(origin).netloc != headers.get("host")


def _route(scope: Scope) -> str:
    """The route's pattern, so that keys in the address do not become labels."""
    return str(getattr(scope.get("route"), "path", "")) or "other"
