"""Logins, sessions and tokens of people and machines, on the real registry."""

from datetime import timedelta

import pytest

from kaogong import audit, registry, security
from kaogong.core.clock import frozen_at, now
from kaogong.core.errors import AuthRejected, ConfigInvalid, Conflict, Denied, Missing, Overloaded
from kaogong.core.principal import Principal, Role
from kaogong.db import Database
from kaogong.registry import Name, NewPerson
from kaogong.security import ROLES, Action, Caller, Entry, Throttle

PASSWORD = "correct horse"


@pytest.fixture
def house(database: Database) -> Database:
    """Two tenants; `ana` is administrator of the default one, `bo` an engineer of the other."""
    with database.write() as session:
        operator = Principal.system(0, "")
        for key in ("default", "other"):
            registry.create_tenant(session, operator, key, Name(en=key, zh=key))
        ana = NewPerson(
            name="ana",
            roles=(Role.TENANT_ADMIN, Role.ENGINEER),
            password_hash=security.hash_password(PASSWORD),
            must_change_password=False,
        )
        registry.create_person(session, registry.acting_in(session, operator, "default"), ana)
        bo = NewPerson(name="bo", roles=(Role.VIEWER,), password_hash=security.hash_password(PASSWORD))
        registry.create_person(session, registry.acting_in(session, operator, "other"), bo)
    return database


def enter(house: Database, login: str = "ana", password: str = PASSWORD, entry: Entry = Entry.COOKIE) -> tuple[str, Caller]:
    return security.sign_in(house, Throttle(), login, password, entry=entry, agent="pytest", address="127.0.0.1")


def test_who_knows_the_password_comes_in(house: Database) -> None:
    for login in ("ana", "ANA", "default/ana", "other/bo", "bo"):
        secret, caller = enter(house, login)
        assert security.identify(house, secret).principal == caller.principal
        assert caller.principal.tenant == ("other" if "bo" in login else "default")
        assert caller.must_change_password is ("bo" in login)


def test_a_wrong_name_or_password_is_told_nothing_more(house: Database) -> None:
    strange = ["", "/", "a/b/c", "ana' OR '1'='1", "ana\0", "' --", "\ud800"]
    for login, password in [
        ("ana", "wrong"),
        ("default/ana ", "wrong"),
        *((one, PASSWORD) for one in ("nobody", "other/ana", "default/bo", *strange)),
    ]:
        with pytest.raises(AuthRejected) as failure:
            enter(house, login, password)
        assert failure.value.stable_code == "login_wrong"


def test_guessing_is_slowed_down_and_audited(house: Database) -> None:
    throttle = Throttle()
    for _ in range(5):
        with pytest.raises(AuthRejected):
            security.sign_in(house, throttle, "ana", "wrong", entry=Entry.COOKIE, agent="", address="10.0.0.9")
    with pytest.raises(Overloaded) as failure:
        security.sign_in(house, throttle, "ana", PASSWORD, entry=Entry.COOKIE, agent="", address="10.0.0.9")
    assert failure.value.retry_after_s is not None and 0 < failure.value.retry_after_s <= 301
    # The owner at another machine is not kept out.
    security.sign_in(house, throttle, "ana", PASSWORD, entry=Entry.COOKIE, agent="", address="10.0.0.10")
    _, caller = enter(house)
    with house.read() as session:
        page = audit.entries(session, caller.principal, filters=audit.Filters(action="session.sign_in", outcome="login_wrong"))
    assert page.total == 5


def test_spraying_many_names_from_one_address_is_slowed_down(house: Database) -> None:
    throttle = Throttle()
    for number in range(50):
        throttle.failed(f"name{number}", "10.0.0.9")
    with pytest.raises(Overloaded):
        throttle.check("a name never tried", "10.0.0.9")


def test_a_login_ends_after_its_time(house: Database) -> None:
    secret, caller = enter(house, entry=Entry.BEARER)
    assert caller.expires_at is not None
    with frozen_at(caller.expires_at + timedelta(seconds=1)), pytest.raises(AuthRejected) as failure:
        security.identify(house, secret)
    assert failure.value.stable_code == "session_ended"


