"""Is it all right? The state of a device, and of many, decided from facts and said in two languages.

Pure: facts in, verdict out. The routes collect the facts.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import NamedTuple

from kaogong.core.quality import severity

DEFAULT_STALE_AFTER_S = 300.0


class State(StrEnum):
    """How a device stands."""

    REPORTING = "reporting"
    STALE = "stale"
    SILENT = "silent"
    NEVER = "never"
    REFUSED = "refused"
    UNKNOWN = "unknown"


class PointAge(NamedTuple):
    """The last sample of one point."""

    name: str
    observed_at: datetime
    quality: int
    stale_after_s: float | None = None


class Figures(NamedTuple):
    """What a device's points add up to. `late` are older than they may be, `stale` are late or of bad quality.

    `names` are up to four of the stale ones; `oldest_stale` is the earliest last sample among them. `has_delivered`: at least one
    switch or operating parameter has had a value.
    """

    points: int = 0
    late: int = 0
    stale: int = 0
    last: datetime | None = None
    oldest_stale: datetime | None = None
    names: tuple[str, ...] = ()
    has_delivered: bool = True


@dataclass(frozen=True, slots=True)
class Connection:
    """What the gate knows of a device, and what the edge node that reads it says when it has trouble (a whole sentence)."""

    connected: bool | None = None
    refused_at: datetime | None = None
    refused: "Sentence | None" = None
    edge: "Sentence | None" = None


@dataclass(frozen=True, slots=True)
class Sentence:
    """One sentence, or part of one, in both languages."""

    en: str
    zh: str


@dataclass(frozen=True, slots=True)
class Verdict:
    """The state of a device and the sentence that says it."""

    state: State
    age_s: float | None
    points: int
    stale_points: int
    sentence: Sentence


UNKNOWN = Verdict(
    State.UNKNOWN, None, 0, 0, Sentence("Unknown: the time-series store does not answer now.", "状态未知：时序存储暂时没有响应。")
)


def figures(now: datetime, points: Sequence[PointAge]) -> Figures:
    """What `points` add up to at `now`."""
    late = [point for point in points if is_late(now, point.observed_at, point.stale_after_s)]
    stale = sorted((point for point in points if point in late or severity(point.quality) == "bad"), key=lambda p: p.observed_at)
    return Figures(
        len(points),
        len(late),
        len(stale),
        max((point.observed_at for point in points), default=None),
        stale[0].observed_at if stale else None,
        tuple(point.name for point in stale[:4]),
    )


def is_late(now: datetime, observed_at: datetime, stale_after_s: float | None) -> bool:
    """Whether a point's last sample is older than its property allows."""
    return (now - observed_at).total_seconds() > (stale_after_s or DEFAULT_STALE_AFTER_S)


def verdict(now: datetime, figures: Figures, connection: Connection | None = None) -> Verdict:
    """How a device stands at `now`, from what its points add up to and what is known of its connection."""
    connection = connection or Connection()
    age = None if figures.last is None else max(0.0, (now - figures.last).total_seconds())
    if _is_refused(connection, figures.last):
        why = connection.refused or Sentence("", "")
        sentence = Sentence(f"Its connection is refused: {why.en}.", f"连接被拒绝：{why.zh}。")
        return Verdict(State.REFUSED, age, figures.points, figures.points, sentence)
    if age is None:
        return Verdict(State.NEVER, None, 0, 0, _never(connection))
    if figures.late == figures.points:
        return Verdict(State.SILENT, age, figures.points, figures.stale, _silent(age, connection))
    if figures.stale:
        return Verdict(State.STALE, age, figures.points, figures.stale, _partly(now, figures, connection))
    en, zh = lasting(age)
    many_en = f"All {figures.points} points report" if figures.points > 1 else "Its one point reports"
    sentence = Sentence(f"{many_en}; the last {en} ago.", f"{figures.points} 个测点全部正常，最近一次在 {zh}前。")
    return Verdict(State.REPORTING, age, figures.points, 0, sentence)


def _is_refused(connection: Connection, last: datetime | None) -> bool:
    if connection.refused_at is None or connection.connected:
        return False
    return last is None or connection.refused_at > last


