"""Gas meters: operating to normal volume by pressure and temperature."""

import numpy as np

from kaogong.plant.machine import Installed, Machine, Modbus, Property, Reading, derived, total
from kaogong.plant.surroundings import Surroundings

P = Property


class GasMeter(Machine):
    """A turbine meter with volume corrector: V_n = V p T_n / (p_n T Z), Z taken as 0.998 (EN 12405-1)."""

    key, en, zh, stage = "gas-meter", "Gas meter", "燃气表", 91
    properties = (
        P("flow", "Operating flow", "工况流量", "m3/h", 0, 1000, 0.01, "At line pressure and temperature", "管道状态体积流量", noise=0.05),
        P("normal_flow", "Normal flow", "标况流量", "m3/h{N}", 0, 2000, 0.01, "At 0 Cel and 101.325 kPa", "标准状态体积流量"),
        P("pressure", "Line pressure", "管道压力", "kPa", 0, 600, 0.01, "Absolute", "绝对压力", noise=0.05),
        P("temperature", "Gas temperature", "燃气温度", "Cel", -30, 60, 0.01, "In the line", "管内温度", noise=0.02),
        P("factor", "Correction factor", "体积修正系数", "1", 0, 10, 0.0001, "Normal over operating volume", "标况与工况体积之比"),
        P("heating_value", "Heating value", "低位发热量", "MJ/m3{N}", 20, 50, 0.01, "Lower, told by the supplier", "供气方提供的低位热值"),
        P("power", "Fuel power", "燃料热功率", "kW", 0, 20000, 1, "Normal flow times heating value", "标况流量乘热值"),
        total("volume", "Operating volume", "工况累计", "m3", 0.01, "Since commissioning", "投运以来"),
        total("normal_volume", "Normal volume", "标况累计", "m3{N}", 0.01, "Since commissioning", "投运以来"),
        P("filter_drop", "Filter pressure drop", "过滤器压差", "kPa", 0, 20, 0.001, "Over the gas filter", "过滤器前后压差", noise=0.002),
        P("battery", "Battery", "电池电压", "V", 0, 5, 0.001, "Of the corrector", "修正仪电池"),
        derived("pressure_margin", "Pressure above minimum", "压力裕度", "kPa", "pressure - 111", "Above the burner's minimum", "高于燃烧器最低压力"),
    )  # fmt: skip
    kept = ("volume", "normal_volume")
    installed = tuple(
        Installed(
            f"gas-{boiler}",
            f"Gas meter {en}",
            f"{zh}燃气表",
            "linan/utilities/boiler-house",
            Modbus("gateway-meters", unit),
            {"of": boiler},
        )
        for boiler, en, zh, unit in (("boiler-1", "boiler 1", "1号锅炉", 31), ("boiler-2", "boiler 2", "2号锅炉", 32))
    )

    def __init__(self, unit: Installed, rng: np.random.Generator) -> None:
        super().__init__(unit, rng)
        self.normal_volume = float(rng.uniform(0.8e6, 1.6e6))
        self.volume = self.normal_volume * 0.86

    def step(self, dt: float, around: Surroundings) -> Reading:
        normal = around.gas[self.unit.facts["of"]]
        pressure = 126.0 - 0.004 * normal
        celsius = 0.6 * around.weather.temperature + 6.0
        share = pressure / 101.325 * 273.15 / (celsius + 273.15) / 0.998
        self.normal_volume += normal * dt / 3600
        self.volume += normal / share * dt / 3600
        return {
            "flow": normal / share,
            "normal_flow": normal,
            "pressure": pressure,
            "temperature": celsius,
            "factor": share,
            "heating_value": 35.88,
            "power": normal * 35.88 / 3.6,
            "volume": self.volume,
            "normal_volume": self.normal_volume,
            "filter_drop": 0.15 + 1.6 * (normal / 480.0) ** 2,
            "battery": 3.61,
        }
