"""Text to a small tree of what the language allows; everything else of SQL is refused with its position, in bounded time."""

from collections.abc import Iterator
from typing import Any, NamedTuple

import sqlglot
from sqlglot import exp
from sqlglot.errors import SqlglotError

from kaogong.core.errors import ConfigInvalid
from kaogong.expressions.functions import FUNCTIONS

MAX_LENGTH = 2_000
MAX_TOKENS = 600
MAX_NESTING = 40  # parentheses within parentheses
MAX_DEPTH = 150  # of the tree: a sum of so many terms


class Node(NamedTuple):
    """`op` is `name`, `number`, `text`, `boolean`, `null`, `case`, an operator or a function; `at` the position in the text."""

    op: str
    args: "tuple[Node, ...]" = ()
    value: Any = None
    at: int = 0


def invalid(message: str, at: int, text: str = "", code: str = "expression_invalid") -> ConfigInvalid:
    """The error of an expression: what is wrong, where (from 1), and a piece of the text from there."""
    piece = f" (at {text[at : at + 20]!r})" if text else ""
    return ConfigInvalid(f"Position {at + 1}{piece}: {message}", code=code, field="expression", position=at + 1)


def parse(text: str) -> Node:
    """The tree of `text`; ConfigInvalid points to what is not allowed."""
    if len(text) > MAX_LENGTH:
        raise invalid(f"an expression has at most {MAX_LENGTH} characters, this one {len(text)}.", MAX_LENGTH)
    _check_tokens(text)
    try:
        tree = sqlglot.parse_one(text)
    except SqlglotError as err:
        raise invalid(_words(err), _position(err, text), text) from None
    except RecursionError:
        raise invalid("the expression is nested too deeply.", 0, text) from None
    return _Reader(text).node(tree, 0)


def names_in(node: Node) -> frozenset[str]:
    """The property names a tree reads."""
    return frozenset(n.value for n in walk(node) if n.op == "name")


def walk(node: Node) -> Iterator[Node]:
    """The node and all below it."""
    waiting = [node]
    while waiting:
        item = waiting.pop()
        yield item
        waiting.extend(item.args)


def _check_tokens(text: str) -> None:
    try:
        tokens = sqlglot.tokenize(text)
    except SqlglotError as err:
        raise invalid(_words(err), _position(err, text), text) from None
    if not tokens:
        raise invalid("there is no expression.", 0)
    if len(tokens) > MAX_TOKENS:
        raise invalid(f"an expression has at most {MAX_TOKENS} words and signs.", tokens[MAX_TOKENS].start, text)
    depth = 0
    for token in tokens:
        opens, closes = token.text.upper() in _OPENING, token.text.upper() in _CLOSING
        depth += opens - closes
        if depth > MAX_NESTING:
            raise invalid(f"at most {MAX_NESTING} parentheses stand within each other.", token.start, text)


_OPENING = frozenset({"(", "[", "{", "CASE", "NOT"})
_CLOSING = frozenset({")", "]", "}", "END"})

_BINARY: dict[type[exp.Expr], str] = {
    exp.Add: "+", exp.Sub: "-", exp.Mul: "*", exp.Div: "/", exp.Mod: "%", exp.EQ: "=", exp.NEQ: "<>",
    exp.LT: "<", exp.LTE: "<=", exp.GT: ">", exp.GTE: ">=", exp.And: "and", exp.Or: "or",
}  # fmt: skip
_CALLS: dict[type[exp.Expr], str] = {
    exp.Abs: "abs", exp.Round: "round", exp.Floor: "floor", exp.Ceil: "ceil", exp.Sign: "sign", exp.Sqrt: "sqrt", exp.Exp: "exp",
    exp.Ln: "ln", exp.Pow: "power", exp.Least: "least", exp.Greatest: "greatest", exp.Coalesce: "coalesce",
}  # fmt: skip


