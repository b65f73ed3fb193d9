from __future__ import annotations

import re

import numpy as np
import pytest

from trasunto.analysis.baselines import LinearBaseline
from trasunto.figures import hidden_size_curves, pictures, size_gain
from trasunto.figures.theme import Picture, png
from trasunto.studies import STUDIES, hidden_size
from trasunto.studies.hidden_size import Facts

HIDDEN = (64, 128, 256, 512)


def facts_of(*, seeds: int = 3, epochs: int = 30, linear: float = 0.004, sizes: int = 4) -> Facts:
    hidden = HIDDEN[:sizes]
    last = np.array([0.04, 0.03, 0.02, 0.0199])[:sizes, None, None]
    scatter = 1e-4 * np.random.default_rng(0).standard_normal((sizes, seeds, 1))
    test = (last + scatter) * (1 + np.exp(-np.arange(epochs + 1) / 5))
    train = 1.1 * test
    train[..., 0] = np.nan
    baselines = [LinearBaseline(units, linear, linear) for units in hidden]
    return hidden_size.measure(hidden, hidden, train, test, baselines, worthwhile=0.05)


def drawn_of(facts: Facts) -> list[Picture]:
    settings = hidden_size.Settings()
    found = STUDIES["hidden-size"].found
    return pictures(found(verdict="", details=(), facts=facts, settings=settings, comparisons=(), seconds=0.0))


def test_the_pictures_have_names_and_captions_that_say_what_intervals_cover() -> None:
    drawn = drawn_of(facts_of())
    assert [picture.name for picture in drawn] == ["a5-curves", "a5-gain"]
    for picture in drawn:
        assert re.fullmatch(r"[a-z0-9]+(-[a-z0-9]+)*", picture.name)
        assert png(picture.figure).startswith(b"\x89PNG")
    assert drawn[1].caption.endswith("Bars: 95 % t-intervals over 3 seeds, paired.")


def test_one_seed_has_no_interval_to_speak_of() -> None:
    assert all("interval" not in picture.caption for picture in drawn_of(facts_of(seeds=1)))


def test_one_size_alone_is_drawn_as_curves_only() -> None:
    assert len(drawn_of(facts_of(sizes=1))) == 1


def test_errors_are_of_features_unless_the_rows_are_images() -> None:
    facts = facts_of()
    for per, axes in (
        ("feature", size_gain.draw(facts).axes[0]),
        ("pixel", size_gain.draw(facts, per="pixel").axes[0]),
    ):
        assert axes.get_ylabel() == f"test error (MSE per {per})"
    assert hidden_size_curves.draw(facts).axes[0].get_ylabel() == "error (MSE per feature)"


def test_a_pca_that_leaves_nothing_is_not_drawn() -> None:
    drawn = drawn_of(facts_of(linear=1e-30))[1]
    legend = drawn.figure.axes[0].get_legend()
    assert legend is not None
    assert [text.get_text() for text in legend.get_texts()] == ["network"]
    assert "PCA with as many components leaves none" in drawn.caption


def test_nothing_is_drawn_where_every_network_diverged() -> None:
    nothing = np.zeros((0, 0, 6))
    assert drawn_of(hidden_size.measure((), (), nothing, nothing, (), worthwhile=0.05, lost=HIDDEN)) == []


def test_curves_begin_with_the_first_epoch_and_sizes_are_named() -> None:
    facts = facts_of()
    left, right = hidden_size_curves.draw(facts).axes
    legend = right.get_legend()
    assert legend is not None
    assert [text.get_text() for text in legend.get_texts()] == ["64", "128", "256", "512"]
    thick = [line for line in right.lines if line.get_label() in ("64", "512")]
    assert [np.asarray(line.get_xdata())[0] for line in thick] == [1, 1]
    assert thick[1].get_ydata() == pytest.approx(np.array(facts.curves[3].mean_test[1:], dtype=float))
    assert left.get_title(loc="left") == "Training (dropout on)"


def test_the_gain_panel_shows_each_gap_with_its_judgement() -> None:
    facts = facts_of()
    errors, gaps = size_gain.draw(facts).axes
    assert [tick.get_text() for tick in errors.get_xticklabels()] == ["64", "128", "256", "512"]
    assert [tick.get_text() for tick in gaps.get_xticklabels()] == ["64 to 128", "128 to 256", "256 to 512"]
    written = [text.get_text() for text in gaps.texts]
    assert written[0] == f"{100 * facts.gaps[0].per_doubling:.1f} %\na gain"
    assert "hardly differs" in written[2]


def test_a_linear_baseline_that_leaves_nothing_does_not_stretch_the_axis() -> None:
    errors = size_gain.draw(facts_of(linear=1e-30)).axes[0]
    assert errors.get_ylim()[0] > 1e-3
