"""`kaogong up` on PostgreSQL: the first start, readings, and a second start that finds them."""

from collections.abc import Iterator

import pytest
from bench.platform import Platform
from tests.e2e.conftest import eventually
from tests.support.postgres import PostgresServer

pytestmark = [pytest.mark.req("D04"), pytest.mark.timeout(240)]


@pytest.fixture
def database(postgres_server: PostgresServer) -> str:
    """A database without a table."""
    return postgres_server.create()


@pytest.fixture
def platform(postgres_server: PostgresServer, database: str) -> Iterator[Platform]:
    """A platform whose registry is there."""
    with Platform(configuration=f'[registry]\ndsn = "{postgres_server.dsn(database)}"\n') as running:
        yield running


def test_a_platform_on_postgresql_keeps_its_registry_there(platform: Platform, postgres_server: PostgresServer, database: str) -> None:
    platform.create_type()
    credential = platform.create_devices(["pump-1"])["pump-1"]
    login = (credential["username"], credential["password"])

    def send(value: float) -> None:
        body = {"values": {"p0": value}}
        answer = platform.http.post("/up/pump-1/telemetry", json=body, auth=login, headers={"Authorization": ""})
        assert answer.status_code == 202, answer.text

    def latest() -> float | None:
        values = platform.call("GET", "/devices/pump-1/latest")["values"]
        return float(values["p0"]["value"]) if "p0" in values else None

    send(12.5)
    eventually(latest, lambda value: value == 12.5)
    platform.stop()
    assert not (platform.home / "registry.db").exists()
    assert postgres_server.count(database, "devices") == 2  # the edge node of the machine, too
    platform.start()
    ran = [line for line in platform.output.read_text().splitlines() if line.startswith("registry: ran")]
    assert len(ran) == len(set(ran)) > 0, "each migration once, at the first start"
    eventually(latest, lambda value: value == 12.5)
    send(13.5)
    eventually(latest, lambda value: value == 13.5)
    logs = [line for file in (platform.home / "log").glob("*.log") for line in file.read_text().splitlines()]
    assert [line for line in logs if " ERROR " in line or " CRITICAL " in line or " WARNING " in line] == []
