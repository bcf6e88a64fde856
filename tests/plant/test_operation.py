"""The plant against a real platform: provisioned once through its HTTP interface, spoken for over MQTT, cut and mended."""

import asyncio
import contextlib
import json
import socket
from collections.abc import AsyncIterator, Callable
from datetime import UTC, datetime
from pathlib import Path

import pytest
from tests.api.conftest import PASSWORD, Stack, stack  # noqa: F401  (the fixture)

from kaogong.core import clock
from kaogong.core.errors import AuthRejected, Missing, NotReady
from kaogong.plant import Faults, World, blueprint
from kaogong.plant.control import Control
from kaogong.plant.mqtt import Broker, Speaker
from kaogong.plant.operation import Operation
from kaogong.plant.provisioning import Platform, Provisioner
from kaogong.plant.wiring import edge_configuration

SPEAKING = frozenset(d.key for d in blueprint().devices if d.is_direct)
WIRING = edge_configuration({"plc-air": 5020}, {"cnc-cell": "opc.tcp://127.0.0.1:4840/x"})


@contextlib.asynccontextmanager
async def provisioner(stack: Stack, folder: Path, password: str = PASSWORD) -> AsyncIterator[Provisioner]:  # noqa: F811
    found = Provisioner(Platform(stack.url, "admin", password), folder)
    try:
        yield found
    finally:
        await found.close()


async def provision(stack: Stack, folder: Path) -> Provisioner:  # noqa: F811
    async with provisioner(stack, folder) as found:
        await found.sign_in()
        await found.provision(blueprint(), speaking=SPEAKING)
        await found.configure("edge-1", WIRING)
        return found


@pytest.fixture(scope="module")
def known(stack: Stack, tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, Provisioner]:  # noqa: F811
    """The plant as the platform knows it after the first start."""
    made = stack.client().post("/api/v1/edge-nodes", json={"key": "edge-1", "name": "Edge node"})
    assert made.status_code == 201, made.text
    folder = tmp_path_factory.mktemp("plant")
    return folder, asyncio.run(provision(stack, folder))


def devices(stack: Stack) -> dict[str, dict[str, object]]:  # noqa: F811
    found: dict[str, dict[str, object]] = {}
    cursor = None
    while True:
        page = stack.client().get("/api/v1/devices", params={"limit": 100} | ({"cursor": cursor} if cursor else {})).json()
        found |= {device["key"]: device for device in page["items"]}
        cursor = page["next"]
        if not cursor:
            return found


@pytest.mark.req("B07", "B08")
def test_everything_is_there_after_the_first_start(stack: Stack, known: tuple[Path, Provisioner]) -> None:  # noqa: F811
    folder, first = known
    there = devices(stack)
    for device in blueprint().devices:
        assert there[device.key]["place"] == device.document["place"]
        assert there[device.key]["gateway"] == device.document["gateway"]
    compressor = stack.client().get("/api/v1/device-types/screw-compressor").json()
    assert {p["key"]: p["unit"] for p in compressor["properties"]}["specific_power"] == "kW.min/m3"
    assert set(first.credentials) >= {d.key for d in blueprint().devices}
    for file in ("credentials.json", "token.json", "provisioned.json"):
        assert (folder / file).stat().st_mode & 0o777 == 0o600


def test_a_second_start_writes_nothing(stack: Stack, known: tuple[Path, Provisioner]) -> None:  # noqa: F811
    folder, _ = known
    before = (folder / "credentials.json").read_bytes()
    assert asyncio.run(provision(stack, folder)).written == 0
    assert (folder / "credentials.json").read_bytes() == before


def test_lost_credentials_are_issued_anew_for_those_that_speak(
    stack: Stack,  # noqa: F811
    known: tuple[Path, Provisioner],
    tmp_path: Path,
) -> None:
    folder, _ = known
    for file in ("token.json", "provisioned.json"):
        (tmp_path / file).write_bytes((folder / file).read_bytes())
    found = asyncio.run(provision(stack, tmp_path))
    assert set(found.credentials) == SPEAKING
    (folder / "credentials.json").write_bytes((tmp_path / "credentials.json").read_bytes())


def test_a_wrong_password_is_said(stack: Stack, tmp_path: Path) -> None:  # noqa: F811
    async def knock() -> None:
        async with provisioner(stack, tmp_path, "wrong") as found:
            await found.sign_in()

    with pytest.raises(AuthRejected, match="401"):
        asyncio.run(knock())


async def until(condition: Callable[[], bool], seconds: float = 10) -> None:
    async with asyncio.timeout(seconds):
        while not condition():  # noqa: ASYNC110  (it is a figure, not an event)
            await asyncio.sleep(0.02)


