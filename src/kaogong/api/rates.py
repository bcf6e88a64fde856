"""How fast a count grows, from one question to the next."""

import time
from collections import deque
from dataclasses import dataclass, field

OVER_S = 10.0


@dataclass
class Rates:
    """The last counts by tenant; a rate needs two that lie a second apart."""

    _counts: dict[int, deque[tuple[float, int]]] = field(default_factory=dict)

    def of(self, tenant_id: int, count: int) -> float:
        """Growth a second over the last ten seconds or so; 0 at the first question."""
        moment = time.monotonic()
        counts = self._counts.setdefault(tenant_id, deque(maxlen=64))
        counts.append((moment, count))
        while len(counts) > 2 and counts[1][0] < moment - OVER_S:
            counts.popleft()
        began, first = counts[0]
        return max(0.0, (count - first) / (moment - began)) if moment - began >= 1 else 0.0
