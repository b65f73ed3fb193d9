"""Candidates trained, and rows scored by them; higher is stranger."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from itertools import groupby

import numpy as np
from numpy.typing import NDArray

from scripts.detection.candidates import SCORES, SEEDS, Candidate
from trasunto import Recipe, from_arrays
from trasunto.analysis.scores import LatentDistance, fit_scoring
from trasunto.cohort.application import Applied
from trasunto.cohort.memory import fit

Rows = NDArray[np.float64]
Scores = NDArray[np.float64]


def scored(recipes: Sequence[Recipe], train: Rows, sets: Mapping[str, Rows]) -> dict[Candidate, dict[str, Scores]]:
    """Train every recipe on normal rows (n, d) and score sets of rows, each by every score.

    Networks see float32. A row's score is the mean over networks of different seeds, each in its own unit.
    """
    table = from_arrays(train.astype(np.float32))
    found = {}
    for recipe, fitted in groupby(fit(recipes, table, range(SEEDS)), key=lambda one: one.recipe):
        networks = [Applied(recipe, one.weights, table.row_shape) for one in fitted]
        for score in SCORES:
            found[Candidate(recipe, score)] = {name: np.zeros(len(rows)) for name, rows in sets.items()}
        for network in networks:
            known = train - network.reconstruct(train)
            left = {name: rows - network.reconstruct(rows) for name, rows in sets.items()}
            for score in SCORES:
                measure = _fitted(score, known)
                for name, differences in left.items():
                    found[Candidate(recipe, score)][name] += measure(differences) / SEEDS
    return found


def _fitted(score: str, train: Rows) -> Callable[[Rows], Scores]:
    """Fit a score to differences (n, d) of training rows from their reconstructions.

    The distance of differences is that of latents: squared Mahalanobis distance from the training rows' middle.
    """
    if score == "mahalanobis":
        return LatentDistance.fit(train).score
    measure = fit_scoring(score, np.square(train), None)
    return lambda differences: measure.score(np.square(differences), None)
