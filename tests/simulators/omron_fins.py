"""FINS peer: a controller of a few areas on TCP and UDP, written here as no other server was found; tests hold it against omronfins' client."""

import asyncio
import struct
from collections.abc import Sequence
from pathlib import Path
from typing import Any, ClassVar

from tests.simulators.peer import DatagramCable, GarbageDatagrams, Listener, Peer, SilentDatagrams, Stranger, Wire

AREAS = {0xB0: "CIO", 0xB1: "W", 0xB2: "H", 0xB3: "A", 0x82: "D", 0x98: "E", 0xA3: "E3", 0x89: "TC"}
BIT_AREAS = {0x30: "CIO", 0x31: "W", 0x32: "H", 0x33: "A", 0x02: "D", 0x0A: "E", 0x23: "E3"}


class Controller:
    """What answers a FINS frame. `areas`: name -> words from address 0."""

    def __init__(self) -> None:
        self.areas: dict[str, list[int]] = {}
        self.code = 0  # end code of every answer, when not 0

    def answer(self, frame: bytes) -> bytes:
        """The whole answer to a whole frame."""
        command = frame[10:12]
        code, data = (self.code, b"") if self.code else self._done(command, frame[12:])
        return b"\xc0\x00\x02" + frame[6:9] + frame[3:6] + frame[9:10] + command + struct.pack(">H", code) + data

    def _done(self, command: bytes, body: bytes) -> tuple[int, bytes]:
        if command == b"\x06\x01":
            return 0, bytes(26)
        if command not in (b"\x01\x01", b"\x01\x02"):
            return 0x0401, b""
        area, start, bit, count = struct.unpack_from(">BHBH", body)
        words = self.areas.get(AREAS.get(area) or BIT_AREAS.get(area) or "")
        if words is None:
            return 0x1101, b""
        if start + (count if area in AREAS else 1) > len(words):
            return 0x1103, b""
        if count > 999:
            return 0x110B, b""
        if command == b"\x01\x01":
            if area in AREAS:
                return 0, struct.pack(f">{count}H", *words[start : start + count])
            return 0, bytes(words[start] >> (bit + i) & 1 for i in range(count))
        if area in AREAS:
            words[start : start + count] = struct.unpack(f">{count}H", body[6:])
        else:
            words[start] = words[start] & ~(1 << bit) | body[6] << bit
        return 0, b""


class TcpServer(Listener):
    """FINS/TCP: hands out node numbers, then frames in their envelope."""

    def __init__(self, controller: Controller) -> None:
        self._controller = controller

    async def serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        while True:
            magic, length, command, _ = struct.unpack(">4sIII", await reader.readexactly(16))
            body = await reader.readexactly(length - 8)
            assert magic == b"FINS"
            answer = struct.pack(">II", 239, 1) if command == 0 else self._controller.answer(body)
            writer.write(b"FINS" + struct.pack(">III", 8 + len(answer), 1 if command == 0 else 2, 0) + answer)


class UdpServer(SilentDatagrams):
    """FINS/UDP: a frame a datagram."""

    def __init__(self, controller: Controller) -> None:
        self._controller = controller

    def datagram_received(self, data: bytes, addr: Any) -> None:
        super().datagram_received(data, addr)
        self._transport.sendto(self._controller.answer(data), addr)


class FinsTcpPeer(Peer):
    """FINS over TCP."""

    name = "tcp"
    size = 10_000
    transport: ClassVar[str] = "tcp"
    gaps: ClassVar = {
        "wrong_login": "never: the protocol knows no login",
        "wrong_type": "never: a word does not say what it holds",
        "browse": "never: the protocol has no way to list points",
    }

    def __init__(self, folder: Path) -> None:
        super().__init__(folder)
        self.controller = Controller()
        raw = struct.pack(">10001f", *(i * 0.5 for i in range(10_001)))
        high_first = struct.unpack(">20002H", raw)
        self.controller.areas["D"] = [w for i in range(0, 20_002, 2) for w in (high_first[i + 1], high_first[i])]
        self._server: TcpServer | UdpServer = TcpServer(self.controller) if self.transport == "tcp" else UdpServer(self.controller)

    async def start(self) -> None:
        if isinstance(self._server, TcpServer):
            await self._server.listen(self.port)
        else:
            await self._server.__aenter__()
        self.port = self._server.port

    async def stop(self) -> None:
        await self._server.__aexit__()

    def config(self, port: Any = None) -> dict[str, Any]:
        return {"host": "127.0.0.1", "port": port or self.port, "transport": self.transport, "timeout_s": 5.0}

    def address(self, i: int) -> dict[str, Any]:
        return {"address": f"D{2 * i}", "type": "float32"}

    def expected(self, i: int) -> Any:
        return i * 0.5

    def bad_address(self) -> dict[str, Any]:
        return {"address": "D30000"}

    def writable(self) -> tuple[dict[str, Any], Sequence[Any]]:
        return self.address(self.size), (1.5, -2.25, 3)

    async def load(self, given: Any) -> None:
        """{area: {address: words}}; an area that is not named does not exist, what lies between is 0. TC: timers and counters."""
        self.controller.areas = {}
        for area, runs in given.items():
            words = self.controller.areas[area] = [0] * max(int(at) + len(values) for at, values in runs.items())
            for at, values in runs.items():
                words[int(at) : int(at) + len(values)] = values

    async def connections(self) -> int:
        return self._server.connections


class FinsUdpPeer(FinsTcpPeer):
    """FINS over UDP."""

    name = "udp"
    transport = "udp"

    def silent(self) -> Stranger:
        return SilentDatagrams()

    def garbage(self) -> Stranger:
        return GarbageDatagrams()

    def cable(self, *, is_slow: bool = False) -> Wire:
        return DatagramCable(self.port, is_slow=is_slow)


PEERS = [FinsTcpPeer, FinsUdpPeer]
