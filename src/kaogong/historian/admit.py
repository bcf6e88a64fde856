"""The first wall around people's SQL: one SELECT over named views with listed functions, and nothing else gets through.

The answer is written anew from the syntax tree, so no character of what was sent reaches the engine unread.
"""

import re
import secrets
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field

import sqlglot
from sqlglot import exp
from sqlglot.errors import SqlglotError

from kaogong.core.errors import ConfigInvalid, TooLarge
from kaogong.historian.admitted import COMING, FUNCTIONS, NAMED, PARSED_FUNCTIONS, SYNTAX, TABLES, VIEWS

DIALECT = "clickhouse"
MAX_SQL_CHARACTERS = 20_000
# The parser stumbles over some nonsense with errors of Python's own.
PARSER_FAULTS = (SqlglotError, RecursionError, LookupError, ValueError, TypeError, AttributeError)

_NAME = re.compile(r"[A-Za-z_][A-Za-z0-9_]{0,62}")

_SELECT_PARTS = {"expressions", "from_", "from", "joins", "where", "group", "having", "order", "limit", "offset", "with_", "with", "distinct",
                 "windows"}  # fmt: skip
_TABLE_PARTS = {"this", "alias"}
_IN_PARTS = {"this", "expressions", "query"}
_LIMIT_PARTS = {"expression", "offset"}
_JOIN_KINDS = {"", "INNER", "CROSS", "OUTER", "ANY", "SEMI", "ANTI", "ASOF"}


@dataclass(frozen=True, slots=True)
class View:
    """One use of a view: what stands for it in the text, the columns asked for, and names it is narrowed to."""

    name: str
    placeholder: str
    columns: tuple[str, ...]
    narrowed: Mapping[str, frozenset[str]] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Admitted:
    """A query that may run once each view's placeholder is replaced by what it stands for."""

    sql: str
    views: Sequence[View]


def admit(sql: str, limit: int) -> Admitted:
    """Check `sql` and return it rewritten, answering at most `limit` + 1 rows; ConfigInvalid names what is not admitted."""
    if len(sql) > MAX_SQL_CHARACTERS:
        raise TooLarge(f"The query is longer than {MAX_SQL_CHARACTERS} characters.", code="sql_too_long", limit=MAX_SQL_CHARACTERS)
    select = _parsed(sql)
    for node in select.walk():
        _check(node)
    views = list(_placed(select))
    _limited(select, limit)
    return Admitted(select.sql(dialect=DIALECT, comments=False), views)


def refused(message: str, code: str = "sql_not_admitted") -> ConfigInvalid:
    """The error for a query that is not admitted."""
    return ConfigInvalid(message, code=code, field="sql")


def _parsed(sql: str) -> exp.Select:
    try:
        statements = [s for s in sqlglot.parse(sql, dialect=DIALECT) if s is not None]
    except PARSER_FAULTS as err:
        raise refused(f"The query cannot be read: {_plain(str(err))}", code="sql_invalid") from err
    if len(statements) != 1:
        raise refused("Write one SELECT.")
    statement = statements[0]
    if isinstance(statement, exp.SetOperation):
        raise refused("UNION, INTERSECT and EXCEPT are not admitted; write one SELECT.")
    if not isinstance(statement, exp.Select):
        raise refused(f"Only a SELECT is admitted, not {type(statement).__name__.upper()}.")
    return statement


def _check(node: exp.Expr) -> None:
    kind = type(node).__name__
    if isinstance(node, exp.Func) and kind not in (
        "Anonymous",
        "AnonymousAggFunc",
        "CombinedAggFunc",
        "ParameterizedAgg",
        "CombinedParameterizedAgg",
    ):
        if kind not in PARSED_FUNCTIONS:
            raise refused(f"The function {node.sql_name().lower()} is not admitted.", code="sql_function")
    elif kind not in SYNTAX:
        raise refused(f"{kind} is not admitted in a query.")
    rule = _RULES.get(type(node))
    if rule is not None:
        rule(node)


def _function(node: exp.Expr) -> None:
    name = node.this if isinstance(node.this, str) else node.name
    if name not in FUNCTIONS:
        raise refused(f"The function {name} is not admitted.", code="sql_function")


def _only(node: exp.Expr, parts: set[str], what: str) -> None:
    for part, value in node.args.items():
        if value not in (None, [], False) and part not in parts:
            raise refused(f"{part.strip('_').replace('_', ' ').upper()} is not admitted in {what}.")


def _select(node: exp.Expr) -> None:
    _only(node, _SELECT_PARTS, "a query")


def _table(node: exp.Expr) -> None:
    offered = ", ".join(VIEWS)
    if not isinstance(node.this, exp.Identifier):
        raise refused(f"Table functions are not admitted; read from {offered}.", code="sql_table")
    if node.args.get("db") or node.args.get("catalog"):
        raise refused(f"{node.sql(dialect=DIALECT)[:80]} cannot be read from; there are {offered}.", code="sql_table")
    _only(node, _TABLE_PARTS, "FROM")


def _star(node: exp.Expr) -> None:
    _only(node, set(), "*")


def _column(node: exp.Expr) -> None:
    if node.args.get("db") or node.args.get("catalog"):
        raise refused(f"{node.sql(dialect=DIALECT)} is not a column.")


def _in(node: exp.Expr) -> None:
    # A bare name to the right of IN means a table to the engine.
    _only(node, _IN_PARTS, "IN")
    for item in node.expressions:
        if not isinstance(item, exp.Subquery | exp.Select) and item.find(exp.Column, exp.Identifier):
            raise refused("To the right of IN stands a list of values or a SELECT.")


