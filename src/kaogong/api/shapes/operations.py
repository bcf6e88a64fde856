"""Is it all right: overview, ledger, dead letters, audit, topology, processes."""

from enum import StrEnum
from typing import Any

from pydantic import Field

from kaogong.api.shapes.base import Details, In, Moment, Out, Page
from kaogong.api.shapes.registry import DeviceState, SentenceOut
from kaogong.registry import Name


class Listener(Out):
    """Where devices connect. `host` is null when it listens on every address: then it is the one this was asked at."""

    host: str | None
    port: int
    tls: bool


class About(Out):
    """What this is; for the page before the login. `time_zone` is the one that sentences and the console say times in."""

    name: str
    version: str
    language: str
    time_zone: str
    mqtt: Listener


class Health(Out):
    """Whether the process lives, or the platform is ready."""

    status: str
    reasons: list[str] = Field(default_factory=list)


class ProcessState(StrEnum):
    """How a process says it is; `lost`: it says nothing any more."""

    STARTING = "starting"
    READY = "ready"
    DEGRADED = "degraded"
    LOST = "lost"


class ProcessOut(Out):
    """One process of the platform in its own words."""

    process: str
    pid: int
    since: Moment
    state: ProcessState
    reason: str
    figures: Details


class SampleLedger(Out):
    """The tenant's samples: decoded = written + rejected."""

    decoded: int
    written: int
    rejected: dict[str, int] = Field(description="By reason.")
    balanced: bool


class HoleOut(Out):
    """Messages that no range accounts for although later ones are accounted."""

    partition: int
    first: int
    last: int


class MessageLedger(Out):
    """The platform's messages: accounted + pending = stored in the stream. Platform operators see it."""

    incarnation: str
    first_sequence: int
    last_sequence: int
    accounted: int
    pending: int
    holes: list[HoleOut]
    overlaps: int
    balanced: bool


class MinuteOut(Out):
    """Samples of one minute of receipt by outcome."""

    minute: Moment
    outcomes: dict[str, int]


class Ledger(Out):
    """What became of everything that came in."""

    samples: SampleLedger
    minutes: list[MinuteOut]
    messages: MessageLedger | None
    sentence: SentenceOut


class AbnormalDevice(Out):
    """A device somebody should look at."""

    key: str
    name: Name
    place: str | None
    state: DeviceState


class DeviceTally(Out):
    """How many devices stand how. `countable`: with at least one switch or operating parameter that has delivered data."""

    total: int
    reporting: int
    stale: int
    silent: int
    never: int
    refused: int
    unknown: int
    countable: int


class Overview(Out):
    """Is the plant all right, is the platform: figures and sentences."""

    sentence: SentenceOut
    platform_sentence: SentenceOut
    devices: DeviceTally
    points: int
    stale_points: int
    points_per_s: float
    newest_age_s: float | None
    abnormal: list[AbnormalDevice]
    ledger: SampleLedger
    processes: list[ProcessOut]
    server_time: Moment


class Layer(StrEnum):
    """The layers of an industrial internet platform."""

    EDGE = "edge"
    INFRASTRUCTURE = "infrastructure"
    PLATFORM = "platform"
    APPLICATIONS = "applications"
    SECURITY = "security"


class ComponentHealth(StrEnum):
    """How a component does."""

    OK = "ok"
    DEGRADED = "degraded"
    DOWN = "down"
    UNKNOWN = "unknown"


class Component(Out):
    """One part of the platform."""

    key: str
    name: SentenceOut
    version: str
    health: ComponentHealth
    reason: str = ""


class LayerOut(Out):
    """One layer with its components."""

    layer: Layer
    name: SentenceOut
    components: list[Component]


class Topology(Out):
    """Every layer of the platform, none empty."""

    layers: list[LayerOut]


class DeadLetterOut(Out):
    """A message, or a part of one, that could not be used, and why."""

    id: str
    device: str | None = Field(description="null: not known.")
    reason: str
    detail: str
    subject: str
    payload: str = Field(description="The body as text; what is not UTF-8 is replaced.")
    payload_bytes: int
    received_at: Moment
    replayed_at: Moment | None


class DeadLetters(Out):
    """Dead letters, newest first; `counts` are all that occurred, kept or not."""

    items: list[DeadLetterOut]
    next: str | None
    counts: dict[str, int]


class ReplayIn(In):
    """Which letters to send again."""

    ids: list[str] = Field(min_length=1, max_length=200)


class Replayed(Out):
    """How many letters were sent again."""

    replayed: int


class AuditEntry(Out):
    """One line of the audit log."""

    seq: int
    at: Moment
    actor_kind: str
    actor: str
    actor_id: int
    action: str
    kind: str
    key: str
    outcome: str
    detail: dict[str, Any]
    hash: str


class AuditPage(Page[AuditEntry]):
    """One page of the audit log, newest first."""


class AuditVerdict(Out):
    """Whether the chain of hashes is whole."""

    whole: bool
    first_broken_seq: int | None
