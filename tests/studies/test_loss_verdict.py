from __future__ import annotations

import numpy as np
import pytest

from trasunto.studies.loss_facts import Facts, measure
from trasunto.studies.loss_verdict import comparisons, conclude


def facts_of(
    mse: tuple[float, float], bce: tuple[float, float], scatter: float = 1e-4, seeds: int = 6, untrained: float = 0.9
) -> Facts:
    noise = np.random.default_rng(0).standard_normal((2, 2, seeds)) * scatter
    trained = np.array([mse, bce])[:, :, None] + noise
    return measure(trained, np.full_like(trained, untrained), floor=0.05, epochs=20)


@pytest.mark.parametrize(
    ("bce", "says"),
    [
        ((0.03, 0.15), "better than squared error by both measures"),
        ((0.07, 0.25), "not as well as squared error by either measure"),
        ((0.07, 0.15), "better by cross entropy and worse by squared error"),
        ((0.03, 0.25), "better by squared error and worse by cross entropy"),
        ((0.05, 0.15), "better than squared error by cross entropy while the other measure cannot tell"),
        ((0.05, 0.2), "6 seeds cannot tell it from squared error"),
    ],
)
def test_the_verdict_follows_the_intervals(bce: tuple[float, float], says: str) -> None:
    told, _ = conclude(facts_of((0.05, 0.2), bce))
    assert told.startswith("Cross entropy works")
    assert says in told
    assert f"squared error of {facts_of((0.05, 0.2), bce).arm('bce', 'mse').error.mean:.4f}" in told


def test_a_loss_that_does_not_train_does_not_work() -> None:
    assert "does not always work: none of 6 seeds" in conclude(facts_of((0.005, 0.2), (0.03, 0.15), untrained=0.01))[0]
    some = facts_of((0.05, 0.2), (0.03, 0.15), scatter=0.05, untrained=0.16)
    assert f"only {some.works} of 6 seeds" in conclude(some)[0]


def test_each_measure_tells_effect_interval_and_test() -> None:
    first, second, *_ = conclude(facts_of((0.05, 0.2), (0.03, 0.25)))[1]
    assert first.startswith(
        "By squared error, training on cross entropy ends 40 % lower, and lower in 6 of 6 seeds (difference -0.020"
    )
    assert "lower in 6 of 6 seeds" in first
    assert "p = 0.031 alone, p = 0.062 after Holm, sign-flip permutation" in first
    assert second.startswith("By cross entropy, training on cross entropy ends 25 % higher")
    assert conclude(facts_of((0.05, 0.2), (0.03, 0.25), seeds=1))[1][0].endswith("one seed allows no test.")


def test_a_p_that_cannot_be_small_is_explained() -> None:
    explained = "cannot give a p below 0.062 after Holm"
    assert any(explained in detail for detail in conclude(facts_of((0.05, 0.2), (0.03, 0.15)))[1])
    for seeds in (2, 9):
        details = conclude(facts_of((0.05, 0.2), (0.03, 0.15), seeds=seeds))[1]
        assert not any("cannot give a p" in detail for detail in details)


def test_the_floor_of_cross_entropy_is_told() -> None:
    details = conclude(facts_of((0.05, 0.2), (0.03, 0.15), scatter=0))[1]
    assert any("cannot fall below 0.0500" in d and "end 0.1000 above that" in d and "0.1500" in d for d in details)


def test_the_papers_words_stand_beside_what_was_measured() -> None:
    works, error = comparisons(facts_of((0.05, 0.2), (0.03, 0.15)))
    assert (works.id, works.paper, works.ours) == ("A7.works", None, 1.0)
    assert error.id == "A7.error"
    assert error.ours == pytest.approx(0.03, rel=0.01)
    assert "not shown" in works.paper_says
