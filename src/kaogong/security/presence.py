"""Who is connected at this moment, as the broker tells it."""

import logging
from collections import deque
from collections.abc import Callable, Iterator, Mapping
from datetime import datetime
from typing import Any, NamedTuple

import orjson

from kaogong.bus import APP, EDGE, Bus, Message
from kaogong.core.errors import NotReady

log = logging.getLogger(__name__)

EVENTS = "$SYS.ACCOUNT"
LIST = "$SYS.REQ.SERVER.PING.CONNZ"
ACCOUNTS = (APP, EDGE)  # where devices are
PAGE = 1024
REMEMBERED = 1000  # closed connections whose last violation may still stand in the log to come

Key = tuple[str, int]


class Connected(NamedTuple):
    """One open connection of a device."""

    server_id: str
    number: int
    username: str
    client_id: str
    address: str
    protocol: str
    since: datetime


class Presence:
    """Every open connection. `came` is told of each; `went` of a device's last one."""

    def __init__(self, came: Callable[[Connected], None], went: Callable[[Connected], None]) -> None:
        self._came, self._went = came, went
        self._open: dict[Key, Connected] = {}
        self._by_user: dict[str, set[Key]] = {}
        self._left: deque[Connected] = deque(maxlen=REMEMBERED)

    def __len__(self) -> int:
        return len(self._by_user)

    def __iter__(self) -> Iterator[str]:
        """The user names that are connected."""
        return iter(list(self._by_user))

    def of(self, username: str) -> list[Key]:
        """The connections of one device."""
        return list(self._by_user.get(username, ()))

    def uses(self, username: str, client_id: str) -> bool:
        """Whether `username` is connected with this client id."""
        return any(self._open[key].client_id == client_id for key in self._by_user.get(username, ()))

    def numbered(self, number: int) -> Connected | None:
        """The connection that the broker's log calls by this number, open or closed a moment ago."""
        return next((c for c in self._open.values() if c.number == number), None) or next(
            (c for c in self._left if c.number == number), None
        )

    async def follow(self, system: Bus) -> None:
        """Hear of every coming and going from now on, and of who is here already."""
        for account in ACCOUNTS:
            await system.subscribe(f"{EVENTS}.{account}.CONNECT", self._heard_connect)
            await system.subscribe(f"{EVENTS}.{account}.DISCONNECT", self._heard_disconnect)
        await self.list_anew(system)

    async def list_anew(self, system: Bus) -> bool:
        """Make it what the broker lists; False when that does not answer."""
        found: dict[Key, Connected] = {}
        try:
            for account in ACCOUNTS:
                found |= await _listed(system, account)
        except NotReady as err:
            log.warning("the broker does not list its connections: %s", err.message)
            return False
        for key in [k for k in self._open if k not in found]:
            self._remove(key)
        for key, connected in found.items():
            if key not in self._open:
                self._add(connected)
        return True

    async def _heard_connect(self, message: Message) -> None:
        event = orjson.loads(message.data)
        client = event["client"]
        if "." in client.get("user", ""):
            about = (client["user"], client.get("client_id", ""), client.get("host", ""), client.get("client_type", "nats"))
            self._add(Connected(event["server"]["id"], client["id"], *about, datetime.fromisoformat(client["start"])))

    async def _heard_disconnect(self, message: Message) -> None:
        event = orjson.loads(message.data)
        self._remove((event["server"]["id"], event["client"]["id"]))

    def _add(self, one: Connected) -> None:
        key = (one.server_id, one.number)
        self._open[key] = one
        self._by_user.setdefault(one.username, set()).add(key)
        self._came(one)

    def _remove(self, key: Key) -> None:
        gone = self._open.pop(key, None)
        if gone is None:
            return
        self._left.append(gone)
        mine = self._by_user[gone.username]
        mine.discard(key)
        if not mine:
            del self._by_user[gone.username]
            self._went(gone)


async def _listed(system: Bus, account: str) -> dict[Key, Connected]:
    found: dict[Key, Connected] = {}
    offset = 0
    while True:
        question = {"auth": True, "acc": account, "offset": offset, "limit": PAGE, "sort": "cid"}
        answer = orjson.loads(await system.request(LIST, orjson.dumps(question), timeout_s=10))["data"]
        page = answer.get("connections") or []
        found.update(_entry(answer["server_id"], one) for one in page if "." in one.get("authorized_user", ""))
        offset += PAGE
        if len(page) < PAGE:
            return found


def _entry(server_id: str, one: Mapping[str, Any]) -> tuple[Key, Connected]:
    about = (one["authorized_user"], one.get("mqtt_client", ""), one["ip"], one["type"])
    return (server_id, one["cid"]), Connected(server_id, one["cid"], *about, datetime.fromisoformat(one["start"]))