class _Reader:
    def __init__(self, text: str) -> None:
        self.text = text

    def node(self, tree: exp.Expr, depth: int) -> Node:
        if depth > MAX_DEPTH:
            raise invalid("the expression is nested too deeply.", self.at(tree), self.text)
        kind = type(tree)
        if kind is exp.Paren:
            return self.node(tree.this, depth + 1)
        if kind in _BINARY:
            return Node(_BINARY[kind], self.nodes([tree.this, tree.expression], depth), at=self.at(tree))
        if kind in _CALLS:
            return self.call(_CALLS[kind], self.arguments(tree), tree, depth)
        read = getattr(self, f"_{kind.__name__.lower()}", None)
        if read is None:
            raise self.refused(tree)
        found: Node = read(tree, depth)
        return found

    def nodes(self, trees: list[Any], depth: int) -> tuple[Node, ...]:
        return tuple([self.node(tree, depth + 1) for tree in trees])

    def at(self, tree: exp.Expr) -> int:
        return min((start for n in tree.walk() if (start := n.meta.get("start")) is not None), default=0)

    def refused(self, tree: exp.Expr) -> ConfigInvalid:
        name = tree.sql_name().lower() if isinstance(tree, exp.Func) else type(tree).__name__.lower()
        what = f"{name}()" if isinstance(tree, exp.Func) else f"{name!r}"
        return invalid(f"{what} is not part of the language; functions: {', '.join(FUNCTIONS)}.", self.at(tree), self.text)

    def arguments(self, tree: exp.Expr) -> list[Any]:
        out: list[Any] = []
        for name, value in tree.args.items():
            if isinstance(value, list):
                out.extend(value)
            elif isinstance(value, exp.Expr):
                out.append(value)
            elif value and name not in ("is_ceil", "ignore_nulls", "is_nvl"):
                raise self.refused(tree)
        return out

    def call(self, name: str, arguments: list[Any], tree: exp.Expr, depth: int) -> Node:
        function = FUNCTIONS.get(name)
        at = self.at(tree)
        if function is None:
            raise invalid(f"there is no function {name[:40]!r}; known: {', '.join(FUNCTIONS)}.", at, self.text)
        if not function.fewest <= len(arguments) <= function.most:
            raise invalid(f"{function.signature} has another number of arguments, not {len(arguments)}.", at, self.text)
        return Node(name, self.nodes(arguments, depth), at=at)

    def _anonymous(self, tree: exp.Expr, depth: int) -> Node:
        return self.call(str(tree.this).lower(), tree.expressions, tree, depth)

    def _log(self, tree: exp.Expr, depth: int) -> Node:
        if tree.expression is None or tree.this.sql() != "10":
            raise invalid("write ln(x) or log10(x).", self.at(tree), self.text)
        return self.call("log10", [tree.expression], tree, depth)

    def _column(self, tree: exp.Expr, depth: int) -> Node:
        if any(tree.args.get(part) for part in ("table", "db", "catalog")) or not isinstance(tree.this, exp.Identifier):
            raise invalid("a property is written by its key alone.", self.at(tree), self.text)
        return Node("name", value=tree.name, at=self.at(tree))

    def _literal(self, tree: exp.Expr, depth: int) -> Node:
        at = self.at(tree)
        if tree.args.get("is_string"):
            return Node("text", value=str(tree.this), at=at)
        try:
            number = float(str(tree.this))
        except ValueError:
            raise invalid(f"{str(tree.this)[:40]!r} is no number.", at, self.text) from None
        if not abs(number) < 1e300:
            raise invalid("the number is too large.", at, self.text)
        return Node("number", value=number, at=at)

    def _boolean(self, tree: exp.Expr, depth: int) -> Node:
        return Node("boolean", value=bool(tree.this), at=self.at(tree))

    def _null(self, tree: exp.Expr, depth: int) -> Node:
        return Node("null", at=self.at(tree))

    def _neg(self, tree: exp.Expr, depth: int) -> Node:
        inner = self.node(tree.this, depth + 1)
        return Node("number", value=-inner.value, at=inner.at) if inner.op == "number" else Node("neg", (inner,), at=inner.at)

    def _not(self, tree: exp.Expr, depth: int) -> Node:
        inner = self.node(tree.this, depth + 1)
        return Node("not", (inner,), at=inner.at)

    def _is(self, tree: exp.Expr, depth: int) -> Node:
        inner = self.node(tree.this, depth + 1)
        if isinstance(tree.expression, exp.Null):
            return Node("is null", (inner,), at=inner.at)
        if isinstance(tree.expression, exp.Boolean):
            return Node("=", (inner, self.node(tree.expression, depth + 1)), at=inner.at)
        raise self.refused(tree)

    def _between(self, tree: exp.Expr, depth: int) -> Node:
        return Node("between", self.nodes([tree.this, tree.args["low"], tree.args["high"]], depth), at=self.at(tree))

    def _in(self, tree: exp.Expr, depth: int) -> Node:
        if not tree.expressions or any(tree.args.get(part) for part in ("query", "unnest", "field")):
            raise invalid("in (…) takes a list of values written out.", self.at(tree), self.text)
        return Node("in", self.nodes([tree.this, *tree.expressions], depth), at=self.at(tree))

    def _if(self, tree: exp.Expr, depth: int) -> Node:
        return self.call("if", [x for x in (tree.this, tree.args.get("true"), tree.args.get("false")) if x is not None], tree, depth)

    def _case(self, tree: exp.Expr, depth: int) -> Node:
        """Conditions and results in turn, then the default: `case x when 1` becomes `case when x = 1`."""
        subject = None if tree.this is None else self.node(tree.this, depth + 1)
        args: list[Node] = []
        for branch in tree.args["ifs"]:
            condition = self.node(branch.this, depth + 1)
            args.append(condition if subject is None else Node("=", (subject, condition), at=condition.at))
            args.append(self.node(branch.args["true"], depth + 1))
        default = tree.args.get("default")
        args.append(Node("null", at=self.at(tree)) if default is None else self.node(default, depth + 1))
        return Node("case", tuple(args), at=self.at(tree))


def _position(err: SqlglotError, text: str) -> int:
    found = getattr(err, "errors", None)
    if not found:
        return 0
    line, column = found[0].get("line") or 1, found[0].get("col") or 1
    before = sum(len(part) + 1 for part in text.split("\n")[: line - 1])
    return max(0, min(before + column - 1, len(text) - 1))


def _words(err: SqlglotError) -> str:
    found = getattr(err, "errors", None)
    said = found[0].get("description", "") if found else str(err).partition("\n")[0]
    return f"this is no expression: {said[:160].rstrip('.')}. A name that is also an SQL word stands in double quotes."
