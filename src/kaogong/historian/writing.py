"""The way of a batch into the store: what contradicts, what is new, the ledger last."""

import hashlib
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from datetime import UTC, datetime, timedelta

import numpy as np
import polars as pl

from kaogong.core import clock
from kaogong.core.errors import ConfigInvalid
from kaogong.core.sample import SAMPLES
from kaogong.historian.arrange import UNSEEN, Arranged, Ints, Known, Newest, arrange, contradicted, fingerprints, point_keys, slim
from kaogong.historian.dirty import Marker
from kaogong.historian.engine import Session
from kaogong.historian.newest import Latest
from kaogong.historian.types import EVENTS, MINUTES, AccountedRange, DeadLetter, Receipt

DEAD_LETTERS_KEPT = 100  # a device, reason and hour; the counts go on
OPTIONAL = ("message", "property", "exact", "text")
LOOKUP_ROWS = 10_000
FEW, READ_AROUND = 500, 10  # a named key costs the engine about as much as reading ten rows too many
DAYS_PER_INSERT = 50  # the engine refuses an insert into more than 100 partitions whole
DAY_US = 86_400_000_000
LETTER_COLUMNS = ("tenant", "device", "hour", "reason", "count")

_FORMER = (
    "SELECT tenant, asset, property, observed_at, value, exact, text, quality, device, toUnixTimestamp(received_at) AS received_at, batch "
    "FROM telemetry FINAL"
)


