"""Sparkplug B: payloads, births, aliases, sequence and deaths."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kaogong.core.quality import Quality
from kaogong.formats.sparkplug import DataType, Malformed, Metric, decode, encode, rebirth
from kaogong.formats.sparkplug_node import DEAD, EdgeNode, Told, property_key

pytestmark = [pytest.mark.req("B01"), pytest.mark.req("B25")]

T = 1_795_248_000_000


def metric(name: str, value: object, datatype: int = DataType.DOUBLE, alias: int | None = None, unit: str = "") -> Metric:
    return Metric(name, alias, T, datatype, value, 0, unit)


def birth(seq: int = 0, bd_seq: int = 7) -> bytes:
    own = [metric("bdSeq", bd_seq, DataType.INT64), metric("Node Control/Rebirth", False, DataType.BOOLEAN), metric("Load", 0.5, alias=1)]
    return encode(T, seq, own)


def born() -> EdgeNode:
    node = EdgeNode()
    assert node.take("NBIRTH", "", birth(), T) == ([Told("", "Load", "load", T, 0.5)], [], "")
    motor = [metric("Motor/Speed", 1490, DataType.INT32, 10, "rpm"), metric("Motor/Mode", "AUTO", DataType.STRING, 11)]
    taken = node.take("DBIRTH", "pump-1", encode(T, 1, motor), T)
    assert [(t.key, t.value, t.unit) for t in taken.told] == [("motor_speed", 1490, "rpm"), ("motor_mode", "AUTO", "")]
    return node


@pytest.mark.parametrize(
    ("datatype", "sent", "read"),
    [
        (DataType.INT8, -1, -1), (DataType.INT16, -300, -300), (DataType.INT32, -(2**31), -(2**31)), (DataType.INT64, -(2**63), -(2**63)),
        (DataType.UINT8, 255, 255), (DataType.UINT32, 2**32 - 1, 2**32 - 1), (DataType.UINT64, 2**64 - 1, 2**64 - 1),
        (DataType.FLOAT, 0.1, 0.1), (DataType.FLOAT, 16777217.0, 16777216.0), (DataType.DOUBLE, 1e300, 1e300), (DataType.BOOLEAN, False, False),
        (DataType.STRING, "运行", "运行"), (DataType.DATETIME, T, "2026-11-21T08:00:00.000+00:00"),
    ],
)  # fmt: skip
def test_each_datatype_is_read_as_it_was_meant(datatype: int, sent: object, read: object) -> None:
    (found,) = decode(encode(T, 0, [metric("m", sent, datatype)])).metrics
    assert (found.value, type(found.value), found.fault) == (read, type(read), "")


def test_no_value_is_bad_and_no_number_is_a_fault() -> None:
    null, infinite = decode(encode(T, 0, [metric("a", None), metric("b", float("inf"))])).metrics
    assert (null.value, null.quality, null.fault) == (None, Quality.BAD, "")
    assert infinite.fault == "the value is inf"


def test_data_by_alias_is_what_the_birth_said() -> None:
    taken = born().take("DDATA", "pump-1", encode(T + 1, 2, [Metric("", 10, T + 1, DataType.INT32, 1500)]), T)
    assert taken == ([Told("pump-1", "Motor/Speed", "motor_speed", T + 1, 1500, 0, "rpm")], [], "")


def test_an_alias_of_another_device_is_refused_and_births_are_asked_for() -> None:
    taken = born().take("NDATA", "", encode(T, 2, [Metric("", 10, T, DataType.INT32, 1), Metric("", 1, T, DataType.DOUBLE, 0.75)]), T)
    assert [t.key for t in taken.told] == ["load"], "its neighbour is not lost"
    assert [r.name for r in taken.refused] == ["alias 10"]
    assert taken.rebirth == "alias 10 is in no birth"


def test_a_gap_in_the_sequence_asks_for_births_once_and_loses_no_value() -> None:
    node = born()
    taken = node.take("NDATA", "", encode(T, 5, [Metric("", 1, T, DataType.DOUBLE, 1.5)]), T)
    assert (taken.told[0].value, taken.rebirth) == (1.5, "sequence 5 came after 1")
    assert node.take("NDATA", "", encode(T, 6, [Metric("", 1, T, DataType.DOUBLE, 1.5)]), T).rebirth == ""
    node.seq = 255
    assert node.take("NDATA", "", encode(T, 0, [Metric("", 1, T, DataType.DOUBLE, 1.5)]), T).rebirth == ""


def test_before_its_birth_only_what_explains_itself_is_used() -> None:
    taken = EdgeNode().take("DDATA", "pump-1", encode(T, 9, [metric("Flow", 2.5), Metric("", 4, T, DataType.INT32, 1)]), T)
    assert [(t.key, t.value) for t in taken.told] == [("flow", 2.5)]
    assert [r.name for r in taken.refused] == ["alias 4"]
    assert taken.rebirth


def test_a_death_turns_every_value_bad_and_a_late_one_of_a_former_session_none() -> None:
    node = born()
    will = encode(T - 9999, None, [metric("bdSeq", 6, DataType.INT64)])
    assert node.take("NDEATH", "", will, T + 5) == ([], [], "")
    dead = node.take("NDEATH", "", encode(T - 9999, None, [metric("bdSeq", 7, DataType.INT64)]), T + 5)
    assert {(t.device, t.key, t.ts_ms, t.value, t.quality) for t in dead.told} == {
        ("", "load", T + 5, None, DEAD), ("pump-1", "motor_speed", T + 5, None, DEAD), ("pump-1", "motor_mode", T + 5, None, DEAD),
    }  # fmt: skip
    assert node.take("DDATA", "pump-1", encode(T, 2, []), T).rebirth == "no birth has been seen"


def test_the_death_of_a_device_leaves_the_others_alone() -> None:
    taken = born().take("DDEATH", "pump-1", encode(T + 9, 2, []), T)
    assert {(t.device, t.ts_ms) for t in taken.told} == {("pump-1", T + 9)}


def test_two_metrics_of_one_property_are_not_mixed() -> None:
    node = born()
    taken = node.take("DBIRTH", "pump-2", encode(T, 2, [metric("Speed RPM", 1.0), metric("speed/rpm", 2.0)]), T)
    assert [(t.name, t.value) for t in taken.told] == [("Speed RPM", 1.0)]
    assert taken.refused[0].reason == "another metric becomes the property speed_rpm, too"


@pytest.mark.parametrize(
    ("name", "key"), [("Motor 1/Speed (rpm)", "motor_1_speed_rpm"), ("1st", "_1st"), ("ts", "ts_"), ("温度", ""), ("A" * 90, "a" * 63)]
)
def test_a_metric_becomes_a_property(name: str, key: str) -> None:
    assert property_key(name) == key


@given(st.binary(max_size=200), st.sampled_from(["NBIRTH", "DBIRTH", "NDATA", "DDATA", "NDEATH", "DDEATH"]))
def test_whatever_bytes_come_nothing_breaks(data: bytes, kind: str) -> None:
    node = born()
    taken = node.take(kind, "pump-1" if kind[0] == "D" else "", data, T)
    assert all(r.reason for r in taken.refused)


@given(st.data())
def test_a_damaged_birth_never_raises(data: st.DataObject) -> None:
    whole = bytearray(birth())
    for _ in range(data.draw(st.integers(1, 4))):
        whole[data.draw(st.integers(0, len(whole) - 1))] = data.draw(st.integers(0, 255))
    EdgeNode().take("NBIRTH", "", bytes(whole), T)


def test_bytes_of_another_kind_are_named() -> None:
    with pytest.raises(Malformed, match="no Sparkplug B payload"):
        decode(b'{"temp": 21.5}')


def test_a_rebirth_is_the_command_of_the_specification() -> None:
    (command,) = decode(rebirth(T)).metrics
    assert (command.name, command.value, command.datatype) == ("Node Control/Rebirth", True, DataType.BOOLEAN)
