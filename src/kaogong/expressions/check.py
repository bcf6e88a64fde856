"""Kinds and units of an expression: what cannot be added or compared is refused, and the error says how to convert."""

from collections.abc import Mapping
from typing import NamedTuple

from kaogong.core import units
from kaogong.core.errors import ConfigInvalid
from kaogong.core.reading import Kind
from kaogong.expressions import unit_algebra
from kaogong.expressions.parse import Node, invalid, parse
from kaogong.expressions.spans import seconds

Names = Mapping[str, tuple[Kind, str]]

_NUMERIC = (Kind.NUMBER, Kind.INTEGER)
_WHOLE = frozenset({"+", "-", "*", "neg", "abs", "least", "greatest", "coalesce", "if", "case", "clamp", "delta"})
_SAME_UNIT = frozenset({"neg", "abs", "round", "floor", "ceil"})
_COMPARED = frozenset({"=", "<>", "<", "<=", ">", ">="})


class Meaning(NamedTuple):
    """What an expression yields. `unit` None: a bare number that takes the unit it meets; `kind` None: null."""

    kind: Kind | None
    unit: str | None = None


def check(text: str, names: Names) -> tuple[Kind, str | None]:
    """Kind and unit (UCUM; None: a bare number that takes whatever unit it is declared with) of an expression on properties.

    `names` gives each property's kind and unit. ConfigInvalid carries the position and says what to write instead.
    """
    meaning = meaning_of(parse(text), names, text)
    if meaning.kind is None:
        raise invalid("the expression is always null.", 0, text)
    return meaning.kind, meaning.unit


def check_against(text: str, names: Names, kind: Kind, unit: str) -> None:
    """As `check`, and the result must fit a property declared with `kind` and `unit`."""
    found, found_unit = check(text, names)
    fits = found == kind or {found, kind} <= {Kind.NUMBER, Kind.INTEGER} or (found, kind) == (Kind.TEXT, Kind.ENUM)
    if not fits:
        raise invalid(f"the expression yields {found.value}, the property holds {kind.value}.", 0, text, "expression_kind")
    if found_unit is not None and kind in _NUMERIC:
        try:
            units.conversion(found_unit, unit)
        except ConfigInvalid as err:
            said = f"the expression yields {_shown(found_unit)}, the property is declared in {_shown(unit)}."
            raise invalid(said, 0, text, "unit_incompatible") from err


def meaning_of(node: Node, names: Names, text: str) -> Meaning:
    """The meaning of one node of a parsed expression."""
    return _Checker(names, text).meaning(node)


