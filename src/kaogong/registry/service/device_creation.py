"""Making devices, one or hundreds of thousands at once: each with an asset, a binding and, where it speaks itself, a login."""

from collections.abc import Sequence
from itertools import chain
from typing import Any, NamedTuple

import numpy as np
import orjson
from sqlalchemy.orm import Session

from kaogong import audit
from kaogong.core import clock
from kaogong.core.errors import ConfigInvalid, Conflict
from kaogong.core.keys import check_key
from kaogong.core.principal import Principal
from kaogong.db import Same, Stored, insert_columns, modest, outbox, reserve_ids, roomy
from kaogong.registry import index, store
from kaogong.registry.changes import DEVICES, range_key
from kaogong.registry.grams import Tokens, text_tokens
from kaogong.registry.service.announce import PLANT_EDITORS, allow, missing, taken
from kaogong.registry.service.credentials import digest, passwords, username
from kaogong.registry.service.devices import device_of, gateway_ids
from kaogong.registry.service.places import place_chains
from kaogong.registry.tables import AssetRow, BindingRow, CredentialRow, DeviceRow
from kaogong.registry.texts import checked, searchable
from kaogong.registry.types import CreatedDevice, Credential, NewDevice

MOST_AT_ONCE = 10_000
MOST_IN_BULK = 200_000
IN_FULL = 100  # keys that an audit line names one by one
MANY = 2000  # from here on the store gets more memory for the while


class Made(NamedTuple):
    """What a bulk made: ids in the order given, and the passwords (None where none was asked for)."""

    ids: list[int]
    passwords: list[str] | None


class _Rows(NamedTuple):
    """The checked devices, column by column."""

    keys: list[str]
    names: list[str]  # JSON
    texts: list[str]
    types: list[int]
    places: list[int | None]
    paths: list[str]
    gateways: list[int | None]
    is_gateway: list[bool]


def create_device(session: Session, principal: Principal, new: NewDevice) -> CreatedDevice:
    """Make a device with its login; the password is in the answer and nowhere else.

    Without `asset` an asset of the same key is made and bound since ever. An asset that was bound before (a swap, or a device made
    again under its old key) is bound from now on, so that its history stays with who spoke it.
    """
    return create_devices(session, principal, [new])[0]


def create_devices(session: Session, principal: Principal, new: Sequence[NewDevice]) -> list[CreatedDevice]:
    """Make many devices in one transaction, all or none; answers in the order of `new`. A gateway may be in the same list."""
    if len(new) > MOST_AT_ONCE:
        raise ConfigInvalid(f"At most {MOST_AT_ONCE} devices at once; make them in several calls.", code="too_many", field="devices")
    made = make_devices(session, principal, new)
    rows = store.devices_with_names(session, principal, [one.key for one in new])
    logins = (Credential(username=username(principal, one.key), password=word) for one, word in zip(new, made.passwords or (), strict=True))
    return [CreatedDevice(device_of(*rows[one.key]), login) for one, login in zip(new, logins, strict=True)]


def make_devices(session: Session, principal: Principal, new: Sequence[NewDevice], *, logins: bool = True) -> Made:
    """The same for up to 200,000, which are not read back. One line of the change feed and one of the audit log tell of all."""
    allow(principal, PLANT_EDITORS)
    if len(new) > MOST_IN_BULK:
        raise ConfigInvalid(f"At most {MOST_IN_BULK} devices at once; make them in several calls.", code="too_many", field="devices")
    if not new:
        return Made([], [] if logins else None)
    _check_keys(session, principal, new)
    if len(new) >= MANY:
        roomy(session)
    try:
        return _make(session, principal, new, logins=logins)
    finally:
        if len(new) >= MANY:
            modest(session)


