"""Electricity meters: phases, harmonics, energies, demand; they integrate what the machines on their feeder draw."""

import math
from collections import deque

import numpy as np

from kaogong.plant.machine import Installed, Machine, Modbus, Property, Reading, derived, total
from kaogong.plant.physics import Wander, factor
from kaogong.plant.surroundings import Surroundings

P = Property
PHASES = (1, 2, 3)


def _by_phase() -> tuple[Property, ...]:
    return tuple(
        p
        for n in PHASES
        for p in (
            P(f"voltage_l{n}", f"Voltage L{n}", f"L{n} 相电压", "V", 0, 300, 0.01, f"L{n} to neutral", f"L{n} 对中性线", noise=0.03),
            P(f"current_l{n}", f"Current L{n}", f"L{n} 相电流", "A", 0, 4000, 0.01, f"Line current L{n}", f"L{n} 线电流", noise=0.02),
            P(f"power_l{n}", f"Power L{n}", f"L{n} 有功功率", "kW", -1000, 1000, 0.01, f"Active power of L{n}", f"L{n} 相有功功率", noise=0.01),
            P(f"thd_voltage_l{n}", f"Voltage THD L{n}", f"L{n} 电压谐波", "%", 0, 100, 0.01, f"Total harmonic distortion of U{n}", f"U{n} 总谐波畸变", noise=0.01),
            P(f"thd_current_l{n}", f"Current THD L{n}", f"L{n} 电流谐波", "%", 0, 100, 0.01, f"Total harmonic distortion of I{n}", f"I{n} 总谐波畸变", noise=0.03),
        )
    )  # fmt: skip


