"""Latest values, history, files, SQL, the live stream, HTTP telemetry and commands."""

import asyncio
import gzip
import io
import json
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from typing import Any

import aiomqtt
import httpx2
import polars as pl
import pytest
from tests.api.conftest import PASSWORD, Stack, minutes_ago, problem, until

from kaogong.bus.subjects import SAMPLES, UP

BAD_NO_COMMUNICATION = 0x80310000


@pytest.fixture
def pump(stack: Stack, admin: httpx2.Client, request: pytest.FixtureRequest) -> str:
    """A pump of the test's own."""
    key = f"p-{abs(hash(request.node.name)) % 10**9}"
    answer = admin.post("/api/v1/devices", json={"key": key, "type": "pump", "place": "works/hall"})
    assert answer.status_code == 201, answer.text
    stack.credentials[f"default/{key}"] = answer.json()["credential"]
    return key


def a_day(stack: Stack, key: str, count: int = 100) -> list[datetime]:
    times = [minutes_ago(count) + timedelta(minutes=number) for number in range(count)]
    rows = [{"property": "flow", "observed_at": moment, "value": float(number)} for number, moment in enumerate(times)]
    stack.store(stack.samples("default", key, rows))
    return times


@pytest.mark.req("D04")
def test_latest_says_value_unit_quality_and_age(stack: Stack, admin: httpx2.Client, pump: str) -> None:
    now = minutes_ago(1)
    rows = [
        {"property": "flow", "observed_at": now, "value": 12.5},
        {"property": "running", "observed_at": now, "value": 1},
        {"property": "state", "observed_at": now, "value": "RUN"},
        {"property": "starts", "observed_at": now, "value": 7},
        {"property": "extra", "observed_at": now, "value": '{"a": [1, null]}'},
        {"property": "label", "observed_at": now, "value": 'it\'s "ok"'},
    ]
    stack.store(stack.samples("default", pump, rows))
    for address in (f"/api/v1/devices/{pump}/latest", f"/api/v1/assets/{pump}/latest"):
        values = admin.get(address).json()["values"]
        assert {key: one["value"] for key, one in values.items()} == {
            "flow": 12.5,
            "running": True,
            "state": "RUN",
            "starts": 7,
            "extra": {"a": [1, None]},
            "label": 'it\'s "ok"',
        }
        flow = values["flow"]
        assert (flow["unit"], flow["symbol"], flow["quality"], flow["status"], flow["is_stale"]) == ("m3/h", "m³/h", "good", 0, False)
        assert 50 < flow["age_s"] < 120
        assert datetime.fromisoformat(flow["observed_at"]) == now


def test_a_lost_point_makes_the_device_stale_and_says_which(stack: Stack, admin: httpx2.Client, pump: str) -> None:
    rows = [
        {"property": "flow", "observed_at": minutes_ago(1), "value": 1.0},
        {"property": "running", "observed_at": minutes_ago(1), "value": None, "quality": BAD_NO_COMMUNICATION},
    ]
    stack.store(stack.samples("default", pump, rows))
    latest = admin.get(f"/api/v1/devices/{pump}/latest").json()["values"]["running"]
    assert (latest["value"], latest["quality"], latest["reason"]) == (None, "bad", "bad_no_communication")
    state = until(lambda: (found := admin.get(f"/api/v1/devices/{pump}").json()["state"])["state"] == "stale" and found)
    assert state["sentence"]["en"].startswith("1 of 2 points is stale (running)")
    assert (state["points"], state["stale_points"]) == (2, 1)
    overview = admin.get("/api/v1/overview").json()
    assert pump in {one["key"] for one in overview["abnormal"]}


@pytest.mark.req("D04")
def test_history_is_thinned_by_the_server(stack: Stack, admin: httpx2.Client, pump: str) -> None:
    times = a_day(stack, pump, 300)
    window = {"property": "flow", "from": times[0].isoformat(), "to": int(datetime.now(UTC).timestamp() * 1000)}
    raw = admin.get(f"/api/v1/devices/{pump}/history", params=window | {"aggregate": "raw"}).json()
    assert [row[1] for row in raw["rows"]] == [float(number) for number in range(300)]
    assert raw["rows"][0][0] == int(times[0].timestamp() * 1000)
    assert (raw["unit"], raw["bucket_s"], raw["next"]) == ("m3/h", 0, None)
    for aggregate in ("avg", "min", "max", "last", "lttb", "minmax"):
        thin = admin.get(f"/api/v1/assets/{pump}/history", params=window | {"aggregate": aggregate, "points": 20}).json()
        assert 0 < len(thin["rows"]) <= 42, aggregate
    assert {row[1] for row in admin.get(f"/api/v1/devices/{pump}/history", params=window | {"points": 10}).json()["rows"]} >= {0.0, 299.0}


