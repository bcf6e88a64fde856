"""The directory in memory equals a fresh snapshot after whatever was done, in whatever portions it hears of it."""

import random
from datetime import UTC, datetime, timedelta
from typing import Any

import numpy as np
import polars as pl
import pytest
from tests.registry.conftest import PUMP, Plant

from kaogong import registry
from kaogong.core.errors import KaogongError
from kaogong.core.sample import Kind
from kaogong.db import Change, Relay
from kaogong.registry import DevicePatch, Directory, NewAsset, NewDevice, Property, TypeDraft

T0 = datetime(2026, 1, 1, tzinfo=UTC)
FLOWS = [Property(key="flow", unit="m3/h"), Property(key="flow", unit="L/min"), Property(key="flow", type="text")]
OTHERS = [
    Property(key="pressure", unit="bar"),
    Property(key="double", unit="bar", expression="pressure * 2"),
    Property(key="running", type="boolean"),
]


def _state(directory: Directory) -> dict[str, Any]:
    tenants = {key: directory.tenant_id(key) for key in ("acme", "rival", "third")}
    identity = directory.identity()
    return {
        "seq": directory.seq,
        "tenants": tenants,
        "keys": [directory.tenant_key(i) for i in range(5)],
        "devices": {t: {k: directory.device(t, k) for k in KEYS} for t in tenants},
        "types": {i: dict(directory.properties(i)) for i in range(1, 12)},
        "derived": {i: directory.derived(i) for i in range(1, 12)},
        "property_table": directory.property_table().rows(),
        "identity": {int(i): int(identity[i]) for i in np.flatnonzero(identity)},
        "bindings": directory.bindings().rows(),
    }


KEYS = [f"d{i}" for i in range(8)]


def _something(rng: random.Random, plant: Plant) -> None:
    """One random verb; what the registry refuses is refused."""
    who = rng.choice([plant.acme, plant.acme, plant.rival])
    device, other = rng.choice(KEYS), rng.choice(KEYS)
    at = rng.choice([None, T0 + timedelta(hours=rng.randrange(48))])
    mapping = rng.choice([None, None, {"flow": "flow"}, {"pressure": "pressure"}, {"flow": "flow", "running": "running"}])
    properties = (rng.choice(FLOWS), *rng.sample(OTHERS, rng.randrange(len(OTHERS) + 1)))
    verbs: list[tuple[Any, ...]] = [
        (registry.create_device, NewDevice(key=device, type=rng.choice(["pump", "kiln", "edge-node"]), is_gateway=rng.random() < 0.3)),
        (registry.create_device, NewDevice(key=device, type="pump", asset=other)),
        (registry.create_asset, NewAsset(key=device, type=rng.choice(["pump", None]))),
        (registry.patch_device, device, DevicePatch(gateway=rng.choice([None, other]))),
        (registry.delete_device, device),
        (registry.bind, device, other, mapping, {"valid_from": at, "replaces": rng.choice([None, None, None, other])}),
        (registry.unbind, device, other, at or T0),
        (registry.put_type, TypeDraft(key=rng.choice(["pump", "kiln"]), properties=properties), {"replace": rng.random() < 0.7}),
        (registry.delete_type, "kiln"),
        (registry.issue_credential, device),
    ]
    verb, *args = rng.choices(verbs, weights=[4, 2, 1, 2, 1, 6, 2, 2, 1, 1])[0]
    options = args.pop() if isinstance(args[-1], dict) and verb in (registry.bind, registry.put_type) else {}
    try:
        with plant.write() as s:
            verb(s, who, *args, **options)
    except KaogongError:
        return


@pytest.mark.parametrize("seed", range(3))
def test_following_changes_equals_a_fresh_snapshot(plant: Plant, seed: int) -> None:
    rng, most = random.Random(seed), 0
    plant.devices(*KEYS[:5])
    relay = Relay(plant.database)
    with plant.read() as s:
        followed = Directory.snapshot(s)
    for _ in range(16):
        for _ in range(rng.randrange(1, 6)):
            _something(rng, plant)
        changes = relay.pending()
        relay.mark_sent(c.seq for c in changes)
        with plant.read() as s:
            followed.apply(s, changes)
            assert _state(followed) == _state(Directory.snapshot(s))
        most = max(most, followed.bindings().height)
    assert most > 0


def test_a_missed_announcement_heals_with_the_next(plant: Plant) -> None:
    with plant.read() as s:
        followed = Directory.snapshot(s)
    plant.devices("d1", "d2")
    plant.does(registry.delete_device, "d1")
    with plant.read() as s:
        followed.apply(s, Relay(plant.database).pending()[-1:])
        assert _state(followed) == _state(Directory.snapshot(s))
    assert followed.device("acme", "d2") is not None
    before = _state(followed)
    with plant.read() as s:
        followed.apply(s, [Change(1, 1, "acme", "device", "delete", 1, "d2")])
    assert _state(followed) == before


def test_what_the_hot_path_reads(plant: Plant) -> None:
    plant.devices("d1")
    plant.does(
        registry.put_type,
        TypeDraft(
            key="pump",
            properties=(
                *PUMP.properties,
                Property(key="twice", unit="bar", expression="pressure * 2"),
                Property(key="four", unit="bar", expression="twice * 2"),
            ),
        ),
    )
    with plant.read() as s:
        directory = Directory.snapshot(s)
    device = directory.device("acme", "d1")
    assert device is not None and device.tenant_id == directory.tenant_id("acme")
    assert directory.device("rival", "d1") is None and directory.device("nobody", "d1") is None
    flow = directory.properties(device.type_id)["flow"]
    assert (flow.kind, flow.unit, flow.minimum, flow.maximum, flow.resolution) == (Kind.NUMBER, "m3/h", 0, 500, 0.01)
    assert [p.key for p in directory.derived(device.type_id)] == ["twice", "four"]
    row = directory.property_table().row(by_predicate=pl.col("property") == flow.id, named=True)
    assert (row["kind"], row["unit"], row["maximum"], row["type"]) == ("number", "m3/h", 500, device.type_id)
    assert directory.identity()[device.device_id] > 0
    assert directory.bindings().is_empty()
    assert directory.properties(999) == {} and directory.derived(999) == []


def test_a_new_tenant_is_known_with_its_first_device(plant: Plant) -> None:
    with plant.read() as s:
        followed = Directory.snapshot(s)
    from kaogong.core.principal import Principal

    with plant.write() as s:
        third = registry.create_tenant(s, Principal.system(0, ""), "third", registry.Name(en="Third"))
        registry.create_device(s, Principal.system(third.id, "third"), NewDevice(key="d1", type="edge-node"))
    with plant.read() as s:
        followed.apply(s, Relay(plant.database).pending())
        assert _state(followed) == _state(Directory.snapshot(s))
    assert followed.device("third", "d1") is not None
