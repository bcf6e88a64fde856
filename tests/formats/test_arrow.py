"""Columnar batches of gateways, good and bad."""

from collections.abc import Callable
from typing import Any

import pyarrow as pa
import pytest
from tests.formats.names import known, message
from tests.formats.test_json_cases import told

from kaogong.core.sample import SAMPLES, Batch
from kaogong.formats import Decoder

TS = 1_795_249_800_000
GATEWAY = "up.acme.gw-1.batch.3"


def stream(columns: dict[str, Any], new: Callable[..., Any] = pa.ipc.new_stream, **options: Any) -> bytes:
    table = pa.table(columns)
    sink = pa.BufferOutputStream()
    with new(sink, table.schema, **options) as writer:
        writer.write_table(table)
    return bytes(sink.getvalue())


def decoded(*bodies: bytes, subject: str = GATEWAY) -> Batch:
    batch = Decoder(known()).decode([message(body, subject) for body in bodies])
    assert batch.samples.schema == SAMPLES
    assert batch.samples.null_count().sum_horizontal().item() in (0, None)
    return batch


def reasons(batch: Batch) -> list[tuple[str, str, int]]:
    return sorted(batch.rejects.select("property_key", "reason", "samples").rows())


ROWS = {
    "device": ["pump-1", "pump-1", "gw-1", "pump-1"],
    "key": ["flow", "state", "load", "running"],
    "ts": [TS, TS, TS + 1000, TS],
    "value": [1.5, None, 40.0, 1.0],
    "text": [None, "RUN", None, None],
    "quality": pa.array([0, 0, 0x40000000, None], pa.uint32()),
}


@pytest.mark.parametrize("new", [pa.ipc.new_stream, pa.ipc.new_file])
@pytest.mark.req("B04")
def test_stream_and_file(new: Callable[..., Any]) -> None:
    at = "2026-11-21T08:30:00+00:00"
    assert told(decoded(stream(ROWS, new)), known()) == {
        "samples": [
            {"device": "pump-1", "property": "flow", "at": at, "value": 1.5},
            {"device": "pump-1", "property": "state", "at": at, "text": "RUN"},
            {"device": "gw-1", "property": "load", "at": "2026-11-21T08:30:01+00:00", "value": 40.0, "quality": 0x40000000},
            {"device": "pump-1", "property": "running", "at": at, "value": 1.0},
        ],
        "rejects": [],
        "events": [],
    }


@pytest.mark.parametrize(
    "ts",
    [
        pa.array([TS], pa.int64()),
        pa.array([float(TS)], pa.float64()),
        pa.array([TS], pa.timestamp("ms", "UTC")),
        pa.array([TS * 1_000_000], pa.timestamp("ns")),
        pa.array([TS * 1000], pa.timestamp("us", "Asia/Shanghai")),
    ],
    ids=str,
)
def test_times_of_any_column_type(ts: pa.Array) -> None:
    batch = decoded(stream({"device": ["pump-1"], "key": ["flow"], "ts": ts, "value": [1.0]}))
    assert batch.samples["observed_at"].dt.epoch("ms").to_list() == [TS]


def test_names_may_be_dictionaries_and_numbers_of_any_width() -> None:
    columns = {
        "device": pa.array(["pump-1", "gw-1"]).dictionary_encode(),
        "key": pa.array(["flow", "load"], pa.large_string()),
        "value": pa.array([3, 4], pa.int16()),
    }
    batch = decoded(stream(columns))
    assert batch.samples["value"].to_list() == [3.0, 4.0]
    assert batch.samples["observed_at"].dt.epoch("ms").to_list() == [1_795_249_860_000] * 2


def test_compressed_body() -> None:
    body = stream(ROWS, options=pa.ipc.IpcWriteOptions(compression="zstd"))
    assert len(decoded(body).samples) == 4


