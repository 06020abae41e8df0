# Every target installs what it needs. Start with `make demo` or `make test`.
# default: the Python of .venv, if it exists
PYTHON ?= $(shell test -x .venv/bin/python && echo .venv/bin/python || echo python3)
BIN := .venv/bin
READY := .venv/.ready
BROWSER := .venv-browser
BROWSER_READY := $(BROWSER)/.ready
AXE_VERSION := 4.14.1
AXE_SHA256 := 29348999450cdf2849a8e70b7912fc2da85a849da39c0d0d5394f51d4a9ed95c
AXE := .axe/$(AXE_VERSION)/axe.min.js
REPLAY := .venv-replay
REPLAY_READY := $(REPLAY)/.ready
EXPORT := .venv-export
EXPORT_READY := $(EXPORT)/.ready
OCR := .venv-ocr
OCR_READY := $(OCR)/.ready
NOTIFY := .venv-notify
NOTIFY_READY := $(NOTIFY)/.ready
VIEWER := .venv-viewer
VIEWER_READY := $(VIEWER)/.ready
SPREAD := .venv-spread
SPREAD_READY := $(SPREAD)/.ready
BENCH := .venv-bench
BENCH_READY := $(BENCH)/.ready
DEMO := demo-archive
VERSION = 'import sys; print("%d.%d" % sys.version_info[:2])'
INSTALL = -m pip install --quiet --disable-pip-version-check --no-deps
# The oldest pip that still comes with a supported Python. It needs extras such as coverage[toml] in the lock files.
OLD_PIP := 23.2.1
# Tests that start few servers and subprocesses: what another version of Python could break, in under a minute.
FAST := $(addprefix tests/,extract discover cms fetch field sources warc test_address.py test_coding.py test_lock.py test_rooms.py \
  $(addprefix crawl/test_,article_pages.py next_visits.py schedule.py))

# Number of processes that run tests: one for each processor. For one process, in which a debugger works: make test JOBS=0
JOBS ?= auto
# worksteal: a process that is done takes over from one that has slow tests left
PARALLEL = --numprocesses $(JOBS) --dist worksteal
# Tests start hundreds of processes. Where PYTHONDONTWRITEBYTECODE is set, each of them would compile every module again.
KEEP_COMPILED := PYTHONDONTWRITEBYTECODE=

# Pages with expected results (gold) for the benchmarks: html/<id>.html and gold/<id>.json. Default: the pages of tests/fixtures.
PAGES ?= $(wildcard ../shared/pages)
N ?= 20000
D ?= 2000
SEED ?= 1

.PHONY: setup
setup: $(READY)

.PHONY: python
# Check that PYTHON exists and is new enough before anything is created.
python:
	@"$(PYTHON)" -c 'import sys' 2> /dev/null || { echo "$(PYTHON): no such Python, or it does not start; name one with: make PYTHON=python3.12 ..." >&2; exit 1; }
	@"$(PYTHON)" -c 'import sys; sys.exit(sys.version_info < (3, 11))' || { echo "$(PYTHON) is Python $$("$(PYTHON)" -c 'import platform; print(platform.python_version())'), and fazhi needs 3.11 or later; name one with: make PYTHON=python3.12 ..." >&2; exit 1; }

.PHONY: same-python
same-python: python
	@! test -x $(BIN)/python || { is=$$($(BIN)/python -c $(VERSION)); named=$$("$(PYTHON)" -c $(VERSION)); test "$$is" = "$$named"; } \
	  || { echo ".venv has Python $$is and $(PYTHON) is Python $$named; to change it, run make clean first" >&2; exit 1; }

$(READY): requirements.lock pyproject.toml | same-python
	@test -x $(BIN)/python || "$(PYTHON)" -m venv .venv || { rm -rf .venv; echo "$(PYTHON) -m venv failed; on Debian and Ubuntu: apt-get install python3-venv" >&2; exit 1; }
	@echo "installing into .venv ..."
	@$(BIN)/python $(INSTALL) --require-hashes -r requirements.lock
	@$(BIN)/python $(INSTALL) --no-build-isolation --editable .
	@touch $@

.PHONY: crawl
# Crawl the live sites of sources.yaml.
crawl: $(READY)
	@$(BIN)/fazhi crawl

