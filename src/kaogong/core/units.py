"""Units of measure: UCUM codes as the stored form, the plant's own spellings on entry, pint underneath."""

from functools import cache, lru_cache

import pint

from kaogong.core.errors import ConfigInvalid

# Spelling on entry -> UCUM code (ucum.org/ucum, version 2.2). A UCUM code stands for itself.
SPELLINGS = {
    "℃": "Cel", "°C": "Cel", "degC": "Cel", "℉": "[degF]", "°F": "[degF]",
    "m³": "m3", "m³/h": "m3/h", "m^3/h": "m3/h", "Nm³/h": "m3/h{N}", "Nm3/h": "m3/h{N}", "Nm³": "m3{N}", "m³/min": "m3/min",
    "rpm": "{rpm}", "r/min": "{rpm}", "kvar": "kvar", "kVA": "kV.A", "VA": "V.A", "kWh": "kW.h", "MWh": "MW.h", "Wh": "W.h",
    "kvarh": "kvar.h", "t/h": "t/h", "kg/h": "kg/h", "MPa": "MPa", "kPa": "kPa", "bar": "bar", "mbar": "mbar",
    "mm/s²": "mm/s2", "m/s²": "m/s2", "W/m²": "W/m2", "mg/m³": "mg/m3", "kWh/m³": "kW.h/m3", "kJ/kg": "kJ/kg",
    "pcs": "{pcs}", "件": "{pcs}", "个": "{pcs}", "h": "h", "min": "min", "s": "s", "μm": "um", "µm": "um", "°": "deg", "Ω": "Ohm", "": "1",
}  # fmt: skip

# UCUM code -> pint expression, where pint's own parser would read it otherwise. Annotations in braces carry a meaning
# that arithmetic must not lose: a normal cubic metre is not a cubic metre, a rpm is not a bare 1/min.
_PINT = {
    "Cel": "degC", "[degF]": "degF", "K": "kelvin", "%": "percent", "1": "dimensionless", "{rpm}": "1/minute", "{pcs}": "piece",
    "m3/h{N}": "normal_cubic_meter/hour", "m3{N}": "normal_cubic_meter", "kvar": "kilovar", "kvar.h": "kilovar*hour", "var": "var",
    "mm[Hg]": "mmHg", "[ppm]": "ppm", "Ohm": "ohm", "kOhm": "kiloohm", "deg": "degree", "t": "tonne", "t/h": "tonne/hour",
    "d": "day", "a": "year", "dB": "decibel", "[pH]": "pH_unit", "u": "unified_atomic_mass_unit", "g": "gram", "L": "liter", "l": "liter",
    "h": "hour", "min": "minute", "s": "second",
}  # fmt: skip

# UCUM code -> what a person reads.
_SYMBOLS = {
    "Cel": "°C", "[degF]": "°F", "m3": "m³", "m3/h": "m³/h", "m3/min": "m³/min", "m3/h{N}": "Nm³/h", "m3{N}": "Nm³", "{rpm}": "rpm",
    "kV.A": "kVA", "V.A": "VA", "kW.h": "kWh", "MW.h": "MWh", "W.h": "Wh", "kvar.h": "kvarh", "mm/s2": "mm/s²", "m/s2": "m/s²",
    "W/m2": "W/m²", "mg/m3": "mg/m³", "kW.h/m3": "kWh/m³", "{pcs}": "pcs", "um": "µm", "deg": "°", "Ohm": "Ω", "1": "",
}  # fmt: skip

_KNOWN = 4096  # units come from devices too, which must not fill the memory with spellings


@cache
def _registry() -> "pint.UnitRegistry[float]":
    ureg: pint.UnitRegistry[float] = pint.UnitRegistry(cache_folder=None)
    ureg.define("normal_cubic_meter = [normal_volume] = Nm3")
    ureg.define("piece = [piece_count] = pcs")
    ureg.define("var = [reactive_power]")
    ureg.define("pH_unit = [acidity]")
    return ureg


def _pint_text(code: str) -> str:
    if code in _PINT:
        return _PINT[code]
    parts = []
    for factor in code.replace(".", " * ").replace("/", " / ").split():
        if factor in "*/":
            parts.append(factor)
            continue
        base = factor.rstrip("0123456789-")
        power = factor[len(base) :]
        parts.append(f"({_PINT.get(base, base)})" + (f"**{power}" if base and power else "") if base else factor)
    return " ".join(parts)


@lru_cache(_KNOWN)
def _unit(code: str) -> pint.Unit:
    try:
        return _registry().parse_units(_pint_text(code))
    except Exception as err:
        raise ConfigInvalid(
            f"{code[:40]!r} is not a unit we know: write a UCUM code (for example Cel, kPa, m3/h) or one of the usual spellings.",
            code="unit_unknown",
            field="unit",
        ) from err


@lru_cache(_KNOWN)
def canonical(text: str | None) -> str:
    """The UCUM code for a unit as written by a person; "1" for none. Raises ConfigInvalid (`unit_unknown`)."""
    written = (text or "").strip()
    code = SPELLINGS.get(written, written)
    if code != "1":
        _unit(code)
    return code


def symbol(code: str) -> str:
    """How a person reads the UCUM code: `m³/h` for `m3/h`; empty for a bare number."""
    return _SYMBOLS.get(code, code)


@lru_cache(_KNOWN)
def conversion(source: str, target: str) -> tuple[float, float]:
    """`(factor, offset)` with value_in_target = value_in_source * factor + offset, both UCUM codes.

    Raises ConfigInvalid (`unit_incompatible`) when they measure different things.
    """
    if source == target:
        return 1.0, 0.0
    a, b = _unit(source), _unit(target)
    ureg = _registry()
    try:
        zero = ureg.Quantity(0.0, a).to(b).magnitude
        one = ureg.Quantity(1.0, a).to(b).magnitude
    except pint.DimensionalityError as err:
        raise ConfigInvalid(
            f"A value in {symbol(source) or '1'} cannot be converted to {symbol(target) or '1'}: they measure different things.",
            code="unit_incompatible",
            field="unit",
        ) from err
    return float(one - zero), float(zero)


def dimension(code: str) -> str:
    """A text that is equal for units of the same dimension; used by expressions to check sums."""
    return str(_unit(code).dimensionality)
