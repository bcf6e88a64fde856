"""Commands to devices: what may be sent, the record of each, and the answer when it comes."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Any
from uuid import uuid4

import orjson
from sqlalchemy import select
from sqlalchemy.orm import Session

from kaogong import audit, registry
from kaogong.core.clock import now
from kaogong.core.errors import Conflict, Denied, Missing
from kaogong.core.principal import Principal
from kaogong.fleet.guards import check_interlock, checked_arguments, read_back_agrees
from kaogong.fleet.tables import CommandRow

ANSWER_BYTES = 64 * 1024
DEFAULT_LIFE_S = 30
MOST_HELD = 1000


class CommandState(StrEnum):
    """How far a command is. Waiting: for a second person. Held: until the device is back."""

    WAITING = "waiting"
    HELD = "held"
    SENT = "sent"
    ANSWERED = "answered"
    EXPIRED = "expired"
    FAILED = "failed"
    REJECTED = "rejected"


OPEN = (CommandState.WAITING, CommandState.HELD, CommandState.SENT)


@dataclass(frozen=True, slots=True)
class Order:
    """What somebody wants a device to do. The same `request_id` twice is one command. `hold`: deliver when the device is back."""

    name: str
    arguments: Mapping[str, Any]
    valid_for: timedelta | None = None
    hold: bool = False
    reason: str = ""
    request_id: str | None = None


@dataclass(frozen=True, slots=True)
class Circumstances:
    """What is so at the moment: good and fresh values by property, whether who takes the command is connected (None: not known)."""

    values: Mapping[str, Any]
    connected: bool | None = None
    revoked: bool = False


@dataclass(frozen=True, slots=True)
class Target:
    """A command as the device's type declares it, and whom it is handed to."""

    device: registry.Device
    type: registry.DeviceType
    command: registry.Command

    @property
    def to(self) -> str:
        """The device, or the gateway that speaks for it."""
        return self.device.gateway or self.device.key


@dataclass(frozen=True, slots=True)
class CommandRecord:
    """One command to one device. `to` is whom it was handed to: the device, or the gateway that speaks for it."""

    id: str
    device: str
    name: str
    arguments: dict[str, Any]
    state: CommandState
    sent_by: str
    sent_at: datetime
    expires_at: datetime
    answered_at: datetime | None
    answer: dict[str, Any] | None
    to: str = ""
    risk: str = "low"
    reason: str = ""
    approved_by: str | None = None
    approved_at: datetime | None = None
    verified: bool | None = None

    def body(self) -> bytes:
        """What the device receives on `down/{tenant}/{to}/command/{id}`."""
        words = {"id": self.id, "device": self.device, "name": self.name, "arguments": self.arguments, "expires_at": self.expires_at}
        return orjson.dumps(words)


def target(session: Session, principal: Principal, device_key: str, name: str) -> Target:
    """What `name` means for a device; Missing when its type does not declare it: the allow-list."""
    device = registry.get_device(session, principal, device_key)
    kind = registry.get_type(session, principal, device.type)
    command = next((one for one in kind.commands if one.key == name), None)
    if command is None:
        known = ", ".join(one.key for one in kind.commands) or "none"
        raise Missing(f"Devices of type {kind.key!r} have no command {name[:64]!r}; they have: {known}.", code="command_unknown")
    return Target(device, kind, command)


def check_command(aim: Target, order: Order, now_is: Circumstances) -> dict[str, Any]:
    """The arguments, when nothing stands in the way of sending the command now."""
    arguments = checked_arguments(aim.command, order.arguments)
    if now_is.revoked:
        raise Conflict(f"The credential of {aim.to!r} is revoked: it is told nothing.", code="device_revoked")
    check_interlock(aim.command, aim.type.properties, now_is.values, int(now().timestamp() * 1000))
    return arguments


