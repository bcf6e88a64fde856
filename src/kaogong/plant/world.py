"""The whole plant as one deterministic clockwork: every machine, stepped in order, and what its sensors say."""

from collections.abc import Mapping
from datetime import datetime
from functools import cache
from operator import itemgetter
from typing import Any

import numpy as np

from kaogong.core.shelf import Shelf
from kaogong.plant.faults import Change, Faults
from kaogong.plant.machine import Machine, Property, Reading
from kaogong.plant.pipework import pump_lines
from kaogong.plant.surroundings import Surroundings

SHELF: Shelf[Machine] = Shelf("kaogong.plant.machines", Machine)  # type: ignore[type-abstract]
NUMERIC = ("number", "integer")


@cache
def kinds() -> tuple[type[Machine], ...]:
    """Every kind of machine, in the order in which they step."""
    return tuple(sorted((SHELF.load(name) for name in SHELF.names()), key=lambda kind: kind.stage))


class World:
    """The plant from `start` (aware UTC) on. Equal seeds, starts and steps give equal readings.

    `truth` is what really is, `readings` what the sensors say: noise added, held in the declared range, rounded to the resolution.
    """

    def __init__(
        self, seed: int, start: datetime, *, faults: Faults | None = None, kept: Mapping[str, Mapping[str, Any]] | None = None
    ) -> None:
        self.faults = faults or Faults()
        self.around = Surroundings(start, np.random.default_rng(seed), lines=pump_lines())
        # Each machine has its own stream of chance, so that a new machine does not change the others.
        self.machines: dict[str, Machine] = {
            unit.key: kind(unit, np.random.default_rng([seed, *unit.key.encode()])) for kind in kinds() for unit in kind.installed
        }
        self.around.machines = self.machines
        self._restore(kept or {})
        self._senses = _Senses(self.machines, np.random.default_rng([seed, 1]))
        self.truth: dict[str, Reading] = {}
        self.readings: dict[str, Reading] = {}

    @property
    def at(self) -> datetime:
        """The time in the plant."""
        return self.around.at

    def step(self, dt: float = 1.0) -> list[Change]:
        """Move everything on by `dt` seconds; the faults that began or ended."""
        self.around.begin(dt)
        changes = self.faults.step(self.at, self.around.elapsed)
        for change in changes:
            self.apply(change)
        self.truth = {key: machine.step(dt, self.around) for key, machine in self.machines.items()}
        self.readings = self._senses.read(self.truth)
        return changes

    def settle(self, seconds: int) -> None:
        """Run in, without faults and without telling anybody, so that a start does not begin with a cold plant."""
        faults, self.faults = self.faults, Faults({})
        at = self.around.at
        for _ in range(seconds):
            self.step()
        self.around.at, self.around.elapsed = at, 0.0
        for machine in self.machines.values():
            machine.happened.clear()
        self.faults = faults

    def skip_to(self, at: datetime) -> None:
        """Set the clock without living through the time between: the host slept, or its clock was set."""
        self.around.at = at

    def apply(self, change: Change) -> None:
        """Tell the machine what broke or was repaired; faults of gateways and servers concern their hosts alone."""
        machine = self.machines.get(change.fault.target)
        if machine is None:
            return
        if change.began:
            machine.faults.add(change.fault.name)
        else:
            machine.faults.discard(change.fault.name)
            machine.mend(change.fault.name)

    def kept(self) -> dict[str, dict[str, Any]]:
        """What outlives a restart: counters, wear, levels."""
        return {key: {name: getattr(m, name) for name in m.kept} for key, m in self.machines.items() if m.kept}

    def _restore(self, kept: Mapping[str, Mapping[str, Any]]) -> None:
        for key, values in kept.items():
            machine = self.machines.get(key)
            for name, value in values.items():
                if machine is not None and name in machine.kept:
                    setattr(machine, name, value)


class _Senses:
    """Noise, range and resolution for every number of the plant at once."""

    def __init__(self, machines: Mapping[str, Machine], rng: np.random.Generator) -> None:
        self.rng = rng
        numbers: list[Property] = []
        self.sensed: list[tuple[str, tuple[str, ...], itemgetter[Any], slice, tuple[str, ...]]] = []
        for key, machine in machines.items():
            own = [p for p in machine.measured() if p.kind in NUMERIC]
            keys = tuple(p.key for p in own)
            place = slice(len(numbers), len(numbers) + len(own))
            self.sensed.append((key, keys, itemgetter(*keys), place, tuple(p.key for p in own if p.kind == "integer")))
            numbers += own
        self.noise = np.array([p.noise for p in numbers])
        self.low = np.array([-np.inf if p.minimum is None else p.minimum for p in numbers])
        self.high = np.array([np.inf if p.maximum is None else p.maximum for p in numbers])
        self.step = np.array([p.resolution or 1.0 for p in numbers])

    def read(self, truth: Mapping[str, Reading]) -> dict[str, Reading]:
        true: list[float] = []
        for machine, _, pick, _, _ in self.sensed:
            true += pick(truth[machine])
        seen = np.clip(np.array(true, dtype=float) + self.noise * self.rng.standard_normal(len(true)), self.low, self.high)
        values = np.round(np.rint(seen / self.step) * self.step, 6).tolist()
        readings: dict[str, Reading] = {}
        for machine, keys, _, place, integers in self.sensed:
            reading = readings[machine] = truth[machine] | dict(zip(keys, values[place], strict=True))
            for key in integers:
                reading[key] = int(reading[key])
        return readings
