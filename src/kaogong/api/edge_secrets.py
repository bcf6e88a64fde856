"""Passwords in an edge node's configuration as the registry keeps them: sealed. What people see of them is a matter of `masking`."""

from collections.abc import Callable, Mapping
from typing import Any

from kaogong.api.masking import secrets_of
from kaogong.edge.configuration import Configuration
from kaogong.security import SEALED, Sealer

Document = Mapping[str, Any]
Change = Callable[[str, str, str], str]  # connection, field, text -> text


def sealed(document: Configuration, stored: Document, sealer: Sealer, place: str) -> dict[str, Any]:
    """`document` as it may be stored; a secret that did not change stays what `stored` has. `place` is `{tenant}/{node}`."""
    known = {(one["name"], field): text for one in stored.get("connections", ()) for field, text in one["config"].items()}

    def seal(connection: str, field: str, text: str) -> str:
        kept, about = known.get((connection, field)), _about(place, connection, field)
        if isinstance(kept, str) and kept.startswith(SEALED) and sealer.open(kept, about) == text:
            return kept
        return sealer.seal(text, about)

    raw = document.model_dump(mode="json", exclude_unset=True)
    secrets = {one.name: secrets_of(one) for one in document.connections}
    return _changed(raw, lambda connection, field: field in secrets[connection], seal)


def opened(stored: Document, sealer: Sealer, place: str) -> Configuration:
    """The document with its secrets."""

    def open_(connection: str, field: str, text: str) -> str:
        return sealer.open(text, _about(place, connection, field)) if text.startswith(SEALED) else text

    return Configuration.model_validate(_changed(stored, lambda connection, field: True, open_))


def _changed(document: Document, wanted: Callable[[str, str], bool], change: Change) -> dict[str, Any]:
    connections = []
    for one in document.get("connections", ()):
        name, config = one["name"], dict(one["config"])
        for field, text in config.items():
            if isinstance(text, str) and text and wanted(name, field):
                config[field] = change(name, field, text)
        connections.append({**one, "config": config})
    return {**document, "connections": connections}


def _about(place: str, connection: str, field: str) -> str:
    return f"{place}/{connection}/{field}"
