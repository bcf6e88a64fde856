"""Commands to devices."""

from typing import Any, Literal

from pydantic import Field

from kaogong.api.paging import NO_NUL
from kaogong.api.shapes.base import In, Moment, Out
from kaogong.fleet import CommandState
from kaogong.registry import Name


class CommandIn(In):
    """The arguments as the device type declares them."""

    arguments: dict[str, Any] = Field(default_factory=dict, max_length=100)
    valid_for_s: int | None = Field(
        None, ge=1, le=30 * 86_400, description="After this time an unanswered command has expired; unset: as the type says, else 30 s."
    )
    when_offline: Literal["expire", "deliver"] = Field(
        "expire", description="What becomes of it while the device is not connected: it expires, or is delivered when the device is back."
    )
    reason: str = Field("", max_length=500, pattern=NO_NUL, description="Why; stands in the audit log.")
    request_id: str | None = Field(
        None, pattern=r"^[A-Za-z0-9_-]{1,64}$", description="Made by the sender: the same one twice is one command."
    )


class CommandOut(Out):
    """One command: its state, the answer, who and when."""

    id: str
    device: str
    name: str
    arguments: dict[str, Any]
    state: CommandState
    sent_by: str
    sent_at: Moment
    expires_at: Moment
    answered_at: Moment | None
    answer: dict[str, Any] | None
    risk: str
    reason: str
    approved_by: str | None
    approved_at: Moment | None
    verified: bool | None = Field(description="Whether the device reads what it was told; null: nothing is read back.")


class Rehearsal(Out):
    """What sending would do; nothing was sent."""

    device: str
    to: str
    arguments: dict[str, Any]
    connected: bool
    needs_second_person: bool


class Rejection(In):
    """Why a command is not sent."""

    reason: str = Field("", max_length=500, pattern=NO_NUL)


class Commands(Out):
    """A device's commands, newest first."""

    items: list[CommandOut]


class OperationOut(Out):
    """One kind of management operation."""

    kind: str
    name: Name
    is_command: bool = Field(description="Declared by device types; else a verb of the platform.")
    types: list[str]
    devices: int
    done: int | None = Field(description="How often, to 10,000; null: not counted by kind.")


class Operations(Out):
    """The catalogue of management operations, and how many kinds it has."""

    items: list[OperationOut]
    kinds: int
