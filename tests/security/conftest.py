"""A broker with a working gate, two tenants and their devices."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import aiomqtt
import pytest
from tests.support.nats import Broker, make_broker, until

from kaogong import registry, security
from kaogong.bus import Bus, ensure_streams
from kaogong.cli.gate import _relay
from kaogong.core.principal import Principal
from kaogong.db import Database, Relay
from kaogong.registry import Credential, Name, NewDevice, TypeDraft
from kaogong.security.gate import Gate
from kaogong.security.violations import follow_violations


@dataclass
class Doors:
    """The platform as devices meet it."""

    broker: Broker
    database: Database
    bus: Bus
    system: Bus
    gate: Gate
    tenants: dict[str, Principal]
    credentials: dict[str, Credential] = field(default_factory=dict)
    full: list[bool] = field(default_factory=list)

    def create(self, *usernames: str, is_gateway: bool = False) -> None:
        with self.database.write() as session:
            for username in usernames:
                tenant, _, device = username.partition(".")
                new = NewDevice(key=device, type="pump", is_gateway=is_gateway)
                created = registry.create_device(session, self.tenants[tenant], new)
                self.credentials[username] = created.credential

    def client(self, username: str, client_id: str | None = None, *, password: str | None = None, **more: Any) -> aiomqtt.Client:
        host, _, port = self.broker.mqtt.rpartition(":")
        return aiomqtt.Client(
            host,
            int(port),
            username=username,
            password=password if password is not None else self.credentials[username].password,
            identifier=client_id if client_id is not None else username.replace(".", ":"),
            protocol=aiomqtt.ProtocolVersion.V311,
            timeout=10,
            **more,
        )

    def connection(self, username: str) -> security.DeviceConnection | None:
        principal = self.tenants[username.partition(".")[0]]
        with self.database.read() as session:
            known = self.gate.roster.get(username)
            return security.connection_of(session, principal, known.device_id) if known else None

    async def seen(self, username: str, **expected: Any) -> security.DeviceConnection:
        """Wait until the device page would say this."""

        def matches() -> bool:
            found = self.connection(username)
            return found is not None and all(getattr(found, name) == value for name, value in expected.items())

        try:
            await until(matches)
        except TimeoutError:
            pytest.fail(f"{username} is {self.connection(username)}, not {expected}")
        found = self.connection(username)
        assert found is not None
        return found


@asynccontextmanager
async def opened(broker: Broker, database: Database) -> AsyncIterator[Doors]:
    bus = await broker.bus("gate")
    await ensure_streams(bus)
    system = await Bus.connect(broker.url, user="sys", password=broker.sys.seed, name="gate-sys")
    full: list[bool] = []
    gate = Gate(bus, system, database, broker.issuer.seed, broker.platform.seed, lambda: bool(full))
    await gate.open()
    work = [
        asyncio.create_task(gate.work()),
        asyncio.create_task(_relay(bus, Relay(database))),
        asyncio.create_task(follow_violations(broker.server.log_file, gate.violation)),
    ]
    yield Doors(broker, database, bus, system, gate, {}, full=full)
    for task in work:
        task.cancel()
    await asyncio.gather(*work, return_exceptions=True)
    await bus.close()
    await system.close()


@pytest.fixture
async def doors(tmp_path: Path, sqlite_database: Database) -> AsyncIterator[Doors]:
    broker = make_broker(tmp_path / "nats")
    await broker.server.start()
    tenants = {}
    with sqlite_database.write() as session:
        for key in ("acme", "rival"):
            tenant = registry.create_tenant(session, Principal.system(0, ""), key, Name(en=key))
            tenants[key] = Principal.system(tenant.id, key)
            registry.create_type(session, tenants[key], TypeDraft(key="pump"))
    async with opened(broker, sqlite_database) as found:
        found.tenants = tenants
        found.create("acme.pump-1", "acme.pump-2", "rival.pump-1")
        await until(lambda: len(found.gate.roster) == 3)
        yield found
    await broker.server.stop()