def test_raw_history_comes_in_pages(stack: Stack, admin: httpx2.Client, pump: str) -> None:
    a_day(stack, pump, 50)
    window: dict[str, Any] = {"property": "flow", "from": minutes_ago(100).isoformat(), "aggregate": "raw", "limit": 20}
    seen: list[float] = []
    while True:
        page = admin.get(f"/api/v1/devices/{pump}/history", params=window).json()
        seen += [row[1] for row in page["rows"]]
        if page["next"] is None:
            break
        window["cursor"] = page["next"]
    assert seen == [float(number) for number in range(50)]


@pytest.mark.parametrize(
    ("params", "code"),
    [
        ({"property": "flow", "points": 4001}, "request_invalid"),
        ({"property": "flow", "limit": 50_001}, "request_invalid"),
        ({"property": "flow", "from": "yesterday"}, "request_invalid"),
        ({"property": "flow", "from": "2026-11-21T08:00:00"}, "request_invalid"),
        ({"property": "flow", "from": "1790000000"}, "request_invalid"),
        ({"property": "flow", "from": "2026-11-21T08:00:00Z", "to": "2026-11-20T08:00:00Z"}, "time_range"),
        ({"property": ["flow", "running"]}, "one_property"),
        ({}, "request_invalid"),
        ({"property": "flow", "aggregate": "median"}, "request_invalid"),
    ],
)
def test_a_wrong_question_about_history_is_422(admin: httpx2.Client, params: dict[str, Any], code: str) -> None:
    problem(admin.get("/api/v1/devices/pump-1/history", params=params), 422, code)


def test_an_unknown_property_is_404_and_names_the_known(admin: httpx2.Client) -> None:
    answer = admin.get("/api/v1/devices/pump-1/history?property=pressure")
    assert "flow" in problem(answer, 404, "property_unknown")["detail"]


@pytest.mark.req("D04")
def test_history_as_a_file(stack: Stack, admin: httpx2.Client, pump: str) -> None:
    times = a_day(stack, pump, 30)
    stack.store(stack.samples("default", pump, [{"property": "state", "observed_at": times[3], "value": "RUN"}]))
    window = {"property": ["flow", "state"], "from": times[0].isoformat(), "aggregate": "raw"}
    frames = {}
    for media, read in (
        ("text/csv", lambda body: pl.read_csv(io.BytesIO(body))),
        ("application/vnd.apache.parquet", lambda body: pl.read_parquet(io.BytesIO(body))),
        ("application/vnd.apache.arrow.stream", lambda body: pl.read_ipc_stream(io.BytesIO(body))),
    ):
        answer = admin.get(f"/api/v1/devices/{pump}/history", params=window, headers={"accept": media})
        assert answer.status_code == 200, answer.text
        assert answer.headers["content-type"].split(";")[0] == media
        assert "attachment" in answer.headers["content-disposition"]
        frames[media] = read(answer.content)
    for frame in frames.values():
        assert frame.height == 31
        assert frame["value"].drop_nulls().to_list() == [float(number) for number in range(30)]
        assert frame.filter(pl.col("property") == "state")["text"].to_list() == ["RUN"]
        assert set(frame["quality"]) == {"good"}


def test_people_ask_in_sql(stack: Stack, admin: httpx2.Client, viewer: httpx2.Client, pump: str) -> None:
    a_day(stack, pump, 5)
    answer = admin.post("/api/v1/query", json={"sql": "SELECT count() AS n, max(value) AS top FROM readings"})
    assert answer.status_code == 200, answer.text
    assert [column["name"] for column in answer.json()["columns"]] == ["n", "top"]
    assert answer.json()["rows"][0][0] >= 5
    arrow = admin.post(
        "/api/v1/query", json={"sql": "SELECT value FROM readings LIMIT 3"}, headers={"accept": "application/vnd.apache.arrow.stream"}
    )
    assert pl.read_ipc_stream(io.BytesIO(arrow.content)).height == 3
    for sql in ("DROP TABLE telemetry", "SELECT * FROM system.tables", "SELECT * FROM url('http://x')", "nonsense", "SELECT 1; SELECT 2"):
        assert admin.post("/api/v1/query", json={"sql": sql}).status_code == 422, sql
    problem(viewer.post("/api/v1/query", json={"sql": "SELECT 1"}), 403, "role_missing")