class Writer:
    """Writes batches, one at a time; holds what must be known to tell a repeat from a correction."""

    def __init__(self, store: Session, *, latest_every_s: float = 0.0) -> None:
        self._newest = Newest()
        self._latest = Latest(latest_every_s)
        self._marker = Marker()
        self._spoken: set[tuple[int, int]] = set()
        self._kept: Counter[tuple[int, int, str, datetime]] = Counter()
        stored = store.frame("SELECT asset, property, device, observed_at, value, exact, text, quality FROM latest FINAL")
        if not stored.is_empty():
            keys = point_keys(stored)
            self._newest.learn(stored, keys, self._newest.look(keys))
        self._recount(store)

    def write(
        self,
        store: Session,
        table: pl.DataFrame,
        *,
        batch: int,
        ranges: Sequence[AccountedRange],
        events: pl.DataFrame | None,
        waveforms: pl.DataFrame | None,
        dead: Sequence[DeadLetter],
        minutes: pl.DataFrame | None,
    ) -> Receipt:
        """Store everything in the order that lets a kill happen between any two steps."""
        _check(table)
        arranged = arrange(table, batch)
        ends = arranged.ends
        known = self._newest.look(arranged.keys[ends])
        fresh, corrected = self._fresh(store, arranged, ends, known)
        store.insert("superseded", corrected)
        self._insert_points(store, arranged, ends, known)
        marks = self._marker.marks(fresh, clock.now(), len(self._newest))
        store.insert("dirty", marks)
        self._marker.remember(marks)
        for piece in _by_days(slim(fresh.rows), fresh.times):
            store.insert("telemetry", piece)
        self._latest.gather(fresh.rows[fresh.ends])
        if waveforms is not None and not waveforms.is_empty():
            stamped = waveforms.drop("message", strict=False).with_columns(pl.col("received_at").dt.epoch("s").cast(pl.UInt32))
            store.insert("waveforms", stamped)
        if events is not None and not events.is_empty():
            store.insert("events", events.select(EVENTS.names()).with_columns(pl.col("received_at").dt.epoch("s").cast(pl.UInt32)))
        incarnation = ranges[0].incarnation if ranges else ""
        self._insert_letters(store, dead, incarnation)
        store.insert("accounted", _accounted(ranges, minutes, dead))
        self._latest.settle(store, at_once=not ranges)
        if arranged.rows.height:
            self._newest.learn(arranged.rows[ends], arranged.keys[ends], known)
        unchanged = arranged.rows.height - fresh.rows.height + arranged.repeats
        return Receipt(fresh.rows.height, unchanged, corrected.height, len(dead))

    @property
    def is_behind(self) -> bool:
        """Whether `latest` waits for its next write."""
        return self._latest.is_behind

    def settle_latest(self, store: Session) -> None:
        """Write what `latest` waits for."""
        self._latest.settle(store, at_once=True)

    def forget_marks(self) -> None:
        """Mark anew from now on: the marks of the running epoch are about to be worked through."""
        self._marker = Marker()

    def _fresh(self, store: Session, arranged: Arranged, ends: Ints, known: Known) -> tuple[Arranged, pl.DataFrame]:
        """Rows that are not stored yet as they are, and the stored or earlier rows they replace."""
        counts = np.diff(ends, prepend=-1)
        newest = np.repeat(known.times, counts)
        suspect = (newest != UNSEEN) & (arranged.times <= newest)
        replaced = arranged.replaced
        if not suspect.any():
            return arranged, _superseded(replaced)
        stored = np.zeros(len(suspect), np.bool_)
        at_newest = np.flatnonzero(suspect & (arranged.times == newest))
        stored[at_newest] = fingerprints(arranged.rows[at_newest]) == np.repeat(known.prints, counts)[at_newest]
        asked = np.flatnonzero(suspect & ~stored)
        if len(asked):
            former = self._stored(store, arranged.rows[asked])
            changed = contradicted(former, arranged.rows[asked])
            replaced = pl.concat([replaced, changed], how="diagonal_relaxed") if changed.height else replaced
            key = ["tenant", "asset", "property", "observed_at"]
            equal = former.join(changed.select(key), on=key, how="anti").select(*key, pl.lit(value=True).alias("equal"))
            flags = arranged.rows[asked].select(key).join(equal, on=key, how="left", maintain_order="left").get_column("equal")
            stored[asked] = flags.fill_null(value=False).to_numpy()
            arranged = _not_older(arranged, changed)
        return arranged.keep(~stored), _superseded(replaced)

    @staticmethod
    def _stored(store: Session, rows: pl.DataFrame) -> pl.DataFrame:
        """What is stored at the keys of `rows`, and, where that is quicker, around them."""
        found = [rows.clear().drop("retention_class", strict=False)]
        for (tenant,), of_tenant in rows.group_by("tenant"):
            times = of_tenant.get_column("observed_at").dt.strftime("%Y-%m-%d %H:%M:%S%.6f")
            around = (
                f"tenant = {tenant} AND asset BETWEEN {of_tenant['asset'].min()!s} AND {of_tenant['asset'].max()!s} "
                f"AND observed_at BETWEEN '{times.min()!s}' AND '{times.max()!s}'"
            )
            if of_tenant.height > FEW and _count(store, around) <= READ_AROUND * of_tenant.height:
                found.append(store.frame(f"{_FORMER} WHERE {around}"))
                continue
            for start in range(0, of_tenant.height, LOOKUP_ROWS):
                asked, moments = of_tenant.slice(start, LOOKUP_ROWS), times.slice(start, LOOKUP_ROWS)
                keys = ",".join(f"({a},{p},'{t}')" for a, p, t in zip(asked["asset"], asked["property"], moments, strict=True))
                found.append(store.frame(f"{_FORMER} WHERE {around} AND (asset, property, observed_at) IN ({keys})"))
        return pl.concat(found, how="vertical_relaxed")

    def _insert_points(self, store: Session, arranged: Arranged, ends: Ints, known: Known) -> None:
        """Remember who spoke for which point, when it is new."""
        last_devices = np.repeat(known.devices, np.diff(ends, prepend=-1))
        new = np.flatnonzero(arranged.rows.get_column("device").to_numpy() != last_devices)
        if not len(new):
            return
        triples = arranged.rows[new].select("tenant", "device", "asset", "property").unique()
        keys = [((a << 32) | p, d) for _, d, a, p in triples.iter_rows()]
        unseen = triples.filter(pl.Series([k not in self._spoken for k in keys], dtype=pl.Boolean))
        store.insert("points", unseen)
        # Only points that change hands come here again and again; the others are known by their newest row.
        handed_over = last_devices[new] != 0
        if handed_over.any():
            self._spoken.update(keys)

    def _insert_letters(self, store: Session, dead: Sequence[DeadLetter], incarnation: str) -> None:
        kept = []
        for letter in dead:
            hour = letter.received_at.replace(minute=0, second=0, microsecond=0)
            slot = (letter.tenant, letter.device, letter.reason, hour)
            self._kept[slot] += 1
            if self._kept[slot] <= DEAD_LETTERS_KEPT:
                kept.append(letter)
        if len(self._kept) > 100_000:
            newest = max(hour for *_, hour in self._kept)
            self._kept = Counter({slot: n for slot, n in self._kept.items() if slot[3] > newest - timedelta(hours=2)})
        store.insert("dead_letters", letters_frame(kept, incarnation))

    def _recount(self, store: Session) -> None:
        counted = store.frame(
            "SELECT tenant, device, reason, toStartOfHour(received_at) AS hour, count() AS kept FROM dead_letters FINAL "
            "WHERE received_at > now() - INTERVAL 2 HOUR GROUP BY tenant, device, reason, hour",
        )
        for tenant, device, reason, hour, kept in counted.iter_rows():
            moment = hour if isinstance(hour, datetime) else datetime.fromtimestamp(hour, UTC)
            self._kept[(tenant, device, reason, moment)] = kept


def _count(store: Session, where: str) -> int:
    return int(store.frame(f"SELECT count() FROM telemetry WHERE {where}").item())


def letter_id(letter: DeadLetter, incarnation: str) -> str:
    """Equal for the same part of the same message, however often it is delivered."""
    seed = f"{incarnation}|{letter.sequence}|{letter.tenant}|{letter.device}|{letter.reason}|{letter.detail}"
    return hashlib.blake2b(seed.encode(), digest_size=16).hexdigest()


