"""All connections of a node: starts those that are new, stops those that are gone, leaves the others alone."""

import asyncio
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path

from kaogong.core.errors import Missing
from kaogong.core.reading import Value
from kaogong.edge.configuration import ConnectionPlan
from kaogong.edge.connection import Connection, Sink
from kaogong.edge.ending import end
from kaogong.edge.orders import value_for
from kaogong.formats.report import ConnectionReport


class Collector:
    """Runs each connection in a task of its own. `changed` is called when one changes its state."""

    def __init__(self, folder: Path, sink: Sink, changed: Callable[[], None] = lambda: None) -> None:
        self._folder, self._sink, self._changed = folder, sink, changed
        self._running: dict[str, tuple[Connection, asyncio.Task[None]]] = {}

    async def apply(self, plans: Sequence[ConnectionPlan]) -> None:
        """Make what runs equal to `plans`; a connection whose document is the same is not touched."""
        wanted = {p.name: p for p in plans}
        gone = [name for name, (c, _) in self._running.items() if name not in wanted or wanted[name].document != c.plan.document]
        await self._stop(gone)
        for name, plan in wanted.items():
            if name not in self._running:
                connection = Connection(plan, self._folder / name, self._sink, self._changed)
                self._running[name] = (connection, asyncio.get_running_loop().create_task(connection.run()))

    def report(self) -> tuple[ConnectionReport, ...]:
        """How each connection is, in the order of the configuration."""
        at = asyncio.get_running_loop().time()
        return tuple(connection.report(at) for connection, _ in self._running.values())

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
        await end(*(self._running.pop(name)[1] for name in names))
