"""What decoding needs to know of the registry and of a message, as shapes: `registry.Directory` and `bus.StreamMessage` fit."""

from collections.abc import Mapping
from typing import Protocol


class DeviceNames(Protocol):
    """A device as the directory knows it; `gateway_id` is 0 or None where it speaks for itself."""

    @property
    def tenant_id(self) -> int: ...
    @property
    def device_id(self) -> int: ...
    @property
    def type_id(self) -> int: ...
    @property
    def gateway_id(self) -> int | None: ...


class PropertyNames(Protocol):
    """A property of a device type."""

    @property
    def id(self) -> int: ...
    @property
    def key(self) -> str: ...
    @property
    def kind(self) -> str: ...
    @property
    def unit(self) -> str: ...
    @property
    def expression(self) -> str | None:
        """Set where the platform derives the property, so that nobody sends it."""
        ...

    @property
    def options(self) -> tuple[str, ...]:
        """The values of an enumeration; empty: any text."""
        ...


class Directory(Protocol):
    """Names to ids, in memory."""

    def device(self, tenant: str, device: str, /) -> DeviceNames | None:
        """The device, or None."""
        ...

    def properties(self, type_id: int, /) -> Mapping[str, PropertyNames]:
        """The properties of a device type by key."""
        ...

    def tenant_id(self, key: str, /) -> int | None:
        """The tenant's id, or None."""
        ...


class Message(Protocol):
    """A message as it was stored: the subject says who spoke, `time_ns` when the stream received it."""

    @property
    def subject(self) -> str: ...
    @property
    def data(self) -> bytes: ...
    @property
    def time_ns(self) -> int: ...
