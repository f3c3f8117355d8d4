# make demo: see what it does.  make test: prove it right.  make bench: measure it.  make lint: format and lint.
# Everything else that these need they install themselves, Python's part into .venv.

SHELL := /bin/bash
.SHELLFLAGS := -eu -o pipefail -c
.ONESHELL:
.DELETE_ON_ERROR:

PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
AVIZOR := target/debug/avizor
# One profile for tests, wheel and demo: dependencies are compiled once.
WHEEL_ARGS := --profile dev
# The transformer's crate has checks of its own: it costs minutes to build.
CRATES := --workspace --exclude avizor-encoder
ENCODER := -p avizor-encoder -p avizor-cli --features avizor-cli/encoder

.PHONY: help
help: ## Say what there is
	@grep -hE '^[a-z-]+:.*## ' $(MAKEFILE_LIST) | sed -E 's/^([a-z-]+):.*## (.*)/  make \1\t\2/' | expand -t 20

.PHONY: demo
demo: ## Watch a simulated airline for ten days: table, signals, report.html
	cargo build --quiet -p avizor-cli
	bash examples/demo.sh $(AVIZOR)

.PHONY: test
test: lint rust-test python-test ## Everything that proves the project right

.PHONY: lint
lint: ## Formatting and lints of Rust; warnings are errors
	cargo fmt --all --check
	cargo clippy $(CRATES) --all-targets --locked --quiet -- -D warnings

.PHONY: rust-test
rust-test: ## Rust tests, doc tests, benches in test mode, documentation without warnings
	cargo test $(CRATES) --locked
	RUSTDOCFLAGS="-D warnings" cargo doc $(CRATES) --no-deps --locked --quiet

$(BIN)/python:
	$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11) and "Python 3.11 or newer is needed: set PYTHON=python3.x")'
	$(PYTHON) -m venv $(VENV)
	$(BIN)/python -m pip install --quiet --upgrade pip

$(VENV)/.tools: python/pyproject.toml | $(BIN)/python
	$(BIN)/python -c 'import tomllib; p = tomllib.load(open("python/pyproject.toml", "rb"))["project"]["optional-dependencies"]; print("\n".join(d for extra in p.values() for d in extra if not d.startswith("avizor[")))' > $(VENV)/tools.txt
	$(BIN)/python -m pip install --quiet -r $(VENV)/tools.txt
	touch $@

.PHONY: wheel
wheel: $(VENV)/.tools ## The Python wheel, installed into .venv
	rm -rf dist
	$(BIN)/maturin build $(WHEEL_ARGS) --locked --quiet --manifest-path python/Cargo.toml --out dist
	$(BIN)/python -m pip install --quiet --force-reinstall --no-deps dist/*.whl

.PHONY: wheel-encoder
wheel-encoder: WHEEL_ARGS += --features encoder
wheel-encoder: wheel ## The same with the optional transformer, and its tests

# Reports are looked at in a browser where there is one; root on Debian gets it by itself.
.PHONY: browser
browser:
	if ! command -v chromium chromium-browser google-chrome >/dev/null && command -v apt-get >/dev/null && [ "$$(id -u)" = 0 ]; then
		(apt-get -qq update && DEBIAN_FRONTEND=noninteractive apt-get -qq install --no-install-recommends chromium) >/dev/null 2>&1 \
			|| echo "no chromium could be installed: what needs it is skipped"
	fi

.PHONY: python-test
python-test: wheel docs browser ## Lint, types, stubs and tests of the Python package, against the wheel
	$(BIN)/ruff check python benches
	$(BIN)/ruff format --check python benches
	(cd python && ../$(BIN)/mypy)
	$(BIN)/python -m mypy.stubtest --mypy-config-file python/pyproject.toml avizor._avizor
	$(BIN)/python -m pytest -c python/pyproject.toml --rootdir python python/tests

.PHONY: encoder
encoder: ## Lints, tests and documentation of the optional transformer and of the command with it
	cargo clippy $(ENCODER) --all-targets --locked --quiet -- -D warnings
	cargo test $(ENCODER) --locked
	RUSTDOCFLAGS="-D warnings" cargo doc -p avizor-encoder --no-deps --locked --quiet

.PHONY: encoder-reference
encoder-reference: ## The transformer against PyTorch (installs it into .venv-reference: several GB)
	$(PYTHON) crates/avizor-encoder/tests/reference.py agree

.PHONY: docs
docs: wheel ## The Python API reference, in out/python; warnings are errors
	$(BIN)/python -W error -m pdoc --docformat numpy --output-directory out/python avizor

.PHONY: bench
bench: ## Speed, accuracy and detection beside peers, in one run; writes BENCHMARKS.md
	$(PYTHON) benches/compare.py
	cargo run --release --quiet --locked -p avizor-lab --example reputation

.PHONY: models
models: ## Train the shipped models anew from the corpora written here
	cargo run --release --locked -p avizor-lab --example ship

.PHONY: clean
clean: ## Remove what was built
	rm -rf target dist out $(VENV)
