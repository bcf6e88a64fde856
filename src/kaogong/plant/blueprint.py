"""What stands in the plant, as data: places, device types, devices. For provisioning, benches and tests."""

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from typing import Any

from kaogong.plant.machine import Channel, Mqtt
from kaogong.plant.places import PLACES
from kaogong.plant.world import kinds


@dataclass(frozen=True, slots=True)
class PlannedDevice:
    """One device: how the HTTP interface takes it, and the channel it speaks on."""

    key: str
    type: str
    document: Mapping[str, Any]
    channel: Channel

    @property
    def is_direct(self) -> bool:
        """Whether it speaks to the platform itself, without an edge node between."""
        return isinstance(self.channel, Mqtt)


@dataclass(frozen=True, slots=True)
class Blueprint:
    """The whole plant on paper; documents are in the shape of the HTTP interface."""

    places: tuple[Mapping[str, Any], ...]
    types: tuple[Mapping[str, Any], ...]
    devices: tuple[PlannedDevice, ...]

    @property
    def points(self) -> int:
        """How many points the devices have, derived ones included."""
        size = {t["key"]: len(t["properties"]) for t in self.types}
        return sum(size[d.type] for d in self.devices)


@cache
def blueprint(edge_node: str = "edge-1") -> Blueprint:
    """The plant as it is to be provisioned; devices on Modbus and OPC UA are spoken for by `edge_node`."""
    devices = tuple(
        PlannedDevice(
            unit.key,
            kind.key,
            {
                "key": unit.key,
                "name": {"en": unit.en, "zh": unit.zh},
                "type": kind.key,
                "place": unit.place,
                "gateway": None if isinstance(unit.channel, Mqtt) else edge_node,
            },
            unit.channel,
        )
        for kind in kinds()
        for unit in kind.installed
    )
    return Blueprint(tuple(p.document() for p in PLACES), tuple(kind.document() for kind in kinds()), devices)