def _never(connection: Connection) -> Sentence:
    if connection.edge:
        return Sentence(f"Has never reported. {connection.edge.en}", f"从未报数。{connection.edge.zh}")
    if connection.connected:
        return Sentence("Is connected and has not sent a usable sample yet.", "已连接，但尚未发来可用的数据。")
    return Sentence("Has never reported.", "从未报数。")


def _silent(age: float, connection: Connection) -> Sentence:
    en, zh = lasting(age)
    if connection.edge:
        return Sentence(f"Has been silent for {en}. {connection.edge.en}", f"已静默 {zh}。{connection.edge.zh}")
    if connection.connected:
        return Sentence(f"Is connected and has been silent for {en}.", f"连接正常，但已静默 {zh}。")
    if connection.connected is False:
        return Sentence(f"Is not connected and has been silent for {en}.", f"未连接，已静默 {zh}。")
    return Sentence(f"Has been silent for {en}.", f"已静默 {zh}。")


def _partly(now: datetime, figures: Figures, connection: Connection) -> Sentence:
    assert figures.oldest_stale is not None
    en, zh = lasting((now - figures.oldest_stale).total_seconds())
    names = ", ".join(figures.names[:3])
    more_en, more_zh = (" …", " 等") if figures.stale > 3 else ("", "")
    why = f". {connection.edge.en}" if connection.edge else "."
    why_zh = f"。{connection.edge.zh}" if connection.edge else "。"
    is_are = "is" if figures.stale == 1 else "are"
    return Sentence(
        f"{figures.stale} of {figures.points} points {is_are} stale ({names}{more_en}), the oldest for {en}{why}",
        f"{figures.points} 个测点中有 {figures.stale} 个失效（{names}{more_zh}），最久已 {zh}{why_zh}",
    )


def lasting(seconds: float) -> tuple[str, str]:
    """A length of time in words, English and Chinese, in the largest unit that fits."""
    for size, en, zh in ((86_400, "d", "天"), (3_600, "h", "小时"), (60, "min", "分钟")):
        if seconds >= size:
            count = int(seconds // size)
            return f"{count} {en}", f"{count} {zh}"
    return f"{int(seconds)} s", f"{int(seconds)} 秒"


@dataclass(frozen=True, slots=True)
class Tally:
    """How many devices stand how; `silent_for_s` is the longest silence among them."""

    reporting: int = 0
    stale: int = 0
    silent: int = 0
    never: int = 0
    refused: int = 0
    unknown: int = 0
    silent_for_s: float | None = None

    @property
    def total(self) -> int:
        """All of them."""
        return self.reporting + self.stale + self.silent + self.never + self.refused + self.unknown

    @property
    def abnormal(self) -> int:
        """Those that somebody should look at; a device that never reported is not yet one of them."""
        return self.stale + self.silent + self.refused


def summary(tally: Tally) -> Sentence:
    """The overview's one sentence: `58 of 60 devices report; 2 have been silent for 4 min.`"""
    if not tally.total:
        return Sentence("There are no devices yet.", "还没有设备。")
    if tally.unknown:
        return UNKNOWN.sentence
    speaking = tally.reporting + tally.stale
    en, zh = [], []
    if tally.silent:
        for_en, for_zh = lasting(tally.silent_for_s or 0)
        en.append(f"{tally.silent} {_have(tally.silent)} been silent for {for_en}")
        zh.append(f"{tally.silent} 台已静默 {for_zh}")
    if tally.refused:
        en.append(f"{tally.refused} {'is' if tally.refused == 1 else 'are'} refused")
        zh.append(f"{tally.refused} 台连接被拒绝")
    if tally.stale:
        en.append(f"{tally.stale} {_have(tally.stale)} stale points")
        zh.append(f"{tally.stale} 台有失效测点")
    if tally.never:
        en.append(f"{tally.never} {_have(tally.never)} never reported")
        zh.append(f"{tally.never} 台从未报数")
    if not en:
        one = tally.total == 1
        return Sentence("The one device reports." if one else f"All {tally.total} devices report.", f"{tally.total} 台设备全部在报数。")
    noun = "device" if tally.total == 1 else "devices"
    return Sentence(
        f"{speaking} of {tally.total} {noun} {'reports' if speaking == 1 else 'report'}; {', '.join(en)}.",
        f"{tally.total} 台设备中 {speaking} 台在报数；{'，'.join(zh)}。",
    )


def _have(count: int) -> str:
    return "has" if count == 1 else "have"