.PHONY: demo
# Crawl saved pages, offline. A second run finds nothing new.
demo: $(READY)
	@$(BIN)/fazhi crawl --replay tests/fixtures --archive $(DEMO)
	@echo
	@$(BIN)/fazhi reports --archive $(DEMO)
	@echo
	@echo "To look at it in a browser: make view"

.PHONY: view
# Show the archive of the demo in a browser, on this machine alone, until Ctrl-C.
view: $(READY)
	@test -d $(DEMO) || $(MAKE) demo
	@$(BIN)/fazhi serve --archive $(DEMO)

.PHONY: test
test: $(READY)
	@$(KEEP_COMPILED) $(BIN)/pytest $(PARALLEL)

.PHONY: coverage
# The same tests with branch coverage, which is measured in the hundreds of commands they start too: half as long again.
coverage: $(READY)
	@$(KEEP_COMPILED) $(BIN)/pytest --cov $(PARALLEL)

.PHONY: test-fast
# Run the fast tests on another Python, in a separate environment: make test-fast PYTHON=python3.13
# The installation compiles no module: the tests compile the few that they import, at half of the cost.
test-fast: | python
	@name=$$("$(PYTHON)" -c $(VERSION)); folder=.venv-fast/$$name; \
	if ! test $$folder/.ready -nt requirements.lock || ! test $$folder/.ready -nt pyproject.toml; then \
	  echo "installing into $$folder ..."; rm -rf $$folder; "$(PYTHON)" -m venv $$folder \
	    && $$folder/bin/python $(INSTALL) --no-compile --require-hashes -r requirements.lock \
	    && $$folder/bin/python $(INSTALL) --no-build-isolation --editable . \
	    && touch $$folder/.ready || exit 1; \
	fi; \
	echo "Python $$name:"; $(KEEP_COMPILED) $$folder/bin/python -m pytest -q $(PARALLEL) $(FAST)

.PHONY: test-lock
# Check that an old pip accepts every lock file; nothing is installed.
test-lock: | python
	@folder=$$(mktemp -d); trap 'rm -rf "$$folder"' EXIT; "$(PYTHON)" -m venv "$$folder"; pip="$$folder/bin/python $(INSTALL)"; \
	$$pip pip==$(OLD_PIP) && for lock in requirements*.lock; do \
	  echo "pip $(OLD_PIP) resolves $$lock"; $$pip --dry-run --require-hashes -r $$lock || exit 1; \
	done

.PHONY: browser
# For sources with `render: true`: install the extra `browser`, and Chromium if it is missing.
browser: $(READY) chromium
	@$(BIN)/python $(INSTALL) --require-hashes -r requirements-browser.lock

.PHONY: test-browser
# Tests that need a real Chromium, on loopback.
test-browser: $(BROWSER_READY) $(AXE) chromium
	@FAZHI_AXE=$(CURDIR)/$(AXE) $(BROWSER)/bin/pytest tests/browser

# axe-core finds faults of accessibility (MPL-2.0). It runs in the tests of the viewer, nothing ships it.
$(AXE):
	@command -v npm > /dev/null || { echo "npm is needed; on Debian and Ubuntu, as root: apt-get install npm" >&2; exit 1; }
	@folder=$$(mktemp -d) && trap 'rm -rf "$$folder"' EXIT && (cd "$$folder" && npm pack --silent axe-core@$(AXE_VERSION) > /dev/null) \
	  && tar -xzf "$$folder"/axe-core-*.tgz -C "$$folder" && echo "$(AXE_SHA256)  $$folder/package/axe.min.js" | sha256sum --check --quiet \
	  && mkdir -p $(@D) && cp "$$folder/package/axe.min.js" $@

.PHONY: screenshots
# Write the pictures of the viewer in docs/screenshots, of an archive with invented data.
screenshots: $(BROWSER_READY) chromium
	@$(KEEP_COMPILED) $(BROWSER)/bin/python -m docs.screenshots

# A separate environment: everything else must work without the extra `browser`.
$(BROWSER_READY): requirements-browser.lock pyproject.toml | python
	@"$(PYTHON)" -m venv $(BROWSER)
	@echo "installing into $(BROWSER) ..."
	@$(BROWSER)/bin/python $(INSTALL) --require-hashes -r requirements-browser.lock
	@$(BROWSER)/bin/python $(INSTALL) --no-build-isolation --editable .
	@touch $@

