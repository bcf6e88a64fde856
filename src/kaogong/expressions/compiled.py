"""Checked expressions as Polars expressions, evaluated on a whole batch; functions that remember keep a small table per call."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from functools import reduce
from operator import add, and_, eq, ge, gt, le, lt, mod, mul, ne, or_, sub, truediv
from typing import Any

import polars as pl

from kaogong.core import units
from kaogong.core.reading import Kind
from kaogong.expressions import memory
from kaogong.expressions.check import Names, meaning_of
from kaogong.expressions.functions import FUNCTIONS
from kaogong.expressions.memory import POINT, TIME
from kaogong.expressions.parse import Node, invalid, names_in, parse
from kaogong.expressions.spans import seconds

_BINARY: dict[str, Callable[[Any, Any], Any]] = {
    "+": add, "-": sub, "*": mul, "/": truediv, "%": mod, "=": eq, "<>": ne, "<": lt, "<=": le, ">": gt, ">=": ge,
}  # fmt: skip


@dataclass(slots=True)
class State:
    """What an expression remembers of its points between batches; empty at first, one for each expression."""

    tables: dict[int, pl.DataFrame] = field(default_factory=dict)

    def forget(self, points: pl.Series) -> None:
        """Drop points that are no more."""
        for call, table in self.tables.items():
            self.tables[call] = table.filter(~pl.col(POINT).is_in(points))


@dataclass(frozen=True, slots=True)
class _Call:
    """A call that remembers: its argument is evaluated to a column, `step` makes the column `name` of it."""

    number: int
    name: str
    argument: pl.Expr
    step: memory.Step


class Compiled:
    """An expression ready to run. `inputs` are the properties it reads, `unit` None means a bare number."""

    def __init__(self, text: str, names: Names) -> None:
        tree = parse(text)
        meaning = meaning_of(tree, names, text)
        if meaning.kind is None:
            raise invalid("the expression is always null.", 0, text)
        self.text, self.kind, self.unit = text, meaning.kind, meaning.unit
        self.inputs = names_in(tree)
        self._compiler = _Compiler(names, text)
        self._result = self._compiler.expression(tree)

    @property
    def remembers(self) -> bool:
        """Whether former batches matter to the result."""
        return bool(self._compiler.calls)

    def evaluate(self, frame: pl.DataFrame, state: State, *, point: str = POINT, observed_at: str = TIME) -> pl.Series:
        """The result for each row of `frame`, null where there is none.

        `frame` has a column for each of `inputs` (Float64, Boolean or String; null: none), and for expressions that remember the
        columns named by `point` (an integer) and `observed_at`. Rows of a point may come in any order; one that is older than
        what is remembered is not compared with it.
        """
        if not self.remembers:
            return frame.select(self._finished()).to_series()
        renamed = {point: POINT, observed_at: TIME}
        rows = frame.rename({k: v for k, v in renamed.items() if k != v}).with_row_index(memory.ROW).sort(POINT, TIME, memory.ROW)
        for call in self._compiler.calls:
            argument = rows.select(memory.ROW, POINT, TIME, call.argument.alias(memory.X))
            result, state.tables[call.number] = call.step(argument, state.tables.get(call.number))
            rows = rows.with_columns(result.alias(call.name))
        return rows.select(memory.ROW, self._finished()).sort(memory.ROW).to_series(1)

    def _finished(self) -> pl.Expr:
        result = self._result
        if self.kind.is_numeric and self.kind is not Kind.BOOLEAN:
            number = result.cast(pl.Float64)
            result = pl.when(number.is_finite()).then(number)
        return result.alias("result")


def compile_expression(text: str, names: Names) -> Compiled:
    """Parse, check and compile; ConfigInvalid as in `check`."""
    return Compiled(text, names)


class _Compiler:
    def __init__(self, names: Names, text: str) -> None:
        self.names, self.text = names, text
        self.calls: list[_Call] = []

    def expression(self, node: Node) -> pl.Expr:
        op = node.op
        if op in ("name", "number", "text", "boolean", "null"):
            return self._leaf(node)
        if op in ("in_unit", "bare", "with_unit"):
            return self._converted(node)
        if op in FUNCTIONS and FUNCTIONS[op].remembers:
            return self._remembered(node)
        args = [self.expression(arg) for arg in node.args]
        if op in _BINARY:
            return _BINARY[op](*args)  # type: ignore[no-any-return]
        if op in ("and", "or"):
            return reduce(and_ if op == "and" else or_, args)
        made = _MADE[op](args, node)
        assert isinstance(made, pl.Expr)
        return made

    def _leaf(self, node: Node) -> pl.Expr:
        if node.op == "name":
            return pl.col(node.value)
        if node.op == "number":
            return pl.lit(float(node.value))
        return pl.lit(node.value)

    def _converted(self, node: Node) -> pl.Expr:
        inner = self.expression(node.args[0])
        unit = meaning_of(node.args[0], self.names, self.text).unit
        if node.op == "with_unit" or unit is None:
            return inner
        factor, offset = units.conversion(unit, units.canonical(node.args[1].value))
        return inner if (factor, offset) == (1.0, 0.0) else inner * factor + offset

    def _remembered(self, node: Node) -> pl.Expr:
        argument = self.expression(node.args[0])
        number = len(self.calls)
        step = memory.STEPS[node.op](seconds(node.args[1].value) if len(node.args) > 1 else None)
        name = f":call{number}"
        self.calls.append(_Call(number, name, argument, step))
        return pl.col(name)


def _case(args: list[pl.Expr], node: Node) -> pl.Expr:
    out = args[-1]
    for condition, result in reversed(list(_pairs(args[:-1]))):
        out = pl.when(condition).then(result).otherwise(out)
    return out


def _pairs(args: list[pl.Expr]) -> Iterator[tuple[pl.Expr, pl.Expr]]:
    return zip(args[::2], args[1::2], strict=True)


def _round(args: list[pl.Expr], node: Node) -> pl.Expr:
    digits = int(node.args[1].value) if len(node.args) > 1 else 0
    if digits >= 0:
        return args[0].round(min(digits, 15))
    return (args[0] / 10.0**-digits).round() * 10.0**-digits


_MADE: dict[str, Callable[[list[pl.Expr], Node], pl.Expr]] = {
    "neg": lambda args, _: -args[0],
    "not": lambda args, _: ~args[0],
    "is null": lambda args, _: args[0].is_null(),
    "between": lambda args, _: (args[0] >= args[1]) & (args[0] <= args[2]),
    "in": lambda args, _: reduce(or_, [args[0] == arg for arg in args[1:]]),
    "case": _case,
    "if": lambda args, _: pl.when(args[0]).then(args[1]).otherwise(args[2]),
    "abs": lambda args, _: args[0].abs(),
    "round": _round,
    "floor": lambda args, _: args[0].floor(),
    "ceil": lambda args, _: args[0].ceil(),
    "sign": lambda args, _: args[0].sign(),
    "sqrt": lambda args, _: args[0].sqrt(),
    "exp": lambda args, _: args[0].exp(),
    "ln": lambda args, _: args[0].log(),
    "log10": lambda args, _: args[0].log10(),
    "power": lambda args, _: args[0].pow(args[1]),
    "least": lambda args, _: pl.min_horizontal(args),
    "greatest": lambda args, _: pl.max_horizontal(args),
    "coalesce": lambda args, _: pl.coalesce(args),
    "clamp": lambda args, _: args[0].clip(args[1], args[2]),
}
