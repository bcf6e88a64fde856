"""What must be in the registry before the platform serves: its tables, the first tenant, its administrator, its edge node."""

import json
from pathlib import Path

from sqlalchemy.orm import Session

from kaogong import registry
from kaogong.cli.process import ASKED, DEMO, PREPARED
from kaogong.cli.upgrade import import_tables, upgrade_registry
from kaogong.core.principal import Principal, Role
from kaogong.db import Database
from kaogong.registry import Name, NewDevice, NewPerson
from kaogong.security import hash_password
from kaogong.settings import Settings
from kaogong.supervisor import write_secret

TENANT, ADMIN, EDGE = "default", "admin", "edge-1"
ADMIN_ROLES = (Role.PLATFORM_OPERATOR, Role.TENANT_ADMIN, Role.ENGINEER)


def prepare(home: Path, *, demo: bool) -> list[str]:
    """Migrate, then make what is missing; safe to repeat. What was done, a line each."""
    settings = Settings.load(home)
    import_tables()
    done = [f"registry: ran {step}" for step in upgrade_registry(settings)]
    database = Database(settings.registry_dsn)
    try:
        with database.write() as session:
            principal = _tenant(session, done)
            _admin(session, principal, home, demo, done)
            credential = _edge_node(session, principal, home, done)
        if credential is not None:
            addresses = {"http": settings.console_url, "nats": settings.nats.url or ""}
            secrets = {"username": credential.username, "password": credential.password, **addresses}
            write_secret(home / "secrets" / "edge.json", json.dumps(secrets))
    finally:
        database.close()
    return done


def _tenant(session: Session, done: list[str]) -> Principal:
    platform = Principal.system(0, "")
    tenants = {tenant.key: tenant for tenant in registry.list_tenants(session, platform)}
    if TENANT not in tenants:
        tenants[TENANT] = registry.create_tenant(session, platform, TENANT, Name(en="Main works", zh="主厂区"))
        done.append(f"registry: made the tenant {TENANT}")
    return Principal.system(tenants[TENANT].id, TENANT)


def _admin(session: Session, principal: Principal, home: Path, demo: bool, done: list[str]) -> None:
    if registry.find_person(session, TENANT, ADMIN) is not None:
        return
    password = (home / "secrets" / "admin_password").read_text(encoding="utf-8").strip()
    person = NewPerson(
        name=ADMIN, display_name="Administrator", roles=ADMIN_ROLES, password_hash=hash_password(password), must_change_password=not demo
    )
    registry.create_person(session, principal, person)
    done.append(f"registry: made the administrator {ADMIN}")


def _edge_node(session: Session, principal: Principal, home: Path, done: list[str]) -> registry.Credential | None:
    """A login for the local edge node, unless it has the one it was given."""
    if registry.find_credential(session, f"{TENANT}.{EDGE}") is None:
        node = NewDevice(key=EDGE, name=Name(en="Edge node of this machine", zh="本机边缘节点"), type="edge-node", is_gateway=True)
        done.append(f"registry: made the edge node {EDGE}")
        return registry.create_device(session, principal, node).credential
    if not (home / "secrets" / "edge.json").exists():
        return registry.issue_credential(session, principal, EDGE)
    return None


def prepare_if_asked(home: Path) -> None:
    """What `up` asks of the gate, which has loaded all this anyway: do it once, and leave word of what was done."""
    asked = home / "run" / ASKED
    if not asked.exists():
        return
    done = prepare(home, demo=asked.read_text(encoding="ascii") == DEMO)
    part = home / "run" / "prepared.part"
    part.write_text("\n".join(done), encoding="utf-8")
    part.replace(home / "run" / PREPARED)
    asked.unlink()