.PHONY: chromium
chromium:
	@for name in chromium chromium-browser google-chrome-stable google-chrome; do command -v $$name > /dev/null && exit 0; done; \
	if test "$$(id -u)" = 0 && command -v apt-get > /dev/null; then \
	  echo "installing Chromium ..."; apt-get update -qq; \
	  DEBIAN_FRONTEND=noninteractive apt-get install -y -qq --no-install-recommends chromium > /dev/null; \
	else echo "Chromium is needed; on Debian and Ubuntu, as root: apt-get install chromium" >&2; exit 1; fi

.PHONY: test-replay
# Replay an archive with pywb, on loopback. pywb is GPL: it runs as a tool in a separate environment, nothing imports it.
test-replay: $(READY) $(REPLAY_READY)
	@FAZHI_WAYBACK=$(CURDIR)/$(REPLAY)/bin/wayback $(BIN)/pytest tests/replay

$(REPLAY_READY): requirements-replay.lock | python
	@"$(PYTHON)" -m venv $(REPLAY)
	@echo "installing into $(REPLAY) ..."
	@$(REPLAY)/bin/python $(INSTALL) --require-hashes -r requirements-replay.lock
	@touch $@

.PHONY: test-export
# Hold deliveries against frictionless, py-wacz, pandas, polars and openpyxl. They run as tools in a separate environment, nothing imports them.
test-export: $(READY) $(EXPORT_READY)
	@FAZHI_EXPORT_TOOLS=$(CURDIR)/$(EXPORT)/bin $(BIN)/pytest tests/export_tools

$(EXPORT_READY): requirements-export.lock | python
	@"$(PYTHON)" -m venv $(EXPORT)
	@echo "installing into $(EXPORT) ..."
	@$(EXPORT)/bin/python $(INSTALL) --require-hashes -r requirements-export.lock
	@touch $@

.PHONY: test-install
# Follow docs/operating.md with uv and pipx too, which fetch packages.
test-install: $(READY)
	@folder=$$(mktemp -d); trap 'rm -rf "$$folder"' EXIT; "$(PYTHON)" -m venv "$$folder" && "$$folder/bin/pip" install --quiet --disable-pip-version-check uv pipx \
	  && FAZHI_INSTALLERS="$$folder/bin" $(BIN)/pytest tests/test_docs_operating.py

.PHONY: ocr
# For `fazhi ocr`: install the extra `ocr` (300 MB; the models are among them).
ocr: $(READY)
	@$(BIN)/python $(INSTALL) --require-hashes -r requirements-ocr.lock

.PHONY: test-ocr
# Tests that need the OCR engine, and a font with Chinese characters (fonts-noto-cjk) to draw scans with.
test-ocr: $(OCR_READY)
	@$(OCR)/bin/pytest tests/ocr_engine tests/ocr

# A separate environment: everything else must work without the extra `ocr`.
$(OCR_READY): requirements-ocr.lock pyproject.toml | python
	@"$(PYTHON)" -m venv $(OCR)
	@echo "installing into $(OCR) ..."
	@$(OCR)/bin/python $(INSTALL) --require-hashes -r requirements-ocr.lock
	@$(OCR)/bin/python $(INSTALL) --no-build-isolation --editable .
	@touch $@

.PHONY: notify
# For `fazhi notify`: install the extra `notify`.
notify: $(READY)
	@$(BIN)/python $(INSTALL) --require-hashes -r requirements-notify.lock

.PHONY: test-notify
# Send mails and webhooks with apprise to servers on loopback.
test-notify: $(NOTIFY_READY)
	@$(NOTIFY)/bin/pytest tests/notify_receivers tests/notification

# A separate environment: everything else must work without the extra `notify`.
$(NOTIFY_READY): requirements-notify.lock pyproject.toml | python
	@"$(PYTHON)" -m venv $(NOTIFY)
	@echo "installing into $(NOTIFY) ..."
	@$(NOTIFY)/bin/python $(INSTALL) --require-hashes -r requirements-notify.lock
	@$(NOTIFY)/bin/python $(INSTALL) --no-build-isolation --editable .
	@touch $@