def letters_frame(letters: Iterable[DeadLetter], incarnation: str = "") -> pl.DataFrame:
    """Rows of `dead_letters`."""
    rows = [
        (d.tenant, d.device, d.received_at, d.id or letter_id(d, incarnation), d.reason, d.detail, d.subject, d.payload, d.sequence,
         d.replayed_at or datetime.fromtimestamp(0, UTC))
        for d in letters
    ]  # fmt: skip
    return pl.DataFrame(
        rows,
        schema={
            "tenant": pl.UInt32, "device": pl.UInt32, "received_at": pl.Datetime("ms", "UTC"), "id": pl.String, "reason": pl.String,
            "detail": pl.String, "subject": pl.String, "payload": pl.Binary, "sequence": pl.UInt64, "replayed_at": pl.Datetime("ms", "UTC"),
        },
        orient="row",
    )  # fmt: skip


def _check(table: pl.DataFrame) -> None:
    lacking = [name for name in SAMPLES if name not in table.columns and name not in OPTIONAL]
    if lacking:
        raise ConfigInvalid(f"A batch for the historian lacks the columns {', '.join(lacking)}.", code="batch_shape")
    if table.height and not table.select((pl.col("asset") > 0).all() & (pl.col("asset_property") > 0).all()).item():
        raise ConfigInvalid("A batch for the historian holds samples that are bound to no asset.", code="batch_unbound")


def _by_days(rows: pl.DataFrame, times: Ints) -> Iterable[pl.DataFrame]:
    if not len(times) or (times.max() - times.min()) // DAY_US < DAYS_PER_INSERT - 1:
        return [rows]
    days = times // DAY_US
    distinct = np.unique(days)
    starts = distinct[::DAYS_PER_INSERT]
    group = np.searchsorted(starts, days, side="right")
    return [rows.filter(pl.Series(group == g)) for g in range(1, len(starts) + 1)]


def _not_older(arranged: Arranged, changed: pl.DataFrame) -> Arranged:
    """A correction replaces what is stored only when it is not received before it."""
    if changed.is_empty():
        return arranged
    key = ["tenant", "asset", "property", "observed_at"]
    former = changed.select(*key, pl.col("received_at").alias("former"))
    rows = arranged.rows.join(former, on=key, how="left", maintain_order="left")
    rows = rows.with_columns(pl.max_horizontal("received_at", "former").alias("received_at")).drop("former")
    return Arranged(rows, arranged.keys, arranged.times, arranged.replaced, arranged.repeats)


def _superseded(rows: pl.DataFrame) -> pl.DataFrame:
    return rows.drop("retention_class", strict=False).with_columns(pl.lit("correction").alias("reason"))


def _accounted(ranges: Sequence[AccountedRange], minutes: pl.DataFrame | None, dead: Sequence[DeadLetter]) -> pl.DataFrame:
    """One row a range; samples go with their partition's range, dead letters with the first."""
    by_range: list[Mapping[str, object]] = []
    of = minutes.select(MINUTES.names()).cast(MINUTES) if minutes is not None else pl.DataFrame(schema=MINUTES)
    own = {r.partition for r in ranges}
    for position, item in enumerate(ranges):
        mine = pl.col("partition") == item.partition
        samples = of.filter(mine | (~pl.col("partition").is_in(own) if position == 0 else pl.lit(value=False)))
        letters = _letter_counts(dead) if position == 0 else []
        by_range.append(
            {
                "incarnation": item.incarnation, "partition": item.partition, "first": item.first, "last": item.last,
                "messages": item.messages, "written_at": clock.now(),
                "minutes.tenant": samples["tenant"].to_list(), "minutes.minute": samples["minute"].dt.epoch("s").to_list(),
                "minutes.outcome": samples["outcome"].to_list(), "minutes.samples": samples["samples"].to_list(),
            } | {f"letters.{name}": [row[i] for row in letters] for i, name in enumerate(LETTER_COLUMNS)}
        )  # fmt: skip
    return pl.DataFrame(by_range, schema=ACCOUNTED)


ACCOUNTED: pl.Schema = pl.Schema({
    "incarnation": pl.String(), "partition": pl.UInt8(), "first": pl.UInt64(), "last": pl.UInt64(), "messages": pl.UInt64(),
    "written_at": pl.Datetime("ms", "UTC"),
    "minutes.tenant": pl.List(pl.UInt32()), "minutes.minute": pl.List(pl.UInt32()), "minutes.outcome": pl.List(pl.String()),
    "minutes.samples": pl.List(pl.UInt64()),
    "letters.tenant": pl.List(pl.UInt32()), "letters.device": pl.List(pl.UInt32()), "letters.hour": pl.List(pl.UInt32()),
    "letters.reason": pl.List(pl.String()), "letters.count": pl.List(pl.UInt64()),
})  # fmt: skip


def _letter_counts(dead: Sequence[DeadLetter]) -> list[tuple[int, int, int, str, int]]:
    counted = Counter((d.tenant, d.device, int(d.received_at.timestamp()) // 3600 * 3600, d.reason) for d in dead)
    return [(*slot, count) for slot, count in sorted(counted.items())]
