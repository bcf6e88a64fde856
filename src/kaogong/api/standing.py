"""How all devices of a tenant stand, computed at once from the latest values and remembered for a moment.

The list of devices, the place tree and the overview ask the same question; one answer serves them all.
"""

import asyncio
import time
from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime

import polars as pl
from sqlalchemy.orm import Session

from kaogong import registry
from kaogong.api.platform import Platform
from kaogong.api.shapes.registry import DeviceState
from kaogong.api.states import DEFAULT_STALE_AFTER_S, Connection, Figures, State, Tally, Verdict, verdict
from kaogong.core.clock import now
from kaogong.core.principal import Principal

FRESH_S = 2.0
COST_FACTOR = 20  # a computation that took 1 s is not repeated for 20
BAD = 0x80000000


@dataclass
class Standing:
    """The figures of every device of a tenant at `at`; verdicts are made when asked for, with the age of that moment."""

    at: datetime
    figures: Mapping[int, Figures]
    connections: Mapping[int, Connection]
    places: Mapping[int, str]
    keys: Mapping[int, str]
    fresh_until: float = 0.0
    _verdicts: dict[int, Verdict] = field(default_factory=dict)

    def verdict(self, device_id: int) -> Verdict:
        """How one device stands."""
        return verdict(now(), self.figures.get(device_id, Figures()), self.connections.get(device_id))

    def state(self, device_id: int) -> DeviceState:
        """How one device stands, as the lists say it."""
        return DeviceState.model_validate(self.verdict(device_id), from_attributes=True)

    def all_verdicts(self) -> Mapping[int, Verdict]:
        """How every device stood at `at`."""
        if not self._verdicts:
            self._verdicts = {one: verdict(self.at, self.figures.get(one, Figures()), self.connections.get(one)) for one in self.keys}
        return self._verdicts

    def tally(self) -> Tally:
        """How many stand how."""
        verdicts = self.all_verdicts().values()
        counts = Counter(one.state for one in verdicts)
        silent = [one.age_s or 0.0 for one in verdicts if one.state is State.SILENT]
        return Tally(**{state.value: counts[state] for state in State}, silent_for_s=max(silent, default=None))

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

    async def of(self, platform: Platform, principal: Principal) -> Standing:
        """The tenant's standing; one that is a little old is given at once while the next is computed."""
        last = self._last.get(principal.tenant_id)
        if last is not None and time.monotonic() < last.fresh_until:
            return last
        task = self._running.get(principal.tenant_id)
        if task is None:
            task = asyncio.get_running_loop().create_task(self._refresh(platform, principal))
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

    async def _refresh(self, platform: Platform, principal: Principal) -> Standing:
        began = time.monotonic()
        standing = await compute(platform, principal)
        spent = time.monotonic() - began
        standing.fresh_until = time.monotonic() + max(FRESH_S, COST_FACTOR * spent)
        self._last[principal.tenant_id] = standing
        return standing


async def compute(platform: Platform, principal: Principal) -> Standing:
    """How every device of the tenant stands now."""

    def facts(session: Session) -> tuple[pl.DataFrame, pl.DataFrame, dict[int, Connection]]:
        devices = registry.name_table(session, principal, "device")
        return devices, _staleness(session, principal), connections_of(session, principal)

    devices, staleness, connections = await platform.read(facts)
    latest = await platform.historian.latest(principal.tenant_id)
    moment = now()
    keys = dict(zip(devices["id"].to_list(), devices["key"].to_list(), strict=True))
    places = dict(zip(devices["id"].to_list(), devices["place"].to_list(), strict=True))
    return Standing(moment, _figures(moment, latest, staleness), connections, {k: v or "" for k, v in places.items()}, keys)


def _staleness(session: Session, principal: Principal) -> pl.DataFrame:
    rows = [
        (prop.id, prop.key, prop.stale_after_s or DEFAULT_STALE_AFTER_S)
        for kind in registry.list_types(session, principal)
        for prop in kind.properties
    ]
    return pl.DataFrame(rows, schema={"property": pl.UInt32, "name": pl.String, "stale_after_s": pl.Float64}, orient="row")


def _figures(moment: datetime, latest: pl.DataFrame, staleness: pl.DataFrame) -> dict[int, Figures]:
    age = (pl.lit(moment) - pl.col("observed_at")).dt.total_microseconds() / 1e6
    points = (
        latest.select("device", "property", "observed_at", "quality")
        .join(staleness, on="property", how="left")
        .with_columns(late=age > pl.col("stale_after_s").fill_null(DEFAULT_STALE_AFTER_S))
        .with_columns(stale=pl.col("late") | (pl.col("quality") >= BAD))
        .sort("observed_at")
    )
    by_device = points.group_by("device").agg(
        points=pl.len(),
        late=pl.col("late").sum(),
        stale=pl.col("stale").sum(),
        last=pl.col("observed_at").max(),
        oldest_stale=pl.col("observed_at").filter(pl.col("stale")).min(),
        names=pl.col("name").filter(pl.col("stale")).drop_nulls().head(4),
    )
    return {device: Figures(*rest[:-1], tuple(rest[-1])) for device, *rest in by_device.iter_rows()}
