"""Ventilation fans: fan laws, filters that clog."""

import numpy as np

from kaogong.plant.machine import Installed, Machine, Modbus, Property, Reading, choice, derived, total
from kaogong.plant.physics import Motor, clamp, current, factor, lag
from kaogong.plant.surroundings import Surroundings

P = Property


class Fan(Machine):
    """A ventilation fan on a drive: Q ~ n, dp ~ n^2, P ~ n^3 (fan laws, ISO 5801); the filter's resistance grows with the air it has cleaned."""

    key, en, zh, stage = "fan", "Ventilation fan", "通风机", 75
    properties = (
        choice("state", "State", "状态", ("STOPPED", "RUNNING", "FAULT"), "Operating state", "运行状态"),
        P("speed", "Speed", "转速", "rpm", 0, 3000, 1, "Shaft speed", "轴转速", noise=1),
        P("flow", "Air flow", "风量", "m3/h", 0, 60000, 10, "Air moved", "输送风量", noise=20),
        P("pressure", "Total pressure", "全压", "Pa", 0, 2500, 1, "Total pressure rise", "全压升", noise=2),
        P("filter_drop", "Filter pressure drop", "滤网压差", "Pa", 0, 800, 1, "Over the filter", "滤网前后压差", noise=1),
        P("power", "Power", "有功功率", "kW", 0, 40, 0.01, "Electrical power", "电功率", noise=0.01),
        P("reactive_power", "Reactive power", "无功功率", "kvar", 0, 30, 0.01, "Reactive power", "无功功率", noise=0.01),
        P("current", "Current", "电流", "A", 0, 80, 0.1, "Line current", "线电流", noise=0.03),
        P("power_factor", "Power factor", "功率因数", "1", 0, 1, 0.001, "Active over apparent power", "有功与视在功率之比"),
        P("winding_temperature", "Winding temperature", "绕组温度", "Cel", -20, 180, 0.1, "Hottest motor winding", "电机绕组最高温度", noise=0.1),
        P("bearing_temperature", "Bearing temperature", "轴承温度", "Cel", -20, 130, 0.1, "Drive-end bearing", "驱动端轴承温度", noise=0.1),
        P("vibration", "Vibration", "振动", "mm/s", 0, 50, 0.01, "Velocity RMS at the drive-end bearing", "驱动端轴承振动速度有效值", noise=0.04),
        total("energy", "Energy", "累计电能", "kW.h", 0.01, "Energy since commissioning", "投运以来电能"),
        total("running_hours", "Running hours", "运行小时", "h", 0.01, "Hours in operation", "运行小时数"),
        derived("specific_power", "Specific fan power", "单位风量耗功", "W.h/m3", "power / flow", "Energy for a cubic metre of air", "每立方米空气耗电"),
    )  # fmt: skip
    kept = ("energy", "hours", "dust", "wear")
    installed = tuple(
        Installed(key, en, zh, place, Modbus("plc-cooling", unit), {"kw": kw, "flow": flow, "feeder": feeder})
        for key, en, zh, place, unit, kw, flow, feeder in (
            (
                "fan-machining-supply",
                "Supply fan machine shop",
                "机加车间送风机",
                "linan/machining/ventilation",
                31,
                22.0,
                42_000.0,
                "machining",
            ),
            (
                "fan-machining-exhaust",
                "Exhaust fan machine shop",
                "机加车间排风机",
                "linan/machining/ventilation",
                32,
                18.5,
                38_000.0,
                "machining",
            ),
            ("fan-boiler-house", "Exhaust fan boiler house", "锅炉房排风机", "linan/utilities/boiler-house", 33, 7.5, 15_000.0, "boilers"),
            (
                "fan-compressor-room",
                "Exhaust fan compressor room",
                "空压机房排风机",
                "linan/utilities/compressor-station",
                34,
                11.0,
                24_000.0,
                "compressors",
            ),
        )
    )

    def __init__(self, unit: Installed, rng: np.random.Generator) -> None:
        super().__init__(unit, rng)
        self.rated: float = unit.facts["flow"]
        self.motor = Motor(unit.facts["kw"], 0.92, 0.85)
        self.speed, self.wear = 0.6, float(rng.uniform(0.05, 0.2))
        self.dust = float(rng.uniform(0.1, 0.7))
        self.hours = float(rng.uniform(10_000, 30_000))
        self.energy = self.hours * unit.facts["kw"] * 0.35
        self.bearing, self.load = 35.0, 0.0

    @property
    def rpm(self) -> float:
        """Shaft speed, as the vibration sensor feels it."""
        return self.speed * 1480.0

    def step(self, dt: float, around: Surroundings) -> Reading:
        demand = clamp(0.45 + 0.5 * around.activity + 0.01 * (around.weather.temperature - 20.0), 0.4, 1.0)
        self.speed = lag(self.speed, demand, dt, 30.0)
        flow = self.rated * self.speed * (1 - 0.15 * self.dust)
        self.dust = min(1.0, self.dust + dt / 3600 / 2000 * self.speed)
        if self.dust >= 1.0:
            self.dust = 0.05  # changed at the service
        rise = 900.0 * self.speed**2
        shaft = self.unit.facts["kw"] * 0.85 * self.speed**3
        power = around.draw(self.unit.facts["feeder"], self.motor.draw(shaft))
        self.load = shaft / self.motor.rated_kw
        self.energy += power.real * dt / 3600
        self.hours += dt / 3600
        self.bearing = lag(self.bearing, around.indoor + 18.0 * self.speed**2 + 25.0 * self.wear, dt, 900.0)
        return {
            "state": "RUNNING",
            "speed": self.rpm,
            "flow": flow,
            "pressure": rise,
            "filter_drop": (60.0 + 240.0 * self.dust) * (flow / self.rated) ** 2,
            "power": power.real,
            "reactive_power": power.imag,
            "current": current(power, around.volts),
            "power_factor": factor(power),
            "winding_temperature": self.motor.warm(shaft, True, around.indoor, dt),
            "bearing_temperature": self.bearing,
            "vibration": 0.2 + 1.8 * self.speed**2 * (1 + 2 * self.wear),
            "energy": self.energy,
            "running_hours": self.hours,
        }
