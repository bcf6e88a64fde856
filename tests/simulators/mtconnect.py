"""MTConnect peer: an agent of a few lines, as no package registry has one. Its documents are laid out as the reference agent's samples

(github.com/mtconnect/cppagent: samples/test_current.xml, samples/test_error.xml, samples/SimpleDevlce.xml).
"""

import asyncio
import base64
import contextlib
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, ClassVar
from urllib.parse import parse_qs, urlsplit
from xml.sax.saxutils import escape, quoteattr

from tests.simulators.peer import Peer, free_port

PASSWORD = "agent-secret"
START = "2026-11-21T08:00:00.250Z"


@dataclass
class Said:
    """One observation in the agent's buffer."""

    category: str
    element: str
    item: str
    text: str
    at: str = START
    given: dict[str, str] = field(default_factory=dict)
    inner: str = ""


class AgentPeer(Peer):
    """A thousand samples s0 to s999 of two devices, and the event `mode`; a buffer of `size` observations."""

    name = "agent"
    has_login = True
    is_shared = True
    gaps: ClassVar[Mapping[str, str]] = {"write": "never: MTConnect is read only"}
    size = 1000
    buffer_size = 5000

    async def start(self) -> None:
        self.port = self.port or await free_port()
        if not hasattr(self, "said"):
            self.restart([Said("Samples", "Position", f"s{i}", str(i * 0.5)) for i in range(1000)])
            self.say(Said("Events", "ControllerMode", "mode", "AUTOMATIC"))
        self._writers: set[asyncio.StreamWriter] = set()
        self._server = await asyncio.start_server(self._serve, "127.0.0.1", self.port)

    async def stop(self) -> None:
        self._server.close()
        for writer in list(self._writers):
            writer.transport.abort()
        await self._server.wait_closed()

    def restart(self, said: list[Said], first: int = 1) -> None:
        """What an agent does when it starts: a new instance, a new count."""
        self.instance = getattr(self, "instance", 1790000000) + 1
        self.first, self.said, self.requests = first, list(said), list[str]()

    def say(self, *said: Said) -> None:
        """The machine has something new."""
        self.said += said
        if len(self.said) > self.buffer_size:
            self.first += len(self.said) - self.buffer_size
            # What falls out of the buffer is still current: it is only no longer to be had by its number.
            self.kept = {**getattr(self, "kept", {}), **{s.item: s for s in self.said[: -self.buffer_size]}}
            self.said = self.said[-self.buffer_size :]

    async def load(self, given: Any) -> None:
        """[[category, element, id, text, attributes?, inner XML?]]"""
        self.say(*(Said(*row[:4], given=row[4] if len(row) > 4 else {}, inner=row[5] if len(row) > 5 else "") for row in given))

    def config(self, port: Any = None) -> dict[str, Any]:
        return {"url": f"http://127.0.0.1:{port or self.port}", "username": "edge", "password": PASSWORD, "timeout_s": 3.0}

    def wrong_login(self) -> dict[str, Any]:
        return self.config() | {"password": "not it"}

    def address(self, i: int) -> dict[str, Any]:
        return {"data_item": f"s{i}"}

    def expected(self, i: int) -> Any:
        return i * 0.5

    def bad_address(self) -> dict[str, Any]:
        return {"data_item": "nowhere"}

    def mistyped_address(self) -> dict[str, Any]:
        return {"data_item": "mode", "type": "number"}

    def browsable(self) -> dict[str, Any]:
        return {"data_item": "s999"}

    async def connections(self) -> int:
        return len(self._writers)

    async def _serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self._writers.add(writer)
        try:
            with contextlib.suppress(asyncio.IncompleteReadError, ConnectionError):
                while True:
                    head = (await reader.readuntil(b"\r\n\r\n")).decode().split("\r\n")
                    status, body = self._answer(head)
                    self.requests.append(head[0])
                    writer.write(f"HTTP/1.1 {status}\r\ncontent-type: text/xml\r\ncontent-length: {len(body)}\r\n\r\n".encode() + body)
                    await writer.drain()
        finally:
            self._writers.discard(writer)
            writer.close()

    def _answer(self, head: list[str]) -> tuple[str, bytes]:
        login = base64.b64encode(f"edge:{PASSWORD}".encode()).decode()
        if f"authorization: basic {login}".lower() not in [line.lower() for line in head]:
            return "401 Unauthorized", b""
        target = urlsplit(head[0].split()[1])
        device, _, what = target.path.strip("/").rpartition("/")
        if device not in ("", "mill-1"):
            return "404 Not Found", self._error("NO_DEVICE", f"Could not find the device '{device}'")
        query = {name: int(values[0]) for name, values in parse_qs(target.query).items()}
        last = self.first + len(self.said) - 1
        if what == "probe":
            return "200 OK", self._probe()
        if what == "current":
            latest: dict[str, Said] = dict(getattr(self, "kept", {}))
            conditions: list[Said] = []
            for said in self.said:
                if said.category == "Condition":
                    conditions.append(said)
                else:
                    latest[said.item] = said
            return "200 OK", self._streams([*latest.values(), *conditions], last + 1)
        if not self.first <= query["from"] <= last + 1:
            return "404 Not Found", self._error("OUT_OF_RANGE", f"'from' must be between {self.first} and {last + 1}")
        begin = query["from"] - self.first
        part = self.said[begin : begin + query["count"]]
        return "200 OK", self._streams(part, query["from"] + len(part))

    def _streams(self, said: list[Said], following: int) -> bytes:
        rows = []
        for s in said:
            given = {"dataItemId": s.item, "timestamp": s.at, "sequence": "1", **s.given}
            attributes = " ".join(f"{name}={quoteattr(value)}" for name, value in given.items())
            rows.append(f"<{s.category}><{s.element} {attributes}>{s.inner or escape(s.text)}</{s.element}></{s.category}>")
        last = self.first + len(self.said) - 1
        return self._document(
            "MTConnectStreams",
            f'bufferSize="{self.buffer_size}" nextSequence="{following}" firstSequence="{self.first}" lastSequence="{last}"',
            '<Streams><DeviceStream name="mill-1" uuid="u1"><ComponentStream component="Linear" name="X" componentId="x">'
            + "".join(rows)
            + "</ComponentStream></DeviceStream></Streams>",
        )

    def _probe(self) -> bytes:
        def items(begin: int, end: int) -> str:
            given = (f'<DataItem id="s{i}" name="pos{i}" category="SAMPLE" type="POSITION" units="MILLIMETER"/>' for i in range(begin, end))
            return f"<DataItems>{''.join(given)}</DataItems>"

        mode = '<DataItems><DataItem id="mode" category="EVENT" type="CONTROLLER_MODE"/></DataItems>'
        axes = f'<Axes id="ax" name="base"><Components><Linear id="x" name="X">{items(0, 500)}</Linear></Components></Axes>'
        mill = f'<Device id="d1" name="mill-1" uuid="u1">{mode}<Components>{axes}</Components></Device>'
        return self._document("MTConnectDevices", "", f'<Devices>{mill}<Device id="d2" name="mill-2">{items(500, 1000)}</Device></Devices>')

    def _error(self, code: str, text: str) -> bytes:
        return self._document("MTConnectError", "", f'<Errors><Error errorCode="{code}">{escape(text)}</Error></Errors>')

    def _document(self, kind: str, header: str, body: str) -> bytes:
        head = f'<Header instanceId="{self.instance}" version="1.4.0.12" sender="peer" creationTime="{START}" {header}/>'
        return f'<?xml version="1.0" encoding="UTF-8"?><{kind} xmlns="urn:mtconnect.org:{kind}:1.4">{head}{body}</{kind}>'.encode()


PEERS = [AgentPeer]
