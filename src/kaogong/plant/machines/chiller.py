"""Water chillers: Carnot share, lift between two water loops, part load."""

import math

import numpy as np

from kaogong.plant.machine import Installed, Machine, OpcUa, Property, Reading, choice, count, derived, total
from kaogong.plant.physics import WATER_HEAT, Motor, Regulator, clamp, current, factor, lag
from kaogong.plant.surroundings import Surroundings

P = Property
STATES = ("STOPPED", "STARTING", "RUNNING", "FAULT")
LOOP_KJ_PER_K = 18_000.0 * WATER_HEAT  # 18 m3 of chilled water in the pipes


class Chiller(Machine):
    """A 500 kW screw chiller with R134a.

    COP = g(part load) 0.56 T_e / (T_c - T_e): a constant share of Carnot, as Gordon and Ng (2000), Cool Thermodynamics, ch. 4, find,
    with a part-load factor. Saturation pressure of R134a: ln(p / kPa) = 15.388 - 2651 / T, fitted to ASHRAE 2021
    Fundamentals ch. 30 within 2 % from -5 to 60 Cel. The loop's water stores what load and capacity differ by.
    """

    key, en, zh, stage = "chiller", "Water chiller", "冷水机组", 70
    stale_after_s = 45.0
    properties = (
        choice("state", "State", "状态", STATES, "Operating state", "运行状态"),
        P("supply_temperature", "Chilled water out", "冷冻水出水温度", "Cel", 0, 40, 0.01, "Chilled water leaving", "冷冻水出口温度", noise=0.01),
        P("return_temperature", "Chilled water in", "冷冻水回水温度", "Cel", 0, 45, 0.01, "Chilled water entering", "冷冻水进口温度", noise=0.01),
        P("setpoint", "Chilled water setpoint", "出水温度设定", "Cel", 4, 20, 0.1, "Temperature held", "出水温度给定"),
        P("chilled_flow", "Chilled water flow", "冷冻水流量", "m3/h", 0, 200, 0.1, "Through the evaporator", "蒸发器水流量", noise=0.2),
        P("condenser_in_temperature", "Cooling water in", "冷却水进水温度", "Cel", 0, 50, 0.01, "Cooling water entering", "冷却水进口温度", noise=0.01),
        P("condenser_out_temperature", "Cooling water out", "冷却水出水温度", "Cel", 0, 60, 0.01, "Cooling water leaving", "冷却水出口温度", noise=0.01),
        P("condenser_flow", "Cooling water flow", "冷却水流量", "m3/h", 0, 300, 0.1, "Through the condenser", "冷凝器水流量", noise=0.3),
        P("cooling_capacity", "Cooling capacity", "制冷量", "kW", 0, 700, 0.1, "Heat taken from the chilled water", "从冷冻水取走的热量"),
        P("rejected_heat", "Rejected heat", "排热量", "kW", 0, 900, 0.1, "Heat given to the cooling water", "排入冷却水的热量"),
        P("power", "Power", "有功功率", "kW", 0, 200, 0.01, "Electrical power", "电功率", noise=0.05),
        P("reactive_power", "Reactive power", "无功功率", "kvar", 0, 150, 0.01, "Reactive power", "无功功率", noise=0.05),
        P("current", "Motor current", "电机电流", "A", 0, 400, 0.1, "Line current", "线电流", noise=0.1),
        P("power_factor", "Power factor", "功率因数", "1", 0, 1, 0.001, "Active over apparent power", "有功与视在功率之比"),
        P("slide_position", "Slide valve", "滑阀开度", "%", 0, 100, 0.1, "Capacity control of the screw", "螺杆容量调节"),
        P("evaporating_temperature", "Evaporating temperature", "蒸发温度", "Cel", -20, 30, 0.1, "Saturated suction temperature", "吸气饱和温度", noise=0.03),
        P("condensing_temperature", "Condensing temperature", "冷凝温度", "Cel", 0, 80, 0.1, "Saturated discharge temperature", "排气饱和温度", noise=0.03),
        P("suction_pressure", "Suction pressure", "吸气压力", "kPa", 0, 1000, 1, "Absolute, at the evaporator", "蒸发器绝对压力", noise=0.5),
        P("discharge_pressure", "Discharge pressure", "排气压力", "kPa", 0, 3000, 1, "Absolute, at the condenser", "冷凝器绝对压力", noise=1),
        P("discharge_temperature", "Discharge temperature", "排气温度", "Cel", 0, 140, 0.1, "Hot gas", "压缩机排气温度", noise=0.1),
        P("superheat", "Superheat", "过热度", "K", 0, 30, 0.1, "Suction gas above saturation", "吸气过热度", noise=0.05),
        P("subcooling", "Subcooling", "过冷度", "K", 0, 30, 0.1, "Liquid below saturation", "液体过冷度", noise=0.05),
        P("oil_pressure", "Oil pressure difference", "油压差", "kPa", 0, 1500, 1, "Above suction pressure", "高于吸气压力", noise=1),
        P("oil_temperature", "Oil temperature", "油温", "Cel", 0, 100, 0.1, "Oil separator", "油分离器油温", noise=0.05),
        P("winding_temperature", "Winding temperature", "绕组温度", "Cel", -20, 180, 0.1, "Hottest motor winding", "电机绕组最高温度", noise=0.1),
        P("approach", "Condenser approach", "冷凝器端差", "K", 0, 30, 0.01, "Condensing temperature less water out", "冷凝温度减出水温度"),
        total("energy", "Electrical energy", "累计电能", "kW.h", 0.01, "Energy since commissioning", "投运以来电能"),
        total("cooling_energy", "Cooling energy", "累计制冷量", "kW.h", 0.1, "Cooling since commissioning", "投运以来制冷量"),
        total("running_hours", "Running hours", "运行小时", "h", 0.01, "Hours in operation", "运行小时数"),
        count("starts", "Starts", "启动次数", 1_000_000, "Starts since commissioning", "投运以来启动次数"),
        derived("cop", "COP", "性能系数", "1", "cooling_capacity / power", "Cooling capacity over power", "制冷量与电功率之比"),
        derived("lift", "Lift", "温升", "K", "condensing_temperature - evaporating_temperature", "What the compressor must lift over", "冷凝与蒸发温度之差"),
    )  # fmt: skip
    kept = ("energy", "cooling_energy", "hours", "starts")
    installed = tuple(
        Installed(
            f"chiller-{n}",
            f"Chiller {n}",
            f"{n}号冷水机组",
            "linan/utilities/cooling-plant/chillers",
            OpcUa("plc-boilers"),
            {"rank": n - 1},
        )
        for n in (1, 2)
    )

    def __init__(self, unit: Installed, rng: np.random.Generator) -> None:
        super().__init__(unit, rng)
        self.rank: int = unit.facts["rank"]
        self.setpoint = 7.0 + 0.3 * self.rank
        self.motor = Motor(132.0, 0.95, 0.89)
        self.control = Regulator(0.12, 150.0, 0.0, 1.0, 0.5)
        self.slide, self.is_on, self.wait = 0.5, self.rank == 0, 0.0
        self.hours = float(rng.uniform(6_000, 20_000))
        self.energy, self.cooling_energy = self.hours * 62.0, self.hours * 310.0
        self.starts = int(rng.uniform(400, 3_000))
        self.wear = float(rng.uniform(0.02, 0.08))
        self.speed, self.load = 0.0, 0.0

    @property
    def rpm(self) -> float:
        """Motor speed, as the vibration sensor feels it."""
        return 2960.0 * self.speed

    def step(self, dt: float, around: Surroundings) -> Reading:
        loop = around.chilled
        if self.rank == 0:
            loop.heat += 60.0 + 180.0 * around.activity + max(0.0, 14.0 * (around.weather.temperature - 16.0))
            loop.supply += loop.heat * dt / LOOP_KJ_PER_K
            loop.flow = around.flows("chilled-water").outlets["loop"]
            loop.back = loop.supply + loop.heat * 3600 / max(loop.flow * 1000.0 * WATER_HEAT, 1e4)
        self._switch(loop.supply, dt)
        self.speed = lag(self.speed, float(self.is_on), dt, 6.0)
        demand = self.control.step(loop.supply - self.setpoint, dt) if self.is_on else 0.0
        self.slide = lag(self.slide, clamp(demand, 0.2, 1.0) if self.is_on else 0.0, dt, 20.0)
        capacity = 500.0 * self.slide * self.speed if self.is_on else 0.0
        evaporating = loop.supply - 2.0 - 2.5 * self.slide
        condensing = around.tower.supply + 4.0 + 6.5 * self.slide
        cop = carnot_share(evaporating, condensing, self.slide)
        shaft = capacity / cop if capacity > 1 else 0.0
        power = around.draw("cooling", self.motor.draw(shaft) if self.is_on else complex(0.4, 0.1))
        loop.supply -= capacity * dt / LOOP_KJ_PER_K
        rejected = capacity + shaft
        around.tower.heat += rejected
        self.load = shaft / self.motor.rated_kw
        self.energy += power.real * dt / 3600
        self.cooling_energy += capacity * dt / 3600
        self.hours += self.is_on * dt / 3600
        return self._reading(capacity, rejected, shaft, power, evaporating, condensing, around, dt)

    def _switch(self, supply: float, dt: float) -> None:
        self.wait = max(0.0, self.wait - dt)
        if self.wait > 0:
            return
        on = supply > self.setpoint + (0.5 if self.rank == 0 else 1.8)
        off = supply < self.setpoint - (1.5 if self.rank == 0 else 0.4)
        if (on and not self.is_on) or (off and self.is_on):
            self.is_on = not self.is_on
            self.starts += self.is_on
            self.wait = 300.0

    def _reading(
        self, capacity: float, rejected: float, shaft: float, power: complex, evaporating: float, condensing: float,
        around: Surroundings, dt: float,
    ) -> Reading:  # fmt: skip
        on = float(self.is_on)
        flow = around.chilled.flow * 0.5 * (1 + on) / (1.0 if on else 2.0) if on else 0.0
        water = around.flows("cooling-water").outlets["loop"] * 0.5
        ambient = around.indoor
        return {
            "state": "STOPPED" if not self.is_on else "STARTING" if self.speed < 0.9 else "RUNNING",
            "supply_temperature": around.chilled.back - capacity * 3600 / max(flow * 1000 * WATER_HEAT, 1e6) if on else around.chilled.back,
            "return_temperature": around.chilled.back,
            "setpoint": self.setpoint,
            "chilled_flow": flow,
            "condenser_in_temperature": around.tower.supply,
            "condenser_out_temperature": around.tower.supply + rejected * 3600 / max(water * 1000 * WATER_HEAT, 1e5),
            "condenser_flow": water,
            "cooling_capacity": capacity,
            "rejected_heat": rejected,
            "power": power.real,
            "reactive_power": power.imag,
            "current": current(power, around.volts),
            "power_factor": factor(power),
            "slide_position": self.slide * 100,
            "evaporating_temperature": evaporating if on else ambient,
            "condensing_temperature": condensing if on else ambient,
            "suction_pressure": refrigerant_pressure(evaporating if on else ambient),
            "discharge_pressure": refrigerant_pressure(condensing if on else ambient),
            "discharge_temperature": (condensing + 18.0 + 10.0 * self.slide) if on else ambient,
            "superheat": 5.5 * on,
            "subcooling": 4.0 * on,
            "oil_pressure": 420.0 * self.speed,
            "oil_temperature": ambient + 26.0 * self.speed,
            "winding_temperature": self.motor.warm(shaft, self.is_on, ambient, dt),
            "approach": max(0.0, condensing - around.tower.supply - rejected * 3600 / max(water * 1000 * WATER_HEAT, 1e5)) * on,
            "energy": self.energy,
            "cooling_energy": self.cooling_energy,
            "running_hours": self.hours,
            "starts": self.starts,
        }


def carnot_share(evaporating: float, condensing: float, part: float) -> float:
    """Coefficient of performance; best near two thirds of full load."""
    kelvin = evaporating + 273.15
    return (0.56 - 0.12 * (part - 0.65) ** 2) * kelvin / max(condensing - evaporating, 8.0)


def refrigerant_pressure(celsius: float) -> float:
    """Saturation pressure of R134a in kPa absolute."""
    return math.exp(15.388 - 2651.0 / (celsius + 273.15))