@contextmanager
def stream(stack: Stack, client: httpx2.Client, points: str) -> Iterator[Iterator[tuple[str, Any]]]:
    """The events of a live stream as (event, data)."""
    with client.stream("GET", "/api/v1/live", params={"points": points}) as answer:
        if answer.status_code != 200:
            answer.read()
            raise AssertionError(answer.text)
        assert answer.headers["content-type"].startswith("text/event-stream")
        yield _events(answer)


def _events(answer: httpx2.Response) -> Iterator[tuple[str, Any]]:
    event = ""
    for line in answer.iter_lines():
        if line.startswith("event: "):
            event = line.removeprefix("event: ")
        elif line.startswith("data: "):
            yield event, json.loads(line.removeprefix("data: "))


def publish(stack: Stack, table: pl.DataFrame) -> None:
    """As ingest does, once the batch is written."""
    body = io.BytesIO()
    table.write_ipc_stream(body)
    stack.run(stack.platform.bus.publish(f"{SAMPLES}.0", body.getvalue()))


def test_the_live_stream_carries_what_was_asked_for_and_the_newest_only(stack: Stack, pump: str) -> None:
    live = stack.platform.live
    assert not live.listening
    now = minutes_ago(0)
    with stack.fresh() as client:
        client.headers["authorization"] = stack.client().headers["authorization"]
        with stream(stack, client, f"{pump}.flow,{pump}.state") as events:
            until(lambda: live.listening)
            rows = [{"property": "flow", "observed_at": now + timedelta(milliseconds=ms), "value": float(ms)} for ms in range(500)]
            rows += [{"property": "running", "observed_at": now, "value": 1}, {"property": "state", "observed_at": now, "value": "RUN"}]
            publish(stack, stack.samples("default", pump, rows))
            publish(stack, stack.samples("default", "pump-1", [{"property": "flow", "observed_at": now, "value": 1.0}]))
            event, samples = next(events)
            assert event == "samples"
            assert sorted((one["device"], one["property"], one["value"], one["quality"]) for one in samples) == [
                (pump, "flow", 499.0, "good"),
                (pump, "state", "RUN", "good"),
            ]
    until(lambda: not live.listening)


def test_live_updates_come_at_most_five_times_a_second(stack: Stack, pump: str) -> None:
    stop = asyncio.Event()

    async def rattle() -> None:
        number = 0
        while not stop.is_set():
            number += 1
            table = stack.samples("default", pump, [{"property": "flow", "observed_at": datetime.now(UTC), "value": float(number)}])
            body = io.BytesIO()
            table.write_ipc_stream(body)
            await stack.platform.bus.publish(f"{SAMPLES}.0", body.getvalue())
            await asyncio.sleep(0.01)

    with stack.fresh() as client:
        client.headers["authorization"] = stack.client().headers["authorization"]
        with stream(stack, client, f"{pump}.*") as events:
            until(lambda: stack.platform.live.listening)
            task = asyncio.run_coroutine_threadsafe(rattle(), stack.loop)
            began, count = datetime.now(UTC), 0
            last = 0.0
            for _, samples in events:
                count += 1
                assert samples[0]["value"] > last
                last = samples[0]["value"]
                if datetime.now(UTC) - began > timedelta(seconds=1.5):
                    break
            stack.loop.call_soon_threadsafe(stop.set)
            task.result(5)
    assert count <= 10


@pytest.mark.req("I01")
def test_the_live_stream_of_another_tenants_device_is_not_found(stack: Stack, stranger: httpx2.Client) -> None:
    problem(stranger.get("/api/v1/live", params={"points": "only-default.flow"}), 404, "device_missing")
    problem(stranger.get("/api/v1/live", params={"points": "pump-1.nothing"}), 404, "property_unknown")
    problem(stranger.get("/api/v1/live", params={"points": "pump-1"}), 422, "point_invalid")


