# The two commands: `make run` holds the city in your hand, `make test` proves it.
.PHONY: run test check bench screens format setup help
# Which Python is used may be named, PYTHON=python3.12; tools/setup chooses otherwise.
PYTHON ?=

help: ## Say what there is to make
	@grep -E '^[a-z]+:.*## ' $(MAKEFILE_LIST) | sed 's/:.*## /\t/'

run: ## Set everything up and serve the demo city at http://127.0.0.1:8000 (PORT changes it)
	@PYTHON=$(PYTHON) tools/setup run
	@exec .venv/bin/python -m app run

setup: ## Set up for development: tools and test libraries too
	@PYTHON=$(PYTHON) tools/setup test

test: ## Set up, then check and test everything, on SQLite and PostgreSQL
	@PYTHON=$(PYTHON) tools/setup test
	@tools/prove all

check: ## The fast part of `make test`
	@PYTHON=$(PYTHON) tools/setup test
	@tools/prove fast

bench: ## Run the benchmarks; each prints JSON lines (docs/performance.md)
	@PYTHON=$(PYTHON) tools/setup test
	@cd bench/node && npm ci --no-audit --no-fund --silent
	@missed=""; .venv/bin/python bench/fanout.py --peer bench/node || missed="fanout"; \
	for one in second_start spatial near circles page first_visit slow_phone offline_submissions open311_walk; do \
		.venv/bin/python bench/$$one.py || missed="$$missed $$one"; \
	done; \
	if [ -n "$$missed" ]; then echo "missed a target:" $$missed >&2; exit 1; fi

screens: ## Make the pictures of the docs anew
	@PYTHON=$(PYTHON) tools/setup test
	@.venv/bin/pytest --quiet tests/browser/test_pictures_of_the_docs.py --screens docs/screens

format: ## Format the code
	@PYTHON=$(PYTHON) tools/setup test
	@.venv/bin/ruff format . && .venv/bin/ruff check --fix .
