"""Nothing of another tenant can be seen, changed or guessed: its things answer exactly as things that do not exist."""

from collections.abc import Callable
from datetime import UTC, datetime
from typing import Any

import pytest
from sqlalchemy.orm import Session
from tests.registry.conftest import Plant, engineer

from kaogong import registry
from kaogong.core.errors import Denied, KaogongError, Missing
from kaogong.core.principal import Principal, PrincipalKind, Role
from kaogong.registry import (
    DevicePatch,
    Name,
    NewAsset,
    NewDevice,
    NewPerson,
    NewPlace,
    PersonPatch,
    PlacePatch,
    Property,
    TypeDraft,
)

NOW = datetime(2026, 11, 21, tzinfo=UTC)

# Every verb that takes a key, with the key of a thing of its kind in `rival`.
KEYED: list[tuple[str, Callable[[Session, Principal, str], Any]]] = [
    ("theirs", registry.get_device),
    ("theirs", lambda s, p, key: registry.patch_device(s, p, key, DevicePatch(name=Name(en="x")))),
    ("theirs", registry.delete_device),
    ("theirs", registry.issue_credential),
    ("theirs", registry.revoke_credential),
    ("theirs", registry.credential_state),
    ("theirs", lambda s, p, key: registry.bindings_of(s, p, device=key)),
    ("theirs", lambda s, p, key: registry.bind(s, p, key, "own")),
    ("theirs", lambda s, p, key: registry.bind(s, p, "own", "own", valid_from=NOW, replaces=key)),
    ("theirs", lambda s, p, key: registry.unbind(s, p, key, "own", NOW)),
    ("theirs", lambda s, p, key: registry.create_device(s, p, NewDevice(key="new", type="pump", gateway=key))),
    ("their-node", registry.get_edge_configuration),
    ("their-node", lambda s, p, key: registry.put_edge_configuration(s, p, key, {"connections": []})),
    ("their-node", lambda s, p, key: registry.patch_device(s, p, "own", DevicePatch(gateway=key))),
    ("theirs", registry.get_asset),
    ("theirs", lambda s, p, key: registry.bindings_of(s, p, asset=key)),
    ("theirs", lambda s, p, key: registry.bindings_at(s, p, key, NOW)),
    ("theirs", lambda s, p, key: registry.bind(s, p, "own", key)),
    ("theirs", lambda s, p, key: registry.create_device(s, p, NewDevice(key="new", type="pump", asset=key))),
    ("valve", registry.get_type),
    ("valve", registry.delete_type),
    ("valve", lambda s, p, key: registry.create_device(s, p, NewDevice(key="new", type=key))),
    ("valve", lambda s, p, key: registry.create_asset(s, p, NewAsset(key="new", type=key))),
    ("site", registry.get_place),
    ("site", lambda s, p, key: registry.patch_place(s, p, key, PlacePatch(name=Name(en="x")))),
    ("site", registry.delete_place),
    ("site", lambda s, p, key: registry.create_place(s, p, NewPlace(key="area", name=Name(en="x"), parent=key))),
    ("site", lambda s, p, key: registry.create_device(s, p, NewDevice(key="new", type="pump", place=key))),
    ("zhang", registry.get_person),
    ("zhang", lambda s, p, key: registry.patch_person(s, p, key, PersonPatch(disabled=True))),
    ("zhang", registry.delete_person),
    ("zhang", lambda s, p, key: registry.set_password_hash(s, p, key, "hash", must_change=False)),
    ("rival", registry.get_tenant),
]


def _fill_rival(plant: Plant) -> None:
    with plant.write() as s:
        registry.create_type(s, plant.rival, TypeDraft(key="valve", properties=(Property(key="position", unit="%"),)))
        registry.create_place(s, plant.rival, NewPlace(key="site", name=Name(en="Site")))
        registry.create_devices(
            s,
            plant.rival,
            [NewDevice(key="theirs", type="valve", place="site"), NewDevice(key="their-node", type="edge-node", is_gateway=True)],
        )
        registry.create_person(s, plant.rival, NewPerson(name="zhang", roles=(Role.TENANT_ADMIN,)))
    plant.devices("own")


def _answer(plant: Plant, verb: Callable[[Session, Principal, str], Any], key: str) -> dict[str, Any]:
    with pytest.raises(KaogongError) as caught, plant.write() as s:
        verb(s, plant.acme, key)
    return {name: str(value).replace(key, "…") for name, value in caught.value.as_dict().items()}


