"""The stages of a batch, each on real names."""

import math
from datetime import UTC, datetime, timedelta

import polars as pl
import pytest
from tests.ingest.conftest import DAY_S, Works, body, decoded, now_ms, stored

from kaogong import registry
from kaogong.core.quality import Quality
from kaogong.core.sample import SAMPLES, Batch
from kaogong.ingest import Bind, Derive, Limits, Names, TimeWindow
from kaogong.registry import NewAsset


@pytest.fixture
def names(works: Works) -> Names:
    return Names(works.directory())


def values(batch: Batch, works: Works) -> dict[str, list[tuple[float, str, int]]]:
    """Value, text and quality by property."""
    _, _, ids = works.ids()
    keys = {number: key for key, number in ids.items()}
    out: dict[str, list[tuple[float, str, int]]] = {}
    for row in batch.samples.iter_rows(named=True):
        out.setdefault(keys[row["property"]], []).append((row["value"], row["text"], row["quality"]))
    return out


def test_time_window_is_measured_from_the_receipt(names: Names) -> None:
    at = now_ms() - 3_600_000
    messages = [
        stored(body(at, flow=1, pressure=2), at_ms=at),
        stored(body(at + 599_000, flow=1), at_ms=at),
        stored(body(at + 601_000, flow=1, pressure=1), at_ms=at),
        stored(body(4_102_444_800_000, flow=1), at_ms=at),
        stored(body(86_400_000, flow=1), at_ms=at),
        stored(body(at - int(399 * DAY_S * 1000), flow=1), at_ms=at),
        stored(body(at - int(401 * DAY_S * 1000), flow=1), at_ms=at),
    ]
    batch = TimeWindow(names, 600, 400 * DAY_S)(decoded(names, *messages))
    assert sorted(set(batch.samples["message"])) == [0, 1, 5]
    rejects = sorted(batch.rejects.select("message", "property_key", "reason", "samples").rows())
    assert rejects == [
        (2, "flow", "time_in_future", 1),
        (2, "pressure", "time_in_future", 1),
        (3, "flow", "time_in_future", 1),
        (4, "flow", "time_too_old", 1),
        (6, "flow", "time_too_old", 1),
    ]
    assert "2100-01-01" in batch.rejects.filter(pl.col("message") == 3)["detail"].item()


def test_an_event_out_of_time_is_refused_too(names: Names) -> None:
    now, subject = now_ms(), "up.acme.pump-1.event.tripped"
    batch = TimeWindow(names, 600, 400 * DAY_S)(
        decoded(names, stored(b'{"ts":4102444800000}', subject), stored(b'{"ts":%d}' % now, subject))
    )
    assert batch.events["message"].to_list() == [1]
    assert batch.rejects.select("message", "property_key", "reason", "samples").rows() == [(0, "tripped", "time_in_future", 0)]


def test_out_of_range_is_uncertain_and_kept_and_values_are_rounded(names: Names, works: Works) -> None:
    sent = [0.1 + 0.2, 1.024, 1.026, 501.0, -1.0, {"v": 900, "q": 0x80050000}, {"v": None, "q": 0x80050000}]
    batch = Limits(names)(decoded(names, *(stored(body(now_ms(), flow=v, pressure=1.23456)) for v in sent)))
    found = values(batch, works)
    assert [v for v, _, _ in found["flow"]][:6] == [0.3, 1.0, 1.05, 501.0, -1.0, 900.0]
    exceeded, lost = int(Quality.UNCERTAIN_EU_EXCEEDED), 0x80050000
    assert [q for _, _, q in found["flow"]] == [0, 0, 0, exceeded, exceeded, lost, lost]
    assert {v for v, _, _ in found["pressure"]} == {1.23456}


def test_samples_belong_to_the_asset_of_their_device(names: Names, works: Works) -> None:
    batch = Bind(names)(decoded(names, stored(body(flow=1)), stored(body(flow=2), "up.rival.pump-1.telemetry")))
    assets = batch.samples["asset"].to_list()
    assert 0 not in assets
    assert assets[0] != assets[1]
    assert batch.samples["asset_property"].to_list() == batch.samples["property"].to_list()
    assert batch.samples.schema == SAMPLES


@pytest.mark.req("B02")
def test_history_follows_the_binding_valid_at_the_time_of_the_reading(works: Works) -> None:
    now = datetime.now(UTC).replace(microsecond=0)
    swapped, ended = now - timedelta(hours=2), now - timedelta(hours=1)
    with works.database.write() as session:
        registry.create_asset(session, works.acme, NewAsset(key="feed-pump", type="pump"))
        registry.bind(session, works.acme, "pump-1", "feed-pump", valid_from=swapped)
        registry.unbind(session, works.acme, "pump-1", "feed-pump", ended)
        own, place = (registry.get_asset(session, works.acme, key).id for key in ("pump-1", "feed-pump"))
    names = Names(works.directory())
    at = [swapped - timedelta(seconds=1), swapped, ended - timedelta(seconds=1), ended]
    batch = decoded(
        names,
        *(stored(body(int(t.timestamp() * 1000), flow=i)) for i, t in enumerate(at)),
        stored(body(flow=9), "up.rival.pump-1.telemetry"),
    )
    done = Bind(names)(batch)
    assets = dict(done.samples.select("message", "asset").rows())
    spoken = [assets.get(i, 0) for i in range(4)]
    assert spoken[1:3] == [place, place]
    assert spoken[0] == own
    assert spoken[3] in (own, 0)
    assert assets[4] not in (0, own, place)
    assert len(done.samples) + done.rejects["samples"].sum() == 5


