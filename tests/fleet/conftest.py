"""The platform as devices meet it."""

from tests.security.conftest import doors

__all__ = ["doors"]
