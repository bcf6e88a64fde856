"""Vibration sensors: what a bearing, an unbalance and cavitation sound like, by speed, load and wear."""

import numpy as np

from kaogong.plant.machine import EventKind, Installed, Machine, Mqtt, Property, Reading, choice, flag, total
from kaogong.plant.physics import Wander, lag
from kaogong.plant.surroundings import Surroundings

P = Property
ZONES = ("A", "B", "C", "D")
BALL_PASS_OUTER = 3.585  # of a 6309 bearing, per turn


class VibrationSensor(Machine):
    """A networked accelerometer (power over Ethernet) on one machine.

    Unbalance force grows with the square of the speed; a pitted outer race rings at its ball-pass frequency, 3.585 a turn for a 6309,
    raising first the envelope and kurtosis, later velocity and temperature (Randall, Vibration-based Condition Monitoring, 2nd ed., ch. 5).
    Zones by ISO 20816-3, group 2, rigid: 1.4, 2.8 and 4.5 mm/s.
    """

    key, en, zh, stage = "vibration-sensor", "Vibration sensor", "振动传感器", 85
    properties = (
        P("velocity", "Velocity RMS", "速度有效值", "mm/s", 0, 50, 0.01, "10 Hz to 1 kHz (ISO 20816)", "10 Hz–1 kHz 振动速度", noise=0.03),
        P("velocity_axial", "Axial velocity RMS", "轴向速度有效值", "mm/s", 0, 50, 0.01, "10 Hz to 1 kHz, along the shaft", "沿轴向 10 Hz–1 kHz", noise=0.03),
        P("acceleration", "Acceleration RMS", "加速度有效值", "m/s2", 0, 500, 0.01, "1 to 10 kHz", "1–10 kHz 振动加速度", noise=0.05),
        P("peak", "Acceleration peak", "加速度峰值", "m/s2", 0, 2000, 0.1, "Largest in a second", "一秒内最大值", noise=0.3),
        P("kurtosis", "Kurtosis", "峭度", "1", 1, 50, 0.01, "3 for a sound bearing", "完好轴承约为 3", noise=0.08),
        P("crest", "Crest factor", "峰值因子", "1", 1, 50, 0.01, "Peak over RMS", "峰值与有效值之比", noise=0.05),
        P("envelope", "Envelope", "包络值", "m/s2", 0, 200, 0.01, "Demodulated, 0.5 to 10 kHz", "0.5–10 kHz 解调包络", noise=0.02),
        P("amplitude_1x", "Amplitude 1x", "一倍频幅值", "mm/s", 0, 50, 0.01, "At the speed of the shaft: unbalance", "转频分量：不平衡", noise=0.02),
        P("amplitude_2x", "Amplitude 2x", "二倍频幅值", "mm/s", 0, 50, 0.01, "At twice the speed: misalignment", "二倍转频：不对中", noise=0.02),
        P("outer_race", "Outer race line", "外圈特征幅值", "m/s2", 0, 100, 0.001, "Envelope at the ball-pass frequency of the outer race", "外圈通过频率处包络", noise=0.004),
        P("outer_race_frequency", "Ball-pass frequency", "外圈通过频率", "Hz", 0, 2000, 0.1, "3.585 times the speed", "3.585 倍转频", noise=0.05),
        P("speed", "Speed by spectrum", "频谱转速", "rpm", 0, 12000, 1, "Speed found in the spectrum", "由频谱识别的转速", noise=1),
        P("temperature", "Housing temperature", "壳体温度", "Cel", -40, 120, 0.1, "At the sensor's foot", "传感器安装处", noise=0.05),
        choice("zone", "ISO zone", "ISO 区域", ZONES, "Zone of ISO 20816-3", "ISO 20816-3 评价区域"),
        flag("is_turning", "Turning", "是否运转", "Whether the machine turns", "被测机器是否运转"),
        total("uptime", "Time since start", "上电时间", "h", 0.001, "Hours since the sensor was powered", "传感器上电小时数"),
    )  # fmt: skip
    events = (EventKind("zone_changed", "Vibration zone changed", "振动区域变化", "warning"),)
    kept = ()
    installed = tuple(
        Installed(f"vib-{on}", f"Vibration {en}", f"{zh}振动", place, Mqtt(1), {"on": on})
        for on, en, zh, place in (
            ("feed-pump-1", "feed pump 1", "1号给水泵", "linan/utilities/pump-house/feed-water"),
            ("feed-pump-2", "feed pump 2", "2号给水泵", "linan/utilities/pump-house/feed-water"),
            ("feed-pump-3", "feed pump 3", "3号给水泵", "linan/utilities/pump-house/feed-water"),
            ("transfer-pump-1", "transfer pump 1", "1号输水泵", "linan/utilities/pump-house/raw-water"),
            ("transfer-pump-2", "transfer pump 2", "2号输水泵", "linan/utilities/pump-house/raw-water"),
            ("cw-pump-1", "cooling-water pump 1", "1号冷却水泵", "linan/utilities/pump-house/cooling-pumps"),
            ("cw-pump-2", "cooling-water pump 2", "2号冷却水泵", "linan/utilities/pump-house/cooling-pumps"),
            ("compressor-1", "compressor 1", "1号空压机", "linan/utilities/compressor-station/compressors"),
            ("compressor-2", "compressor 2", "2号空压机", "linan/utilities/compressor-station/compressors"),
            ("compressor-3", "compressor 3", "3号空压机", "linan/utilities/compressor-station/compressors"),
            ("chiller-1", "chiller 1", "1号冷水机组", "linan/utilities/cooling-plant/chillers"),
            ("fan-machining-supply", "supply fan", "送风机", "linan/machining/ventilation"),
        )
    )

    def __init__(self, unit: Installed, rng: np.random.Generator) -> None:
        super().__init__(unit, rng)
        self.on: str = unit.facts["on"]
        self.unbalance = float(rng.uniform(0.7, 1.1))
        self.misalignment = float(rng.uniform(0.15, 0.35))
        self._sway = Wander(rng, 0.05, 60.0)
        self.housing = 30.0
        self.zone = "A"
        self.uptime = 0.0

    def step(self, dt: float, around: Surroundings) -> Reading:
        machine = around.machines[self.on]
        rpm: float = machine.rpm  # type: ignore[attr-defined]
        wear: float = getattr(machine, "wear", 0.05)
        cavitation: float = getattr(machine, "cavitation", 0.0)
        load: float = getattr(machine, "load", 0.5)
        turn = (rpm / 3000.0) ** 2
        sway = 1 + self._sway.step(dt)
        once = self.unbalance * turn * sway
        twice = self.misalignment * turn * (1 + load)
        race = 4.0 * wear**1.5 * turn
        velocity = 0.05 + float(np.sqrt(once**2 + twice**2 + (6.0 * wear**2 * turn) ** 2 + (3.0 * cavitation) ** 2))
        rms = 0.3 + 2.2 * turn + 14.0 * wear**1.5 * turn + 25.0 * cavitation
        kurtosis = 3.0 + (9.0 * wear * (1 - 0.5 * wear) * (rpm > 60)) - 0.25
        crest = 3.2 + 0.45 * (kurtosis - 3.0)
        self.housing = lag(self.housing, around.indoor + 14.0 * turn + 22.0 * wear * turn, dt, 900.0)
        self.uptime += dt / 3600
        self._watch(velocity)
        return {
            "velocity": velocity,
            "velocity_axial": 0.04 + 0.5 * once + 0.8 * twice,
            "acceleration": rms,
            "peak": rms * crest,
            "kurtosis": kurtosis,
            "crest": crest,
            "envelope": 0.1 + 0.4 * turn + 1.6 * race,
            "amplitude_1x": once,
            "amplitude_2x": twice,
            "outer_race": race,
            "outer_race_frequency": BALL_PASS_OUTER * rpm / 60.0,
            "speed": rpm,
            "temperature": self.housing,
            "zone": self.zone,
            "is_turning": rpm > 60,
            "uptime": self.uptime,
        }

    def _watch(self, velocity: float) -> None:
        limits = (1.4, 2.8, 4.5)
        now = ZONES[sum(velocity > limit for limit in limits)]
        before = ZONES.index(self.zone)
        # A tenth of hysteresis downwards, so that the zone does not flutter.
        if now != self.zone and (ZONES.index(now) > before or velocity < 0.9 * limits[before - 1]):
            self.report("zone_changed", zone=now, was=self.zone, velocity=round(velocity, 2))
            self.zone = now
