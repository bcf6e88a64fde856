"""What became of everything that came in, and of what could not be used."""

from collections import defaultdict
from datetime import datetime
from typing import Annotated

from fastapi import APIRouter, Path, Query
from sqlalchemy.orm import Session

from kaogong import audit, registry
from kaogong.api.access import PlatformOf, Replay, See
from kaogong.api.errors import answers
from kaogong.api.paging import NO_NUL, Cursor, Filter
from kaogong.api.platform import Platform
from kaogong.api.shapes.base import Key
from kaogong.api.shapes.operations import (
    DeadLetterOut,
    DeadLetters,
    HoleOut,
    Ledger,
    MessageLedger,
    MinuteOut,
    Replayed,
    ReplayIn,
    SampleLedger,
)
from kaogong.api.shapes.registry import SentenceOut
from kaogong.bus import StreamState
from kaogong.bus.subjects import UP
from kaogong.core.errors import Missing
from kaogong.core.principal import Principal, Role
from kaogong.historian import DeadLetter, LedgerReport

router = APIRouter(tags=["ledger"])

PAYLOAD_SHOWN = 4000


@router.get("/ledger", responses=answers(503))
async def get_ledger(platform: PlatformOf, caller: See, minutes: Annotated[int, Query(ge=1, le=1440)] = 60) -> Ledger:
    """Samples of the tenant by outcome; for platform operators the messages of the whole stream too."""
    report = await platform.historian.ledger(caller.principal.tenant_id, minutes=minutes)
    messages = None
    if caller.principal.has(Role.PLATFORM_OPERATOR):
        messages = message_ledger(report, await platform.bus.stream_state(UP))
    samples = sample_ledger(report)
    return Ledger(samples=samples, minutes=_minutes(report), messages=messages, sentence=ledger_sentence(samples, messages))


def sample_ledger(report: LedgerReport) -> SampleLedger:
    """The tenant's samples by outcome."""
    rejected = dict(report.rejected)
    return SampleLedger(
        decoded=report.decoded,
        written=report.written,
        rejected=rejected,
        balanced=report.decoded == report.written + sum(rejected.values()),
    )


def message_ledger(report: LedgerReport, state: StreamState) -> MessageLedger:
    """Whether accounted and pending messages make up the stream."""
    own = [one for one in report.partitions if one.incarnation == state.incarnation]
    accounted = report.messages(state.incarnation)
    through = min((one.last for one in own), default=0)
    holes = [
        HoleOut(partition=one.partition, first=one.first, last=one.last) for one in report.holes if one.incarnation == state.incarnation
    ]
    first = min((one.first for one in own), default=state.first_sequence)
    return MessageLedger(
        incarnation=state.incarnation,
        first_sequence=first,
        last_sequence=state.last_sequence,
        accounted=accounted,
        pending=max(0, state.last_sequence - first + 1 - accounted),
        holes=holes,
        overlaps=report.overlaps,
        balanced=not holes and not report.overlaps and through <= state.last_sequence,
    )


def ledger_sentence(samples: SampleLedger, messages: MessageLedger | None) -> SentenceOut:
    """The ledger in one sentence."""
    if messages is not None and not messages.balanced:
        lost = sum(hole.last - hole.first + 1 for hole in messages.holes)
        return SentenceOut(en=f"{lost} messages are not accounted for.", zh=f"有 {lost} 条消息去向不明。")
    rejected = sum(samples.rejected.values())
    if not samples.decoded:
        return SentenceOut(en="Nothing has come in yet.", zh="还没有收到数据。")
    if rejected:
        return SentenceOut(
            en=f"Of {samples.decoded:,} samples {samples.written:,} are stored and {rejected:,} were rejected, each with its reason.",
            zh=f"共 {samples.decoded:,} 个采样，{samples.written:,} 个已存储，{rejected:,} 个被拒绝并注明原因。",
        )
    return SentenceOut(en=f"All {samples.decoded:,} samples are stored.", zh=f"{samples.decoded:,} 个采样全部已存储。")


def _minutes(report: LedgerReport) -> list[MinuteOut]:
    found: dict[datetime, dict[str, int]] = defaultdict(lambda: defaultdict(int))
    for row in report.minutes.iter_rows(named=True):
        found[row["minute"]][row["outcome"]] += row["samples"]
    return [MinuteOut(minute=minute, outcomes=dict(found[minute])) for minute in sorted(found)]


@router.get("/dead-letters", responses=answers(404, 503))
async def list_dead_letters(
    platform: PlatformOf,
    caller: See,
    reason: Annotated[Filter, Query(description="Stable code of the reason.")] = None,
    device: Annotated[Key | None, Query(description="Key of the device that sent it.")] = None,
    unknown: Annotated[bool, Query(description="What belongs to no known tenant; for platform operators.")] = False,
    limit: Annotated[int, Query(ge=1, le=500)] = 50,
    cursor: Cursor = None,
) -> DeadLetters:
    """What could not be used and why, newest first."""
    tenant = 0 if unknown and caller.principal.has(Role.PLATFORM_OPERATOR) else caller.principal.tenant_id
    sender = None
    if device is not None:
        sender = (await platform.read(lambda session: registry.get_device(session, caller.principal, device))).id
    page = await platform.historian.dead_letters(tenant, cursor=cursor, limit=limit, reason=reason, device=sender)
    keys = await _device_keys(platform, caller.principal, {letter.device for letter in page.items})
    return DeadLetters(items=[_shown(letter, keys) for letter in page.items], next=page.next, counts=dict(page.counts))


@router.post("/dead-letters/{letter_id}/replay", responses=answers(404, 503))
async def replay_dead_letter(
    platform: PlatformOf, caller: Replay, letter_id: Annotated[str, Path(max_length=200, pattern=NO_NUL)]
) -> Replayed:
    """Send a letter again under its original name; what has become right meanwhile is stored now."""
    return await _replay(platform, caller.principal, [letter_id])


@router.post("/dead-letters/replay", responses=answers(404, 503))
async def replay_dead_letters(platform: PlatformOf, caller: Replay, letters: ReplayIn) -> Replayed:
    """Send several letters again."""
    return await _replay(platform, caller.principal, letters.ids)


async def _replay(platform: Platform, principal: Principal, ids: list[str]) -> Replayed:
    letters = await platform.historian.take_dead_letters(principal.tenant_id, ids)
    if not letters:
        raise Missing("There is no such dead letter.")
    for letter in letters:
        await platform.bus.publish_stream(letter.subject, letter.payload)
    reasons = sorted({letter.reason for letter in letters})

    def note(session: Session) -> None:
        audit.record(session, principal, "dead_letter.replay", "dead_letter", ids[0], {"count": len(letters), "reasons": reasons})

    await platform.write(note)
    return Replayed(replayed=len(letters))


async def _device_keys(platform: Platform, principal: Principal, ids: set[int]) -> dict[int, str]:
    if not ids - {0}:
        return {}
    return await platform.read(lambda session: registry.device_keys_of(session, principal, sorted(ids)))


def _shown(letter: DeadLetter, keys: dict[int, str]) -> DeadLetterOut:
    return DeadLetterOut(
        id=letter.id,
        device=keys.get(letter.device),
        reason=letter.reason,
        detail=letter.detail,
        subject=letter.subject,
        payload=letter.payload[:PAYLOAD_SHOWN].decode("utf-8", "replace"),
        payload_bytes=len(letter.payload),
        received_at=letter.received_at,
        replayed_at=letter.replayed_at,
    )
