# Every target makes what it needs; nothing has to be set up before. `make demo` and `make test` are where to begin.
# the one that .venv was made with, if there is one
PYTHON ?= $(shell test -x .venv/bin/python && echo .venv/bin/python || echo python3)
BIN := .venv/bin
READY := .venv/.ready
BROWSER := .venv-browser
BROWSER_READY := $(BROWSER)/.ready
REPLAY := .venv-replay
REPLAY_READY := $(REPLAY)/.ready
BENCH := .venv-bench
BENCH_READY := $(BENCH)/.ready
DEMO := demo-archive
VERSION = 'import sys; print("%d.%d" % sys.version_info[:2])'
INSTALL = -m pip install --quiet --disable-pip-version-check --no-deps
# the first pip that is still met with a supported Python; it looks for coverage[toml] beside a pinned coverage, and refuses what it finds
OLD_PIP := 23.2.1
# tests that need neither servers nor subprocesses by the hundred: what another Python could break, in under a minute
FAST := $(addprefix tests/,extract discover cms fetch $(addprefix test_,address.py article_pages.py coding.py fingerprint.py lock.py next_visits.py \
  real_sources.py regions.py rooms.py schedule.py sources.py sources_add.py text.py titles.py warc.py))

# pages with gold for the benchmarks: html/<id>.html and gold/<id>.json; without any, the saved pages of tests/fixtures
PAGES ?= $(wildcard ../shared/pages)
N ?= 20000
SEED ?= 1

.PHONY: setup python same-python crawl demo test test-fast test-lock test-browser browser chromium test-replay check bench bench-extract bench-fuzz bench-ablation bench-crawl bench-discover bench-sources bench-archive bench-crash soak lock fixtures picture schema diagram faults api drawing sources clean

setup: $(READY)

# that PYTHON is one, and new enough, is asked before anything is made; the answer is one line
python:
	@"$(PYTHON)" -c 'import sys' 2> /dev/null || { echo "$(PYTHON): no such Python, or it does not run; name one with: make PYTHON=python3.12 ..." >&2; exit 1; }
	@"$(PYTHON)" -c 'import sys; sys.exit(sys.version_info < (3, 11))' || { echo "$(PYTHON) is Python $$("$(PYTHON)" -c 'import platform; print(platform.python_version())'), and fazhi needs 3.11 or later; name one with: make PYTHON=python3.12 ..." >&2; exit 1; }

same-python: python
	@! test -x $(BIN)/python || { is=$$($(BIN)/python -c $(VERSION)); named=$$("$(PYTHON)" -c $(VERSION)); test "$$is" = "$$named"; } \
	  || { echo ".venv has Python $$is and $(PYTHON) is Python $$named; to change to it: make clean" >&2; exit 1; }

$(READY): requirements.lock pyproject.toml | same-python
	@test -x $(BIN)/python || "$(PYTHON)" -m venv .venv || { rm -rf .venv; echo "$(PYTHON) -m venv failed; on Debian and Ubuntu: apt-get install python3-venv" >&2; exit 1; }
	@echo "installing into .venv ..."
	@$(BIN)/python $(INSTALL) --require-hashes -r requirements.lock
	@$(BIN)/python $(INSTALL) --no-build-isolation --editable .
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

# on another Python, in an environment of its own: make test-fast PYTHON=python3.13
test-fast: | python
	@name=$$("$(PYTHON)" -c $(VERSION)); folder=.venv-fast/$$name; \
	if ! test $$folder/.ready -nt requirements.lock || ! test $$folder/.ready -nt pyproject.toml; then \
	  echo "installing into $$folder ..."; rm -rf $$folder; "$(PYTHON)" -m venv $$folder \
	    && $$folder/bin/python $(INSTALL) --require-hashes -r requirements.lock \
	    && $$folder/bin/python $(INSTALL) --no-build-isolation --editable . \
	    && touch $$folder/.ready || exit 1; \
	fi; \
	echo "Python $$name:"; $$folder/bin/python -m pytest -q $(FAST)

# that an environment with an old pip takes every lock; nothing is installed
test-lock: | python
	@folder=$$(mktemp -d); trap 'rm -rf "$$folder"' EXIT; "$(PYTHON)" -m venv "$$folder"; pip="$$folder/bin/python $(INSTALL)"; \
	$$pip pip==$(OLD_PIP) && for lock in requirements*.lock; do \
	  echo "pip $(OLD_PIP) takes $$lock"; $$pip --dry-run --require-hashes -r $$lock || exit 1; \
	done

# for sources with `render: true`: the extra `browser`, and Chromium where it is missing
browser: $(READY) chromium
	@$(BIN)/python $(INSTALL) --require-hashes -r requirements-browser.lock

# what only a real Chromium shows, on loopback
test-browser: $(BROWSER_READY) chromium
	@$(BROWSER)/bin/pytest tests/browser

# an environment of its own: without the extra `browser`, everything else must work
$(BROWSER_READY): requirements-browser.lock pyproject.toml | python
	@"$(PYTHON)" -m venv $(BROWSER)
	@echo "installing into $(BROWSER) ..."
	@$(BROWSER)/bin/python $(INSTALL) --require-hashes -r requirements-browser.lock
	@$(BROWSER)/bin/python $(INSTALL) --no-build-isolation --editable .
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

$(REPLAY_READY): requirements-replay.lock | python
	@"$(PYTHON)" -m venv $(REPLAY)
	@echo "installing into $(REPLAY) ..."
	@$(REPLAY)/bin/python $(INSTALL) --require-hashes -r requirements-replay.lock
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
$(BENCH_READY): requirements-bench.lock | python
	@"$(PYTHON)" -m venv $(BENCH)
	@echo "installing into $(BENCH) ..."
	@$(BENCH)/bin/python $(INSTALL) --require-hashes -r requirements-bench.lock
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

# docs/api.md, the reference of the library, from signatures, docstrings and comments
api: $(READY)
	@$(BIN)/python -m docs.api

# docs/house.svg, drawn from the imports
drawing: $(READY)
	@$(BIN)/python -m docs.drawing

# docs/sources.md: what is confirmed of each government in sources.yaml, and how
sources: $(READY)
	@$(BIN)/python -m docs.sources

# docs/crawl.svg, drawn from a real run
picture: $(READY)
	@$(BIN)/python docs/picture.py

# names, versions and hashes of everything installed; extras are kept (coverage[toml]), so that a pip that resolves finds what is pinned
COMPILE := .venv-lock/bin/uv pip compile --universal --python-version 3.11 --generate-hashes --no-strip-extras --no-header --no-annotate --quiet --upgrade
lock: | python
	@"$(PYTHON)" -m venv .venv-lock && .venv-lock/bin/pip install --quiet uv
	@$(COMPILE) pyproject.toml --group dev -o requirements.lock
	@$(COMPILE) pyproject.toml --group dev --extra bench --constraint requirements.lock -o requirements-bench.lock
	@$(COMPILE) pyproject.toml --group dev --extra browser --constraint requirements.lock -o requirements-browser.lock
	@echo 'pywb>=2.10' | $(COMPILE) - -o requirements-replay.lock
	@rm -rf .venv-lock

clean:
	@rm -rf .venv .venv-fast .venv-lock $(BROWSER) $(REPLAY) $(BENCH) $(DEMO) .coverage* .pytest_cache .mypy_cache .ruff_cache .hypothesis
