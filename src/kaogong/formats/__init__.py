"""Wire bodies: JSON and Arrow IPC to one table of samples, and samples to bodies.

Owns the body forms of DESIGN section 4 and the reasons a sample is refused; may use core alone.
Called by ingest (decode), edge and plant (encode), and the API (what a device posts). Only what is asked for is imported,
because an edge node encodes and never decodes.
"""

from importlib import import_module
from typing import TYPE_CHECKING, Any

from kaogong.formats.encode import Entry, Reading, encode_batch, encode_telemetry, entries_of, tagged
from kaogong.formats.reasons import MAX_BODY, REFUSED_MARK, Reason

if TYPE_CHECKING:
    from kaogong.formats.decoder import Decoder
    from kaogong.formats.names import DeviceNames, Directory, Message, PropertyNames

__all__ = [
    "MAX_BODY",
    "REFUSED_MARK",
    "Decoder",
    "DeviceNames",
    "Directory",
    "Entry",
    "Message",
    "PropertyNames",
    "Reading",
    "Reason",
    "encode_batch",
    "encode_telemetry",
    "entries_of",
    "tagged",
]

_HOME = {"Decoder": "decoder", "DeviceNames": "names", "Directory": "names", "Message": "names", "PropertyNames": "names"}


def __getattr__(name: str) -> Any:
    if name in _HOME:
        return getattr(import_module(f"kaogong.formats.{_HOME[name]}"), name)
    raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
