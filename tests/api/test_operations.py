"""Ledger, dead letters, audit, overview, topology, logs, metrics, the console's files; wrong input everywhere."""

import hashlib
import io
import json
import zipfile
from datetime import UTC, datetime, timedelta
from typing import Any

import httpx2
import orjson
import pytest
from tests.api.conftest import Stack, minutes_ago, problem, until

from kaogong.bus.subjects import STATUS, UP
from kaogong.historian import DeadLetter


def test_healthy_ready_and_measured(stack: Stack) -> None:
    with stack.fresh() as client:
        assert client.get("/healthz").json() == {"status": "ok", "reasons": []}
        assert client.get("/readyz").json() == {"status": "ok", "reasons": []}
        say = {"process": "ingest", "pid": 1, "since": datetime.now(UTC), "state": "ready", "reason": "", "figures": {"points_per_s": 5.0}}
        stack.run(stack.platform.bus.publish(f"{STATUS}.ingest", orjson.dumps(say)))
        text = until(lambda: (found := client.get("/metrics").text) and "kaogong_points_per_s" in found and found)
        assert 'kaogong_points_per_s{process="ingest"} 5.0' in text
        assert 'kaogong_process_ready{process="ingest"} 1.0' in text
        assert 'route="/healthz"' in text
        about = client.get("/api/v1/about").json()
        assert (about["name"], about["language"], about["time_zone"]) == ("Kaogong", "zh", "Asia/Shanghai")
        assert about["mqtt"] == {"host": "127.0.0.1", "port": int(stack.mqtt.rpartition(":")[2]), "tls": False}


@pytest.mark.req("A01")
def test_topology_lists_every_layer_and_none_is_empty(viewer: httpx2.Client) -> None:
    layers = viewer.get("/api/v1/topology").json()["layers"]
    assert [one["layer"] for one in layers] == ["edge", "infrastructure", "platform", "applications", "security"]
    for layer in layers:
        assert layer["components"]
        assert layer["name"]["en"] and layer["name"]["zh"]
        for component in layer["components"]:
            assert component["health"] in ("ok", "degraded", "down", "unknown")


@pytest.mark.req("B10")
def test_overview_counts_only_devices_that_delivered_a_switch_or_a_parameter(stack: Stack, stranger: httpx2.Client) -> None:
    before = stranger.get("/api/v1/overview").json()
    assert before["devices"]["total"] == 2
    now = minutes_ago(1)
    stack.store(stack.samples("other", "only-other", [{"property": "label", "observed_at": now, "value": "only text"}]))
    stack.store(stack.samples("other", "pump-1", [{"property": "running", "observed_at": now, "value": 1}]))

    def counted() -> dict[str, Any] | None:
        found: dict[str, Any] = stranger.get("/api/v1/overview").json()
        return found if found["devices"]["reporting"] == 2 else None

    overview = until(counted)
    assert overview["devices"]["countable"] == 1
    assert overview["sentence"] == {"en": "All 2 devices report.", "zh": "2 台设备全部在报数。"}
    assert set(overview["ledger"]) == {"decoded", "written", "rejected", "balanced"}


def letter(tenant: int, device: int, subject: str, sequence: int) -> DeadLetter:
    return DeadLetter(
        tenant=tenant,
        device=device,
        reason="property_unknown",
        detail="no property 'flwo'",
        subject=subject,
        payload=b'{"flwo": 1}',
        received_at=datetime.now(UTC).replace(microsecond=0),
        sequence=sequence,
    )


