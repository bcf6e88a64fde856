"""A weather station: where the sun stands, how much of it the clouds let through, air, wind and rain."""

import math

from kaogong.plant.machine import Installed, Machine, Mqtt, Property, Reading, flag
from kaogong.plant.physics import Wander, clamp, dew_point, lag, wet_bulb
from kaogong.plant.surroundings import LATITUDE, LONGITUDE, Surroundings, Weather

P = Property


class WeatherStation(Machine):
    """Weather over the works.

    Sun position: Fourier series of Spencer (1971), Search 2, 172 (within 0.6 minutes of arc x 10).
    Clear sky: Haurwitz (1945), J. Meteor. 2, 154: GHI = 1098 cos z exp(-0.059 / cos z).
    Clouds: a slow and a fast Ornstein-Uhlenbeck process through a logistic curve give the clearness.
    Beam and diffuse: Erbs, Klein, Duffie (1982), Solar Energy 28, 293.
    Temperature and wind: yearly and daily harmonics of the station Hangzhou with a wandering remainder.
    """

    key, en, zh, stage = "weather-station", "Weather station", "气象站", 0
    properties = (
        P("irradiance", "Global irradiance", "总辐射", "W/m2", 0, 1400, 1, "Global horizontal irradiance", "水平面总辐照度", noise=2),
        P("irradiance_direct", "Beam irradiance", "直射辐射", "W/m2", 0, 1200, 1, "Direct normal irradiance", "法向直接辐照度", noise=2),
        P("irradiance_diffuse", "Diffuse irradiance", "散射辐射", "W/m2", 0, 800, 1, "Diffuse horizontal irradiance", "水平面散射辐照度", noise=1),
        P("sun_elevation", "Sun elevation", "太阳高度角", "deg", -90, 90, 0.01, "Angle of the sun above the horizon", "太阳与地平线夹角"),
        P("sun_azimuth", "Sun azimuth", "太阳方位角", "deg", 0, 360, 0.01, "Direction of the sun, clockwise from north", "自正北顺时针方位"),
        P("temperature", "Air temperature", "气温", "Cel", -30, 50, 0.1, "Air temperature at 2 m, shaded", "2 米遮阴处气温", noise=0.05),
        P("humidity", "Relative humidity", "相对湿度", "%", 0, 100, 0.5, "Relative humidity at 2 m", "2 米处相对湿度", noise=0.3),
        P("dew_point", "Dew point", "露点", "Cel", -50, 40, 0.1, "Temperature at which dew forms", "结露温度", noise=0.05),
        P("wet_bulb", "Wet-bulb temperature", "湿球温度", "Cel", -40, 45, 0.1, "Coldest a cooling tower could make its water", "冷却塔极限水温", noise=0.05),
        P("wind_speed", "Wind speed", "风速", "m/s", 0, 60, 0.1, "Mean wind at 10 m", "10 米平均风速", noise=0.1),
        P("wind_direction", "Wind direction", "风向", "deg", 0, 360, 1, "Where the wind comes from", "来风方向", noise=2),
        P("wind_gust", "Gust", "阵风", "m/s", 0, 80, 0.1, "Strongest wind of the last ten minutes", "10 分钟内最大风速"),
        P("pressure", "Barometric pressure", "气压", "kPa", 90, 110, 0.01, "Air pressure at station height", "本站气压", noise=0.01),
        P("rain_rate", "Rain rate", "雨强", "mm/h", 0, 200, 0.1, "Present intensity of rain", "当前降雨强度"),
        P("module_temperature", "Reference module temperature", "参考组件温度", "Cel", -30, 100, 0.1, "Back of an unloaded reference module", "参考组件背板温度", noise=0.1),
        flag("is_raining", "Raining", "是否降雨", "Whether the rain sensor is wet", "雨感是否潮湿"),
    )  # fmt: skip
    installed = (Installed("weather-1", "Weather station roof", "屋顶气象站", "linan/energy/solar-roof", Mqtt(2)),)

    def __init__(self, unit: Installed, rng: "object") -> None:
        super().__init__(unit, rng)  # type: ignore[arg-type]
        self._slow = Wander(self.rng, 1.1, 5400.0, 0.6)
        self._fast = Wander(self.rng, 0.8, 90.0)
        self._warm = Wander(self.rng, 1.5, 14400.0)
        self._moist = Wander(self.rng, 6.0, 10800.0)
        self._blow = Wander(self.rng, 1.4, 300.0)
        self._turn = Wander(self.rng, 25.0, 1800.0)
        self._barometer = Wander(self.rng, 0.4, 43200.0)
        self._gust = 3.0
        self._module: float | None = None

    def step(self, dt: float, around: Surroundings) -> Reading:
        elevation, azimuth = sun_position(around)
        clearness = 1.0 / (1.0 + math.exp(-1.6 * (self._slow.step(dt) + 0.7 * self._fast.step(dt) + 0.3)))
        horizontal = clear_sky(elevation) * (0.12 + 0.88 * clearness)
        diffuse, direct = split(horizontal, elevation)
        weather = around.weather
        day = around.local.timetuple().tm_yday
        season = 17.5 - 12.0 * math.cos(2 * math.pi * (day - 20) / 365.25)
        daily = -4.0 * math.cos(2 * math.pi * (around.hour - 2.5) / 24.0)
        weather.temperature = season + daily + self._warm.step(dt)
        weather.humidity = clamp(72.0 - 3.2 * daily - 12.0 * (clearness - 0.5) + self._moist.step(dt), 15.0, 99.0)
        weather.wind = abs(2.4 + 0.9 * daily / 4.0 + self._blow.step(dt))
        weather.elevation, weather.azimuth = elevation, azimuth
        weather.direct, weather.diffuse, weather.horizontal = direct, diffuse, horizontal
        self._gust = max(weather.wind * 1.35, lag(self._gust, weather.wind, dt, 300.0))
        module = weather.temperature + horizontal / (25.0 + 6.84 * weather.wind)
        self._module = lag(module if self._module is None else self._module, module, dt, 400.0)
        return self._reading(weather, max(0.0, 14.0 * (0.18 - clearness)) * (weather.humidity > 70))

    def _reading(self, weather: Weather, rain: float) -> Reading:
        assert self._module is not None
        return {
            "irradiance": weather.horizontal,
            "irradiance_direct": weather.direct,
            "irradiance_diffuse": weather.diffuse,
            "sun_elevation": weather.elevation,
            "sun_azimuth": weather.azimuth,
            "temperature": weather.temperature,
            "humidity": weather.humidity,
            "dew_point": dew_point(weather.temperature, weather.humidity),
            "wet_bulb": wet_bulb(weather.temperature, weather.humidity),
            "wind_speed": weather.wind,
            "wind_direction": (110.0 + self._turn.step(2.0)) % 360.0,
            "wind_gust": self._gust,
            "pressure": 101.2 + self._barometer.step(2.0),
            "rain_rate": rain,
            "module_temperature": self._module,
            "is_raining": rain > 0.05,
        }


