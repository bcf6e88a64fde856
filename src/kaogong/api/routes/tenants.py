"""Tenants, for the platform's operator."""

import secrets

from fastapi import APIRouter
from sqlalchemy.orm import Session

from kaogong import registry, security
from kaogong.api.access import ManageTenants, PlatformOf
from kaogong.api.errors import answers
from kaogong.api.shapes.registry import TenantIn, TenantMade, Tenants
from kaogong.core.principal import Role

router = APIRouter(tags=["tenants"])


@router.get("/tenants")
async def list_tenants(platform: PlatformOf, caller: ManageTenants) -> Tenants:
    """All tenants of the platform."""
    return Tenants(items=await platform.read(lambda session: registry.list_tenants(session, caller.principal)))


@router.post("/tenants", status_code=201, responses=answers(409))
async def create_tenant(platform: PlatformOf, caller: ManageTenants, tenant: TenantIn) -> TenantMade:
    """Make a tenant and its first administrator, whose password is shown this once."""
    password = secrets.token_urlsafe(12)
    kept = security.hash_password(password)

    def make(session: Session) -> TenantMade:
        made = registry.create_tenant(session, caller.principal, tenant.key, tenant.name)
        inside = registry.acting_in(session, caller.principal, tenant.key)
        person = registry.NewPerson(name=tenant.admin, roles=(Role.TENANT_ADMIN, Role.ENGINEER), password_hash=kept)
        registry.create_person(session, inside, person)
        return TenantMade(tenant=made, admin=f"{tenant.key}/{tenant.admin}", password=password)

    return await platform.write(make)
