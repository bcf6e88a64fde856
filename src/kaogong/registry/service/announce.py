"""What every verb does besides its work: ask whether the caller may, announce the change, note it in the audit log."""

from collections.abc import Mapping
from typing import Any

from sqlalchemy.orm import Session

from kaogong import audit
from kaogong.core.errors import Conflict, Denied, Missing
from kaogong.core.keys import KEY
from kaogong.core.principal import Principal, Role
from kaogong.db import outbox

PLANT_EDITORS = (Role.TENANT_ADMIN, Role.ENGINEER)
PEOPLE_EDITORS = (Role.TENANT_ADMIN,)
OPERATORS = (Role.PLATFORM_OPERATOR,)


def allow(principal: Principal, roles: tuple[Role, ...]) -> None:
    """Raise Denied unless the principal holds one of `roles`: the store keeps to it whatever the way in."""
    if not principal.has(*roles):
        names = sorted(role.value for role in roles)
        raise Denied(f"This needs one of the roles {', '.join(names)}.", code="role_missing", roles=names)


def changed(
    session: Session, principal: Principal, kind: str, op: outbox.Op, id_: int, key: str, verb: str, detail: Mapping[str, Any] | None = None
) -> None:
    """Announce a change and note it as `{kind}.{verb}`, both in this transaction."""
    outbox.emit(session, principal.tenant_id, principal.tenant, kind, op, id_, key)
    audit.record(session, principal, f"{kind}.{verb}", kind, key, detail)


def missing(what: str, key: str) -> Missing:
    """The same words for what does not exist and for what is another tenant's."""
    return Missing(f"There is no {what} {key[:80]!r}.", code=f"{what.replace(' ', '_')}_missing", kind=what, key=key[:80])


def taken(what: str, key: str) -> Conflict:
    """The key is in use."""
    return Conflict(f"There is already a {what} {key!r}: choose another key or edit that one.", code="key_taken", field="key", key=key)


def same_version(what: str, key: str, wanted: int | None, stored: int) -> None:
    """Raise Conflict when the caller edits something that was changed since they read it."""
    if wanted is not None and wanted != stored:
        raise Conflict(
            f"The {what} {key!r} was changed meanwhile: you have version {wanted}, it is at {stored}. Read it again and repeat your change.",
            code="version_conflict",
            version=stored,
        )


def usable(key: str) -> bool:
    """Whether `key` could be a key at all; anything else is simply missing and never reaches the store."""
    return KEY.fullmatch(key) is not None