def record_command(
    session: Session, principal: Principal, device_key: str, order: Order, now_is: Circumstances
) -> tuple[CommandRecord, bool]:
    """Check a command and record it: waiting for a second person, held for a device that is away, or sent.

    Whether it is new: one of the same `request_id` is answered as it is. The caller publishes what is sent.
    """
    aim = target(session, principal, device_key, order.name)
    former = _requested(session, principal, order.request_id)
    if former is not None:
        if (former.device, former.name, former.arguments) != (aim.device.key, order.name, dict(order.arguments)):
            raise Conflict("This request id stands for another command: write a new one.", code="request_id_used", field="request_id")
        return _record(former, to=aim.to), False
    arguments = check_command(aim, order, now_is)
    moment = now()
    life = order.valid_for or timedelta(seconds=aim.command.timeout_s or DEFAULT_LIFE_S)
    state = _first_state(aim, order, now_is)
    row = CommandRow(
        id=uuid4().hex,
        tenant_id=principal.tenant_id,
        tenant=principal.tenant,
        device_id=aim.device.id,
        device=aim.device.key,
        name=order.name,
        arguments=arguments,
        sent_by=principal.name,
        sent_at=moment,
        expires_at=moment + life,
        state=state,
        answered_at=None,
        answer=None,
        risk=aim.command.risk,
        hold=order.hold,
        reason=order.reason,
        request_id=order.request_id,
        expected={prop: arguments[key] for prop, key in aim.command.read_back.items() if key in arguments},
    )
    session.add(row)
    verb = {CommandState.WAITING: "propose", CommandState.HELD: "hold"}.get(state, "send")
    _note(session, principal, verb, row, {"arguments": row.arguments, "reason": row.reason, "risk": row.risk})
    return _record(row, to=aim.to), True


def _first_state(aim: Target, order: Order, now_is: Circumstances) -> CommandState:
    if aim.command.risk == "high":
        return CommandState.WAITING
    return CommandState.HELD if order.hold and now_is.connected is not True else CommandState.SENT


def approve_command(session: Session, principal: Principal, command_id: str, now_is: Circumstances) -> CommandRecord:
    """A second person lets a waiting command go; everything is checked again, as the plant has moved on."""
    row = _waiting(session, principal, command_id)
    if row.sent_by == principal.name:
        raise Denied("Whoever proposes a command cannot approve it: ask a second person.", code="second_person_needed")
    aim = target(session, principal, row.device, row.name)
    check_command(aim, Order(row.name, row.arguments), now_is)
    row.approved_by, row.approved_at = principal.name, now()
    row.state = CommandState.HELD if row.hold and now_is.connected is not True else CommandState.SENT
    _note(session, principal, "approve", row, {"proposed_by": row.sent_by, "state": row.state})
    return _record(row, to=aim.to)


def reject_command(session: Session, principal: Principal, command_id: str, reason: str) -> CommandRecord:
    """A waiting command shall not be sent; who proposed it may take it back."""
    row = _waiting(session, principal, command_id)
    row.state, row.answer = CommandState.REJECTED, {"reason": reason}
    _note(session, principal, "reject", row, {"reason": reason})
    return _record(row)


def held_commands(session: Session) -> list[tuple[Principal, CommandRecord, Target | None]]:
    """What waits for a device to come back, of every tenant; the target is None when it is gone for good."""
    found: list[tuple[Principal, CommandRecord, Target | None]] = []
    rows = session.scalars(select(CommandRow).where(CommandRow.state == CommandState.HELD, CommandRow.expires_at > now()).limit(MOST_HELD))
    for row in rows:
        principal = Principal.system(row.tenant_id, row.tenant)
        try:
            aim: Target | None = target(session, principal, row.device, row.name)
        except Missing:
            aim = None
        found.append((principal, _record(row, to=aim.to if aim else ""), aim))
    return found


def release_command(session: Session, principal: Principal, command_id: str) -> bool:
    """A held command is about to be sent; False when somebody else was quicker."""
    row = _row(session, principal, command_id)
    if row.state != CommandState.HELD:
        return False
    row.state = CommandState.SENT
    _note(session, principal, "deliver", row, {})
    return True


