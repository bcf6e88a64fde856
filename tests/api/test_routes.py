"""Every route of the table: anonymous, another tenant's thing, a viewer's write. A new route is covered by being there."""

from collections.abc import Iterator
from importlib import import_module
from pkgutil import iter_modules
from typing import Any, NamedTuple

import pytest
from tests.api.conftest import Stack, problem

from kaogong.api import routes
from kaogong.api.access import Allowed
from kaogong.api.openapi import document
from kaogong.core.principal import Role
from kaogong.security import ROLES, Action

PUBLIC = {"get_about", "get_health", "get_readiness", "get_metrics", "sign_in", "create_access_token"}

# What stands in an address: things that exist in the tenant `other` and not in `default`.
THEIRS = {
    "key": "only-other",
    "device": "only-other",
    "name": "only-other",
    "path": "works-of-other",
    "session_id": "987654",
    "token_id": "987654",
    "letter_id": "unknown",
    "mark_id": "unknown",
    "command_id": "0" * 32,
}
# Bodies that pass validation, so that the answer is about the thing and not about the body.
BODIES: dict[str, Any] = {
    "create_asset": {"key": "a"},
    "bind_device": {"device": "pump-1"},
    "change_password": {"current_password": "x", "new_password": "y"},
    "create_device": {"key": "d", "type": "pump"},
    "change_device": {"name": "x"},
    "clone_device": {"key": "copy-1"},
    "create_devices_in_bulk": [{"key": "bulk-1", "type": "nothing"}],
    "send_command": {"arguments": {"speed": 1}},
    "rehearse_command": {"arguments": {"speed": 1}},
    "reject_command": {"reason": "x"},
    "create_device_type": {"key": "t"},
    "put_device_type": {"key": "only-other"},
    "create_edge_node": {"key": "e"},
    "put_edge_node_configuration": {"connections": []},
    "check_edge_node_configuration": {"connections": []},
    "replay_dead_letters": {"ids": ["unknown"]},
    "create_place": {"key": "p", "name": "p"},
    "change_place": {"name": "x"},
    "run_query": {"sql": "SELECT 1"},
    "create_tenant": {"key": "t", "name": "t"},
    "create_token": {"name": "t", "scopes": ["see_plant"]},
    "create_user": {"name": "somebody", "roles": ["viewer"]},
    "change_user": {"language": "en"},
    "reset_password": {},
    "send_telemetry": {"flow": 1},
    "send_event": {"code": 1},
    "send_waveform": {"rate": 10, "samples": [1, 2]},
    "send_batch": {"devices": {}},
    "make_mark": {"kind": "note", "device": "only-other", "text": "x", "from": "2026-11-21T08:00:00Z", "to": "2026-11-21T09:00:00Z"},
    "enter_readings": {"readings": [{"property": "flow", "value": 1}]},
}
QUERIES: dict[str, Any] = {
    "get_device_history": {"property": "flow"},
    "get_asset_history": {"property": "flow"},
    "get_device_versions": {"property": "flow"},
    "get_asset_versions": {"property": "flow"},
    "import_history": {},
    "stream_live": {"points": "only-other.flow"},
}


class Operation(NamedTuple):
    id: str
    method: str
    path: str

    @property
    def address(self) -> str:
        return self.path.format_map(THEIRS)


def operations() -> Iterator[Operation]:
    for path, methods in document()["paths"].items():
        for method, operation in methods.items():
            yield Operation(operation["operationId"], method.upper(), path)


OPERATIONS = {one.id: one for one in operations()}
GUARDED = sorted(OPERATIONS.keys() - PUBLIC)
NAMED = [one for one in GUARDED if "{" in OPERATIONS[one].path] + ["stream_live"]
WRITES = {
    Action.EDIT_PLANT,
    Action.ISSUE_CREDENTIALS,
    Action.COMMAND_DEVICES,
    Action.SEND_SAMPLES,
    Action.ENTER_DATA,
    Action.CORRECT_DATA,
    Action.REPLAY_DEAD_LETTERS,
    Action.MANAGE_PEOPLE,
    Action.MANAGE_TOKENS,
    Action.MANAGE_TENANTS,
    Action.EXPORT_LOGS,
}


def ask(stack: Stack, login: str | None, operation: Operation) -> Any:
    return stack.client(login).request(operation.method, operation.address, json=BODIES.get(operation.id), params=QUERIES.get(operation.id))


def actions() -> dict[str, Action | None]:
    """The action each route asks for, from the route table itself."""
    found: dict[str, Action | None] = {}
    for module in iter_modules(routes.__path__):
        for route in import_module(f"kaogong.api.routes.{module.name}").router.routes:
            asked = [one.call.action for one in route.dependant.dependencies if isinstance(one.call, Allowed)]
            found[route.name] = asked[0] if asked else None
    return found


ACTIONS = actions()


def test_operation_ids_are_unique_and_every_route_has_a_room() -> None:
    listed = list(operations())
    assert len({one.id for one in listed}) == len(listed)
    for methods in document()["paths"].values():
        for operation in methods.values():
            assert len(operation["tags"]) == 1
            assert operation.get("description")


def test_every_route_but_the_public_ones_asks_for_an_action() -> None:
    assert {name for name, action in ACTIONS.items() if action is None} == PUBLIC
    assert set(ACTIONS) == set(OPERATIONS)


@pytest.mark.req("I01")
@pytest.mark.parametrize("name", GUARDED)
def test_anonymous_is_401(stack: Stack, name: str) -> None:
    problem(ask(stack, None, OPERATIONS[name]), 401, "not_signed_in")


@pytest.mark.req("I01")
@pytest.mark.parametrize("name", sorted(set(NAMED)))
def test_another_tenants_thing_is_not_found(stack: Stack, name: str) -> None:
    answer = ask(stack, "default/admin", OPERATIONS[name])
    if name == "put_device_type":
        assert answer.status_code == 200, "a put makes what is not there, in one's own tenant"
        assert stack.client("default/admin").delete("/api/v1/device-types/only-other").status_code == 200
        return
    assert answer.status_code == 404, answer.text
    assert answer.headers["content-type"] == "application/problem+json"


@pytest.mark.req("I01")
@pytest.mark.parametrize("name", GUARDED)
def test_a_viewer_changes_nothing(stack: Stack, name: str) -> None:
    action = ACTIONS[name]
    assert action is not None
    answer = ask(stack, "default/viewer", OPERATIONS[name])
    if name == "sign_out":
        stack.forget("default/viewer")
    if Role.VIEWER in ROLES[action]:
        assert answer.status_code != 403, answer.text
        assert action not in WRITES
    else:
        problem(answer, 403, "role_missing")


def test_unknown_addresses_and_methods(stack: Stack) -> None:
    client = stack.client("default/admin")
    problem(client.get("/api/v1/nothing"), 404, "missing")
    problem(client.get("/api/nothing"), 404, "missing")
    problem(client.put("/api/v1/devices"), 405, "method_unknown")
    problem(client.post("/somewhere"), 404, "missing")


@pytest.mark.parametrize("secret", ["wrong", "kgt_wrong", "x", "x" * 5000, "' OR 1=1 --"])
def test_a_made_up_secret_is_401(stack: Stack, secret: str) -> None:
    with stack.fresh() as client:
        answer = client.get("/api/v1/devices", headers={"authorization": f"Bearer {secret}"})
        assert answer.status_code == 401
        assert answer.headers["www-authenticate"].startswith("Bearer")
