"""The ISA-95 tree of places."""

from typing import Any

import pytest
from tests.registry.conftest import Plant

from kaogong import registry
from kaogong.core.errors import ConfigInvalid, Conflict, Missing
from kaogong.registry import Name, NewDevice, NewPlace, PlacePatch


def _make(plant: Plant, *paths: str, **more: Any) -> None:
    for path in paths:
        parent, _, key = path.rpartition("/")
        plant.does(registry.create_place, NewPlace(key=key, parent=parent or None, name=Name(zh=f"地方{key}"), **more))


def test_levels_follow_from_depth_and_the_tree_comes_parents_first(plant: Plant) -> None:
    _make(plant, "s", "s-2", "s/a", "s/a/l", "s/a/l/c", "s/b")
    with plant.read() as s:
        places = registry.list_places(s, plant.acme)
    assert [(p.path, p.level) for p in places] == [
        ("s", "site"), ("s/a", "area"), ("s/a/l", "line"), ("s/a/l/c", "cell"), ("s/b", "area"), ("s-2", "site"),
    ]  # fmt: skip
    with pytest.raises(ConfigInvalid) as caught:
        _make(plant, "s/a/l/c/d")
    assert caught.value.stable_code == "place_too_deep"


def test_a_site_has_a_time_zone_and_what_is_in_it_follows(plant: Plant) -> None:
    _make(plant, "s", time_zone="Europe/Berlin")
    _make(plant, "s/a")
    with plant.read() as s:
        assert registry.get_place(s, plant.acme, "s/a").time_zone == "Europe/Berlin"
    plant.does(registry.patch_place, "s", PlacePatch(time_zone="Asia/Shanghai"), version=1)
    with plant.read() as s:
        assert [p.time_zone for p in registry.list_places(s, plant.acme)] == ["Asia/Shanghai"] * 2
    for path, zone in (("s", "Mars/Olympus"), ("s", "../../etc/passwd"), ("s", ""), ("s", "a\0"), ("s/a", "Asia/Tokyo")):
        with pytest.raises(ConfigInvalid) as caught:
            plant.does(registry.patch_place, path, PlacePatch(time_zone=zone))
        assert caught.value.details["field"] == "time_zone"


def test_a_place_in_use_is_not_removed(plant: Plant) -> None:
    _make(plant, "s", "s/a")
    plant.does(registry.create_device, NewDevice(key="pump-1", type="pump", place="s/a"))
    for path in ("s", "s/a"):
        with pytest.raises(Conflict) as caught:
            plant.does(registry.delete_place, path)
        assert caught.value.stable_code == "place_in_use"
    plant.does(registry.patch_device, "pump-1", registry.DevicePatch(place=None))
    plant.does(registry.delete_place, "s/a")
    plant.does(registry.delete_place, "s")
    with plant.read() as s:
        assert registry.list_places(s, plant.acme) == []


def test_conflicts_and_what_is_missing(plant: Plant) -> None:
    _make(plant, "s")
    with pytest.raises(Conflict):
        _make(plant, "s")
    with pytest.raises(Missing):
        _make(plant, "nowhere/a")
    with pytest.raises(Conflict):
        plant.does(registry.patch_place, "s", PlacePatch(name=Name(en="x")), version=7)
    for path in ("", "/", "s/", "//", "s/a", "s\0"):
        with pytest.raises(Missing):
            plant.does(registry.get_place, path)
