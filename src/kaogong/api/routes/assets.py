"""Assets, and which device speaks for them when."""

from typing import Annotated

from fastapi import APIRouter, Query

from kaogong import registry
from kaogong.api.access import Edit, PlatformOf, See
from kaogong.api.errors import answers
from kaogong.api.paging import Cursor, Filter, KeyPath, Limit, Words
from kaogong.api.shapes.base import Changed
from kaogong.api.shapes.registry import AssetIn, AssetPage, BindingIn, Bindings
from kaogong.api.times import Time
from kaogong.core.clock import now
from kaogong.registry import Asset, Binding, DeviceFilter, NewAsset

router = APIRouter(tags=["assets"])


@router.get("/assets")
async def list_assets(
    platform: PlatformOf,
    caller: See,
    q: Words = None,
    type_: Annotated[Filter, Query(alias="type", description="Key of the device type.")] = None,
    place: Annotated[Filter, Query(description="Path of a place; everything below it is included.")] = None,
    limit: Limit = 50,
    cursor: Cursor = None,
) -> AssetPage:
    """Assets by key, a page at a time."""
    chosen = DeviceFilter(q=q, type=type_, place=place)
    page = await platform.read(lambda session: registry.list_assets(session, caller.principal, chosen, limit=limit, cursor=cursor))
    return AssetPage(items=page.items, next=page.next, total=page.total, total_is=page.total_is)


@router.post("/assets", status_code=201, responses=answers(404, 409))
async def create_asset(platform: PlatformOf, caller: Edit, asset: AssetIn) -> Asset:
    """Make an asset before any device is bound to it."""
    return await platform.write(lambda session: registry.create_asset(session, caller.principal, NewAsset(**asset.model_dump())))


@router.get("/assets/{key}", responses=answers(404))
async def get_asset(platform: PlatformOf, caller: See, key: KeyPath) -> Asset:
    """One asset."""
    return await platform.read(lambda session: registry.get_asset(session, caller.principal, key))


@router.get("/assets/{key}/bindings", responses=answers(404))
async def list_bindings(platform: PlatformOf, caller: See, key: KeyPath) -> Bindings:
    """Which devices spoke for the asset, and when."""
    return Bindings(items=await platform.read(lambda session: registry.bindings_of(session, caller.principal, asset=key)))


@router.post("/assets/{key}/bindings", status_code=201, responses=answers(404, 409))
async def bind_device(platform: PlatformOf, caller: Edit, key: KeyPath, binding: BindingIn) -> Binding:
    """Let a device speak for the asset from a time on; history follows the binding valid at each reading's time."""
    begins = binding.valid_from or now()
    return await platform.write(
        lambda session: registry.bind(
            session, caller.principal, binding.device, key, binding.mapping, valid_from=begins, replaces=binding.replaces
        )
    )


@router.delete("/assets/{key}/bindings/{device}", responses=answers(404, 409))
async def unbind_device(
    platform: PlatformOf, caller: Edit, key: KeyPath, device: KeyPath, at: Annotated[Time | None, Query(description="Unset: now.")] = None
) -> Changed:
    """Let a device speak for the asset no longer."""
    await platform.write(lambda session: registry.unbind(session, caller.principal, device, key, at or now()))
    return Changed()
