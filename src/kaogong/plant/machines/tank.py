"""Tanks: mass and heat in, mass and heat out."""

import math

import numpy as np

from kaogong.plant.machine import Installed, Machine, Modbus, Property, Reading, derived, flag
from kaogong.plant.physics import WATER_HEAT, Wander, clamp
from kaogong.plant.surroundings import Surroundings

P = Property
HOUSE = "linan/utilities/pump-house"


class Tank(Machine):
    """A water tank: dm/dt = sum of inflows - sum of outflows; m c dT/dt = sum of m_in c (T_in - T) + injected steam.

    The feed tank is held near 103 Cel by steam blown in, as a deaerator is (VDI 2035 and EN 12953-10 on oxygen).
    """

    key, en, zh, stage = "tank", "Water tank", "水箱", 50
    properties = (
        P("level", "Level", "液位", "%", 0, 100, 0.1, "Level between empty and overflow", "空罐至溢流间的液位", noise=0.05),
        P("height", "Height", "液位高度", "m", 0, 10, 0.001, "Height of the water above the bottom", "水面高度", noise=0.002),
        P("volume", "Volume", "容积", "m3", 0, 200, 0.01, "Volume in the tank", "罐内体积"),
        P("inflow", "Inflow", "流入", "m3/h", 0, 200, 0.01, "Sum of all inflows", "流入合计", noise=0.02),
        P("outflow", "Outflow", "流出", "m3/h", 0, 200, 0.01, "Sum of all outflows", "流出合计", noise=0.02),
        P("temperature", "Temperature", "温度", "Cel", 0, 130, 0.1, "Water temperature", "水温", noise=0.03),
        P("pressure", "Gas pressure", "气相压力", "bar", -0.2, 3, 0.001, "Gauge pressure above the water", "水面以上表压", noise=0.001),
        P("conductivity", "Conductivity", "电导率", "uS/cm", 0, 2000, 0.1, "Conductivity at 25 Cel", "25℃ 电导率", noise=0.3),
        P("ph", "pH", "pH 值", "[pH]", 0, 14, 0.01, "Acidity", "酸碱度", noise=0.01),
        P("oxygen", "Dissolved oxygen", "溶解氧", "mg/L", 0, 15, 0.001, "Oxygen in the water", "水中溶解氧", noise=0.001),
        flag("is_high", "High level", "高液位", "Float switch at 92 %", "92% 液位开关"),
        flag("is_low", "Low level", "低液位", "Float switch at 15 %", "15% 液位开关"),
        derived("net_flow", "Net flow", "净流量", "m3/h", "inflow - outflow", "Inflow less outflow", "流入减流出"),
    )  # fmt: skip
    kept = ("mass", "temperature")
    installed = (
        Installed("raw-tank", "Raw-water tank", "原水箱", f"{HOUSE}/raw-water", Modbus("plc-feed", 51), {"m3": 60.0, "area": 16.0, "heat": 15.0, "in": (("valve", "lv-raw-tank", 15.0),), "out": ("transfer",)}),
        Installed("feed-tank", "Feed-water tank", "除氧给水箱", f"{HOUSE}/feed-water", Modbus("plc-feed", 52), {"m3": 20.0, "area": 8.0, "heat": 103.0, "in": (("valve", "lv-feed-tank", 15.0), ("condensate", "feed-tank", 85.0)), "out": ("feed",)}),
        Installed("condensate-tank", "Condensate tank", "凝结水箱", f"{HOUSE}/feed-water", Modbus("plc-feed", 53), {"m3": 8.0, "area": 4.0, "heat": 85.0, "in": (), "out": ("condensate",)}),
    )  # fmt: skip

    def __init__(self, unit: Installed, rng: np.random.Generator) -> None:
        super().__init__(unit, rng)
        self.temperature: float = unit.facts["heat"]
        self.is_hot = unit.key == "feed-tank"
        self.density = 955.0 if self.is_hot else 998.0
        self.mass = unit.facts["m3"] * self.density * 0.62  # kg
        self.heating = 0.0  # kg/s of steam blown in
        self._salt = Wander(rng, 6.0, 3600.0)
        self.overflow = 0.0  # kg since the start

    @property
    def fill(self) -> float:
        """Share of the volume between empty and overflow."""
        return float(self.mass / self.density / self.unit.facts["m3"])

    @property
    def height(self) -> float:
        """Water above the bottom, m."""
        return float(self.mass / self.density / self.unit.facts["area"])

    def step(self, dt: float, around: Surroundings) -> Reading:
        arrivals = self._arrivals(around)
        into = sum(kg for kg, _ in arrivals) + self.heating
        out = sum(sum(around.flows(line).pumps.values()) for line in self.unit.facts["out"]) * self.density / 3600
        heat = sum(kg * WATER_HEAT * (celsius - self.temperature) for kg, celsius in arrivals)
        heat += self.heating * (2750.0 - WATER_HEAT * self.temperature)
        heat -= 0.002 * (self.temperature - around.indoor) * self.unit.facts["area"]
        self.temperature += heat * dt / max(self.mass * WATER_HEAT, 500.0)
        self.mass += (into - out) * dt
        full = self.unit.facts["m3"] * self.density
        if self.mass > full:
            self.overflow += self.mass - full
            self.mass = full
        self.mass = max(self.mass, 0.0)
        if self.is_hot:
            self.heating = clamp(0.12 * (103.0 - self.temperature), 0.0, 0.5)
            around.steam.heating = self.heating
        return self._reading(into * 3600 / self.density, out * 3600 / self.density, dt)

    def _arrivals(self, around: Surroundings) -> list[tuple[float, float]]:
        """kg/s and Cel of every inflow of water."""
        arrivals = []
        for source, name, celsius in self.unit.facts["in"]:
            flow = around.machines[name].flow if source == "valve" else around.flows(source).outlets[name]  # type: ignore[attr-defined]
            arrivals.append((flow * 998.0 / 3600, celsius))
        if self.name == "condensate-tank":
            arrivals.append((around.steam.condensate, 85.0))
        return arrivals

    def _reading(self, inflow: float, outflow: float, dt: float) -> Reading:
        fill = self.fill
        salt = {"raw-tank": 310.0, "feed-tank": 18.0}.get(self.name, 6.0) + self._salt.step(dt) * (4.0 if self.name == "raw-tank" else 0.2)
        return {
            "level": fill * 100,
            "height": self.height,
            "volume": self.mass / self.density,
            "inflow": inflow,
            "outflow": outflow,
            "temperature": self.temperature,
            "pressure": 0.15 if self.is_hot else 0.0,
            "conductivity": salt,
            "ph": 9.2 if self.is_hot else 7.4,
            "oxygen": max(0.005, 14.6 * math.exp(-0.03 * self.temperature)) if not self.is_hot else 0.012,
            "is_high": fill > 0.92,
            "is_low": fill < 0.15,
        }
