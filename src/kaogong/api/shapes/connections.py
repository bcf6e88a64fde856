"""How devices and edge nodes are connected."""

from enum import StrEnum
from typing import Any

from pydantic import Field

from kaogong.api.shapes.base import Key, Moment, Out
from kaogong.api.shapes.registry import DeviceState, SentenceOut
from kaogong.formats.report import NodeReport
from kaogong.registry import CredentialState, Device


class BrokerConnection(Out):
    """What the gate knows of a device's own connection."""

    connected: bool
    since: Moment | None
    client_id: str | None
    address: str | None
    protocol: str | None
    last_refused_at: Moment | None
    last_refused_code: str | None
    last_refused: SentenceOut | None
    last_violation_at: Moment | None
    last_violation: str | None


class BadPointOut(Out):
    """A point that gives no good value, and why."""

    point: str
    property: str
    state: str
    reason: str
    since: Moment


class EdgeConnection(Out):
    """What the edge node says of the connection that reads the device."""

    node: str
    name: str
    driver: str
    peer: str
    state: str
    reason: str
    code: str
    sentence: SentenceOut
    is_troubled: bool = Field(description="Whether this device suffers from it.")
    since: Moment
    next_try: Moment | None
    bad_points: list[BadPointOut]
    reported_at: Moment


class DeviceConnection(Out):
    """How a device is connected, in words and in detail."""

    sentence: SentenceOut
    credential: CredentialState
    broker: BrokerConnection | None = Field(description="null: it has never tried.")
    edge: EdgeConnection | None = Field(description="null: no edge node reads it.")


class ReportOut(Out):
    """The last report of an edge node; null before the first."""

    received_at: Moment | None
    report: NodeReport | None
    sentence: SentenceOut


class EdgeNodeOut(Device):
    """An edge node, how it stands and what it said last."""

    state: DeviceState
    configuration_version: int | None
    report: ReportOut


class EdgeNodes(Out):
    """The edge nodes of the tenant."""

    items: list[EdgeNodeOut]


class Change(StrEnum):
    """What becomes of a connection when a configuration is applied."""

    ADDED = "added"
    CHANGED = "changed"
    REMOVED = "removed"
    UNCHANGED = "unchanged"


class ConnectionChange(Out):
    """One connection before and after: how many points and devices it reads."""

    name: str
    driver: str
    change: Change
    points: int
    points_before: int
    devices: int


class ConfigurationCheck(Out):
    """What applying a document would do; a document that cannot be applied is refused with its field instead."""

    connections: list[ConnectionChange]
    devices_taken: list[str] = Field(description="Devices the node would begin to speak for.")
    version: int = Field(description="The stored version it was compared with; 0: none yet.")


class ConfigurationOut(Out):
    """One version of an edge node's configuration."""

    node: Key
    version: int
    document: dict[str, Any]
    created_at: Moment
