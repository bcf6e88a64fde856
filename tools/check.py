"""`make check`: format, ruff, mypy --strict, import contracts, console, documents and generated files in step."""

import os
import re
import subprocess
import sys
import time
from pathlib import Path

ROOT = Path(__file__).parents[1]
BIN = Path(sys.executable).parent

CHECKS: dict[str, list[str]] = {
    "format": [f"{BIN}/ruff", "format", "--check", "-q"],
    "ruff": [f"{BIN}/ruff", "check", "-q"],
    "types": [f"{BIN}/mypy", "--no-error-summary"],
    "layers": [f"{BIN}/lint-imports", "--no-cache"],
    "generated files": [sys.executable, "-m", "tools.generate", "--check"],
    "console": ["npm", "run", "--silent", "check", "--prefix", "console"],
}


def main() -> None:
    """Run every check, show the output of those that fail, exit with 1 if any did."""
    environment = os.environ | {"PATH": f"{BIN}:{os.environ['PATH']}"}
    failed = []
    for name, command in CHECKS.items():
        began = time.perf_counter()
        done = subprocess.run(command, cwd=ROOT, env=environment, capture_output=True, text=True, check=False)
        print(f"{'ok    ' if done.returncode == 0 else 'FAILED'} {name} ({time.perf_counter() - began:.1f} s)", flush=True)
        if done.returncode:
            failed.append(name)
            print(done.stdout + done.stderr)
    problems = _lock_addresses()
    if problems:
        failed.append("lock files")
        print("FAILED lock files: addresses in them\n" + "\n".join(problems))
    if failed:
        sys.exit(f"check: {', '.join(failed)} failed")


def _lock_addresses() -> list[str]:
    """Lines of lock files that hold an address: they must hold hashes alone."""
    locks = [*ROOT.glob("requirements*.lock"), ROOT / "console/package-lock.json"]
    return [
        f"{lock.name}:{number}: {line.strip()[:100]}"
        for lock in locks
        if lock.exists()
        for number, line in enumerate(lock.read_text(encoding="utf-8").splitlines(), 1)
        if re.search(r"\"resolved\"|--(extra-)?index-url", line)
    ]


if __name__ == "__main__":
    main()
