"""EtherNet/IP peer: cpppo's simulated Logix controller."""

import asyncio
import json
from collections.abc import Sequence
from pathlib import Path
from typing import Any, ClassVar

from tests.simulators.peer import Peer, established, free_port

PEERS_PYTHON = Path(__file__).parents[2] / ".venv/peers/bin/python"


class CpppoPeer(Peer):
    """cpppo's server, in a process of its own."""

    name = "cpppo"
    size = 10_000
    gaps: ClassVar = {
        "wrong_login": "never: the protocol knows no login",
        "browse": "never: this peer does not list its tags",
    }

    def __init__(self, folder: Path) -> None:
        super().__init__(folder)
        self.tags: dict[str, Any] = {"F": ["REAL", [i * 0.5 for i in range(self.size + 1)]], "Text": ["SSTRING", ["Pump 1"]]}

    async def start(self) -> None:
        self.port = self.port or await free_port()
        script = Path(__file__).with_name("ethernet_ip_server.py")
        self._process = await asyncio.create_subprocess_exec(
            PEERS_PYTHON, "-u", script, str(self.port),
            stdin=asyncio.subprocess.PIPE, stdout=asyncio.subprocess.PIPE, stderr=asyncio.subprocess.DEVNULL,
        )  # fmt: skip
        assert self._process.stdin is not None
        assert self._process.stdout is not None
        self._process.stdin.write(json.dumps(self.tags).encode() + b"\n")
        assert (await self._process.stdout.readline()).startswith(b"Network TCP Server")

    async def stop(self) -> None:
        self._process.kill()
        await self._process.wait()

    def config(self, port: Any = None) -> dict[str, Any]:
        return {"host": "127.0.0.1", "port": port or self.port, "timeout_s": 5.0}

    def address(self, i: int) -> dict[str, Any]:
        return {"tag": f"F[{i}]"}

    def expected(self, i: int) -> Any:
        return i * 0.5

    def bad_address(self) -> dict[str, Any]:
        """Past the end: asked for a tag it does not have, this server ends the session."""
        return {"tag": "F[50000]"}

    def mistyped_address(self) -> dict[str, Any]:
        return {"tag": "Text", "type": "REAL"}

    def writable(self) -> tuple[dict[str, Any], Sequence[Any]]:
        return self.address(self.size), (1.5, -2.25, 3)

    async def load(self, given: Any) -> None:
        """{tag: [type, values]}."""
        self.tags = given
        await self.stop()
        await self.start()

    async def connections(self) -> int:
        return established(self.port)


PEERS = [CpppoPeer]
