"""`make trace`: which requirement rows have a passing test, which have only code, which have nothing.

Reads docs/reference/requirements.json (ID and title of every row) and `.trace.json`, written by the last test runs.
"""

import argparse
import json
import re
import sys
from pathlib import Path

ROOT = Path(__file__).parents[1]
ROWS = ROOT / "docs/reference/requirements.json"
RESULTS = ROOT / ".trace.json"


def main() -> None:
    """Print the table, or only the counts with --counts."""
    args = argparse.ArgumentParser(description=__doc__)
    args.add_argument("--counts", action="store_true", help="counts only")
    args.add_argument("--all", action="store_true", help="also the rows that have nothing")
    options = args.parse_args()
    rows: dict[str, str] = json.loads(ROWS.read_text(encoding="utf-8"))
    if not RESULTS.exists():
        sys.exit("trace: no test run has left its results yet; run `make test` first.")
    results: dict[str, dict[str, str]] = json.loads(RESULTS.read_text())
    unknown = sorted(set(results) - set(rows))
    if unknown:
        sys.exit(f"trace: tests name rows that do not exist: {', '.join(unknown)}")
    in_code = _named_in_code(set(rows))
    counts = {"passing test": 0, "failing test": 0, "only code": 0, "nothing": 0}
    for row, title in rows.items():
        tests = results.get(row, {})
        if tests:
            state = "passing test" if all(v == "passed" for v in tests.values()) else "failing test"
        else:
            state = "only code" if row in in_code else "nothing"
        counts[state] += 1
        if not options.counts and (state != "nothing" or options.all):
            print(f"{row:6} {state:13} {len(tests):3}  {title}")
    print("; ".join(f"{n} rows with {state}" for state, n in counts.items()))
    sys.exit(1 if counts["failing test"] else 0)


def _named_in_code(rows: set[str]) -> set[str]:
    found: set[str] = set()
    for file in (ROOT / "src").rglob("*.py"):
        found |= rows & set(re.findall(r"\b[A-Z]\d{2,3}\b", file.read_text(encoding="utf-8")))
    return found


if __name__ == "__main__":
    main()
