# Shijiao: `make` says what there is to do. Everything is installed into .venv from infra/lock/; nothing needs root.
SHELL := bash
PYTHON ?= python3
export PYTHON

BIN := .venv/bin
LOCK := infra/lock

.PHONY: help
help: ## say what there is to do
	@awk -F ':.*## ' '/^[a-z-]+:.*## / { printf "make %-10s %s\n", $$1, $$2 }' $(MAKEFILE_LIST)

.PHONY: demo
demo: .venv/runtime.stamp ## take a real lecture through everything and open the portal (ARGS=--no-serve: only the first)
	@$(BIN)/shijiao demo $(ARGS)

.PHONY: test
test: .venv/dev.stamp .venv/ocfl/stamp ## set up and run the whole gate (ARGS=fast: format, lint, types and unit tests)
	@infra/check $(ARGS)

.PHONY: check
check: ## run the gate without setting up again
	@infra/check $(ARGS)

.PHONY: bench
bench: .venv/dev.stamp ## run every bench in tests/bench, one after the other (media.py runs the media_*.py)
	@for bench in memory memory_worker search media speech; do echo "== $$bench"; $(BIN)/python tests/bench/$$bench.py || exit; done

.PHONY: lock
lock: ## resolve all dependencies anew into infra/lock
	@infra/relock

.PHONY: clean
clean: ## remove the environment, caches and builds; recordings in var/ stay
	rm -rf .venv build *.egg-info .mypy_cache .pytest_cache .ruff_cache .import_linter_cache .hypothesis tests/artefacts
	find archive ingest dashboard tests -name __pycache__ -type d -prune -exec rm -rf {} +

.PHONY: clean-all
clean-all: clean ## also remove var/: every recording, the database, the store and the models
	rm -rf var

# A stamp is younger than the lock that it was installed from; so a second run costs nothing. dev holds all of runtime.
RUNTIME := pyproject.toml infra/install $(LOCK)/build.txt $(LOCK)/requirements.txt $(LOCK)/torch.txt

.venv/runtime.stamp: $(RUNTIME)
	@infra/install runtime
	@touch $@

.venv/dev.stamp: $(RUNTIME) $(LOCK)/dev.txt
	@infra/install dev
	@touch $@ .venv/runtime.stamp

.venv/ocfl/stamp: $(LOCK)/ocfl-build.txt $(LOCK)/ocfl.txt | .venv/dev.stamp
	@infra/install ocfl
	@touch $@
