"""Questions and answers of protocols whose frames say how long they are: over TCP, or one datagram each."""

import asyncio
from collections.abc import Callable
from typing import Any

from kaogong.core.errors import KaogongError, NotReady
from kaogong.edge.drivers.base import unreachable


class Exchange(asyncio.Protocol, asyncio.DatagramProtocol):
    """One connection on which answers come in the order of the questions.

    `length` says how long the frame is that begins with the given bytes, 0 when that cannot be told yet; ValueError with words
    when no frame begins like this. A connection that timed out or was cancelled in the middle of an answer is dropped, so that
    a late answer is never taken for the next one. Over UDP `length` is asked only whether the datagram is a frame; one that is
    none, or that `belongs` refuses, is overheard.
    """

    def __init__(self, peer: str, timeout_s: float, length: Callable[[bytes], int]) -> None:
        self.peer, self.timeout_s, self._length = peer, timeout_s, length
        self._transport: Any = None
        self._is_datagram = False
        self._buffer = b""
        self._frames: list[bytes] = []
        self._wanted = 0
        self._done: asyncio.Future[None] | None = None
        self._failure: KaogongError | None = None
        self._belongs: Callable[[bytes], bool] | None = None
        self._ended: asyncio.Future[None] | None = None

    async def connect(self, host: str, port: int) -> None:
        """Over TCP; NotReady with the reason when nobody is there in time."""
        await self._made(lambda loop: loop.create_connection(lambda: self, host, port))

    async def aim(self, host: str, port: int) -> None:
        """Over UDP: nobody has been asked yet."""
        self._is_datagram = True
        await self._made(lambda loop: loop.create_datagram_endpoint(lambda: self, remote_addr=(host, port)))

    def ends(self) -> tuple[str, str]:
        """Our own address and the other side's, as numbers; for protocols that name them in their frames."""
        return self._transport.get_extra_info("sockname")[0], self._transport.get_extra_info("peername")[0]

    async def ask(self, *questions: bytes, belongs: Callable[[bytes], bool] | None = None) -> list[bytes]:
        """Send all questions at once and wait for as many answers; NotReady when they do not come in time."""
        transport = self._transport
        if self._failure is not None:
            raise self._failure
        if transport is None or transport.is_closing():
            raise unreachable(ConnectionResetError(), self.peer, self.timeout_s)
        self._wanted, self._frames, self._belongs = len(questions), [], belongs
        done = self._done = asyncio.get_running_loop().create_future()
        if self._is_datagram:
            for question in questions:
                transport.sendto(question)
        else:
            transport.write(b"".join(questions))
        try:
            async with asyncio.timeout(self.timeout_s):
                await done
        except TimeoutError as err:
            transport.abort()
            raise unreachable(err, self.peer, self.timeout_s) from err
        except asyncio.CancelledError:
            transport.abort()
            raise
        finally:
            self._wanted, self._done = 0, None
        return self._frames

    async def close(self) -> None:
        """Let go of the socket; safe twice."""
        transport, self._transport = self._transport, None
        if transport is not None:
            transport.abort() if self._failure else transport.close()
            if self._ended is not None:
                await self._ended

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self._transport = transport
        self._ended = asyncio.get_running_loop().create_future()

    def connection_lost(self, exc: Exception | None) -> None:
        self._fail(unreachable(exc or ConnectionResetError(), self.peer, self.timeout_s))
        if self._ended is not None and not self._ended.done():
            self._ended.set_result(None)

    def data_received(self, data: bytes) -> None:
        buffer = self._buffer + data if self._buffer else data
        try:
            while buffer and (length := self._length(buffer)) and len(buffer) >= length:
                self._take(buffer[:length])
                buffer = buffer[length:]
        except ValueError as err:
            self._fail(NotReady(f"{self.peer} does not speak the protocol: {err}.", code="answer_garbled", peer=self.peer))
            self._transport.abort()
            buffer = b""
        self._buffer = buffer

    def datagram_received(self, data: bytes, addr: Any) -> None:
        try:
            is_frame = self._length(data) == len(data)
        except ValueError:
            return
        if is_frame and (self._belongs is None or self._belongs(data)):
            self._take(data)

    def error_received(self, exc: Exception) -> None:
        if self._done is not None and not self._done.done():
            self._done.set_exception(unreachable(exc, self.peer, self.timeout_s))

    async def _made(self, begin: Callable[[asyncio.AbstractEventLoop], Any]) -> None:
        self._failure, self._buffer = None, b""
        try:
            async with asyncio.timeout(self.timeout_s):
                await begin(asyncio.get_running_loop())
        except OSError as err:
            raise unreachable(err, self.peer, self.timeout_s) from err

    def _take(self, frame: bytes) -> None:
        if self._wanted > len(self._frames):
            self._frames.append(frame)
            if len(self._frames) == self._wanted and self._done is not None and not self._done.done():
                self._done.set_result(None)

    def _fail(self, failure: KaogongError) -> None:
        self._failure = self._failure or failure
        if self._done is not None and not self._done.done():
            self._done.set_exception(self._failure)
