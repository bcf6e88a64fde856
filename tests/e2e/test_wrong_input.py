"""Wrong input through the real doors: each gets a clear answer, and the good readings beside it are kept."""

import json

import pytest
from bench.platform import Platform
from tests.e2e.conftest import FLOW, Speaker, eventually

pytestmark = pytest.mark.filterwarnings("default::DeprecationWarning:paho")


def reasons(platform: Platform, key: str) -> list[str]:
    """Why messages of this device could not be used."""
    letters = platform.call("GET", "/dead-letters", params={"limit": 100})["items"]
    return sorted(letter["reason"] for letter in letters if letter["device"] == key)


NOW = 1_790_000_000_000
WRONG: list[tuple[str, bytes | str, str]] = [
    ("broken JSON", b'{"values": {"flow": 1', "json_invalid"),
    ("not text", b"\xff\xfe\x00\x01", "json_invalid"),
    ("a number alone", b"42", "batch_shape"),
    ("unknown property", '{"values": {"flwo": 1}}', "property_unknown"),
    ("text for a number", '{"values": {"flow": "much"}}', "type_mismatch"),
    ("boolean for a number", '{"values": {"flow": true}}', "type_mismatch"),
    ("NaN", '{"values": {"flow": NaN}}', "not_finite"),
    ("infinite", '{"values": {"flow": 1e999}}', "not_finite"),
    ("1970", '{"ts": "1970-01-01T00:00:00Z", "values": {"flow": 1}}', "time_too_old"),
    ("2100", '{"ts": "2100-01-01T00:00:00Z", "values": {"flow": 1}}', "time_in_future"),
    ("seconds", '{"ts": 1790000000, "values": {"flow": 1}}', "time_in_seconds"),
    ("incompatible unit", '{"values": {"flow": {"v": 1, "u": "kPa"}}}', "unit_incompatible"),
    ("unknown unit", '{"values": {"flow": {"v": 1, "u": "florp"}}}', "unit_unknown"),
]


@pytest.mark.parametrize(("body", "reason"), [pytest.param(b, r, id=n.replace(" ", "-")) for n, b, r in WRONG])
def test_a_wrong_body_is_refused_by_name_and_the_next_reading_arrives(
    plain: Platform, device: dict[str, str], body: bytes | str, reason: str
) -> None:
    speaker = Speaker(plain, device)
    topic = f"up/default/{device['key']}/telemetry"
    speaker.client.subscribe(f"down/default/{device['key']}/#", qos=1)
    speaker.say(topic, body)
    speaker.say(topic, '{"flow": 41.5}')
    latest = eventually(
        lambda: plain.call("GET", f"/devices/{device['key']}/latest")["values"], lambda v: v.get("flow", {}).get("value") == 41.5
    )
    assert latest["flow"]["quality"] == "good"
    assert eventually(lambda: reasons(plain, device["key"]), bool) == [reason]
    told = eventually(lambda: [json.loads(m) for t, m in speaker.heard if t.endswith("rejected")], bool)
    assert reason in json.dumps(told)
    speaker.close()


def test_a_reading_in_another_unit_is_converted(plain: Platform, device: dict[str, str]) -> None:
    speaker = Speaker(plain, device)
    speaker.say(f"up/default/{device['key']}/telemetry", '{"flow": {"v": 500, "u": "L/min"}}')
    latest = eventually(lambda: plain.call("GET", f"/devices/{device['key']}/latest")["values"], bool)
    assert latest["flow"]["value"] == pytest.approx(30.0)
    speaker.close()


def test_ten_megabytes_end_the_connection_and_nothing_else(plain: Platform, device: dict[str, str]) -> None:
    speaker = Speaker(plain, device)
    speaker.client.publish(f"up/default/{device['key']}/telemetry", b'{"note": "' + b"x" * 10_000_000 + b'"}', qos=0)
    eventually(speaker.client.is_connected, lambda up: not up)
    eventually(speaker.client.is_connected, bool, 30)  # the client comes back by itself
    speaker.say(f"up/default/{device['key']}/telemetry", '{"flow": 7}')
    eventually(lambda: plain.call("GET", f"/devices/{device['key']}/latest")["values"], bool)
    speaker.close()


def test_ten_megabytes_over_http_are_too_large(plain: Platform, device: dict[str, str]) -> None:
    answer = plain.http.post(f"/up/{device['key']}/telemetry", content=b'{"note": "' + b"x" * 10_000_000 + b'"}')
    assert (answer.status_code, answer.json()["code"]) == (413, "too_large")
    assert answer.headers["content-type"] == "application/problem+json"


