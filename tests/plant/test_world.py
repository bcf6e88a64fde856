"""The plant as a whole: deterministic, within its ranges, broken and repaired on demand and on schedule."""

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from kaogong.core.errors import Missing
from kaogong.plant import CATALOGUE, Fault, Faults, World
from kaogong.plant.faults import HOUR

NIGHT = datetime(2026, 11, 21, 13, 0, tzinfo=UTC)


def test_equal_seeds_give_equal_plants() -> None:
    one, two = World(5, NIGHT), World(5, NIGHT)
    for _ in range(90):  # the first scheduled fault is among them
        one.step()
        two.step()
    assert one.readings == two.readings
    assert one.faults.active == two.faults.active == {"vibration-cable": NIGHT + timedelta(seconds=75)}
    other = World(6, NIGHT)
    other.step()
    assert other.readings["feed-pump-1"] != World(5, NIGHT).readings.get("feed-pump-1")


@pytest.mark.parametrize("start", [datetime(2026, 1, 15, 21, 55, tzinfo=UTC), datetime(2026, 7, 20, 3, 50, tzinfo=UTC)])
def test_values_stay_in_their_declared_ranges(start: datetime) -> None:
    world = World(start.month, start, faults=Faults({}))
    world.settle(30)
    for _ in range(400):  # across a change of shift, or a meal break
        world.step()
        for key, machine in world.machines.items():
            truth = world.truth[key]
            assert truth.keys() == {p.key for p in machine.measured()}
            for p in machine.measured():
                value = truth[p.key]
                if p.kind in ("number", "integer"):
                    assert p.minimum is not None and p.maximum is not None
                    assert p.minimum <= float(value) <= p.maximum, (key, p.key, value)
                elif p.kind == "enum":
                    assert value in p.options, (key, p.key, value)


def test_readings_keep_the_declared_resolution_and_kind() -> None:
    world = World(2, NIGHT)
    world.step()
    for key, machine in world.machines.items():
        for p in machine.measured():
            value = world.readings[key][p.key]
            if p.kind == "integer":
                assert type(value) is int
            elif p.kind == "boolean":
                assert value in (True, False)
            elif p.kind == "number" and p.resolution:
                steps = float(value) / p.resolution
                assert abs(steps - round(steps)) < 1e-4 * max(1.0, abs(steps)), (key, p.key, value)


def test_what_is_kept_comes_back_after_a_restart() -> None:
    first = World(3, NIGHT)
    for _ in range(30):
        first.step()
    second = World(3, first.at, kept=first.kept())
    assert second.kept() == first.kept()
    assert second.machines["meter-main"].energy_import == first.machines["meter-main"].energy_import  # type: ignore[attr-defined]


def after(world: World, seconds: int) -> World:
    for _ in range(seconds):
        world.step()
    return world


Truth = dict[str, dict[str, Any]]


@pytest.fixture(scope="module")
def sound() -> dict[int, Truth]:
    """The night of a plant in which nothing breaks: what was true at some seconds."""
    world = World(4, NIGHT, faults=Faults(is_scheduled=False))
    found: dict[int, Truth] = {}
    for second in range(1, 461):
        world.step()
        if second in (180, 360, 460):
            found[second] = world.truth
    return found


def struck(name: str, seconds: int, start: datetime = NIGHT) -> World:
    """The same plant with a fault that began after a minute, `seconds` later."""
    world = after(World(4, start, faults=Faults(is_scheduled=False)), 60)
    change = world.faults.begin(name, world.at, world.around.elapsed)
    assert change is not None
    world.apply(change)
    return after(world, seconds)


def repair(world: World, name: str) -> None:
    change = world.faults.clear(name)
    assert change is not None
    world.apply(change)


@pytest.mark.req("B08")
def test_bearing_wear_shows_first_in_kurtosis_and_then_in_heat(sound: dict[int, Truth]) -> None:
    broken = struck("bearing-wear", 400)
    healthy, worn = sound[460]["vib-feed-pump-2"], broken.truth["vib-feed-pump-2"]
    assert float(worn["kurtosis"]) > healthy["kurtosis"] + 0.8
    assert float(worn["outer_race"]) > 2.5 * healthy["outer_race"]
    assert float(broken.truth["feed-pump-2"]["bearing_temperature_de"]) > sound[460]["feed-pump-2"]["bearing_temperature_de"]
    repair(broken, "bearing-wear")
    after(broken, 2)
    assert float(broken.truth["vib-feed-pump-2"]["outer_race"]) < float(worn["outer_race"]) / 4


