"""Passwords of people: Argon2id, and what a usable one must be."""

from argon2 import PasswordHasher
from argon2.exceptions import InvalidHashError, VerifyMismatchError

from kaogong.core.errors import ConfigInvalid

SHORTEST = 10
LONGEST = 256

# OWASP's second recommended setting: 19 MiB keeps a mass login from taking the machine's memory.
_HASHER = PasswordHasher(time_cost=2, memory_cost=19_456, parallelism=1)

# Compared when nobody has the name, so that the answer takes as long as for somebody.
_NOBODY = _HASHER.hash("nobody")


def hash_password(password: str) -> str:
    """The Argon2id hash to keep, with its parameters and salt inside."""
    return _HASHER.hash(password)


def is_password(kept: str | None, password: str) -> bool:
    """Whether `password` is the one whose hash is `kept`; as slow for an unknown person (None) as for a known one."""
    try:
        return _HASHER.verify(kept or _NOBODY, password) and kept is not None
    except (VerifyMismatchError, InvalidHashError):
        return False


def check_password(password: str, person: str) -> None:
    """Raise ConfigInvalid that says what is wrong with a new password."""
    problem = None
    if len(password) < SHORTEST:
        problem = f"at least {SHORTEST} characters"
    elif len(password) > LONGEST:
        problem = f"at most {LONGEST} characters"
    elif person.lower() in password.lower():
        problem = "one that does not contain the login name"
    elif len(set(password)) < 5:
        problem = "one with at least five different characters"
    if problem:
        raise ConfigInvalid(f"This password is too easy to guess: choose {problem}.", code="password_weak", field="password")
