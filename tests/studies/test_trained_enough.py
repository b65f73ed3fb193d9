"""Networks that hardly learnt say so in every study, and no trend is told of them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

import numpy as np
import pytest

from trasunto.spec import Recipe
from trasunto.studies import loss_facts, loss_verdict, pretraining_facts, pretraining_verdict
from trasunto.studies.sizes import depth_loss, hidden_size, latent_loss
from trasunto.studies.sizes.facts import Measured
from trasunto.studies.sizes.gain import GainFacts, measure
from trasunto.studies.subject import Subject
from trasunto.studies.tabular_facts import Linear
from trasunto.studies.tabular_networks import depth_recipe, latent_recipe, layer_table
from trasunto.studies.trained_enough import Reached, too_little

PAPERS = Subject(paper=True)
UNTRAINED = 1.0


@pytest.mark.parametrize(
    ("error", "untrained", "pca", "enough"),
    [
        (0.89, 1.0, None, True),
        (0.90, 1.0, None, False),
        (1.20, 1.0, None, False),
        (0.50, 1.0, 0.051, True),
        (0.50, 1.0, 0.050, False),
        (0.50, None, 0.050, False),
        (0.49, 1.0, 1e-9, True),
        (0.50, 1.0, 1e-9, False),
        (0.50, None, 1e-9, True),
        (0.50, None, None, True),
    ],
)
def test_a_network_has_learnt_enough_below_its_untrained_error_and_near_pca(
    error: float, untrained: float | None, pca: float | None, enough: bool
) -> None:
    assert Reached("", error, untrained, pca).enough == enough


def test_the_sentence_names_the_best_network_and_its_three_numbers() -> None:
    told = too_little([Reached("with 4 units", 0.97, 1.0, 0.2), Reached("with 8 units", 0.95, 1.0, 0.1)], "2 epochs")
    assert told == (
        "Not trained enough to tell: after 2 epochs the best network, with 8 units, leaves an error of 0.9500, "
        "1.0000 untrained; PCA with as many components leaves 0.1000."
    )


def test_a_pca_that_leaves_nothing_is_said_to() -> None:
    assert Reached("", 0.5, 1.0, 1e-30).said == "leaves an error of 0.5000, 1.0000 untrained; " + (
        "PCA with as many components leaves nothing"
    )


def test_one_network_that_learnt_is_enough_to_tell() -> None:
    assert too_little([Reached("a", 0.97, 1.0), Reached("b", 0.5, 1.0)], "2 epochs") is None
    assert too_little([], "2 epochs") is None


def curves(*last: float) -> np.ndarray:
    """Error curves (networks, 3 seeds, 3) that fall evenly from the untrained error to each last one."""
    ends = np.array(last)[:, None] + 1e-5 * np.random.default_rng(0).standard_normal((len(last), 3))
    return np.stack([np.full_like(ends, UNTRAINED), (UNTRAINED + ends) / 2, ends], axis=2)


def measured(units: Sequence[int], recipes: Sequence[Recipe], last: Sequence[float], linear: float) -> Measured:
    tables = [layer_table(recipe.network, 29) for recipe in recipes]
    lines = [Linear(16, linear, linear) for _ in units]
    return Measured(units, tables, lines, curves(*last), curves(*last), features=29)


def latents(*last: float, linear: float = 0.05) -> GainFacts:
    units = (4, 8, 16)[: len(last)]
    return measure(measured(units, [latent_recipe(one) for one in units], last, linear), 0.05)


def depths(*last: float, linear: float = 0.05) -> depth_loss.Facts:
    layers = (1, 2, 3)[: len(last)]
    return depth_loss.measure(measured(layers, [depth_recipe(one, 16) for one in layers], last, linear), latent=16)


@pytest.mark.parametrize(
    ("study", "measured", "trend"),
    [
        (hidden_size, latents, "the gain does not stop between 4 and 16: "),
        (latent_loss, latents, "More latent units lower the error"),
        (depth_loss, depths, "Yes, depth lowers the loss"),
    ],
)
def test_no_trend_is_told_of_networks_that_hardly_learnt(study, measured, trend) -> None:  # type: ignore[no-untyped-def]
    assert trend in study.conclude(measured(0.4, 0.3, 0.2))[0]
    for facts in (measured(0.99, 0.96, 0.93), measured(0.8, 0.7, 0.6, linear=0.01)):
        verdict, details = study.conclude(facts, PAPERS)
        assert verdict.startswith("Not trained enough to tell: after 2 epochs the best network, with ")
        assert trend not in verdict
        assert not any("paper" in detail and "borne out" in detail for detail in details)


def test_losses_are_not_compared_by_networks_that_hardly_learnt() -> None:
    trained = np.array([[0.2, 0.6], [0.1, 0.5]])[:, :, None] + 1e-5 * np.arange(6)
    facts = loss_facts.measure(trained, np.ones_like(trained), floor=0.05, epochs=5, pca=0.05)
    assert loss_verdict.conclude(facts)[0].startswith("Cross entropy works")
    told = loss_verdict.conclude(replace(facts, pca=0.005))[0]
    assert told.startswith("Not trained enough to tell: after 5 epochs the best network, trained on cross entropy,")
    near = loss_facts.measure(trained, trained / 0.95, floor=0.05, epochs=5)
    assert loss_verdict.conclude(near)[0].startswith("Not trained enough to tell")


def test_an_encoder_that_hardly_learnt_is_worth_nothing_that_can_be_told() -> None:
    accuracy = np.array([[0.4, 0.5, 0.6]])[:, :, None] + 0.001 * np.random.default_rng(0).standard_normal((1, 3, 5))
    measured = pretraining_facts.measure((10,), accuracy, 2, encoder=np.full((5, 2), (0.2, 0.05)), pca=0.01)
    assert pretraining_verdict.conclude(measured)[0].startswith("Yes, with 10 labels")
    told = pretraining_verdict.conclude(replace(measured, encoder_error=0.19))[0]
    assert told == (
        "Not trained enough to tell: after 2 epochs the network, from which the encoder is taken, leaves an error of "
        "0.1900, 0.2000 untrained; PCA with as many components leaves 0.0100."
    )
