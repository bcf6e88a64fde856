"""What machines share: the time, the weather, the shift, the networks of power, air, steam, water and gas."""

from collections import defaultdict
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import numpy as np

from kaogong.plant.hydraulics import Flows, PumpLine
from kaogong.plant.machine import Machine
from kaogong.plant.physics import ATMOSPHERE, Wander, lag

ZONE = "Asia/Shanghai"
LATITUDE, LONGITUDE = 30.23, 119.72

# Local hour -> how busy production is: three shifts, two meal breaks, a thin night.
SHIFTS = ((0.0, 0.40), (8.0, 1.00), (12.0, 0.45), (12.67, 1.00), (16.0, 0.90), (20.0, 0.45), (20.5, 0.90))


@dataclass(slots=True)
class Weather:
    """Outside, as the weather station sees it."""

    temperature: float = 15.0
    humidity: float = 65.0
    wind: float = 2.5
    elevation: float = 0.0
    azimuth: float = 180.0
    direct: float = 0.0
    diffuse: float = 0.0
    horizontal: float = 0.0


@dataclass(slots=True)
class Air:
    """The compressed-air network; kg/s, bar gauge."""

    pressure: float = 7.0
    supply: float = 0.0
    demand: float = 0.0
    dew_point: float = 4.0
    leak: float = 0.0


@dataclass(slots=True)
class Steam:
    """The steam header; kg/s, bar gauge."""

    pressure: float = 9.0
    demand: float = 0.9
    heating: float = 0.0
    condensate: float = 0.0
    shares: dict[str, float] = field(default_factory=dict)


@dataclass(slots=True)
class CoolingLoop:
    """A closed water loop; heat in kW is what its consumers put in during this step."""

    supply: float
    back: float
    flow: float = 0.0
    heat: float = 0.0


@dataclass(slots=True)
class Surroundings:
    """The state that lives between machines. Flows are refilled in every step; temperatures and pressures persist."""

    at: datetime
    rng: np.random.Generator
    machines: dict[str, Machine] = field(default_factory=dict)
    lines: dict[str, PumpLine] = field(default_factory=dict)
    elapsed: float = 0.0
    activity: float = 0.7
    weather: Weather = field(default_factory=Weather)
    indoor: float = 24.0
    air: Air = field(default_factory=Air)
    steam: Steam = field(default_factory=Steam)
    chilled: CoolingLoop = field(default_factory=lambda: CoolingLoop(7.0, 12.0))
    tower: CoolingLoop = field(default_factory=lambda: CoolingLoop(26.0, 31.0))
    power: dict[str, complex] = field(default_factory=lambda: defaultdict(complex))
    water: dict[str, float] = field(default_factory=lambda: defaultdict(float))
    gas: dict[str, float] = field(default_factory=lambda: defaultdict(float))
    volts: float = 400.0
    hertz: float = 50.0
    _grid: Wander = field(init=False)
    _solved: dict[str, Flows] = field(default_factory=dict)

    def __post_init__(self) -> None:
        self._grid = Wander(self.rng, 1.5, 600.0)

    @property
    def local(self) -> datetime:
        """The time on the factory's clock."""
        return self.at.astimezone(ZoneInfo(ZONE))

    @property
    def hour(self) -> float:
        """The local hour of the day with its fraction."""
        local = self.local
        return local.hour + local.minute / 60 + local.second / 3600

    def begin(self, dt: float) -> None:
        """Open the next step: time moves, the flows of the last step are forgotten."""
        self.at = (self.at + timedelta(seconds=dt)).astimezone(UTC)
        self.elapsed += dt
        for flows in (self.power, self.water, self.gas):
            flows.clear()
        self._solved.clear()
        self.air.supply = self.air.demand = 0.0
        self.air.leak = 0.0
        self.steam.condensate = 0.0
        self.steam.shares.clear()
        self.chilled.heat = self.tower.heat = 0.0
        self.activity = lag(self.activity, self._shift(), dt, 240.0)
        self.indoor = lag(self.indoor, 21.0 + 4.0 * self.activity + 0.15 * (self.weather.temperature - 15.0), dt, 3600.0)
        self.volts = 400.0 - 6.0 * self.activity + self._grid.step(dt)
        self.hertz = 50.0 + 0.004 * self._grid.value
        self.steam.demand = self._steam_demand()
        self.air.demand += 0.16 + 0.42 * self.activity  # blow guns, paint shop, packing

    def draw(self, feeder: str, power: complex) -> complex:
        """Take power from a feeder of the switchboard and return it; negative feeds in."""
        self.power[feeder] += power
        return power

    def flows(self, line: str) -> Flows:
        """How the water divides over a pump line in this step; solved once, when the first asks."""
        if line not in self._solved:
            self._solved[line] = self.lines[line].solve(self)
        return self._solved[line]

    def _shift(self) -> float:
        hour = self.hour
        level = next(activity for start, activity in reversed(SHIFTS) if hour >= start)
        return level * (0.45 if self.local.weekday() == 6 else 1.0)

    def _steam_demand(self) -> float:
        heating = max(0.0, 18.0 - self.weather.temperature) * 0.018
        process = 0.55 + 0.95 * self.activity
        return process + heating + self.steam.heating


def absolute(gauge: float) -> float:
    """Bar gauge to bar absolute."""
    return gauge + ATMOSPHERE
