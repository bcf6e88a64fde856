"""What the routes work with: the stores, the bus and what the API keeps of them in memory."""

import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, TypeVar
from zoneinfo import ZoneInfo

from anyio import to_thread
from sqlalchemy.orm import Session

from kaogong.api.live import LiveHub
from kaogong.api.meter import PrometheusMeter
from kaogong.api.rates import Rates
from kaogong.api.standings import Standings
from kaogong.bus import Bus, Downlink
from kaogong.db import Database
from kaogong.historian import Historian
from kaogong.security import Sealer, Throttle

T = TypeVar("T")

STATUS_LIFE_S = 5.0  # each process says how it is once a second


@dataclass(frozen=True, slots=True)
class Listening:
    """Where the broker listens for devices; `host` None: on every address."""

    host: str | None
    port: int
    tls: bool = False


@dataclass
class Platform:
    """Everything one serving process shares between its requests; made by the entry point."""

    database: Database
    historian: Historian
    bus: Bus
    downlink: Downlink
    live: LiveHub
    home: Path
    sealer: Sealer
    time_zone: ZoneInfo
    mqtt: Listening
    secure: bool = False
    language: str = "zh"
    console: Path | None = None
    meter: PrometheusMeter = field(default_factory=PrometheusMeter)
    rates: Rates = field(default_factory=Rates)
    standings: Standings = field(default_factory=Standings)
    throttle: Throttle = field(default_factory=Throttle)
    statuses: dict[str, tuple[float, Mapping[str, Any]]] = field(default_factory=dict)
    closing: bool = False

    async def read(self, work: Callable[[Session], T]) -> T:
        """Run `work` in a thread, on a view of one moment."""

        def run() -> T:
            with self.database.read() as session:
                return work(session)

        return await to_thread.run_sync(run)

    async def write(self, work: Callable[[Session], T]) -> T:
        """Run `work` in a thread, as one transaction."""

        def run() -> T:
            with self.database.write() as session:
                return work(session)

        return await to_thread.run_sync(run)

    def heard(self, status: Mapping[str, Any]) -> None:
        """Remember what a process says about itself."""
        self.statuses[str(status.get("process"))] = (time.monotonic(), status)

    def processes(self) -> dict[str, Mapping[str, Any]]:
        """The last word of each process; one that fell silent is `lost`."""
        oldest = time.monotonic() - STATUS_LIFE_S
        return {
            name: status if said_at > oldest else {**status, "state": "lost", "reason": "has said nothing for five seconds"}
            for name, (said_at, status) in sorted(self.statuses.items())
        }
