"""Writes which requirement rows passed in this run, for `make trace`."""

import json
from collections import defaultdict
from pathlib import Path

import pytest

RESULTS = Path(__file__).parents[2] / ".trace.json"
ROW = "requirement"

_outcomes: dict[str, dict[str, str]] = defaultdict(dict)


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """A report carries its rows, so that they arrive from other processes too."""
    for item in items:
        item.user_properties += [(ROW, row) for marker in item.iter_markers("req") for row in marker.args]


def pytest_runtest_logreport(report: pytest.TestReport) -> None:
    """Keep the outcome; a failure of the set-up counts, a clean one says nothing yet."""
    if report.when == "call" or report.failed:
        for name, row in report.user_properties:
            if name == ROW:
                _outcomes[str(row)][report.nodeid] = report.outcome


def pytest_sessionfinish(session: pytest.Session) -> None:
    """Merge with what earlier runs proved: a partial run renews only the tests it ran."""
    if hasattr(session.config, "workerinput") or not _outcomes:
        return  # the process that collects the reports writes them
    known = json.loads(RESULTS.read_text()) if RESULTS.exists() else {}
    for row, tests in _outcomes.items():
        known[row] = known.get(row, {}) | tests
    RESULTS.write_text(json.dumps(known, indent=1, sort_keys=True))
