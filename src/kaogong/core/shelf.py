"""Finds plugins by file name: a new plugin is one file, and nothing else is touched."""

import ast
import importlib
import inspect
import pkgutil
from importlib.metadata import entry_points
from importlib.util import find_spec
from pathlib import Path
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

    def describe(self, name: str) -> str:
        """What the plugin's class says of itself, read from its source: neither it nor its vendor's library is imported."""
        module = next((e.module for e in entry_points(group=self.package) if e.name == name), f"{self.package}.{name}")
        spec = find_spec(module) if name in self.names() else None
        if spec is None or spec.origin is None:
            return ""
        tree = ast.parse(Path(spec.origin).read_text(encoding="utf-8"))
        classes = [node for node in tree.body if isinstance(node, ast.ClassDef)]
        named = [node for node in classes if node.name.lower() == name.replace("_", "")]
        based = [node for node in classes if any(ast.unparse(base).partition("[")[0] == self.base.__name__ for base in node.bases)]
        return next((text for node in [*named, *based] if (text := ast.get_docstring(node))), ast.get_docstring(tree) or "")

    def load(self, name: str) -> type[T]:
        """The plugin's class; ConfigInvalid names the known ones when there is no such plugin, or the library it lacks."""
        if name not in self.names():
            raise ConfigInvalid(f"There is no {name!r} here; known: {', '.join(self.names())}.", code="plugin_unknown", field="driver")
        try:
            return self._load(name)
        except ModuleNotFoundError as err:
            if err.name is None or err.name.startswith("kaogong"):
                raise
            message = f"{name!r} needs the library {err.name!r}, which is not installed here."
            raise ConfigInvalid(message, code="plugin_library_missing", field="driver", library=err.name) from err

    def _load(self, name: str) -> type[T]:
        for entry in entry_points(group=self.package):
            if entry.name == name:
                found: type[T] = entry.load()
                return found
        module = importlib.import_module(f"{self.package}.{name}")
        for _, member in inspect.getmembers(module, inspect.isclass):
            if issubclass(member, self.base) and member.__module__ == module.__name__ and not inspect.isabstract(member):
                return member
        raise ConfigInvalid(f"{module.__name__} defines no {self.base.__name__}.", code="plugin_empty")
