"""Ingest on real parts: a registry in SQLite, a historian on chDB, NATS with its streams."""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime

import orjson
import pytest

from kaogong import registry
from kaogong.bus import Bus, StreamMessage, subjects
from kaogong.core.principal import Principal, PrincipalKind, Role
from kaogong.core.sample import Batch, Kind
from kaogong.db import Database
from kaogong.formats import Decoder
from kaogong.historian import Historian
from kaogong.historian.local import LocalHistorian
from kaogong.ingest import Bind, Derive, Feed, Ingest, Limits, Names, Pipeline, TimeWindow
from kaogong.registry import Name, NewDevice, Property, TypeDraft
from kaogong.registry.directory import Directory

DAY_S = 86_400.0
PUMP = TypeDraft(
    key="pump",
    name=Name(en="Pump", zh="泵"),
    properties=(
        Property(key="flow", unit="m³/h", min=0, max=500, resolution=0.05),
        Property(key="pressure", unit="bar"),
        Property(key="running", type=Kind.BOOLEAN),
        Property(key="order_no", type=Kind.TEXT),
        Property(key="hydraulic", unit="kW", resolution=0.01, expression="in_unit(flow * pressure, 'kW')"),
        Property(key="is_idle", type=Kind.BOOLEAN, expression="not running and flow < 1"),
    ),
)


@dataclass
class Works:
    """Two tenants with the type `pump`; `acme` has pump-1 and a gateway with pump-g, `rival` has pump-1 too."""

    database: Database
    acme: Principal = field(init=False)
    rival: Principal = field(init=False)

    def __post_init__(self) -> None:
        platform = Principal.system(0, "")
        with self.database.write() as session:
            self.acme = self._engineer(registry.create_tenant(session, platform, "acme", Name(en="Acme", zh="一厂")))
            self.rival = self._engineer(registry.create_tenant(session, platform, "rival", Name(en="Rival", zh="二厂")))
            for principal in (self.acme, self.rival):
                registry.create_type(session, principal, PUMP)
                registry.create_device(session, principal, NewDevice(key="pump-1", type="pump"))
            registry.create_device(session, self.acme, NewDevice(key="gw", type="pump", is_gateway=True))
            registry.create_device(session, self.acme, NewDevice(key="pump-g", type="pump", gateway="gw"))

    @staticmethod
    def _engineer(tenant: registry.Tenant) -> Principal:
        return Principal(tenant.id, tenant.key, PrincipalKind.PERSON, "li.wei", frozenset({Role.ENGINEER, Role.TENANT_ADMIN}), 1)

    def create(self, *keys: str) -> None:
        """More pumps of `acme`."""
        with self.database.write() as session:
            registry.create_devices(session, self.acme, [NewDevice(key=key, type="pump") for key in keys])

    def directory(self) -> Directory:
        with self.database.read() as session:
            return Directory.snapshot(session)

    def ids(self, key: str = "pump-1", tenant: str = "acme") -> tuple[int, int, dict[str, int]]:
        """Tenant, device and property ids."""
        directory = self.directory()
        found = directory.device(tenant, key)
        assert found is not None
        return found.tenant_id, found.device_id, {k: p.id for k, p in directory.properties(found.type_id).items()}


def now_ms() -> int:
    return int(datetime.now(UTC).timestamp() * 1000)


def body(ts: int | None = None, /, **values: object) -> bytes:
    return orjson.dumps({"ts": ts, "values": values})


def stored(data: bytes, subject: str = "up.acme.pump-1.telemetry", *, at_ms: int | None = None, sequence: int = 1) -> StreamMessage:
    """A message as the stream hands it out."""
    time_ns = (now_ms() if at_ms is None else at_ms) * 1_000_000
    return StreamMessage(f"p.0.{subject}", data, sequence, sequence, time_ns, "", 1)


def decoded(names: Names, *messages: StreamMessage) -> Batch:
    return Decoder(names.directory).decode(messages)


@pytest.fixture
def works(sqlite_database: Database) -> Works:
    return Works(sqlite_database)


@dataclass
class Line:
    """A way to run ingest on the fixtures and to send to it."""

    bus: Bus
    works: Works
    historian: Historian
    said: list[tuple[str, str]] = field(default_factory=list)

    @asynccontextmanager
    async def running(self, owner: str = "test", **options: object) -> AsyncIterator[Ingest]:
        """Ingest, running until the block ends."""
        async with ingest(self.bus, self.works.database, self.historian, self.said, owner, **options) as work:
            yield work

    async def send(self, data: bytes, device: str = "pump-1", what: str = "telemetry", tenant: str = "acme") -> int:
        """Publish as a device whose message is acknowledged; the sequence."""
        return await self.bus.publish_stream(subjects.up(tenant, device, what), data)

    async def accounted(self, through: int) -> None:
        """Return when every partition has dealt with sequence `through`."""
        incarnation = (await self.bus.stream_state(subjects.UP)).incarnation

        async def is_done() -> bool:
            known = await self.historian.accounted(incarnation)
            return len(known) == len(subjects.READERS) and min(known.values()) >= through

        await eventually(is_done)


@asynccontextmanager
async def ingest(
    bus: Bus, database: Database, historian: Historian, said: list[tuple[str, str]], owner: str, **options: object
) -> AsyncIterator[Ingest]:
    feed = await Feed.open(bus, database)
    derive = Derive(feed)
    pipeline = Pipeline(feed, [TimeWindow(feed, 600, 400 * DAY_S), derive, Limits(feed), Bind(feed)])
    settings = {"linger_s": 0.02, "before_reading": lambda: derive.recall(historian)} | options
    work = Ingest(bus, historian, pipeline, owner=owner, on_state=lambda *words: said.append(words), **settings)  # type: ignore[arg-type]
    task = asyncio.create_task(work.run())
    try:
        yield work
    finally:
        task.cancel()
        found = (await asyncio.gather(task, return_exceptions=True))[0]
        assert isinstance(found, asyncio.CancelledError), found


@pytest.fixture
def line(bus: Bus, works: Works, historian: LocalHistorian) -> Line:
    return Line(bus, works, historian)


async def eventually(condition: Callable[[], Awaitable[bool]], timeout_s: float = 15) -> None:
    """Return as soon as `condition()` holds; TimeoutError says it never did."""
    async with asyncio.timeout(timeout_s):
        while not await condition():  # noqa: ASYNC110
            await asyncio.sleep(0.05)