def test_unbound_samples_are_refused_and_the_rest_is_not(works: Works) -> None:
    now = datetime.now(UTC).replace(microsecond=0)
    with works.database.write() as session:
        registry.unbind(session, works.acme, "pump-1", "pump-1", now - timedelta(hours=1))
    names = Names(works.directory())
    batch = Bind(names)(decoded(names, stored(body(flow=1, pressure=2)), stored(body(flow=9), "up.acme.pump-g.telemetry")))
    assert batch.samples["message"].to_list() == [1]
    assert sorted(batch.rejects.select("property_key", "reason", "samples").rows()) == [
        ("flow", "not_bound", 1),
        ("pressure", "not_bound", 1),
    ]


def test_derived_properties_are_samples_of_their_own(names: Names, works: Works) -> None:
    derive = Derive(names)
    ts = now_ms()
    batch = derive(decoded(names, stored(body(ts, flow=36, pressure=2.0, running=True))))
    found = values(batch, works)
    assert found["hydraulic"] == [(pytest.approx(2.0), "", 0)]
    assert found["is_idle"] == [(0.0, "", 0)]
    assert batch.samples.schema == SAMPLES
    derived = batch.samples.filter(batch.samples["property"] == works.ids()[2]["hydraulic"])
    assert derived["observed_at"].dt.epoch("ms").to_list() == [ts]
    assert len(batch.facts["derived"]) == 2


def test_missing_inputs_are_filled_with_the_last_known_ones(names: Names, works: Works) -> None:
    derive = Derive(names)
    ts = now_ms()
    derive(decoded(names, stored(body(ts, flow=36, running=False))))
    second = derive(decoded(names, stored(body(ts + 1000, pressure=2.0)), stored(body(ts + 2000, flow=72))))
    assert values(second, works)["hydraulic"] == [(pytest.approx(2.0), "", 0), (pytest.approx(4.0), "", 0)]
    late = derive(decoded(names, stored(body(ts - 5000, pressure=9.0))))
    assert "hydraulic" not in values(late, works)


def test_bad_inputs_make_a_bad_result(names: Names, works: Works) -> None:
    derive = Derive(names)
    ts = now_ms()
    batch = derive(decoded(names, stored(body(ts, flow=36, pressure={"v": None, "q": 0x80050000}))))
    ((value, _, quality),) = values(batch, works)["hydraulic"]
    assert math.isnan(value)
    assert quality == 0x80050000
    uncertain = derive(decoded(names, stored(body(ts + 1, flow=36, pressure={"v": 2, "q": 0x40000000}))))
    assert values(uncertain, works)["hydraulic"] == [(pytest.approx(2.0), "", 0x40000000)]


def test_devices_do_not_lend_each_other_their_values(names: Names, works: Works) -> None:
    derive = Derive(names)
    ts = now_ms()
    batch = derive(decoded(names, stored(body(ts, flow=36)), stored(body(ts, pressure=2.0), "up.acme.pump-g.telemetry")))
    assert "hydraulic" not in values(batch, works)


def test_a_waveform_follows_the_binding_valid_at_its_time_or_is_refused(works: Works) -> None:
    now = datetime.now(UTC).replace(microsecond=0)
    swapped, ended = now - timedelta(hours=3), now - timedelta(hours=1)
    with works.database.write() as session:
        place = registry.create_asset(session, works.acme, NewAsset(key="drive", type="pump"))
        registry.bind(session, works.acme, "pump-1", "drive", valid_from=swapped)
        registry.unbind(session, works.acme, "pump-1", "drive", ended)
        own = next(b.asset_id for b in registry.bindings_of(session, works.acme, device="pump-1") if b.asset == "pump-1")
    names = Names(works.directory())
    times = [swapped - timedelta(hours=1), swapped + timedelta(hours=1), now - timedelta(minutes=1)]
    bodies = [b'{"ts":%d,"rate":10,"samples":[1,2]}' % int(at.timestamp() * 1000) for at in times]
    batch = Bind(names)(
        decoded(names, *(stored(one, "up.acme.pump-1.waveform.de") for one in bodies), stored(body(flow=1), "up.acme.pump-g.telemetry"))
    )
    assets = dict(batch.waveforms.select("message", "asset").rows())
    assert (assets[0], assets[1]) == (own, place.id)
    assert assets.get(2, 0) in (own, 0)
    assert batch.samples.height == 1
