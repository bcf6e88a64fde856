"""What the gate and the edge nodes know of a device's connection, brought together in words."""

from zoneinfo import ZoneInfo

from sqlalchemy.orm import Session

from kaogong import fleet, registry, security
from kaogong.api.shapes.connections import BadPointOut, BrokerConnection, DeviceConnection, EdgeConnection, ReportOut
from kaogong.api.shapes.registry import SentenceOut
from kaogong.api.states import Connection, Sentence, State, Verdict, lasting
from kaogong.core.clock import now
from kaogong.core.principal import Principal
from kaogong.registry import CredentialState, Device, DeviceFilter
from kaogong.security import REFUSALS

MOST_NODES = 500  # edge nodes of a tenant


def connections_of(session: Session, principal: Principal, zone: ZoneInfo) -> dict[int, Connection]:
    """By device id what is known of its connection, of the devices of which something is."""
    at_gate = security.connections_of(session, principal)
    sources = fleet.sources(session, principal, zone)
    ids = registry.device_ids_of(session, principal, list(sources))
    read_by = {ids[key]: source for key, source in sources.items() if key in ids}
    return {one: _facts(at_gate.get(one), read_by.get(one)) for one in at_gate.keys() | read_by.keys()}


def nodes_of(session: Session, principal: Principal, zone: ZoneInfo) -> dict[int, Verdict]:
    """How each edge node stands, by its id as a device: it has no points, it stands as its own reports say."""
    said = {stored.node_device_id: stored for stored in fleet.reports(session, principal, zone)}
    nodes = registry.list_devices(session, principal, DeviceFilter(type=registry.EDGE_NODE), limit=MOST_NODES).items
    return {node.id: _stands(said.get(node.id)) for node in nodes}


def _stands(said: fleet.StoredReport | None) -> Verdict:
    if said is None:
        return Verdict(State.NEVER, None, 0, 0, Sentence("Has never reported.", "从未上报。"))
    state = State.SILENT if said.is_silent else State.STALE if said.is_troubled else State.REPORTING
    age_s = max(0.0, (now() - said.received_at).total_seconds())
    return Verdict(state, age_s, 0, 0, Sentence(said.sentence.en, said.sentence.zh))


def _facts(seen: security.DeviceConnection | None, source: fleet.DeviceSource | None) -> Connection:
    edge = Sentence(source.sentence.en, source.sentence.zh) if source is not None and source.is_troubled else None
    if seen is None:
        return Connection(edge=edge)
    return Connection(seen.connected, seen.last_refused_at, _refusal(seen.last_refused_reason), edge)


def _refusal(code: str) -> Sentence | None:
    if not code:
        return None
    words = REFUSALS.get(code, {"en": code, "zh": code})
    return Sentence(words["en"], words["zh"])


def connection_page(session: Session, principal: Principal, device: Device, zone: ZoneInfo) -> DeviceConnection:
    """How one device is connected, in words and in detail."""
    credential = registry.credential_state(session, principal, device.key)
    seen = security.connection_of(session, principal, device.id)
    source = fleet.connection_of(session, principal, device.key, zone)
    sentence = source.sentence if source is not None else _sentence(device, credential, seen)
    return DeviceConnection(
        sentence=SentenceOut.model_validate(sentence),
        credential=credential,
        broker=None if seen is None else _broker(seen),
        edge=None if source is None else _edge(source),
    )


def _edge(source: fleet.DeviceSource) -> EdgeConnection:
    told = source.connection
    return EdgeConnection(
        node=source.node,
        name=told.name,
        driver=told.driver,
        peer=told.peer,
        state=told.state,
        reason=told.reason,
        code=told.code,
        sentence=SentenceOut.model_validate(source.sentence),
        is_troubled=source.is_troubled,
        since=told.since,
        next_try=told.next_try,
        bad_points=[BadPointOut.model_validate(point) for point in source.bad_points],
        reported_at=source.received_at,
    )


def _broker(seen: security.DeviceConnection) -> BrokerConnection:
    refusal = _refusal(seen.last_refused_reason)
    return BrokerConnection(
        connected=seen.connected,
        since=seen.since,
        client_id=seen.client_id or None,
        address=seen.address or None,
        protocol=seen.protocol or None,
        last_refused_at=seen.last_refused_at,
        last_refused_code=seen.last_refused_reason or None,
        last_refused=SentenceOut.model_validate(refusal) if refusal else None,
        last_violation_at=seen.last_violation_at,
        last_violation=seen.last_violation or None,
    )


def _sentence(device: Device, credential: CredentialState, seen: security.DeviceConnection | None) -> Sentence:
    if device.gateway:
        return Sentence(f"Speaks through {device.gateway}.", f"通过 {device.gateway} 接入。")
    if seen is None:
        return _never(credential)
    if seen.connected and seen.since:
        en, zh = lasting((now() - seen.since).total_seconds())
        return Sentence(f"Connected for {en}.", f"已连接 {zh}。")
    refusal = _refusal(seen.last_refused_reason)
    if refusal and seen.last_refused_at and (seen.since is None or seen.last_refused_at > seen.since):
        en, zh = lasting((now() - seen.last_refused_at).total_seconds())
        return Sentence(f"Refused {en} ago: {refusal.en}.", f"{zh}前被拒绝：{refusal.zh}。")
    if seen.since:
        en, zh = lasting((now() - seen.since).total_seconds())
        return Sentence(f"Not connected for {en}.", f"已断开 {zh}。")
    return _never(credential)


def _never(credential: CredentialState) -> Sentence:
    if credential.revoked_at:
        return Sentence("Its credential is revoked.", "接入凭证已吊销。")
    return Sentence("Has never connected.", "从未连接。")


def report_of(session: Session, principal: Principal, node: str, zone: ZoneInfo) -> ReportOut:
    """The last report of an edge node."""
    return _report(fleet.report(session, principal, node, zone))


def reports_of(session: Session, principal: Principal, zone: ZoneInfo) -> dict[str, ReportOut]:
    """The last report of each edge node that has reported, by key."""
    return {stored.node: _report(stored) for stored in fleet.reports(session, principal, zone)}


NEVER_REPORTED = ReportOut(received_at=None, report=None, sentence=SentenceOut(en="Has never reported.", zh="从未上报。"))


def _report(stored: fleet.StoredReport | None) -> ReportOut:
    if stored is None:
        return NEVER_REPORTED
    return ReportOut(received_at=stored.received_at, report=stored.report, sentence=SentenceOut.model_validate(stored.sentence))
