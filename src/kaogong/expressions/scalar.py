"""Checked expressions on one row of values at a time, in plain Python: what an edge node evaluates, where Polars is too large.

The same language with the same results as `compiled`: null where a number is missing, infinite or none.
"""

import math
from collections import deque
from collections.abc import Callable, Mapping
from datetime import timedelta
from typing import Any, TypeAlias

from kaogong.core import units
from kaogong.core.reading import Kind, Value
from kaogong.expressions.check import Names, meaning_of
from kaogong.expressions.functions import FUNCTIONS
from kaogong.expressions.parse import Node, invalid, names_in, parse
from kaogong.expressions.spans import seconds

KEPT_VALUES = 10_000  # of a moving mean at most, as with whole batches

# the row's values, and its time in milliseconds since 1970
_Step: TypeAlias = Callable[[Mapping[str, Any], int], Any]


class Scalar:
    """An expression that remembers its former rows; one for each device. `inputs` are the properties it reads."""

    def __init__(self, text: str, names: Names) -> None:
        tree = parse(text)
        meaning = meaning_of(tree, names, text)
        if meaning.kind is None:
            raise invalid("the expression is always null.", 0, text)
        self.text, self.kind, self.unit = text, meaning.kind, meaning.unit
        self.inputs = names_in(tree)
        self._step = _Builder(names, text).step(tree)
        self._is_number = meaning.kind.is_numeric and meaning.kind is not Kind.BOOLEAN

    def evaluate(self, values: Mapping[str, Value], at_ms: int) -> Value:
        """The result for one row; None where there is none. Rows come in the order of their times."""
        found: Value = self._step(values, at_ms)
        if found is None or not self._is_number:
            return found
        number = float(found)
        return number if math.isfinite(number) else None


class _Builder:
    def __init__(self, names: Names, text: str) -> None:
        self.names, self.text = names, text

    def step(self, node: Node) -> _Step:
        op = node.op
        if op == "name":
            key = node.value
            return lambda row, _: row.get(key)
        if op in ("number", "text", "boolean", "null"):
            constant = float(node.value) if op == "number" else node.value
            return lambda row, _: constant
        if op in ("in_unit", "bare", "with_unit"):
            return self._converted(node)
        if op in FUNCTIONS and FUNCTIONS[op].remembers:
            span = (seconds(node.args[1].value) if len(node.args) > 1 else None) or 0.0
            return _REMEMBER[op](self.step(node.args[0]), span)
        args = [self.step(arg) for arg in node.args]
        if op in _LAZY:
            return _LAZY[op](args)
        return _strict(_PLAIN[op], args, allows_null=op in _TAKES_NULL)

    def _converted(self, node: Node) -> _Step:
        inner = self.step(node.args[0])
        unit = meaning_of(node.args[0], self.names, self.text).unit
        if node.op == "with_unit" or unit is None:
            return inner
        factor, offset = units.conversion(unit, units.canonical(node.args[1].value))
        return inner if (factor, offset) == (1.0, 0.0) else _strict(lambda x: x * factor + offset, [inner])


def _strict(function: Callable[..., Any], args: list[_Step], *, allows_null: bool = False) -> _Step:
    """`function` of the arguments' values; null when one of them is, or when it has no result."""

    def run(row: Mapping[str, Any], at: int) -> Any:
        values = [arg(row, at) for arg in args]
        if not allows_null and None in values:
            return None
        try:
            return function(*values)
        except (ArithmeticError, ValueError):
            return None

    return run


def _and(args: list[_Step]) -> _Step:
    def run(row: Mapping[str, Any], at: int) -> Any:
        found = [arg(row, at) for arg in args]
        return False if False in found else None if None in found else True

    return run


def _or(args: list[_Step]) -> _Step:
    def run(row: Mapping[str, Any], at: int) -> Any:
        found = [arg(row, at) for arg in args]
        return True if True in found else None if None in found else False

    return run


def _case(args: list[_Step]) -> _Step:
    """Conditions and results in turn, then the default. Every argument is evaluated, lest one that remembers misses a row."""

    def run(row: Mapping[str, Any], at: int) -> Any:
        found = [arg(row, at) for arg in args]
        return next((found[i + 1] for i in range(0, len(found) - 1, 2) if found[i] is True), found[-1])

    return run


def _extreme(pick: Callable[..., Any]) -> Callable[[list[_Step]], _Step]:
    def make(args: list[_Step]) -> _Step:
        def run(row: Mapping[str, Any], at: int) -> Any:
            return pick((x for arg in args if (x := arg(row, at)) is not None), default=None)

        return run

    return make


