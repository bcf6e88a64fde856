"""One table from the kind of a failure to its HTTP status, and one shape for every error answer."""

import logging
from collections.abc import Mapping
from typing import Any
from uuid import uuid4

import orjson
from fastapi import FastAPI, Request
from fastapi.exceptions import RequestValidationError
from pydantic import BaseModel, Field
from starlette.exceptions import HTTPException
from starlette.responses import Response

from kaogong.core.errors import (
    AuthRejected,
    ConfigInvalid,
    Conflict,
    Denied,
    KaogongError,
    Missing,
    NotReady,
    Overloaded,
    TooLarge,
)

STATUS: Mapping[type[KaogongError], int] = {
    AuthRejected: 401,
    Denied: 403,
    Missing: 404,
    Conflict: 409,
    TooLarge: 413,
    ConfigInvalid: 422,
    Overloaded: 429,
    NotReady: 503,
}

TITLES: Mapping[int, str] = {
    400: "The request cannot be read",
    401: "Not signed in",
    403: "Not allowed",
    404: "Not found",
    405: "Not a method of this address",
    406: "No such representation",
    409: "In conflict with what is there",
    413: "Too large",
    415: "Not a body this address reads",
    422: "Not usable",
    429: "Busy",
    500: "Our fault",
    503: "Not ready",
}

MEDIA_TYPE = "application/problem+json"
_log = logging.getLogger(__name__)


class Problem(BaseModel):
    """Every error answer (RFC 9457). `code` is stable; `detail` says what to do."""

    type: str = Field(description="The code as a URN.")
    title: str
    status: int
    code: str = Field(description="Stable name of the failure; programs decide by it.")
    detail: str = Field(description="What happened and what to do, for a person.")
    trace_id: str = Field(description="Finds the request in the platform's log.")
    details: dict[str, Any] = Field(default_factory=dict, description="Data for the screen: field, limit, since …")


def problem(request: Request, status: int, code: str, detail: str, *, details: Mapping[str, Any] | None = None) -> Response:
    """The error answer itself."""
    body = {
        "type": f"urn:kaogong:error:{code}",
        "title": TITLES.get(status, "Error"),
        "status": status,
        "code": code,
        "detail": detail,
        "trace_id": trace_id(request),
        "details": dict(details or {}),
    }
    return Response(orjson.dumps(body, default=str), status_code=status, media_type=MEDIA_TYPE)


def trace_id(request: Request) -> str:
    """The id that the answer, the log and the audit share for this request."""
    return str(request.scope.setdefault("state", {}).setdefault("trace_id", uuid4().hex[:16]))


def answers(*statuses: int) -> dict[int | str, dict[str, Any]]:
    """The `responses` of a route that can fail in these ways, for the OpenAPI document."""
    content = {MEDIA_TYPE: {"schema": {"$ref": "#/components/schemas/Problem"}}}
    return {status: {"description": TITLES[status], "content": content} for status in sorted(statuses)}


def install(app: FastAPI) -> None:
    """Let every failure of `app` leave in the one shape."""
    app.add_exception_handler(KaogongError, _named)
    app.add_exception_handler(RequestValidationError, _unusable)
    app.add_exception_handler(HTTPException, _http)
    app.add_exception_handler(Exception, _our_fault)


async def _named(request: Request, err: Exception) -> Response:
    assert isinstance(err, KaogongError)
    status = next((STATUS[kind] for kind in type(err).__mro__ if kind in STATUS), None)
    if status is None:
        return await _our_fault(request, err)
    answer = problem(request, status, err.stable_code, err.message, details=err.details)
    if status == 401:
        answer.headers["WWW-Authenticate"] = 'Bearer realm="kaogong"'
    if status in (429, 503):
        answer.headers["Retry-After"] = str(max(1, round(err.retry_after_s or 1)))
    return answer


async def _unusable(request: Request, err: Exception) -> Response:
    assert isinstance(err, RequestValidationError)
    fields = [
        {"field": ".".join(str(part) for part in one["loc"]), "message": one["msg"].removeprefix("Value error, ")}
        for one in err.errors()[:20]
    ]
    if any(one["type"] == "json_invalid" for one in err.errors()):
        return problem(request, 422, "json_invalid", "The body is not JSON.", details={"fields": fields})
    first = fields[0] if fields else {"field": "", "message": ""}
    return problem(request, 422, "request_invalid", f"{first['field']}: {first['message']}", details={"fields": fields})


async def _http(request: Request, err: Exception) -> Response:
    assert isinstance(err, HTTPException)
    codes = {
        400: "request_unreadable",
        401: "not_signed_in",
        404: "missing",
        405: "method_unknown",
        413: "too_large",
        415: "media_type_unknown",
    }
    code = codes.get(err.status_code, "http_error")
    answer = problem(request, err.status_code, code, _DETAILS.get(err.status_code, str(err.detail)))
    for name, value in (err.headers or {}).items():
        answer.headers[name] = value
    return answer


_DETAILS = {
    404: "There is nothing at this address.",
    405: "This address has no such method.",
    413: "The body is over the limit of this address.",
}


async def _our_fault(request: Request, err: Exception) -> Response:
    _log.error("%s %s failed, trace %s", request.method, request.url.path, trace_id(request), exc_info=err)
    return problem(request, 500, "internal", f"Our fault. Name trace {trace_id(request)} when you ask for help.")
