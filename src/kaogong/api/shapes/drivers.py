"""What edge nodes can connect to: drivers and the forms of their settings."""

from typing import Any

from pydantic import Field

from kaogong.api.shapes.base import Out


class DriverOut(Out):
    """One driver: `summary` is its first sentence, `description` the rest of what it says of itself."""

    name: str
    summary: str
    description: str


class Drivers(Out):
    """Every driver that is installed here, by name."""

    items: list[DriverOut]


class DriverForm(DriverOut):
    """One driver with the JSON Schemas of what a connection and a point need.

    Settings marked `advanced` can be left as they are; those of format `password` are secrets.
    """

    config: dict[str, Any] = Field(description="JSON Schema of a connection's `config`.")
    address: dict[str, Any] = Field(description="JSON Schema of a point's `address`.")
    pushes: bool = Field(description="Whether the other side sends by itself; the others are asked every interval.")
