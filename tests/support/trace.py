"""Writes which requirement rows passed in this run, for `make trace`."""

import json
from collections import defaultdict
from pathlib import Path

import pytest

RESULTS = Path(__file__).parents[2] / ".trace.json"

_outcomes: dict[str, dict[str, str]] = defaultdict(dict)


@pytest.hookimpl(hookwrapper=True)
def pytest_runtest_makereport(item: pytest.Item, call: pytest.CallInfo[None]):  # type: ignore[no-untyped-def]
    outcome = yield
    report = outcome.get_result()
    if report.when == "call" or report.failed:
        for marker in item.iter_markers("req"):
            for row in marker.args:
                _outcomes[row][item.nodeid] = report.outcome


def pytest_sessionfinish(session: pytest.Session) -> None:
    """Merge with what earlier runs proved: a partial run renews only the tests it ran."""
    known = json.loads(RESULTS.read_text()) if RESULTS.exists() else {}
    for row, tests in _outcomes.items():
        known[row] = known.get(row, {}) | tests
    if _outcomes:
        RESULTS.write_text(json.dumps(known, indent=1, sort_keys=True))
