"""A waveform's body: `{"ts": …, "rate": 25600, "unit": "m/s2", "samples": […]}`, or the samples as base64 of 32 or 16 bit numbers."""

import base64
import binascii
from typing import Any

import numpy as np
import numpy.typing as npt

from kaogong.core import units
from kaogong.core.errors import ConfigInvalid
from kaogong.formats.reasons import Reason
from kaogong.formats.times import kind_of, milliseconds

MOST_SAMPLES = 1_000_000
FASTEST_HZ = 10_000_000
PACKED = {"f32": "<f4", "i16": "<i2"}

Wave = tuple[float, float, str, list[float]]  # ts in ms, rate, unit, samples
Refusal = tuple[Reason, str]


def read_waveform(body: Any, received_ms: float) -> Wave | Refusal:
    """The waveform, or why it is none."""
    if type(body) is not dict:
        return Reason.WAVEFORM_SHAPE, f'a waveform is {{"ts": …, "rate": 25600, "samples": […]}}, not {kind_of(body)}'
    at = received_ms if body.get("ts") is None else milliseconds(body["ts"])
    if isinstance(at, tuple):
        return at
    rate: Any = body.get("rate")
    if type(rate) not in (int, float) or not 0 < rate <= FASTEST_HZ:
        return Reason.WAVEFORM_SHAPE, f'"rate" is samples a second, above 0 and at most {FASTEST_HZ}'
    try:
        unit = units.canonical(body.get("unit") or "1")
    except (ConfigInvalid, TypeError, AttributeError):
        return Reason.UNIT_UNKNOWN, '"unit" is one such as m/s2 or mm/s'
    samples = _samples(body)
    if isinstance(samples, str):
        return Reason.WAVEFORM_SHAPE, samples
    if not np.isfinite(samples).all():
        return Reason.NOT_FINITE, "every sample of a waveform is a finite number of 32 bits"
    return at, float(rate), unit, samples.tolist()


def _samples(body: dict[str, Any]) -> npt.NDArray[np.float32] | str:
    given = [name for name in ("samples", *PACKED) if name in body]
    if len(given) != 1:
        return 'write the samples once: as "samples": [numbers], or as base64 of little-endian numbers in "f32" or "i16"'
    written = body[given[0]]
    try:
        if given[0] == "samples":
            if type(written) is not list or not all(type(one) in (int, float) for one in written):
                return '"samples" is a list of numbers'
            found = np.array(written, dtype=np.float64)
        else:
            found = np.frombuffer(base64.b64decode(written, validate=True), dtype=PACKED[given[0]]).astype(np.float64)
            found = found * float(body.get("scale", 1.0)) + float(body.get("offset", 0.0))
    except (ValueError, TypeError, OverflowError, binascii.Error) as err:
        return f'"{given[0]}" cannot be read: {err}'[:200]
    if not 2 <= len(found) <= MOST_SAMPLES:
        return f"a waveform has 2 to {MOST_SAMPLES} samples, not {len(found)}"
    with np.errstate(over="ignore"):
        return found.astype(np.float32)
