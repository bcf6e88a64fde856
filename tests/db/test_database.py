"""One unit of work: all or nothing, one writer at a time, readers see one moment, the change feed has no gaps."""

import threading
from contextlib import suppress
from datetime import UTC, datetime, timedelta, timezone
from pathlib import Path

import pytest
from sqlalchemy import text
from sqlalchemy.exc import StatementError

from kaogong.core.errors import ConfigInvalid, NotReady
from kaogong.db import Change, Database, Relay, after, cursor, outbox, page_limit
from kaogong.db.tables import OutboxHead


class _Broken(Exception):
    pass


def _emit(database: Database, *keys: str) -> None:
    with database.write() as session:
        for number, key in enumerate(keys):
            outbox.emit(session, 1, "acme", "device", "put", number, key)


def test_a_unit_of_work_is_stored_as_a_whole_or_not_at_all(database: Database) -> None:
    with suppress(_Broken), database.write() as session:
        outbox.emit(session, 1, "acme", "device", "put", 7, "lost")
        raise _Broken
    _emit(database, "kept")
    assert Relay(database).pending() == [Change(1, 1, "acme", "device", "put", 0, "kept")]


def test_what_a_reader_does_is_not_kept(database: Database) -> None:
    _emit(database, "a")
    with database.read() as session:
        session.execute(text("DELETE FROM outbox"))
    assert len(Relay(database).pending()) == 1


def test_a_reader_sees_one_moment_and_does_not_wait_for_a_writer(database: Database) -> None:
    _emit(database, "a")
    with database.read() as session:
        assert outbox.head(session) == 1
        _emit(database, "b", "c")
        assert outbox.head(session) == 1
    with database.read() as session:
        assert outbox.head(session) == 3


def test_writers_take_turns_so_nothing_is_lost_and_sequences_have_no_gap(database: Database) -> None:
    refused: list[BaseException] = []

    def work(name: int) -> None:
        try:
            for turn in range(10):
                try:
                    with database.write() as session:
                        outbox.emit(session, 1, "acme", "device", "put", turn, f"{name}-{turn}")
                        if turn % 5 == 4:
                            raise _Broken
                except _Broken:
                    continue
        except NotReady as err:
            refused.append(err)

    threads = [threading.Thread(target=work, args=(n,)) for n in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(60)
    assert refused == []
    assert [c.seq for c in Relay(database).pending()] == list(range(1, 33))


def test_the_relay_offers_a_change_until_it_is_marked(database: Database) -> None:
    _emit(database, "a", "b", "c")
    relay = Relay(database)
    first, second = relay.pending(2)
    assert relay.pending(2) == [first, second]
    relay.mark_sent([first.seq])
    assert [c.key for c in relay.pending()] == ["b", "c"]
    relay.mark_sent(c.seq for c in relay.pending())
    assert relay.pending() == []
    _emit(database, "d")
    assert [c.seq for c in relay.pending()] == [4]
    assert Change.from_dict(first.as_dict()) == first


def test_times_come_back_aware_and_in_utc(database: Database) -> None:
    from kaogong.audit.tables import AuditRow

    shanghai = datetime(2026, 11, 21, 8, 0, 0, 123456, tzinfo=timezone(timedelta(hours=8)))
    row = {"tenant_id": 1, "actor_kind": "", "actor": "", "actor_id": 0, "action": "", "kind": "", "key": "", "outcome": "", "detail": {}}
    with database.write() as session:
        session.add(AuditRow(**row, seq=1, at=shanghai, hash=""))
    with database.read() as session:
        at = session.get_one(AuditRow, (1, 1)).at
    assert (at, at.tzinfo) == (shanghai, UTC)
    with pytest.raises(StatementError, match="aware"), database.write() as session:
        session.add(AuditRow(**row, seq=2, at=datetime(2026, 1, 1), hash=""))  # noqa: DTZ001


def test_foreign_keys_hold_on_both_stores(database: Database) -> None:
    from sqlalchemy.exc import IntegrityError

    with pytest.raises(IntegrityError), database.write() as session:
        session.execute(text("INSERT INTO credentials (device_id, sha256, issued_at) VALUES (99, '', '2026-01-01')"))


def test_a_database_that_does_not_answer_is_not_ready_in_one_line(tmp_path: Path) -> None:
    missing = Database(f"postgresql+psycopg://nobody@/nothing?host={tmp_path}")
    with pytest.raises(NotReady) as caught, missing.read() as session:
        session.get(OutboxHead, 1)
    assert "\n" not in caught.value.message
    missing.close()
    empty = Database(f"sqlite:///{tmp_path}/empty.db")
    with pytest.raises(NotReady), empty.read() as session:
        session.get(OutboxHead, 1)
    empty.close()


@pytest.mark.parametrize("dsn", ["", "nonsense", "mongodb://x/y", "postgresql+nodriver://x/y"])
def test_a_dsn_that_cannot_work_says_what_to_write(dsn: str) -> None:
    with pytest.raises(ConfigInvalid, match="postgresql"):
        Database(dsn)


def test_cursors_round_trip_and_foreign_ones_are_refused() -> None:
    assert after(cursor("泵", 7), str, int) == ("泵", 7)
    assert after(None, str) is after("", str) is None
    for wrong in ("x", "====", cursor(7), cursor("a", "b"), cursor("a\0"), cursor(-1), "\ud800", "é"):
        with pytest.raises(ConfigInvalid):
            after(wrong, str)
    assert page_limit(None) == 50
