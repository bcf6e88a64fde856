import pytest

from kaogong.core.errors import ConfigInvalid
from kaogong.core.units import SPELLINGS, canonical, conversion, symbol


@pytest.mark.parametrize("written", sorted(SPELLINGS))
def test_every_usual_spelling_is_a_unit(written: str) -> None:
    assert canonical(canonical(written)) == canonical(written)


@pytest.mark.req("B02")
@pytest.mark.parametrize(
    ("source", "target", "value", "expected"),
    [
        ("Cel", "K", 25.0, 298.15),
        ("[degF]", "Cel", 212.0, 100.0),
        ("bar", "kPa", 6.5, 650.0),
        ("{rpm}", "Hz", 1500.0, 25.0),
        ("m3/h", "L/min", 6.0, 100.0),
        ("kW.h", "MJ", 1.0, 3.6),
        ("t/h", "kg/h", 2.0, 2000.0),
        ("mm/s", "m/s", 4.5, 0.0045),
    ],
)
def test_a_value_is_converted(source: str, target: str, value: float, expected: float) -> None:
    factor, offset = conversion(source, target)
    assert value * factor + offset == pytest.approx(expected)


@pytest.mark.parametrize(("source", "target"), [("kPa", "Cel"), ("kvar", "kW"), ("m3/h", "m3/h{N}"), ("{pcs}", "1")])
def test_what_measures_different_things_is_refused(source: str, target: str) -> None:
    with pytest.raises(ConfigInvalid) as caught:
        conversion(source, target)
    assert caught.value.stable_code == "unit_incompatible"


@pytest.mark.parametrize("text", ["furlongs per banana", "m**", "__import__('os')", "m" * 5000, "1;DROP TABLE"])
def test_nonsense_is_named_as_such(text: str) -> None:
    with pytest.raises(ConfigInvalid, match="is not a unit we know"):
        canonical(text)


def test_people_read_symbols() -> None:
    assert [symbol(canonical(u)) for u in ("℃", "m³/h", "rpm", "Nm³/h", "kvar", None)] == ["°C", "m³/h", "rpm", "Nm³/h", "kvar", ""]
