"""Pumps in parallel on one header against its outlets: where the pump curves meet the system."""

import math
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Protocol

from kaogong.plant.physics import GRAVITY

if TYPE_CHECKING:
    from kaogong.plant.surroundings import Surroundings


@dataclass(frozen=True, slots=True)
class Flows:
    """The solution for one step: header pressure in bar gauge, suction in bar gauge, m3/h by pump and by outlet."""

    header: float
    suction: float
    pumps: dict[str, float]
    outlets: dict[str, float]


class Delivers(Protocol):
    """A pump as the line sees it."""

    def delivers(self, head: float) -> float:
        """m3/h against `head` metres; 0 where the check valve stays shut."""
        ...


class Passes(Protocol):
    """A valve or consumer as the line sees it."""

    def passes(self, drop: float) -> float:
        """m3/h at a pressure drop in bar; 0 for a drop that is not positive."""
        ...


@dataclass(frozen=True, slots=True)
class Orifice:
    """A consumer that is no machine of its own: Q = Kv sqrt(dp) (IEC 60534-2-1, water)."""

    coefficient: Callable[["Surroundings"], float]

    def passes_in(self, drop: float, around: "Surroundings") -> float:
        """m3/h at this step's opening."""
        return self.coefficient(around) * math.sqrt(drop) if drop > 0 else 0.0


@dataclass(slots=True)
class PumpLine:
    """A suction, pumps by name, outlets by name with the pressure behind each (bar gauge)."""

    pumps: tuple[str, ...]
    suction: Callable[["Surroundings"], float]
    valves: dict[str, Callable[["Surroundings"], float]] = field(default_factory=dict)
    orifices: dict[str, tuple[Orifice, Callable[["Surroundings"], float]]] = field(default_factory=dict)
    density: float = 998.0

    def solve(self, around: "Surroundings") -> Flows:
        """Header pressure where what the pumps deliver equals what the outlets pass, by bisection.

        Delivery falls and passage rises with the header pressure, so there is exactly one crossing.
        """
        suction = self.suction(around)
        lift = self.density * GRAVITY / 1e5  # bar per metre
        pumps = {name: _pump(around, name) for name in self.pumps}
        behind = {name: pressure(around) for name, pressure in self.valves.items()}
        behind |= {name: pressure(around) for name, (_, pressure) in self.orifices.items()}

        def delivered(header: float) -> dict[str, float]:
            return {name: pump.delivers((header - suction) / lift) for name, pump in pumps.items()}

        def passed(header: float) -> dict[str, float]:
            taken = {name: _valve(around, name).passes(header - behind[name]) for name in self.valves}
            return taken | {name: o.passes_in(header - behind[name], around) for name, (o, _) in self.orifices.items()}

        low, high = min([suction, *behind.values()]), suction + 400.0 * lift
        for _ in range(26):
            middle = (low + high) / 2
            if sum(delivered(middle).values()) > sum(passed(middle).values()):
                low = middle
            else:
                high = middle
        header = (low + high) / 2
        given, taken = delivered(header), passed(header)
        flow, out = sum(given.values()), sum(taken.values())
        # The last hair of the bisection is shared out, so that water is neither made nor lost.
        scale = flow / out if out > 1e-9 else 0.0
        if scale == 0.0:
            given = dict.fromkeys(given, 0.0)
        return Flows(header, suction, given, {name: q * scale for name, q in taken.items()})


def _pump(around: "Surroundings", name: str) -> Delivers:
    machine = around.machines[name]
    assert hasattr(machine, "delivers")
    return machine


def _valve(around: "Surroundings", name: str) -> Passes:
    machine = around.machines[name]
    assert hasattr(machine, "passes")
    return machine
