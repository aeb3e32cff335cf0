# The verbs of this project. CI, cron and people call the same ones; `encours --help` has the finer ones.
# Needs make and Python 3.11 or newer; everything else is installed into .venv from requirements.lock.

.SUFFIXES:
.PHONY: help setup demo test refresh dashboard lint docs bench long clean

BIN       = .venv/bin
# Where the run-time files lie. The demo and the tests have homes of their own and leave yours alone.
ENCOURS_HOME ?= data
DEMO_HOME = data/demo
TEST_HOME = data/test
# The sample company: its size, and the day its extracts speak of.
INVOICES ?= 20000
AS_OF     = 2026-03-29

help: # This list.
	@awk '/^[a-z]+:.*# / { verb = $$1; sub(":", "", verb); sub(/^[^#]*# /, ""); printf "  make %-10s %s\n", verb, $$0 }' Makefile

setup: .venv/installed # Install everything into .venv.

.venv/installed: requirements.lock pyproject.toml
	@for python in $(PYTHON) python3.13 python3.12 python3.11 python3 python; do \
	    $$python -c 'import sys; sys.exit(sys.version_info < (3, 11))' 2>/dev/null && break; \
	    python=; \
	done; \
	test -n "$$python" || { echo "Python 3.11 or newer is needed and none was found; PYTHON=/path/to/python names one." >&2; exit 1; }; \
	$$python -m venv .venv || { echo "$$python cannot make a virtual environment: install its venv module (Debian: python3-venv)." >&2; exit 1; }
	$(BIN)/python -m pip install --quiet --disable-pip-version-check --no-input --no-deps --require-hashes -r requirements.lock
	$(BIN)/python -m pip install --quiet --disable-pip-version-check --no-input --no-deps --no-build-isolation -e .
	@touch $@

demo: setup # The sample company from extract to dashboard; OPEN=0 ends after publishing, PORT=… chooses the port.
	ENCOURS_HOME=$(DEMO_HOME) $(BIN)/encours sample --invoices $(INVOICES) --seed 7 --out $(DEMO_HOME)/extracts
	ENCOURS_HOME=$(DEMO_HOME) $(BIN)/encours refresh $(DEMO_HOME)/extracts --as-of $(AS_OF)
	@test "$(OPEN)" = 0 || ENCOURS_HOME=$(DEMO_HOME) $(BIN)/encours dashboard $(if $(PORT),--port $(PORT))

# Two things at a time, for two cores: style and then the command's tests, beside the sample's build and then all other
# tests. What runs beside is kept in a file and shown when it ends.
test: setup .venv/browser .venv/postgres # Everything that must hold: lint, a full build of the sample with its tests, all pytest families.
	@rm -rf $(TEST_HOME) target/remembered && mkdir -p $(TEST_HOME)
	@{ \
	    $(MAKE) --no-print-directory lint >$(TEST_HOME)/lint.txt 2>&1; linted=$$?; \
	    until test -s $(TEST_HOME)/built.txt; do sleep 1; done; \
	    test "$$(cat $(TEST_HOME)/built.txt)" = 0 || exit $$linted; \
	    ENCOURS_TEST_HOME=$(TEST_HOME) $(BIN)/pytest tests/command >$(TEST_HOME)/command.txt 2>&1; command=$$?; \
	    exit $$((linted || command)); \
	} & beside=$$!; \
	export ENCOURS_HOME=$(TEST_HOME); \
	$(BIN)/encours sample --invoices 20000 --seed 7 --out $(TEST_HOME)/extracts && \
	ENCOURS_PROVE_RULES=1 $(BIN)/encours refresh $(TEST_HOME)/extracts --as-of $(AS_OF); built=$$?; \
	unset ENCOURS_HOME; \
	echo $$built >$(TEST_HOME)/built.txt; \
	others=0; \
	test $$built != 0 || { ENCOURS_TEST_HOME=$(TEST_HOME) $(BIN)/pytest --ignore=tests/command; others=$$?; }; \
	wait $$beside; besides=$$?; cat $(TEST_HOME)/lint.txt; test ! -f $(TEST_HOME)/command.txt || cat $(TEST_HOME)/command.txt; \
	exit $$((built || others || besides))

