from __future__ import annotations

import numpy as np
import pytest

from trasunto.figures import loss_comparison, pictures
from trasunto.figures.theme import png
from trasunto.studies import STUDIES, loss, loss_facts
from trasunto.studies.loss_facts import Facts


def facts_of(seeds: int = 6) -> Facts:
    means = np.array([[0.05, 0.2], [0.03, 0.15]])[:, :, None]
    trained = means + 1e-3 * np.random.default_rng(0).standard_normal((2, 2, seeds))
    return loss_facts.measure(trained, np.full_like(trained, 0.7), floor=0.0581, epochs=20)


@pytest.mark.parametrize("seeds", [1, 6])
def test_each_measure_has_a_panel_with_every_seed_and_the_means(seeds: int) -> None:
    facts = facts_of(seeds)
    panels = loss_comparison.draw(facts).axes
    assert [axes.get_title(loc="left") for axes in panels] == ["Judged by squared error", "Judged by cross entropy"]
    for axes, measure in zip(panels, ("mse", "bce"), strict=True):
        pairs = [tuple(line.get_ydata()) for line in axes.lines if tuple(line.get_xdata()) == (0.0, 1.0)]  # type: ignore[arg-type]
        arms = [facts.arm(on, measure) for on in ("mse", "bce")]
        assert pairs == list(zip(arms[0].error.by_seed, arms[1].error.by_seed, strict=True))
        assert [text.get_text() for text in axes.texts] == [f"{arm.error.mean:.4f}" for arm in arms]


@pytest.mark.parametrize(("seeds", "covered"), [(6, True), (1, False)])
def test_the_caption_says_what_intervals_cover(seeds: int, covered: bool) -> None:
    found, settings = STUDIES["loss"].found, loss.Settings()
    findings = found(facts_of(seeds), settings)
    (picture,) = pictures(findings)
    assert picture.name == "a7-losses"
    assert ("95 % t-intervals over 6 seeds" in picture.caption) is covered
    assert picture.caption.endswith("possible on these rows is 0.0581.")
    assert png(picture.figure).startswith(b"\x89PNG")