def test_each_wrong_row_leaves_alone() -> None:
    rows: list[tuple[str, str, float | None, float | None, str | None]] = [
        ("pump-1", "flow", TS, 1.0, None),
        ("pump-2", "flow", TS, 1.0, None),
        ("pump-9", "flow", TS, 1.0, None),
        ("a b", "flow", TS, 1.0, None),
        ("pump-1", "wobble", TS, 1.0, None),
        ("pump-1", "FLOW!", TS, 1.0, None),
        ("pump-1", "power", TS, 1.0, None),
        ("pump-1", "temp", TS / 1000, 1.0, None),
        ("pump-1", "temp", TS, float("inf"), None),
        ("pump-1", "temp", TS, None, "hot"),
        ("pump-1", "state", TS, 1.0, None),
        ("pump-1", "state", TS, None, "FLY"),
        ("pump-1", "order_no", TS, None, "a\0b"),
        ("pump-1", "order_no", TS, None, "x" * 70_000),
        ("pump-1", "recipe", TS, None, "{"),
        ("pump-1", "recipe", TS, None, '{"a":1}'),
        ("pump-1", "starts", TS, 2.5, None),
        ("pump-1", "starts", TS, 1e19, None),
        ("pump-1", "running", TS, 2.0, None),
        ("pump-1", "temp", float("nan"), 5.0, None),
        ("pump-1", "pressure", TS, None, None),
        ("pump-1", "pressure", None, 7.0, None),
    ]
    columns = dict(zip(("device", "key", "ts", "value", "text"), map(list, zip(*rows, strict=True)), strict=True))
    batch = decoded(stream(columns))
    assert reasons(batch) == sorted(
        [
            ("", "not_assigned", 1),
            ("", "device_unknown", 1),
            ("", "key_invalid", 1),
            ("wobble", "property_unknown", 1),
            ("FLOW!", "key_invalid", 1),
            ("power", "property_unknown", 1),
            ("temp", "time_in_seconds", 1),
            ("temp", "not_finite", 1),
            ("temp", "type_mismatch", 1),
            ("state", "type_mismatch", 1),
            ("state", "enum_unknown", 1),
            ("order_no", "text_invalid", 1),
            ("order_no", "text_invalid", 1),
            ("recipe", "enum_unknown", 1),
            ("starts", "type_mismatch", 2),
            ("running", "type_mismatch", 1),
            ("temp", "time_invalid", 1),
        ]
    )
    assert batch.samples["quality"].to_list() == [0, 0, 0x80000000, 0]
    assert len(batch.samples) + batch.rejects["samples"].sum() == len(rows)


@pytest.mark.parametrize(
    "body",
    [
        b"\xff\xff\xff\xff",
        b"\xff\xff\xff\xff" + b"\x00" * 64,
        b"\xff\xff\xff\xff" + b"\xff" * 64,
        b"ARROW1\0\0" + b"\x01" * 100,
        stream(ROWS)[:-40],
        stream(ROWS)[:300],
        stream(ROWS, pa.ipc.new_file)[:-20],
        stream({"device": ["pump-1"], "value": [1.0]}),
        stream({"device": [None], "key": ["flow"], "value": [1.0]}),
        stream({"device": [1], "key": ["flow"], "value": [[1.0]]}),
        stream({"device": ["pump-1"], "key": ["flow"], "value": ["hot"]}),
        stream({"device": ["pump-1"], "key": ["flow"], "value": [1.0], "quality": [-1]}),
        stream({"device": ["pump-1"], "key": ["flow"], "value": [1.0], "ts": ["2026-11-21"]}),
        stream({"device": [b"\xff\xfe"], "key": ["flow"], "value": [1.0]}),
        stream({"device": ["pump-1"] * 1_000_001, "key": ["flow"] * 1_000_001}, options=pa.ipc.IpcWriteOptions(compression="zstd")),
    ],
    ids=range(15),
)
def test_malformed_body_is_refused_and_its_neighbour_is_not(body: bytes) -> None:
    batch = decoded(body, stream(ROWS))
    assert len(batch.samples) == 4
    assert set(batch.rejects["reason"]) == {"batch_shape"}
    assert set(batch.rejects["message"]) == {0}


def test_flipped_bytes_never_end_the_process() -> None:
    body = bytearray(stream(ROWS))
    for at in range(0, len(body), 7):
        broken = bytearray(body)
        broken[at] ^= 0x5A
        batch = decoded(bytes(broken), stream(ROWS))
        assert len(batch.samples.filter(batch.samples["message"] == 1)) == 4


def test_empty_table_and_unknown_gateway() -> None:
    empty = stream({"device": pa.array([], pa.string()), "key": pa.array([], pa.string())})
    assert decoded(empty).samples.is_empty()
    batch = decoded(stream(ROWS), subject="up.acme.gw-9.batch.0")
    assert reasons(batch) == [("", "device_unknown", 4)]
    assert Decoder(known()).unknown == set()


def test_arrow_outside_a_batch_is_no_json() -> None:
    assert reasons(decoded(stream(ROWS), subject="up.acme.pump-1.telemetry")) == [("", "json_invalid", 1)]
