"""S7 controllers in one process: `python -m bench.floor.s7 RECORD.json`, prints its port, ends on SIGTERM.

As with `bench.floor.modbus`, the loopback address a client connects to is the controller, and every REAL of what one item reads is just
above the number of times it was read.
"""

import asyncio
import json
import signal
import struct
import sys
import time
from pathlib import Path
from typing import Any, cast

CONNECT, DATA = 0xE0, 0xF0
SETUP, READ = 0xF0, 0x04
JOB = struct.Struct(">BBHHHH")  # 0x32, kind, reserved, reference, length of parameters and of data


class Controller(asyncio.Protocol):
    """One connection; `reads` is the record: controller -> first REAL -> [times read, REALs]."""

    def __init__(self, reads: dict[str, dict[int, list[int]]]) -> None:
        self.reads = reads
        self.rest = b""

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self.transport = cast(asyncio.Transport, transport)
        self.blocks = self.reads.setdefault(transport.get_extra_info("sockname")[0], {})

    def data_received(self, data: bytes) -> None:
        data = self.rest + data
        while len(data) >= 4 and len(data) >= (size := data[2] << 8 | data[3]):
            packet, data = data[4:size], data[size:]
            if packet[1] == CONNECT:
                self._send(packet[:1] + bytes([0xD0]) + packet[4:6] + b"\x00\x01" + packet[6:])
            elif packet[1] == DATA:
                self._send(b"\x02\xf0\x80" + self._answer(packet[3:]))
        self.rest = data

    def _send(self, packet: bytes) -> None:
        self.transport.write(b"\x03\x00" + struct.pack(">H", len(packet) + 4) + packet)

    def _answer(self, job: bytes) -> bytes:
        _, _, _, reference, _, _ = JOB.unpack_from(job)
        parameters = job[10:]
        if parameters[0] == SETUP:
            told, values = parameters[:8], b""
        else:
            count = parameters[1]
            told = bytes([READ, count])
            items = [self._item(parameters[2 + 12 * n : 14 + 12 * n]) for n in range(count)]
            values = b"".join(items)
        return JOB.pack(0x32, 3, 0, reference, len(told), len(values)) + b"\x00\x00" + told + values

    def _item(self, item: bytes) -> bytes:
        (length,) = struct.unpack_from(">H", item, 4)
        first = int.from_bytes(item[9:12], "big") // 8 // 4
        seen = self.blocks.setdefault(first, [0, length // 4])
        seen[0] += 1
        return b"\xff\x04" + struct.pack(">H", length * 8) + struct.pack(">f", seen[0] + 0.1) * (length // 4)


async def serve() -> dict[str, Any]:
    """Serve until told to end; what was served."""
    reads: dict[str, dict[int, list[int]]] = {}
    ended = asyncio.Event()
    loop = asyncio.get_running_loop()
    loop.add_signal_handler(signal.SIGTERM, ended.set)
    server = await loop.create_server(lambda: Controller(reads), "0.0.0.0", 0, backlog=2048)
    print(server.sockets[0].getsockname()[1], flush=True)
    await ended.wait()
    server.close()
    return {"reads": reads, "cpu_s": time.process_time()}


if __name__ == "__main__":
    Path(sys.argv[1]).write_text(json.dumps(asyncio.run(serve())))
