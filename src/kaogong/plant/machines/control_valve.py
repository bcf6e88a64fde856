"""Control valves: equal-percentage trim, positioner, level control, and the stem that sticks."""

import math

import numpy as np

from kaogong.plant.machine import Installed, Machine, Modbus, Property, Reading, choice, count, derived, total
from kaogong.plant.physics import Regulator, clamp, lag
from kaogong.plant.surroundings import Surroundings

P = Property
STATES = ("OK", "DEVIATION", "STUCK")


class ControlValve(Machine):
    """A pneumatic control valve that holds a level.

    Flow Q = Kv sqrt(dp / 1 bar) for water, equal-percentage trim Kv = Kvs R^(x-1) with R = 50, shut tight below 2 %
    (IEC 60534-2-1 and -2-4). Boilers are fed by three-element control: steam flow forward, level trims
    (Lindsley, Power-Plant Control and Instrumentation, ch. 6).
    """

    key, en, zh, stage = "control-valve", "Control valve", "调节阀", 20
    properties = (
        choice("state", "State", "状态", STATES, "Diagnosis of the positioner", "定位器诊断"),
        P("command", "Command", "阀位指令", "%", 0, 100, 0.1, "Opening asked for by the controller", "调节器给定开度"),
        P("position", "Position", "阀位反馈", "%", 0, 100, 0.1, "Opening measured at the stem", "阀杆实测开度", noise=0.05),
        P("flow", "Flow", "流量", "m3/h", 0, 120, 0.01, "Volume flow through the valve", "通过流量", noise=0.03),
        P("inlet_pressure", "Inlet pressure", "阀前压力", "bar", -1, 40, 0.01, "Gauge pressure before the valve", "阀前表压", noise=0.01),
        P("outlet_pressure", "Outlet pressure", "阀后压力", "bar", -1, 40, 0.01, "Gauge pressure behind the valve", "阀后表压", noise=0.01),
        P("air_supply", "Supply air", "气源压力", "bar", 0, 10, 0.01, "Instrument air at the positioner", "定位器气源压力", noise=0.01),
        P("actuator_pressure", "Actuator pressure", "执行机构压力", "bar", 0, 8, 0.01, "Pressure on the diaphragm", "膜片压力", noise=0.01),
        P("setpoint", "Level setpoint", "液位设定", "%", 0, 100, 0.1, "Level the controller holds", "调节器设定液位"),
        P("level", "Controlled level", "被控液位", "%", 0, 100, 0.1, "Level as the controller sees it", "调节器测得液位", noise=0.05),
        total("travel", "Stem travel", "累计行程", "m", 0.01, "Way of the stem since overhaul", "大修以来阀杆累计行程"),
        count("reversals", "Reversals", "换向次数", 100_000_000, "Changes of direction since overhaul", "大修以来换向次数"),
        derived("deviation", "Position deviation", "阀位偏差", "%", "command - position", "Command less position", "指令与反馈之差"),
        derived("pressure_drop", "Pressure drop", "压差", "bar", "inlet_pressure - outlet_pressure", "Pressure lost over the valve", "阀门压差"),
    )  # fmt: skip
    kept = ("travel", "reversals", "position")
    installed = (
        Installed("lv-raw-tank", "Level valve raw-water tank", "原水箱液位阀", "linan/utilities/pump-house/raw-water", Modbus("plc-feed", 41), {"holds": "raw-tank", "level": 0.75, "kv": 32.0, "line": None, "supply": 3.5}),
        Installed("lv-feed-tank", "Level valve feed tank", "给水箱液位阀", "linan/utilities/pump-house/feed-water", Modbus("plc-feed", 42), {"holds": "feed-tank", "level": 0.70, "kv": 12.0, "line": "transfer"}),
        Installed("lv-tower", "Level valve cooling tower", "冷却塔补水阀", "linan/utilities/pump-house/raw-water", Modbus("plc-feed", 43), {"holds": "cooling-tower-1", "level": 0.70, "kv": 10.0, "line": "transfer"}),
        Installed("fv-boiler-1", "Feed valve boiler 1", "1号锅炉给水阀", "linan/utilities/boiler-house/feed-line", Modbus("plc-feed", 44), {"holds": "boiler-1", "level": 0.55, "kv": 8.0, "line": "feed"}),
        Installed("fv-boiler-2", "Feed valve boiler 2", "2号锅炉给水阀", "linan/utilities/boiler-house/feed-line", Modbus("plc-feed", 45), {"holds": "boiler-2", "level": 0.55, "kv": 8.0, "line": "feed"}),
    )  # fmt: skip

    def __init__(self, unit: Installed, rng: np.random.Generator) -> None:
        super().__init__(unit, rng)
        self.line: str | None = unit.facts["line"]
        self.kvs: float = unit.facts["kv"]
        self.setpoint: float = unit.facts["level"]
        self.control = Regulator(4.0, 240.0, 0.0, 1.0, 0.4)
        self.command = self.position = 0.5
        self.travel = float(rng.uniform(100, 900))
        self.reversals = int(rng.uniform(20_000, 200_000))
        self.direction = 1.0
        self.flow = 0.0

    @property
    def coefficient(self) -> float:
        """Kv at the present position, m3/h at 1 bar."""
        return self.kvs * 50 ** (self.position - 1) if self.position > 0.02 else 0.0

    def passes(self, drop: float) -> float:
        """m3/h at a pressure drop in bar."""
        return self.coefficient * math.sqrt(drop) if drop > 0 else 0.0

    def step(self, dt: float, around: Surroundings) -> Reading:
        held = around.machines[self.unit.facts["holds"]]
        level: float = held.fill  # type: ignore[attr-defined]
        self.command = self._command(level, held, dt)
        self._move(dt, around)
        if self.line is None:
            inlet, outlet = self.unit.facts["supply"], 0.4
            self.flow = self.passes(inlet - outlet)
            around.water["town"] += self.flow
        else:
            flows = around.flows(self.line)
            inlet, outlet = flows.header, around.lines[self.line].valves[self.name](around)
            self.flow = flows.outlets[self.name]
            around.water[self.name] += self.flow
        gap = abs(self.command - self.position)
        return {
            "state": "STUCK" if gap > 0.15 else "DEVIATION" if gap > 0.05 else "OK",
            "command": self.command * 100,
            "position": self.position * 100,
            "flow": self.flow,
            "inlet_pressure": inlet,
            "outlet_pressure": outlet,
            "air_supply": clamp(around.air.pressure - 0.6, 0.0, 6.0),
            "actuator_pressure": 0.8 + 2.6 * (self.command if "stuck-valve" in self.faults else self.position),
            "setpoint": self.setpoint * 100,
            "level": level * 100,
            "travel": self.travel,
            "reversals": self.reversals,
        }

    def _command(self, level: float, held: Machine, dt: float) -> float:
        error = self.setpoint - level
        steam: float | None = getattr(held, "steam", None)
        if steam is None:
            return self.control.step(error, dt)
        wanted = max(0.05, steam * 3.76 + 60.0 * error)  # m3/h at 103 Cel, plus what the level asks for
        trim = self.control.step(error, dt) - 0.4
        return clamp(1 + math.log(max(wanted * (1 + trim), 0.02) / self.kvs / 1.8) / math.log(50), 0.0, 1.0)

    def _move(self, dt: float, around: Surroundings) -> None:
        if "stuck-valve" in self.faults or around.air.pressure < 2.5:
            return
        before = self.position
        target = lag(before, self.command, dt, 2.0)
        self.position = clamp(target, before - 0.08 * dt, before + 0.08 * dt)
        moved = self.position - before
        self.travel += abs(moved) * 0.04
        if moved * self.direction < -1e-5:
            self.direction = -self.direction
            self.reversals += 1
