"""Types, places, devices, assets and edge nodes over HTTP."""

from datetime import UTC, datetime

import httpx2
import pytest
from tests.api.conftest import PUMP, Stack, minutes_ago, problem, until

from kaogong import registry
from kaogong.bus.subjects import up
from kaogong.formats.report import BufferReport, ConfigurationReport, ConnectionReport, NodeReport


def make(client: httpx2.Client, key: str, **more: object) -> dict[str, object]:
    answer = client.post("/api/v1/devices", json={"key": key, "type": "pump"} | more)
    assert answer.status_code == 201, answer.text
    made: dict[str, object] = answer.json()
    return made


def test_a_device_from_its_making_to_its_end(admin: httpx2.Client) -> None:
    made = make(admin, "life-1", name={"en": "Life", "zh": "生命"}, place="works/hall")
    assert made["credential"] == {"username": "default.life-1", "password": made["credential"]["password"]}  # type: ignore[index]
    read = admin.get("/api/v1/devices/life-1").json()
    assert "credential" not in read
    assert read["state"]["state"] == "never"
    assert read["state"]["sentence"] == {"en": "Has never reported.", "zh": "从未报数。"}
    changed = admin.patch("/api/v1/devices/life-1", json={"name": "Changed", "place": None}).json()
    assert (changed["name"]["en"], changed["place"]) == ("Changed", None)
    problem(admin.patch("/api/v1/devices/life-1?version=1", json={"name": "Late"}), 409, "version_conflict")
    rotated = admin.post("/api/v1/devices/life-1/credential").json()["credential"]
    assert rotated["password"] != made["credential"]["password"]  # type: ignore[index]
    assert admin.delete("/api/v1/devices/life-1").status_code == 200
    assert admin.get("/api/v1/devices/life-1").status_code == 404


def test_devices_are_listed_by_how_they_stand(admin: httpx2.Client) -> None:
    for number in range(3):
        make(admin, f"stands-{number}", name={"en": "Standing", "zh": "站立"})
    never = admin.get("/api/v1/devices?q=stands-&state=never").json()
    assert [one["key"] for one in never["items"]] == ["stands-0", "stands-1", "stands-2"]
    assert (never["total"], never["total_is"], never["next"]) == (3, "exact", None)
    first = admin.get("/api/v1/devices?q=stands-&state=never&limit=2").json()
    rest = admin.get(f"/api/v1/devices?q=stands-&state=never&limit=2&cursor={first['next']}").json()
    assert [one["key"] for one in first["items"] + rest["items"]] == ["stands-0", "stands-1", "stands-2"]
    assert admin.get("/api/v1/devices?q=stands-&state=silent").json()["items"] == []
    problem(admin.get("/api/v1/devices?state=happy"), 422, "request_invalid")


@pytest.mark.req("F15")
def test_lists_come_in_pages_that_join_without_gap(admin: httpx2.Client) -> None:
    for number in range(7):
        make(admin, f"page-{number}", name={"en": f"Page {number}", "zh": "分页测试"})
    seen: list[str] = []
    cursor = None
    while True:
        page = admin.get("/api/v1/devices", params={"q": "分页", "limit": 3} | ({"cursor": cursor} if cursor else {})).json()
        assert (page["total"], page["total_is"]) == (7, "exact")
        seen += [one["key"] for one in page["items"]]
        cursor = page["next"]
        if cursor is None:
            break
    assert seen == [f"page-{number}" for number in range(7)]
    problem(admin.get("/api/v1/devices?cursor=nonsense"), 422, "cursor_invalid")
    problem(admin.get("/api/v1/devices?limit=0"), 422, "request_invalid")


def test_lists_are_narrowed_by_type_and_place(admin: httpx2.Client) -> None:
    assert "pump-1" in {one["key"] for one in admin.get("/api/v1/devices?type=pump&place=works").json()["items"]}
    assert admin.get("/api/v1/devices?type=nothing").json()["items"] == []
    assert admin.get("/api/v1/devices?place=elsewhere").json()["items"] == []


