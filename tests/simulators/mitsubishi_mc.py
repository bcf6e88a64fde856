"""MC protocol peer: a controller of a few devices, written here as no other server was found; tests hold it against pymcprotocol's client."""

import asyncio
import struct
from collections.abc import Sequence
from pathlib import Path
from typing import Any, ClassVar

from tests.simulators.peer import DatagramCable, GarbageDatagrams, Listener, Peer, SilentDatagrams, Stranger, Wire

PASSWORD = "mc+7"  # four characters with Q and L; iQ-R takes 6 to 32
BITS = {0x91: "SM", 0x9C: "X", 0x9D: "Y", 0x90: "M", 0xA0: "B"}
WORDS = {0xA8: "D", 0xB4: "W", 0xAF: "R", 0xB0: "ZR", 0xC2: "TN", 0xA9: "SD"}
HEX = {"X", "Y", "B", "W"}


class Controller(Listener):
    """What answers. `words` and `bits` are the devices there are: name -> values from number 0."""

    def __init__(self, is_4e: bool, is_ascii: bool, password: str = "") -> None:
        self.is_4e, self.is_ascii, self.password = is_4e, is_ascii, password
        self.words: dict[str, list[int]] = {}
        self.bits: dict[str, list[int]] = {}

    async def serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        unit, locked = (2 if self.is_ascii else 1), bool(self.password)
        while True:
            head = await reader.readexactly((13 if self.is_4e else 9) * unit)
            size = self._number(head[-2 * unit :])
            answer, locked = self.frame(head, await reader.readexactly(size), locked)
            writer.write(answer)

    def frame(self, head: bytes, inner: bytes, locked: bool) -> tuple[bytes, bool]:
        """The whole answer, and whether the connection is locked from now on."""
        unit = 2 if self.is_ascii else 1
        before = head[: -2 * unit]
        route, serial = before[-5 * unit :], before[2 * unit : -5 * unit]
        command, sub, body = self._number(inner[2 * unit : 4 * unit]), self._number(inner[4 * unit : 6 * unit]), inner[6 * unit :]
        end, data = 0, b""
        if command == 0x1630:
            told = body[2 * unit :].decode()
            locked = told != self.password
            end = 0xC200 if locked else 0
        elif locked:
            end = 0xC201
        else:
            end, data = self._device(command, sub, body)
        start = b"D" + head[1:4] if self.is_ascii else bytes((head[0] | 0x80, 0))
        tail = self._digits(end, 2) + data
        return start + serial + route + self._digits(len(tail), 2) + tail, locked

    def _device(self, command: int, sub: int, body: bytes) -> tuple[int, bytes]:
        if self.is_ascii:
            name = body[:2].decode().rstrip("*")
            at, count, data = int(body[2:8], 16 if name in HEX else 10), int(body[8:12], 16), body[12:]
        else:
            at, count = int.from_bytes(body[:3], "little"), int.from_bytes(body[4:6], "little")
            name, data = BITS.get(body[3]) or WORDS.get(body[3]) or "?", body[6:]
        store = self.words.get(name)
        bits = self.bits.get(name)
        if store is None and bits is None:
            return 0x4030, b""
        if count > 960:
            return 0xC051, b""
        if bits is not None and sub == 0:
            if at % 16 or at // 16 + count > (len(bits) + 15) // 16:
                return 0x4031, b""
            padded = bits + [0] * 16
            words = [sum(padded[at + 16 * i + b] << b for b in range(16)) for i in range(count)]
        else:
            source = bits if bits is not None else store or []
            if at + count > len(source):
                return 0x4031, b""
            words = source[at : at + count]
        if command == 0x0401:
            return 0, self._worded(words) if sub == 0 else self._bitted(words)
        if sub == 1 and bits is not None:
            digits = data.decode() if self.is_ascii else data.hex()
            bits[at : at + count] = [int(d) for d in digits[:count]]
        elif store is not None:
            raw = bytes.fromhex(data.decode()) if self.is_ascii else data
            store[at : at + count] = struct.unpack(f"{'>' if self.is_ascii else '<'}{count}H", raw)
        return 0, b""

    def _worded(self, words: list[int]) -> bytes:
        return "".join(f"{w:04X}" for w in words).encode() if self.is_ascii else struct.pack(f"<{len(words)}H", *words)

    def _bitted(self, bits: list[int]) -> bytes:
        digits = "".join(str(b) for b in bits)
        return digits.encode() if self.is_ascii else bytes.fromhex(digits + "0" * (len(digits) % 2))

    def _digits(self, value: int, size: int) -> bytes:
        return f"{value:0{2 * size}X}".encode() if self.is_ascii else value.to_bytes(size, "little")

    def _number(self, raw: bytes) -> int:
        return int(raw, 16) if self.is_ascii else int.from_bytes(raw, "little")


