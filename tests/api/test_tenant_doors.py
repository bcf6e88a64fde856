"""What lists, queries and references could give away of another tenant; every route that names a thing is tried in test_routes.

The lists come from the OpenAPI document, so that one added tomorrow is tried as well.
"""

from collections.abc import Iterator
from datetime import UTC, datetime

import httpx2
import pytest
from tests.api.conftest import PASSWORD, Stack

from kaogong.api.openapi import document

ENDLESS = ("/api/v1/live",)
MARK = "vault7f3a"  # stands in everything the stranger must never read
TYPE = {"key": "vault", "name": {"en": MARK}, "properties": [{"key": "flow", "type": "number", "unit": "m³/h"}]}


@pytest.fixture(scope="module", autouse=True)
def _vault(stack: Stack) -> Iterator[None]:
    """One of everything in the tenant `default`."""
    admin = stack.client("default/admin")
    bodies = {
        "places": {"key": "vault", "name": MARK},
        "device-types": TYPE,
        "devices": {"key": "vault", "name": {"en": MARK}, "type": "vault", "place": "vault"},
        "users": {"name": "vault", "display_name": MARK, "roles": ["viewer"]},
        "edge-nodes": {"key": "vault-node", "name": {"en": MARK}},
        "tokens": {"name": MARK, "scopes": ["see_plant"]},
    }
    for what, body in bodies.items():
        answer = admin.post(f"/api/v1/{what}", json=body)
        assert answer.status_code == 201, answer.text
    stack.store(stack.samples("default", "vault", [{"property": "flow", "observed_at": datetime.now(UTC), "value": 1.5}]))
    yield
    admin.delete("/api/v1/devices/vault")  # other tests count what there is
    admin.delete("/api/v1/devices/vault-node")


@pytest.mark.req("I01", "K07")
def test_no_list_holds_what_is_another_tenants(stranger: httpx2.Client) -> None:
    lists = [path for path, methods in document()["paths"].items() if "get" in methods and "{" not in path and path not in ENDLESS]
    assert len(lists) > 15
    for path in lists:
        for params in ({}, {"q": MARK}, {"q": "vault"}, {"limit": 200}):
            answer = stranger.get(path, params=params)
            assert answer.status_code < 500 and MARK not in answer.text, (path, params)
    for view_name in ("readings", "latest", "events"):
        answer = stranger.post("/api/v1/query", json={"sql": f"SELECT * FROM {view_name} WHERE device = 'vault'"})
        assert answer.json()["rows"] == []


@pytest.mark.req("I01", "K07")
def test_nothing_of_ones_own_can_lean_on_what_is_another_tenants(stranger: httpx2.Client) -> None:
    device = {"key": "leaning", "name": {"en": "x"}}
    tried = [
        ("devices", device | {"type": "vault"}),
        ("devices", device | {"type": "pump", "place": "vault"}),
        ("devices", device | {"type": "pump", "gateway": "vault-node"}),
        ("devices", device | {"type": "pump", "asset": "vault"}),
        ("assets", {"key": "leaning", "name": {"en": "x"}, "type": "vault"}),
        ("places", {"key": "leaning", "name": "x", "parent": "vault"}),
        ("assets/pump-1/bindings", {"device": "vault", "valid_from": "2026-01-01T00:00:00Z"}),
    ]
    for path, body in tried:
        answer = stranger.post(f"/api/v1/{path}", json=body)
        assert answer.status_code in (404, 409, 422), (path, body, answer.text)
        assert MARK not in answer.text
    live = stranger.get("/api/v1/live", params={"points": "vault.flow"})
    assert live.status_code == 404


def test_a_device_of_another_tenant_cannot_speak_for_it(stack: Stack) -> None:
    credential = stack.credentials["other/pump-1"]
    with stack.fresh() as client:
        login = (credential["username"], credential["password"])
        for key in ("vault", "only-default"):
            assert client.post(f"/api/v1/up/{key}/telemetry", json={"flow": 1}, auth=login).status_code in (401, 403, 404)
        for path in ("edge-nodes/vault-node/configuration", "devices", "devices/vault"):
            assert client.get(f"/api/v1/{path}", auth=login).is_error
        wrong = client.post("/api/v1/auth/token", data={"username": "other/vault", "password": PASSWORD})
        assert wrong.status_code == 401
