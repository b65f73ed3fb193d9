from __future__ import annotations

from dataclasses import replace

import pytest

from trasunto.studies.evidence import estimate
from trasunto.studies.good_autoencoder_search import Found, Search, Trial, frontier, winner
from trasunto.studies.tabular_facts import Linear
from trasunto.studies.tabular_networks import latent_recipe, layer_table


def trial(latent: int, width: int, error: float | None, *, seed: int = 0, target: float = 0.01) -> Trial:
    return Trial(
        stage="scan",
        latent=latent,
        width=width,
        activation="gelu",
        network=f"{width} gelu > [{latent} linear] > {width} gelu > linear",
        parameters=100 * width + latent,
        seed=seed,
        train_error=error,
        test_error=error,
        reached=error is not None and error <= target,
    )


def test_the_smallest_latent_layer_wins_and_then_the_fewest_parameters() -> None:
    trials = [trial(24, 64, 0.004), trial(20, 512, 0.005), trial(20, 256, 0.009), trial(18, 64, 0.02)]
    assert winner(trials) == (trials[2],)


def test_nothing_wins_where_nothing_reached_the_target() -> None:
    assert winner([trial(24, 64, 0.02), trial(20, 64, None)]) == ()
    assert winner([]) == ()


def test_only_networks_with_as_many_seeds_are_compared() -> None:
    """One lucky seed with a smaller latent layer must not beat what held in all seeds."""
    lucky = [trial(18, 512, 0.009), trial(18, 512, 0.02, seed=1), trial(18, 512, 0.02, seed=2)]
    sure = [trial(20, 512, 0.008, seed=seed) for seed in range(3)]
    once = [trial(17, 512, 0.009)]
    assert winner([*lucky, *sure, *once]) == tuple(sure)


def test_failing_that_the_one_that_did_with_most_seeds_wins() -> None:
    once = [trial(18, 512, error, seed=seed) for seed, error in enumerate((0.009, 0.02, 0.02))]
    twice = [trial(20, 512, error, seed=seed) for seed, error in enumerate((0.009, 0.009, 0.02))]
    assert winner([*once, *twice]) == tuple(twice)


def test_the_frontier_has_the_best_of_each_latent_size() -> None:
    linear = {size: Linear(size, 0.1, 0.2) for size in (16, 20, 24)}
    trials = [trial(24, 64, 0.004), trial(20, 512, 0.02), trial(20, 256, 0.009), trial(16, 64, None)]
    found = frontier(trials, linear)
    assert [(best.latent, best.tried, best.reached, best.test_error) for best in found] == [
        (20, 2, 1, 0.009),
        (24, 1, 1, 0.004),
    ]
    assert found[0].network == trials[2].network
    assert found[0].pca == linear[20]


def test_the_next_smaller_size_is_the_largest_tried_below_the_one_found() -> None:
    linear = {size: Linear(size, 0.1, 0.2) for size in (16, 18, 20, 24)}
    trials = [trial(24, 64, 0.004), trial(20, 512, 0.009), trial(18, 512, 0.02), trial(16, 64, 0.03)]
    error = estimate([0.009])
    found = Found(20, layer_table(latent_recipe(20).network, 29), error, error, reached=1, seeds=1)
    search = Search(29, 0.01, 24, 40, False, 100, 64, 4e-3, tuple(trials), frontier(trials, linear), found)
    assert search.smaller is not None
    assert search.smaller.latent == 18
    assert replace(search, found=None).smaller is None
    assert replace(search, found=replace(found, latent=16)).smaller is None


@pytest.mark.parametrize(("reached", "always"), [(3, True), (2, False)])
def test_what_was_found_holds_always_or_not(reached: int, always: bool) -> None:
    error = estimate([0.009])
    table = layer_table(latent_recipe(20).network, 29)
    assert Found(20, table, error, error, reached=reached, seeds=3).always is always
