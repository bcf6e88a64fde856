"""Building the search index anew: after an upgrade from a version without it."""

import numpy as np
from sqlalchemy.orm import Session

from kaogong.registry import index, store
from kaogong.registry.grams import text_tokens
from kaogong.registry.index import Indexed, Shelf

MANY = 50_000


def reindex(session: Session, *, only_missing: bool = True) -> int:
    """Index the devices and assets of every tenant; with `only_missing` of those that have no index at all. How many things."""
    done = 0
    for tenant in store.every_tenant(session):
        for kind in Indexed:
            shelf = Shelf(tenant, kind)
            if only_missing and index.is_there(session, shelf):
                continue
            index.clear(session, shelf)
            chains = store.all_place_chains(session, tenant)
            for part in store.indexable(session, tenant, kind, MANY):
                done += len(part)
                _add(session, shelf, part, chains)
    return done


def _add(session: Session, shelf: Shelf, part: list[store.Indexable], chains: dict[int, list[int]]) -> None:
    texts, owners = text_tokens([one.text for one in part])
    fields = [_fields(shelf.kind, one, chains.get(one.place_id or 0, [])) for one in part]
    flat = np.array([token for one in fields for token in one], np.int64)
    whose = np.repeat(np.arange(len(part)), [len(one) for one in fields])
    ids = np.array([one.id for one in part], np.int64)
    index.add(session, shelf, ids, np.concatenate([texts, flat]), np.concatenate([owners, whose]))


def _fields(kind: Indexed, one: store.Indexable, places: list[int]) -> list[int]:
    if kind is Indexed.ASSET:
        return index.asset_fields(one.type_id, places)
    return index.device_fields(one.type_id or 0, places, one.gateway_id, is_gateway=bool(one.is_gateway))