def test_a_clogged_strainer_makes_the_pump_cavitate(sound: dict[int, Truth]) -> None:
    broken = struck("cavitation", 120)
    sick, healthy = broken.truth["feed-pump-1"], sound[180]["feed-pump-1"]
    assert float(sick["npsh_available"]) < healthy["npsh_available"] - 3
    assert sick["alarm_code"] == 31
    assert float(sick["flow"]) < 0.9 * healthy["flow"]
    assert float(broken.truth["vib-feed-pump-1"]["acceleration"]) > 2 * sound[180]["vib-feed-pump-1"]["acceleration"]


def test_a_fouled_boiler_burns_more_for_the_same_steam(sound: dict[int, Truth]) -> None:
    broken = struck("boiler-fouling", 300)
    assert float(broken.truth["boiler-1"]["stack_temperature"]) > sound[360]["boiler-1"]["stack_temperature"] + 4
    assert float(broken.truth["boiler-1"]["efficiency"]) < sound[360]["boiler-1"]["efficiency"]


def test_a_stuck_valve_stays_where_it_was(sound: dict[int, Truth]) -> None:
    broken = struck("stuck-valve", 120)
    assert float(broken.truth["lv-feed-tank"]["travel"]) < sound[180]["lv-feed-tank"]["travel"]
    stuck_at = broken.truth["lv-feed-tank"]["position"]
    assert after(broken, 30).truth["lv-feed-tank"]["position"] == stuck_at


def test_a_tripped_inverter_gives_nothing_and_says_so() -> None:
    broken = struck("inverter-trip", 3, datetime(2026, 6, 17, 3, 0, tzinfo=UTC))
    assert broken.truth["inverter-4"]["state"] == "FAULT"
    assert broken.truth["inverter-4"]["power"] == 0
    assert [e.name for e in broken.machines["inverter-4"].happened] == ["trip"]
    assert float(broken.truth["inverter-3"]["power"]) > 1


def test_a_drifting_meter_no_longer_agrees_with_the_others(sound: dict[int, Truth]) -> None:
    broken = struck("meter-drift", 300)
    assert broken.truth["meter-machining"]["power"] == pytest.approx(1.01 * sound[360]["meter-machining"]["power"], rel=0.001)
    assert broken.truth["meter-main"]["power"] == pytest.approx(sound[360]["meter-main"]["power"])


def test_a_leak_makes_the_compressors_work(sound: dict[int, Truth]) -> None:
    def delivered(truth: Truth) -> float:
        return sum(truth[f"compressor-{n}"]["mass_flow"] for n in (1, 2, 3))

    assert delivered(struck("compressor-leak", 300).truth) > delivered(sound[360]) + 180


def test_a_broken_tool_stops_the_machine() -> None:
    broken = struck("tool-breakage", 2)
    assert broken.truth["cnc-2"]["state"] == "ALARM"
    assert "tool_broken" in [e.name for e in broken.machines["cnc-2"].happened]
    repair(broken, "tool-breakage")
    after(broken, 120)
    assert broken.truth["cnc-2"]["state"] != "ALARM"


def test_faults_come_and_go_on_schedule_and_again() -> None:
    faults = Faults({"f": Fault("f", "feed-pump-1", "", "", 10, 5, 100)})
    seen = [(second, c.began) for second in range(230) for c in faults.step(NIGHT, float(second))]
    assert seen == [(10, True), (15, False), (110, True), (115, False), (210, True), (215, False)]


def test_a_fault_on_demand_stays_until_it_is_cleared() -> None:
    faults = Faults({"f": Fault("f", "feed-pump-1", "", "", 10, 5, None)})
    assert faults.begin("f", NIGHT, 3.0) is not None
    assert faults.begin("f", NIGHT, 4.0) is None
    assert [c for second in range(5, 100) for c in faults.step(NIGHT, float(second))] == []
    assert faults.clear("f") is not None
    assert faults.clear("f") is None
    with pytest.raises(Missing, match="known: f"):
        faults.clear("g")


def test_the_cable_is_pulled_early_and_stays_so() -> None:
    cable = CATALOGUE["vibration-cable"]
    assert 60 <= cable.first_s <= 90
    assert cable.lasts_s is None and cable.every_s is None
    assert all(f.first_s < 2 * HOUR for f in CATALOGUE.values())
    targets = set(World(1, NIGHT).machines) | {"gateway-meters", "cnc-cell"}
    assert {f.target for f in CATALOGUE.values()} <= targets