def test_a_type_that_changes_what_a_property_holds_says_so(admin: httpx2.Client) -> None:
    draft = {"key": "meter", "properties": [{"key": "energy", "type": "number", "unit": "kWh"}]}
    made = admin.post("/api/v1/device-types", json=draft).json()
    assert made["properties"][0]["unit"] == "kW.h"
    problem(admin.post("/api/v1/device-types", json=draft), 409, "key_taken")
    changed = draft | {"properties": [{"key": "energy", "type": "text"}]}
    assert admin.put("/api/v1/device-types/meter", json=changed).status_code == 409
    replaced = admin.put("/api/v1/device-types/meter?replace=true", json=changed).json()
    assert replaced["replaced"] == ["energy"]
    problem(admin.put("/api/v1/device-types/meter", json=draft | {"key": "other"}), 422, "key_differs")
    unit = draft | {"key": "meter-2", "properties": [{"key": "energy", "unit": "nonsense"}]}
    problem(admin.post("/api/v1/device-types", json=unit), 422, "unit_unknown")
    assert admin.delete("/api/v1/device-types/meter").status_code == 200
    assert admin.delete("/api/v1/device-types/pump").status_code == 409


def test_the_place_tree_counts_what_stands_below(stack: Stack, admin: httpx2.Client) -> None:
    for place in ({"key": "yard", "name": "堆场"}, {"key": "east", "name": "East", "parent": "yard"}):
        assert admin.post("/api/v1/places", json=place).status_code == 201
    make(admin, "yard-1", place="yard")
    make(admin, "yard-2", place="yard/east")
    stack.store(stack.samples("default", "yard-2", [{"property": "flow", "observed_at": minutes_ago(120), "value": 1.0}]))

    def counted() -> bool:
        sites = admin.get("/api/v1/places/tree").json()["sites"]
        yard = next(site for site in sites if site["path"] == "yard")
        return (yard["devices"], yard["abnormal"], yard["children"][0]["devices"], yard["children"][0]["abnormal"]) == (2, 1, 1, 1)

    until(counted)
    assert admin.patch("/api/v1/places/yard%2Feast", json={"name": "Osten"}).json()["name"]["en"] == "Osten"
    assert admin.delete("/api/v1/places/yard").status_code == 409


def test_an_assets_history_survives_its_device(stack: Stack, admin: httpx2.Client) -> None:
    make(admin, "old-1")
    make(admin, "new-1")
    bound = admin.post("/api/v1/assets/old-1/bindings", json={"device": "new-1", "replaces": "old-1"})
    assert bound.status_code == 201, bound.text
    bindings = admin.get("/api/v1/assets/old-1/bindings").json()["items"]
    assert [one["device"] for one in bindings] == ["old-1", "new-1"]
    assert bindings[0]["valid_to"] == bindings[1]["valid_from"]
    assert admin.delete("/api/v1/assets/old-1/bindings/new-1").status_code == 200
    assert "old-1" in {one["key"] for one in admin.get("/api/v1/assets?q=old-1").json()["items"]}
    assert admin.get("/api/v1/assets/old-1").json()["type"] == "pump"
    assert admin.post("/api/v1/assets", json={"key": "empty-1", "type": "pump"}).status_code == 201
    assert admin.get("/api/v1/assets/empty-1/latest").json()["values"] == {}


def test_connection_in_words(stack: Stack, admin: httpx2.Client) -> None:
    make(admin, "wire-1")
    page = admin.get("/api/v1/devices/wire-1/connection").json()
    assert page["sentence"] == {"en": "Has never connected.", "zh": "从未连接。"}
    assert page["credential"]["username"] == "default.wire-1"
    assert admin.delete("/api/v1/devices/wire-1/credential").status_code == 200
    page = admin.get("/api/v1/devices/wire-1/connection").json()
    assert page["credential"]["revoked_at"] is not None
    assert page["sentence"]["zh"] == "接入凭证已吊销。"


