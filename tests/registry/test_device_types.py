"""What a device type may say, and that a property id keeps its meaning for ever."""

import math
from typing import Any

import pytest
from tests.registry.conftest import PUMP, Plant

from kaogong import registry
from kaogong.core.errors import ConfigInvalid, Conflict, Missing
from kaogong.registry import Command, Event, Name, NewDevice, Option, Parameter, Property, TypeChange, TypeDraft


def _ids(plant: Plant, key: str = "pump") -> dict[str, int]:
    with plant.read() as s:
        return {p.key: p.id for p in registry.get_type(s, plant.acme, key).properties}


def _put(plant: Plant, *properties: Property, replace: bool = False) -> TypeChange:
    with plant.write() as s:
        return registry.put_type(s, plant.acme, TypeDraft(key="pump", properties=properties), replace=replace)


@pytest.mark.req("B02")
def test_a_type_comes_back_as_it_was_written_with_ucum_units(plant: Plant) -> None:
    draft = TypeDraft(
        key="kiln",
        name=Name(en="Kiln", zh="窑炉"),
        description=Name(en="Burns\nlime", zh="煅烧"),
        properties=(
            Property(key="temp", name=Name(zh="温度"), unit="℃", min=-40, max=1400, resolution=0.1, stale_after_s=30),
            Property(key="state", type="enum", options=(Option(value="RUN", name=Name(en="Running", zh="运行")), Option(value="STOP"))),
            Property(key="gas", unit="Nm³/h", access="read_write"),
            Property(key="note", type="text"),
        ),
        commands=(Command(key="start", parameters=(Parameter(key="ramp", unit="K/min", min=0, max=20),)),),
        events=(Event(key="tripped", severity="critical", fields=(Parameter(key="cause", type="text"),)),),
    )
    with plant.write() as s:
        registry.create_type(s, plant.acme, draft)
        got = registry.get_type(s, plant.acme, "kiln")
    assert [(p.key, p.unit) for p in got.properties] == [("temp", "Cel"), ("state", "1"), ("gas", "m3/h{N}"), ("note", "1")]
    assert got.properties[0].name == Name(en="温度", zh="温度")
    assert got.properties[0].model_dump(include={"min", "max", "resolution", "stale_after_s"}) == {
        "min": -40, "max": 1400, "resolution": 0.1, "stale_after_s": 30,
    }  # fmt: skip
    assert got.properties[1].options == (
        Option(value="RUN", name=Name(en="Running", zh="运行")),
        Option(value="STOP", name=Name(en="STOP")),
    )
    assert got.commands[0].parameters[0].unit == "K/min"
    assert got.events[0].fields[0].name == Name(en="cause")
    assert got.version == 1 and not got.is_built_in


def test_a_repeated_put_changes_and_announces_nothing(plant: Plant) -> None:
    before = _ids(plant)
    with plant.write() as s:
        change = registry.put_type(s, plant.acme, PUMP)
    assert change.model_dump(exclude={"type"}) == {"added": (), "changed": (), "replaced": (), "revived": (), "retired": ()}
    assert change.type.version == 1
    assert _ids(plant) == before


def test_what_does_not_touch_the_meaning_keeps_the_id(plant: Plant) -> None:
    before = _ids(plant)
    change = _put(plant, Property(key="flow", unit="m3/h", max=900, name=Name(en="Flow")), *PUMP.properties[1:])
    assert change.changed == ("flow",)
    assert _ids(plant) == before
    assert change.type.version == 2


@pytest.mark.req("B02")
def test_another_unit_is_another_property_and_the_old_one_comes_back_with_its_unit(plant: Plant) -> None:
    before = _ids(plant)
    change = _put(plant, Property(key="flow", unit="L/min"), *PUMP.properties[1:])
    assert change.replaced == ("flow",)
    changed = _ids(plant)
    assert changed["flow"] != before["flow"]
    assert changed["pressure"] == before["pressure"]
    back = _put(plant, *PUMP.properties)
    assert back.replaced == ("flow",)
    assert _ids(plant) == before


@pytest.mark.req("B02")
def test_another_kind_is_refused_unless_it_is_meant(plant: Plant) -> None:
    before = _ids(plant)
    text = Property(key="flow", type="text")
    with pytest.raises(Conflict) as caught:
        _put(plant, text, *PUMP.properties[1:])
    assert caught.value.stable_code == "property_kind_changed"
    assert caught.value.details["field"] == "flow"
    assert _ids(plant) == before
    assert _put(plant, text, *PUMP.properties[1:], replace=True).replaced == ("flow",)
    assert _ids(plant)["flow"] not in before.values()


def test_a_property_left_out_is_retired_and_revived_with_its_id(plant: Plant) -> None:
    before = _ids(plant)
    assert _put(plant, *PUMP.properties[1:]).retired == ("flow",)
    assert set(_ids(plant)) == {"pressure", "running"}
    assert _put(plant, *PUMP.properties).revived == ("flow",)
    assert _ids(plant) == before


def test_a_deleted_type_lives_again_under_its_key_with_its_property_ids(plant: Plant) -> None:
    before = _ids(plant)
    plant.does(registry.delete_type, "pump")
    with plant.read() as s, pytest.raises(Missing):
        registry.get_type(s, plant.acme, "pump")
    text = TypeDraft(key="pump", properties=(Property(key="flow", type="text"), *PUMP.properties[1:]))
    plant.does(registry.create_type, text)
    assert _ids(plant)["pressure"] == before["pressure"]
    assert _ids(plant)["flow"] != before["flow"]