@pytest.mark.req("I01")
def test_the_same_key_streams_its_own_tenant_only(stack: Stack) -> None:
    now = minutes_ago(0)
    with stack.fresh() as client:
        client.headers["authorization"] = stack.client("other/admin").headers["authorization"]
        with stream(stack, client, "pump-1.flow") as events:
            until(lambda: stack.platform.live.listening)
            publish(stack, stack.samples("default", "pump-1", [{"property": "flow", "observed_at": now, "value": 13.0}]))
            publish(stack, stack.samples("other", "pump-1", [{"property": "flow", "observed_at": now, "value": 7.0}]))
            assert [one["value"] for one in next(events)[1]] == [7.0]


@pytest.mark.req("K07")
def test_the_live_stream_ends_with_the_login(stack: Stack, pump: str) -> None:
    with stack.fresh() as client:
        login = {"username": "default/operator", "password": PASSWORD}
        secret = client.post("/api/v1/auth/token", data=login).json()["access_token"]
        client.headers["authorization"] = f"Bearer {secret}"
        with stream(stack, client, f"{pump}.flow") as events, stack.fresh() as other:
            until(lambda: stack.platform.live.listening)
            other.delete("/api/v1/auth/session", headers={"authorization": f"Bearer {secret}"})
            assert next(events)[0] == "end"
            assert next(events, None) is None


@pytest.mark.req("B04")
def test_a_device_sends_over_http_and_it_is_in_the_stream(stack: Stack, pump: str) -> None:
    credential = stack.credentials[f"default/{pump}"]
    auth = (credential["username"], credential["password"])
    address = f"/api/v1/up/{pump}/telemetry"
    with stack.fresh() as client:
        first = client.post(address, json={"ts": 1795248000000, "values": {"flow": 1.5}}, auth=auth)
        assert first.status_code == 202, first.text
        packed = client.post(
            address,
            content=gzip.compress(b'[{"flow": 1.5}]'),
            headers={"content-encoding": "gzip", "content-type": "application/json"},
            auth=auth,
        )
        assert packed.json()["sequence"] == first.json()["sequence"] + 1
        event = client.post(f"/api/v1/up/{pump}/event/overload", json={"values": {"amps": 40}}, auth=auth)
        assert event.status_code == 202
        state = stack.run(stack.platform.bus.stream_state(UP))
        assert state.last_sequence >= event.json()["sequence"]

        problem(client.post(address, content=b"{", auth=auth), 422, "json_invalid")
        problem(client.post(address, content=b"5", auth=auth), 422, "json_invalid")
        problem(client.post(address, content=b"x", headers={"content-encoding": "gzip"}, auth=auth), 422, "gzip_invalid")
        problem(client.post(address, content=b"x", headers={"content-encoding": "br"}, auth=auth), 422, "encoding_unknown")
        problem(client.post("/api/v1/up/pump-1/telemetry", json={"flow": 1}, auth=auth), 403, "not_assigned")
        problem(client.post("/api/v1/up/only-other/telemetry", json={"flow": 1}, auth=auth), 404, "device_missing")
        problem(client.post(address, json={"flow": 1}, auth=(auth[0], "wrong")), 401, "credential_wrong")


def test_a_body_over_the_limit_is_413_packed_or_not(stack: Stack, pump: str) -> None:
    credential = stack.credentials[f"default/{pump}"]
    auth = (credential["username"], credential["password"])
    address = f"/api/v1/up/{pump}/telemetry"
    ten_mb = b'{"flow": "' + b"x" * 10_000_000 + b'"}'
    with stack.fresh() as client:
        problem(client.post(address, content=ten_mb, auth=auth), 413, "too_large")
        problem(client.post(address, content=gzip.compress(ten_mb), headers={"content-encoding": "gzip"}, auth=auth), 413, "body_too_large")
        problem(client.post(address, content=iter([ten_mb]), auth=auth), 413, "too_large")
    problem(stack.client().post("/api/v1/device-types", content=ten_mb, headers={"content-type": "application/json"}), 413, "too_large")


