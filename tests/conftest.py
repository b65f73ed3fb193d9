"""What tests of several folders need."""

from __future__ import annotations

import gc
import os
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from threadpoolctl import threadpool_limits

from trasunto.data import Records, Table, load, read_records

if TYPE_CHECKING:
    import jax


def pytest_collection_finish() -> None:
    """Leave out what takes a tenth of the processor's time and shows nothing."""
    threadpool_limits(1, "blas")  # whose threads wait for each other, by spinning, longer than small matrices take
    gc.collect()
    gc.freeze()  # what was imported stays
    gc.set_threshold(*gc.get_threshold()[:2], 200)


SAMPLE = Path(os.environ.get("TRASUNTO_DATA") or "nowhere") / "creditcard"
"""Noted on import: tests set the variable to folders of their own."""


@pytest.fixture(scope="session")
def cards_file(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A file with few strange rows, whose Class is 1: real card transactions where these lie here, else tumours."""
    files = sorted(SAMPLE.glob("*.parquet"))
    if files:
        return files[0]
    if os.environ.get("CI", "").lower() == "true":
        pytest.fail("$TRASUNTO_DATA/creditcard holds no sample of card transactions, which CI must test with")
    from sklearn.datasets import load_breast_cancer

    cells = load_breast_cancer(as_frame=True)
    path = tmp_path_factory.mktemp("cells") / "cells.parquet"
    cells.data.assign(Time=range(len(cells.data)), Class=1 - cells.target).to_parquet(path)
    return path


@pytest.fixture(scope="session")
def creditcard_sample(cards_file: Path) -> Records:
    """The rows of that file."""
    return read_records(cards_file, label="Class", drop=["Time"])


@pytest.fixture(scope="session")
def mnist() -> Table:
    """All of MNIST."""
    return load("mnist")


@pytest.fixture(scope="session")
def few_digits(mnist: Table) -> Table:
    """The first 2,000 training and 500 test images of MNIST."""
    assert mnist.test is not None
    return replace(mnist.take(slice(2000)), test=mnist.test.take(slice(500)))


@pytest.fixture(scope="session")
def devices() -> list[jax.Device]:
    """What chunks are sent to. A folder whose tests use JAX asks for it first, for later it would be one device."""
    from trasunto.cohort.devices import training_devices

    return training_devices()
