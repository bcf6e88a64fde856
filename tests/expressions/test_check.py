import time

import pytest

from kaogong.core.errors import ConfigInvalid
from kaogong.core.sample import Kind
from kaogong.expressions import FUNCTIONS, check, check_against, inputs, reference

NAMES = {
    "flow": (Kind.NUMBER, "m3/h"),
    "speed": (Kind.NUMBER, "{rpm}"),
    "p1": (Kind.NUMBER, "bar"),
    "p2": (Kind.NUMBER, "kPa"),
    "t1": (Kind.NUMBER, "Cel"),
    "t2": (Kind.NUMBER, "Cel"),
    "kelvin": (Kind.NUMBER, "K"),
    "tf": (Kind.NUMBER, "[degF]"),
    "power_kw": (Kind.NUMBER, "kW"),
    "energy": (Kind.NUMBER, "kW.h"),
    "gas": (Kind.NUMBER, "m3{N}"),
    "count": (Kind.INTEGER, "{pcs}"),
    "ratio": (Kind.NUMBER, "1"),
    "share": (Kind.NUMBER, "%"),
    "running": (Kind.BOOLEAN, "1"),
    "state": (Kind.ENUM, "1"),
    "order_no": (Kind.TEXT, "1"),
    "doc": (Kind.JSON, "1"),
}


@pytest.mark.parametrize(
    ("text", "kind", "unit"),
    [
        ("flow", Kind.NUMBER, "m3/h"),
        ("flow + 3", Kind.NUMBER, "m3/h"),
        ("2 * flow - 1", Kind.NUMBER, "m3/h"),
        ("flow * p2", Kind.NUMBER, "m3.kPa/h"),
        ("energy / flow", Kind.NUMBER, "kW.h2/m3"),
        ("power_kw / flow", Kind.NUMBER, "kW.h/m3"),
        ("energy / gas", Kind.NUMBER, "kW.h/m3{N}"),
        ("flow / flow", Kind.NUMBER, "1"),
        ("1 / p1", Kind.NUMBER, "1/bar"),
        ("power(p1, 2)", Kind.NUMBER, "bar2"),
        ("sqrt(p1 * p1)", Kind.NUMBER, "bar"),
        ("sqrt(bare(p1, 'kPa'))", Kind.NUMBER, None),
        ("with_unit(3 * sqrt(bare(p1, 'kPa')), 'm³/h')", Kind.NUMBER, "m3/h"),
        ("in_unit(p1, 'kPa') + p2", Kind.NUMBER, "kPa"),
        ("t1 - t2", Kind.NUMBER, "K"),
        ("t1 + kelvin", Kind.NUMBER, "Cel"),
        ("(t1 + t2) / 2", Kind.NUMBER, "Cel"),
        ("greatest(t1, t2, 0)", Kind.NUMBER, "Cel"),
        ("rate(energy)", Kind.NUMBER, "kW.h/s"),
        ("in_unit(rate(energy), 'kW')", Kind.NUMBER, "kW"),
        ("delta(t1)", Kind.NUMBER, "K"),
        ("held_for(t1 > 90 and running)", Kind.NUMBER, "s"),
        ("moving_mean(flow, '5 min')", Kind.NUMBER, "m3/h"),
        ("flow > 3 and not running", Kind.BOOLEAN, None),
        ("running is true or running is not null", Kind.BOOLEAN, None),
        ("state = 'RUN'", Kind.BOOLEAN, None),
        ("state in ('RUN', 'IDLE')", Kind.BOOLEAN, None),
        ("case state when 'RUN' then power_kw else 0 end", Kind.NUMBER, "kW"),
        ("case when flow > 1 then 'high' when flow > 0 then 'low' end", Kind.TEXT, None),
        ("if(running, count, 0)", Kind.INTEGER, "{pcs}"),
        ("count + 1", Kind.INTEGER, "{pcs}"),
        ("count / 2", Kind.NUMBER, "{pcs}"),
        ("coalesce(flow, null, 0)", Kind.NUMBER, "m3/h"),
        ("flow between 1 and 2", Kind.BOOLEAN, None),
        ("clamp(share, 0, 100)", Kind.NUMBER, "%"),
        ("round(flow, 2)", Kind.NUMBER, "m3/h"),
        ("sign(t1)", Kind.INTEGER, None),
        ("ln(ratio) + log10(ratio) + exp(-ratio)", Kind.NUMBER, None),
        ("-flow % 7", Kind.NUMBER, "m3/h"),
        ('"flow" * 2', Kind.NUMBER, "m3/h"),
    ],
)
def test_kind_and_unit_of_an_expression(text: str, kind: Kind, unit: str | None) -> None:
    found_kind, found_unit = check(text, NAMES)
    assert found_kind is kind
    if found_unit != unit:
        from kaogong.core import units

        assert found_unit is not None
        assert unit is not None
        assert units.conversion(found_unit, unit) == pytest.approx((1.0, 0.0))