@pytest.mark.req("B04")
def test_a_gateway_sends_for_its_devices_over_http(stack: Stack, admin: httpx2.Client, pump: str) -> None:
    made = admin.post("/api/v1/devices", json={"key": f"gateway-of-{pump}", "type": "pump", "is_gateway": True})
    assert made.status_code == 201, made.text
    own = made.json()["credential"]
    auth, address = (own["username"], own["password"]), f"/api/v1/up/gateway-of-{pump}/batch"
    body = json.dumps({"devices": {pump: [{"ts": 1795248000000, "values": {"flow": 1.5}}]}}).encode()
    with stack.fresh() as client:
        sent = client.post(address, content=body, auth=auth)
        assert sent.status_code == 202, sent.text
        packed = client.post(address, content=gzip.compress(body), headers={"content-encoding": "gzip"}, auth=auth)
        assert packed.json()["sequence"] == sent.json()["sequence"] + 1
        problem(client.post(address, json={"flow": 1}, auth=auth), 422, "json_invalid")
        problem(
            client.post(address, content=gzip.compress(b" " * 10_000_000), headers={"content-encoding": "gzip"}, auth=auth),
            413,
            "body_too_large",
        )
        theirs = stack.credentials[f"default/{pump}"]
        problem(client.post(address, content=body, auth=(theirs["username"], theirs["password"])), 403, "not_assigned")
        plain = (theirs["username"], theirs["password"])
        problem(client.post(f"/api/v1/up/{pump}/batch", content=body, auth=plain), 422, "not_a_gateway")


@pytest.mark.req("C06")
def test_a_command_reaches_its_device_and_the_answer_comes_back(
    stack: Stack, admin: httpx2.Client, viewer: httpx2.Client, pump: str
) -> None:
    credential = stack.credentials[f"default/{pump}"]
    heard: asyncio.Queue[dict[str, Any]] = asyncio.Queue()
    ready = asyncio.Event()

    async def device() -> None:
        host, _, port = stack.mqtt.rpartition(":")
        client = aiomqtt.Client(
            host,
            int(port),
            username=credential["username"],
            password=credential["password"],
            identifier=f"default:{pump}",
            protocol=aiomqtt.ProtocolVersion.V311,
        )
        async with client:
            await client.subscribe(f"down/default/{pump}/#", qos=1)
            ready.set()
            async for message in client.messages:
                assert isinstance(message.payload, bytes)
                body = json.loads(message.payload)
                heard.put_nowait(body)
                await client.publish(f"up/default/{pump}/reply/{body['id']}", json.dumps({"ok": True, "speed": 1500}), qos=1)
                return

    task = asyncio.run_coroutine_threadsafe(device(), stack.loop)
    until(lambda: ready.is_set() or task.done())
    if task.done():
        task.result()
    sent = stack.client("default/operator").post(f"/api/v1/devices/{pump}/commands/set_speed", json={"arguments": {"speed": 1500}})
    assert sent.status_code == 202, sent.text
    assert sent.json()["state"] == "sent"
    task.result(10)
    assert heard.get_nowait()["arguments"] == {"speed": 1500}
    done = until(lambda: (one := admin.get(f"/api/v1/commands/{sent.json()['id']}").json())["state"] == "answered" and one)
    assert (done["answer"], done["sent_by"]) == ({"ok": True, "speed": 1500}, "operator")
    assert [one["id"] for one in viewer.get(f"/api/v1/devices/{pump}/commands").json()["items"]] == [sent.json()["id"]]
    problem(stack.client("other/admin").get(f"/api/v1/commands/{sent.json()['id']}"), 404, "missing")


@pytest.mark.req("C06")
def test_a_command_keeps_to_the_list_and_the_range(stack: Stack, pump: str) -> None:
    client = stack.client("default/operator")
    address = f"/api/v1/devices/{pump}/commands"
    problem(client.post(f"{address}/explode", json={}), 404, "command_unknown")
    problem(client.post(f"{address}/set_speed", json={"arguments": {"speed": 3001}}), 422, "argument_out_of_range")
    for arguments in ({}, {"speed": "fast"}, {"speed": True}, {"speed": 1, "more": 2}, {"speed": None}):
        problem(client.post(f"{address}/set_speed", json={"arguments": arguments}), 422, "argument_invalid")
    problem(stack.client("default/viewer").post(f"{address}/set_speed", json={"arguments": {"speed": 1}}), 403, "role_missing")


def test_an_unanswered_command_expires(stack: Stack, pump: str) -> None:
    client = stack.client("default/operator")
    sent = client.post(f"/api/v1/devices/{pump}/commands/set_speed", json={"arguments": {"speed": 1}, "valid_for_s": 1}).json()
    until(lambda: client.get(f"/api/v1/commands/{sent['id']}").json()["state"] == "expired")
