"""The buffer keeps order, bounds and everything it was given, whatever happens to its process."""

import os
import signal
import sqlite3
import subprocess
import sys
from pathlib import Path

import pytest

from kaogong.edge.buffer import ROW_BYTES, Batch, Buffer

pytestmark = pytest.mark.req("B07")


def batch(i: int, size: int = 10) -> Batch:
    return Batch(i % 16, f"{i:010d}".encode().ljust(size, b"."), 3, 1_790_000_000_000 + i)


def numbers(buffer: Buffer) -> list[int]:
    return [int(s.body[:10]) for s in buffer.after(0, 1_000_000)]


def test_order_is_kept_and_only_what_was_acknowledged_leaves(tmp_path: Path) -> None:
    buffer = Buffer(tmp_path / "b.db")
    stored = buffer.exchange([batch(i) for i in range(10)], [])
    assert [s.id for s in stored] == sorted(s.id for s in stored)
    buffer.exchange([batch(10)], [stored[0].id, stored[5].id])
    assert numbers(buffer) == [1, 2, 3, 4, 6, 7, 8, 9, 10]
    assert buffer.figures()[:2] == (9, 27)
    assert buffer.figures().oldest == 1_790_000_000_001
    buffer.close()
    again = Buffer(tmp_path / "b.db")
    assert numbers(again) == [1, 2, 3, 4, 6, 7, 8, 9, 10]
    assert again.figures() == buffer.figures()
    again.close()


def test_message_ids_are_never_used_twice(tmp_path: Path) -> None:
    buffer = Buffer(tmp_path / "b.db")
    first = buffer.exchange([batch(0)], [])[0]
    buffer.exchange([], [first.id])
    buffer.close()
    again = Buffer(tmp_path / "b.db")
    second = again.exchange([batch(1)], [])[0]
    assert second.message_id != first.message_id
    assert second.message_id.split("-")[0] == first.message_id.split("-")[0]
    again.close()
    other = Buffer(tmp_path / "c.db")
    assert other.exchange([batch(0)], [])[0].message_id.split("-")[0] != first.message_id.split("-")[0]
    other.close()


def test_at_its_limit_the_oldest_go_and_that_is_said(tmp_path: Path, caplog: pytest.LogCaptureFixture) -> None:
    size = 1000
    buffer = Buffer(tmp_path / "b.db", limit_bytes=50 * (size + ROW_BYTES))
    for i in range(200):
        buffer.exchange([batch(i, size)], [])
    kept = numbers(buffer)
    assert kept == list(range(200 - len(kept), 200))
    assert 45 <= len(kept) <= 50
    figures = buffer.figures()
    assert figures.bytes <= figures.limit
    assert figures.dropped == 3 * (200 - len(kept))
    assert figures.dropped_since is not None
    assert [r.message for r in caplog.records] == ["the buffer is full (0 MB): the oldest samples of the lowest priority are being dropped"]
    buffer.close()
    again = Buffer(tmp_path / "b.db")
    assert again.figures().dropped == figures.dropped, "what was lost is not forgotten"
    again.close()


def test_the_lowest_priority_goes_first_however_young(tmp_path: Path) -> None:
    size = 1000
    buffer = Buffer(tmp_path / "b.db", limit_bytes=50 * (size + ROW_BYTES))
    for i in range(60):
        kept = buffer.exchange([batch(i, size)._replace(priority=2 if i < 20 else i % 2)], [])
        assert bool(kept) == bool(numbers(buffer) and numbers(buffer)[-1] == i), "what was dropped at once is not handed out"
    left = numbers(buffer)
    assert left[:20] == list(range(20)), "alarms and counters stay"
    dropped = sorted(set(range(60)) - set(left))
    assert all(i % 2 == 0 for i in dropped)
    assert dropped == sorted(i for i in range(20, 60) if i % 2 == 0)[: len(dropped)], "the oldest of them first"
    buffer.close()


def test_a_file_of_the_first_version_is_taken_over(tmp_path: Path) -> None:
    file = tmp_path / "b.db"
    with sqlite3.connect(file) as old:
        old.execute(
            "CREATE TABLE batches (id INTEGER PRIMARY KEY AUTOINCREMENT, lane INTEGER NOT NULL, samples INTEGER NOT NULL,"
            " taken_at INTEGER NOT NULL, body BLOB NOT NULL)"
        )
        old.execute("INSERT INTO batches (lane, samples, taken_at, body) VALUES (0, 3, 1, '0000000000')")
    old.close()
    buffer = Buffer(file)
    buffer.exchange([batch(1)], [])
    assert numbers(buffer) == [0, 1]
    buffer.close()


def test_what_was_exchanged_survives_kill_minus_nine(tmp_path: Path) -> None:
    file = tmp_path / "b.db"
    script = (
        "import sys; from pathlib import Path; from kaogong.edge.buffer import Batch, Buffer\n"
        "b = Buffer(Path(sys.argv[1])); i = 0\n"
        "while True:\n"
        "    b.exchange([Batch(0, f'{i:010d}'.encode(), 1, i)], []); print(i, flush=True); i += 1\n"
    )
    for _ in range(3):
        file.unlink(missing_ok=True)
        process = subprocess.Popen([sys.executable, "-c", script, file], stdout=subprocess.PIPE, text=True)
        assert process.stdout is not None
        told = [int(process.stdout.readline()) for _ in range(25)]
        os.kill(process.pid, signal.SIGKILL)
        told += [int(line) for line in process.stdout.read().splitlines() if line.isdigit()]
        process.wait()
        process.stdout.close()
        buffer = Buffer(file)
        kept = numbers(buffer)
        assert kept[: len(told)] == told, "everything that was said to be stored is there, in order"
        assert len(kept) <= len(told) + 1
        buffer.close()


def test_a_damaged_file_is_put_aside_and_said(tmp_path: Path, caplog: pytest.LogCaptureFixture) -> None:
    file = tmp_path / "b.db"
    file.write_bytes(b"this is no database" * 1000)
    buffer = Buffer(file)
    assert numbers(buffer) == []
    assert "is damaged" in caplog.text
    assert len(list(tmp_path.glob("b.damaged-*"))) == 1
    buffer.close()


def test_full_disk_changes_nothing_and_is_an_error(tmp_path: Path) -> None:
    script = (
        "import resource, sqlite3, sys; from pathlib import Path; from kaogong.edge.buffer import Batch, Buffer\n"
        "import signal; signal.signal(signal.SIGXFSZ, signal.SIG_IGN)\n"
        "b = Buffer(Path(sys.argv[1])); b.exchange([Batch(0, b'x' * 1000, 1, 1)], [])\n"
        "resource.setrlimit(resource.RLIMIT_FSIZE, (300_000, 300_000))\n"
        "try:\n"
        "    for i in range(10_000): b.exchange([Batch(0, b'x' * 10_000, 1, 1)], [])\n"
        "except sqlite3.Error as err: print('refused', b.figures().batches, len(b.after(0, 10_000)))\n"
    )
    done = subprocess.run([sys.executable, "-c", script, tmp_path / "b.db"], capture_output=True, text=True, timeout=60, check=True)
    word, counted, there = done.stdout.split()
    assert word == "refused"
    assert counted == there, "the count agrees with the disk after the failure"
    buffer = Buffer(tmp_path / "b.db")
    assert len(buffer.after(0, 10_000)) == int(there)
    buffer.close()