def test_a_type_in_use_or_built_in_or_there_already_is_a_conflict(plant: Plant) -> None:
    plant.devices("pump-1")
    for verb, what, code in (
        (registry.delete_type, "pump", "type_in_use"),
        (registry.delete_type, "edge-node", "type_built_in"),
        (registry.put_type, TypeDraft(key="edge-node"), "type_built_in"),
        (registry.create_type, PUMP, "key_taken"),
    ):
        with pytest.raises(Conflict) as caught:
            plant.does(verb, what)
        assert caught.value.stable_code == code


def test_who_edits_an_old_version_sees_a_conflict(plant: Plant) -> None:
    with plant.read() as s:
        version = registry.get_type(s, plant.acme, "pump").version
    _put(plant, *PUMP.properties[:1])
    with pytest.raises(Conflict) as caught, plant.write() as s:
        registry.put_type(s, plant.acme, PUMP, version=version)
    assert caught.value.stable_code == "version_conflict"
    assert caught.value.details["version"] == version + 1


P = Property
WRONG: list[tuple[dict[str, Any], str, str]] = [
    ({"properties": (P(key="Flow"),)}, "properties.0.key", "key_invalid"),
    ({"properties": (P(key="values"),)}, "properties.0.key", "key_invalid"),
    ({"properties": (P(key="a"), P(key="a"))}, "properties", "key_twice"),
    ({"properties": (P(key="a", unit="furlongs per fortnight"),)}, "properties.0.unit", "unit_unknown"),
    ({"properties": (P(key="a", unit="kPa\0"),)}, "properties.0.unit", "text_invalid"),
    ({"properties": (P(key="a", type="boolean", unit="kPa"),)}, "properties.0.unit", "field_not_for_kind"),
    ({"properties": (P(key="a", type="text", min=1),)}, "properties.0.min", "field_not_for_kind"),
    ({"properties": (P(key="a", type="text", resolution=1),)}, "properties.0.resolution", "field_not_for_kind"),
    ({"properties": (P(key="a", min=2, max=1),)}, "properties.0.min", "range_invalid"),
    ({"properties": (P(key="a", max=math.inf),)}, "properties.0.min", "range_invalid"),
    ({"properties": (P(key="a", resolution=0),)}, "properties.0.resolution", "resolution_invalid"),
    ({"properties": (P(key="a", resolution=math.nan),)}, "properties.0.resolution", "resolution_invalid"),
    ({"properties": (P(key="a", stale_after_s=0),)}, "properties.0.stale_after_s", "stale_after_invalid"),
    ({"properties": (P(key="a", type="enum"),)}, "properties.0.options", "options_invalid"),
    ({"properties": (P(key="a", options=(Option(value="x"),)),)}, "properties.0.options", "options_invalid"),
    ({"properties": (P(key="a", type="enum", options=(Option(value="x"), Option(value="x"))),)}, "properties.0.options", "key_twice"),
    ({"properties": (P(key="a", name=Name(en="\x07")),)}, "properties.0.name.en", "text_invalid"),
    ({"properties": (P(key="a", description=Name(en="long", zh="长" * 2001)),)}, "properties.0.description.zh", "text_too_long"),
    ({"properties": (P(key="a"), P(key="b", expression="a * 2", access="write"))}, "properties.1.access", "derived_not_writable"),
    ({"commands": (Command(key="Start"),)}, "commands.0.key", "key_invalid"),
    ({"commands": (Command(key="go", parameters=(Parameter(key="a", unit="?"),)),)}, "commands.0.parameters.0.unit", "unit_unknown"),
    ({"events": (Event(key="a"), Event(key="a"))}, "events", "key_twice"),
    ({"key": "a b"}, "key", "key_invalid"),
]


@pytest.mark.parametrize(("what", "field", "code"), WRONG)
def test_what_cannot_work_is_refused_with_its_field(what: dict[str, Any], field: str, code: str) -> None:
    from kaogong.registry.service.type_rules import checked_type

    with pytest.raises(ConfigInvalid) as caught:
        checked_type(TypeDraft(**{"key": "kiln"} | what))
    assert (caught.value.details["field"], caught.value.stable_code) == (field, code)


def test_a_derived_property_is_checked_for_names_kind_and_unit(plant: Plant) -> None:
    def put(*derived: Property) -> TypeChange:
        return _put(plant, *PUMP.properties, *derived)

    good = put(Property(key="double", unit="m3/h", expression="flow * 2"), Property(key="half", unit="m3/h", expression="double / 4"))
    assert good.added == ("double", "half")
    for wrong in (
        Property(key="bad", unit="m3/h", expression="no_such_property * 2"),
        Property(key="bad", unit="bar", expression="flow * 2"),
        Property(key="bad", type="text", expression="flow * 2"),
        Property(key="bad", expression="flow +"),
        Property(key="bad", expression="bad + 1"),
    ):
        with pytest.raises(ConfigInvalid) as caught:
            put(wrong)
        assert str(caught.value.details["field"]).startswith("properties.3")


def test_devices_of_a_type_share_its_properties(plant: Plant) -> None:
    plant.devices("a", "b")
    with plant.read() as s:
        directory = registry.Directory.snapshot(s)
    a, b = directory.device("acme", "a"), directory.device("acme", "b")
    assert a is not None and b is not None and a.type_id == b.type_id
    assert NewDevice(key="x", type="pump").name == Name()
