"""Runs inside Alembic: migrates on the connection it is given."""

from typing import Any, Literal

from alembic import context

from kaogong.db.base import Base, Utc


def render(kind: str, item: Any, _context: Any) -> str | Literal[False]:
    """Write our own column types as what they are in the database, so that old migrations outlive our classes."""
    return "sa.DateTime(timezone=True)" if kind == "type" and isinstance(item, Utc) else False


context.configure(
    connection=context.config.attributes["connection"],
    target_metadata=Base.metadata,
    render_item=render,
    render_as_batch=context.config.attributes.get("batch", True),
    compare_type=True,
)
with context.begin_transaction():
    context.run_migrations()
