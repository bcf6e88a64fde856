"""Commands to devices: what may be sent, the record of each, and the answer when it comes."""

import math
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
from kaogong.core.errors import ConfigInvalid, Missing
from kaogong.core.principal import Principal
from kaogong.core.sample import Kind
from kaogong.core.units import symbol
from kaogong.fleet.tables import CommandRow

ANSWER_BYTES = 64 * 1024


class CommandState(StrEnum):
    """How far a command is."""

    SENT = "sent"
    ANSWERED = "answered"
    EXPIRED = "expired"
    FAILED = "failed"


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

    def body(self) -> bytes:
        """What the device receives on `down/{tenant}/{to}/command/{id}`."""
        words = {"id": self.id, "device": self.device, "name": self.name, "arguments": self.arguments, "expires_at": self.expires_at}
        return orjson.dumps(words)


def checked_arguments(command: registry.Command, given: Mapping[str, Any]) -> dict[str, Any]:
    """The arguments as the device type allows them; ConfigInvalid names the one that is missing, unknown or out of range."""
    known = {one.key: one for one in command.parameters}
    for key in given:
        if key not in known:
            names = ", ".join(known) or "none"
            raise _invalid(key, f"there is no such argument; the command takes: {names}")
    checked = {}
    for key, parameter in known.items():
        if key in given:
            checked[key] = _checked(parameter, given[key])
        elif parameter.required:
            raise _invalid(key, "it is missing")
    return checked


def _checked(parameter: registry.Parameter, value: Any) -> Any:
    if parameter.type in (Kind.NUMBER, Kind.INTEGER):
        return _number(parameter, value)
    if parameter.type is Kind.BOOLEAN and not isinstance(value, bool):
        raise _invalid(parameter.key, "write true or false")
    if parameter.type in (Kind.TEXT, Kind.ENUM) and not isinstance(value, str):
        raise _invalid(parameter.key, "write a text")
    options = [one.value for one in parameter.options]
    if parameter.type is Kind.ENUM and value not in options:
        raise _invalid(parameter.key, f"write one of: {', '.join(options)}")
    return value


def _number(parameter: registry.Parameter, value: Any) -> float | int:
    if isinstance(value, bool) or not isinstance(value, int | float) or not math.isfinite(value):
        raise _invalid(parameter.key, "write a number")
    if parameter.type is Kind.INTEGER and value != int(value):
        raise _invalid(parameter.key, "write a whole number")
    low, high = parameter.min, parameter.max
    if (low is not None and value < low) or (high is not None and value > high):
        unit = f" {symbol(parameter.unit)}" if symbol(parameter.unit) else ""
        bounds = f"{'' if low is None else f'{low:g}'} … {'' if high is None else f'{high:g}'}{unit}"
        raise _invalid(parameter.key, f"{value:g} is outside its range {bounds}", code="argument_out_of_range")
    return int(value) if parameter.type is Kind.INTEGER else value


def _invalid(key: str, problem: str, code: str = "argument_invalid") -> ConfigInvalid:
    return ConfigInvalid(f"The argument {key[:64]!r}: {problem}.", code=code, field=f"arguments.{key[:64]}")


def record_command(
    session: Session, principal: Principal, device_key: str, name: str, arguments: Mapping[str, Any], valid_for: timedelta
) -> CommandRecord:
    """Check a command against the device's type and record it as sent; the caller publishes its body."""
    device = registry.get_device(session, principal, device_key)
    kind = registry.get_type(session, principal, device.type)
    command = next((one for one in kind.commands if one.key == name), None)
    if command is None:
        known = ", ".join(one.key for one in kind.commands) or "none"
        raise Missing(f"Devices of type {kind.key!r} have no command {name[:64]!r}; they have: {known}.", code="command_unknown")
    moment = now()
    row = CommandRow(
        id=uuid4().hex,
        tenant_id=principal.tenant_id,
        tenant=principal.tenant,
        device_id=device.id,
        device=device.key,
        name=name,
        arguments=checked_arguments(command, arguments),
        sent_by=principal.name,
        sent_at=moment,
        expires_at=moment + valid_for,
        state=CommandState.SENT,
        answered_at=None,
        answer=None,
    )
    session.add(row)
    audit.record(session, principal, "command.send", "device", device.key, {"command": name, "id": row.id, "arguments": row.arguments})
    return _record(row, to=device.gateway or device.key)


def fail_command(session: Session, principal: Principal, command_id: str, reason: str) -> None:
    """Note that a command could not be handed over."""
    row = _row(session, principal, command_id)
    row.state, row.answer = CommandState.FAILED, {"reason": reason}


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
    if row is None or row.answered_at is not None or row.tenant != tenant:
        return False
    principal = Principal.system(row.tenant_id, tenant)
    try:
        device = registry.get_device(session, principal, row.device)
    except Missing:
        return False
    if speaker not in (device.key, device.gateway):
        return False
    row.state, row.answered_at, row.answer = CommandState.ANSWERED, received_at, _answer(body)
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
    if state is CommandState.SENT and row.expires_at <= now():
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
    )
