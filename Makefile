# `make setup` needs Python >= 3.11 and npm; everything else it brings along.
PYTHON ?= python3
VENV := .venv/bin
ARGS ?=

.PHONY: setup demo test check static audit bench trials lock pictures migration site

setup: .venv/.ready .venv-mlflow/.ready demo/node_modules/.ready
	@$(VENV)/python -m demo.browser --install

.venv/.ready: requirements-dev.lock pyproject.toml
	$(PYTHON) -m venv .venv
	$(VENV)/pip install --quiet --disable-pip-version-check --require-hashes -r requirements-dev.lock
	$(VENV)/pip install --quiet --disable-pip-version-check --no-deps --no-build-isolation -e .
	@touch $@

.venv-mlflow/.ready: demo/mlflow-requirements.lock
	$(PYTHON) -m venv .venv-mlflow
	.venv-mlflow/bin/pip install --quiet --disable-pip-version-check --require-hashes -r demo/mlflow-requirements.lock
	@touch $@

demo/node_modules/.ready: demo/package-lock.json
	npm ci --prefix demo --no-audit --no-fund --loglevel=error
	@touch $@

demo: setup
	$(VENV)/python -m demo $(ARGS)

test: setup static
	$(VENV)/python -m pytest -n 2 --dist loadscope --no-loadscope-reorder $(ARGS)

check: static audit

static:
	$(VENV)/ruff format --check --quiet .
	$(VENV)/ruff check --quiet .
	$(VENV)/mypy
	$(VENV)/lint-imports
	$(VENV)/check-jsonschema --quiet --builtin-schema vendor.compose-spec compose.yaml
	$(VENV)/kubernetes-validate --strict --quiet docs/kubernetes.yaml

# Not part of `make test`: what it finds depends on the day, not on the tree.
audit:
	.ci/audit

trials:
	$(VENV)/python -m tests.trials $(ARGS)

# The browser pass, with its screenshots kept; docs/pictures/steps/ is for looking at only.
pictures: setup
	MERIDIAN_PICTURES=docs/pictures $(VENV)/python -m pytest tests/browser $(ARGS)

# The decision log of DATABASE_URL as a site in ./site.
site: setup
	$(VENV)/python -m bot site --to site $(ARGS)

bench:
	$(VENV)/python -m tests.benchmarks $(ARGS)

# ARGS='"what it does"', or --first until the first release.
migration:
	$(VENV)/python -m tests.migration.new_revision $(ARGS)

lock:
	uv pip compile --quiet --universal --python-version 3.11 --generate-hashes --no-header --no-annotate pyproject.toml -o requirements.lock
	echo "hatchling>=1.28" | uv pip compile --quiet --universal --python-version 3.11 --generate-hashes --no-header --no-annotate - -o requirements-build.lock
	uv pip compile --quiet --universal --python-version 3.11 --generate-hashes --no-header --no-annotate pyproject.toml --group dev -o requirements-dev.lock
	uv pip compile --quiet --universal --python-version 3.11 --generate-hashes --no-header --no-annotate demo/mlflow-requirements.in -o demo/mlflow-requirements.lock
