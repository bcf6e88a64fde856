"""The meaning of samples, from the outside: entered by hand, corrected, marked, and all of it taken back."""

import base64
import json
import os
import re
import subprocess
import sys
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import numpy as np
import polars as pl
import pytest
from bench.platform import Platform
from tests.e2e.conftest import Speaker, eventually

ROOT = Path(__file__).parents[2]

pytestmark = pytest.mark.filterwarnings("default::DeprecationWarning:paho")


def moment(minutes_ago: float) -> datetime:
    return (datetime.now(UTC) - timedelta(minutes=minutes_ago)).replace(microsecond=0)


def flow(platform: Platform, key: str) -> list[Any]:
    rows = platform.call(
        "GET", f"/devices/{key}/history", params={"property": "flow", "aggregate": "raw", "from": moment(600).isoformat()}
    )["rows"]
    return [value for _, value, _ in rows]


@pytest.mark.req("D04", "D07")
def test_a_reading_is_entered_corrected_marked_and_every_former_value_is_found_again(plain: Platform, device: dict[str, str]) -> None:
    key, at = device["key"], moment(30)
    by_machine = [{"ts": int((at + timedelta(minutes=i)).timestamp() * 1000), "values": {"flow": 10.0 + i}} for i in range(5)]
    plain.call("POST", f"/up/{key}/telemetry", json=by_machine)
    assert eventually(lambda: flow(plain, key), lambda found: len(found) == 5) == [10, 11, 12, 13, 14]

    wrong = (at + timedelta(minutes=1)).isoformat()
    correction = {"readings": [{"property": "flow", "value": 1.15, "unit": "m³/min", "observed_at": wrong}], "text": "read off the meter"}
    plain.call("POST", f"/devices/{key}/readings", json=correction)
    assert eventually(lambda: flow(plain, key), lambda found: 11 not in found) == [10, 69, 12, 13, 14]
    found = plain.call("GET", f"/devices/{key}/versions", params={"property": "flow"})
    (of_moment,) = found["items"]
    assert [(one["value"], one["entered_by"], one["text"], one["device"]) for one in of_moment["versions"]] == [
        (11.0, None, "", key),
        (69.0, "admin", "read off the meter", key),
    ]
    assert of_moment["versions"][1]["reason"] == "good_edited"
    assert [one["superseded_at"] is None for one in of_moment["versions"]] == [False, True]

    span = {"from": (at + timedelta(minutes=2)).isoformat(), "to": (at + timedelta(minutes=4)).isoformat()}
    mark = plain.call("POST", "/marks", json={"device": key, "kind": "deleted", "text": "wired wrongly", **span})
    assert flow(plain, key) == [10, 69, 14]
    shown = plain.call("GET", "/marks", params={"device": key, "kind": "deleted"})["items"]
    assert [(one["target"], one["text"], one["made_by"]) for one in shown] == [(f"device/{key}", "wired wrongly", "admin")]
    assert plain.call("POST", f"/marks/{mark['id']}/undo")["undone_by"] == "admin"
    assert flow(plain, key) == [10, 69, 12, 13, 14]

    lines = plain.call("GET", "/audit", params={"limit": 50})["items"]
    assert [line["action"] for line in lines if line["key"] == key][:3] == ["mark.undo", "mark.make", "reading.enter"]


@pytest.mark.req("D03", "D04")
def test_a_waveform_is_stored_and_its_spectrum_shows_the_tone_that_was_sent(plain: Platform, device: dict[str, str]) -> None:
    key, rate = device["key"], 12_800
    seconds = np.arange(rate) / rate
    samples = (3.0 * np.sin(2 * np.pi * 50 * seconds) + 0.5 * np.sin(2 * np.pi * 1_200 * seconds)).astype("<f4")
    at = int(moment(5).timestamp() * 1000)
    speaker = Speaker(plain, device)
    body = {"ts": at, "rate": rate, "unit": "mm/s", "f32": base64.b64encode(samples.tobytes()).decode()}
    speaker.say(f"up/default/{key}/waveform/drive-end", json.dumps(body))
    speaker.say(f"up/default/{key}/waveform/drive-end", json.dumps(body | {"rate": "fast"}))
    speaker.close()
    (listed,) = eventually(lambda: plain.call("GET", f"/devices/{key}/waveforms")["items"], bool)
    assert (listed["name"], listed["count"], listed["symbol"], listed["duration_s"]) == ("drive-end", rate, "mm/s", 1.0)
    assert listed["rms"] == pytest.approx(np.sqrt((samples**2).mean()), rel=1e-4)
    view = plain.call("GET", f"/devices/{key}/waveforms/drive-end", params={"at": at})
    assert len(view["values"]) <= 4_000
    assert max(view["values"]) == pytest.approx(samples.max(), rel=1e-5)
    lines = dict(zip(view["frequencies"], view["amplitudes"], strict=True))
    assert max(lines, key=lambda f: lines[f]) == pytest.approx(50, abs=1)
    assert lines[max((f for f in lines if f > 1_000), key=lambda f: lines[f])] == pytest.approx(0.5, rel=0.02)
    table = pl.read_parquet(
        plain.http.get(f"/devices/{key}/waveforms/drive-end", headers={"accept": "application/vnd.apache.parquet"}).content
    )
    assert table["value"].to_list() == samples.tolist()
    refused = eventually(lambda: [one for one in plain.call("GET", "/dead-letters")["items"] if one["device"] == key], bool)
    assert [one["reason"] for one in refused] == ["waveform_shape"]