@pytest.mark.req("I01")
def test_things_of_another_tenant_answer_like_things_that_do_not_exist(plant: Plant) -> None:
    _fill_rival(plant)
    for key, verb in KEYED:
        answer = _answer(plant, verb, key)
        assert answer["kind"] == "missing"
        assert answer == _answer(plant, verb, "nothing")


@pytest.mark.req("I01")
def test_lists_hold_the_own_tenants_things_alone(plant: Plant) -> None:
    _fill_rival(plant)
    with plant.read() as s:
        p = plant.acme
        assert [d.key for d in registry.list_devices(s, p).items] == ["own"]
        assert [a.key for a in registry.list_assets(s, p).items] == ["own"]
        assert [t.key for t in registry.list_types(s, p)] == ["edge-node", "pump"]
        assert registry.list_places(s, p) == []
        assert registry.list_people(s, p) == []
        assert [t.key for t in registry.list_tenants(s, p)] == ["acme"]
        assert registry.name_table(s, p, "device")["key"].to_list() == ["own"]
        assert "position" not in registry.name_table(s, p, "property")["key"].to_list()


@pytest.mark.req("I01")
def test_the_same_key_in_two_tenants_is_two_things(plant: Plant) -> None:
    with plant.write() as s:
        for principal in (plant.acme, plant.rival):
            registry.create_device(s, principal, NewDevice(key="pump-1", type="pump"))
        registry.delete_device(s, plant.rival, "pump-1")
        assert registry.get_device(s, plant.acme, "pump-1").key == "pump-1"
        kept, gone = (registry.find_credential(s, f"{t}.pump-1") for t in ("acme", "rival"))
        assert kept is not None and not kept.deleted
        assert gone is not None and gone.deleted and gone.revoked_at is not None


@pytest.mark.req("I01")
def test_a_role_that_may_not_write_is_denied_by_the_store_itself(plant: Plant) -> None:
    plant.devices("own")
    with plant.read() as s:
        viewer = engineer(registry.get_tenant(s, plant.acme, "acme"), Role.VIEWER, Role.OPERATOR, Role.AUDITOR)
    writes: list[Callable[[Session], Any]] = [
        lambda s: registry.create_device(s, viewer, NewDevice(key="new", type="pump")),
        lambda s: registry.patch_device(s, viewer, "own", DevicePatch(name=Name(en="x"))),
        lambda s: registry.delete_device(s, viewer, "own"),
        lambda s: registry.issue_credential(s, viewer, "own"),
        lambda s: registry.put_type(s, viewer, TypeDraft(key="pump")),
        lambda s: registry.create_place(s, viewer, NewPlace(key="site", name=Name(en="x"))),
        lambda s: registry.create_person(s, viewer, NewPerson(name="x")),
        lambda s: registry.bind(s, viewer, "own", "own"),
        lambda s: registry.create_tenant(s, viewer, "new", Name(en="x")),
        lambda s: registry.acting_in(s, viewer, "rival"),
    ]
    for write in writes:
        with pytest.raises(Denied), plant.write() as s:
            write(s)


def test_an_operator_of_the_platform_acts_inside_a_tenant_under_their_own_name(plant: Plant) -> None:
    with plant.write() as s:
        operator = engineer(registry.get_tenant(s, plant.acme, "acme"), Role.PLATFORM_OPERATOR)
        inside = registry.acting_in(s, operator, "rival")
        registry.create_person(s, inside, NewPerson(name="first", roles=(Role.TENANT_ADMIN,)))
        assert [p.name for p in registry.list_people(s, plant.rival)] == ["first"]
        assert [t.key for t in registry.list_tenants(s, operator)] == ["acme", "rival"]
        with pytest.raises(Missing):
            registry.acting_in(s, operator, "nobody")


def test_a_device_reads_its_own_edge_configuration_alone(plant: Plant) -> None:
    with plant.write() as s:
        for node in ("node-1", "node-2"):
            registry.create_device(s, plant.acme, NewDevice(key=node, type="edge-node", is_gateway=True))
            registry.put_edge_configuration(s, plant.acme, node, {"connections": []})
        device = Principal(plant.acme.tenant_id, "acme", PrincipalKind.DEVICE, "node-1")
        assert registry.get_edge_configuration(s, device, "node-1").version == 1
        with pytest.raises(Missing):
            registry.get_edge_configuration(s, device, "node-2")