def test_logins_are_listed_and_ended_one_by_one(house: Database) -> None:
    phone, _ = enter(house)
    desk, caller = enter(house)
    _, stranger = enter(house, "other/bo")
    with house.read() as session:
        listed = security.sessions(session, caller)
    assert len(listed) == 2
    assert listed[0].id == caller.id
    with house.write() as session, pytest.raises(Missing):
        security.end_session(session, stranger, caller.id)
    with house.write() as session:
        security.end_session(session, caller, listed[1].id)
    with pytest.raises(AuthRejected):
        security.identify(house, phone)
    assert security.identify(house, desk).id == caller.id


def test_signing_out_ends_the_login(house: Database) -> None:
    secret, caller = enter(house)
    with house.write() as session:
        security.sign_out(session, caller)
    with pytest.raises(AuthRejected):
        security.identify(house, secret)


def test_a_new_password_ends_every_other_login(house: Database) -> None:
    phone, _ = enter(house)
    desk, caller = enter(house)
    security.change_password(house, Throttle(), caller, PASSWORD, "battery staple", address="")
    assert security.identify(house, desk).id == caller.id
    with pytest.raises(AuthRejected):
        security.identify(house, phone)
    with pytest.raises(AuthRejected):
        enter(house)
    enter(house, password="battery staple")


def test_a_first_password_shuts_everything_but_its_change(house: Database) -> None:
    _, caller = enter(house, "other/bo")
    with pytest.raises(Denied) as failure:
        security.require(caller, Action.SEE_PLANT)
    assert failure.value.stable_code == "password_change_required"
    security.require(caller, Action.OWN_ACCOUNT)
    security.change_password(house, Throttle(), caller, PASSWORD, "battery staple", address="")
    secret, caller = enter(house, "other/bo", "battery staple")
    security.require(security.identify(house, secret), Action.SEE_PLANT)


def test_an_easy_password_is_refused(house: Database) -> None:
    _, caller = enter(house)
    for password in ("short", "ana-is-my-name", "aaaaaaaaaaaa", "x" * 257, ""):
        with pytest.raises(ConfigInvalid) as failure:
            security.change_password(house, Throttle(), caller, PASSWORD, password, address="")
        assert failure.value.stable_code == "password_weak"


def test_the_current_password_is_asked_for_and_must_differ(house: Database) -> None:
    _, caller = enter(house)
    with pytest.raises(Conflict, match="current password is wrong"):
        security.change_password(house, Throttle(), caller, "guess", "battery staple", address="")
    with pytest.raises(Conflict, match="is the current one"):
        security.change_password(house, Throttle(), caller, PASSWORD, PASSWORD, address="")


@pytest.mark.req("F15")
def test_a_token_may_do_what_its_scopes_name_and_no_more(house: Database) -> None:
    _, caller = enter(house)
    with house.write() as session:
        secret, info = security.create_token(session, caller, "line-1", [Action.SEE_PLANT, Action.SEND_SAMPLES], timedelta(days=1))
    found = security.identify(house, secret)
    assert (found.principal.name, info.created_by) == ("line-1", "ana")
    security.require(found, Action.SEE_PLANT)
    with pytest.raises(Denied) as failure:
        security.require(found, Action.EDIT_PLANT)
    assert failure.value.stable_code == "scope_missing"
    with house.write() as session, pytest.raises(Conflict):
        security.create_token(session, found, "child", [Action.SEE_PLANT], None)


def test_a_token_gives_no_more_than_its_maker_has(house: Database) -> None:
    _, caller = enter(house)
    with house.write() as session, pytest.raises(Denied):
        security.create_token(session, caller, "too-much", [Action.MANAGE_TENANTS], None)