@pytest.mark.req("C06")
def test_an_edge_node_reads_its_configuration_and_nobody_elses(stack: Stack, admin: httpx2.Client) -> None:
    made = admin.post("/api/v1/edge-nodes", json={"key": "edge-a", "name": "Edge A"})
    assert made.status_code == 201, made.text
    make(admin, "edge-pump")
    document = {
        "connections": [
            {
                "name": "plc",
                "driver": "modbus_tcp",
                "config": {"host": "127.0.0.1", "port": 5020},
                "points": [{"device": "edge-pump", "property": "flow", "address": {"table": "input", "address": 0, "type": "float32"}}],
            }
        ]
    }
    put = admin.put("/api/v1/edge-nodes/edge-a/configuration", json=document)
    assert put.status_code == 200, put.text
    assert put.json()["version"] == 1
    assert admin.get("/api/v1/devices/edge-pump").json()["gateway"] == "edge-a"
    with stack.fresh() as node:
        credential = made.json()["credential"]
        auth = (credential["username"], credential["password"])
        read = node.get("/api/v1/edge-nodes/edge-a/configuration", auth=auth)
        assert read.json()["connections"][0]["points"][0]["device"] == "edge-pump"
        etag = {"if-none-match": read.headers["etag"]}
        assert node.get("/api/v1/edge-nodes/edge-a/configuration", auth=auth, headers=etag).status_code == 304
        other = stack.credentials["other/pump-1"]
        theirs = node.get("/api/v1/edge-nodes/edge-a/configuration", auth=(other["username"], other["password"]))
        assert theirs.status_code in (403, 404)
        problem(node.get("/api/v1/devices", auth=auth), 401, "not_signed_in")
    assert [one["key"] for one in admin.get("/api/v1/edge-nodes").json()["items"]].count("edge-a") == 1
    assert admin.get("/api/v1/edge-nodes/edge-a").json()["configuration_version"] == 1
    assert admin.get("/api/v1/edge-nodes/edge-a/report").json()["report"] is None
    problem(admin.get("/api/v1/edge-nodes/pump-1"), 404, "not_an_edge_node")


def test_what_an_edge_node_reports_is_said_on_its_devices_page(stack: Stack, admin: httpx2.Client) -> None:
    assert admin.post("/api/v1/edge-nodes", json={"key": "edge-c"}).status_code == 201
    make(admin, "wired-1", gateway="edge-c")
    now = datetime.now(UTC)
    connection = ConnectionReport(
        name="plc",
        driver="modbus_tcp",
        peer="127.0.0.1:5020",
        state="lost",
        reason="connection refused by 127.0.0.1:5020",
        code="connection_refused",
        since=now,
        devices=("wired-1",),
        points=6,
    )
    report = NodeReport(
        node="edge-c",
        at=now,
        started_at=now,
        version="0.1.0",
        state="ready",
        reason="",
        configuration=ConfigurationReport(),
        buffer=BufferReport(),
        connections=(connection,),
    )
    stack.run(stack.platform.bus.publish_stream(up("default", "edge-c", "reported"), report.model_dump_json().encode()))
    page = until(lambda: (found := admin.get("/api/v1/devices/wired-1/connection").json())["edge"] and found)
    assert (page["edge"]["node"], page["edge"]["is_troubled"]) == ("edge-c", True)
    assert "connection refused by 127.0.0.1:5020" in page["sentence"]["en"]
    assert "拒绝连接" in page["sentence"]["zh"]
    assert admin.get("/api/v1/edge-nodes/edge-c/report").json()["report"]["connections"][0]["state"] == "lost"
    state = until(
        lambda: (found := admin.get("/api/v1/devices/wired-1").json()["state"]["sentence"])["en"] != "Has never reported." and found
    )
    assert "connection refused" in state["en"]
    node = until(lambda: (found := admin.get("/api/v1/devices/edge-c").json()["state"])["state"] != "never" and found)
    assert (node["state"], node["sentence"]["en"]) == ("stale", "1 of 1 connections have trouble: plc.")
    assert "edge-c" in {one["key"] for one in admin.get("/api/v1/overview").json()["abnormal"]}


