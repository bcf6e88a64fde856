"""What people write: any script, no control characters, bounded; and how it is folded to be found again."""

import re
import unicodedata

from kaogong.core.errors import ConfigInvalid
from kaogong.registry.types import Name

NAME_LENGTH = 200
DESCRIPTION_LENGTH = 2000
SEARCHED_LENGTH = 500  # four bytes each still fit an index entry of PostgreSQL

# Control characters break terminals and logs, lone surrogates have no UTF-8, NUL is refused by PostgreSQL.
_UNUSABLE = re.compile(r"[\x00-\x1f\x7f-\x9f\ud800-\udfff\u2028\u2029]")
_UNUSABLE_IN_LINES = re.compile(r"[\x00-\x08\x0b-\x1f\x7f-\x9f\ud800-\udfff]")


def checked(text: str, field: str, *, length: int = NAME_LENGTH, lines: bool = False) -> str:
    """`text` without blanks around it, or ConfigInvalid naming `field`."""
    kept = text.strip()
    if kept.isprintable() and len(kept) <= length:
        return kept
    if (_UNUSABLE_IN_LINES if lines else _UNUSABLE).search(kept):
        raise ConfigInvalid(f"{field} holds a control character: write plain text.", code="text_invalid", field=field)
    if len(kept) > length:
        raise ConfigInvalid(f"{field} has {len(kept)} characters; at most {length} fit.", code="text_too_long", field=field, limit=length)
    return kept


def checked_name(name: Name, field: str, fallback: str = "") -> Name:
    """The name in both languages; `fallback` (the key) where none was given."""
    return Name(en=checked(name.en, f"{field}.en") or fallback, zh=checked(name.zh, f"{field}.zh") or fallback)


def checked_description(name: Name, field: str) -> Name:
    """A longer text in both languages; may have lines, may be empty."""
    return Name(
        en=checked(name.en, f"{field}.en", length=DESCRIPTION_LENGTH, lines=True),
        zh=checked(name.zh, f"{field}.zh", length=DESCRIPTION_LENGTH, lines=True),
    )


def folded(text: str) -> str:
    """How text is compared in searches: full width and half width, upper and lower case are one."""
    return text.lower() if text.isascii() else unicodedata.normalize("NFKC", text).casefold()


def searchable(key: str, en: str, zh: str) -> str:
    """What a search looks into: key and names, a line each so that no match spans two of them."""
    return "\n".join(dict.fromkeys([folded(key), folded(en), folded(zh)]))[:SEARCHED_LENGTH]


def search_words(q: str | None) -> list[str]:
    """The words that must all be found; [] for everything."""
    return folded(checked(q or "", "q")).split()
