"""The HTTP interface over real parts: nats-server, gate, SQLite registry, historian, uvicorn on a free port."""

import asyncio
import base64
import contextlib
import os
import shutil
import socket
import tempfile
import threading
from collections.abc import AsyncIterator, Callable, Coroutine, Iterator
from concurrent.futures import Future
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any, TypeVar
from zoneinfo import ZoneInfo

import httpx2
import polars as pl
import pytest
import uvicorn
from tests.support.historian import historian_process
from tests.support.nats import make_broker

from kaogong import registry, security
from kaogong.api import Listening, Platform, create_app
from kaogong.api.following import follow
from kaogong.api.live import LiveHub
from kaogong.bus import Downlink, ensure_streams
from kaogong.cli.serve import Server
from kaogong.core.principal import Principal, Role
from kaogong.core.sample import SAMPLES
from kaogong.db import Database
from kaogong.security.gate import Gate

T = TypeVar("T")
PASSWORD = "correct horse battery"
TENANTS = ("default", "other")
PEOPLE = {
    "admin": (Role.PLATFORM_OPERATOR, Role.TENANT_ADMIN, Role.ENGINEER),
    "engineer": (Role.ENGINEER,),
    "operator": (Role.OPERATOR,),
    "viewer": (Role.VIEWER,),
    "auditor": (Role.AUDITOR,),
}
PUMP = {
    "key": "pump",
    "name": {"en": "Pump", "zh": "泵"},
    "properties": [
        {"key": "flow", "type": "number", "unit": "m³/h", "min": 0, "max": 100, "resolution": 0.01, "stale_after_s": 3600},
        {"key": "running", "type": "boolean", "stale_after_s": 3600},
        {"key": "state", "type": "enum", "options": [{"value": "RUN"}, {"value": "STOP"}], "stale_after_s": 3600},
        {"key": "starts", "type": "integer", "stale_after_s": 3600},
        {"key": "label", "type": "text", "stale_after_s": 3600},
        {"key": "extra", "type": "json", "stale_after_s": 3600},
    ],
    "commands": [
        {
            "key": "set_speed",
            "name": {"en": "Set speed", "zh": "设定转速"},
            "parameters": [{"key": "speed", "type": "number", "unit": "rpm", "min": 0, "max": 3000}],
        }
    ],
}


@dataclass
class Stack:
    """The running parts, seen from a test's own thread."""

    url: str
    mqtt: str
    home: Path
    platform: Platform
    loop: asyncio.AbstractEventLoop
    credentials: dict[str, dict[str, str]] = field(default_factory=dict)
    _clients: dict[str, httpx2.Client] = field(default_factory=dict)

    def run(self, work: Coroutine[Any, Any, T]) -> T:
        """The result of `work`, run on the loop of the server."""
        future: Future[T] = asyncio.run_coroutine_threadsafe(work, self.loop)
        return future.result(30)

    def client(self, login: str | None = "default/admin") -> httpx2.Client:
        """A client signed in as `tenant/name`, or as nobody."""
        key = login or ""
        if key not in self._clients:
            client = httpx2.Client(base_url=self.url, timeout=30)
            if login:
                answer = client.post("/api/v1/auth/token", data={"username": login, "password": PASSWORD})
                assert answer.status_code == 200, answer.text
                client.headers["authorization"] = f"Bearer {answer.json()['access_token']}"
            self._clients[key] = client
        return self._clients[key]

    def welcome(self, login: str, password: str) -> None:
        """Change a first password to the one everybody has here."""
        with self.fresh() as client:
            token = client.post("/api/v1/auth/token", data={"username": login, "password": password}).json()["access_token"]
            change = {"current_password": password, "new_password": PASSWORD}
            answer = client.post("/api/v1/auth/password", json=change, headers={"authorization": f"Bearer {token}"})
            assert answer.status_code == 200, answer.text

    def forget(self, login: str) -> None:
        """The login has ended: the next `client` signs in again."""
        self._clients.pop(login).close()

    def fresh(self) -> httpx2.Client:
        """A client with no cookie and no token, of the test's own."""
        return httpx2.Client(base_url=self.url, timeout=30)

    def device_id(self, tenant: str, key: str) -> int:
        with self.platform.database.read() as session:
            return registry.get_device(session, self.principal(tenant), key).id

    def principal(self, tenant: str) -> Principal:
        with self.platform.database.read() as session:
            return registry.acting_in(session, Principal.system(0, ""), tenant)

    def samples(self, tenant: str, key: str, rows: list[dict[str, Any]]) -> pl.DataFrame:
        """Rows of core's SAMPLES for `key`: property key, observed_at and value (or text) each."""
        with self.platform.database.read() as session:
            principal = self.principal(tenant)
            device = registry.get_device(session, principal, key)
            properties = {prop.key: prop for prop in registry.get_type(session, principal, device.type).properties}
            asset = registry.bindings_of(session, principal, device=key)[0].asset_id
        full = []
        for number, row in enumerate(rows):
            value = row.get("value")
            full.append(
                {
                    "message": number,
                    "tenant": principal.tenant_id,
                    "device": device.id,
                    "property": properties[row["property"]].id,
                    "asset": asset,
                    "asset_property": properties[row["property"]].id,
                    "observed_at": row["observed_at"],
                    "value": float("nan") if value is None or isinstance(value, str) else float(value),
                    "exact": 0,
                    "text": value if isinstance(value, str) else "",
                    "quality": row.get("quality", 0),
                    "received_at": row["observed_at"],
                }
            )
        return pl.DataFrame(full, schema=SAMPLES)

    def store(self, table: pl.DataFrame) -> None:
        """Write to the historian as ingest does."""
        self.run(self.platform.historian.write(table, batch=1))
        self.platform.standings.forget(int(table["tenant"][0]))


