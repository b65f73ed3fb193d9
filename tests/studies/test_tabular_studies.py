"""B1, B2 and B4 as they run: what they ask for, what they make of it, and each once for real."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest

from trasunto.data import Table, from_arrays
from trasunto.errors import TrasuntoError
from trasunto.studies import good_autoencoder, good_autoencoder_verdict
from trasunto.studies.sizes import depth_loss, latent_loss
from trasunto.studies.subject import Subject
from trasunto.studies.tabular_networks import depth_recipe, latent_recipe, paper_recipe

STUDIES = {"good-autoencoder": good_autoencoder, "depth-loss": depth_loss, "latent-loss": latent_loss}

Error = Callable[[Any, int], float]
"""(network, seed) -> error after the last epoch."""


class Trained:
    """Stands in for a cohort that another study trained further, and that ends with errors by a rule."""

    def __init__(self, members: list[tuple[Any, int]], epochs: int, error: Error) -> None:
        self._members, self._epochs, self._error = members, epochs, error

    def frame(self) -> pd.DataFrame:
        return pd.DataFrame({"id": [f"{number:016x}" for number in range(len(self._members))]})

    def history(self) -> pd.DataFrame:
        rows = []
        for number, (recipe, seed) in enumerate(self._members):
            for epoch in range(self._epochs + 2):
                error = self._error(recipe.network, seed) * (1 + abs(self._epochs - epoch))
                measured = {"loss": error, "error": error, "accuracy": 1 - error}
                values = {f"{on}_{name}": value for on in ("train", "test") for name, value in measured.items()}
                rows.append({"id": f"{number:016x}", "epoch": epoch} | values)
        return pd.DataFrame(rows).sort_values("epoch")


def trains(error: Error) -> Any:
    def train(recipes: Any, rows: Table, *, seeds: Any, epochs: int, snapshots: Any) -> Trained:
        which = range(seeds) if isinstance(seeds, int) else seeds
        return Trained([(recipe, seed) for recipe in recipes for seed in which], epochs, error)

    return train


@pytest.fixture
def table() -> Table:
    rows = np.random.default_rng(0).standard_normal((60, 29)).astype(np.float32)
    return from_arrays(rows[:40], test=rows[40:])


@pytest.mark.parametrize("name", STUDIES)
def test_data_without_test_rows_are_refused_before_anything_is_trained(name: str) -> None:
    bare = from_arrays(np.zeros((4, 3), dtype=np.float32))
    study: Any = STUDIES[name]
    with pytest.raises(TrasuntoError, match=name):
        study.requests(bare, study.Settings())


@pytest.mark.parametrize(
    ("name", "setting"),
    [
        ("good-autoencoder", "widths"),
        ("good-autoencoder", "activations"),
        ("depth-loss", "layers"),
        ("latent-loss", "latent"),
    ],
)
def test_settings_that_leave_nothing_to_compare_are_refused(table: Table, name: str, setting: str) -> None:
    study: Any = STUDIES[name]
    with pytest.raises(TrasuntoError, match=f"setting {setting} of study '{name}' is empty"):
        study.requests(table, study.Settings(**{setting: ()}))


def test_the_papers_sizes_are_asked_for(table: Table) -> None:
    paper, *search = good_autoencoder.requests(table, good_autoencoder.Settings())
    assert (paper.recipes, paper.seeds, paper.epochs) == ([paper_recipe()], 10, 100)
    assert len(search) == 4
    (latent,) = latent_loss.requests(table, latent_loss.Settings())
    assert latent.recipes == [latent_recipe(size) for size in (4, 8, 16, 32)]
    assert (latent.seeds, latent.epochs) == (10, 100)
    (depth,) = depth_loss.requests(table, depth_loss.Settings())
    assert depth.recipes[:5] == [depth_recipe(layers, 16) for layers in range(1, 6)]
    assert (depth.seeds, depth.epochs) == (10, 100)


@pytest.mark.parametrize("reduced", [False, True])
def test_depth_and_latent_size_share_a_network(table: Table, reduced: bool) -> None:
    """The same recipe, seeds and epochs, so that the store trains it once."""
    asked = []
    for study in (depth_loss, latent_loss):
        settings: Any = study.Settings.reduced() if reduced else study.Settings()
        (request,) = study.requests(table, settings)
        asked.append(request)
    assert (asked[0].seeds, asked[0].epochs) == (asked[1].seeds, asked[1].epochs)
    assert latent_recipe(16) in asked[0].recipes
    assert latent_recipe(16) in asked[1].recipes


def test_settings_are_asked_for_once_and_in_order() -> None:
    assert latent_loss.Settings(latent=(8, 2, 8)).sizes == (2, 8)
    assert depth_loss.Settings(layers=(3, 1, 3)).depths == (1, 3)
    space = good_autoencoder.Settings(latent=(4, 8, 4), widths=(16, 64)).space
    assert (space.latent, space.widths) == ((8, 4), (64, 16))


def test_the_widened_network_is_left_out_where_there_is_one_depth_or_none_is_wanted(table: Table) -> None:
    for settings in (depth_loss.Settings(layers=(2,)), depth_loss.Settings(layers=(1,), widened=False)):
        assert len(depth_loss.requests(table, settings)[0].recipes) == 1


def test_latent_sizes_are_trained_measured_and_concluded(table: Table) -> None:
    facts = latent_loss.investigate(
        table, latent_loss.Settings(epochs=4), trains(lambda network, seed: 1 / network.encoder[-1].units + 1e-5 * seed)
    )
    assert [size.size for size in facts.sizes] == [4, 8, 16, 32]
    assert [size.pca.components for size in facts.sizes] == [4, 8, 16, 29]
    assert facts.sizes[0].test_error.by_seed[:2] == pytest.approx((0.25, 0.25 + 1e-5))
    assert facts.in_order == 10
    assert latent_loss.conclude(facts)[0].startswith("More latent units lower the error")
    assert len(latent_loss.comparisons(facts)) == 8


def test_depths_are_trained_measured_and_concluded(table: Table) -> None:
    def error(network: Any, seed: int) -> float:
        return 0.1 / len(network.encoder) + 1e-5 * seed**2

    facts = depth_loss.investigate(table, depth_loss.Settings(epochs=4), trains(error))
    assert [(depth.size, depth.widened) for depth in facts.sizes] == [*((k, False) for k in range(1, 6)), (1, True)]
    assert facts.sizes[0].pca.components == 16
    assert depth_loss.conclude(facts)[0].startswith("Yes, depth lowers the loss")
    assert depth_loss.comparisons(facts)[0].ours is not None


def test_a_good_autoencoder_is_judged_and_searched_for(table: Table) -> None:
    def error(network: Any, seed: int) -> float:
        if str(network) == str(paper_recipe().network):
            return 0.02 + 1e-5 * seed
        return 0.005 if network.encoder[-1].units >= 18 else 0.05

    facts = good_autoencoder.investigate(table, good_autoencoder.Settings(epochs=4, search_epochs=3), trains(error))
    assert facts.paper.test.accuracy.mean == pytest.approx(0.98, abs=1e-3)
    assert facts.paper.pca.components == 24
    assert facts.search.found is not None
    assert facts.search.found.latent == 18
    assert facts.search.found.table.network == "32 gelu > [18 linear] > 32 gelu > linear"
    assert good_autoencoder_verdict.conclude(facts)[0].startswith("Yes: 18 latent units")


@pytest.mark.parametrize("name", STUDIES)
def test_one_seed_is_enough_to_be_told_something(table: Table, name: str) -> None:
    study: Any = STUDIES[name]
    facts = study.investigate(table, study.Settings(seeds=1, epochs=2), trains(lambda network, seed: 0.3))
    verdict, details = study.STUDY.conclude(facts, Subject())
    assert verdict.endswith(".")
    assert all(sentence.endswith(".") for sentence in details)
    study.STUDY.comparisons(facts)


TINY: dict[str, dict[str, Any]] = {
    "good-autoencoder": {"latent": (2,), "widths": (8,), "activations": ("elu",), "search_epochs": 1, "confirm": 0},
    "depth-loss": {"layers": (1, 2), "latent": 2},
    "latent-loss": {"latent": (2, 3)},
}


@pytest.mark.parametrize("name", STUDIES)
def test_it_runs_on_what_training_really_gives_back(
    table: Table, devices: list[Any], tmp_path: Path, name: str
) -> None:
    from trasunto.runs.train import train

    study: Any = STUDIES[name]
    settings = study.Settings(epochs=2, seeds=2, **TINY[name])
    facts = study.investigate(table, settings, partial(train, store=tmp_path))
    assert study.STUDY.conclude(facts, Subject())[0].endswith(".")
    assert study.STUDY.comparisons(facts) or name != "good-autoencoder"