.PHONY: test-viewer
# Hold the viewer against clients of Memento and Atom, which run as tools in a separate environment; nothing imports them.
test-viewer: $(READY) $(VIEWER_READY)
	@FAZHI_VIEWER_CLIENTS=$(CURDIR)/$(VIEWER)/bin $(BIN)/pytest tests/viewer_clients

$(VIEWER_READY): requirements-viewer.lock | python
	@"$(PYTHON)" -m venv $(VIEWER)
	@echo "installing into $(VIEWER) ..."
	@$(VIEWER)/bin/python $(INSTALL) --require-hashes -r requirements-viewer.lock
	@touch $@

.PHONY: spread
# For many machines: install the extra `spread` (PostgreSQL, its queue, object stores).
spread: $(READY)
	@$(BIN)/python $(INSTALL) --require-hashes -r requirements-spread.lock

.PHONY: test-spread
# Tests that need PostgreSQL, an S3 server and workers. The servers are Python packages, and run on loopback.
# FAZHI_TEST_DATABASE=postgresql://... uses a server that runs already; each test makes databases of its own there.
test-spread: $(SPREAD_READY)
	@$(KEEP_COMPILED) $(SPREAD)/bin/pytest tests/spread tests/bench/test_regexes.py
	@$(KEEP_COMPILED) FAZHI_TEST_POSTGRESQL=1 $(SPREAD)/bin/pytest $(PARALLEL) -k postgresql tests/archive

# A separate environment: everything else must work without the extra `spread`.
$(SPREAD_READY): requirements-spread.lock pyproject.toml | python
	@"$(PYTHON)" -m venv $(SPREAD)
	@echo "installing into $(SPREAD) ..."
	@$(SPREAD)/bin/python $(INSTALL) --require-hashes -r requirements-spread.lock
	@$(SPREAD)/bin/python $(INSTALL) --no-build-isolation --editable .
	@touch $@

.PHONY: check
check: $(READY)
	@$(BIN)/ruff check
	@$(BIN)/ruff format --check
	@$(BIN)/mypy

.PHONY: bench
bench: bench-extract

.PHONY: bench-extract
# Quality, speed and memory of our extractor and of others, on the same pages.
bench-extract: $(BENCH_READY)
	@$(BENCH)/bin/python -m bench.extract $(PAGES)

.PHONY: bench-fuzz
# Extract N mutated pages and D mutated documents: no unexpected exception, no hang, no slow page.
bench-fuzz: $(READY)
	@$(BIN)/python -m bench.fuzz --number $(N) --seed $(SEED) $(PAGES)
	@$(BIN)/python -m bench.fuzz_documents --number $(D) --seed $(SEED)

.PHONY: bench-documents
# Time, memory and quality of reading documents, compared with bare libraries and with other readers on the same files.
bench-documents: $(BENCH_READY)
	@$(BENCH)/bin/python -m bench.read_documents

.PHONY: bench-pumps
# Read pages of one piece of markup repeated: no time that grows faster than the page.
bench-pumps: $(READY)
	@$(BIN)/python -m bench.pumps

.PHONY: bench-ablation
# Score the extraction with one rule off at a time.
bench-ablation: $(READY)
	@$(BIN)/python -m bench.ablation $(PAGES)

# A separate environment: the other extractors install libraries that our code must not depend on.
$(BENCH_READY): requirements-bench.lock | python
	@"$(PYTHON)" -m venv $(BENCH)
	@echo "installing into $(BENCH) ..."
	@$(BENCH)/bin/python $(INSTALL) --require-hashes -r requirements-bench.lock
	@touch $@

.PHONY: bench-spread
# Many machines: STRIKES of each kind at workers and enterer over HOSTS governments, costs of planner, queue and entering, makespan of 1, 2 and 4 workers.
STRIKES ?= 50
HOSTS ?= 200
bench-spread: $(SPREAD_READY)
	@$(SPREAD)/bin/python -m bench.spread --strikes $(STRIKES) --hosts $(HOSTS) --seed $(SEED)

.PHONY: soak
# Crawl 20,000 pages on 200 hosts with faults: no outcome is lost or doubled, memory does not grow. Takes some minutes.
soak: $(READY)
	@$(BIN)/python -m bench.soak

