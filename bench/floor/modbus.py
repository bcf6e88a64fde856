"""A thousand Modbus TCP devices in one process: `python -m bench.floor.modbus RECORD.json`, prints its port, ends on SIGTERM.

It listens on every loopback address: the one a client connects to is the device, and each has its own registers. Every register pair
of a block is a float32 just above the number of times this block has been read, so the record says of each value whether it was ever served.
What is written is kept as it came and read back from its address; the record has the time of each write.
"""

import asyncio
import json
import signal
import struct
import sys
import time
from pathlib import Path
from typing import Any, cast

HEAD = struct.Struct(">HHHBBHH")
WRITE_SINGLE, WRITE_SEVERAL = 6, 16
HOLDING, INPUT = 3, 4


class Devices:
    """What all of them have served: per address and block how often, and what was written when."""

    def __init__(self) -> None:
        self.reads: dict[str, dict[int, list[int]]] = {}  # device -> first register -> [times read, floats]
        self.writes: list[tuple[str, int, float]] = []
        self.written: dict[tuple[str, int], bytes] = {}

    def record(self) -> dict[str, Any]:
        """Everything, for JSON."""
        reads = {name: {first // 2: seen for first, seen in blocks.items()} for name, blocks in self.reads.items()}
        return {"reads": reads, "writes": self.writes, "cpu_s": time.process_time()}


class Device(asyncio.Protocol):
    """One connection."""

    def __init__(self, devices: Devices) -> None:
        self.devices = devices
        self.rest = b""

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self.transport = cast(asyncio.Transport, transport)
        self.name = transport.get_extra_info("sockname")[0]
        self.blocks = self.devices.reads.setdefault(self.name, {})

    def data_received(self, data: bytes) -> None:
        data = self.rest + data
        while len(data) >= 12:
            transaction, _, length, unit, function, start, count = HEAD.unpack_from(data)
            whole, data = data[: length + 6], data[length + 6 :]
            if function in (HOLDING, INPUT):
                body = self._read(start, count)
                head = struct.pack(">HHHBBB", transaction, 0, len(body) + 3, unit, function, len(body))
                self.transport.write(head + body)
            else:
                self._write(function, start, whole)
                self.transport.write(struct.pack(">HHHBBHH", transaction, 0, 6, unit, function, start, count))
        self.rest = data

    def _read(self, start: int, count: int) -> bytes:
        kept = self.devices.written.get((self.name, start))
        if kept is not None and len(kept) == count * 2:
            return kept
        seen = self.blocks.get(start)
        if seen is None:
            seen = self.blocks[start] = [0, count // 2]
        seen[0] += 1
        return struct.pack(">f", seen[0] + 0.1) * (count // 2)

    def _write(self, function: int, start: int, whole: bytes) -> None:
        self.devices.writes.append((self.name, start, time.time()))
        self.devices.written[self.name, start] = whole[10:12] if function == WRITE_SINGLE else whole[13:]


async def serve() -> dict[str, Any]:
    """Serve until told to end; what was served."""
    devices, ended = Devices(), asyncio.Event()
    loop = asyncio.get_running_loop()
    loop.add_signal_handler(signal.SIGTERM, ended.set)
    server = await loop.create_server(lambda: Device(devices), "0.0.0.0", 0, backlog=2048)
    print(server.sockets[0].getsockname()[1], flush=True)
    await ended.wait()
    server.close()
    return devices.record()


if __name__ == "__main__":
    Path(sys.argv[1]).write_text(json.dumps(asyncio.run(serve())))
