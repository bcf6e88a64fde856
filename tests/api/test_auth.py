"""Signing in and out over HTTP."""

import contextlib
from collections.abc import Iterator

import httpx2
import pytest
from tests.api.conftest import PASSWORD, Stack, problem


@contextlib.contextmanager
def sign_in(stack: Stack, login: str = "default/viewer", password: str = PASSWORD) -> Iterator[httpx2.Client]:
    with stack.fresh() as client:
        answer = client.post("/api/v1/auth/session", json={"username": login, "password": password})
        assert answer.status_code == 200, answer.text
        yield client


def test_a_browser_gets_a_cookie_that_scripts_and_other_sites_cannot_use(stack: Stack) -> None:
    with stack.fresh() as client:
        answer = client.post("/api/v1/auth/session", json={"username": "default/viewer", "password": PASSWORD})
        cookie = answer.headers["set-cookie"]
        assert "HttpOnly" in cookie and "SameSite=strict" in cookie and "Path=/" in cookie
        assert answer.json()["name"] == "viewer"
        assert client.get("/api/v1/auth/me").json()["roles"] == ["viewer"]


def test_signing_out_ends_it(stack: Stack) -> None:
    with sign_in(stack) as client:
        cookie = client.cookies["kaogong_session"]
        assert client.delete("/api/v1/auth/session").status_code == 200
        assert "kaogong_session" not in client.cookies
        client.cookies["kaogong_session"] = cookie
        problem(client.get("/api/v1/auth/me"), 401, "session_ended")


def test_a_page_of_another_origin_cannot_use_the_cookie(stack: Stack) -> None:
    with sign_in(stack) as client:
        for origin in ("http://evil.example", "http://127.0.0.1:1", "null"):
            problem(client.post("/api/v1/tokens", json={}, headers={"origin": origin}), 403, "origin_foreign")
        problem(client.delete("/api/v1/auth/session", headers={"sec-fetch-site": "cross-site"}), 403, "origin_foreign")
        assert client.get("/api/v1/auth/me", headers={"origin": "http://evil.example"}).status_code == 200
        assert client.delete("/api/v1/auth/session", headers={"origin": stack.url}).status_code == 200


def test_a_wrong_password_is_401_and_guessing_429(stack: Stack) -> None:
    with stack.fresh() as client:
        for _ in range(5):
            wrong = client.post("/api/v1/auth/session", json={"username": "default/nobody-at-all", "password": "x"})
            problem(wrong, 401, "login_wrong")
        busy = client.post("/api/v1/auth/session", json={"username": "default/nobody-at-all", "password": "x"})
        problem(busy, 429, "too_many_logins")
        assert 0 < int(busy.headers["retry-after"]) <= 301


def test_oauth2_password_grant(stack: Stack) -> None:
    with stack.fresh() as client:
        answer = client.post("/api/v1/auth/token", data={"grant_type": "password", "username": "default/viewer", "password": PASSWORD})
        assert answer.json()["token_type"] == "bearer"
        assert answer.json()["expires_in"] == 3600
        headers = {"authorization": f"Bearer {answer.json()['access_token']}"}
        assert client.get("/api/v1/auth/me", headers=headers).json()["entry"] == "bearer"


def test_a_first_login_must_change_its_password(stack: Stack, admin: httpx2.Client) -> None:
    made = admin.post("/api/v1/users", json={"name": "newcomer", "roles": ["viewer"]}).json()
    with sign_in(stack, "default/newcomer", made["password"]) as client:
        assert client.get("/api/v1/auth/me").json()["must_change_password"] is True
        problem(client.get("/api/v1/devices"), 403, "password_change_required")
        problem(client.get("/api/v1/users"), 403, "password_change_required")
        weak = {"current_password": made["password"], "new_password": "newcomer-1234"}
        problem(client.post("/api/v1/auth/password", json=weak), 422, "password_weak")
        change = {"current_password": made["password"], "new_password": "an honest phrase"}
        assert client.post("/api/v1/auth/password", json=change).status_code == 200
        assert client.get("/api/v1/devices").status_code == 200
    assert admin.delete("/api/v1/users/newcomer").status_code == 200


