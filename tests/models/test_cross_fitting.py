from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from typing import Any

import numpy as np
import pandas as pd
import pytest

from trasunto.cohort.application import Applied
from trasunto.cohort.course import Fitted
from trasunto.cohort.request import Request
from trasunto.data import Table, from_arrays, read_records
from trasunto.errors import TrasuntoError
from trasunto.models.cross_fitting import count_folds, cross_fitted, folds
from trasunto.models.fitting import Train, fit_model, in_memory
from trasunto.models.goals import contamination, false_alarms
from trasunto.models.goals import cross_fitted as later_rows
from trasunto.models.scoring import Judgement
from trasunto.spec import Recipe, Stopping

QUICK = Recipe("8 tanh > [3 linear] > mirror > linear", epochs=4, batch_size=16, learning_rate=0.01)


def rows_of(random: np.random.Generator, d: int = 10) -> tuple[np.ndarray, np.ndarray]:
    """Return 60 rows of five factors, and 2,000 later ones."""
    w = random.normal(size=(5, d))
    every = random.normal(size=(2_060, 5)) @ w + random.normal(size=(2_060, d))
    return every[:60], every[60:]


@pytest.mark.parametrize("n", [2, 3, 10, 61, 999, 1_000, 3_001])
def test_folds_hold_out_rows_that_they_do_not_know_and_fill_up_with_those_they_do(n: int) -> None:
    parts = folds(n, 0.01)
    assert len(parts) == count_folds(n, 0.01)
    held = np.concatenate([part.held for part in parts])
    assert len(np.unique(held)) == len(held) >= min(n, 1_000)
    for part in parts:
        assert np.array_equal(np.sort(np.concatenate([part.known, part.held])), np.arange(n))
        assert len(part.filled()) == n
        assert set(part.filled()) == set(part.known)


def test_more_rows_are_held_out_for_a_lower_rate_and_few_folds_of_many_rows() -> None:
    assert [count_folds(100_000, rate) for rate in (0.01, 0.001, 0.0001, 0.00001)] == [1, 1, 5, 5]
    assert [count_folds(n, 0.01) for n in (999, 2_000, 5_000, 5_001)] == [10, 3, 1, 1]


@pytest.fixture(scope="module")
def network() -> Applied:
    return fit_model(from_arrays(rows_of(np.random.default_rng(0))[0]), QUICK, threshold=contamination()).networks[0]


def test_no_network_sees_a_row_that_it_scores_and_each_is_measured_on_what_it_saw(network: Applied) -> None:
    table = from_arrays(np.random.default_rng(0).normal(size=(40, 10)))
    tables: list[Table] = []

    def train(seen: Table, _: int) -> list[Applied]:
        tables.append(seen)
        return [network]

    spans = tuple((feature, feature + 1) for feature in range(10))
    scores = cross_fitted(table, 0.01, "mahalanobis", spans, train)
    expected = []
    for part, seen in zip(folds(40, 0.01), tables, strict=True):
        assert not {row.tobytes() for row in seen.x} & {row.tobytes() for row in table.x[part.held]}
        judgement = Judgement.fit("mahalanobis", [network], table.x[part.known], spans)
        expected.append(judgement.score([network], table.x[part.held], spans))
    assert scores == pytest.approx(np.concatenate(expected), rel=1e-6)


@pytest.mark.parametrize(
    ("scaling", "centre", "spread"),
    [
        ("standard", lambda x: x.mean(axis=0), lambda x: x.std(axis=0)),
        ("minmax", lambda x: x.min(axis=0), lambda x: np.ptp(x, axis=0)),
        ("robust", lambda x: np.median(x, axis=0), lambda x: np.subtract(*np.quantile(x, (0.75, 0.25), axis=0))),
        ("none", None, None),
    ],
)
def test_a_fold_is_scaled_by_the_rows_that_it_is_trained_on(
    network: Applied, scaling: str, centre: Callable[[np.ndarray], np.ndarray] | None, spread: Any
) -> None:
    frame = pd.DataFrame(np.random.default_rng(0).standard_t(2, (40, 8)), columns=list("abcdefgh"))
    frame.insert(3, "word", ["x", "y"] * 20)
    table = read_records(frame).table(test=0.2, scaling=scaling)
    numbers, seen = [0, 1, 2, 5, 6, 7, 8, 9], list[Table]()

    def train(fold: Table, _: int) -> list[Applied]:
        seen.append(fold)
        return [network]

    cross_fitted(table, 0.01, "mse", tuple((feature, feature + 1) for feature in range(10)), train)
    assert table.test is not None
    assert all(fold.test is not None and np.allclose(fold.test.x, table.test.x) for fold in seen) == (scaling == "none")
    for part, fold in zip(folds(table.n, 0.01), seen, strict=True):
        known = fold.x[: len(part.known)]
        assert np.array_equal(known[:, 3:5], table.x[part.known][:, 3:5]), "categories have no scale"
        if centre is not None:
            assert centre(known[:, numbers]) == pytest.approx(np.zeros(8), abs=1e-5)
            assert spread(known[:, numbers]) == pytest.approx(np.ones(8), rel=1e-5)