@pytest.mark.req("K07")
def test_a_machines_password_is_sealed_in_the_store_masked_for_people_and_open_for_the_node(stack: Stack, admin: httpx2.Client) -> None:
    made = admin.post("/api/v1/edge-nodes", json={"key": "edge-s", "name": "Edge S"}).json()
    auth = (made["credential"]["username"], made["credential"]["password"])
    address = "/api/v1/edge-nodes/edge-s/configuration"

    def put(password: str, name: str = "boiler", **more: object) -> httpx2.Response:
        config = {"url": "opc.tcp://127.0.0.1:4840/", "username": "edge", "password": password, **more}
        return admin.put(address, json={"connections": [{"name": name, "driver": "opcua", "config": config}]})

    def node_reads() -> dict[str, str]:
        with stack.fresh() as node:
            config: dict[str, str] = node.get(address, auth=auth).json()["connections"][0]["config"]
            return config

    first = put("hush-hush-7")
    assert first.status_code == 200, first.text
    shown = admin.get(address)
    mask = shown.json()["connections"][0]["config"]["password"]
    assert set(mask) == {"•"}
    assert "hush" not in first.text + shown.text
    assert node_reads()["password"] == "hush-hush-7"
    with stack.platform.database.read() as session:
        stored = str(registry.get_edge_configuration(session, stack.principal("default"), "edge-s").document)
    assert "hush" not in stored and "sealed:1:" in stored
    checked = admin.post(f"{address}/check", json=shown.json()).json()
    assert [one["change"] for one in checked["connections"]] == ["unchanged"], checked
    assert put(mask).json()["version"] == first.json()["version"]  # nothing was changed
    assert put("hush-hush-7").json()["version"] == first.json()["version"]
    assert put(mask, timeout_s=5).json()["version"] == first.json()["version"] + 1
    assert node_reads() | {"password": "hush-hush-7", "timeout_s": 5} == node_reads()
    assert put("another-9").status_code == 200
    assert node_reads()["password"] == "another-9"
    problem(put(mask, name="other"), 422, "secret_unknown")


def test_a_configuration_names_its_wrong_field(admin: httpx2.Client) -> None:
    assert admin.post("/api/v1/edge-nodes", json={"key": "edge-b"}).status_code == 201
    wrong = {"connections": [{"name": "plc", "driver": "modbus_tcp", "config": {"host": "127.0.0.1", "port": "many"}}]}
    answer = admin.put("/api/v1/edge-nodes/edge-b/configuration", json=wrong)
    assert answer.status_code == 422
    assert "connections.0.config" in answer.text
    assert (
        "driver"
        in admin.put("/api/v1/edge-nodes/edge-b/configuration", json={"connections": [{"name": "x", "driver": "no", "config": {}}]}).text
    )


@pytest.mark.req("I01")
def test_the_same_key_in_another_tenant_is_another_device(stack: Stack, admin: httpx2.Client, stranger: httpx2.Client) -> None:
    assert admin.get("/api/v1/devices/pump-1").json()["id"] != stranger.get("/api/v1/devices/pump-1").json()["id"]
    keys = {one["key"] for one in stranger.get("/api/v1/devices?limit=500").json()["items"]}
    assert keys == {"pump-1", "only-other"}
    assert {one["path"] for one in stranger.get("/api/v1/places").json()["items"]} == {"works", "works/hall"}
    assert stranger.get("/api/v1/places").json()["items"][0]["name"]["en"] == "Works of other"
    assert stranger.get("/api/v1/device-types/pump").json()["id"] != admin.get("/api/v1/device-types/pump").json()["id"]
    assert PUMP["key"] == "pump"


