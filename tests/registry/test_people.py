"""People of a tenant: logins in any script, roles that cannot be grabbed, a tenant that is never left without administrator."""

import pytest
from tests.registry.conftest import Plant

from kaogong import registry
from kaogong.core.errors import ConfigInvalid, Conflict, Denied
from kaogong.core.principal import Principal, PrincipalKind, Role
from kaogong.registry import NewPerson, PersonPatch


@pytest.mark.req("I01")
def test_a_tenant_administrator_manages_people_and_roles(plant: Plant) -> None:
    plant.does(registry.create_person, NewPerson(name="Wang.Wu", display_name="王五", roles=(Role.TENANT_ADMIN,), password_hash="h"))
    plant.does(registry.create_person, NewPerson(name="李四", roles=(Role.VIEWER,), language="en"))
    with plant.read() as s:
        assert [(p.name, p.display_name) for p in registry.list_people(s, plant.acme)] == [("wang.wu", "王五"), ("李四", "李四")]
        found = registry.find_person(s, "acme", "WANG.WU")
        assert found is not None and (found.tenant, found.password_hash, found.person.must_change_password) == ("acme", "h", True)
        assert registry.find_person(s, "rival", "wang.wu") is None
        assert [r.tenant for r in registry.find_people(s, "李四")] == ["acme"]
    patched = plant.does(registry.patch_person, "李四", PersonPatch(roles=(Role.OPERATOR, Role.AUDITOR)), version=1)
    assert isinstance(patched, registry.Person)
    assert (patched.roles, patched.language) == ((Role.AUDITOR, Role.OPERATOR), "en")
    with pytest.raises(Conflict):
        plant.does(registry.patch_person, "李四", PersonPatch(disabled=True), version=1)
    plant.does(registry.delete_person, "李四")
    with plant.read() as s:
        assert registry.find_person(s, "acme", "李四") is None


def test_a_login_that_cannot_be_typed_is_refused_and_never_found(plant: Plant) -> None:
    for name in ["", " ", "a/b", "a b", "-a", "a\0", "a" * 65, "\ud800", "a\nb"]:
        with pytest.raises(ConfigInvalid):
            plant.does(registry.create_person, NewPerson(name=name))
        with plant.read() as s:
            assert registry.find_person(s, "acme", name) is None
            assert registry.find_people(s, name) == []


def test_the_same_login_twice_is_a_conflict_whatever_its_case(plant: Plant) -> None:
    plant.does(registry.create_person, NewPerson(name="admin", roles=(Role.TENANT_ADMIN,)))
    for name in ("admin", "ADMIN", "ａｄｍｉｎ"):
        with pytest.raises(Conflict):
            plant.does(registry.create_person, NewPerson(name=name))


@pytest.mark.req("I01")
def test_nobody_makes_themselves_operator_of_the_platform(plant: Plant) -> None:
    plant.does(registry.create_person, NewPerson(name="admin", roles=(Role.TENANT_ADMIN,)))
    with pytest.raises(Denied):
        plant.does(registry.create_person, NewPerson(name="x", roles=(Role.PLATFORM_OPERATOR,)))
    with pytest.raises(Denied):
        plant.does(registry.patch_person, "admin", PersonPatch(roles=(Role.TENANT_ADMIN, Role.PLATFORM_OPERATOR)))
    with plant.write() as s:
        system = Principal.system(plant.acme.tenant_id, "acme")
        registry.create_person(s, system, NewPerson(name="root", roles=(Role.PLATFORM_OPERATOR,)))
    for verb, *args in (
        (registry.delete_person,),
        (registry.set_password_hash, "stolen"),
        (registry.patch_person, PersonPatch(disabled=True)),
    ):
        with pytest.raises(Denied):
            plant.does(verb, "root", *args, **({"must_change": False} if args == ["stolen"] else {}))


def test_the_last_administrator_cannot_be_removed_disabled_or_demoted(plant: Plant) -> None:
    plant.does(registry.create_person, NewPerson(name="admin", roles=(Role.TENANT_ADMIN,)))
    for verb, args in (
        (registry.delete_person, ()),
        (registry.patch_person, (PersonPatch(disabled=True),)),
        (registry.patch_person, (PersonPatch(roles=(Role.VIEWER,)),)),
    ):
        with pytest.raises(Conflict) as caught:
            plant.does(verb, "admin", *args)
        assert caught.value.stable_code == "last_administrator"
    with pytest.raises(ConfigInvalid):
        plant.does(registry.patch_person, "admin", PersonPatch(roles=()))


def test_one_sets_ones_own_password_and_an_administrator_everybodys(plant: Plant) -> None:
    plant.does(registry.create_person, NewPerson(name="admin", roles=(Role.TENANT_ADMIN,)))
    plant.does(registry.create_person, NewPerson(name="viewer"))
    viewer = Principal(plant.acme.tenant_id, "acme", PrincipalKind.PERSON, "viewer", frozenset({Role.VIEWER}))
    with plant.write() as s:
        registry.set_password_hash(s, viewer, "viewer", "own", must_change=False)
        found = registry.find_person(s, "acme", "viewer")
    assert found is not None and (found.password_hash, found.person.must_change_password) == ("own", False)
    with pytest.raises(Denied), plant.write() as s:
        registry.set_password_hash(s, viewer, "admin", "stolen", must_change=False)
    plant.does(registry.set_password_hash, "viewer", "reset", must_change=True)
