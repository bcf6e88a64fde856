"""Is the plant all right, is the platform: on one page, in sentences."""

from contextlib import suppress

from fastapi import APIRouter
from sqlalchemy.orm import Session

from kaogong import registry
from kaogong.api.access import PlatformOf, See, SeeTopology
from kaogong.api.errors import answers
from kaogong.api.platform import Platform
from kaogong.api.routes.ledger import sample_ledger
from kaogong.api.shapes.operations import AbnormalDevice, DeviceTally, Overview, ProcessOut, ProcessState, Topology
from kaogong.api.shapes.registry import SentenceOut
from kaogong.api.standings import Standing
from kaogong.api.states import Sentence, summary
from kaogong.api.survey import standing_of
from kaogong.api.topology import topology
from kaogong.core.clock import now
from kaogong.core.errors import Missing
from kaogong.core.principal import Principal
from kaogong.registry import Device

router = APIRouter(tags=["overview"])

ABNORMAL_SHOWN = 50
RATE_OVER_S = 3.0


@router.get("/overview", responses=answers(503))
async def get_overview(platform: PlatformOf, caller: See) -> Overview:
    """The tenant's devices, samples and what is abnormal; the platform's processes."""
    principal = caller.principal
    standing = await standing_of(platform, principal)
    report = await platform.historian.ledger(principal.tenant_id, minutes=2)
    tally = standing.tally()
    states = {state: getattr(tally, state) for state in ("reporting", "stale", "silent", "never", "refused", "unknown")}
    figures = (standing.figures or {}).values()
    newest = max((one.last for one in figures if one.last), default=None)
    processes = process_list(platform)
    return Overview(
        sentence=SentenceOut.model_validate(summary(tally)),
        platform_sentence=SentenceOut.model_validate(platform_sentence(processes)),
        devices=DeviceTally(total=tally.total, **states, countable=sum(1 for one in figures if one.has_delivered)),
        points=sum(one.points for one in figures),
        stale_points=sum(one.stale for one in figures),
        points_per_s=platform.rates.of(principal.tenant_id, report.written),
        newest_age_s=None if newest is None else max(0.0, (now() - newest).total_seconds()),
        abnormal=await _abnormal(platform, principal, standing),
        ledger=sample_ledger(report),
        processes=processes,
        server_time=now(),
    )


async def _abnormal(platform: Platform, principal: Principal, standing: Standing) -> list[AbnormalDevice]:
    """The first of the devices somebody should look at; one that was removed meanwhile is left out."""
    shown = [device for device, _ in standing.abnormal()[:ABNORMAL_SHOWN]]

    def find(session: Session) -> dict[int, Device]:
        found = {}
        for device in shown:
            with suppress(Missing):
                found[device] = registry.get_device(session, principal, standing.keys[device])
        return found

    known = await platform.read(find)
    return [AbnormalDevice(key=one.key, name=one.name, place=one.place, state=standing.state(device)) for device, one in known.items()]


def process_list(platform: Platform) -> list[ProcessOut]:
    """The processes in their own words."""
    return [
        ProcessOut(
            process=name,
            pid=status["pid"],
            since=status["since"],
            state=ProcessState(status["state"]),
            reason=status.get("reason") or "",
            figures=status.get("figures") or {},
        )
        for name, status in platform.processes().items()
    ]


def platform_sentence(processes: list[ProcessOut]) -> Sentence:
    """The platform itself in one sentence."""
    bad = [one for one in processes if one.state is not ProcessState.READY]
    if not processes:
        return Sentence("No process has said anything yet.", "尚未收到任何进程的状态。")
    if not bad:
        return Sentence(f"All {len(processes)} processes are ready.", f"{len(processes)} 个进程全部就绪。")
    words = {"starting": "启动中", "degraded": "降级", "lost": "无响应"}
    en = "; ".join(f"{one.process} is {one.state.value}{f' ({one.reason})' if one.reason else ''}" for one in bad)
    zh = "；".join(f"{one.process} {words[one.state.value]}{f'（{one.reason}）' if one.reason else ''}" for one in bad)
    return Sentence(f"{en}.", f"{zh}。")


@router.get("/topology")
async def get_topology(platform: PlatformOf, caller: SeeTopology) -> Topology:
    """Every layer of the platform with its components, their versions and health."""
    return await topology(platform, caller.principal)
