# Everything a person types. Each target does its own set-up; `make help` lists them.
SHELL := /bin/bash
BIN := .venv/bin
ARGS ?=

.DEFAULT_GOAL := help
.PHONY: help setup check test test-faults campaign demo bench up clean lock

help: ## Show this list
	@awk -F ':.*## ' '/^[a-z-]+:.*## / { printf "make %-11s %s\n", $$1, $$2 }' $(MAKEFILE_LIST)

setup: ## Make this machine ready: system packages, .venv from the lock, the command svops
	@deploy/local/setup.sh

check: setup ## Style, types, imports between layers, the law's citations: exactly what CI checks
	$(BIN)/ruff check
	$(BIN)/ruff format --check
	$(BIN)/mypy --explicit-package-bases regulation contracts chassis services svops recount tests
	$(BIN)/lint-imports
	$(BIN)/python -m regulation.lint services
	$(BIN)/python -m regulation.table --check
	$(BIN)/python -m contracts.schemas --check
	$(BIN)/python -m contracts.asyncapi --check
	$(BIN)/python -m svops.openapi --check

# Tests kill their broker and database: always their own, whatever the demonstration is told to use.
test test-faults: export SVOPS_AMQP_URI :=
test test-faults: export SVOPS_POSTGRES_URI :=
test: setup ## Run the tests; ARGS="tests/unit -k deadline" passes arguments to pytest
	$(BIN)/pytest $(ARGS)

test-faults: setup ## Only what breaks on purpose: kills, frozen servers, cut networks, a full disk; part of make test
	$(BIN)/pytest tests/faults $(ARGS)

campaign: setup ## The long run of faults, 20 min and more, with its report in docs/campaign; ARGS="--seed 7 --answers 100000"
	$(BIN)/python -m tests.faults.campaign $(ARGS)

demo: setup ## Play one examination end to end; ARGS="--seed 7 --electronic 30"
	$(BIN)/svops demo $(ARGS)

bench: setup ## Measure; ARGS="events --quick"
	$(BIN)/svops bench $(ARGS)

up: setup ## Keep the whole system running at http://127.0.0.1:8000 until Ctrl-C
	$(BIN)/svops up $(ARGS)

clean: ## End what runs here and remove .venv, .svops, out and caches
	@deploy/local/clean.sh

lock: ## Resolve the dependencies again into the three locks (needs uv)
	uv pip compile --quiet --universal --generate-hashes --group local --group dev pyproject.toml -o requirements.lock
	uv pip compile --quiet --universal --generate-hashes -c requirements.lock pyproject.toml -o requirements-production.lock
	uv pip compile --quiet --universal --generate-hashes --python-version 3.11 -c requirements.lock \
		deploy/requirements-build.in -o deploy/requirements-build.lock
