"""Follows the broker's log for what devices tried without permission: MQTT 3.1.1 has no way to tell the device itself."""

import asyncio
import re
from collections.abc import Callable
from pathlib import Path

LOOK_EVERY_S = 0.5
VIOLATION = re.compile(r"[mc]id:(\d+) - .*?(Publish|Subscription) Violation - .*?Subject \"([^\"]*)\"")
MOST = 1024 * 1024


def violations_in(text: str) -> list[tuple[int, str]]:
    """(connection number, words) of each violation in a piece of the log."""
    verbs = {"Publish": "publish to", "Subscription": "subscribe to"}
    return [(int(number), f"{verbs[kind]} {subject.replace('.', '/')}") for number, kind, subject in VIOLATION.findall(text)]


class LogReader:
    """Reads what was added to a log file since it was last asked; follows a rotation."""

    def __init__(self, file: Path) -> None:
        self._file = file
        self._inode, self._offset = self._where()

    def _where(self) -> tuple[int, int]:
        try:
            status = self._file.stat()
        except FileNotFoundError:
            return 0, 0
        return status.st_ino, status.st_size

    def added(self) -> str:
        """Whole lines since the last call; of a flood only the last megabyte."""
        inode, size = self._where()
        if inode != self._inode or size < self._offset:
            self._inode, self._offset = inode, 0
        if size <= self._offset:
            return ""
        with self._file.open("rb") as log:
            log.seek(max(self._offset, size - MOST))
            data = log.read()
            start = log.tell() - len(data)
        whole = data.rfind(b"\n") + 1
        self._offset = start + whole
        return data[:whole].decode(errors="replace")


async def follow_violations(file: Path, tell: Callable[[int, str], None]) -> None:
    """Call `tell(connection number, words)` for each violation the broker logs, until cancelled."""
    reader = LogReader(file)
    while True:
        await asyncio.sleep(LOOK_EVERY_S)
        for number, words in violations_in(reader.added()):
            tell(number, words)
