"""S7 peer: the C++ server of snap7."""

import asyncio
import json
import struct
from collections.abc import Sequence
from pathlib import Path
from typing import Any, ClassVar

from tests.simulators.peer import Peer, established, free_port

PEERS_PYTHON = Path(__file__).parents[2] / ".venv/peers/bin/python"


class Snap7Peer(Peer):
    """snap7's server in C++, in a process of its own."""

    name = "snap7"
    size = 10_000
    gaps: ClassVar = {
        "wrong_login": "notimpl: session passwords of S7-300 and 400",
        "wrong_type": "never: the bytes of a data block do not say what they hold",
        "browse": "never: the protocol lists data blocks, not what lies in them",
    }
    memory: ClassVar[dict[str, str]] = {
        "DB1": struct.pack(f">{size + 1}f", *(i * 0.5 for i in range(size + 1))).hex(),
        "DB2": bytes(range(256)).hex(),
    }

    def __init__(self, folder: Path) -> None:
        super().__init__(folder)
        self.memory_now = self.memory

    async def start(self) -> None:
        self.port = self.port or await free_port()
        script = Path(__file__).with_name("s7_server.py")
        self._process = await asyncio.create_subprocess_exec(
            PEERS_PYTHON, script, str(self.port), stdin=asyncio.subprocess.PIPE, stdout=asyncio.subprocess.PIPE
        )
        assert self._process.stdin is not None
        assert self._process.stdout is not None
        self._process.stdin.write(json.dumps(self.memory_now).encode() + b"\n")
        assert await self._process.stdout.readline() == b"ready\n"

    async def stop(self) -> None:
        self._process.kill()
        await self._process.wait()

    def config(self, port: Any = None) -> dict[str, Any]:
        return {"host": "127.0.0.1", "port": port or self.port, "timeout_s": 5.0}

    def address(self, i: int) -> dict[str, Any]:
        return {"address": f"DB1.DBD{4 * i}", "type": "REAL"}

    def expected(self, i: int) -> Any:
        return i * 0.5

    def bad_address(self) -> dict[str, Any]:
        return {"address": "DB1.DBW50000"}

    def writable(self) -> tuple[dict[str, Any], Sequence[Any]]:
        return self.address(self.size), (1.5, -2.25, 3)

    async def load(self, given: Any) -> None:
        """{"DB5" | "M" | "I" | "Q" | "T" | "C": hex}; whatever is not named does not exist.

        This server looks for timer and counter n at byte n // 2 of its area, so cases give all of them one value.
        """
        self.memory_now = {area: body.replace(" ", "") for area, body in given.items()}
        await self.stop()
        await self.start()

    async def connections(self) -> int:
        return established(self.port)


PEERS = [Snap7Peer]
