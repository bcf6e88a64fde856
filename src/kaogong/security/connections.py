"""What is known of each device's connection: written by the gate, read by the device page."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import insert, select, update
from sqlalchemy.orm import Session

from kaogong.core.principal import Principal
from kaogong.security.tables import DeviceConnectionRow

PART = 500

# Code of a refusal -> what a person reads.
REFUSALS: Mapping[str, Mapping[str, str]] = {
    "unknown": {"en": "no such device", "zh": "没有这个设备"},
    "no_credential": {"en": "no credential was issued for it", "zh": "尚未发放接入凭证"},
    "wrong_password": {"en": "wrong password", "zh": "密码错误"},
    "revoked": {"en": "its credential is revoked", "zh": "接入凭证已吊销"},
    "deleted": {"en": "the device was deleted", "zh": "设备已删除"},
    "client_id_taken": {
        "en": "its MQTT client id belongs to another device; use {tenant}:{device}",
        "zh": "MQTT 客户端标识属于其他设备，请使用 {租户}:{设备}",
    },
    "disk_full": {"en": "the platform's disk is nearly full", "zh": "平台磁盘将满"},
}


@dataclass(frozen=True, slots=True)
class DeviceConnection:
    """One device at the gate. Reasons are codes of REFUSALS; a violation is what it tried without permission."""

    device_id: int
    connected: bool
    since: datetime | None
    client_id: str
    address: str
    protocol: str
    last_refused_at: datetime | None
    last_refused_reason: str
    last_violation_at: datetime | None
    last_violation: str


FIELDS = [getattr(DeviceConnectionRow, name) for name in DeviceConnection.__slots__]


def connections_of(session: Session, principal: Principal, devices: Sequence[int] | None = None) -> dict[int, DeviceConnection]:
    """By device id, those the gate has ever seen; of all the tenant's devices unless some are named."""
    query = select(*FIELDS).where(DeviceConnectionRow.tenant_id == principal.tenant_id)
    if devices is not None:
        query = query.where(DeviceConnectionRow.device_id.in_(devices))
    return {row[0]: DeviceConnection(*row) for row in session.execute(query)}


def connection_of(session: Session, principal: Principal, device_id: int) -> DeviceConnection | None:
    """One device at the gate; None when it never came."""
    return connections_of(session, principal, [device_id]).get(device_id)


def held_client_ids(session: Session) -> dict[int, str]:
    """The client id each device last came with, by device id. # skip: tenant-scope: the gate admits all tenants."""
    rows = session.execute(select(DeviceConnectionRow.device_id, DeviceConnectionRow.client_id).where(DeviceConnectionRow.client_id != ""))
    return {device: client for device, client in rows}  # noqa: C416


def note_connections(session: Session, noted: Mapping[int, Mapping[str, Any]]) -> None:
    """Merge what was seen, by device id. # skip: tenant-scope: the gate writes for all tenants."""
    ids = list(noted)
    known: set[int] = set()
    for start in range(0, len(ids), PART):
        part = ids[start : start + PART]
        known.update(session.scalars(select(DeviceConnectionRow.device_id).where(DeviceConnectionRow.device_id.in_(part))))
    fresh = [_complete(device, fields) for device, fields in noted.items() if device not in known]
    if fresh:
        session.execute(insert(DeviceConnectionRow), fresh)
    by_fields: dict[tuple[str, ...], list[dict[str, Any]]] = {}
    for device in known:
        by_fields.setdefault(tuple(sorted(noted[device])), []).append({"device_id": device, **noted[device]})
    for rows in by_fields.values():
        session.execute(update(DeviceConnectionRow), rows)


def all_disconnected(session: Session, but: set[int], at: datetime) -> None:
    """After a start: whoever is noted as connected and is not. # skip: tenant-scope: the gate writes for all tenants."""
    connected = session.scalars(select(DeviceConnectionRow.device_id).where(DeviceConnectionRow.connected)).all()
    gone = [{"device_id": device, "connected": False, "since": at} for device in connected if device not in but]
    if gone:
        session.execute(update(DeviceConnectionRow), gone)


def _complete(device: int, fields: Mapping[str, Any]) -> dict[str, Any]:
    empty = {"connected": False, "since": None, "client_id": "", "address": "", "protocol": "", "last_refused_at": None}
    more = {"last_refused_reason": "", "last_violation_at": None, "last_violation": ""}
    return {"device_id": device, **empty, **more, **fields}