def _make(session: Session, principal: Principal, new: Sequence[NewDevice], *, logins: bool) -> Made:
    first = reserve_ids(session, DeviceRow, len(new))
    ids = list(range(first, first + len(new)))
    paths = place_chains(session, principal, {one.place for one in new if one.place})
    rows = _rows(session, principal, new, ids, paths)
    _insert_devices(session, principal, rows, ids, new)
    assets, fresh = _insert_assets(session, principal, new, rows)
    texts = text_tokens(rows.texts)
    _insert_index(session, principal, rows, paths, ids, index.Indexed.DEVICE, texts)
    _insert_index(session, principal, rows, paths, assets, index.Indexed.ASSET, texts, fresh)
    _insert_bindings(session, principal, ids, assets, set(fresh))
    words = passwords(len(new)) if logins else None
    if words is not None:
        digests = [digest(one) for one in words]
        insert_columns(session, CredentialRow, {"device_id": ids, "sha256": digests, "issued_at": Same(clock.now())})
    _announce(session, principal, new, ids)
    return Made(ids, words)


def _check_keys(session: Session, principal: Principal, new: Sequence[NewDevice]) -> None:
    seen: set[str] = set()
    for one in new:
        if check_key(one.key, "device") in seen:
            raise taken("device", one.key)
        seen.add(one.key)
    for key in store.device_keys_taken(session, principal, list(seen)):
        raise taken("device", key)


def _rows(session: Session, principal: Principal, new: Sequence[NewDevice], ids: Sequence[int], paths: dict[str, list[int]]) -> _Rows:
    types = {row.key: row.id for row in store.types(session, principal)}
    for one in new:
        if one.type not in types:
            raise missing("device type", one.type)
    listed = {one.key: id_ for one, id_ in zip(new, ids, strict=True) if one.is_gateway}
    gateways = listed | gateway_ids(session, principal, {one.gateway for one in new if one.gateway and one.gateway not in listed})
    names = [_name(one) for one in new]
    return _Rows(
        [one.key for one in new],
        [orjson.dumps({"en": en, "zh": zh}).decode() for en, zh in names],
        [searchable(one.key, en, zh) for one, (en, zh) in zip(new, names, strict=True)],
        [types[one.type] for one in new],
        [paths[one.place][-1] if one.place else None for one in new],
        [one.place or "" for one in new],
        [gateways[one.gateway] if one.gateway else None for one in new],
        [one.is_gateway for one in new],
    )


def _name(new: NewDevice) -> tuple[str, str]:
    """What `checked_name` answers, without a Name made for it."""
    en, zh = checked(new.name.en, "name.en"), checked(new.name.zh, "name.zh")
    return en or zh or new.key, zh or en or new.key


def _insert_devices(session: Session, principal: Principal, rows: _Rows, ids: Sequence[int], new: Sequence[NewDevice]) -> None:
    """Those a gateway of the same list speaks for come after it, as a row must not name one that is not there yet."""
    own = {id_ for id_, is_gateway in zip(ids, rows.is_gateway, strict=True) if is_gateway}
    for later in (False, True):
        part = [n for n in range(len(new)) if (rows.gateways[n] in own) is later]
        now = Same(clock.now())
        columns = {
            "id": ids, "key": rows.keys, "name": rows.names, "search": rows.texts, "type_id": rows.types, "place_id": rows.places,
            "gateway_id": rows.gateways, "is_gateway": rows.is_gateway,
        }  # fmt: skip
        chosen = columns if len(part) == len(new) else {name: [values[n] for n in part] for name, values in columns.items()}
        same = {"tenant_id": Same(principal.tenant_id), "created_at": now, "updated_at": now, "version": Same(1)}
        insert_columns(session, DeviceRow, {**chosen, "name": Stored(chosen["name"]), **same})


