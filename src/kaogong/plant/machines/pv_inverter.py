"""String inverters of the solar roof: modules, maximum power point, losses, heat sink, derating, trip."""

import math
from collections.abc import Mapping
from typing import Any

import numpy as np

from kaogong.plant.machine import (
    Argument,
    CommandKind,
    EventKind,
    Installed,
    Machine,
    Mqtt,
    Property,
    Reading,
    Refused,
    choice,
    count,
    derived,
    total,
)
from kaogong.plant.physics import clamp, current, lag
from kaogong.plant.surroundings import Surroundings, Weather

P = Property
STATES = ("STANDBY", "STARTING", "MPPT", "DERATED", "FAULT", "STOPPED")
RATED_KW = 60.0
STRINGS = 4


def _inputs() -> tuple[Property, ...]:
    return tuple(
        p
        for n in range(1, STRINGS + 1)
        for p in (
            P(f"mppt{n}_voltage", f"MPPT {n} voltage", f"第{n}路 MPPT 电压", "V", 0, 1100, 0.1, f"DC voltage of tracker {n}", f"第{n}路跟踪器直流电压", noise=0.3),
            P(f"mppt{n}_current", f"MPPT {n} current", f"第{n}路 MPPT 电流", "A", 0, 40, 0.01, f"DC current of tracker {n}", f"第{n}路跟踪器直流电流", noise=0.01),
        )
    )  # fmt: skip


def _outputs() -> tuple[Property, ...]:
    return tuple(
        p
        for n in (1, 2, 3)
        for p in (
            P(f"voltage_l{n}", f"Voltage L{n}", f"L{n} 相电压", "V", 0, 300, 0.1, f"Grid voltage L{n} to neutral", f"电网 L{n} 相电压", noise=0.2),
            P(f"current_l{n}", f"Current L{n}", f"L{n} 相电流", "A", 0, 120, 0.1, f"Current fed in on L{n}", f"L{n} 相馈入电流", noise=0.05),
        )
    )  # fmt: skip


