"""Water meters: magnetic-inductive, battery-powered, speaking for themselves."""

import numpy as np

from kaogong.plant.machine import Installed, Machine, Mqtt, Property, Reading, flag, total
from kaogong.plant.surroundings import Surroundings

P = Property


class WaterMeter(Machine):
    """A magnetic-inductive meter (ISO 4064 class 1). Volume is the integral of flow; leakage is suspected when it never rests."""

    key, en, zh, stage = "water-meter", "Water meter", "水表", 92
    stale_after_s = 30.0
    properties = (
        P("flow", "Flow", "流量", "m3/h", 0, 120, 0.001, "Volume flow", "体积流量", noise=0.005),
        P("pressure", "Pressure", "压力", "bar", 0, 16, 0.01, "Gauge pressure at the meter", "表处压力", noise=0.01),
        P("temperature", "Temperature", "水温", "Cel", 0, 90, 0.1, "Water temperature", "水温", noise=0.03),
        P("velocity", "Velocity", "流速", "m/s", 0, 10, 0.001, "Mean velocity in the tube", "管内平均流速"),
        P("signal", "Radio signal", "信号强度", "dB", -130, 0, 1, "Received signal strength", "接收信号强度", noise=1),
        P("battery", "Battery", "电池电压", "V", 0, 5, 0.001, "Supply of the meter", "表计电池"),
        P("flow_least", "Least flow of the day", "当日最小流量", "m3/h", 0, 120, 0.001, "Since local midnight; above zero: a leak", "零点以来最小流量，大于零疑似漏水"),
        total("volume", "Volume", "累计水量", "m3", 0.001, "Since commissioning", "投运以来"),
        total("volume_reverse", "Volume in reverse", "反向累计", "m3", 0.001, "Backwards, since commissioning", "投运以来倒流水量"),
        flag("is_empty", "Empty tube", "空管", "Whether the tube is not full", "测量管是否未充满"),
    )  # fmt: skip
    kept = ("volume", "least", "day")
    installed = tuple(
        Installed(f"water-{key}", f"Water meter {en}", f"{zh}水表", place, Mqtt(5), {"of": of, "mm": mm})
        for key, en, zh, place, of, mm in (
            ("town", "town main", "市政进水", "linan/utilities/pump-house/raw-water", "town", 80),
            ("boiler-makeup", "boiler make-up", "锅炉补水", "linan/utilities/pump-house/feed-water", "lv-feed-tank", 40),
            ("tower-makeup", "cooling-tower make-up", "冷却塔补水", "linan/utilities/cooling-plant/towers", "lv-tower", 40),
        )
    )

    def __init__(self, unit: Installed, rng: np.random.Generator) -> None:
        super().__init__(unit, rng)
        self.volume = float(rng.uniform(20_000, 200_000))
        self.least, self.day = 999.0, 0

    def step(self, dt: float, around: Surroundings) -> Reading:
        flow = around.water[self.unit.facts["of"]]
        day = around.local.toordinal()
        if day != self.day:
            self.day, self.least = day, 999.0
        self.least = min(self.least, flow)
        self.volume += flow * dt / 3600
        bore = self.unit.facts["mm"] / 1000
        return {
            "flow": flow,
            "pressure": 3.5 - 0.002 * flow * flow / 10 if self.unit.facts["of"] == "town" else around.flows("transfer").header,
            "temperature": 8.0 + 0.4 * around.weather.temperature,
            "velocity": flow / 3600 / (0.7854 * bore * bore),
            "signal": -78.0,
            "battery": 3.58,
            "flow_least": min(self.least, 120.0),
            "volume": self.volume,
            "volume_reverse": 0.0,
            "is_empty": False,
        }
