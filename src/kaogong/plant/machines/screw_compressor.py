"""Two-stage oil-free screw compressors: polytropic work, intercooling, loading, leaks in the net they feed."""

import math

import numpy as np

from kaogong.plant.machine import EventKind, Installed, Machine, Modbus, Property, Reading, choice, count, derived, flag, total
from kaogong.plant.physics import AIR_GAS, ATMOSPHERE, NORMAL_AIR, WATER_HEAT, Motor, Regulator, clamp, current, factor, lag
from kaogong.plant.surroundings import Surroundings

P = Property
STATES = ("STOPPED", "STARTING", "UNLOADED", "LOADED", "FAULT")
POLYTROPIC = 1.42  # exponent of a water-cooled oil-free stage, between isothermal 1 and isentropic 1.4 plus losses
PLACE = "linan/utilities/compressor-station/compressors"


class ScrewCompressor(Machine):
    """A 132 kW two-stage compressor of 22 m3/min at 7.5 bar.

    Work of a stage w = n/(n-1) R T1 ((p2/p1)^((n-1)/n) - 1) / eta, outlet temperature T2 = T1 (p2/p1)^((n-1)/n); equal pressure ratios,
    which is the optimum with intercooling (Bloch, A Practical Guide to Compressor Technology, 2nd ed., ch. 2; ISO 1217 for the terms).
    Coolers bring the air to 8 K above the cooling water. Unloaded it still takes a fifth of its power. Unit 1 has a variable
    speed that holds the pressure, units 2 and 3 load and unload between two pressures.
    """

    key, en, zh, stage = "screw-compressor", "Screw compressor", "螺杆空压机", 60
    properties = (
        choice("state", "State", "状态", STATES, "Operating state of the controller", "控制器运行状态"),
        flag("is_loaded", "Loaded", "是否加载", "Whether the inlet valve is open", "进气阀是否打开"),
        P("speed", "Speed", "转速", "rpm", 0, 4000, 1, "Motor speed", "电机转速", noise=1),
        P("flow", "Free air delivered", "排气量", "m3/min", 0, 40, 0.01, "Volume flow at inlet conditions (ISO 1217)", "进气状态体积流量", noise=0.02),
        P("mass_flow", "Mass flow", "质量流量", "kg/h", 0, 3000, 0.1, "Air delivered", "排气质量流量"),
        P("inlet_temperature", "Inlet temperature", "进气温度", "Cel", -30, 60, 0.1, "Air at the intake filter", "进气滤处空气温度", noise=0.05),
        P("filter_drop", "Filter pressure drop", "滤芯压差", "kPa", 0, 20, 0.01, "Over the intake filter", "进气滤前后压差", noise=0.01),
        P("interstage_pressure", "Interstage pressure", "级间压力", "bar", -1, 6, 0.001, "Gauge pressure between the stages", "两级之间表压", noise=0.003),
        P("stage1_temperature", "Stage 1 outlet", "一级排气温度", "Cel", -30, 260, 0.1, "Air leaving stage 1", "一级出口温度", noise=0.1),
        P("intercooler_temperature", "Intercooler outlet", "中冷器出口温度", "Cel", -30, 120, 0.1, "Air entering stage 2", "进入二级的空气温度", noise=0.1),
        P("stage2_temperature", "Stage 2 outlet", "二级排气温度", "Cel", -30, 260, 0.1, "Air leaving stage 2", "二级出口温度", noise=0.1),
        P("aftercooler_temperature", "Aftercooler outlet", "后冷器出口温度", "Cel", -30, 120, 0.1, "Air delivered to the net", "送入管网的空气温度", noise=0.1),
        P("discharge_pressure", "Discharge pressure", "排气压力", "bar", -1, 12, 0.001, "Gauge pressure at the outlet flange", "出口法兰表压", noise=0.004),
        P("pressure_setpoint", "Pressure setpoint", "压力设定", "bar", 0, 12, 0.01, "Pressure held, or upper switching point", "保持压力或卸载上限"),
        P("power", "Power", "有功功率", "kW", 0, 220, 0.1, "Electrical power of the package", "机组电功率", noise=0.1),
        P("reactive_power", "Reactive power", "无功功率", "kvar", 0, 150, 0.1, "Reactive power of the package", "机组无功功率", noise=0.1),
        P("current", "Motor current", "电机电流", "A", 0, 400, 0.1, "Line current", "线电流", noise=0.1),
        P("power_factor", "Power factor", "功率因数", "1", 0, 1, 0.001, "Active over apparent power", "有功与视在功率之比"),
        P("load", "Motor load", "电机负载率", "%", 0, 150, 0.1, "Shaft power, share of rated", "轴功率占额定比例", noise=0.1),
        P("winding_temperature", "Winding temperature", "绕组温度", "Cel", -20, 180, 0.1, "Hottest motor winding", "电机绕组最高温度", noise=0.1),
        P("bearing_temperature_de", "Bearing temperature DE", "驱动端轴承温度", "Cel", -20, 130, 0.1, "Drive-end bearing", "驱动端轴承温度", noise=0.1),
        P("bearing_temperature_nde", "Bearing temperature NDE", "非驱动端轴承温度", "Cel", -20, 130, 0.1, "Non-drive-end bearing", "非驱动端轴承温度", noise=0.1),
        P("oil_pressure", "Oil pressure", "油压", "bar", 0, 6, 0.01, "Gearbox lubrication", "齿轮箱润滑油压", noise=0.01),
        P("oil_temperature", "Oil temperature", "油温", "Cel", -20, 110, 0.1, "Gearbox lubrication", "齿轮箱润滑油温", noise=0.1),
        P("water_inlet_temperature", "Cooling water in", "冷却水进口温度", "Cel", 0, 60, 0.1, "Cooling water to the coolers", "冷却器进水温度", noise=0.05),
        P("water_outlet_temperature", "Cooling water out", "冷却水出口温度", "Cel", 0, 80, 0.1, "Cooling water from the coolers", "冷却器出水温度", noise=0.05),
        P("vibration", "Vibration", "振动", "mm/s", 0, 50, 0.01, "Velocity RMS at the drive-end bearing", "驱动端轴承振动速度有效值", noise=0.05),
        P("ambient_temperature", "Room temperature", "机房温度", "Cel", -20, 60, 0.1, "Compressor room", "空压机房温度", noise=0.05),
        total("energy", "Energy", "累计电能", "kW.h", 0.1, "Energy since commissioning", "投运以来电能"),
        total("running_hours", "Running hours", "运行小时", "h", 0.01, "Hours with the motor turning", "电机运转小时数"),
        total("loaded_hours", "Loaded hours", "加载小时", "h", 0.01, "Hours delivering air", "加载小时数"),
        count("starts", "Starts", "启动次数", 1_000_000, "Motor starts since commissioning", "投运以来启动次数"),
        P("service_in", "Hours to service", "距保养", "h", -8000, 8000, 1, "Running hours to the next service", "距下次保养运行小时"),
        count("alarm_code", "Alarm code", "告警代码", 999, "0: none; 3: outlet hot; 8: bearing hot", "0 无；3 排温高；8 轴承温高"),
        derived("specific_power", "Specific power", "比功率", "kW.min/m3", "power / flow", "Power for a flow of 1 m3/min (ISO 1217)", "每 m³/min 耗电功率"),
        derived("pressure_ratio", "Pressure ratio", "压比", "1", "bare(discharge_pressure, 'bar') / 1.013 + 1", "Absolute outlet over inlet pressure", "排气与进气绝对压力之比"),
    )  # fmt: skip
    events = (EventKind("loaded", "Compressor loaded", "空压机加载"),)
    kept = ("energy", "hours", "loaded_hours", "starts", "wear")
    installed = (
        Installed("compressor-1", "Compressor 1 variable speed", "1号变频空压机", PLACE, Modbus("plc-air", 1), {"rank": 0}),
        Installed("compressor-2", "Compressor 2", "2号空压机", PLACE, Modbus("plc-air", 2), {"rank": 1}),
        Installed("compressor-3", "Compressor 3", "3号空压机", PLACE, Modbus("plc-air", 3), {"rank": 2}),
    )

    def __init__(self, unit: Installed, rng: np.random.Generator) -> None:
        super().__init__(unit, rng)
        self.rank: int = unit.facts["rank"]
        self.has_drive = self.rank == 0
        self.motor = Motor(132.0, 0.955, 0.88)
        self.control = Regulator(1.5, 12.0, 0.20, 1.0, 0.7)
        self.unload_at = 7.50 - 0.10 * self.rank
        self.load_at = 6.90 - 0.15 * self.rank
        self.rated_rpm = 2980.0
        self.speed, self.is_on, self.is_loaded = 0.0, self.rank < 2, self.rank < 2
        self.idle = 0.0
        self.hours = float(rng.uniform(8_000, 30_000))
        self.loaded_hours = self.hours * 0.7
        self.energy = self.hours * 88.0
        self.starts = int(rng.uniform(2_000, 9_000))
        self.wear = float(rng.uniform(0.03, 0.10))
        self.outlets = [60.0, 60.0]
        self.bearing, self.oil, self.load = 50.0, 45.0, 0.0

    @property
    def rpm(self) -> float:
        """Motor speed, as the vibration sensor feels it."""
        return self.speed * self.rated_rpm

    def step(self, dt: float, around: Surroundings) -> Reading:
        self._decide(dt, around)
        running = 1.0 if self.is_on else 0.0
        demand = self.control.step(7.0 - around.air.pressure, dt) if self.has_drive and self.is_on else running
        self.speed = lag(self.speed, demand, dt, 4.0)
        if self.speed < 0.005:
            self.speed = 0.0
        inlet = around.weather.temperature + 3.0
        density = 100.0 * ATMOSPHERE / (AIR_GAS * (inlet + 273.15))
        volume = 22.0 * clamp(self.speed, 0.0, 1.05) * 0.97 if self.is_loaded else 0.0  # m3/min
        mass = volume / 60.0 * density  # kg/s
        water = around.tower.supply
        ratio = math.sqrt((around.air.pressure + 0.25 + ATMOSPHERE) / ATMOSPHERE)
        cooled = water + 8.0
        shaft = mass * (stage_work(inlet, ratio) + stage_work(cooled, ratio)) / 0.90
        if self.is_on:
            shaft = max(shaft, 0.18 * self.motor.rated_kw * self.speed)
        power = around.draw("compressors", self.motor.draw(shaft) if self.is_on else 0j)
        heat = mass * 1.005 * ((outlet(inlet, ratio) - cooled) + (outlet(cooled, ratio) - cooled)) + 0.08 * shaft
        around.tower.heat += heat
        around.air.supply += mass
        if "compressor-leak" in self.faults:
            around.air.leak += 0.10
            around.air.demand += 0.10
        self.load = shaft / self.motor.rated_kw
        self._count(power.real, dt)
        targets = (outlet(inlet, ratio), outlet(cooled, ratio)) if self.is_loaded else (inlet + 25.0 * running, inlet + 25.0 * running)
        self.outlets = [lag(now, target, dt, 45.0) for now, target in zip(self.outlets, targets, strict=True)]
        return self._reading(volume, mass, inlet, cooled, ratio, power, shaft, heat, around, dt)

    def _decide(self, dt: float, around: Surroundings) -> None:
        pressure = around.air.pressure
        if self.has_drive:
            self.is_on = self.is_loaded = True
            return
        if self.is_loaded and pressure > self.unload_at:
            self.is_loaded, self.idle = False, 0.0
        elif not self.is_loaded and pressure < self.load_at:
            self.starts += not self.is_on
            self.is_on = self.is_loaded = True
            self.report("loaded", pressure=round(pressure, 2))
        if self.is_on and not self.is_loaded:
            self.idle += dt
            if self.idle > 420.0:  # it stops after seven idle minutes, to save what idling costs
                self.is_on = False

    def _count(self, power: float, dt: float) -> None:
        self.energy += power * dt / 3600
        self.hours += self.is_on * dt / 3600
        self.loaded_hours += self.is_loaded * dt / 3600
        self.wear = min(0.9, self.wear + self.is_on * dt / 3600 / 60_000)

    def _reading(
        self, volume: float, mass: float, inlet: float, cooled: float, ratio: float, power: complex, shaft: float, heat: float,
        around: Surroundings, dt: float,
    ) -> Reading:  # fmt: skip
        room = around.weather.temperature + 6.0 + 4.0 * self.load
        self.bearing = lag(self.bearing, room + 34.0 * self.speed**2 + 30.0 * self.wear, dt, 900.0)
        self.oil = lag(self.oil, 24.0 + around.tower.supply * 0.5 + 14.0 * self.load * self.speed, dt, 600.0)
        interstage = ATMOSPHERE * ratio - ATMOSPHERE if self.is_loaded else -0.6 * self.speed
        return {
            "state": "STOPPED" if not self.is_on else "STARTING" if self.speed < 0.15 else "LOADED" if self.is_loaded else "UNLOADED",
            "is_loaded": self.is_loaded,
            "speed": self.rpm,
            "flow": volume,
            "mass_flow": mass * 3600,
            "inlet_temperature": inlet,
            "filter_drop": 1.8 * (volume / 22.0) ** 2 + 0.4 * (volume > 0),
            "interstage_pressure": interstage,
            "stage1_temperature": self.outlets[0],
            "intercooler_temperature": cooled if self.is_loaded else inlet,
            "stage2_temperature": self.outlets[1],
            "aftercooler_temperature": cooled,
            "discharge_pressure": around.air.pressure + (0.25 if self.is_loaded else 0.0),
            "pressure_setpoint": 7.0 if self.has_drive else self.unload_at,
            "power": power.real,
            "reactive_power": power.imag,
            "current": current(power, around.volts),
            "power_factor": factor(power) if power else 0.0,
            "load": self.load * 100,
            "winding_temperature": self.motor.warm(shaft, self.is_on, room, dt),
            "bearing_temperature_de": self.bearing,
            "bearing_temperature_nde": self.bearing - 4.0 * self.speed,
            "oil_pressure": 2.6 * min(1.0, self.speed * 1.5),
            "oil_temperature": self.oil,
            "water_inlet_temperature": around.tower.supply,
            "water_outlet_temperature": around.tower.supply + heat / (3.6 * WATER_HEAT),
            "vibration": 0.1 + 1.9 * self.speed**2 * (1 + 3.0 * self.wear) + 0.4 * self.load,
            "ambient_temperature": room,
            "energy": self.energy,
            "running_hours": self.hours,
            "loaded_hours": self.loaded_hours,
            "starts": self.starts,
            "service_in": 4000.0 - self.hours % 4000.0,
            "alarm_code": 3 if max(self.outlets) > 225 else 8 if self.bearing > 95 else 0,
        }


def outlet(inlet: float, ratio: float) -> float:
    """Temperature in Cel behind a stage."""
    return float((inlet + 273.15) * ratio ** ((POLYTROPIC - 1) / POLYTROPIC) - 273.15)


def stage_work(inlet: float, ratio: float) -> float:
    """Specific work of a stage in kJ/kg, mechanical losses not included."""
    head = POLYTROPIC / (POLYTROPIC - 1) * AIR_GAS * (inlet + 273.15)
    return float(head * (ratio ** ((POLYTROPIC - 1) / POLYTROPIC) - 1))


def normal_flow(mass: float) -> float:
    """kg/s of air as Nm3/h."""
    return mass / NORMAL_AIR * 3600
