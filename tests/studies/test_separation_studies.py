"""B3 and B5 as they run: what they ask for, what they make of latents, and each once for real."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from functools import partial
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest

from trasunto.data import Table, from_arrays
from trasunto.errors import TrasuntoError
from trasunto.studies import STUDIES as ALL
from trasunto.studies.subject import Subject
from trasunto.studies.tabular_networks import depth_recipe

STUDIES: dict[str, Any] = {name: ALL[name] for name in ("depth-separation", "latent-separation")}

depth_separation: Any = STUDIES["depth-separation"]
latent_separation: Any = STUDIES["latent-separation"]
depth_loss: Any = ALL["depth-loss"]

Encode = Callable[[Any, int, np.ndarray], np.ndarray]
"""(network, seed, rows (n, d)) -> latents (n, z)."""


class Member:
    """Stands in for a network whose encoder is a rule; it was trained further by another study."""

    def __init__(self, recipe: Any, seed: int, encode: Encode, status: str = "finished", epoch: int = 0) -> None:
        self._recipe, self._seed, self._encode = recipe, seed, encode
        self.status, self.epoch = status, epoch

    def at(self, epoch: int) -> Member:
        assert self.status != "diverged"
        return Member(self._recipe, self._seed, self._encode, epoch=epoch)

    def encode(self, x: np.ndarray) -> np.ndarray:
        assert self.epoch > 0
        return self._encode(self._recipe.network, self._seed, x)


class Trained:
    """Stands in for a cohort; the seeds in `lost` diverged with the last recipe, or with all."""

    def __init__(self, recipes: Any, seeds: int, epochs: int, encode: Encode, lost: tuple[int, ...], all: bool) -> None:
        self.members = [
            Member(recipe, seed, encode, "diverged" if seed in lost and (all or recipe is recipes[-1]) else "finished")
            for recipe in recipes
            for seed in range(seeds)
        ]
        self._epochs = epochs

    def frame(self) -> pd.DataFrame:
        return pd.DataFrame({"id": [f"{number:016x}" for number in range(len(self.members))]})

    def history(self) -> pd.DataFrame:
        return pd.DataFrame(
            {"id": f"{number:016x}", "epoch": epoch, "test_error": 0.1 + 0.01 * number if epoch else 1.0}
            for number, member in enumerate(self.members)
            for epoch in range(self._epochs + 2)
            if member.status == "finished" or epoch == 0
        )


def trains(encode: Encode, *lost: int, all: bool = False) -> Any:
    def train(recipes: Any, rows: Table, *, seeds: int, epochs: int, snapshots: tuple[int, ...]) -> Trained:
        assert epochs in snapshots  # weights of that epoch are read back
        return Trained(recipes, seeds, epochs, encode, lost, all)

    return train


def first_units(network: Any, seed: int, x: np.ndarray) -> np.ndarray:
    """Return the features as the first latent units; the shallower or smaller a network, the nearer the anomalies."""
    z = network.encoder[-1].units
    latent = np.zeros((len(x), z), dtype=np.float32)
    latent[:, : x.shape[1]] = x - np.where(x.mean(axis=1, keepdims=True) > 2, 48 / (network.latent * z), 0)
    latent[:, 0] += 0.01 * seed * x[:, 1]
    return latent


def dead(network: Any, seed: int, x: np.ndarray) -> np.ndarray:
    """Return a latent of which nothing ever moves."""
    return np.zeros((len(x), network.encoder[-1].units), dtype=np.float32)


@pytest.fixture(scope="module")
def table() -> Table:
    random = np.random.default_rng(0)
    rows = random.standard_normal((90, 6)).astype(np.float32)
    strange = from_arrays((random.standard_normal((12, 6)) + 4).astype(np.float32))
    return replace(from_arrays(rows[:60], test=rows[60:]), anomalies=strange)


def settings(name: str, **changes: Any) -> Any:
    return replace(STUDIES[name].settings(epochs=2, seeds=3, shown=8), **changes)


@pytest.fixture(scope="module", params=STUDIES)
def investigated(request: pytest.FixtureRequest, table: Table) -> tuple[str, Any]:
    """Return a study's name and its facts."""
    name = request.param
    return name, STUDIES[name].investigate(table, settings(name), trains(first_units))


def test_the_papers_sizes_are_asked_for(table: Table) -> None:
    (depth,) = depth_separation.requests(table, depth_separation.settings())
    assert depth.recipes == [depth_recipe(3, 16), depth_recipe(5, 16)]
    assert (depth.seeds, depth.epochs, depth.snapshots) == (10, 100, (100,))
    (latent,) = latent_separation.requests(table, latent_separation.settings())
    assert latent.recipes == [depth_recipe(3, 8), depth_recipe(3, 16)]
    assert (latent.seeds, latent.epochs, latent.snapshots) == (10, 100, (100,))


@pytest.mark.parametrize("reduced", [False, True])
def test_networks_are_shared_with_each_other_and_with_the_study_of_depth(table: Table, reduced: bool) -> None:
    """The same recipe, seeds and epochs, so that the store trains it once."""
    asked = []
    for study in (depth_separation, latent_separation, depth_loss):
        chosen: Any = study.settings.reduced() if reduced else study.settings()
        asked += study.requests(table, chosen)
    assert len({(request.seeds, request.epochs) for request in asked}) == 1
    depth, latent, loss = asked
    assert depth_recipe(3, 16) in depth.recipes
    assert depth_recipe(3, 16) in latent.recipes
    assert depth_recipe(5, 16) in depth.recipes
    assert depth_recipe(5, 16) in loss.recipes


