# course-import: `make` or `make help` lists what can be done.
SHELL := /bin/bash
PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
LOCK := requirements.lock
STAMP := $(VENV)/.made-from-lock
PEERS := .bench/peers
PEERS_LOCK := tests/bench/environments/peers.lock
COMPILE := uv pip compile --universal --python-version 3.11 --generate-hashes --no-emit-index-url --no-header
FILE ?= samples/courses.xlsx
ARGS ?=
# Whatever letters the file's name has, neither make nor the shell reads them.
override FILE := $(value FILE)
export FILE

.DEFAULT_GOAL := help
.PHONY: help import check plan template report sandbox test bench lock clean

help:  ## Show this list
	@awk -F ':.*## ' '/^[a-z]+:.*## /{printf "  make %-10s %s\n", $$1, $$2}' $(MAKEFILE_LIST)

$(STAMP): $(LOCK) pyproject.toml
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' || { echo "course-import needs Python 3.11 or newer; name one with: make PYTHON=python3.12 ..."; exit 1; }
	$(PYTHON) -m venv --clear $(VENV)
	$(BIN)/pip install --quiet --disable-pip-version-check --no-deps --require-hashes -r $(LOCK)
	$(BIN)/pip install --quiet --disable-pip-version-check --no-deps --no-build-isolation -e .
	@touch $@

import: $(STAMP)  ## Import FILE=courses.xlsx (a rehearsal unless an account is set)
	@$(BIN)/course-import import $(ARGS) -- "$$FILE" || { code=$$?; echo "course-import ended with code $$code" >&2; exit $$code; }

check: $(STAMP)  ## Check FILE=courses.xlsx; sends nothing
	@$(BIN)/course-import check $(ARGS) -- "$$FILE" || { code=$$?; echo "course-import ended with code $$code" >&2; exit $$code; }

plan: $(STAMP)  ## Tell what an import of FILE=courses.xlsx would do, and how long; sends nothing
	@$(BIN)/course-import plan $(ARGS) -- "$$FILE" || { code=$$?; echo "course-import ended with code $$code" >&2; exit $$code; }

template: $(STAMP)  ## Write a blank workbook to fill in (FILE=new.xlsx)
	@$(BIN)/course-import template $(ARGS) -- "$$FILE"

report: $(STAMP)  ## Show the last run's summary and where its files are
	@$(BIN)/course-import report $(ARGS)

sandbox: $(STAMP)  ## Run the stand-in API in the foreground (ARGS="--port 8899")
	@$(BIN)/course-import sandbox $(ARGS)

test: $(STAMP)  ## Format, lint, types, import contracts, tests with branch coverage
	$(BIN)/ruff format --check .
	$(BIN)/ruff check .
	$(BIN)/mypy
	$(BIN)/lint-imports
	$(BIN)/pytest -n auto --dist worksteal --cov --cov-report=term -m "not installs" $(ARGS)

$(PEERS)/.made-from-lock: $(PEERS_LOCK)
	$(PYTHON) -m venv --clear $(PEERS)
	$(PEERS)/bin/pip install --quiet --disable-pip-version-check --no-deps --require-hashes -r $(PEERS_LOCK)
	@echo "$(CURDIR)" > $$($(PEERS)/bin/python -c 'import sysconfig; print(sysconfig.get_path("purelib"))')/course-import.pth
	@touch $@

bench: $(PEERS)/.made-from-lock  ## Measure beside what people would use instead (QUICK=1: in two minutes)
	$(PEERS)/bin/python -m tests.bench $(if $(QUICK),--quick) --json $(PEERS)/figures.json $(ARGS)

lock: $(STAMP)  ## Renew the lock files (needs uv)
	$(COMPILE) pyproject.toml --extra dev -o $(LOCK)
	$(COMPILE) pyproject.toml --extra image --no-annotate --constraint $(LOCK) -o requirements-runtime.lock
	$(COMPILE) .ci/airflow.in --no-annotate -o .ci/airflow.lock
	$(COMPILE) pyproject.toml $(basename $(PEERS_LOCK)).in --no-annotate --constraint $(LOCK) -o $(PEERS_LOCK)

clean:  ## Remove what make built; the journal and the reports stay
	rm -rf $(VENV) .bench build *.egg-info .pytest_cache .mypy_cache .ruff_cache .import_linter_cache .coverage .coverage.* htmlcov
