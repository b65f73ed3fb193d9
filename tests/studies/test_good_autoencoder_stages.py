from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import replace
from typing import Any

import numpy as np
import pandas as pd
import pytest

from trasunto.data import Table, from_arrays
from trasunto.studies.good_autoencoder_search import Search
from trasunto.studies.good_autoencoder_stages import Space, explore, requests
from trasunto.studies.tabular_facts import SETS

Errors = Callable[[int, int, str, int], float]
"""(latent, width, activation, seed) -> error, NaN where it diverged."""

SPACE = Space(
    target=0.01,
    most_latent=12,
    latent=(8, 4),
    widths=(64, 32, 16),
    activations=("gelu", "elu"),
    epochs=5,
    networks=100,
    confirm=2,
)


class Trained:
    """Stands in for a cohort whose networks ended with given errors."""

    def __init__(self, errors: Sequence[float], epochs: int) -> None:
        self._errors, self._epochs = errors, epochs

    def frame(self) -> pd.DataFrame:
        return pd.DataFrame({"id": [str(number) for number in range(len(self._errors))]})

    def history(self) -> pd.DataFrame:
        rows = [
            {"id": str(number), "epoch": epoch} | {f"{rows}_error": error * (1 + self._epochs - epoch) for rows in SETS}
            for number, error in enumerate(self._errors)
            for epoch in range(self._epochs + 1)
            if np.isfinite(error) or epoch == 0
        ]
        return pd.DataFrame(rows)


class Trainer:
    """Stands in for training, by a rule, and remembers what was asked."""

    def __init__(self, errors: Errors) -> None:
        self.errors = errors
        self.asked: list[tuple[str, int]] = []

    def __call__(self, recipes: Any, rows: Table, *, seeds: Any, epochs: int, snapshots: Any) -> Trained:
        members = [(recipe.network, seed) for recipe in recipes for seed in seeds]
        self.asked += [(str(network), seed) for network, seed in members]
        return Trained(
            [
                self.errors(network.encoder[-1].units, network.encoder[0].units, network.encoder[0].activation, seed)
                for network, seed in members
            ],
            epochs,
        )


@pytest.fixture
def table() -> Table:
    rows = np.random.default_rng(0).standard_normal((60, 20)).astype(np.float32)
    return from_arrays(rows[:40], test=rows[40:])


def searched(table: Table, errors: Errors, space: Space = SPACE) -> tuple[Search, Trainer]:
    trainer = Trainer(errors)
    return explore(table, space, trainer), trainer


def reached_from(smallest: int) -> Errors:
    """Reach the target with so many latent units and more."""
    return lambda latent, width, activation, seed: 0.005 if latent >= smallest else 0.02


def forecast(table: Table, space: Space) -> list[tuple[str, int]]:
    """Return every network of a forecast with its seed."""
    named = []
    for request in requests(space, table.d):
        assert not isinstance(request.seeds, int)
        named += [(str(recipe.network), seed) for recipe in request.recipes for seed in request.seeds]
    return named


def test_it_finds_the_smallest_latent_layer_and_the_slimmest_network(table: Table) -> None:
    search, trainer = searched(table, lambda z, w, a, seed: 0.005 if z >= 6 and w >= 32 else 0.02)
    assert search.found is not None
    assert search.found.latent == 6
    assert search.found.table.network == "32 gelu > [6 linear] > 32 gelu > linear"
    assert (search.found.reached, search.found.seeds) == (3, 3)
    assert search.found.test_error.mean == pytest.approx(0.005)
    assert not search.cut_short
    assert search.smaller is not None
    assert (search.smaller.latent, search.smaller.reached) == (5, 0)
    assert [trial.network for trial in search.trials] == [network for network, _ in trainer.asked]


def test_every_stage_trains_what_it_says(table: Table) -> None:
    search, trainer = searched(table, lambda z, w, a, seed: 0.005 if z >= 6 and w >= 32 else 0.02)
    assert Counter(trial.stage for trial in search.trials) == {"scan": 6, "between": 6, "settle": 2, "slim": 6}
    assert [trial.latent for trial in search.trials if trial.stage == "scan"] == [12, 12, 8, 8, 4, 4]
    assert [trial.latent for trial in search.trials if trial.stage == "between"] == [7, 7, 6, 6, 5, 5]
    assert {trial.seed for trial in search.trials if trial.stage == "settle"} == {1, 2}
    assert len(set(trainer.asked)) == len(trainer.asked)


