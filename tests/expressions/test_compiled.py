from datetime import UTC, datetime, timedelta
from typing import Any

import polars as pl
import pytest

from kaogong.core.sample import Kind
from kaogong.expressions import State, compile_expression

START = datetime(2026, 11, 21, 8, tzinfo=UTC)
NAMES = {
    "x": (Kind.NUMBER, "bar"),
    "y": (Kind.NUMBER, "bar"),
    "t": (Kind.NUMBER, "Cel"),
    "on_line": (Kind.BOOLEAN, "1"),
    "state": (Kind.ENUM, "1"),
}


def frame(**columns: list[Any]) -> pl.DataFrame:
    schema = {"x": pl.Float64, "y": pl.Float64, "t": pl.Float64, "on_line": pl.Boolean, "state": pl.String}
    return pl.DataFrame(columns, schema={name: schema[name] for name in columns})


def timed(point: list[int], second: list[float], **columns: list[Any]) -> pl.DataFrame:
    at = pl.Series("observed_at", [START + timedelta(seconds=s) for s in second], dtype=pl.Datetime("us", "UTC"))
    return frame(**columns).with_columns(pl.Series("device", point, dtype=pl.UInt32), at)


@pytest.mark.parametrize(
    ("text", "x", "expected"),
    [
        ("x + 1", [1.0, None], [2.0, None]),
        ("x / 0", [1.0, -1.0, 0.0], [None, None, None]),
        ("sqrt(bare(x, 'bar'))", [4.0, -1.0], [2.0, None]),
        ("in_unit(x, 'kPa')", [1.5], [150.0]),
        ("round(x, 1)", [1.26, -1.26], [1.3, -1.3]),
        ("round(x)", [1.6], [2.0]),
        ("floor(x) + ceil(x)", [1.5], [3.0]),
        ("clamp(x, 0, 10)", [-1.0, 5.0, 11.0, None], [0.0, 5.0, 10.0, None]),
        ("power(x, 2)", [3.0], [9.0]),
        ("exp(ln(bare(x, 'bar')))", [2.0], [pytest.approx(2.0)]),
        ("log10(bare(x, 'bar'))", [1000.0], [pytest.approx(3.0)]),
        ("least(x, 2) + greatest(x, 2)", [1.0, 5.0], [3.0, 7.0]),
        ("coalesce(x, 7)", [None, 1.0], [7.0, 1.0]),
        ("if(x > 2, x, 0)", [3.0, 1.0, None], [3.0, 0.0, 0.0]),
        ("case when x > 2 then 'high' when x > 1 then 'mid' else 'low' end", [3.0, 1.5, 0.0], ["high", "mid", "low"]),
        ("x between 1 and 2", [1.0, 2.0, 2.5, None], [True, True, False, None]),
        ("x not in (1, 2)", [1.0, 3.0], [False, True]),
        ("x is null or x > 1", [None, 2.0, 0.0], [True, True, False]),
        ("-x % 3", [4.0], [2.0]),
        ("sign(x) * abs(x)", [-4.0], [-4.0]),
        ("1 + 1", [0.0, 0.0], [2.0, 2.0]),
    ],
)
def test_row_functions(text: str, x: list[float | None], expected: list[Any]) -> None:
    compiled = compile_expression(text, NAMES)
    rows = frame(x=x)
    result = compiled.evaluate(rows, State()).to_list()
    if not compiled.inputs:
        result *= len(expected)
    assert result == expected


def test_delta_and_rate_go_on_across_batches_and_points() -> None:
    delta, rate = compile_expression("delta(x)", NAMES), compile_expression("rate(x)", NAMES)
    states = State(), State()
    first = timed([1, 2, 1], [0, 0, 10], x=[1.0, 100.0, 6.0])
    second = timed([2, 1, 1], [5, 30, 20], x=[90.0, 0.0, 7.0])
    columns = {"point": "device", "observed_at": "observed_at"}
    assert delta.evaluate(first, states[0], **columns).to_list() == [None, None, 5.0]
    assert delta.evaluate(second, states[0], **columns).to_list() == [-10.0, -7.0, 1.0]
    assert rate.evaluate(first, states[1], **columns).to_list() == [None, None, 0.5]
    assert rate.evaluate(second, states[1], **columns).to_list() == [-2.0, -0.7, 0.1]


def test_a_late_value_neither_uses_nor_spoils_what_is_remembered() -> None:
    delta, state = compile_expression("delta(x)", NAMES), State()
    delta.evaluate(timed([1], [100], x=[10.0]), state, point="device", observed_at="observed_at")
    late = delta.evaluate(timed([1, 1], [50, 110], x=[3.0, 11.0]), state, point="device", observed_at="observed_at")
    assert late.to_list() == [None, 1.0]


def test_a_missing_value_is_stepped_over() -> None:
    delta, state = compile_expression("delta(x)", NAMES), State()
    rows = timed([1, 1, 1], [0, 1, 2], x=[1.0, None, 4.0])
    assert delta.evaluate(rows, state, point="device", observed_at="observed_at").to_list() == [None, None, 3.0]


def test_held_for_counts_from_the_first_true_value() -> None:
    held, state = compile_expression("held_for(x > 5)", NAMES), State()
    columns = {"point": "device", "observed_at": "observed_at"}
    first = timed([1, 1, 1, 2], [0, 10, 20, 20], x=[1.0, 6.0, 7.0, 9.0])
    second = timed([1, 2, 1, 1], [40, 25, 50, 60], x=[8.0, 0.0, 4.0, 9.0])
    assert held.evaluate(first, state, **columns).to_list() == [0.0, 0.0, 10.0, 0.0]
    assert held.evaluate(second, state, **columns).to_list() == [30.0, 0.0, 0.0, 0.0]


def test_moving_mean_covers_the_span_across_batches() -> None:
    mean, state = compile_expression("moving_mean(x, '30 s')", NAMES), State()
    columns = {"point": "device", "observed_at": "observed_at"}
    assert mean.evaluate(timed([1, 1], [0, 10], x=[1.0, 3.0]), state, **columns).to_list() == [1.0, 2.0]
    assert mean.evaluate(timed([1, 1], [20, 35], x=[5.0, 4.0]), state, **columns).to_list() == [3.0, 4.0]


def test_functions_that_remember_may_stand_within_each_other() -> None:
    compiled, state = compile_expression("held_for(delta(x) > 0) >= 10 and on_line", NAMES), State()
    rows = timed([1] * 4, [0, 10, 20, 30], x=[1.0, 2.0, 3.0, 1.0], on_line=[True] * 4)
    assert compiled.evaluate(rows, state, point="device", observed_at="observed_at").to_list() == [None, False, True, False]


def test_batches_of_any_cut_give_the_same_result() -> None:
    n = 60
    rows = timed([i % 3 for i in range(n)], [i * 7 % 400 + i for i in range(n)], x=[float(i * i % 17) for i in range(n)]).sort(
        "observed_at"
    )
    compiled = compile_expression("moving_mean(x, '2 min') + delta(x) + bare(held_for(x > 4), 's')", NAMES)
    columns = {"point": "device", "observed_at": "observed_at"}
    whole = compiled.evaluate(rows, State(), **columns).to_list()
    for cut in (1, 7, 25):
        state = State()
        parts = [compiled.evaluate(rows[start : start + cut], state, **columns).to_list() for start in range(0, n, cut)]
        assert [v for part in parts for v in part] == [pytest.approx(v) if v is not None else None for v in whole]
