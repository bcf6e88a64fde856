"""EtherNet/IP peers: cpppo's simulated Logix controller, and a small one of our own."""

import asyncio
import json
import struct
from collections.abc import Sequence
from itertools import pairwise
from pathlib import Path
from typing import Any, ClassVar

from tests.simulators.peer import Listener, Peer, established, free_port

LAYOUTS = {0xC1: "?", 0xC2: "b", 0xC3: "h", 0xC4: "i", 0xC5: "q", 0xCA: "f", 0xCB: "d", 0xD3: "I"}
PEERS_PYTHON = Path(__file__).parents[2] / ".venv/peers/bin/python"


class CpppoPeer(Peer):
    """cpppo's server, in a process of its own."""

    name = "cpppo"
    size = 10_000
    gaps: ClassVar = {
        "wrong_login": "never: the protocol knows no login",
        "browse": "never: this peer does not list its tags",
    }

    def __init__(self, folder: Path) -> None:
        super().__init__(folder)
        self.tags: dict[str, Any] = {"F": ["REAL", [i * 0.5 for i in range(self.size + 1)]], "Text": ["SSTRING", ["Pump 1"]]}

    async def start(self) -> None:
        self.port = self.port or await free_port()
        script = Path(__file__).with_name("ethernet_ip_server.py")
        self._process = await asyncio.create_subprocess_exec(
            PEERS_PYTHON, "-u", script, str(self.port),
            stdin=asyncio.subprocess.PIPE, stdout=asyncio.subprocess.PIPE, stderr=asyncio.subprocess.DEVNULL,
        )  # fmt: skip
        assert self._process.stdin is not None
        assert self._process.stdout is not None
        self._process.stdin.write(json.dumps(self.tags).encode() + b"\n")
        assert (await self._process.stdout.readline()).startswith(b"Network TCP Server")

    async def stop(self) -> None:
        self._process.kill()
        await self._process.wait()

    def config(self, port: Any = None) -> dict[str, Any]:
        return {"host": "127.0.0.1", "port": port or self.port, "timeout_s": 5.0}

    def address(self, i: int) -> dict[str, Any]:
        return {"tag": f"F[{i}]"}

    def expected(self, i: int) -> Any:
        return i * 0.5

    def bad_address(self) -> dict[str, Any]:
        """Past the end: asked for a tag it does not have, this server ends the session."""
        return {"tag": "F[50000]"}

    def mistyped_address(self) -> dict[str, Any]:
        return {"tag": "Text", "type": "REAL"}

    def writable(self) -> tuple[dict[str, Any], Sequence[Any]]:
        return self.address(self.size), (1.5, -2.25, 3)

    async def load(self, given: Any) -> None:
        """{tag: [type, values]}."""
        self.tags = given
        await self.stop()
        await self.start()

    async def connections(self) -> int:
        return established(self.port)


