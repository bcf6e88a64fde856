"""Marks, readings by hand and their history: who may, and what is refused with which words."""

from datetime import timedelta

import httpx2
import orjson
import pytest
from tests.api.conftest import Stack, minutes_ago, problem

from kaogong.bus import PushConsumer
from kaogong.bus.subjects import UP
from kaogong.core.quality import Quality


@pytest.fixture
def pump(admin: httpx2.Client, request: pytest.FixtureRequest) -> str:
    key = f"k-{abs(hash(request.node.name)) % 10**9}"
    assert admin.post("/api/v1/devices", json={"key": key, "type": "pump", "place": "works/hall"}).status_code == 201
    return key


def span(minutes: float, lasting: float = 1.0) -> dict[str, str]:
    start = minutes_ago(minutes)
    return {"from": start.isoformat(), "to": (start + timedelta(minutes=lasting)).isoformat()}


@pytest.mark.req("D04")
def test_a_bad_time_is_seen_on_device_and_asset_and_in_sql(stack: Stack, admin: httpx2.Client, pump: str) -> None:
    stack.store(stack.samples("default", pump, [{"property": "flow", "observed_at": minutes_ago(m), "value": m} for m in (9, 6.125, 3)]))
    made = admin.post("/api/v1/marks", json={"asset": pump, "properties": ["flow"], "kind": "bad", "text": "ice", **span(7, 2)}).json()
    for path in ("devices", "assets"):
        rows = admin.get(f"/api/v1/{path}/{pump}/history", params={"property": "flow", "aggregate": "raw"}).json()["rows"]
        assert [(value, status >= 0x80000000) for _, value, status in rows] == [(9, False), (6.125, True), (3, False)]
    sql = "SELECT value FROM readings WHERE quality = 'bad' AND value = 6.125"
    assert admin.post("/api/v1/query", json={"sql": sql}).json()["rows"] == [[6.125]]
    assert admin.post(f"/api/v1/marks/{made['id']}/undo").status_code == 200
    assert admin.post("/api/v1/query", json={"sql": sql}).json()["rows"] == []
    listed = admin.get("/api/v1/marks", params={"device": pump, "undone": True}).json()["items"]
    assert [(one["id"], one["undone_by"], one["properties"]) for one in listed] == [(made["id"], "admin", ["flow"])]


def test_an_operator_notes_and_enters_but_does_not_correct(stack: Stack, pump: str) -> None:
    operator = stack.client("default/operator")
    assert operator.post("/api/v1/marks", json={"device": pump, "kind": "note", "text": "valve changed", **span(5)}).status_code == 201
    problem(operator.post("/api/v1/marks", json={"device": pump, "kind": "bad", **span(5)}), 403, "role_missing")
    at = minutes_ago(5)
    stack.store(stack.samples("default", pump, [{"property": "flow", "observed_at": at, "value": 5}]))
    correction = {"readings": [{"property": "flow", "value": 6, "observed_at": at.isoformat()}]}
    problem(operator.post(f"/api/v1/devices/{pump}/readings", json=correction), 403, "role_missing")
    fresh = {"readings": [{"property": "flow", "value": 6, "observed_at": minutes_ago(4).isoformat()}]}
    assert operator.post(f"/api/v1/devices/{pump}/readings", json=fresh).status_code == 202
    problem(stack.client("default/viewer").post(f"/api/v1/devices/{pump}/readings", json=fresh), 403, "role_missing")


def test_a_note_is_undone_by_who_wrote_it(stack: Stack, admin: httpx2.Client, pump: str) -> None:
    operator = stack.client("default/operator")
    own, other = (
        client.post("/api/v1/marks", json={"device": pump, "kind": "note", "text": "seen", **span(5)}).json()["id"]
        for client in (operator, admin)
    )
    assert operator.post(f"/api/v1/marks/{own}/undo").status_code == 200
    problem(operator.post(f"/api/v1/marks/{other}/undo"), 403, "role_missing")


REFUSED = [
    ({"property": "flow", "value": "much"}, "type_mismatch"),
    ({"property": "state", "value": "FLY"}, "enum_unknown"),
    ({"property": "flow", "value": 1, "unit": "kPa"}, "unit_incompatible"),
    ({"property": "flow", "value": 1, "observed_at": "2100-01-01T00:00:00Z"}, "time_in_future"),
]


@pytest.mark.parametrize(("reading", "code"), REFUSED)
def test_a_reading_that_cannot_be_is_refused_at_once(admin: httpx2.Client, pump: str, reading: dict[str, object], code: str) -> None:
    body = problem(admin.post(f"/api/v1/devices/{pump}/readings", json={"readings": [reading]}), 422, code)
    assert body["details"]["field"].startswith("readings.0.")


def test_a_reading_takes_the_way_of_the_device_with_the_hand_that_wrote_it(stack: Stack, admin: httpx2.Client, pump: str) -> None:
    at = minutes_ago(5)
    entered = {
        "readings": [{"property": "flow", "value": 6.5, "observed_at": at.isoformat()}, {"property": "extra", "value": {"by": "eye"}}],
        "text": "round",
    }
    answer = admin.post(f"/api/v1/devices/{pump}/readings", json=entered).json()
    assert answer["readings"] == 2

    async def read() -> bytes:
        consumer: PushConsumer = await stack.platform.bus.push_consumer(
            UP, f"test-{pump}", filter_subject="p.>", start_sequence=answer["sequence"]
        )
        try:
            return (await consumer.next_batch(1, 5.0))[0].data
        finally:
            await consumer.close()

    first, second = orjson.loads(stack.run(read()))
    assert first == {"ts": at.timestamp() * 1000, "values": {"flow": {"v": 6.5, "q": int(Quality.GOOD_EDITED)}}}
    assert second["values"] == {"extra": {"v": {"by": "eye"}, "q": int(Quality.GOOD_EDITED)}}


def test_a_mark_names_one_thing_and_a_note_says_something(admin: httpx2.Client, pump: str) -> None:
    for body in (
        {"kind": "bad", **span(5)},
        {"kind": "bad", "device": pump, "asset": pump, **span(5)},
        {"kind": "note", "device": pump, **span(5)},
        {"kind": "entered", "device": pump, "text": "x", **span(5)},
    ):
        problem(admin.post("/api/v1/marks", json=body), 422, "request_invalid")
    problem(
        admin.post("/api/v1/marks", json={"kind": "bad", "device": pump, "properties": ["nothing"], **span(5)}), 404, "property_unknown"
    )
    backwards = {"from": minutes_ago(1).isoformat(), "to": minutes_ago(2).isoformat()}
    problem(admin.post("/api/v1/marks", json={"kind": "bad", "device": pump, **backwards}), 422, "range_empty")
