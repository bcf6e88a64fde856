"""Thousands of rows in one statement: as quick as each store can take them, with the meaning of a single insert."""

from collections.abc import Iterable, Mapping, Sequence
from itertools import repeat
from typing import Any, cast

from sqlalchemy import JSON, BigInteger, ColumnElement, Table, bindparam, func, select, text
from sqlalchemy.dialects.postgresql import ARRAY
from sqlalchemy.orm import Session

PAGE_CACHE_KIB = 256_000  # while a bulk is written; an index of a million rows that is read again and again costs more


class Same:
    """A value that every row of an insert has."""

    def __init__(self, value: Any) -> None:
        self.value = value


class Stored:
    """Values in the form in which they are stored, JSON as text."""

    def __init__(self, values: Sequence[Any]) -> None:
        self.values = values


def insert_columns(session: Session, table: type[Any], columns: Mapping[str, Sequence[Any] | Same | Stored]) -> None:
    """Insert rows given column by column; all sequences are of one length. Columns that are not given are NULL: defaults are not applied."""
    whole = cast(Table, table.__table__)
    length = next(
        len(values.values if isinstance(values, Stored) else values) for values in columns.values() if not isinstance(values, Same)
    )
    if not length:
        return
    session.flush()
    connection = session.connection()
    dialect = connection.dialect
    parts: list[Iterable[Any]] = []
    for name, values in columns.items():
        if isinstance(values, Stored):
            parts.append(values.values)
            continue
        convert = whole.c[name].type.dialect_impl(dialect).bind_processor(dialect)
        if isinstance(values, Same):
            parts.append(repeat(convert(values.value) if convert else values.value, length))
        else:
            parts.append(map(convert, values) if convert else values)
    raw = connection.connection.dbapi_connection
    assert raw is not None
    cursor: Any = raw.cursor()
    try:
        if dialect.name == "sqlite":
            marks = ", ".join("?" for _ in columns)
            cursor.executemany(f"INSERT INTO {whole.name} ({', '.join(columns)}) VALUES ({marks})", zip(*parts, strict=True))  # noqa: S608 - our own names
        else:
            with cursor.copy(f"COPY {whole.name} ({', '.join(columns)}) FROM STDIN") as copy:
                for row in zip(*parts, strict=True):
                    copy.write_row(row)
    finally:
        cursor.close()


def reserve_ids(session: Session, table: type[Any], count: int) -> int:
    """Take `count` ids of a table, consecutive; the first. Only inside a write, where nobody else takes any."""
    name = cast(Table, table.__table__).name
    session.flush()
    if session.get_bind().dialect.name == "sqlite":
        session.execute(text("INSERT INTO sqlite_sequence (name, seq) SELECT :n, 0 WHERE NOT EXISTS (SELECT 1 FROM sqlite_sequence WHERE name = :n)"), {"n": name})  # fmt: skip
        last = session.scalar(text("UPDATE sqlite_sequence SET seq = seq + :c WHERE name = :n RETURNING seq"), {"n": name, "c": count})
        return int(last or 0) - count + 1
    sequence = session.scalar(text("SELECT pg_get_serial_sequence(:n, 'id')"), {"n": name})
    first = int(session.scalar(text("SELECT nextval(CAST(:s AS regclass))"), {"s": sequence}) or 0)
    session.execute(text("SELECT setval(CAST(:s AS regclass), :last)"), {"s": sequence, "last": first + count - 1})
    return first


def roomy(session: Session) -> None:
    """Give this connection of SQLite a large page cache until it is closed; a bulk is about to be written."""
    if session.get_bind().dialect.name == "sqlite":
        session.execute(text(f"PRAGMA cache_size=-{PAGE_CACHE_KIB}"))


def modest(session: Session) -> None:
    """What `roomy` took is given back."""
    if session.get_bind().dialect.name == "sqlite":
        session.execute(text("PRAGMA cache_size=-16000"))
        session.execute(text("PRAGMA shrink_memory"))


def among(session: Session, column: Any, values: Sequence[int] | Sequence[str]) -> ColumnElement[bool]:
    """`column IN values` for any number of values, as one parameter."""
    if session.get_bind().dialect.name == "sqlite":
        listed = func.json_each(bindparam(None, list(values), type_=JSON())).table_valued("value")
        found: ColumnElement[bool] = column.in_(select(listed.c.value))
        return found
    kind = BigInteger() if not values or isinstance(values[0], int) else column.type
    return cast(ColumnElement[bool], column == func.any(bindparam(None, list(values), type_=ARRAY(kind))))
