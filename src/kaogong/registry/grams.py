"""Text and fields as numbers that an index can hold: single characters, pairs and triples of neighbours.

One or two Chinese characters are words, so trigrams alone (SQLite's FTS5, PostgreSQL's pg_trgm) do not find them.
"""

from collections.abc import Sequence
from enum import IntEnum

import numpy as np
import numpy.typing as npt

Tokens = npt.NDArray[np.int64]

LONGEST = 3
SHIFT = np.uint64(18)  # 46 bits stay, so that a token and 16 bits of an id are one number that can be sorted
END = "\0"
FIELD_BIT = 1 << 46
FIELD_SHIFT = 40


class Field(IntEnum):
    """What besides text a thing is found by. Numbers are stored: never change one."""

    ALL = 0
    TYPE = 1
    PLACE = 2
    GATEWAY = 3
    IS_GATEWAY = 4
    TAG = 5
    GROUP = 6


def field_token(field: Field, number: int) -> int:
    """The token of one value of a field; `number` is an id, 0 for none."""
    return FIELD_BIT | field << FIELD_SHIFT | number


def text_tokens(texts: Sequence[str]) -> tuple[Tokens, npt.NDArray[np.int64]]:
    """The tokens of every text, and which text each is of; a token may come twice. Lines of a text are apart from each other."""
    letters = np.frombuffer((END.join(texts) + END).encode("utf-32-le", "surrogatepass"), np.uint32).astype(np.uint64)
    is_end = letters == 0
    owners = np.cumsum(is_end) - is_end
    usable = ~(is_end | (letters == ord("\n")))
    tokens, whose = [], []
    number, fits = np.zeros_like(letters), np.ones(len(letters), bool)
    for length in range(LONGEST):
        number = number[: len(letters) - length] + (letters[length:] << np.uint64(21 * length))
        fits = fits[: len(letters) - length] & usable[length:]
        tokens.append(_mixed(number[fits]))
        whose.append(owners[: len(fits)][fits])
    return np.concatenate(tokens), np.concatenate(whose)


def word_tokens(word: str) -> Tokens:
    """The tokens that every text with `word` in it has; a text with all of them need not have the word."""
    length = min(len(word), LONGEST)
    letters = np.frombuffer(word.encode("utf-32-le", "surrogatepass"), np.uint32).astype(np.uint64)
    number = np.zeros(len(letters) - length + 1, np.uint64)
    for at in range(length):
        number = number + (letters[at : len(letters) - length + 1 + at] << np.uint64(21 * at))
    return np.unique(_mixed(number))


def _mixed(number: npt.NDArray[np.uint64]) -> Tokens:
    """The finalizer of splitmix64 (Steele, Lea, Flood 2014), cut to 46 bits."""
    number = (number ^ (number >> np.uint64(30))) * np.uint64(0xBF58476D1CE4E5B9)
    number = (number ^ (number >> np.uint64(27))) * np.uint64(0x94D049BB133111EB)
    return ((number ^ (number >> np.uint64(31))) >> SHIFT).astype(np.int64)