class Logix(Listener):
    """A Logix controller of a few tags: what cpppo lacks (tag list, unknown tags, strings, BOOL arrays). Held against pylogix's client."""

    def __init__(self, tags: dict[str, tuple[int, list[Any]]]) -> None:
        self.tags = tags  # name -> (type code, values); 0x8FCE: Logix strings; a program's tags are "Program:Main.Count"

    async def serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        while True:
            head = await reader.readexactly(24)
            command, size, _, _, context, _ = struct.unpack("<HHII8sI", head)
            body = await reader.readexactly(size)
            if command == 0x6F:
                answer = self._routed(body[16:])
                body = body[:6] + struct.pack("<HHHHH", 2, 0, 0, 0xB2, len(answer)) + answer
            elif command == 0x70:
                answer = body[20:22] + self._service(body[22:])
                body = body[:6] + struct.pack("<HHHIHH", 2, 0xA1, 4, 0x1234, 0xB1, len(answer)) + answer
            elif command == 0x66:
                return
            writer.write(struct.pack("<HHII8sI", command, len(body), 77, 0, context, 0) + body)

    def _routed(self, message: bytes) -> bytes:
        if message[0] in (0x54, 0x5B):  # forward open
            wanted = message[8:16], message[16:24]
            return bytes((message[0] | 0x80, 0, 0, 0)) + b"\x34\x12\0\0" + wanted[0][4:8] + wanted[1] + bytes(10)
        if message[:6] == b"\x52\x02\x20\x06\x24\x01":
            size = int.from_bytes(message[8:10], "little")
            if message[-1] != 0:
                return b"\xd2\0\x01\x01\x12\x03"
            message = message[10 : 10 + size]
        return self._service(message)

    def _service(self, message: bytes) -> bytes:
        service, size = message[0], 2 * message[1]
        path, body = message[2 : 2 + size], message[2 + size :]
        if service == 0x0A:
            count = int.from_bytes(body[:2], "little")
            ends = [*struct.unpack_from(f"<{count}H", body, 2), len(body)]
            answers = [self._service(body[a:b]) for a, b in pairwise(ends)]
            at, offsets = 2 + 2 * count, []
            for answer in answers:
                offsets.append(at)
                at += len(answer)
            status = 0x1E if any(a[2] for a in answers) else 0
            return bytes((0x8A, 0, status, 0)) + struct.pack(f"<{count + 1}H", count, *offsets) + b"".join(answers)
        if service == 0x55:
            status, data = self._listed(path, int.from_bytes(body[:2], "little"))
        elif service in (0x4C, 0x52):
            status, data = self._read(path, int.from_bytes(body[:2], "little"))
        elif service == 0x4D:
            status, data = self._write(path, body)
        else:
            status, data = 0x08, b""
        return bytes((service | 0x80, 0, status, 0)) + data

    def _named(self, path: bytes) -> tuple[str, int, bytes]:
        """The tag, the element, and what of the path is neither."""
        names, element, at = [], 0, 0
        while at < len(path) and path[at] in (0x91, 0x28, 0x29):
            if path[at] == 0x91:
                size = path[at + 1]
                names.append(path[at + 2 : at + 2 + size].decode())
                at += 2 + size + size % 2
            else:
                wide = path[at] == 0x29
                element = int.from_bytes(path[at + 2 : at + 4] if wide else path[at + 1 : at + 2], "little")
                at += 4 if wide else 2
        return ".".join(names), element, path[at:]

    def _read(self, path: bytes, count: int) -> tuple[int, bytes]:
        name, element, _ = self._named(path)
        if name not in self.tags:
            return 0x05, b""
        code, values = self.tags[name]
        if element + count > len(values):
            return 0xFF, b""
        body = b"".join(self._packed(code, v) for v in values[element : element + count])
        return (0x06, b"") if len(body) > 490 else (0, (b"\xa0\x02\xce\x0f" if code == 0x8FCE else struct.pack("<H", code)) + body)

    def _write(self, path: bytes, body: bytes) -> tuple[int, bytes]:
        name, element, _ = self._named(path)
        if name not in self.tags:
            return 0x05, b""
        code, values = self.tags[name]
        if int.from_bytes(body[:2], "little") != code:
            return 0xFF, b""
        values[element] = struct.unpack_from(f"<{LAYOUTS[code]}", body, 4)[0]
        return 0, b""

    def _listed(self, path: bytes, attributes: int) -> tuple[int, bytes]:
        """Three entries an answer, so that there is more than one."""
        scope, _, rest = self._named(path)
        first = rest[3] if rest[2] == 0x24 else int.from_bytes(rest[4:6], "little")
        prefix = f"{scope}." if scope else ""
        programs = {n.split(".")[0] for n in self.tags if n.startswith("Program:")}
        rows = [(p, 0x1068, 0) for p in sorted(programs)] if not scope else []
        rows += [("__system", 0x10C4, 0), ("Local:1:I", 0x8ABC, 0)] if not scope else []
        for name, (code, values) in self.tags.items():
            if name.startswith(prefix) and "." not in name[len(prefix) :] and (scope or not name.startswith("Program:")):
                rows.append((name[len(prefix) :], code | (0x2000 if len(values) > 1 else 0), len(values) if len(values) > 1 else 0))
        out = b""
        for i, (name, code, size) in list(enumerate(rows))[first : first + 3]:
            out += struct.pack("<IH", i, len(name)) + name.encode() + struct.pack("<H", code)
            out += struct.pack("<III", size, 0, 0) if attributes == 3 else b""
        return (0x06 if first + 3 < len(rows) else 0), out

    def _packed(self, code: int, value: Any) -> bytes:
        if code == 0x8FCE:
            return struct.pack("<I84s", len(value), value.encode())
        return struct.pack(f"<{LAYOUTS[code]}", value)


class LogixPeer(CpppoPeer):
    """A small Logix controller written here, for what cpppo lacks: a tag list, unknown tags, strings, BOOL arrays."""

    name = "logix"
    gaps: ClassVar = {"wrong_login": "never: the protocol knows no login"}

    def __init__(self, folder: Path) -> None:
        super().__init__(folder)
        self.controller = Logix(
            {
                "F": (0xCA, [i * 0.5 for i in range(self.size + 1)]),
                "Text": (0x8FCE, ["Pump 1"]),
                "Speed": (0xCA, [12.5]),
                "Program:Main.Count": (0xC4, [7]),
            }
        )

    async def start(self) -> None:
        await self.controller.listen(self.port)
        self.port = self.controller.port

    async def stop(self) -> None:
        await self.controller.__aexit__()

    def bad_address(self) -> dict[str, Any]:
        return {"tag": "Nowhere"}

    def browsable(self) -> dict[str, Any]:
        return {"tag": "Program:Main.Count"}

    async def load(self, given: Any) -> None:
        raise NotImplementedError("cases are served by the other peer")

    async def connections(self) -> int:
        return self.controller.connections


PEERS = [CpppoPeer, LogixPeer]
