"""Slows down whoever guesses passwords, without keeping the owner out."""

from collections import OrderedDict
from dataclasses import dataclass, field
from threading import Lock
from time import monotonic

from kaogong.core.errors import Overloaded

WINDOW_S = 300.0
PER_NAME = 5  # failures of one name from one address
PER_ADDRESS = 50
REMEMBERED = 20_000  # so that made-up names cannot take the memory


@dataclass
class Throttle:
    """Counts failed logins by name and address over the last five minutes."""

    _failures: OrderedDict[tuple[str, str], list[float]] = field(default_factory=OrderedDict)
    _lock: Lock = field(default_factory=Lock)

    def check(self, name: str, address: str) -> None:
        """Raise Overloaded while this name or address has failed too often; says when to come back."""
        with self._lock:
            wait = max(self._wait((name, address), PER_NAME), self._wait(("", address), PER_ADDRESS))
        if wait > 0:
            raise Overloaded(
                f"Too many failed logins. Try again in {wait:.0f} s.", code="too_many_logins", retry_after_s=float(int(wait) + 1)
            )

    def failed(self, name: str, address: str) -> None:
        """Count one failed login."""
        with self._lock:
            for key in ((name, address), ("", address)):
                self._failures.setdefault(key, []).append(monotonic())
                self._failures.move_to_end(key)
            while len(self._failures) > REMEMBERED:
                self._failures.popitem(last=False)

    def succeeded(self, name: str, address: str) -> None:
        """Forget the failures of this name from this address."""
        with self._lock:
            self._failures.pop((name, address), None)

    def _wait(self, key: tuple[str, str], allowed: int) -> float:
        since = monotonic() - WINDOW_S
        recent = [moment for moment in self._failures.get(key, []) if moment > since]
        if not recent:
            self._failures.pop(key, None)
            return 0.0
        self._failures[key] = recent
        return recent[-allowed] - since if len(recent) >= allowed else 0.0