def test_a_configuration_is_tried_before_it_is_applied(stack: Stack, admin: httpx2.Client) -> None:
    assert admin.post("/api/v1/edge-nodes", json={"key": "edge-d"}).status_code == 201
    make(admin, "tried-1")
    address = "/api/v1/edge-nodes/edge-d/configuration"
    point = {"device": "tried-1", "property": "flow", "address": {"table": "input", "address": 0}}
    plc = {"name": "plc", "driver": "modbus_tcp", "config": {"host": "127.0.0.1"}, "points": [point]}
    tried = admin.post(f"{address}/check", json={"connections": [plc]})
    assert tried.status_code == 200, tried.text
    assert (tried.json()["version"], tried.json()["devices_taken"]) == (0, ["tried-1"])
    assert [(one["name"], one["change"], one["points"]) for one in tried.json()["connections"]] == [("plc", "added", 1)]
    assert admin.get("/api/v1/devices/tried-1").json()["gateway"] is None
    assert admin.get("/api/v1/edge-nodes/edge-d").json()["configuration_version"] is None

    assert admin.put(address, json={"connections": [plc]}).status_code == 200
    other = plc | {"name": "other", "points": []}
    changes = admin.post(f"{address}/check", json={"connections": [plc | {"enabled": False}, other]}).json()["connections"]
    assert [(one["name"], one["change"]) for one in changes] == [("plc", "changed"), ("other", "added")]
    assert [one["change"] for one in admin.post(f"{address}/check", json={"connections": []}).json()["connections"]] == ["removed"]
    wrong = plc | {"config": {"host": "127.0.0.1", "port": 70000}}
    refused = problem(admin.post(f"{address}/check", json={"connections": [wrong]}), 422, "config_invalid")
    assert refused["details"]["field"] == "connections.0.config.port"
    unknown = plc | {"points": [point | {"device": "nobody"}]}
    refused = problem(admin.post(f"{address}/check", json={"connections": [unknown]}), 422, "device_unknown")
    assert refused["details"]["field"] == "connections.0.points.0.device"


def test_people_see_no_secret_of_a_connection_and_keep_it_when_they_write_the_rest(stack: Stack, admin: httpx2.Client) -> None:
    made = admin.post("/api/v1/edge-nodes", json={"key": "edge-e"}).json()["credential"]
    address, auth = "/api/v1/edge-nodes/edge-e/configuration", (made["username"], made["password"])
    broker = {"name": "broker", "driver": "mqtt", "config": {"host": "127.0.0.1", "username": "li", "password": "hush"}}
    put = admin.put(address, json={"connections": [broker]})
    assert put.status_code == 200, put.text
    seen = admin.get(address)
    assert "hush" not in seen.text + put.text
    document = seen.json()
    document["connections"][0]["config"]["port"] = 8883
    assert admin.put(address, json=document).json()["version"] == 2
    with stack.fresh() as node:
        told = node.get(address, auth=auth).json()["connections"][0]["config"]
    assert (told["password"], told["port"]) == ("hush", 8883)
    document["connections"][0]["name"] = "other"
    refused = problem(admin.post(f"{address}/check", json=document), 422, "secret_unknown")
    assert refused["details"]["field"] == "connections.0.config.password"


def test_drivers_are_listed_without_loading_them_and_their_settings_are_forms(admin: httpx2.Client) -> None:
    listed = {one["name"]: one for one in admin.get("/api/v1/drivers").json()["items"]}
    assert {"modbus_tcp", "opcua", "mqtt"} <= set(listed)
    assert all(one["summary"] for one in listed.values())
    assert listed["mqtt"]["summary"].startswith("MQTT 3.1.1 and 5: any broker's topics")
    form = admin.get("/api/v1/drivers/mqtt").json()
    assert form["summary"] == listed["mqtt"]["summary"]
    assert (form["pushes"], form["config"]["required"]) == (True, ["host"])
    assert form["config"]["properties"]["password"]["format"] == "password"
    assert form["config"]["properties"]["keepalive_s"]["advanced"] is True
    assert "topic" in form["address"]["properties"]
    problem(admin.get("/api/v1/drivers/base"), 404, "driver_missing")


def test_a_devices_bindings_name_the_assets_it_spoke_for(stack: Stack, admin: httpx2.Client) -> None:
    make(admin, "moved-1")
    assert admin.post("/api/v1/assets", json={"key": "north-pump", "type": "pump"}).status_code == 201
    begins = datetime.now(UTC).replace(microsecond=0)
    bound = admin.post(
        "/api/v1/assets/north-pump/bindings", json={"device": "moved-1", "mapping": {"flow": "flow"}, "valid_from": begins.isoformat()}
    )
    assert bound.status_code == 201, bound.text
    items = admin.get("/api/v1/devices/moved-1/bindings").json()["items"]
    assert [(one["asset"], one["mapping"]) for one in items] == [("moved-1", None), ("north-pump", {"flow": "flow"})]
    assert datetime.fromisoformat(items[1]["valid_from"]) == begins


