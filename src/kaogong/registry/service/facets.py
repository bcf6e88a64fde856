"""How many devices there are of each kind and at each place, of all or of those a search found."""

from sqlalchemy.orm import Session

from kaogong.core.principal import Principal
from kaogong.registry import index, store
from kaogong.registry.grams import Field
from kaogong.registry.index import Indexed, Shelf
from kaogong.registry.service.devices import usable_filter
from kaogong.registry.types import DeviceFilter, Facets


def device_facets(session: Session, principal: Principal, chosen: DeviceFilter | None = None) -> Facets:
    """Counts by type and by the places just below the one chosen, each as if it were not chosen itself.

    Words of more than three characters over more than 5,000 devices are counted by their triples alone.
    """
    wanted = usable_filter(chosen)
    types = {row.id: row.key for row in store.types(session, principal)}
    places = {row.id: row.path for row in store.places(session, principal) if _is_shown(row.path, wanted.place)}
    by_type = _counts(session, principal, wanted._replace(type=None), Field.TYPE, list(types))
    by_place = _counts(session, principal, wanted, Field.PLACE, [*places, 0])
    return Facets(
        types={types[number]: count for number, count in by_type.items() if number in types},
        places={places.get(number, ""): count for number, count in by_place.items() if number in places or number == 0},
    )


def _is_shown(path: str, chosen: str | None) -> bool:
    parent, _, _ = path.rpartition("/")
    return parent == (chosen or "")


def _counts(session: Session, principal: Principal, chosen: DeviceFilter, field: Field, wanted: list[int]) -> dict[int, int]:
    shelf = Shelf(principal.tenant_id, Indexed.DEVICE)
    if all(value is None or value == "" for name, value in chosen._asdict().items() if name not in ("among", "without")) and (
        chosen.among is None and chosen.without is None
    ):
        return index.values(session, shelf, field, wanted)
    ids = store.device_ids(session, principal, chosen)
    if chosen.q and len(ids) <= store.SORTED_TO:
        ids = store.certain_ids(session, principal, ids, chosen.q)
    return index.values_among(session, shelf, field, ids, wanted)
