"""What edge nodes report, stored by tenant and said in words."""

import asyncio
from contextlib import suppress
from datetime import UTC, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from tests.simulators.peer import until

from kaogong import fleet, registry
from kaogong.bus import Bus
from kaogong.core import clock
from kaogong.core.errors import Missing
from kaogong.core.principal import Principal, PrincipalKind, Role
from kaogong.db import Database
from kaogong.formats.report import BadPoint, BufferReport, ConfigurationReport, ConnectionReport, NodeReport
from kaogong.registry import Name, NewDevice, Property, TypeDraft

NOON = datetime(2026, 11, 21, 2, 4, 30, tzinfo=UTC)
SHANGHAI = ZoneInfo("Asia/Shanghai")


def connection(state: str = "running", code: str = "ok", **more: Any) -> ConnectionReport:
    known = {"name": "plc", "driver": "modbus_tcp", "peer": "127.0.0.1:5020", "reason": "", "since": NOON, "devices": ("pump-1", "pump-2")}
    return ConnectionReport(**(known | {"state": state, "code": code} | more))


def node_report(*connections: ConnectionReport, **more: Any) -> NodeReport:
    parts = {"configuration": ConfigurationReport(etag='"1"'), "buffer": BufferReport(), "connections": connections}
    return NodeReport(**({"node": "edge-1", "at": NOON, "started_at": NOON, "version": "1", "state": "ready", "reason": ""} | parts | more))


class Plant:
    """Tenants acme and rival, each with an edge node edge-1 and two pumps."""

    def __init__(self, database: Database) -> None:
        self.database = database
        self.people: dict[str, Principal] = {}
        platform = Principal.system(0, "")
        with database.write() as s:
            for key in ("acme", "rival"):
                tenant = registry.create_tenant(s, platform, key, Name(en=key, zh=key))
                roles = frozenset({Role.ENGINEER, Role.TENANT_ADMIN})
                principal = self.people[key] = Principal(tenant.id, key, PrincipalKind.PERSON, "li", roles, 1)
                registry.create_type(s, principal, TypeDraft(key="pump", name=Name(en="Pump", zh="泵"), properties=(Property(key="flow"),)))
                new = [
                    NewDevice(key="edge-1", type="edge-node", is_gateway=True),
                    *(NewDevice(key=f"pump-{i}", type="pump") for i in (1, 2)),
                ]
                registry.create_devices(s, principal, new)

    def source(self, device: str, tenant: str = "acme") -> fleet.DeviceSource | None:
        with self.database.read() as s:
            return fleet.connection_of(s, self.people[tenant], device, SHANGHAI)

    def report(self, node: str = "edge-1", tenant: str = "acme") -> fleet.StoredReport | None:
        with self.database.read() as s:
            return fleet.report(s, self.people[tenant], node, SHANGHAI)


@pytest.fixture
def plant(database: Database) -> Plant:
    return Plant(database)


async def followed(bus: Bus, plant: Plant, *told: tuple[str, bytes]) -> None:
    """Publish reports and let the platform follow until it has taken all of them."""
    task = asyncio.create_task(fleet.follow_reports(bus, plant.database))
    for subject, body in told:
        await bus.publish(subject, body)
    await bus.publish("up.rival.edge-1.reported", node_report(reason="the last one").model_dump_json().encode())
    await until(lambda: (found := plant.report(tenant="rival")) and found.report.reason == "the last one", "the last report is taken")
    task.cancel()
    with suppress(asyncio.CancelledError):
        await task


@pytest.mark.req("B08")
async def test_last_report_of_each_node_is_kept_by_tenant(plant: Plant, bus: Bus) -> None:
    assert plant.report() is None
    lost = connection("lost", "connection_refused", details={"peer": "127.0.0.1:5020"})
    await followed(
        bus,
        plant,
        ("up.acme.edge-1.reported", node_report(connection()).model_dump_json().encode()),
        ("up.acme.edge-1.reported", node_report(lost, node="somebody-else").model_dump_json().encode()),
        ("up.acme.pump-1.reported", node_report(lost).model_dump_json().encode()),
        ("up.acme.edge-1.reported", b'{"broken'),
    )
    found = plant.report()
    assert found is not None
    assert found.report.node == "edge-1", "a node speaks for itself alone"
    assert [c.state for c in found.report.connections] == ["lost"], "a broken report leaves the former one"
    assert plant.source("pump-1", "rival") is None
    with pytest.raises(Missing):
        plant.report("pump-1")


@pytest.mark.req("B08")
@pytest.mark.parametrize(
    ("told", "en", "zh"),
    [
        (
            connection("lost", "connection_refused", details={"peer": "127.0.0.1:5020"}, next_try=NOON + timedelta(seconds=8)),
            "Not responding since 10:04: connection refused by 127.0.0.1:5020; next try in 8 s.",
            "自 10:04 起无响应：127.0.0.1:5020 拒绝连接；8 秒后重试。",
        ),
        (
            connection("lost", "timed_out", details={"peer": "10.0.0.7:502", "timeout_s": 3.0}, since=NOON - timedelta(days=1)),
            "Not responding since 2026-11-20 10:04: 10.0.0.7:502 did not answer within 3 s.",
            "自 2026-11-20 10:04 起无响应：10.0.0.7:502 在 3 秒内没有应答。",
        ),
        (
            connection(
                "refused", "login_refused", details={"peer": "10.0.0.7:4840", "user": "edge"}, next_try=NOON + timedelta(seconds=290)
            ),
            "Refused since 10:04: 10.0.0.7:4840 refuses the login edge; someone has to set it right; next try in 290 s.",
            "自 10:04 起被拒绝：10.0.0.7:4840 拒绝登录名 edge，需要人工处理；290 秒后重试。",
        ),
        (connection("running"), "Every point gives fresh values.", "所有测点数据正常。"),
        (
            connection("lost", "never_heard_of", reason="Something new."),
            "Not responding since 10:04: Something new.",
            "自 10:04 起无响应：Something new。",
        ),
    ],
    ids=lambda v: v.code if isinstance(v, ConnectionReport) else "",
)
def test_connection_is_said_in_two_languages(told: ConnectionReport, en: str, zh: str) -> None:
    from kaogong.fleet.words import of_connection

    sentence = of_connection(told, NOON, SHANGHAI)
    assert (sentence.en, sentence.zh) == (en, zh)


async def test_bad_points_are_their_own_devices_trouble_alone(plant: Plant, bus: Bus) -> None:
    bad = BadPoint(point="f", device="pump-1", property="flow", state="bad", reason="the device has no such address", since=NOON)
    await followed(
        bus,
        plant,
        ("up.acme.edge-1.reported", node_report(connection("degraded", "points_bad", bad_points=(bad,))).model_dump_json().encode()),
    )
    one, two = plant.source("pump-1"), plant.source("pump-2")
    assert one is not None and two is not None
    assert one.is_troubled and one.bad_points == (bad,)
    assert "no good value of flow: the device has no such address." in one.sentence.en
    assert not two.is_troubled and two.bad_points == ()


async def test_a_node_that_says_nothing_is_the_reason(plant: Plant, bus: Bus) -> None:
    await followed(bus, plant, ("up.acme.edge-1.reported", node_report(connection()).model_dump_json().encode()))
    source = plant.source("pump-1")
    assert source is not None and not source.is_troubled
    with clock.frozen_at(source.received_at + timedelta(seconds=36)):
        later, node = plant.source("pump-1"), plant.report()
    assert later is not None and later.is_troubled
    assert later.sentence.en.startswith("The edge node edge-1 has said nothing since ")
    assert node is not None and node.sentence == later.sentence
