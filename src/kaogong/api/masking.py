"""Secrets of an edge node's connections: people see a mask, and a mask that comes back stands for the secret that is stored."""

from collections.abc import Iterator, Mapping
from typing import Any

from kaogong.core.errors import ConfigInvalid
from kaogong.edge.configuration import Configuration, Connection
from kaogong.edge.drivers.base import SHELF

MASK = "••••••••"


def masked(document: Configuration) -> Configuration:
    """The document as people see it."""
    return _with_configs(document, (_hidden(one) for one in document.connections))


def unmasked(document: Configuration, stored: Configuration) -> Configuration:
    """The document with the stored secrets where it has masks; ConfigInvalid where there is none to put in."""
    known = {(one.name, one.driver): one.config for one in stored.connections}
    return _with_configs(
        document,
        (_revealed(one, known.get((one.name, one.driver), {}), f"connections.{i}") for i, one in enumerate(document.connections)),
    )


def _with_configs(document: Configuration, configs: Iterator[dict[str, Any]]) -> Configuration:
    connections = (one.model_copy(update={"config": config}) for one, config in zip(document.connections, configs, strict=True))
    return document.model_copy(update={"connections": tuple(connections)})


def _hidden(connection: Connection) -> dict[str, Any]:
    secrets = secrets_of(connection)
    return {key: MASK if value and (key in secrets) else value for key, value in connection.config.items()}


def _revealed(connection: Connection, stored: Mapping[str, Any], where: str) -> dict[str, Any]:
    config: dict[str, Any] = dict(connection.config)
    for key in [key for key, value in config.items() if value == MASK]:
        if key not in stored:
            field = f"{where}.config.{key}"
            raise ConfigInvalid(
                f"{field}: write the secret itself; none is stored for this connection.", code="secret_unknown", field=field
            )
        config[key] = stored[key]
    return config


def secrets_of(connection: Connection) -> set[str]:
    """The settings that are secrets; every text where the driver cannot be asked."""
    try:
        schema = SHELF.load(connection.driver).Config.model_json_schema()
    except ConfigInvalid:
        return {key for key, value in connection.config.items() if isinstance(value, str)}
    return {key for key, field in schema.get("properties", {}).items() if field.get("format") == "password"}
