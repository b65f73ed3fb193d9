from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from trasunto.studies.depth_loss import widened_recipe
from trasunto.studies.depth_loss_facts import Facts, measure
from trasunto.studies.depth_loss_verdict import comparisons, conclude
from trasunto.studies.subject import Subject
from trasunto.studies.tabular_facts import Linear
from trasunto.studies.tabular_networks import depth_recipe, layer_table

PAPERS = Subject(paper=True)


def facts_of(*errors: float, layers: tuple[int, ...] = (1, 2, 3), seeds: int = 10, linear: float = 0.3) -> Facts:
    noise = 1e-3 * np.random.default_rng(0).standard_normal((len(errors), seeds))
    last = np.array(errors)[:, None] * (1 + noise)
    curves = np.stack([np.full_like(last, 1.0), 1.25 * last, last], axis=2)
    recipes = [depth_recipe(count, 16) for count in layers]
    recipes += [widened_recipe(recipes[-1].parameters(29), 16, 29)] * (len(errors) - len(layers))
    tables = [layer_table(recipe.network, 29) for recipe in recipes]
    return measure(layers, tables, curves, curves, Linear(16, linear, linear), latent=16)


def detail(facts: Facts, word: str, subject: Subject = PAPERS) -> str:
    return next(sentence for sentence in conclude(facts, subject)[1] if word in sentence)


@pytest.mark.parametrize(
    ("errors", "says"),
    [
        ((0.10, 0.08, 0.06), "Yes, depth lowers the loss: with 16 latent units the held-out error is 0.1000 with 1"),
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
    assert facts.contrasts[-1].verdict == "harms"
    assert conclude(facts)[0].startswith("None that 10 seeds could tell")


def test_one_depth_or_one_seed_says_so() -> None:
    assert conclude(facts_of(0.1, layers=(2,)))[0] == (
        "One depth cannot say: with 16 latent units the held-out error is 0.1000 with 2 hidden layers a side."
    )
    told, details = conclude(facts_of(0.1, 0.08, 0.06, seeds=1))
    assert told.startswith("None that 1 seed could tell")
    assert sum("one seed allows no test" in sentence for sentence in details) == 4


def test_the_papers_words_are_judged() -> None:
    assert 'The paper\'s "no direct relation" is not borne out' in detail(facts_of(0.10, 0.08, 0.06), "paper's")
    assert "stands, as far as these seeds can tell" in detail(facts_of(0.10, 0.10, 0.10), "paper's")


def test_every_contrast_is_told_with_interval_and_test() -> None:
    told = detail(facts_of(0.10, 0.08, 0.06), "2 hidden layers a side leave")
    assert told.startswith("2 hidden layers a side leave a held-out error 20 % lower than 1 (difference -0.0")
    assert told.endswith("after Holm, sign-flip permutation).")


def test_size_is_told_apart_from_depth_where_it_can_be() -> None:
    told = detail(facts_of(0.10, 0.08, 0.06, 0.05), "At equal size")
    assert "from 11,821 to 29,421" in told
    assert "against 1 hidden layer a side widened to 29,393 parameters (held-out error 0.05" in told
    assert "3 leave a held-out error 20 % higher than that" in told
    assert "not told apart here" in detail(facts_of(0.10, 0.08, 0.06), "Parameters grow")


@pytest.mark.parametrize(
    ("linear", "says"),
    [
        (0.3, "Every depth leaves less than PCA"),
        (0.07, "Only 3 hidden layers a side leave surely less than PCA"),
        (0.01, "No depth leaves surely less than PCA"),
    ],
)
def test_pca_is_beaten_or_not(linear: float, says: str) -> None:
    assert says in detail(facts_of(0.10, 0.08, 0.06, linear=linear), "PCA with 16 components")


def test_widths_are_stated_as_ours() -> None:
    told = detail(facts_of(0.10, 0.08, 0.06), "Encoder widths")
    assert "ours since the paper gives none: the first of 128, 64 and 32, mirrored in the decoder" in told
    assert "11,821 with 1, 26,285 with 2 and 29,421 with 3" in told


def test_seeds_left_out_are_told() -> None:
    facts = facts_of(0.10, 0.08, layers=(1, 2))
    assert not any("left out" in sentence for sentence in conclude(facts)[1])
    assert "2 seeds left out" in detail(replace(facts, diverged=2), "left out")


def test_the_papers_words_stand_beside_the_trend() -> None:
    (told,) = comparisons(facts_of(0.1, 0.05, 0.025))
    assert (told.id, told.paper, told.paper_says) == ("B2.per-layer", None, "no direct relation")
    assert told.ours == pytest.approx(-0.5, rel=1e-2)
    assert comparisons(facts_of(0.1, 0.05, layers=(1, 2))) == ()
