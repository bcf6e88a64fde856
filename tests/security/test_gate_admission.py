import hashlib
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

from kaogong.bus.subjects import SPB, SPB_HOST, device_permissions
from kaogong.registry import CredentialRecord
from kaogong.security.admission import ClientIds, Roster
from kaogong.security.violations import LogReader, violations_in

NOW = datetime(2026, 1, 1, tzinfo=UTC)


def record(device: str = "pump", password: str = "secret", **more: Any) -> CredentialRecord:
    sha256 = hashlib.sha256(password.encode()).hexdigest() if password else ""
    return CredentialRecord(1, "acme", 7, device, sha256, None, False, False)._replace(**more)


@pytest.mark.parametrize(
    ("stored", "password", "expected"),
    [
        (record(), "secret", None),
        (record(), "Secret", "wrong_password"),
        (record(), "", "wrong_password"),
        (record(revoked_at=NOW), "secret", "revoked"),
        (record(deleted=True), "secret", "deleted"),
        (record(password=""), "", "no_credential"),
        (record(device="other"), "secret", "unknown"),
    ],
)
def test_refusal(stored: CredentialRecord, password: str, expected: str | None) -> None:
    roster = Roster()
    roster.put(stored)
    assert roster.refusal("acme.pump", password) == expected


def test_roster_forgets_and_counts() -> None:
    roster = Roster()
    roster.put(record())
    assert len(roster) == 1
    roster.drop("acme.pump")
    roster.drop("acme.pump")
    assert roster.get("acme.pump") is None


TENANTS = {"acme", "rival"}


@pytest.mark.parametrize(
    ("client_id", "username", "expected"),
    [
        ("", "acme.pump", True),
        ("acme:pump", "acme.pump", True),
        ("acme:anything", "acme.pump", True),
        ("acme.pump", "acme.pump", True),
        ("acme:pump", "rival.pump", False),
        ("acme.pump", "rival.pump", False),
        ("nobody:pump", "rival.pump", True),
        ("acme", "rival.pump", True),
        ("free", "rival.pump", True),
        ("$kaogong:gate", "acme.pump", False),
        ("held", "acme.pump", True),
        ("held", "acme.other", True),
        ("held", "rival.pump", False),
    ],
)
def test_client_id(client_id: str, username: str, expected: bool) -> None:
    ids = ClientIds()
    ids.take("held", "acme.pump")
    assert ids.may_use(client_id, username, TENANTS, holder_is_connected=False) is expected


def test_no_two_devices_share_a_subject_however_their_keys_are_cut() -> None:
    mine = device_permissions("acme", "pump_1", is_gateway=True)
    theirs = device_permissions("acme_pump", "1", is_gateway=True)
    for side in ("publish", "subscribe"):
        shared = set(mine[side]) & set(theirs[side])
        assert shared <= {f"{SPB}.STATE.{SPB_HOST}"}  # whether the platform is there, which everybody may know


def test_client_id_in_use_is_not_taken_inside_a_tenant_either() -> None:
    ids = ClientIds()
    ids.take("held", "acme.pump")
    assert not ids.may_use("held", "acme.other", TENANTS, holder_is_connected=True)
    assert ids.may_use("held", "acme.pump", TENANTS, holder_is_connected=True)


def test_client_id_is_free_again_when_its_device_uses_another_or_is_gone() -> None:
    ids = ClientIds()
    ids.take("a", "acme.pump")
    ids.take("b", "acme.pump")
    assert ids.holder("a") is None
    ids.release("acme.pump")
    ids.release("acme.pump")
    assert ids.holder("b") is None


def test_violations_are_read_from_the_brokers_own_words() -> None:
    text = (
        '[1] 2026/11/21 13:56:23.634616 [ERR] 127.0.0.1:35445 - mid:17 - "acme:pump-1" - Publish Violation - Subject "up.other.pump-1.telemetry"\n'
        '[1] 2026/11/21 13:56:23.635017 [ERR] 127.0.0.1:35445 - mid:17 - "a" - Subscription Violation - Subject ">", SID >\n'
        '[1] 2026/11/21 13:56:23.635017 [ERR] 127.0.0.1:3 - cid:9 - "v2.16.0:python3:edge" - Publish Violation - User "acme.e", Subject "x.y"\n'
        "[1] 2026/11/21 13:56:23.635017 [INF] Server is ready\n"
    )
    assert violations_in(text) == [(17, "publish to up/other/pump-1/telemetry"), (17, "subscribe to >"), (9, "publish to x/y")]


def test_log_is_followed_through_half_lines_rotation_and_absence(tmp_path: Path) -> None:
    file = tmp_path / "broker.log"
    reader = LogReader(file)
    assert reader.added() == ""
    file.write_text("one\nha")
    assert reader.added() == "one\n"
    with file.open("a") as log:
        log.write("lf\n")
    assert reader.added() == "half\n"
    file.rename(file.with_suffix(".1"))
    file.write_text("new\n")
    assert reader.added() == "new\n"
