"""What holds for any body: nothing raises, nothing is lost, what is encoded is decoded."""

import json
import subprocess
import sys
from typing import Any

import orjson
from hypothesis import given, settings
from hypothesis import strategies as st
from tests.formats.names import known, message
from tests.formats.test_json_cases import told

from kaogong.formats import REFUSED_MARK, Decoder, Reading, encode_batch, encode_telemetry, entries_of

TS = 1_795_249_800_000
KEYS = st.sampled_from(
    ["flow", "temp", "starts", "running", "state", "order_no", "recipe", "power", "ts", "values", "v", "q", "u", "x", ""]
)
SCALARS = (
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=8) | st.sampled_from([TS, TS // 1000, "RUN", 2**63, 1e300])
)
VALUES = st.recursive(SCALARS, lambda inner: st.lists(inner, max_size=4) | st.dictionaries(KEYS, inner, max_size=6), max_leaves=20)
ENTRIES = st.fixed_dictionaries({"ts": SCALARS, "values": st.dictionaries(KEYS, VALUES, max_size=6)})
BODIES = (
    VALUES
    | ENTRIES
    | st.lists(ENTRIES, max_size=4)
    | st.fixed_dictionaries(
        {
            "devices": st.dictionaries(
                st.sampled_from(["pump-1", "pump-2", "gw-1", "x", "a b"]), ENTRIES | st.lists(ENTRIES, max_size=3), max_size=3
            )
        }
    )
)
SUBJECTS = st.sampled_from(["up.acme.pump-1.telemetry", "up.acme.gw-1.batch.1", "up.acme.pump-1.event.e", "up.acme.new.telemetry"])


@settings(max_examples=100, deadline=None)
@given(st.lists(st.tuples(SUBJECTS, BODIES), max_size=5))
def test_any_json_is_taken_or_refused(bodies: list[tuple[str, Any]]) -> None:
    messages = [message(json.dumps(body).encode(), subject) for subject, body in bodies]
    batch = Decoder(known()).decode(messages)
    assert batch.samples.null_count().sum_horizontal().item() in (0, None)
    numbers = batch.samples.filter(batch.samples["text"] == "")
    assert not numbers["value"].is_infinite().any()
    assert set(batch.rejects["message"]) <= set(range(len(messages)))


@settings(max_examples=100, deadline=None)
@given(st.lists(st.binary(max_size=60), max_size=4), SUBJECTS)
def test_any_bytes_are_taken_or_refused(bodies: list[bytes], subject: str) -> None:
    batch = Decoder(known()).decode([message(body, subject) for body in bodies])
    assert len(batch.messages) == len(bodies)


def test_what_is_encoded_is_decoded() -> None:
    readings = [
        Reading("pump-1", "flow", TS, 1.25),
        Reading("pump-1", "state", TS, "RUN"),
        Reading("pump-1", "running", TS, True),
        Reading("pump-1", "temp", TS, None, 0x80050000),
        Reading("pump-1", "pressure", TS, float("nan")),
        Reading("pump-1", "starts", TS, 2**60 + 1),
        Reading("pump-1", "recipe", TS, {"a": [1]}),
        Reading("pump-1", "flow", TS + 1, 1.5, 0x40000000),
        Reading("pump-1", "flow", TS + 1, 1.75),
        Reading("gw-1", "load", TS, 50),
    ]
    batch = Decoder(known()).decode([message(encode_batch(entries_of(readings)), "up.acme.gw-1.batch.0")])
    assert batch.rejects.is_empty()
    found = {(s["device"], s["property"], s["at"]): s for s in told(batch, known())["samples"]}
    at, later = "2026-11-21T08:30:00+00:00", "2026-11-21T08:30:00.001000+00:00"
    assert found["pump-1", "flow", at]["value"] == 1.25
    assert found["pump-1", "state", at]["text"] == "RUN"
    assert found["pump-1", "running", at]["value"] == 1.0
    assert found["pump-1", "temp", at] == {"device": "pump-1", "property": "temp", "at": at, "quality": 0x80050000}
    assert found["pump-1", "pressure", at]["quality"] == 0x80000000
    assert found["pump-1", "starts", at]["exact"] == 2**60 + 1
    assert found["pump-1", "recipe", at]["text"] == '{"a":[1]}'
    assert found["pump-1", "flow", later]["value"] == 1.75
    assert len(batch.samples) == len(readings)


def test_telemetry_of_one_time() -> None:
    assert orjson.loads(encode_telemetry(TS, {"flow": 1.5, "state": "RUN", "temp": float("inf")})) == {
        "ts": TS,
        "values": {"flow": 1.5, "state": "RUN", "temp": {"v": None, "q": 0x80000000}},
    }


def test_unknown_devices_are_named_and_looked_up_again() -> None:
    names = known()
    decoder = Decoder(names)
    late = message(b'{"flow": 1}', "up.acme.pump-3.telemetry")
    assert decoder.decode([late]).samples.is_empty()
    assert decoder.unknown == {("acme", "pump-3")}
    names._devices["acme", "pump-3"] = names._devices["acme", "pump-2"]
    assert len(decoder.decode([late]).samples) == 1
    assert decoder.unknown == set()


def test_a_type_that_changes_is_seen_after_forget() -> None:
    names = known()
    decoder = Decoder(names)
    body = message(b'{"ts": 1795249800000, "values": {"flow": 1}}')
    assert decoder.decode([body]).samples["property"].to_list() == [101]
    names._types[1] = {"flow": names._types[1]["flow"]._replace(id=301, kind="text")}
    decoder.forget()
    assert decoder.decode([body]).rejects["reason"].to_list() == ["type_mismatch"]


def test_inventing_keys_does_not_fill_the_memory() -> None:
    decoder = Decoder(known())
    for turn in range(3):
        bodies = [orjson.dumps({"ts": TS, "values": {f"k{turn}_{n}_{i}": 1 for i in range(100)}}) for n in range(1000)]
        decoder.decode([message(body) for body in bodies])
    assert len(decoder._shapes.keys) <= 200_000 + 100 * 1000


def test_an_edge_node_encodes_without_tables() -> None:
    program = (
        "import sys, kaogong.formats; kaogong.formats.encode_batch([]); print(int('polars' in sys.modules or 'pyarrow' in sys.modules))"
    )
    assert subprocess.run([sys.executable, "-c", program], capture_output=True, check=True, text=True).stdout.strip() == "0"
    program = "import sys, kaogong.formats.decoder; print(int('pyarrow' in sys.modules))"
    assert subprocess.run([sys.executable, "-c", program], capture_output=True, check=True, text=True).stdout.strip() == "0"


def test_what_the_sparkplug_host_could_not_read_is_refused_in_its_words_beside_good_neighbours() -> None:
    good = encode_batch(entries_of([("pump-1", "flow", TS, 1.5, 0)]))
    marked = REFUSED_MARK + b"alias 7: no birth has named this metric\n\x08\xff\x00"
    batch = Decoder(known()).decode([message(body, "up.acme.gw-1.batch.1") for body in (good, marked, good)])
    assert batch.samples.height == 2
    assert batch.rejects.select("message", "reason", "detail").rows() == [
        (1, "sparkplug_invalid", "alias 7: no birth has named this metric")
    ]
