"""The one expression language: SQL expressions on property names, checked for types and units, evaluated on whole batches.

Owns parsing, the allow-list, the documented table of functions and the state of those that remember; may use core alone.
Called by registry (`check_against` when a device type is written), ingest (derived properties) and edge.

    check(text, {key: (kind, unit)}) -> (kind, unit or None)        check_against(text, names, kind, unit)     # ConfigInvalid
    inputs(text) -> the properties it reads                         compile_expression(text, names) -> Compiled
    Compiled.evaluate(frame, State(), point="device", observed_at="observed_at") -> pl.Series
"""

from kaogong.expressions.check import check, check_against
from kaogong.expressions.compiled import Compiled, State, compile_expression
from kaogong.expressions.functions import FUNCTIONS, Function, reference
from kaogong.expressions.parse import names_in, parse


def inputs(text: str) -> frozenset[str]:
    """The property keys that an expression reads; ConfigInvalid when it is none."""
    return names_in(parse(text))


__all__ = ["FUNCTIONS", "Compiled", "Function", "State", "check", "check_against", "compile_expression", "inputs", "reference"]
