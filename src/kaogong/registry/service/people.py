"""People: who may sign in to a tenant and with which roles."""

import re
import unicodedata
from collections.abc import Iterable
from typing import Any

from sqlalchemy.orm import Session

from kaogong.core import clock
from kaogong.core.errors import ConfigInvalid, Conflict, Denied
from kaogong.core.principal import Principal, Role
from kaogong.registry import store
from kaogong.registry.service.announce import PEOPLE_EDITORS, allow, changed, missing, same_version, taken, usable
from kaogong.registry.tables import PersonRow
from kaogong.registry.texts import checked
from kaogong.registry.types import NewPerson, Person, PersonPatch, PersonRecord

# Letters and digits of any script; no "/" (it parts tenant and name at sign-in) and nothing that a URL or a log would mangle.
_LOGIN = re.compile(r"\w[\w.@+-]{0,63}")


def create_person(session: Session, principal: Principal, new: NewPerson) -> Person:
    """Let somebody in; tenant administrators only, and only an operator of the platform makes another one."""
    allow(principal, PEOPLE_EDITORS)
    name = login_name(new.name)
    if not _LOGIN.fullmatch(name):
        raise ConfigInvalid(
            "A login name has 1 to 64 letters or digits of any script, '.', '@', '+', '-' or '_', beginning with a letter or digit.",
            code="login_invalid",
            field="name",
        )
    if store.person(session, principal.tenant_id, name):
        raise taken("person", name)
    _may_grant(principal, new.roles)
    row = PersonRow(
        tenant_id=principal.tenant_id, name=name, display_name=checked(new.display_name, "display_name") or new.name,
        password_hash=new.password_hash, roles=_roles(new.roles), language=new.language,
        must_change_password=new.must_change_password, disabled=False, created_at=clock.now(), version=1,
    )  # fmt: skip
    session.add(row)
    session.flush()
    changed(session, principal, "person", "put", row.id, row.name, "create", {"roles": row.roles})
    return _person(row)


def get_person(session: Session, principal: Principal, name: str) -> Person:
    """Somebody of the tenant."""
    return _person(_row(session, principal, name))


def list_people(session: Session, principal: Principal) -> list[Person]:
    """Everybody of the tenant, by login name."""
    return [_person(row) for row in store.people(session, principal)]


def patch_person(session: Session, principal: Principal, name: str, patch: PersonPatch, *, version: int | None = None) -> Person:
    """Change what `patch` names; the tenant keeps at least one administrator who can sign in."""
    allow(principal, PEOPLE_EDITORS)
    row = _row(session, principal, name)
    same_version("person", row.name, version, row.version)
    given = patch.model_fields_set
    _may_grant(principal, set(patch.roles if "roles" in given else ()) | {Role(r) for r in row.roles})
    if "display_name" in given:
        row.display_name = checked(patch.display_name, "display_name") or row.name
    if "roles" in given:
        row.roles = _roles(patch.roles)
    if "language" in given:
        row.language = patch.language
    if "disabled" in given:
        row.disabled = patch.disabled
    row.version += 1
    _keep_an_administrator(session, principal)
    detail = patch.model_dump(mode="json", include=set(given))
    changed(session, principal, "person", "put", row.id, row.name, "patch", detail)
    return _person(row)


def delete_person(session: Session, principal: Principal, name: str) -> None:
    """Remove somebody; what they did stays in the audit log."""
    allow(principal, PEOPLE_EDITORS)
    row = _row(session, principal, name)
    _may_grant(principal, {Role(r) for r in row.roles})
    session.delete(row)
    session.flush()
    _keep_an_administrator(session, principal)
    changed(session, principal, "person", "delete", row.id, row.name, "delete")


def set_password_hash(session: Session, principal: Principal, name: str, password_hash: str, *, must_change: bool) -> None:
    """Store a new password's Argon2id hash; one's own, or anybody's for an administrator."""
    if login_name(name) != principal.name:
        allow(principal, PEOPLE_EDITORS)
    row = _row(session, principal, name)
    if login_name(name) != principal.name:
        _may_grant(principal, {Role(r) for r in row.roles})
    row.password_hash, row.must_change_password = password_hash, must_change
    row.version += 1
    changed(session, principal, "person", "put", row.id, row.name, "set_password")


def find_person(session: Session, tenant: str, name: str) -> PersonRecord | None:
    """For signing in, before there is a principal."""
    found = store.tenant_by_key(session, tenant) if usable(tenant) else None
    login = login_name(name)
    if found is None or not _LOGIN.fullmatch(login):
        return None
    row = store.person(session, found.id, login)
    return PersonRecord(found.id, found.key, _person(row), row.password_hash) if row else None


def find_people(session: Session, name: str) -> list[PersonRecord]:
    """Everybody of that login name, in whatever tenant; for signing in without naming the tenant."""
    login = login_name(name)
    if not _LOGIN.fullmatch(login):
        return []
    return [PersonRecord(row.tenant_id, tenant, _person(row), row.password_hash) for row, tenant in store.people_named(session, login)]


def login_name(name: str) -> str:
    """The stored form of a login name: case and width do not matter."""
    return unicodedata.normalize("NFKC", unicodedata.normalize("NFKC", name.strip()).casefold())


def _row(session: Session, principal: Principal, name: str) -> PersonRow:
    login = login_name(name)
    row = store.person(session, principal.tenant_id, login) if _LOGIN.fullmatch(login) else None
    if row is None:
        raise missing("person", name)
    return row


def _roles(roles: Iterable[Role]) -> list[Any]:
    kept = sorted({role.value for role in roles})
    if not kept:
        raise ConfigInvalid("A person needs at least one role.", code="roles_empty", field="roles")
    return kept


def _may_grant(principal: Principal, roles: Iterable[Role]) -> None:
    if Role.PLATFORM_OPERATOR in roles and not principal.has(Role.PLATFORM_OPERATOR):
        raise Denied("Only an operator of the platform may make or change another one.", code="role_missing", roles=["platform_operator"])


def _keep_an_administrator(session: Session, principal: Principal) -> None:
    session.flush()
    if not any(Role.TENANT_ADMIN in row.roles and not row.disabled for row in store.people(session, principal)):
        raise Conflict(
            "Nobody would be left to administrate the tenant: make somebody else administrator first.", code="last_administrator"
        )


def _person(row: PersonRow) -> Person:
    return Person(
        id=row.id, name=row.name, display_name=row.display_name, roles=tuple(Role(r) for r in row.roles),
        language="en" if row.language == "en" else "zh", must_change_password=row.must_change_password, disabled=row.disabled,
        created_at=row.created_at, version=row.version,
    )  # fmt: skip
