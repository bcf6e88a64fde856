"""File peer: a CSV file with a thousand columns."""

from pathlib import Path
from typing import Any, ClassVar, Self

from tests.simulators.peer import Peer


class CsvPeer(Peer):
    """A file that somebody writes."""

    name = "csv"
    refusal = "file_missing"
    gaps: ClassVar = {
        "write": "never: a source is read",
        "wrong_login": "never: a file knows no login",
        "cancel": "never: a file answers or fails at once",
        "half_open": "never: a file answers or fails at once",
        "slow_peer": "never: a file has no cable",
        "pulled_cable": "never: a file has no cable",
    }

    async def start(self) -> None:
        self.port = str(self.folder / "export.csv")
        away = Path(f"{self.port}.away")
        if away.exists():
            away.rename(self.port)
            return
        head = ",".join(["at", *(f"p{i}" for i in range(1000))])
        lines = (",".join([f"2026-11-21T08:00:0{n}Z", *(f"{i * 0.5 + 1 - n}" for i in range(1000))]) for n in (0, 1))
        Path(self.port).write_text("\n".join([head, *lines]) + "\n2026-11-21T08:00:02Z,7,this line is still being wri")

    async def stop(self) -> None:
        Path(self.port).rename(f"{self.port}.away")

    def config(self, port: Any = None) -> dict[str, Any]:
        return {"path": port or self.port, "time_column": "at", "timeout_s": 5.0}

    def address(self, i: int) -> dict[str, Any]:
        return {"name": f"p{i}"}

    def expected(self, i: int) -> Any:
        return i * 0.5

    def bad_address(self) -> dict[str, Any]:
        return {"name": "nowhere"}

    def mistyped_address(self) -> dict[str, Any]:
        return {"name": "p1", "type": "integer"}

    def browsable(self) -> dict[str, Any]:
        return {"name": "p77"}

    async def nowhere(self) -> Any:
        return str(self.folder / "nowhere.csv")

    def silent(self) -> Any:
        raise NotImplementedError

    def cable(self, *, is_slow: bool = False) -> Any:
        raise NotImplementedError

    def garbage(self) -> "GarbageFile":
        return GarbageFile(self.folder / "garbage.csv")

    async def load(self, given: Any) -> None:
        """{"text": …, "encoding": …}."""
        Path(self.port).write_bytes(given["text"].encode(given.get("encoding", "utf-8")))

    async def connections(self) -> int:
        return sum(1 for fd in Path("/proc/self/fd").iterdir() if str(fd.resolve()) == self.port)


class GarbageFile:
    """A file with bytes that are no text."""

    def __init__(self, path: Path) -> None:
        self.port: Any = str(path)
        self.connections = 0

    async def __aenter__(self) -> Self:
        Path(self.port).write_bytes(bytes((37 * i + 11) % 256 for i in range(5000)))
        return self

    async def __aexit__(self, *_: object) -> None: ...


PEERS = [CsvPeer]