def test_about_one_in_a_hundred_later_rows_is_flagged_where_the_training_rows_say_many() -> None:
    flagged, in_sample = [], []
    for seed in range(3):
        rows, later = (pd.DataFrame(some).add_prefix("c") for some in rows_of(np.random.default_rng(seed)))
        made = fit_model(read_records(rows).table(test=0), QUICK)
        known, scores = made.score(rows), made.score(later)
        flagged.append((scores > made.threshold.value).mean())
        in_sample.append((scores > contamination(0.01).reached(known).value).mean())
        assert (made.n, made.threshold.rows, len(made.weights)) == (60, 60, 1)
    assert np.mean(flagged) < 0.03
    assert np.mean(in_sample) > 0.1


def test_the_final_networks_are_those_of_any_other_threshold() -> None:
    table = from_arrays(rows_of(np.random.default_rng(0))[0])
    usual, other = (fit_model(table, QUICK, threshold=goal) for goal in (later_rows(), contamination()))
    for one, same in zip(usual.weights, other.weights, strict=True):
        assert all(np.array_equal(one[name], same[name]) for name in one)


def test_weights_of_rows_early_ends_and_several_recipes_are_as_for_any_threshold() -> None:
    table = from_arrays(rows_of(np.random.default_rng(0))[0])
    weighed = replace(table, weights=np.linspace(0.5, 2.0, 60))
    recipes = [QUICK, QUICK.replace(learning_rate=0.02)]
    made = fit_model(weighed, recipes, stopping=Stopping(patience=1, measure="train_loss", least=1e9))
    assert [course.status for course in made.courses] == ["stopped", "stopped"]
    assert made.threshold.rows == 60


def test_a_loss_of_shares_is_trained_on_folds_of_shares() -> None:
    rows = pd.DataFrame(rows_of(np.random.default_rng(0))[0]).add_prefix("c")
    table = read_records(rows).table(test=0, scaling="minmax")
    made = fit_model(table, Recipe("[2 tanh] > sigmoid", loss="bce", epochs=2, batch_size=16))
    assert made.threshold.rows == 60


def test_networks_that_set_the_threshold_are_told_of_apart() -> None:
    asked: list[tuple[int, int, int]] = []
    table = from_arrays(rows_of(np.random.default_rng(0))[0])

    def train(request: Request, fold: int) -> list[Fitted]:
        asked.append((fold, request.times, request.members[0].table.n))
        return in_memory(request, fold)

    fit_model(table, QUICK, train=train)
    assert asked == [(fold, 11, 60) for fold in range(11)]


def test_parts_whose_networks_diverge_are_left_out_of_the_threshold_and_none_left_is_refused() -> None:
    table = from_arrays(rows_of(np.random.default_rng(0))[0])
    quick = Recipe("[2 linear] > linear", epochs=1, batch_size=16)

    def diverging(bad: Callable[[int], bool]) -> Train:
        def train(request: Request, fold: int) -> list[Fitted]:
            fitted = in_memory(request, fold)
            return [replace(one, status="diverged", reason="so it is") for one in fitted] if bad(fold) else fitted

        return train

    threshold = fit_model(table, quick, train=diverging(lambda fold: fold in (1, 4))).threshold
    assert threshold.rows == 60 - 2 * 6
    assert threshold.guarantee.endswith(
        "2 parts of the rows are left out, where a network that was to score them diverged."
    )
    with pytest.raises(
        TrasuntoError, match=r"seed 0, trained once more on part of the rows, diverged because so it is"
    ):
        fit_model(table, quick, train=diverging(lambda fold: fold > 0))


def test_one_row_is_too_few_for_a_rate_of_later_rows() -> None:
    table = from_arrays([[1.0, 2.0]])
    with pytest.raises(TrasuntoError, match=r"has 1 training row.*ask for a contamination"):
        fit_model(table, QUICK, score="mse")
    assert fit_model(table, QUICK, score="mse", threshold=contamination()).n == 1


def test_a_guaranteed_rate_still_keeps_rows_from_training() -> None:
    table = from_arrays(rows_of(np.random.default_rng(0))[0])
    assert fit_model(table, QUICK, threshold=false_alarms(0.1)).n == 48
