"""Refrigeration dryers: dew point by load and cooling water, pressure drop by flow squared."""

import numpy as np

from kaogong.plant.machine import Installed, Machine, Modbus, Property, Reading, choice, derived, total
from kaogong.plant.physics import NORMAL_AIR, Motor, clamp, current, lag, saturation_pressure
from kaogong.plant.surroundings import Surroundings

P = Property


class AirDryer(Machine):
    """A refrigeration dryer: cools the air to its dew point, drains what condenses.

    Condensate = mass flow times the difference of the saturated humidity ratios x = 0.622 p_s / (p - p_s) (ISO 7183 for the terms).
    """

    key, en, zh, stage = "air-dryer", "Air dryer", "冷冻式干燥机", 62
    properties = (
        choice("state", "State", "状态", ("STOPPED", "RUNNING", "FAULT"), "Operating state", "运行状态"),
        P("dew_point", "Pressure dew point", "压力露点", "Cel", -40, 40, 0.1, "Dew point of the air delivered", "出口压力露点", noise=0.05),
        P("inlet_temperature", "Inlet temperature", "进口温度", "Cel", 0, 80, 0.1, "Air entering", "进气温度", noise=0.05),
        P("outlet_temperature", "Outlet temperature", "出口温度", "Cel", 0, 60, 0.1, "Air leaving after reheating", "回热后出气温度", noise=0.05),
        P("flow", "Flow", "流量", "m3/h{N}", 0, 6000, 1, "Air through the dryer at normal state", "标况处理气量", noise=2),
        P("pressure_drop", "Pressure drop", "压降", "kPa", 0, 60, 0.01, "Over the dryer", "干燥机前后压降", noise=0.02),
        P("power", "Power", "有功功率", "kW", 0, 12, 0.01, "Refrigerant compressor and fan", "制冷压缩机及风机", noise=0.01),
        P("current", "Current", "电流", "A", 0, 30, 0.01, "Line current", "线电流", noise=0.01),
        P("evaporating_temperature", "Evaporating temperature", "蒸发温度", "Cel", -20, 30, 0.1, "Refrigerant in the evaporator", "制冷剂蒸发温度", noise=0.05),
        P("condensing_temperature", "Condensing temperature", "冷凝温度", "Cel", 0, 80, 0.1, "Refrigerant in the condenser", "制冷剂冷凝温度", noise=0.05),
        P("condensate", "Condensate", "冷凝水量", "L/h", 0, 100, 0.01, "Water drained", "排出冷凝水", noise=0.02),
        total("energy", "Energy", "累计电能", "kW.h", 0.01, "Energy since commissioning", "投运以来电能"),
        total("running_hours", "Running hours", "运行小时", "h", 0.01, "Hours in operation", "运行小时数"),
        derived("specific_energy", "Power per flow", "单位处理功耗", "kW.h/m3{N}", "with_unit(bare(power, 'kW') / bare(flow, 'm3/h{N}'), 'kW.h/m3{N}')", "Power for a normal cubic metre an hour", "每标方处理耗电"),
    )  # fmt: skip
    kept = ("energy", "hours")
    installed = tuple(
        Installed(
            f"dryer-{n}", f"Air dryer {n}", f"{n}号冷干机", "linan/utilities/compressor-station/air-treatment", Modbus("plc-air", 10 + n)
        )
        for n in (1, 2)
    )

    def __init__(self, unit: Installed, rng: np.random.Generator) -> None:
        super().__init__(unit, rng)
        self.motor = Motor(7.5, 0.88, 0.83)
        self.hours = float(rng.uniform(9_000, 30_000))
        self.energy = self.hours * 3.4
        self.dew_point = 4.0

    def step(self, dt: float, around: Surroundings) -> Reading:
        mass = around.air.supply / 2
        flow = mass / NORMAL_AIR * 3600
        warm = around.tower.supply + 8.0
        load = flow / 2200.0
        self.dew_point = lag(self.dew_point, 3.0 + 2.5 * load + 0.08 * (warm - 30.0), dt, 120.0)
        around.air.dew_point = self.dew_point
        power = around.draw("compressors", self.motor.draw(1.4 + 3.4 * clamp(load, 0, 1.3)))
        self.energy += power.real * dt / 3600
        self.hours += dt / 3600
        pressure = around.air.pressure + 1.013
        water = mass * 3600 * max(0.0, humidity_ratio(warm, pressure) - humidity_ratio(self.dew_point, pressure))
        return {
            "state": "RUNNING",
            "dew_point": self.dew_point,
            "inlet_temperature": warm,
            "outlet_temperature": warm - 9.0,
            "flow": flow,
            "pressure_drop": 18.0 * load**2,
            "power": power.real,
            "current": current(power, around.volts),
            "evaporating_temperature": self.dew_point - 2.5,
            "condensing_temperature": around.weather.temperature + 14.0 + 6.0 * load,
            "condensate": water,
            "energy": self.energy,
            "running_hours": self.hours,
        }


def humidity_ratio(celsius: float, pressure: float) -> float:
    """kg of water in a kg of dry air saturated at `celsius` under `pressure` bar absolute."""
    vapour = saturation_pressure(celsius)
    return 0.622 * vapour / (pressure - vapour)