def _insert_assets(session: Session, principal: Principal, new: Sequence[NewDevice], rows: _Rows) -> tuple[list[int], list[int]]:
    """The asset each device is for; makes those that are not named and not there, and says for which of `new` it did."""
    named = {one.asset for one in new if one.asset}
    found = store.asset_ids(session, principal, list(named | set(rows.keys)))
    for key in sorted(named - found.keys()):
        raise missing("asset", key)
    bound = store.assets_bound(session, principal, found.values())
    for one in new:
        if not one.asset and one.key in found and bound.get(found[one.key]):
            raise Conflict(
                f"The asset {one.key!r} is there already and another device speaks for it: name the asset this device is for.",
                code="asset_in_use",
                field="asset",
            )
    fresh = [n for n, one in enumerate(new) if not one.asset and one.key not in found]
    if fresh:
        first = reserve_ids(session, AssetRow, len(fresh))
        found |= {rows.keys[n]: first + offset for offset, n in enumerate(fresh)}
        columns: dict[str, Sequence[Any]] = {
            "key": rows.keys, "name": rows.names, "search": rows.texts, "type_id": rows.types, "place_id": rows.places,
        }  # fmt: skip
        same = {"tenant_id": Same(principal.tenant_id), "created_at": Same(clock.now()), "version": Same(1)}
        chosen = {name: [values[n] for n in fresh] for name, values in columns.items()}
        insert_columns(session, AssetRow, {"id": list(range(first, first + len(fresh))), **chosen, "name": Stored(chosen["name"]), **same})
    return [found[one.asset or one.key] for one in new], fresh


def _insert_bindings(session: Session, principal: Principal, devices: list[int], assets: list[int], fresh: set[int]) -> None:
    ever = store.assets_bound(session, principal, [asset for n, asset in enumerate(assets) if n not in fresh])
    now = clock.now()
    since = [now if asset in ever else None for asset in assets]
    same = {"tenant_id": Same(principal.tenant_id)}
    insert_columns(session, BindingRow, {"device_id": devices, "asset_id": assets, "valid_from": since, **same})


def _insert_index(
    session: Session, principal: Principal, rows: _Rows, paths: dict[str, list[int]], ids: list[int], kind: index.Indexed,
    texts: tuple[Tokens, Tokens], of: Sequence[int] | None = None,
) -> None:  # fmt: skip
    """Put rows (those numbered `of`, when given) into the index under `ids`."""
    known: dict[tuple[object, ...], list[int]] = {}
    fields = []
    for n in range(len(rows.keys)):
        about = (rows.types[n], rows.paths[n], rows.gateways[n], rows.is_gateway[n])
        if about not in known:
            places = paths[rows.paths[n]] if rows.paths[n] else []
            if kind is index.Indexed.DEVICE:
                known[about] = index.device_fields(rows.types[n], places, rows.gateways[n], is_gateway=rows.is_gateway[n])
            else:
                known[about] = index.asset_fields(rows.types[n], places)
        fields.append(known[about])
    flat = np.fromiter(chain.from_iterable(fields), np.int64)
    whose = np.repeat(np.arange(len(fields)), [len(one) for one in fields])
    tokens, owners = np.concatenate([texts[0], flat]), np.concatenate([texts[1], whose])
    if of is not None and len(of) < len(ids):
        chosen = np.isin(owners, np.array(of, np.int64))
        tokens, owners = tokens[chosen], owners[chosen]
    index.add(session, index.Shelf(principal.tenant_id, kind), np.array(ids, np.int64), tokens, owners)


def _announce(session: Session, principal: Principal, new: Sequence[NewDevice], ids: Sequence[int]) -> None:
    if len(new) == 1:
        outbox.emit(session, principal.tenant_id, principal.tenant, "device", "put", ids[0], new[0].key)
        audit.record(session, principal, "device.create", "device", new[0].key, {"type": new[0].type})
        return
    outbox.emit(session, principal.tenant_id, principal.tenant, DEVICES, "put", ids[0], range_key(ids[0], ids[-1]))
    keys = [one.key for one in new]
    told = {"keys": keys} if len(keys) <= IN_FULL else {"first": keys[0], "last": keys[-1]}
    audit.record(session, principal, "device.create", "device", "", {"count": len(new), "ids": [ids[0], ids[-1]], **told})
