"""What the conformance suite asks of a peer, and what stands between a driver and its peer: silence, garbage, a cable."""

import asyncio
import contextlib
import socket
from abc import ABC, abstractmethod
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any, ClassVar, Protocol, Self


class Stranger(Protocol):
    """Something that listens where a peer should be: a context manager that ends every connection when it is left."""

    port: Any

    @property
    def connections(self) -> int:
        """How many clients are connected now."""

    async def __aenter__(self) -> Self: ...

    async def __aexit__(self, *_: object) -> None: ...


class Wire(Stranger, Protocol):
    """A cable between driver and peer that can be pulled and plugged in again. Slow: what the peer says comes in small pieces."""

    def pull(self) -> None:
        """From now on nothing passes and nobody is told."""

    def plug(self) -> None:
        """Pass on what comes from now on; connections that saw the cable out are dropped."""


class Peer(ABC):
    """The other side of one driver, on loopback. The suite starts it on a free port, stops it and starts it again.

    Everything that differs from driver to driver stands here, so that a new one touches no test. A peer on UDP, a serial line or
    a file overrides `nowhere`, `silent`, `garbage` and `cable`; `port` is then whatever its `config` understands.
    """

    name: ClassVar[str]
    has_login: ClassVar[bool] = False
    is_shared: ClassVar[bool] = False  # whether cases may be loaded into the peer that serves the checks
    size: ClassVar[int] = 1000  # how many good points it has; a check that wants more asks for some again
    refusal: ClassVar[str] = "connection_refused"  # the code of the failure when nobody is there
    gaps: ClassVar[Mapping[str, str]] = {}
    """Check (its name without `test_`, or how that begins) -> one of notimpl, notyet, never, a colon, and why.

    A gap is a strict expected failure with NotImplementedError, so this list cannot grow stale; docs/reference/drivers.md shows it.
    """

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.port: Any = 0

    @abstractmethod
    async def start(self) -> None:
        """Listen; on the second start on the same port as before."""

    @abstractmethod
    async def stop(self) -> None:
        """Stop listening and drop every connection."""

    async def is_gone(self) -> bool:
        """Whether having been stopped has taken effect; looked at once the driver is closed."""
        return True

    @abstractmethod
    def config(self, port: Any = None) -> dict[str, Any]:
        """The driver's configuration for this peer, or for whatever listens on `port`."""

    def wrong_login(self) -> dict[str, Any]:
        """The configuration with a password that is not right."""
        raise NotImplementedError

    @abstractmethod
    def address(self, i: int) -> dict[str, Any]:
        """The i-th good point, from 0 to `size` - 1; neighbours lie beside each other where the protocol has an order."""

    @abstractmethod
    def expected(self, i: int) -> Any:
        """What the i-th good point reads."""

    def bad_address(self) -> dict[str, Any]:
        """A well-formed address that this peer does not have."""
        raise NotImplementedError

    def mistyped_address(self) -> dict[str, Any]:
        """An address that this peer has, asked for as something it is not (a text as a number)."""
        raise NotImplementedError

    def writable(self) -> tuple[dict[str, Any], Sequence[Any]]:
        """An address no check reads, and values to write there one after the other; each must be read back."""
        raise NotImplementedError

    def browsable(self) -> dict[str, Any]:
        """The address of a good point that browsing finds."""
        raise NotImplementedError

    async def nowhere(self) -> Any:
        """A port where nobody is."""
        return await free_port()

    def silent(self) -> Stranger:
        """Somebody who takes the connection and never says a word."""
        return Silent()

    def garbage(self) -> Stranger:
        """Somebody who answers everything with bytes that belong to no protocol."""
        return Garbage()

    def cable(self, *, is_slow: bool = False) -> Wire:
        """A way to this peer that can be pulled."""
        return Cable(self.port, is_slow=is_slow)

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
        await self.listen(0)
        return self

    async def listen(self, port: int) -> None:
        """Listen on `port`, 0 for any free one."""
        self._connections: dict[asyncio.StreamWriter, asyncio.Task[None]] = {}
        self._server = await asyncio.start_server(self._accept, "127.0.0.1", port)
        self.port: int = self._server.sockets[0].getsockname()[1]

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
        if not self._server.is_serving():  # somebody who came while we left
            writer.close()
            return
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