@pytest.mark.req("I01")
def test_dead_letters_are_shown_with_their_reason_and_sent_again(stack: Stack, admin: httpx2.Client, stranger: httpx2.Client) -> None:
    tenant, device = stack.principal("default").tenant_id, stack.device_id("default", "pump-1")
    table = stack.samples("default", "pump-1", [{"property": "flow", "observed_at": minutes_ago(3), "value": 1.0}])
    subject = "up.default.pump-1.telemetry"
    stack.run(
        stack.platform.historian.write(table, batch=2, dead=[letter(tenant, device, subject, 10), letter(tenant, device, subject, 11)])
    )
    page = until(lambda: (found := admin.get("/api/v1/dead-letters?reason=property_unknown").json())["items"] and found)
    shown = page["items"][0]
    assert (shown["device"], shown["reason"], shown["payload"]) == ("pump-1", "property_unknown", '{"flwo": 1}')
    of_device = admin.get("/api/v1/dead-letters", params={"device": "pump-1"}).json()
    assert {one["device"] for one in of_device["items"]} == {"pump-1"}
    quiet = admin.post("/api/v1/devices", json={"key": "never-wrong", "type": "pump"}).json()["key"]
    assert admin.get("/api/v1/dead-letters", params={"device": quiet}).json() == {"items": [], "next": None, "counts": {}}
    problem(admin.get("/api/v1/dead-letters", params={"device": "only-other"}), 404, "device_missing")
    assert stranger.get("/api/v1/dead-letters").json()["items"] == []
    assert stranger.post(f"/api/v1/dead-letters/{shown['id']}/replay").status_code == 404
    before = stack.run(stack.platform.bus.stream_state(UP)).last_sequence
    assert admin.post(f"/api/v1/dead-letters/{shown['id']}/replay").json() == {"replayed": 1}
    assert admin.post("/api/v1/dead-letters/replay", json={"ids": [one["id"] for one in page["items"]]}).status_code == 200
    assert stack.run(stack.platform.bus.stream_state(UP)).last_sequence >= before + 2
    assert any(one["replayed_at"] for one in admin.get("/api/v1/dead-letters").json()["items"])


def test_the_ledger_shows_the_stream_to_operators_alone(admin: httpx2.Client, stranger: httpx2.Client) -> None:
    mine = admin.get("/api/v1/ledger").json()
    assert mine["messages"]["pending"] + mine["messages"]["accounted"] >= 0
    assert mine["sentence"]["zh"]
    assert stranger.get("/api/v1/ledger").json()["messages"] is None


@pytest.mark.req("K24")
def test_the_audit_log_says_who_did_what_and_is_whole(stack: Stack, admin: httpx2.Client, stranger: httpx2.Client) -> None:
    assert admin.post("/api/v1/devices", json={"key": "audited-1", "type": "pump"}).status_code == 201
    lines = admin.get("/api/v1/audit?kind=device&key=audited-1").json()
    assert [(one["actor"], one["action"], one["outcome"]) for one in lines["items"]] == [("admin", "device.create", "ok")]
    assert admin.get("/api/v1/audit", params={"from": "2020-01-01T00:00:00Z", "to": "2020-01-02T00:00:00Z"}).json()["total"] == 0
    assert admin.get("/api/v1/audit/verify").json() == {"whole": True, "first_broken_seq": None}
    assert stranger.get("/api/v1/audit?key=audited-1").json()["items"] == []
    pages = admin.get("/api/v1/audit?limit=2").json()
    following = admin.get("/api/v1/audit", params={"limit": 2, "cursor": pages["next"]}).json()
    assert following["items"][0]["seq"] == pages["items"][-1]["seq"] - 1
    assert stack.client("default/auditor").get("/api/v1/audit").status_code == 200


@pytest.mark.req("I01")
@pytest.mark.req("K24")
def test_an_attempt_beyond_ones_rights_is_in_the_audit_log(stack: Stack, admin: httpx2.Client, viewer: httpx2.Client) -> None:
    assert viewer.delete("/api/v1/devices/beyond-1").status_code == 403
    lines = admin.get("/api/v1/audit", params={"action": "access.refuse", "key": "/api/v1/devices/beyond-1"}).json()["items"]
    assert [(one["actor"], one["outcome"]) for one in lines] == [("viewer", "role_missing")]


