"""Commands to devices."""

from typing import Any

from pydantic import Field

from kaogong.api.shapes.base import In, Moment, Out
from kaogong.fleet import CommandState


class CommandIn(In):
    """The arguments as the device type declares them."""

    arguments: dict[str, Any] = Field(default_factory=dict, max_length=100)
    valid_for_s: int = Field(30, ge=1, le=86_400, description="After this time an unanswered command has expired.")


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


class Commands(Out):
    """A device's commands, newest first."""

    items: list[CommandOut]
