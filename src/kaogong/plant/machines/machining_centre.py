"""CNC machining centres: part programs, cutting power, tool wear and change, breakage, coolant."""

import math
from dataclasses import dataclass

import numpy as np

from kaogong.plant.machine import EventKind, Installed, Machine, OpcUa, Property, Reading, choice, count, derived, flag, text, total
from kaogong.plant.physics import Motor, Wander, clamp, current, lag
from kaogong.plant.surroundings import Surroundings

P = Property
STATES = ("OFF", "IDLE", "RUNNING", "TOOL_CHANGE", "ALARM")


@dataclass(frozen=True, slots=True)
class Cut:
    """One operation of a part program; steel C45."""

    tool: int
    seconds: float
    rpm: float
    feed: float  # mm/min
    diameter: float  # mm
    depth: float  # mm
    width: float  # mm


@dataclass(frozen=True, slots=True)
class Program:
    """A part program: its name and its cuts."""

    name: str
    cuts: tuple[Cut, ...]


PROGRAMS = (
    Program("O1021 FLANGE", (Cut(1, 55, 1270, 1520, 63, 2.0, 45), Cut(2, 70, 3180, 1900, 20, 4.0, 12), Cut(5, 40, 2250, 450, 8.5, 8.5, 8.5), Cut(6, 25, 640, 960, 10, 1.2, 10))),
    Program("O2210 HOUSING", (Cut(1, 90, 1270, 1700, 63, 2.5, 50), Cut(3, 120, 4800, 2100, 12, 5.0, 6), Cut(2, 80, 3180, 1750, 20, 6.0, 10), Cut(5, 60, 2250, 450, 8.5, 8.5, 8.5))),
    Program("O3307 BRACKET", (Cut(3, 65, 4800, 1900, 12, 4.0, 8), Cut(4, 50, 6000, 1500, 8, 3.0, 5), Cut(5, 35, 2250, 420, 8.5, 8.5, 8.5))),
)  # fmt: skip
CHANGE_S, LOAD_S = 6.0, 32.0
WORN = 0.30  # mm of flank wear, ISO 8688-2