@pytest.mark.parametrize("name", STUDIES)
def test_data_without_anomalies_are_refused_before_anything_is_trained(name: str, table: Table) -> None:
    with pytest.raises(TrasuntoError, match=f"'{name}' .* no anomalies"):
        STUDIES[name].requests(replace(table, anomalies=None), settings(name))


@pytest.mark.parametrize("name", STUDIES)
def test_settings_that_mean_nothing_are_refused(name: str, table: Table) -> None:
    none = {"layers": ()} if name == "depth-separation" else {"latents": ()}
    with pytest.raises(TrasuntoError, match="no network to train"):
        STUDIES[name].requests(table, settings(name, **none))
    with pytest.raises(TrasuntoError, match=r"worthwhile of study '.*' must be 3 numbers \(of linear_auroc, .*not 1"):
        STUDIES[name].requests(table, settings(name, worthwhile=(0.1,)))


def test_a_depth_without_widths_is_refused(table: Table) -> None:
    with pytest.raises(TrasuntoError, match=r"no network of 6 layers .*\(legal: 0 to 5\)"):
        depth_separation.requests(table, settings("depth-separation", layers=(3, 6)))


def test_spaces_are_measured_beside_the_features_and_pca(investigated: tuple[str, Any]) -> None:
    name, facts = investigated
    assert (facts.asked, facts.seeds, facts.normals, facts.anomalies) == (3, 3, 30, 12)
    assert [reference.dimensions for reference in facts.references] == [6, 6] + [6] * (name == "latent-separation")
    first, last = facts.spaces
    assert (first.layers, first.latent) == ((3, 16) if name == "depth-separation" else (3, 8))
    assert first.test_error.mean == pytest.approx(0.11)
    assert last.test_error.mean == pytest.approx(0.14)
    assert first.parameters == depth_recipe(first.layers, first.latent).parameters(6)
    assert first.used == 6
    assert all(0.9 < space.measures["linear_auroc"].mean <= 1 for space in facts.spaces)
    assert last.measures["silhouette"].mean > first.measures["silhouette"].mean


def test_every_space_is_drawn_two_ways_with_a_few_rows_of_each_kind(investigated: tuple[str, Any]) -> None:
    _, facts = investigated
    assert [(one.space, one.method) for one in facts.maps] == [(0, "pca"), (0, "tsne"), (1, "pca"), (1, "tsne")]
    assert all((len(one.normals), len(one.anomalies)) == (8, 8) for one in facts.maps)
    assert [one.explained is None for one in facts.maps] == [False, True, False, True]


def test_a_dead_latent_is_measured_and_told_without_a_murmur(table: Table) -> None:
    facts = depth_separation.investigate(table, settings("depth-separation"), trains(dead))
    assert [space.used for space in facts.spaces] == [0, 0]
    assert [space.measures["linear_auroc"].mean for space in facts.spaces] == [0.5, 0.5]
    verdict, _ = depth_separation.conclude(facts, Subject())
    assert "does not change" in verdict


def test_a_seed_that_diverged_in_one_network_is_left_out_of_all(table: Table) -> None:
    facts = depth_separation.investigate(table, settings("depth-separation"), trains(first_units, 1))
    assert (facts.asked, facts.seeds) == (3, 2)
    assert [len(one.by_seed) for space in facts.spaces for one in space.measures.values()] == [2] * 6
    assert facts.spaces[0].test_error.mean == pytest.approx(0.11)


def test_no_seed_that_finished_is_a_result(table: Table) -> None:
    facts = depth_separation.investigate(table, settings("depth-separation"), trains(first_units, *range(3), all=True))
    assert facts.spaces == ()
    assert "no latent space to compare" in depth_separation.conclude(facts, Subject())[0]


def test_a_network_that_diverged_with_every_seed_is_left_out_itself(table: Table) -> None:
    facts = depth_separation.investigate(table, settings("depth-separation"), trains(first_units, 0, 1, 2))
    assert [space.layers for space in facts.spaces] == [3]
    assert (facts.seeds, facts.lost) == (3, (5,))
    verdict, details = depth_separation.conclude(facts, Subject())
    assert verdict.startswith("With 3 layers normal and anomalous rows stand apart by")
    assert details[-1].startswith("The network with 5 layers diverged with every seed")


@pytest.mark.parametrize("name", STUDIES)
def test_it_runs_on_what_training_really_gives_back(
    table: Table, devices: list[Any], tmp_path: Path, name: str
) -> None:
    from trasunto.runs.train import train

    sizes = {"layers": (1, 2), "latent": 2} if name == "depth-separation" else {"latents": (2, 3), "layers": 1}
    study = STUDIES[name]
    facts = study.investigate(table, settings(name, seeds=2, **sizes), partial(train, store=tmp_path))
    assert facts.seeds == 2
    assert study.conclude(facts, Subject())[0].endswith(".")
    assert len(study.comparisons(facts)) == 3
