"""HTTP peer: the standard library's server, with a basic login, ETags and a document of a thousand values."""

import base64
import threading
from collections.abc import Mapping
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any, ClassVar

import orjson
from tests.simulators.peer import Peer

PASSWORD = "http-secret"


class HttpServerPeer(Peer):
    """The server of http.server, in threads of its own."""

    name = "http.server"
    has_login = True
    gaps: ClassVar = {
        "write": "never: what writing to an address means differs from service to service",
        "wrong_type": "never: JSON carries its own types, the configuration claims none",
    }

    async def start(self) -> None:
        self.documents: dict[str, Any] = {"/api/": {"plant": {f"p{i}": i * 0.5 for i in range(1000)}}}
        self.seen: list[tuple[str, Mapping[str, str]]] = []
        self.open = 0
        peer = self

        class Handler(_Handler):
            owner = peer

        self._server = _Server(("127.0.0.1", self.port), Handler)
        self.port = self._server.server_address[1]
        self._thread = threading.Thread(target=self._server.serve_forever, args=(0.02,), daemon=True)
        self._thread.start()

    async def stop(self) -> None:
        self._server.shutdown()
        self._server.drop()
        self._server.server_close()
        self._thread.join()

    def config(self, port: Any = None) -> dict[str, Any]:
        url = f"http://127.0.0.1:{port or self.port}/api/"
        return {"url": url, "username": "edge", "password": PASSWORD, "timeout_s": 5.0}

    def wrong_login(self) -> dict[str, Any]:
        return self.config() | {"password": "not it"}

    def address(self, i: int) -> dict[str, Any]:
        return {"pointer": f"/plant/p{i}"}

    def expected(self, i: int) -> Any:
        return i * 0.5

    def bad_address(self) -> dict[str, Any]:
        return {"path": "nowhere"}

    def browsable(self) -> dict[str, Any]:
        return self.address(7)

    async def load(self, given: Any) -> None:
        """{path: document}, {path: {"status": …}} or {path: {"text": …}}."""
        self.documents = {f"/api/{path}": body for path, body in given.items()}

    async def connections(self) -> int:
        return len(self._server.connected)


class _Server(ThreadingHTTPServer):
    daemon_threads = True
    allow_reuse_address = True

    def __init__(self, *args: Any) -> None:
        self.connected: set[Any] = set()
        super().__init__(*args)

    def process_request(self, request: Any, client_address: Any) -> None:
        self.connected.add(request)
        super().process_request(request, client_address)

    def shutdown_request(self, request: Any) -> None:
        self.connected.discard(request)
        super().shutdown_request(request)

    def drop(self) -> None:
        for request in list(self.connected):
            self.shutdown_request(request)

    def handle_error(self, request: Any, client_address: Any) -> None:
        """A client that went away is no error here."""


class _Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    owner: HttpServerPeer

    def do_GET(self) -> None:
        self.owner.seen.append((self.path, dict(self.headers)))
        login = base64.b64encode(f"edge:{PASSWORD}".encode()).decode()
        if self.headers.get("Authorization") not in (f"Basic {login}", f"Bearer {PASSWORD}"):
            return self.say(401, b"")
        document = self.owner.documents.get(self.path)
        if document is None:
            return self.say(404 if self.path != "/api/" else 200, b"{}")
        if isinstance(document, dict) and "status" in document:
            return self.say(document["status"], b"", document.get("headers", {}))
        body = document["text"].encode() if isinstance(document, dict) and "text" in document else orjson.dumps(document)
        etag = f'"{hash(body)}"'
        if self.headers.get("If-None-Match") == etag:
            return self.say(304, b"", {"ETag": etag})
        return self.say(200, body, {"ETag": etag})

    def say(self, status: int, body: bytes, headers: Mapping[str, str] | None = None) -> None:
        self.send_response(status)
        for name, value in (headers or {}).items():
            self.send_header(name, value)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *_: Any) -> None:
        """Quiet."""


PEERS = [HttpServerPeer]