.PHONY: bench-archive
# Time of storing, verifying and rebuilding an archive, and its size. N captures; 200000 for the whole curve.
bench-archive: $(READY)
	@$(BIN)/python -m bench.archive $(if $(filter command line,$(origin N)),--captures $(N))
	@$(BIN)/python -m bench.similar

.PHONY: bench-postgresql
# Time of storing, rebuilding and searching with the catalogue in PostgreSQL, compared with SQLite. N captures.
bench-postgresql: $(SPREAD_READY)
	@$(SPREAD)/bin/python -m bench.postgresql $(if $(filter command line,$(origin N)),--captures $(N))

.PHONY: bench-cores
# Time of `rebuild`, `verify --deep` and `import` with one process, and with one for each processor.
bench-cores: $(READY)
	@$(BIN)/python -m bench.cores

.PHONY: bench-export
# Time and peak memory of an export in each format, for made archives of 1,000 and 20,000 reports.
bench-export: $(READY)
	@$(BIN)/python -m bench.export

.PHONY: bench-backfill
# Requests of a backfill from a web archive on loopback: 10,000 rows of 500 pages, killed on the way and gone on with.
bench-backfill: $(READY)
	@$(BIN)/python -m bench.backfill

.PHONY: bench-coverage
# Time and peak memory of the coverage of every division, for made catalogues of 24,000 and 96,000 reports.
bench-coverage: $(READY)
	@$(BIN)/python -m bench.coverage

.PHONY: bench-crash
# Kill 500 writers at random moments, or fill their disk; kill every command that writes, and live crawls, 60 times each;
# make every operation of each command on the disk fail in turn, in four ways. Takes an hour or so.
bench-crash: $(READY)
	@folder=$$(mktemp -d) && $(BIN)/python -m tests.archive.crashing $$folder/archive 500 $(SEED) && rm -rf $$folder
	@$(BIN)/python -m tests.archive.killed_commands 60 $(SEED)
	@$(BIN)/python -m tests.archive.write_failures

.PHONY: bench-flips
# Flip 300 bits and change a value in every column of an archive: what does `verify --deep` not name?
bench-flips: $(READY)
	@$(BIN)/python -m bench.flips --seed $(SEED)

.PHONY: bench-regex
# Find every regular expression, and measure it on texts of n and 2n characters that are made to be slow for it.
bench-regex: $(READY)
	@$(BIN)/python -m bench.regexes

.PHONY: bench-crawl
# Compare a crawl with Scrapy and with a bare httpx loop, and its duration with the shortest polite one. Takes some minutes.
bench-crawl: $(BENCH_READY)
	@$(BENCH)/bin/python -m bench.crawl

.PHONY: bench-discover
# Share of reports found among all links of a site; list pages that a second crawl reads.
bench-discover: $(READY)
	@$(BIN)/python -m bench.discover

.PHONY: bench-find
# Find the lists of 300 invented portals from their home pages, by all ways and by each alone. Takes some minutes.
bench-find: $(READY)
	@$(BIN)/python -m bench.find --seed $(SEED)

.PHONY: bench-start
# Time that `fazhi --help`, `reports` and other commands take to start, compared with bare typer programs.
bench-start: $(READY)
	@$(BIN)/python -m bench.start

.PHONY: bench-search
# Time of `fazhi search` on N made texts, compared with the bare look-up and a LIKE scan. 100,000 take an hour and 5 GB in TMPDIR.
bench-search: $(READY)
	@$(BIN)/python -m bench.search --seed $(SEED) $(if $(filter command line,$(origin N)),--texts $(N))

.PHONY: bench-web
# The viewer over N made reports: a request against the library call alone, 16 at a time, memory. 100,000 take an hour and 5 GB in TMPDIR.
bench-web: $(READY)
	@$(BIN)/python -m bench.web $(if $(filter command line,$(origin N)),--reports $(N))

.PHONY: bench-site
# Time of `fazhi site`, compared with the time that its pages take to be served. N made reports, 1000 by default.
bench-site: $(READY)
	@$(BIN)/python -m bench.static_site $(if $(filter command line,$(origin N)),--reports $(N))

.PHONY: bench-sources
# Time to load a sources.yaml of 3,000 entries, compared with the YAML parse alone.
bench-sources: $(READY)
	@$(BIN)/python -m bench.sources

