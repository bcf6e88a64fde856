"""Steam boilers: fire, heat balance, drum, stack losses, economiser, fouling, blow-down."""

import numpy as np

from kaogong.plant.machine import EventKind, Installed, Machine, OpcUa, Property, Reading, choice, count, derived, flag, total
from kaogong.plant.physics import (
    ATMOSPHERE,
    WATER_HEAT,
    Motor,
    Regulator,
    Wander,
    clamp,
    current,
    lag,
    saturation_pressure,
    saturation_temperature,
)  # fmt: skip
from kaogong.plant.surroundings import Surroundings

P = Property
STATES = ("OFF", "PURGE", "LOW_FIRE", "MODULATING", "LOCKOUT")
HEATING_VALUE = 35_880.0  # kJ/Nm3, lower, West-East pipeline gas (GB 17820 class 1)
FUEL_KW = 4_800.0
METAL_KJ_PER_K = 9_500.0 * 0.49
FEED = 103.0  # Cel, from the deaerator
CONDUCTANCE = 0.55  # kg/s per bar of the main steam valve
FULL_DRUM_KG = 11_000.0


class SteamBoiler(Machine):
    """A gas-fired shell boiler of 6 t/h at 10 bar.

    Heat balance of the saturated content, (m_w c + C_metal) dT/dt = Q - m_s (h_g - c T) - m_f c (T - T_f) - losses, pressure
    from the saturation line (lumped drum model, Astrom and Bell 2000, Automatica 36, 363). Stack loss after Siegert,
    q_A = (T_g - T_a) (0.66 / (21 - O2) + 0.009) for natural gas (1. BImSchV, annex 2); radiation loss 1 % of full fire (EN 12953-11).
    Economiser with effectiveness 0.6. Fouling of the tubes raises the gas temperature, and with it the stack loss.
    """

    key, en, zh, stage = "steam-boiler", "Steam boiler", "蒸汽锅炉", 40
    stale_after_s = 45.0
    properties = (
        choice("state", "State", "状态", STATES, "State of the burner control", "燃烧器控制状态"),
        flag("flame", "Flame", "火焰信号", "Whether the flame scanner sees a flame", "火检是否有火"),
        P("pressure", "Steam pressure", "蒸汽压力", "bar", 0, 16, 0.01, "Gauge pressure in the drum", "锅筒表压", noise=0.005),
        P("pressure_setpoint", "Pressure setpoint", "压力设定", "bar", 0, 16, 0.01, "Pressure the burner holds", "燃烧控制设定压力"),
        P("steam_temperature", "Steam temperature", "蒸汽温度", "Cel", 0, 250, 0.1, "Temperature of saturated steam", "饱和蒸汽温度", noise=0.05),
        P("steam_flow", "Steam flow", "蒸汽流量", "t/h", 0, 10, 0.001, "Steam to the header", "送入母管蒸汽量", noise=0.005),
        P("header_pressure", "Header pressure", "母管压力", "bar", 0, 16, 0.01, "Gauge pressure of the steam header", "蒸汽母管表压", noise=0.005),
        P("feed_flow", "Feed-water flow", "给水流量", "t/h", 0, 12, 0.001, "Water into the drum", "进入锅筒水量", noise=0.005),
        P("feed_temperature", "Feed-water temperature", "给水温度", "Cel", 0, 150, 0.1, "Before the economiser", "省煤器前水温", noise=0.05),
        P("economiser_temperature", "Water after economiser", "省煤器出口水温", "Cel", 0, 200, 0.1, "Behind the economiser", "省煤器后水温", noise=0.05),
        P("drum_level", "Drum level", "锅筒水位", "%", 0, 100, 0.1, "Water level with swell", "含虚假水位的水位", noise=0.1),
        P("firing_rate", "Firing rate", "燃烧负荷", "%", 0, 100, 0.1, "Demand of the pressure controller", "燃烧负荷指令"),
        P("gas_flow", "Gas flow", "燃气流量", "m3/h{N}", 0, 600, 0.1, "Natural gas at normal state", "标况天然气流量", noise=0.2),
        P("gas_pressure", "Gas pressure", "燃气压力", "kPa", 0, 60, 0.01, "Before the burner", "燃烧器前压力", noise=0.02),
        P("gas_valve", "Gas valve", "燃气阀位", "%", 0, 100, 0.1, "Opening of the gas valve", "燃气阀开度"),
        P("air_damper", "Air damper", "风门开度", "%", 0, 100, 0.1, "Opening of the air damper", "风门开度"),
        P("fan_speed", "Fan speed", "风机转速", "rpm", 0, 3600, 1, "Combustion air fan", "鼓风机转速", noise=1),
        P("fan_power", "Fan power", "风机功率", "kW", 0, 30, 0.01, "Electrical power of fan and controls", "风机及控制电功率", noise=0.01),
        P("fan_current", "Fan current", "风机电流", "A", 0, 60, 0.01, "Line current of fan and controls", "风机及控制电流"),
        P("oxygen", "Flue oxygen", "烟气含氧量", "%", 0, 21, 0.01, "Oxygen in dry flue gas", "干烟气含氧量", noise=0.02),
        P("carbon_dioxide", "Flue carbon dioxide", "烟气二氧化碳", "%", 0, 15, 0.01, "CO2 in dry flue gas", "干烟气 CO2"),
        P("carbon_monoxide", "Carbon monoxide", "一氧化碳", "[ppm]", 0, 2000, 0.1, "CO in dry flue gas", "干烟气 CO", noise=0.4),
        P("nitrogen_oxides", "Nitrogen oxides", "氮氧化物", "mg/m3", 0, 500, 0.1, "NOx at 3.5 % oxygen", "折算 3.5% 氧", noise=0.3),
        P("gas_temperature", "Flue gas after tubes", "对流管束后烟温", "Cel", 0, 500, 0.1, "Before the economiser", "省煤器前烟温", noise=0.2),
        P("stack_temperature", "Stack temperature", "排烟温度", "Cel", 0, 400, 0.1, "Behind the economiser", "省煤器后烟温", noise=0.1),
        P("furnace_pressure", "Furnace pressure", "炉膛压力", "Pa", -500, 2500, 1, "Gauge pressure in the furnace", "炉膛表压", noise=3),
        P("efficiency", "Efficiency", "热效率", "%", 0, 110, 0.01, "Indirect method, by losses", "反平衡法热效率"),
        P("stack_loss", "Stack loss", "排烟损失", "%", 0, 50, 0.01, "After Siegert", "西格特公式排烟损失"),
        P("heat_output", "Heat output", "有效热功率", "kW", 0, 6000, 1, "Heat given to the water", "传给水的热功率"),
        P("blowdown_flow", "Blow-down", "排污量", "kg/h", 0, 2000, 0.1, "Continuous blow-down", "连续排污量"),
        P("water_conductivity", "Boiler water conductivity", "炉水电导率", "uS/cm", 0, 8000, 1, "Conductivity of the boiler water", "炉水电导率", noise=4),
        P("shell_temperature", "Shell temperature", "炉壳温度", "Cel", 0, 120, 0.1, "Outside of the insulation", "保温层外表温度", noise=0.05),
        total("gas_total", "Gas total", "累计燃气量", "m3{N}", 0.1, "Gas since commissioning", "投运以来燃气量"),
        total("steam_total", "Steam total", "累计蒸汽量", "t", 0.01, "Steam since commissioning", "投运以来蒸汽量"),
        total("energy", "Electrical energy", "累计电能", "kW.h", 0.01, "Fan and controls since commissioning", "风机及控制累计电能"),
        total("operating_hours", "Burner hours", "燃烧小时", "h", 0.01, "Hours with flame", "有火小时数"),
        count("starts", "Burner starts", "点火次数", 1_000_000, "Ignitions since commissioning", "投运以来点火次数"),
        count("alarm_code", "Alarm code", "告警代码", 999, "0: none; 17: stack hot; 21: low water", "0 无；17 排烟温度高；21 低水位"),
        derived("gas_per_steam", "Gas per tonne of steam", "吨汽耗气", "m3{N}/t", "with_unit(bare(gas_flow, 'm3/h{N}') / bare(steam_flow, 't/h'), 'm3{N}/t')", "Specific fuel consumption", "单位蒸汽燃气耗量"),
        derived("load", "Load", "负荷率", "%", "steam_flow / with_unit(6, 't/h')", "Share of the rated 6 t/h", "占额定 6 t/h 比例"),
    )  # fmt: skip
    events = (EventKind("burner_start", "Burner started", "燃烧器点火"),)
    kept = ("gas_total", "steam_total", "energy", "hours", "starts", "temperature", "mass", "fouling")
    installed = (
        Installed("boiler-1", "Steam boiler 1", "1号蒸汽锅炉", "linan/utilities/boiler-house/boiler-1", OpcUa("plc-boilers"), {"lead": 10.2, "valve": "fv-boiler-1"}),
        Installed("boiler-2", "Steam boiler 2", "2号蒸汽锅炉", "linan/utilities/boiler-house/boiler-2", OpcUa("plc-boilers"), {"lead": 10.1, "valve": "fv-boiler-2"}),
    )  # fmt: skip

    def __init__(self, unit: Installed, rng: np.random.Generator) -> None:
        super().__init__(unit, rng)
        self.setpoint: float = unit.facts["lead"]
        self.temperature = saturation_temperature(self.setpoint + ATMOSPHERE)
        self.mass = FULL_DRUM_KG * 0.55
        self.control = Regulator(0.8, 90.0, 0.0, 1.0, 0.45)
        self.rate = 0.45
        self.steam = 0.8  # kg/s
        self.fouling = float(rng.uniform(0.05, 0.12))
        self.fan = Motor(11.0, 0.90, 0.84)
        self.is_burning, self.purge = True, 0.0
        self.gas_total = float(rng.uniform(0.8e6, 1.6e6))
        self.steam_total = self.gas_total / 76.0
        self.hours = self.gas_total / 210.0
        self.energy = self.hours * 6.0
        self.starts = int(rng.uniform(800, 2000))
        self.salt = 3200.0
        self._oxygen = Wander(rng, 0.25, 240.0)
        self.shell = 42.0
        self.feed = self.blowdown = self.heat = self.radiated = 0.0

    @property
    def pressure(self) -> float:
        """Drum pressure, bar gauge."""
        return saturation_pressure(self.temperature) - ATMOSPHERE

    @property
    def fill(self) -> float:
        """Level of the drum, 0 to 1."""
        return self.mass / FULL_DRUM_KG

    @property
    def heat_content(self) -> float:
        """Enthalpy of water and metal in kJ above 0 Cel."""
        return (self.mass * WATER_HEAT + METAL_KJ_PER_K) * self.temperature

    def step(self, dt: float, around: Surroundings) -> Reading:
        oxygen = 3.4 + 1.6 * (1 - self.rate) + self._oxygen.step(dt)
        self._fire(dt)
        fuel = FUEL_KW * self.rate if self.is_burning else 0.0
        gas_temperature = self.temperature + 12.0 + 62.0 * self.rate + 160.0 * self.fouling
        stack = FEED + 0.4 * (gas_temperature - FEED)
        loss = (stack - around.indoor) * (0.66 / (21.0 - oxygen) + 0.009)
        self.heat = fuel * (1 - loss / 100.0)
        self.radiated = 0.01 * FUEL_KW * (self.temperature - around.indoor) / 160.0
        self._balance(dt, around)
        gas = fuel / HEATING_VALUE * 3600.0
        around.gas[self.name] += gas
        fan = around.draw("boilers", self.fan.draw(9.0 * self.rate**3 + 0.4) if self.is_burning else complex(0.3, 0.1))
        self._count(gas, fan.real, dt)
        if "boiler-fouling" in self.faults:
            self.fouling = min(0.6, self.fouling + dt / 3000)
        self.salt += ((self.feed * 18.0 - self.blowdown * self.salt) / self.mass) * dt
        return self._reading(oxygen, gas, gas_temperature, stack, loss, fan, around, dt)

    def _fire(self, dt: float) -> None:
        demand = self.control.step(self.setpoint - self.pressure, dt)
        if self.is_burning and self.pressure > self.setpoint + 0.8:
            self.is_burning, self.purge = False, 40.0
        elif not self.is_burning and self.pressure < self.setpoint - 0.3:
            self.purge -= dt
            if self.purge <= 0:
                self.is_burning = True
                self.starts += 1
                self.report("burner_start", starts=self.starts)
        target = clamp(demand, 0.15, 1.0) if self.is_burning else 0.0
        self.rate = clamp(target, self.rate - 0.02 * dt, self.rate + 0.02 * dt)

    def _balance(self, dt: float, around: Surroundings) -> None:
        self.steam = steam_share(self, around)
        self.feed = around.flows("feed").outlets[self.unit.facts["valve"]] * around.lines["feed"].density / 3600
        self.blowdown = 0.010 if self.salt > 3000 else 0.004
        latent = 2501.0 + 1.6 * self.temperature - WATER_HEAT * self.temperature  # h_g - c T
        heat = self.heat - self.radiated - self.steam * latent - self.feed * WATER_HEAT * (self.temperature - FEED)
        self.temperature += heat * dt / (self.mass * WATER_HEAT + METAL_KJ_PER_K)
        self.mass = clamp(self.mass + (self.feed - self.steam - self.blowdown) * dt, 500.0, FULL_DRUM_KG)
        around.steam.condensate += 0.65 * self.steam

    def _count(self, gas: float, electric: float, dt: float) -> None:
        hours = dt / 3600
        self.gas_total += gas * hours
        self.steam_total += self.steam * dt / 1000
        self.energy += electric * hours
        self.hours += hours * self.is_burning

    def mend(self, fault: str) -> None:
        """Tubes cleaned."""
        if fault == "boiler-fouling":
            self.fouling = 0.05

    def _reading(
        self, oxygen: float, gas: float, gas_temperature: float, stack: float, loss: float, fan: complex, around: Surroundings, dt: float
    ) -> Reading:
        swell = 2.5 * (self.steam - self.feed)
        self.shell = lag(self.shell, around.indoor + 18.0 + 6.0 * self.rate, dt, 3600.0)
        return {
            "state": "PURGE" if not self.is_burning else "LOW_FIRE" if self.rate < 0.2 else "MODULATING",
            "flame": self.is_burning,
            "pressure": self.pressure,
            "pressure_setpoint": self.setpoint,
            "steam_temperature": self.temperature,
            "steam_flow": self.steam * 3.6,
            "header_pressure": around.steam.pressure,
            "feed_flow": self.feed * 3.6,
            "feed_temperature": FEED,
            "economiser_temperature": FEED + min(45.0, 0.055 * self.heat / max(self.feed * WATER_HEAT, 0.4)),
            "drum_level": clamp(self.fill * 100 + swell, 0.0, 100.0),
            "firing_rate": self.rate * 100,
            "gas_flow": gas,
            "gas_pressure": 24.0 - 3.0 * self.rate,
            "gas_valve": 100 * self.rate**0.7,
            "air_damper": 100 * (0.1 + 0.9 * self.rate) if self.is_burning else 0.0,
            "fan_speed": 2950.0 * (0.35 + 0.65 * self.rate) if self.is_burning else 0.0,
            "fan_power": fan.real,
            "fan_current": current(fan, around.volts),
            "oxygen": oxygen if self.is_burning else 20.9,
            "carbon_dioxide": 11.8 * (21.0 - oxygen) / 21.0 if self.is_burning else 0.04,
            "carbon_monoxide": 8.0 + 40.0 * max(0.0, 2.6 - oxygen),
            "nitrogen_oxides": 28.0 + 34.0 * self.rate if self.is_burning else 0.0,
            "gas_temperature": gas_temperature if self.is_burning else self.temperature,
            "stack_temperature": stack,
            "furnace_pressure": 60.0 + 700.0 * self.rate * self.rate,
            "efficiency": 100.0 - loss - 100.0 * self.radiated / (FUEL_KW * max(self.rate, 0.15)),
            "stack_loss": loss,
            "heat_output": self.heat,
            "blowdown_flow": self.blowdown * 3600,
            "water_conductivity": self.salt,
            "shell_temperature": self.shell,
            "gas_total": self.gas_total,
            "steam_total": self.steam_total,
            "energy": self.energy,
            "operating_hours": self.hours,
            "starts": self.starts,
            "alarm_code": 17 if stack > 165 else 21 if self.fill < 0.3 else 0,
        }


def steam_share(boiler: SteamBoiler, around: Surroundings) -> float:
    """kg/s this boiler gives: each feeds the header through its valve in proportion to the pressure above it, none flows back."""
    steam = around.steam
    if not steam.shares:
        pressures = {m.name: m.pressure for m in around.machines.values() if isinstance(m, SteamBoiler)}
        giving = dict(pressures)
        header = 0.0
        while giving:
            header = (CONDUCTANCE * sum(giving.values()) - steam.demand) / (CONDUCTANCE * len(giving))
            below = [name for name, p in giving.items() if p < header]
            if not below:
                break
            for name in below:
                del giving[name]
        steam.pressure = max(header, 0.0)
        steam.shares.update({name: max(0.0, CONDUCTANCE * (p - header)) if name in giving else 0.0 for name, p in pressures.items()})
    return steam.shares[boiler.name]
