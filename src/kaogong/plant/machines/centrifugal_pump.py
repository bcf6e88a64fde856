"""Centrifugal pumps: curve and affinity laws against the line, suction head and cavitation, motor, bearings that wear."""

import math

import numpy as np

from kaogong.plant.machine import Installed, Machine, Modbus, Property, Reading, choice, count, derived, flag, total
from kaogong.plant.physics import ATMOSPHERE, GRAVITY, Motor, Regulator, clamp, current, factor, lag, saturation_pressure
from kaogong.plant.surroundings import Surroundings

P = Property
STATES = ("STOPPED", "STARTING", "RUNNING", "FAULT")
CLOGGED_M = 45.0  # head lost at rated flow in a clogged suction strainer
HALL = "linan/utilities/pump-house"


def _pump(key: str, en: str, zh: str, unit: int, gateway: str, cell: str, **facts: object) -> Installed:
    return Installed(key, en, zh, f"{HALL}/{cell}", Modbus(gateway, unit), facts)


class CentrifugalPump(Machine):
    """A centrifugal pump on a variable-speed drive.

    Curve H = H0 r^2 - k Q^2 with r = n / n_rated, the quadratic curve under the affinity laws
    (ISO 9906; Gulich, Centrifugal Pumps, 4th ed., sections 3.4 and 4.5). Efficiency falls with the square of the distance
    from the best point. Shaft power rho g Q H / eta. NPSH available = (p_suction - p_vapour) / (rho g) - strainer loss;
    below NPSH required the head collapses (3 % criterion of ISO 9906). Bearings wear with running hours; heat and
    vibration grow with wear. The speed follows the header pressure (PI), duty rotates at every shift
    except on the feed pumps, where the third stands by and starts when the header sags.
    """

    key, en, zh, stage = "centrifugal-pump", "Centrifugal pump", "离心泵", 30
    properties = (
        choice("state", "State", "状态", STATES, "Operating state of the drive", "驱动运行状态"),
        flag("is_duty", "On duty", "是否值班", "Whether this pump is selected to run in this shift", "本班是否为值班泵"),
        P("speed", "Speed", "转速", "rpm", 0, 3600, 1, "Shaft speed", "轴转速", noise=1),
        P("speed_setpoint", "Speed setpoint", "转速给定", "%", 0, 110, 0.1, "Demand of the pressure controller", "压力调节器输出"),
        P("flow", "Flow", "流量", "m3/h", 0, 400, 0.1, "Volume flow at the discharge", "出口体积流量", noise=0.1),
        P("suction_pressure", "Suction pressure", "吸入压力", "bar", -1, 10, 0.01, "Gauge pressure at the suction flange", "吸入法兰表压", noise=0.005),
        P("discharge_pressure", "Discharge pressure", "排出压力", "bar", -1, 40, 0.01, "Gauge pressure at the discharge flange", "排出法兰表压", noise=0.02),
        P("head", "Head", "扬程", "m", 0, 400, 0.1, "Total head delivered", "总扬程", noise=0.1),
        P("power", "Power", "有功功率", "kW", 0, 200, 0.01, "Electrical power of the drive", "驱动电功率", noise=0.02),
        P("reactive_power", "Reactive power", "无功功率", "kvar", 0, 150, 0.01, "Reactive power of the drive", "驱动无功功率", noise=0.02),
        P("current", "Motor current", "电机电流", "A", 0, 400, 0.1, "Line current", "线电流", noise=0.05),
        P("power_factor", "Power factor", "功率因数", "1", 0, 1, 0.001, "Active over apparent power", "有功与视在功率之比"),
        P("drive_frequency", "Drive frequency", "变频器频率", "Hz", 0, 60, 0.01, "Output frequency of the drive", "变频器输出频率"),
        P("torque", "Torque", "转矩", "%", 0, 200, 0.1, "Shaft torque, share of rated", "轴转矩占额定比例", noise=0.2),
        P("npsh_available", "NPSH available", "有效汽蚀余量", "m", -10, 40, 0.01, "Suction head above vapour pressure", "高于汽化压力的吸入水头"),
        P("npsh_required", "NPSH required", "必需汽蚀余量", "m", 0, 20, 0.01, "Suction head the pump needs at this flow", "该流量下所需水头"),
        P("liquid_temperature", "Liquid temperature", "介质温度", "Cel", 0, 130, 0.1, "Temperature of the pumped water", "介质水温", noise=0.05),
        P("winding_temperature", "Winding temperature", "绕组温度", "Cel", -20, 180, 0.1, "Hottest motor winding", "电机绕组最高温度", noise=0.1),
        P("bearing_temperature_de", "Bearing temperature DE", "驱动端轴承温度", "Cel", -20, 130, 0.1, "Drive-end bearing", "驱动端轴承温度", noise=0.1),
        P("bearing_temperature_nde", "Bearing temperature NDE", "非驱动端轴承温度", "Cel", -20, 130, 0.1, "Non-drive-end bearing", "非驱动端轴承温度", noise=0.1),
        P("vibration", "Vibration", "振动", "mm/s", 0, 50, 0.01, "Velocity RMS at the drive-end bearing", "驱动端轴承振动速度有效值", noise=0.04),
        P("seal_leakage", "Seal leakage", "密封泄漏", "L/h", 0, 50, 0.01, "Leakage of the mechanical seal", "机械密封泄漏量", noise=0.01),
        total("energy", "Energy", "累计电能", "kW.h", 0.01, "Energy since commissioning", "投运以来电能"),
        total("running_hours", "Running hours", "运行小时", "h", 0.01, "Hours with the motor turning", "电机运转小时数"),
        count("starts", "Starts", "启动次数", 1_000_000, "Starts since commissioning", "投运以来启动次数"),
        count("alarm_code", "Alarm code", "告警代码", 999, "0: none; 12: bearing hot; 31: cavitation", "0 无；12 轴承温高；31 汽蚀"),
        derived("hydraulic_power", "Hydraulic power", "水力功率", "kW", "with_unit(0.0026 * bare(flow, 'm3/h') * bare(head, 'm'), 'kW')", "Power in the water, rho g Q H at 955 kg/m3", "水获得的功率"),
        derived("efficiency", "Wire-to-water efficiency", "机组效率", "%", "with_unit(0.26 * bare(flow, 'm3/h') * bare(head, 'm') / bare(power, 'kW'), '%')", "Hydraulic over electrical power", "水力功率与电功率之比"),
        derived("specific_energy", "Specific energy", "单位能耗", "kW.h/m3", "power / flow", "Energy for a cubic metre", "每立方米耗电"),
    )  # fmt: skip
    kept = ("energy", "hours", "starts", "wear")
    installed = (
        _pump("feed-pump-1", "Feed pump 1", "1号给水泵", 11, "plc-feed", "feed-water", line="feed", rotates=False, slot=0, need=2, of=3, kw=5.5, flow=4.5, head=190.0, bar=14.5, npsh=2.2, heat=103.0),
        _pump("feed-pump-2", "Feed pump 2", "2号给水泵", 12, "plc-feed", "feed-water", line="feed", rotates=False, slot=1, need=2, of=3, kw=5.5, flow=4.5, head=190.0, bar=14.5, npsh=2.2, heat=103.0),
        _pump("feed-pump-3", "Feed pump 3", "3号给水泵", 13, "plc-feed", "feed-water", line="feed", rotates=False, slot=2, need=2, of=3, kw=5.5, flow=4.5, head=190.0, bar=14.5, npsh=2.2, heat=103.0),
        _pump("transfer-pump-1", "Transfer pump 1", "1号输水泵", 14, "plc-feed", "raw-water", line="transfer", slot=0, need=1, of=2, kw=7.5, flow=28.0, head=42.0, bar=3.6, npsh=2.0, heat=15.0),
        _pump("transfer-pump-2", "Transfer pump 2", "2号输水泵", 15, "plc-feed", "raw-water", line="transfer", slot=1, need=1, of=2, kw=7.5, flow=28.0, head=42.0, bar=3.6, npsh=2.0, heat=15.0),
        _pump("condensate-pump-1", "Condensate pump 1", "1号凝结水泵", 16, "plc-feed", "feed-water", line="condensate", slot=0, need=1, of=1, kw=3.0, flow=8.0, head=30.0, bar=0.0, npsh=1.4, heat=85.0),
        _pump("chw-pump-1", "Chilled-water pump 1", "1号冷冻水泵", 21, "plc-cooling", "cooling-pumps", line="chilled-water", slot=0, need=1, of=2, kw=22.0, flow=130.0, head=38.0, bar=3.4, npsh=3.0, heat=10.0),
        _pump("chw-pump-2", "Chilled-water pump 2", "2号冷冻水泵", 22, "plc-cooling", "cooling-pumps", line="chilled-water", slot=1, need=1, of=2, kw=22.0, flow=130.0, head=38.0, bar=3.4, npsh=3.0, heat=10.0),
        _pump("cw-pump-1", "Cooling-water pump 1", "1号冷却水泵", 23, "plc-cooling", "cooling-pumps", line="cooling-water", slot=0, need=1, of=2, kw=30.0, flow=210.0, head=34.0, bar=2.6, npsh=3.4, heat=26.0),
        _pump("cw-pump-2", "Cooling-water pump 2", "2号冷却水泵", 24, "plc-cooling", "cooling-pumps", line="cooling-water", slot=1, need=1, of=2, kw=30.0, flow=210.0, head=34.0, bar=2.6, npsh=3.4, heat=26.0),
    )  # fmt: skip

    def __init__(self, unit: Installed, rng: np.random.Generator) -> None:
        super().__init__(unit, rng)
        facts = unit.facts
        self.line: str = facts["line"]
        self.rated_flow: float = facts["flow"]
        self.shut_off: float = facts["head"] * 1.22
        self.resistance = (self.shut_off - facts["head"]) / self.rated_flow**2
        self.setpoint: float = facts["bar"]
        self.npsh: float = facts["npsh"]
        self.liquid: float = facts["heat"]
        self.motor = Motor(facts["kw"])
        self.control = Regulator(0.05, 6.0, 0.0, 1.05, 0.9)
        self.rated_rpm = 2950.0
        self.speed = 0.85 if facts["slot"] < facts["need"] else 0.0
        self.wear = float(rng.uniform(0.02, 0.12))
        self.collapse = 0.0
        self.hours = float(rng.uniform(4_000, 22_000))
        self.energy = self.hours * facts["kw"] * 0.6
        self.starts = int(rng.uniform(300, 2_000))
        self.is_running = False
        self.assist = 0.0
        self.bearing = 35.0
        self.load = 0.0
        self.power = 0j

    @property
    def rpm(self) -> float:
        """Shaft speed, as the vibration sensor feels it."""
        return self.speed * self.rated_rpm

    @property
    def cavitation(self) -> float:
        """0 to 1: how much of the head the vapour takes."""
        return min(1.0, self.collapse * 3.0)

    def delivers(self, head: float) -> float:
        """m3/h against `head` metres at the present speed."""
        spare = self.speed**2 * self.shut_off * (1 - self.collapse) - head
        return math.sqrt(spare / self.resistance) if spare > 0 else 0.0

    def step(self, dt: float, around: Surroundings) -> Reading:
        is_duty = self._is_duty(around)
        flows = around.flows(self.line)
        flow = flows.pumps[self.name]
        demand = self._demand(is_duty, flows.header, around, dt)
        lift = around.lines[self.line].density * GRAVITY / 1e5
        head = max(0.0, (flows.header - flows.suction) / lift) if flow > 0 else 0.0
        strainer = (CLOGGED_M if "cavitation" in self.faults else 0.3) * (flow / self.rated_flow) ** 2
        available = (flows.suction + ATMOSPHERE - saturation_pressure(self.liquid)) / lift - strainer
        required = self.npsh * (0.4 + 0.6 * (flow / self.rated_flow) ** 2)
        self.collapse = lag(self.collapse, clamp((required - available) * 0.08, 0.0, 0.30), dt, 4.0)
        shaft = self._shaft(flow, head, lift)
        power = self.motor.draw(shaft) if self.is_running else 0j
        self.power = around.draw(self.unit.facts.get("feeder", "pumps"), power)
        self.load = shaft / self.motor.rated_kw
        self._ramp(demand, dt)
        self._age(dt)
        return self._reading(
            is_duty, demand, flow, head, flows.suction - strainer * lift, flows.header, available, required, shaft, around, dt
        )

    def _is_duty(self, around: Surroundings) -> bool:
        facts = self.unit.facts
        local = around.local
        shift = local.toordinal() * 3 + local.hour // 8 if facts.get("rotates", True) else 0
        return bool((facts["slot"] - shift) % facts["of"] < facts["need"])

    def _demand(self, is_duty: bool, header: float, around: Surroundings, dt: float) -> float:
        if not is_duty and not self._must_assist(header, dt):
            return 0.0
        if self.line == "condensate":  # two-point on the level of its tank
            level = around.machines["condensate-tank"].fill  # type: ignore[attr-defined]
            return 1.0 if level > (0.35 if self.is_running else 0.60) else 0.0
        return max(0.35, self.control.step(self.setpoint - header, dt))

    def _must_assist(self, header: float, dt: float) -> bool:
        """A standby pump starts when the header has sagged, and stays for ten minutes."""
        if self.line == "feed" and header < self.setpoint - 2.0:
            self.assist = 600.0
        self.assist = max(0.0, self.assist - dt)
        return self.assist > 0

    def _ramp(self, demand: float, dt: float) -> None:
        self.speed = lag(self.speed, demand, dt, 3.0)
        was_running = self.is_running
        self.is_running = demand > 0
        if self.speed < 0.005 and not self.is_running:
            self.speed = 0.0
        self.starts += self.is_running and not was_running

    def _shaft(self, flow: float, head: float, lift: float) -> float:
        if not self.is_running:
            return 0.0
        idle = 0.12 * self.motor.rated_kw * self.speed**3
        best = self.rated_flow * max(self.speed, 0.05)
        efficiency = clamp(0.72 * (1 - 0.9 * (1 - flow / best) ** 2), 0.15, 0.72) * (1 - 0.08 * self.wear)
        return max(idle, lift * 1e5 * flow * head / 3.6e6 / efficiency)

    def _age(self, dt: float) -> None:
        if self.is_running:
            self.hours += dt / 3600
            self.energy += self.power.real * dt / 3600
            self.wear = min(0.95, self.wear + dt / 3600 / 30_000 * (1 + 50 * self.collapse))
        if "bearing-wear" in self.faults:
            self.wear = min(0.95, self.wear + dt / 2400)

    def mend(self, fault: str) -> None:
        """A new bearing."""
        if fault == "bearing-wear":
            self.wear = 0.02

    def _reading(
        self, is_duty: bool, demand: float, flow: float, head: float, suction: float, header: float, available: float, required: float,
        shaft: float, around: Surroundings, dt: float,
    ) -> Reading:  # fmt: skip
        turn = self.speed**2
        ambient = around.indoor
        self.bearing = lag(self.bearing, ambient + 26.0 * turn + 38.0 * self.wear * turn + 0.08 * (self.liquid - ambient), dt, 700.0)
        off_best = abs(1 - flow / (self.rated_flow * self.speed)) if self.speed > 0.05 else 0.0
        vibration = 0.05 + turn * (1.1 + 7.0 * self.wear + 0.7 * off_best) + 4.0 * self.cavitation * self.speed
        return {
            "state": "STOPPED" if not self.is_running else "STARTING" if self.speed < 0.3 else "RUNNING",
            "is_duty": is_duty,
            "speed": self.rpm,
            "speed_setpoint": demand * 100,
            "flow": flow,
            "suction_pressure": suction,
            "discharge_pressure": header if self.is_running else suction,
            "head": head,
            "power": self.power.real,
            "reactive_power": self.power.imag,
            "current": current(self.power, around.volts),
            "power_factor": factor(self.power) if self.power else 0.0,
            "drive_frequency": self.speed * 50.0,
            "torque": 100.0 * self.load / max(self.speed, 0.05),
            "npsh_available": available,
            "npsh_required": required,
            "liquid_temperature": self.liquid,
            "winding_temperature": self.motor.warm(shaft, self.is_running, ambient, dt),
            "bearing_temperature_de": self.bearing,
            "bearing_temperature_nde": self.bearing - 3.0 * turn,
            "vibration": vibration,
            "seal_leakage": 0.2 + 3.0 * self.wear * turn,
            "energy": self.energy,
            "running_hours": self.hours,
            "starts": self.starts,
            "alarm_code": 31 if self.cavitation > 0.3 else 12 if self.bearing > 85 else 0,
        }
