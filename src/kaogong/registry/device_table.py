"""Device names to ids for a million devices: sorted arrays instead of Python objects, 40 bytes a device."""

import hashlib
from array import array
from bisect import bisect_left
from collections import Counter
from collections.abc import Iterable
from typing import NamedTuple

import numpy as np
import numpy.typing as npt

from kaogong.registry.types import DeviceRef

RECENT = 50_000  # changes kept beside the arrays before they are sorted in
_ROW = np.dtype([("high", "u8"), ("low", "u8"), ("tenant", "u4"), ("device", "u4"), ("type", "u4"), ("gateway", "u4")])


class Named(NamedTuple):
    """A device under its name."""

    tenant: str
    key: str
    ref: DeviceRef


class DeviceTable:
    """A dictionary from (tenant, device key) to DeviceRef. Names are kept as 128-bit hashes: two that clash are not to be expected."""

    def __init__(self) -> None:
        self._rows: npt.NDArray[np.void] = np.empty(0, _ROW)
        self._high = array("Q")
        self._recent: dict[str, DeviceRef | None] = {}

    def __len__(self) -> int:
        self._sort_in()
        return len(self._rows)

    def get(self, tenant: str, key: str) -> DeviceRef | None:
        """The device of that name, or None."""
        name = f"{tenant}/{key}"
        if name in self._recent:
            return self._recent[name]
        high, low = _digest(name)
        at = bisect_left(self._high, high)
        while at < len(self._high) and self._high[at] == high:
            row = self._rows[at]
            if row["low"] == low:
                return DeviceRef(int(row["tenant"]), int(row["device"]), int(row["type"]), int(row["gateway"]))
            at += 1
        return None

    def put(self, named: Named) -> None:
        """Add or replace one device."""
        self._recent[f"{named.tenant}/{named.key}"] = named.ref
        if len(self._recent) > RECENT:
            self._sort_in()

    def drop(self, tenant: str, key: str) -> None:
        """Forget a device."""
        self._recent[f"{tenant}/{key}"] = None

    def extend(self, many: Iterable[Named]) -> None:
        """Add very many."""
        for named in many:
            self._recent[f"{named.tenant}/{named.key}"] = named.ref
            if len(self._recent) > RECENT:
                self._sort_in()
        self._sort_in()

    def count(self, tenant_id: int) -> int:
        """How many devices a tenant has."""
        self._sort_in()
        return Counter(self._rows["tenant"].tolist())[tenant_id]

    def _sort_in(self) -> None:
        if not self._recent:
            return
        digests = np.array([_digest(name) for name in self._recent], np.uint64).reshape(-1, 2)
        kept = self._rows[~np.isin(self._rows["high"], digests[:, 0])] if len(self._rows) else self._rows
        fresh = np.array(
            [(high, low, *ref) for (high, low), ref in zip(digests.tolist(), self._recent.values(), strict=True) if ref is not None], _ROW
        )
        self._rows = np.concatenate([kept, fresh])
        self._rows = self._rows[np.argsort(self._rows["high"], kind="stable")]
        self._high = array("Q", self._rows["high"].tobytes())
        self._recent = {}


def _digest(name: str) -> tuple[int, int]:
    digest = hashlib.blake2b(name.encode(), digest_size=16).digest()
    return int.from_bytes(digest[:8], "little"), int.from_bytes(digest[8:], "little")
