"""The usual detector on other tables: ADBench's, as npz files of rows `X` and labels `y` (1 is an anomaly)."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from scripts.detection.candidates import recipe
from scripts.detection.choice import auroc
from scripts.detection.ensembles import scored
from trasunto.analysis.detection_baselines import best_pca, isolation_forest_scores
from trasunto.errors import DataError

Rows = NDArray[np.float64]

MOST_ROWS = 6_250
"""Normal rows taken of a table, four fifths of them to train on."""
MOST_ANOMALIES = 2_000
MOST_FEATURES = 200


class Other(NamedTuple):
    """What was found on one table; `aurocs` by score and by rival, PCA's number of components chosen by the labels."""

    name: str
    train: int
    features: int
    aurocs: dict[str, float]


def other_tables(folder: Path, seed: int = 0) -> Iterator[Other]:
    """Measure the chosen recipe with every score on every table of a folder that is not too wide."""
    paths = list(folder.glob("*.npz"))
    if not paths:
        raise DataError(f"{folder} holds no .npz file; name the folder of ADBench's tables with --folder")
    for path in sorted(paths, key=lambda file: int(file.stem.partition("_")[0])):
        with np.load(path, allow_pickle=False) as arrays:
            x, y = arrays["X"].astype(float), arrays["y"].astype(bool)
        if x.shape[1] <= MOST_FEATURES:
            yield _measured(path.stem, *_prepared(x, y, seed), seed)


def _prepared(x: Rows, y: NDArray[np.bool_], seed: int) -> tuple[Rows, Rows, Rows]:
    """Return normal rows to train on, normal rows held out and anomalies, standardised by the first."""
    random = np.random.default_rng(seed)
    normal = x[~y][random.permutation(int((~y).sum()))[:MOST_ROWS]]
    strange = x[y][random.permutation(int(y.sum()))[:MOST_ANOMALIES]]
    kept = round(0.8 * len(normal))
    mean, deviation = normal[:kept].mean(axis=0), normal[:kept].std(axis=0)
    deviation[deviation == 0] = 1.0
    standard = [(rows - mean) / deviation for rows in (normal[:kept], normal[kept:], strange)]
    return standard[0], standard[1], standard[2]


def _measured(name: str, train: Rows, normal: Rows, strange: Rows, seed: int) -> Other:
    sets = {"normal": normal, "strange": strange}
    rows, labels = np.concatenate([normal, strange]), np.repeat([False, True], [len(normal), len(strange)])
    forest = isolation_forest_scores(train, rows, seed)
    found = scored([recipe()], train, sets)
    aurocs = {candidate.score: auroc(scores["normal"], scores["strange"]) for candidate, scores in found.items()}
    aurocs["isolation forest"] = auroc(forest[~labels], forest[labels])
    aurocs["best PCA"] = best_pca(train, rows, labels).auroc
    return Other(name, len(train), train.shape[1], aurocs)
