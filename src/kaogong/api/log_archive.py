"""An archive of log lines of a period, with the hash of each file."""

import hashlib
import json
import tempfile
import zipfile
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import IO

from kaogong.core.clock import now

ZIP = "application/zip"
PIECE = 256 * 1024


@dataclass(frozen=True, slots=True)
class LogArchive:
    """A finished archive; the file vanishes when it is closed."""

    file: IO[bytes]
    manifest_sha256: str


def build(folder: Path, begin: datetime, end: datetime, by: str) -> LogArchive:
    """Every line between `begin` (included) and `end` (not), by process, oldest first."""
    file = tempfile.TemporaryFile()  # noqa: SIM115 (closed when it has been sent)
    with zipfile.ZipFile(file, "w", zipfile.ZIP_DEFLATED) as archive:
        contents = []
        for process in sorted({log.name.split(".")[0] for log in folder.glob("*.log*")}):
            digest, size, lines = hashlib.sha256(), 0, 0
            with archive.open(f"{process}.log", "w", force_zip64=True) as out:
                for line in between(folder, process, begin, end):
                    out.write(line)
                    digest.update(line)
                    size, lines = size + len(line), lines + 1
            contents.append({"file": f"{process}.log", "lines": lines, "bytes": size, "sha256": digest.hexdigest()})
        manifest = {"from": begin.isoformat(), "to": end.isoformat(), "made_at": now().isoformat(), "made_by": by, "files": contents}
        text = json.dumps(manifest, indent=1, sort_keys=True).encode()
        archive.writestr("MANIFEST.json", text)
    file.seek(0)
    return LogArchive(file, hashlib.sha256(text).hexdigest())


def between(folder: Path, process: str, begin: datetime, end: datetime) -> Iterator[bytes]:
    """The lines of one process in the period; what follows a line without a time of its own belongs to it."""
    inside = False
    for log in sorted(folder.glob(f"{process}.log*"), key=_age, reverse=True):
        with log.open("rb") as lines:
            for line in lines:
                moment = _moment(line)
                if moment is not None:
                    inside = begin <= moment < end
                if inside:
                    yield line


def _age(log: Path) -> int:
    """0 for the file being written, 1 for the one before …"""
    number = log.suffix.removeprefix(".")
    return int(number) if number.isdigit() else 0


def _moment(line: bytes) -> datetime | None:
    """The time a line begins with, as the processes write it."""
    text = line[:24].decode("ascii", "replace")
    if len(text) < 20 or text[4] != "-" or text[10] != "T":
        return None
    try:
        return datetime.fromisoformat(text.split(" ")[0].rstrip("Z")).replace(tzinfo=UTC)
    except ValueError:
        return None


def pieces(file: IO[bytes]) -> Iterator[bytes]:
    """The archive in pieces; closes it."""
    with file:
        while piece := file.read(PIECE):
            yield piece
