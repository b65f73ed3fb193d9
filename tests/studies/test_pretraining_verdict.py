from __future__ import annotations

import numpy as np

from trasunto.studies.pretraining_facts import Facts, measure
from trasunto.studies.pretraining_verdict import comparisons, conclude
from trasunto.studies.subject import Subject

LABELS = (10, 100, 1000)


def facts_of(
    frozen: tuple[float, ...] = (0.4, 0.6, 0.8), tuned: tuple[float, ...] = (0.4, 0.6, 0.8), seeds: int = 5
) -> Facts:
    means = np.array([(0.4, 0.6, 0.8), frozen, tuned]).T[:, :, None]
    noise = 1e-3 * np.random.default_rng(0).standard_normal((3, 3, seeds))
    return measure(LABELS, means + noise - noise.mean(axis=2, keepdims=True), encoder_epochs=20)


def test_an_encoder_that_helps_is_said_to_with_how_much_and_where() -> None:
    told, details = conclude(facts_of(tuned=(0.5, 0.65, 0.8)))
    assert told.startswith("Yes, with 10 and 100 labels: fine-tuning the trained encoder adds up to 10.0 points")
    assert any("10 labels with a fine-tuned encoder do what scratch does with about 3" in d for d in details)


def test_an_encoder_that_makes_no_difference_is_said_to() -> None:
    told, details = conclude(facts_of())
    assert told.startswith("Not that 5 seeds could tell")
    assert "kept frozen" not in told
    assert "No saving of labels can be shown." in details


def test_an_encoder_that_costs_accuracy_is_said_to() -> None:
    told, _ = conclude(facts_of(tuned=(0.4, 0.6, 0.7)))
    assert told.startswith("No: with 1,000 labels, fine-tuning the trained encoder costs up to 10.")
    assert "helps with none" in told


def test_the_frozen_arm_is_judged_apart() -> None:
    assert "kept frozen, it does worse with every number of labels." in conclude(facts_of(frozen=(0.3, 0.5, 0.7)))[0]
    mixed = conclude(facts_of(frozen=(0.5, 0.6, 0.7)))[0]
    assert mixed.endswith("kept frozen, it helps with 10 labels and does worse with 1,000 labels.")


def test_accuracy_beyond_scratchs_best_has_no_equivalent() -> None:
    details = conclude(facts_of(tuned=(0.4, 0.6, 0.95)))[1]
    assert any("1,000 labels with a fine-tuned encoder do what scratch does with none of these" in d for d in details)


def test_every_difference_is_told_with_its_interval_and_p() -> None:
    details = conclude(facts_of(tuned=(0.5, 0.65, 0.8)))[1]
    (tuned,) = [detail for detail in details if "a fine-tuned encoder adds to scratch" in detail]
    assert "+10.0 with 10 (+9." in tuned
    assert "Tested by paired t, Holm-adjusted over both arms." in tuned
    alone = conclude(facts_of(seeds=1))[1]
    assert not any("Tested by" in detail for detail in alone)


def test_how_it_was_trained_is_told() -> None:
    assert conclude(facts_of())[1][-1].startswith("Each encoder learnt from all training rows for 20 epochs")
    images = conclude(facts_of(), Subject(images=True))[1][-1]
    assert images.startswith("Each encoder learnt from all training images for 20 epochs")


def test_the_papers_words_stand_beside_each_gain() -> None:
    found = comparisons(facts_of(tuned=(0.5, 0.65, 0.8)))
    assert [one.id for one in found] == ["A8.gain-10", "A8.gain-100", "A8.gain-1000"]
    assert found[0].low is not None
    assert found[0].paper_says == "more convenient initial weights (said, not shown)"
