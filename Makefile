# The whole project, told as commands. `make` alone reads it out.
.DEFAULT_GOAL := help
.PHONY: help setup run test lint bench bench-diagnosis bench-speech real-input lock clean

DATA ?= ../shared/data
BIN := .venv/bin
PYTEST := $(BIN)/python -m pytest

help: ## tells what can be done here
	@echo 'Sehat, the health information and decision support suite of a city.'
	@echo
	@awk -F ':.*## ' '/^[a-z-]+:.*## / { printf "  make %-15s %s\n", $$1, $$2 }' Makefile
	@echo
	@echo 'Begin with "make run". Every command installs what is missing before it begins.'

setup: ## installs what is missing into .venv and portal/static/vendor
	@scripts/bootstrap

run: setup ## starts the suite at http://127.0.0.1:8000, seeded and trained on first use
	@$(BIN)/sehat up

test: lint ## lints, runs every test on SQLite, and the database tests on PostgreSQL too
	$(PYTEST) -n 2 --dist loadfile --no-loadscope-reorder
	$(PYTEST) -n 2 --dist loadfile --no-loadscope-reorder --database postgresql

lint: setup ## checks style, types and which folder may import which
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy
	$(BIN)/lint-imports

bench: setup ## measures speed and size and prints each figure with the command that made it
	@$(BIN)/python -m sehat.bench

bench-diagnosis: setup ## measures diagnosis support on patients held back, DATA=folder, beside its baselines
	@$(BIN)/python -m training.diagnosis.bench --data $(DATA)

bench-speech: setup ## measures the word errors of dictation, RECORDINGS=folder for your own x.wav with x.txt
	@$(BIN)/python -m training.speech.evaluate $(if $(RECORDINGS),--recordings $(RECORDINGS)) $(if $(EVERY),--every $(EVERY))

real-input: setup ## runs the whole loop on data made elsewhere, DATA=folder, and prints one table
	@$(BIN)/python -m sehat.real_input --data $(DATA)

lock: setup ## resolves requirements.in and package.json again, LOCK=--upgrade to newer versions
	sed -i.old '/^torch==/d' requirements.lock  # else its CUDA build, which has the same number, is kept
	UV_CUSTOM_COMPILE_COMMAND='make lock' scripts/uv pip compile requirements.in \
		--override requirements.overrides --no-emit-index-url --no-emit-find-links \
		--python-version 3.11 --quiet $(LOCK) -o requirements.lock
	sed -i.old 's/+cpu$$//' requirements.lock && rm requirements.lock.old
	$(BIN)/npm install --package-lock-only --ignore-scripts --omit-lockfile-registry-resolved \
		--no-audit --no-fund --loglevel=error

clean: ## removes what was installed and built here; records and models in .sehat stay
	rm -rf .venv node_modules portal/static/vendor build dist ./*.egg-info
	rm -rf .mypy_cache .ruff_cache .import_linter_cache .pytest_cache .hypothesis
	find . -name __pycache__ -not -path './.git/*' -prune -exec rm -rf {} +
