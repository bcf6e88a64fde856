"""What could not be used: letters for the store, and an answer to the device that sent it."""

from collections import Counter
from collections.abc import Mapping, Sequence
from datetime import UTC, datetime
from typing import NamedTuple

import orjson
import polars as pl

from kaogong.bus import StreamMessage, subjects
from kaogong.core.sample import Batch
from kaogong.historian import DeadLetter

KEPT_AN_HOUR = 100  # bodies of a device and reason; beyond that the store counts and keeps none, so none is carried there
LONGEST = 1024 * 1024
ANSWER_EVERY_S = 10.0
MANY = 50_000


class Answer(NamedTuple):
    """What one device is told on `down.{tenant}.{device}.rejected`."""

    subject: str
    body: bytes


class Letters:
    """Makes dead letters and answers of a batch's rejects; remembers how many a device has had."""

    def __init__(self) -> None:
        self._hour = 0
        self._sent: Counter[tuple[int, int, str]] = Counter()
        self._answered: dict[str, float] = {}
        self._silent: Counter[str] = Counter()

    def dead(self, batch: Batch) -> list[DeadLetter]:
        """One letter for each message and reason, with the first detail; the same ones if the message is delivered again."""
        if batch.rejects.is_empty():
            return []
        grouped = batch.rejects.group_by("message", "tenant", "device", "reason", maintain_order=True).agg(
            pl.col("detail").first(), pl.col("samples").sum()
        )
        return [self._letter(batch.messages[message], *rest) for message, *rest in grouped.iter_rows()]

    def _letter(self, message: StreamMessage, tenant: int, device: int, reason: str, detail: str, samples: int) -> DeadLetter:
        hour = message.time_ns // 3_600_000_000_000
        if hour != self._hour or len(self._sent) > MANY:
            self._hour, self._sent = hour, Counter()
        self._sent[tenant, device, reason] += 1
        is_kept = self._sent[tenant, device, reason] <= KEPT_AN_HOUR
        more = f" (and {samples - 1} more)" if samples > 1 else ""
        return DeadLetter(
            tenant,
            device,
            reason,
            detail + more,
            message.subject.split(".", 2)[2],
            message.data[:LONGEST] if is_kept else b"",
            datetime.fromtimestamp(message.time_ns / 1e9, UTC),
            message.stream_sequence,
        )

    def answers(self, batch: Batch, now_s: float) -> list[Answer]:
        """At most one answer a device in `ANSWER_EVERY_S`; it says how many samples were refused since the last."""
        if batch.rejects.is_empty():
            return []
        by_speaker: dict[str, list[tuple[str, str, str, int]]] = {}
        for message, key, reason, detail, samples in batch.rejects.select(
            "message", "property_key", "reason", "detail", "samples"
        ).iter_rows():
            words = batch.messages[message].subject.split(".")
            if len(words) > 4:
                by_speaker.setdefault(subjects.down(words[3], words[4], "rejected"), []).append((key, reason, detail, samples))
        return [answer for subject, rows in by_speaker.items() if (answer := self._answer(subject, rows, now_s)) is not None]

    def _answer(self, subject: str, rows: Sequence[tuple[str, str, str, int]], now_s: float) -> Answer | None:
        self._silent[subject] += sum(samples for *_, samples in rows)
        if now_s - self._answered.get(subject, -ANSWER_EVERY_S) < ANSWER_EVERY_S:
            return None
        if len(self._answered) > MANY:
            self._answered = {s: at for s, at in self._answered.items() if now_s - at < ANSWER_EVERY_S}
        self._answered[subject] = now_s
        body: Mapping[str, object] = {
            "samples": self._silent.pop(subject),
            "rejected": [
                {"property": key, "reason": reason, "detail": detail, "samples": samples} for key, reason, detail, samples in rows[:10]
            ],
        }
        return Answer(subject, orjson.dumps(body))
