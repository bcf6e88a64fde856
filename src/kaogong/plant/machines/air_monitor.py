"""Room air monitors: temperature, humidity, carbon dioxide, dust, noise; and the light and sockets of their hall."""

from collections.abc import Mapping
from typing import Any

import numpy as np

from kaogong.plant.machine import Argument, CommandKind, Installed, Machine, Mqtt, Property, Reading, flag
from kaogong.plant.physics import Wander, clamp, lag
from kaogong.plant.surroundings import Surroundings

P = Property


class AirMonitor(Machine):
    """A room sensor. A person gives off 20 L/h of CO2 and gets 1.7 m3/min of fresh air, 12 ppm in the end
    (DIN EN 16798-1). Draws the hall's light and sockets."""

    key, en, zh, stage = "air-monitor", "Room air monitor", "室内环境监测仪", 82
    stale_after_s = 30.0
    properties = (
        P("temperature", "Temperature", "温度", "Cel", -20, 60, 0.1, "Air temperature", "空气温度", noise=0.05),
        P("humidity", "Relative humidity", "相对湿度", "%", 0, 100, 0.5, "Relative humidity", "相对湿度", noise=0.3),
        P("carbon_dioxide", "Carbon dioxide", "二氧化碳", "[ppm]", 0, 5000, 1, "CO2 in the room", "室内 CO2 浓度", noise=4),
        P("pm25", "Fine dust PM2.5", "PM2.5", "ug/m3", 0, 1000, 1, "Particles below 2.5 um", "2.5 微米以下颗粒物", noise=1),
        P("pm10", "Dust PM10", "PM10", "ug/m3", 0, 2000, 1, "Particles below 10 um", "10 微米以下颗粒物", noise=2),
        P("noise", "Noise", "噪声", "dB", 20, 130, 0.1, "Equivalent level over a second, A-weighted", "一秒等效 A 声级", noise=0.8),
        P("illuminance", "Illuminance", "照度", "lx", 0, 20000, 1, "At working height", "工作面照度", noise=2),
        flag("motion", "Motion", "有人", "Whether somebody moves", "是否有人活动"),
        flag("ventilating", "Ventilating", "强制通风", "Whether the fans run at full speed on request", "是否按请求全速通风"),
    )  # fmt: skip
    commands = (
        CommandKind(
            "ventilate", "Ventilate", "强制通风", "Run the fans of the room at full speed for a while", "房间风机全速运行一段时间",
            (Argument("minutes", "For how long", "时长", kind="integer", unit="min", minimum=0, maximum=120),),
        ),
    )  # fmt: skip
    installed = tuple(
        Installed(
            f"air-{key}", f"Air monitor {en}", f"{zh}环境监测", place, Mqtt(5), {"kw": kw, "loud": loud, "people": people, "feeder": feeder}
        )
        for key, en, zh, place, kw, loud, people, feeder in (
            ("machining", "machine shop", "机加车间", "linan/machining", 18.0, 78.0, 24, "general"),
            ("compressors", "compressor room", "空压机房", "linan/utilities/compressor-station", 3.0, 86.0, 1, "general"),
            ("boilers", "boiler house", "锅炉房", "linan/utilities/boiler-house", 4.0, 80.0, 2, "general"),
            ("office", "office", "办公楼", "linan/office", 26.0, 48.0, 60, "general"),
        )
    )

    def __init__(self, unit: Installed, rng: np.random.Generator) -> None:
        super().__init__(unit, rng)
        self._drift = Wander(rng, 0.6, 1800.0)
        self._dust = Wander(rng, 9.0, 900.0)
        self.gas = 600.0
        self.airing_s = 0.0

    def step(self, dt: float, around: Surroundings) -> Reading:
        facts = self.unit.facts
        people = facts["people"] * around.activity
        self.airing_s = max(0.0, self.airing_s - dt)
        stays, takes_s = (3.0, 300.0) if self.airing_s else (12.0, 1800.0)
        self.gas = lag(self.gas, 420.0 + stays * people, dt, takes_s)
        dark = 1.0 - clamp(around.weather.horizontal / 400.0, 0.0, 0.7)
        around.draw(facts["feeder"], complex(facts["kw"] * (0.25 + 0.75 * around.activity * dark), facts["kw"] * 0.12))
        dust = max(3.0, 22.0 + 18.0 * around.activity + self._dust.step(dt))
        return {
            "temperature": around.indoor + self._drift.step(dt),
            "humidity": clamp(around.weather.humidity - 1.6 * (around.indoor - around.weather.temperature), 12.0, 95.0),
            "carbon_dioxide": self.gas,
            "pm25": dust,
            "pm10": dust * 1.7,
            "noise": facts["loud"] - 12.0 * (1 - around.activity),
            "illuminance": 320.0 * around.activity + 0.6 * around.weather.horizontal,
            "motion": around.activity > 0.3,
            "ventilating": self.airing_s > 0,
        }

    def obey(self, command: str, arguments: Mapping[str, Any]) -> Mapping[str, Any]:
        """Air the room; zero minutes ends it."""
        if command != "ventilate":
            return super().obey(command, arguments)
        self.airing_s = float(arguments["minutes"]) * 60.0
        return {"minutes": arguments["minutes"]}
