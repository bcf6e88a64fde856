"""A change of very many devices as one line of the change feed: kind `devices`, the first id, and the range of ids as its key."""

from kaogong.db import Change

DEVICES = "devices"


def range_key(first: int, last: int) -> str:
    """The key of a change that put the devices with the ids `first` to `last`."""
    return f"{first}..{last}"


def range_of(change: Change) -> tuple[int, int]:
    """The first and last id of such a change; other tenants' devices may lie between."""
    first, _, last = change.key.partition("..")
    return int(first), int(last)
