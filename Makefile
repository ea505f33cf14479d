# Needs Python >= 3.11, Node >= 20.19, npm and make; everything else is installed by the targets.
SHELL := /bin/bash
.SHELLFLAGS := -euo pipefail -c
.DEFAULT_GOAL := help
.DELETE_ON_ERROR:
MAKEFLAGS += --no-builtin-rules --no-print-directory

PYTHON ?= python3
BIN := .venv/bin
RUN_STAMP := .venv/.installed-run
DEV_STAMP := .venv/.installed-dev
BUILT := build/stamps
VIEWER := packages/api-docs/node_modules/.installed

# Every folder with a lock of its own is an npm project.
PROJECTS := $(patsubst %/package-lock.json,%,$(wildcard apps/*/package-lock.json \
	packages/*/package-lock.json e2e/package-lock.json))
APPS := customer console
INSTALLED := $(PROJECTS:%=%/node_modules/.installed)

written = $(shell find $(1) -type f -not -path '*/node_modules/*' -not -path '*/dist/*')
step = tools/step.sh $(subst @,-,$@)

# npm's and uni-app's tools ask their makers for updates unless told that nobody is watching.
export CI := true
export NO_COLOR := 1
export npm_config_update_notifier := false

##@ Use

.PHONY: run
run: $(RUN_STAMP) $(BUILT)/customer-h5 $(BUILT)/console $(VIEWER) ## Set everything up and serve it, with demo data
	@exec $(BIN)/shunyue up

.PHONY: test
test: ## Everything that CI runs
	@rm -rf build/logs
	@tools/debian.sh chromium fonts-noto-cjk
	@$(MAKE) -j2 -O install
	@code=0; \
	$(MAKE) -j2 -O -k static builds || code=1; \
	$(MAKE) -k python-tests mini-program-tests browser-tests || code=1; \
	echo; $(PYTHON) tools/closing_lines.py || code=1; \
	exit $$code

.PHONY: bench
bench: $(RUN_STAMP) ## Measure this machine against the limit of its database (docs/benchmarks.md)
	@cd backend && ../$(BIN)/python -m bench

.PHONY: trace
trace: ## Show which requirements have tests
	@$(PYTHON) tools/trace.py

##@ Change

.PHONY: format
format: install ## Bring all files into form
	@cd backend && ../$(BIN)/ruff check --fix-only -q . ../tools && ../$(BIN)/ruff format -q . ../tools
	@for project in $(PROJECTS); do (cd $$project && npm run --silent --if-present format); done

.PHONY: lint
lint: ## All checks that run no tests
	@$(MAKE) -j2 -O install
	@$(MAKE) -j2 -O -k static

.PHONY: generate
generate: install ## Write API description, database schema and the apps' types anew
	@tools/generated.sh write

