import pytest

from kaogong.core.errors import KINDS, ConfigInvalid, KaogongError, Overloaded
from kaogong.core.keys import check_key, check_property_key
from kaogong.core.quality import Quality, reason, severity


@pytest.mark.parametrize("kind", KINDS.values())
def test_an_error_survives_the_bus(kind: type[KaogongError]) -> None:
    sent = kind("Close the valve first.", code="narrower", retry_after_s=3.0, field="valve", limit=4)
    arrived = KaogongError.from_dict(sent.as_dict())
    assert type(arrived) is kind
    assert (arrived.message, arrived.stable_code, arrived.retry_after_s, dict(arrived.details)) == (
        "Close the valve first.",
        "narrower",
        3.0,
        {"field": "valve", "limit": 4},
    )


def test_an_error_of_an_unknown_kind_is_still_an_error() -> None:
    assert type(KaogongError.from_dict({"kind": "from the future", "message": "x"})) is KaogongError


def test_the_kind_is_the_code_unless_a_narrower_one_is_given() -> None:
    assert Overloaded("x").stable_code == "overloaded"


@pytest.mark.parametrize("key", ["", "-a", "a b", "a.b", "a/b", "泵", "a" * 65, "a\n", "#", "+", ">"])
def test_a_key_that_would_break_a_topic_is_refused(key: str) -> None:
    with pytest.raises(ConfigInvalid):
        check_key(key, "device")


@pytest.mark.parametrize("key", ["", "Flow", "1a", "ts", "values", "v", "a-b", "a" * 64, "流量"])
def test_a_property_key_that_would_break_a_body_or_a_column_is_refused(key: str) -> None:
    with pytest.raises(ConfigInvalid):
        check_property_key(key)


def test_quality_has_words() -> None:
    assert [severity(c) for c in (0, 0x40940000, 0x80050000)] == ["good", "uncertain", "bad"]
    assert reason(Quality.BAD_SENSOR_FAILURE) == "bad_sensor_failure"
    assert reason(0x80AB0000) == "0x80AB0000"