class _Checker:
    def __init__(self, names: Names, text: str) -> None:
        self.names, self.text = names, text

    def meaning(self, node: Node) -> Meaning:
        match node.op:
            case "name":
                return self._name(node)
            case "number":
                return Meaning(Kind.INTEGER if float(node.value).is_integer() else Kind.NUMBER)
            case "text":
                return Meaning(Kind.TEXT)
            case "boolean":
                return Meaning(Kind.BOOLEAN)
            case "null":
                return Meaning(None)
            case "in_unit" | "bare" | "with_unit":
                return self._unit_call(node)
            case "moving_mean":
                self._span(node)
                return Meaning(Kind.NUMBER, self._number(node.args[0]).unit)
            case "power":
                return self._power(node)
        return self._operation(node, [self.meaning(arg) for arg in node.args])

    def _operation(self, node: Node, args: list[Meaning]) -> Meaning:
        op = node.op
        if op in ("and", "or", "not"):
            for arg, meant in zip(node.args, args, strict=True):
                self._boolean(arg, meant)
            return Meaning(Kind.BOOLEAN)
        if op == "is null":
            return Meaning(Kind.BOOLEAN)
        if op in _COMPARED or op in ("between", "in"):
            self._same(node, node.args, args, "compared")
            if op not in ("=", "<>", "in") and args[0].kind is Kind.BOOLEAN:
                raise self._error(node, "true and false have no order; compare with = or <>.")
            return Meaning(Kind.BOOLEAN)
        if op in ("if", "case"):
            return self._branches(node, args)
        if op in ("least", "greatest", "coalesce", "clamp"):
            if op != "coalesce":
                self._numbers(node, args)
            return self._whole(node, args, self._same(node, node.args, args, "chosen from"))
        if op == "held_for":
            self._boolean(node.args[0], args[0])
            return Meaning(Kind.NUMBER, "s")
        self._numbers(node, args)
        return self._whole(node, args, self._arithmetic(node, args))

    def _arithmetic(self, node: Node, args: list[Meaning]) -> Meaning:
        op, first = node.op, args[0].unit
        if op in ("+", "-", "%"):
            return Meaning(Kind.NUMBER, self._sum(node, args))
        if op in ("*", "/"):
            return Meaning(Kind.NUMBER, self._product(node, args))
        if op in _SAME_UNIT:
            if len(args) == 2 and node.args[1].op != "number":
                raise self._error(node.args[1], "the number of decimals is written out.")
            return Meaning(Kind.NUMBER, first)
        if op == "sign":
            return Meaning(Kind.INTEGER)
        if op == "sqrt":
            root = unit_algebra.root(first)
            if first is not None and root is None:
                raise self._error(
                    node, f"the root of {_shown(first)} has no unit; write sqrt(bare({self._words(node.args[0])}, '{first}'))."
                )
            return Meaning(Kind.NUMBER, root)
        if op in ("exp", "ln", "log10"):
            if first not in (None, "1"):
                words = self._words(node.args[0])
                raise self._error(
                    node, f"{op} takes a bare number, not {_shown(first)}; divide by a reference or write bare({words}, '{first}')."
                )
            return Meaning(Kind.NUMBER)
        difference = self._difference(node, first)
        return Meaning(Kind.NUMBER, unit_algebra.quotient(difference, "s") if op == "rate" else difference)

    def _name(self, node: Node) -> Meaning:
        found = self.names.get(node.value)
        if found is None:
            known = ", ".join(sorted(self.names)[:20]) or "none"
            raise self._error(node, f"there is no property {node.value[:60]!r}; known: {known}.", "property_unknown")
        kind, unit = found
        if kind == Kind.JSON:
            raise self._error(node, f"{node.value} holds JSON, which expressions do not read.")
        if kind in _NUMERIC:
            return Meaning(Kind(kind), unit)
        return Meaning(Kind.TEXT if kind == Kind.ENUM else Kind(kind))

    def _unit_call(self, node: Node) -> Meaning:
        inner = self._number(node.args[0])
        if node.args[1].op != "text":
            raise self._error(node.args[1], "the unit is written in quotes, such as 'kPa'.")
        try:
            wanted = units.canonical(node.args[1].value)
            if node.op == "with_unit":
                if inner.unit not in (None, "1"):
                    words = self._words(node.args[0])
                    raise self._error(node, f"this is in {_shown(inner.unit)} already; write in_unit({words}, '{wanted}').")
                return Meaning(Kind.NUMBER, wanted)
            if inner.unit is not None:
                units.conversion(inner.unit, wanted)
        except ConfigInvalid as err:
            if "position" in err.details:
                raise
            raise self._error(node.args[1], err.message, err.stable_code) from err
        return Meaning(Kind.NUMBER, None if node.op == "bare" else wanted)

    def _power(self, node: Node) -> Meaning:
        base, exponent = self._number(node.args[0]), self._number(node.args[1])
        if exponent.unit not in (None, "1"):
            raise self._error(node.args[1], f"an exponent is a bare number, not {_shown(exponent.unit)}.")
        if base.unit in (None, "1"):
            return Meaning(Kind.NUMBER, base.unit)
        n = node.args[1]
        if n.op != "number" or not float(n.value).is_integer() or abs(n.value) > 6:
            words = self._words(node.args[0])
            raise self._error(
                n, f"with a unit the exponent is a whole number up to 6 written out; or write power(bare({words}, '{base.unit}'), …)."
            )
        self._no_offset(node.args[0], base.unit)
        return Meaning(Kind.NUMBER, unit_algebra.power(base.unit, int(n.value)))

    def _sum(self, node: Node, args: list[Meaning]) -> str | None:
        a, b = args[0].unit, args[1].unit
        if a is not None and b == "K" and unit_algebra.has_offset(a) and a == "Cel":
            return a
        if node.op == "-" and a is not None and a == b:
            return self._difference(node, a)
        return self._unit_of(node, node.args, args, {"+": "added", "-": "subtracted", "%": "divided"}[node.op])

    def _product(self, node: Node, args: list[Meaning]) -> str | None:
        a, b = args[0].unit, args[1].unit
        if b is None or b == "1":
            return a
        if a is not None:
            self._no_offset(node.args[0], a)
        self._no_offset(node.args[1], b) if a not in (None, "1") or node.op == "/" else None
        return unit_algebra.product(a, b) if node.op == "*" else unit_algebra.quotient(a, b)

    def _no_offset(self, node: Node, unit: str) -> None:
        if unit_algebra.has_offset(unit):
            raise self._error(node, f"{_shown(unit)} has no true zero; write in_unit({self._words(node)}, 'K').", "unit_incompatible")

    def _difference(self, node: Node, unit: str | None) -> str | None:
        if unit is None or not unit_algebra.has_offset(unit):
            return unit
        if unit == "Cel":
            return "K"
        raise self._error(node, f"a difference of {_shown(unit)} is not one; write in_unit({self._words(node.args[0])}, 'Cel').")

    def _same(self, node: Node, parts: tuple[Node, ...], args: list[Meaning], verb: str) -> Meaning:
        """All of one kind and unit."""
        families = {_family(arg.kind) for arg in args if arg.kind is not None}
        if len(families) > 1:
            shown = " and ".join(sorted(families))
            raise self._error(node, f"{shown} cannot be {verb} together.", "expression_kind")
        kind = next((arg.kind for arg in args if arg.kind is not None), None)
        if kind not in _NUMERIC:
            return Meaning(kind)
        return Meaning(Kind.NUMBER, self._unit_of(node, parts, args, verb))

    def _unit_of(self, node: Node, parts: tuple[Node, ...], args: list[Meaning], verb: str) -> str | None:
        unit = None
        for part, arg in zip(parts, args, strict=True):
            if arg.unit is None or arg.unit == unit:
                continue
            if unit is None:
                unit = arg.unit
                continue
            try:
                factor = units.conversion(arg.unit, unit)
            except ConfigInvalid as err:
                said = f"{_shown(unit)} and {_shown(arg.unit)} measure different things and cannot be {verb}."
                raise self._error(node, said, "unit_incompatible") from err
            if factor != (1.0, 0.0):
                said = f"{_shown(unit)} and {_shown(arg.unit)} cannot be {verb} as they are; write in_unit({self._words(part)}, '{unit}')."
                raise self._error(part, said, "unit_differs")
        return unit

    def _branches(self, node: Node, args: list[Meaning]) -> Meaning:
        conditions = range(0, len(args) - 1, 2) if node.op == "case" else range(1)
        for i in conditions:
            self._boolean(node.args[i], args[i])
        results = [i for i in range(len(args)) if i not in conditions]
        meaning = self._same(node, tuple(node.args[i] for i in results), [args[i] for i in results], "chosen from")
        return self._whole(node, [args[i] for i in results], meaning)

    def _whole(self, node: Node, args: list[Meaning], meaning: Meaning) -> Meaning:
        is_whole = node.op in _WHOLE and all(arg.kind in (Kind.INTEGER, None) for arg in args)
        return Meaning(Kind.INTEGER, meaning.unit) if is_whole and meaning.kind is Kind.NUMBER else meaning

    def _number(self, node: Node) -> Meaning:
        meaning = self.meaning(node)
        self._numbers(Node("", (node,)), [meaning])
        return meaning

    def _numbers(self, node: Node, args: list[Meaning]) -> None:
        for part, arg in zip(node.args, args, strict=True):
            if arg.kind is not None and arg.kind not in _NUMERIC:
                hint = " Write if(…, 1, 0)." if arg.kind is Kind.BOOLEAN else ""
                raise self._error(part, f"a number is wanted here, not {_family(arg.kind)}.{hint}", "expression_kind")

    def _boolean(self, node: Node, meaning: Meaning) -> None:
        if meaning.kind not in (Kind.BOOLEAN, None):
            raise self._error(
                node, f"a condition is wanted here, not {_family(meaning.kind)}; compare it with something.", "expression_kind"
            )

    def _span(self, node: Node) -> None:
        span = node.args[1]
        if span.op not in ("text", "number") or seconds(span.value) is None:
            raise self._error(span, "a span is written '30 s', '5 min' or '2 h', at most a day.")

    def _words(self, node: Node) -> str:
        return str(node.value) if node.op == "name" else "…"

    def _error(self, node: Node, message: str, code: str = "expression_invalid") -> ConfigInvalid:
        return invalid(message, node.at, self.text, code)


def _family(kind: Kind | None) -> str:
    if kind is None:
        return "null"
    return "a number" if kind in _NUMERIC else "text" if kind in (Kind.TEXT, Kind.ENUM) else "true or false"


def _shown(unit: str | None) -> str:
    return (units.symbol(unit) if unit else "") or "a bare number"
