from __future__ import annotations

import numpy as np
import pytest

from trasunto.figures import label_efficiency, pictures
from trasunto.figures.theme import png
from trasunto.studies import STUDIES, pretraining, pretraining_facts
from trasunto.studies.pretraining_facts import Facts

LABELS = (10, 100, 1000)


def facts_of(seeds: int = 5, scatter: float = 0.002) -> Facts:
    means = np.array([(0.4, 0.6, 0.8), (0.3, 0.5, 0.7), (0.5, 0.65, 0.8)]).T[:, :, None]
    noise = scatter * np.random.default_rng(0).standard_normal((3, 3, seeds))
    return pretraining_facts.measure(LABELS, means + noise, 20)


def test_labels_are_on_a_logarithmic_axis_with_plain_numbers() -> None:
    figure = label_efficiency.draw(facts_of())
    for axes in figure.axes:
        assert axes.get_xscale() == "log"
        assert [tick.get_text() for tick in axes.get_xticklabels()] == ["10", "100", "1,000"]


def test_every_arm_is_drawn_and_named() -> None:
    facts = facts_of()
    figure = label_efficiency.draw(facts)
    by_title = {axes.get_title(loc="left"): axes for axes in figure.axes}
    accuracy = by_title["Accuracy"]
    legend = accuracy.get_legend()
    assert legend is not None
    assert [text.get_text() for text in legend.get_texts()] == ["from scratch", "encoder frozen", "encoder fine-tuned"]
    tuned = by_title["Encoder fine-tuned, less scratch"].lines[-1]
    gains = [gain for gain in facts.gains if gain.arm == "fine-tuned"]
    assert list(np.asarray(tuned.get_ydata())) == pytest.approx([100 * gain.difference for gain in gains])


def test_the_accuracy_axis_stays_between_none_and_all() -> None:
    (accuracy,) = [
        axes
        for axes in label_efficiency.draw(facts_of(seeds=2, scatter=0.2)).axes
        if axes.get_title(loc="left") == "Accuracy"
    ]
    low, high = accuracy.get_ylim()
    assert low >= 0.0
    assert high <= 1.0


@pytest.mark.parametrize(("seeds", "covered"), [(5, True), (1, False)])
def test_the_caption_says_what_intervals_cover(seeds: int, covered: bool) -> None:
    found, settings = STUDIES["pretraining"].found, pretraining.Settings()
    findings = found(facts_of(seeds), settings)
    (picture,) = pictures(findings)
    assert picture.name == "a8-labels"
    assert ("95 % t-intervals over 5 seeds, each with its own encoder" in picture.caption) is covered
    assert png(picture.figure).startswith(b"\x89PNG")
