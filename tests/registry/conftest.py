"""Two tenants in one registry, on either store."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field

import pytest
from sqlalchemy.orm import Session

from kaogong import registry
from kaogong.core.principal import Principal, PrincipalKind, Role
from kaogong.db import Database
from kaogong.registry import Name, NewDevice, Property, TypeDraft

PUMP = TypeDraft(
    key="pump",
    name=Name(en="Pump", zh="泵"),
    properties=(
        Property(key="flow", unit="m³/h", min=0, max=500, resolution=0.01),
        Property(key="pressure", unit="bar"),
        Property(key="running", type="boolean"),
    ),
)


def engineer(tenant: registry.Tenant, *roles: Role) -> Principal:
    """Somebody of `tenant`, an engineer and administrator unless other roles are named."""
    held = frozenset(roles or (Role.ENGINEER, Role.TENANT_ADMIN))
    return Principal(tenant.id, tenant.key, PrincipalKind.PERSON, "li.wei", held, 1)


@dataclass
class Plant:
    """A database with the tenants `acme` and `rival`, both with the type `pump`."""

    database: Database
    acme: Principal = field(init=False)
    rival: Principal = field(init=False)

    def __post_init__(self) -> None:
        platform = Principal.system(0, "")
        with self.database.write() as session:
            self.acme = engineer(registry.create_tenant(session, platform, "acme", Name(en="Acme", zh="一厂")))
            self.rival = engineer(registry.create_tenant(session, platform, "rival", Name(en="Rival", zh="二厂")))
            for principal in (self.acme, self.rival):
                registry.create_type(session, principal, PUMP)

    @contextmanager
    def write(self) -> Iterator[Session]:
        """A unit of work."""
        with self.database.write() as session:
            yield session

    @contextmanager
    def read(self) -> Iterator[Session]:
        """A view."""
        with self.database.read() as session:
            yield session

    def devices(self, *keys: str, type: str = "pump", **more: object) -> None:  # noqa: A002
        """Make devices of `acme`."""
        with self.write() as session:
            registry.create_devices(session, self.acme, [NewDevice(key=key, type=type, **more) for key in keys])  # type: ignore[arg-type]

    def does(self, verb: Callable[..., object], *args: object, **kw: object) -> object:
        """Run one verb as `acme` in its own transaction."""
        with self.write() as session:
            return verb(session, self.acme, *args, **kw)


@pytest.fixture
def plant(database: Database) -> Plant:
    """Two tenants, once on SQLite and once on PostgreSQL."""
    return Plant(database)
