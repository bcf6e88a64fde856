"""The verbs of logins and tokens: sign in, recognise, end."""

import hashlib
import secrets
from collections.abc import Collection
from datetime import datetime, timedelta

from sqlalchemy.orm import Session

from kaogong import audit, registry
from kaogong.core.clock import now
from kaogong.core.errors import AuthRejected, Conflict, Missing
from kaogong.core.principal import Principal, PrincipalKind, Role
from kaogong.db import Database
from kaogong.security import store
from kaogong.security.decisions import Action, require
from kaogong.security.passwords import check_password, hash_password, is_password
from kaogong.security.tables import SessionRow, TokenRow
from kaogong.security.throttle import Throttle
from kaogong.security.types import Caller, Entry, SessionInfo, TokenInfo

COOKIE_LIFE = timedelta(hours=12)  # a shift
BEARER_LIFE = timedelta(hours=1)
TOUCHED_EVERY = timedelta(minutes=1)
DEFAULT_TENANT = "default"
TOKEN_PREFIX = "kgt_"  # noqa: S105 (lets scanners recognise a leaked token)


def sign_in(
    database: Database, throttle: Throttle, login: str, password: str, *, entry: Entry, agent: str, address: str
) -> tuple[str, Caller]:
    """Open a login for `tenant/name`, or for a name of the default tenant or of nobody else; the secret and its caller.

    Raises AuthRejected for a wrong name or password alike, Overloaded after too many. Both outcomes are audited.
    """
    throttle.check(login, address)
    with database.read() as session:
        record = _find(session, login)
    # The hash is compared outside any transaction: it takes its time on purpose.
    is_right = is_password(record.password_hash if record and not record.person.disabled else None, password)
    if record is None or not is_right:
        throttle.failed(login, address)
        if record is not None:
            with database.write() as session:
                principal = _principal(record)
                audit.record(session, principal, "session.sign_in", "person", principal.name, {"address": address}, outcome="login_wrong")
        raise AuthRejected("The name or the password is wrong.", code="login_wrong")
    throttle.succeeded(login, address)
    principal = _principal(record)
    secret = secrets.token_urlsafe(32)
    moment = now()
    row = SessionRow(
        tenant_id=record.tenant_id,
        tenant=record.tenant,
        person=record.person.name,
        entry=entry.value,
        sha256=_digest(secret),
        created_at=moment,
        expires_at=moment + (COOKIE_LIFE if entry is Entry.COOKIE else BEARER_LIFE),
        last_used_at=moment,
        agent=agent[:200],
        address=address[:64],
    )
    with database.write() as session:
        store.forget_expired(session, moment - timedelta(days=1))
        session.add(row)
        session.flush()
        caller = _person_caller(record, row)
        audit.record(session, principal, "session.sign_in", "person", principal.name, {"address": address})
    return secret, caller


def _find(session: Session, login: str) -> registry.PersonRecord | None:
    """`tenant/name`; without a tenant the default one's, else whoever alone has the name."""
    tenant, slash, name = login.partition("/")
    if slash:
        return registry.find_person(session, tenant, name)
    found = registry.find_person(session, DEFAULT_TENANT, login)
    others = [] if found else registry.find_people(session, login)
    return others[0] if len(others) == 1 else found


def identify(database: Database, secret: str) -> Caller:
    """Whose session or token this secret is. Raises AuthRejected when nobody's, ended, expired or of a disabled person."""
    is_token = secret.startswith(TOKEN_PREFIX)
    moment = now()
    with database.read() as session:
        caller, used_at = _token_caller(session, secret, moment) if is_token else _session_caller(session, secret, moment)
    if used_at is None or moment - used_at > TOUCHED_EVERY:
        with database.write() as session:
            row = (store.token_by_secret if is_token else store.session_by_secret)(session, _digest(secret))
            if row is not None:
                row.last_used_at = moment
    return caller


def _session_caller(session: Session, secret: str, moment: datetime) -> tuple[Caller, datetime | None]:
    row = store.session_by_secret(session, _digest(secret))
    if row is None or row.expires_at <= moment:
        raise AuthRejected("This login has ended. Sign in again.", code="session_ended")
    record = registry.find_person(session, row.tenant, row.person)
    if record is None or record.person.disabled:
        raise AuthRejected("This person may not sign in any more.", code="session_ended")
    return _person_caller(record, row), row.last_used_at


def _principal(record: registry.PersonRecord) -> Principal:
    person = record.person
    return Principal(record.tenant_id, record.tenant, PrincipalKind.PERSON, person.name, frozenset(person.roles), person.id)


def _person_caller(record: registry.PersonRecord, row: SessionRow) -> Caller:
    person = record.person
    return Caller(
        _principal(record),
        Entry(row.entry),
        row.id,
        expires_at=row.expires_at,
        must_change_password=person.must_change_password,
        language=person.language,
    )


def _token_caller(session: Session, secret: str, moment: datetime) -> tuple[Caller, datetime | None]:
    row = store.token_by_secret(session, _digest(secret))
    if row is None:
        raise AuthRejected("This token is unknown or revoked.", code="token_unknown")
    if row.expires_at is not None and row.expires_at <= moment:
        raise AuthRejected("This token has expired. Make a new one.", code="token_expired")
    roles = frozenset(Role(role) for role in row.roles)
    principal = Principal(row.tenant_id, row.tenant, PrincipalKind.MACHINE, row.name, roles, row.id)
    return Caller(principal, Entry.TOKEN, row.id, frozenset(row.scopes), row.expires_at), row.last_used_at


