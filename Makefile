# The commands of the project. `make demo` needs Python 3.11 or newer and nothing else.

PYTHON := $(shell for p in python3 python3.14 python3.13 python3.12 python3.11; do \
	$$p -c 'import sys, venv, ensurepip; sys.exit(sys.version_info < (3, 11))' >/dev/null 2>&1 && echo $$p && break; done)
BIN := .venv/bin
PYTEST := $(BIN)/python -m pytest
LOCK := $(BIN)/uv pip compile --quiet --universal --python-version 3.11 --generate-hashes --no-annotate --no-emit-package torch --custom-compile-command "make lock"
KEYWORDS := -k mark -k Refusal -k NotFound -k Forbidden -k Conflict -k Invalid -k Unreadable -k report:2 -k _unknown:2 -k Likeness:2 -k Problem:3

# On few cores, threads inside one query cost more than they bring; see README, "Decisions".
export OMP_NUM_THREADS ?= 1
export OPENBLAS_NUM_THREADS ?= 1

.DEFAULT_GOAL := help
.PHONY: help secrets smoke demo serve test check fix bench evaluate migrate messages setup dev lock clean python

help: ## List these commands
	@awk -F ':.*## ' '/^[a-z]+:.*## / {printf "  make %-10s %s\n", $$1, $$2}' $(MAKEFILE_LIST)

demo: setup ## Ingest the real sample lists, build the index, serve the site on http://127.0.0.1:8000
	@exec $(BIN)/pool demo $(ARGS)

serve: setup ## Serve what is there, without ingesting anything
	@exec $(BIN)/pool serve $(ARGS)

test: dev ## Run the tests, also on PostgreSQL where POOL_TEST_POSTGRES or a local server offers it
	@export POOL_TEST_POSTGRES=$${POOL_TEST_POSTGRES-$$($(BIN)/python -m tests.local_postgres)}; \
	$(PYTEST) -m "not alone" -n auto --dist loadfile $(ARGS) $(if $(findstring --cov,$(ARGS)),--cov-fail-under=0) && \
	$(PYTEST) -m alone $(ARGS) $(if $(findstring --cov,$(ARGS)),--cov-append)

check: dev ## Look without running: style, types, import layers, templates, lock files
	@$(BIN)/ruff check . && $(BIN)/ruff format --check . && $(BIN)/mypy && $(BIN)/lint-imports && $(BIN)/djlint --quiet --check --lint templates

fix: dev ## Repair what a tool can repair: imports, format, templates
	@$(BIN)/ruff check --fix . ; $(BIN)/ruff format . ; $(BIN)/djlint --quiet --reformat templates

bench: setup ## Measure search, pages, ingestion and bookings at 1k, 10k and 100k generated listings
	@$(BIN)/pool bench $(ARGS)

evaluate: setup ## Judge the search: words, meaning and hybrid side by side on judged needs
	@$(BIN)/pool evaluate $(ARGS)

migrate: setup ## Bring the database to the newest revision
	@$(BIN)/pool migrate $(ARGS)

messages: dev ## Collect the sentences to translate into app/locale and compile what is translated
	@$(BIN)/pybabel -q extract -F pyproject.toml $(KEYWORDS) --no-location -o app/locale/messages.pot . && $(BIN)/pybabel -q update -l zh_Hans -i app/locale/messages.pot -d app/locale -N && $(BIN)/pybabel -q compile -d app/locale

secrets: python ## Make the secret files of docker-compose.yml, once, in deploy/secrets
	@$(PYTHON) -m deploy.make_secrets $(ARGS)

smoke: dev ## Start what docker-compose.yml describes by hand and walk through the site
	@PYTHONPATH=.:.ci $(BIN)/python -m smoke $(ARGS)

setup: python ## Prepare .venv, browser assets, messages and the offline model; done steps are skipped
	@$(PYTHON) -m app.setup

dev: python ## As setup, with the tools for development and tests
	@$(PYTHON) -m app.setup dev

lock: dev ## Resolve the lock files anew from pyproject.toml
	@printf 'pip\nsetuptools>=80,<82\n' | $(LOCK) --upgrade pyproject.toml - -o requirements.lock && $(LOCK) --upgrade --group dev -c requirements.lock -o requirements-dev.lock

clean: ## Remove everything that set-up can make again; the data in var/ stays
	@rm -rf .venv .pytest_cache .mypy_cache .ruff_cache .coverage* htmlcov *.egg-info app/static/vendor app/fonts && find app search ingest tests .ci -name __pycache__ -exec rm -rf {} +

python:
	@test -n "$(PYTHON)" || { echo "This needs Python 3.11 or newer with its venv module (on Debian: apt install python3 python3-venv)."; exit 1; }
