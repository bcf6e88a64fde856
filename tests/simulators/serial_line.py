"""Serial lines without hardware: pseudo terminals, with strangers and cables on them."""

import asyncio
import contextlib
import os
import tty
from collections.abc import Callable
from pathlib import Path
from typing import Self

from tests.simulators.peer import Garbage


class Tty:
    """One end of a serial line: a device that others open at `port`; what they write goes to `hear`."""

    def __init__(self, hear: Callable[[bytes], None] = lambda data: None) -> None:
        self.hear = hear
        self._ours, self._theirs = os.openpty()  # theirs is kept open: a line nobody holds reads as an error
        tty.setraw(self._theirs)
        os.set_blocking(self._ours, False)
        self.port = os.ttyname(self._theirs)
        asyncio.get_running_loop().add_reader(self._ours, self._read)

    def say(self, data: bytes) -> None:
        """Send to whoever holds the device open."""
        with contextlib.suppress(BlockingIOError):
            os.write(self._ours, data)

    @property
    def connections(self) -> int:
        """How often this process has the device open, our own hold not counted."""
        held = 0
        for link in Path("/proc/self/fd").iterdir():
            with contextlib.suppress(OSError):
                held += link.readlink() == Path(self.port)
        return held - 1

    def close(self) -> None:
        """Unplug the adapter."""
        if self._ours >= 0:
            asyncio.get_running_loop().remove_reader(self._ours)
            os.close(self._ours)
            os.close(self._theirs)
            self._ours = -1

    def _read(self) -> None:
        self.hear(os.read(self._ours, 4096))


class SilentLine:
    """A line on which nobody answers."""

    answer = b""

    async def __aenter__(self) -> Self:
        self._tty = Tty(self._heard)
        self.port = self._tty.port
        self._asked = False
        return self

    async def __aexit__(self, *_: object) -> None:
        self._tty.close()

    @property
    def connections(self) -> int:
        """Whether somebody who has spoken still holds the line."""
        return self._tty.connections if self._asked else 0

    def _heard(self, _: bytes) -> None:
        self._asked = True
        if self.answer:
            self._tty.say(self.answer)


class GarbageLine(SilentLine):
    """A line full of noise."""

    answer = Garbage.answer


class SerialCable:
    """A second way onto a peer's line, which can be pulled; slow: what the peer says comes in small pieces."""

    def __init__(self, peer: Tty, *, is_slow: bool = False) -> None:
        self._peer, self._is_slow = peer, is_slow
        self._is_plugged = True

    async def __aenter__(self) -> Self:
        self._tty = Tty(lambda data: self._peer.say(data) if self._is_plugged else None)
        self.port = self._tty.port
        self._former, self._peer.hear = self._peer.hear, self._back
        return self

    async def __aexit__(self, *_: object) -> None:
        self._peer.hear = self._former
        self._tty.close()

    @property
    def connections(self) -> int:
        """How often this process has the device open."""
        return self._tty.connections

    def pull(self) -> None:
        """From now on nothing passes."""
        self._is_plugged = False

    def plug(self) -> None:
        """Pass on what comes from now on."""
        self._is_plugged = True

    def _back(self, data: bytes) -> None:
        if not self._is_plugged:
            return
        if not self._is_slow:
            self._tty.say(data)
            return
        for i in range(0, len(data), 7):
            asyncio.get_running_loop().call_later(i * 0.0002, self._tty.say, data[i : i + 7])
