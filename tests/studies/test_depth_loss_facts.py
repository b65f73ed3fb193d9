from __future__ import annotations

import json
from dataclasses import asdict

import numpy as np
import pytest
from numpy.typing import NDArray

from trasunto.studies.depth_loss import widened_recipe
from trasunto.studies.depth_loss_facts import Facts, compare, measure
from trasunto.studies.tabular_facts import Linear
from trasunto.studies.tabular_networks import depth_recipe, layer_table


def final(*errors: float, seeds: int = 10, scatter: float = 1e-3) -> NDArray[np.float64]:
    noise = scatter * np.random.default_rng(0).standard_normal((len(errors), seeds))
    result: NDArray[np.float64] = np.array(errors)[:, None] * (1 + noise)
    return result


def facts_of(*errors: float, layers: tuple[int, ...] = (1, 2, 3), seeds: int = 10) -> Facts:
    """Facts of depths, and of a widened network where there is an error more than depths."""
    last = final(*errors, seeds=seeds)
    test = np.stack([np.full_like(last, 1.0), 1.25 * last, last], axis=2)
    train = 0.9 * test
    train[..., 0] = np.nan
    recipes = [depth_recipe(count, 16) for count in layers]
    recipes += [widened_recipe(recipes[-1].parameters(29), 16, 29)] * (len(errors) - len(layers))
    tables = [layer_table(recipe.network, 29) for recipe in recipes]
    return measure(layers, tables, train, test, Linear(16, 0.3, 0.3), latent=16)


def test_facts_are_plain_values() -> None:
    facts = facts_of(0.1, 0.08, 0.09, 0.07)
    assert "NaN" not in json.dumps(asdict(facts))
    assert (facts.epochs, facts.seeds, facts.latent) == (2, 10, 16)
    assert [(depth.layers, depth.widened) for depth in facts.depths] == [(1, False), (2, False), (3, False), (1, True)]
    assert [depth.layers for depth in facts.plain] == [1, 2, 3]
    assert facts.depths[0].last_fall == pytest.approx(0.2)
    assert facts.depths[0].train_error.mean == pytest.approx(0.09, rel=1e-2)
    assert facts.train[0].mean[0] is None


def test_neighbours_come_first_then_the_shallowest_then_the_widened_one() -> None:
    contrasts, _ = compare((1, 2, 4, 5), final(0.1, 0.1, 0.1, 0.1, 0.1))
    assert [(one.shallower, one.deeper, one.widened) for one in contrasts] == [
        (1, 2, False),
        (2, 4, False),
        (4, 5, False),
        (1, 4, False),
        (1, 5, False),
        (1, 5, True),
    ]


@pytest.mark.parametrize(
    ("errors", "verdicts", "trend"),
    [
        ((0.10, 0.08, 0.06), ["helps", "helps", "helps"], "helps"),
        ((0.06, 0.08, 0.10), ["harms", "harms", "harms"], "harms"),
        ((0.10, 0.08, 0.10), ["helps", "harms", "open"], "open"),
        ((0.10, 0.10, 0.10), ["open", "open", "open"], "open"),
    ],
)
def test_depth_helps_or_harms_by_its_contrasts_and_its_trend(
    errors: tuple[float, ...], verdicts: list[str], trend: str
) -> None:
    contrasts, found = compare((1, 2, 3), final(*errors))
    assert [contrast.verdict for contrast in contrasts] == verdicts
    assert found is not None
    assert found.verdict == trend
    assert {contrast.test for contrast in contrasts} == {"sign-flip permutation"}


def test_contrasts_and_trend_are_adjusted_together() -> None:
    contrasts, trend = compare((1, 2, 3), final(0.10, 0.08, 0.06))
    assert trend is not None
    alone = 2.0**-9  # the smallest p of ten pairs, which all four comparisons reach
    assert [*(one.p for one in contrasts), trend.p] == [alone] * 4
    assert [*(one.adjusted for one in contrasts), trend.adjusted] == [4 * alone] * 4


def test_the_trend_is_the_share_that_a_layer_adds() -> None:
    _, trend = compare((1, 2, 4), final(0.1, 0.2, 0.8, scatter=0.0))
    assert trend is not None
    assert trend.per_layer == pytest.approx(1.0)
    _, trend = compare((1, 2, 3), final(0.1, 0.1, 0.1, scatter=0.01))
    assert trend is not None
    assert trend.low is not None
    assert trend.high is not None
    assert trend.low < trend.per_layer < trend.high


def test_two_depths_have_a_contrast_and_no_trend() -> None:
    contrasts, trend = compare((1, 3), final(0.1, 0.05))
    assert ([(one.shallower, one.deeper) for one in contrasts], trend) == ([(1, 3)], None)


def test_one_seed_leaves_everything_open() -> None:
    contrasts, trend = compare((1, 2, 3), final(0.1, 0.08, 0.06, seeds=1))
    assert trend is not None
    assert [*(one.verdict for one in contrasts), trend.verdict] == ["open"] * 4
    assert trend.low is None


def test_a_difference_is_relative_to_the_shallower_network() -> None:
    contrasts, _ = compare((1, 2), final(0.1, 0.05, 0.2, scatter=0.0))
    assert [one.relative for one in contrasts] == pytest.approx([-0.5, -0.75])


@pytest.mark.parametrize(("layers", "latent", "d"), [(1, 16, 29), (2, 8, 12), (1, 4, 300)])
def test_the_widened_network_comes_as_near_as_one_unit_allows(layers: int, latent: int, d: int) -> None:
    wanted = depth_recipe(5, latent).parameters(d)
    recipe = widened_recipe(wanted, latent, d, layers)
    width = recipe.network.encoder[0].units
    assert [layer.units for layer in recipe.network.encoder] == [width] * layers + [latent]
    step = 2 * (d + latent) + 2 + 4 * layers * width
    assert abs(recipe.parameters(d) - wanted) <= step
