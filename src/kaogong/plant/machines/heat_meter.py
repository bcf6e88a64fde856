"""Heat meters on the chilled-water and cooling-water loops."""

import numpy as np

from kaogong.plant.machine import Installed, Machine, Modbus, Property, Reading, derived, total
from kaogong.plant.physics import WATER_HEAT
from kaogong.plant.surroundings import Surroundings

P = Property


class HeatMeter(Machine):
    """A heat meter (EN 1434): Q = V rho c (T_back - T_supply), integrated."""

    key, en, zh, stage = "heat-meter", "Heat meter", "热量表", 93
    properties = (
        P("flow", "Flow", "流量", "m3/h", 0, 500, 0.01, "Volume flow", "体积流量", noise=0.05),
        P("supply_temperature", "Supply temperature", "供水温度", "Cel", 0, 180, 0.01, "Cold side", "冷侧水温", noise=0.01),
        P("return_temperature", "Return temperature", "回水温度", "Cel", 0, 180, 0.01, "Warm side", "热侧水温", noise=0.01),
        P("difference", "Temperature difference", "温差", "K", -50, 100, 0.01, "Warm less cold side", "热侧减冷侧"),
        P("power", "Heat flow", "热功率", "kW", -5000, 5000, 0.1, "Heat carried", "输送热功率"),
        P("pressure", "Pressure", "压力", "bar", 0, 16, 0.01, "Gauge pressure at the meter", "表处压力", noise=0.01),
        P("velocity", "Velocity", "流速", "m/s", 0, 10, 0.001, "Mean velocity in the tube", "管内平均流速"),
        total("energy", "Heat", "累计热量", "kW.h", 0.1, "Since commissioning", "投运以来"),
        total("volume", "Volume", "累计水量", "m3", 0.01, "Since commissioning", "投运以来"),
        P("peak_power", "Peak heat flow", "最大热功率", "kW", 0, 5000, 0.1, "Largest since commissioning", "投运以来最大值"),
        derived("specific_heat", "Heat per volume", "单位水量热量", "kW.h/m3", "power / flow", "Heat in a cubic metre", "每立方米水携带热量"),
    )  # fmt: skip
    kept = ("energy", "volume", "peak")
    installed = (
        Installed("heat-chilled-water", "Heat meter chilled water", "冷冻水冷量表", "linan/utilities/cooling-plant/chillers", Modbus("gateway-meters", 41), {"line": "chilled-water", "loop": "chilled"}),
        Installed("heat-cooling-water", "Heat meter cooling water", "冷却水热量表", "linan/utilities/cooling-plant/towers", Modbus("gateway-meters", 42), {"line": "cooling-water", "loop": "tower"}),
    )  # fmt: skip

    def __init__(self, unit: Installed, rng: np.random.Generator) -> None:
        super().__init__(unit, rng)
        self.energy = float(rng.uniform(2e6, 6e6))
        self.volume = self.energy / 5.5
        self.peak = 200.0

    def step(self, dt: float, around: Surroundings) -> Reading:
        loop = around.chilled if self.unit.facts["loop"] == "chilled" else around.tower
        flows = around.flows(self.unit.facts["line"])
        flow = flows.outlets["loop"]
        power = flow * 1000 / 3600 * WATER_HEAT * (loop.back - loop.supply)
        self.energy += max(0.0, power) * dt / 3600
        self.volume += flow * dt / 3600
        self.peak = max(self.peak, power)
        return {
            "flow": flow,
            "supply_temperature": loop.supply,
            "return_temperature": loop.back,
            "difference": loop.back - loop.supply,
            "power": power,
            "pressure": flows.header,
            "velocity": flow / 3600 / (0.7854 * 0.15 * 0.15),
            "energy": self.energy,
            "volume": self.volume,
            "peak_power": self.peak,
        }
