"""Physics that must close: pumps on their curves, masses and energies that add up, the sun where it stands."""

import math
from datetime import UTC, datetime

import numpy as np
import pytest

from kaogong.plant import Faults, World
from kaogong.plant.hydraulics import Orifice, PumpLine
from kaogong.plant.machines.air_receiver import AirReceiver
from kaogong.plant.machines.chiller import carnot_share, refrigerant_pressure
from kaogong.plant.machines.electricity_meter import ElectricityMeter
from kaogong.plant.machines.machining_centre import PROGRAMS, Cut, cutting_power, tool_life
from kaogong.plant.machines.pv_inverter import PvInverter, losses
from kaogong.plant.machines.screw_compressor import outlet, stage_work
from kaogong.plant.machines.steam_boiler import SteamBoiler
from kaogong.plant.machines.weather_station import clear_sky, split, sun_position
from kaogong.plant.physics import Motor, Wander, saturation_pressure, saturation_temperature, wet_bulb
from kaogong.plant.surroundings import Surroundings

MORNING = datetime(2026, 6, 17, 1, 0, tzinfo=UTC)


class QuadraticPump:
    """H = 60 - 0.01 Q^2, at full speed."""

    name = "p"

    def delivers(self, head: float) -> float:
        return math.sqrt((60.0 - head) / 0.01) if head < 60.0 else 0.0


def test_pumps_in_parallel_meet_the_system_where_the_curves_cross() -> None:
    around = Surroundings(MORNING, np.random.default_rng(0))
    around.machines = {"a": QuadraticPump(), "b": QuadraticPump()}  # type: ignore[dict-item]
    line = PumpLine(("a", "b"), lambda _: 0.0, orifices={"out": (Orifice(lambda _: 50.0), lambda _: 1.0)}, density=1000.0)
    flows = line.solve(around)
    head = flows.header / (1000 * 9.80665 / 1e5)
    flow = sum(flows.pumps.values())
    assert flow == pytest.approx(2 * math.sqrt((60 - head) / 0.01), rel=1e-5)
    assert flow == pytest.approx(50 * math.sqrt(flows.header - 1.0), rel=1e-4)
    assert sum(flows.outlets.values()) == pytest.approx(flow, rel=1e-12)


def test_affinity_laws_hold_for_the_feed_pump() -> None:
    pump = World(1, MORNING).machines["feed-pump-1"]
    pump.speed = 1.0  # type: ignore[attr-defined]
    full = pump.delivers(150.0)  # type: ignore[attr-defined]
    pump.speed = 0.8  # type: ignore[attr-defined]
    assert pump.delivers(150.0 * 0.8**2) == pytest.approx(0.8 * full)  # type: ignore[attr-defined]


@pytest.mark.parametrize(
    ("at", "elevation", "azimuth"),
    [
        (datetime(2026, 6, 21, 4, 3, tzinfo=UTC), 83.2, 180.0),  # solar noon at the summer solstice: 90 - 30.23 + 23.44
        (datetime(2026, 12, 21, 4, 0, tzinfo=UTC), 36.3, 180.0),
        (datetime(2026, 3, 20, 22, 8, tzinfo=UTC), 0.0, 90.0),  # sunrise at the equinox
    ],
)
def test_sun_stands_where_an_almanac_says(at: datetime, elevation: float, azimuth: float) -> None:
    high, where = sun_position(Surroundings(at, np.random.default_rng(0)))
    assert high == pytest.approx(elevation, abs=0.8)
    assert where == pytest.approx(azimuth, abs=6 if high > 60 else 1.5)


def test_clear_sky_and_its_parts() -> None:
    assert clear_sky(-5.0) == 0.0
    assert clear_sky(90.0) == pytest.approx(1035, abs=1)
    diffuse, direct = split(800.0, 60.0)
    assert diffuse + direct * math.sin(math.radians(60)) == pytest.approx(800.0)


def test_steam_tables_are_met() -> None:
    assert saturation_temperature(1.01325) == pytest.approx(100.0, abs=0.2)
    assert saturation_temperature(11.0) == pytest.approx(184.06, abs=0.6)
    assert saturation_pressure(saturation_temperature(8.0)) == pytest.approx(8.0)


def test_wet_bulb_of_stull_s_own_example() -> None:
    assert wet_bulb(20.0, 50.0) == pytest.approx(13.7, abs=0.05)


def test_refrigerant_boils_where_the_tables_say() -> None:
    for celsius, kilopascal in ((0, 292.8), (20, 571.7), (40, 1016.6), (60, 1681.8)):
        assert refrigerant_pressure(celsius) == pytest.approx(kilopascal, rel=0.005)
    assert 4.0 < carnot_share(5.0, 35.0, 0.65) < 6.0


def test_intercooling_saves_work() -> None:
    one_stage = stage_work(20.0, 7.5)
    assert 2 * stage_work(20.0, math.sqrt(7.5)) < one_stage * 0.9
    assert outlet(20.0, math.sqrt(7.5)) < 130.0 < outlet(20.0, 7.5)


def test_motor_meets_its_nameplate() -> None:
    power = Motor(15.0, 0.92, 0.86).draw(15.0)
    assert 15.0 / power.real == pytest.approx(0.92)
    assert power.real / abs(power) == pytest.approx(0.86, abs=0.01)