class MachiningCentre(Machine):
    """A three-axis machining centre with an 18.5 kW spindle.

    Cutting power P = k_c Q / eta with Q = depth x width x feed and k_c = 2100 N/mm2 (1 + 0.9 VB / 0.3): Kienzle's specific force for C45,
    with the rise by flank wear (Degner, Lutze, Smejkal, Spanende Formung, ch. 3). Tool life after Taylor, T = 15 min (220 / v)^4 (v in m/min, ISO 3685);
    flank wear grows in proportion to the share of the life used. At 0.3 mm the tool is changed for its sister.
    """

    key, en, zh, stage = "machining-centre", "CNC machining centre", "数控加工中心", 10
    stale_after_s = 45.0
    properties = (
        choice("state", "State", "状态", STATES, "State of the control", "数控系统状态"),
        text("program", "Program", "程序", "Part program in execution", "正在执行的加工程序"),
        count("operation", "Operation", "工步", 99, "Cut of the program", "程序中的工步号"),
        count("tool", "Tool", "刀号", 99, "Tool in the spindle", "主轴当前刀具"),
        P("tool_wear", "Flank wear", "后刀面磨损", "mm", 0, 1, 0.001, "Estimated flank wear of the tool", "估算后刀面磨损带宽"),
        P("tool_life", "Tool life left", "剩余刀具寿命", "%", 0, 100, 0.1, "Share of the life left", "剩余寿命比例"),
        P("spindle_speed", "Spindle speed", "主轴转速", "rpm", 0, 12000, 1, "Spindle speed", "主轴转速", noise=2),
        P("spindle_load", "Spindle load", "主轴负载", "%", 0, 200, 0.1, "Spindle power, share of rated", "主轴功率占额定比例", noise=0.6),
        P("spindle_power", "Spindle power", "主轴功率", "kW", 0, 40, 0.01, "Mechanical power of the spindle", "主轴机械功率", noise=0.03),
        P("spindle_torque", "Spindle torque", "主轴转矩", "N.m", 0, 300, 0.1, "Torque of the spindle", "主轴转矩", noise=0.2),
        P("spindle_temperature", "Spindle temperature", "主轴温度", "Cel", 0, 90, 0.1, "Front bearing of the spindle", "主轴前轴承温度", noise=0.05),
        P("vibration", "Spindle vibration", "主轴振动", "mm/s", 0, 50, 0.01, "Velocity RMS at the front bearing", "主轴前轴承振动速度有效值", noise=0.06),
        P("feed", "Feed", "进给速度", "mm/min", 0, 30000, 1, "Path feed", "轨迹进给速度", noise=3),
        P("feed_override", "Feed override", "进给倍率", "%", 0, 150, 1, "Set by the operator", "操作者设定倍率"),
        P("position_x", "Position X", "X 轴位置", "mm", -50, 1100, 0.001, "Machine coordinate", "机床坐标"),
        P("position_y", "Position Y", "Y 轴位置", "mm", -50, 700, 0.001, "Machine coordinate", "机床坐标"),
        P("position_z", "Position Z", "Z 轴位置", "mm", -50, 700, 0.001, "Machine coordinate", "机床坐标"),
        P("load_x", "Axis load X", "X 轴负载", "%", 0, 200, 0.1, "Current of the X drive, share of rated", "X 轴驱动电流占比", noise=0.5),
        P("load_y", "Axis load Y", "Y 轴负载", "%", 0, 200, 0.1, "Current of the Y drive, share of rated", "Y 轴驱动电流占比", noise=0.5),
        P("load_z", "Axis load Z", "Z 轴负载", "%", 0, 200, 0.1, "Current of the Z drive, share of rated", "Z 轴驱动电流占比", noise=0.5),
        P("power", "Power", "有功功率", "kW", 0, 60, 0.01, "Electrical power of the machine", "整机电功率", noise=0.03),
        P("reactive_power", "Reactive power", "无功功率", "kvar", 0, 60, 0.01, "Reactive power of the machine", "整机无功功率", noise=0.03),
        P("current", "Current", "电流", "A", 0, 120, 0.1, "Line current", "线电流", noise=0.05),
        P("air_pressure", "Air pressure", "气源压力", "bar", 0, 12, 0.01, "Compressed air at the machine", "机床进气压力", noise=0.01),
        P("hydraulic_pressure", "Hydraulic pressure", "液压压力", "bar", 0, 120, 0.1, "Clamping unit", "夹紧单元压力", noise=0.2),
        P("coolant_level", "Coolant level", "切削液液位", "%", 0, 100, 0.1, "Level of the coolant tank", "切削液箱液位", noise=0.05),
        P("coolant_temperature", "Coolant temperature", "切削液温度", "Cel", 0, 60, 0.1, "Coolant in the tank", "切削液温度", noise=0.05),
        P("coolant_concentration", "Coolant concentration", "切削液浓度", "%", 0, 20, 0.01, "By refractometer", "折光法浓度", noise=0.02),
        P("cycle_time", "Last cycle time", "上件节拍", "s", 0, 3600, 0.1, "From part to part", "工件间隔时间"),
        count("parts_today", "Parts today", "当日产量", 10_000, "Good parts since local midnight", "当日零点起合格件数", unit="{pcs}"),
        count("parts_total", "Parts total", "累计产量", 100_000_000, "Good parts since commissioning", "投运以来合格件数", unit="{pcs}"),
        total("energy", "Energy", "累计电能", "kW.h", 0.01, "Energy since commissioning", "投运以来电能"),
        total("cutting_hours", "Cutting hours", "切削小时", "h", 0.01, "Hours with the tool in the cut", "刀具切削小时数"),
        flag("door_closed", "Door closed", "防护门关", "Whether the guard is closed", "防护门是否关闭"),
        count("alarm_code", "Alarm code", "告警代码", 9999, "0: none; 2042: tool broken", "0 无；2042 刀具破损"),
        derived("specific_energy", "Energy per part", "单件能耗", "kW.h/{pcs}", "energy / parts_total", "Energy for a part over the machine's life", "全寿命平均单件能耗"),
    )  # fmt: skip
    events = (
        EventKind("tool_change", "Tool changed", "换刀"),
        EventKind("tool_broken", "Tool broken", "刀具破损", "critical"),
    )
    kept = ("energy", "cutting_hours", "parts_total", "parts_today", "day", "wear")
    installed = tuple(
        Installed(f"cnc-{n}", f"Machining centre {n}", f"{n}号加工中心", f"linan/machining/line-{1 if n <= 3 else 2}/cell-{n}", OpcUa("cnc-cell"), {"offset": n})
        for n in range(1, 7)
    )  # fmt: skip

    def __init__(self, unit: Installed, rng: np.random.Generator) -> None:
        super().__init__(unit, rng)
        self.offset: int = unit.facts["offset"]
        self.spindle = Motor(18.5, 0.91, 0.86)
        self.program = PROGRAMS[self.offset % len(PROGRAMS)]
        self.at, self.clock, self.pause = 0, 0.0, float(rng.uniform(0, 30))
        self.wear = {str(t): float(rng.uniform(0.0, 0.2)) for t in range(1, 7)}
        self.parts_total = int(rng.uniform(40_000, 160_000))
        self.parts_today, self.day = 0, 0
        self.energy = self.parts_total * 1.1
        self.cutting_hours = self.parts_total * 0.055
        self.since_part, self.cycle = 0.0, 240.0
        self.speed, self.load, self.tilt = 0.0, 0.0, 0.0
        self.warm, self.coolant_warm = 30.0, 25.0
        self.coolant, self.concentration = float(rng.uniform(55, 95)), 7.4
        self._chatter = Wander(rng, 0.03, 3.0)
        self.is_broken = False

    @property
    def rpm(self) -> float:
        """Spindle speed, as the vibration sensor feels it."""
        return self.speed

    @property
    def cut(self) -> Cut:
        """The operation at hand."""
        return self.program.cuts[self.at]

    def step(self, dt: float, around: Surroundings) -> Reading:
        state = self._advance(dt, around)
        cut, tool = self.cut, str(self.cut.tool)
        cutting = cutting_power(cut, self.wear[tool]) * (1 + self._chatter.step(dt)) if state == "RUNNING" else 0.0
        if state == "RUNNING":
            self.wear[tool] += WORN * dt / 60.0 / tool_life(cut)
            self.cutting_hours += dt / 3600
        target = cut.rpm if state == "RUNNING" else 0.0
        self.speed = lag(self.speed, target, dt, 1.2)
        spindle = cutting + 1.1 * (self.speed / 6000.0)
        idle = {"OFF": 0.3, "IDLE": 2.1, "ALARM": 2.0}.get(state, 4.6)  # drives, hydraulics, coolant pumps
        power = around.draw("machining", (self.spindle.draw(spindle) if self.speed > 1 else 0j) + complex(idle, 0.55 * idle))
        self.load = spindle / self.spindle.rated_kw
        self.energy += power.real * dt / 3600
        around.air.demand += 0.010 if state == "RUNNING" else 0.002
        around.chilled.heat += 0.5 * spindle + (1.2 if state == "RUNNING" else 0.2)
        self._cool(spindle, state, dt, around)
        return self._reading(state, cut, spindle, power, dt, around)

    def _advance(self, dt: float, around: Surroundings) -> str:
        day = around.local.toordinal()
        if day != self.day:
            self.day, self.parts_today = day, 0
        broken = "tool-breakage" in self.faults
        if broken and not self.is_broken:
            self.report("tool_broken", tool=self.cut.tool, program=self.program.name)
        if self.is_broken and not broken:
            self.wear[str(self.cut.tool)] = 0.0
            self.pause, self.clock = 90.0, 0.0
        self.is_broken = broken
        if broken:
            return "ALARM"
        # With less to do, the machines with high numbers stand still.
        if around.activity < 0.12 * self.offset + 0.02:
            return "OFF" if around.activity < 0.1 * self.offset - 0.1 else "IDLE"
        self.since_part += dt
        if self.pause > 0:
            self.pause -= dt
            return "TOOL_CHANGE" if self.at else "IDLE"
        self.clock += dt
        if self.clock >= self.cut.seconds:
            self._next_cut()
        return "RUNNING"

    def _next_cut(self) -> None:
        self.clock = 0.0
        tool = str(self.cut.tool)
        if self.wear[tool] >= WORN:
            self.report("tool_change", tool=self.cut.tool, wear_mm=round(self.wear[tool], 3), reason="worn")
            self.wear[tool] = 0.0
        self.at = (self.at + 1) % len(self.program.cuts)
        self.pause = CHANGE_S
        if self.at == 0:
            self.parts_total += 1
            self.parts_today += 1
            self.cycle, self.since_part = self.since_part, 0.0
            self.pause = LOAD_S
            if self.parts_total % 40 == 0:
                self.program = PROGRAMS[(PROGRAMS.index(self.program) + 1) % len(PROGRAMS)]

    def _cool(self, spindle: float, state: str, dt: float, around: Surroundings) -> None:
        self.warm = lag(self.warm, around.indoor + 4.0 + 1.6 * spindle + self.speed / 900.0, dt, 900.0)
        self.coolant_warm = lag(self.coolant_warm, around.indoor + 0.5 * spindle, dt, 2400.0)
        self.coolant -= (0.0009 if state == "RUNNING" else 0.0001) * dt
        if self.coolant < 30.0:
            self.coolant, self.concentration = 95.0, 7.4
        self.concentration = clamp(self.concentration + 0.00002 * dt, 4.0, 11.0)

    def _reading(self, state: str, cut: Cut, spindle: float, power: complex, dt: float, around: Surroundings) -> Reading:
        wear = self.wear[str(cut.tool)]
        share = self.clock / cut.seconds
        sweep = math.sin(2 * math.pi * share * max(1.0, cut.feed * cut.seconds / 60 / 900))
        runs = state == "RUNNING"
        feed = cut.feed if runs else 0.0
        return {
            "state": state,
            "program": self.program.name,
            "operation": self.at + 1,
            "tool": cut.tool,
            "tool_wear": min(1.0, wear),
            "tool_life": clamp(100 * (1 - wear / WORN), 0.0, 100.0),
            "spindle_speed": self.speed,
            "spindle_load": self.load * 100,
            "spindle_power": spindle,
            "spindle_torque": spindle * 9549.0 / self.speed if self.speed > 50 else 0.0,
            "spindle_temperature": self.warm,
            "vibration": 0.08 + (self.speed / 6000.0) * 0.7 + (0.5 + 2.2 * wear / WORN) * min(1.0, self.load * 2) * runs,
            "feed": feed,
            "feed_override": 100.0,
            "position_x": 500.0 + 320.0 * sweep,
            "position_y": 80.0 + 450.0 * share,
            "position_z": 220.0 - cut.depth * 4 if runs else 520.0,
            "load_x": 8.0 + 0.012 * feed * abs(sweep) + 30.0 * self.load * runs,
            "load_y": 8.0 + 0.004 * feed + 14.0 * self.load * runs,
            "load_z": 22.0 + 10.0 * self.load * runs,
            "power": power.real,
            "reactive_power": power.imag,
            "current": current(power, around.volts),
            "air_pressure": max(0.0, around.air.pressure - 0.4),
            "hydraulic_pressure": 58.0 if state != "OFF" else 0.0,
            "coolant_level": self.coolant,
            "coolant_temperature": self.coolant_warm,
            "coolant_concentration": self.concentration,
            "cycle_time": self.cycle,
            "parts_today": self.parts_today,
            "parts_total": self.parts_total,
            "energy": self.energy,
            "cutting_hours": self.cutting_hours,
            "door_closed": state in ("RUNNING", "TOOL_CHANGE"),
            "alarm_code": 2042 if state == "ALARM" else 0,
        }


def cutting_power(cut: Cut, wear: float) -> float:
    """Power at the cutting edge in kW: k_c in N/mm2 times chip volume in cm3/min over 60,000, efficiency 0.8."""
    volume = cut.depth * cut.width * cut.feed / 1000.0  # cm3/min
    if cut.width == cut.diameter and cut.depth == cut.diameter:  # drilling: the feed takes the whole bore
        volume = math.pi / 4 * cut.diameter**2 * cut.feed / 1000.0
    return 2100.0 * (1 + 0.9 * wear / WORN) * volume / 60_000.0 / 0.8


def tool_life(cut: Cut) -> float:
    """Minutes until the flank is worn, after Taylor."""
    speed = math.pi * cut.diameter * cut.rpm / 1000.0
    return float(clamp(15.0 * (220.0 / speed) ** 4, 8.0, 240.0))
