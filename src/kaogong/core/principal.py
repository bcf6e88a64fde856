"""Who asks: every query starts from a principal, and a room never fetches one."""

from dataclasses import dataclass
from enum import StrEnum


class Role(StrEnum):
    """What a person may do inside a tenant; `platform_operator` stands above tenants."""

    PLATFORM_OPERATOR = "platform_operator"
    TENANT_ADMIN = "tenant_admin"
    ENGINEER = "engineer"
    OPERATOR = "operator"
    VIEWER = "viewer"
    DEVELOPER = "developer"
    PARK_MANAGER = "park_manager"
    AUDITOR = "auditor"


class PrincipalKind(StrEnum):
    """What kind of caller stands behind a request."""

    PERSON = "person"
    DEVICE = "device"
    MACHINE = "machine"
    SYSTEM = "system"


@dataclass(frozen=True, slots=True)
class Principal:
    """A caller inside one tenant. `name` is the person's login, the device key or the token's name."""

    tenant_id: int
    tenant: str
    kind: PrincipalKind
    name: str
    roles: frozenset[Role] = frozenset()
    id: int = 0

    def has(self, *roles: Role) -> bool:
        """Whether any of `roles` is held; the system itself holds all of them."""
        return self.kind is PrincipalKind.SYSTEM or not self.roles.isdisjoint(roles)

    @classmethod
    def system(cls, tenant_id: int, tenant: str, name: str = "platform") -> "Principal":
        """The platform acting on its own account inside a tenant."""
        return cls(tenant_id, tenant, PrincipalKind.SYSTEM, name)
