"""One small model after another, each on another number of rows: one per shop, one per fold."""

from __future__ import annotations

import logging

import jax
import numpy as np
import psutil
import pytest

from trasunto import Autoencoder
from trasunto.cohort.programs import MOST, training

RANDOM = np.random.default_rng(0)


def fit(n: int, d: int = 6) -> None:
    x = RANDOM.normal(size=(n, d))
    Autoencoder(hidden_layers=(8,), latent=2, epochs=2, random_state=0).fit(x).transform(x)


def test_sixty_numbers_of_rows_compile_a_few_programs(caplog: pytest.LogCaptureFixture) -> None:
    with jax.log_compiles(), caplog.at_level(logging.WARNING):
        for n in range(201, 801, 10):
            fit(n)
    compiled = [record.getMessage() for record in caplog.records if "Finished XLA compilation" in record.getMessage()]
    assert 1 <= len(compiled) <= 6, compiled


@pytest.mark.heavy
def test_a_process_that_fits_many_tables_does_not_grow_with_them() -> None:
    def mebibytes() -> float:
        return float(psutil.Process().memory_info().rss / 2**20)

    for _ in range(5):
        fit(200)
    before = mebibytes()
    for n in range(201, 801, 10):
        fit(n)
    assert mebibytes() - before < 150
    for d in range(10, 40):
        fit(200, d)
    full = mebibytes()
    for d in range(40, 70):
        fit(200, d)
    assert mebibytes() - full < 250, "the last programs of each kind stay, and no more"
    assert training.cache_info().currsize <= MOST
