"""Commands and what stands between a wish and a machine, on both stores."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from kaogong import audit, fleet, registry
from kaogong.core import clock
from kaogong.core.errors import ConfigInvalid, Conflict, Denied, KaogongError, Missing
from kaogong.core.principal import Principal, PrincipalKind, Role
from kaogong.db import Database
from kaogong.fleet import Circumstances, CommandRecord, CommandState, Order
from kaogong.registry import Command, Name, NewDevice, OperationKind, Parameter, Property, TypeDraft

SPEED = Parameter(key="speed", unit="rpm", min=0, max=3000)
BURNER = TypeDraft(
    key="burner",
    properties=(Property(key="pressure", unit="bar"), Property(key="running", type="boolean"), Property(key="speed", unit="rpm")),  # type: ignore[arg-type]
    commands=(
        Command(key="set_speed", kind=OperationKind.SETPOINT, parameters=(SPEED,), read_back={"speed": "speed"}),
        Command(key="start", kind=OperationKind.START, precondition="pressure < 8 and not running"),
        Command(key="purge", kind=OperationKind.MAINTENANCE, risk="high", timeout_s=600),
    ),
)
CALM = Circumstances({"pressure": 3.0, "running": False}, connected=True)


class Floor:
    """Two tenants with a burner each; li proposes, wang approves."""

    def __init__(self, database: Database) -> None:
        self.database = database
        self.people: dict[str, Principal] = {}
        for tenant in ("acme", "rival"):
            with database.write() as session:
                made = registry.create_tenant(session, Principal.system(0, ""), tenant, Name(en=tenant))
                roles = frozenset({Role.ENGINEER, Role.OPERATOR})
                self.people[tenant] = Principal(made.id, made.key, PrincipalKind.PERSON, "li", roles, 1)
                registry.create_type(session, self.people[tenant], BURNER)
                registry.create_device(session, self.people[tenant], NewDevice(key="burner-1", type="burner"))
        self.li = self.people["acme"]
        self.wang = replace(self.li, name="wang", id=2)

    def does(self, verb: Any, principal: Principal | None = None, *args: Any, **options: Any) -> Any:
        with self.database.write() as session:
            return verb(session, principal or self.li, *args, **options)

    def order(self, name: str, now_is: Circumstances = CALM, principal: Principal | None = None, **more: Any) -> CommandRecord:
        wish = Order(name, more.pop("arguments", {}), **more)
        record: CommandRecord = self.does(fleet.record_command, principal, "burner-1", wish, now_is)[0]
        return record

    def answers(self, command_id: str, body: bytes, *, tenant: str = "acme", speaker: str = "burner-1") -> bool:
        with self.database.write() as session:
            return fleet.take_answer(session, tenant, speaker, command_id, body, clock.now())

    def now(self, command_id: str) -> CommandRecord:
        with self.database.read() as session:
            return fleet.get_command(session, self.li, command_id)

    def told(self) -> list[tuple[str, str]]:
        with self.database.read() as session:
            lines = audit.entries(session, self.li, limit=100).items
        return [(one.action.removeprefix("command."), one.outcome) for one in reversed(lines) if one.action.startswith("command.")]


@pytest.fixture
def floor(database: Database) -> Floor:
    return Floor(database)


def _refused(floor: Floor, code: str, kind: type[KaogongError], name: str, *args: Any, **more: Any) -> None:
    with pytest.raises(kind) as caught:
        floor.order(name, *args, **more)
    assert caught.value.stable_code == code


@pytest.mark.req("C01")
@pytest.mark.req("K03")
def test_only_what_the_type_declares_in_its_range_and_with_its_interlock_is_recorded(floor: Floor) -> None:
    _refused(floor, "command_unknown", Missing, "explode")
    _refused(floor, "argument_out_of_range", ConfigInvalid, "set_speed", arguments={"speed": 3001})
    _refused(floor, "argument_invalid", ConfigInvalid, "set_speed", arguments={"speed": 1, "more": 1})
    _refused(floor, "interlock_blocks", Conflict, "start", Circumstances({"pressure": 9.0, "running": False}))
    _refused(floor, "interlock_blocks", Conflict, "start", Circumstances({"pressure": 3.0, "running": True}))
    _refused(floor, "interlock_unknown", Conflict, "start", Circumstances({"running": False}))
    _refused(floor, "device_revoked", Conflict, "start", replace(CALM, revoked=True))
    assert floor.told() == []
    assert floor.order("start").state is CommandState.SENT
    assert floor.told() == [("send", "ok")]


@pytest.mark.req("C02")
@pytest.mark.req("K03")
def test_an_answer_is_taken_once_from_whom_it_is_for_and_read_back(floor: Floor) -> None:
    sent = floor.order("set_speed", arguments={"speed": 1500}, reason="ordered by the shift")
    assert not floor.answers(sent.id, b'{"speed": 1500}', speaker="somebody-else")
    assert not floor.answers(sent.id, b'{"speed": 1500}', tenant="rival")
    assert not floor.answers("0" * 32, b"{}")
    assert floor.answers(sent.id, b'{"values": {"speed": 1500.0}}')
    assert not floor.answers(sent.id, b'{"speed": 7}')
    assert (floor.now(sent.id).state, floor.now(sent.id).verified) == (CommandState.ANSWERED, True)
    other = floor.order("set_speed", arguments={"speed": 1200})
    assert floor.answers(other.id, b'{"speed": 1100}')
    assert floor.now(other.id).verified is False
    assert floor.told() == [("send", "ok"), ("answer", "not_assigned"), ("answer", "ok"), ("send", "ok"), ("answer", "ok")]
    with pytest.raises(Missing), floor.database.read() as session:
        fleet.get_command(session, floor.people["rival"], sent.id)


@pytest.mark.req("K03")
def test_a_command_of_high_risk_waits_for_a_second_person(floor: Floor) -> None:
    waiting = floor.order("purge")
    assert (waiting.state, waiting.expires_at - waiting.sent_at) == (CommandState.WAITING, timedelta(seconds=600))
    assert not floor.answers(waiting.id, b"{}"), "what was not sent cannot be answered"
    with pytest.raises(Denied) as caught:
        floor.does(fleet.approve_command, floor.li, waiting.id, CALM)
    assert caught.value.stable_code == "second_person_needed"
    with pytest.raises(Missing):
        floor.does(fleet.approve_command, replace(floor.people["rival"], name="wang"), waiting.id, CALM)
    approved = floor.does(fleet.approve_command, floor.wang, waiting.id, CALM)
    assert (approved.state, approved.sent_by, approved.approved_by) == (CommandState.SENT, "li", "wang")
    with pytest.raises(Conflict) as again:
        floor.does(fleet.approve_command, floor.wang, waiting.id, CALM)
    assert again.value.stable_code == "command_not_waiting"
    other = floor.order("purge")
    assert floor.does(fleet.reject_command, floor.wang, other.id, "not today").state is CommandState.REJECTED
    assert floor.told() == [("propose", "ok"), ("approve", "ok"), ("propose", "ok"), ("reject", "ok")]


def test_the_same_request_twice_is_one_command(floor: Floor) -> None:
    first = floor.order("set_speed", arguments={"speed": 10}, request_id="r-1")
    with floor.database.write() as session:
        again, is_new = fleet.record_command(session, floor.li, "burner-1", Order("set_speed", {"speed": 10}, request_id="r-1"), CALM)
    assert (again.id, is_new) == (first.id, False)
    _refused(floor, "request_id_used", Conflict, "set_speed", arguments={"speed": 11}, request_id="r-1")
    theirs = floor.order("set_speed", principal=floor.people["rival"], arguments={"speed": 11}, request_id="r-1")
    assert theirs.id != first.id


@pytest.mark.req("C06")
def test_a_command_for_a_device_that_is_away_is_held_or_expires_as_was_chosen(floor: Floor) -> None:
    away = replace(CALM, connected=False)
    held = floor.order("start", away, hold=True, valid_for=timedelta(hours=1))
    assert held.state is CommandState.HELD
    assert floor.order("start", away).state is CommandState.SENT, "it goes out with its expiry"
    with floor.database.read() as session:
        ((principal, record, aim),) = fleet.held_commands(session)
    assert (principal.tenant, record.id, aim is not None) == ("acme", held.id, True)
    assert floor.does(fleet.release_command, principal, held.id) is True
    assert floor.does(fleet.release_command, principal, held.id) is False, "single use"
    brief = floor.order("start", away, hold=True, valid_for=timedelta(microseconds=1))
    assert floor.now(brief.id).state is CommandState.EXPIRED
    with floor.database.read() as session:
        assert fleet.held_commands(session) == []
    assert floor.told()[0] == ("hold", "ok")
    assert datetime.now(UTC) > brief.expires_at


def test_a_type_with_a_guard_that_cannot_work_is_refused(floor: Floor) -> None:
    wrong = {
        "commands.0.precondition": Command(key="start", precondition="pressure < 'a'"),
        "commands.0.read_back.nothing": Command(key="start", parameters=(SPEED,), read_back={"nothing": "speed"}),
    }
    for field, command in wrong.items():
        with pytest.raises(ConfigInvalid) as caught:
            floor.does(registry.put_type, None, BURNER.model_copy(update={"key": "other", "commands": (command,)}))
        assert str(caught.value.details["field"]).startswith(field)


@pytest.mark.req("C05")
@pytest.mark.req("C08")
def test_operations_are_catalogued_by_kind_and_counted(floor: Floor) -> None:
    every = [Command(key=f"c_{kind.value}", kind=kind) for kind in OperationKind]
    floor.does(registry.put_type, None, BURNER.model_copy(update={"key": "all", "commands": tuple(every)}))
    with floor.database.read() as session:
        found = {one.kind: one for one in fleet.operations(session, floor.li)}
    assert len(found) >= 15 + 9
    assert (found["start"].types, found["start"].devices, found["start"].name.zh) == (("all", "burner"), 1, "启动")
    assert (found["device.create"].devices, found["device.create"].done) == (1, 1)
