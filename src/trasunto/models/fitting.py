"""Rows and a recipe in, a detector out."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from functools import cached_property
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from trasunto.analysis.rates import from_cross_fitting
from trasunto.analysis.thresholds import Threshold
from trasunto.cohort.application import Applied
from trasunto.cohort.course import Fitted
from trasunto.cohort.memory import fit_request
from trasunto.cohort.outcome import DIVERGED, STALLED, advice
from trasunto.cohort.reach import check_outputs
from trasunto.cohort.request import Request, make_request
from trasunto.environment import free_memory, version, versions
from trasunto.errors import DataError, RecipeError, ResourceError
from trasunto.models.cross_fitting import count_folds, cross_fitted, rows_of_folds
from trasunto.models.defaults import CALIBRATION, RATE, SCORE
from trasunto.models.entrance import Entrance
from trasunto.models.goals import Goal
from trasunto.models.model import Model
from trasunto.models.scoring import MAHALANOBIS, Judgement, legal_score
from trasunto.spec import Recipe
from trasunto.spec.seeds import read_seeds
from trasunto.wording import byte_size

if TYPE_CHECKING:
    from trasunto.data import Table
    from trasunto.runs.cohort import Cohort
    from trasunto.spec import Stopping

MATRICES_AT_WORK = 3
"""Copies of a covariance while it is inverted, beside the one that each network keeps."""


Train = Callable[[Request, int], Sequence[Fitted]]
"""Trains what a request names, in its order: a detector's own networks (0), or those of a fold of its rows (from 1)."""


def in_memory(request: Request, fold: int) -> list[Fitted]:
    """Train in this process, and leave nothing on disk."""
    return fit_request(request)


def in_store(complete: Callable[[Request, str, int], Cohort]) -> Train:
    """Return what trains a detector's networks as a run, and those of each fold of its rows as one named after it.

    Parameters
    ----------
    complete
        Completes a request as the run of a name; it is told which fold it is for, too.
    """
    run = ""

    def train(request: Request, fold: int) -> list[Fitted]:
        nonlocal run
        run = run or request.usual_name
        return complete(request, f"{run}-fold-{fold}" if fold else run, fold).fitted()

    return train


@dataclass(frozen=True, eq=False)
class Fitting:
    """What is trained and how: the same for the detector's networks and for those that set its threshold.

    Attributes
    ----------
    table
        Rows taken for normal.
    recipes, seeds, starts, stopping
        Of the networks.
    goal, calibration
        What the threshold shall do, and the share of the rows that is kept from training for it.
    """

    table: Table
    recipes: tuple[Recipe, ...]
    seeds: tuple[int, ...]
    goal: Goal
    calibration: float = CALIBRATION
    stopping: Stopping | None = None
    starts: Sequence[Mapping[str, np.ndarray] | None] | None = None

    @cached_property
    def parted(self) -> tuple[Table, Table | None]:
        """The rows to train on, and those kept to set the threshold by, if any."""
        return set_apart(self.table, self.calibration) if self.goal.keeps_rows else (self.table, None)

    @property
    def folds(self) -> int:
        """How many times networks are trained once more, on parts of the rows, to set the threshold."""
        return count_folds(self.table.n, self.goal.rate) if self.goal.kind == "cross_fitted" else 0

    @property
    def rescaled(self) -> bool:
        """Whether the rows of folds are scaled anew.

        Weights to begin from were fitted to rows scaled as these are, and "bce" takes no rows outside 0 to 1.
        """
        return not (any(self.starts or ()) or any(recipe.loss == "bce" for recipe in self.recipes))

    @property
    def requests(self) -> Iterator[Request]:
        """What is trained, one request after the other: the detector's own networks, then those of each fold."""
        yield self.request(self.parted[0])
        if self.folds:
            for _, _, rows in rows_of_folds(self.table, self.goal.rate, rescale=self.rescaled):
                yield self.request(rows)

    def request(self, rows: Table) -> Request:
        """Return the request for the networks on some rows."""
        return make_request(
            self.recipes, rows, self.seeds, None, (), self.starts, self.stopping, whole=True, times=1 + self.folds
        )

    def cross_fit(self, score: str, way: Entrance, train: Train) -> Threshold:
        """Return the threshold for a rate of later rows, from networks trained on parts of the table.

        Parts of which a network diverges are left out: the detector's own did not, and what the others show of later
        rows is as true without these.
        """
        lost: list[Fitted] = []

        def networks(rows: Table, fold: int) -> list[Applied]:
            fitted = train(self.request(rows), fold)
            bad = [one for one in fitted if one.status == DIVERGED]
            lost.extend(bad[:1])
            return [] if bad else _applied(fitted, way)

        scores = cross_fitted(self.table, self.goal.rate, score, way.spans, networks, rescale=self.rescaled)
        if not len(scores):
            raise RecipeError(
                f"the threshold cannot be set by cross-fitting: the detector's networks were trained, but the one with "
                f"seed {lost[0].seed}, trained once more on part of the rows, diverged because {lost[0].reason}: "
                f"{advice(lost[0].outcome)}; or ask for a contamination, which trains no networks again"
            )
        return from_cross_fitting(scores, self.goal.rate, began=any(self.starts or ()), lost=len(lost))


