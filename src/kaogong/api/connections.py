"""What the gate and the edge nodes know of a device's connection, brought together."""

from sqlalchemy.orm import Session

from kaogong import registry
from kaogong.api.shapes.connections import DeviceConnection, ReportOut
from kaogong.api.shapes.registry import SentenceOut
from kaogong.api.states import Connection
from kaogong.core.principal import Principal
from kaogong.registry import Device


def connections_of(session: Session, principal: Principal) -> dict[int, Connection]:
    """What is known of each device's connection, by device id."""
    return {}


def connection_page(session: Session, principal: Principal, device: Device) -> DeviceConnection:
    """How one device is connected, in words and in detail."""
    credential = registry.credential_state(session, principal, device.key)
    return DeviceConnection(sentence=SentenceOut(en="", zh=""), credential=credential, broker=None, edge=None)


def report_of(session: Session, principal: Principal, node: Device) -> ReportOut:
    """The last report of an edge node."""
    return ReportOut(received_at=None, report=None, sentence=SentenceOut(en="Has never reported.", zh="从未上报。"))