def _cte(node: exp.Expr) -> None:
    if not isinstance(node.this, exp.Select):
        raise refused("WITH names SELECTs only.")
    if node.alias in TABLES or not _NAME.fullmatch(node.alias):
        raise refused(f"WITH cannot take the name {node.alias[:80]!r}; choose another.")


def _with(node: exp.Expr) -> None:
    if node.args.get("recursive"):
        raise refused("WITH RECURSIVE is not admitted.")


def _subquery(node: exp.Expr) -> None:
    _only(node, {"this", "alias"}, "a subquery")
    if not isinstance(node.this, exp.Select):
        raise refused("A subquery is one SELECT.")


def _limit(node: exp.Expr) -> None:
    _only(node, _LIMIT_PARTS, "LIMIT")
    if not isinstance(node.expression, exp.Literal) or node.expression.is_string:
        raise refused("LIMIT and OFFSET take a number.")


def _join(node: exp.Expr) -> None:
    if (node.args.get("kind") or "").upper() not in _JOIN_KINDS or not isinstance(node.this, exp.Table | exp.Subquery):
        raise refused("Join views and subqueries only.")


def _exists(node: exp.Expr) -> None:
    if not isinstance(node.this, exp.Select | exp.Subquery):
        raise refused("EXISTS takes a SELECT.")


_RULES: Mapping[type[exp.Expr], Callable[[exp.Expr], None]] = {
    exp.Star: _star, exp.Anonymous: _function, exp.AnonymousAggFunc: _function, exp.CombinedAggFunc: _function, exp.ParameterizedAgg: _function,
    exp.CombinedParameterizedAgg: _function, exp.Select: _select, exp.Table: _table, exp.Column: _column, exp.In: _in, exp.CTE: _cte,
    exp.With: _with, exp.Subquery: _subquery, exp.Limit: _limit, exp.Offset: _limit, exp.Join: _join, exp.Exists: _exists,
}  # fmt: skip


def _placed(select: exp.Select) -> Iterator[View]:
    """Put a placeholder in the place of every view and say what is asked of it."""
    ctes = {cte.alias for cte in select.find_all(exp.CTE)}
    everything = any(not isinstance(star.parent, exp.Count) for star in select.find_all(exp.Star))
    asked = {column.name for column in select.find_all(exp.Column)} | _joined_by(select)
    for table in list(select.find_all(exp.Table)):
        name = table.name
        if name in ctes:
            continue
        if name in COMING:
            raise refused(COMING[name], code="sql_not_yet")
        if name not in VIEWS:
            raise refused(f"There is no {name[:80]!r} to read from; there are {', '.join(VIEWS)}.", code="sql_table")
        columns = tuple(c for c in VIEWS[name] if everything or c in asked) or ("observed_at",)
        view = View(name, f"view_{secrets.token_hex(8)}", columns, _narrowed(table))
        alias = table.alias or name
        table.replace(exp.Table(this=exp.to_identifier(view.placeholder), alias=exp.TableAlias(this=exp.to_identifier(alias))))
        yield view


def _joined_by(select: exp.Select) -> set[str]:
    return {name.name for join in select.find_all(exp.Join) for name in join.args.get("using") or []}


def _narrowed(table: exp.Table) -> dict[str, frozenset[str]]:
    """Names that conditions of the surrounding WHERE hold this view to: the ids go beside them, or everything would be read."""
    scope = table.find_ancestor(exp.Select)
    where = scope.args.get("where") if scope is not None else None
    if scope is None or where is None:
        return {}
    sources = list(scope.find_all(exp.Table, exp.Subquery))
    alone = len([s for s in sources if s.find_ancestor(exp.Select) is scope]) == 1
    alias = table.alias or table.name
    found: dict[str, frozenset[str]] = {}
    for condition in _conjuncts(where.this):
        column, names = _held(condition)
        if column is None or column.name not in NAMED or not (column.table == alias or (alone and not column.table)):
            continue
        found[column.name] = found[column.name] & names if column.name in found else names
    return found


def _conjuncts(condition: exp.Expr) -> Iterator[exp.Expr]:
    if isinstance(condition, exp.And):
        yield from _conjuncts(condition.this)
        yield from _conjuncts(condition.expression)
    elif isinstance(condition, exp.Paren):
        yield from _conjuncts(condition.this)
    else:
        yield condition


def _held(condition: exp.Expr) -> tuple[exp.Column | None, frozenset[str]]:
    """The column and the names of `column = 'name'` or `column IN ('name', …)`."""
    if isinstance(condition, exp.EQ):
        for column, value in ((condition.this, condition.expression), (condition.expression, condition.this)):
            if isinstance(column, exp.Column) and isinstance(value, exp.Literal) and value.is_string:
                return column, frozenset([value.name])
    if isinstance(condition, exp.In) and isinstance(condition.this, exp.Column) and condition.expressions:
        values = condition.expressions
        if all(isinstance(v, exp.Literal) and v.is_string for v in values):
            return condition.this, frozenset(v.name for v in values)
    return None, frozenset()


def _limited(select: exp.Select, limit: int) -> None:
    own = select.args.get("limit")
    wanted = min(int(own.expression.name), limit + 1) if isinstance(own, exp.Limit) else limit + 1
    select.limit(wanted, copy=False)


def _plain(text: str) -> str:
    """A parser's message without the terminal's underlining."""
    return re.sub(r"\x1b\[\d*m", "", text).splitlines()[0][:300]
