"""What ingest says about itself once a second."""

import time
from dataclasses import dataclass, field
from typing import Any

from kaogong.ingest.pipeline import Prepared


@dataclass(slots=True)
class Figures:
    """Counts since the last reading, and where the stream stands."""

    messages: int = 0
    points: int = 0
    rejected: int = 0
    batches: int = 0
    decode_s: float = 0.0
    stage_s: float = 0.0
    write_s: float = 0.0
    lag_s: float = 0.0
    pending: int = 0
    total_messages: int = 0
    total_points: int = 0
    _since: float = field(default_factory=time.monotonic)

    def count(self, done: Prepared, write_s: float) -> None:
        """Take one written batch in."""
        self.messages += done.messages
        self.points += len(done.samples)
        self.rejected += done.rejected
        self.batches += 1
        self.decode_s += done.decode_s
        self.stage_s += done.stage_s
        self.write_s += write_s
        self.total_messages += done.messages
        self.total_points += len(done.samples)
        newest_ns = max((message.time_ns for message in done.ends.values()), default=0)
        if newest_ns:
            self.lag_s = max(0.0, time.time() - newest_ns / 1e9)

    def read(self) -> dict[str, Any]:
        """Rates since the last reading; begins anew."""
        now = time.monotonic()
        elapsed, batches = max(now - self._since, 1e-3), max(self.batches, 1)
        out = {
            "messages_per_s": round(self.messages / elapsed, 1),
            "points_per_s": round(self.points / elapsed, 1),
            "rejects_per_s": round(self.rejected / elapsed, 1),
            "lag_s": round(self.lag_s if self.pending or self.batches else 0.0, 3),
            "pending": self.pending,
            "batches_per_s": round(self.batches / elapsed, 2),
            "batch_messages": round(self.messages / batches),
            "batch_points": round(self.points / batches),
            "decode_ms": round(self.decode_s / batches * 1000, 2),
            "stage_ms": round(self.stage_s / batches * 1000, 2),
            "write_ms": round(self.write_s / batches * 1000, 2),
            "messages": self.total_messages,
            "points": self.total_points,
        }
        self.messages = self.points = self.rejected = self.batches = 0
        self.decode_s = self.stage_s = self.write_s = 0.0
        self._since = now
        return out
