"""The configuration document: what cannot work is refused with its field."""

from typing import Any

import pytest

from kaogong.core.errors import ConfigInvalid
from kaogong.edge.configuration import Configuration, plan, read_document

POINT = {"device": "pump-1", "property": "flow", "address": {"table": "holding", "address": 0}}
PLC = {"name": "plc", "driver": "modbus_tcp", "config": {"host": "10.0.0.7"}, "points": [POINT]}


def document(**change: Any) -> dict[str, Any]:
    return {"connections": [PLC | change]}


@pytest.mark.parametrize(
    ("wrong", "field", "words"),
    [
        ({"conections": []}, "conections", "known: connections"),
        (document(name="a b"), "connections.0.name", "pattern"),
        (document(driver="modbus"), "connections.0.driver", "modbus_tcp, mqtt"),
        (document(config={}), "connections.0.config.host", "Field required"),
        (document(config={"host": "x", "port": 0}), "connections.0.config.port", "greater than or equal to 1"),
        (document(config={"host": "x", "user": "y"}), "connections.0.config.user", "there is no such setting"),
        (document(points=[POINT | {"property": "Flow"}]), "connections.0.points.0", "lower-case"),
        (document(points=[POINT | {"group": "fast"}]), "connections.0", "names the group 'fast'"),
        (document(points=[POINT, POINT]), "connections.0", "is there 2 times"),
        (document(points=[POINT | {"address": {"table": "holding"}}]), "connections.0.points.0.address.address", "Field required"),
        (
            document(points=[POINT | {"address": {"table": "holding", "address": 65535, "type": "float32"}}]),
            "connections.0.points.0.address",
            "reaches past address 65535",
        ),
        (document(groups={"default": {"interval_s": 0}}), "connections.0.groups.default.interval_s", "greater than"),
        ({"connections": [PLC, PLC]}, "", "is there 2 times"),
        ({"connections": [PLC, PLC | {"name": "other"}]}, "", "is read by both 'plc' and 'other'"),
        (document(driver="mqtt", points=[POINT | {"address": {"topic": "a/#"}}]), "connections.0.points.0.address.topic", "one topic"),
        (document(driver="opcua", config={"url": "http://x"}, points=[]), "connections.0.config.url", "opc.tcp://"),
        (
            document(driver="opcua", config={"url": "opc.tcp://x"}, points=[POINT | {"address": {"node": "?"}}]),
            "connections.0.points.0.address.node",
            "NodeId",
        ),
    ],
)
def test_what_cannot_work_is_refused_with_its_field(wrong: dict[str, Any], field: str, words: str) -> None:
    with pytest.raises(ConfigInvalid) as caught:
        plan(read_document(wrong))
    assert caught.value.details["field"] == field
    assert words in caught.value.message


def test_document_survives_a_round_trip() -> None:
    read = read_document(document(groups={"slow": {"interval_s": 10, "deadband": 0.1}}))
    assert read_document(read.model_dump(mode="json")) == read
    assert read_document(read.model_dump(mode="json", exclude_unset=True)) == read
    assert read.connections[0].points[0].name == "pump-1.flow"


def test_the_example_of_the_manual_works() -> None:
    import json
    import textwrap

    text = (Configuration.__doc__ or "").split("Example::", 1)[1]
    plans = plan(read_document(json.loads(textwrap.dedent(text))))
    assert [(p.driver, len(p.targets)) for p in plans] == [("modbus_tcp", 4), ("opcua", 1), ("mqtt", 1)]


def test_points_are_grouped() -> None:
    points = [POINT | {"property": f"p{i}", "group": "slow" if i % 2 else "default"} for i in range(4)]
    made = plan(read_document(document(groups={"slow": {"interval_s": 10}}, points=points)))[0]
    assert {g.name: [p.name for p in g.points] for g in made.groups} == {
        "default": ["pump-1.p0", "pump-1.p2"],
        "slow": ["pump-1.p1", "pump-1.p3"],
    }
