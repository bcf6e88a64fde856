"""How all devices of a tenant stand, remembered for a moment; computed by one request for all that wait.

The list of devices, the place tree and the overview ask the same question.
"""

import asyncio
import time
from collections import Counter
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass, field
from datetime import datetime

import numpy as np
import numpy.typing as npt

from kaogong.api.shapes.registry import DeviceState
from kaogong.api.states import UNKNOWN, Connection, Figures, State, Tally, Verdict, verdict
from kaogong.core.clock import now
from kaogong.core.principal import Principal

FRESH_S = 2.0
COST_FACTOR = 20  # a computation that took 1 s is not repeated for 20


@dataclass
class Standing:
    """How the devices of a tenant stood at `at`; `figures` is None while the historian does not answer. `nodes` are how edge nodes stand.

    Holds those alone that have ever sent a sample or come to the gate: of a million that never did there is nothing to hold but
    `total`. Verdicts are made when asked for, with the age of that moment.
    """

    at: datetime
    figures: Mapping[int, Figures] | None
    connections: Mapping[int, Connection]
    places: Mapping[int, str]
    keys: Mapping[int, str]
    total: int
    nodes: Mapping[int, Verdict] = field(default_factory=dict)
    fresh_until: float = 0.0
    _verdicts: dict[int, Verdict] = field(default_factory=dict)

    def verdict(self, device_id: int) -> Verdict:
        """How one device stands."""
        return self._verdict(now(), device_id)

    def _verdict(self, moment: datetime, device_id: int) -> Verdict:
        if device_id in self.nodes:
            return self.nodes[device_id]
        if self.figures is None:
            return UNKNOWN
        return verdict(moment, self.figures.get(device_id, Figures()), self.connections.get(device_id))

    def state(self, device_id: int) -> DeviceState:
        """How one device stands, as the lists say it."""
        return DeviceState.model_validate(self.verdict(device_id), from_attributes=True)

    def all_verdicts(self) -> Mapping[int, Verdict]:
        """How every device that is known stood at `at`."""
        if not self._verdicts:
            self._verdicts = {one: self._verdict(self.at, one) for one in self.keys}
        return self._verdicts

    def tally(self) -> Tally:
        """How many stand how."""
        verdicts = self.all_verdicts().values()
        counts = Counter(one.state for one in verdicts)
        counts[State.NEVER if self.figures is not None else State.UNKNOWN] += max(0, self.total - len(verdicts))
        silent = [one.age_s or 0.0 for one in verdicts if one.state is State.SILENT]
        return Tally(**{state.value: counts[state] for state in State}, silent_for_s=max(silent, default=None))

    def ids_in(self, state: State) -> npt.NDArray[np.int64]:
        """The known devices in a state, ascending."""
        return np.array(sorted(device for device, one in self.all_verdicts().items() if one.state is state), np.int64)

    def ids(self) -> npt.NDArray[np.int64]:
        """The known devices, ascending."""
        return np.array(sorted(self.keys), np.int64)

    def abnormal(self) -> list[tuple[int, Verdict]]:
        """The devices somebody should look at, the longest without data first."""
        wanted = (State.SILENT, State.REFUSED, State.STALE)
        found = [(device, one) for device, one in self.all_verdicts().items() if one.state in wanted]
        return sorted(found, key=lambda one: (wanted.index(one[1].state), -(one[1].age_s or 0.0)))

    def abnormal_places(self) -> dict[str, int]:
        """Abnormal devices by the path of their place, "" for those at none."""
        return dict(Counter(self.places.get(device, "") for device, _ in self.abnormal()))


class Standings:
    """The last standing of each tenant; computed by one request for all that wait."""

    def __init__(self) -> None:
        self._last: dict[int, Standing] = {}
        self._running: dict[int, asyncio.Task[Standing]] = {}

    async def of(self, principal: Principal, compute: Callable[[], Awaitable[Standing]]) -> Standing:
        """The tenant's standing; one that is a little old is given at once while the next is computed."""
        last = self._last.get(principal.tenant_id)
        if last is not None and time.monotonic() < last.fresh_until:
            return last
        task = self._running.get(principal.tenant_id)
        if task is None:
            task = asyncio.get_running_loop().create_task(self._refresh(principal.tenant_id, compute))
            self._running[principal.tenant_id] = task
            task.add_done_callback(lambda done: self._done(principal.tenant_id, done))
        if last is not None and time.monotonic() < last.fresh_until + 10 * FRESH_S:
            return last
        return await asyncio.shield(task)

    def forget(self, tenant_id: int) -> None:
        """The tenant's registry changed: the next question is answered anew."""
        self._last.pop(tenant_id, None)

    def _done(self, tenant_id: int, task: "asyncio.Task[Standing]") -> None:
        self._running.pop(tenant_id, None)
        if not task.cancelled():
            task.exception()  # whoever waits has raised it; nobody waiting is no reason to log it as lost

    async def _refresh(self, tenant_id: int, compute: Callable[[], Awaitable[Standing]]) -> Standing:
        began = time.monotonic()
        standing = await compute()
        spent = time.monotonic() - began
        standing.fresh_until = time.monotonic() + max(FRESH_S, COST_FACTOR * spent)
        self._last[tenant_id] = standing
        return standing