def test_sessions_are_listed_and_ended(stack: Stack) -> None:
    with sign_in(stack, "default/auditor") as here, sign_in(stack, "default/auditor") as there:
        listed = here.get("/api/v1/auth/sessions").json()["items"]
        current = [one for one in listed if one["is_current"]]
        assert len(current) == 1
        other = there.get("/api/v1/auth/me")
        assert other.status_code == 200
        mine = next(one["id"] for one in there.get("/api/v1/auth/sessions").json()["items"] if one["is_current"])
        problem(stack.client("default/viewer").delete(f"/api/v1/auth/sessions/{mine}"), 404, "missing")
        assert here.delete(f"/api/v1/auth/sessions/{mine}").status_code == 200
        problem(there.get("/api/v1/auth/me"), 401, "session_ended")


@pytest.mark.req("F15")
def test_machine_tokens(stack: Stack, admin: httpx2.Client, stranger: httpx2.Client) -> None:
    made = admin.post("/api/v1/tokens", json={"name": "report", "scopes": ["see_plant"]})
    assert made.status_code == 201
    token, secret = made.json(), made.json()["secret"]
    with stack.fresh() as machine:
        machine.headers["authorization"] = f"Bearer {secret}"
        assert machine.get("/api/v1/devices").status_code == 200
        problem(machine.post("/api/v1/places", json={"key": "x", "name": "x"}), 403, "scope_missing")
        assert machine.get("/api/v1/auth/me").status_code == 403
        assert all("secret" not in one for one in admin.get("/api/v1/tokens").json()["items"])
        problem(stranger.delete(f"/api/v1/tokens/{token['id']}"), 404, "missing")
        assert admin.delete(f"/api/v1/tokens/{token['id']}").status_code == 200
        problem(machine.get("/api/v1/devices"), 401, "token_unknown")


def test_a_disabled_person_is_out_at_once(stack: Stack, admin: httpx2.Client) -> None:
    made = admin.post("/api/v1/users", json={"name": "leaver", "roles": ["engineer"]}).json()
    with sign_in(stack, "default/leaver", made["password"]) as client:
        assert client.get("/api/v1/auth/me").status_code == 200
        assert admin.patch("/api/v1/users/leaver", json={"disabled": True}).status_code == 200
        problem(client.get("/api/v1/auth/me"), 401, "session_ended")
        again = client.post("/api/v1/auth/session", json={"username": "default/leaver", "password": made["password"]})
        problem(again, 401, "login_wrong")


def test_nobody_takes_their_own_access_away(admin: httpx2.Client) -> None:
    problem(admin.patch("/api/v1/users/admin", json={"disabled": True}), 409, "own_access")
    problem(admin.patch("/api/v1/users/admin", json={"roles": ["viewer"]}), 409, "own_access")
    problem(admin.delete("/api/v1/users/admin"), 409, "own_access")


def test_only_an_operator_touches_operators(stack: Stack, admin: httpx2.Client) -> None:
    made = admin.post("/api/v1/users", json={"name": "boss", "roles": ["tenant_admin"], "password": "a good long one"})
    assert made.status_code == 201 and made.json()["password"] is None
    with sign_in(stack, "default/boss", "a good long one") as boss:
        change = {"current_password": "a good long one", "new_password": "an even longer one"}
        assert boss.post("/api/v1/auth/password", json=change).status_code == 200
        assert boss.post("/api/v1/users/admin/password", json={}).status_code == 403
        assert boss.post("/api/v1/users", json={"name": "x2", "roles": ["platform_operator"]}).status_code == 403
        assert boss.patch("/api/v1/users/boss", json={"roles": ["tenant_admin", "platform_operator"]}).status_code == 403


@pytest.mark.req("I01")
def test_an_operator_makes_a_tenant_with_its_administrator(stack: Stack, admin: httpx2.Client) -> None:
    made = admin.post("/api/v1/tenants", json={"key": "third", "name": "Third works"})
    assert made.status_code == 201, made.text
    assert "third" in {one["key"] for one in admin.get("/api/v1/tenants").json()["items"]}
    with sign_in(stack, made.json()["admin"], made.json()["password"]) as client:
        assert client.get("/api/v1/auth/me").json()["tenant"] == "third"
        change = {"current_password": made.json()["password"], "new_password": "an honest phrase"}
        client.post("/api/v1/auth/password", json=change)
        assert client.get("/api/v1/devices").json()["items"] == []
        problem(client.get("/api/v1/tenants"), 403, "role_missing")
