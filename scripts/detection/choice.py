"""The choice among candidates, which sees no anomaly: kept normal rows against anomalies made of normal rows."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import NamedTuple

import numpy as np

from scripts.detection.candidates import Candidate
from scripts.detection.ensembles import Rows, Scores, scored
from scripts.detection.imitations import imitations
from trasunto import Recipe

KEPT = 0.1
"""The share of the training rows that no candidate is trained on."""
COUNT = 1_000
"""Imitated anomalies of each kind."""


class Judged(NamedTuple):
    """A candidate as the kept rows judge it, and what it makes of rows that are looked at afterwards.

    Attributes
    ----------
    criterion
        AUROC of the kept rows against imitated anomalies, the mean over their kinds; the highest is chosen.
    scores
        Of the later rows, (n,).
    """

    criterion: float
    scores: Scores


def judged(recipes: Sequence[Recipe], train: Rows, later: Rows, seed: int) -> dict[Candidate, Judged]:
    """Train recipes on nine tenths of normal rows (n, d), in an order already random, and judge them by the others."""
    first = len(train) - round(KEPT * len(train))
    fakes = imitations(train[:first], COUNT, seed)
    found = scored(recipes, train[:first], {"kept": train[first:], "later": later, **fakes})
    return {
        candidate: Judged(float(np.mean([auroc(sets["kept"], sets[kind]) for kind in fakes])), sets["later"])
        for candidate, sets in found.items()
    }


def criterion(candidate: Candidate, splits: Sequence[Mapping[Candidate, Judged]]) -> float:
    """Return the mean criterion over splits."""
    return float(np.mean([split[candidate].criterion for split in splits]))


def chosen(splits: Sequence[Mapping[Candidate, Judged]]) -> Candidate:
    """Return the candidate with the highest mean criterion: one for all splits, as one detector is meant for all."""
    return max(splits[0], key=lambda candidate: criterion(candidate, splits))


def auroc(normal: Scores, strange: Scores) -> float:
    """Return the chance that a strange row outranks a normal one."""
    from sklearn.metrics import roc_auc_score

    labels = np.repeat([False, True], [len(normal), len(strange)])
    return float(roc_auc_score(labels, np.concatenate([normal, strange])))
