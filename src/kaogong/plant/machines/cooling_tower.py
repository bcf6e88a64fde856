"""Cooling towers: effectiveness on the wet bulb, evaporation, basin, fan."""

import math

import numpy as np

from kaogong.plant.machine import Installed, Machine, OpcUa, Property, Reading, choice, derived, total
from kaogong.plant.physics import WATER_HEAT, Motor, Regulator, clamp, current, evaporation_heat, wet_bulb
from kaogong.plant.surroundings import Surroundings

P = Property
LOOP_KJ_PER_K = 22_000.0 * WATER_HEAT
BASIN_KG = 9_000.0


class CoolingTower(Machine):
    """A counter-flow tower cell.

    Heat given to the air: effectiveness 1 - exp(-NTU) on the difference of return water and wet bulb, NTU rising with air flow to the power 0.6
    (Braun, Klein, Mitchell 1989, ASHRAE Trans. 95/2). Four fifths of it leave as vapour: evaporation = 0.8 Q / r.
    Blow-down keeps the salt at four times the make-up's.
    """

    key, en, zh, stage = "cooling-tower", "Cooling tower", "冷却塔", 72
    stale_after_s = 45.0
    properties = (
        choice("state", "State", "状态", ("STOPPED", "RUNNING", "FAULT"), "State of the fan", "风机状态"),
        P("supply_temperature", "Water leaving", "出塔水温", "Cel", 0, 60, 0.01, "Cooled water in the basin", "集水盘冷却后水温", noise=0.01),
        P("return_temperature", "Water entering", "进塔水温", "Cel", 0, 70, 0.01, "Warm water to the nozzles", "进入布水器水温", noise=0.01),
        P("wet_bulb", "Wet bulb", "湿球温度", "Cel", -40, 45, 0.1, "Air entering the tower", "进塔空气湿球温度", noise=0.05),
        P("water_flow", "Water flow", "循环水量", "m3/h", 0, 400, 0.1, "Over this cell", "本格循环水量", noise=0.2),
        P("heat", "Heat rejected", "散热量", "kW", 0, 3000, 1, "Heat given to the air", "排入大气的热量"),
        P("fan_speed", "Fan speed", "风机转速", "%", 0, 100, 0.1, "Share of full speed", "占全速比例"),
        P("power", "Fan power", "风机功率", "kW", 0, 20, 0.01, "Electrical power of the fan", "风机电功率", noise=0.01),
        P("current", "Fan current", "风机电流", "A", 0, 40, 0.01, "Line current", "线电流", noise=0.01),
        P("basin_level", "Basin level", "集水盘水位", "%", 0, 100, 0.1, "Level of the basin", "集水盘液位", noise=0.1),
        P("makeup_flow", "Make-up", "补水量", "m3/h", 0, 20, 0.01, "Fresh water", "新鲜补水", noise=0.01),
        P("evaporation", "Evaporation", "蒸发量", "m3/h", 0, 10, 0.001, "Water lost to the air", "蒸发损失"),
        P("conductivity", "Conductivity", "电导率", "uS/cm", 0, 5000, 1, "Circulating water", "循环水电导率", noise=3),
        P("vibration", "Gearbox vibration", "减速机振动", "mm/s", 0, 50, 0.01, "Velocity RMS at the gearbox", "减速机振动速度有效值", noise=0.05),
        total("energy", "Energy", "累计电能", "kW.h", 0.01, "Energy since commissioning", "投运以来电能"),
        derived("approach", "Approach", "逼近度", "K", "supply_temperature - wet_bulb", "Water leaving above the wet bulb", "出塔水温与湿球温度之差"),
        derived("range", "Range", "温降", "K", "return_temperature - supply_temperature", "What the tower cools by", "进出塔水温差"),
    )  # fmt: skip
    kept = ("energy", "mass")
    installed = tuple(
        Installed(
            f"cooling-tower-{n}",
            f"Cooling tower {n}",
            f"{n}号冷却塔",
            "linan/utilities/cooling-plant/towers",
            OpcUa("plc-boilers"),
            {"rank": n - 1},
        )
        for n in (1, 2)
    )

    def __init__(self, unit: Installed, rng: np.random.Generator) -> None:
        super().__init__(unit, rng)
        self.rank: int = unit.facts["rank"]
        self.motor = Motor(11.0, 0.91, 0.85)
        self.control = Regulator(0.12, 200.0, 0.0, 1.0, 0.4)
        self.energy = float(rng.uniform(40_000, 90_000))
        self.mass = BASIN_KG * 0.7
        self.salt = 900.0

    @property
    def fill(self) -> float:
        """Level of the basin, 0 to 1; the two basins are connected."""
        return self.mass / BASIN_KG

    def step(self, dt: float, around: Surroundings) -> Reading:
        loop = around.tower
        if self.rank == 0:
            loop.flow = around.flows("cooling-water").outlets["loop"]
            loop.supply += loop.heat * dt / LOOP_KJ_PER_K
            loop.back = loop.supply + loop.heat * 3600 / max(loop.flow * 1000 * WATER_HEAT, 5e4)
        bulb = wet_bulb(around.weather.temperature, around.weather.humidity)
        fan = self.control.step(loop.supply - max(20.0, bulb + 3.5) - 1.5 * self.rank, dt)
        speed = fan if fan > 0.12 else 0.0
        transfer = 1 - math.exp(-(0.12 + 1.1 * speed**0.6))
        heat = max(0.0, transfer * (loop.back - bulb) * loop.flow / 2 * 1000 / 3600 * WATER_HEAT)
        loop.supply -= heat * dt / LOOP_KJ_PER_K
        power = around.draw("cooling", self.motor.draw(9.5 * speed**3) if speed else 0j)
        self.energy += power.real * dt / 3600
        vapour = 0.8 * heat / evaporation_heat(loop.back)  # kg/s
        makeup = around.flows("transfer").outlets["lv-tower"] * 998.0 / 3600 if self.rank == 0 else 0.0
        self._basin(vapour, makeup, dt, around)
        return {
            "state": "RUNNING" if speed else "STOPPED",
            "supply_temperature": loop.supply,
            "return_temperature": loop.back,
            "wet_bulb": bulb,
            "water_flow": loop.flow / 2,
            "heat": heat,
            "fan_speed": speed * 100,
            "power": power.real,
            "current": current(power, around.volts),
            "basin_level": clamp(self.fill * 100, 0.0, 100.0),
            "makeup_flow": makeup * 3.6,
            "evaporation": vapour * 3.6,
            "conductivity": self.salt,
            "vibration": 0.1 + 2.2 * speed**2,
            "energy": self.energy,
        }

    def _basin(self, vapour: float, makeup: float, dt: float, around: Surroundings) -> None:
        blowdown = 0.05 if self.salt > 1200 else 0.01
        self.salt += (makeup * 310.0 - blowdown * self.salt) / max(self.mass, 1.0) * dt
        self.mass = clamp(self.mass + (makeup - vapour - blowdown) * dt, 0.0, BASIN_KG)
        if self.rank == 0:
            other = around.machines["cooling-tower-2"]
            assert isinstance(other, CoolingTower)
            moved = (self.mass - other.mass) / 2 * min(1.0, dt / 30.0)
            self.mass -= moved
            other.mass += moved
