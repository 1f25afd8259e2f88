# Every way to work with phonghop starts here; "make help" lists them.
.DEFAULT_GOAL := help
.PHONY: help demo test lint format bench chaos deb deb-check venv lock clean

BIN := .venv/bin
# A worker for each processor; a file stays with one worker, because its tests may share a site. In the
# order of the folders: the long stories first, thousands of quick tests last.
PYTEST_ARGS ?= --numprocesses auto --dist loadfile --no-loadscope-reorder
BENCH_ARGS ?=
SEED ?=
DURATION_S ?=
ARCH ?=
HTTP_PORT ?=
MQTT_PORT ?=

help: ## this list
	@sed -n 's/^\([a-z-]*\):.*## \(.*\)/  make \1\t\2/p' Makefile | expand -t 18
	@echo 'Variables: HTTP_PORT, MQTT_PORT (demo), PYTEST_ARGS (test), BENCH_ARGS (bench), SEED, DURATION_S (chaos), ARCH (deb), PYTHON (venv)'

demo: ## two rooms, hub and broker on this machine, no hardware; Ctrl-C ends it
	@.ci/venv demo
	@exec $(BIN)/phonghop-hub demo $(if $(HTTP_PORT),--http-port $(HTTP_PORT)) $(if $(MQTT_PORT),--mqtt-port $(MQTT_PORT))

test: venv ## everything that CI checks: lint, then all tests
	@.ci/system-packages
	@$(MAKE) --no-print-directory lint
	@echo 'test: pytest'
	@$(BIN)/python -m pytest $(PYTEST_ARGS)

lint: venv ## style, types and import rules
	@echo 'lint: ruff'
	@$(BIN)/ruff check --quiet .
	@$(BIN)/ruff format --quiet --check . || { echo 'lint: run "make format"' >&2; exit 1; }
	@echo 'lint: mypy'
	@$(BIN)/mypy --no-error-summary
	@echo 'lint: import rules'
	@$(BIN)/lint-imports

format: venv ## write the code as the linter wants it
	@$(BIN)/ruff check --quiet --fix-only .
	@$(BIN)/ruff format .

bench: venv ## presses, votes and a storm of votes, measured (BENCH_ARGS="votes --json FILE")
	@.ci/system-packages
	@$(BIN)/python -m tests.bench $(BENCH_ARGS)

chaos: venv ## a meeting with ballots while everything fails; the last line is the figures as JSON
	@.ci/system-packages
	@$(BIN)/python -m tests.chaos $(if $(SEED),--seed $(SEED)) $(if $(DURATION_S),--duration-s $(DURATION_S))

deb: venv ## Debian packages of edge and hub in dist/ (ARCH=arm64: for a Raspberry Pi, on any machine)
	@.ci/deb $(if $(ARCH),--arch $(ARCH))

deb-check: venv ## the packages in a fresh Debian 12 that is started: installed, run, upgraded, purged; needs root
	@.ci/deb-check

venv: ## the environment alone: .venv with everything locked in it
	@.ci/venv all

lock: venv ## lock files anew from pyproject.toml (make lock UPGRADE=1: newest versions)
	@.ci/lock $(if $(UPGRADE),--upgrade)

clean: ## remove what the other commands made
	rm -rf .venv .mypy_cache .pytest_cache .ruff_cache .import_linter_cache .hypothesis
	find . -name __pycache__ -type d -prune -exec rm -rf {} +