def example(guide: str, word: str, **environment: str) -> str:
    """What the guide's example that holds `word` prints, run as a user would."""
    blocks = re.findall(r"```python\n(.*?)```", (ROOT / "docs/guides" / guide).read_text(encoding="utf-8"), re.DOTALL)
    (code,) = [block for block in blocks if word in block]
    run = subprocess.run(
        [sys.executable, "-c", code], env=os.environ | environment, capture_output=True, text=True, timeout=60, check=False
    )
    assert run.returncode == 0, run.stderr
    return run.stdout


@pytest.mark.req("B26", "D02")
def test_a_gateway_sends_columns_through_the_broker_and_people_take_them_away_as_arrow(plain: Platform) -> None:
    gateway = plain.call("POST", "/devices", json={"key": "gw-1", "type": "meter", "is_gateway": True})["credential"]
    for key in ("pump-a", "pump-b"):
        plain.call("POST", "/devices", json={"key": key, "type": "meter", "gateway": "gw-1"})
    host, port = plain.mqtt
    example(
        "connect-a-device.md",
        "new_stream",
        KAOGONG_USER=gateway["username"],
        KAOGONG_PASSWORD=gateway["password"],
        KAOGONG_HOST=host,
        KAOGONG_PORT=str(port),
    )
    count = {
        "sql": "SELECT device, count(), min(value), max(value) FROM readings WHERE device IN ('pump-a', 'pump-b') GROUP BY device ORDER BY device"
    }
    whole = [["pump-a", 60, 40.0, 99.0], ["pump-b", 60, 40.0, 99.0]]
    eventually(lambda: plain.call("POST", "/query", json=count)["rows"], lambda rows: rows == whole)
    token = plain.http.headers["Authorization"].removeprefix("Bearer ")
    printed = example("work-with-data.md", "arrow.stream", KAOGONG_TOKEN=token, KAOGONG_URL=plain.ready["http"])
    assert "pump-a" in printed
    assert "69.5" in printed


@pytest.mark.req("D01", "D04", "E04", "J01")
def test_history_goes_out_as_a_file_and_comes_in_again_once(plain: Platform, device: dict[str, str], tmp_path: Path) -> None:
    key, start = device["key"], moment(300)
    lines = ["device,property,observed_at,value", *(f"{key},flow,{(start + timedelta(minutes=i)).isoformat()},{i / 4}" for i in range(200))]
    first = tmp_path / "first.csv"
    first.write_text("\n".join([*lines, f"{key},flow,never,1", f"{key},flwo,{start.isoformat()},1"]))
    (tmp_path / "token").write_text(plain.http.headers["Authorization"].removeprefix("Bearer "))
    login = ("--home", str(plain.home), "--token-file", str(tmp_path / "token"))
    run = kaogong("import", str(first), *login, "--report", str(tmp_path / "report"))
    assert run.returncode == 2
    assert "row 201, observed_at" in run.stdout
    assert "200 samples taken, 2 problems" in run.stdout
    assert [json.loads(line)["row"] for line in (tmp_path / "report").read_text().splitlines()] == [201, 202]
    assert eventually(lambda: flow(plain, key), lambda found: len(found) == 200) == [i / 4 for i in range(200)]

    file = tmp_path / "out.parquet"
    assert kaogong("export", str(file), "--device", key, "--from", start.isoformat(), *login).returncode == 0
    twin = plain.call("POST", "/devices", json={"key": f"{key}-twin", "type": "meter"})["key"]
    table = pl.read_parquet(file).with_columns(pl.lit(twin).alias("device"))
    table.write_parquet(file)
    for _ in range(2):
        run = kaogong("import", str(file), *login)
        assert run.returncode == 0, run.stdout + run.stderr
    assert eventually(lambda: flow(plain, twin), lambda found: len(found) == 200) == [i / 4 for i in range(200)]
    assert plain.call("GET", f"/devices/{twin}/versions", params={"property": "flow"})["items"] == [], "a repeat corrects nothing"


def kaogong(*words: str) -> "subprocess.CompletedProcess[str]":
    """The command as a user types it."""
    command = [str(Path(sys.executable).with_name("kaogong")), *words]
    return subprocess.run(command, capture_output=True, text=True, timeout=120, check=False)
