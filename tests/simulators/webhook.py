"""Webhook peer: somebody who posts with the standard library's HTTP client, when told to."""

import asyncio
import contextlib
import http.client
import socket
from pathlib import Path
from typing import Any, ClassVar, Self

import orjson
from tests.simulators.peer import Peer, free_port

TOKEN = "webhook-secret"
LISTENING = "0A"


def listens(port: int) -> int:
    """1 while somebody of this machine listens on the port, as the kernel says."""
    rows = [row.split() for row in Path("/proc/net/tcp").read_text().splitlines()[1:]]
    return sum(1 for row in rows if row[1].endswith(f":{port:04X}") and row[3] == LISTENING)


class PosterPeer(Peer):
    """http.client. As it only speaks to who listens, its port is the driver's own; while it is stopped a stranger holds that port."""

    name = "http.client"
    has_login = True
    refusal = "port_taken"
    gaps: ClassVar = {
        "wrong_login": "never: the other side logs in to us; tests/edge/test_webhook.py shows a wrong token refused",
        "write": "never: the other side only speaks",
        "wrong_type": "never: JSON carries its own types, the configuration claims none",
        "browse": "never: nobody can be asked",
    }

    async def start(self) -> None:
        self.port = self.port or await free_port()
        self.target, self.is_cut, self.is_slow = self.port, False, False
        self._posts: list[Any] = []
        self._stranger: socket.socket | None = None
        self._taken: asyncio.Task[None] | None = getattr(self, "_taken", None)
        if self._taken is not None:
            self._taken.cancel()
            with contextlib.suppress(asyncio.CancelledError):
                await self._taken
            self._taken = None

    async def stop(self) -> None:
        if self._stranger is not None:
            self._stranger.close()
        self._taken = asyncio.create_task(_take(self.port))

    async def is_gone(self) -> bool:
        return listens(self.port) == 1

    def config(self, port: Any = None) -> dict[str, Any]:
        self.target = port or self.port
        return {"host": "127.0.0.1", "port": self.target, "token": TOKEN, "timeout_s": 5.0}

    def address(self, i: int) -> dict[str, Any]:
        return {"path": "/plant", "pointer": f"/p{i}"}

    def expected(self, i: int) -> Any:
        return i * 0.5

    def bad_address(self) -> dict[str, Any]:
        return {"path": "/plant", "pointer": "/nowhere"}

    async def nowhere(self) -> Any:
        self._stranger = socket.create_server(("127.0.0.1", 0))
        return self._stranger.getsockname()[1]

    def silent(self) -> "Quiet":
        return Quiet()

    def garbage(self) -> "Quiet":
        return Noisy()

    def cable(self, *, is_slow: bool = False) -> "PostersCable":
        return PostersCable(self, is_slow=is_slow)

    async def load(self, given: Any) -> None:
        """[{path, body}]."""
        self._posts = given

    async def stir(self) -> None:
        if not self.is_cut:
            bodies = [("/plant", {f"p{i}": self.expected(i) for i in range(1000)})]
            for path, body in [(p["path"], p["body"]) for p in self._posts] or bodies:
                await asyncio.to_thread(post, self.target, path, orjson.dumps(body), is_slow=self.is_slow)

    async def connections(self) -> int:
        return listens(self.port)


async def _take(port: int) -> None:
    """Hold the port as soon as it is free."""
    while True:
        with contextlib.suppress(OSError), socket.create_server(("127.0.0.1", port)):
            await asyncio.Event().wait()
        await asyncio.sleep(0.01)


def post(port: int, path: str, body: bytes, token: str = TOKEN, *, is_slow: bool = False, method: str = "POST") -> int:
    """The status of the answer; 0 when nobody listens."""
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=10)
    pieces = [body[i : i + 233] for i in range(0, len(body), 233)] if is_slow else body
    try:
        connection.request(method, path, pieces, {"Authorization": f"Bearer {token}", "Content-Length": str(len(body))})
        return connection.getresponse().status
    except OSError:
        return 0
    finally:
        connection.close()


class Quiet:
    """Nobody posts. What counts as connected is the driver's listening."""

    async def __aenter__(self) -> Self:
        self.port: Any = await free_port()
        return self

    async def __aexit__(self, *_: object) -> None: ...

    @property
    def connections(self) -> int:
        return listens(self.port)


class Noisy(Quiet):
    """Connects and sends bytes of no protocol."""

    async def __aenter__(self) -> Self:
        await super().__aenter__()
        self._task = asyncio.create_task(self._shout())
        return self

    async def __aexit__(self, *_: object) -> None:
        self._task.cancel()
        with contextlib.suppress(asyncio.CancelledError):
            await self._task

    async def _shout(self) -> None:
        while True:
            with contextlib.suppress(OSError):
                _, writer = await asyncio.open_connection("127.0.0.1", self.port)
                writer.write(bytes((37 * i + 11) % 256 for i in range(300)))
                await writer.drain()
                writer.close()
                await writer.wait_closed()
            await asyncio.sleep(0.05)


class PostersCable(Quiet):
    """Between the peer and the driver that listens on our port."""

    def __init__(self, peer: PosterPeer, *, is_slow: bool = False) -> None:
        self._peer, self._is_slow = peer, is_slow

    async def __aenter__(self) -> Self:
        await super().__aenter__()
        self._peer.is_slow = self._is_slow
        return self

    async def __aexit__(self, *_: object) -> None:
        self._peer.is_slow = self._peer.is_cut = False
        self._peer.target = self._peer.port

    def pull(self) -> None:
        self._peer.is_cut = True

    def plug(self) -> None:
        self._peer.is_cut = False


PEERS = [PosterPeer]
