"""The node's secrets file, and the configuration it is given."""

import json
from pathlib import Path
from typing import Any

import pytest
from tests.edge.platform import ConfigurationServer
from tests.simulators.peer import free_port

from kaogong.core.errors import AuthRejected, ConfigInvalid, NotReady
from kaogong.edge.source import Credential, Source

GOOD = {"username": "acme.edge-1", "password": "secret", "http": "http://127.0.0.1:1", "nats": "nats://127.0.0.1:1"}


@pytest.mark.parametrize(
    ("content", "words"),
    [
        (None, "cannot be read: No such file"),
        ("{", "is not JSON"),
        (json.dumps({k: v for k, v in GOOD.items() if k != "nats"}), "nats: Field required"),
        (json.dumps(GOOD | {"username": "edge-1"}), "username must be tenant.node"),
    ],
)
def test_secrets_file_that_cannot_work_says_why(tmp_path: Path, content: str | None, words: str) -> None:
    file = tmp_path / "edge.json"
    if content is not None:
        file.write_text(content)
    with pytest.raises(ConfigInvalid, match=words):
        Credential.load(file)


def source(folder: Path, **change: Any) -> Source:
    return Source(Credential(**GOOD | change), folder)


async def test_configuration_comes_once_a_version(tmp_path: Path) -> None:
    async with ConfigurationServer("acme.edge-1", "secret") as server:
        made = source(tmp_path, http=server.url)
        first = await made.fetch(None)
        assert first is not None and first.body == {"connections": []}
        assert await made.fetch(first.etag) is None
        server.put({"connections": [{"name": "new"}]})
        second = await made.fetch(first.etag)
        assert second is not None and second.etag != first.etag
        await made.close()
        stranger = source(tmp_path, http=server.url, password="wrong")
        with pytest.raises(AuthRejected):
            await stranger.fetch(None)
        await stranger.close()


async def test_platform_away_is_not_ready(tmp_path: Path) -> None:
    made = source(tmp_path, http=f"http://127.0.0.1:{await free_port()}")
    with pytest.raises(NotReady):
        await made.fetch(None)
    await made.close()


async def test_what_is_kept_is_read_again_and_garbage_is_none(tmp_path: Path) -> None:
    made = source(tmp_path)
    assert made.kept() is None
    (tmp_path / "configuration.json").write_text("{broken")
    assert made.kept() is None
    await made.close()