class PvInverter(Machine):
    """A 60 kW string inverter with its share of the roof.

    Irradiance on the module plane: isotropic sky, Liu and Jordan (1963), Solar Energy 7, 53.
    Cell temperature: Faiman (2008), Prog. Photovolt. 16, 307: T = Ta + G / (25 + 6.84 v).
    DC power: P = P_stc G/1000 (1 + gamma (T - 25)), gamma = -0.35 %/K (IEC 61853-1).
    Losses: a + b p + c p^2 (Driesse, Jain, Harrison 2008, PVSC). Above 75 Cel of the heat sink the output is
    cut back linearly to 30 % at 95 Cel, as manufacturers' derating curves do.
    """

    key, en, zh, stage = "pv-inverter", "PV inverter", "光伏逆变器", 80
    properties = (
        choice("state", "State", "状态", STATES, "What the inverter is doing", "逆变器工作状态"),
        P("power", "AC power", "交流功率", "kW", 0, 70, 0.01, "Active power fed into the grid", "馈入电网的有功功率"),
        P("reactive_power", "Reactive power", "无功功率", "kvar", -40, 40, 0.01, "Reactive power at the grid terminals", "并网点无功功率"),
        P("power_factor", "Power factor", "功率因数", "1", 0, 1, 0.001, "Active over apparent power", "有功与视在功率之比"),
        P("frequency", "Grid frequency", "电网频率", "Hz", 45, 55, 0.01, "Frequency at the terminals", "并网点频率", noise=0.002),
        P("dc_power", "DC power", "直流功率", "kW", 0, 75, 0.01, "Power from all strings", "全部组串输入功率"),
        *_inputs(),
        *_outputs(),
        P("heatsink_temperature", "Heat sink temperature", "散热器温度", "Cel", -30, 110, 0.1, "Hottest point of the heat sink", "散热器最高温度", noise=0.05),
        P("cabinet_temperature", "Cabinet temperature", "机内温度", "Cel", -30, 90, 0.1, "Air inside the enclosure", "机箱内空气温度", noise=0.05),
        P("cell_temperature", "Cell temperature", "电池片温度", "Cel", -30, 100, 0.1, "Estimated temperature of the cells", "估算电池片温度"),
        P("plane_irradiance", "Plane-of-array irradiance", "斜面辐照度", "W/m2", 0, 1500, 1, "Irradiance on the tilted modules", "组件斜面辐照度", noise=2),
        P("derating", "Derating", "降额", "%", 0, 100, 0.1, "Output withheld because of heat", "因温度限制的出力"),
        P("power_limit", "Power limit", "有功限值", "%", 0, 100, 1, "Most of the rated output that the grid operator allows", "电网调度允许的最大出力"),
        P("insulation", "Insulation resistance", "绝缘电阻", "kOhm", 0, 5000, 1, "DC insulation to earth", "直流侧对地绝缘", noise=4),
        total("energy", "Energy fed in", "累计发电量", "kW.h", 0.01, "Energy since commissioning", "投运以来发电量"),
        P("energy_today", "Energy today", "当日发电量", "kW.h", 0, 700, 0.01, "Energy since local midnight", "当日零点起发电量"),
        total("operating_hours", "Operating hours", "运行小时", "h", 0.01, "Hours on the grid", "并网小时数"),
        count("alarm_code", "Alarm code", "告警代码", 999, "0: none; 203: grid overvoltage; 411: insulation", "0 无；203 电网过压；411 绝缘低"),
        derived("efficiency", "Efficiency", "转换效率", "%", "power / dc_power", "AC power over DC power", "交流与直流功率之比"),
    )  # fmt: skip
    events = (
        EventKind("trip", "Inverter tripped", "逆变器跳闸", "warning"),
        EventKind("reconnect", "Inverter back on the grid", "逆变器重新并网"),
    )
    commands = (
        CommandKind(
            "limit_power",
            "Limit power",
            "限制有功功率",
            "Feed in no more than this share of the rated power; 100 % lifts the limit",
            "出力不超过额定功率的该比例；100 % 为取消限制",
            (Argument("percent", "Share of rated power", "额定功率比例", unit="%", minimum=0, maximum=100),),
        ),
        CommandKind("stop", "Disconnect", "停机", "Go off the grid until it is started again", "脱离电网，直至再次启动"),
        CommandKind("start", "Connect", "启动", "Go back on the grid after the waiting time", "等待时间过后重新并网"),
    )
    kept = ("energy", "energy_today", "hours", "day", "limit", "is_stopped")
    installed = tuple(
        Installed(f"inverter-{n}", f"PV inverter {n}", f"{n}号光伏逆变器", "linan/energy/solar-roof", Mqtt(1), {"kwp": kwp, "azimuth": azimuth, "soiling": soiling})
        for n, kwp, azimuth, soiling in (
            (1, 66.0, 175.0, 0.97), (2, 66.0, 175.0, 0.965), (3, 72.0, 175.0, 0.96), (4, 72.0, 175.0, 0.97),
            (5, 66.0, 85.0, 0.95), (6, 66.0, 85.0, 0.96), (7, 66.0, 265.0, 0.955), (8, 60.0, 265.0, 0.94),
        )
    )  # fmt: skip

    def __init__(self, unit: Installed, rng: np.random.Generator) -> None:
        super().__init__(unit, rng)
        self.kwp, self.azimuth, self.soiling = unit.facts["kwp"], unit.facts["azimuth"], unit.facts["soiling"]
        self.energy = self.kwp * float(rng.uniform(1500, 2600))
        self.energy_today, self.day = 0.0, 0
        self.hours = self.energy / 22.0
        self.sink: float | None = None
        self.cell: float | None = None
        self.wait = 0.0
        self.is_tripped = False
        self.is_stopped = False
        self.limit = 100.0
        self.spread = 1.0 + 0.01 * rng.standard_normal(STRINGS)

    def step(self, dt: float, around: Surroundings) -> Reading:
        weather = around.weather
        plane = plane_of_array(weather, 10.0, self.azimuth)
        cell = weather.temperature + plane / (25.0 + 6.84 * weather.wind)
        self.cell = lag(cell if self.cell is None else self.cell, cell, dt, 300.0)
        available = max(0.0, self.kwp * self.soiling * plane / 1000.0 * (1 - 0.0035 * (self.cell - 25.0)))
        self._trip_or_return(dt, around)
        state, direct = self._run(available, dt)
        derating = clamp(70.0 * (self._sink(weather) - 75.0) / 20.0, 0.0, 70.0)
        limit = RATED_KW * min(1 - derating / 100.0, self.limit / 100.0)
        output = max(0.0, direct - losses(direct))
        if output > limit:
            direct *= limit / output
            output = limit
            state = "DERATED" if derating > 0 or self.limit < 100.0 else state
        heat = direct - output
        self.sink = lag(self._sink(weather), weather.temperature + 2.0 + 17.0 * heat + plane * 0.004, dt, 600.0)
        self._count(output, dt, around)
        power = around.draw("solar", -complex(output, 0.02 * output))
        return self._reading(state, direct, -power, plane, derating, around)

    def obey(self, command: str, arguments: Mapping[str, Any]) -> Mapping[str, Any]:
        """Limit the output, leave the grid or come back to it."""
        if self.is_tripped:
            raise Refused("tripped on grid overvoltage (alarm 203); it comes back by itself")
        if command == "limit_power":
            self.limit = float(arguments["percent"])
        elif command in ("stop", "start"):
            self.is_stopped = command == "stop"
        else:
            return super().obey(command, arguments)
        return {"power_limit": self.limit, "stopped": self.is_stopped}

    def _sink(self, weather: Weather) -> float:
        return weather.temperature if self.sink is None else self.sink

    def _trip_or_return(self, dt: float, around: Surroundings) -> None:
        tripped = "inverter-trip" in self.faults
        if tripped and not self.is_tripped:
            self.report("trip", code=203, grid_voltage=round(around.volts / math.sqrt(3), 1))
        if self.is_tripped and not tripped:
            self.report("reconnect", waited_s=30)
            self.wait = 30.0
        self.is_tripped = tripped

    def _run(self, available: float, dt: float) -> tuple[str, float]:
        if self.is_tripped:
            return "FAULT", 0.0
        if self.is_stopped:
            self.wait = 30.0
            return "STOPPED", 0.0
        if available < 0.25:
            self.wait = 30.0
            return "STANDBY", 0.0
        if self.wait > 0:
            self.wait -= dt
            return "STARTING", 0.0
        return "MPPT", available

    def _count(self, output: float, dt: float, around: Surroundings) -> None:
        day = around.local.toordinal()
        if day != self.day:
            self.day, self.energy_today = day, 0.0
        self.energy += output * dt / 3600
        self.energy_today += output * dt / 3600
        if output > 0:
            self.hours += dt / 3600

    def _reading(self, state: str, direct: float, power: complex, plane: float, derating: float, around: Surroundings) -> Reading:
        assert self.sink is not None and self.cell is not None
        daylight = clamp(plane / 20.0, 0.0, 1.0)
        phase = around.volts / math.sqrt(3) + power.real * 0.02
        volts = (640.0 if direct > 0 else 760.0) * daylight * (1 - 0.0029 * (self.cell - 25)) * (1 + 0.03 * math.log(max(plane, 20) / 1000))
        reading: dict[str, Any] = {
            "state": state,
            "power": power.real,
            "reactive_power": power.imag,
            "power_factor": 0.9998 if power.real else 1.0,
            "frequency": around.hertz,
            "dc_power": direct,
            "heatsink_temperature": self.sink,
            "cabinet_temperature": around.weather.temperature + 0.6 * (self.sink - around.weather.temperature),
            "cell_temperature": self.cell,
            "plane_irradiance": plane,
            "derating": derating,
            "power_limit": self.limit,
            "insulation": 2600.0 - 14.0 * around.weather.humidity,
            "energy": self.energy,
            "energy_today": self.energy_today,
            "operating_hours": self.hours,
            "alarm_code": 203 if self.is_tripped else 0,
        }
        for n, spread in enumerate(self.spread, 1):
            string = volts * float(spread)
            reading[f"mppt{n}_voltage"] = string
            reading[f"mppt{n}_current"] = direct * 1000.0 / STRINGS / string if direct > 0 else 0.0
        for n in (1, 2, 3):
            reading[f"voltage_l{n}"] = phase + (0.0, 0.7, -0.5)[n - 1]
            reading[f"current_l{n}"] = current(power, around.volts)
        return reading


def losses(direct: float) -> float:
    """kW lost in the inverter at `direct` kW of input: 0.06 kW own use, 0.8 % switching, rising with the square."""
    return 0.0 if direct <= 0 else 0.06 + 0.008 * direct + 0.00011 * direct * direct


def plane_of_array(weather: Weather, tilt: float, azimuth: float) -> float:
    """Irradiance in W/m2 on a plane tilted by `tilt` degrees towards `azimuth`; ground albedo 0.2."""
    b, h = math.radians(tilt), math.radians(weather.elevation)
    incidence = math.sin(h) * math.cos(b) + math.cos(h) * math.sin(b) * math.cos(math.radians(weather.azimuth - azimuth))
    beam = weather.direct * max(0.0, incidence) if weather.elevation > 0 else 0.0
    sky = weather.diffuse * (1 + math.cos(b)) / 2
    return beam + sky + weather.horizontal * 0.2 * (1 - math.cos(b)) / 2
