"""The two JWTs of NATS's auth callout: what the server asks, and the signed answer that carries a device's permissions."""

import base64
from collections.abc import Mapping, Sequence
from typing import Any, NamedTuple

import orjson

from kaogong.bus import APP, EDGE, Signer
from kaogong.core import clock

HEADER = base64.urlsafe_b64encode(b'{"typ":"JWT","alg":"ed25519-nkey"}').rstrip(b"=")


class ConnectRequest(NamedTuple):
    """Who wants in."""

    user_key: str
    server_id: str
    username: str
    password: str
    client_id: str
    protocol: str
    address: str


def read_request(token: bytes) -> ConnectRequest:
    """The server's question. Its signature needs no check: the subject it comes on is the server's own."""
    body = token.split(b".")[1]
    claims = orjson.loads(base64.urlsafe_b64decode(body + b"=" * (-len(body) % 4)))["nats"]
    client, options = claims["client_info"], claims["connect_opts"]
    return ConnectRequest(
        user_key=claims["user_nkey"],
        server_id=claims["server_id"]["id"],
        username=options.get("user", ""),
        password=options.get("pass", ""),
        client_id=client.get("mqtt_id", ""),
        protocol=client.get("type", "nats"),
        address=client.get("host", ""),
    )


def admit(signer: Signer, request: ConnectRequest, permissions: Mapping[str, Sequence[str]]) -> bytes:
    """The answer that lets a client in with exactly these subjects; none to subscribe to means none."""
    listen = list(permissions["subscribe"])
    user = {
        "iss": signer.public,
        "sub": request.user_key,
        "aud": APP if request.protocol == "mqtt" else EDGE,
        "name": request.username,
        "iat": _now(),
        "nats": {
            "type": "user",
            "version": 2,
            "pub": {"allow": list(permissions["publish"])},
            "sub": {"allow": listen} if listen else {"deny": [">"]},
            "subs": -1,
            "data": -1,
            "payload": -1,
        },
    }
    return _answer(signer, request, {"jwt": _signed(signer, user).decode()})


def refuse(signer: Signer, request: ConnectRequest, reason: str) -> bytes:
    """The answer that keeps a client out; the reason goes to the server's log, never to the client."""
    return _answer(signer, request, {"error": reason})


def _answer(signer: Signer, request: ConnectRequest, content: dict[str, Any]) -> bytes:
    claims = {
        "iss": signer.public,
        "sub": request.user_key,
        "aud": request.server_id,
        "iat": _now(),
        "nats": {"type": "authorization_response", "version": 2, **content},
    }
    return _signed(signer, claims)


def _signed(signer: Signer, claims: Mapping[str, Any]) -> bytes:
    text = HEADER + b"." + base64.urlsafe_b64encode(orjson.dumps(claims)).rstrip(b"=")
    return text + b"." + base64.urlsafe_b64encode(signer.sign(text)).rstrip(b"=")


def _now() -> int:
    return int(clock.now().timestamp())
