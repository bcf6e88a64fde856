"""Decides who may connect, from memory alone: credentials, and who holds which MQTT client id."""

import hashlib
import hmac
import struct
from typing import NamedTuple

from kaogong.registry import CredentialRecord

# One short bytes object a device: a million of them is a dictionary, not a million objects with fields.
PACKED = struct.Struct(">II???32s")
NO_PASSWORD = bytes(32)
RESERVED_PREFIX = "$kaogong:"


class Known(NamedTuple):
    """A device as the gate knows it."""

    tenant_id: int
    device_id: int
    is_gateway: bool
    revoked: bool
    deleted: bool
    sha256: bytes


class Roster:
    """Every device's credential, by user name `{tenant}.{device}`."""

    def __init__(self) -> None:
        self._packed: dict[str, bytes] = {}
        self.tenants: set[str] = set()

    def __len__(self) -> int:
        return len(self._packed)

    def put(self, record: CredentialRecord) -> None:
        """Add or replace one device's credential."""
        digest = bytes.fromhex(record.sha256) if record.sha256 else NO_PASSWORD
        flags = (record.is_gateway, record.revoked_at is not None, record.deleted)
        self._packed[f"{record.tenant}.{record.device}"] = PACKED.pack(record.tenant_id, record.device_id, *flags, digest)
        self.tenants.add(record.tenant)

    def drop(self, username: str) -> None:
        """Forget a user name that the registry no longer knows."""
        self._packed.pop(username, None)

    def get(self, username: str) -> Known | None:
        """What is known of a user name."""
        packed = self._packed.get(username)
        if packed is None:
            return None
        tenant_id, device_id, is_gateway, revoked, deleted, digest = PACKED.unpack(packed)
        return Known(tenant_id, device_id, is_gateway, revoked, deleted, digest)

    def refusal(self, username: str, password: str) -> str | None:
        """The code of why this login is refused, or None when it is good."""
        known = self.get(username)
        given = hashlib.sha256(password.encode("utf-8", "surrogatepass")).digest()
        # The comparison is made for an unknown name too, so that the time taken tells nothing.
        right = hmac.compare_digest(given, known.sha256 if known else NO_PASSWORD)
        if known is None:
            return "unknown"
        if known.deleted:
            return "deleted"
        if known.revoked:
            return "revoked"
        if known.sha256 == NO_PASSWORD:
            return "no_credential"
        return None if right else "wrong_password"


class ClientIds:
    """Who holds which MQTT client id. They are unique in the whole broker, so without this a tenant could throw another's device off.

    `{tenant}:anything` belongs to that tenant (`{tenant}.anything` too, where the broker allows a dot). Any other id belongs
    to the last device that came with it: to other tenants for as long as it uses it, in its own tenant while it is connected.
    """

    def __init__(self) -> None:
        self._holder: dict[str, str] = {}
        self._used_by: dict[str, str] = {}

    def may_use(self, client_id: str, username: str, tenants: set[str], holder_is_connected: bool) -> bool:
        """Whether `username` may come with `client_id`; `holder_is_connected` says so of whoever `holder` names."""
        if not client_id:
            return True
        if client_id.startswith("$"):
            return False
        tenant = username.partition(".")[0]
        owner = client_id.replace(".", ":").partition(":")
        if owner[1] and owner[0] == tenant:
            return True
        if owner[1] and owner[0] in tenants:
            return False
        holder = self._holder.get(client_id)
        if holder is None or holder == username:
            return True
        return holder.partition(".")[0] == tenant and not holder_is_connected

    def holder(self, client_id: str) -> str | None:
        """The user name that holds `client_id`."""
        return self._holder.get(client_id)

    def take(self, client_id: str, username: str) -> None:
        """`username` was admitted with `client_id`; the id it used before is free again."""
        before = self._used_by.get(username)
        if before is not None and before != client_id and self._holder.get(before) == username:
            del self._holder[before]
        if client_id:
            self._holder[client_id] = username
            self._used_by[username] = client_id

    def release(self, username: str) -> None:
        """The device is gone for good."""
        client_id = self._used_by.pop(username, None)
        if client_id is not None and self._holder.get(client_id) == username:
            del self._holder[client_id]
