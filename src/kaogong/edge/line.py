"""A line of bytes to instruments that answer when asked: a serial port, or a serial device server over TCP."""

import asyncio
import os
import socket
from collections.abc import Callable
from typing import Any, Literal, TypeVar

from pydantic import Field, field_validator

from kaogong.core.errors import ConfigInvalid, NotReady
from kaogong.edge.drivers.base import DriverConfig, advanced, unreachable

T = TypeVar("T")

CHUNK = 4096
LONGEST_NOISE = 65536
MOST_SKIPPED = 64


class LineConfig(DriverConfig):
    """Where the line begins. The serial settings are ignored over TCP: there the device server has its own."""

    line: str = Field(description="A serial port of this machine, such as /dev/ttyUSB0, or tcp://host:port of a serial device server.")
    baud_rate: int = Field(2400, ge=300, le=921600)
    parity: Literal["E", "N", "O"] = advanced("E", description="E even, N none, O odd.")
    stop_bits: Literal[1, 2] = advanced(1)

    @field_validator("line")
    @classmethod
    def _leads_somewhere(cls, value: str) -> str:
        if value.startswith("tcp://"):
            host, _, port = value.removeprefix("tcp://").rpartition(":")
            if not host or not port.isdigit() or not 0 < int(port) < 65536:
                raise ValueError("write tcp://host:port, for example tcp://10.0.0.7:8899")
        elif not value.startswith("/"):
            raise ValueError("write a serial port such as /dev/ttyUSB0, or tcp://host:port")
        return value


class Line:
    """One question, one answer. Whatever came unasked before a question is thrown away."""

    def __init__(self, config: LineConfig) -> None:
        self.config = config
        self._socket: socket.socket | None = None
        self._serial: Any = None

    @property
    def peer(self) -> str:
        return self.config.line.removeprefix("tcp://")

    async def open(self) -> None:
        """Connect, or take the serial port for ourselves alone."""
        self.close()
        if not self.config.line.startswith("tcp://"):
            self._serial = self._serial_port()
            return
        host, _, port = self.peer.rpartition(":")
        try:
            async with asyncio.timeout(self.config.timeout_s):
                self._socket = await _connected(host.strip("[]"), int(port))
        except OSError as err:
            raise unreachable(err, self.peer, self.config.timeout_s) from err

    def close(self) -> None:
        """Let go of it; safe twice."""
        if self._socket is not None:
            self._socket.close()
            self._socket = None
        if self._serial is not None:
            self._serial.close()
            self._serial = None

    async def ask(self, question: bytes, find: Callable[[bytes], T | None]) -> T:
        """Send, and collect bytes until `find` makes something of them. NotReady when nothing usable comes in time."""
        heard = b""
        try:
            async with asyncio.timeout(self.config.timeout_s):
                self._drop_stale()
                await self._send(question)
                while len(heard) < LONGEST_NOISE:
                    heard += await self._receive()
                    answer = find(heard)
                    if answer is not None:
                        return answer
        except TimeoutError as err:
            if not heard:
                raise unreachable(err, self.peer, self.config.timeout_s) from err
        except OSError as err:
            raise unreachable(err, self.peer, self.config.timeout_s) from err
        words = f"{self.peer} answered {len(heard)} bytes that are no answer to the question: {heard[:16].hex(' ')}. Check protocol and baud rate."
        raise NotReady(words, code="answer_garbled", peer=self.peer)

    def _serial_port(self) -> Any:
        import serial  # noqa: PLC0415  a node with device servers alone needs no serial driver

        port = self.config.line
        try:
            return serial.Serial(
                port, self.config.baud_rate, parity=self.config.parity, stopbits=self.config.stop_bits, timeout=0, exclusive=True
            )
        except serial.SerialException as err:
            if err.errno == 2:  # ENOENT
                raise NotReady(f"There is no serial port {port}; is the adapter plugged in?", code="port_missing", peer=port) from err
            if err.errno == 13:  # EACCES
                words = f"This process may not open {port}; add its user to the group of the port, usually dialout."
                raise ConfigInvalid(words, code="port_forbidden", field="config.line") from err
            raise NotReady(f"{port} cannot be opened: {err}. Another program may hold it.", code="port_busy", peer=port) from err

    def _drop_stale(self) -> None:
        try:
            if self._serial is not None:
                while os.read(self._serial.fileno(), CHUNK):
                    pass
                return
            while self._socket is not None and self._socket.recv(CHUNK):
                pass
        except BlockingIOError:
            return
        raise ConnectionResetError

    async def _send(self, question: bytes) -> None:
        if self._socket is not None:
            await asyncio.get_running_loop().sock_sendall(self._socket, question)
        else:
            # A question is shorter than any serial port's buffer.
            os.write(self._serial.fileno(), question)

    async def _receive(self) -> bytes:
        loop = asyncio.get_running_loop()
        if self._socket is not None:
            got = await loop.sock_recv(self._socket, CHUNK)
        else:
            fd, ready = self._serial.fileno(), asyncio.Event()
            loop.add_reader(fd, ready.set)
            try:
                await ready.wait()
            finally:
                loop.remove_reader(fd)
            got = os.read(fd, CHUNK)
        if not got:
            raise ConnectionResetError
        return got


class Silences:
    """Which instruments of a line keep silent, and how many readings each is left out, so that its neighbours are not held up."""

    def __init__(self) -> None:
        self._known: set[str] = set()
        self._misses: dict[str, int] = {}
        self._skips: dict[str, int] = {}

    @property
    def are_all(self) -> bool:
        """Whether nobody on the line answers: then it is the line."""
        return bool(self._known) and self._misses.keys() >= self._known

    def skips(self, meter: str) -> bool:
        """Whether to leave `meter` out of this reading; counts the reading."""
        self._known.add(meter)
        left = self._skips.get(meter, 0)
        self._skips[meter] = max(0, left - 1)
        return left > 0 and not self.are_all

    def missed(self, meter: str) -> None:
        """It did not answer: it is asked ever less often."""
        self._misses[meter] = self._misses.get(meter, 0) + 1
        self._skips[meter] = min(2 ** self._misses[meter], MOST_SKIPPED)

    def heard(self, meter: str) -> None:
        """It answered."""
        self._misses.pop(meter, None)
        self._skips.pop(meter, None)


async def _connected(host: str, port: int) -> socket.socket:
    loop = asyncio.get_running_loop()
    last: OSError | None = None
    for family, kind, protocol, _, address in await loop.getaddrinfo(host, port, type=socket.SOCK_STREAM):
        made = socket.socket(family, kind, protocol)
        made.setblocking(False)
        try:
            await loop.sock_connect(made, address)
        except OSError as err:
            made.close()
            last = err
        except BaseException:
            made.close()
            raise
        else:
            return made
    raise last or OSError("no address")
