"""Every driver keeps the contract: each one found on the shelf, against each of its peers, through each check."""

import asyncio
import importlib
import json
from collections.abc import AsyncIterator, Awaitable, Callable, Iterable, Sequence
from contextlib import suppress
from pathlib import Path
from typing import Any

import pytest
import pytest_asyncio
from tests.simulators.peer import Peer, until

from kaogong.core import clock
from kaogong.core.errors import AuthRejected, ConfigInvalid, KaogongError, Missing, NotReady
from kaogong.core.quality import severity
from kaogong.core.reading import Sample
from kaogong.edge.drivers.base import SHELF, AnyDriver, Group, Point

pytestmark = [pytest.mark.req("B01"), pytest.mark.req("B02"), pytest.mark.asyncio(loop_scope="module")]

PEERS = [(name, peer) for name in SHELF.names() for peer in importlib.import_module(f"tests.simulators.{name}").PEERS]

CASES = sorted(f.parent for f in Path(__file__).parents[1].glob("cases/driver/*/*/config.json"))


class Bench:
    """A driver beside its peer, read in the same way whether it is polled or pushes."""

    def __init__(self, name: str, peer: Peer, folder: Path) -> None:
        self.name, self.peer, self.folder = name, peer, folder
        self.kind = SHELF.load(name)

    def driver(self, config: dict[str, Any] | None = None) -> AnyDriver:
        return self.kind(self.kind.Config(**(config or self.peer.config())), clock.now, self.folder / "driver")

    def points(self, count: int, *bad_after: int) -> tuple[Point[Any], ...]:
        points = []
        for i in range(count):
            points.append(self.point(i))
            if i in bad_after:
                points.append(Point(f"bad{i}", self.kind.Address(**self.peer.bad_address())))
        return tuple(points)

    def point(self, i: int) -> Point[Any]:
        return Point(f"p{i}", self.kind.Address(**self.peer.address(i % self.peer.size)))

    def expected(self, indices: Iterable[int]) -> list[Any]:
        return [self.peer.expected(i % self.peer.size) for i in indices]

    async def read(self, driver: AnyDriver, points: Sequence[Point[Any]]) -> list[Sample]:
        """One sample a point, in order: by reading, or by subscribing until each has come."""
        if not driver.pushes:
            return await driver.read(points)
        latest: dict[str, Sample] = {}
        arrived = asyncio.Event()

        def deliver(samples: Sequence[Sample]) -> None:
            latest.update({s.point: s for s in samples})
            arrived.set()

        task = asyncio.create_task(driver.subscribe([Group(0.05, points)], deliver))
        try:
            async with asyncio.timeout(30):
                while len(latest) < len(points):
                    await self.peer.stir()
                    done, _ = await asyncio.wait({task, asyncio.create_task(arrived.wait())}, timeout=1.0, return_when="FIRST_COMPLETED")
                    arrived.clear()
                    if task in done:
                        await task
        finally:
            task.cancel()
            with suppress(asyncio.CancelledError, KaogongError):
                await task
        return [latest[p.name] for p in points]


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def running(tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[Callable[[type[Peer], str], Awaitable[Peer]]]:
    """Peers, started when first asked for; an OPC UA server takes seconds."""
    started: dict[tuple[type[Peer], str], Peer] = {}

    async def start(kind: type[Peer], purpose: str) -> Peer:
        if kind.is_shared:
            purpose = ""
        if (kind, purpose) not in started:
            peer = kind(tmp_path_factory.mktemp(kind.name))
            await peer.start()
            started[kind, purpose] = peer
        return started[kind, purpose]

    yield start
    for peer in started.values():
        await peer.stop()


@pytest_asyncio.fixture(params=PEERS, ids=lambda p: f"{p[0]}-{p[1].name}", loop_scope="module")
async def bench(request: pytest.FixtureRequest, tmp_path: Path, running: Callable[[type[Peer], str], Awaitable[Peer]]) -> Bench:
    name, kind = request.param
    check = request.node.originalname.removeprefix("test_")
    reason = next((why for gap, why in kind.gaps.items() if check.startswith(gap)), None)
    if reason is not None:
        request.applymarker(pytest.mark.xfail(reason=reason, raises=NotImplementedError, strict=True))
    return Bench(name, await running(kind, "checks"), tmp_path)


async def within(limit_s: float, action: Any, failure: type[KaogongError]) -> KaogongError:
    """The failure that `action` ends in, which must come in time and say something."""
    loop = asyncio.get_running_loop()
    begin = loop.time()
    with pytest.raises(failure) as caught:
        async with asyncio.timeout(limit_s * 3):
            await action
    assert loop.time() - begin < limit_s
    assert len(caught.value.message) > 10
    assert caught.value.stable_code != failure.code, "a failure carries a code of its own, so that a screen can say it in any language"
    return caught.value


async def test_refused_is_not_ready_in_time(bench: Bench) -> None:
    """Nobody is there: NotReady in time, with a code that says so."""
    driver = bench.driver(bench.peer.config(await bench.peer.nowhere()))
    err = await within(8.0, driver.open(), NotReady)
    assert err.stable_code == bench.peer.refusal
    await driver.close()


async def test_wrong_login_is_auth_rejected(bench: Bench) -> None:
    """A wrong password: AuthRejected, so that nobody hammers on a locked account."""
    driver = bench.driver(bench.peer.wrong_login())
    await within(8.0, driver.open(), AuthRejected)
    await driver.close()


async def test_one_sample_a_point_in_order(bench: Bench) -> None:
    """One sample a point, in the order asked, good, with an aware time."""
    driver = bench.driver()
    await driver.open()
    points = bench.points(40)[::-1]
    samples = await bench.read(driver, points)
    assert [s.point for s in samples] == [p.name for p in points]
    assert [s.value for s in samples] == bench.expected(reversed(range(40)))
    assert {severity(s.quality) for s in samples} == {"good"}
    assert all(s.observed_at.tzinfo is not None for s in samples)
    await driver.close()


async def test_bad_point_fails_nobody_else_and_is_named(bench: Bench) -> None:
    """A point the peer does not have is bad with its reason; its neighbours stay good."""
    points = bench.points(20, 0, 7, 19)
    driver = bench.driver()
    await driver.open()
    for _ in range(3):
        samples = await bench.read(driver, points)
        bad = [s for s in samples if severity(s.quality) == "bad"]
        assert [s.point for s in bad] == ["bad0", "bad7", "bad19"]
        assert all(s.reason and s.value is None for s in bad)
        assert [s.value for s in samples if s not in bad] == [bench.peer.expected(i) for i in range(20)]
        if driver.pushes:
            await driver.close()
            await driver.open()
    await driver.close()


async def test_cancel_frees_the_socket(bench: Bench) -> None:
    """Cancelled while waiting: the socket is free."""
    async with bench.peer.silent() as silent:
        driver = bench.driver(bench.peer.config(silent.port) | {"timeout_s": 30})
        task = asyncio.create_task(_open_and_use(bench, driver))
        await until(lambda: silent.connections == 1, "the driver has connected")
        task.cancel()
        with pytest.raises(asyncio.CancelledError):
            await task
        await driver.close()
        await until(lambda: silent.connections == 0, "the socket is free")


async def test_close_frees_the_socket_and_open_works_again(bench: Bench) -> None:
    """Reopened after closing; closing twice is safe and the peer sees nobody."""
    driver = bench.driver()
    for _ in range(2):
        await driver.open()
        assert (await bench.read(driver, bench.points(3)))[2].value == bench.peer.expected(2)
        await driver.close()
        await driver.close()
        await until(lambda: _none_connected(bench.peer), "the peer sees nobody")


async def test_connection_lost_is_not_ready_and_then_recovers(bench: Bench) -> None:
    """The peer restarts: NotReady in time, and the same driver works again."""
    driver = bench.driver()
    points = bench.points(3)
    await driver.open()
    await bench.read(driver, points)
    if driver.pushes:
        await driver.close()
        await driver.open()
        pending = asyncio.create_task(driver.subscribe([Group(0.05, points)], lambda samples: None))
        await until(lambda: _is_idle(pending), "the subscription stands")
        await bench.peer.stop()
        await within(15.0, _checked(driver, pending), NotReady)
    else:
        await bench.peer.stop()
        await within(8.0, driver.read(points), NotReady)
    await driver.close()
    await until(bench.peer.is_gone, "the peer is gone")
    await within(8.0, driver.open(), NotReady)
    await bench.peer.start()
    await driver.close()
    await driver.open()
    assert [s.value for s in await bench.read(driver, points)] == [bench.peer.expected(i) for i in range(3)]
    await driver.close()


async def test_half_open_peer_is_not_ready_in_time(bench: Bench) -> None:
    """A peer that takes the connection and says nothing: NotReady in time."""
    async with bench.peer.silent() as silent:
        driver = bench.driver(bench.peer.config(silent.port) | {"timeout_s": 0.3})
        err = await within(8.0, _open_and_use(bench, driver), NotReady)
        assert err.stable_code == "timed_out"
        await driver.close()


async def test_garbage_is_not_ready_in_time(bench: Bench) -> None:
    """Bytes of no protocol: NotReady in time, never a value."""
    async with bench.peer.garbage() as garbage:
        driver = bench.driver(bench.peer.config(garbage.port) | {"timeout_s": 0.5})
        await within(8.0, _open_and_use(bench, driver), NotReady)
        await driver.close()


async def test_config_and_address_survive_a_round_trip(bench: Bench) -> None:
    """Configuration and addresses survive JSON, unknown settings are refused, secrets are masked."""
    config = bench.kind.Config(**bench.peer.config())
    assert bench.kind.Config(**config.model_dump(mode="json")) == config
    address = bench.kind.Address(**bench.peer.address(3))
    assert bench.kind.Address(**address.model_dump(mode="json")) == address
    with pytest.raises(ValueError, match="no_such_setting"):
        bench.kind.Config(**bench.peer.config(), no_such_setting=1)
    form = bench.kind.form()
    assert form["config"]["required"]
    assert form["config"]["properties"]["timeout_s"]["advanced"] is True
    secrets = [n for n, f in form["config"]["properties"].items() if f.get("format") == "password"]
    assert bool(secrets) == bench.peer.has_login
    assert all(str(bench.peer.config()[s]) not in repr(config) for s in secrets if s in bench.peer.config())


async def test_ten_thousand_points(bench: Bench) -> None:
    """Ten thousand points in one group."""
    driver = bench.driver()
    await driver.open()
    samples = await bench.read(driver, bench.points(10_000))
    assert [s.value for s in samples] == bench.expected(range(10_000))
    await driver.close()


async def test_address_gap_moves_no_value(bench: Bench) -> None:
    """Holes between addresses, points in any order and one point twice: each value stays with its point."""
    wanted = [999, 0, 1, 500, 3, 77, 3, 42, 998, 400]
    driver = bench.driver()
    await driver.open()
    samples = await bench.read(driver, [Point(f"{n}-{i}", bench.point(i).address) for n, i in enumerate(wanted)])
    assert [s.value for s in samples] == bench.expected(wanted)
    await driver.close()


async def test_slow_peer_is_waited_for(bench: Bench) -> None:
    """Answers that come late and in pieces are put together."""
    async with bench.peer.cable(is_slow=True) as cable:
        driver = bench.driver(bench.peer.config(cable.port))
        await driver.open()
        assert [s.value for s in await bench.read(driver, bench.points(40))] == bench.expected(range(40))
        await driver.close()


async def test_pulled_cable_is_not_ready_in_time_and_then_recovers(bench: Bench) -> None:
    """The cable is pulled in the middle of work, nobody is told: NotReady in time, and once it is back the same driver works again."""
    points = bench.points(5)
    async with bench.peer.cable() as cable:
        driver = bench.driver(bench.peer.config(cable.port) | {"timeout_s": 1.0})
        await driver.open()
        assert [s.value for s in await bench.read(driver, points)] == bench.expected(range(5))
        if driver.pushes:
            await driver.close()
            await driver.open()
            pending = asyncio.create_task(driver.subscribe([Group(0.05, points)], lambda samples: None))
            await until(lambda: _is_idle(pending), "the subscription stands")
            cable.pull()
            await within(30.0, _checked(driver, pending), NotReady)
        else:
            cable.pull()
            await within(8.0, driver.read(points), NotReady)
        async with asyncio.timeout(10):
            await driver.close()
        await within(10.0, _open_and_use(bench, driver), NotReady)
        await driver.close()
        cable.plug()
        await driver.open()
        assert [s.value for s in await bench.read(driver, points)] == bench.expected(range(5))
        await driver.close()


async def test_wrong_type_is_bad_and_fails_nobody_else(bench: Bench) -> None:
    """A point asked for as a type it is not: bad with its reason, never a number made of other bytes."""
    wrong = Point("wrong", bench.kind.Address(**bench.peer.mistyped_address()))
    driver = bench.driver()
    await driver.open()
    samples = await bench.read(driver, (bench.point(0), wrong, bench.point(1)))
    assert [severity(s.quality) for s in samples] == ["good", "bad", "good"]
    assert samples[1].reason and samples[1].value is None
    await driver.close()


async def test_write_is_read_back(bench: Bench) -> None:
    """What is written is what is read."""
    address, values = bench.peer.writable()
    point = Point("written", bench.kind.Address(**address))
    driver = bench.driver()
    await driver.open()
    for value in values:
        await driver.write(point, value)
        if driver.pushes:
            await driver.close()
            await driver.open()
        assert (await bench.read(driver, (point,)))[0].value == value
    await driver.close()


async def test_write_of_a_wrong_type_is_config_invalid(bench: Bench) -> None:
    """A text written to a number is refused with the field, and the connection goes on."""
    address, values = bench.peer.writable()
    assert all(isinstance(v, int | float) for v in values), "the point to write is a number"
    driver = bench.driver()
    await driver.open()
    err = await within(8.0, driver.write(Point("written", bench.kind.Address(**address)), "not a number"), ConfigInvalid)
    assert err.details["field"] == "value"
    assert (await bench.read(driver, bench.points(1)))[0].value == bench.peer.expected(0)
    await driver.close()


async def test_write_to_a_bad_point_is_missing(bench: Bench) -> None:
    """Writing what the peer does not have is refused as missing, and the connection goes on."""
    bench.peer.writable()
    driver = bench.driver()
    await driver.open()
    await within(8.0, driver.write(Point("nowhere", bench.kind.Address(**bench.peer.bad_address())), 1), Missing)
    assert (await bench.read(driver, bench.points(1)))[0].value == bench.peer.expected(0)
    await driver.close()


async def test_browse_finds_points(bench: Bench) -> None:
    """Browsing from the top finds points with addresses that can be configured as they are."""
    wanted = bench.kind.Address(**bench.peer.browsable())
    driver = bench.driver()
    await driver.open()
    seen, rows = [None], []
    for parent in seen:
        found = await driver.browse(parent)
        rows += [r for r in found if r.address is not None]
        seen += [r.id for r in found if r.has_children]
        if any(bench.kind.Address(**r.address) == wanted for r in rows):
            break
        assert len(seen) < 500, f"{wanted} is not found"
    assert wanted in [bench.kind.Address(**r.address) for r in rows]
    assert all(r.name and r.data_type for r in rows)
    await driver.close()


@pytest.mark.parametrize("case", CASES, ids=lambda c: f"{c.parent.name}-{c.name}")
async def test_case(case: Path, tmp_path: Path, running: Callable[[type[Peer], str], Awaitable[Peer]]) -> None:
    name = case.parent.name
    given = json.loads((case / "config.json").read_text())
    expected = json.loads((case / "expected.json").read_text())
    kind: type[Peer] = importlib.import_module(f"tests.simulators.{name}").PEERS[0]
    peer = await running(kind, "cases")
    await peer.load(json.loads((case / "input.json").read_text()))
    bench = Bench(name, peer, tmp_path)
    driver = bench.driver(peer.config() | given["config"])
    points = tuple(Point(p["name"], bench.kind.Address(**p["address"])) for p in given["points"])
    await driver.open()
    for _ in range(1 if driver.pushes else 3):
        for point, sample, wanted in zip(points, await bench.read(driver, points), expected, strict=True):
            said = {"value": sample.value, "severity": severity(sample.quality), "reason": sample.reason}
            assert said == {"severity": "good", "reason": ""} | {k: v for k, v in wanted.items() if k != "observed_at"}, point.name
            assert type(sample.value) is type(wanted["value"]), point.name
            if "observed_at" in wanted:
                assert sample.observed_at.isoformat() == wanted["observed_at"], point.name
    await driver.close()


async def test_closing_what_was_never_open_is_safe(bench: Bench) -> None:
    """Closing what was never open is safe; reading it is NotReady."""
    driver = bench.driver()
    await driver.close()
    await driver.close()
    with pytest.raises(NotReady):
        await _use(bench, driver)


async def _open_and_use(bench: Bench, driver: AnyDriver) -> None:
    await driver.open()
    await _use(bench, driver)


async def _use(bench: Bench, driver: AnyDriver) -> None:
    points = bench.points(3)
    if driver.pushes:
        await driver.subscribe([Group(0.05, points)], lambda samples: None)
    else:
        await driver.read(points)


async def _checked(driver: AnyDriver, pending: "asyncio.Task[None]") -> None:
    """What the collector does with a pushing driver: check it now and then, until it fails or its subscription ends."""
    try:
        while True:
            await driver.check()
            done, _ = await asyncio.wait({pending}, timeout=0.2)
            if done:
                await pending
    finally:
        pending.cancel()
        with suppress(asyncio.CancelledError, KaogongError):
            await pending


async def _none_connected(peer: Peer) -> bool:
    return await peer.connections() == 0


async def _is_idle(task: "asyncio.Task[None]") -> bool:
    """Whether a subscription has done its asking: nothing else moves for a while."""
    await asyncio.wait({task}, timeout=0.3)
    return True


async def test_every_gap_names_a_check_and_a_reason() -> None:
    checks = [name.removeprefix("test_") for name in globals() if name.startswith("test_")]
    for driver, peer in PEERS:
        for gap, why in peer.gaps.items():
            assert any(c.startswith(gap) for c in checks), f"{driver}: {gap} is no check"
            assert why.split(":")[0] in ("notimpl", "notyet", "never") and len(why.split(":", 1)[1]) > 5, f"{driver}: {gap}: {why}"
