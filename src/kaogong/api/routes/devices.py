"""Devices: what they are, how they stand, their credentials and connections."""

from functools import partial
from typing import Annotated

from fastapi import APIRouter, Query
from sqlalchemy.orm import Session

from kaogong import registry
from kaogong.api.access import Edit, Issue, PlatformOf, See
from kaogong.api.connections import connection_page
from kaogong.api.errors import answers
from kaogong.api.paging import Cursor, Filter, KeyPath, Limit, Version, Words
from kaogong.api.platform import Platform
from kaogong.api.shapes.base import Changed, TotalIs
from kaogong.api.shapes.connections import DeviceConnection
from kaogong.api.shapes.registry import Bindings, DeviceChange, DeviceIn, DeviceMade, DeviceOut, DevicePage, Rotated
from kaogong.api.states import State
from kaogong.api.survey import standing_of, state_of
from kaogong.core.principal import Principal
from kaogong.db import Page
from kaogong.registry import Device, DeviceFilter, DevicePatch, NewDevice

router = APIRouter(tags=["devices"])

LOOKED_THROUGH = 40  # pages of the registry for one page of devices in a state


@router.get("/devices")
async def list_devices(
    platform: PlatformOf,
    caller: See,
    q: Words = None,
    type_: Annotated[Filter, Query(alias="type", description="Key of the device type.")] = None,
    place: Annotated[Filter, Query(description="Path of a place; everything below it is included.")] = None,
    gateway: Annotated[Filter, Query(description="Key of the device that speaks for them.")] = None,
    state: Annotated[
        State | None, Query(description="How they stand; a page may then hold fewer than `limit` and still have a `next`.")
    ] = None,
    limit: Limit = 50,
    cursor: Cursor = None,
) -> DevicePage:
    """Devices by key, a page at a time, each with how it stands."""
    chosen = DeviceFilter(q=q, type=type_, place=place, gateway=gateway)
    if state is not None:
        return await _in_state(platform, caller.principal, chosen, state, limit, cursor)
    page = await platform.read(lambda session: registry.list_devices(session, caller.principal, chosen, limit=limit, cursor=cursor))
    return await page_of(platform, caller.principal, page)


@router.post("/devices", status_code=201, responses=answers(404, 409))
async def create_device(platform: PlatformOf, caller: Edit, device: DeviceIn) -> DeviceMade:
    """Make a device; its credential is answered this once."""
    made = await platform.write(lambda session: registry.create_device(session, caller.principal, NewDevice(**device.model_dump())))
    platform.standings.forget(caller.principal.tenant_id)
    return DeviceMade(**made.device.model_dump(), state=state_of(made.device), credential=made.credential)


@router.get("/devices/{key}", responses=answers(404))
async def get_device(platform: PlatformOf, caller: See, key: KeyPath) -> DeviceOut:
    """One device and how it stands."""
    device = await platform.read(lambda session: registry.get_device(session, caller.principal, key))
    return await with_state(platform, caller.principal, device)


@router.patch("/devices/{key}", responses=answers(404, 409))
async def change_device(platform: PlatformOf, caller: Edit, key: KeyPath, change: DeviceChange, version: Version = None) -> DeviceOut:
    """Change a device; only the fields given."""
    given = change.model_dump(exclude_unset=True)
    if given.get("name", ...) is None:
        del given["name"]
    patch = DevicePatch(**given)
    device = await platform.write(lambda session: registry.patch_device(session, caller.principal, key, patch, version=version))
    platform.standings.forget(caller.principal.tenant_id)
    return await with_state(platform, caller.principal, device)


@router.delete("/devices/{key}", responses=answers(404, 409))
async def delete_device(platform: PlatformOf, caller: Edit, key: KeyPath) -> Changed:
    """Remove a device and revoke its credential; the history of its asset stays."""
    await platform.write(lambda session: registry.delete_device(session, caller.principal, key))
    platform.standings.forget(caller.principal.tenant_id)
    return Changed()


@router.post("/devices/{key}/credential", responses=answers(404))
async def rotate_credential(platform: PlatformOf, caller: Issue, key: KeyPath) -> Rotated:
    """Give the device a new credential, shown this once; with the former one it is disconnected within five seconds."""
    return Rotated(credential=await platform.write(lambda session: registry.issue_credential(session, caller.principal, key)))


@router.delete("/devices/{key}/credential", responses=answers(404))
async def revoke_credential(platform: PlatformOf, caller: Issue, key: KeyPath) -> Changed:
    """Revoke the device's credential; it is disconnected within five seconds."""
    await platform.write(lambda session: registry.revoke_credential(session, caller.principal, key))
    return Changed()


@router.get("/devices/{key}/connection", responses=answers(404))
async def get_device_connection(platform: PlatformOf, caller: See, key: KeyPath) -> DeviceConnection:
    """How the device is connected, what was refused and what its edge node says, in words."""

    def find(session: Session) -> DeviceConnection:
        return connection_page(session, caller.principal, registry.get_device(session, caller.principal, key), platform.time_zone)

    return await platform.read(find)


@router.get("/devices/{key}/bindings", responses=answers(404))
async def list_device_bindings(platform: PlatformOf, caller: See, key: KeyPath) -> Bindings:
    """Which assets the device spoke for, and when; its samples belong to the asset it was bound to at their time."""
    return Bindings(items=await platform.read(lambda session: registry.bindings_of(session, caller.principal, device=key)))


async def _in_state(
    platform: Platform, principal: Principal, chosen: DeviceFilter, state: State, limit: int, cursor: str | None
) -> DevicePage:
    """The registry knows no states, so its pages are looked through until one of ours is full or enough have been seen."""
    standing = await standing_of(platform, principal)
    found: list[DeviceOut] = []
    following = cursor
    for _ in range(LOOKED_THROUGH):
        turn = partial(registry.list_devices, principal=principal, chosen=chosen, limit=limit - len(found), cursor=following)
        page = await platform.read(turn)
        stands = ((device, standing.state(device.id)) for device in page.items)
        found += [DeviceOut(**device.model_dump(), state=stand) for device, stand in stands if stand.state is state]
        following = page.next
        if len(found) == limit or following is None:
            break
    whole = cursor is None and following is None
    return DevicePage(items=found, next=following, total=len(found), total_is=TotalIs.EXACT if whole else TotalIs.AT_LEAST)


async def with_state(platform: Platform, principal: Principal, device: Device) -> DeviceOut:
    """The device and how it stands."""
    standing = await standing_of(platform, principal)
    return DeviceOut(**device.model_dump(), state=standing.state(device.id))


async def page_of(platform: Platform, principal: Principal, page: Page[Device]) -> DevicePage:
    """A page of devices, each with how it stands."""
    standing = await standing_of(platform, principal)
    items = [DeviceOut(**device.model_dump(), state=standing.state(device.id)) for device in page.items]
    return DevicePage(items=items, next=page.next, total=page.total, total_is=page.total_is)
