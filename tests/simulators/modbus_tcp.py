"""Modbus TCP peers: pymodbus's server, and libmodbus in a process of its own."""

import asyncio
import struct
from collections.abc import Sequence
from functools import cache
from pathlib import Path
from subprocess import run
from tempfile import mkdtemp
from typing import Any, ClassVar

from pymodbus.framer import FramerType
from pymodbus.server import ModbusTcpServer
from pymodbus.simulator import DataType, SimData, SimDevice
from tests.simulators.peer import Peer, free_port


def floats(count: int) -> list[int]:
    """Registers of `count` 32-bit floats i * 0.5."""
    return [r for i in range(count) for r in struct.unpack(">2H", struct.pack(">f", i * 0.5))]


class _ModbusPeer(Peer):
    size = 10_000
    gaps: ClassVar = {
        "wrong_login": "never: the protocol knows no login",
        "wrong_type": "never: a register does not say what it holds",
        "browse": "never: the protocol has no way to list points",
    }

    def config(self, port: int | None = None) -> dict[str, Any]:
        return {"host": "127.0.0.1", "port": port or self.port, "timeout_s": 5.0}

    def address(self, i: int) -> dict[str, Any]:
        return {"table": "holding", "address": 2 * i, "type": "float32"}

    def expected(self, i: int) -> Any:
        return i * 0.5

    def bad_address(self) -> dict[str, Any]:
        return {"table": "holding", "address": 60000, "type": "uint16"}

    def writable(self) -> tuple[dict[str, Any], Sequence[Any]]:
        return {"table": "holding", "address": 2 * self.size, "type": "float32"}, (1.5, -2.25, 3)


class PymodbusPeer(_ModbusPeer):
    """The server of pymodbus, in this process; `devices` may be replaced before it starts."""

    name = "pymodbus"
    devices: list[SimDevice] | None = None
    framer = FramerType.SOCKET

    async def start(self) -> None:
        self.port = self.port or await free_port()
        devices = self.devices or [SimDevice(id=1, simdata=SimData(0, values=floats(self.size + 1), datatype=DataType.REGISTERS))]
        self._connected = 0
        self._server = ModbusTcpServer(devices, framer=self.framer, address=("127.0.0.1", self.port), trace_connect=self._count)
        await self._server.serve_forever(background=True)

    async def stop(self) -> None:
        await self._server.shutdown()

    async def load(self, given: Any) -> None:
        """{unit: {table: {first address: values}}}; whatever is not named is an illegal address."""
        self.devices = [SimDevice(id=int(unit), simdata=_blocks(tables)) for unit, tables in given.items()]
        await self.stop()
        await self.start()

    async def connections(self) -> int:
        return len(self._server.active_connections)

    def _count(self, connected: bool) -> None:
        self._connected += 1 if connected else -1


def _blocks(tables: dict[str, dict[str, list[Any]]]) -> Any:
    found = []
    for table in ("coil", "discrete", "holding", "input"):
        kind = DataType.BITS if table in ("coil", "discrete") else DataType.REGISTERS
        runs = tables.get(table) or {"65535": [False] * 16 if kind is DataType.BITS else [0]}
        found.append([SimData(int(first), values=values, datatype=kind) for first, values in runs.items()])
    return tuple(found)


@cache
def _compiled() -> Path:
    source = Path(__file__).with_name("libmodbus_peer.c")
    binary = Path(mkdtemp(prefix="kaogong-peer-")) / "libmodbus_peer"
    run(["cc", "-O1", "-o", binary, source, "-I/usr/include/modbus", "-lmodbus"], check=True)
    return binary


class LibmodbusPeer(_ModbusPeer):
    """libmodbus of the distribution, compiled on first use."""

    name = "libmodbus"

    async def start(self) -> None:
        self.port = self.port or await free_port()
        self._seen = 0
        self._process = await asyncio.create_subprocess_exec(_compiled(), str(self.port), stdout=asyncio.subprocess.PIPE)
        assert self._process.stdout is not None
        assert await self._process.stdout.readline() == b"ready\n"
        self._reader = asyncio.create_task(self._follow(self._process.stdout))

    async def stop(self) -> None:
        self._process.kill()
        await self._process.wait()
        await self._reader

    async def load(self, given: Any) -> None:
        raise NotImplementedError("its registers are compiled in; cases are served by the other peer")

    async def connections(self) -> int:
        return self._seen

    async def _follow(self, told: asyncio.StreamReader) -> None:
        while line := await told.readline():
            self._seen = int(line)


PEERS = [PymodbusPeer, LibmodbusPeer]
