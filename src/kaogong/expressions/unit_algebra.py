"""Products, quotients and powers of UCUM codes; None is the unit of a bare number."""

import re
from collections.abc import Mapping
from functools import lru_cache

from kaogong.core import units
from kaogong.core.errors import ConfigInvalid

_FACTOR = re.compile(r"(.*?)(-?\d+)?")
_BARE = ("1", "%", "[ppm]", "[pH]")


@lru_cache(1024)
def has_offset(unit: str) -> bool:
    """Whether zero of this unit is not zero of the thing: degrees Celsius and Fahrenheit."""
    try:
        return units.conversion(unit, "K")[1] != 0.0
    except ConfigInvalid:
        return False


def product(a: str | None, b: str | None) -> str | None:
    """The unit of a times b."""
    return _combined(a, b, 1)


def quotient(a: str | None, b: str | None) -> str | None:
    """The unit of a divided by b."""
    return _combined(a, b, -1)


def power(unit: str, n: int) -> str:
    """The unit to the power of n."""
    return _code({factor: exponent * n for factor, exponent in _factors(unit).items()})


def root(unit: str | None) -> str | None:
    """The square root of a unit, None where it has none."""
    if unit in (None, "1"):
        return unit
    assert unit is not None
    factors = _factors(unit)
    if any(exponent % 2 for exponent in factors.values()):
        return None
    return _code({factor: exponent // 2 for factor, exponent in factors.items()})


def _combined(a: str | None, b: str | None, sign: int) -> str | None:
    if b is None:
        return a
    if a is None and sign > 0:
        return b
    factors = dict(_factors(a or "1"))
    for factor, exponent in _factors(b).items():
        factors[factor] = factors.get(factor, 0) + sign * exponent
    return _code(factors)


def _factors(unit: str) -> Mapping[str, int]:
    if unit in _BARE or unit.startswith("["):
        return {} if unit == "1" else {unit: 1}
    out: dict[str, int] = {}
    sign = 1
    for part in re.split(r"([./])", unit):
        if part in ("", ".", "/"):
            sign = {"/": -1, ".": 1}.get(part, sign)
            continue
        found = _FACTOR.fullmatch(_without_annotation(part))
        assert found is not None
        name = found[1] + part[len(_without_annotation(part)) :]
        if name and name != "1":
            out[name] = out.get(name, 0) + sign * int(found[2] or 1)
        sign = 1
    return out


def _without_annotation(part: str) -> str:
    return part if part.startswith("{") else part.partition("{")[0]


def _code(factors: Mapping[str, int]) -> str:
    over = [_written(name, n) for name, n in factors.items() if n > 0]
    under = [_written(name, -n) for name, n in factors.items() if n < 0]
    return (".".join(over) or "1") + "".join(f"/{part}" for part in under)


def _written(name: str, n: int) -> str:
    if n == 1:
        return name
    base, brace, annotation = name.partition("{") if not name.startswith("{") else (name, "", "")
    return f"{base}{n}{brace}{annotation}"