@pytest.mark.req("B07")
@pytest.mark.req("C07")
def test_a_list_of_devices_is_made_and_its_faults_are_told(admin: httpx2.Client) -> None:
    assert "key,name_en" in admin.get("/api/v1/device-list-template").text
    body = "编号,名称,物模型\nlist-1,一号,pump\nlist-2,二号,nothing\n".encode()
    send = {"content": body, "headers": {"content-type": "text/csv"}}
    refused = admin.post("/api/v1/devices/bulk", **send).json()
    assert (refused["created"], refused["faults"][0]["line"], refused["faults"][0]["code"]) == (0, 3, "type_unknown")
    made = admin.post("/api/v1/devices/bulk?on_fault=rest&logins=true", **send).json()
    assert (made["created"], made["credentials"][0]["username"]) == (1, "default.list-1")
    problem(admin.post("/api/v1/devices/bulk", content=b"x", headers={"content-type": "text/plain"}), 422, "sheet_type_unknown")
    copy = admin.post("/api/v1/devices/list-1/clone", json={"key": "list-3"})
    assert (copy.status_code, copy.json()["name"]["zh"]) == (201, "一号")
    facets = admin.get("/api/v1/device-facets", params={"q": "一号"}).json()
    assert facets["types"] == {"pump": 2}


@pytest.mark.req("K03")
@pytest.mark.req("C06")
def test_a_command_passes_its_guard_rails_over_http(stack: Stack, admin: httpx2.Client) -> None:
    start = {"key": "start", "kind": "start", "precondition": "flow < 50", "risk": "high"}
    guarded = PUMP | {"key": "guarded", "commands": [start, {"key": "stop", "kind": "stop"}]}
    assert admin.post("/api/v1/device-types", json=guarded).status_code == 201
    make(admin, "guard-1", type="guarded")
    operator, engineer = stack.client("default/operator"), stack.client("default/engineer")
    address = "/api/v1/devices/guard-1/commands"
    problem(operator.post(f"{address}/start", json={}), 409, "interlock_unknown")
    stack.store(stack.samples("default", "guard-1", [{"property": "flow", "observed_at": minutes_ago(2), "value": 60.0}]))
    refused = problem(operator.post(f"{address}/start/rehearsal", json={}), 409, "interlock_blocks")
    assert refused["details"]["values"] == {"flow": 60.0}
    stack.store(stack.samples("default", "guard-1", [{"property": "flow", "observed_at": minutes_ago(1), "value": 20.0}]))
    rehearsed = operator.post(f"{address}/start/rehearsal", json={}).json()
    assert (rehearsed["needs_second_person"], rehearsed["connected"], rehearsed["to"]) == (True, False, "guard-1")
    waiting = operator.post(f"{address}/start", json={"reason": "shift order 7", "valid_for_s": 60}).json()
    assert (waiting["state"], waiting["risk"]) == ("waiting", "high")
    problem(operator.post(f"/api/v1/commands/{waiting['id']}/approve"), 403, "second_person_needed")
    assert engineer.post(f"/api/v1/commands/{waiting['id']}/approve").json()["state"] == "sent"
    held = operator.post(f"{address}/stop", json={"when_offline": "deliver", "valid_for_s": 60}).json()
    assert held["state"] == "held"
    admin.delete("/api/v1/devices/guard-1/credential")
    problem(operator.post(f"{address}/stop", json={}), 409, "device_revoked")
    until(lambda: operator.get(f"/api/v1/commands/{held['id']}").json()["state"] == "failed")
    lines = stack.client("default/auditor").get("/api/v1/audit?kind=device&key=guard-1").json()["items"]
    told = [(one["action"], one["outcome"]) for one in reversed(lines) if one["action"].startswith("command.")]
    assert told[:4] == [
        ("command.refuse", "interlock_unknown"), ("command.propose", "ok"), ("command.refuse", "second_person_needed"), ("command.approve", "ok"),
    ]  # fmt: skip