@pytest.mark.parametrize(
    ("text", "position", "code", "words"),
    [
        ("p1 + p2", 6, "unit_differs", "in_unit(p2, 'bar')"),
        ("p1 > p2", 6, "unit_differs", "in_unit(p2, 'bar')"),
        ("p1 > t1", 1, "unit_incompatible", "cannot be compared"),
        ("flow + p1", 1, "unit_incompatible", "cannot be added"),
        ("gas + flow * with_unit(1, 'h')", 1, "unit_incompatible", "cannot be added"),
        ("greatest(p1, p2)", 14, "unit_differs", "in_unit(p2, 'bar')"),
        ("t1 * flow", 1, "unit_incompatible", "in_unit(t1, 'K')"),
        ("tf - tf", 1, "expression_invalid", "in_unit(tf, 'Cel')"),
        ("sqrt(p1)", 1, "expression_invalid", "bare(p1, 'bar')"),
        ("exp(p1)", 1, "expression_invalid", "bare(p1, 'bar')"),
        ("power(p1, ratio)", 11, "expression_invalid", "written out"),
        ("in_unit(p1, 'K')", 13, "unit_incompatible", "cannot be converted"),
        ("in_unit(p1, 'wurst')", 13, "unit_unknown", "not a unit"),
        ("flow + state", 8, "expression_kind", "a number is wanted"),
        ("flow and running", 1, "expression_kind", "a condition is wanted"),
        ("flow = 'RUN'", 1, "expression_kind", "a number and text"),
        ("running > true", 1, "expression_invalid", "no order"),
        ("running + 1", 1, "expression_kind", "if(…, 1, 0)"),
        ("flow + doc", 8, "expression_invalid", "JSON"),
        ("flow + nothing", 8, "property_unknown", "no property 'nothing'"),
        ("moving_mean(flow, '3 weeks')", 19, "expression_invalid", "at most a day"),
        ("round(flow, ratio)", 13, "expression_invalid", "written out"),
        ("null", 1, "expression_invalid", "always null"),
        ("", 1, "expression_invalid", "no expression"),
        ("flow +", 6, "expression_invalid", "no expression"),
        ("flow > 1 > 0", 1, "expression_kind", "true or false"),
        ("abs(flow, 1)", 12, "expression_invalid", ""),
        ("system.tables", 1, "expression_invalid", "key alone"),
        ("sum(flow)", 1, "expression_invalid", "not part of the language"),
        ("sum(flow) over ()", 1, "expression_invalid", "not part of the language"),
        ("url('http://x')", 1, "expression_invalid", "no function 'url'"),
        ("file('/etc/passwd')", 18, "expression_invalid", ""),
        ("(select 1)", 9, "expression_invalid", "not part of the language"),
        ("select flow", 8, "expression_invalid", "not part of the language"),
        ("flow in (select flow)", 1, "expression_invalid", "written out"),
        ("flow; drop table x", 1, "expression_invalid", "not part of the language"),
        ("flow as x", 1, "expression_invalid", "not part of the language"),
        ("cast(flow as int)", 6, "expression_invalid", "not part of the language"),
        ("current_timestamp", 1, "expression_invalid", "not part of the language"),
        ("flow like 'x'", 1, "expression_invalid", "not part of the language"),
        ("log(flow)", 1, "expression_invalid", "log10"),
        ("1e999", 1, "expression_invalid", "too large"),
        ("flow[1]", 1, "expression_invalid", "not part of the language"),
        ("exists(select 1)", 15, "expression_invalid", "not part of the language"),
        ("x -> x + 1", 1, "expression_invalid", "not part of the language"),
        ("'abc", 1, "expression_invalid", "no expression"),
        ("?", 1, "expression_invalid", "not part of the language"),
        ("$1", 1, "property_unknown", ""),
        ("@x", 1, "expression_invalid", "not part of the language"),
        ("{{ flow }}", 4, "expression_invalid", ""),
    ],
)
def test_error_points_to_the_position(text: str, position: int, code: str, words: str) -> None:
    with pytest.raises(ConfigInvalid) as caught:
        check(text, NAMES)
    assert caught.value.stable_code == code
    assert words in caught.value.message
    assert caught.value.details["position"] == position


