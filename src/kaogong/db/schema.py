"""Schema migrations: one numbered script a change, run in order, each database remembering where it stands."""

from collections.abc import Sequence
from pathlib import Path
from typing import Any

from alembic import command
from alembic.autogenerate import compare_metadata
from alembic.config import Config
from alembic.runtime.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy import Connection

from kaogong.core.errors import ConfigInvalid
from kaogong.db.base import Base
from kaogong.db.database import Database

SCRIPTS = Path(__file__).parent / "migrations"


def current(database: Database) -> str | None:
    """The revision the database stands at; None when it is empty."""
    with database.engine.connect() as connection:
        return MigrationContext.configure(connection).get_current_revision()


def steps_from(revision: str | None) -> list[str]:
    """The migrations after `revision`, oldest first, as `number: what it does`."""
    scripts = ScriptDirectory.from_config(_config())
    if revision is not None and revision not in {s.revision for s in scripts.walk_revisions()}:
        raise ConfigInvalid(
            f"The registry is at version {revision}, which this Kaogong does not know: run the newer version that made it.",
            code="schema_newer",
        )
    return [f"{s.revision}: {s.doc}" for s in reversed(list(scripts.iterate_revisions("head", revision or "base")))]


def upgrade(database: Database, *, dry_run: bool = False) -> list[str]:
    """Run the migrations that are missing and say which; with `dry_run` only say."""
    steps = steps_from(current(database))
    if steps and not dry_run:
        with database.writer() as connection:
            command.upgrade(_config(connection), "head")
    return steps


def differences(database: Database) -> Sequence[Any]:
    """What Alembic finds different between the database and the tables that are imported; empty when they agree."""
    with database.engine.connect() as connection:
        found: list[Any] = compare_metadata(MigrationContext.configure(connection, opts={"compare_type": True}), Base.metadata)
    return found


def _config(connection: Connection | None = None) -> Config:
    config = Config()
    config.set_main_option("script_location", str(SCRIPTS))
    config.attributes["connection"] = connection
    return config
