"""A5 and B4 on made-up errors: facts, where the gain stops, and what is said of it."""

from __future__ import annotations

import json
from dataclasses import asdict, replace

import numpy as np
import pytest
from numpy.typing import NDArray

from trasunto.studies.papers import LATENT_LOSSES
from trasunto.studies.sizes import hidden_size, latent_loss
from trasunto.studies.sizes.facts import Measured
from trasunto.studies.sizes.gain import GainFacts, enough, gaps_of, measure
from trasunto.studies.subject import Subject
from trasunto.studies.tabular_facts import Linear
from trasunto.studies.tabular_networks import latent_recipe, layer_table

PAPERS = Subject(paper=True)

SIZES = (64, 128, 256, 512)
LATENT = (4, 8, 16, 32)


def final(*errors: float, seeds: int = 3) -> NDArray[np.float64]:
    """Last errors (sizes, seeds) whose pairs differ by nearly the same."""
    scatter = 1e-4 * np.random.default_rng(0).standard_normal((len(errors), seeds))
    return np.array(errors)[:, None] * (1 + scatter)


def facts_of(
    *errors: float, sizes: tuple[int, ...] = SIZES, seeds: int = 3, linear: tuple[float, ...] = (0.5,) * 4
) -> GainFacts:
    last = final(*errors, seeds=seeds)
    test = np.stack([np.full_like(last, 1.0), 1.25 * last, last], axis=2)
    train = 0.9 * test
    train[..., 0] = np.nan
    sizes = sizes[: len(errors)]
    tables = [layer_table(latent_recipe(size).network, 29) for size in sizes]
    lines = [Linear(min(29, size), left, left) for size, left in zip(sizes, linear, strict=False)]
    return measure(Measured(sizes, tables, lines, train, test, features=29), worthwhile=0.05)


def verdicts(*errors: float, seeds: int = 3) -> list[str]:
    return [gap.verdict for gap in gaps_of(SIZES[:3], final(*errors, seeds=seeds), 0.05)]


def detail(facts: GainFacts, word: str, subject: Subject = PAPERS) -> str:
    return next(sentence for sentence in latent_loss.conclude(facts, subject)[1] if word in sentence)


def test_facts_are_plain_values() -> None:
    facts = facts_of(0.3, 0.15, 0.03, 0.01, sizes=LATENT)
    assert "NaN" not in json.dumps(asdict(facts))
    assert (facts.features, facts.epochs, facts.seeds, facts.diverged) == (29, 2, 3, 0)
    assert facts.untrained == pytest.approx(1.0)
    size = facts.sizes[2]
    assert size.train.mean[0] is None
    assert size.test.mean == pytest.approx((1.0, 1.25 * 0.03, 0.03), rel=1e-2)
    assert size.train_error.mean == pytest.approx(0.027, rel=1e-2)
    assert size.last_fall == pytest.approx(0.2)
    assert facts.sizes[3].table.parameters == 28349


def test_each_size_is_set_beside_pca_by_its_whole_interval() -> None:
    sizes = facts_of(0.3, 0.15, 0.03, 0.01, linear=(0.5, 0.1, 0.03, 1e-30)).sizes
    assert [size.against_pca for size in sizes] == ["less", "more", "open", "more"]
    assert sizes[0].times_pca == pytest.approx(0.6, rel=1e-3)
    assert sizes[3].times_pca is None
    assert facts_of(0.3, seeds=1).sizes[0].against_pca == "open"


def test_a_gap_is_absolute_relative_and_per_doubling() -> None:
    (gap,) = gaps_of((64, 256), final(0.04, 0.01), 0.05)
    assert gap.difference == pytest.approx(0.03, rel=1e-3)
    assert gap.relative == pytest.approx(0.75, rel=1e-3)
    assert gap.per_doubling == pytest.approx(0.5, rel=1e-2)
    assert gap.low is not None
    assert gap.low < gap.difference


