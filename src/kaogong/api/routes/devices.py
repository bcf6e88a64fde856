"""Devices: what they are, how they stand, their credentials and connections."""

from typing import Annotated

import numpy as np
from fastapi import APIRouter, Query
from sqlalchemy.orm import Session

from kaogong import registry
from kaogong.api.access import Edit, Issue, PlatformOf, See
from kaogong.api.connections import connection_page
from kaogong.api.errors import answers
from kaogong.api.paging import Cursor, Filter, KeyPath, Limit, Version, Words
from kaogong.api.platform import Platform
from kaogong.api.shapes.base import Changed
from kaogong.api.shapes.connections import DeviceConnection
from kaogong.api.shapes.registry import Bindings, DeviceChange, DeviceIn, DeviceMade, DeviceOut, DevicePage, Rotated
from kaogong.api.standings import Standing
from kaogong.api.states import State
from kaogong.api.survey import standing_of, state_of
from kaogong.core.principal import Principal
from kaogong.db import Page
from kaogong.registry import Device, DeviceFilter, DevicePatch, Facets, NewDevice

router = APIRouter(tags=["devices"])


@router.get("/devices")
async def list_devices(
    platform: PlatformOf,
    caller: See,
    q: Words = None,
    type_: Annotated[Filter, Query(alias="type", description="Key of the device type.")] = None,
    place: Annotated[Filter, Query(description="Path of a place; everything below it is included.")] = None,
    gateway: Annotated[Filter, Query(description="Key of the device that speaks for them.")] = None,
    state: Annotated[State | None, Query(description="How they stand.")] = None,
    limit: Limit = 50,
    cursor: Cursor = None,
) -> DevicePage:
    """Devices by key, a page at a time, each with how it stands."""
    chosen = DeviceFilter(q=q, type=type_, place=place, gateway=gateway)
    if state is not None:
        return await _in_state(platform, caller.principal, chosen, state, limit, cursor)
    page = await platform.read(lambda session: registry.list_devices(session, caller.principal, chosen, limit=limit, cursor=cursor))
    return await page_of(platform, caller.principal, page)


@router.get("/device-facets")
async def count_devices(
    platform: PlatformOf,
    caller: See,
    q: Words = None,
    type_: Annotated[Filter, Query(alias="type", description="Key of the device type.")] = None,
    place: Annotated[Filter, Query(description="Path of a place; everything below it is included.")] = None,
    gateway: Annotated[Filter, Query(description="Key of the device that speaks for them.")] = None,
    state: Annotated[State | None, Query(description="How they stand.")] = None,
) -> Facets:
    """How many of the devices a list would show there are of each type and at each place below the chosen one."""
    chosen = DeviceFilter(q=q, type=type_, place=place, gateway=gateway)
    if state is not None:
        chosen = with_state_chosen(await standing_of(platform, caller.principal), chosen, state)
    return await platform.read(lambda session: registry.device_facets(session, caller.principal, chosen))


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
    """The registry knows no states: it is told which devices are in this one, or in which none of the known ones is."""
    chosen = with_state_chosen(await standing_of(platform, principal), chosen, state)
    page = await platform.read(lambda session: registry.list_devices(session, principal, chosen, limit=limit, cursor=cursor))
    return await page_of(platform, principal, page)


def with_state_chosen(standing: Standing, chosen: DeviceFilter, state: State | None) -> DeviceFilter:
    """`chosen`, narrowed to the devices in a state."""
    if state is None:
        return chosen
    if state is (State.UNKNOWN if standing.figures is None else State.NEVER):
        return chosen._replace(without=np.setdiff1d(standing.ids(), standing.ids_in(state), assume_unique=True))
    return chosen._replace(among=standing.ids_in(state))


async def with_state(platform: Platform, principal: Principal, device: Device) -> DeviceOut:
    """The device and how it stands."""
    standing = await standing_of(platform, principal)
    return DeviceOut(**device.model_dump(), state=standing.state(device.id))


async def page_of(platform: Platform, principal: Principal, page: Page[Device]) -> DevicePage:
    """A page of devices, each with how it stands."""
    standing = await standing_of(platform, principal)
    items = [DeviceOut(**device.model_dump(), state=standing.state(device.id)) for device in page.items]
    return DevicePage(items=items, next=page.next, total=page.total, total_is=page.total_is)
