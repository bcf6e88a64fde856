"""The simulated plant: physics, faults, and real Modbus TCP, OPC UA and MQTT on loopback from its own process.

Reaches the platform only as outsiders do: through its protocols and its public HTTP interface; may use core and formats.
Called by `kaogong plant`; benches and tests take `blueprint()` for what stands in it and `World` for what happens there.
"""

from kaogong.plant.blueprint import Blueprint, PlannedDevice, blueprint
from kaogong.plant.faults import CATALOGUE, Fault, Faults
from kaogong.plant.world import World

__all__ = ["CATALOGUE", "Blueprint", "Fault", "Faults", "PlannedDevice", "World", "blueprint"]
