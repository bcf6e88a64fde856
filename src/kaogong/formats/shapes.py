"""Which properties a message names: looked up once for each set of keys a device type sends, then known by number."""

from collections.abc import Mapping

import numpy as np
import numpy.typing as npt

from kaogong.core.sample import Kind
from kaogong.formats.names import PropertyNames

KIND_CODES = {kind.value: code for code, kind in enumerate(Kind)}
UNKNOWN = len(KIND_CODES)  # the kind code of a key that the device type does not have
FULL = 200_000  # positions known at most: a device that invents keys does not fill the memory


def sendable(properties: Mapping[str, PropertyNames], key: str) -> PropertyNames | None:
    """The property a device may send under `key`: one that it has and that is not derived here."""
    found = properties.get(key)
    return None if found is None or found.expression is not None else found


class Shape:
    """The keys of one entry in order; `number` finds its columns in `Shapes`."""

    __slots__ = ("number", "pairs")

    def __init__(self, number: int, width: int) -> None:
        self.number = number
        self.pairs = width + 2  # ts, values and one for each key: what a body with this entry alone holds


class Shapes:
    """All shapes met, as columns over their positions: property id and kind by `start[shape] + place`."""

    def __init__(self) -> None:
        self.clear()

    def clear(self) -> None:
        """Forget everything; shapes handed out are void."""
        self.by_type: dict[int, dict[tuple[str, ...], Shape]] = {}
        self.names: list[PropertyNames | None] = []
        self.keys: list[str] = []
        self._kinds: list[int] = []
        self._starts: list[int] = []
        self._widths: list[int] = []
        self._arrays: tuple[npt.NDArray[np.int64], ...] | None = None

    @property
    def is_full(self) -> bool:
        """Whether it is time to `clear`."""
        return len(self.keys) > FULL

    def add(self, type_id: int, keys: tuple[str, ...], properties: Mapping[str, PropertyNames]) -> Shape:
        """The shape of `keys` for devices of a type."""
        shape = Shape(len(self._starts), len(keys))
        self._starts.append(len(self.keys))
        self._widths.append(len(keys))
        for key in keys:
            found = sendable(properties, key)
            self.keys.append(key)
            self.names.append(found)
            self._kinds.append(UNKNOWN if found is None else KIND_CODES[found.kind])
        self.by_type.setdefault(type_id, {})[keys] = shape
        self._arrays = None
        return shape

    def columns(self) -> tuple[npt.NDArray[np.int64], ...]:
        """Start and width by shape; property id and kind code by position."""
        if self._arrays is None:
            ids = [0 if name is None else name.id for name in self.names]
            self._arrays = tuple(np.array(column, dtype=np.int64) for column in (self._starts, self._widths, ids, self._kinds))
        return self._arrays