@pytest.mark.parametrize(
    "text",
    [
        "(" * 5000 + "flow" + ")" * 5000,
        "(" * 39 + "flow" + ")" * 39 + "+",
        "abs(" * 60 + "flow" + ")" * 60,
        "not " * 300 + "running",
        "- " * 500 + "flow",
        "case when " * 50 + "running" + " then 1 end" * 50,
        "case " * 300,
        "flow +" * 320 + " flow",
        "flow" + " + flow" * 250,
        "if(" * 39 + "running",
        "a(" * 39,
        "flow in (" * 39 + "1" + ")" * 39,
        "flow between " * 100 + "1",
        "x" * 1_000_000,
        "'" + "x" * 2000 + "'",
        "/*" * 900,
        "--" * 900,
        "interval " * 200 + "flow",
        "[" * 500,
        "{" * 39 + "flow" + "}" * 39,
        "flow::" * 200 + "int",
        "\0" * 1000,
        "\ud800",
        "x -> " * 150 + "x",
        "a.b.c.d.e.f.g.h" * 20,
    ],
)
def test_hostile_text_is_refused_in_bounded_time(text: str) -> None:
    start = time.process_time()
    with pytest.raises(ConfigInvalid):
        check(text, NAMES)
    assert time.process_time() - start < 1.0


def test_result_must_fit_the_declared_property() -> None:
    check_against("rate(energy)", NAMES, Kind.NUMBER, "kW")
    check_against("state = 'RUN'", NAMES, Kind.BOOLEAN, "1")
    check_against("if(running, 'RUN', 'STOP')", NAMES, Kind.ENUM, "1")
    check_against("3.6 * sqrt(bare(p1, 'kPa'))", NAMES, Kind.NUMBER, "m3/h")
    with pytest.raises(ConfigInvalid, match="declared in bar"):
        check_against("rate(energy)", NAMES, Kind.NUMBER, "bar")
    with pytest.raises(ConfigInvalid, match="yields boolean"):
        check_against("flow > 3", NAMES, Kind.NUMBER, "m3/h")


def test_inputs_are_the_properties_it_reads() -> None:
    assert inputs("if(running, flow, moving_mean(p1, '1 min'))") == {"running", "flow", "p1"}


def test_every_function_is_documented_and_its_example_is_valid() -> None:
    names = {
        key: (Kind.NUMBER, unit)
        for key, unit in {
            "offset": "mm", "flow": "m3/h", "level": "m", "power_kw": "kW", "dp": "kPa", "age": "h", "ratio": "1", "speed": "{rpm}",
            "temp_a": "Cel", "temp_b": "Cel", "valve": "%", "pressure": "bar", "energy": "kW.h", "temp": "Cel",
        }.items()
    }  # fmt: skip
    names["running"] = (Kind.BOOLEAN, "1")
    page = reference()
    for function in FUNCTIONS.values():
        check(function.example, names)
        assert f"`{function.signature}`" in page
        assert function.meaning_zh in page