@pytest.mark.req("A20")
def test_the_log_of_a_past_period_comes_with_hashes_that_the_audit_log_remembers(stack: Stack, admin: httpx2.Client) -> None:
    lines = {
        "probe.log.1": "2026-08-01T10:00:00.000Z INFO a: early\n2026-08-07T10:00:00.000Z ERROR a: inside\nTraceback: also inside\n",
        "probe.log": "2026-08-08T10:00:00.000Z INFO a: inside too\n2026-08-09T00:00:00.000Z INFO a: late\n",
    }
    for name, text in lines.items():
        (stack.home / "log" / name).write_text(text)
    answer = admin.get("/api/v1/logs", params={"from": "2026-08-05T00:00:00Z", "to": "2026-08-09T00:00:00Z"})
    assert answer.status_code == 200
    archive = zipfile.ZipFile(io.BytesIO(answer.content))
    probe = archive.read("probe.log")
    assert probe.decode().splitlines() == [
        "2026-08-07T10:00:00.000Z ERROR a: inside",
        "Traceback: also inside",
        "2026-08-08T10:00:00.000Z INFO a: inside too",
    ]
    manifest = archive.read("MANIFEST.json")
    listed = {one["file"]: one["sha256"] for one in json.loads(manifest)["files"]}
    assert listed["probe.log"] == hashlib.sha256(probe).hexdigest()
    noted = admin.get("/api/v1/audit?action=log.export").json()["items"][0]
    assert noted["detail"]["manifest_sha256"] == hashlib.sha256(manifest).hexdigest() == answer.headers["x-manifest-sha256"]
    problem(stack.client("other/admin").get("/api/v1/logs"), 403, "role_missing")


def test_the_console_is_served_with_its_own_rules(stack: Stack) -> None:
    with stack.fresh() as client:
        for address in ("/", "/devices/pump-1?tab=history"):
            page = client.get(address)
            assert page.text.startswith("<!doctype html>")
            assert page.headers["cache-control"] == "no-cache"
            assert "script-src 'self'" in page.headers["content-security-policy"]
            assert page.headers["x-content-type-options"] == "nosniff"
        script = client.get("/assets/index-abc123.js", headers={"accept-encoding": "identity"})
        assert script.headers["cache-control"] == "public, max-age=31536000, immutable"
        assert "javascript" in script.headers["content-type"]
        with client.stream("GET", "/assets/index-abc123.js", headers={"accept-encoding": "br"}) as packed:
            assert packed.headers["content-encoding"] == "br"
            assert b"".join(packed.iter_raw()) == b"packed"
        assert client.get("/assets/gone.js").status_code == 404
        for address in ("/../registry.db", "/..%2fregistry.db", "/%2e%2e/registry.db", "/assets/../../registry.db", "/%00"):
            assert "SQLite" not in client.get(address).text


def test_answers_of_the_interface_are_never_kept(admin: httpx2.Client) -> None:
    answer = admin.get("/api/v1/devices")
    assert answer.headers["cache-control"] == "no-store"
    assert answer.headers["x-trace-id"]


SQL = [
    "' OR '1'='1",
    "'; DROP TABLE devices; --",
    '" OR 1=1',
    "%' --",
    "pump-1' UNION SELECT * FROM people --",
    "\\'; --",
    "${jndi:ldap://x}",
]


