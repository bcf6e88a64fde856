"""Edge nodes as the platform knows them: what each said last, and what that means for a device."""

import logging
from dataclasses import dataclass
from datetime import UTC, datetime, tzinfo

from anyio import to_thread
from sqlalchemy import select
from sqlalchemy.orm import Session

from kaogong import registry
from kaogong.bus import Bus, StreamMessage
from kaogong.bus.subjects import REPLIES
from kaogong.core import clock
from kaogong.core.errors import KaogongError, Missing
from kaogong.core.principal import Principal
from kaogong.db import Database
from kaogong.fleet.tables import NodeReportRow
from kaogong.fleet.words import SILENT_AFTER_S, Sentence, is_troubled, of_connection, of_node, of_points
from kaogong.formats.report import BadPoint, ConnectionReport, NodeReport

log = logging.getLogger(__name__)

REPORT_BYTES = 4 * 1024 * 1024


@dataclass(frozen=True, slots=True)
class StoredReport:
    """What a node said last, when it arrived, and the gist in words. A silent node said it too long ago."""

    node: str
    node_device_id: int
    received_at: datetime
    report: NodeReport
    sentence: Sentence
    is_silent: bool
    is_troubled: bool


@dataclass(frozen=True, slots=True)
class DeviceSource:
    """The connection by which an edge node reads a device. `bad_points` are the device's own."""

    node: str
    received_at: datetime
    connection: ConnectionReport
    bad_points: tuple[BadPoint, ...]
    is_troubled: bool
    sentence: Sentence


def report(session: Session, principal: Principal, node: str, zone: tzinfo = UTC) -> StoredReport | None:
    """What the edge node `node` said last; None before its first report. Missing when there is no such node."""
    device = registry.get_device(session, principal, node)
    if not device.is_gateway:
        raise Missing(f"{node!r} is not an edge node.", code="not_an_edge_node")
    return next((s for s in reports(session, principal, zone) if s.node == node), None)


def reports(session: Session, principal: Principal, zone: tzinfo = UTC) -> list[StoredReport]:
    """What each edge node of the tenant said last."""
    now = clock.now()
    rows = session.scalars(select(NodeReportRow).where(NodeReportRow.tenant_id == principal.tenant_id).order_by(NodeReportRow.node))
    found = []
    for row in rows:
        told = NodeReport.model_validate(row.document)
        sentence, is_silent = of_node(told, row.received_at, now, zone), (now - row.received_at).total_seconds() > SILENT_AFTER_S
        found.append(StoredReport(row.node, row.node_device_id, row.received_at, told, sentence, is_silent, is_troubled(told)))
    return found


def connection_of(session: Session, principal: Principal, device: str, zone: tzinfo = UTC) -> DeviceSource | None:
    """The connection that reads `device`, in words; None when no edge node has reported one."""
    registry.get_device(session, principal, device)
    return sources(session, principal, zone).get(device)


def sources(session: Session, principal: Principal, zone: tzinfo = UTC) -> dict[str, DeviceSource]:
    """By device key: how each device that an edge node reads stands. Of two connections the troubled one is shown."""
    now = clock.now()
    found: dict[str, DeviceSource] = {}
    for stored in reports(session, principal, zone):
        for connection in stored.report.connections:
            by_device: dict[str, list[BadPoint]] = {}
            for point in connection.bad_points:
                by_device.setdefault(point.device, []).append(point)
            whole = of_connection(connection, now, zone)
            for device in connection.devices:
                bad = by_device.get(device, [])
                source = _source(stored, connection, bad, whole, now, zone)
                if device not in found or source.is_troubled:
                    found[device] = source
    return found


def _source(
    stored: StoredReport, connection: ConnectionReport, bad: list[BadPoint], whole: Sentence, now: datetime, zone: tzinfo
) -> DeviceSource:
    suffers, sentence = True, whole
    if stored.is_silent:
        sentence = stored.sentence
    elif connection.state == "degraded" and bad:
        sentence = of_points(bad, now, zone)
    elif connection.state in ("running", "starting", "degraded"):
        suffers = False  # a degraded connection whose bad points are other devices'
        if connection.state == "degraded":
            sentence = Sentence("Its points give fresh values.", "该设备的测点数据正常。")
    return DeviceSource(stored.node, stored.received_at, connection, tuple(bad), suffers, sentence)


async def follow_reports(bus: Bus, database: Database) -> None:
    """Keep the last report of each node for ever. Runs until it is cancelled."""
    state = await bus.stream_state(REPLIES)
    consumer = await bus.push_consumer(
        REPLIES, "node-reports", filter_subject="up.*.*.reported", start_sequence=max(1, state.first_sequence)
    )
    try:
        while True:
            batch = await consumer.next_batch(256, 0.05)
            if batch:
                await to_thread.run_sync(take_reports, database, batch)
                await consumer.ack_through(batch[-1])
    finally:
        await consumer.close()


def take_reports(database: Database, batch: list[StreamMessage]) -> None:
    """Store the newest usable report of each node in `batch`; what is no report is left out and said."""
    newest: dict[str, tuple[NodeReport, datetime]] = {}
    for message in batch:
        try:
            if len(message.data) > REPORT_BYTES:
                raise ValueError("it is over 4 MB")
            told = NodeReport.model_validate_json(message.data)
        except ValueError as err:
            log.warning("the report on %s is left out: %s", message.subject, err)
        else:
            newest.pop(message.subject, None)
            newest[message.subject] = (told, datetime.fromtimestamp(message.time_ns / 1e9, UTC))
    for subject, (told, received_at) in newest.items():
        _, tenant, node, _ = subject.split(".", 3)
        try:
            with database.write() as session:
                _store(session, tenant, node, told, received_at)
        except KaogongError as err:
            log.warning("the report of %s/%s is not stored: %s", tenant, node, err.message)


def _store(session: Session, tenant: str, node: str, told: NodeReport, received_at: datetime) -> None:
    found = registry.find_credential(session, f"{tenant}.{node}")
    if found is None or not found.is_gateway:
        return  # a device that is no edge node may say what it likes about itself; nobody reads it here
    document = told.model_copy(update={"node": node}).model_dump(mode="json")
    row = session.get(NodeReportRow, found.device_id)
    if row is None:
        session.add(
            NodeReportRow(node_device_id=found.device_id, tenant_id=found.tenant_id, node=node, received_at=received_at, document=document)
        )
    elif row.received_at <= received_at:
        row.received_at, row.document = received_at, document