def _applied(fitted: Sequence[Fitted], way: Entrance) -> list[Applied]:
    """Return trained networks, ready to be applied."""
    return [Applied(one.recipe, one.weights, way.row_shape, way.blocks) for one in fitted]


def fit_model(
    table: Table,
    recipe: Recipe | Sequence[Recipe],
    *,
    seeds: int | Sequence[int] = 1,
    score: str = SCORE,
    threshold: Goal | None = None,
    calibration: float = CALIBRATION,
    stopping: Stopping | None = None,
    starts: Sequence[Mapping[str, np.ndarray] | None] | None = None,
    ignored: Sequence[str] = (),
    must_learn: bool = True,
    train: Train = in_memory,
) -> Model:
    """Train a detector on the rows of `table`.

    Parameters
    ----------
    table
        Rows taken for normal, n of d features. ``table.anomalies``, where there are any, are not trained on.
    recipe
        What is trained; of several, each.
    seeds
        How many networks of each recipe, or the seed of each; the scores of all are averaged.
    score
        One of `scoring.SCORES`.
    threshold
        What the threshold shall do; by default it flags about 1 % of later normal rows ("cross_fitted"). For that,
        networks are trained once more for one or several parts of the rows, on all other rows; see
        :mod:`trasunto.models.cross_fitting`.
    calibration
        The share of the rows that is kept from training to set the threshold by, where it is set by normal rows that
        the networks do not know ("false_alarms", "labels"); chosen at random, the same for the same rows.
    stopping
        A rule that may end training early.
    starts
        Weights to begin from, by name, of each network (recipes x seeds, seeds fastest).
    ignored
        Columns that rows to be scored may bring, and that the networks never see.
    must_learn
        Whether to refuse a model of networks all of which are no better than they were before training.
    train
        Trains the networks, and those that set a "cross_fitted" threshold and are no part of the detector.

    Raises
    ------
    TrasuntoError
        It cannot be trained, a network diverged or none learnt anything, or there are too few rows to keep the
        threshold's promise.

    Warns
    -----
    TrasuntoWarning
        The rows have values that the networks' output cannot take.
    """
    legal_score(score)
    recipes = [recipe] if isinstance(recipe, Recipe) else list(recipe)
    _refuse_classifiers(recipes)
    check_outputs(recipes, table)
    goal = threshold or Goal(rate=RATE)
    fitting = Fitting(table, tuple(recipes), read_seeds(seeds), goal, calibration, stopping, starts)
    training, kept = fitting.parted
    _refuse_what_cannot_be_promised(goal, table, kept)
    way = Entrance.to(table, tuple(ignored))
    if score == MAHALANOBIS:
        _refuse_large_covariances(table.d, len(recipes) * len(fitting.seeds))
    fitted = train(fitting.request(training), 0)
    _refuse_diverged(fitted)
    if must_learn:
        _refuse_unlearnt(fitted)
    networks = _applied(fitted, way)
    judgement = Judgement.fit(score, networks, training.values(dtype=networks[0].dtype), way.spans)

    def scored(rows: Table) -> NDArray[np.float64]:
        return judgement.score(networks, rows.values(dtype=networks[0].dtype), way.spans)

    if goal.kind == "cross_fitted":
        line = fitting.cross_fit(score, way, train)
    else:
        strange = scored(table.anomalies) if goal.kind == "labels" and table.anomalies is not None else None
        line = goal.reached(scored(training if kept is None else kept), strange)
    return Model(
        entrance=way,
        weights=tuple(one.weights for one in fitted),
        judgement=judgement,
        threshold=line,
        courses=tuple(one.course for one in fitted),
        provenance=replace(table.provenance, path=""),  # a model may be passed on, and its maker's folders need not be
        n=training.n,
        versions=versions(("trasunto", "jax", "numpy")) | {"sklearn": version("scikit-learn")},
        created=datetime.now(UTC).isoformat(timespec="seconds"),
    )


