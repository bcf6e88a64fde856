"""The search index: which devices and assets have a token. One index answers words, filters and counts, on both stores alike.

A list of a million is never read through: tokens are intersected block by block, and what is left names the rows to read.
"""

from collections.abc import Iterable, Mapping, Sequence
from enum import IntEnum
from typing import NamedTuple

import numpy as np
import numpy.typing as npt
from sqlalchemy import ColumnElement, delete, func, select
from sqlalchemy.orm import Session

from kaogong.db import Same, among, insert_columns
from kaogong.registry import members
from kaogong.registry.grams import Field, Tokens, field_token, text_tokens, word_tokens
from kaogong.registry.tables import PostingRow

Ids = npt.NDArray[np.int64]

BITS = 16
RAREST = 6  # of a query's text tokens; more of them narrow it hardly further


class Indexed(IntEnum):
    """Whose index. Numbers are stored: never change one."""

    DEVICE = 0
    ASSET = 1


class Shelf(NamedTuple):
    """One index of one tenant."""

    tenant_id: int
    kind: Indexed


def add(session: Session, where: Shelf, ids: Ids, tokens: Tokens, owners: npt.NDArray[np.int64]) -> None:
    """Put new things into the index: `tokens[n]` is one of the thing `ids[owners[n]]`."""
    numbers = ids[owners]
    blocks = numbers >> BITS
    for block in np.unique(blocks).tolist():
        mine = blocks == block
        packed = np.sort(tokens[mine] << BITS | numbers[mine] & (members.BLOCK - 1))
        packed = packed[np.diff(packed, prepend=-1) != 0]  # np.unique hashes, which takes ten times as long
        listed, low = packed >> BITS, (packed & (members.BLOCK - 1)).astype(np.uint16)
        starts = np.flatnonzero(np.diff(listed, prepend=-1))
        parts = dict(zip(listed[starts].tolist(), np.split(low, starts[1:]), strict=True))
        _merge(session, where, block, parts)


def change(session: Session, where: Shelf, id_: int, before: Iterable[int], after: Iterable[int]) -> None:
    """One thing lost the tokens that are in `before` alone and got those in `after` alone."""
    former, later = set(before), set(after)
    one = np.array([id_ & (members.BLOCK - 1)], np.uint16)
    _merge(session, where, id_ >> BITS, dict.fromkeys(later - former, one))
    _cut(session, where, id_ >> BITS, dict.fromkeys(former - later, one))


def move(session: Session, where: Shelf, ids: Ids, former: int, later: int) -> None:
    """Many things got the token `later` in place of `former`."""
    for block, low in _blocks(np.sort(ids)):
        _cut(session, where, block, {former: low})
        _merge(session, where, block, {later: low})


def _cut(session: Session, where: Shelf, block: int, parts: Mapping[int, members.Low]) -> None:
    none = np.empty(0, np.uint16)
    stored = _rows(session, where, block, list(parts))
    left = {token: members.changed(former, none, parts[token]) for token, former in stored.items()}
    _replace(session, where, block, list(stored), {token: (packed, count) for token, (packed, count) in left.items() if count})


def tokens_of(text: str, fields: Iterable[int]) -> set[int]:
    """The tokens of one thing."""
    return {*text_tokens([text])[0].tolist(), *fields}


def device_fields(type_id: int, places: Sequence[int], gateway_id: int | None, *, is_gateway: bool) -> list[int]:
    """The field tokens of a device; `places` are its own and all above it."""
    gateway = (field_token(Field.GATEWAY, gateway_id or 0), field_token(Field.IS_GATEWAY, int(is_gateway)))
    return [*asset_fields(type_id, places), *gateway]


def asset_fields(type_id: int | None, places: Sequence[int]) -> list[int]:
    """The field tokens of an asset."""
    stands = [field_token(Field.PLACE, one) for one in places or (0,)]
    return [field_token(Field.ALL, 0), field_token(Field.TYPE, type_id or 0), *stands]


def total(session: Session, where: Shelf, token: int) -> int:
    """How many things have the token."""
    query = select(func.sum(PostingRow.count)).where(*_of(where), PostingRow.token == token)
    return int(session.scalar(query) or 0)


def values(session: Session, where: Shelf, field: Field, wanted: Sequence[int]) -> dict[int, int]:
    """How many things have each of the `wanted` values of a field; those that none has are left out."""
    first = field_token(field, 0)
    return {token - first: count for token, count in _counts(session, where, [first + one for one in wanted]).items()}


