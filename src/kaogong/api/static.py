"""The built console: hashed assets for ever, its page for every address that is not the API's."""

import mimetypes
from pathlib import Path

from starlette.datastructures import Headers
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import FileResponse, PlainTextResponse, Response
from starlette.types import Receive, Scope, Send

PACKED = (("br", ".br"), ("gzip", ".gz"))
NOT_BUILT = "The console is not built: run `make setup`, or use the HTTP interface at /api/openapi.json."


class Console:
    """Serves `folder`; an address without a file is the application's own, so it gets the page."""

    def __init__(self, folder: Path | None) -> None:
        self._folder = folder.resolve() if folder else None

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http" or scope["method"] not in ("GET", "HEAD") or scope["path"].startswith("/api/"):
            raise HTTPException(404)
        await self.answer(Request(scope, receive), scope["path"].lstrip("/"))(scope, receive, send)

    def answer(self, request: Request, path: str) -> Response:
        """The file asked for, packed if the browser reads it so, or the page."""
        page = self._folder / "index.html" if self._folder else None
        if self._folder is None or page is None or not page.is_file():
            return PlainTextResponse(NOT_BUILT, status_code=404)
        file = self._inside(path)
        is_asset = file is not None and file.parent.name == "assets"
        if file is None and path.startswith("assets/"):
            return PlainTextResponse("There is no such file.", status_code=404)
        # Only names with a hash may be kept: the page must show a new build at once.
        headers = {"cache-control": "public, max-age=31536000, immutable" if is_asset else "no-cache"}
        return self._file(file or page, request.headers, headers)

    def _inside(self, path: str) -> Path | None:
        assert self._folder is not None
        file = (self._folder / path).resolve() if "\0" not in path else self._folder
        return file if file.is_file() and file.is_relative_to(self._folder) else None

    def _file(self, file: Path, asked: Headers, headers: dict[str, str]) -> Response:
        kind = mimetypes.guess_type(file.name)[0] or "application/octet-stream"
        accepted = asked.get("accept-encoding", "")
        for coding, ending in PACKED:
            packed = file.with_name(file.name + ending)
            if coding in accepted and packed.is_file():
                return FileResponse(packed, media_type=kind, headers=headers | {"content-encoding": coding, "vary": "accept-encoding"})
        return FileResponse(file, media_type=kind, headers=headers | {"vary": "accept-encoding"})
