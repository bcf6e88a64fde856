import asyncio
import os
import signal
import subprocess
import sys
import textwrap
from collections.abc import AsyncIterator
from pathlib import Path

import pytest
from tests.support.nats import until

from kaogong.core.errors import NotReady
from kaogong.supervisor import Command, Supervisor, running

READY = """
    import os, pathlib, signal, sys, time
    home, name = pathlib.Path(sys.argv[1]), sys.argv[2]
    (home / "run" / f"{name}.ready").write_text(str(os.getpid()))
"""


def command(home: Path, name: str, body: str) -> Command:
    return Command(home, name, [sys.executable, "-S", "-c", textwrap.dedent(READY + body), str(home), name])


@pytest.fixture
def home(tmp_path: Path) -> Path:
    (tmp_path / "run").mkdir()
    return tmp_path


@pytest.fixture
async def said() -> list[str]:
    return []


@pytest.fixture
async def supervisor(home: Path, said: list[str]) -> AsyncIterator[Supervisor]:
    found = Supervisor(home, said.append)
    yield found
    await found.stop([(list(found.children), 1.0)])


async def test_children_start_side_by_side_and_say_when_they_are_ready(home: Path, supervisor: Supervisor, said: list[str]) -> None:
    first = asyncio.get_running_loop().create_future()
    supervisor.start(command(home, "a", "    time.sleep(60)"))
    late = supervisor.start(command(home, "b", "    time.sleep(60)"), after=first)
    await until(supervisor.children["a"].ready.is_set)
    assert late.state == "waiting"
    first.set_result(None)
    await supervisor.all_ready()
    assert [line.partition(" ready")[0] for line in said] == ["a", "b"]
    assert set(running(home)) == {"a", "b"}


@pytest.mark.req("K01")
async def test_killed_child_comes_back_at_once_and_it_is_said_in_words(home: Path, supervisor: Supervisor, said: list[str]) -> None:
    child = supervisor.start(command(home, "a", "    time.sleep(60)"))
    await supervisor.all_ready()
    assert child.process is not None
    pid = child.process.pid
    os.kill(pid, signal.SIGKILL)
    await until(lambda: child.restarts == 1 and child.state == "ready")
    assert child.process.pid != pid
    assert child.reason == "was ended by SIGKILL; starting it again"
    assert said[1] == "a was ended by SIGKILL; starting it again"
    assert said[2].startswith("a is back after")
    assert '"restarts":1' in (home / "run" / "supervisor.json").read_text()


async def test_child_that_never_becomes_ready_fails_the_start_with_its_last_words(home: Path, said: list[str]) -> None:
    supervisor = Supervisor(home, said.append)
    argv = [sys.executable, "-S", "-c", "import sys; sys.exit('kaogong: the store is locked')"]
    supervisor.start(Command(home, "a", argv))
    with pytest.raises(NotReady, match=r"a does not start: ended with code 1 \(the store is locked\)"):
        await supervisor.all_ready()
    await supervisor.stop([(["a"], 1.0)])


async def test_a_child_that_keeps_dying_is_given_more_and_more_time(home: Path, supervisor: Supervisor, said: list[str]) -> None:
    supervisor.start(command(home, "a", "    sys.exit(3)"))
    await until(lambda: sum("ended with code 3" in line for line in said) >= 3)
    waits = [line.partition("starting it again")[2] for line in said if "ended with code 3" in line]
    assert waits[:3] == ["", " in 0.5 s", " in 1 s"]


async def test_stop_ends_groups_in_order_and_kills_what_does_not_listen(home: Path, said: list[str]) -> None:
    supervisor = Supervisor(home, said.append)
    deaf = "    signal.signal(signal.SIGTERM, signal.SIG_IGN)\n    (home / 'deaf').touch()\n    time.sleep(60)"
    supervisor.start(command(home, "deaf", deaf))
    supervisor.start(command(home, "polite", "    time.sleep(60)"))
    await supervisor.all_ready()
    await until((home / "deaf").exists)
    await supervisor.stop([(["polite"], 1.0), (["deaf"], 0.2)])
    assert supervisor.children["polite"].process is not None
    assert supervisor.children["polite"].process.returncode == -signal.SIGTERM
    assert supervisor.children["deaf"].process is not None
    assert supervisor.children["deaf"].process.returncode == -signal.SIGKILL
    assert running(home) == {}


async def test_a_child_stopped_just_before_us_is_not_started_again(home: Path, said: list[str]) -> None:
    """Who stops a whole service sends SIGTERM to all its processes, in any order."""
    supervisor = Supervisor(home, said.append)
    child = supervisor.start(command(home, "a", "    time.sleep(60)"))
    await supervisor.all_ready()
    assert child.process is not None
    os.kill(child.process.pid, signal.SIGTERM)
    await child.process.wait()
    supervisor.let_go()
    await supervisor.stop([(["a"], 1.0)])
    assert child.restarts == 0
    assert [line for line in said if "again" in line] == []


@pytest.mark.req("K01")
def test_children_die_with_a_killed_supervisor(home: Path) -> None:
    script = """
        import asyncio, sys
        from pathlib import Path
        from kaogong.supervisor import Command, Supervisor
        async def main():
            home = Path(sys.argv[1])
            supervisor = Supervisor(home, lambda words: None)
            supervisor.start(Command(home, "a", [sys.executable, "-S", "-c", sys.argv[2], str(home), "a"]))
            await supervisor.all_ready()
            print("up", flush=True)
            await asyncio.sleep(60)
        asyncio.run(main())
    """
    child = textwrap.dedent(READY + "    time.sleep(60)")
    with subprocess.Popen([sys.executable, "-c", textwrap.dedent(script), str(home), child], stdout=subprocess.PIPE, text=True) as process:
        assert process.stdout is not None and process.stdout.readline() == "up\n"
        assert "a" in running(home)
        process.kill()
    asyncio.run(until(lambda: "a" not in running(home)))
