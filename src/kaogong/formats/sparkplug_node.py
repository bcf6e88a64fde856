"""What a Sparkplug host remembers of one edge node between its births and its death. Pure: no I/O, no clock."""

import re
from collections.abc import Iterable, Iterator
from typing import Any, NamedTuple

from kaogong.core.quality import Quality
from kaogong.formats.sparkplug import BD_SEQ, Malformed, Payload, decode

NOT_PROPERTY = re.compile(r"[^a-z0-9]+")
RESERVED = frozenset({"ts", "values", "devices", "v", "q", "u", "c"})
NO_READINGS = ("Node Control/", "Device Control/", "Node Info/", "Device Info/", "Properties/")
DEAD = int(Quality.BAD_NO_COMMUNICATION)


class Told(NamedTuple):
    """One value. `device` is empty for the edge node's own; `name` is the metric's, `key` the property it becomes."""

    device: str
    name: str
    key: str
    ts_ms: int
    value: Any
    quality: int = 0
    unit: str = ""


class Refused(NamedTuple):
    """A metric, or a whole message, that cannot be used."""

    device: str
    name: str
    reason: str


class Taken(NamedTuple):
    """What a message brought. `rebirth` says why births must be asked for; empty: they need not."""

    told: list[Told]
    refused: list[Refused]
    rebirth: str = ""


class _Known(NamedTuple):
    device: str
    name: str
    key: str
    unit: str


class EdgeNode:
    """Metrics by name and alias, the sequence, and whether node and devices are alive."""

    def __init__(self) -> None:
        self.bd_seq: int | None = None
        self.seq: int | None = None
        self.is_born = False
        self._metrics: dict[str, dict[str, _Known]] = {}
        self._aliases: dict[int, _Known] = {}
        self._types: dict[str, dict[str | int, int]] = {}

    def take(self, kind: str, device: str, data: bytes, received_ms: int) -> Taken:
        """One message of this node; nothing that it holds raises."""
        try:
            payload = decode(data, self._types.get(device))
        except Malformed as err:
            return Taken([], [Refused(device, "", str(err))], "a message could not be read" if kind != "NDEATH" else "")
        if kind == "NDEATH":
            return self._died(payload, received_ms)
        if kind == "NBIRTH":
            self._begin(payload)
        elif not self.is_born:
            return Taken([], [], "") if kind == "DDEATH" else self._unborn(payload, device, received_ms)
        rebirth = "" if kind == "NBIRTH" else self._followed(payload.seq)
        if kind == "DDEATH":
            return Taken(list(self._dead([device], payload.ts_ms or received_ms)), [], rebirth)
        if kind in ("NBIRTH", "DBIRTH"):
            return self._learn(payload, device, received_ms)._replace(rebirth=rebirth)
        taken = self._read(payload, device, received_ms)
        return taken._replace(rebirth=rebirth or taken.rebirth)

    def forget_sequence(self) -> None:
        """Whoever goes on from a former state does not know which message was the last."""
        self.seq = None

    def _begin(self, payload: Payload) -> None:
        self.is_born, self.seq = True, payload.seq
        self.bd_seq = _bd_seq(payload)
        self._metrics.clear()
        self._aliases.clear()
        self._types.clear()

    def _learn(self, payload: Payload, device: str, received_ms: int) -> Taken:
        for alias in [a for a, known in self._aliases.items() if known.device == device]:
            del self._aliases[alias]
        metrics = self._metrics[device] = {}
        types = self._types[device] = {}
        refused, keys = [], set[str]()
        for metric in payload.metrics:
            key = property_key(metric.name)
            if not is_reading(metric.name):
                continue
            if not key or key in keys:
                why = f"another metric becomes the property {key}, too" if key else "the name has no letter for a property's key"
                refused.append(Refused(device, metric.name, why))
                continue
            keys.add(key)
            known = metrics[metric.name] = _Known(device, metric.name, key, metric.unit)
            types[metric.name] = metric.datatype
            if metric.alias is not None:
                self._aliases[metric.alias] = known
                types[metric.alias] = metric.datatype
        taken = self._read(payload, device, received_ms)
        return Taken(taken.told, refused + taken.refused)

    def _read(self, payload: Payload, device: str, received_ms: int) -> Taken:
        told: list[Told] = []
        refused: list[Refused] = []
        rebirth = ""
        metrics = self._metrics.get(device, {})
        for metric in payload.metrics:
            known = metrics.get(metric.name) if metric.name else None if metric.alias is None else self._aliases.get(metric.alias)
            if known is None or known.device != device:
                if metric.name and not (is_reading(metric.name) and device in self._metrics and metric.name not in metrics):
                    continue
                name = metric.name or f"alias {metric.alias}"
                refused.append(Refused(device, name, "no birth has named this metric"))
                rebirth = f"{name} is in no birth"
            elif metric.fault:
                refused.append(Refused(device, known.name, metric.fault))
            else:
                at = metric.ts_ms or received_ms
                told.append(Told(device, known.name, known.key, at, metric.value, metric.quality, metric.unit or known.unit))
        return Taken(told, refused, rebirth)

    def _unborn(self, payload: Payload, device: str, received_ms: int) -> Taken:
        """Data of a node whose birth we have not seen: what names itself and its type can be used all the same."""
        told, refused = [], []
        for metric in payload.metrics:
            key = property_key(metric.name)
            if metric.name and not is_reading(metric.name):
                continue
            if not key or metric.fault or not metric.datatype:
                name = metric.name or f"alias {metric.alias}"
                refused.append(Refused(device, name, metric.fault or "the birth that explains it has not been seen"))
            else:
                told.append(Told(device, metric.name, key, metric.ts_ms or received_ms, metric.value, metric.quality, metric.unit))
        return Taken(told, refused, "no birth has been seen")

    def _followed(self, seq: int | None) -> str:
        """Why the sequence is broken; it goes on from what came."""
        last, self.seq = self.seq, seq
        if seq is None:
            return ""
        if last is None or seq == (last + 1) % 256:
            return ""
        return f"sequence {seq} came after {last}"

    def _died(self, payload: Payload, received_ms: int) -> Taken:
        told_seq = _bd_seq(payload)
        # The death of a former session, that the broker publishes late, says nothing of this one.
        if not self.is_born or (told_seq is not None and self.bd_seq is not None and told_seq != self.bd_seq):
            return Taken([], [])
        self.is_born, self.seq = False, None
        # The will was written when the node connected: its time is not that of the death.
        return Taken(list(self._dead(self._metrics, received_ms)), [])

    def _dead(self, devices: Iterable[str], ts_ms: int) -> Iterator[Told]:
        for device in devices:
            for known in self._metrics.get(device, {}).values():
                yield Told(device, known.name, known.key, ts_ms, None, DEAD)


def property_key(name: str) -> str:
    """The property a metric becomes: `Motor 1/Speed (rpm)` is `motor_1_speed_rpm`; empty where no key can be made of it."""
    key = NOT_PROPERTY.sub("_", name.lower()).strip("_")[:63].rstrip("_")
    if key and not key[0].isalpha():
        key = f"_{key}"[:63]
    return f"{key}_" if key in RESERVED else key


def is_reading(name: str) -> bool:
    """Whether a metric is measured, not part of the protocol or of the node's description."""
    return name != BD_SEQ and not name.startswith(NO_READINGS)


def _bd_seq(payload: Payload) -> int | None:
    found = next((m.value for m in payload.metrics if m.name == BD_SEQ), None)
    return found if isinstance(found, int) else None