@pytest.mark.req("K07")
@pytest.mark.parametrize("text", SQL)
def test_sql_in_every_string_is_only_a_string(stack: Stack, admin: httpx2.Client, stranger: httpx2.Client, text: str) -> None:
    before = {one["key"] for one in admin.get("/api/v1/devices?limit=500").json()["items"]}
    theirs = {one["key"] for one in stranger.get("/api/v1/devices?limit=500").json()["items"]}
    for name in ("q", "type", "place", "gateway", "cursor"):
        answer = admin.get("/api/v1/devices", params={name: text})
        assert answer.status_code in (200, 404, 422), answer.text
        if answer.status_code == 200:
            assert answer.json()["items"] == []
    for name in ("actor", "action", "kind", "key", "outcome"):
        assert admin.get("/api/v1/audit", params={name: text}).json()["total"] == 0
    for address in ("devices/{}", "assets/{}/latest", "device-types/{}", "users/{}", "edge-nodes/{}", "devices/{}/history?property=flow"):
        assert admin.get(f"/api/v1/{address}".format(httpx2.QueryParams({"x": text}).__str__()[2:])).status_code in (404, 422)
    bodies: list[tuple[str, Any]] = [
        ("devices", {"key": text, "type": text}),
        ("device-types", {"key": text}),
        ("places", {"key": text, "name": text}),
        ("tokens", {"name": text, "scopes": [text]}),
        ("users", {"name": text, "roles": [text]}),
        ("query", {"sql": text}),
    ]
    for address, body in bodies:
        assert admin.post(f"/api/v1/{address}", json=body).status_code in (404, 422), (address, text)
    named = admin.post("/api/v1/places", json={"key": f"n{abs(hash(text))}", "name": text})
    assert named.json()["name"]["en"] == text
    assert {one["key"] for one in admin.get("/api/v1/devices?limit=500").json()["items"]} == before
    assert {one["key"] for one in stranger.get("/api/v1/devices?limit=500").json()["items"]} == theirs


@pytest.mark.parametrize(
    "body", [b"", b"{", b"[]", b"null", b"\xff\xfe", b'"text"', b'{"key": 5}', b"[" * 50_000, b'{"a":1e999}', b"NaN", b'{"key":"\\ud800"}']
)
def test_a_body_that_is_not_what_it_should_be_is_422(admin: httpx2.Client, body: bytes) -> None:
    for address in ("devices", "device-types", "places", "users", "tokens", "query", "auth/password"):
        answer = admin.post(f"/api/v1/{address}", content=body, headers={"content-type": "application/json"})
        assert answer.status_code in (400, 422), (address, answer.status_code, answer.text)
        assert answer.headers["content-type"] == "application/problem+json"


def test_a_body_of_another_kind_is_422(admin: httpx2.Client) -> None:
    answer = admin.post("/api/v1/devices", content=b"key=1", headers={"content-type": "application/x-www-form-urlencoded"})
    assert answer.status_code == 422
    assert answer.headers["content-type"] == "application/problem+json"


@pytest.mark.req("I01")
def test_sql_of_another_tenant_sees_only_its_own_rows(stack: Stack, admin: httpx2.Client, stranger: httpx2.Client) -> None:
    moment = minutes_ago(5)
    stack.store(stack.samples("default", "only-default", [{"property": "flow", "observed_at": moment, "value": 4711.0}]))
    sql = {"sql": "SELECT device, value FROM readings WHERE value = 4711"}
    assert until(lambda: admin.post("/api/v1/query", json=sql).json()["rows"])[0][1] == 4711.0
    assert stranger.post("/api/v1/query", json=sql).json()["rows"] == []
    for walk in (
        "SELECT * FROM telemetry",
        "SELECT * FROM merge('default', '.*')",
        "SELECT value FROM readings WHERE value = 4711 SETTINGS additional_table_filters = {}",
        "SELECT * FROM remote('localhost', 'default', 'telemetry')",
    ):
        assert stranger.post("/api/v1/query", json={"sql": walk}).status_code == 422, walk


def test_a_fault_of_ours_is_500_with_an_id_and_nothing_else(stack: Stack, admin: httpx2.Client, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(stack.platform, "home", None)
    answer = admin.get("/api/v1/logs")
    body = problem(answer, 500, "internal")
    assert body["trace_id"] in body["detail"]
    assert "NoneType" not in answer.text


def test_times_are_iso_or_milliseconds(admin: httpx2.Client) -> None:
    moment = datetime(2026, 11, 21, 8, tzinfo=UTC)
    for text in (moment.isoformat(), "2026-11-21T16:00:00+08:00", str(int(moment.timestamp() * 1000)), "2026-11-21T08:00:00Z"):
        params = {"property": "flow", "from": text, "to": (moment + timedelta(hours=1)).isoformat()}
        assert admin.get("/api/v1/devices/pump-1/history", params=params).status_code == 200, text
