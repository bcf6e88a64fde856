"""The names that the cases of wire bodies speak of, read from data."""

import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any, NamedTuple

CASES = Path(__file__).parents[1] / "cases" / "formats"
RECEIVED_MS = 1_795_249_860_000  # 2026-11-21T08:31:00Z


class KnownDevice(NamedTuple):
    tenant_id: int
    device_id: int
    type_id: int
    gateway_id: int


class KnownProperty(NamedTuple):
    id: int
    key: str
    kind: str
    unit: str
    expression: str | None = None
    options: tuple[str, ...] = ()


class StoredMessage(NamedTuple):
    subject: str
    data: bytes
    time_ns: int


class Known:
    """A directory as `names.json` describes it."""

    def __init__(self, data: Mapping[str, Any]) -> None:
        self._tenants = data["tenants"]
        self._devices = {
            (tenant, key): KnownDevice(self._tenants[tenant], d["id"], d["type"], d["gateway"])
            for tenant, devices in data["devices"].items()
            for key, d in devices.items()
        }
        self._types = {
            int(number): {p["key"]: KnownProperty(**{**p, "options": tuple(p.get("options", ()))}) for p in properties}
            for number, properties in data["types"].items()
        }

    def device(self, tenant: str, device: str) -> KnownDevice | None:
        return self._devices.get((tenant, device))

    def properties(self, type_id: int) -> Mapping[str, KnownProperty]:
        return self._types.get(type_id, {})

    def tenant_id(self, key: str) -> int | None:
        return self._tenants.get(key)

    def key_of(self, property_id: int) -> str:
        return next(p.key for properties in self._types.values() for p in properties.values() if p.id == property_id)

    def device_key(self, device_id: int) -> str:
        return next((key for (_, key), d in self._devices.items() if d.device_id == device_id), "")


def known() -> Known:
    return Known(json.loads((CASES / "names.json").read_text(encoding="utf-8")))


def message(data: bytes, subject: str = "up.acme.pump-1.telemetry", after_ms: int = 0) -> StoredMessage:
    return StoredMessage(f"p.2.{subject}", data, (RECEIVED_MS + after_ms) * 1_000_000)
