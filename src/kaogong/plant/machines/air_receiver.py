"""Air receivers: the ideal gas law turns what comes and goes into pressure."""

import numpy as np

from kaogong.plant.machine import Installed, Machine, Modbus, Property, Reading, derived, flag
from kaogong.plant.physics import AIR_GAS, ATMOSPHERE, NORMAL_AIR
from kaogong.plant.surroundings import Surroundings

P = Property


class AirReceiver(Machine):
    """A pressure vessel of the net. The vessels are connected by wide pipes and share one pressure: p V = m R T.

    The net takes what its consumers ask for in proportion to the absolute pressure (orifice flow above the critical ratio, ISO 6358).
    """

    key, en, zh, stage = "air-receiver", "Air receiver", "储气罐", 64
    properties = (
        P("pressure", "Pressure", "压力", "bar", 0, 16, 0.001, "Gauge pressure in the vessel", "罐内表压", noise=0.003),
        P("temperature", "Temperature", "温度", "Cel", -20, 90, 0.1, "Air in the vessel", "罐内空气温度", noise=0.05),
        P("stored", "Air stored", "储气量", "m3{N}", 0, 500, 0.1, "Air in the vessel at normal state", "标况储气量"),
        P("inflow", "Inflow", "流入", "m3/h{N}", 0, 12000, 1, "From the dryers, share of this vessel", "来自干燥机的份额", noise=2),
        P("outflow", "Outflow", "流出", "m3/h{N}", 0, 12000, 1, "To the net, share of this vessel", "送入管网的份额", noise=2),
        P("drain_level", "Condensate level", "冷凝水位", "%", 0, 100, 0.1, "Level of the drain pot", "排水器液位", noise=0.1),
        P("shell_temperature", "Shell temperature", "罐壁温度", "Cel", -20, 80, 0.1, "Outside of the vessel", "容器外壁温度", noise=0.05),
        flag("drain_open", "Drain open", "排水阀开", "Whether the drain valve is open", "排水阀是否打开"),
        flag("is_low", "Low pressure", "低压", "Below 5.8 bar", "低于 5.8 bar"),
        derived("balance", "Balance", "收支差", "m3/h{N}", "inflow - outflow", "Inflow less outflow", "流入减流出"),
    )  # fmt: skip
    kept = ("mass",)
    installed = tuple(
        Installed(f"receiver-{n}", f"Air receiver {n}", f"{n}号储气罐", "linan/utilities/compressor-station/air-treatment", Modbus("plc-air", 20 + n), {"m3": m3})
        for n, m3 in ((1, 8.0), (2, 8.0), (3, 12.0))
    )  # fmt: skip
    total_m3 = 28.0

    def __init__(self, unit: Installed, rng: np.random.Generator) -> None:
        super().__init__(unit, rng)
        self.share: float = unit.facts["m3"] / self.total_m3
        self.temperature = 30.0
        self.mass = (7.0 + ATMOSPHERE) * 100.0 * unit.facts["m3"] / (AIR_GAS * (self.temperature + 273.15))
        self.drain = float(rng.uniform(10, 70))
        self.is_draining = False
        self.taken = 0.0  # kg/s

    def step(self, dt: float, around: Surroundings) -> Reading:
        air = around.air
        asked = air.demand * (air.pressure + ATMOSPHERE) / (7.0 + ATMOSPHERE)
        into = air.supply * self.share
        self.taken = min(asked * self.share, self.mass / dt + into)
        self.mass += (into - self.taken) * dt
        pressure = self.mass * AIR_GAS * (self.temperature + 273.15) / self.unit.facts["m3"] / 100.0 - ATMOSPHERE
        if self.share < 0.3:
            self._equalise(around)
        else:
            air.pressure = pressure
        self.drain += 0.02 * dt if not self.is_draining else -2.0 * dt
        self.is_draining = self.drain > 80 or (self.is_draining and self.drain > 10)
        return {
            "pressure": pressure,
            "temperature": self.temperature,
            "stored": self.mass / NORMAL_AIR,
            "inflow": into / NORMAL_AIR * 3600,
            "outflow": self.taken / NORMAL_AIR * 3600,
            "drain_level": self.drain,
            "shell_temperature": 0.7 * self.temperature + 0.3 * around.weather.temperature,
            "drain_open": self.is_draining,
            "is_low": pressure < 5.8,
        }

    def _equalise(self, around: Surroundings) -> None:
        """Nothing to do while every vessel starts alike and shares by volume; kept states may differ, and then air moves."""
        largest = around.machines["receiver-3"]
        assert isinstance(largest, AirReceiver)
        per_m3 = (self.mass + largest.mass) / (self.unit.facts["m3"] + largest.unit.facts["m3"])
        moved = per_m3 * self.unit.facts["m3"] - self.mass
        self.mass += moved
        largest.mass -= moved
