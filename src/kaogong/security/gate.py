"""The gate: admits devices to the broker, throws out those who lost the right, and notes what it saw of each."""

import asyncio
import contextlib
import hashlib
import hmac
import logging
from collections import deque
from collections.abc import Callable, Mapping
from typing import Any

import orjson

from kaogong import registry
from kaogong.bus import PLATFORM, Bus, Message, Signer, subjects
from kaogong.core import clock
from kaogong.core.errors import KaogongError, NotReady
from kaogong.db import Change, Database, outbox
from kaogong.registry import CredentialRecord
from kaogong.registry.changes import DEVICES, range_of
from kaogong.security import connections
from kaogong.security.admission import RESERVED_PREFIX, ClientIds, Known, Roster
from kaogong.security.jwt import ConnectRequest, admit, read_request, refuse
from kaogong.security.presence import Connected, Presence

log = logging.getLogger(__name__)

CALLOUT = "$SYS.REQ.USER.AUTH"
NOTE_EVERY_S = 0.5
CHECK_EVERY_S = 2.0
FEED_MANY = 5000
LOOKUPS_A_SECOND = 50  # refused names that are looked up in the registry; a flood of guesses must not become its load
SECOND_LOOKS = 5000
FEED_S = 2.0  # what the change feed takes at most while all is well
RECENT = ("unknown", "wrong_password", "no_credential", "revoked")
PLATFORM_PERMISSIONS = {"publish": ["down.>", *subjects.SPARKPLUG_DOWN], "subscribe": list[str]()}


async def _pong(_: bytes) -> bytes:
    return b""