@pytest.mark.parametrize(
    ("errors", "expected"),
    [
        ((0.04, 0.03, 0.02), ["more", "more"]),
        ((0.04, 0.03, 0.0297), ["more", "alike"]),
        ((0.04, 0.0397, 0.03), ["alike", "more"]),
        ((0.03, 0.03, 0.04), ["alike", "less"]),
    ],
)
def test_a_gap_is_judged_by_its_size(errors: tuple[float, ...], expected: list[str]) -> None:
    assert verdicts(*errors) == expected


def test_one_seed_leaves_every_gap_open() -> None:
    assert verdicts(0.04, 0.03, 0.02, seeds=1) == ["open", "open"]


def test_scatter_as_large_as_the_gap_leaves_it_open() -> None:
    noisy = np.array([[0.04, 0.03, 0.05], [0.039, 0.036, 0.03]])
    assert [gap.verdict for gap in gaps_of((64, 128), noisy, 0.05)] == ["open"]


def test_the_p_of_the_gaps_are_adjusted_together() -> None:
    gaps = gaps_of(SIZES[:3], final(0.04, 0.03, 0.02), 0.05)
    assert all(gap.p is not None and gap.adjusted is not None and gap.adjusted >= gap.p for gap in gaps)
    assert max((gap.adjusted or 0) / (gap.p or 1) for gap in gaps) == pytest.approx(2.0)


@pytest.mark.parametrize(
    ("errors", "size"),
    [
        ((0.04, 0.03, 0.0297), 128),
        ((0.04, 0.0397, 0.0395), 64),
        ((0.04, 0.0397, 0.05), 64),
        ((0.04, 0.03, 0.02), None),
        ((0.04, 0.0397, 0.03), None),
    ],
)
def test_enough_is_the_size_beyond_which_no_gap_is_a_gain(errors: tuple[float, ...], size: int | None) -> None:
    assert enough(gaps_of(SIZES[:3], final(*errors), 0.05)) == size


def test_the_order_is_counted_seed_by_seed() -> None:
    assert facts_of(0.3, 0.15, 0.03, 0.01).in_order == 3
    assert facts_of(0.3, 0.15, 0.2, 0.01).in_order == 0
    assert 0 < facts_of(0.3, 0.2, 0.2, 0.1, seeds=30).in_order < 30


@pytest.mark.parametrize(
    ("errors", "says"),
    [
        ((0.04, 0.03, 0.02, 0.0199), "More hidden units lower the error up to 256, where the gain stops: "),
        (
            (0.04, 0.0399, 0.0398, 0.0397),
            "64 hidden units are enough, since no step up to 512 lowers the error by 5.0 %",
        ),
        ((0.04, 0.03, 0.02, 0.015), "More hidden units lower the error, and the gain does not stop between 64 and 512"),
    ],
)
def test_the_verdict_follows_where_the_gain_stops(errors: tuple[float, ...], says: str) -> None:
    verdict = hidden_size.conclude(facts_of(*errors))[0]
    assert verdict.startswith(says)
    assert ": after 2 epochs the test error is 0.0400 with 64, " in verdict


def test_the_verdict_says_what_the_seeds_cannot() -> None:
    facts = facts_of(0.04, 0.03, 0.02, 0.015)

    def with_open(place: int) -> str:
        gaps = list(facts.gaps)
        gaps[place] = replace(gaps[place], verdict="open")
        return hidden_size.conclude(replace(facts, gaps=tuple(gaps)))[0]

    assert with_open(0).startswith("More hidden units lower the error up to 512, although 3 seeds cannot tell at every")
    assert with_open(2).startswith("More hidden units lower the error up to 256, and 3 seeds cannot tell whether the")
    alone = hidden_size.conclude(facts_of(0.04, 0.03, 0.02, 0.015, seeds=1))[0]
    assert alone.startswith("1 seed cannot tell whether more hidden units lower the error")


def test_one_size_alone_has_no_gap() -> None:
    told, details = latent_loss.conclude(facts_of(0.3, sizes=LATENT))
    assert told == "One size cannot say where the gain stops: the test error is 0.3000 with 4 latent units."
    assert not any("each larger" in sentence for sentence in details)


