"""DL/T 645 peers: the meter of the dlt645 package in a process of its own, and published frames played back."""

import asyncio
from collections.abc import Sequence
from pathlib import Path
from typing import Any, ClassVar

import orjson
from tests.simulators.peer import Listener, Peer, free_port

METER = "000000000161"
PYTHON = Path(__file__).parents[2] / ".venv/peers/bin/python"


class _MeterPeer(Peer):
    has_login = True  # for writing
    gaps: ClassVar = {"wrong_login": "never: reading needs no login; a wrong password shows when writing"}

    def config(self, port: int | None = None) -> dict[str, Any]:
        return {"line": f"tcp://127.0.0.1:{port or self.port}", "meter": METER, "password": "02111111", "timeout_s": 5.0}

    def address(self, i: int) -> dict[str, Any]:
        return {"di": di(i)}

    def expected(self, i: int) -> Any:
        return i * 1.25

    def bad_address(self) -> dict[str, Any]:
        return {"di": "0001FE01"}

    def mistyped_address(self) -> dict[str, Any]:
        return {"di": di(0), "length": 6}

    def writable(self) -> tuple[dict[str, Any], Sequence[Any]]:
        return {"di": "02010200"}, (231.4, 12.5, 7)

    def browsable(self) -> dict[str, Any]:
        return {"di": di(0), "meter": METER}


def di(i: int) -> str:
    """The identifier of the i-th energy register: kind, tariff, settlement day."""
    return f"00{1 + i // 500:02X}{i % 500 // 10:02X}{i % 10:02X}"


class FramesPeer(_MeterPeer):
    """Plays back frames that others published; for the rest a meter of a few lines."""

    name = "frames"

    async def start(self) -> None:
        self._answers: dict[bytes, bytes] = {}
        self._written: dict[bytes, bytes] = {}
        self._listener = _Frames(self)
        await self._listener.listen(self.port)
        self.port = self._listener.port

    async def stop(self) -> None:
        await self._listener.__aexit__()

    async def load(self, given: Any) -> None:
        """[{question, answer}] in hexadecimal."""
        self._answers = {bytes.fromhex(f["question"]): bytes.fromhex(f["answer"]) for f in given}

    async def connections(self) -> int:
        return self._listener.connections

    def answer(self, question: bytes) -> bytes:
        """The frame to send; none for another meter's question."""
        if question in self._answers:
            return self._answers[question]
        body = bytes(b - 0x33 & 0xFF for b in question[10:-2])
        if question[8] == 0x13:
            return frame(0x93, bytes.fromhex(METER)[::-1])
        if question[1:7] != bytes.fromhex(METER)[::-1]:
            return b""
        asked = body[:4][::-1]
        if question[8] == 0x14:
            if asked != b"\x02\x01\x02\x00":
                return frame(0xD4, b"\x02")
            self._written[asked] = body[12:]
            return frame(0x94, b"")
        if asked in self._written:
            return frame(0x91, asked[::-1] + self._written[asked])
        kind, tariff, day = asked[1:]
        i = (kind - 1) * 500 + tariff * 10 + day
        if asked.hex().upper() != di(i):
            return frame(0xD1, b"\x02")
        return frame(0x91, asked[::-1] + bytes.fromhex(f"{i * 125:08d}")[::-1])


def frame(control: int, body: bytes, meter: str = METER) -> bytes:
    """A frame with address, sum and the 33H on every byte."""
    made = b"\x68" + bytes.fromhex(meter)[::-1] + bytes((0x68, control, len(body))) + bytes(b + 0x33 & 0xFF for b in body)
    return made + bytes((sum(made) & 0xFF, 0x16))


class _Frames(Listener):
    def __init__(self, peer: FramesPeer) -> None:
        self._peer = peer

    async def serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        while True:
            while (start := await reader.readexactly(1)) == b"\xfe":
                pass
            head = start + await reader.readexactly(9)
            question = head + await reader.readexactly(head[9] + 2)
            writer.write(self._peer.answer(question))
            await writer.drain()


class Dlt645Peer(_MeterPeer):
    """The dlt645 package."""

    name = "dlt645"

    async def start(self) -> None:
        self.port = self.port or await free_port()
        self._seen = 0
        pipe = asyncio.subprocess.PIPE
        script = Path(__file__).with_name("dlt645_server.py")
        self._process = await asyncio.create_subprocess_exec(PYTHON, "-P", script, str(self.port), stdin=pipe, stdout=pipe, cwd=self.folder)
        assert self._process.stdin is not None and self._process.stdout is not None
        values = {di(i): self.expected(i) for i in range(1000)}
        values |= {"02010100": 220.3, "02020100": 1.234, "02800002": 50.01, "04000102": "235958"}
        self._process.stdin.write(orjson.dumps({"meter": METER, "password": "02111111", "values": values}) + b"\n")
        assert await self._process.stdout.readline() == b"ready\n"
        self._reader = asyncio.create_task(self._follow(self._process.stdout))

    async def stop(self) -> None:
        self._process.kill()
        await self._process.wait()
        await self._reader

    async def load(self, given: Any) -> None:
        raise NotImplementedError("cases are played back by the other peer")

    async def connections(self) -> int:
        return self._seen

    async def _follow(self, told: asyncio.StreamReader) -> None:
        while line := await told.readline():
            self._seen = int(line)


PEERS = [FramesPeer, Dlt645Peer]