def identify_device(database: Database, username: str, password: str) -> Caller:
    """The device of this credential. Raises AuthRejected when unknown, wrong, revoked or deleted."""
    with database.read() as session:
        record = registry.find_credential(session, username)
    kept = record.sha256 if record else ""
    if record is None or record.revoked_at or record.deleted or not secrets.compare_digest(kept, _digest(password)):
        raise AuthRejected("The device's credential is unknown, wrong or revoked.", code="credential_wrong")
    return Caller(Principal(record.tenant_id, record.tenant, PrincipalKind.DEVICE, record.device, id=record.device_id), Entry.DEVICE)


def sign_out(session: Session, caller: Caller) -> None:
    """End the caller's own login."""
    store.end_sessions(session, caller.principal, caller.principal.name, only=caller.id)
    audit.record(session, caller.principal, "session.sign_out", "person", caller.principal.name)


def sessions(session: Session, caller: Caller) -> list[SessionInfo]:
    """The caller's open logins."""
    rows = store.sessions_of(session, caller.principal, caller.principal.name, now())
    return [SessionInfo(r.id, r.person, Entry(r.entry), r.created_at, r.expires_at, r.last_used_at, r.agent, r.address) for r in rows]


def end_session(session: Session, caller: Caller, session_id: int) -> None:
    """End one of the caller's own logins."""
    if not store.end_sessions(session, caller.principal, caller.principal.name, only=session_id):
        raise Missing(f"You have no open login {session_id}.")
    audit.record(session, caller.principal, "session.end", "person", caller.principal.name, {"session": session_id})


def shut_out(session: Session, principal: Principal, person: str) -> None:
    """End every login of `person` and revoke the tokens it made; for when it is disabled or its password is reset."""
    store.end_sessions(session, principal, person)
    store.end_tokens(session, principal, created_by=person)


def change_password(database: Database, throttle: Throttle, caller: Caller, current: str, new: str, *, address: str) -> None:
    """Change the caller's own password and end its other logins."""
    principal = caller.principal
    login = f"{principal.tenant}/{principal.name}"
    throttle.check(login, address)
    with database.read() as session:
        record = registry.find_person(session, principal.tenant, principal.name)
    if not is_password(record.password_hash if record else None, current):
        throttle.failed(login, address)
        raise Conflict("The current password is wrong.", code="password_wrong", field="current_password")
    check_password(new, principal.name)
    if secrets.compare_digest(current.encode(), new.encode()):
        raise Conflict("The new password is the current one.", code="password_same", field="new_password")
    kept = hash_password(new)
    with database.write() as session:
        registry.set_password_hash(session, principal, principal.name, kept, must_change=False)
        store.end_sessions(session, principal, principal.name, but=caller.id)


def create_token(
    session: Session, caller: Caller, name: str, scopes: Collection[Action], expires_in: timedelta | None
) -> tuple[str, TokenInfo]:
    """Make a machine token that may do what `scopes` name and its maker may; the secret is returned this once."""
    if caller.entry is Entry.TOKEN:
        raise Conflict("A token cannot make tokens: sign in as a person.", code="token_by_token")
    for scope in scopes:
        require(caller, scope)
    if any(row.name == name for row in store.tokens_of(session, caller.principal)):
        raise Conflict(f"There is a token {name!r} already.", code="key_taken", field="name")
    secret = TOKEN_PREFIX + secrets.token_urlsafe(32)
    moment = now()
    row = TokenRow(
        tenant_id=caller.principal.tenant_id,
        tenant=caller.principal.tenant,
        name=name,
        sha256=_digest(secret),
        roles=sorted(role.value for role in caller.principal.roles),
        scopes=sorted({scope.value for scope in scopes}),
        created_by=caller.principal.name,
        created_at=moment,
        expires_at=None if expires_in is None else moment + expires_in,
    )
    session.add(row)
    session.flush()
    audit.record(session, caller.principal, "token.create", "token", name, {"scopes": row.scopes})
    return secret, _token_info(row)


def tokens(session: Session, caller: Caller) -> list[TokenInfo]:
    """The tenant's machine tokens."""
    return [_token_info(row) for row in store.tokens_of(session, caller.principal)]


def revoke_token(session: Session, caller: Caller, token_id: int) -> None:
    """Revoke a machine token; its next request is refused."""
    names = store.end_tokens(session, caller.principal, only=token_id)
    if not names:
        raise Missing(f"There is no token {token_id}.")
    audit.record(session, caller.principal, "token.revoke", "token", names[0])


def _token_info(row: TokenRow) -> TokenInfo:
    return TokenInfo(row.id, row.name, tuple(row.scopes), row.created_by, row.created_at, row.expires_at, row.last_used_at)


def _digest(secret: str) -> str:
    # 256 random bits cannot be guessed, so a fast hash keeps them as well as a slow one.
    return hashlib.sha256(secret.encode()).hexdigest()
