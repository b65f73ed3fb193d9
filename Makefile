# Everything a user or a developer does with this checkout. `make demo` and `make test` set up what they need.

PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
STAMPS := .stamps
SOURCES := src tests scripts benchmarks
export TRASUNTO_DATA ?= $(abspath $(wildcard ../shared/data))

.PHONY: demo test test-all lint types oracles bench soak clean
.DEFAULT_GOAL := test

$(BIN)/python:
	$(PYTHON) -m venv $(VENV)

$(STAMPS)/demo: pyproject.toml constraints.txt | $(BIN)/python
	$(BIN)/python -m pip install --quiet --disable-pip-version-check -c constraints.txt -e .
	@mkdir -p $(STAMPS) && touch $@

$(STAMPS)/test: pyproject.toml constraints.txt | $(BIN)/python
	$(BIN)/python -m pip install --quiet --disable-pip-version-check -c constraints.txt -e ".[test,fast]"
	@mkdir -p $(STAMPS) && touch $@ $(STAMPS)/demo

$(STAMPS)/oracles: pyproject.toml constraints.txt | $(BIN)/python
	$(BIN)/python -m pip install --quiet --disable-pip-version-check -c constraints.txt -e ".[test,fast,oracles,browser,search,cluster,mlflow,tensorboard]"
	@mkdir -p $(STAMPS) && touch $@ $(STAMPS)/test $(STAMPS)/demo

demo: $(STAMPS)/demo  ## document A, reduced, on the embedded MNIST; how long it takes is said first
	$(BIN)/trasunto reproduce mnist --out demo --store demo/runs

lint: $(STAMPS)/test
	$(BIN)/ruff format --check $(SOURCES)
	$(BIN)/ruff check $(SOURCES)

types: $(STAMPS)/test
	$(BIN)/mypy

test: lint types  ## format, lint, types and the core suite
	$(BIN)/python -m pytest -m "not heavy"

test-all: $(STAMPS)/oracles  ## what is heavy: PyTorch and Keras themselves, a browser, kills, full-size checks
	$(BIN)/python -m pytest -m heavy

oracles: $(STAMPS)/oracles  ## compute the reference curves anew with PyTorch and Keras
	$(BIN)/python -m scripts.oracles

PEERS := .venv-peers

$(STAMPS)/peers: benchmarks/peers/constraints.txt
	$(PYTHON) -m venv $(PEERS)
	$(PEERS)/bin/python -m pip install --quiet --disable-pip-version-check -r benchmarks/peers/constraints.txt
	@mkdir -p $(STAMPS) && touch $@

bench: $(STAMPS)/test $(STAMPS)/peers  ## beside PyTorch, Keras, PyOD, scikit-learn, ONNX Runtime and an earlier commit: about forty minutes
	$(BIN)/python -m benchmarks --peers $(PEERS)/bin/python $(BENCH)

soak: $(STAMPS)/test  ## a run killed a hundred times, and a million damaged files through every reader: hours
	TRASUNTO_KILLS=100 $(BIN)/python -m pytest -s -o timeout=0 -m heavy tests/runs/test_kills.py -k again_and_again
	$(BIN)/python -m scripts.fuzz --inputs 1000000 --seconds 20

clean:
	rm -rf $(VENV) $(PEERS) $(STAMPS) demo out .mypy_cache .ruff_cache .pytest_cache
