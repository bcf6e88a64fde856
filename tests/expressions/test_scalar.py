"""Single rows give what whole batches give, and nothing of Polars is loaded for them."""

import subprocess
import sys
from datetime import UTC, datetime, timedelta
from typing import Any

import polars as pl
import pytest

from kaogong.core.errors import ConfigInvalid
from kaogong.core.reading import Kind
from kaogong.expressions import State, compile_expression, compile_scalar

START = datetime(2026, 11, 21, 8, tzinfo=UTC)
NAMES = {"x": (Kind.NUMBER, "bar"), "y": (Kind.NUMBER, "kPa"), "on_line": (Kind.BOOLEAN, "1"), "state": (Kind.ENUM, "1")}
ROWS = [
    {"x": x, "y": y, "on_line": on, "state": state}
    for x, y, on, state in [
        (1.0, 100.0, True, "RUN"), (1.25, None, True, "RUN"), (-2.5, 3.0, False, "STOP"), (None, 1.0, None, None), (0.0, 0.0, True, "RUN"),
        (7.75, -1e3, True, "IDLE"), (7.75, 2.0, False, "RUN"), (1e6, 1e-6, True, "RUN"), (3.0, 5.0, True, "STOP"), (2.0, 4.0, True, "RUN"),
    ]
]  # fmt: skip


@pytest.mark.req("B07")
@pytest.mark.parametrize(
    "text",
    [
        "x + in_unit(y, 'bar')", "x - 1", "x * 2", "x / 0", "1 / bare(x, 'bar')", "-x % 3", "bare(x, 'bar') / bare(y, 'kPa')", "abs(x)", "round(x, 1)",
        "round(x, -1)", "floor(x)", "ceil(x)", "sign(x)", "sqrt(bare(x, 'bar'))", "exp(bare(x, 'bar') / 1000000)", "ln(bare(x, 'bar'))",
        "log10(bare(y, 'kPa'))", "power(x, 2)", "power(bare(x, 'bar'), 0.5)", "least(x, 2)", "greatest(x, in_unit(y, 'bar'))", "coalesce(x, 7)",
        "if(x > 2, x, 0)", "case when x > 2 then 'high' when x > 1 then 'mid' else 'low' end", "case state when 'RUN' then 1 when 'STOP' then 0 end",
        "x between 1 and 2", "x not in (1, 2)", "state in ('RUN', 'IDLE')", "x is null or x > 1", "x is not null and on_line", "not on_line", "on_line or x > 5",
        "on_line = true", "state <> 'RUN'", "clamp(x, 0, 5)", "in_unit(x, 'kPa')", "with_unit(bare(x, 'bar') * 3, 'm3/h')", "1 + 1",
        "delta(x)", "rate(x)", "held_for(on_line)", "held_for(x > 1) > 2", "moving_mean(x, '3 s')", "moving_mean(x, '1 h') - delta(x)",
    ],
)  # fmt: skip
def test_single_rows_give_what_batches_give(text: str) -> None:
    schema = {"x": pl.Float64, "y": pl.Float64, "on_line": pl.Boolean, "state": pl.String}
    times = pl.Series("observed_at", [START + timedelta(seconds=i) for i in range(len(ROWS))], dtype=pl.Datetime("us", "UTC"))
    frame = pl.DataFrame(ROWS, schema=schema).with_columns(times, device=pl.lit(1, pl.UInt32))
    whole = compile_expression(text, NAMES)
    expected: list[Any] = whole.evaluate(frame, State(), point="device", observed_at="observed_at").to_list()
    if not whole.inputs:
        expected *= len(ROWS)
    single = compile_scalar(text, NAMES)
    found = [single.evaluate(row, round(START.timestamp() * 1000) + 1000 * i) for i, row in enumerate(ROWS)]
    assert (single.kind, single.unit, single.inputs) == (whole.kind, whole.unit, whole.inputs)
    assert [type(v) for v in found] == [type(v) for v in expected]
    assert found == [pytest.approx(v) if isinstance(v, float) else v for v in expected]


def test_what_is_refused_for_batches_is_refused_for_rows() -> None:
    with pytest.raises(ConfigInvalid, match="cannot"):
        compile_scalar("x + y * y", NAMES)


def test_polars_is_not_loaded_for_single_rows() -> None:
    script = (
        "import sys; from kaogong.core.reading import Kind; from kaogong.expressions import compile_scalar\n"
        "assert compile_scalar('x * 2', {'x': (Kind.NUMBER, 'bar')}).evaluate({'x': 2}, 0) == 4.0\n"
        "print(sorted({'polars', 'pyarrow', 'pandas'} & set(sys.modules)))"
    )
    done = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "[]"
