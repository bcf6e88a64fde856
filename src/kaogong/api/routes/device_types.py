"""Device types: what devices say and can be told."""

from typing import Annotated

from fastapi import APIRouter, Query

from kaogong import registry
from kaogong.api.access import Edit, PlatformOf, See
from kaogong.api.errors import answers
from kaogong.api.paging import KeyPath, Version
from kaogong.api.shapes.base import Changed
from kaogong.api.shapes.registry import DeviceTypes
from kaogong.core.errors import ConfigInvalid
from kaogong.registry import DeviceType, TypeChange, TypeDraft

router = APIRouter(tags=["device-types"])


@router.get("/device-types")
async def list_device_types(platform: PlatformOf, caller: See) -> DeviceTypes:
    """The device types the tenant may use."""
    return DeviceTypes(items=await platform.read(lambda session: registry.list_types(session, caller.principal)))


@router.post("/device-types", status_code=201, responses=answers(409))
async def create_device_type(platform: PlatformOf, caller: Edit, draft: TypeDraft) -> DeviceType:
    """Make a device type; units may be written as a plant writes them."""
    return await platform.write(lambda session: registry.create_type(session, caller.principal, draft))


@router.get("/device-types/{key}", responses=answers(404))
async def get_device_type(platform: PlatformOf, caller: See, key: KeyPath) -> DeviceType:
    """One device type."""
    return await platform.read(lambda session: registry.get_type(session, caller.principal, key))


@router.put("/device-types/{key}", responses=answers(404, 409))
async def put_device_type(
    platform: PlatformOf,
    caller: Edit,
    key: KeyPath,
    draft: TypeDraft,
    replace: Annotated[
        bool, Query(description="Allow properties to change what they hold; their history stays under the former id.")
    ] = False,
    version: Version = None,
) -> TypeChange:
    """Write a device type as a whole; makes it when there is none. Answers what became of each property."""
    if draft.key != key:
        raise ConfigInvalid(f"The body's key {draft.key[:64]!r} is not the address's {key!r}.", code="key_differs", field="key")
    return await platform.write(lambda session: registry.put_type(session, caller.principal, draft, replace=replace, version=version))


@router.delete("/device-types/{key}", responses=answers(404, 409))
async def delete_device_type(platform: PlatformOf, caller: Edit, key: KeyPath) -> Changed:
    """Remove a device type that no device uses."""
    await platform.write(lambda session: registry.delete_type(session, caller.principal, key))
    return Changed()