def _waiting(session: Session, principal: Principal, command_id: str) -> CommandRow:
    row = _row(session, principal, command_id)
    if row.state != CommandState.WAITING or row.expires_at <= now():
        raise Conflict("The command does not wait for approval any more.", code="command_not_waiting", state=_record(row).state)
    return row


def _requested(session: Session, principal: Principal, request_id: str | None) -> CommandRow | None:
    if request_id is None:
        return None
    mine = (CommandRow.tenant_id == principal.tenant_id, CommandRow.request_id == request_id)
    return session.scalars(select(CommandRow).where(*mine)).one_or_none()


def _note(session: Session, principal: Principal, verb: str, row: CommandRow, detail: Mapping[str, Any], *, outcome: str = "ok") -> None:
    about = {"command": row.name, "id": row.id, **detail}
    audit.record(session, principal, f"command.{verb}", "device", row.device, about, outcome=outcome)


def fail_command(session: Session, principal: Principal, command_id: str, reason: str) -> None:
    """Note that a command could not be handed over."""
    row = _row(session, principal, command_id)
    row.state, row.answer = CommandState.FAILED, {"reason": reason}
    _note(session, principal, "fail", row, {"reason": reason})


def get_command(session: Session, principal: Principal, command_id: str) -> CommandRecord:
    """One command of the tenant."""
    return _record(_row(session, principal, command_id))


def list_commands(session: Session, principal: Principal, device_key: str, limit: int) -> list[CommandRecord]:
    """A device's commands, newest first."""
    device = registry.get_device(session, principal, device_key)
    mine = (CommandRow.tenant_id == principal.tenant_id, CommandRow.device_id == device.id)
    rows = session.scalars(select(CommandRow).where(*mine).order_by(CommandRow.sent_at.desc()).limit(limit))
    return [_record(row) for row in rows]


def take_answer(session: Session, tenant: str, speaker: str, command_id: str, body: bytes, received_at: datetime) -> bool:
    """Record what a device answered; False when there is no such open command of this device or of one it speaks for."""
    row = session.get(CommandRow, command_id)
    if row is None or row.answered_at is not None or row.tenant != tenant or row.state != CommandState.SENT:
        return False
    principal = Principal.system(row.tenant_id, tenant)
    try:
        device = registry.get_device(session, principal, row.device)
    except Missing:
        return False
    if speaker not in (device.key, device.gateway):
        _note(session, principal, "answer", row, {"speaker": speaker}, outcome="not_assigned")
        return False
    row.state, row.answered_at, row.answer = CommandState.ANSWERED, received_at, _answer(body)
    row.verified = read_back_agrees(row.expected, row.answer)
    _note(session, principal, "answer", row, {"verified": row.verified})
    return True


def _answer(body: bytes) -> dict[str, Any]:
    try:
        answer = orjson.loads(body[:ANSWER_BYTES])
    except orjson.JSONDecodeError:
        answer = body[:ANSWER_BYTES].decode("utf-8", "replace")
    return answer if isinstance(answer, dict) else {"answer": answer}


def _row(session: Session, principal: Principal, command_id: str) -> CommandRow:
    mine = (CommandRow.tenant_id == principal.tenant_id, CommandRow.id == command_id)
    row = session.scalars(select(CommandRow).where(*mine)).one_or_none()
    if row is None:
        raise Missing(f"There is no command {command_id[:64]!r}.")
    return row


def _record(row: CommandRow, to: str = "") -> CommandRecord:
    state = CommandState(row.state)
    if state in OPEN and row.expires_at <= now():
        state = CommandState.EXPIRED
    return CommandRecord(
        row.id,
        row.device,
        row.name,
        row.arguments,
        state,
        row.sent_by,
        row.sent_at,
        row.expires_at,
        row.answered_at,
        row.answer,
        to,
        row.risk,
        row.reason,
        row.approved_by,
        row.approved_at,
        row.verified,
    )
