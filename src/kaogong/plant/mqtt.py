"""The plant's MQTT side: each device on its own connection with its own credential, QoS 1, its own time."""

import asyncio
import logging
import ssl
from collections import deque
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

import aiomqtt
import orjson

from kaogong.formats import encode_telemetry
from kaogong.plant.machine import Machine, Mqtt, Refused

log = logging.getLogger(__name__)

LIBRARY = "kaogong.plant.mqtt.library"  # whose log it is that a socket was lost; we say it once, in words
KEPT = 3600  # messages a device holds back while the broker is away
KEEPALIVE_S = 10
RETRY_S = 3.0


@dataclass(frozen=True, slots=True)
class Broker:
    """Where the platform listens; `tls` where the listener speaks it."""

    host: str
    port: int
    tenant: str
    tls: ssl.SSLContext | None = None


class Speaker:
    """One device on MQTT: telemetry every period when it is a direct one, events whenever they happen, answers to commands."""

    def __init__(self, machine: Machine, broker: Broker, username: str, password: str, *, keepalive_s: int = KEEPALIVE_S) -> None:
        self.machine, self.broker, self._keepalive_s = machine, broker, keepalive_s
        self._username, self._password = username, password
        self._waiting: deque[tuple[str, bytes]] = deque(maxlen=KEPT)
        self._news = asyncio.Event()
        self._is_cut = asyncio.Event()
        self._is_mended = asyncio.Event()
        self._is_mended.set()
        self._lost_words = ""
        self.acknowledged = 0
        self.has_spoken = asyncio.Event()
        self.is_connected = False

    def tick(self, second: int, at: datetime, reading: Mapping[str, Any]) -> None:
        """Take what the machine measured and what happened in this second."""
        base = f"up/{self.broker.tenant}/{self.machine.name}"
        ts = int(at.timestamp() * 1000)
        channel = self.machine.unit.channel
        if self._is_cut.is_set():
            self.machine.happened.clear()
            return
        if isinstance(channel, Mqtt) and second % channel.period_s == 0:
            self._waiting.append((f"{base}/telemetry", encode_telemetry(ts, reading)))
        for event in self.machine.happened:
            self._waiting.append((f"{base}/event/{event.name}", orjson.dumps({"ts": ts, **event.body})))
        self.machine.happened.clear()
        if self._waiting:
            self._news.set()

    def cut(self) -> None:
        """Pull the cable: nothing more is sent, not even a ping; the broker notices by itself."""
        self._is_mended.clear()
        self._is_cut.set()
        self._waiting.clear()
        self._news.set()

    def mend(self) -> None:
        """Plug the cable in again."""
        self._is_cut.clear()
        self._is_mended.set()

    async def run(self) -> None:
        """Speak until cancelled; what could not be sent is kept and sent with its own time."""
        while not _is_stopping():
            try:
                await self._speak()
            except aiomqtt.MqttError as err:
                if _is_stopping():
                    break
                if str(err) != self._lost_words:
                    log.warning("%s: %s", self.machine.name, err)
                    self._lost_words = str(err)
                await asyncio.sleep(RETRY_S)
            if not _is_stopping():
                await self._is_mended.wait()

    async def _speak(self) -> None:
        client = aiomqtt.Client(
            self.broker.host, self.broker.port, username=self._username, password=self._password, identifier=self._username.replace(".", ":"),
            protocol=aiomqtt.ProtocolVersion.V311, keepalive=self._keepalive_s, tls_context=self.broker.tls, logger=logging.getLogger(LIBRARY),
        )  # fmt: skip
        async with client:
            if self.machine.commands:
                await client.subscribe(f"down/{self.broker.tenant}/{self.machine.name}/command/+", qos=1)
            self.is_connected = True
            if self._lost_words:
                log.info("%s: back, %d messages kept", self.machine.name, len(self._waiting))
                self._lost_words = ""
            work = {asyncio.create_task(self._send(client)), asyncio.create_task(self._until_lost(client))}
            try:
                done, _ = await asyncio.wait(work, return_when=asyncio.FIRST_COMPLETED)
                if self._is_cut.is_set():
                    await self._hang(client)
                else:
                    for task in done:
                        task.result()
            finally:
                for task in work:
                    task.cancel()
                await asyncio.gather(*work, return_exceptions=True)

    async def _send(self, client: aiomqtt.Client) -> None:
        while not (self._is_cut.is_set() or _is_stopping()):
            await self._news.wait()
            self._news.clear()
            while self._waiting and not (self._is_cut.is_set() or _is_stopping()):
                topic, body = self._waiting[0]
                await client.publish(topic, body, qos=1)
                self.acknowledged += 1
                self.has_spoken.set()
                if self._waiting and self._waiting[0][1] is body:
                    self._waiting.popleft()

    async def _until_lost(self, client: aiomqtt.Client) -> None:
        """Ends with the MqttError of the connection; a device that says nothing for an hour would not notice otherwise."""
        try:
            async for message in client.messages:
                if isinstance(message.payload, bytes) and not self._is_cut.is_set():
                    self._answer(message.payload)
        finally:
            self.is_connected = False

    def _answer(self, body: bytes) -> None:
        try:
            told = orjson.loads(body)
            name, number, arguments = str(told["name"]), str(told["id"]), dict(told["arguments"])
        except (ValueError, KeyError, TypeError):
            log.warning("%s: a command that cannot be read is left alone", self.machine.name)
            return
        try:
            answer: dict[str, Any] = {"ok": True, **self.machine.obey(name, arguments)}
        except Refused as err:
            answer = {"ok": False, "reason": str(err)}
        self._waiting.append((f"up/{self.broker.tenant}/{self.machine.name}/reply/{number}", orjson.dumps(answer)))
        self._news.set()

    async def _hang(self, client: aiomqtt.Client) -> None:
        """Keep the socket open and silent, as a pulled cable does, until the broker gives up or the cable is back."""
        pinging = client._misc_task  # aiomqtt has no public way to stop the pings
        if pinging is not None:
            pinging.cancel()
        await self._is_mended.wait()


def _is_stopping() -> bool:
    """Whether this task was cancelled, also where the cancellation got lost.

    Until Python 3.12 `asyncio.wait_for`, which aiomqtt waits with, forgets a cancellation that comes together with its
    result, and the library's goodbye may fail with an error of its own.
    """
    task = asyncio.current_task()
    return task is not None and task.cancelling() > 0


def speakers(machines: Mapping[str, Machine], broker: Broker, credentials: Mapping[str, tuple[str, str]]) -> dict[str, Speaker]:
    """Everybody who has something to say over MQTT: direct devices, and those with events."""
    return {
        key: Speaker(machine, broker, *credentials[key])
        for key, machine in machines.items()
        if isinstance(machine.unit.channel, Mqtt) or machine.events
    }
