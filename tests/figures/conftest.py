"""Findings on made-up grids, as the studies make them."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
import pytest
from numpy.typing import NDArray

from trasunto.studies import (
    STUDIES,
    Findings,
    learning_rate_momentum,
    learning_rate_momentum_facts,
    long_run,
    long_run_facts,
)
from trasunto.studies.cells import COARSE, Cells

GridFindings = Callable[..., Findings]


def curves(rates: tuple[float, ...], momenta: tuple[float, ...], epochs: int, seeds: int) -> NDArray[np.float64]:
    """Errors that follow learning rate / (1 - momentum) with a little scatter: (rows, columns, seeds, t + 1)."""
    rate, momentum, epoch = np.meshgrid(rates, momenta, np.arange(epochs + 1), indexing="ij")
    law = 0.01 + 0.22 / (1 + epoch * rate / (1 - momentum) / 3)
    scatter = np.random.default_rng(0).normal(0, 1e-4, (*law.shape[:2], seeds, epochs + 1))
    error: NDArray[np.float64] = law[:, :, None, :] + scatter
    return error


def cells(rates: tuple[float, ...], momenta: tuple[float, ...], error: NDArray[np.float64]) -> Cells:
    lost = ~np.isfinite(error)
    return Cells(rates, momenta, error, np.where(lost.any(axis=3), lost.argmax(axis=3), 0))


@pytest.fixture(scope="session")
def grid_findings() -> GridFindings:
    """Return a maker of learning-rate-momentum findings; `failures` adds diverged and stalled cells in the corner."""

    def make(
        rates: tuple[float, ...] = COARSE, momenta: tuple[float, ...] = COARSE, seeds: int = 1, failures: bool = False
    ) -> Findings:
        error = curves(rates, momenta, 5, seeds)
        if failures:
            error[-1, -1, :, 2:] = np.nan
            error[-1, -1, :, 1] = 1e30
            error[-2, -1, :, 1:] = 1e12
        grid = cells(rates, momenta, error)
        facts = learning_rate_momentum_facts.measure(
            grid, cells(COARSE, COARSE, curves(COARSE, COARSE, 10, seeds)), bounded=not failures, goal=0.08
        )
        return found("learning-rate-momentum", facts, learning_rate_momentum.Settings())

    return make


@pytest.fixture
def long_findings() -> GridFindings:
    """Return a maker of long-run findings; with `failures` the largest cell diverges half-way, after exploding."""

    def make(epochs: int = 150, failures: bool = False) -> Findings:
        error = curves(COARSE, COARSE, epochs, 1)
        if failures:
            error[-1, -1, :, epochs // 2] = 1e30
            error[-1, -1, :, epochs // 2 + 1 :] = np.nan
        settings = long_run.Settings(epochs=epochs)
        facts = long_run_facts.measure(cells(COARSE, COARSE, error), settings.early, settings.compared)
        return found("long-run", facts, settings)

    return make


def found(study: str, facts: object, settings: object) -> Findings:
    return STUDIES[study].found(facts, settings)