def _coalesce(args: list[_Step]) -> _Step:
    def run(row: Mapping[str, Any], at: int) -> Any:
        return next((x for x in [arg(row, at) for arg in args] if x is not None), None)

    return run


def _in(args: list[_Step]) -> _Step:
    def run(row: Mapping[str, Any], at: int) -> Any:
        first, *listed = [arg(row, at) for arg in args]
        if first is None:
            return None
        return True if first in [x for x in listed if x is not None] else None if None in listed else False

    return run


_LAZY: Mapping[str, Callable[[list[_Step]], _Step]] = {
    "and": _and, "or": _or, "case": _case, "if": _case, "least": _extreme(min), "greatest": _extreme(max), "coalesce": _coalesce, "in": _in,
}  # fmt: skip


def _divide(a: float, b: float) -> float:
    """As IEEE 754 has it: infinity, which is no result in the end but may be compared on the way."""
    if b:
        return a / b
    return math.copysign(math.inf, a) * math.copysign(1.0, b) if a and not math.isnan(a) else math.nan


def _round(x: float, digits: float = 0.0) -> float:
    """Halves to the even digit, as Polars rounds."""
    return float(round(x, int(digits))) if math.isfinite(x) else x


_PLAIN: Mapping[str, Callable[..., Any]] = {
    "+": lambda a, b: a + b,
    "-": lambda a, b: a - b,
    "*": lambda a, b: a * b,
    "/": _divide,
    "%": lambda a, b: a - math.floor(a / b) * b,
    "=": lambda a, b: a == b,
    "<>": lambda a, b: a != b,
    "<": lambda a, b: a < b,
    "<=": lambda a, b: a <= b,
    ">": lambda a, b: a > b,
    ">=": lambda a, b: a >= b,
    "neg": lambda a: -a,
    "not": lambda a: not a,
    "is null": lambda a: a is None,
    "between": lambda a, low, high: low <= a <= high,
    "abs": abs,
    "round": _round,
    "floor": lambda a: float(math.floor(a)),
    "ceil": lambda a: float(math.ceil(a)),
    "sign": lambda a: math.copysign(1.0, a) if a else 0.0,
    "sqrt": math.sqrt,
    "exp": math.exp,
    "ln": lambda a: math.log(a) if a else -math.inf,
    "log10": lambda a: math.log10(a) if a else -math.inf,
    "power": lambda a, n: float(a) ** n if a >= 0 or float(n).is_integer() else None,
    "clamp": lambda a, low, high: min(max(a, low), high),
}
_TAKES_NULL = frozenset({"is null"})


def _change(inner: _Step, per_second: bool) -> _Step:
    last: list[tuple[int, float]] = []

    def run(row: Mapping[str, Any], at: int) -> Any:
        value = inner(row, at)
        if value is None or (last and at < last[0][0]):
            return None
        former = last[0] if last else None
        last[:] = [(at, value)]
        if former is None:
            return None
        change = value - former[1]
        if not per_second:
            return change
        return change / ((at - former[0]) / 1000) if at > former[0] else None

    return run


def _held_for(inner: _Step, _: float) -> _Step:
    since: list[int] = []

    def run(row: Mapping[str, Any], at: int) -> Any:
        holds = inner(row, at)
        if holds is None:
            return None
        if not holds:
            since.clear()
            return 0.0
        if not since:
            since.append(at)
        return (at - since[0]) / 1000

    return run


def _moving_mean(inner: _Step, span_s: float) -> _Step:
    kept: deque[tuple[int, float]] = deque(maxlen=KEPT_VALUES)
    span_ms = timedelta(seconds=span_s) / timedelta(milliseconds=1)

    def run(row: Mapping[str, Any], at: int) -> Any:
        value = inner(row, at)
        if value is None:
            return None
        kept.append((at, value))
        while kept and kept[0][0] <= at - span_ms:
            kept.popleft()
        return math.fsum(v for _, v in kept) / len(kept)

    return run


_REMEMBER: Mapping[str, Callable[[_Step, float], _Step]] = {
    "delta": lambda inner, _: _change(inner, False),
    "rate": lambda inner, _: _change(inner, True),
    "held_for": _held_for,
    "moving_mean": _moving_mean,
}


def compile_scalar(text: str, names: Names) -> Scalar:
    """Parse, check and make ready for single rows; ConfigInvalid as in `check`."""
    return Scalar(text, names)