@contextlib.asynccontextmanager
async def _running(home: Path) -> AsyncIterator[tuple[Platform, str, str]]:
    broker = make_broker(home / "nats")
    async with contextlib.AsyncExitStack() as stack:
        await broker.server.start()
        stack.push_async_callback(broker.server.stop)
        bus = await broker.bus("api")
        stack.push_async_callback(bus.close)
        await ensure_streams(bus)
        database = Database(f"sqlite:///{home}/registry.db")
        stack.callback(database.close)
        await asyncio.to_thread(_people, database)
        gate = Gate(bus, None, database, broker.issuer.seed, broker.platform.seed, lambda: False)
        await gate.open()
        store = await stack.enter_async_context(historian_process(home, broker, bus))
        downlink = await Downlink.connect(broker.mqtt, password=broker.platform.seed, identifier="$kaogong:api")
        stack.push_async_callback(downlink.close)
        console = home / "console"
        _console(console)
        (home / "log").mkdir(exist_ok=True)
        platform = Platform(
            database=database,
            historian=store,
            bus=bus,
            downlink=downlink,
            live=LiveHub(bus),
            home=home,
            sealer=security.Sealer(base64.b64encode(os.urandom(32)).decode()),
            time_zone=ZoneInfo("Asia/Shanghai"),
            mqtt=Listening(host="127.0.0.1", port=int(broker.mqtt.rpartition(":")[2])),
            console=console,
        )
        work = [asyncio.create_task(gate.work()), asyncio.create_task(follow(platform))]
        listening = socket.create_server(("127.0.0.1", 0))
        config = uvicorn.Config(
            create_app(platform), http="httptools", lifespan="off", log_config=None, ws="none", timeout_graceful_shutdown=3
        )
        server = Server(config)
        serving = asyncio.create_task(server.serve([listening]))
        while not server.started:  # noqa: ASYNC110
            await asyncio.sleep(0.005)
        try:
            yield platform, f"http://127.0.0.1:{listening.getsockname()[1]}", broker.mqtt
        finally:
            platform.closing = True
            server.should_exit = True
            await serving
            for task in work:
                task.cancel()
            await asyncio.gather(*work, return_exceptions=True)


