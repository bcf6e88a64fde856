"""Places: the ISA-95 tree of sites, areas, lines and cells."""

from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from sqlalchemy.orm import Session

from kaogong.core.errors import ConfigInvalid, Conflict
from kaogong.core.keys import check_key
from kaogong.core.principal import Principal
from kaogong.registry import index, store
from kaogong.registry.grams import Field
from kaogong.registry.service.announce import PLANT_EDITORS, allow, changed, missing, same_version, taken, usable
from kaogong.registry.tables import PlaceRow
from kaogong.registry.texts import checked_name
from kaogong.registry.types import LEVELS, DeviceFilter, Name, NewPlace, Place, PlacePatch


def create_place(session: Session, principal: Principal, new: NewPlace) -> Place:
    """Add a place; its level follows from its depth."""
    allow(principal, PLANT_EDITORS)
    check_key(new.key, "place")
    parent = _row(session, principal, new.parent) if new.parent else None
    path = f"{parent.path}/{new.key}" if parent else new.key
    depth = path.count("/")
    if depth >= len(LEVELS):
        raise ConfigInvalid(f"A place tree has {len(LEVELS)} levels: {', '.join(LEVELS)}.", code="place_too_deep", field="parent")
    if store.places_at(session, principal, [path]):
        raise taken("place", path)
    row = PlaceRow(
        tenant_id=principal.tenant_id, path=path, name=checked_name(new.name, "name", new.key).model_dump(),
        level=LEVELS[depth], time_zone=_zone(new.time_zone, is_site=depth == 0), version=1,
    )  # fmt: skip
    session.add(row)
    session.flush()
    changed(session, principal, "place", "put", row.id, path, "create")
    return get_place(session, principal, path)


def get_place(session: Session, principal: Principal, path: str) -> Place:
    """The place, with its site's time zone."""
    row = _row(session, principal, path)
    site = store.places_at(session, principal, [path.partition("/")[0]])
    return _place(row, next(iter(site.values())).time_zone if site else None)


def list_places(session: Session, principal: Principal) -> list[Place]:
    """The whole tree, each place before what is in it."""
    rows = sorted(store.places(session, principal), key=lambda row: row.path.split("/"))
    zones = {row.path: row.time_zone for row in rows}
    return [_place(row, zones.get(row.path.partition("/")[0])) for row in rows]


def patch_place(session: Session, principal: Principal, path: str, patch: PlacePatch, *, version: int | None = None) -> Place:
    """Rename a place or set a site's time zone."""
    allow(principal, PLANT_EDITORS)
    row = _row(session, principal, path)
    same_version("place", path, version, row.version)
    given = patch.model_fields_set
    if "name" in given:
        row.name = checked_name(patch.name, "name", path.rpartition("/")[2]).model_dump()
    if "time_zone" in given:
        row.time_zone = _zone(patch.time_zone, is_site="/" not in path)
    row.version += 1
    changed(session, principal, "place", "put", row.id, path, "patch", patch.model_dump(mode="json", include=set(given)))
    return get_place(session, principal, path)


def delete_place(session: Session, principal: Principal, path: str) -> None:
    """Remove an empty place; Conflict while something is in it."""
    allow(principal, PLANT_EDITORS)
    row = _row(session, principal, path)
    if len(store.place_ids_under(session, principal, path)) > 1:
        raise Conflict(f"The place {path!r} holds other places: remove those first.", code="place_in_use")
    chosen = DeviceFilter(place=path)
    devices = store.device_page(session, principal, chosen, None, 1).counted
    assets = store.asset_page(session, principal, chosen, None, 1).counted
    if devices or assets:
        raise Conflict(f"The place {path!r} holds {devices} devices and {assets} assets: move them first.", code="place_in_use")
    session.delete(row)
    session.flush()
    changed(session, principal, "place", "delete", row.id, path, "delete")


def place_counts(session: Session, principal: Principal) -> dict[str, int]:
    """How many devices stand directly at each place; "" counts those at none."""
    rows = store.places(session, principal)
    shelf = index.Shelf(principal.tenant_id, index.Indexed.DEVICE)
    below = index.values(session, shelf, Field.PLACE, [0, *(row.id for row in rows)])
    counts = {row.path: below.get(row.id, 0) for row in rows}
    for row in rows:
        parent = row.path.rpartition("/")[0]
        if parent:
            counts[parent] -= below.get(row.id, 0)
    return counts | {"": below.get(0, 0)}


def place_ids(session: Session, principal: Principal, paths: set[str]) -> dict[str, int]:
    """The ids of places, for verbs that put something there; Missing names the first that does not exist."""
    found = store.places_at(session, principal, [path for path in paths if _usable(path)])
    for path in sorted(paths - found.keys()):
        raise missing("place", path)
    return {path: row.id for path, row in found.items()}


def place_chains(session: Session, principal: Principal, paths: set[str]) -> dict[str, list[int]]:
    """The ids of places and of all above each, the site first; Missing as with `place_ids`."""
    whole = {path: _upwards(path) for path in paths}
    ids = place_ids(session, principal, {one for chain in whole.values() for one in chain})
    return {path: [ids[one] for one in chain] for path, chain in whole.items()}


def _upwards(path: str) -> list[str]:
    parts = path.split("/")
    return ["/".join(parts[: n + 1]) for n in range(len(parts))]


def _usable(path: str) -> bool:
    return all(usable(part) for part in path.split("/"))


def _row(session: Session, principal: Principal, path: str) -> PlaceRow:
    row = store.places_at(session, principal, [path]).get(path) if _usable(path) else None
    if row is None:
        raise missing("place", path)
    return row


def _zone(zone: str | None, *, is_site: bool) -> str | None:
    if zone is None:
        return None
    if not is_site:
        raise ConfigInvalid("Only a site has a time zone; what lies below it follows.", code="time_zone_of_site", field="time_zone")
    try:
        return ZoneInfo(zone).key
    except (ZoneInfoNotFoundError, ValueError, OSError) as err:
        raise ConfigInvalid(
            f"{zone[:60]!r} is not a time zone: write an IANA name such as Asia/Shanghai.", code="time_zone_unknown", field="time_zone"
        ) from err


def _place(row: PlaceRow, zone: str | None) -> Place:
    return Place(
        id=row.id, path=row.path, key=row.path.rpartition("/")[2], name=Name(**row.name),
        level=LEVELS[row.path.count("/")], time_zone=zone, version=row.version,
    )  # fmt: skip
