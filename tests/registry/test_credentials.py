"""Logins of devices: generated, shown once, kept as a digest, rotated and revoked."""

import hashlib

import pytest
from tests.registry.conftest import Plant

from kaogong import registry
from kaogong.db import Relay


def _record(plant: Plant, username: str = "acme.pump-1") -> registry.CredentialRecord:
    with plant.read() as s:
        record = registry.find_credential(s, username)
    assert record is not None
    return record


def _changes(plant: Plant) -> list[tuple[str, str, str]]:
    relay = Relay(plant.database)
    pending = relay.pending()
    relay.mark_sent(c.seq for c in pending)
    return [(c.kind, c.op, c.key) for c in pending]


@pytest.mark.req("K01")
def test_the_gate_finds_the_digest_of_what_the_device_was_given(plant: Plant) -> None:
    with plant.write() as s:
        made = registry.create_device(s, plant.acme, registry.NewDevice(key="pump-1", type="pump"))
    record = _record(plant)
    assert record.sha256 == hashlib.sha256(made.credential.password.encode()).hexdigest()
    assert (record.tenant, record.device, record.device_id) == ("acme", "pump-1", made.device.id)
    assert record.revoked_at is None and not record.deleted and not record.is_gateway
    assert made.credential.password not in repr(made)


@pytest.mark.req("K01")
def test_rotating_and_revoking_are_seen_at_once_and_announced(plant: Plant) -> None:
    plant.devices("pump-1")
    before = _record(plant)
    _changes(plant)
    fresh = plant.does(registry.issue_credential, "pump-1")
    assert isinstance(fresh, registry.Credential)
    assert _record(plant).sha256 == hashlib.sha256(fresh.password.encode()).hexdigest() != before.sha256
    plant.does(registry.revoke_credential, "pump-1")
    assert _record(plant).revoked_at is not None
    plant.does(registry.revoke_credential, "pump-1")
    assert _changes(plant) == [("credential", "put", "acme.pump-1")] * 2
    plant.does(registry.issue_credential, "pump-1")
    with plant.read() as s:
        state = registry.credential_state(s, plant.acme, "pump-1")
    assert state.revoked_at is None and state.issued_at is not None


@pytest.mark.req("K01")
def test_a_name_that_nobody_has_is_nobody(plant: Plant) -> None:
    plant.devices("pump-1")
    with plant.read() as s:
        for username in ["", "pump-1", "acme", "acme.", ".pump-1", "acme.nobody", "nobody.pump-1", "acme.pump-1.x", "acme.a\0", "' OR 1=1"]:
            assert registry.find_credential(s, username) is None, username


def test_a_starting_gate_reads_every_living_devices_login(plant: Plant) -> None:
    plant.devices("a", "b", "c")
    plant.does(registry.delete_device, "b")
    with plant.write() as s:
        registry.create_device(s, plant.rival, registry.NewDevice(key="a", type="pump"))
    with plant.read() as s:
        records = list(registry.all_credentials(s))
    assert sorted((r.tenant, r.device) for r in records) == [("acme", "a"), ("acme", "c"), ("rival", "a")]
    assert all(len(r.sha256) == 64 for r in records)