class Cable(Listener):
    """A TCP connection to `target` in the middle of which we sit."""

    def __init__(self, target: int, *, is_slow: bool = False) -> None:
        self.target, self.is_slow = target, is_slow
        self.is_plugged = True
        self._saw_it_out: set[asyncio.StreamWriter] = set()

    def pull(self) -> None:
        self.is_plugged = False

    def plug(self) -> None:
        self.is_plugged = True
        for writer in self._saw_it_out:
            writer.transport.abort()
        self._saw_it_out.clear()

    async def serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        if not self.is_plugged:
            self._saw_it_out.add(writer)
            await reader.read()
            return
        there, out = await asyncio.open_connection("127.0.0.1", self.target)
        try:
            ways = [asyncio.create_task(self._pass(reader, out)), asyncio.create_task(self._pass(there, writer, is_slow=self.is_slow))]
            try:
                await asyncio.wait(ways, return_when=asyncio.FIRST_COMPLETED)
            finally:
                for way in ways:
                    way.cancel()
                await asyncio.gather(*ways, return_exceptions=True)
        finally:
            out.close()
            with contextlib.suppress(ConnectionError):
                await out.wait_closed()

    async def _pass(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter, *, is_slow: bool = False) -> None:
        while data := await reader.read(1 if is_slow else 65536):
            if not self.is_plugged:
                self._saw_it_out.add(writer)
                continue
            writer.write(data)
            await writer.drain()
            if is_slow:  # the first byte alone, then the rest in pieces that end nowhere in particular
                while pieces := await reader.read(233):
                    writer.write(pieces)
                    await writer.drain()
                    await asyncio.sleep(0.002)


class SilentDatagrams(asyncio.DatagramProtocol):
    """A UDP port that hears everything and never says a word. Entered again it is the same port."""

    answer = b""
    port: int = 0

    async def __aenter__(self) -> Self:
        self._senders: set[int] = set()
        self._transport, _ = await asyncio.get_running_loop().create_datagram_endpoint(lambda: self, ("127.0.0.1", self.port))
        self.port = self._transport.get_extra_info("sockname")[1]
        return self

    async def __aexit__(self, *_: object) -> None:
        self._transport.close()

    @property
    def connections(self) -> int:
        """How many of those who spoke still hold their socket, asked of the kernel."""
        rows = Path("/proc/net/udp").read_text().splitlines()[1:]
        return len(self._senders & {int(row.split()[1].rpartition(":")[2], 16) for row in rows})

    def datagram_received(self, data: bytes, addr: Any) -> None:
        self._senders.add(addr[1])
        if self.answer:
            self._transport.sendto(self.answer, addr)


class GarbageDatagrams(SilentDatagrams):
    """Answers every datagram with bytes that belong to no protocol."""

    answer = Garbage.answer


class DatagramCable(SilentDatagrams):
    """A way to the UDP port `target` that can be pulled; slow: every datagram from there comes late."""

    def __init__(self, target: int, *, is_slow: bool = False) -> None:
        self.target, self.is_slow = target, is_slow
        self.is_plugged = True
        self._ways: dict[Any, asyncio.DatagramTransport] = {}

    async def __aexit__(self, *_: object) -> None:
        for way in self._ways.values():
            way.close()
        await super().__aexit__()

    def pull(self) -> None:
        self.is_plugged = False

    def plug(self) -> None:
        self.is_plugged = True

    def datagram_received(self, data: bytes, addr: Any) -> None:
        self._senders.add(addr[1])
        if not self.is_plugged:
            return
        if addr not in self._ways:
            out = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
            out.setblocking(False)
            out.connect(("127.0.0.1", self.target))
            protocol = _Back(self, addr)
            way = asyncio.get_running_loop().create_task(asyncio.get_running_loop().create_datagram_endpoint(lambda: protocol, sock=out))
            way.add_done_callback(lambda made: self._made(addr, made.result()[0], data))
            return
        self._ways[addr].sendto(data)

    def back(self, data: bytes, addr: Any) -> None:
        """Pass on what the peer says."""
        if self.is_plugged and not self._transport.is_closing():
            asyncio.get_running_loop().call_later(0.02 if self.is_slow else 0, self._transport.sendto, data, addr)

    def _made(self, addr: Any, way: asyncio.DatagramTransport, data: bytes) -> None:
        self._ways[addr] = way
        way.sendto(data)


class _Back(asyncio.DatagramProtocol):
    def __init__(self, cable: DatagramCable, addr: Any) -> None:
        self._cable, self._addr = cable, addr

    def datagram_received(self, data: bytes, addr: Any) -> None:
        self._cable.back(data, self._addr)


async def free_port() -> int:
    """A port that nobody listens on."""
    server = await asyncio.start_server(lambda r, w: None, "127.0.0.1", 0)
    port: int = server.sockets[0].getsockname()[1]
    server.close()
    await server.wait_closed()
    return port


def established(port: int) -> int:
    """How many TCP connections a server on `port` has, asked of the kernel."""
    rows = [row.split() for row in Path("/proc/net/tcp").read_text().splitlines()[1:]]
    return sum(1 for row in rows if row[1].endswith(f":{port:04X}") and row[3] == "01")


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
