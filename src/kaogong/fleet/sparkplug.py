"""The platform as a Sparkplug B host: births, data and deaths of edge nodes become batches that ingest accounts for."""

import asyncio
import logging
from collections.abc import Iterable, Sequence
from typing import NamedTuple

from kaogong.bus import Bus, Downlink, StreamMessage, subjects
from kaogong.core import clock, units
from kaogong.core.errors import ConfigInvalid, NotReady, Overloaded
from kaogong.formats import REFUSED_MARK
from kaogong.formats.encode import Entry, encode_batch
from kaogong.formats.sparkplug import rebirth
from kaogong.formats.sparkplug_node import EdgeNode, Refused, Told

log = logging.getLogger(__name__)

BUCKET = "sparkplug"  # the births of who is alive, as they came: {tenant}.{node} and {tenant}.{node}.{device}
MANY = 512
ASK_AGAIN_S = 10.0  # between two requests for births of one node
FULL_S = 2.0
LARGEST_BATCH = 4000  # values a body of UP holds
TIME = 8  # bytes of the time of receipt before a kept birth


class _Name(NamedTuple):
    tenant: str
    node: str


class SparkplugHost:
    """Follows the stream of Sparkplug messages. What it knows outlives it in the births of `BUCKET`.

    A message is acknowledged once what it says stands in UP. A repeat after a crash says the same at the same time, which
    changes nothing.
    """

    def __init__(self, bus: Bus, downlink: Downlink | None) -> None:
        self._bus, self._downlink = bus, downlink
        self._nodes: dict[_Name, EdgeNode] = {}
        self._asked: dict[_Name, float] = {}

    async def follow(self) -> None:
        """Run until cancelled; what came while nobody followed is taken first."""
        current = asyncio.current_task()
        await self._recall()
        state = await self._bus.stream_state(subjects.SPARKPLUG)
        consumer = await self._bus.push_consumer(
            subjects.SPARKPLUG, "sparkplug-host", filter_subject=f"{subjects.SPB}.>", start_sequence=max(1, state.first_sequence)
        )
        try:
            while True:
                if current is not None and current.cancelling():
                    # The client's `asyncio.wait_for` of Python 3.11 swallows a cancellation that meets its answer (python/cpython#86296).
                    raise asyncio.CancelledError
                batch = await consumer.next_batch(MANY, 0.05)
                if batch:
                    await self._take(batch)
                    await consumer.ack_through(batch[-1])
                    # QoS 1 copies up to here mean what has just been stored.
                    await self._bus.purge_stream(subjects.SPARKPLUG, through=batch[-1].stream_sequence)
        finally:
            await consumer.close()

    async def _recall(self) -> None:
        self._nodes.clear()
        kept = await self._bus.kv_values(BUCKET)
        for key, value in sorted(kept.items(), key=lambda item: item[0].count(".")):
            tenant, node, *device = key.split(".")
            known = self._nodes.setdefault(_Name(tenant, node), EdgeNode())
            known.take("DBIRTH" if device else "NBIRTH", "".join(device), value[TIME:], int.from_bytes(value[:TIME], "big"))
        for known in self._nodes.values():
            known.forget_sequence()

    async def _take(self, batch: Sequence[StreamMessage]) -> None:
        told: dict[_Name, list[Told]] = {}
        refused: list[tuple[_Name, int, list[Refused], bytes]] = []
        wanted: dict[_Name, str] = {}
        births: dict[str, bytes | None] = {}
        for message in batch:
            _, tenant, kind, node, *device = message.subject.split(".")
            name, received_ms = _Name(tenant, node), message.time_ns // 1_000_000
            known = self._nodes.setdefault(name, EdgeNode())
            taken = known.take(kind, "".join(device), message.data, received_ms)
            told.setdefault(name, []).extend(taken.told)
            if taken.refused:
                refused.append((name, message.stream_sequence, taken.refused, message.data))
            if taken.rebirth:
                wanted[name] = taken.rebirth
            if kind.endswith("BIRTH"):
                births[".".join((tenant, node, *device))] = received_ms.to_bytes(TIME, "big") + message.data
            elif kind == "NDEATH" and not known.is_born:
                births |= {
                    key: None for key in (f"{tenant}.{node}", *births) if key == f"{tenant}.{node}" or key.startswith(f"{tenant}.{node}.")
                }
        first = batch[0].stream_sequence
        await asyncio.gather(*(self._pass_on(name, values, first) for name, values in told.items() if values))
        for name, sequence, reasons, data in refused:
            await self._refuse(name, sequence, reasons, data)
        await self._keep(births)
        for name, why in wanted.items():
            await self._ask_for_births(name, why)

    async def _pass_on(self, name: _Name, values: Sequence[Told], first: int) -> None:
        """In pieces that fit into a message, each stored before this returns."""
        subject = subjects.up(name.tenant, name.node, f"batch.{subjects.lane(name.node)}")
        for begin in range(0, len(values), LARGEST_BATCH):
            body = encode_batch(_entries(name.node, values[begin : begin + LARGEST_BATCH]))
            await self._store(subject, body, f"spb-{first}-{name.tenant}.{name.node}-{begin}")

    async def _refuse(self, name: _Name, sequence: int, reasons: Sequence[Refused], data: bytes) -> None:
        words = "; ".join(f"{r.device + ': ' if r.device else ''}{r.name + ': ' if r.name else ''}{r.reason}" for r in reasons)
        body = REFUSED_MARK + words[:1000].replace("\n", " ").encode() + b"\n" + data
        subject = subjects.up(name.tenant, name.node, f"batch.{subjects.lane(name.node)}")
        await self._store(subject, body, f"spb-{sequence}-refused")

    async def _store(self, subject: str, body: bytes, message_id: str) -> None:
        while True:
            try:
                await self._bus.publish_stream(subject, body, message_id=message_id)
            except Overloaded as err:
                log.warning("Sparkplug messages wait: %s", err.message)
                await asyncio.sleep(FULL_S)
            else:
                return

    async def _keep(self, births: dict[str, bytes | None]) -> None:
        for key, value in births.items():
            if value is not None:
                await self._bus.kv_put(BUCKET, key, value)
                continue
            for kept in [key, *(k for k in await self._bus.kv_values(BUCKET) if k.startswith(f"{key}."))] if key.count(".") == 1 else [key]:
                await self._bus.kv_delete(BUCKET, kept)

    async def _ask_for_births(self, name: _Name, why: str) -> None:
        at = asyncio.get_running_loop().time()
        if self._downlink is None or at - self._asked.get(name, -ASK_AGAIN_S) < ASK_AGAIN_S:
            return
        self._asked[name] = at
        log.info("Sparkplug node %s.%s is asked for its births: %s", name.tenant, name.node, why)
        try:
            await self._downlink.command(name.tenant, name.node, rebirth(round(clock.now().timestamp() * 1000)))
        except NotReady as err:
            del self._asked[name]
            log.info("it could not be asked: %s", err.message)


def _entries(node: str, values: Iterable[Told]) -> Iterable[Entry]:
    """Values of one device at one time share an entry."""
    entries: dict[tuple[str, int, int], Entry] = {}
    turns: dict[tuple[str, int, str], int] = {}
    for told in values:
        device = told.device or node
        turn = turns[device, told.ts_ms, told.key] = turns.get((device, told.ts_ms, told.key), -1) + 1
        entry = entries.get((device, told.ts_ms, turn))
        if entry is None:
            entry = entries[device, told.ts_ms, turn] = Entry(device, told.ts_ms, {})
        entry.values[told.key] = _body(told)
    return entries.values()


def _body(told: Told) -> object:
    unit = _unit(told.unit) if told.unit and isinstance(told.value, int | float) else ""
    if not told.quality and not unit and isinstance(told.value, int | float | str):
        return told.value
    body: dict[str, object] = {"v": told.value}
    if told.quality:
        body["q"] = told.quality
    if unit:
        body["u"] = unit
    return body


def _unit(written: str) -> str:
    """The unit, if it is one we know: a maker's own spelling must not cost the value."""
    try:
        return units.canonical(written)
    except ConfigInvalid:
        return ""
