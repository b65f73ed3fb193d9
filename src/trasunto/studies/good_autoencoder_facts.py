"""Facts about the paper's own network over several seeds.

Arrays are (seeds, t + 1), epoch 0 first. A loss includes activity penalties, an error (mean squared, per feature) does
not, and an accuracy is the share of rows whose largest output stands at the same feature as their largest input.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Literal

import numpy as np
from numpy.typing import NDArray

from trasunto.analysis.intervals import adjust, paired
from trasunto.studies.evidence import Course, Estimate, course, estimate, last_part
from trasunto.studies.good_autoencoder_search import Search
from trasunto.studies.tabular_facts import SETS, Linear
from trasunto.studies.tabular_networks import LayerTable

MEASURES = ("loss", "error", "accuracy")

SLIGHT = 0.02
"""A held-out error that rises by less than this share of its lowest is no over-fitting, however sure the rise."""

Kind = Literal["rises", "gap", "none", "open"]


@dataclass(frozen=True)
class OnRows:
    """What the network measured on one set of rows after the last epoch, by epoch too.

    Attributes
    ----------
    rows
        "train" (averaged over the epoch, while the network was learning) or "test" (the held-out rows).
    late_loss
        Mean loss over the last tenth of the epochs, since single epochs scatter.
    """

    rows: str
    loss: Estimate
    error: Estimate
    accuracy: Estimate
    late_loss: Estimate
    losses: Course
    errors: Course
    accuracies: Course


@dataclass(frozen=True)
class Fit:
    """Whether the network learnt its training rows at the cost of others.

    Attributes
    ----------
    part
        Epochs that are averaged before errors are compared, since single epochs scatter: the last tenth of them.
    lowest_epoch
        The last epoch of the part in which the mean held-out error is lowest.
    rise
        From that part to the last: the share by which the held-out error is higher; 0 where the last is the lowest.
    rise_p
        p of no rise, after Holm with `gap_p`; None where there is none or with one seed.
    ratio
        Held-out error over training error in the last part.
    gap_p
        p of no difference between the two, after Holm.
    test
        How both were tested.
    linear_ratio
        The same ratio for PCA with as many components as latent units: how much harder held-out rows are by themselves.
    kind
        "rises": over-fitting in the full sense, the held-out error grows again; "gap": it does not grow, but held-out
        rows are told from training rows and harder than PCA finds them; "none": neither; "open": one seed.
    """

    part: int
    lowest_epoch: int
    rise: Estimate
    rise_p: float | None
    ratio: Estimate
    gap_p: float | None
    test: str
    linear_ratio: float | None
    kind: Kind


@dataclass(frozen=True)
class PaperNetwork:
    """The paper's network over seeds.

    Attributes
    ----------
    diverged
        Seeds left out because the network diverged with them.
    reached
        In how many seeds the error is at most the target on both sets.
    """

    table: LayerTable
    epochs: int
    seeds: int
    diverged: int
    train: OnRows
    test: OnRows
    fit: Fit
    pca: Linear
    reached: int


@dataclass(frozen=True)
class Facts:
    """What the paper's network reached, and what the search found.

    Attributes
    ----------
    target
        The error that is asked for, on training and held-out rows alike.
    """

    target: float
    paper: PaperNetwork
    search: Search


def measure(
    found: Mapping[str, NDArray[np.float64]],
    table: LayerTable,
    pca: Linear,
    search: Search,
    target: float,
    diverged: int = 0,
) -> Facts:
    """Return the facts of the paper's network's curves, each (seeds, t + 1) and named as in a history."""
    train, test = found["train_error"], found["test_error"]
    paper = PaperNetwork(
        table=table,
        epochs=test.shape[1] - 1,
        seeds=test.shape[0],
        diverged=diverged,
        train=_on_rows(found, SETS[0]),
        test=_on_rows(found, SETS[1]),
        fit=fit_of(train, test, pca),
        pca=pca,
        reached=int(((train[:, -1] <= target) & (test[:, -1] <= target)).sum()),
    )
    return Facts(target, paper, search)


def fit_of(train: NDArray[np.float64], test: NDArray[np.float64], pca: Linear) -> Fit:
    """Judge over-fitting from errors (seeds, t + 1)."""
    part = last_part(test.shape[1] - 1)
    parts = _parts(test, part)
    lowest = int(parts.mean(axis=0).argmin())
    best, last, learnt = parts[:, lowest], parts[:, -1], _parts(train, part)[:, -1]
    rises = lowest < parts.shape[1] - 1
    compared = [paired(last, learnt, family=1 + rises)]
    if rises:
        compared.append(paired(last, best, family=2))
    gap, *rise = adjust(compared)
    risen, ratio = estimate(last / best - 1.0), estimate(last / learnt)
    linear_ratio = pca.test_error / pca.train_error if pca.train_error > 0 else None
    kind: Kind = "open" if gap.p is None else "none"
    if rise and rise[0].distinguishable and risen.mean >= SLIGHT:
        kind = "rises"
    elif gap.distinguishable and ratio.low is not None and ratio.low > max(1.0, linear_ratio or 0.0):
        kind = "gap"
    return Fit(
        part=part,
        lowest_epoch=test.shape[1] - 1 - part * (parts.shape[1] - 1 - lowest),
        rise=risen,
        rise_p=rise[0].adjusted if rise else None,
        ratio=ratio,
        gap_p=gap.adjusted,
        test=gap.test,
        linear_ratio=linear_ratio,
        kind=kind,
    )


def _parts(errors: NDArray[np.float64], part: int) -> NDArray[np.float64]:
    """Return the means over parts of so many epochs, (seeds, parts), the last one ending with the last epoch."""
    seeds, epochs = errors.shape[0], errors.shape[1] - 1
    whole = epochs // part * part
    means: NDArray[np.float64] = errors[:, errors.shape[1] - whole :].reshape(seeds, -1, part).mean(axis=2)
    return means


def _on_rows(found: Mapping[str, NDArray[np.float64]], rows: str) -> OnRows:
    loss, error, accuracy = (found[f"{rows}_{measure}"] for measure in MEASURES)
    return OnRows(
        rows=rows,
        loss=estimate(loss[:, -1]),
        error=estimate(error[:, -1]),
        accuracy=estimate(accuracy[:, -1]),
        late_loss=estimate(_parts(loss, last_part(loss.shape[1] - 1))[:, -1]),
        losses=course(loss),
        errors=course(error),
        accuracies=course(accuracy),
    )
