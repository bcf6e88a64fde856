"""What a node can carry: what a sample costs it, how much room is left, and which connection takes how much."""

import time
from collections.abc import Coroutine, Generator
from types import coroutine
from typing import Any

# Until it has been measured here: 5 times what a sample costs on the machine where this is developed, as gateways are slower.
ASSUMED_COST_S = 1 / 100_000
SHARE = 0.7  # of the one core that a loop can use; the rest is for gusts, a backlog and what runs beside us
CAUTION = 1.25
MEASURED_AFTER = 100_000  # samples
BUSY_ENOUGH = 0.1  # below it, what a node does beside reading would be counted as the cost of its few samples


class Load:
    """CPU seconds against samples. `update` is told the totals now and then."""

    def __init__(self) -> None:
        self._cpu_s = self._samples = self._at = 0.0
        self._cost_s = ASSUMED_COST_S
        self.busy = 0.0

    def update(self, cpu_s: float, samples: float, at: float) -> None:
        """Take the process's CPU seconds, the samples collected and the monotonic time, all since the start."""
        if self._at and at > self._at:
            self.busy = (cpu_s - self._cpu_s) / (at - self._at)
        if samples - self._samples >= MEASURED_AFTER:
            if self.busy >= BUSY_ENOUGH:
                self._cost_s = CAUTION * (cpu_s - self._cpu_s) / (samples - self._samples)
            self._cpu_s, self._samples, self._at = cpu_s, samples, at
        elif not self._at:
            self._cpu_s, self._samples, self._at = cpu_s, samples, at

    @property
    def capacity(self) -> float:
        """Samples a second that this node can carry in all."""
        return SHARE / self._cost_s


class Meter:
    """Time spent in what runs for one connection. The thread's CPU clock costs 2 µs a look, ten times the wall's, and nothing else runs in between."""

    def __init__(self) -> None:
        self.seconds = 0.0

    @coroutine
    def run(self, work: Coroutine[Any, Any, Any]) -> Generator[Any, Any, Any]:
        """`work`, its steps counted."""
        clock = time.perf_counter
        value: Any = None
        failure: BaseException | None = None
        while True:
            begin = clock()
            try:
                waits_for = work.send(value) if failure is None else work.throw(failure)
            except StopIteration as end:
                return end.value
            finally:
                self.seconds += clock() - begin
            value, failure = None, None
            try:
                value = yield waits_for
            except GeneratorExit:
                work.close()
                raise
            except BaseException as err:  # noqa: BLE001  # it belongs to the work
                failure = err