class Datagrams(SilentDatagrams):
    """The same controller on UDP."""

    def __init__(self, controller: Controller) -> None:
        self._controller = controller

    def datagram_received(self, data: bytes, addr: Any) -> None:
        super().datagram_received(data, addr)
        size = (13 if self._controller.is_4e else 9) * (2 if self._controller.is_ascii else 1)
        self._transport.sendto(self._controller.frame(data[:size], data[size:], False)[0], addr)


class _ControllerPeer(Peer):
    size = 10_000
    has_login = True
    gaps: ClassVar = {
        "wrong_type": "never: a word does not say what it holds",
        "browse": "never: the protocol has no way to list points",
    }
    frame: ClassVar[str]
    code: ClassVar[str]
    transport: ClassVar[str] = "tcp"

    def __init__(self, folder: Path) -> None:
        super().__init__(folder)
        password = "" if self.transport == "udp" else PASSWORD
        self.controller = Controller(self.frame == "4E", self.code == "ascii", password)
        self.controller.words["D"] = list(struct.unpack("<20002H", struct.pack("<10001f", *(i * 0.5 for i in range(10_001)))))
        self.controller.bits["M"] = [0] * 100
        self._server: Controller | Datagrams = Datagrams(self.controller) if self.transport == "udp" else self.controller

    async def start(self) -> None:
        if isinstance(self._server, Controller):
            await self._server.listen(self.port)
        else:
            await self._server.__aenter__()
        self.port = self._server.port

    async def stop(self) -> None:
        await self._server.__aexit__()

    def config(self, port: Any = None) -> dict[str, Any]:
        found = {"host": "127.0.0.1", "port": port or self.port, "frame": self.frame, "code": self.code, "transport": self.transport}
        return found | ({"password": PASSWORD} if self.controller.password else {}) | {"timeout_s": 5.0}

    def wrong_login(self) -> dict[str, Any]:
        if not self.controller.password:
            raise NotImplementedError
        return self.config() | {"password": "not it"}

    def address(self, i: int) -> dict[str, Any]:
        return {"address": f"D{2 * i}", "type": "float32"}

    def expected(self, i: int) -> Any:
        return i * 0.5

    def bad_address(self) -> dict[str, Any]:
        return {"address": "D60000"}

    def writable(self) -> tuple[dict[str, Any], Sequence[Any]]:
        return self.address(self.size), (1.5, -2.25, 3)

    async def load(self, given: Any) -> None:
        """{"words": {device: {number: values}}, "bits": likewise}; a device that is not named does not exist, what lies between is 0."""
        for kind, store in (("words", self.controller.words), ("bits", self.controller.bits)):
            store.clear()
            for device, runs in given.get(kind, {}).items():
                store[device] = [0] * max(int(at) + len(values) for at, values in runs.items())
                for at, values in runs.items():
                    store[device][int(at) : int(at) + len(values)] = values

    async def connections(self) -> int:
        return self._server.connections


class Mc3eBinaryPeer(_ControllerPeer):
    """3E, binary, with a remote password."""

    name = "3e-binary"
    frame, code = "3E", "binary"


class Mc3eAsciiPeer(_ControllerPeer):
    """3E, ASCII."""

    name = "3e-ascii"
    frame, code = "3E", "ascii"


class Mc4eBinaryPeer(_ControllerPeer):
    """4E, binary."""

    name = "4e-binary"
    frame, code = "4E", "binary"


class Mc4eUdpPeer(_ControllerPeer):
    """4E, binary, over UDP, without a password."""

    name = "4e-udp"
    frame, code, transport = "4E", "binary", "udp"
    gaps: ClassVar = _ControllerPeer.gaps | {"wrong_login": "never: a remote password belongs to a TCP connection"}

    def silent(self) -> Stranger:
        return SilentDatagrams()

    def garbage(self) -> Stranger:
        return GarbageDatagrams()

    def cable(self, *, is_slow: bool = False) -> Wire:
        return DatagramCable(self.port, is_slow=is_slow)


PEERS = [Mc3eBinaryPeer, Mc3eAsciiPeer, Mc4eBinaryPeer, Mc4eUdpPeer]