class ElectricityMeter(Machine):
    """A three-phase meter of class 0.5S (IEC 62053-22) on one feeder; `main` sees the sum of all, so power in equals power out.

    Energies are the time integral of what it measures, positive into import, negative into export; demand is the mean of 15 minutes.
    """

    key, en, zh, stage = "electricity-meter", "Electricity meter", "电能表", 90
    properties = (
        *_by_phase(),
        P("voltage_l12", "Voltage L1-L2", "L1-L2 线电压", "V", 0, 520, 0.01, "Between L1 and L2", "L1 与 L2 之间", noise=0.05),
        P("voltage_l23", "Voltage L2-L3", "L2-L3 线电压", "V", 0, 520, 0.01, "Between L2 and L3", "L2 与 L3 之间", noise=0.05),
        P("voltage_l31", "Voltage L3-L1", "L3-L1 线电压", "V", 0, 520, 0.01, "Between L3 and L1", "L3 与 L1 之间", noise=0.05),
        P("current_neutral", "Neutral current", "中性线电流", "A", 0, 1000, 0.01, "Current in the neutral", "中性线电流", noise=0.02),
        P("power", "Active power", "有功功率", "kW", -3000, 3000, 0.01, "Sum of the phases; negative feeds in", "三相合计，负为馈入"),
        P("reactive_power", "Reactive power", "无功功率", "kvar", -3000, 3000, 0.01, "Sum of the phases", "三相合计"),
        P("apparent_power", "Apparent power", "视在功率", "kVA", 0, 4000, 0.01, "Sum of the phases", "三相合计"),
        P("power_factor", "Power factor", "功率因数", "1", -1, 1, 0.0001, "Active over apparent power", "有功与视在功率之比"),
        P("frequency", "Frequency", "频率", "Hz", 45, 55, 0.001, "Frequency of the grid", "电网频率", noise=0.001),
        P("unbalance", "Voltage unbalance", "电压不平衡度", "%", 0, 20, 0.01, "Negative over positive sequence", "负序与正序之比", noise=0.005),
        P("demand", "Demand", "需量", "kW", -3000, 3000, 0.01, "Mean of the last 15 minutes", "最近 15 分钟平均功率"),
        P("demand_peak", "Peak demand", "最大需量", "kW", 0, 3000, 0.01, "Largest demand of the month", "当月最大需量"),
        total("energy_import", "Energy imported", "正向有功电能", "kW.h", 0.01, "Active energy taken", "用电量"),
        total("energy_export", "Energy exported", "反向有功电能", "kW.h", 0.01, "Active energy fed back", "馈电量"),
        total("reactive_energy", "Reactive energy", "无功电能", "kvar.h", 0.01, "Inductive reactive energy", "感性无功电能"),
        P("temperature", "Meter temperature", "表内温度", "Cel", -30, 90, 0.1, "Inside the meter", "表计内部温度", noise=0.05),
        derived("current_mean", "Mean current", "平均电流", "A", "(current_l1 + current_l2 + current_l3) / 3", "Mean of the phases", "三相平均"),
        derived("load_ratio", "Load factor", "负荷系数", "%", "demand / demand_peak", "Demand over peak demand", "需量与最大需量之比"),
    )  # fmt: skip
    kept = ("energy_import", "energy_export", "reactive_energy", "peak", "month", "drift")
    installed = tuple(
        Installed(f"meter-{feeder}", f"Electricity meter {en}", f"{zh}电能表", "linan/energy/switchroom", Modbus("gateway-meters", unit), {"feeder": feeder, "rated": rated})
        for feeder, en, zh, unit, rated in (
            ("main", "main incomer", "总进线", 1, 1000.0), ("compressors", "compressors", "空压站", 2, 400.0), ("pumps", "pumps", "泵房", 3, 120.0),
            ("boilers", "boiler house", "锅炉房", 4, 40.0), ("cooling", "cooling plant", "制冷站", 5, 300.0), ("machining", "machine shop", "机加车间", 6, 200.0),
            ("general", "light and sockets", "照明插座", 7, 60.0), ("solar", "solar roof", "光伏", 8, 480.0),
        )
    )  # fmt: skip

    def __init__(self, unit: Installed, rng: np.random.Generator) -> None:
        super().__init__(unit, rng)
        self.feeder: str = unit.facts["feeder"]
        self.rated: float = unit.facts["rated"]
        hours = float(rng.uniform(9_000, 30_000))
        is_solar = self.feeder == "solar"
        self.energy_import = 40.0 if is_solar else hours * self.rated * 0.3
        self.energy_export = hours * self.rated * 0.13 if is_solar else 0.0
        self.reactive_energy = self.energy_import * 0.4
        self.peak, self.month, self.drift = 0.0, 0, 0.0
        self.quarter: deque[float] = deque(maxlen=900)
        self.sum = 0.0
        self.skew = (1.0 + float(rng.normal(0, 0.004)), 1.0 + float(rng.normal(0, 0.004)))
        self._harmonics = Wander(rng, 0.3, 120.0)

    def step(self, dt: float, around: Surroundings) -> Reading:
        true = sum(around.power.values(), 0j) if self.feeder == "main" else around.power[self.feeder]
        if "meter-drift" in self.faults:
            self.drift = min(0.06, self.drift + dt / 30_000)
        power = true * (1 + self.drift)
        hours = dt / 3600
        self.energy_import += max(0.0, power.real) * hours
        self.energy_export += max(0.0, -power.real) * hours
        self.reactive_energy += max(0.0, power.imag) * hours
        demand = self._demand(power.real, around)
        return self._reading(power, demand, dt, around)

    def mend(self, fault: str) -> None:
        """Recalibrated."""
        if fault == "meter-drift":
            self.drift = 0.0

    def _demand(self, power: float, around: Surroundings) -> float:
        if len(self.quarter) == self.quarter.maxlen:
            self.sum -= self.quarter[0]
        self.quarter.append(power)
        self.sum += power
        month = around.local.month
        if month != self.month:
            self.month, self.peak = month, 0.0
        demand = self.sum / len(self.quarter)
        self.peak = max(self.peak, demand)
        return demand

    def _reading(self, power: complex, demand: float, dt: float, around: Surroundings) -> Reading:
        phase = around.volts / math.sqrt(3)
        a, b = self.skew
        shares = (a / 3, b / 3, 1 - (a + b) / 3)
        load = min(1.0, abs(power) / self.rated)
        distortion = max(0.5, 4.0 + 9.0 * (1 - load) + self._harmonics.step(dt))
        reading: Reading = {
            "voltage_l12": around.volts,
            "voltage_l23": around.volts * 1.0012,
            "voltage_l31": around.volts * 0.9991,
            "current_neutral": abs(power) * 1000 / phase / 3 * 0.035,
            "power": power.real,
            "reactive_power": power.imag,
            "apparent_power": abs(power),
            "power_factor": factor(power),
            "frequency": around.hertz,
            "unbalance": 0.12 + 0.2 * load,
            "demand": demand,
            "demand_peak": self.peak,
            "energy_import": self.energy_import,
            "energy_export": self.energy_export,
            "reactive_energy": self.reactive_energy,
            "temperature": around.indoor + 6.0 + 5.0 * load,
        }
        for n, share, uneven in zip(PHASES, shares, (1.0, 1.0012, 0.9991), strict=True):
            reading[f"voltage_l{n}"] = phase * uneven
            reading[f"current_l{n}"] = abs(power) * share * 1000 / (phase * uneven)
            reading[f"power_l{n}"] = power.real * share
            reading[f"thd_voltage_l{n}"] = 1.2 + 1.3 * load
            reading[f"thd_current_l{n}"] = distortion * uneven
        return reading
