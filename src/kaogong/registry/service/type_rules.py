"""What a device type may say: units, ranges, options, expressions. Pure: a draft in, the checked draft out."""

import math
from collections.abc import Callable, Sequence
from typing import Any, TypeVar

from kaogong import expressions
from kaogong.core import units
from kaogong.core.errors import ConfigInvalid
from kaogong.core.keys import check_key, check_property_key
from kaogong.core.sample import Kind
from kaogong.registry.texts import checked, checked_description, checked_name
from kaogong.registry.types import Command, Event, Name, Option, Parameter, Property, TypeDraft

T = TypeVar("T")

MOST_PROPERTIES = 2000
MOST_OPTIONS = 500


def checked_type(draft: TypeDraft) -> TypeDraft:
    """The draft with UCUM units and complete names, or ConfigInvalid naming the field (`properties.2.unit`)."""
    check_key(draft.key, "device type")
    if len(draft.properties) > MOST_PROPERTIES:
        raise ConfigInvalid(f"A device type has at most {MOST_PROPERTIES} properties.", code="type_too_large", field="properties")
    _different([p.key for p in draft.properties], "properties")
    _different([c.key for c in draft.commands], "commands")
    _different([e.key for e in draft.events], "events")
    properties = tuple(_property(p, f"properties.{i}") for i, p in enumerate(draft.properties))
    _check_expressions(properties)
    return draft.model_copy(
        update={
            "name": checked_name(draft.name, "name", draft.key),
            "description": checked_description(draft.description, "description"),
            "properties": properties,
            "commands": tuple(_command(c, f"commands.{i}", properties) for i, c in enumerate(draft.commands)),
            "events": tuple(_event(e, f"events.{i}") for i, e in enumerate(draft.events)),
        }
    )


def _property(prop: Property, field: str) -> Property:
    _named(field, check_property_key, prop.key)
    if prop.resolution is not None and not (math.isfinite(prop.resolution) and prop.resolution > 0):
        raise _wrong(field, "resolution", "must be above 0", "resolution_invalid")
    if prop.stale_after_s is not None and not (math.isfinite(prop.stale_after_s) and 0 < prop.stale_after_s <= 366 * 86400):
        raise _wrong(field, "stale_after_s", "must be above 0 and at most a year", "stale_after_invalid")
    if not prop.type.is_numeric and prop.resolution is not None:
        raise _wrong(field, "resolution", "belongs to numbers only", "field_not_for_kind")
    if prop.expression is not None and prop.access != "read":
        raise _wrong(field, "access", "must be read: a derived property cannot be written", "derived_not_writable")
    return prop.model_copy(
        update={
            "id": 0,
            "name": checked_name(prop.name, f"{field}.name", prop.key),
            "description": checked_description(prop.description, f"{field}.description"),
            "unit": _value(prop.type, prop.unit, prop.min, prop.max, prop.options, field),
            "options": _options(prop.options, field),
            "expression": None if prop.expression is None else checked(prop.expression, f"{field}.expression", length=2000, lines=True),
        }
    )


def _value(kind: Kind, unit: str, minimum: float | None, maximum: float | None, options: Sequence[Option], field: str) -> str:
    """Check what a value's kind allows; the unit's UCUM code."""
    code = _named(field, units.canonical, checked(unit, f"{field}.unit", length=64))
    if kind not in (Kind.NUMBER, Kind.INTEGER):
        if code != "1":
            raise _wrong(field, "unit", "belongs to numbers only", "field_not_for_kind")
        if minimum is not None or maximum is not None:
            raise _wrong(field, "min", "and max belong to numbers only", "field_not_for_kind")
    for limit in (minimum, maximum):
        if limit is not None and not math.isfinite(limit):
            raise _wrong(field, "min", "and max must be finite numbers", "range_invalid")
    if minimum is not None and maximum is not None and minimum >= maximum:
        raise _wrong(field, "min", f"must be below max: found {minimum} and {maximum}", "range_invalid")
    if (kind is Kind.ENUM) != bool(options):
        raise _wrong(field, "options", "are needed by an enum and belong to it alone", "options_invalid")
    return code


