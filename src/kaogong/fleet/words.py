"""What an edge node reports, as sentences for people in two languages."""

from collections import defaultdict
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, tzinfo
from typing import Any

from kaogong.formats.report import BadPoint, ConnectionReport, NodeReport

SILENT_AFTER_S = 35.0  # three reports and a little
TROUBLED = ("lost", "refused", "invalid", "degraded")  # states of a connection that somebody should look at


@dataclass(frozen=True, slots=True)
class Sentence:
    """The same thing in English and in Chinese."""

    en: str
    zh: str


# code of a failure -> what went wrong, filled in with its details
REASONS: Mapping[str, Sentence] = {
    "connection_refused": Sentence("connection refused by {peer}", "{peer} 拒绝连接"),
    "host_unknown": Sentence("the name of {peer} is not known", "无法解析 {peer} 的主机名"),
    "network_unreachable": Sentence("there is no way to {peer} in the network", "网络中没有到 {peer} 的路由"),
    "timed_out": Sentence("{peer} did not answer within {timeout_s} s", "{peer} 在 {timeout_s} 秒内没有应答"),
    "connection_lost": Sentence("{peer} closed the connection", "{peer} 断开了连接"),
    "connection_failed": Sentence("no connection to {peer}: {cause}", "无法连接 {peer}：{cause}"),
    "answer_garbled": Sentence("{peer} answers something that is not its protocol", "{peer} 的应答不符合协议"),
    "subscription_lost": Sentence("{peer} has stopped sending what we subscribed to", "{peer} 不再发送已订阅的数据"),
    "login_refused": Sentence("{peer} refuses the login {user}", "{peer} 拒绝登录名 {user}"),
    "certificate_refused": Sentence("{peer} and we do not trust each other's certificate", "与 {peer} 之间的证书互不信任"),
    "security_not_offered": Sentence("{peer} does not offer the security that is configured", "{peer} 不提供所配置的安全策略"),
    "no_room": Sentence(
        "it needs {needs} tags/s, this node has room for {room}; lengthen its intervals or move it to another edge node",
        "需要每秒 {needs} 个测点，本节点仅余 {room}；请延长采集周期或移到其他边缘节点",
    ),
    "not_connected": Sentence("{peer} is not connected", "{peer} 未连接"),
    "fault": Sentence("a fault of ours in the driver {driver}", "驱动 {driver} 发生内部错误"),
    "points_bad": Sentence(
        "{lost} of {points} points give no good value, one of them: {example}", "{points} 个测点中有 {lost} 个取不到有效值，其一：{example}"
    ),
}

STATES: Mapping[str, Sentence] = {
    "lost": Sentence("Not responding since {since}: {reason}", "自 {since} 起无响应：{reason}"),
    "refused": Sentence("Refused since {since}: {reason}; someone has to set it right", "自 {since} 起被拒绝：{reason}，需要人工处理"),
    "invalid": Sentence("The configuration is not usable: {reason}", "配置不可用：{reason}"),
    "degraded": Sentence("Since {since} {reason}", "自 {since} 起{reason}"),
    "starting": Sentence("Waiting for the first values", "正在等待首批数据"),
    "disabled": Sentence("Switched off in the configuration", "已在配置中停用"),
    "running": Sentence("Every point gives fresh values", "所有测点数据正常"),
}


def of_connection(connection: ConnectionReport, now: datetime, zone: tzinfo) -> Sentence:
    """`Not responding since 10:04: connection refused by 127.0.0.1:5020; next try in 8 s.`"""
    reason, state = _reason(connection), STATES.get(connection.state, Sentence("{reason}", "{reason}"))
    since = _clock(connection.since, now, zone)
    en = state.en.format(since=since, reason=reason.en)
    zh = state.zh.format(since=since, reason=reason.zh)
    if connection.next_try is not None and connection.state in ("lost", "refused"):
        wait = max(0, round((connection.next_try - now).total_seconds()))
        en, zh = (f"{en}; next try in {wait} s", f"{zh}；{wait} 秒后重试") if wait else (f"{en}; trying now", f"{zh}；正在重试")
    return Sentence(f"{en}.", f"{zh}。")


def of_points(points: list[BadPoint], now: datetime, zone: tzinfo) -> Sentence:
    """Which points of a device give no good value, and why the first of them does not."""
    first = points[0]
    names = ", ".join(p.property for p in points[:3]) + (" …" if len(points) > 3 else "")
    since = _clock(min(p.since for p in points), now, zone)
    return Sentence(f"Since {since} no good value of {names}: {first.reason}.", f"自 {since} 起 {names} 取不到有效值：{first.reason}。")


def of_node(report: NodeReport, received_at: datetime, now: datetime, zone: tzinfo) -> Sentence:
    """How the node is; that it is silent comes before everything it once said."""
    if (now - received_at).total_seconds() > SILENT_AFTER_S:
        since = _clock(received_at, now, zone)
        return Sentence(f"The edge node {report.node} has said nothing since {since}.", f"边缘节点 {report.node} 自 {since} 起没有消息。")
    if report.configuration.problem:
        what = report.configuration.problem
        return Sentence(f"The newest configuration is not usable, the former one runs: {what}", f"最新配置不可用，仍按原配置运行：{what}")
    troubled = [c.name for c in report.connections if c.state in TROUBLED]
    if troubled:
        names = ", ".join(troubled[:3]) + (" …" if len(troubled) > 3 else "")
        return Sentence(
            f"{len(troubled)} of {len(report.connections)} connections have trouble: {names}.",
            f"{len(report.connections)} 个连接中有 {len(troubled)} 个异常：{names}。",
        )
    if report.reason:
        return Sentence(report.reason, report.reason)
    return Sentence(f"All {len(report.connections)} connections give fresh values.", f"{len(report.connections)} 个连接全部正常。")


def is_troubled(report: NodeReport) -> bool:
    """Whether the node said that something is wrong with it or with one of its connections."""
    return bool(report.configuration.problem or report.reason) or any(c.state in TROUBLED for c in report.connections)


def _reason(connection: ConnectionReport) -> Sentence:
    known = REASONS.get(connection.code)
    if known is None:
        bare = connection.reason.removesuffix(".")
        return Sentence(bare, bare)
    details: dict[str, Any] = defaultdict(lambda: "?", {"peer": connection.peer} | connection.details)
    if isinstance(details.get("timeout_s"), float):
        details["timeout_s"] = f"{details['timeout_s']:g}"
    return Sentence(known.en.format_map(details), known.zh.format_map(details))


def _clock(moment: datetime, now: datetime, zone: tzinfo) -> str:
    """The time of day; with the date when it was another day."""
    here = moment.astimezone(zone)
    return f"{here:%H:%M}" if here.date() == now.astimezone(zone).date() else f"{here:%Y-%m-%d %H:%M}"
