# Everything a person or CI runs. `make help` is the index.
PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
DBT := PATH="$(CURDIR)/$(BIN):$$PATH" $(BIN)/dbt
TEST_DATABASE := target/test/habitue.duckdb

.DEFAULT_GOAL := help
.PHONY: help install demo test lint unit integration build-twice benchmark profile \
	benchmark-parts docs seeds format clean

help:  ## Show this list
	@grep -hE '^[a-z-]+:.*## ' $(MAKEFILE_LIST) \
		| awk 'BEGIN {FS = ":.*## "} {printf "  %-16s %s\n", $$1, $$2}'

$(VENV)/core: pyproject.toml constraints.txt
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' \
		|| { echo "Python 3.11 or newer is needed: make PYTHON=python3.11 …"; exit 1; }
	$(PYTHON) -m venv $(VENV)
	$(BIN)/python -m pip install --quiet --disable-pip-version-check \
		--constraint constraints.txt --editable .
	@touch $@

$(VENV)/dev: $(VENV)/core
	$(BIN)/python -m pip install --quiet --disable-pip-version-check \
		--constraint constraints.txt --editable '.[dev]'
	@touch $@

install: $(VENV)/dev  ## Install the core and what development needs into .venv

demo: $(VENV)/core  ## Build the demo data and show the segments
	$(DBT) build --log-level warn --exclude-resource-type unit_test
	@$(BIN)/habitue summary

test: lint unit integration build-twice  ## Everything CI runs

lint: $(VENV)/dev  ## ruff, mypy, sqlfluff
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy
	$(BIN)/sqlfluff lint --processes 2 models tests/data tests/generic

unit: $(VENV)/dev  ## Unit tests of the Python functions
	$(BIN)/pytest tests/unit --numprocesses 2

integration: $(VENV)/dev  ## Builds on generated and real data (HABITUE_SHARED_DATA)
	$(BIN)/pytest tests/integration --numprocesses 2

build-twice: $(VENV)/dev  ## dbt build on the seeds twice, then the docs
	rm -rf $(dir $(TEST_DATABASE)) && mkdir -p $(dir $(TEST_DATABASE))
	HABITUE_DATABASE=$(TEST_DATABASE) $(DBT) build --quiet
	HABITUE_DATABASE=$(TEST_DATABASE) $(DBT) build --quiet
	HABITUE_DATABASE=$(TEST_DATABASE) $(DBT) docs generate --quiet

SIZE ?= 1m
benchmark: $(VENV)/dev  ## Builds at SIZE=1m|20m|100m, beside scripts by hand
	$(BIN)/python benchmarks/at_size --size $(SIZE)

profile: $(VENV)/dev  ## Where the time of a build of the demo goes
	$(BIN)/python benchmarks/build_profile.py

benchmark-parts: $(VENV)/dev  ## What pseudonyms, an erasure, features and models cost
	$(BIN)/python benchmarks/hmac_identifiers.py --identifiers 10000000
	$(BIN)/python benchmarks/erasure.py --events 10000000
	$(BIN)/python benchmarks/features.py --customers 1000000
	$(BIN)/python benchmarks/feature_scaling.py --customers 1000000
	$(BIN)/python benchmarks/value_fit.py --customers 1000000
	$(BIN)/python benchmarks/segmentation.py --customers 1000000
	$(BIN)/python benchmarks/segmentation_truth.py
	$(BIN)/python benchmarks/no_structure.py
	$(BIN)/python benchmarks/journeys.py --events 20000000
	$(BIN)/python benchmarks/trends.py --truth 10 --noise 60
	$(BIN)/python benchmarks/trends_nab.py --data "$${HABITUE_SHARED_DATA:-../shared/data}/nab"
	$(BIN)/python benchmarks/anomalies.py --customers 1000000
	$(BIN)/python benchmarks/anomaly_truth.py
	$(BIN)/python benchmarks/anomaly_shop.py
	$(BIN)/python benchmarks/experiment_simulation.py
	$(BIN)/python benchmarks/experiment_uplift.py
	$(BIN)/python benchmarks/experiments.py --customers 10000000

docs: $(VENV)/core  ## Generate the documentation site and serve it on localhost
	$(DBT) docs generate
	$(DBT) docs serve --host 127.0.0.1

seeds: $(VENV)/core  ## Write the demo data again (the same bytes)
	$(BIN)/habitue generate --customers 120 --days 60 --seed 7 --intensity 0.5 \
		--format csv --out target/seeds
	cp target/seeds/raw/*.csv seeds/raw/

format: $(VENV)/dev  ## Format Python and SQL
	$(BIN)/ruff check --fix .
	$(BIN)/ruff format .
	$(BIN)/sqlfluff fix --processes 2 models tests/data tests/generic

clean:  ## Remove what builds left behind
	rm -rf target logs habitue.duckdb habitue.duckdb.wal
