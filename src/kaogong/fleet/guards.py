"""What stands between a wish and a machine: the declared arguments with their ranges, and the interlock on live values. Pure."""

import math
from collections.abc import Mapping, Sequence
from typing import Any

from kaogong import expressions, registry
from kaogong.core.errors import ConfigInvalid, Conflict
from kaogong.core.sample import Kind
from kaogong.core.units import symbol


def checked_arguments(command: registry.Command, given: Mapping[str, Any]) -> dict[str, Any]:
    """The arguments as the device type allows them; ConfigInvalid names the one that is missing, unknown or out of range."""
    known = {one.key: one for one in command.parameters}
    for key in given:
        if key not in known:
            names = ", ".join(known) or "none"
            raise _invalid(key, f"there is no such argument; the command takes: {names}")
    checked = {}
    for key, parameter in known.items():
        if key in given:
            checked[key] = _checked(parameter, given[key])
        elif parameter.required:
            raise _invalid(key, "it is missing")
    return checked


def _checked(parameter: registry.Parameter, value: Any) -> Any:
    if parameter.type in (Kind.NUMBER, Kind.INTEGER):
        return _number(parameter, value)
    if parameter.type is Kind.BOOLEAN and not isinstance(value, bool):
        raise _invalid(parameter.key, "write true or false")
    if parameter.type in (Kind.TEXT, Kind.ENUM) and not isinstance(value, str):
        raise _invalid(parameter.key, "write a text")
    options = [one.value for one in parameter.options]
    if parameter.type is Kind.ENUM and value not in options:
        raise _invalid(parameter.key, f"write one of: {', '.join(options)}")
    return value


def _number(parameter: registry.Parameter, value: Any) -> float | int:
    if isinstance(value, bool) or not isinstance(value, int | float) or not math.isfinite(value):
        raise _invalid(parameter.key, "write a number")
    if parameter.type is Kind.INTEGER and value != int(value):
        raise _invalid(parameter.key, "write a whole number")
    low, high = parameter.min, parameter.max
    if (low is not None and value < low) or (high is not None and value > high):
        unit = f" {symbol(parameter.unit)}" if symbol(parameter.unit) else ""
        bounds = f"{'' if low is None else f'{low:g}'} … {'' if high is None else f'{high:g}'}{unit}"
        raise _invalid(parameter.key, f"{value:g} is outside its range {bounds}", code="argument_out_of_range")
    return int(value) if parameter.type is Kind.INTEGER else value


def _invalid(key: str, problem: str, code: str = "argument_invalid") -> ConfigInvalid:
    return ConfigInvalid(f"The argument {key[:64]!r}: {problem}.", code=code, field=f"arguments.{key[:64]}")


def check_interlock(command: registry.Command, properties: Sequence[registry.Property], values: Mapping[str, Any], at_ms: int) -> None:
    """Raise Conflict unless the command's precondition is true of `values`: the device's good and fresh ones, by property."""
    if command.precondition is None:
        return
    names = {p.key: (p.type, p.unit) for p in properties}
    rule = expressions.compile_scalar(command.precondition, names)
    lacking = sorted(rule.inputs - values.keys())
    if lacking:
        raise Conflict(
            f"The interlock of {command.key!r} needs a good and fresh value of {', '.join(lacking)}: see why there is none.",
            code="interlock_unknown",
            properties=lacking,
            precondition=command.precondition,
        )
    if rule.evaluate({key: values[key] for key in rule.inputs}, at_ms) is not True:
        seen = {key: values[key] for key in sorted(rule.inputs)}
        raise Conflict(
            f"The interlock of {command.key!r} does not allow it now: {command.precondition} is not true of "
            f"{', '.join(f'{key} = {value}' for key, value in seen.items())}.",
            code="interlock_blocks",
            precondition=command.precondition,
            values=seen,
        )


def read_back_agrees(expected: Mapping[str, Any], answer: Mapping[str, Any]) -> bool | None:
    """Whether a device that answered reads what it was told; None when nothing was to be read back. A missing value is a no."""
    if not expected:
        return None
    said = answer.get("values") if isinstance(answer.get("values"), dict) else answer
    assert isinstance(said, Mapping)
    return all(_same(wanted, said.get(prop)) for prop, wanted in expected.items())


def _same(wanted: Any, read: Any) -> bool:
    if isinstance(wanted, int | float) and isinstance(read, int | float) and not isinstance(wanted, bool) and not isinstance(read, bool):
        return math.isclose(wanted, read, rel_tol=1e-6, abs_tol=1e-9)
    return bool(wanted == read)
