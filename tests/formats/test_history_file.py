"""Files of history: long and wide, each row judged by itself."""

import io
from datetime import UTC, datetime, timedelta
from types import SimpleNamespace
from typing import Any

import polars as pl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from kaogong.core.errors import ConfigInvalid
from kaogong.formats.history import CSV, PARQUET, checked, devices_in, read_rows

AT = datetime(2026, 11, 20, 8, 0, tzinfo=UTC)


def prop(key: str, kind: str, unit: str = "1", options: tuple[str, ...] = (), expression: str | None = None) -> Any:
    return SimpleNamespace(id=1, key=key, kind=kind, unit=unit, options=options, expression=expression)


METER = {
    "flow": prop("flow", "number", "m3/h"),
    "starts": prop("starts", "integer"),
    "running": prop("running", "boolean"),
    "state": prop("state", "enum", options=("RUN", "STOP")),
    "extra": prop("extra", "json"),
    "sum": prop("sum", "number", expression="flow + 1"),
}
NAMES = {"m1": METER, "m2": METER}


def read(text: str, device: str | None = None, zone: str | None = None) -> tuple[list[Any], list[Any]]:
    good, problems = checked(read_rows(text.encode(), CSV, device), NAMES, zone)
    return good.sort("row", "key").select("device", "key", "ts", "value", "text").rows(), [(p.row, p.column, p.code) for p in problems]


@pytest.mark.req("D01", "D04")
def test_a_row_is_a_sample_and_a_wrong_one_costs_only_itself() -> None:
    good, problems = read(
        "device,property,observed_at,value,unit,status\n"
        "m1,flow,2026-11-20T08:00:00Z,12.5,,\n"
        "m1,flow,2026-11-20T16:00:01+08:00,500,L/min,\n"
        "m2,running,1795161602000,TRUE,,\n"
        "m2,state,2026-11-20 08:00:03Z,RUN,,0\n"
        "m1,flow,2026-11-20T08:00:04Z,much,,\n"
        "m1,flow,yesterday,1,,\n"
        "m1,flow,2026-11-20T08:00:05,1,,\n"
        "m1,flow,1795161602,1,,\n"
        "m3,flow,2026-11-20T08:00:06Z,1,,\n"
        "m1,pressure,2026-11-20T08:00:06Z,1,,\n"
        "m1,sum,2026-11-20T08:00:06Z,1,,\n"
        "m1,state,2026-11-20T08:00:06Z,FLY,,\n"
        "m1,starts,2026-11-20T08:00:06Z,1.5,,\n"
        "m1,flow,2026-11-20T08:00:06Z,1,kPa,\n"
        "m1,flow,2026-11-20T08:00:06Z,1,,good\n"
    )
    second = timedelta(seconds=1)
    assert [(d, k, t) for d, k, t, _, _ in good] == [
        ("m1", "flow", AT), ("m1", "flow", AT + second), ("m2", "running", AT + 2 * second), ("m2", "state", AT + 3 * second),
    ]  # fmt: skip
    assert [good[0][3], good[1][3], good[2][3], good[3][4]] == [12.5, pytest.approx(30), 1.0, "RUN"]
    assert problems == [
        (5, "value", "type_mismatch"), (6, "observed_at", "time_invalid"), (7, "observed_at", "time_invalid"),
        (8, "observed_at", "time_invalid"), (9, "device", "device_unknown"), (10, "property", "property_unknown"),
        (11, "property", "property_unknown"), (12, "value", "enum_unknown"), (13, "value", "type_mismatch"),
        (14, "value", "unit_incompatible"), (15, "status", "quality_invalid"),
    ]  # fmt: skip


def test_a_column_for_each_property_and_a_zone_for_bare_times() -> None:
    text = "\ufeffObserved_At,flow,running\n2026-11-20 16:00,1,1\n2026-11-20 16:00:01.5,,0\n"
    good, problems = read(text, device="m1", zone="Asia/Shanghai")
    assert good == [("m1", "flow", AT, 1.0, ""), ("m1", "running", AT, 1.0, ""), ("m1", "running", AT + timedelta(seconds=1.5), 0.0, "")]
    assert problems == []
    with pytest.raises(ConfigInvalid, match="no time zone"):
        read(text, device="m1", zone="Mars/Olympus")


def test_parquet_keeps_its_types() -> None:
    body = io.BytesIO()
    table = pl.DataFrame({"device": ["m1", "m1"], "property": ["flow", "starts"], "observed_at": [AT, AT], "value": [1.25, 3.0]})
    table.write_parquet(body)
    rows = read_rows(body.getvalue(), PARQUET)
    assert devices_in(rows) == ["m1"]
    good, problems = checked(rows, NAMES)
    assert good.select("key", "ts", "value").rows() == [("flow", AT, 1.25), ("starts", AT, 3.0)]
    assert problems == []


@pytest.mark.parametrize("data", [b"", b"\xff\xfe", b"a,b\n1,2\n", b"device,observed_at\nm1,2026-11-20T08:00:00Z\n"])
def test_what_is_no_history_is_said(data: bytes) -> None:
    with pytest.raises(ConfigInvalid):
        read_rows(data, CSV)
    with pytest.raises(ConfigInvalid):
        read_rows(data, PARQUET)


cells = st.one_of(st.sampled_from(["m1", "flow", "2026-11-20T08:00:00Z", "1", "NaN", "1e999", "", "kPa", "{}", "0"]), st.text(max_size=8))


@settings(max_examples=150, deadline=None)
@given(st.lists(st.tuples(*[cells] * 6), max_size=6))
def test_no_cell_breaks_it_and_no_neighbour_is_lost(rows: list[tuple[str, ...]]) -> None:
    table = pl.DataFrame(
        [*rows, ("m1", "flow", "2026-11-20T08:00:00Z", "7.25", "", "")],
        schema=dict.fromkeys(("device", "property", "observed_at", "value", "unit", "status"), pl.String), orient="row",
    )  # fmt: skip
    good, problems = checked(read_rows(table.write_csv().encode(), CSV), NAMES)
    last = len(rows) + 1
    assert good.filter(pl.col("row") == last)["value"].to_list() == [7.25]
    assert set(good["row"]) | {problem.row for problem in problems} == set(range(1, last + 1))