def test_every_gap_is_told_with_interval_and_test() -> None:
    details = hidden_size.conclude(facts_of(0.04, 0.03, 0.02, 0.015))[1]
    assert details[0].startswith("128 hidden units have a test error 0.0100 lower than 64, 25 % lower per doubling (")
    assert "difference 0.01" in details[0]
    assert details[0].endswith("after Holm, paired t).")
    assert hidden_size.conclude(facts_of(0.04, 0.03, seeds=1))[1][0].endswith("one seed allows no test.")


def test_the_verdict_names_the_sizes_at_which_pca_is_better() -> None:
    assert "PCA" not in latent_loss.conclude(facts_of(0.3, 0.15, 0.03, 0.01))[0]
    told = latent_loss.conclude(facts_of(0.3, 0.15, 0.03, 0.01, sizes=LATENT, linear=(0.5, 0.1, 0.5, 1e-30)))[0]
    assert told.endswith("; with 8 and 32, PCA has a lower error.")


def test_every_side_of_pca_is_told() -> None:
    facts = facts_of(0.3, 0.15, 0.03, 0.01, sizes=LATENT, linear=(0.5, 0.15, 0.01, 1e-30))
    sentence = detail(facts, "On test rows, PCA")
    assert "a lower error than the network with 16 latent units (0.0100 against 0.0300)" in sentence
    assert "a higher error than the network with 4 latent units (0.5000 against 0.3000)" in sentence
    assert "an error that the seeds cannot tell from that of the network with 8 latent units" in sentence


def test_sizes_at_which_nothing_is_compressed_are_named() -> None:
    assert detail(facts_of(0.3, 0.15, 0.03, 0.01, sizes=LATENT), "compressed").startswith(
        "With 32 latent units nothing"
    )
    assert not any("compressed" in sentence for sentence in latent_loss.conclude(facts_of(0.3, sizes=LATENT))[1])


def test_seeds_left_out_are_told() -> None:
    facts = facts_of(0.3, 0.15)
    assert "1 seed left out" in detail(replace(facts, diverged=1), "left out")
    assert not any("left out" in sentence for sentence in latent_loss.conclude(facts)[1])


def test_the_papers_words_on_hidden_units_are_judged_by_the_gaps() -> None:
    def claims(*errors: float) -> str:
        details = hidden_size.conclude(facts_of(*errors), PAPERS)[1]
        return next(sentence for sentence in details if "paper's answer" in sentence)

    assert '"64 units are too few" is borne out' in claims(0.04, 0.03, 0.02, 0.0199)
    assert '"256 and 512 units hardly differ" is borne out' in claims(0.04, 0.03, 0.02, 0.0199)
    assert '"64 units are too few" is not borne out' in claims(0.03, 0.0299, 0.02, 0.015)
    assert '"256 and 512 units hardly differ" is not borne out' in claims(0.03, 0.0299, 0.02, 0.015)


def test_the_papers_words_stand_beside_the_gaps() -> None:
    too_few, alike = hidden_size.comparisons(facts_of(0.04, 0.03, 0.02, 0.0199))
    assert (too_few.id, too_few.paper) == ("A5.gap-64-128", None)
    assert too_few.ours == pytest.approx(0.25, rel=1e-2)
    assert (alike.id, alike.paper_says) == ("A5.gap-256-512", "256 and 512 units hardly differ")
    assert hidden_size.comparisons(facts_of(0.04)) == ()


def test_the_papers_order_of_latent_sizes_is_judged() -> None:
    assert detail(facts_of(0.3, 0.15, 0.03, 0.01), "the paper's order").startswith("In 3 of 3 seeds")
    assert detail(facts_of(0.3, 0.15, 0.2, 0.01), "the paper's order").startswith("In 0 of 3 seeds")
    assert not any("paper" in sentence for sentence in latent_loss.conclude(facts_of(0.3, 0.15))[1])


def test_the_papers_two_columns_stand_beside_our_one() -> None:
    told = latent_loss.comparisons(facts_of(0.3, 0.15, 0.03, 0.01, sizes=LATENT))
    assert {one.id: one.paper for one in told} == {
        f"B4.{column}-{size}": losses[size] for column, losses in LATENT_LOSSES.items() for size in LATENT
    }
    assert told[0].ours == pytest.approx(0.3, rel=1e-2)
    assert told[0].low is not None
