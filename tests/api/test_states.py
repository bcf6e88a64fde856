"""The verdict on a device and on many: tables of cases."""

from datetime import UTC, datetime, timedelta

import pytest

from kaogong.api.states import Connection, Figures, PointAge, Sentence, State, Tally, figures, lasting, summary, verdict

NOW = datetime(2026, 11, 21, 8, 0, tzinfo=UTC)
BAD = 0x80310000


def point(name: str, age_s: float, quality: int = 0, stale_after_s: float | None = 60) -> PointAge:
    return PointAge(name, NOW - timedelta(seconds=age_s), quality, stale_after_s)


CASES = {
    "nothing was ever said": ([], None, State.NEVER, "Has never reported.", "从未报数。"),
    "connected and mute": (
        [],
        Connection(connected=True),
        State.NEVER,
        "Is connected and has not sent a usable sample yet.",
        "已连接，但尚未发来可用的数据。",
    ),
    "all fresh": (
        [point("flow", 3), point("head", 1)],
        None,
        State.REPORTING,
        "All 2 points report; the last 1 s ago.",
        "2 个测点全部正常",
    ),
    "one fresh point": ([point("flow", 3)], None, State.REPORTING, "Its one point reports; the last 3 s ago.", "1 个测点全部正常"),
    "one late": (
        [point("flow", 1), point("vibration", 300)],
        None,
        State.STALE,
        "1 of 2 points is stale (vibration), the oldest for 5 min.",
        "2 个测点中有 1 个失效（vibration），最久已 5 分钟。",
    ),
    "one of bad quality, with the edge's reason": (
        [point("flow", 1), point("vibration", 2, BAD)],
        Connection(edge=Sentence("The cable is pulled.", "电缆脱落。")),
        State.STALE,
        "1 of 2 points is stale (vibration), the oldest for 2 s. The cable is pulled.",
        "最久已 2 秒。电缆脱落。",
    ),
    "all late": ([point("flow", 240), point("head", 300)], None, State.SILENT, "Has been silent for 4 min.", "已静默 4 分钟。"),
    "all late, not connected": (
        [point("flow", 7200)],
        Connection(connected=False),
        State.SILENT,
        "Is not connected and has been silent for 2 h.",
        "未连接，已静默 2 小时。",
    ),
    "refused since it spoke last": (
        [point("flow", 200_000)],
        Connection(connected=False, refused_at=NOW - timedelta(seconds=5), refused=Sentence("its credential is revoked", "接入凭证已吊销")),
        State.REFUSED,
        "Its connection is refused: its credential is revoked.",
        "连接被拒绝：接入凭证已吊销。",
    ),
    "refused once, speaks since": (
        [point("flow", 1)],
        Connection(connected=True, refused_at=NOW - timedelta(hours=5), refused=Sentence("wrong password", "密码错误")),
        State.REPORTING,
        "Its one point reports; the last 1 s ago.",
        "1 个测点全部正常",
    ),
    "five minutes where the property says nothing": ([point("flow", 299, 0, None)], None, State.REPORTING, "Its one point", "1 个测点"),
}


@pytest.mark.req("B10")
@pytest.mark.parametrize("case", CASES)
def test_state_of_a_device(case: str) -> None:
    points, connection, state, en, zh = CASES[case]
    found = verdict(NOW, figures(NOW, points), connection)
    assert found.state is state
    assert found.sentence.en.startswith(en)
    assert zh in found.sentence.zh


def test_figures_name_the_stale_points_oldest_first() -> None:
    found = figures(NOW, [point("a", 100), point("b", 200), point("c", 1)])
    assert found == Figures(3, 2, 2, NOW - timedelta(seconds=1), NOW - timedelta(seconds=200), ("b", "a"))


SUMMARIES = [
    (Tally(), "There are no devices yet.", "还没有设备。"),
    (Tally(reporting=1), "The one device reports.", "1 台设备全部在报数。"),
    (Tally(reporting=60), "All 60 devices report.", "60 台设备全部在报数。"),
    (
        Tally(reporting=58, silent=2, silent_for_s=245),
        "58 of 60 devices report; 2 have been silent for 4 min.",
        "60 台设备中 58 台在报数；2 台已静默 4 分钟。",
    ),
    (
        Tally(reporting=1, stale=1, silent=1, refused=1, never=1, silent_for_s=90_000),
        "2 of 5 devices report; 1 has been silent for 1 d, 1 is refused, 1 has stale points, 1 has never reported.",
        "5 台设备中 2 台在报数；1 台已静默 1 天，1 台连接被拒绝，1 台有失效测点，1 台从未报数。",
    ),
]


@pytest.mark.parametrize(("tally", "en", "zh"), SUMMARIES)
def test_summary_in_both_languages(tally: Tally, en: str, zh: str) -> None:
    assert summary(tally) == Sentence(en, zh)


@pytest.mark.parametrize(
    ("seconds", "en", "zh"), [(0.4, "0 s", "0 秒"), (59, "59 s", "59 秒"), (60, "1 min", "1 分钟"), (90_000, "1 d", "1 天")]
)
def test_length_of_time_in_words(seconds: float, en: str, zh: str) -> None:
    assert lasting(seconds) == (en, zh)
