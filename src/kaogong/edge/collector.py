"""All connections of a node: starts those that are new and find room, stops those that are gone, leaves the others alone."""

import asyncio
import logging
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from kaogong.core import clock
from kaogong.core.errors import Missing
from kaogong.core.reading import Value
from kaogong.edge.configuration import ConnectionPlan
from kaogong.edge.connection import Connection, Sink
from kaogong.edge.decide import Phase
from kaogong.edge.ending import end
from kaogong.edge.load import Load
from kaogong.edge.orders import value_for
from kaogong.formats.report import ConnectionReport

log = logging.getLogger("kaogong.edge")

CONNECTION_WEIGHT = 25  # points whose memory an empty connection takes


@dataclass(frozen=True, slots=True)
class _Refused:
    plan: ConnectionPlan
    room: float
    since: datetime


class Collector:
    """Runs each connection in a task of its own. `changed` is called when one changes its state.

    A connection that this node cannot carry is not begun: it would take the others with it.
    """

    def __init__(self, folder: Path, sink: Sink, changed: Callable[[], None] = lambda: None, load: Load | None = None) -> None:
        self._folder, self._sink, self._changed = folder, sink, changed
        self.load = load or Load()
        self._running: dict[str, tuple[Connection, asyncio.Task[None]]] = {}
        self._refused: dict[str, _Refused] = {}
        self._order: list[str] = []
        self._samples_of_gone = 0

    async def apply(self, plans: Sequence[ConnectionPlan]) -> None:
        """Make what runs equal to `plans`; a connection whose document is the same is not touched."""
        wanted = {p.name: p for p in plans}
        gone = [name for name, (c, _) in self._running.items() if name not in wanted or wanted[name].document != c.plan.document]
        await self._stop(gone)
        self._order = list(wanted)
        self._admit([plan for name, plan in wanted.items() if name not in self._running])

    def reconsider(self) -> None:
        """What found no room may find some now that samples cost less than was thought, or others are gone."""
        if self._refused:
            self._admit([refused.plan for refused in self._refused.values()])

    def _admit(self, plans: Sequence[ConnectionPlan]) -> None:
        former, self._refused = self._refused, {}
        room = self.load.capacity - sum(c.plan.needs_per_s for c, _ in self._running.values())
        for plan in plans:
            if plan.needs_per_s > room:
                known = former.get(plan.name)
                self._refused[plan.name] = _Refused(plan, max(room, 0.0), known.since if known else clock.now())
                if known is None:
                    log.error("%s: not begun. %s", plan.name, _words(plan, room))
                    self._changed()
                continue
            room -= plan.needs_per_s
            connection = Connection(plan, self._folder / plan.name, self._sink, self._changed)
            self._running[plan.name] = (connection, asyncio.get_running_loop().create_task(connection.run()))

    def states(self) -> dict[str, str]:
        """The state of each connection by name."""
        return {told.name: told.state for told in self.report()}

    def changed_by(self, plans: Sequence[ConnectionPlan]) -> frozenset[str]:
        """Connections that are in both and would be begun anew."""
        return frozenset(p.name for p in plans if p.name in self._running and self._running[p.name][0].plan.document != p.document)

    def samples(self) -> int:
        """How many samples all connections have brought since the start."""
        return self._samples_of_gone + sum(connection.samples for connection, _ in self._running.values())

    def report(self, memory_bytes: int = 0) -> tuple[ConnectionReport, ...]:
        """How each connection is, in the order of the configuration; `memory_bytes` is shared out among them."""
        at = asyncio.get_running_loop().time()
        weights = {name: len(c.plan.targets) + CONNECTION_WEIGHT for name, (c, _) in self._running.items()}
        whole = sum(weights.values())
        found: list[ConnectionReport] = []
        for name in self._order:
            if name in self._running:
                told = self._running[name][0].report(at)
                found.append(told.model_copy(update={"memory_bytes": memory_bytes * weights[name] // whole}))
            elif name in self._refused:
                found.append(_report(self._refused[name]))
        return tuple(found)

    async def obey(self, device: str, command: str, arguments: Mapping[str, Value]) -> dict[str, Value]:
        """Write the points that a command of a device names; by point what it then reads. Raises what hindered it."""
        for connection, _ in self._running.values():
            orders = connection.plan.orders.get((device, command))
            if orders:
                wanted = [(order.point, value_for(command, order.argument, arguments)) for order in orders]
                return {point.name: await connection.write(point, value) for point, value in wanted}
        raise Missing(f"No point of {device!r} is written by the command {command!r} on this edge node.", code="command_unknown")

    async def close(self) -> None:
        """Stop all of them; returns when every driver is closed."""
        await self._stop(list(self._running))

    async def _stop(self, names: Sequence[str]) -> None:
        stopped = [self._running.pop(name) for name in names]
        self._samples_of_gone += sum(connection.samples for connection, _ in stopped)
        await end(*(task for _, task in stopped))


def _words(plan: ConnectionPlan, room: float) -> str:
    needs = f"It needs {plan.needs_per_s:,.0f} tags/s, this node has room for {max(room, 0.0):,.0f}."
    return f"{needs} Lengthen its intervals, or move it to another edge node."


def _report(refused: _Refused) -> ConnectionReport:
    plan = refused.plan
    return ConnectionReport(
        name=plan.name,
        driver=plan.driver,
        peer="",
        state=Phase.INVALID.value,
        reason=_words(plan, refused.room),
        code="no_room",
        details={"needs": round(plan.needs_per_s), "room": round(refused.room)},
        since=refused.since,
        devices=tuple(sorted({t.device for t in plan.targets.values()})),
        points=len(plan.targets),
        needs_per_s=round(plan.needs_per_s, 2),
    )