def values_among(session: Session, where: Shelf, field: Field, ids: Ids, wanted: Sequence[int]) -> dict[int, int]:
    """The same among `ids`, which are ascending."""
    first = field_token(field, 0)
    flags = {block: members.bits(members.pack(low)) for block, low in _blocks(ids)}
    found: dict[int, int] = {}
    query = select(PostingRow.token, PostingRow.block, PostingRow.members).where(*_of(where))
    for token, block, stored in session.execute(query.where(among(session, PostingRow.token, [first + one for one in wanted]))):
        count = members.count_common(stored, flags[block]) if block in flags else 0
        if count:
            found[token - first] = found.get(token - first, 0) + count
    return found


def find(session: Session, where: Shelf, fields: Sequence[int], words: Sequence[str]) -> Ids:
    """The ids of the things that have all `fields` and may have all `words` in their text, ascending.

    A word of up to three characters is certain; of a longer one only its triples are.
    """
    texts = sorted({token for word in words for token in word_tokens(word).tolist()})
    if texts:
        counts = _counts(session, where, [*texts, *fields])
        if len(counts) < len(texts) + len(fields):
            return np.empty(0, np.int64)
        texts = sorted(texts, key=lambda token: counts[token])[:RAREST]
    tokens = [*fields, *texts] or [field_token(Field.ALL, 0)]
    query = select(PostingRow.block, PostingRow.members).where(*_of(where), PostingRow.token.in_(tokens))
    blocks: dict[int, list[bytes]] = {}
    for block, stored in session.execute(query):
        blocks.setdefault(block, []).append(stored)
    found = [members.common(sets).astype(np.int64) + (block << BITS) for block, sets in sorted(blocks.items()) if len(sets) == len(tokens)]
    return np.concatenate(found) if found else np.empty(0, np.int64)


def is_certain(words: Sequence[str]) -> bool:
    """Whether `find` is right without looking at the text."""
    return all(len(word) <= 3 for word in words)


def is_there(session: Session, where: Shelf) -> bool:
    """Whether anything is in it."""
    return session.scalar(select(PostingRow.token).where(*_of(where)).limit(1)) is not None


def clear(session: Session, where: Shelf) -> None:
    """Forget the whole index, to build it anew."""
    session.execute(delete(PostingRow).where(*_of(where)))


def _merge(session: Session, where: Shelf, block: int, parts: Mapping[int, members.Low]) -> None:
    none = np.empty(0, np.uint16)
    stored = _rows(session, where, block, list(parts))
    grown = {
        token: members.changed(stored[token], low, none) if token in stored else (members.pack(low), len(low))
        for token, low in parts.items()
    }
    _replace(session, where, block, list(stored), grown)


def _replace(session: Session, where: Shelf, block: int, former: Sequence[int], later: Mapping[int, tuple[bytes, int]]) -> None:
    """Write rows anew: two statements instead of one for every token."""
    if former:
        mine = (*_of(where), PostingRow.block == block, among(session, PostingRow.token, former))
        session.execute(delete(PostingRow).where(*mine).execution_options(synchronize_session=False))
    columns = {"tenant_id": Same(where.tenant_id), "kind": Same(int(where.kind)), "block": Same(block)}
    tokens = sorted(later)
    packs, counts = [later[token][0] for token in tokens], [later[token][1] for token in tokens]
    insert_columns(session, PostingRow, columns | {"token": tokens, "count": counts, "members": packs})


def _rows(session: Session, where: Shelf, block: int, tokens: Sequence[int]) -> dict[int, bytes]:
    if not tokens:
        return {}
    in_block = (*_of(where), PostingRow.block == block)
    query = select(PostingRow.token, PostingRow.members).where(*in_block, among(session, PostingRow.token, tokens))
    return {token: stored for token, stored in session.execute(query)}  # noqa: C416


def _counts(session: Session, where: Shelf, tokens: Sequence[int]) -> dict[int, int]:
    query = select(PostingRow.token, func.sum(PostingRow.count)).where(*_of(where), among(session, PostingRow.token, tokens))
    return {token: int(count) for token, count in session.execute(query.group_by(PostingRow.token))}


def _blocks(ids: Ids) -> Iterable[tuple[int, members.Low]]:
    blocks = ids >> BITS
    for block in np.unique(blocks).tolist():
        yield block, (ids[blocks == block] & (members.BLOCK - 1)).astype(np.uint16)


def _of(where: Shelf) -> tuple[ColumnElement[bool], ...]:
    return PostingRow.tenant_id == where.tenant_id, PostingRow.kind == int(where.kind)
