"""The plant on paper: as large as promised, in units and expressions the platform knows, wired so that the edge accepts it."""

from collections import Counter
from datetime import UTC, datetime

import polars as pl
import pytest

from kaogong.core import units
from kaogong.core.keys import check_key, check_property_key
from kaogong.core.reading import Kind
from kaogong.edge.configuration import plan, read_document
from kaogong.expressions import State, compile_expression, inputs
from kaogong.plant import Faults, World, blueprint
from kaogong.plant.machine import Modbus, Mqtt, OpcUa
from kaogong.plant.registers import DIALECTS, register_map
from kaogong.plant.wiring import edge_configuration
from kaogong.plant.world import kinds
from kaogong.registry.service.type_rules import checked_type
from kaogong.registry.types import NewDevice, NewPlace, TypeDraft


@pytest.mark.req("B05", "B06")
def test_plant_is_as_large_as_promised() -> None:
    plant = blueprint()
    assert len(plant.devices) >= 60
    assert len(plant.types) >= 10
    assert plant.points >= 1_000
    assert len({d.key for d in plant.devices}) == len(plant.devices)
    channels = Counter(type(d.channel) for d in plant.devices)
    assert all(channels[kind] >= 10 for kind in (Modbus, OpcUa, Mqtt))


@pytest.mark.req("B07")
def test_every_type_is_one_the_platform_takes() -> None:
    for document in blueprint().types:
        draft = TypeDraft.model_validate(document)
        check_key(draft.key, "device type")
        assert draft.name.en and draft.name.zh
        assert draft.name.en != draft.name.zh
        for p in draft.properties:
            check_property_key(p.key)
            units.canonical(p.unit)
            assert p.description.en and p.description.zh
            assert any("一" <= c <= "鿿" for c in p.name.zh + p.description.zh), p.key
            if p.type in ("number", "integer") and p.expression is None:
                assert p.min is not None and p.max is not None and p.min < p.max
            if p.type == "enum":
                assert len({o.value for o in p.options}) == len(p.options) > 1


@pytest.mark.req("B07")
def test_every_type_passes_the_registry_s_own_rules() -> None:
    for document in blueprint().types:
        checked_type(TypeDraft.model_validate(document))


def test_every_device_stands_at_a_place_that_exists() -> None:
    plant = blueprint()
    paths = set()
    for document in plant.places:
        place = NewPlace.model_validate(document)
        assert place.parent is None or place.parent in paths
        paths.add(f"{place.parent}/{place.key}" if place.parent else place.key)
    for device in plant.devices:
        assert NewDevice.model_validate(device.document).place in paths
        assert device.document["name"]["en"] != device.document["name"]["zh"]


def test_rich_machines_have_many_properties() -> None:
    size = {t["key"]: len(t["properties"]) for t in blueprint().types}
    assert all(size[key] >= 25 for key in ("screw-compressor", "steam-boiler", "machining-centre", "centrifugal-pump", "pv-inverter"))
    assert any(p.get("expression") for t in blueprint().types for p in t["properties"])


@pytest.mark.req("B05")
def test_edge_node_takes_the_wiring() -> None:
    document = edge_configuration(
        dict.fromkeys(DIALECTS, 5020), {"cnc-cell": "opc.tcp://127.0.0.1:4840/a", "plc-boilers": "opc.tcp://127.0.0.1:4841/b"}
    )
    plans = plan(read_document(document))
    wired = {(t.device, t.property) for p in plans for t in p.targets.values()}
    asked = {
        (unit.key, p.key) for kind in kinds() for unit in kind.installed if not isinstance(unit.channel, Mqtt) for p in kind.measured()
    }
    assert wired == asked
    assert {p.driver for p in plans} == {"modbus_tcp", "opcua"}


def test_no_two_units_share_an_id_and_no_two_registers_a_place() -> None:
    units_seen: set[tuple[str, int]] = set()
    for kind in kinds():
        for unit in kind.installed:
            if isinstance(unit.channel, Modbus):
                assert (unit.channel.gateway, unit.channel.unit) not in units_seen
                units_seen.add((unit.channel.gateway, unit.channel.unit))
                taken = [r.offset for r in register_map(kind, unit.channel.gateway).registers if r.bit is None]
                assert taken == sorted(set(taken))


@pytest.mark.req("B08")
def test_derived_properties_come_out_as_the_plant_means_them() -> None:
    world = World(1, datetime(2026, 6, 17, 3, 0, tzinfo=UTC), faults=Faults({}))
    world.settle(120)
    world.step()
    assert derived(world, "compressor-1", "specific_power") == pytest.approx(5.0, abs=0.6)
    assert derived(world, "compressor-1", "pressure_ratio") == pytest.approx(8.1, abs=0.3)
    assert 30 < derived(world, "feed-pump-1", "efficiency") < 75
    assert 95 < derived(world, "inverter-1", "efficiency") < 99
    assert 62 < derived(world, "boiler-1", "gas_per_steam") < 80
    assert 20 < derived(world, "boiler-1", "load") < 80
    assert 4 < derived(world, "chiller-1", "cop") < 8
    assert 0 < derived(world, "cooling-tower-1", "range") < 12


def derived(world: World, key: str, name: str) -> float:
    """The property as ingest computes it, converted to its declared unit."""
    machine = world.machines[key]
    names = {p.key: (Kind(p.kind), units.canonical(p.unit)) for p in machine.measured()}
    wanted = next(p for p in machine.properties if p.key == name)
    compiled = compile_expression(wanted.expression or "", names)
    row = {p: world.readings[key][p] for p in inputs(wanted.expression or "")}
    frame = pl.DataFrame({"device": [1], "observed_at": [world.at], **{k: [v] for k, v in row.items()}})
    factor, offset = units.conversion(compiled.unit or units.canonical(wanted.unit), units.canonical(wanted.unit))
    return float(compiled.evaluate(frame, State())[0]) * factor + offset