def _options(options: Sequence[Option], field: str) -> tuple[Option, ...]:
    if len(options) > MOST_OPTIONS:
        raise _wrong(field, "options", f"are too many: at most {MOST_OPTIONS}", "options_invalid")
    kept = []
    for i, option in enumerate(options):
        value = checked(option.value, f"{field}.options.{i}.value", length=64)
        if not value:
            raise _wrong(field, f"options.{i}.value", "is empty", "options_invalid")
        kept.append(Option(value=value, name=checked_name(option.name, f"{field}.options.{i}.name", value)))
    _different([o.value for o in kept], f"{field}.options")
    return tuple(kept)


def _command(command: Command, field: str, properties: Sequence[Property]) -> Command:
    _named(field, check_property_key, command.key)
    parameters = _parameters(command.parameters, f"{field}.parameters")
    if command.precondition is not None:
        names = {p.key: (p.type, p.unit) for p in properties}
        _named(f"{field}.precondition", expressions.check_against, command.precondition, names, Kind.BOOLEAN, "1")
    known, arguments = {p.key for p in properties}, {p.key for p in parameters}
    for prop, argument in command.read_back.items():
        if prop not in known or argument not in arguments:
            what = "takes properties of the type to parameters of the command"
            raise _wrong(field, f"read_back.{prop[:64]}", what, "read_back_unknown")
    return command.model_copy(update=_described(command, field) | {"parameters": parameters})


def _event(event: Event, field: str) -> Event:
    _named(field, check_property_key, event.key)
    return event.model_copy(update=_described(event, field) | {"fields": _parameters(event.fields, f"{field}.fields")})


def _described(thing: Command | Event, field: str) -> dict[str, Name]:
    return {
        "name": checked_name(thing.name, f"{field}.name", thing.key),
        "description": checked_description(thing.description, f"{field}.description"),
    }


def _parameters(parameters: Sequence[Parameter], field: str) -> tuple[Parameter, ...]:
    _different([p.key for p in parameters], field)
    kept = []
    for i, one in enumerate(parameters):
        where = f"{field}.{i}"
        _named(where, check_property_key, one.key)
        unit = _value(one.type, one.unit, one.min, one.max, one.options, where)
        name = checked_name(one.name, f"{where}.name", one.key)
        kept.append(one.model_copy(update={"unit": unit, "name": name, "options": _options(one.options, where)}))
    return tuple(kept)


def _check_expressions(properties: Sequence[Property]) -> None:
    """A derived property may use the measured ones and the derived ones written before it: that order is the order of evaluation."""
    known = {p.key: (p.type, p.unit) for p in properties if p.expression is None}
    for i, prop in enumerate(properties):
        if prop.expression is None:
            continue
        _named(f"properties.{i}.expression", expressions.check_against, prop.expression, known, prop.type, prop.unit)
        known[prop.key] = (prop.type, prop.unit)


def _named(field: str, check: Callable[..., T], *args: Any) -> T:
    """Run a check of core and put the field's full path into its error."""
    try:
        return check(*args)
    except ConfigInvalid as err:
        inner = err.details.get("field")
        path = field if field.endswith(f".{inner}") or not inner else f"{field}.{inner}"
        raise ConfigInvalid(f"{path}: {err.message}", code=err.stable_code, **{**err.details, "field": path}) from err


def _wrong(field: str, name: str, what: str, code: str) -> ConfigInvalid:
    return ConfigInvalid(f"{field}.{name} {what}.", code=code, field=f"{field}.{name}")


def _different(keys: Sequence[str], field: str) -> None:
    twice = [key for i, key in enumerate(keys) if key in keys[:i]]
    if twice:
        raise ConfigInvalid(f"{field}: {twice[0][:80]!r} is there twice.", code="key_twice", field=field)