def test_wander_keeps_its_spread_whatever_the_step() -> None:
    for dt in (1.0, 30.0):
        wander = Wander(np.random.default_rng(3), 2.0, 20.0)
        values = [wander.step(dt) for _ in range(20_000)]
        assert np.std(values) == pytest.approx(2.0, rel=0.1)


def test_worn_tools_cut_harder_and_fast_ones_live_shorter() -> None:
    cut = PROGRAMS[0].cuts[0]
    assert cutting_power(cut, 0.3) == pytest.approx(1.9 * cutting_power(cut, 0.0))
    slow, fast = Cut(1, 60, 1000, 1000, 63, 2, 40), Cut(1, 60, 1600, 1000, 63, 2, 40)
    assert tool_life(fast) < tool_life(slow)


def test_inverter_loses_little_and_never_gains() -> None:
    assert all(0 < losses(kw) < 0.05 * kw + 0.1 for kw in (1, 10, 30, 66))


class Books:
    """What went in and out of the plant, added up step by step from the outside."""

    def __init__(self, world: World) -> None:
        self.world = world
        self.power = self.main = 0.0
        self.feeders: dict[str, float] = {}
        self.air_in = self.air_out = 0.0
        self.boiler_heat = self.boiler_out = 0.0
        self.water_in = self.water_out = 0.0

    def run(self, seconds: int) -> None:
        for _ in range(seconds):
            self.world.step()
            self._note()

    def _note(self) -> None:
        world = self.world
        around, truth = world.around, world.truth
        drawn = {
            k: r["power"] for k, r in truth.items() if "power" in r and not isinstance(world.machines[k], ElectricityMeter | PvInverter)
        }
        drawn = {k: p for k, p in drawn.items() if not k.startswith(("gas-", "heat-"))}
        boilers = sum(float(r["fan_power"]) for r in truth.values() if "fan_power" in r)
        solar = sum(float(r["power"]) for k, r in truth.items() if k.startswith("inverter-"))
        general = around.power["general"].real
        self.power += (sum(map(float, drawn.values())) + boilers + general - solar) / 3600
        self.air_in += around.air.supply
        self.air_out += sum(m.taken for m in world.machines.values() if isinstance(m, AirReceiver))
        for boiler in (m for m in world.machines.values() if isinstance(m, SteamBoiler)):
            steam = 2501.0 + 1.6 * boiler.temperature
            self.boiler_heat += boiler.heat + boiler.feed * 4.187 * 103.0
            self.boiler_out += boiler.steam * steam + boiler.blowdown * 4.187 * boiler.temperature + boiler.radiated
            self.water_in += boiler.feed
            self.water_out += boiler.steam + boiler.blowdown


@pytest.fixture(scope="module")
def morning() -> tuple[Books, dict[str, float]]:
    """Some minutes of a June morning, and the stocks before it."""
    world = World(7, MORNING, faults=Faults({}))
    world.settle(60)
    before = _stocks(world)
    books = Books(world)
    books.run(500)
    return books, before


def _stocks(world: World) -> dict[str, float]:
    machines = world.machines.values()
    boilers = [m for m in machines if isinstance(m, SteamBoiler)]
    meters = {m.feeder: m.energy_import - m.energy_export for m in machines if isinstance(m, ElectricityMeter)}
    return {
        "air": sum(m.mass for m in machines if isinstance(m, AirReceiver)),
        "boiler_heat": sum(b.heat_content for b in boilers),
        "boiler_water": sum(b.mass for b in boilers),
    } | {f"meter {feeder}": energy for feeder, energy in meters.items()}


def test_meters_integrate_exactly_what_the_machines_draw(morning: tuple[Books, dict[str, float]]) -> None:
    books, before = morning
    after = _stocks(books.world)
    metered = {name: after[name] - before[name] for name in before if name.startswith("meter ")}
    main = metered.pop("meter main")
    assert main == pytest.approx(sum(metered.values()), abs=1e-6)
    assert main == pytest.approx(books.power, rel=0.01)  # machines show their idle electronics nowhere
    assert books.power > 3


def test_air_is_neither_made_nor_lost(morning: tuple[Books, dict[str, float]]) -> None:
    books, before = morning
    stored = _stocks(books.world)["air"] - before["air"]
    assert stored == pytest.approx(books.air_in - books.air_out, abs=1e-6 * books.air_in)


def test_boiler_water_and_heat_balance(morning: tuple[Books, dict[str, float]]) -> None:
    books, before = morning
    after = _stocks(books.world)
    assert after["boiler_water"] - before["boiler_water"] == pytest.approx(books.water_in - books.water_out, abs=1e-3)
    # The one-second Euler step is the only error of the heat balance.
    stored = after["boiler_heat"] - before["boiler_heat"]
    assert stored == pytest.approx(books.boiler_heat - books.boiler_out, abs=2e-3 * books.boiler_heat)


def test_fuel_in_is_steam_out_within_the_stated_efficiency(morning: tuple[Books, dict[str, float]]) -> None:
    books, _ = morning
    for boiler in ("boiler-1", "boiler-2"):
        reading = books.world.truth[boiler]
        assert 86 < float(reading["efficiency"]) < 96
        fuel = float(reading["gas_flow"]) * 35.88 / 3.6
        assert float(reading["heat_output"]) == pytest.approx(fuel * (1 - float(reading["stack_loss"]) / 100), rel=1e-9)