@pytest.mark.req("C06")
async def test_an_inverter_does_what_it_is_told_or_says_why_not(stack: Stack, known: tuple[Path, Provisioner]) -> None:  # noqa: F811
    world = World(1, clock.now(), faults=Faults({}))
    credentials = json.loads((known[0] / "credentials.json").read_text())
    host, _, port = stack.mqtt.partition(":")
    inverter = world.machines["inverter-1"]
    speaker = Speaker(inverter, Broker(host, int(port), "default"), *credentials["inverter-1"])
    speaking = asyncio.create_task(speaker.run())

    async def tell(name: str, **arguments: float) -> dict[str, object]:
        address = f"/api/v1/devices/inverter-1/commands/{name}"
        sent = await asyncio.to_thread(stack.client().post, address, json={"arguments": arguments})
        assert sent.status_code == 202, sent.text
        async with asyncio.timeout(10):
            while True:
                record = (await asyncio.to_thread(stack.client().get, f"/api/v1/commands/{sent.json()['id']}")).json()
                if record["state"] == "answered":
                    answer: dict[str, object] = record["answer"]
                    return answer
                await asyncio.sleep(0.02)

    try:
        await until(lambda: speaker.is_connected)
        assert await tell("limit_power", percent=40) == {"ok": True, "power_limit": 40.0, "stopped": False}
        assert (await tell("stop"))["stopped"] is True
        world.step()
        assert (world.readings["inverter-1"]["power_limit"], world.truth["inverter-1"]["power"]) == (40.0, 0.0)
        inverter.faults.add("inverter-trip")
        world.step()
        refused = await tell("start")
        assert (refused["ok"], "tripped" in str(refused["reason"])) == (False, True)
    finally:
        speaking.cancel()
        await asyncio.gather(speaking, return_exceptions=True)


@pytest.mark.req("B06", "B08")
async def test_a_sensor_speaks_falls_silent_and_is_back(stack: Stack, known: tuple[Path, Provisioner]) -> None:  # noqa: F811
    world = World(1, clock.now(), faults=Faults({}))
    credentials = json.loads((known[0] / "credentials.json").read_text())
    key = "vib-feed-pump-1"
    host, _, port = stack.mqtt.partition(":")
    speaker = Speaker(world.machines[key], Broker(host, int(port), "default"), *credentials[key], keepalive_s=3)
    speaking = asyncio.create_task(speaker.run())

    def tick(second: int) -> None:
        world.step()
        world.machines[key].report("zone_changed", zone="B", was="A", velocity=1.5)
        speaker.tick(second, world.at, world.readings[key])

    try:
        tick(0)
        await until(lambda: speaker.acknowledged == 2)
        speaker.cut()
        tick(1)
        await until(lambda: not speaker.is_connected)  # the broker misses the pings
        assert speaker.acknowledged == 2
        speaker.mend()
        tick(2)
        await until(lambda: speaker.acknowledged == 4)
    finally:
        speaking.cancel()
        await asyncio.gather(speaking, return_exceptions=True)


def test_faults_on_demand_reach_the_running_plant(tmp_path: Path) -> None:
    world = World(1, datetime(2026, 11, 21, 13, 0, tzinfo=UTC), faults=Faults(is_scheduled=False))
    control = Control(tmp_path)
    with pytest.raises(NotReady, match="No plant runs"):
        control.ask("bearing-wear", clear=False)
    control.open()
    control.tell(world.faults)
    with pytest.raises(Missing, match="vibration-cable"):
        control.ask("no-such", clear=False)

    async def both(clear: bool) -> None:
        asking = asyncio.create_task(asyncio.to_thread(control.ask, "bearing-wear", clear=clear))
        while not asking.done():
            if control.take(world):
                control.tell(world.faults)
            await asyncio.sleep(0.01)
        await asking

    asyncio.run(both(clear=False))
    assert world.machines["feed-pump-2"].faults == {"bearing-wear"}
    assert [f["name"] for f in control.faults() if f["since"]] == ["bearing-wear"]
    asyncio.run(both(clear=True))
    assert world.machines["feed-pump-2"].faults == set()
    assert [f for f in control.faults() if f["since"]] == []


@pytest.mark.req("B05", "B06", "B08", "H31")
async def test_the_whole_plant_runs_breaks_recovers_and_stops(stack: Stack, known: tuple[Path, Provisioner], tmp_path: Path) -> None:  # noqa: F811
    folder = tmp_path / "plant"
    folder.mkdir()
    for file in known[0].iterdir():
        (folder / file.name).write_bytes(file.read_bytes())
    told: list[tuple[str, dict[str, object]]] = []
    host, _, port = stack.mqtt.partition(":")
    plant = Operation(
        tmp_path,
        Platform(stack.url, "admin", PASSWORD),
        Broker(host, int(port), "default"),
        lambda state, reason="", **figures: told.append((state, figures)),
    )
    running = asyncio.create_task(plant.run())
    control = Control(tmp_path)
    try:
        await until(lambda: running.done() or (bool(told) and told[-1][0] == "ready"), 60)
        assert not running.done(), running
        known_there = (await asyncio.to_thread(stack.client().get, "/api/v1/edge-nodes/edge-1/configuration")).json()
        assert {c["name"] for c in known_there["connections"]} == {*plant.gateways, *plant.controllers}
        await until(lambda: int(str(told[-1][1]["messages"])) >= len(plant.speakers))
        assert len(told[-1][1]["faults"]) <= 1  # type: ignore[arg-type]

        url = plant.controllers["cnc-cell"].url
        await asyncio.to_thread(control.ask, "opcua-restart", clear=False)
        await until(lambda: not answers(url), 30)
        await asyncio.to_thread(control.ask, "opcua-restart", clear=True)
        await until(lambda: answers(url), 60)
    finally:
        running.cancel()
        await asyncio.gather(running, return_exceptions=True)
    assert not answers(url)
    kept = json.loads((folder / "state.json").read_text())
    assert kept["meter-main"]["energy_import"] > 0


def answers(url: str) -> bool:
    """Whether somebody listens where the OPC UA endpoint says."""
    host, _, port = url.removeprefix("opc.tcp://").partition("/")[0].partition(":")
    with socket.socket() as probe:
        return probe.connect_ex((host, int(port))) == 0
