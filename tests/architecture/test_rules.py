"""What import contracts cannot say. Each rule prints why it exists and what to write instead."""

import ast
import re
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
SRC = ROOT / "src/kaogong"


def _files(*patterns: str) -> list[Path]:
    return sorted(f for p in patterns for f in SRC.glob(p) if "migrations" not in f.parts)


def _calls(tree: ast.AST) -> Iterator[tuple[ast.Call, str]]:
    for node in ast.walk(tree):
        if isinstance(node, ast.Call):
            yield node, ast.unparse(node.func)


def owns_no_time(tree: ast.Module, _: str) -> Iterator[int]:
    """WHY: the collector owns time; a driver that sleeps or retries cannot be cancelled, paced or tested.
    FIX: raise NotReady and let the collector decide; ask `core.clock` only where the protocol carries no time."""
    forbidden = re.compile(
        r"^(time\.(sleep|time|monotonic)|asyncio\.(sleep|create_task|ensure_future)|threading\.Thread|datetime\.(now|utcnow))$"
    )
    for call, name in _calls(tree):
        if forbidden.match(name):
            yield call.lineno


def commits_in_db_only(tree: ast.Module, _: str) -> Iterator[int]:
    """WHY: one request or message is one transaction; a commit halfway leaves half of it behind a crash.
    FIX: let `Database.write()` commit when its block ends."""
    for call, name in _calls(tree):
        if name.endswith(".commit") and "session" in name:
            yield call.lineno


def names_what_it_catches(tree: ast.Module, source: str) -> Iterator[int]:
    """WHY: a blanket `except Exception` turns our own faults into silence.
    FIX: catch what the call can raise; the collector and the outermost handlers alone may catch all, and say why in the line."""
    lines = source.splitlines()
    for node in ast.walk(tree):
        if not isinstance(node, ast.ExceptHandler) or "noqa: BLE001" in lines[node.lineno - 1]:
            continue
        catches_all = node.type is None or ast.unparse(node.type) in ("Exception", "BaseException")
        if catches_all and not any(isinstance(n, ast.Raise) for n in ast.walk(node)):
            yield node.lineno


def keeps_no_state_in_modules(tree: ast.Module, _: str) -> Iterator[int]:
    """WHY: module state is shared by tests, tenants and threads that do not know of each other.
    FIX: hold it in an object that a composition root makes."""
    for node in tree.body:
        value = node.value if isinstance(node, ast.Assign | ast.AnnAssign) else None
        targets = node.targets if isinstance(node, ast.Assign) else [node.target] if isinstance(node, ast.AnnAssign) else []
        for target in targets:
            is_empty = isinstance(value, ast.List | ast.Dict | ast.Set) and not ast.unparse(value).strip("[]{}")
            if isinstance(target, ast.Name) and target.id != "__all__" and is_empty:
                yield node.lineno


def starts_from_the_principal(tree: ast.Module, source: str) -> Iterator[int]:
    """WHY: a query that does not name the tenant shows one firm the data of another.
    FIX: begin with the principal's tenant in the statement; a query that is rightly above tenants says `# skip: tenant-scope` and why."""
    lines = source.splitlines()
    for function in [n for n in ast.walk(tree) if isinstance(n, ast.FunctionDef | ast.AsyncFunctionDef)]:
        text = ast.unparse(function)
        for call, name in _calls(function):
            if name in ("select", "sa.select") and "tenant" not in text:
                near = "\n".join(lines[max(0, function.lineno - 3) : function.end_lineno])
                if "skip: tenant-scope" not in near:
                    yield call.lineno


RULES: dict[Callable[[ast.Module, str], Iterator[int]], list[Path]] = {
    owns_no_time: _files("edge/drivers/*.py", "edge/blocks.py", "edge/exchange.py", "edge/modbus.py"),
    commits_in_db_only: [f for f in _files("**/*.py") if "db" not in f.relative_to(SRC).parts[:1]],
    names_what_it_catches: _files("**/*.py"),
    keeps_no_state_in_modules: _files("**/*.py"),
    starts_from_the_principal: _files("*/store.py"),
}


@pytest.mark.parametrize("rule", RULES, ids=lambda r: r.__name__)
def test_rule_holds(rule: Callable[[ast.Module, str], Iterator[int]]) -> None:
    breaches = []
    for file in RULES[rule]:
        source = file.read_text(encoding="utf-8")
        breaches += [f"{file.relative_to(ROOT)}:{line}" for line in rule(ast.parse(source), source)]
    assert not breaches, f"{rule.__doc__}\n" + "\n".join(breaches)


def test_every_decision_names_a_check_that_exists() -> None:
    """A rule without a check is a wish: 'Enforced by' names a file or a make target, or says 'review'."""
    targets = set(re.findall(r"^([a-z-]+):", (ROOT / "Makefile").read_text(), re.MULTILINE))
    decisions = sorted((ROOT / "docs/decisions").glob("[0-9]*.md"))
    assert decisions
    for decision in decisions:
        text = decision.read_text(encoding="utf-8")
        assert "## Enforced by" in text, f"{decision.name} does not say what enforces it"
        enforced = text.split("## Enforced by", 1)[1]
        named = re.findall(r"`([^`]+)`", enforced)
        known = [n for n in named if (ROOT / n.split("::")[0]).exists() or n.removeprefix("make ") in targets or n == "pyproject.toml"]
        assert known or "review" in enforced.lower(), f"{decision.name}: none of {named} exists"


def test_the_tree_names_no_machine_and_no_registry_address() -> None:
    """The project must build anywhere: no absolute paths of a workplace, no addresses in lock files."""
    for lock in [*ROOT.glob("requirements*.lock"), ROOT / "console/package-lock.json"]:
        text = lock.read_text(encoding="utf-8")
        assert '"resolved"' not in text, lock
        assert "--index-url" not in text, lock
