# Parley: the commands that a developer needs. All that they install or write stays in this directory.

PYTHON ?= python3
JOBS ?= 2

UV := .tools/bin/uv
VENV := .venv
INSTALLED := $(VENV)/.installed
MANAGE := $(VENV)/bin/python manage.py

# uv shall use the Python we were given, and the package index that pip was told to use (uv does not read pip's files).
PREPARE_UV = export UV_PYTHON_DOWNLOADS=never; \
	index=$${PIP_INDEX_URL:-$$($(PYTHON) -m pip config get global.index-url 2>/dev/null)}; \
	if [ -n "$$index" ]; then export UV_DEFAULT_INDEX=$${UV_DEFAULT_INDEX:-$$index}; fi
COMPILE = $(UV) pip compile --quiet --universal --python-version 3.11 --generate-hashes --no-emit-index-url

.DEFAULT_GOAL := help
.PHONY: help run test bench convoy rolling screenshots icons lint format types lock reset clean

help: ## Show this list
	@awk -F ':.*## ' '/^[a-z-]+:.*## / { printf "  make %-10s %s\n", $$1, $$2 }' $(MAKEFILE_LIST)

run: $(INSTALLED) ## Start Parley on this machine: database, demo, two web workers, one for jobs
	@exec $(MANAGE) up

test: $(INSTALLED) ## Run all tests on services of their own (JOBS=2 processes)
	@$(VENV)/bin/python -m pytest -n $(JOBS) $(ARGS)

bench: $(INSTALLED) ## Measure speed against stock Channels, in one run (ARGS="--quick", "--only pairs", "--json FILE")
	@$(VENV)/bin/python -m tests.bench $(ARGS)

convoy: $(INSTALLED) ## Break things while 40 clients talk, and check what they saw (ARGS="--minutes 30", "--mutants")
	@$(VENV)/bin/python -m tests.convoy $(ARGS)

rolling: $(INSTALLED) ## Replace three servers behind nginx under load, and lose nothing (needs nginx; ARGS="--rounds 3")
	@$(VENV)/bin/python -m tests.rolling $(ARGS)

screenshots: $(INSTALLED) ## Take the pictures in docs/screenshots anew (needs Chromium)
	@$(VENV)/bin/python -m tests.browser.screenshots

icons: $(INSTALLED) ## Draw the icons of the installed app anew from the mark (needs Chromium)
	@$(VENV)/bin/python -m tests.browser.icons

lint: export DEBUG = true
lint: export ENV_FILE =
lint: $(INSTALLED) ## Check style, types, layers and generated files
	$(VENV)/bin/ruff check .
	$(VENV)/bin/ruff format --check .
	$(VENV)/bin/djade --check --target-version 5.2 $$(find templates -name '*.html')
	$(VENV)/bin/lint-imports --no-logo
	$(VENV)/bin/mypy
	$(MANAGE) check
	$(MANAGE) config --check
	$(MANAGE) asyncapi --check

format: $(INSTALLED) ## Format Python and templates, and fix what can be fixed
	$(VENV)/bin/ruff check --fix .
	$(VENV)/bin/ruff format .
	-$(VENV)/bin/djade --target-version 5.2 $$(find templates -name '*.html')

types: export DEBUG = true
types: export ENV_FILE =
types: $(INSTALLED) ## Check types only
	$(VENV)/bin/mypy

lock: $(UV) ## Resolve requirements/ anew from pyproject.toml (UPGRADE=--upgrade for newer versions)
	@$(PREPARE_UV); \
	$(COMPILE) $(UPGRADE) pyproject.toml -o requirements/run.txt && \
	$(COMPILE) $(UPGRADE) pyproject.toml --group dev -c requirements/run.txt -o requirements/dev.txt

reset: $(INSTALLED) ## Delete the embedded database and its files; the next `make run` begins with a new demo
	@$(MANAGE) reset

clean: ## Delete what was installed and cached; data and .env stay
	rm -rf $(VENV) .tools .mypy_cache .ruff_cache .pytest_cache .import_linter_cache

$(UV):
	@$(PYTHON) -c 'import sys; sys.version_info >= (3, 11) or sys.exit("Parley needs Python 3.11 or newer: make PYTHON=python3.12 run")'
	@begin=$$(date +%s); \
	$(PYTHON) -m pip install --quiet --disable-pip-version-check --root-user-action=ignore --target .tools uv && \
	echo "  uv             $$(($$(date +%s) - begin)) s"

$(INSTALLED): requirements/dev.txt | $(UV)
	@begin=$$(date +%s); $(PREPARE_UV); \
	{ test -x $(VENV)/bin/python || $(UV) venv --quiet --python "$$(command -v $(PYTHON))" $(VENV); } && \
	$(UV) pip sync --quiet --require-hashes --python $(VENV)/bin/python requirements/dev.txt && \
	touch $@ && echo "  packages       $$(($$(date +%s) - begin)) s"
