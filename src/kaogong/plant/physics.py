"""Formulas that several machines share, each with its source."""

import math
from dataclasses import dataclass, field

import numpy as np

GRAVITY = 9.80665  # m/s2
WATER_HEAT = 4.187  # kJ/(kg K)
AIR_GAS = 0.287  # kJ/(kg K)
NORMAL_AIR = 1.293  # kg/m3 at 0 Cel, 101.325 kPa (DIN 1343)
ATMOSPHERE = 1.01325  # bar


def lag(value: float, target: float, dt: float, time_constant: float) -> float:
    """First-order response, exact for any step: x + (x_end - x)(1 - exp(-dt/T))."""
    return target + (value - target) * math.exp(-dt / time_constant)


def clamp(value: float, low: float, high: float) -> float:
    """`value` held between `low` and `high`."""
    return low if value < low else min(high, value)


def saturation_temperature(bar: float) -> float:
    """Boiling point of water in Cel at an absolute pressure.

    Antoine equation in the range 99-374 Cel: log10(p / mmHg) = 8.14019 - 1810.94 / (244.485 + T) (Dortmund Data Bank).
    """
    return 1810.94 / (8.14019 - math.log10(max(bar, 0.05) * 750.062)) - 244.485


def saturation_pressure(celsius: float) -> float:
    """The inverse of `saturation_temperature`, bar absolute."""
    return float(10 ** (8.14019 - 1810.94 / (244.485 + celsius)) / 750.062)


def evaporation_heat(celsius: float) -> float:
    """Latent heat of water in kJ/kg. Linear fit of IAPWS-IF97, within 1 % from 0 to 200 Cel."""
    return 2513.0 - 2.56 * celsius - 0.0008 * celsius * max(0.0, celsius - 100.0)


def wet_bulb(celsius: float, humidity: float) -> float:
    """Wet-bulb temperature in Cel from temperature and relative humidity in %. Stull (2011), J. Appl. Meteor. Climatol. 50, 2267."""
    rh = clamp(humidity, 5.0, 99.0)
    return float(
        celsius * math.atan(0.151977 * math.sqrt(rh + 8.313659))
        + math.atan(celsius + rh)
        - math.atan(rh - 1.676331)
        + 0.00391838 * rh**1.5 * math.atan(0.023101 * rh)
        - 4.686035
    )


def dew_point(celsius: float, humidity: float) -> float:
    """Dew point in Cel, Magnus formula with the constants of Sonntag (1990)."""
    gamma = math.log(clamp(humidity, 1.0, 100.0) / 100.0) + 17.62 * celsius / (243.12 + celsius)
    return 243.12 * gamma / (17.62 - gamma)


@dataclass(slots=True)
class Wander:
    """An Ornstein-Uhlenbeck process: noise that remembers for `memory_s` and has standard deviation `spread`.

    Exact discretisation: x' = x e^(-dt/T) + s sqrt(1 - e^(-2dt/T)) N(0,1) (Gillespie 1996, Phys. Rev. E 54, 2084).
    """

    rng: np.random.Generator
    spread: float
    memory_s: float
    value: float = 0.0

    def step(self, dt: float) -> float:
        """Move on by `dt` seconds and return the new value."""
        keep = math.exp(-dt / self.memory_s)
        self.value = self.value * keep + self.spread * math.sqrt(1 - keep * keep) * float(self.rng.standard_normal())
        return self.value


@dataclass(slots=True)
class Motor:
    """An induction motor: losses and reactive power by load, winding temperature by losses.

    Losses = fixed + load squared (IEC 60034-2-1 segregates them so); reactive power = magnetising + leakage times load squared
    (single-phase equivalent circuit). `efficiency` and `power_factor` are the values at rated load.
    """

    rated_kw: float
    efficiency: float = 0.94
    power_factor: float = 0.87
    winding: float = field(default=40.0)

    def draw(self, shaft_kw: float) -> complex:
        """Complex power kW + j kvar taken from the bus for a power at the shaft."""
        load = shaft_kw / self.rated_kw
        losses = self.rated_kw * (1 / self.efficiency - 1)
        reactive = self.rated_kw / self.efficiency * math.tan(math.acos(self.power_factor))
        return complex(shaft_kw + losses * (0.4 + 0.6 * load * load), reactive * (0.55 + 0.45 * load * load))

    def warm(self, shaft_kw: float, is_running: bool, ambient: float, dt: float) -> float:
        """Winding temperature in Cel: 75 K above ambient at rated losses, 15 minutes time constant."""
        load = shaft_kw / self.rated_kw
        target = ambient + 75.0 * (0.4 + 0.6 * load * load) if is_running else ambient
        self.winding = lag(self.winding, target, dt, 900.0)
        return self.winding


def current(power: complex, volts: float) -> float:
    """Line current in A of a balanced three-phase load, S = sqrt(3) U I."""
    return abs(power) * 1000.0 / (math.sqrt(3.0) * volts)


def factor(power: complex) -> float:
    """Power factor P/|S|; 1 where nothing is drawn."""
    return power.real / abs(power) if abs(power) > 1e-9 else 1.0


@dataclass(slots=True)
class Regulator:
    """A PI controller in velocity-safe form: the integral stops where the output saturates (anti-windup by clamping)."""

    gain: float
    reset_s: float
    low: float = 0.0
    high: float = 1.0
    integral: float = 0.0

    def step(self, error: float, dt: float) -> float:
        """The output for the error `setpoint - measured`."""
        self.integral = clamp(self.integral + self.gain * error * dt / self.reset_s, self.low, self.high)
        return clamp(self.gain * error + self.integral, self.low, self.high)
