"""Finds plugins by file name: a new plugin is one file, and nothing else is touched."""

import importlib
import inspect
import pkgutil
from importlib.metadata import entry_points
from typing import Generic, TypeVar

from kaogong.core.errors import ConfigInvalid

T = TypeVar("T")


class Shelf(Generic[T]):
    """The plugins of one package. Names come from file names; only what is asked for is imported.

    Other distributions add plugins by entry points whose group is the package's dotted path.
    """

    def __init__(self, package: str, base: type[T], reserved: frozenset[str] = frozenset({"base"})) -> None:
        self.package, self.base, self._reserved = package, base, reserved

    def names(self) -> list[str]:
        """Every plugin's name, sorted; imports none of them."""
        path = importlib.import_module(self.package).__path__
        own = {m.name for m in pkgutil.iter_modules(path)} - self._reserved
        return sorted(own | {e.name for e in entry_points(group=self.package)})

    def load(self, name: str) -> type[T]:
        """The plugin's class; ConfigInvalid names the known ones when there is no such plugin."""
        if name not in self.names():
            raise ConfigInvalid(f"There is no {name!r} here; known: {', '.join(self.names())}.", code="plugin_unknown", field="driver")
        for entry in entry_points(group=self.package):
            if entry.name == name:
                found: type[T] = entry.load()
                return found
        module = importlib.import_module(f"{self.package}.{name}")
        for _, member in inspect.getmembers(module, inspect.isclass):
            if issubclass(member, self.base) and member.__module__ == module.__name__ and not inspect.isabstract(member):
                return member
        raise ConfigInvalid(f"{module.__name__} defines no {self.base.__name__}.", code="plugin_empty")
