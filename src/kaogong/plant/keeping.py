"""Small files the plant keeps in its folder; written whole or not at all, readable by their owner alone."""

import json
import os
from pathlib import Path
from typing import Any


def read_json(file: Path) -> dict[str, Any]:
    """What the file holds; {} where there is none or it was cut short."""
    try:
        found = json.loads(file.read_text(encoding="utf-8"))
    except (FileNotFoundError, json.JSONDecodeError):
        return {}
    return found if isinstance(found, dict) else {}


def write_secretly(file: Path, data: Any) -> None:
    """Replace the file in one step, mode 0600."""
    file.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    draft = file.with_suffix(".new")
    with os.fdopen(os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600), "w", encoding="utf-8") as out:
        json.dump(data, out, ensure_ascii=False)
    draft.replace(file)
