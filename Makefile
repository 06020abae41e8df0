# Every target makes what it needs; nothing has to be set up before. `make demo` and `make test` are where to begin.
PYTHON ?= python3
BIN := .venv/bin
READY := .venv/.ready
BROWSER := .venv-browser
BROWSER_READY := $(BROWSER)/.ready
REPLAY := .venv-replay
REPLAY_READY := $(REPLAY)/.ready
BENCH := .venv-bench
BENCH_READY := $(BENCH)/.ready
DEMO := demo-archive

# pages with gold for the benchmarks: html/<id>.html and gold/<id>.json; without any, the saved pages of tests/fixtures
PAGES ?= $(wildcard ../shared/pages)
N ?= 20000
SEED ?= 1

.PHONY: setup crawl demo test test-browser browser chromium test-replay check bench bench-extract bench-fuzz bench-ablation bench-crawl bench-discover bench-sources bench-archive bench-crash soak lock fixtures picture schema diagram faults sources clean

setup: $(READY)

$(READY): requirements.lock pyproject.toml
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' || { echo "fazhi needs Python 3.11 or later; name one with: make PYTHON=python3.12 ..." >&2; exit 1; }
	@test -x $(BIN)/python || $(PYTHON) -m venv .venv || { rm -rf .venv; echo "python3 -m venv failed; on Debian and Ubuntu: apt-get install python3-venv" >&2; exit 1; }
	@echo "installing into .venv ..."
	@$(BIN)/python -m pip install --quiet --disable-pip-version-check --no-deps --require-hashes -r requirements.lock
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

# for sources with `render: true`: the extra `browser`, and Chromium where it is missing
browser: $(READY) chromium
	@$(BIN)/python -m pip install --quiet --disable-pip-version-check --no-deps --require-hashes -r requirements-browser.lock

# what only a real Chromium shows, on loopback
test-browser: $(BROWSER_READY) chromium
	@$(BROWSER)/bin/pytest tests/browser

# an environment of its own: without the extra `browser`, everything else must work
$(BROWSER_READY): requirements-browser.lock pyproject.toml
	@$(PYTHON) -m venv $(BROWSER)
	@echo "installing into $(BROWSER) ..."
	@$(BROWSER)/bin/python -m pip install --quiet --disable-pip-version-check --no-deps --require-hashes -r requirements-browser.lock
	@$(BROWSER)/bin/python -m pip install --quiet --disable-pip-version-check --no-deps --no-build-isolation --editable .
	@touch $@

chromium:
	@for name in chromium chromium-browser google-chrome-stable google-chrome; do command -v $$name > /dev/null && exit 0; done; \
	if test "$$(id -u)" = 0 && command -v apt-get > /dev/null; then \
	  echo "installing Chromium ..."; apt-get update -qq; \
	  DEBIAN_FRONTEND=noninteractive apt-get install -y -qq --no-install-recommends chromium > /dev/null; \
	else echo "Chromium is needed; on Debian and Ubuntu, as root: apt-get install chromium" >&2; exit 1; fi

# an archive replayed by pywb (GPL: a tool in an environment of its own, which nothing here imports), on loopback
test-replay: $(READY) $(REPLAY_READY)
	@FAZHI_WAYBACK=$(CURDIR)/$(REPLAY)/bin/wayback $(BIN)/pytest tests/replay

$(REPLAY_READY): requirements-replay.lock
	@$(PYTHON) -m venv $(REPLAY)
	@echo "installing into $(REPLAY) ..."
	@$(REPLAY)/bin/python -m pip install --quiet --disable-pip-version-check --no-deps --require-hashes -r requirements-replay.lock
	@touch $@

check: $(READY)
	@$(BIN)/ruff check
	@$(BIN)/ruff format --check
	@$(BIN)/mypy

bench: bench-extract

# quality, speed and memory of ours and of other extractors, in one process environment
bench-extract: $(BENCH_READY)
	@$(BENCH)/bin/python -m bench.extract $(PAGES)

# N mutated pages: nothing is raised, nothing hangs, no page takes long
bench-fuzz: $(READY)
	@$(BIN)/python -m bench.fuzz --number $(N) --seed $(SEED) $(PAGES)

# what each rule of the extraction is worth
bench-ablation: $(READY)
	@$(BIN)/python -m bench.ablation $(PAGES)

# an environment of its own: the other extractors bring libraries that nothing here may come to lean on
$(BENCH_READY): requirements-bench.lock
	@$(PYTHON) -m venv $(BENCH)
	@echo "installing into $(BENCH) ..."
	@$(BENCH)/bin/python -m pip install --quiet --disable-pip-version-check --no-deps --require-hashes -r requirements-bench.lock
	@touch $@

# 20,000 pages over 200 hosts with faults: nothing lost, nothing doubled, memory steady; some minutes
soak: $(READY)
	@$(BIN)/python -m bench.soak

# the archive: storing, verifying, rebuilding, its size; N captures, 200000 for the whole curve
bench-archive: $(READY)
	@$(BIN)/python -m bench.archive $(if $(filter command line,$(origin N)),--captures $(N))
	@$(BIN)/python -m bench.similar

# 500 processes killed at random moments, or with a full disk
bench-crash: $(READY)
	@folder=$$(mktemp -d) && $(BIN)/python -m tests.archive.crashing $$folder/archive 500 $(SEED) && rm -rf $$folder

# the crawl beside Scrapy and a bare httpx loop, and politeness beside its ideal; some minutes
bench-crawl: $(BENCH_READY)
	@$(BENCH)/bin/python -m bench.crawl

# reports found among all that a site lists; list pages that a second crawl takes
bench-discover: $(READY)
	@$(BIN)/python -m bench.discover

# sources.yaml with 3,000 entries against the bare YAML parse
bench-sources: $(READY)
	@$(BIN)/python -m bench.sources

# saved pages, recorded anew from the government web on loopback
fixtures: $(READY)
	@$(BIN)/python -m tests.site.record

# sources.schema.json, with which editors complete and check sources.yaml
schema: $(READY)
	@$(BIN)/python -c 'import json; from crawler.sources import json_schema; print(json.dumps(json_schema(), ensure_ascii=False, indent=2))' > sources.schema.json

# docs/faults.md, from the table of faults that the tests serve
faults: $(READY)
	@$(BIN)/python -m tests.site.faults > docs/faults.md

# the diagram in docs/archive.md, from the catalogue's models
diagram: $(READY)
	@$(BIN)/python docs/schema.py

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
	@.venv-lock/bin/uv pip compile pyproject.toml --group dev --extra bench --constraint requirements.lock --universal --python-version 3.11 --generate-hashes --no-header --no-annotate --quiet --upgrade -o requirements-bench.lock
	@.venv-lock/bin/uv pip compile pyproject.toml --group dev --extra browser --constraint requirements.lock --universal --python-version 3.11 --generate-hashes --no-header --no-annotate --quiet --upgrade -o requirements-browser.lock
	@echo 'pywb>=2.10' | .venv-lock/bin/uv pip compile - --universal --python-version 3.11 --generate-hashes --no-header --no-annotate --quiet --upgrade -o requirements-replay.lock
	@rm -rf .venv-lock

clean:
	@rm -rf .venv .venv-lock $(BROWSER) $(REPLAY) $(BENCH) $(DEMO) .coverage* .pytest_cache .mypy_cache .ruff_cache .hypothesis
