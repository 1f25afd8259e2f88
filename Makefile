# Every way to work with phonghop starts here; "make help" lists them.
.DEFAULT_GOAL := help
.PHONY: help demo test lint format bench chaos fuzz soak doors-check deb deb-check audit venv lock clean

BIN := .venv/bin
# A worker for each processor; a file stays with one worker, because its tests may share a site. In the
# order of the folders: the long stories first, thousands of quick tests last.
PYTEST_ARGS ?= --numprocesses auto --dist loadfile --no-loadscope-reorder
BENCH_ARGS ?=
SEED ?=
DURATION_S ?=
ONE_BY_ONE ?=
SECONDS ?=
TARGET ?=
HOURS ?=
HOME_ASSISTANT ?=
NODE_RED ?=
ASYNCAPI ?=
ARCH ?=
HTTP_PORT ?=
MQTT_PORT ?=

help: ## this list
	@sed -n 's/^\([a-z-]*\):.*## \(.*\)/  make \1\t\2/p' Makefile | expand -t 18
	@echo 'Variables: HTTP_PORT, MQTT_PORT (demo), PYTEST_ARGS (test), BENCH_ARGS (bench), SEED, DURATION_S, ONE_BY_ONE=1 (chaos), SEED, SECONDS, TARGET (fuzz), HOURS (soak), HOME_ASSISTANT, NODE_RED, ASYNCAPI (doors-check), ARCH (deb), PYTHON (venv)'

demo: ## two rooms, hub and broker on this machine, no hardware; Ctrl-C ends it
	@.ci/venv demo
	@exec $(BIN)/phonghop-hub demo $(if $(HTTP_PORT),--http-port $(HTTP_PORT)) $(if $(MQTT_PORT),--mqtt-port $(MQTT_PORT))

test: venv ## everything that CI checks: lint, then all tests
	@.ci/system-packages
	@$(MAKE) --no-print-directory lint
	@echo 'test: pytest'
	@$(BIN)/python -m pytest $(PYTEST_ARGS)

lint: venv ## style, types, import rules, secrets
	@echo 'lint: ruff'
	@$(BIN)/ruff check --quiet .
	@$(BIN)/ruff format --quiet --check . || { echo 'lint: run "make format"' >&2; exit 1; }
	@echo 'lint: mypy'
	@$(BIN)/mypy --no-error-summary
	@echo 'lint: import rules'
	@$(BIN)/lint-imports
	@echo 'lint: secrets'
	@git ls-files -z --cached --others --exclude-standard | xargs -0 .ci/secrets

audit: venv ## known weaknesses of everything in the lock file; asks the network, so it is no test
	@.ci/audit

format: venv ## write the code as the linter wants it
	@$(BIN)/ruff check --quiet --fix-only .
	@$(BIN)/ruff format .

bench: venv ## presses, votes and a storm of votes, measured (BENCH_ARGS="votes --json FILE")
	@.ci/system-packages
	@$(BIN)/python -m tests.bench $(BENCH_ARGS)

chaos: venv ## a meeting with ballots while everything fails; the last line is the figures as JSON
	@.ci/system-packages
	@$(BIN)/python -m tests.chaos $(if $(SEED),--seed $(SEED)) $(if $(DURATION_S),--duration-s $(DURATION_S)) $(if $(ONE_BY_ONE),--one-by-one)

fuzz: venv ## everything that reads what others send, given nonsense; findings are kept as tests
	@$(BIN)/python -m tests.fuzz $(if $(SEED),--seed $(SEED)) $(if $(SECONDS),--seconds $(SECONDS)) $(if $(TARGET),--target $(TARGET))

soak: venv ## short meetings for hours, and what the processes keep of them; the last line is JSON
	@.ci/system-packages
	@$(BIN)/python -m tests.soak $(if $(HOURS),--hours $(HOURS)) $(if $(SEED),--seed $(SEED))

doors-check: venv ## a real Home Assistant and Node-RED on a site of ours; by hand (docs/bridges.md)
	@.ci/system-packages
	@$(BIN)/python -m tests.doors $(if $(HOME_ASSISTANT),--home-assistant $(HOME_ASSISTANT)) $(if $(NODE_RED),--node-red $(NODE_RED)) $(if $(ASYNCAPI),--asyncapi $(ASYNCAPI))

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