def test_a_size_that_misses_with_another_seed_gives_way_to_the_next(table: Table) -> None:
    search, _ = searched(table, lambda z, w, a, seed: 0.005 if z >= 7 or (z == 6 and seed == 0) else 0.02)
    assert search.found is not None
    assert (search.found.latent, search.found.always) == (7, True)
    assert search.smaller is not None
    assert (search.smaller.latent, search.smaller.reached, search.smaller.tried) == (6, 2, 4)


def test_where_no_size_holds_with_every_seed_the_search_says_so_and_trains_nothing_slimmer(table: Table) -> None:
    search, _ = searched(table, lambda z, w, a, seed: 0.02 if seed == 2 or z < 6 else 0.005)
    assert search.found is not None
    assert (search.found.latent, search.found.reached, search.found.seeds) == (6, 2, 3)
    assert Counter(trial.stage for trial in search.trials)["slim"] == 0


def test_nothing_found_leaves_the_frontier(table: Table) -> None:
    search, _ = searched(table, lambda z, w, a, seed: 0.3 / z)
    assert search.found is None
    assert [best.latent for best in search.frontier] == [4, 8, 12]
    assert search.frontier[-1].test_error == pytest.approx(0.3 / 12)
    assert search.frontier[-1].pca.components == 12
    assert {trial.stage for trial in search.trials} == {"scan"}


def test_a_network_that_diverged_is_a_trial_without_errors(table: Table) -> None:
    search, _ = searched(table, lambda z, w, a, seed: float("nan") if a == "gelu" else 0.02)
    assert [trial.test_error for trial in search.trials if trial.activation == "gelu"] == [None] * 3
    assert not any(trial.reached for trial in search.trials)
    assert all("elu" in best.network for best in search.frontier)


def test_the_error_on_training_rows_counts_as_well(table: Table) -> None:
    class Overfitting(Trained):
        def history(self) -> pd.DataFrame:
            return super().history().assign(train_error=lambda rows: 10 * rows["test_error"])

    class Trains(Trainer):
        def __call__(self, recipes: Any, rows: Table, **how: Any) -> Trained:
            return Overfitting([0.005] * (len(recipes) * len(how["seeds"])), how["epochs"])

    assert explore(table, SPACE, Trains(lambda z, w, a, seed: 0.0)).found is None


def test_no_more_networks_are_trained_than_allowed(table: Table) -> None:
    for networks in range(22):
        search, trainer = searched(table, reached_from(6), replace(SPACE, networks=networks))
        assert len(trainer.asked) == len(search.trials) <= networks
        assert search.cut_short == (networks < 20)


def test_latent_layers_as_wide_as_a_row_are_no_question() -> None:
    assert SPACE.sizes(29) == (12, 8, 4)
    assert SPACE.sizes(9) == (8, 4)
    assert SPACE.sizes(5) == (4,)
    assert SPACE.sizes(1) == (1,)


@pytest.mark.parametrize("networks", [0, 3, 7, 11, 14, 100])
def test_a_forecast_counts_at_least_what_the_search_trains(table: Table, networks: int) -> None:
    space = replace(SPACE, networks=networks)
    counted = len(forecast(table, space))
    assert counted <= networks
    for smallest in range(1, 14):
        search, _ = searched(table, reached_from(smallest), space)
        assert len(search.trials) <= counted


def test_a_forecast_names_each_network_once(table: Table) -> None:
    assert len(set(forecast(table, SPACE))) == len(forecast(table, SPACE))


def test_networks_are_trained_from_a_high_rate_down_to_nothing(table: Table) -> None:
    (recipe, *_) = requests(SPACE, table.d)[0].recipes
    assert (recipe.schedule, recipe.schedule_epochs, recipe.epochs) == ("cosine", 5, 5)
    assert (recipe.learning_rate, recipe.batch_size, recipe.network.options) == (4e-3, 64, {})
