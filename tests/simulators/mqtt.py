"""MQTT peer: Debian's mosquitto with one user, in a process of its own, for both versions of the protocol."""

import asyncio
import getpass
import shutil
from collections.abc import Sequence
from pathlib import Path
from typing import Any, ClassVar

import aiomqtt
import orjson
from tests.simulators.peer import Peer, free_port, until

PASSWORD = "mqtt-secret"


class _MosquittoPeer(Peer):
    has_login = True
    gaps: ClassVar = {
        "bad_point": "never: a topic that nobody publishes cannot be told from a quiet one; it goes stale by age",
        "wrong_type": "never: a payload carries its own type, the configuration claims none",
        "write": "never: a broker takes whatever is published, and a topic has no value to read back",
        "browse": "notyet: topics could be listed by listening for a while",
    }
    is_shared = True
    version: ClassVar[str]
    tls: tuple[Path, Path] | None = None  # certificate and key
    _messages: Sequence[Any] = ()

    async def start(self) -> None:
        self.port = self.port or await free_port()
        self.folder.mkdir(parents=True, exist_ok=True)
        passwords = self.folder / "passwords"
        if not passwords.exists():
            passwords.touch(mode=0o600)
            made = await asyncio.create_subprocess_exec("mosquitto_passwd", "-b", passwords, "edge", PASSWORD)
            assert await made.wait() == 0
        file = self.folder / "mosquitto.conf"
        file.write_text(
            f"listener {self.port} 127.0.0.1\nallow_anonymous false\npassword_file {passwords}\nsys_interval 1\n"
            "persistence false\nmax_queued_messages 0\nlog_type none\n"
            # Started by root it becomes another user, who may not read the test's folder.
            f"user {getpass.getuser()}\n" + (f"certfile {self.tls[0]}\nkeyfile {self.tls[1]}\n" if self.tls else "")
        )
        binary = shutil.which("mosquitto", path="/usr/sbin:/usr/local/sbin:/usr/bin") or "mosquitto"
        self._process = await asyncio.create_subprocess_exec(binary, "-c", file, stderr=asyncio.subprocess.DEVNULL)
        await until(self._listens, "mosquitto listens")

    async def stop(self) -> None:
        self._process.kill()
        await self._process.wait()

    def config(self, port: int | None = None) -> dict[str, Any]:
        return {
            "host": "127.0.0.1", "port": port or self.port, "version": self.version,
            "username": "edge", "password": PASSWORD, "timeout_s": 5.0, "keepalive_s": 2,
        }  # fmt: skip

    def wrong_login(self) -> dict[str, Any]:
        return self.config() | {"password": "not it"}

    def address(self, i: int) -> dict[str, Any]:
        return {"topic": f"plant/{i // 10}", "pointer": f"/p{i}"}

    def expected(self, i: int) -> Any:
        return i * 0.5

    async def load(self, given: Any) -> None:
        """[{topic, payload, retain}]: what is retained is there before anybody listens, the rest is sent by `stir`."""
        self._messages = [m for m in given if not m.get("retain")]
        async with self.client() as client:
            for message in given:
                if message.get("retain"):
                    await client.publish(message["topic"], message["payload"], qos=1, retain=True)

    async def stir(self) -> None:
        async with self.client() as client:
            for message in self._messages:
                await client.publish(message["topic"], message["payload"])
            for topic in range(100):
                body = {f"p{i}": self.expected(i) for i in range(topic * 10, topic * 10 + 10)}
                await client.publish(f"plant/{topic}", orjson.dumps(body))

    async def connections(self) -> int:
        """Asked of the kernel: the broker's own figure is a second old."""
        rows = (await asyncio.to_thread(_read, "/proc/net/tcp")).splitlines()[1:]
        here = f":{self.port:04X}"
        return sum(1 for row in rows if row.split()[1].endswith(here) and row.split()[3] == "01")

    def client(self) -> aiomqtt.Client:
        """A publisher beside the driver."""
        return aiomqtt.Client("127.0.0.1", self.port, username="edge", password=PASSWORD)

    async def _listens(self) -> bool:
        try:
            _, writer = await asyncio.open_connection("127.0.0.1", self.port)
        except OSError:
            return False
        writer.close()
        return True


def _read(path: str) -> str:
    with open(path) as file:  # noqa: PTH123
        return file.read()


class Mosquitto311Peer(_MosquittoPeer):
    """MQTT 3.1.1."""

    name = "mosquitto-3.1.1"
    version = "3.1.1"


class Mosquitto5Peer(_MosquittoPeer):
    """MQTT 5."""

    name = "mosquitto-5"
    version = "5"


PEERS = [Mosquitto311Peer, Mosquitto5Peer]
