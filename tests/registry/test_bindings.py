"""Who speaks for a place, from when to when: swaps keep the history, no property speaks for two places at once."""

from datetime import UTC, datetime, timedelta
from typing import Any

import polars as pl
import pytest
from tests.registry.conftest import Plant

from kaogong import registry
from kaogong.core import clock
from kaogong.core.errors import ConfigInvalid, Conflict, Missing
from kaogong.registry import NewAsset, NewDevice, Property, TypeDraft

T0 = datetime(2026, 1, 1, tzinfo=UTC)
HOUR = timedelta(hours=1)


def _history(plant: Plant, **of: str) -> list[tuple[Any, ...]]:
    with plant.read() as s:
        return [(b.device, b.asset, b.valid_from, b.valid_to) for b in registry.bindings_of(s, plant.acme, **of)]


def _asset_of(plant: Plant, device: str, prop: str, at: datetime) -> tuple[str, str] | None:
    """Where the directory puts a sample: (asset, asset property), as ingest will."""
    with plant.read() as s:
        directory = registry.Directory.snapshot(s)
        assets = dict(registry.name_table(s, plant.acme, "asset").select("id", "key").rows())
        properties = dict(registry.name_table(s, plant.acme, "property").select("id", "key").rows())
    ref = directory.device("acme", device)
    assert ref is not None
    number = directory.properties(ref.type_id)[prop].id
    whole = int(directory.identity()[ref.device_id])
    rows = directory.bindings().filter(
        pl.col("device") == ref.device_id, pl.col("property") == number, pl.col("valid_from") <= at, pl.col("valid_to") > at
    )
    assert rows.height + (whole > 0) <= 1
    if whole:
        return assets[whole], prop
    return (assets[rows["asset"][0]], properties[rows["asset_property"][0]]) if rows.height else None


@pytest.mark.req("B02")
def test_swapping_a_sensor_keeps_the_history_of_its_place(plant: Plant) -> None:
    plant.devices("pump-1", "spare")
    with plant.write() as s:
        registry.bind(s, plant.acme, "spare", "pump-1", valid_from=T0, replaces="pump-1")
    assert _history(plant, asset="pump-1") == [("pump-1", "pump-1", None, T0), ("spare", "pump-1", T0, None)]
    assert _history(plant, device="spare") == [("spare", "spare", None, T0), ("spare", "pump-1", T0, None)]
    assert _asset_of(plant, "pump-1", "flow", T0 - HOUR) == ("pump-1", "flow")
    assert _asset_of(plant, "pump-1", "flow", T0) is None
    assert _asset_of(plant, "spare", "flow", T0 - HOUR) == ("spare", "flow")
    assert _asset_of(plant, "spare", "flow", T0) == ("pump-1", "flow")
    with plant.read() as s:
        assert [b.device for b in registry.bindings_at(s, plant.acme, "pump-1", T0 - HOUR)] == ["pump-1"]
        assert [b.device for b in registry.bindings_at(s, plant.acme, "pump-1", T0)] == ["spare"]


def test_a_device_made_for_an_asset_that_has_a_history_begins_now(plant: Plant) -> None:
    plant.devices("pump-1")
    plant.does(registry.create_asset, NewAsset(key="place", type="pump"))
    with clock.frozen_at(T0), plant.write() as s:
        registry.create_devices(
            s, plant.acme, [NewDevice(key="b", type="pump", asset="pump-1"), NewDevice(key="c", type="pump", asset="place")]
        )
    assert _history(plant, device="b") == [("b", "pump-1", T0, None)]
    assert _history(plant, device="c") == [("c", "place", None, None)]
    with pytest.raises(Missing), plant.read() as s:
        registry.get_asset(s, plant.acme, "b")


def test_a_new_device_does_not_take_an_asset_that_another_one_speaks_for(plant: Plant) -> None:
    plant.devices("pump-1", "spare")
    plant.does(registry.bind, "spare", "pump-1", valid_from=T0, replaces="pump-1")
    plant.does(registry.delete_device, "pump-1")
    with pytest.raises(Conflict) as caught:
        plant.devices("pump-1")
    assert caught.value.stable_code == "asset_in_use"


