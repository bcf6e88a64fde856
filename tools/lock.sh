#!/usr/bin/env bash
# Renews the lock files: hashes, no addresses. Needs uv (pip install uv).
set -euo pipefail
cd "$(dirname "$0")/.."
compile() { uv pip compile pyproject.toml --python-version 3.11 --generate-hashes --no-emit-index-url --no-header -q "$@"; }
compile --extra edge --extra server --extra build -o requirements.lock
compile --all-extras -c requirements.lock -o requirements-dev.lock
