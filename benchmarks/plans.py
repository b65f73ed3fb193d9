"""Trainings of many kinds, whose memory and time are said before they start and measured."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np

from trasunto.cohort.request import Recipes
from trasunto.data import Table, from_arrays, load
from trasunto.spec import Recipe


def digits() -> Table:
    """Return all of MNIST."""
    return load("mnist")


def cards() -> Table:
    """Return as many rows as there are card transactions."""
    return numbers(284_807, 29)


def numbers(rows: int, d: int) -> Table:
    """Return random rows, a fifth of them to test on."""
    x = np.random.default_rng(0).normal(size=(rows, d)).astype(np.float32)
    return from_arrays(x[: rows * 4 // 5], test=x[rows * 4 // 5 :])


SGD = Recipe("[64 sigmoid drop=0.1] > sigmoid", optimizer="sgd", learning_rate=0.5, batch_size=1000)
TABULAR = "64 relu > 32 tanh l1=1e-4 > [24 relu] > 32 relu l1=1e-4 > 64 tanh > linear"
RATES = [0.05 * step for step in range(1, 20)]

PLANS: dict[str, tuple[Callable[[], Table], Recipes, int]] = {
    "grid": (digits, SGD.grid(learning_rate=RATES, momentum=[0.05 * step for step in range(19)]), 1),
    "grid-small": (digits, SGD.grid(learning_rate=RATES[:8], momentum=[0.0, 0.5, 0.9, 0.95]), 1),
    "512": (digits, Recipe("[512 sigmoid] > sigmoid", optimizer="sgd", learning_rate=0.5, batch_size=1000), 16),
    "adam-512": (digits, Recipe("[512 relu] > sigmoid", batch_size=1000), 4),
    "1024": (digits, Recipe("[1024 relu] > sigmoid", batch_size=256), 2),
    "tabular": (cards, Recipe(TABULAR, batch_size=64), 64),
    "tabular-1": (cards, Recipe(TABULAR, batch_size=256), 1),
    "tiny": (lambda: numbers(500, 8), Recipe("[2 tanh] > linear", batch_size=20), 4),
    "programs": (lambda: numbers(500, 8), [Recipe(f"[{h} tanh] > linear", batch_size=20) for h in range(1, 9)], 1),
    "programs-deep": (
        lambda: numbers(500, 20),
        [Recipe(f"16 tanh > 12 tanh > 8 tanh > [{h} tanh] > mirror > linear", batch_size=20) for h in range(1, 9)],
        1,
    ),
    "wide": (digits, Recipe("[4096 relu] > sigmoid", batch_size=500), 2),
    "deep": (digits, Recipe("512 relu > 256 relu > [32 relu] > mirror > sigmoid", batch_size=256), 8),
    "batch": (digits, Recipe("[256 relu] > sigmoid", batch_size=20000), 4),
}
"""Rows, recipes and seeds."""