@pytest.mark.req("B02")
def test_a_mapping_takes_single_properties_elsewhere_and_leaves_the_rest(plant: Plant) -> None:
    two = TypeDraft(key="two-flows", properties=(Property(key="f1", unit="m3/h"), Property(key="f2", unit="m3/h")))
    plant.does(registry.create_type, two)
    plant.devices("pump-1", "pump-2")
    plant.devices("meter", type="two-flows")
    plant.does(registry.bind, "meter", "pump-1", {"f1": "flow"}, valid_from=T0)
    plant.does(registry.bind, "meter", "pump-2", {"f2": "flow"}, valid_from=T0 + HOUR)
    assert _asset_of(plant, "meter", "f1", T0 - HOUR) == ("meter", "f1")
    assert _asset_of(plant, "meter", "f1", T0) == ("pump-1", "flow")
    assert _asset_of(plant, "meter", "f2", T0) == ("meter", "f2")
    assert _asset_of(plant, "meter", "f2", T0 + HOUR) == ("pump-2", "flow")
    plant.does(registry.unbind, "meter", "pump-1", T0 + 2 * HOUR)
    assert _asset_of(plant, "meter", "f1", T0 + HOUR) == ("pump-1", "flow")
    assert _asset_of(plant, "meter", "f1", T0 + 3 * HOUR) == ("meter", "f1")


def test_a_mapping_must_fit(plant: Plant) -> None:
    plant.devices("pump-1", "pump-2")
    plant.does(registry.create_asset, NewAsset(key="bare"))
    for asset, mapping, code in (
        ("pump-2", {}, "mapping_invalid"),
        ("pump-2", {"flow": "flow", "pressure": "flow"}, "mapping_invalid"),
        ("pump-2", {"nothing": "flow"}, "property_unknown"),
        ("pump-2", {"flow": "nothing"}, "property_unknown"),
        ("pump-2", {"flow": "pressure"}, "mapping_incompatible"),
        ("bare", {"flow": "flow"}, "mapping_invalid"),
    ):
        with pytest.raises(ConfigInvalid) as caught:
            plant.does(registry.bind, "pump-1", asset, mapping)
        assert caught.value.stable_code == code


def test_no_property_speaks_for_two_places_at_once(plant: Plant) -> None:
    plant.devices("a", "b", "c")
    plant.does(registry.bind, "a", "b", {"flow": "flow"}, valid_from=T0)
    for start in (None, T0 - HOUR, T0, T0 + HOUR):
        with pytest.raises(Conflict) as caught:
            plant.does(registry.bind, "a", "c", {"flow": "flow"}, valid_from=start)
        assert caught.value.stable_code == "binding_overlaps"
    plant.does(registry.bind, "a", "c", {"pressure": "pressure"}, valid_from=T0)
    plant.does(registry.unbind, "a", "b", T0 + HOUR)
    plant.does(registry.bind, "a", "c", {"flow": "flow"}, valid_from=T0 + HOUR)


def test_a_device_cannot_be_moved_behind_a_later_move(plant: Plant) -> None:
    plant.devices("a", "b", "c")
    plant.does(registry.bind, "a", "b", valid_from=T0)
    with pytest.raises(Conflict):
        plant.does(registry.bind, "a", "c", valid_from=T0 - HOUR)
    plant.does(registry.bind, "a", "c", valid_from=T0)
    assert _history(plant, device="a") == [("a", "a", None, T0), ("a", "c", T0, None)]
    plant.does(registry.delete_device, "c")
    with clock.frozen_at(T0 + HOUR):
        plant.does(registry.delete_device, "a")
    assert _history(plant, asset="c")[-1] == ("a", "c", T0, T0 + HOUR)


def test_binding_since_ever_replaces_what_was_bound_since_ever(plant: Plant) -> None:
    plant.devices("a", "b")
    plant.does(registry.bind, "a", "b")
    assert _history(plant, device="a") == [("a", "b", None, None)]
    assert _asset_of(plant, "a", "flow", T0) == ("b", "flow")


def test_a_time_without_zone_is_refused(plant: Plant) -> None:
    plant.devices("a", "b")
    with pytest.raises(ConfigInvalid) as caught:
        plant.does(registry.bind, "a", "b", valid_from=datetime(2026, 1, 1))  # noqa: DTZ001
    assert caught.value.details["field"] == "valid_from"


def test_what_is_not_bound_cannot_be_unbound(plant: Plant) -> None:
    plant.devices("a", "b")
    with pytest.raises(Missing):
        plant.does(registry.unbind, "a", "b", T0)
