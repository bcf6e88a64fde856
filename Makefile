.DEFAULT_GOAL := help
SHELL := /bin/bash
PY := .venv/bin/python
HOME_DIR ?= demo-home
# Two test processes, a file at a time.
WORKERS = -n 2 --dist loadfile

.PHONY: help
help: ## list the commands
	@grep -hE '^[a-z-]+:.*## ' $(MAKEFILE_LIST) | sed -E 's/:.*## /\t/' | expand -t 14

.PHONY: setup
setup: ## set everything up, start nothing
	@bash tools/setup.sh

.PHONY: demo
demo: setup ## set everything up, start the platform with the simulated plant, print the address and the login
	@.venv/bin/kaogong up --home $(HOME_DIR) --demo

.PHONY: up
up: setup ## the platform without the simulated plant
	@.venv/bin/kaogong up --home $(HOME_DIR)

.PHONY: test
test: ## set everything up, run every test, browser included
	@bash tools/setup.sh --tests
	@$(PY) -m pytest $(WORKERS) --ignore tests/e2e
	@$(PY) -m pytest tests/e2e # a process of its own: the browser's driver keeps a loop running

.PHONY: check
check: ## format, ruff, mypy --strict, import contracts, docs and generated files in step
	@bash tools/setup.sh --dev
	@$(PY) -m tools.check

.PHONY: fix
fix: ## everything a machine can fix
	@.venv/bin/ruff check --fix -q; .venv/bin/ruff format -q

.PHONY: generate
generate: ## OpenAPI to the console's client; settings, driver and error reference
	@$(PY) -m tools.generate

.PHONY: trace
trace: ## which requirement rows have a passing test, which have only code, which have nothing
	@$(PY) -m tools.trace

.PHONY: wheels
wheels: setup ## both wheels: dist/ with the console, dist/edge/ for gateways without it
	@$(PY) -m pip wheel --disable-pip-version-check -q --no-deps --no-build-isolation -w dist .
	@KAOGONG_WITHOUT_CONSOLE=1 $(PY) -m pip wheel --disable-pip-version-check -q --no-deps --no-build-isolation -w dist/edge .

.PHONY: bench
bench: ## the benchmark suite, results to bench/out/
	@$(PY) -m bench

.PHONY: soak
soak: ## kill every process in turn under load, long outages, fuzzing; not part of the suite
	@$(PY) -m pytest tests/e2e -m soak --timeout 7200 -p no:randomly
