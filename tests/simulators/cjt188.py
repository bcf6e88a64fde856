"""CJ/T 188 peer: published frames played back, and a line of meters with a settled value for each month."""

import asyncio
from typing import Any, ClassVar

from tests.simulators.peer import Listener, Peer


class FramesPeer(Peer):
    """Answers what others published, under the serial number it is asked with; for the rest a hundred meters of a few lines."""

    name = "frames"
    gaps: ClassVar = {
        "wrong_login": "never: the protocol knows no login",
        "write": "never: only the valve can be written, and its states are words; tests/edge/test_cjt188.py writes them",
    }

    async def start(self) -> None:
        self._answers: dict[bytes, bytes] = {}
        self.valves: dict[str, int] = {}
        self._listener = _Frames(self)
        await self._listener.listen(self.port)
        self.port = self._listener.port

    async def stop(self) -> None:
        await self._listener.__aexit__()

    def config(self, port: int | None = None) -> dict[str, Any]:
        return {"line": f"tcp://127.0.0.1:{port or self.port}", "timeout_s": 5.0}

    def address(self, i: int) -> dict[str, Any]:
        return {"value": "month", "month": i % 10 + 1, "meter": f"{i // 10:014d}"}

    def expected(self, i: int) -> Any:
        return i * 0.25

    def bad_address(self) -> dict[str, Any]:
        return {"value": "month", "month": 12, "meter": f"{0:014d}"}

    def mistyped_address(self) -> dict[str, Any]:
        return {"value": "power", "meter": f"{0:014d}"}

    def browsable(self) -> dict[str, Any]:
        return {"value": "volume", "meter": "00112233445566", "kind": "gas"}

    async def load(self, given: Any) -> None:
        """[{question, answer}] in hexadecimal, without wake-up bytes."""
        self._answers = {_unnumbered(bytes.fromhex(f["question"])): bytes.fromhex(f["answer"]) for f in given}

    async def connections(self) -> int:
        return self._listener.connections

    def answer(self, question: bytes) -> bytes:
        """The frame to send."""
        known = self._answers.get(_unnumbered(question))
        if known is not None:
            return summed(known[:13] + question[13:14] + known[14:-2])
        kind, wire, control, head = question[1:2], question[2:9], question[9], question[11:14]
        meter = wire[::-1].hex().upper()
        if control == 0x03:
            return summed(b"\x68\x30" + bytes.fromhex("00112233445566")[::-1] + bytes((0x83, 3)) + head)
        if control == 0x04:
            self.valves[meter] = {0x55: 0, 0x99: 1}[question[14]]
            return summed(b"\x68" + kind + wire + bytes((0x84, 5)) + head + bytes((self.valves[meter], 0)))
        if head[:2] == b"\x1f\x90":
            status = bytes((self.valves.get(meter, 0), 0))
            body = bytes.fromhex("00010000 2C 00000000 2C 00000012201126") + status
            return summed(b"\x68" + kind + wire + bytes((0x81, len(body) + 3)) + head + body)
        month = head[0] - 0x1F
        if int(meter) > 99 or month > 10:
            return summed(b"\x68" + kind + wire + bytes((0xC1, 3)) + head)
        settled = bytes.fromhex(f"{(int(meter) * 10 + month - 1) * 25:08d}")[::-1] + b"\x2c"
        return summed(b"\x68" + kind + wire + bytes((0x81, 8)) + head + settled)


def summed(frame: bytes) -> bytes:
    """The frame with its sum and end."""
    return frame + bytes((sum(frame) & 0xFF, 0x16))


def _unnumbered(question: bytes) -> bytes:
    return question[:13] + question[14:-2]


class _Frames(Listener):
    def __init__(self, peer: FramesPeer) -> None:
        self._peer = peer

    async def serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        while True:
            while (start := await reader.readexactly(1)) == b"\xfe":
                pass
            head = start + await reader.readexactly(10)
            question = head + await reader.readexactly(head[10] + 2)
            writer.write(b"\xfe\xfe\xfe" + self._peer.answer(question))
            await writer.drain()


PEERS = [FramesPeer]
