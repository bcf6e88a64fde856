"""Bodies of waveforms: what is taken, and with which words the rest is refused."""

import base64
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from kaogong.formats.waveform import read_waveform

NOW = 1_790_000_000_000.0


def packed(kind: str, values: list[float]) -> str:
    return base64.b64encode(np.array(values, dtype=kind).tobytes()).decode()


@pytest.mark.parametrize(
    "body",
    [
        {"ts": NOW, "rate": 1000, "unit": "mm/s²", "samples": [1, 2.5, -3]},
        {"rate": 1000, "unit": "mm/s2", "f32": packed("<f4", [1, 2.5, -3])},
        {"rate": 1000.0, "unit": "mm/s2", "i16": packed("<i2", [10, 25, -30]), "scale": 0.1},
    ],
)
def test_samples_come_as_numbers_or_packed(body: dict[str, Any]) -> None:
    read = read_waveform(body, NOW)
    assert len(read) == 4
    at, rate, unit, samples = read
    assert (at, rate, unit) == (NOW, 1000, "mm/s2")
    assert samples == pytest.approx([1, 2.5, -3])


@pytest.mark.parametrize(
    ("body", "reason"),
    [
        ([1, 2], "waveform_shape"),
        ({"samples": [1, 2]}, "waveform_shape"),
        ({"rate": 0, "samples": [1, 2]}, "waveform_shape"),
        ({"rate": True, "samples": [1, 2]}, "waveform_shape"),
        ({"rate": 10}, "waveform_shape"),
        ({"rate": 10, "samples": [1, 2], "f32": "AAAA"}, "waveform_shape"),
        ({"rate": 10, "samples": [1, "2"]}, "waveform_shape"),
        ({"rate": 10, "samples": [1]}, "waveform_shape"),
        ({"rate": 10, "f32": "not base64"}, "waveform_shape"),
        ({"rate": 10, "f32": "AAAA"}, "waveform_shape"),
        ({"rate": 10, "samples": [1, 1e300]}, "not_finite"),
        ({"rate": 10, "unit": "florp", "samples": [1, 2]}, "unit_unknown"),
        ({"rate": 10, "unit": 7, "samples": [1, 2]}, "unit_unknown"),
        ({"ts": 1_790_000_000, "rate": 10, "samples": [1, 2]}, "time_in_seconds"),
    ],
)
def test_what_is_no_waveform_is_refused_by_name(body: Any, reason: str) -> None:
    read = read_waveform(body, NOW)
    assert len(read) == 2
    assert read[0] == reason


json = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(),
    lambda inner: st.lists(inner) | st.dictionaries(st.text(), inner),
    max_leaves=8,
)


@settings(max_examples=300, deadline=None)
@given(st.fixed_dictionaries({}, optional=dict.fromkeys(("ts", "rate", "unit", "samples", "f32", "i16", "scale", "offset"), json)) | json)
def test_nothing_that_json_can_say_breaks_it(body: Any) -> None:
    assert len(read_waveform(body, NOW)) in (2, 4)