class Gate:
    """One gate process. `bus` signs in as the platform, `system` as the broker's system user, or None where that is not to be had."""

    def __init__(
        self, bus: Bus, system: Bus | None, database: Database, issuer_seed: str, platform_secret: str, too_full: Callable[[], bool]
    ) -> None:
        self._bus, self._system, self._database, self._too_full = bus, system, database, too_full
        self._signer = Signer(issuer_seed)
        self._platform_digest = hashlib.sha256(platform_secret.encode()).digest()
        self.roster, self._client_ids = Roster(), ClientIds()
        self._presence = Presence(self._came, self._went)
        self._noted: dict[int, dict[str, Any]] = {}
        self._changed: dict[str, None] = {}
        self._ranges: list[tuple[int, int]] = []
        self._seq = 0
        self._lookups = float(LOOKUPS_A_SECOND)
        self._resync = self._relist = False
        self._learned = asyncio.Event()
        self._second_looks: set[asyncio.Task[None]] = set()
        self.admitted = self.refused = 0
        self.refusals: deque[dict[str, Any]] = deque(maxlen=20)

    async def open(self) -> None:
        """Learn every credential and every open connection, then begin to answer."""
        await self._bus.subscribe(f"{subjects.REGISTRY_CHANGES}.*", self._feed)
        await self._bus.flush()
        await self._snapshot()
        self._bus.on_reconnect.append(self._was_away)
        if self._system is not None:
            await self._presence.follow(self._system)
        await self._bus.subscribe(CALLOUT, self._answer, queue="gate")
        await self._bus.serve(subjects.GATE, _pong, queue="gate")

    async def work(self) -> None:
        """Follow changes and note what was seen until cancelled."""
        async with asyncio.TaskGroup() as group:
            group.create_task(self._follow())
            group.create_task(self._keep_notes())
            group.create_task(self._check())

    def figures(self) -> dict[str, Any]:
        """For the status: how many are known, connected, admitted and refused, and the last refusals."""
        return {
            "devices": len(self.roster),
            "connected": len(self._presence),
            "admitted": self.admitted,
            "refused": self.refused,
            "refusals": list(self.refusals),
        }

    # What the broker asks

    async def _answer(self, message: Message) -> None:
        request = read_request(message.data)
        if request.username == PLATFORM:
            await self._answer_platform(message.reply, request)
            return
        reason = self._decide(request)
        if reason in RECENT and len(self._second_looks) < SECOND_LOOKS:
            task = asyncio.get_running_loop().create_task(self._look_again(message.reply, request))
            self._second_looks.add(task)
            task.add_done_callback(self._second_looks.discard)
            return
        await self._say(message.reply, request, reason)

    async def _answer_platform(self, reply: str, request: ConnectRequest) -> None:
        given = hashlib.sha256(request.password.encode()).digest()
        good = hmac.compare_digest(given, self._platform_digest) and request.client_id.startswith(RESERVED_PREFIX)
        answer = admit(self._signer, request, PLATFORM_PERMISSIONS) if good else refuse(self._signer, request, "wrong_password")
        await self._bus.publish(reply, answer)

    async def _look_again(self, reply: str, request: ConnectRequest) -> None:
        """It may have been created or given a new password a moment ago, before the change feed told."""
        if self._lookups >= 1:
            self._lookups -= 1
            with contextlib.suppress(NotReady):
                await self._refresh([request.username])
            await self._say(reply, request, self._decide(request))
            return
        with contextlib.suppress(TimeoutError):
            async with asyncio.timeout(FEED_S):
                while self._decide(request) in RECENT:
                    await self._learned.wait()
        await self._say(reply, request, self._decide(request))

    def _decide(self, request: ConnectRequest) -> str | None:
        reason = self.roster.refusal(request.username, request.password)
        if reason is None and self._too_full():
            reason = "disk_full"
        if reason is None and not self._may_use(request):
            reason = "client_id_taken"
        return reason

    def _may_use(self, request: ConnectRequest) -> bool:
        holder = self._client_ids.holder(request.client_id)
        connected = holder is not None and self._presence.uses(holder, request.client_id)
        return self._client_ids.may_use(request.client_id, request.username, self.roster.tenants, connected)

    async def _say(self, reply: str, request: ConnectRequest, reason: str | None) -> None:
        known = self.roster.get(request.username)
        if reason is not None or known is None:
            self._note_refusal(request, known, reason or "unknown")
            await self._bus.publish(reply, refuse(self._signer, request, reason or "unknown"))
            return
        tenant, _, device = request.username.partition(".")
        self._client_ids.take(request.client_id, request.username)
        self.admitted += 1
        permissions = subjects.device_permissions(tenant, device, is_gateway=known.is_gateway)
        await self._bus.publish(reply, admit(self._signer, request, permissions))

    def _note_refusal(self, request: ConnectRequest, known: Known | None, reason: str) -> None:
        self.refused += 1
        at = clock.now()
        name = request.username[:130]
        log.info("refused %s from %s: %s", name or "(no name)", request.address, reason)
        self.refusals.append({"at": at, "username": name, "address": request.address, "reason": reason})
        if known is not None:
            self._note(known, last_refused_at=at, last_refused_reason=reason)

    # What the broker tells

    def _came(self, one: Connected) -> None:
        known = self.roster.get(one.username)
        if known is not None:
            about = {"client_id": one.client_id[:128], "address": one.address, "protocol": one.protocol}
            self._note(known, connected=True, since=one.since, **about)

    def _went(self, one: Connected) -> None:
        known = self.roster.get(one.username)
        if known is not None:
            self._note(known, connected=False, since=clock.now())

    def violation(self, number: int, words: str) -> None:
        """The broker's log tells that connection `number` tried something without permission."""
        one = self._presence.numbered(number)
        known = self.roster.get(one.username) if one is not None else None
        if known is not None:
            self._note(known, last_violation_at=clock.now(), last_violation=words[:256])

    # What the registry tells

    async def _feed(self, message: Message) -> None:
        change = Change.from_dict(orjson.loads(message.data))
        if self._seq and change.seq > self._seq + 1:
            self._resync = True
        self._seq = max(self._seq, change.seq)
        if change.kind == "credential":
            self._changed[change.key] = None
        elif change.kind == "device":
            self._changed[f"{change.tenant}.{change.key}"] = None
        elif change.kind == DEVICES:
            self._ranges.append(range_of(change))
        elif change.kind == "tenant":
            self.roster.tenants.add(change.key)
            self._resync = self._resync or change.op == "delete"

    async def _follow(self) -> None:
        while True:
            await asyncio.sleep(0.1)
            self._lookups = min(self._lookups + LOOKUPS_A_SECOND / 10, float(LOOKUPS_A_SECOND))
            try:
                if self._resync or len(self._changed) > FEED_MANY:
                    await self._snapshot()
                elif self._changed or self._ranges:
                    names, self._changed = list(self._changed), {}
                    await self._learn_ranges()
                    await self._refresh(names)
            except NotReady as err:
                log.info("the registry does not answer: %s", err.message)
                self._resync = True

    async def _learn_ranges(self) -> None:
        """Very many devices were made at once; nobody can be connected as one of them yet."""
        ranges, self._ranges = self._ranges, []

        def read() -> list[CredentialRecord]:
            with self._database.read() as session:
                return [record for first, last in ranges for record in registry.all_credentials(session, first, last)]

        for record in await asyncio.to_thread(read):
            self.roster.put(record)

    async def _snapshot(self) -> None:
        self._changed.clear()
        self._ranges.clear()
        connected = {name: self.roster.get(name) for name in self._presence}

        def read() -> tuple[Roster, dict[str, str], int]:
            fresh, held = Roster(), {}
            with self._database.read() as session:
                client_ids = connections.held_client_ids(session)
                for record in registry.all_credentials(session):
                    fresh.put(record)
                    if record.device_id in client_ids:
                        held[client_ids[record.device_id]] = f"{record.tenant}.{record.device}"
                return fresh, held, outbox.head(session)

        self.roster, held, self._seq = await asyncio.to_thread(read)
        for client_id, name in held.items():
            if self._client_ids.holder(client_id) is None:
                self._client_ids.take(client_id, name)
        self._resync = False
        await self._refresh([name for name, before in connected.items() if self._lost(before, self.roster.get(name))], connected)

    async def _refresh(self, names: list[str], former: Mapping[str, Known | None] | None = None) -> None:
        """Read these user names again and throw out who may no longer be here. `former`: what they were admitted by."""

        def read() -> list[CredentialRecord | None]:
            with self._database.read() as session:
                return [registry.find_credential(session, name) for name in names]

        lost: list[tuple[str, int]] = []
        for name, record in zip(names, await asyncio.to_thread(read), strict=True):
            before = former[name] if former is not None else self.roster.get(name)
            if record is None:
                self.roster.drop(name)
            else:
                self.roster.put(record)
            if record is None or record.deleted:
                self._client_ids.release(name)
            if self._lost(before, self.roster.get(name)) and self._presence.of(name):
                log.info("disconnecting %s", name)
                lost += self._presence.of(name)
        self._tell_waiting()
        for key in lost:
            await self._kick(key)

    def _tell_waiting(self) -> None:
        learned, self._learned = self._learned, asyncio.Event()
        learned.set()

    @staticmethod
    def _lost(before: Known | None, now: Known | None) -> bool:
        return now is None or now.revoked or now.deleted or (before is not None and before.sha256 != now.sha256)

    async def _kick(self, key: tuple[str, int]) -> None:
        if self._system is None:
            return
        with contextlib.suppress(KaogongError):  # what is still there is found by the next check
            await self._system.request(f"$SYS.REQ.SERVER.{key[0]}.KICK", orjson.dumps({"cid": key[1]}), timeout_s=1)

    # What is kept

    def _note(self, known: Known, **seen: Any) -> None:
        self._noted.setdefault(known.device_id, {"tenant_id": known.tenant_id}).update(seen)

    async def _keep_notes(self) -> None:
        connected = {k.device_id for name in self._presence if (k := self.roster.get(name)) is not None}
        await asyncio.to_thread(self._write, {}, connected)
        while True:
            try:
                await asyncio.sleep(NOTE_EVERY_S)
            finally:
                await self._write_notes()

    async def _write_notes(self) -> None:
        noted, self._noted = self._noted, {}
        if not noted:
            return
        try:
            await asyncio.to_thread(self._write, noted, None)
        except NotReady as err:
            log.info("the registry does not take notes: %s", err.message)
            for device, fields in noted.items():
                self._noted[device] = fields | self._noted.get(device, {})

    def _write(self, noted: dict[int, dict[str, Any]], connected: set[int] | None) -> None:
        with self._database.write() as session:
            if connected is not None:
                connections.all_disconnected(session, connected, clock.now())
            connections.note_connections(session, noted)

    def _was_away(self) -> None:
        self._resync = self._relist = True

    async def _check(self) -> None:
        """Notice a change whose announcement was missed, and a disconnection that did not happen."""

        def head() -> int:
            with self._database.read() as session:
                return outbox.head(session)

        behind = False
        while True:
            await asyncio.sleep(CHECK_EVERY_S)
            with contextlib.suppress(NotReady):
                unwanted = [name for name in self._presence if self._lost(None, self.roster.get(name))]
                if unwanted:
                    await self._refresh(unwanted)
                if self._relist and self._system is not None:
                    self._relist = not await self._presence.list_anew(self._system)
                newest = await asyncio.to_thread(head)
                self._resync = self._resync or (behind and newest > self._seq)
                behind = newest > self._seq
