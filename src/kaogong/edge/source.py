"""Where the configuration comes from: the platform over HTTP, and the last good one on disk."""

import json
import ssl
from dataclasses import dataclass
from pathlib import Path
from typing import Any, NamedTuple

import httpx2 as httpx
from pydantic import BaseModel, ConfigDict

from kaogong.core.errors import AuthRejected, ConfigInvalid, Missing, NotReady
from kaogong.edge.drivers.base import validated

KEPT = "configuration.json"
ON_TRIAL = "trial.json"


class Trust(NamedTuple):
    """Which certificates are believed where the platform speaks TLS; None: those the system trusts."""

    http: ssl.SSLContext | None = None
    nats: ssl.SSLContext | None = None


class Credential(BaseModel):
    """The node's secrets file: who it is, where the platform listens, and the file of the certificate that is believed there."""

    model_config = ConfigDict(frozen=True, extra="ignore")

    username: str
    password: str
    http: str
    nats: str
    certificate: str = ""

    @property
    def tenant(self) -> str:
        """The tenant the node belongs to."""
        return self.username.partition(".")[0]

    @property
    def node(self) -> str:
        """The node's own key."""
        return self.username.partition(".")[2]

    @classmethod
    def load(cls, file: Path) -> "Credential":
        """Read the secrets file; ConfigInvalid says what is wrong with it."""
        try:
            text = file.read_text(encoding="utf-8")
        except OSError as err:
            raise ConfigInvalid(
                f"The node's secrets file {file} cannot be read: {err.strerror}.", code="node_file", file=str(file)
            ) from err
        try:
            found: Credential = validated(cls, json.loads(text), "")
        except json.JSONDecodeError as err:
            raise ConfigInvalid(f"{file} is not JSON: {err}.", code="node_file", file=str(file)) from err
        if not found.tenant or not found.node:
            raise ConfigInvalid(f"{file}: username must be tenant.node.", code="node_file", field="username")
        return found


@dataclass(frozen=True, slots=True)
class Document:
    """A configuration document as it came, with the tag the platform knows it by."""

    etag: str
    body: dict[str, Any]


class Source:
    """Asks the platform for the node's configuration and keeps the last good one."""

    def __init__(self, credential: Credential, folder: Path, tls: ssl.SSLContext | None = None) -> None:
        self._file = folder / KEPT
        self._trial = folder / ON_TRIAL
        self._path = f"/api/v1/edge-nodes/{credential.node}/configuration"
        self._http = httpx.AsyncClient(
            base_url=credential.http,
            auth=(credential.username, credential.password),
            timeout=10,
            verify=tls or True,
            trust_env=False,
        )

    def kept(self) -> Document | None:
        """The last good configuration, so that a node works without its platform."""
        try:
            data = json.loads(self._file.read_text(encoding="utf-8"))
            return Document(str(data["etag"]), dict(data["document"]))
        except (OSError, ValueError, KeyError, TypeError):
            return None

    def keep(self, document: Document) -> None:
        """Remember a configuration that works; it may hold passwords of machines, so nobody else may read it."""
        self._file.parent.mkdir(parents=True, exist_ok=True)
        made = self._file.with_suffix(".new")
        made.touch(mode=0o600)
        made.write_text(json.dumps({"etag": document.etag, "document": document.body}, ensure_ascii=False), encoding="utf-8")
        made.replace(self._file)

    def begin_trial(self, etag: str) -> None:
        """Note that `etag` is being tried: should the node die of it, the next start finds the note."""
        self._trial.parent.mkdir(parents=True, exist_ok=True)
        self._trial.write_text(json.dumps(etag), encoding="utf-8")

    def end_trial(self) -> None:
        """It has been kept, or given up in an orderly way."""
        self._trial.unlink(missing_ok=True)

    def on_trial(self) -> str | None:
        """What was being tried when the node ended without a word."""
        try:
            return str(json.loads(self._trial.read_text(encoding="utf-8")))
        except (OSError, ValueError):
            return None

    async def fetch(self, etag: str | None) -> Document | None:
        """The platform's configuration, None when it is still `etag`. NotReady, AuthRejected or Missing say why there is none."""
        try:
            answer = await self._http.get(self._path, headers={"if-none-match": etag} if etag else {})
            if answer.status_code == httpx.codes.NOT_MODIFIED:
                return None
            if answer.status_code in (httpx.codes.UNAUTHORIZED, httpx.codes.FORBIDDEN):
                raise AuthRejected("The platform refuses the credential of this node.", code="node_refused")
            if answer.status_code == httpx.codes.NOT_FOUND:
                raise Missing("The platform knows no such edge node.", code="node_unknown")
            answer.raise_for_status()
            return Document(answer.headers.get("etag", ""), answer.json())
        except (httpx.HTTPError, ValueError) as err:
            raise NotReady(f"The platform gives no configuration: {err or type(err).__name__}.", code="platform_not_ready") from err

    async def close(self) -> None:
        """Let go of the connection."""
        await self._http.aclose()
