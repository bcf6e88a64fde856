"""Tenants: made by an operator of the platform, seen by their own people."""

from dataclasses import replace

from sqlalchemy.orm import Session

from kaogong.core import clock
from kaogong.core.keys import check_key
from kaogong.core.principal import Principal, PrincipalKind, Role
from kaogong.registry import store
from kaogong.registry.service.announce import OPERATORS, allow, changed, missing, taken, usable
from kaogong.registry.tables import TenantRow, TypeRow
from kaogong.registry.texts import checked_name
from kaogong.registry.types import Name, Tenant

EDGE_NODE = "edge-node"


def create_tenant(session: Session, principal: Principal, key: str, name: Name) -> Tenant:
    """Make an organisation and its built-in device type `edge-node`; platform operators only."""
    allow(principal, OPERATORS)
    check_key(key, "tenant")
    if store.tenant_by_key(session, key):
        raise taken("tenant", key)
    row = TenantRow(key=key, name=checked_name(name, "name", key).model_dump(), created_at=clock.now(), version=1)
    session.add(row)
    session.flush()
    session.add(
        TypeRow(
            tenant_id=row.id, key=EDGE_NODE, name={"en": "Edge node", "zh": "边缘节点"}, description={"en": "", "zh": ""},
            commands=[], events=[], is_built_in=True, created_at=clock.now(), version=1,
        )
    )  # fmt: skip
    within = replace(principal, tenant_id=row.id, tenant=row.key)
    changed(session, within, "tenant", "put", row.id, row.key, "create")
    return _tenant(row)


def get_tenant(session: Session, principal: Principal, key: str) -> Tenant:
    """One's own tenant, or any for a platform operator."""
    row = store.tenant_by_key(session, key) if usable(key) else None
    if row is None or not (row.id == principal.tenant_id or principal.has(*OPERATORS)):
        raise missing("tenant", key)
    return _tenant(row)


def list_tenants(session: Session, principal: Principal) -> list[Tenant]:
    """One's own tenant, or all of them for a platform operator."""
    return [_tenant(row) for row in store.tenants(session, principal, all_of_them=principal.has(*OPERATORS))]


def acting_in(session: Session, principal: Principal, tenant: str) -> Principal:
    """A platform operator as administrator of `tenant`; what they do there is in that tenant's audit log under their name."""
    allow(principal, OPERATORS)
    row = store.tenant_by_key(session, tenant) if usable(tenant) else None
    if row is None:
        raise missing("tenant", tenant)
    if principal.kind is PrincipalKind.SYSTEM:
        return replace(principal, tenant_id=row.id, tenant=row.key)
    return replace(principal, tenant_id=row.id, tenant=row.key, roles=principal.roles | {Role.TENANT_ADMIN})


def _tenant(row: TenantRow) -> Tenant:
    return Tenant(id=row.id, key=row.key, name=Name(**row.name), created_at=row.created_at, version=row.version)
