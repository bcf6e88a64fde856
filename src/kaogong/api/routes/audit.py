"""Who did what, and proof that nobody changed the record."""

from typing import Annotated

from fastapi import APIRouter, Query

from kaogong import audit
from kaogong.api.access import PlatformOf, SeeAudit
from kaogong.api.paging import Cursor, Filter, Limit
from kaogong.api.shapes.operations import AuditEntry, AuditPage, AuditVerdict
from kaogong.api.times import Time

router = APIRouter(tags=["audit"])


@router.get("/audit")
async def list_audit(
    platform: PlatformOf,
    caller: SeeAudit,
    actor: Filter = None,
    action: Filter = None,
    kind: Filter = None,
    key: Filter = None,
    outcome: Filter = None,
    from_: Annotated[Time | None, Query(alias="from")] = None,
    to: Time | None = None,
    limit: Limit = 50,
    cursor: Cursor = None,
) -> AuditPage:
    """The tenant's audit log, newest first."""
    filters = audit.Filters(actor, action, kind, key, outcome, from_, to)
    page = await platform.read(lambda session: audit.entries(session, caller.principal, cursor=cursor, limit=limit, filters=filters))
    items = [AuditEntry.model_validate(entry) for entry in page.items]
    return AuditPage(items=items, next=page.next, total=page.total, total_is=page.total_is)


@router.get("/audit/verify")
async def verify_audit(platform: PlatformOf, caller: SeeAudit) -> AuditVerdict:
    """Recompute the chain of hashes; names the first line that was changed, removed or added."""
    broken = await platform.read(lambda session: audit.verify(session, caller.principal.tenant_id))
    return AuditVerdict(whole=broken is None, first_broken_seq=broken)
