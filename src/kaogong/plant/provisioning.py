"""Makes the plant known to the platform through its public HTTP interface, once: places, types, devices, the edge node's points."""

import asyncio
import hashlib
import json
import logging
import secrets
import ssl
import time
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import httpx2

from kaogong.core.errors import AuthRejected, Conflict, KaogongError, Missing, NotReady
from kaogong.plant.blueprint import Blueprint
from kaogong.plant.keeping import read_json, write_secretly

log = logging.getLogger(__name__)

PATIENCE_S = 0.5
SCOPES = ["own_account", "see_plant", "edit_plant", "issue_credentials"]
AT_ONCE = 4  # requests under way; the registry writes one at a time anyway


@dataclass(frozen=True, slots=True)
class Platform:
    """Where the platform is and who we are there; `tls` where it speaks that."""

    http: str
    username: str
    password: str
    tls: ssl.SSLContext | None = None


class Provisioner:
    """Brings the platform up to the blueprint; what is there already is left alone.

    Keeps three files in `folder`, mode 0600: its own token, the devices' credentials, and digests of what was written,
    so that a second start writes nothing.
    """

    def __init__(self, platform: Platform, folder: Path) -> None:
        self.platform = platform
        self._credentials_file = folder / "credentials.json"
        self._token_file = folder / "token.json"
        self._digests_file = folder / "provisioned.json"
        self.credentials: dict[str, tuple[str, str]] = {k: (u, p) for k, (u, p) in read_json(self._credentials_file).items()}
        self._digests: dict[str, str] = read_json(self._digests_file)
        self.written = 0
        self._http = httpx2.AsyncClient(base_url=f"{platform.http}/api/v1", verify=platform.tls or True, timeout=30.0, trust_env=False)

    async def close(self) -> None:
        """Let go of the connection."""
        await self._http.aclose()

    async def sign_in(self) -> None:
        """Wait until the platform answers, then sign in; AuthRejected when it does not want us.

        The first time with the administrator's password, which then makes a token of the plant's own: later starts
        work whatever became of the password.
        """
        token = read_json(self._token_file).get("secret")
        if token:
            self._bear(token)
            try:
                await self._ask("GET", "/auth/me")
            except AuthRejected:
                del self._http.headers["authorization"]
            else:
                return
        login = {"username": self.platform.username, "password": self.platform.password}
        self._bear((await self._ask("POST", "/auth/token", form=login))["access_token"])
        name = f"plant-{secrets.token_hex(3)}"
        made = await self._ask("POST", "/tokens", {"name": name, "scopes": SCOPES, "expires_in_days": None})
        self._bear(made["secret"])
        write_secretly(self._token_file, {"name": name, "secret": made["secret"]})

    def _bear(self, secret: str) -> None:
        self._http.headers["authorization"] = f"Bearer {secret}"

    async def provision(self, blueprint: Blueprint, *, speaking: frozenset[str]) -> None:
        """Places, types and devices; afterwards `credentials` has one for every device in `speaking`."""
        begun = time.monotonic()
        await self._places(blueprint)
        await self._types(blueprint)
        await self._devices(blueprint, speaking)
        if self.written:
            log.info("provisioned with %d writes in %.1f s", self.written, time.monotonic() - begun)

    async def configure(self, edge_node: str, document: Mapping[str, Any]) -> None:
        """Tell the edge node its connections and points; waits for the node to be known. Nothing is written when it knows already."""
        digest = _digest(document)
        while True:
            try:
                known = await self._ask("GET", f"/edge-nodes/{edge_node}/configuration")
                break
            except Missing:
                await asyncio.sleep(PATIENCE_S)
        if known.get("connections") and self._digests.get(f"edge-node {edge_node}") == digest:
            return
        await self._ask("PUT", f"/edge-nodes/{edge_node}/configuration", document)
        self._remember(f"edge-node {edge_node}", digest)

    async def _places(self, blueprint: Blueprint) -> None:
        known = {place["path"] for place in (await self._ask("GET", "/places"))["items"]}
        for place in blueprint.places:
            path = f"{place['parent']}/{place['key']}" if place["parent"] else place["key"]
            if path not in known:
                await self._make("/places", place)

    async def _types(self, blueprint: Blueprint) -> None:
        known = {kind["key"] for kind in (await self._ask("GET", "/device-types"))["items"]}
        for kind in blueprint.types:
            name, digest = f"type {kind['key']}", _digest(kind)
            if kind["key"] in known and self._digests.get(name) == digest:
                continue
            await self._ask("PUT", f"/device-types/{kind['key']}", kind)
            self._remember(name, digest)

    async def _devices(self, blueprint: Blueprint, speaking: frozenset[str]) -> None:
        known = await self._known_devices()
        gate = asyncio.Semaphore(AT_ONCE)

        async def bring(key: str, document: Mapping[str, Any]) -> None:
            async with gate:
                if key not in known:
                    made = await self._make("/devices", document)
                    if made is not None:
                        self._keep(key, made["credential"])
                if key in speaking and key not in self.credentials:
                    self._keep(key, (await self._ask("POST", f"/devices/{key}/credential"))["credential"])

        # Gathered results come in any order; the first failure ends the start and the next one goes on from there.
        try:
            async with asyncio.TaskGroup() as group:
                for device in blueprint.devices:
                    group.create_task(bring(device.key, device.document))
        except* KaogongError as failures:
            raise failures.exceptions[0] from failures
        finally:
            write_secretly(self._credentials_file, self.credentials)

    async def _known_devices(self) -> set[str]:
        known: set[str] = set()
        cursor: str | None = None
        while True:
            page = await self._ask("GET", "/devices", params={"limit": 200} | ({"cursor": cursor} if cursor else {}))
            known.update(device["key"] for device in page["items"])
            cursor = page["next"]
            if not cursor:
                return known

    def _keep(self, key: str, credential: Mapping[str, str]) -> None:
        self.credentials[key] = (credential["username"], credential["password"])

    def _remember(self, name: str, digest: str) -> None:
        self._digests[name] = digest
        write_secretly(self._digests_file, self._digests)

    async def _make(self, path: str, document: Mapping[str, Any]) -> dict[str, Any] | None:
        """POST; None when somebody else made it meanwhile."""
        try:
            return await self._ask("POST", path, document)
        except Conflict:
            return None

    async def _ask(
        self, method: str, path: str, body: Any = None, *, form: Mapping[str, str] | None = None, params: Mapping[str, Any] | None = None
    ) -> dict[str, Any]:
        """One request; waits while the platform is away or busy, as everything asked here may be asked twice."""
        while True:
            try:
                answer = await self._http.request(method, path, json=body, data=form, params=params)
            except httpx2.TransportError:
                await asyncio.sleep(PATIENCE_S)
                continue
            if answer.status_code in (429, 503):
                await asyncio.sleep(max(PATIENCE_S, float(answer.headers.get("retry-after", 0) or 0)))
                continue
            self.written += method != "GET"
            return _checked(answer)


def _checked(answer: httpx2.Response) -> dict[str, Any]:
    if answer.is_success:
        found: dict[str, Any] = answer.json()
        return found
    words = f"{answer.request.method} {answer.request.url.path} was answered {answer.status_code}: {answer.text[:500]}"
    kinds: dict[int, type[KaogongError]] = {401: AuthRejected, 403: AuthRejected, 404: Missing, 409: Conflict}
    raise kinds.get(answer.status_code, NotReady)(words)


def _digest(document: Any) -> str:
    return hashlib.sha256(json.dumps(document, sort_keys=True, ensure_ascii=False).encode()).hexdigest()
