"""The ISA-95 place tree."""

from collections import Counter
from typing import Annotated

from fastapi import APIRouter, Path

from kaogong import registry
from kaogong.api.access import Edit, PlatformOf, See
from kaogong.api.errors import answers
from kaogong.api.paging import NO_NUL, Version
from kaogong.api.shapes.base import Changed
from kaogong.api.shapes.registry import PlaceNode, Places, PlaceTree
from kaogong.api.survey import standing_of
from kaogong.registry import NewPlace, Place, PlacePatch

router = APIRouter(tags=["places"])

PlacePath = Annotated[str, Path(max_length=300, pattern=NO_NUL, description="The path, such as site/area/line.")]


@router.get("/places")
async def list_places(platform: PlatformOf, caller: See) -> Places:
    """Every place of the tenant, parents before children."""
    return Places(items=await platform.read(lambda session: registry.list_places(session, caller.principal)))


@router.get("/places/tree")
async def get_place_tree(platform: PlatformOf, caller: See) -> PlaceTree:
    """The places as a tree, each with its devices and how many of them somebody should look at."""
    places = await platform.read(lambda session: registry.list_places(session, caller.principal))
    counts = await platform.read(lambda session: registry.place_counts(session, caller.principal))
    abnormal = (await standing_of(platform, caller.principal)).abnormal_places()
    return tree(places, counts, abnormal)


@router.post("/places", status_code=201, responses=answers(404, 409))
async def create_place(platform: PlatformOf, caller: Edit, place: NewPlace) -> Place:
    """Make a place under another, or a site."""
    return await platform.write(lambda session: registry.create_place(session, caller.principal, place))


@router.patch("/places/{path:path}", responses=answers(404, 409))
async def change_place(platform: PlatformOf, caller: Edit, path: PlacePath, change: PlacePatch, version: Version = None) -> Place:
    """Change a place's name or a site's time zone."""
    return await platform.write(lambda session: registry.patch_place(session, caller.principal, path, change, version=version))


@router.delete("/places/{path:path}", responses=answers(404, 409))
async def delete_place(platform: PlatformOf, caller: Edit, path: PlacePath) -> Changed:
    """Remove an empty place."""
    await platform.write(lambda session: registry.delete_place(session, caller.principal, path))
    return Changed()


def tree(places: list[Place], devices: dict[str, int], abnormal: dict[str, int]) -> PlaceTree:
    """The list as a tree; each node counts what stands at it and below it."""
    all_devices, all_abnormal = _below(devices), _below(abnormal)
    sites: list[PlaceNode] = []
    nodes: dict[str, PlaceNode] = {}
    for place in places:
        node = PlaceNode(**place.model_dump(), devices=all_devices[place.path], abnormal=all_abnormal[place.path])
        nodes[place.path] = node
        parent = nodes.get(place.path.rpartition("/")[0])
        (parent.children if parent else sites).append(node)
    return PlaceTree(sites=sites, unplaced=devices.get("", 0), unplaced_abnormal=abnormal.get("", 0))


def _below(counts: dict[str, int]) -> Counter[str]:
    """Counts of what stands at each place or anywhere below it."""
    totals: Counter[str] = Counter()
    for path, count in counts.items():
        while path:
            totals[path] += count
            path = path.rpartition("/")[0]  # noqa: PLW2901
    return totals
