"""The relational store: engine, unit of work, outbox, pages of lists, schema migrations.

May use core alone; owns the transaction, so nothing else in the platform commits.
Called by every room that keeps rows (audit, registry, security, fleet) and by the entry points that open a `Database`.
"""

from kaogong.db import outbox
from kaogong.db.base import Base, IdText, Utc
from kaogong.db.database import Database
from kaogong.db.many import Same, Stored, among, insert_columns, modest, reserve_ids, roomy
from kaogong.db.outbox import Change, Relay
from kaogong.db.page import Page, after, cursor, page_limit

__all__ = [
    "Base",
    "Change",
    "Database",
    "IdText",
    "Page",
    "Relay",
    "Same",
    "Stored",
    "Utc",
    "after",
    "among",
    "cursor",
    "insert_columns",
    "modest",
    "outbox",
    "page_limit",
    "reserve_ids",
    "roomy",
]
