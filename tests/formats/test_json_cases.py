"""Every body under `tests/cases/formats/json`: what is taken, what is refused, and that a neighbour does not suffer."""

import json
from pathlib import Path
from typing import Any

import pytest
from tests.formats.names import CASES, Known, known, message

from kaogong.core.sample import EVENTS, REJECTS, SAMPLES, Batch
from kaogong.formats import Decoder

FOLDERS = sorted((CASES / "json").iterdir())


def body_of(folder: Path) -> bytes:
    if (folder / "made.json").exists():
        made = json.loads((folder / "made.json").read_text(encoding="utf-8"))
        return (made["begin"] + made["repeat"] * made["times"] + made["end"]).encode()
    file = folder / "body.bin"
    return file.read_bytes() if file.exists() else (folder / "body.json").read_bytes()


def told(batch: Batch, names: Known) -> dict[str, Any]:
    """A batch as the cases write it: what is usual is left out."""
    samples = []
    for row in batch.samples.iter_rows(named=True):
        sample: dict[str, Any] = {"device": names.device_key(row["device"]), "property": names.key_of(row["property"])}
        sample["at"] = row["observed_at"].isoformat()
        sample |= {name: row[name] for name in ("text", "exact", "quality") if row[name]}
        if row["value"] == row["value"]:
            sample["value"] = row["value"]
        samples.append(sample)
    rejects = [
        {"device": names.device_key(r["device"]), "property": r["property_key"], "reason": r["reason"], "samples": r["samples"]}
        for r in batch.rejects.iter_rows(named=True)
    ]
    events = [
        {"device": names.device_key(e["device"]), "name": e["name"], "at": e["observed_at"].isoformat(), "payload": e["payload"]}
        for e in batch.events.iter_rows(named=True)
    ]
    return {"samples": samples, "rejects": rejects, "events": events}


@pytest.mark.parametrize("folder", FOLDERS, ids=lambda folder: folder.name)
@pytest.mark.req("B04")
def test_body(folder: Path) -> None:
    expected = json.loads((folder / "expected.json").read_text(encoding="utf-8"))
    subject = expected.pop("subject", "up.acme.pump-1.telemetry")
    names = known()
    neighbour = message(b'{"ts": 1795249800000, "values": {"flow": 9.5}}', "up.acme.pump-2.telemetry")
    batch = Decoder(names).decode([neighbour, message(body_of(folder), subject), neighbour])
    assert (batch.samples.schema, batch.rejects.schema, batch.events.schema) == (SAMPLES, REJECTS, EVENTS)
    assert batch.samples.null_count().sum_horizontal().item() == 0
    own = Batch(*(rows.filter(rows["message"] == 1) for rows in (batch.samples, batch.rejects, batch.events)))
    neighbours = batch.samples.filter(batch.samples["message"] != 1)
    assert neighbours["value"].to_list() == [9.5, 9.5]
    found = told(own, names)
    assert found == {"samples": [], "rejects": [], "events": []} | expected
    assert all(row["detail"] and len(row["detail"]) <= 400 for row in own.rejects.iter_rows(named=True))
    assert set(own.samples["tenant"]) | set(own.rejects["tenant"]) | set(own.events["tenant"]) <= {
        names.tenant_id(subject.split(".")[1]) or 0
    }


def test_cases_are_all_bodies_at_once() -> None:
    """One batch of all cases gives what each gives alone."""
    names = known()
    messages, expected = [], []
    for folder in FOLDERS:
        case = json.loads((folder / "expected.json").read_text(encoding="utf-8"))
        messages.append(message(body_of(folder), case.pop("subject", "up.acme.pump-1.telemetry")))
        expected.append({"samples": [], "rejects": [], "events": []} | case)
    batch = Decoder(names).decode(messages)
    for number, case in enumerate(expected):
        own = Batch(*(rows.filter(rows["message"] == number) for rows in (batch.samples, batch.rejects, batch.events)))
        found = told(own, names)
        for part in ("samples", "rejects", "events"):
            assert sorted(map(str, found[part])) == sorted(map(str, case[part])), FOLDERS[number].name
