"""CAN peers: an SLCAN adapter on TCP that a few lines make, fed by itself or by python-can as another station of the bus."""

import asyncio
from typing import Any, ClassVar

import can
from tests.simulators.peer import Listener, Peer

MESSAGES, SIGNALS = 250, 4


class AdapterPeer(Peer):
    """Says every frame of a DBC file with a thousand signals."""

    name = "slcan"
    gaps: ClassVar = {
        "wrong_login": "never: the bus knows no login",
        "write": "notyet: a frame is written whole, with the signals that nobody names",
        "wrong_type": "never: a frame does not say what its bits mean",
    }

    async def start(self) -> None:
        self.dbc = self.folder / "plant.dbc"
        self.dbc.write_text(_dbc())
        self._frames: list[tuple[int, bool, bytes]] = []
        self._listener = _Adapter()
        await self._listener.listen(self.port)
        self.port = self._listener.port

    async def stop(self) -> None:
        await self._listener.__aexit__()

    def config(self, port: Any = None) -> dict[str, Any]:
        return {"bus": f"tcp://127.0.0.1:{port or self.port}", "dbc": str(self.dbc), "timeout_s": 5.0}

    def address(self, i: int) -> dict[str, Any]:
        return {"signal": f"M{i // SIGNALS}.S{i % SIGNALS}"}

    def expected(self, i: int) -> Any:
        return i * 0.5

    def bad_address(self) -> dict[str, Any]:
        return {"signal": "M0.Nowhere"}

    def browsable(self) -> dict[str, Any]:
        return self.address(77)

    async def load(self, given: Any) -> None:
        """{"dbc": lines, "frames": ["18FEF100#AABB…", "123#…"]}: eight digits are a 29-bit identifier."""
        self.dbc.write_text("\n".join(given.get("dbc", [])) or _dbc())
        split = (frame.split("#") for frame in given["frames"])
        self._frames = [(int(number, 16), len(number) == 8, bytes.fromhex(data)) for number, data in split]

    def frames(self) -> list[tuple[int, bool, bytes]]:
        plain = range(MESSAGES)
        return self._frames or [
            (0x100 + m, False, b"".join((m * SIGNALS + s).to_bytes(2, "little") for s in range(SIGNALS))) for m in plain
        ]

    async def stir(self) -> None:
        for number, is_extended, data in self.frames():
            self._listener.say(number, is_extended, data)

    async def connections(self) -> int:
        return self._listener.connections


class PythonCanPeer(AdapterPeer):
    """python-can writes the frames, through an adapter of the same bus."""

    name = "python-can"

    async def stir(self) -> None:
        await asyncio.to_thread(self._send)

    def _send(self) -> None:
        with can.Bus(interface="slcan", channel=f"socket://127.0.0.1:{self.port}", bitrate=500000, sleep_after_open=0) as bus:
            for number, is_extended, data in self.frames():
                bus.send(can.Message(arbitration_id=number, is_extended_id=is_extended, data=data))


class _Adapter(Listener):
    def say(self, number: int, is_extended: bool, data: bytes) -> None:
        head = f"T{number:08X}" if is_extended else f"t{number:03X}"
        self._pass(f"{head}{len(data)}{data.hex().upper()}\r".encode(), None)

    async def serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        while True:
            line = await reader.readuntil(b"\r")
            if line[:1] in (b"t", b"T"):
                self._pass(line, writer)
            writer.write({b"V": b"V1013\r", b"C": b"\a"}.get(line[:1], b"\r"))

    def _pass(self, line: bytes, said_by: asyncio.StreamWriter | None) -> None:
        for writer in self._connections:
            if writer is not said_by:
                writer.write(line)


def _dbc() -> str:
    lines = ['VERSION ""', "NS_ :", "BS_:", "BU_: PLC"]
    for m in range(MESSAGES):
        lines.append(f"BO_ {0x100 + m} M{m}: 8 PLC")
        lines += [f' SG_ S{s} : {16 * s}|16@1+ (0.5,0) [0|0] "" Vector__XXX' for s in range(SIGNALS)]
        lines.append("")
    return "\n".join(lines) + "\n"


PEERS = [AdapterPeer, PythonCanPeer]
