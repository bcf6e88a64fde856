"""Keys of things: what may stand in a topic, a URL and a column name alike."""

import re

from kaogong.core.errors import ConfigInvalid

KEY = re.compile(r"[A-Za-z0-9][A-Za-z0-9_-]{0,63}")
PROPERTY_KEY = re.compile(r"[a-z_][a-z0-9_]{0,62}")
RESERVED_PROPERTIES = frozenset({"ts", "values", "devices", "v", "q", "u", "c"})


def check_key(key: str, what: str) -> str:
    """Return `key`, or raise ConfigInvalid that says what a key of `what` may be."""
    if not KEY.fullmatch(key):
        raise ConfigInvalid(
            f"The {what} key {key[:80]!r} is not usable: 1 to 64 letters, digits, '-' or '_', beginning with a letter or digit.",
            code="key_invalid",
            field="key",
        )
    return key


def check_property_key(key: str) -> str:
    """Return `key`, or raise ConfigInvalid that says what a property key may be."""
    if key in RESERVED_PROPERTIES or not PROPERTY_KEY.fullmatch(key):
        raise ConfigInvalid(
            f"The property key {key[:80]!r} is not usable: 1 to 63 lower-case letters, digits or '_', beginning with a letter or '_', "
            f"and none of {', '.join(sorted(RESERVED_PROPERTIES))}.",
            code="key_invalid",
            field="key",
        )
    return key
