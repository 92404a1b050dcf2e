# `make help` lists the targets; each works on a fresh clone with Python 3.11+, make and pip.

PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
READY := $(VENV)/.ready
export PYTHONDONTWRITEBYTECODE := 1

.DEFAULT_GOAL := help
.PHONY: help setup build demo up test lint format parity fuzz bench soak lock clean

help: ## List the targets
	@awk -F ':.*## ' '/^[a-z]+:.*## / {printf "  make %-8s %s\n", $$1, $$2}' $(MAKEFILE_LIST)

$(READY): requirements.lock pyproject.toml hatch_build.py
	@$(PYTHON) -c 'import sys; sys.exit(0 if sys.version_info >= (3, 11) else "vop needs Python 3.11 or newer; name one with make PYTHON=python3.x")'
	@echo "setting up $(VENV): the first time downloads about 300 MB"
	@$(PYTHON) -m venv $(VENV)
	@$(BIN)/python -m pip install --quiet --disable-pip-version-check --require-hashes -r requirements.lock
	@$(BIN)/python -m pip install --quiet --disable-pip-version-check --no-deps --no-build-isolation --editable .
	@touch $(READY)

setup: $(READY) ## Make .venv with everything pinned by requirements.lock

build: $(READY) ## Compile the tables, the two Wasm modules and the Python matcher (only what changed)
	@$(BIN)/python -m edge_filter.build
	@$(BIN)/python -m matcher.native.build

demo: build ## Start the stack, verify payees through Envoy, show a live change, stop
	@$(BIN)/vop demo

up: build ## Keep the stack running in the foreground; Ctrl-C ends it
	@$(BIN)/vop up

test: build ## Run the whole test suite
	@$(BIN)/python -m pytest -n 2 --dist loadfile

lint: build ## Ruff, mypy, zig fmt and the arrows between the rooms
	@$(BIN)/ruff check .
	@$(BIN)/ruff format --check .
	@$(BIN)/mypy
	@$(BIN)/python -m ziglang fmt --check edge_filter
	@$(BIN)/lint-imports

format: $(READY) ## Format Python and Zig
	@$(BIN)/ruff check --fix-only --quiet .
	@$(BIN)/ruff format .
	@$(BIN)/python -m ziglang fmt edge_filter

parity: build ## Compare the two matchers on many more pairs than the tests do
	@VOP_PARITY_PAIRS=1000000 $(BIN)/python -m pytest -n 2 tests/parity/test_matcher_parity.py

fuzz: build ## Run the Zig matcher and the replicator natively on hostile and random input, a minute each
	@$(BIN)/python -m edge_filter.fuzz --seconds 60
	@$(BIN)/python -m edge_filter.fuzz --seconds 60 --part replicator

bench: build ## Measure the edge, the directory and the control plane; one part: python -m bench --only edge
	@$(BIN)/python -m bench

soak: build ## Load the service for half an hour while everything changes, and check every answer
	@$(BIN)/python -m bench.soak --minutes 30

lock: $(READY) ## Pin the newest dependencies that pyproject.toml allows
	@$(BIN)/uv pip compile --quiet --universal --python-version 3.11 --generate-hashes --no-emit-index-url \
		--custom-compile-command "make lock" --extra dev pyproject.toml -o requirements.lock

clean: ## Remove what was built, but not .venv
	@rm -rf edge_filter/built matcher/native/built matcher/tables/compiled.bin build dist .zig-cache .mypy_cache .ruff_cache .pytest_cache .hypothesis
