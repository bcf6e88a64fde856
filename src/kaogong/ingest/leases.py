"""Who owns a partition: a key with a lifetime in the bus's key-value store, renewed while its owner lives."""

import logging
from collections.abc import Iterable

import orjson

from kaogong.bus import Bus
from kaogong.core.errors import Conflict

log = logging.getLogger(__name__)

BUCKET = "ingest"
LIFETIME_S = 10.0
RENEW_S = 3.0


class Leases:
    """The partitions that `owner` holds. The epoch is the key's revision: it only grows, and only its holder can renew it.

    A process that starts under the same name takes over at once, as the supervisor never runs two; the former one, should it
    still live, finds its next renewal refused.
    """

    def __init__(self, bus: Bus, owner: str, partitions: Iterable[int]) -> None:
        self._bus, self._owner, self._partitions = bus, owner, tuple(partitions)
        self.held: dict[int, int] = {}
        self._is_new = True

    async def renew(self) -> tuple[set[int], set[int]]:
        """Renew what is held and take what is free; `(gained, lost)` partitions."""
        if self._is_new:
            await self._bus.kv_bucket(BUCKET, ttl_s=LIFETIME_S)
            self._is_new = False
        gained, lost = set(), set()
        for partition in self._partitions:
            epoch = self.held.get(partition)
            if epoch is not None:
                renewed = await self._write(partition, epoch)
                if renewed is None:
                    log.warning("partition %d was taken by another ingest", partition)
                    del self.held[partition]
                    lost.add(partition)
                else:
                    self.held[partition] = renewed
            elif (taken := await self._take(partition)) is not None:
                self.held[partition] = taken
                gained.add(partition)
        return gained, lost

    async def release(self) -> None:
        """Let go of everything, so that another takes over at once."""
        for partition in list(self.held):
            del self.held[partition]
            await self._bus.kv_delete(BUCKET, f"partition.{partition}")

    async def _take(self, partition: int) -> int | None:
        found = await self._bus.kv_get(BUCKET, f"partition.{partition}")
        if found is not None and orjson.loads(found.value)["owner"] != self._owner:
            return None
        return await self._write(partition, 0 if found is None else found.revision)

    async def _write(self, partition: int, revision: int) -> int | None:
        value = orjson.dumps({"owner": self._owner, "follows": revision})
        try:
            return await self._bus.kv_update(BUCKET, f"partition.{partition}", value, revision=revision)
        except Conflict:
            return None
