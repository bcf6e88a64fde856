"""Migrations and tables agree on both stores; `upgrade --dry-run` touches nothing."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from sqlalchemy import inspect
from tests.support.postgres import PostgresServer
from typer.testing import CliRunner

from kaogong.cli import upgrade as cli
from kaogong.core.errors import ConfigInvalid
from kaogong.db import Database, schema


@pytest.fixture(params=["sqlite", "postgresql"])
def empty(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Database]:
    """A database without a single table."""
    if request.param == "sqlite":
        dsn = f"sqlite:///{tmp_path}/empty.db"
    else:
        server: PostgresServer = request.getfixturevalue("postgres_server")
        dsn = server.dsn(server.create())
    database = Database(dsn)
    yield database
    database.close()


def test_migrations_make_the_tables_that_the_rooms_declare(empty: Database) -> None:
    cli.import_tables()
    assert schema.upgrade(empty) == schema.steps_from(None)
    assert schema.differences(empty) == []
    assert schema.upgrade(empty) == []


def test_a_dry_run_says_the_steps_and_touches_nothing(empty: Database) -> None:
    assert schema.upgrade(empty, dry_run=True) == schema.steps_from(None) != []
    assert inspect(empty.engine).get_table_names() == []


def test_a_database_of_a_newer_version_is_refused_in_words(empty: Database) -> None:
    schema.upgrade(empty)
    with empty.writer() as connection:
        connection.exec_driver_sql("UPDATE alembic_version SET version_num = '9999'")
    with pytest.raises(ConfigInvalid, match="newer version"):
        schema.upgrade(empty)


def test_the_command_runs_once_and_a_dry_run_creates_nothing(tmp_path: Path) -> None:
    home = tmp_path / "home"

    def said(*options: str) -> str:
        return CliRunner().invoke(cli.app, ["--home", str(home), *options]).output

    assert "would run 0001" in said("--dry-run")
    assert not home.exists()
    assert "ran 0001" in said()
    assert "up to date" in said("--dry-run")
    assert "up to date" in said()
