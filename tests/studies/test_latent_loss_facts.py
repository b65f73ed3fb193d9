from __future__ import annotations

import json
from dataclasses import asdict

import numpy as np
import pytest

from trasunto.studies.evidence import estimate
from trasunto.studies.latent_loss_facts import Facts, against, measure
from trasunto.studies.tabular_facts import Linear
from trasunto.studies.tabular_networks import latent_recipe, layer_table

LATENT = (4, 8, 16, 32)


def facts_of(*errors: float, seeds: int = 3, scatter: float = 1e-4, linear: tuple[float, ...] = (0.5,) * 4) -> Facts:
    noise = scatter * np.random.default_rng(0).standard_normal((len(errors), seeds))
    last = np.array(errors)[:, None] + noise
    test = np.stack([np.full_like(last, 1.0), 1.25 * last, last], axis=2)
    train = 0.9 * test
    train[..., 0] = np.nan
    latent = LATENT[: len(errors)]
    tables = [layer_table(latent_recipe(size).network, 29) for size in latent]
    return measure(
        latent,
        tables,
        train,
        test,
        [Linear(min(29, size), left, left) for size, left in zip(latent, linear, strict=False)],
        0.05,
    )


def test_facts_are_plain_values() -> None:
    facts = facts_of(0.3, 0.15, 0.03, 0.01)
    assert "NaN" not in json.dumps(asdict(facts))
    assert (facts.features, facts.epochs, facts.seeds, facts.diverged) == (29, 2, 3, 0)
    assert facts.train[0].mean[0] is None
    assert facts.test[2].mean == pytest.approx((1.0, 1.25 * 0.03, 0.03), rel=1e-2)
    assert facts.sizes[3].table.parameters == 28349


def test_each_size_is_set_beside_pca_by_its_whole_interval() -> None:
    sizes = facts_of(0.3, 0.15, 0.03, 0.01, linear=(0.5, 0.1, 0.03, 1e-30)).sizes
    assert [size.against_pca for size in sizes] == ["better", "worse", "open", "worse"]
    assert sizes[0].times_pca == pytest.approx(0.6, rel=1e-3)
    assert sizes[3].times_pca is None
    assert sizes[0].train_error.mean == pytest.approx(0.27, rel=1e-3)
    assert sizes[0].last_fall == pytest.approx(0.2)


def test_one_seed_cannot_be_told_from_pca() -> None:
    assert against(estimate([0.1]), 0.5) == "open"


@pytest.mark.parametrize(
    ("errors", "kinds", "enough"),
    [
        ((0.3, 0.15, 0.03, 0.01), ["gain", "gain", "gain"], None),
        ((0.3, 0.15, 0.149, 0.1489), ["gain", "slight", "slight"], 8),
        ((0.3, 0.3, 0.3, 0.31), ["slight", "slight", "slight"], 4),
    ],
)
def test_gaps_say_where_the_gain_stops(errors: tuple[float, ...], kinds: list[str], enough: int | None) -> None:
    facts = facts_of(*errors)
    assert [gap.kind for gap in facts.gaps] == kinds
    assert facts.enough == enough
    assert all(gap.adjusted is not None and gap.p is not None and gap.adjusted >= gap.p for gap in facts.gaps)


def test_the_papers_order_is_counted_seed_by_seed() -> None:
    assert facts_of(0.3, 0.15, 0.03, 0.01).in_order == 3
    assert facts_of(0.3, 0.15, 0.2, 0.01).in_order == 0
    assert 0 < facts_of(0.3, 0.2, 0.2, 0.1, seeds=30).in_order < 30
