# A fresh clone needs Node and make: `make serve` and `make test` do the rest.
SHELL := /bin/bash
.SHELLFLAGS := -euo pipefail -c
.DELETE_ON_ERROR:
.DEFAULT_GOAL := build

BIN := ./node_modules/.bin
PROTOS := $(shell find proto third_party/proto -name '*.proto')
DASHBOARD := $(shell find dashboard -type f)
SCHEMAS := $(wildcard rules/schema/*.schema.json) docs/config.schema.json
SOURCES := $(shell find src -name '*.ts' -not -path 'src/gen/*')
KERNELS := $(shell find src -name '*.wat')

# What a call may use; what lies on disk is not served.
PUBLIC_PROTOS := --exclude-path proto/sextant/storage

.PHONY: docs-screens screenshots torture-hostile torture-flood torture-rotation torture-simulation torture-soak bench-regression bench-evaluation bench-obp notebook bench-experiments bench-store bench-rollups torture-store torture-kill torture-power torture-faults torture-flips bench-quality bench-core bench-rules bench-shadow bench-retention bench-complexity install generate descriptors build serve demo test nightly check types lint format protos imports unused baseline clean

install: node_modules/.stamp

node_modules/.stamp: package-lock.json
	npm ci --no-audit --no-fund
	touch $@

generate: src/gen/.stamp

src/gen/.stamp: $(PROTOS) buf.yaml buf.gen.yaml $(SCHEMAS) $(KERNELS) $(wildcard scripts/*.js) node_modules/.stamp
	$(BIN)/buf generate
	node scripts/compile-schemas.js
	node scripts/compile-kernels.js
	touch $@

descriptors: build/descriptors.binpb

build/descriptors.binpb: $(PROTOS) buf.yaml node_modules/.stamp
	mkdir -p build
	$(BIN)/buf build . --as-file-descriptor-set --exclude-source-info $(PUBLIC_PROTOS) -o $@

build: dist/.stamp dist/dashboard/.stamp build/descriptors.binpb

dist/.stamp: $(SOURCES) tsconfig.json tsconfig.build.json src/gen/.stamp
	mkdir -p dist
	find dist -mindepth 1 -maxdepth 1 ! -name dashboard -exec rm -rf {} +
	$(BIN)/tsc -p tsconfig.build.json
	touch $@

# Against the types of what the admin port answers.
dist/dashboard/.stamp: $(DASHBOARD) $(wildcard src/admin/*views.ts) node_modules/.stamp
	$(BIN)/vite build --logLevel warn dashboard
	touch $@

# make serve ARGS='--server.port 0'
serve: build
	node dist/cli/sextant.js serve $(ARGS)

demo: build
	node dist/cli/sextant.js demo $(ARGS)

# Pictures of every page with the data of the experiments' demo, into build/screenshots; needs Chromium.
SCREENSHOTS := build/screenshots
WIDTHS := 360,1280,2560
screenshots: build
	[ -d $(SCREENSHOTS)/demo ] || node dist/cli/sextant.js experiments demo --out $(SCREENSHOTS)/demo
	SEXTANT_SCREENSHOTS=$(SCREENSHOTS) SEXTANT_DEMO=$(SCREENSHOTS)/demo SEXTANT_WIDTHS=$(WIDTHS) \
	  $(BIN)/vitest run test/e2e/dashboard-screenshots.test.ts --test-timeout 900000

# Those that docs/dashboard.md shows.
docs-screens:
	$(MAKE) screenshots WIDTHS=1100
	mkdir -p docs/screens
	for page in $(SCREENSHOTS)/*-1100-light.png; do \
	  cp $$page docs/screens/$$(basename $$page -1100-light.png).png; done

# make test ARGS=test/config
test: build
	$(BIN)/vitest run $(ARGS)

# The properties at length, such as compiled rules against json-rules-engine on 100,000 cases.
nightly: build
	SEXTANT_PROPERTY_RUNS=$${SEXTANT_PROPERTY_RUNS:-100000} $(BIN)/vitest run --test-timeout 3600000 $(or $(ARGS),test/core/rules/oracle.property.test.ts test/core/lint)

# Torture at length; the short form of each is part of `make test`. What time does not suffice for goes on at the next
# run, and figures are kept in build/torture: remove it to start anew. Power cuts and full disks need root, failing syncs
# strace. Each target ends within 30 minutes: MINUTES is for each of its one or two files of figures.
TORTURE = SEXTANT_TORTURE=1 SEXTANT_TORTURE_MINUTES=$(or $(MINUTES),$(1)) $(BIN)/vitest run $(2)

torture-kill: build
	$(call TORTURE,13,test/torture/store-kill.test.ts test/torture/server-kill.test.ts --no-file-parallelism)

torture-power: build
	$(call TORTURE,13,test/torture/power.test.ts)

torture-faults: build
	$(call TORTURE,13,test/torture/faults.test.ts)

torture-flips: build
	$(call TORTURE,28,test/torture/flips.test.ts)

torture-store: build
	$(call TORTURE,3.5,$(addprefix test/torture/,store-kill.test.ts server-kill.test.ts power.test.ts faults.test.ts flips.test.ts) --no-file-parallelism)

torture-hostile: build
	SEXTANT_HOSTILE_CONNECTIONS=20000 $(call TORTURE,13,test/torture/hostile-messages.test.ts test/torture/hostile-frames.test.ts)

# On a machine with nothing else to do: the well-behaved client is held to its 50 ms.
torture-flood: build
	SEXTANT_FLOOD_SECONDS=60 SEXTANT_FLOOD_P99_MS=50 $(call TORTURE,13,test/torture/flood.test.ts)

torture-rotation: build
	SEXTANT_ROTATIONS=100 $(call TORTURE,13,test/torture/rotation.test.ts)

torture-simulation: build
	$(call TORTURE,28,test/torture/simulation.test.ts)

torture-soak: build
	SEXTANT_SOAK_SECONDS=$(or $(SECONDS),1500) $(call TORTURE,28,test/torture/soak.test.ts)

# make bench-quality DATA=DIR OUT=FILE.csv WEIGHTS=0.7,0.3 BUDGETS=2.3e-4,6.6e-4 SEEDS=20; make bench-core; make bench-rules; make bench-shadow; make bench-retention
# make bench-complexity ARGS='--sections speed'; make bench-experiments ARGS='--experiments 2000 --seed 1'
BENCH_FLAGS = $(if $(DATA),--data $(DATA)) $(if $(OUT),--out $(OUT)) $(if $(WEIGHTS),--weights $(WEIGHTS)) \
	$(if $(BUDGETS),--budgets $(BUDGETS)) $(if $(SEEDS),--seeds $(SEEDS)) $(ARGS)

bench-quality bench-core bench-rules bench-shadow bench-retention bench-complexity bench-evaluation bench-regression bench-experiments bench-store bench-rollups: bench-%: build
	$(BIN)/tsc -p tsconfig.bench.json
	mkdir -p bench/out
	node build/bench/bench/$*.js $(BENCH_FLAGS)

# Python of the examples, in an environment of its own. obp asks for an older Python and PyTorch, which its estimators
# do not need.
build/python/.stamp: examples/evaluation/requirements.txt
	rm -rf build/python
	python3 -m venv build/python
	build/python/bin/pip install --quiet --disable-pip-version-check -r $<
	build/python/bin/pip install --quiet --disable-pip-version-check --no-deps --ignore-requires-python obp==0.5.7
	touch $@

# The estimates of two policies on the demo's log, beside those of the Open Bandit Pipeline.
OBP := build/obp
bench-obp: build build/python/.stamp
	rm -rf $(OBP)
	node dist/cli/sextant.js demo --out $(OBP)/demo > $(OBP).log
	for policy in uniform greedy; do \
	  node dist/cli/sextant.js evaluate --store $(OBP)/demo/store --rules.path $(OBP)/demo/rules --policy $$policy \
	    --terms $(OBP)/$$policy.parquet --json > $(OBP)/$$policy.json || [ $$? -eq 3 ]; done
	build/python/bin/python examples/evaluation/compare_with_obp.py $(OBP)/uniform.json $(OBP)/uniform.parquet \
	  $(OBP)/greedy.json $(OBP)/greedy.parquet

# Runs the notebook anew and keeps what it shows.
notebook: build build/python/.stamp
	build/python/bin/python examples/evaluation/run_notebook.py

check: types lint format protos imports unused

types: generate
	$(BIN)/tsc --noEmit
	$(BIN)/tsc --noEmit -p dashboard

lint: generate
	$(BIN)/eslint .

format: install
	$(BIN)/prettier --check .

# Image against image: the working tree is two modules, and the baseline is one file.
protos: install
	mkdir -p build
	$(BIN)/buf lint
	$(BIN)/buf build . -o build/contract.binpb
	$(BIN)/buf breaking build/contract.binpb --against proto/baseline.binpb

# Some tests import what is built.
imports: build
	$(BIN)/depcruise src test bench examples dashboard --config .dependency-cruiser.js

unused: generate
	$(BIN)/knip

# Freezes the contract as it is now: what is in the baseline stays compatible.
baseline: install
	$(BIN)/buf build . --path proto/sextant --exclude-source-info -o proto/baseline.binpb

clean:
	rm -rf dist build src/gen coverage