def sun_position(around: Surroundings) -> tuple[float, float]:
    """Elevation and azimuth (clockwise from north) in degrees at the works."""
    at = around.at
    hour = at.hour + at.minute / 60 + at.second / 3600
    g = 2 * math.pi / 365 * (at.timetuple().tm_yday - 1 + (hour - 12) / 24)
    declination = (
        0.006918 - 0.399912 * math.cos(g) + 0.070257 * math.sin(g) - 0.006758 * math.cos(2 * g)
        + 0.000907 * math.sin(2 * g) - 0.002697 * math.cos(3 * g) + 0.00148 * math.sin(3 * g)
    )  # fmt: skip
    equation = 229.18 * (
        0.000075 + 0.001868 * math.cos(g) - 0.032077 * math.sin(g) - 0.014615 * math.cos(2 * g) - 0.040849 * math.sin(2 * g)
    )
    angle = math.radians((hour * 60 + equation + 4 * LONGITUDE) / 4 - 180)
    latitude = math.radians(LATITUDE)
    sine = math.sin(latitude) * math.sin(declination) + math.cos(latitude) * math.cos(declination) * math.cos(angle)
    elevation = math.asin(clamp(sine, -1.0, 1.0))
    azimuth = math.atan2(math.sin(angle), math.cos(angle) * math.sin(latitude) - math.tan(declination) * math.cos(latitude))
    return math.degrees(elevation), (math.degrees(azimuth) + 180.0) % 360.0


def clear_sky(elevation: float) -> float:
    """Global horizontal irradiance of a clear sky, W/m2."""
    height = math.sin(math.radians(elevation))
    return 1098.0 * height * math.exp(-0.059 / height) if height > 0.005 else 0.0


def split(horizontal: float, elevation: float) -> tuple[float, float]:
    """Diffuse horizontal and direct normal irradiance out of the global one."""
    height = math.sin(math.radians(elevation))
    if height <= 0.02 or horizontal <= 0:
        return max(0.0, horizontal), 0.0
    k = min(1.0, horizontal / (1361.0 * height))
    if k <= 0.22:
        share = 1.0 - 0.09 * k
    elif k <= 0.80:
        share = 0.9511 - 0.1604 * k + 4.388 * k**2 - 16.638 * k**3 + 12.336 * k**4
    else:
        share = 0.165
    return horizontal * share, min(1150.0, horizontal * (1 - share) / max(height, 0.06))
