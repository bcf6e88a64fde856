"""What an edge node reports about itself (`up.{tenant}.{node}.reported`): written by the edge, read by the fleet."""

from datetime import datetime
from typing import Any

from pydantic import BaseModel, ConfigDict, Field


class Part(BaseModel):
    """Part of the report; unknown keys of a newer node are ignored by an older platform."""

    model_config = ConfigDict(frozen=True, extra="ignore")


class BadPoint(Part):
    """A point that gives no good value, and why. `state` is `bad` (the other side says so) or `stale` (nothing new came)."""

    point: str
    device: str
    property: str
    state: str
    reason: str
    since: datetime


class ConnectionReport(Part):
    """One connection: `state` is starting, running, degraded, lost, refused, invalid or disabled; `reason` in words (English).

    `code` and `details` are the reason for machines, so that a screen can say it in another language.
    """

    name: str
    driver: str
    peer: str
    state: str
    reason: str
    code: str
    details: dict[str, Any] = Field(default_factory=dict)
    since: datetime
    next_try: datetime | None = None
    devices: tuple[str, ...] = ()
    points: int = 0
    good: int = 0
    bad: int = 0
    stale: int = 0
    oldest_age_s: float | None = None
    bad_points: tuple[BadPoint, ...] = Field((), description="The first hundred by name; `bad` and `stale` count all.")
    samples_per_s: float = 0.0
    read_ms: float | None = None
    samples: int = Field(0, description="Read since the node started.")
    sent: int = Field(
        0, description="Of those kept for the platform, after filters, deadbands and aggregation; the rest is what was saved."
    )
    needs_per_s: float = Field(0.0, description="Samples a second by its configuration.")
    cpu_share: float = Field(0.0, description="Of one core, since the last report: what was done for this connection alone.")
    memory_bytes: int = Field(0, description="Its share of the node's memory, by its points.")


class BufferReport(Part):
    """What waits on the node's disk for the platform."""

    batches: int = 0
    samples: int = 0
    bytes: int = 0
    limit_bytes: int = 0
    oldest: datetime | None = None
    dropped_samples: int = 0
    dropped_since: datetime | None = None


class ConfigurationReport(Part):
    """Which configuration runs, and what was wrong with the newest one if it is not that."""

    etag: str | None = None
    applied_at: datetime | None = None
    problem: str | None = None
    problem_field: str | None = None
    problem_etag: str | None = None


class NodeReport(Part):
    """The whole state of one edge node at `at`."""

    node: str
    at: datetime
    started_at: datetime
    version: str
    state: str
    reason: str
    configuration: ConfigurationReport
    buffer: BufferReport
    connections: tuple[ConnectionReport, ...] = ()
    samples_per_s: float = 0.0
    rss_bytes: int = 0
    cpu_seconds: float = 0.0
    cpu_share: float = Field(0.0, description="Of one core.")
    capacity_per_s: float = Field(0.0, description="Samples a second that the node can carry, by what they have cost it so far.")
