"""Every function of the language in one table: what is not listed here cannot be called."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Function:
    """One function as people read it. `fewest` and `most` count its arguments; `remembers` if it keeps state per point."""

    name: str
    signature: str
    fewest: int
    most: int
    meaning: str
    meaning_zh: str
    example: str
    remembers: bool = False


MANY = 32

_TABLE = (
    Function("abs", "abs(x)", 1, 1, "Size without the sign.", "绝对值。", "abs(offset)"),
    Function("round", "round(x, digits)", 1, 2, "Rounded to whole numbers, or to `digits` decimals.", "四舍五入到整数或指定小数位。", "round(flow, 1)"),
    Function("floor", "floor(x)", 1, 1, "The next whole number below.", "向下取整。", "floor(level)"),
    Function("ceil", "ceil(x)", 1, 1, "The next whole number above.", "向上取整。", "ceil(level)"),
    Function("sign", "sign(x)", 1, 1, "-1, 0 or 1.", "符号:-1、0 或 1。", "sign(power_kw)"),
    Function("sqrt", "sqrt(x)", 1, 1, "Square root; nothing for a negative number.", "平方根;负数无结果。", "sqrt(bare(dp, 'kPa'))"),
    Function("exp", "exp(x)", 1, 1, "e to the power of a bare number.", "以 e 为底的指数。", "exp(-bare(age, 'h') / 24)"),
    Function("ln", "ln(x)", 1, 1, "Natural logarithm of a bare number.", "自然对数。", "ln(ratio)"),
    Function("log10", "log10(x)", 1, 1, "Decimal logarithm of a bare number.", "常用对数。", "log10(ratio)"),
    Function("power", "power(x, n)", 2, 2, "x to the power of n; with a unit, n is a whole number written out.", "x 的 n 次方;带单位时 n 须为整数常量。", "power(speed, 3)"),
    Function("least", "least(x, y, …)", 2, MANY, "The smallest that is not null.", "最小值,忽略空值。", "least(temp_a, temp_b)"),
    Function("greatest", "greatest(x, y, …)", 2, MANY, "The largest that is not null.", "最大值,忽略空值。", "greatest(temp_a, temp_b)"),
    Function("coalesce", "coalesce(x, y, …)", 1, MANY, "The first that is not null.", "第一个非空值。", "coalesce(flow, 0)"),
    Function("if", "if(condition, x, y)", 3, 3, "x where the condition is true, otherwise y.", "条件成立取 x,否则取 y。", "if(running, power_kw, 0)"),
    Function("clamp", "clamp(x, low, high)", 3, 3, "x held between two limits.", "限制在上下限之间。", "clamp(valve, 0, 100)"),
    Function("in_unit", "in_unit(x, 'unit')", 2, 2, "x converted to another unit of the same kind.", "换算到同量纲的另一单位。", "in_unit(pressure, 'kPa')"),
    Function("bare", "bare(x, 'unit')", 2, 2, "x converted to the unit and taken as a bare number.", "换算后去掉单位。", "bare(dp, 'kPa')"),
    Function("with_unit", "with_unit(x, 'unit')", 2, 2, "A bare number given a unit.", "给纯数加上单位。", "with_unit(3.6 * sqrt(bare(dp, 'kPa')), 'm3/h')"),
    Function("delta", "delta(x)", 1, 1, "Change since the point's former value.", "与上一个值之差。", "delta(energy)", remembers=True),
    Function("rate", "rate(x)", 1, 1, "Change a second since the point's former value.", "每秒变化率。", "in_unit(rate(energy), 'kW')", remembers=True),
    Function("held_for", "held_for(condition)", 1, 1, "Seconds since the condition has been true without a break; 0 while it is not.", "条件连续成立的秒数。", "held_for(temp > 90) > 30", remembers=True),
    Function("moving_mean", "moving_mean(x, 'span')", 2, 2, "Mean of the values of the last span (written '30 s', '5 min', '2 h', at most a day).", "最近一段时间的平均值。", "moving_mean(flow, '5 min')", remembers=True),
)  # fmt: skip

FUNCTIONS = {function.name: function for function in _TABLE}

OPERATORS = "+  -  *  /  %  =  <>  <  <=  >  >=  and  or  not  between … and …  in (…)  is null  is not null  case when … then … else … end"


def reference() -> str:
    """The language as a page of Markdown."""
    rows = [f"| `{f.signature}` | {f.meaning} {f.meaning_zh} | `{f.example}` | {'per point' if f.remembers else ''} |" for f in _TABLE]
    return "\n".join(
        [
            "# Expressions",
            "",
            "SQL expressions on property names. Numbers carry the unit of their property; a number written out takes the unit it meets.",
            "",
            f"Operators: `{OPERATORS}`. A name that is also an SQL word stands in double quotes.",
            "",
            "| function | meaning | example | state |",
            "|---|---|---|---|",
            *rows,
            "",
        ]
    )