def set_apart(table: Table, share: float) -> tuple[Table, Table]:
    """Return the table without a random `share` of its training rows, and those rows as a table.

    Raises
    ------
    DataError
        The share is not between 0 and 1, or leaves one side without rows.
    """
    count = round(share * table.n) if 0 < share < 1 else 0
    if not 0 < count < table.n:
        raise DataError(
            f"a share of {share:g} of the {table.n} rows of {table.provenance} cannot be kept for calibration: "
            "both training and calibration need some (legal: above 0 and below 1)"
        )
    apart = np.zeros(table.n, bool)
    apart[np.random.default_rng(0).permutation(table.n)[:count]] = True
    called = replace(table.provenance, name=f"{table.provenance.name} calibration")
    held = replace(table.take(np.flatnonzero(apart)), test=None, validation=None, anomalies=None, provenance=called)
    return table.take(np.flatnonzero(~apart)), held


def _refuse_classifiers(recipes: Sequence[Recipe]) -> None:
    if any(recipe.loss == "cross_entropy" for recipe in recipes):
        raise RecipeError("a detector needs reconstructions, and a network with loss 'cross_entropy' makes none")


def _refuse_what_cannot_be_promised(goal: Goal, table: Table, kept: Table | None) -> None:
    """Refuse, before anything is trained, a threshold that these rows could not set."""
    if kept is not None:
        goal.refuse_too_few(kept.n)
    if goal.kind == "cross_fitted" and table.n < 2:
        raise DataError(
            f"{table.provenance} has 1 training row, and a rate of later rows is set by rows that others do not know: "
            "2 at least (ask for a contamination, which looks at the training rows alone)"
        )
    if goal.kind == "labels" and table.anomalies is None:
        raise DataError(f"{table.provenance} has no known anomalies, and the threshold is to be set by them")


def _refuse_large_covariances(d: int, networks: int) -> None:
    """Refuse, before anything is trained, errors of more features than their covariances fit into memory for."""
    matrix = 8 * d**2
    needed, free = (networks + MATRICES_AT_WORK) * matrix, free_memory()
    if needed > free:
        raise ResourceError(
            f"the score '{MAHALANOBIS}' of {d:,} features needs about {byte_size(needed)} of memory for the "
            f"covariances of {networks} networks and {byte_size(free)} is free; take the score 'standardised', which "
            "needs none, or fewer networks"
        )


def _refuse_diverged(fitted: Sequence[Fitted]) -> None:
    for one in fitted:
        if one.status == DIVERGED:
            raise RecipeError(f"the network with seed {one.seed} diverged because {one.reason}: {advice(one.outcome)}")


def _refuse_unlearnt(fitted: Sequence[Fitted]) -> None:
    """Refuse networks none of which is better than it was before training; those not trained at all are let pass."""
    if all(one.status == STALLED for one in fitted):
        first = fitted[0]
        which = "the network" if len(fitted) == 1 else f"all {len(fitted)} networks"
        raise RecipeError(
            f"{which} stalled, so there is nothing to detect with: {first.reason}; {advice(first.outcome)}"
        )
