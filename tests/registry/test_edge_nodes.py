"""What edge nodes collect: versions, checked names, and who speaks for whom."""

from typing import Any

import pytest
from tests.registry.conftest import Plant

from kaogong import registry
from kaogong.core.errors import ConfigInvalid, Conflict, Missing
from kaogong.registry import NewDevice


def _document(*points: tuple[str, str]) -> dict[str, Any]:
    entries = [{"device": device, "property": prop, "address": {"table": "input", "address": 0}} for device, prop in points]
    return {"connections": [{"name": "plc", "driver": "modbus_tcp", "config": {"host": "127.0.0.1"}, "points": entries}]}


@pytest.fixture
def nodes(plant: Plant) -> Plant:
    """Two nodes and two pumps."""
    with plant.write() as s:
        new = [NewDevice(key=f"edge-{i}", type="edge-node", is_gateway=True) for i in (1, 2)]
        registry.create_devices(s, plant.acme, [*new, NewDevice(key="pump-1", type="pump"), NewDevice(key="pump-2", type="pump")])
    return plant


@pytest.mark.req("B01")
def test_a_configuration_is_versioned_and_makes_the_node_speak_for_its_devices(nodes: Plant) -> None:
    with nodes.read() as s, pytest.raises(Missing):
        registry.get_edge_configuration(s, nodes.acme, "edge-1")
    first, second = _document(("pump-1", "flow")), _document(("pump-1", "flow"), ("pump-2", "pressure"))
    for document, version in ((first, 1), (first, 1), (second, 2)):
        stored = nodes.does(registry.put_edge_configuration, "edge-1", document)
        assert isinstance(stored, registry.EdgeConfiguration)
        assert (stored.version, stored.document) == (version, document)
    with nodes.read() as s:
        assert registry.get_edge_configuration(s, nodes.acme, "edge-1", version=1).document == first
        assert registry.get_device(s, nodes.acme, "pump-2").gateway == "edge-1"
        directory = registry.Directory.snapshot(s)
    pump, edge = directory.device("acme", "pump-2"), directory.device("acme", "edge-1")
    assert pump is not None and edge is not None and pump.gateway_id == edge.device_id


def test_who_edits_an_old_version_sees_a_conflict(nodes: Plant) -> None:
    nodes.does(registry.put_edge_configuration, "edge-1", _document(("pump-1", "flow")), version=0)
    with pytest.raises(Conflict):
        nodes.does(registry.put_edge_configuration, "edge-1", _document(("pump-2", "flow")), version=0)


def test_another_nodes_device_is_a_conflict(nodes: Plant) -> None:
    nodes.does(registry.put_edge_configuration, "edge-1", _document(("pump-1", "flow")))
    with pytest.raises(Conflict) as caught:
        nodes.does(registry.put_edge_configuration, "edge-2", _document(("pump-1", "flow")))
    assert caught.value.stable_code == "gateway_taken"


def test_what_cannot_work_is_refused_with_its_field(nodes: Plant) -> None:
    wrong: list[tuple[dict[str, Any], str]] = [
        ({}, "connections"),
        ({"connections": {}}, "connections"),
        ({"connections": [1]}, "connections.0.points"),
        ({"connections": [{"points": "x"}]}, "connections.0.points"),
        ({"connections": [{"points": [{"device": 1, "property": "flow"}]}]}, "connections.0.points.0"),
        (_document(("pump-1", "flow"), ("nobody", "flow")), "connections.0.points.1.device"),
        (_document(("a\0", "flow")), "connections.0.points.0.device"),
        (_document(("pump-1", "no_such")), "connections.0.points.0.property"),
    ]
    for document, field in wrong:
        with pytest.raises(ConfigInvalid) as caught:
            nodes.does(registry.put_edge_configuration, "edge-1", document)
        assert caught.value.details["field"] == field


def test_a_device_that_is_no_gateway_is_no_edge_node(nodes: Plant) -> None:
    with pytest.raises(Missing):
        nodes.does(registry.put_edge_configuration, "pump-1", _document())
