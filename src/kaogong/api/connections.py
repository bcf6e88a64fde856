"""What the gate and the edge nodes know of a device's connection, brought together in words."""

from sqlalchemy.orm import Session

from kaogong import registry, security
from kaogong.api.shapes.connections import BrokerConnection, DeviceConnection, ReportOut
from kaogong.api.shapes.registry import SentenceOut
from kaogong.api.states import Connection, Sentence, lasting
from kaogong.core.clock import now
from kaogong.core.principal import Principal
from kaogong.registry import CredentialState, Device
from kaogong.security import REFUSALS


def connections_of(session: Session, principal: Principal) -> dict[int, Connection]:
    """What is known of each device's connection, by device id."""
    return {device: _facts(seen) for device, seen in security.connections_of(session, principal).items()}


def _facts(seen: security.DeviceConnection) -> Connection:
    return Connection(seen.connected, seen.last_refused_at, _refusal(seen.last_refused_reason))


def _refusal(code: str) -> Sentence | None:
    if not code:
        return None
    words = REFUSALS.get(code, {"en": code, "zh": code})
    return Sentence(words["en"], words["zh"])


def connection_page(session: Session, principal: Principal, device: Device) -> DeviceConnection:
    """How one device is connected, in words and in detail."""
    credential = registry.credential_state(session, principal, device.key)
    seen = security.connection_of(session, principal, device.id)
    return DeviceConnection(
        sentence=SentenceOut.model_validate(_sentence(device, credential, seen)),
        credential=credential,
        broker=None if seen is None else _broker(seen),
        edge=None,
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


def report_of(session: Session, principal: Principal, node: Device) -> ReportOut:
    """The last report of an edge node."""
    return ReportOut(received_at=None, report=None, sentence=SentenceOut(en="Has never reported.", zh="从未上报。"))
