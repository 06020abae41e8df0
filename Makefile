# Every target makes what it needs; nothing has to be set up before. `make demo` and `make test` are where to begin.
PYTHON ?= python3
BIN := .venv/bin
READY := .venv/.ready
DEMO := demo-archive

.PHONY: setup crawl demo test check bench lock fixtures picture schema sources clean

setup: $(READY)

$(READY): requirements.lock pyproject.toml
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' || { echo "fazhi needs Python 3.11 or later; name one with: make PYTHON=python3.12 ..." >&2; exit 1; }
	@test -x $(BIN)/python || $(PYTHON) -m venv .venv || { rm -rf .venv; echo "python3 -m venv failed; on Debian and Ubuntu: apt-get install python3-venv" >&2; exit 1; }
	@echo "installing into .venv ..."
	@$(BIN)/python -m pip install --quiet --disable-pip-version-check --require-hashes -r requirements.lock
	@$(BIN)/python -m pip install --quiet --disable-pip-version-check --no-deps --no-build-isolation --editable .
	@touch $@

# the main job on the live sites of sources.yaml
crawl: $(READY)
	@$(BIN)/fazhi crawl

# the main job on saved pages; a second run finds nothing new
demo: $(READY)
	@$(BIN)/fazhi crawl --replay tests/fixtures --archive $(DEMO)
	@echo
	@$(BIN)/fazhi reports --archive $(DEMO)

test: $(READY)
	@$(BIN)/pytest --cov

check: $(READY)
	@$(BIN)/ruff check
	@$(BIN)/ruff format --check
	@$(BIN)/mypy

bench: $(READY)
	@$(BIN)/python -m bench.extract

# saved pages, recorded anew from the government web on loopback
fixtures: $(READY)
	@$(BIN)/python -m tests.site.record

# sources.schema.json, with which editors complete and check sources.yaml
schema: $(READY)
	@$(BIN)/python -c 'import json; from crawler.sources import json_schema; print(json.dumps(json_schema(), ensure_ascii=False, indent=2))' > sources.schema.json

# docs/sources.md: what is confirmed of each government in sources.yaml, and how
sources: $(READY)
	@$(BIN)/python -m docs.sources

# docs/crawl.svg, drawn from a real run
picture: $(READY)
	@$(BIN)/python docs/picture.py

# names, versions and hashes of everything installed
lock:
	@$(PYTHON) -m venv .venv-lock && .venv-lock/bin/pip install --quiet uv
	@.venv-lock/bin/uv pip compile pyproject.toml --group dev --universal --python-version 3.11 --generate-hashes --no-header --no-annotate --quiet --upgrade -o requirements.lock
	@rm -rf .venv-lock

clean:
	@rm -rf .venv .venv-lock $(DEMO) .coverage* .pytest_cache .mypy_cache .ruff_cache .hypothesis