@pytest.mark.req("K01")
def test_a_revoked_device_is_cut_off_within_five_seconds_and_its_page_says_so(plain: Platform, device: dict[str, str]) -> None:
    speaker = Speaker(plain, device)
    speaker.say(f"up/default/{device['key']}/telemetry", '{"flow": 1}')
    plain.call("DELETE", f"/devices/{device['key']}/credential")
    eventually(speaker.client.is_connected, lambda up: not up, 5)
    page = eventually(
        lambda: plain.call("GET", f"/devices/{device['key']}/connection")["broker"],
        lambda broker: bool(broker and broker["last_refused"]),
        20,
    )
    assert "revoked" in page["last_refused"]["en"]
    speaker.close()


def test_sql_in_every_string_is_only_text(plain: Platform) -> None:
    poison = "'; DROP TABLE devices; --\" OR 1=1 /* 泵 */ %s {x}"
    made = plain.call("POST", "/devices", json={"key": "bobby", "name": {"en": poison, "zh": poison}, "type": "meter"})
    assert made["name"]["en"] == poison
    assert [d["key"] for d in plain.call("GET", "/devices", params={"q": "DROP TABLE devices"})["items"]] == ["bobby"]
    speaker = Speaker(plain, {"key": "bobby", **made["credential"]})
    speaker.say("up/default/bobby/telemetry", json.dumps({"note": poison}))
    latest = eventually(lambda: plain.call("GET", "/devices/bobby/latest")["values"], bool)
    assert latest["note"]["value"] == poison
    query = {"sql": "SELECT text FROM readings WHERE device = 'bobby' AND property = 'note'"}
    assert eventually(lambda: plain.call("POST", "/query", json=query)["rows"], bool) == [[poison]]
    speaker.close()


def test_a_type_that_changes_what_a_property_holds_is_a_conflict_until_it_is_meant(plain: Platform) -> None:
    kind = {"key": "odd", "name": {"en": "Odd", "zh": "异"}, "properties": [FLOW]}
    plain.call("POST", "/device-types", json=kind)
    changed = kind | {"properties": [FLOW | {"type": "text", "unit": None, "min": None, "max": None}]}
    assert plain.http.put("/device-types/odd", json=changed).status_code == 409
    assert plain.http.put("/device-types/odd", params={"replace": True}, json=changed).status_code == 200


def test_a_gateway_that_names_what_it_does_not_speak_for_is_told_which(plain: Platform, device: dict[str, str]) -> None:
    """Nobody's device, one that speaks itself, and what would reach into another tenant if keys had dots or colons."""
    plain.call("POST", "/tenants", json={"key": "rival", "name": "Rival"})
    made = plain.call(
        "POST", "/devices", json={"key": "gw-strange", "name": {"en": "G", "zh": "网关"}, "type": "meter", "is_gateway": True}
    )
    speaker = Speaker(plain, {"key": "gw-strange", **made["credential"]})
    others = ("nobody", device["key"], "rival:meter", "rival.meter")
    speaker.say("up/default/gw-strange/batch/0", json.dumps({"devices": {other: [{"flow": 1}] for other in others}}))
    told = eventually(lambda: {r for key in ("gw-strange", *others) for r in reasons(plain, key)}, lambda found: len(found) > 2)
    assert told == {"device_unknown", "not_assigned", "key_invalid"}
    assert plain.call("GET", f"/devices/{device['key']}/latest")["values"] == {}
    speaker.close()


def test_a_device_that_speaks_under_another_name_reaches_nobody_and_its_page_says_so(plain: Platform, device: dict[str, str]) -> None:
    speaker = Speaker(plain, device)
    for topic in ("up/rival/meter/telemetry", "up/default/nobody/telemetry"):
        speaker.client.publish(topic, '{"flow": 1}')
    page = eventually(lambda: plain.call("GET", f"/devices/{device['key']}/connection")["broker"], lambda b: b and b["last_violation"])
    assert "up/" in json.dumps(page["last_violation"])
    speaker.close()


def test_a_forged_token_is_refused(plain: Platform) -> None:
    for token in ("x", "0" * 64, "é".encode().hex()):
        answer = plain.http.get("/devices", headers={"Authorization": f"Bearer {token}"})
        assert (answer.status_code, answer.json()["code"]) == (401, "session_ended"), token


def test_a_second_up_on_the_same_home_is_refused_with_the_reason(plain: Platform) -> None:
    import subprocess
    import sys
    from pathlib import Path

    second = subprocess.run(
        [str(Path(sys.executable).with_name("kaogong")), "up", "--home", str(plain.home)],
        capture_output=True,
        text=True,
        timeout=30,
        check=False,
    )
    assert second.returncode == 1
    assert str(plain.process.pid) in second.stderr
