from __future__ import annotations

import json
from dataclasses import asdict

import numpy as np
import pytest
from numpy.typing import NDArray

from trasunto.studies.loss_facts import Facts, contrasts_of, measure

SCATTER = np.array([0.0, 1.0, -1.0, 2.0, -2.0, 0.5])


def errors(mse: tuple[float, float], bce: tuple[float, float], seeds: int = 6) -> NDArray[np.float64]:
    """Errors (losses trained on, measures, seeds): each loss's networks by squared error and by cross entropy."""
    means = np.array([mse, bce])[:, :, None]
    noise = np.array([1e-4, 2e-4])[:, None, None] * SCATTER[:seeds]
    together: NDArray[np.float64] = means + noise
    return together


def facts_of(trained: NDArray[np.float64], untrained: float = 0.9) -> Facts:
    return measure(trained, np.full_like(trained, untrained), floor=0.05, epochs=20)


def test_facts_are_plain_values() -> None:
    facts = facts_of(errors((0.05, 0.2), (0.03, 0.15)))
    assert json.loads(json.dumps(asdict(facts)))["contrasts"][0]["judged_by"] == "mse"
    assert (facts.epochs, facts.seeds, facts.floor) == (20, 6, 0.05)


def test_every_loss_is_judged_by_both_measures() -> None:
    facts = facts_of(errors((0.05, 0.2), (0.03, 0.15), seeds=1))
    assert [(arm.trained_on, arm.judged_by, arm.error.mean) for arm in facts.arms] == [
        ("mse", "mse", 0.05),
        ("mse", "bce", 0.2),
        ("bce", "mse", 0.03),
        ("bce", "bce", 0.15),
    ]
    assert facts.arm("bce", "mse").error.by_seed == (0.03,)


def test_a_contrast_is_cross_entropy_less_squared_error() -> None:
    by_mse, by_bce = contrasts_of(errors((0.05, 0.2), (0.03, 0.25)))
    assert by_mse.difference == pytest.approx(-0.02, rel=0.05)
    assert by_mse.relative == pytest.approx(-0.4, rel=0.05)
    assert (by_mse.lower, by_bce.lower) == (6, 0)
    assert (by_mse.verdict, by_bce.verdict) == ("less", "more")


def test_six_pairs_are_tested_exactly_and_adjusted_over_both_measures() -> None:
    for contrast in contrasts_of(errors((0.05, 0.2), (0.03, 0.15))):
        assert contrast.test == "sign-flip permutation"
        assert contrast.p == pytest.approx(2 / 64)
        assert contrast.adjusted == pytest.approx(4 / 64)


def test_two_pairs_are_tested_by_t() -> None:
    assert {contrast.test for contrast in contrasts_of(errors((0.05, 0.2), (0.03, 0.15), seeds=2))} == {"paired t"}


def test_an_interval_that_holds_zero_is_open() -> None:
    trained = errors((0.05, 0.2), (0.05, 0.2))
    assert {contrast.verdict for contrast in contrasts_of(trained)} == {"open"}
    assert {contrast.verdict for contrast in contrasts_of(trained[..., :1])} == {"open"}


def test_a_network_works_if_it_ends_below_its_untrained_errors_by_both() -> None:
    trained = errors((0.05, 0.2), (0.03, 0.15))
    assert facts_of(trained).works == 6
    worse = trained.copy()
    worse[1, 0, 2] = 0.95
    worse[1, 1, 4] = 0.95
    assert facts_of(worse).works == 4
