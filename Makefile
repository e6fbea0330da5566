# The two commands: `make run` and `make test`. `make help` lists the rest.
# What they do is in bin/bootstrap (the .venv and the machine) and avhopp/services (servers and processes).

PYTHON := .venv/bin/python
PYTEST_ARGS ?=
COMPILE := .venv/bin/uv pip compile -q --universal --python-version 3.11 --generate-hashes --no-header --no-emit-index-url pyproject.toml

.PHONY: help run test test-deep check format bench requirements clean

help:  ## this list
	@sed -n 's/^\([a-z-]*\):.*## \(.*\)/  make \1|\2/p' Makefile | column -t -s '|' 2>/dev/null || grep '##' Makefile

run:  ## everything on this machine: servers, demo, web (PORT=8000), portal (PORTAL_PORT=8001), worker, beat
	@bin/bootstrap run && exec $(PYTHON) -m avhopp.services run

test:  ## the whole suite with servers of its own (PYTEST_ARGS="tests/cases -k journal" for a part)
	@bin/bootstrap test && exec $(PYTHON) -m avhopp.services test -n 2 --dist loadfile --no-loadscope-reorder -m "not deep" $(PYTEST_ARGS)

test-deep:  ## the suite with its long variants
	@bin/bootstrap test && AVHOPP_DEEP=1 exec $(PYTHON) -m avhopp.services test -n 2 --dist loadfile --no-loadscope-reorder $(PYTEST_ARGS)

check:  ## format, lint, types, templates, missing migrations, production settings
	@bin/bootstrap test && bin/check

format:  ## puts the code in the one format
	@bin/bootstrap test
	$(PYTHON) -m ruff format .
	$(PYTHON) -m ruff check --fix .

bench:  ## the benchmark on 100 000 cases; writes docs/benchmarks.md
	@bin/bootstrap test && exec $(PYTHON) -m avhopp.services bench -m benchmarks $(BENCH_ARGS)

requirements:  ## compiles pyproject.toml into the pinned requirements files
	@bin/bootstrap test
	$(COMPILE) -o requirements.txt
	$(COMPILE) --extra embedded -o requirements-run.txt
	$(COMPILE) --extra embedded --group test --group dev -o requirements-dev.txt

clean:  ## removes .venv, caches and the tests' data; the data of `make run` stay in .data
	rm -rf .venv .data/test .data/bench .pytest_cache .mypy_cache .ruff_cache .hypothesis test-results
	find . -name __pycache__ -type d -prune -exec rm -rf {} +
