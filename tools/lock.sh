#!/usr/bin/env bash
# Renews the lock files: hashes, no addresses. Needs uv (pip install uv).
set -euo pipefail
cd "$(dirname "$0")/.."
compile() { uv pip compile pyproject.toml --python-version 3.11 --generate-hashes --no-emit-index-url --no-header -q "$@"; }
compile --extra edge --extra server --extra build -o requirements.lock
compile --all-extras -c requirements.lock -o requirements-dev.lock
uv pip compile tests/peers/requirements.in --python-version 3.11 --generate-hashes --no-emit-index-url --no-header -q -o tests/peers/requirements.lock

# npm leaves out packages of other platforms when node_modules is there (npm issue 4828), so the lock is made in an empty folder.
empty=$(mktemp -d)
cp console/package.json console/.npmrc "$empty"
(cd "$empty" && npm install --package-lock-only --no-audit --no-fund)
.venv/bin/python - "$empty/package-lock.json" console/package-lock.json <<'PY'
import json
import sys

lock = json.load(open(sys.argv[1]))
for package in lock["packages"].values():
    package.pop("funding", None)
with open(sys.argv[2], "w") as out:
    json.dump(lock, out, indent=2, ensure_ascii=False)
    out.write("\n")
PY