.PHONY: bench-indicators
# Precision and recall of `fazhi indicators` on texts labelled by hand, and on those labelled after the rules were written.
bench-indicators: $(READY)
	@$(BIN)/python -m bench.indicators
	@$(BIN)/python -m bench.indicators --set first-check
	@$(BIN)/python -m bench.indicators --set second-check

.PHONY: site
# Serve the government web of tests/site on 127.0.0.1, and print a command that crawls it. Ctrl-C ends it.
site: $(READY)
	@$(BIN)/python -m tests.site

.PHONY: fixtures
# Record tests/fixtures again from the government web on loopback.
fixtures: $(READY)
	@$(BIN)/python -m tests.site.record

.PHONY: schema
# Write sources.schema.json, with which editors complete and check sources.yaml.
schema: $(READY)
	@$(BIN)/python -c 'import json; from crawler.sources import json_schema; print(json.dumps(json_schema(), ensure_ascii=False, indent=2))' > sources.schema.json

.PHONY: faults
# Write docs/faults.md from the table of faults that the tests serve.
faults: $(READY)
	@$(BIN)/python -m tests.site.faults > docs/faults.md

.PHONY: diagram
# Write the diagram in docs/archive.md from the catalogue's models.
diagram: $(READY)
	@$(BIN)/python docs/schema.py

.PHONY: api
# Write docs/api.md, the reference of the library, from signatures, docstrings and comments.
api: $(READY)
	@$(BIN)/python -m docs.api

.PHONY: messages
# Enter the messages of the code that are new in crawler/language/zh_CN.po, where they are translated.
messages: $(READY)
	@$(BIN)/python -m docs.messages

.PHONY: drawing
# Draw docs/house.svg from the imports, and write the table of rooms in docs/house.md.
drawing: $(READY)
	@$(BIN)/python -m docs.drawing

.PHONY: sources
# Write docs/sources.md: what is confirmed about each government in sources.yaml, and how.
sources: $(READY)
	@$(BIN)/python -m docs.sources

.PHONY: picture
# Draw docs/crawl.svg from a real run.
picture: $(READY)
	@$(BIN)/python docs/picture.py

# Write the lock files: name, version and hashes of every package. Extras stay (coverage[toml]), because an old pip needs them.
COMPILE := .venv-lock/bin/uv pip compile --universal --python-version 3.11 --generate-hashes --no-strip-extras --no-header --no-annotate --quiet --upgrade
.PHONY: lock
lock: | python
	@"$(PYTHON)" -m venv .venv-lock && .venv-lock/bin/pip install --quiet uv
	@$(COMPILE) pyproject.toml --group dev -o requirements.lock
	@$(COMPILE) pyproject.toml --group dev --extra bench --constraint requirements.lock -o requirements-bench.lock
	@$(COMPILE) pyproject.toml --group dev --extra browser --constraint requirements.lock -o requirements-browser.lock
	@printf 'frictionless>=5.18\nopenpyxl>=3.1\npandas>=2.3\npolars>=1.30\npyarrow>=20\nwacz>=0.5\n' | $(COMPILE) - -o requirements-export.lock
	@$(COMPILE) pyproject.toml --group dev --extra ocr --constraint requirements.lock -o requirements-ocr.lock
	@echo 'aiosmtpd>=1.4.6' | $(COMPILE) pyproject.toml - --group dev --extra notify --constraint requirements.lock -o requirements-notify.lock
	@printf 'feedparser>=6.0.12\nlxml>=6.0\nmemento_client>=0.6.1\nwayback>=0.5.1\n' | $(COMPILE) - -o requirements-viewer.lock
	@echo 'pywb>=2.10' | $(COMPILE) - -o requirements-replay.lock
	@$(COMPILE) pyproject.toml --group dev --group spread-servers --extra spread --constraint requirements.lock -o requirements-spread.lock
	@rm -rf .venv-lock

.PHONY: clean
clean:
	@rm -rf .axe .venv .venv-fast .venv-lock $(BROWSER) $(REPLAY) $(EXPORT) $(OCR) $(NOTIFY) $(VIEWER) $(SPREAD) $(BENCH) $(DEMO) .coverage* .pytest_cache .mypy_cache .ruff_cache .hypothesis
