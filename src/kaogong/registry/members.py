"""Sets of ids as bytes: up to 65,536 ids of a block, a sorted array while they are few, a bitmap when they are many.

The two containers of Roaring bitmaps (Chambi, Lemire, Kaser, Godin 2016), in numpy.
"""

from collections.abc import Iterable

import numpy as np
import numpy.typing as npt

Low = npt.NDArray[np.uint16]

BLOCK = 1 << 16
BITMAP_BYTES = BLOCK // 8
MOST_LISTED = BITMAP_BYTES // 2  # from here on a list takes more room than the bitmap


def pack(ids: Low) -> bytes:
    """Sorted ids without repeats as bytes."""
    if len(ids) < MOST_LISTED:
        return ids.astype("<u2").tobytes()
    return np.packbits(_flags(ids), bitorder="little").tobytes()


def unpack(stored: bytes) -> Low:
    """The ids, sorted."""
    if len(stored) < BITMAP_BYTES:
        return np.frombuffer(stored, "<u2")
    return np.flatnonzero(np.unpackbits(np.frombuffer(stored, np.uint8), bitorder="little")).astype(np.uint16)


def bits(stored: bytes) -> npt.NDArray[np.uint8]:
    """The ids as a bitmap of BITMAP_BYTES."""
    if len(stored) == BITMAP_BYTES:
        return np.frombuffer(stored, np.uint8)
    return np.packbits(_flags(np.frombuffer(stored, "<u2")), bitorder="little")


def common(sets: Iterable[bytes]) -> Low:
    """The ids that are in all of `sets`, sorted."""
    smallest, *others = sorted(sets, key=len)
    if len(smallest) == BITMAP_BYTES:
        together = bits(smallest)
        for one in others:
            together = together & bits(one)
        return np.flatnonzero(np.unpackbits(together, bitorder="little")).astype(np.uint16)
    ids = np.frombuffer(smallest, "<u2")
    for one in others:
        if not len(ids):
            break
        ids = ids[holds(one, ids)]
    return ids


def holds(stored: bytes, ids: Low) -> npt.NDArray[np.bool_]:
    """For each of `ids` whether it is in the set."""
    if len(stored) == BITMAP_BYTES:
        octets = np.frombuffer(stored, np.uint8)
        flags: npt.NDArray[np.bool_] = (octets[ids >> 3] >> (ids & 7).astype(np.uint8) & 1).astype(bool)
        return flags
    return np.isin(ids, np.frombuffer(stored, "<u2"), assume_unique=True)


def count_common(stored: bytes, with_: npt.NDArray[np.uint8]) -> int:
    """How many ids are in the set and in the bitmap."""
    if len(stored) == BITMAP_BYTES:
        return int(np.bitwise_count(np.frombuffer(stored, np.uint8) & with_).sum())
    ids = np.frombuffer(stored, "<u2")
    return int((with_[ids >> 3] >> (ids & 7).astype(np.uint8) & 1).sum())


def changed(stored: bytes, added: Low, removed: Low) -> tuple[bytes, int]:
    """The set with some ids more and some fewer, and how many it has then."""
    # Flags rather than numpy's set functions, which hash and take ten times as long.
    flags = _flags(unpack(stored))
    flags[added] = True
    flags[removed] = False
    ids = np.flatnonzero(flags).astype(np.uint16)
    return pack(ids), len(ids)


def _flags(ids: Low) -> npt.NDArray[np.bool_]:
    flags = np.zeros(BLOCK, bool)
    flags[ids] = True
    return flags
