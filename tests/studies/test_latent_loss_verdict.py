from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from trasunto.studies.latent_loss_facts import Facts, measure
from trasunto.studies.latent_loss_verdict import comparisons, conclude
from trasunto.studies.subject import Subject
from trasunto.studies.tabular_facts import Linear
from trasunto.studies.tabular_networks import latent_recipe, layer_table

PAPERS = Subject(paper=True)

LATENT = (4, 8, 16, 32)


def facts_of(*errors: float, seeds: int = 3, linear: tuple[float, ...] = (0.5,) * 4, diverged: int = 0) -> Facts:
    noise = 1e-4 * np.random.default_rng(0).standard_normal((len(errors), seeds))
    last = np.array(errors)[:, None] + noise
    curves = np.stack([np.full_like(last, 1.0), 1.25 * last, last], axis=2)
    latent = LATENT[: len(errors)]
    tables = [layer_table(latent_recipe(size).network, 29) for size in latent]
    lines = [Linear(min(29, size), left, left) for size, left in zip(latent, linear, strict=False)]
    return measure(latent, tables, curves, curves, lines, 0.05, diverged)


def verdict(*errors: float, seeds: int = 3, linear: tuple[float, ...] = (0.5,) * 4) -> str:
    return conclude(facts_of(*errors, seeds=seeds, linear=linear))[0]


def detail(facts: Facts, word: str, subject: Subject = PAPERS) -> str:
    return next(sentence for sentence in conclude(facts, subject)[1] if word in sentence)


def test_the_verdict_follows_where_the_gain_stops() -> None:
    assert verdict(0.3, 0.15, 0.03, 0.01).startswith(
        "Yes, more latent units leave less, and the gain does not stop between 4 and 32"
    )
    assert verdict(0.3, 0.15, 0.149, 0.1489).startswith("Yes, more latent units leave less, up to 8, where the gain")
    assert verdict(0.3, 0.3, 0.3, 0.31).startswith("No: from 4 to 32 latent units no step is worth its units")


def test_the_verdict_says_what_the_seeds_cannot() -> None:
    assert verdict(0.3, 0.15, 0.03, 0.01, seeds=1).startswith("1 seed cannot say whether more latent units leave less")
    facts = facts_of(0.3, 0.15, 0.03, 0.01)
    unsure = replace(facts, gaps=(*facts.gaps[:2], replace(facts.gaps[2], kind="open")))
    assert conclude(unsure)[0].startswith(
        "Yes, more latent units leave less from 4 to 8 and 8 to 16; of the other steps 3 seeds cannot say enough"
    )


def test_one_size_alone_has_no_gap() -> None:
    assert verdict(0.3) == "One latent size cannot say: the held-out error is 0.3000 with 4 latent units."


def test_the_verdict_names_the_sizes_at_which_pca_is_better() -> None:
    assert "PCA" not in verdict(0.3, 0.15, 0.03, 0.01)
    told = verdict(0.3, 0.15, 0.03, 0.01, linear=(0.5, 0.1, 0.5, 1e-30))
    assert told.endswith("; with 8 and 32, PCA leaves less.")


def test_every_side_of_pca_is_told() -> None:
    sentence = detail(facts_of(0.3, 0.15, 0.03, 0.01, linear=(0.5, 0.15, 0.5, 1e-30)), "On held-out rows, PCA")
    assert "less than the network with 32 (0 against 0.0" in sentence
    assert "more than the network with 4 (0.5000 against 0.3" in sentence
    assert "what cannot be told from the network with 8" in sentence


def test_a_latent_layer_as_wide_as_a_row_is_said_to_compress_nothing() -> None:
    assert "A latent layer of 32 units compresses nothing" in detail(facts_of(0.3, 0.15, 0.03, 0.01), "compresses")
    assert not any("compresses" in sentence for sentence in conclude(facts_of(0.3, 0.15))[1])


def test_every_gap_is_told_with_interval_and_test() -> None:
    first = conclude(facts_of(0.3, 0.15, 0.03, 0.01))[1][0]
    assert first.startswith("8 latent units leave a held-out error 0.1")
    assert "lower than 4 (difference 0.1" in first
    assert "after Holm, paired t)" in first
    assert conclude(facts_of(0.3, 0.15, seeds=1))[1][0].endswith("one seed allows no test.")


def test_the_papers_order_is_judged() -> None:
    assert "holds in 3 of 3 seeds" in detail(facts_of(0.3, 0.15, 0.03, 0.01), "order")
    assert "holds in 0 of 3 seeds" in detail(facts_of(0.3, 0.15, 0.2, 0.01), "order")


def test_seeds_left_out_are_told() -> None:
    assert "1 seed left out" in detail(facts_of(0.3, 0.15, diverged=1), "left out")
    assert not any("left out" in sentence for sentence in conclude(facts_of(0.3, 0.15))[1])


def test_the_papers_two_columns_stand_beside_our_one() -> None:
    told = comparisons(facts_of(0.3, 0.15, 0.03, 0.01))
    assert [(one.id, one.paper) for one in told] == [
        ("B4.test-4", 0.2252),
        ("B4.validation-4", 0.2373),
        ("B4.test-8", 0.0909),
        ("B4.validation-8", 0.0981),
        ("B4.test-16", 0.0136),
        ("B4.validation-16", 0.0205),
        ("B4.test-32", 0.0050),
        ("B4.validation-32", 0.0088),
    ]
    assert told[0].ours == pytest.approx(0.3, rel=1e-2)
    assert told[0].low is not None