def _people(database: Database) -> None:
    from kaogong.cli.upgrade import import_tables

    import_tables()
    database.create_all()
    kept = security.hash_password(PASSWORD)
    operator = Principal.system(0, "")
    with database.write() as session:
        for tenant in TENANTS:
            registry.create_tenant(session, operator, tenant, registry.Name(en=tenant, zh=tenant))
            inside = registry.acting_in(session, operator, tenant)
            for name, roles in PEOPLE.items():
                granted = roles if tenant == "default" else tuple(role for role in roles if role is not Role.PLATFORM_OPERATOR)
                person = registry.NewPerson(name=name, roles=granted, password_hash=kept, must_change_password=False)
                registry.create_person(session, inside, person)


def _console(folder: Path) -> None:
    (folder / "assets").mkdir(parents=True)
    (folder / "index.html").write_text("<!doctype html><title>Kaogong</title>")
    (folder / "assets/index-abc123.js").write_text("console.log(1)")
    (folder / "assets/index-abc123.js.br").write_bytes(b"packed")


@pytest.fixture(scope="session")
def stack() -> Iterator[Stack]:
    """One running platform for all tests of the interface; each test makes things of its own."""
    home = Path(tempfile.mkdtemp(prefix="kaogong-api-"))
    ready: Future[Stack] = Future()
    stop = threading.Event()

    async def live() -> None:
        async with _running(home) as (platform, url, mqtt):
            ready.set_result(Stack(url, mqtt, home, platform, asyncio.get_running_loop()))
            await asyncio.to_thread(stop.wait)

    def work() -> None:
        try:
            asyncio.run(live())
        except BaseException as err:
            if not ready.done():
                ready.set_exception(err)
            raise

    thread = threading.Thread(target=work, name="platform")
    thread.start()
    try:
        found = ready.result(60)
        _furnish(found)
        yield found
        for client in found._clients.values():
            client.close()
    finally:
        stop.set()
        thread.join(20)
        shutil.rmtree(home, ignore_errors=True)


def _furnish(stack: Stack) -> None:
    """The same names in both tenants, so that a leak shows as the other's data."""
    for tenant in TENANTS:
        client = stack.client(f"{tenant}/admin")
        assert (
            client.post("/api/v1/places", json={"key": "works", "name": f"Works of {tenant}", "time_zone": "Asia/Shanghai"}).status_code
            == 201
        )
        assert client.post("/api/v1/places", json={"key": "hall", "name": "Hall", "parent": "works"}).status_code == 201
        assert client.post("/api/v1/device-types", json=PUMP).status_code == 201
        for key in ("pump-1", f"only-{tenant}"):
            made = client.post("/api/v1/devices", json={"key": key, "name": {"en": key, "zh": "泵"}, "type": "pump", "place": "works/hall"})
            assert made.status_code == 201, made.text
            stack.credentials[f"{tenant}/{key}"] = made.json()["credential"]


@pytest.fixture
def admin(stack: Stack) -> httpx2.Client:
    return stack.client("default/admin")


@pytest.fixture
def viewer(stack: Stack) -> httpx2.Client:
    return stack.client("default/viewer")


@pytest.fixture
def stranger(stack: Stack) -> httpx2.Client:
    """An administrator of the other tenant."""
    return stack.client("other/admin")


def problem(answer: httpx2.Response, status: int, code: str) -> dict[str, Any]:
    """The answer's problem, checked for shape."""
    assert answer.status_code == status, answer.text
    assert answer.headers["content-type"] == "application/problem+json"
    body: dict[str, Any] = answer.json()
    assert set(body) == {"type", "title", "status", "code", "detail", "trace_id", "details"}
    assert (body["status"], body["code"]) == (status, code), body
    assert body["trace_id"] == answer.headers["x-trace-id"]
    return body


def minutes_ago(minutes: float) -> datetime:
    return (datetime.now(UTC) - timedelta(minutes=minutes)).replace(microsecond=0)


def until(condition: Callable[[], T | None], timeout_s: float = 10) -> T:
    """The first result of `condition` that is true."""
    deadline = datetime.now(UTC) + timedelta(seconds=timeout_s)
    pause = threading.Event()
    while datetime.now(UTC) < deadline:
        found = condition()
        if found:
            return found
        pause.wait(0.02)
    raise TimeoutError("it never came true")