.PHONY: lock
lock: ## Resolve the dependencies anew (needs uv)
	@command -v uv >/dev/null || { echo "Please install uv (pip install uv)." >&2; exit 1; }
	@cd backend && for extras in run:install dev:install,dev; do \
		uv pip compile --quiet --upgrade --universal --generate-hashes --no-header --no-annotate \
			$$(printf -- ' --extra %s' $$(tr , ' ' <<<$${extras#*:})) \
			pyproject.toml -o requirements/$${extras%%:*}.txt; done
	@for project in $(PROJECTS); do (cd $$project && npm install --package-lock-only); done

.PHONY: clean
clean: ## Remove what was installed and built; var/ with the data stays
	@rm -rf build .venv $(PROJECTS:%=%/node_modules) $(PROJECTS:%=%/dist) e2e/test-results
	@find backend tools -name __pycache__ -prune -exec rm -rf {} +
	@rm -rf backend/.*_cache backend/src/*.egg-info

.PHONY: help
help: ## Show this list
	@awk 'BEGIN {FS = ":.*## "} /^##@/ {printf "\n%s\n", substr($$0, 5)} \
		/^[a-z-]+:.*## / {printf "  make %-10s %s\n", $$1, $$2}' $(MAKEFILE_LIST)

# --- Setting up -----------------------------------------------------------------------------

.PHONY: install
install: $(DEV_STAMP) $(INSTALLED)

$(BIN)/python:
	@$(PYTHON) -c 'import sys; sys.version_info >= (3, 11) or sys.exit("Python 3.11 or newer is needed.")'
	@$(PYTHON) -c 'import ensurepip, venv' 2>/dev/null || tools/debian.sh python3-venv
	$(PYTHON) -m venv .venv

$(RUN_STAMP): backend/requirements/run.txt backend/pyproject.toml | $(BIN)/python
	$(BIN)/python -m pip install -q --disable-pip-version-check --require-hashes -r $<
	$(BIN)/python -m pip install -q --disable-pip-version-check --no-deps --no-build-isolation -e backend
	@touch $@

$(DEV_STAMP): backend/requirements/dev.txt $(RUN_STAMP)
	$(BIN)/python -m pip install -q --disable-pip-version-check --require-hashes -r $<
	@touch $@

CHECK_NODE = const [major, minor] = process.versions.node.split(".").map(Number); \
	if (major < 20 || (major === 20 && minor < 19)) throw "Node 20.19 or newer is needed.";

%/node_modules/.installed: %/package-lock.json %/package.json
	@node -e '$(CHECK_NODE)'
	cd $* && npm ci --no-audit --no-fund --loglevel=error
	@touch $@

# --- Building -------------------------------------------------------------------------------

CUSTOMER_SOURCES := $(call written,apps/customer packages)
CONSOLE_SOURCES := $(call written,apps/console packages)

.PHONY: builds
builds: $(BUILT)/customer-h5 $(BUILT)/customer-mp-weixin $(BUILT)/customer-mp-alipay $(BUILT)/console

# One after the other: the customer app's builds share a cache and the memory of a small machine.
$(BUILT)/customer-mp-weixin: | $(BUILT)/customer-h5
$(BUILT)/customer-mp-alipay: | $(BUILT)/customer-mp-weixin

$(BUILT)/customer-%: $(CUSTOMER_SOURCES) apps/customer/node_modules/.installed
	@tools/step.sh build-customer-$* npm --prefix apps/customer run build:$*
	@mkdir -p $(@D) && touch $@

$(BUILT)/console: $(CONSOLE_SOURCES) apps/console/node_modules/.installed
	@tools/step.sh build-console npm --prefix apps/console run build
	@mkdir -p $(@D) && touch $@

# --- Checking -------------------------------------------------------------------------------

.PHONY: static python-format python-lint python-types python-imports generated-check browser-tests-static
static: python-format python-lint python-types python-imports generated-check \
	$(APPS:%=format@%) $(APPS:%=lint@%) $(APPS:%=typecheck@%) $(APPS:%=test@%) browser-tests-static

python-format: $(DEV_STAMP)
	@$(step) bash -c 'cd backend && ../$(BIN)/ruff format --check . ../tools'

python-lint: $(DEV_STAMP)
	@$(step) bash -c 'cd backend && ../$(BIN)/ruff check . ../tools'

python-types: $(DEV_STAMP)
	@$(step) bash -c 'cd backend && ../$(BIN)/mypy && ../$(BIN)/mypy ../tools'

python-imports: $(DEV_STAMP)
	@$(step) bash -c 'cd backend && ../$(BIN)/lint-imports'

generated-check: $(RUN_STAMP) apps/console/node_modules/.installed
	@$(step) tools/generated.sh check

format@%: apps/%/node_modules/.installed
	@$(step) npm --prefix apps/$* run format:check

lint@%: apps/%/node_modules/.installed
	@$(step) npm --prefix apps/$* run lint

typecheck@%: apps/%/node_modules/.installed
	@$(step) npm --prefix apps/$* run typecheck

test@%: apps/%/node_modules/.installed
	@$(step) npm --prefix apps/$* run test

browser-tests-static: e2e/node_modules/.installed
	@$(step) bash -ec 'for check in format:check lint typecheck; do npm --prefix e2e run $$check; done'

.PHONY: python-tests mini-program-tests browser-tests
python-tests: $(DEV_STAMP)
	@$(step) bash -c 'cd backend && ../$(BIN)/pytest -n 2 --dist worksteal'

mini-program-tests: $(BUILT)/customer-mp-weixin $(BUILT)/customer-mp-alipay
	@$(step) npm --prefix apps/customer run test:mp

browser-tests: $(RUN_STAMP) $(BUILT)/customer-h5 $(BUILT)/console $(VIEWER) e2e/node_modules/.installed
	@$(step) bash -c 'cd e2e && npx --no-install playwright test'
