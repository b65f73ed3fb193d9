from __future__ import annotations

import itertools
import time

import numpy as np
import pytest
from numpy.typing import NDArray

from trasunto.analysis.rows import standardised
from trasunto.analysis.separation import Separation, _distances, _energy, separation
from trasunto.errors import DataError


def groups(shift: float, normal: int = 60, anomalies: int = 25) -> tuple[NDArray[np.float64], NDArray[np.bool_]]:
    random = np.random.default_rng(0)
    latent = random.normal(size=(normal + anomalies, 3))
    latent[normal:] += shift
    return latent, np.arange(normal + anomalies) >= normal


def mean_distance(first: NDArray[np.float64], second: NDArray[np.float64]) -> float:
    return float(np.mean([np.linalg.norm(a - b) for a, b in itertools.product(first, second)]))


def energy_by_hand(rows: NDArray[np.float64], anomaly: NDArray[np.bool_]) -> tuple[float, float]:
    one, other = rows[anomaly], rows[~anomaly]
    between = 2 * mean_distance(one, other)
    energy = between - mean_distance(one, one) - mean_distance(other, other)
    return energy, energy / between


def test_the_energy_distance_is_the_one_of_its_definition() -> None:
    latent, anomaly = groups(0.7)
    energy, coefficient = energy_by_hand(standardised(latent), anomaly)
    found = separation(latent, anomaly)
    assert found.energy_distance == pytest.approx(energy)
    assert found.energy_coefficient == pytest.approx(coefficient)


def test_in_one_dimension_the_energy_distance_is_the_square_of_scipys() -> None:
    from scipy.stats import energy_distance

    latent, anomaly = groups(0.7)
    line = standardised(latent[:, :1])[:, 0]
    found = separation(latent[:, :1], anomaly)
    assert found.energy_distance == pytest.approx(energy_distance(line[anomaly], line[~anomaly]) ** 2)


def test_the_p_is_that_of_shuffling_labels_one_by_one() -> None:
    latent, anomaly = groups(0.2, 14, 8)
    rows, random = standardised(latent), np.random.default_rng(9)
    observed = energy_by_hand(rows, anomaly)[0]
    beyond = [energy_by_hand(rows, random.permutation(anomaly))[0] >= observed for _ in range(400)]
    expected = float(np.mean(beyond))
    assert 0.02 < expected < 0.6
    assert separation(latent, anomaly).energy_p == pytest.approx(expected, abs=4 * np.sqrt(expected / 400))


def test_the_p_is_uniform_where_there_is_nothing_to_find() -> None:
    anomaly, random = np.arange(30) >= 20, np.random.default_rng(0)
    p = [_energy(_distances(random.normal(size=(30, 2))), anomaly, 99, random)[2] for _ in range(1_000)]
    assert np.mean(p) == pytest.approx(0.5, abs=0.03)
    for level in (0.05, 0.1, 0.5):
        assert np.mean(np.asarray(p) <= level) == pytest.approx(level, abs=4 * np.sqrt(level / 1_000))


def test_the_silhouette_and_the_linear_auroc_are_those_of_scikit_learn() -> None:
    from sklearn.linear_model import LogisticRegression
    from sklearn.metrics import roc_auc_score, silhouette_score
    from sklearn.model_selection import StratifiedKFold
    from sklearn.preprocessing import StandardScaler

    latent, anomaly = groups(0.7)
    scores = np.empty(len(latent))
    for fitted, held in StratifiedKFold(5, shuffle=True, random_state=4).split(latent, anomaly):
        scaler = StandardScaler().fit(latent[fitted])
        model = LogisticRegression(class_weight="balanced").fit(scaler.transform(latent[fitted]), anomaly[fitted])
        scores[held] = model.decision_function(scaler.transform(latent[held]))
    found = separation(latent, anomaly, seed=4)
    assert found.linear_auroc == pytest.approx(roc_auc_score(anomaly, scores), abs=2e-3)
    assert found.silhouette == pytest.approx(silhouette_score(standardised(latent), anomaly))


def test_groups_further_apart_are_more_separated_in_every_measure() -> None:
    found = [separation(*groups(shift)) for shift in (0.0, 0.6, 1.5, 4.0)]
    for measure in ("silhouette", "linear_auroc", "energy_distance", "energy_coefficient"):
        values = [getattr(one, measure) for one in found]
        assert values == sorted(values)
        assert values[0] < values[-1]
    assert found[0].energy_p > 0.05 > found[-1].energy_p == 0.001


def test_groups_of_one_middle_and_two_spreads_are_seen_by_the_energy_distance_alone() -> None:
    random = np.random.default_rng(0)
    latent = np.concatenate([random.normal(0, 1, (150, 2)), random.normal(0, 4, (150, 2))])
    found = separation(latent, np.arange(300) >= 150)
    assert found.energy_p == 0.001
    assert abs(found.linear_auroc - 0.5) < 0.1


@pytest.mark.parametrize("value", [0.0, 0.1, 3e8])
def test_a_latent_that_never_moves_separates_nothing(value: float) -> None:
    found = separation(np.full((40, 4), value), np.arange(40) >= 30)
    assert found == Separation(0.0, 0.5, 0.0, 0.0, 1.0, 40, 30, 10)


def test_units_that_never_move_change_nothing() -> None:
    latent, anomaly = groups(0.7)
    with_dead = np.column_stack([np.full(len(latent), 0.1), latent, np.zeros(len(latent))])
    assert separation(with_dead, anomaly) == separation(latent, anomaly)


def test_a_seed_repeats_and_another_draws_anew() -> None:
    latent, anomaly = groups(0.5, 300, 60)
    assert separation(latent, anomaly, most=100) == separation(latent, anomaly, most=100)
    assert separation(latent, anomaly, most=100) != separation(latent, anomaly, most=100, seed=1)
    assert separation(latent, anomaly, most=100).rows == 100


def test_one_group_alone_is_refused_and_two_of_each_are_enough() -> None:
    latent, anomaly = groups(0.5)
    with pytest.raises(DataError, match="85 normal rows and 0 anomalies; at least 2 of each"):
        separation(latent, np.zeros(85, dtype=bool))
    with pytest.raises(DataError, match="at least 2 of each"):
        separation(latent, np.arange(85) == 0)
    assert separation(latent[58:62], anomaly[58:62]).rows == 4


def test_many_rows_take_seconds_at_most() -> None:
    latent = np.maximum(np.random.default_rng(0).normal(size=(3_000, 16)), 0.0)
    started = time.process_time()
    separation(latent, np.arange(3_000) >= 2_700)
    assert time.process_time() - started < 20
