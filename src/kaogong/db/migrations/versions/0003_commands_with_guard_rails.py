"""Commands that wait for a second person or for their device, with reason and read-back."""

import sqlalchemy as sa
from alembic import op

revision = "0003"
down_revision = "0002"


def upgrade() -> None:
    login = sa.String(length=64).with_variant(sa.String(length=64, collation="C"), "postgresql")
    op.add_column("commands", sa.Column("risk", sa.String(length=8), nullable=False, server_default="low"))
    op.add_column("commands", sa.Column("hold", sa.Boolean(), nullable=False, server_default=sa.false()))
    op.add_column("commands", sa.Column("reason", sa.String(length=500), nullable=False, server_default=""))
    op.add_column("commands", sa.Column("request_id", login, nullable=True))
    op.add_column("commands", sa.Column("expected", sa.JSON(none_as_null=True), nullable=False, server_default="{}"))
    op.add_column("commands", sa.Column("approved_by", login, nullable=True))
    op.add_column("commands", sa.Column("approved_at", sa.DateTime(timezone=True), nullable=True))
    op.add_column("commands", sa.Column("verified", sa.Boolean(), nullable=True))
    op.create_index("ix_commands_state", "commands", ["state", "expires_at"], unique=False)
    op.create_index("uq_commands_request", "commands", ["tenant_id", "request_id"], unique=True)
