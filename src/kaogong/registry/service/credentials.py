"""Logins of devices: generated, shown once, kept as SHA-256."""

import base64
import hashlib
import secrets
from collections.abc import Iterator

from sqlalchemy.orm import Session

from kaogong.core import clock
from kaogong.core.principal import Principal
from kaogong.registry import store
from kaogong.registry.service.announce import PLANT_EDITORS, allow, changed, missing, usable
from kaogong.registry.tables import CredentialRow, DeviceRow
from kaogong.registry.types import Credential, CredentialRecord, CredentialState

MOST = 2**31 - 1
BYTES = 24


def issue_credential(session: Session, principal: Principal, device: str) -> Credential:
    """A new login for the device; the former password stops working."""
    allow(principal, PLANT_EDITORS)
    row = _device(session, principal, device)
    credential = generated(principal, device)
    stored = store.credential(session, principal, row.id) or CredentialRow(device_id=row.id)
    verb = "rotate" if stored.sha256 else "issue"
    stored.sha256, stored.issued_at, stored.revoked_at = digest(credential.password), clock.now(), None
    session.add(stored)
    session.flush()
    changed(session, principal, "credential", "put", row.id, credential.username, verb)
    return credential


def revoke_credential(session: Session, principal: Principal, device: str) -> None:
    """Shut the device out until a new login is issued; nothing happens when it is shut out already."""
    allow(principal, PLANT_EDITORS)
    row = _device(session, principal, device)
    stored = store.credential(session, principal, row.id)
    if stored is not None and stored.revoked_at is None:
        stored.revoked_at = clock.now()
        changed(session, principal, "credential", "put", row.id, username(principal, device), "revoke")


def credential_state(session: Session, principal: Principal, device: str) -> CredentialState:
    """Whether the device may sign in."""
    row = _device(session, principal, device)
    stored = store.credential(session, principal, row.id)
    return CredentialState(
        username=username(principal, device),
        issued_at=stored.issued_at if stored else None,
        revoked_at=stored.revoked_at if stored else None,
    )


def find_credential(session: Session, username: str) -> CredentialRecord | None:
    """What the gate decides by, before there is a principal; a deleted device is found with `deleted` set."""
    tenant, _, device = username.partition(".")
    if not usable(tenant) or not usable(device):
        return None
    return next(_records(session, tenant, device), None)


def all_credentials(session: Session, first: int = 0, last: int = MOST) -> Iterator[CredentialRecord]:
    """Every living device of every tenant whose id is in a range, for a gate that starts or hears of a bulk."""
    return (_record(row) for row in store.credentials_between(session, first, last))


def generated(principal: Principal, device: str) -> Credential:
    """A login with 192 random bits."""
    return Credential(username=username(principal, device), password=secrets.token_urlsafe(BYTES))


def passwords(count: int) -> list[str]:
    """Passwords for a bulk, each of 192 random bits of its own."""
    letters = base64.urlsafe_b64encode(secrets.token_bytes(BYTES * count)).decode()
    length = BYTES * 4 // 3
    return [letters[start : start + length] for start in range(0, len(letters), length)]


def digest(password: str) -> str:
    """The stored form. Plain SHA-256 is enough: the password is random, nobody chose it."""
    return hashlib.sha256(password.encode("utf-8", "surrogatepass")).hexdigest()


def username(principal: Principal, device: str) -> str:
    """The MQTT and HTTP user of a device."""
    return f"{principal.tenant}.{device}"


def _records(session: Session, tenant: str, device: str) -> Iterator[CredentialRecord]:
    return (_record(row) for row in store.credentials(session, tenant, device))


def _record(row: store.AnyRow) -> CredentialRecord:
    tenant_id, tenant_key, device_id, key, sha256, revoked_at, is_gateway, deleted_at = row
    return CredentialRecord(tenant_id, tenant_key, device_id, key, sha256 or "", revoked_at, is_gateway, deleted_at is not None)


def _device(session: Session, principal: Principal, key: str) -> DeviceRow:
    row = store.devices_by_key(session, principal, [key]).get(key) if usable(key) else None
    if row is None:
        raise missing("device", key)
    return row
