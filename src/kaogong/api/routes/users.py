"""The people of a tenant, for its administrator."""

import secrets

from anyio import to_thread
from fastapi import APIRouter
from sqlalchemy.orm import Session

from kaogong import registry, security
from kaogong.api.access import ManagePeople, PlatformOf, SeePeople
from kaogong.api.errors import answers
from kaogong.api.paging import LoginPath, Version
from kaogong.api.shapes.base import Changed
from kaogong.api.shapes.registry import FirstPassword, PasswordReset, People, PersonChange, PersonIn, PersonMade
from kaogong.core.errors import Conflict
from kaogong.core.principal import PrincipalKind, Role
from kaogong.registry import Person
from kaogong.security import Caller

router = APIRouter(tags=["users"])


@router.get("/users")
async def list_users(platform: PlatformOf, caller: SeePeople) -> People:
    """The people of the tenant."""
    return People(items=await platform.read(lambda session: registry.list_people(session, caller.principal)))


@router.post("/users", status_code=201, responses=answers(409))
async def create_user(platform: PlatformOf, caller: ManagePeople, person: PersonIn) -> PersonMade:
    """Let somebody in; without a password one is made up and shown this once."""
    password, kept = await _first_password(person.password, person.name)
    new = registry.NewPerson(
        name=person.name,
        display_name=person.display_name,
        roles=tuple(person.roles),
        language=person.language,
        password_hash=kept,
        must_change_password=True,
    )
    made = await platform.write(lambda session: registry.create_person(session, caller.principal, new))
    return PersonMade(**made.model_dump(), password=None if person.password else password)


@router.get("/users/{name}", responses=answers(404))
async def get_user(platform: PlatformOf, caller: SeePeople, name: LoginPath) -> Person:
    """One person."""
    return await platform.read(lambda session: registry.get_person(session, caller.principal, name))


@router.patch("/users/{name}", responses=answers(404, 409))
async def change_user(platform: PlatformOf, caller: ManagePeople, name: LoginPath, change: PersonChange, version: Version = None) -> Person:
    """Change a person; disabling ends its logins and revokes its tokens at once."""
    given = {field: value for field, value in change.model_dump(exclude_unset=True).items() if value is not None}

    def work(session: Session) -> Person:
        before = registry.get_person(session, caller.principal, name)
        _not_oneself(caller, before, takes_access=bool(change.disabled) or Role.TENANT_ADMIN not in (change.roles or before.roles))
        person = registry.patch_person(session, caller.principal, name, registry.PersonPatch(**given), version=version)
        if person.disabled or set(person.roles) != set(before.roles):
            security.shut_out(session, caller.principal, person.name)
        return person

    return await platform.write(work)


@router.delete("/users/{name}", responses=answers(404, 409))
async def delete_user(platform: PlatformOf, caller: ManagePeople, name: LoginPath) -> Changed:
    """Remove a person; what it did stays in the audit log."""

    def work(session: Session) -> None:
        person = registry.get_person(session, caller.principal, name)
        _not_oneself(caller, person, takes_access=True)
        registry.delete_person(session, caller.principal, name)
        security.shut_out(session, caller.principal, person.name)

    await platform.write(work)
    return Changed()


@router.post("/users/{name}/password", responses=answers(404))
async def reset_password(platform: PlatformOf, caller: ManagePeople, name: LoginPath, reset: PasswordReset) -> FirstPassword:
    """Give somebody a new first password; its logins end."""
    password, kept = await _first_password(reset.password, name)

    def work(session: Session) -> None:
        person = registry.get_person(session, caller.principal, name)
        registry.set_password_hash(session, caller.principal, name, kept, must_change=True)
        security.shut_out(session, caller.principal, person.name)

    await platform.write(work)
    return FirstPassword(password=password)


def _not_oneself(caller: Caller, person: Person, *, takes_access: bool) -> None:
    if takes_access and caller.principal.kind is PrincipalKind.PERSON and person.name == caller.principal.name:
        raise Conflict("You cannot take your own access away; let another administrator do it.", code="own_access")


async def _first_password(given: str | None, person: str) -> tuple[str, str]:
    password = given or secrets.token_urlsafe(12)
    if given:
        security.check_password(given, person)
    return password, await to_thread.run_sync(security.hash_password, password)
