"""Errors across the bus: nats-py's become ours, ours travel in a header."""

from collections.abc import Mapping

import orjson
from nats.errors import ConnectionClosedError, MaxPayloadError, NoRespondersError, OutboundBufferLimitError
from nats.js.errors import APIError, NoStreamResponseError, NotFoundError

from kaogong.core.errors import KaogongError, NotReady, Overloaded, TooLarge

ERROR = "Kaogong-Error"
MAX_PAYLOAD = 8 * 1024 * 1024
# JetStream's codes for "no room": 10023 resources, 10047 storage, 10077 maximum bytes of the stream.
FULL = (10023, 10047, 10077)


def carried(err: KaogongError) -> dict[str, str]:
    """The headers that take an error to the asker."""
    return {ERROR: orjson.dumps(err.as_dict()).decode()}


def raise_carried(headers: Mapping[str, str] | None) -> None:
    """Raise the error that an answer's headers hold, if any."""
    if headers and ERROR in headers:
        raise KaogongError.from_dict(orjson.loads(headers[ERROR]))


def translated(err: Exception, where: str = "") -> KaogongError:
    """nats-py's error as one of ours."""
    at = f" ({where})" if where else ""
    if isinstance(err, MaxPayloadError):
        return TooLarge(f"A message on the bus may be {MAX_PAYLOAD} bytes{at}.", code="body_too_large", limit=MAX_PAYLOAD)
    if isinstance(err, NoRespondersError | NoStreamResponseError):
        return NotReady(f"Nobody answers on the bus{at}: the process that does is not running.", code="no_responder", retry_after_s=1)
    if isinstance(err, APIError) and err.err_code in FULL:
        return Overloaded(f"The bus has no room left on its disk{at}: {err.description}.", code="bus_full", retry_after_s=5)
    if isinstance(err, NotFoundError):
        return NotReady(f"The bus has no such stream or consumer{at}.", code="stream_missing", retry_after_s=1)
    if isinstance(err, OutboundBufferLimitError | ConnectionClosedError):
        return NotReady(f"The message bus is not connected{at}.", code="bus_disconnected", retry_after_s=1)
    if isinstance(err, TimeoutError):
        return NotReady(f"No answer in time on the bus{at}.", code="bus_timeout", retry_after_s=1)
    return NotReady(f"The message bus refused{at}: {err}.", code="bus_refused", retry_after_s=1)