def test_a_token_expires_and_is_revoked_at_once(house: Database) -> None:
    _, caller = enter(house)
    with house.write() as session:
        secret, info = security.create_token(session, caller, "short", [Action.SEE_PLANT], timedelta(days=1))
        with pytest.raises(Conflict):
            security.create_token(session, caller, "short", [Action.SEE_PLANT], None)
    with frozen_at(now() + timedelta(days=2)), pytest.raises(AuthRejected) as failure:
        security.identify(house, secret)
    assert failure.value.stable_code == "token_expired"
    _, stranger = enter(house, "other/bo")
    with house.write() as session, pytest.raises(Missing):
        security.revoke_token(session, stranger, info.id)
    with house.write() as session:
        security.revoke_token(session, caller, info.id)
    with pytest.raises(AuthRejected):
        security.identify(house, secret)


def test_a_disabled_person_is_out_at_once_with_all_its_tokens(house: Database) -> None:
    secret, caller = enter(house)
    with house.write() as session:
        token, _ = security.create_token(session, caller, "line-1", [Action.SEE_PLANT], None)
        security.shut_out(session, caller.principal, "ana")
    for one in (secret, token):
        with pytest.raises(AuthRejected):
            security.identify(house, one)


def test_last_use_is_kept_to_the_minute(house: Database) -> None:
    secret, caller = enter(house)
    with frozen_at(now() + timedelta(minutes=5)):
        security.identify(house, secret)
    with house.read() as session:
        info = security.sessions(session, caller)[0]
    assert info.last_used_at - info.created_at >= timedelta(minutes=4)


def test_secrets_are_not_kept(house: Database) -> None:
    secret, caller = enter(house)
    with house.write() as session:
        token, _ = security.create_token(session, caller, "line-1", [Action.SEE_PLANT], None)
    raw = house.engine.raw_connection()
    try:
        cursor = raw.cursor()
        kept = ""
        for table in ("sessions", "tokens", "people", "audit", "outbox"):
            cursor.execute(f"SELECT * FROM {table}")
            kept += repr(cursor.fetchall())
    finally:
        raw.close()
    for one in (secret, token, PASSWORD):
        assert one not in kept


@pytest.mark.req("I01")
def test_every_action_has_roles_and_every_role_can_do_something() -> None:
    assert set(ROLES) == set(Action)
    assert all(ROLES.values())
    for role in Role:
        assert any(role in roles for roles in ROLES.values())


@pytest.mark.parametrize(
    ("action", "allowed"),
    [
        (Action.EDIT_PLANT, {Role.TENANT_ADMIN, Role.ENGINEER}),
        (Action.COMMAND_DEVICES, {Role.ENGINEER, Role.OPERATOR}),
        (Action.MANAGE_PEOPLE, {Role.TENANT_ADMIN}),
        (Action.SEE_AUDIT, {Role.TENANT_ADMIN, Role.AUDITOR}),
        (Action.MANAGE_TENANTS, {Role.PLATFORM_OPERATOR}),
    ],
)
def test_who_may_do_what(action: Action, allowed: set[Role]) -> None:
    assert ROLES[action] == allowed


def test_a_device_credential_opens_only_for_its_device(house: Database) -> None:
    _, caller = enter(house)
    with house.write() as session:
        registry.create_type(session, caller.principal, registry.TypeDraft(key="pump"))
        made = registry.create_device(session, caller.principal, registry.NewDevice(key="pump-1", type="pump"))
    found = security.identify_device(house, made.credential.username, made.credential.password)
    assert (found.principal.name, found.entry) == ("pump-1", Entry.DEVICE)
    with pytest.raises(Denied):
        security.require(found, Action.SEE_PLANT)
    for username, password in [
        (made.credential.username, "wrong"),
        ("default.pump-2", made.credential.password),
        ("other.pump-1", made.credential.password),
        ("", ""),
    ]:
        with pytest.raises(AuthRejected):
            security.identify_device(house, username, password)
    with house.write() as session:
        registry.revoke_credential(session, caller.principal, "pump-1")
    with pytest.raises(AuthRejected):
        security.identify_device(house, made.credential.username, made.credential.password)
