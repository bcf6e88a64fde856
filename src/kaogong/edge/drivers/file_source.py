"""Values out of text files with columns: one that grows, or a folder that others drop exports into."""

import asyncio
import codecs
import contextlib
import csv
import os
from collections.abc import Callable, Iterator, Sequence
from datetime import datetime
from pathlib import Path
from typing import Any, Literal, TypeVar

from pydantic import Field, field_validator

from kaogong.core.errors import NotReady
from kaogong.core.reading import Sample
from kaogong.edge.drivers.base import Browsed, Driver, Point, advanced, unreachable
from kaogong.edge.rows import Header, Position, Row, RowAddress, RowsConfig

T = TypeVar("T")

TAIL = 1 << 20
LONGEST_HEADER = 1 << 18


class FileSourceConfig(RowsConfig):
    """Which files, and how they are written."""

    path: str = Field(pattern="^/", description="A file, or a pattern such as /data/drop/*.csv.")
    delimiter: Literal[",", ";", "\t", "|"] = ","
    encoding: str = Field("utf-8-sig", description="gb18030 for files of Chinese Windows.")
    columns: tuple[str, ...] = Field((), description="Names of the columns; empty: the first line has them.")
    done: Literal["keep", "delete", "move"] = advanced(
        "keep", description="With rows all, what becomes of a file that was read to its end; move: into the folder done beside it."
    )

    @field_validator("encoding")
    @classmethod
    def _is_an_encoding(cls, value: str) -> str:
        try:
            if not "\n\n".encode(value).endswith(b"\n\n"):
                raise ValueError("line ends must be single bytes: convert the file to utf-8")
            codecs.lookup(value)
        except LookupError as err:
            raise ValueError("write an encoding such as utf-8-sig or gb18030") from err
        return value


class FileSource(Driver[FileSourceConfig, RowAddress]):
    """Files: lines of values in CSV (a local disk or a share), the newest line or each once; a file may grow, be replaced or rotated.

    A line a moment with a column a point, or a line a value with the point's name in a column. With `rows: all` the place
    reached in each file is kept in the connection's folder. A line counts once its end is written.
    """

    Config = FileSourceConfig
    Address = RowAddress

    def __init__(self, config: FileSourceConfig, now: Callable[[], datetime], folder: Path) -> None:
        super().__init__(config, now, folder)
        self._is_open = False
        self._position = Position(folder)
        self._read_out: list[tuple[Path, int]] = []

    @property
    def peer(self) -> str:
        return self.config.path

    async def open(self) -> None:
        await self._work(self._newest)
        self._is_open = True

    async def close(self) -> None:
        self._is_open = False

    async def read(self, points: Sequence[Point[RowAddress]]) -> list[Sample]:
        if not self._is_open:
            raise unreachable(ConnectionResetError(), self.peer, self.config.timeout_s)
        if self.config.rows == "latest":
            header, rows = await self._work(self._newest)
            return header.latest(points, rows, self.now())
        return await self._work(lambda: self._fresh(points))

    async def browse(self, parent: str | None = None) -> list[Browsed]:
        header, rows = await self._work(self._newest)
        return [] if parent else header.browsed(rows)

    async def _work(self, work: Callable[[], T]) -> T:
        """In the loop's own executor: a share that hangs must not hold up the others."""
        try:
            async with asyncio.timeout(self.config.timeout_s):
                return await asyncio.to_thread(work)
        except TimeoutError as err:
            raise unreachable(err, self.peer, self.config.timeout_s) from err
        except UnicodeDecodeError as err:
            words = f"{self.peer} is not text in {self.config.encoding}: {err.reason} at byte {err.start}."
            raise NotReady(words, code="answer_garbled", peer=self.peer) from err
        except csv.Error as err:
            raise NotReady(f"{self.peer} has a line that is no CSV: {err}.", code="answer_garbled", peer=self.peer) from err
        except OSError as err:
            words = f"{err.filename or self.peer} cannot be read: {err.strerror}."
            raise NotReady(words, code="file_missing", peer=self.peer) from err

    def _files(self) -> list[Path]:
        """Those of the pattern, oldest first."""
        path = Path(self.config.path)
        if not any(c in self.config.path for c in "*?["):
            return [path]
        ages = []
        for file in path.parent.glob(path.name):
            with contextlib.suppress(FileNotFoundError):
                if file.is_file():
                    ages.append((file.stat().st_mtime_ns, file))
        if not path.parent.is_dir():
            raise FileNotFoundError(2, "There is no such folder", str(path.parent))
        return [file for _, file in sorted(ages)]

    def _newest(self) -> tuple[Header, list[Row]]:
        """The last lines of the newest file, the last one first."""
        files = self._files()
        if not files:
            return Header(self.config.columns, self.config), []
        with files[-1].open("rb") as file:
            header, begin = self._header(file)
            end = file.seek(0, os.SEEK_END)
            file.seek(max(begin, end - TAIL))
            lines = file.read(TAIL).splitlines(keepends=True)
        if end - TAIL > begin:
            lines = lines[1:]
        whole = [line for line in lines if line.endswith((b"\n", b"\r"))] if lines else []
        rows: list[Row] = list(self._rows(whole if self.config.tag_column else whole[-1:]))
        return header, rows[::-1]

    def _fresh(self, points: Sequence[Point[RowAddress]]) -> list[Sample]:
        """All whole lines behind the places reached, in at most a megabyte of each file."""
        if self._position.settle():
            self._put_away()
        reached: dict[str, int] | None = self._position.get(points)
        is_first = reached is None and self.config.begin == "now"
        places: dict[str, int] = {}
        made: list[Sample] = []
        for path in self._files():
            with path.open("rb") as file:
                state = os.fstat(file.fileno())
                key = f"{state.st_dev}:{state.st_ino}"
                place = state.st_size if is_first else (reached or {}).get(key, 0)
                header, begin = self._header(file)
                # A file shorter than we remember was begun anew.
                place = max(begin, place if place <= state.st_size else 0)
                file.seek(place)
                block = file.read(TAIL)
            end = block.rfind(b"\n") + 1
            places[key] = place + end
            made += header.each(points, self._rows(block[:end].splitlines(keepends=True)), self.now())
            if places[key] == state.st_size:
                self._read_out.append((path, state.st_size))
        self._position.note(points, places)
        return made

    def _put_away(self) -> None:
        finished, self._read_out = self._read_out, []
        for path, size in finished if self.config.done != "keep" else ():
            if not path.exists() or path.stat().st_size != size:
                continue
            if self.config.done == "delete":
                path.unlink()
            else:
                (path.parent / "done").mkdir(exist_ok=True)
                path.rename(path.parent / "done" / path.name)

    def _header(self, file: Any) -> tuple[Header, int]:
        """The columns, and where the values begin."""
        if self.config.columns:
            return Header(self.config.columns, self.config), 0
        line: bytes = file.readline(LONGEST_HEADER)
        columns = next(self._rows([line]), [])
        header = Header([c.strip() for c in columns], self.config)
        if columns and header.lacking:
            words = f"{file.name} has no column {header.lacking}; it has {', '.join(header.columns)[:200]}."
            raise NotReady(words, code="column_unknown", peer=self.peer)
        return header, len(line) if line.endswith(b"\n") else 0

    def _rows(self, lines: Sequence[bytes]) -> Iterator[list[str]]:
        text = (line.decode(self.config.encoding) for line in lines)
        return (row for row in csv.reader(text, delimiter=self.config.delimiter) if row)
