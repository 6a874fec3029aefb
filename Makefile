# Every command of the project. GNU make 3.81 is enough.

PYTHON ?= python3
PORT ?= 8000
BIN = .venv/bin
RUN = $(BIN)/python
PIP = $(RUN) -m pip install --quiet --disable-pip-version-check --no-compile --require-hashes
UV = UV_PYTHON_DOWNLOADS=never uv
NO_VENV = This Python cannot make virtual environments. Debian, Ubuntu: sudo apt-get install -y python3-venv

.PHONY: help up install install-dev test lint format types imports test-embedded test-real test-browser \
	chaos bench lock migrations clean

help:  ## list every command
	@awk -F ':.*## ' '/^[a-z-]+:.*## / { printf "  make %-14s %s\n", $$1, $$2 }' Makefile

up: install  ## install, load the demo and start everything at 127.0.0.1 (PORT=8765 chooses the port)
	@exec $(RUN) -m orchestrator.service --port $(PORT)

install: .venv/installed  ## make .venv and install what running needs

install-dev: .venv/installed-dev  ## install what the tests and checks need as well

test: lint types imports test-embedded test-real test-browser  ## run every check and every test, as CI does

lint: install-dev  ## check style
	@$(RUN) -m ruff check . && $(RUN) -m ruff format --check --quiet .

format: install-dev  ## repair style where it can be done mechanically
	@$(RUN) -m ruff check --fix . && $(RUN) -m ruff format .

types: install-dev  ## check types
	@$(RUN) -m mypy orchestrator bpmn decisions humantasks

imports: install-dev  ## check who may import whom (.importlinter)
	@$(BIN)/lint-imports --no-cache

test-embedded: install-dev  ## tests on SQLite and the in-memory broker (ARGS=... goes to pytest)
	@$(RUN) -m tests.lanes embedded $(ARGS)

test-real: install-dev  ## tests on a throw-away PostgreSQL and Redis with a real worker (ARGS=...)
	@$(RUN) -m tests.lanes real $(ARGS)

test-browser: install-dev  ## tests that click through the pages in Chromium (ARGS=...)
	@$(RUN) -m tests.lanes browser $(ARGS)

chaos: install-dev  ## only the tests that kill processes, on both lanes
	@$(RUN) -m tests.lanes chaos $(ARGS)

bench: install-dev  ## measure on PostgreSQL and print one JSON document
	@$(RUN) -m tests.bench $(ARGS)

migrations: install  ## write the migrations that changed rows need
	@$(RUN) manage.py makemigrations

lock: install-dev  ## choose the versions anew: requirements.txt, requirements-dev.txt
	@command -v uv >/dev/null 2>&1 || { echo "make lock needs uv: https://docs.astral.sh/uv/"; exit 1; }
	@$(UV) pip compile pyproject.toml --quiet --upgrade --universal --python-version 3.11 \
		--generate-hashes --no-header --output-file requirements.txt
	@$(UV) pip compile pyproject.toml --quiet --upgrade --universal --python-version 3.11 \
		--generate-hashes --no-header --group dev --group bench \
		--output-file requirements-dev.txt

clean:  ## remove .venv and the caches; var/ with your data stays
	@rm -rf .venv .mypy_cache .ruff_cache .pytest_cache .import_linter_cache .hypothesis htmlcov .coverage

.venv/bin/python:
	@command -v $(PYTHON) >/dev/null 2>&1 || \
		{ echo "Handoff needs Python 3.11 or newer, and there is no $(PYTHON) here."; exit 1; }
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' || \
		{ echo "Handoff needs Python 3.11 or newer. Another one: make up PYTHON=python3.12"; exit 1; }
	@if command -v uv >/dev/null 2>&1; then $(UV) venv --quiet --python "$$(command -v $(PYTHON))" .venv; \
	elif $(PYTHON) -c 'import ensurepip, venv' 2>/dev/null; then $(PYTHON) -m venv .venv; \
	else echo "$(NO_VENV)"; exit 1; fi

.venv/installed: requirements.txt | .venv/bin/python
	@echo "Installing into .venv (about a minute the first time) ..."
	@if command -v uv >/dev/null 2>&1; then \
		$(UV) pip install --quiet --python $(RUN) --require-hashes -r requirements.txt; \
	else $(PIP) -r requirements.txt; fi
	@touch $@

.venv/installed-dev: requirements-dev.txt | .venv/bin/python
	@echo "Installing what the tests need into .venv ..."
	@if command -v uv >/dev/null 2>&1; then \
		$(UV) pip install --quiet --python $(RUN) --require-hashes -r requirements-dev.txt; \
	else $(PIP) -r requirements-dev.txt; fi
	@touch .venv/installed $@
