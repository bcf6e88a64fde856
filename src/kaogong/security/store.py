"""Every query of security."""

from datetime import datetime

from sqlalchemy import delete, select
from sqlalchemy.orm import Session

from kaogong.core.principal import Principal
from kaogong.security.tables import SessionRow, TokenRow


def session_by_secret(session: Session, sha256: str) -> SessionRow | None:
    """The login of this secret. # skip: tenant-scope: the secret is what says who asks."""
    return session.scalars(select(SessionRow).where(SessionRow.sha256 == sha256)).one_or_none()


def token_by_secret(session: Session, sha256: str) -> TokenRow | None:
    """The token of this secret. # skip: tenant-scope: the secret is what says who asks."""
    return session.scalars(select(TokenRow).where(TokenRow.sha256 == sha256)).one_or_none()


def sessions_of(session: Session, principal: Principal, person: str, now: datetime) -> list[SessionRow]:
    """A person's open logins, newest first."""
    mine = (SessionRow.tenant_id == principal.tenant_id, SessionRow.person == person, SessionRow.expires_at > now)
    return list(session.scalars(select(SessionRow).where(*mine).order_by(SessionRow.id.desc())))


def end_sessions(session: Session, principal: Principal, person: str, *, only: int | None = None, but: int | None = None) -> int:
    """Delete a person's logins (one, or all but one); how many there were."""
    gone = delete(SessionRow).where(SessionRow.tenant_id == principal.tenant_id, SessionRow.person == person)
    if only is not None:
        gone = gone.where(SessionRow.id == only)
    if but is not None:
        gone = gone.where(SessionRow.id != but)
    return len(session.scalars(gone.returning(SessionRow.id)).all())


def forget_expired(session: Session, before: datetime) -> None:
    """Delete logins that ended before `before`, of all tenants."""
    session.execute(delete(SessionRow).where(SessionRow.expires_at < before))


def tokens_of(session: Session, principal: Principal) -> list[TokenRow]:
    """The tenant's tokens, newest first."""
    return list(session.scalars(select(TokenRow).where(TokenRow.tenant_id == principal.tenant_id).order_by(TokenRow.id.desc())))


def end_tokens(session: Session, principal: Principal, *, only: int | None = None, created_by: str | None = None) -> list[str]:
    """Delete one token, or all that a person made; their names."""
    gone = delete(TokenRow).where(TokenRow.tenant_id == principal.tenant_id)
    if only is not None:
        gone = gone.where(TokenRow.id == only)
    if created_by is not None:
        gone = gone.where(TokenRow.created_by == created_by)
    return list(session.scalars(gone.returning(TokenRow.name)))
