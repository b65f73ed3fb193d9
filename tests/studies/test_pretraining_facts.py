from __future__ import annotations

import json
from dataclasses import asdict

import numpy as np
import pytest
from numpy.typing import NDArray

from trasunto.studies.pretraining_facts import ARMS, Facts, equivalent, gains_of, measure

LABELS = (10, 100, 1000)
SCRATCH = (0.4, 0.6, 0.8)


def accuracy(
    frozen: tuple[float, ...], tuned: tuple[float, ...], seeds: int = 5, scatter: float = 1e-3
) -> NDArray[np.float64]:
    """Accuracies (numbers of labels, arms, seeds) around these means, scratch at 0.4, 0.6 and 0.8."""
    means = np.array([SCRATCH, frozen, tuned]).T[:, :, None]
    return means + scatter * np.random.default_rng(0).standard_normal((3, 3, seeds))


def facts_of(frozen: tuple[float, ...], tuned: tuple[float, ...], **how: float) -> Facts:
    return measure(LABELS, accuracy(frozen, tuned, **how), encoder_epochs=20)  # type: ignore[arg-type]


def test_facts_are_plain_values_by_arm_and_number_of_labels() -> None:
    facts = facts_of((0.3, 0.5, 0.7), (0.5, 0.7, 0.8))
    assert "NaN" not in json.dumps(asdict(facts))
    assert {score.arm for score in facts.scores} == set(ARMS)
    assert [score.labels for score in facts.of("frozen")] == list(LABELS)
    assert [score.accuracy.mean for score in facts.of("fine-tuned")] == pytest.approx([0.5, 0.7, 0.8], abs=2e-3)
    low, high = facts.of("scratch")[0].accuracy.low, facts.of("scratch")[0].accuracy.high
    assert low is not None
    assert high is not None
    assert low < 0.4 < high


def test_gains_are_paired_with_scratch_and_judged() -> None:
    gains = facts_of((0.3, 0.5, 0.7), (0.5, 0.7, 0.8)).gains
    assert [(gain.arm, gain.labels, gain.verdict) for gain in gains] == [
        ("frozen", 10, "less"),
        ("frozen", 100, "less"),
        ("frozen", 1000, "less"),
        ("fine-tuned", 10, "more"),
        ("fine-tuned", 100, "more"),
        ("fine-tuned", 1000, "open"),
    ]
    assert gains[3].difference == pytest.approx(0.1, abs=2e-3)


def test_what_seeds_share_does_not_blur_a_gain() -> None:
    shared = 0.05 * np.random.default_rng(1).standard_normal((3, 1, 5))
    gains = gains_of(LABELS, accuracy((0.3, 0.5, 0.7), (0.41, 0.61, 0.81)) + shared)
    assert {gain.verdict for gain in gains if gain.arm == "fine-tuned"} == {"more"}


def test_all_comparisons_are_adjusted_together() -> None:
    gains = gains_of(LABELS, accuracy((0.4, 0.6, 0.8), (0.4, 0.6, 0.8)))
    ratios = [gain.adjusted / gain.p for gain in gains if gain.adjusted is not None and gain.p]
    assert max(ratios) == pytest.approx(6.0)


def test_few_labels_with_the_encoder_are_worth_more_without() -> None:
    facts = facts_of((0.3, 0.5, 0.7), (0.5, 0.7, 0.9), scatter=0.0)
    saving = {(one.arm, one.labels): one for one in facts.savings}
    assert saving["fine-tuned", 10].equivalent == pytest.approx(10**1.5)
    assert saving["fine-tuned", 10].saved == pytest.approx(10**1.5 - 10)
    assert saving["fine-tuned", 1000].equivalent is None
    assert saving["frozen", 10].equivalent is None
    assert saving["frozen", 100].saved == pytest.approx(10**1.5 - 100)


@pytest.mark.parametrize(
    ("accuracy", "labels"), [(0.4, 10.0), (0.6, 100.0), (0.8, 1000.0), (0.5, 10**1.5), (0.39, None), (0.81, None)]
)
def test_labels_are_read_off_scratchs_curve(accuracy: float, labels: float | None) -> None:
    assert equivalent(LABELS, SCRATCH, accuracy) == pytest.approx(labels)


def test_a_curve_that_falls_is_read_where_it_first_gets_there() -> None:
    assert equivalent(LABELS, (0.4, 0.8, 0.7), 0.8) == pytest.approx(100.0)
