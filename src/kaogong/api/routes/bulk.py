"""Many devices at once: lists from outside, and copies."""

from typing import Annotated, Literal

from fastapi import APIRouter, Query, Request, Response
from sqlalchemy.orm import Session

from kaogong import registry
from kaogong.api.access import Edit, PlatformOf, See
from kaogong.api.errors import answers
from kaogong.api.paging import KeyPath
from kaogong.api.shapes.registry import CloneIn, DeviceMade
from kaogong.api.survey import state_of
from kaogong.registry import BulkReport, NewDevice, sheets

router = APIRouter(tags=["devices"])

EXCEL = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
BODY = {
    "requestBody": {
        "required": True,
        "content": {
            "application/json": {"schema": {"type": "array", "items": {"type": "object"}}},
            "application/x-ndjson": {"schema": {"type": "string"}},
            "text/csv": {"schema": {"type": "string"}},
            EXCEL: {"schema": {"type": "string", "format": "binary"}},
        },
    }
}


@router.post("/devices/bulk", openapi_extra=BODY)
async def create_devices_in_bulk(
    request: Request,
    platform: PlatformOf,
    caller: Edit,
    on_fault: Annotated[
        Literal["rest", "nothing"], Query(description="What to make when rows are at fault: the rest, or nothing at all.")
    ] = "nothing",
    dry_run: Annotated[bool, Query(description="Only check.")] = False,
    logins: Annotated[bool, Query(description="Give each device a login, answered this once.")] = False,
) -> BulkReport:
    """Make up to 50,000 devices from CSV, Excel, a JSON array or JSON lines; every fault is told with its line and column."""
    lines = sheets.read(await request.body(), request.headers.get("content-type", ""))
    report = await platform.write(
        lambda session: registry.create_in_bulk(session, caller.principal, lines, on_fault=on_fault, logins=logins, dry_run=dry_run)
    )
    platform.standings.forget(caller.principal.tenant_id)
    return report


@router.get("/device-list-template", response_class=Response, responses={200: {"content": {"text/csv": {}}}})
async def get_device_list_template(platform: PlatformOf, caller: See) -> Response:
    """An empty list of devices as CSV, with the headings and an example."""
    headers = {"content-disposition": 'attachment; filename="devices.csv"'}
    return Response(sheets.template(), media_type="text/csv; charset=utf-8", headers=headers)


@router.post("/devices/{key}/clone", status_code=201, responses=answers(404, 409))
async def clone_device(platform: PlatformOf, caller: Edit, key: KeyPath, copy: CloneIn) -> DeviceMade:
    """Make a device like another: its type, place and gateway, a key and an asset of its own."""

    def make(session: Session) -> registry.CreatedDevice:
        like = registry.get_device(session, caller.principal, key)
        new = NewDevice(
            key=copy.key, name=copy.name or like.name, type=like.type, place=like.place, gateway=like.gateway, is_gateway=like.is_gateway
        )
        return registry.create_device(session, caller.principal, new)

    made = await platform.write(make)
    platform.standings.forget(caller.principal.tenant_id)
    return DeviceMade(**made.device.model_dump(), state=state_of(made.device), credential=made.credential)