# The browser test needs Chromium: the machine's own, else Debian's package, else Playwright's download.
.venv/browser: .venv/installed
	@if command -v chromium >/dev/null || command -v chromium-browser >/dev/null || command -v google-chrome >/dev/null; then \
	    true; \
	elif command -v apt-get >/dev/null 2>&1 && test "$$(id -u)" = 0; then \
	    apt-get update -qq && DEBIAN_FRONTEND=noninteractive apt-get install -y -qq --no-install-recommends chromium >/dev/null; \
	else \
	    $(BIN)/playwright install chromium; \
	fi || { echo "Chromium could not be installed: install it by hand, then run make again." >&2; exit 1; }
	@touch $@

# The tests of databases start a PostgreSQL of their own: the machine's, else Debian's package.
.venv/postgres: .venv/installed
	@if command -v initdb >/dev/null || ls /usr/lib/postgresql/*/bin/initdb >/dev/null 2>&1; then \
	    true; \
	elif command -v apt-get >/dev/null 2>&1 && test "$$(id -u)" = 0; then \
	    apt-get update -qq && DEBIAN_FRONTEND=noninteractive apt-get install -y -qq --no-install-recommends postgresql >/dev/null; \
	else \
	    echo "PostgreSQL's programs (initdb) are not there: the tests of databases are left out." >&2; \
	fi || { echo "PostgreSQL could not be installed: install it by hand, then run make again." >&2; exit 1; }
	@touch $@

refresh: setup # Load, build and publish what lies in ENCOURS_HOME/extracts; ARGS="--as-of 2026-03-29" is passed on.
	ENCOURS_HOME=$(ENCOURS_HOME) $(BIN)/encours refresh $(ARGS)

dashboard: setup # Serve the published figures on 127.0.0.1; PORT=… chooses the port.
	ENCOURS_HOME=$(ENCOURS_HOME) $(BIN)/encours dashboard $(if $(PORT),--port $(PORT)) $(if $(filter 0,$(OPEN)),--no-open)

lint: setup # Style, types and SQL, and that dbt reads the project without a warning. Quickest first.
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy
	ENCOURS_BUILD_FILE=:memory: $(BIN)/dbt parse --warn-error --quiet --target-path target/lint --log-path target/lint
	ENCOURS_BUILD_FILE=:memory: $(BIN)/sqlfluff lint --processes 1 models tests/data

docs: setup # How every figure is made, in docs/methodology.md, and a page on every model and column, in docs/site/index.html.
	$(BIN)/python -m methodology
	@home="$(ENCOURS_HOME)"; \
	test -f "$$home/build/encours.duckdb" || home=$(DEMO_HOME); \
	test -f "$$home/build/encours.duckdb" || { echo "Nothing is built yet: make demo OPEN=0, or make refresh." >&2; exit 1; }; \
	ENCOURS_HOME="$$home" $(BIN)/dbt docs generate --static --quiet --target-path "$$home/docs" --log-path "$$home/logs" \
	    && mkdir -p docs/site && cp "$$home/docs/static_index.html" docs/site/index.html && echo "docs/site/index.html"

bench: setup # Measure against hand-written SQL in the same run; BENCH=load runs one of benchmarks/*.py.
	@for script in benchmarks/$(or $(BENCH),*).py; do $(BIN)/python $$script || exit 1; done

long: setup # Checks too long for each push: CHECK=<part of a test's name>; without it, the list.
	$(BIN)/pytest -m long $(if $(CHECK),-k "$(CHECK)",--collect-only -q)

clean: # Remove what these verbs made; your own data stays.
	rm -rf .venv target logs docs/site $(DEMO_HOME) $(TEST_HOME) .pytest_cache .mypy_cache .ruff_cache .hypothesis
