"""What people say of samples: bad, deleted, a note; readings entered by hand; what stood before a correction."""

from collections.abc import Mapping, Sequence
from datetime import UTC, datetime, timedelta
from typing import Annotated, Any
from uuid import uuid4

import orjson
from fastapi import APIRouter, Path, Query
from sqlalchemy.orm import Session

from kaogong import audit, registry
from kaogong.api import points
from kaogong.api.access import Enter, PlatformOf, See
from kaogong.api.errors import answers
from kaogong.api.hands import Handed, handed
from kaogong.api.paging import NO_NUL, Cursor, Filter, KeyPath
from kaogong.api.platform import Platform
from kaogong.api.points import Speaker
from kaogong.api.shapes.base import PropertyKey
from kaogong.api.shapes.marks import (
    Entered,
    MarkIn,
    MarkOut,
    Marks,
    ReadingsIn,
    ValueHistories,
)
from kaogong.api.times import Time
from kaogong.api.versions import moments
from kaogong.bus.subjects import up
from kaogong.core.clock import now
from kaogong.core.principal import Principal
from kaogong.core.quality import Quality
from kaogong.core.units import symbol
from kaogong.historian import HistoryQuery, Mark, MarkFilter, MarkKind
from kaogong.security import Action, Caller, may, require

router = APIRouter(tags=["marks"])

CHANGING = (MarkKind.BAD, MarkKind.DELETED)
VERSIONS_AT_MOST = 1000
INSTANT = timedelta(microseconds=1)

From = Annotated[Time | None, Query(alias="from", description="ISO 8601 or milliseconds, included.")]
To = Annotated[Time | None, Query(description="ISO 8601 or milliseconds, not included.")]
At = Annotated[Time | None, Query(description="One moment; everything that stood then, corrected or not.")]
Property = Annotated[PropertyKey, Query(alias="property")]
MarkPath = Annotated[str, Path(max_length=64, pattern=NO_NUL)]


@router.get("/marks", responses=answers(404))
async def list_marks(
    platform: PlatformOf,
    caller: See,
    device: Annotated[Filter, Query(description="Marks on this device's points.")] = None,
    asset: Annotated[Filter, Query(description="Marks on this asset's points.")] = None,
    properties: Annotated[list[PropertyKey], Query(alias="property", max_length=50)] = [],  # noqa: B006  (FastAPI copies it)
    kind: Annotated[list[MarkKind], Query()] = [],  # noqa: B006
    undone: Annotated[bool, Query(description="Also those that were undone.")] = False,
    from_: From = None,
    to: To = None,
    limit: Annotated[int, Query(ge=1, le=500)] = 100,
    cursor: Cursor = None,
) -> Marks:
    """What people marked, newest first; all of the tenant unless a device or an asset is named."""
    series = None
    if device is not None or asset is not None:
        speaker = await _speaker(platform, caller.principal, device, asset)
        series = _series(speaker, properties)
    wanted = MarkFilter(caller.principal.tenant_id, series, from_, to, tuple(kind), undone, cursor, limit)
    found, following = await platform.historian.marks(wanted)
    return Marks(items=[_shown(mark) for mark in found], next=following)


@router.post("/marks", status_code=201, responses=answers(404, 409))
async def make_mark(platform: PlatformOf, caller: Enter, mark: MarkIn) -> MarkOut:
    """Say of a time that its samples are bad, delete them, or leave a note. Nothing is lost: undo it, and all is as before."""
    kind = MarkKind(mark.kind.value)
    if kind in CHANGING:
        require(caller, Action.CORRECT_DATA)
    speaker = await _speaker(platform, caller.principal, mark.device, mark.asset)
    names = mark.properties or sorted(speaker.series)
    made = Mark(
        caller.principal.tenant_id,
        uuid4().hex,
        kind,
        _series(speaker, names),
        mark.from_,
        mark.to,
        mark.text,
        caller.principal.name,
        now(),
        device=speaker.device_id or 0,
        target=f"{speaker.kind}/{speaker.key}",
        names=names,
    )
    detail = {"kind": kind.value, "properties": names, "from": mark.from_.isoformat(), "to": mark.to.isoformat(), "text": mark.text}
    await _noted(platform, caller, "mark.make", made.target, detail | {"id": made.id})
    await platform.historian.mark([made])
    return _shown(made)


@router.post("/marks/{mark_id}/undo", responses=answers(404, 409))
async def undo_mark(platform: PlatformOf, caller: Enter, mark_id: MarkPath) -> MarkOut:
    """Undo a mark: samples are seen as if it had never been. Who made it and who undid it stays on record."""
    found, _ = await platform.historian.marks(MarkFilter(caller.principal.tenant_id, ids=(mark_id,)))
    if any(mark.kind in CHANGING or mark.made_by != caller.principal.name for mark in found):
        require(caller, Action.CORRECT_DATA)
    undone = await platform.historian.undo_mark(caller.principal.tenant_id, mark_id, caller.principal.name, now())
    await _noted(platform, caller, "mark.undo", undone.target, {"id": mark_id, "kind": undone.kind.value})
    return _shown(undone)


