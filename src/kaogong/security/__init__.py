"""Who may come in and what they may do: logins and tokens of people, credentials of devices, the decision table.

May use registry, audit and db. Called by api (people, machines), the gate process (devices) and the commands about users.
"""

from kaogong.security.connections import REFUSALS, DeviceConnection, connection_of, connections_of
from kaogong.security.decisions import ROLES, Action, may, require
from kaogong.security.passwords import check_password, hash_password, is_password
from kaogong.security.sealing import SEALED, Sealer
from kaogong.security.service import (
    BEARER_LIFE,
    COOKIE_LIFE,
    change_password,
    create_token,
    end_session,
    identify,
    identify_device,
    revoke_token,
    sessions,
    shut_out,
    sign_in,
    sign_out,
    tokens,
)
from kaogong.security.throttle import Throttle
from kaogong.security.types import Caller, Entry, SessionInfo, TokenInfo

__all__ = [
    "BEARER_LIFE",
    "COOKIE_LIFE",
    "REFUSALS",
    "ROLES",
    "SEALED",
    "Action",
    "Caller",
    "DeviceConnection",
    "Entry",
    "Sealer",
    "SessionInfo",
    "Throttle",
    "TokenInfo",
    "change_password",
    "check_password",
    "connection_of",
    "connections_of",
    "create_token",
    "end_session",
    "hash_password",
    "identify",
    "identify_device",
    "is_password",
    "may",
    "require",
    "revoke_token",
    "sessions",
    "shut_out",
    "sign_in",
    "sign_out",
    "tokens",
]
