"""What the conformance suite asks of a peer, and peers that speak no protocol at all."""

import asyncio
import contextlib
from abc import ABC, abstractmethod
from pathlib import Path
from typing import Any, ClassVar, Self


class Peer(ABC):
    """The other side of one driver, on loopback. The suite starts it on a free port, stops it and starts it again."""

    name: ClassVar[str]
    has_login: ClassVar[bool] = False
    is_shared: ClassVar[bool] = False  # whether cases may be loaded into the peer that serves the checks

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.port = 0

    @abstractmethod
    async def start(self) -> None:
        """Listen; on the second start on the same port as before."""

    @abstractmethod
    async def stop(self) -> None:
        """Stop listening and drop every connection."""

    @abstractmethod
    def config(self, port: int | None = None) -> dict[str, Any]:
        """The driver's configuration for this peer, or for whatever listens on `port`."""

    def wrong_login(self) -> dict[str, Any]:
        """The configuration with a password that is not right."""
        raise NotImplementedError

    @abstractmethod
    def address(self, i: int) -> dict[str, Any]:
        """The i-th good point, 0 to 999."""

    @abstractmethod
    def expected(self, i: int) -> Any:
        """What the i-th good point reads."""

    def bad_address(self) -> dict[str, Any]:
        """A well-formed address that this peer does not have."""
        raise NotImplementedError

    async def stir(self) -> None:  # noqa: B027
        """Make a peer that only sends by itself send everything now."""

    @abstractmethod
    async def load(self, given: Any) -> None:
        """Serve what a case's `input.json` says, in the words of its driver's cases."""

    @abstractmethod
    async def connections(self) -> int:
        """How many clients are connected now, as the peer sees it."""


class Listener(ABC):
    """A server of a few lines; leaving it ends every connection before it returns."""

    async def __aenter__(self) -> Self:
        self._connections: dict[asyncio.StreamWriter, asyncio.Task[None]] = {}
        self._server = await asyncio.start_server(self._accept, "127.0.0.1", 0)
        self.port: int = self._server.sockets[0].getsockname()[1]
        return self

    async def __aexit__(self, *_: object) -> None:
        self._server.close()
        tasks = list(self._connections.values())
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)
        await self._server.wait_closed()

    @property
    def connections(self) -> int:
        return len(self._connections)

    @abstractmethod
    async def serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        """Speak with one client until it goes."""

    async def _accept(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        task = asyncio.current_task()
        assert task is not None
        self._connections[writer] = task
        try:
            with contextlib.suppress(asyncio.IncompleteReadError, ConnectionError, asyncio.CancelledError):
                await self.serve(reader, writer)
        finally:
            del self._connections[writer]
            writer.close()
            with contextlib.suppress(ConnectionError):
                await writer.wait_closed()


class Silent(Listener):
    """Accepts and never says a word: a half-open connection, or a peer that hangs."""

    answer = b""

    async def serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        while await reader.read(4096):
            if self.answer:
                writer.write(self.answer)
                await writer.drain()


class Garbage(Silent):
    """Answers everything with bytes that belong to no protocol."""

    answer = bytes((37 * i + 11) % 256 for i in range(300))


async def free_port() -> int:
    """A port that nobody listens on."""
    server = await asyncio.start_server(lambda r, w: None, "127.0.0.1", 0)
    port: int = server.sockets[0].getsockname()[1]
    server.close()
    await server.wait_closed()
    return port


async def until(condition: Any, what: str, deadline_s: float = 30.0) -> None:
    """Wait for `condition()` (plain or awaitable) to hold; fails with `what`."""
    loop = asyncio.get_running_loop()
    end = loop.time() + deadline_s
    while True:
        holds = condition()
        if asyncio.iscoroutine(holds):
            holds = await holds
        if holds:
            return
        assert loop.time() < end, f"not within {deadline_s:g} s: {what}"
        await asyncio.sleep(0.01)
