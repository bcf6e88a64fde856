"""A peer in a process of its own: other people's servers, spoken to by one line of JSON each way."""

import asyncio
import json
import os
from abc import abstractmethod
from pathlib import Path
from typing import Any

from tests.simulators.peer import Peer, free_port

ROOT = Path(__file__).parents[2]
PEERS_PYTHON = ROOT / ".venv/peers/bin/python"


class ProcessPeer(Peer):
    """Starts `command()` with `given` as the first line of its stdin; it says `ready` when it listens."""

    given: Any = None
    _process: asyncio.subprocess.Process | None = None

    @abstractmethod
    def command(self) -> list[str]:
        """What to run; `self.port` is known."""

    async def start(self) -> None:
        self.port = self.port or await free_port()
        pipe = asyncio.subprocess.PIPE
        environment = {k: v for k, v in os.environ.items() if k != "PYTHONPATH"}
        self._process = await asyncio.create_subprocess_exec(*self.command(), stdin=pipe, stdout=pipe, env=environment)
        assert await self._ask(self.given) == "ready"

    async def stop(self) -> None:
        if self._process is not None and self._process.returncode is None:
            self._process.kill()
            await self._process.wait()

    async def ask(self, **request: Any) -> Any:
        """One request to the peer and its answer."""
        return json.loads(await self._ask(request))

    async def connections(self) -> int:
        return await asyncio.to_thread(established, self.port)

    async def _ask(self, request: Any) -> str:
        assert self._process is not None and self._process.stdin is not None and self._process.stdout is not None
        self._process.stdin.write(json.dumps(request).encode() + b"\n")
        await self._process.stdin.drain()
        async with asyncio.timeout(30):
            return (await self._process.stdout.readline()).decode().strip()


def established(port: int, kind: str = "tcp") -> int:
    """Connections to a local port as the kernel sees them; for udp, sockets of ours that are connected to it."""
    rows = [row.split() for row in Path(f"/proc/net/{kind}").read_text().splitlines()[1:]]
    there = f":{port:04X}"
    column = 1 if kind == "tcp" else 2
    return sum(1 for row in rows if row[column].endswith(there) and row[3] == "01")
