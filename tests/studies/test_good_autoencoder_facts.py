from __future__ import annotations

import json
from dataclasses import asdict

import numpy as np
import pytest
from numpy.typing import NDArray

from trasunto.studies.good_autoencoder_facts import Facts, Fit, fit_of, measure
from trasunto.studies.good_autoencoder_search import Search
from trasunto.studies.tabular_facts import Linear
from trasunto.studies.tabular_networks import layer_table, paper_recipe

PCA = Linear(24, 0.08, 0.084)
NOTHING = Search(29, 0.01, 24, 40, False, 100, 64, 4e-3, (), (), None)


def falling(last: float, *, seeds: int = 8, epochs: int = 40, scatter: float = 0.01) -> NDArray[np.float64]:
    """Errors (seeds, t + 1) that fall to `last` and scatter from seed to seed."""
    epoch = np.arange(epochs + 1)
    noise = 1 + scatter * np.random.default_rng(int(1e6 * last)).standard_normal((seeds, 1))
    result: NDArray[np.float64] = last * noise * (1 + 20 * np.exp(-epoch / 2))
    return result


def rising(lowest: float) -> NDArray[np.float64]:
    """Errors that fall until about epoch 20 and rise by a half until 40."""
    result: NDArray[np.float64] = falling(lowest) * (1 + 0.025 * np.maximum(0, np.arange(41) - 20))
    return result


def facts_of(train: NDArray[np.float64], test: NDArray[np.float64], target: float = 0.01) -> Facts:
    found = {
        f"{rows}_{measure}": values
        for rows, error in (("train", train), ("test", test))
        for measure, values in (("loss", error + 0.002), ("error", error), ("accuracy", 1 - error))
    }
    return measure(found, layer_table(paper_recipe().network, 29), PCA, NOTHING, target)


def fit(train: NDArray[np.float64], test: NDArray[np.float64]) -> Fit:
    return fit_of(train, test, PCA)


def test_facts_are_plain_values() -> None:
    train = falling(0.014)
    train[:, 0] = np.nan
    facts = facts_of(train, falling(0.03))
    assert "NaN" not in json.dumps(asdict(facts))
    assert (facts.paper.epochs, facts.paper.seeds, facts.paper.table.parameters) == (40, 8, 9589)
    assert facts.paper.train.errors.mean[0] is None
    assert len(facts.paper.test.accuracies.by_seed) == 8


def test_each_set_has_loss_error_and_accuracy_of_the_last_epoch() -> None:
    paper = facts_of(falling(0.014), falling(0.03)).paper
    assert (paper.train.rows, paper.test.rows) == ("train", "test")
    assert paper.train.error.mean == pytest.approx(0.014, rel=2e-2)
    assert paper.train.loss.mean == pytest.approx(paper.train.error.mean + 0.002)
    assert paper.test.accuracy.mean == pytest.approx(1 - paper.test.error.mean)
    assert paper.test.error.low is not None


def test_the_target_is_reached_where_both_errors_are_at_most_that() -> None:
    assert facts_of(falling(0.005), falling(0.008)).paper.reached == 8
    assert facts_of(falling(0.005), falling(0.02)).paper.reached == 0
    assert facts_of(falling(0.02), falling(0.008)).paper.reached == 0


def test_a_held_out_error_that_grows_again_is_over_fitting() -> None:
    found = fit(falling(0.014), rising(0.03))
    assert found.kind == "rises"
    assert 16 <= found.lowest_epoch <= 24
    assert found.rise.mean == pytest.approx(0.45, abs=0.05)
    assert found.rise_p is not None
    assert found.rise_p < 0.05


def test_a_rise_too_slight_to_matter_is_none() -> None:
    slight = falling(0.014, scatter=0.0) * (1 + 0.0004 * np.maximum(0, np.arange(41) - 30))
    found = fit(falling(0.014, scatter=0.0) * 0.99, slight * (1 + 1e-6 * np.arange(8)[:, None]))
    assert found.kind != "rises"


def test_held_out_rows_that_are_harder_than_pca_finds_them_are_a_gap() -> None:
    found = fit(falling(0.014), falling(0.03))
    assert found.kind == "gap"
    assert found.lowest_epoch == 40
    assert (found.rise.mean, found.rise_p) == (0.0, None)
    assert found.ratio.mean == pytest.approx(0.03 / 0.014, rel=2e-2)
    assert found.linear_ratio == pytest.approx(1.05)
    assert found.gap_p is not None
    assert found.gap_p < 0.05


@pytest.mark.parametrize("ratio", [1.0, 1.02, 0.9])
def test_a_gap_that_pca_has_too_is_none(ratio: float) -> None:
    assert fit(falling(0.02, scatter=0.002), ratio * falling(0.02, scatter=0.002)).kind == "none"


def test_one_seed_leaves_it_open() -> None:
    found = fit(falling(0.014, seeds=1), falling(0.03, seeds=1))
    assert (found.kind, found.gap_p, found.ratio.low) == ("open", None, None)


@pytest.mark.parametrize("epochs", [1, 3, 12, 25])
def test_any_number_of_epochs_has_its_last_part(epochs: int) -> None:
    found = fit(falling(0.014, epochs=epochs), falling(0.03, epochs=epochs))
    assert found.part == max(1, epochs // 10)
    assert found.lowest_epoch == epochs
