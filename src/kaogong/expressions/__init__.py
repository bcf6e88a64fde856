"""The one expression language: SQL expressions on property names, checked for types and units, evaluated on whole batches.

Owns parsing, the allow-list, the documented table of functions and the state of those that remember; may use core alone.
Called by registry (`check_against` when a device type is written), ingest (derived properties) and edge.

    check(text, {key: (kind, unit)}) -> (kind, unit or None)        check_against(text, names, kind, unit)     # ConfigInvalid
    inputs(text) -> the properties it reads                         compile_expression(text, names) -> Compiled
    Compiled.evaluate(frame, State(), point="device", observed_at="observed_at") -> pl.Series
    compile_scalar(text, names) -> Scalar                           Scalar.evaluate({key: value}, at_ms) -> value: without Polars

Polars is loaded by `compile_expression` alone: an edge node evaluates single rows.
"""

from importlib import import_module
from typing import TYPE_CHECKING, Any

from kaogong.expressions.check import check, check_against
from kaogong.expressions.functions import FUNCTIONS, Function, reference
from kaogong.expressions.parse import names_in, parse
from kaogong.expressions.scalar import Scalar, compile_scalar

if TYPE_CHECKING:
    from kaogong.expressions.compiled import Compiled, State, compile_expression

_LAZY = frozenset({"Compiled", "State", "compile_expression"})


def __getattr__(name: str) -> Any:
    if name in _LAZY:
        return getattr(import_module("kaogong.expressions.compiled"), name)
    raise AttributeError(name)


def inputs(text: str) -> frozenset[str]:
    """The property keys that an expression reads; ConfigInvalid when it is none."""
    return names_in(parse(text))


__all__ = [
    "FUNCTIONS",
    "Compiled",
    "Function",
    "Scalar",
    "State",
    "check",
    "check_against",
    "compile_expression",
    "compile_scalar",
    "inputs",
    "reference",
]
