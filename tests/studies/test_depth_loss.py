"""B2 on made-up errors: contrasts, trend, and what is said of them."""

from __future__ import annotations

import json
from dataclasses import asdict, replace

import numpy as np
import pytest
from numpy.typing import NDArray

from trasunto.studies.sizes.depth_loss import Facts, compare, comparisons, conclude, measure, widened_recipe
from trasunto.studies.sizes.facts import Measured
from trasunto.studies.subject import Subject
from trasunto.studies.tabular_facts import Linear
from trasunto.studies.tabular_networks import depth_recipe, layer_table

PAPERS = Subject(paper=True)


def final(*errors: float, seeds: int = 10, scatter: float = 1e-3) -> NDArray[np.float64]:
    noise = scatter * np.random.default_rng(0).standard_normal((len(errors), seeds))
    result: NDArray[np.float64] = np.array(errors)[:, None] * (1 + noise)
    return result


def facts_of(*errors: float, layers: tuple[int, ...] = (1, 2, 3), seeds: int = 10, linear: float = 0.3) -> Facts:
    """Facts of depths, and of a widened network where there is an error more than depths."""
    last = final(*errors, seeds=seeds)
    test = np.stack([np.full_like(last, 1.0), 1.25 * last, last], axis=2)
    train = 0.9 * test
    train[..., 0] = np.nan
    recipes = [depth_recipe(count, 16) for count in layers]
    recipes += [widened_recipe(recipes[-1].parameters(29), 16, 29)] * (len(errors) - len(layers))
    tables = [layer_table(recipe.network, 29) for recipe in recipes]
    sizes = (*layers, *(layers[0] for _ in recipes[len(layers) :]))
    lines = [Linear(16, linear, linear)] * len(sizes)
    found = Measured(sizes, tables, lines, train, test, features=29, widened=len(sizes) > len(layers))
    return measure(found, latent=16)


def test_facts_are_plain_values() -> None:
    facts = facts_of(0.1, 0.08, 0.09, 0.07)
    assert "NaN" not in json.dumps(asdict(facts))
    assert (facts.epochs, facts.seeds, facts.latent) == (2, 10, 16)
    assert [(depth.size, depth.widened) for depth in facts.sizes] == [(1, False), (2, False), (3, False), (1, True)]
    assert [depth.size for depth in facts.plain] == [1, 2, 3]
    assert facts.sizes[0].last_fall == pytest.approx(0.2)
    assert facts.sizes[0].train_error.mean == pytest.approx(0.09, rel=1e-2)
    assert facts.sizes[0].train.mean[0] is None


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
        ((0.10, 0.08, 0.06), ["less", "less", "less"], "less"),
        ((0.06, 0.08, 0.10), ["more", "more", "more"], "more"),
        ((0.10, 0.08, 0.10), ["less", "more", "open"], "open"),
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
    assert trend.difference == pytest.approx(1.0)
    _, trend = compare((1, 2, 3), final(0.1, 0.1, 0.1, scatter=0.01))
    assert trend is not None
    assert trend.low is not None
    assert trend.high is not None
    assert trend.low < trend.difference < trend.high


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


def detail(facts: Facts, word: str, subject: Subject = PAPERS) -> str:
    return next(sentence for sentence in conclude(facts, subject)[1] if word in sentence)


@pytest.mark.parametrize(
    ("errors", "says"),
    [
        ((0.10, 0.08, 0.06), "Yes, depth lowers the loss: with 16 latent units the test error is 0.1000 with 1"),
        ((0.06, 0.08, 0.10), "Yes, depth raises the loss: "),
        ((0.10, 0.08, 0.10), "Yes, but not in one direction: "),
        ((0.10, 0.10, 0.10), "None that 10 seeds could tell: "),
    ],
)
def test_the_verdict_follows_the_facts(errors: tuple[float, ...], says: str) -> None:
    assert conclude(facts_of(*errors))[0].startswith(says)


def test_the_verdict_says_what_a_layer_does_on_average() -> None:
    assert conclude(facts_of(0.1, 0.05, 0.025))[0].endswith("on average a further layer takes 50 % off it.")
    assert conclude(facts_of(0.1, 0.2, 0.4))[0].endswith("on average a further layer adds 100 % to it.")


def test_a_widened_network_alone_does_not_turn_the_verdict() -> None:
    facts = facts_of(0.10, 0.10, 0.10, 0.05)
    assert facts.contrasts[-1].verdict == "more"
    assert conclude(facts)[0].startswith("None that 10 seeds could tell")


def test_one_depth_or_one_seed_says_so() -> None:
    assert conclude(facts_of(0.1, layers=(2,)))[0] == (
        "One depth cannot say: with 16 latent units the test error is 0.1000 with 2 hidden layers a side."
    )
    told, details = conclude(facts_of(0.1, 0.08, 0.06, seeds=1))
    assert told.startswith("None that 1 seed could tell")
    assert sum("one seed allows no test" in sentence for sentence in details) == 4


def test_the_papers_words_are_judged() -> None:
    assert 'The paper\'s "no direct relation" is not borne out' in detail(facts_of(0.10, 0.08, 0.06), "paper's")
    assert "stands, as far as these seeds can tell" in detail(facts_of(0.10, 0.10, 0.10), "paper's")


def test_every_contrast_is_told_with_interval_and_test() -> None:
    told = detail(facts_of(0.10, 0.08, 0.06), "2 hidden layers a side have")
    assert told.startswith("2 hidden layers a side have a test error 20 % lower than 1 (difference -0.0")
    assert told.endswith("after Holm, sign-flip permutation).")


def test_size_is_told_apart_from_depth_where_it_can_be() -> None:
    told = detail(facts_of(0.10, 0.08, 0.06, 0.05), "At equal size")
    assert "from 11,821 to 29,421" in told
    assert "against 1 hidden layer a side widened to 29,393 parameters (test error 0.05" in told
    assert "3 have a test error 20 % higher than that" in told
    assert "cannot be separated here" in detail(facts_of(0.10, 0.08, 0.06), "Parameters grow")


@pytest.mark.parametrize(
    ("linear", "says"),
    [
        (0.3, "has a higher error than the network with 1, 2 and 3 hidden layers a side (0.3000 against 0.1"),
        (0.07, "and a higher error than the network with 3 hidden layers a side"),
        (0.01, "has a lower error than the network with 1, 2 and 3 hidden layers a side"),
    ],
)
def test_pca_is_beaten_or_not(linear: float, says: str) -> None:
    assert says in detail(facts_of(0.10, 0.08, 0.06, linear=linear), "On test rows, PCA")


def test_widths_are_stated_as_ours() -> None:
    told = detail(facts_of(0.10, 0.08, 0.06), "Encoder widths")
    assert "ours since the paper gives none: the first of 128, 64 and 32, mirrored in the decoder" in told
    assert "11,821 with 1, 26,285 with 2 and 29,421 with 3" in detail(facts_of(0.10, 0.08, 0.06), "Parameters: ")


def test_seeds_left_out_are_told() -> None:
    facts = facts_of(0.10, 0.08, layers=(1, 2))
    assert not any("left out" in sentence for sentence in conclude(facts)[1])
    assert "2 seeds left out" in detail(replace(facts, diverged=2), "left out")


def test_the_papers_words_stand_beside_the_trend() -> None:
    (told,) = comparisons(facts_of(0.1, 0.05, 0.025))
    assert (told.id, told.paper, told.paper_says) == ("B2.per-layer", None, "no direct relation")
    assert told.ours == pytest.approx(-0.5, rel=1e-2)
    assert comparisons(facts_of(0.1, 0.05, layers=(1, 2))) == ()
