"""The platform as an edge node sees it over HTTP: one configuration document with its tag."""

import asyncio
import base64
import json
from typing import Any, Self

from tests.simulators.peer import Listener


class ConfigurationServer(Listener):
    """Serves `document` to whoever shows the credential; counts what it was asked."""

    def __init__(self, username: str, password: str) -> None:
        self._basic = base64.b64encode(f"{username}:{password}".encode()).decode()
        self.document: dict[str, Any] = {"connections": []}
        self.version = 1
        self.asked = 0

    def put(self, document: dict[str, Any]) -> None:
        self.document, self.version = document, self.version + 1

    async def __aenter__(self) -> Self:
        await super().__aenter__()
        self.url = f"http://127.0.0.1:{self.port}"
        return self

    async def serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        while True:
            head = (await reader.readuntil(b"\r\n\r\n")).decode().lower()
            self.asked += 1
            etag = f'"{self.version}"'
            body = b""
            if f"authorization: basic {self._basic}".lower() not in head:
                status = "401 Unauthorized"
            elif f"if-none-match: {etag}" in head:
                status = "304 Not Modified"
            else:
                status, body = "200 OK", json.dumps(self.document).encode()
            writer.write(f"HTTP/1.1 {status}\r\netag: {etag}\r\ncontent-length: {len(body)}\r\n\r\n".encode() + body)
            await writer.drain()
