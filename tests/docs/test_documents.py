"""The documents tell the truth: what they name exists."""

import re
from pathlib import Path

import pytest

from kaogong.cli.main import COMMANDS

ROOT = Path(__file__).parents[2]
DOCUMENTS = sorted(f for f in [*ROOT.glob("*.md"), *ROOT.glob("docs/**/*.md")] if "decisions" not in f.parts)


@pytest.mark.parametrize("document", DOCUMENTS, ids=lambda f: str(f.relative_to(ROOT)))
def test_commands_and_links_exist(document: Path) -> None:
    text = document.read_text(encoding="utf-8")
    targets = set(re.findall(r"^([a-z-]+):", (ROOT / "Makefile").read_text(), re.MULTILINE))
    code = "\n".join(indented or inline for indented, inline in re.findall(r"^ {4}(.+)$|`([^`\n]+)`", text, re.MULTILINE))
    commands = {c.replace("-", "_") for c in re.findall(r"(?:^|bin/)kaogong ([a-z-]+)", code, re.MULTILINE)}
    offered = {name.rstrip("_") for name in COMMANDS}
    assert commands <= offered, f"no such command: {commands - offered}"
    makes = set(re.findall(r"^make ([a-z-]+)", code, re.MULTILINE))
    assert makes <= targets, f"no such make target: {makes - targets}"
    links = [link for link in re.findall(r"\]\(([^)#]+)\)", text) if "://" not in link]
    missing = [link for link in links if not (document.parent / link).exists()]
    assert not missing, f"links lead nowhere: {missing}"


def test_the_two_readmes_say_the_same_commands() -> None:
    english, chinese = (
        re.findall(r"^ {4}(\S+ \S+)", (ROOT / name).read_text(encoding="utf-8"), re.MULTILINE) for name in ("README.md", "README.zh.md")
    )
    assert english == chinese


def test_every_room_stands_in_the_architecture() -> None:
    text = (ROOT / "ARCHITECTURE.md").read_text(encoding="utf-8")
    rooms = {f.parent.name for f in (ROOT / "src/kaogong").glob("*/__init__.py")}
    assert not {room for room in rooms if f"{room}/" not in text}
