"""Bring the registry's tables to this version; --dry-run says what would be done and touches nothing."""

import pkgutil
from importlib import import_module
from pathlib import Path
from typing import Annotated

import typer

import kaogong
from kaogong import registry
from kaogong.db import Database, schema
from kaogong.settings import Settings

app = typer.Typer()


def import_tables() -> None:
    """Import every room's `tables`, found by file name, so that the metadata is whole."""
    for room in pkgutil.iter_modules(kaogong.__path__):
        # By the file, as find_spec would load every room to look inside.
        if room.ispkg and any((Path(folder) / room.name / "tables.py").exists() for folder in kaogong.__path__):
            import_module(f"kaogong.{room.name}.tables")


def upgrade_registry(settings: Settings, *, dry_run: bool = False) -> list[str]:
    """Run the migrations that are missing; what was (or with `dry_run` would be) done, a line each."""
    database = Database(settings.registry_dsn)
    try:
        if dry_run and database.is_sqlite and not Path(database.url.database or "").exists():
            return schema.steps_from(None)  # connecting would create the file
        done = schema.upgrade(database, dry_run=dry_run)
        if done and not dry_run:
            with database.write() as session:
                indexed = registry.reindex(session)
            done += [f"search index: {indexed} devices and assets"] if indexed else []
        return done
    finally:
        database.close()


@app.command()
def upgrade(
    home: Annotated[Path, typer.Option(help="The home folder.")] = Path("kaogong-home"),
    dry_run: Annotated[bool, typer.Option("--dry-run", help="Say what would be done and touch nothing.")] = False,
) -> None:
    """Bring the registry's tables to this version."""
    done = upgrade_registry(Settings.load(home), dry_run=dry_run)
    for line in done:
        print(f"would run {line}" if dry_run else f"ran {line}")
    if not done:
        print("The registry is up to date.")