@router.post("/devices/{key}/readings", status_code=202, responses=answers(404, 409, 503))
async def enter_readings(platform: PlatformOf, caller: Enter, key: KeyPath, entered: ReadingsIn) -> Entered:
    """Enter readings by hand, or correct stored ones: a sample of the same time is replaced and stays readable."""
    principal, moment = caller.principal, now()
    speaker = await platform.read(lambda session: points.of_device(session, principal, key))
    bindings = await platform.read(lambda session: registry.bindings_of(session, principal, device=key))
    made = handed(speaker, bindings, entered, moment)
    if not may(caller, Action.CORRECT_DATA):
        await _new_only(platform, caller, made)
    detail = {"readings": [[r.property, r.value, one.observed_at.isoformat()] for one, r in zip(made, entered.readings, strict=True)][:50]}
    await _noted(platform, caller, "reading.enter", f"device/{key}", detail | {"count": len(made), "text": entered.text})
    await platform.historian.mark([one.mark(principal, speaker, entered.text, moment) for one in made])
    body = orjson.dumps([one.entry for one in made])
    sequence = await platform.bus.publish_stream(up(principal.tenant, key, "telemetry"), body)
    return Entered(readings=len(made), sequence=sequence)


@router.get("/devices/{key}/versions", responses=answers(404, 503))
async def get_device_versions(
    platform: PlatformOf, caller: See, key: KeyPath, prop: Property, at: At = None, from_: From = None, to: To = None
) -> ValueHistories:
    """The values that stood before corrections, with who corrected them and why; with `at` all of that moment."""
    speaker = await platform.read(lambda session: points.of_device(session, caller.principal, key))
    return await _versions(platform, caller.principal, speaker, prop, at, from_, to)


@router.get("/assets/{key}/versions", responses=answers(404, 503))
async def get_asset_versions(
    platform: PlatformOf, caller: See, key: KeyPath, prop: Property, at: At = None, from_: From = None, to: To = None
) -> ValueHistories:
    """The same for an asset, whoever spoke."""
    speaker = await platform.read(lambda session: points.of_asset(session, caller.principal, key))
    return await _versions(platform, caller.principal, speaker, prop, at, from_, to)


async def _versions(
    platform: Platform, principal: Principal, speaker: Speaker, name: str, at: Time | None, from_: Time | None, to: Time | None
) -> ValueHistories:
    prop = speaker.property(name)
    series = list(speaker.series[name])
    # A time in milliseconds means all of that millisecond: people and JSON do not write more digits.
    begin = at or from_ or datetime.fromtimestamp(0, UTC)
    end = at + timedelta(milliseconds=1) if at else to or now() + timedelta(days=1)
    query = HistoryQuery(principal.tenant_id, series, begin, end, limit=VERSIONS_AT_MOST)
    rows = await platform.historian.versions(query, corrected=at is None)
    entries: list[Mark] = []
    if not rows.is_empty():
        first, last = rows["observed_at"].min(), rows["observed_at"].max()
        wanted = MarkFilter(principal.tenant_id, series, first, last + INSTANT, (MarkKind.ENTERED,), limit=VERSIONS_AT_MOST)  # type: ignore[arg-type, operator]
        entries, _ = await platform.historian.marks(wanted)
    names = await platform.read(lambda session: _devices(session, principal, speaker))
    return ValueHistories(property=prop.key, unit=prop.unit, symbol=symbol(prop.unit), items=moments(rows, entries, prop, names))


def _devices(session: Session, principal: Principal, speaker: Speaker) -> dict[int, str]:
    if speaker.kind == "device":
        return {speaker.device_id or 0: speaker.key}
    return {one.device_id: one.device for one in registry.bindings_of(session, principal, asset=speaker.key)}


async def _speaker(platform: Platform, principal: Principal, device: str | None, asset: str | None) -> Speaker:
    if device is not None:
        return await platform.read(lambda session: points.of_device(session, principal, device))
    return await platform.read(lambda session: points.of_asset(session, principal, str(asset)))


def _series(speaker: Speaker, names: Sequence[str]) -> list[tuple[int, int]]:
    for name in names:
        speaker.property(name)
    return [point for name in names or speaker.series for point in speaker.series[name]]


async def _new_only(platform: Platform, caller: Caller, made: Sequence[Handed]) -> None:
    """Raise Denied when a reading would replace what a machine said and the caller may only add."""
    for one in made:
        query = HistoryQuery(caller.principal.tenant_id, one.series, one.observed_at, one.observed_at + INSTANT)
        stored = (await platform.historian.history(query)).rows
        if not stored.filter(stored["quality"] != int(Quality.GOOD_EDITED)).is_empty():
            require(caller, Action.CORRECT_DATA)


async def _noted(platform: Platform, caller: Caller, action: str, target: str, detail: Mapping[str, Any]) -> None:
    """The line in the audit log comes first: nothing changes how data are read without one."""
    kind, _, key = target.partition("/")
    await platform.write(lambda session: audit.record(session, caller.principal, action, kind, key, detail))


def _shown(mark: Mark) -> MarkOut:
    return MarkOut(
        id=mark.id,
        kind=mark.kind,
        target=mark.target,
        properties=list(mark.names),
        from_=mark.from_,
        to=mark.to,
        text=mark.text,
        made_by=mark.made_by,
        made_at=mark.made_at,
        undone_by=mark.undone_by or None,
        undone_at=mark.undone_at,
    )
