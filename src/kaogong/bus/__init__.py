"""NATS: subjects, streams, connections, the embedded server's configuration and life, the platform's MQTT connection.

May use core alone. Called by every room that talks to another process.
`Downlink` (aiomqtt) and the nkey functions (nkeys) are loaded when first asked for: an edge node has no need of them.
"""

from importlib import import_module
from typing import TYPE_CHECKING, Any

from kaogong.bus import subjects
from kaogong.bus.connection import Bus, OnState, Subscription
from kaogong.bus.failures import MAX_PAYLOAD
from kaogong.bus.push_consumer import PushConsumer
from kaogong.bus.server import APP, EDGE, PLATFORM, Listener, NatsServer, ServerOptions, die_with_parent, find_binary, server_configuration
from kaogong.bus.streams import ensure_streams
from kaogong.bus.trust import pinned, trusting
from kaogong.bus.types import Cancel, KeyValue, Message, StreamMessage, StreamState

if TYPE_CHECKING:
    from kaogong.bus.downlink import Downlink
    from kaogong.bus.keys import KeyPair, Signer, key_pair, new_account_key, new_user_key

_LAZY = {
    "Downlink": "downlink",
    "KeyPair": "keys",
    "key_pair": "keys",
    "new_account_key": "keys",
    "new_user_key": "keys",
    "Signer": "keys",
}


def __getattr__(name: str) -> Any:
    if name in _LAZY:
        return getattr(import_module(f"kaogong.bus.{_LAZY[name]}"), name)
    raise AttributeError(name)


__all__ = [
    "APP",
    "EDGE",
    "MAX_PAYLOAD",
    "PLATFORM",
    "Bus",
    "Cancel",
    "Downlink",
    "KeyPair",
    "KeyValue",
    "Listener",
    "Message",
    "NatsServer",
    "OnState",
    "PushConsumer",
    "ServerOptions",
    "Signer",
    "StreamMessage",
    "StreamState",
    "Subscription",
    "die_with_parent",
    "ensure_streams",
    "find_binary",
    "key_pair",
    "new_account_key",
    "new_user_key",
    "pinned",
    "server_configuration",
    "subjects",
    "trusting",
]
