"""The platform's log of any past period, sealed by a manifest of hashes."""

from datetime import datetime, timedelta
from typing import Annotated, Any

from anyio import to_thread
from fastapi import APIRouter, Query
from sqlalchemy.orm import Session
from starlette.responses import StreamingResponse

from kaogong import audit
from kaogong.api.access import ExportLogs, PlatformOf
from kaogong.api.errors import answers
from kaogong.api.log_archive import ZIP, build, pieces
from kaogong.api.times import Time
from kaogong.core.clock import now
from kaogong.core.errors import ConfigInvalid

router = APIRouter(tags=["logs"])

FILE: dict[int | str, dict[str, Any]] = {
    200: {"description": "A ZIP archive.", "content": {ZIP: {"schema": {"type": "string", "format": "binary"}}}}
}


@router.get("/logs", responses=answers(422) | FILE, response_class=StreamingResponse)
async def export_logs(
    platform: PlatformOf,
    caller: ExportLogs,
    from_: Annotated[Time | None, Query(alias="from", description="Unset: a day before `to`.")] = None,
    to: Annotated[Time | None, Query(description="Unset: now.")] = None,
) -> StreamingResponse:
    """Every process's log lines of the period as a ZIP with a manifest of SHA-256 hashes.

    The manifest's own hash becomes a line of the audit log, whose chain shows later that the archive is the one taken then.
    """
    end: datetime = to or now()
    begin = from_ or end - timedelta(days=1)
    if begin >= end:
        raise ConfigInvalid("`from` must be before `to`.", code="time_range", field="from")
    archive = await to_thread.run_sync(build, platform.home / "log", begin, end, caller.principal.name)

    def note(session: Session) -> None:
        detail = {"from": begin.isoformat(), "to": end.isoformat(), "manifest_sha256": archive.manifest_sha256}
        audit.record(session, caller.principal, "log.export", "log", "platform", detail)

    await platform.write(note)
    name = f"kaogong-log-{begin:%Y%m%d}-{end:%Y%m%d}.zip"
    headers = {"content-disposition": f'attachment; filename="{name}"', "x-manifest-sha256": archive.manifest_sha256}
    return StreamingResponse(pieces(archive.file), media_type=ZIP, headers=headers)
