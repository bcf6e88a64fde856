"""Who may do what: one table from action to roles, and the one question every entry point asks."""

from collections.abc import Mapping
from enum import StrEnum

from kaogong.core.errors import Denied
from kaogong.core.principal import PrincipalKind, Role
from kaogong.security.types import Caller


class Action(StrEnum):
    """What a caller may be allowed to do; also the scopes a machine token can be narrowed to."""

    OWN_ACCOUNT = "own_account"
    SEE_PLANT = "see_plant"
    EDIT_PLANT = "edit_plant"
    ISSUE_CREDENTIALS = "issue_credentials"
    COMMAND_DEVICES = "command_devices"
    SEND_SAMPLES = "send_samples"
    QUERY_DATA = "query_data"
    ENTER_DATA = "enter_data"
    CORRECT_DATA = "correct_data"
    REPLAY_DEAD_LETTERS = "replay_dead_letters"
    SEE_PEOPLE = "see_people"
    MANAGE_PEOPLE = "manage_people"
    MANAGE_TOKENS = "manage_tokens"
    SEE_AUDIT = "see_audit"
    SEE_TOPOLOGY = "see_topology"
    EXPORT_LOGS = "export_logs"
    MANAGE_TENANTS = "manage_tenants"


_EVERYONE = frozenset(Role)

ROLES: Mapping[Action, frozenset[Role]] = {
    Action.OWN_ACCOUNT: _EVERYONE,
    Action.SEE_PLANT: _EVERYONE,
    Action.SEE_TOPOLOGY: _EVERYONE,
    Action.EDIT_PLANT: frozenset({Role.TENANT_ADMIN, Role.ENGINEER}),
    Action.ISSUE_CREDENTIALS: frozenset({Role.TENANT_ADMIN, Role.ENGINEER}),
    Action.COMMAND_DEVICES: frozenset({Role.ENGINEER, Role.OPERATOR}),
    Action.SEND_SAMPLES: frozenset({Role.ENGINEER}),
    Action.QUERY_DATA: frozenset({Role.TENANT_ADMIN, Role.ENGINEER, Role.OPERATOR, Role.DEVELOPER, Role.AUDITOR}),
    Action.ENTER_DATA: frozenset({Role.TENANT_ADMIN, Role.ENGINEER, Role.OPERATOR}),
    Action.CORRECT_DATA: frozenset({Role.TENANT_ADMIN, Role.ENGINEER}),
    Action.REPLAY_DEAD_LETTERS: frozenset({Role.TENANT_ADMIN, Role.ENGINEER}),
    Action.SEE_PEOPLE: frozenset({Role.TENANT_ADMIN, Role.AUDITOR}),
    Action.MANAGE_PEOPLE: frozenset({Role.TENANT_ADMIN}),
    Action.MANAGE_TOKENS: frozenset({Role.TENANT_ADMIN, Role.ENGINEER, Role.DEVELOPER}),
    Action.SEE_AUDIT: frozenset({Role.TENANT_ADMIN, Role.AUDITOR}),
    Action.EXPORT_LOGS: frozenset({Role.PLATFORM_OPERATOR}),
    Action.MANAGE_TENANTS: frozenset({Role.PLATFORM_OPERATOR}),
}


def may(caller: Caller, action: Action) -> bool:
    """Whether the caller's roles allow `action`, and its token's scopes do too."""
    if caller.scopes is not None and action.value not in caller.scopes:
        return False
    return caller.principal.kind is not PrincipalKind.DEVICE and caller.principal.has(*ROLES[action])


def require(caller: Caller, action: Action) -> None:
    """Raise Denied unless `may`; says which role or scope is missing.

    A password that must be changed shuts everything but the person's own account.
    """
    if caller.must_change_password and action is not Action.OWN_ACCOUNT:
        raise Denied("Change your password first: POST /api/v1/auth/password.", code="password_change_required")
    if may(caller, action):
        return
    if caller.scopes is not None and action.value not in caller.scopes:
        raise Denied(f"This token lacks the scope {action.value!r}.", code="scope_missing", scope=action.value)
    roles = sorted(role.value for role in ROLES[action])
    raise Denied(f"This needs one of the roles {', '.join(roles)}.", code="role_missing", roles=roles)
