"""The audit log: every change is a line, the chain shows any tampering, tenants see their own alone."""

from collections.abc import Callable
from contextlib import suppress
from datetime import UTC, datetime, timedelta

import pytest
from sqlalchemy import text
from sqlalchemy.orm import Session

from kaogong import audit
from kaogong.audit import Filters
from kaogong.core import clock
from kaogong.core.errors import ConfigInvalid
from kaogong.core.principal import Principal, PrincipalKind
from kaogong.db import Database


class _Undo(Exception):
    pass


T0 = datetime(2026, 11, 21, tzinfo=UTC)


def _person(tenant_id: int, name: str = "li.wei") -> Principal:
    return Principal(tenant_id, f"t{tenant_id}", PrincipalKind.PERSON, name, id=9)


def _fill(database: Database, count: int = 12) -> None:
    for number in range(count):
        with clock.frozen_at(T0 + timedelta(minutes=number)), database.write() as session:
            for tenant in (1, 2):
                who = _person(tenant, "li.wei" if number % 2 else "王五")
                detail = {"number": number, "share": 0.1, "名": "泵", "none": None}
                audit.record(session, who, f"device.{'patch' if number % 3 else 'create'}", "device", f"d{number}", detail)


def _broken(database: Database, tenant: int = 1) -> int | None:
    with database.read() as session:
        return audit.verify(session, tenant)


@pytest.mark.req("K24")
def test_the_log_of_a_tenant_is_found_newest_first_page_by_page(database: Database) -> None:
    _fill(database)
    with database.read() as session:
        first = audit.entries(session, _person(1), limit=5)
        second = audit.entries(session, _person(1), limit=5, cursor=first.next)
        last = audit.entries(session, _person(1), limit=5, cursor=second.next)
    assert [e.seq for page in (first, second, last) for e in page.items] == list(range(12, 0, -1))
    assert (last.next, first.total, first.total_is) == (None, 12, "exact")
    entry = last.items[-1]
    assert (entry.at, entry.actor, entry.actor_kind, entry.actor_id) == (T0, "王五", "person", 9)
    assert (entry.action, entry.kind, entry.key, entry.outcome) == ("device.create", "device", "d0", "ok")
    assert entry.detail == {"number": 0, "share": 0.1, "名": "泵", "none": None}


@pytest.mark.req("K24")
def test_an_auditor_searches_by_who_what_which_and_when(database: Database) -> None:
    _fill(database)
    with database.write() as session:
        audit.record(session, _person(1), "session.sign_in", "session", "li.wei", outcome="auth_rejected")

    def found(**filters: object) -> list[int]:
        with database.read() as session:
            return [e.seq for e in audit.entries(session, _person(1), filters=Filters(**filters)).items]  # type: ignore[arg-type]

    assert found(actor="王五") == [11, 9, 7, 5, 3, 1]
    assert found(action="device.create") == [10, 7, 4, 1]
    assert found(kind="device", key="d3") == [4]
    assert found(outcome="auth_rejected") == [13]
    assert found(from_=T0 + timedelta(minutes=2), to=T0 + timedelta(minutes=4)) == [4, 3]
    assert found(actor="' OR 1=1 --") == found(key="d\0x") == []


TAMPERINGS: list[tuple[str, int]] = [
    ("UPDATE audit SET actor = 'somebody else' WHERE tenant_id = 1 AND seq = 5", 5),
    ("UPDATE audit SET detail = '{}' WHERE tenant_id = 1 AND seq = 7", 7),
    ("UPDATE audit SET at = '2020-01-01 00:00:00.000000' WHERE tenant_id = 1 AND seq = 2", 2),
    ("UPDATE audit SET hash = 'x' WHERE tenant_id = 1 AND seq = 12", 12),
    ("DELETE FROM audit WHERE tenant_id = 1 AND seq = 4", 4),
    ("DELETE FROM audit WHERE tenant_id = 1 AND seq = 1", 1),
    ("DELETE FROM audit WHERE tenant_id = 1 AND seq > 10", 11),
    ("DELETE FROM audit WHERE tenant_id = 1", 1),
    ("UPDATE audit SET seq = 99 WHERE tenant_id = 1 AND seq = 12", 12),
    ("DELETE FROM audit_heads WHERE tenant_id = 1", 13),
]


@pytest.mark.req("K24")
def test_any_tampering_is_found_at_its_first_line(database: Database) -> None:
    _fill(database)
    assert _broken(database) is None
    for statement, line in TAMPERINGS:
        with suppress(_Undo), database.write() as session:
            session.execute(text(statement))
            assert audit.verify(session, 1) == line, statement
            assert audit.verify(session, 2) is None
            raise _Undo
    assert _broken(database) is None


@pytest.mark.req("I01")
def test_the_log_of_another_tenant_is_not_there(database: Database) -> None:
    _fill(database, 3)
    with database.read() as session:
        assert audit.entries(session, _person(3)).items == []
        assert audit.entries(session, _person(2)).total == 3


def test_a_line_exists_only_with_what_it_tells_of(database: Database) -> None:
    with suppress(_Undo), database.write() as session:
        audit.record(session, _person(1), "device.create", "device", "d")
        raise _Undo
    assert _broken(database) is None
    with database.read() as session:
        assert audit.entries(session, _person(1)).total == 0


@pytest.mark.parametrize(
    "line",
    [
        lambda s: audit.record(s, _person(1, "a\0b\ud800" + "x" * 500), "a", "k", "y" * 999),
        lambda s: audit.record(s, _person(1), "a", "k", "k", {"text": "\0\ud800", "nested": [1, {"b": True}], "at": T0}),
        lambda s: audit.record(s, _person(1), "a", "k", "k"),
    ],
)
def test_whatever_is_recorded_verifies(database: Database, line: Callable[[Session], None]) -> None:
    with database.write() as session:
        line(session)
        line(session)
    assert _broken(database) is None
    with database.read() as session:
        assert audit.entries(session, _person(1)).total == 2


def test_a_wrong_cursor_is_said(database: Database) -> None:
    with pytest.raises(ConfigInvalid), database.read() as session:
        audit.entries(session, _person(1), cursor="nonsense")
