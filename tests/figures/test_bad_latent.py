from __future__ import annotations

import re

import numpy as np
import pytest

from trasunto.figures import bad_latent, error_histogram, error_strip, latent_usage
from trasunto.figures.theme import Picture, png
from trasunto.studies import Findings
from trasunto.studies.bad_latent import Settings
from trasunto.studies.bad_latent_facts import Facts
from trasunto.studies.bad_latent_measures import Seen, measure, numbers_of
from trasunto.studies.separation_rows import RowsApart


def facts_of(*, seeds: int = 3, responding: int = 2, spaces: int = 2) -> Facts:
    random = np.random.default_rng(0)
    x = np.concatenate([random.standard_normal((50, 6)), 4 + random.standard_normal((12, 6))]).astype(np.float32)
    rows = RowsApart(x, np.repeat([False, True], [50, 12]))

    def seen(l1: float, units: int) -> Seen:
        latent = np.maximum(x, 0)
        latent[:, units:] = 0
        scores = np.square(x).mean(axis=1, dtype=np.float64) * (1 if l1 else 0.1)
        numbers = {name: [value] * seeds for name, value in numbers_of(latent, scores, rows).items()}
        for name in ("train_loss", "test_loss", "train_error", "test_error"):
            numbers[name] = [0.8 if l1 else 0.1] * seeds
        return Seen("bad" if l1 else "control", "[6 relu]", l1, 99, numbers, latent, scores)

    arms = [seen(0.1, responding), seen(0.0, 6)][:spaces]
    return measure(arms, rows, (1.0, 0.8, 0.6, 0.4, 0.2, 0.1, 0.0), Settings().limits, epochs=30, asked=3, shown=9)


def drawn_of(facts: Facts) -> list[Picture]:
    return bad_latent.pictures(Findings("bad-latent", ("B6",), "Bad?", "Bad.", (), facts, (), {}, "Yes.", seconds=0.0))


@pytest.mark.parametrize("responding", [2, 0])
def test_the_pictures_have_names_and_captions_even_of_a_dead_space(responding: int) -> None:
    drawn = drawn_of(facts_of(responding=responding))
    assert [picture.name for picture in drawn] == [
        *("b6-latent-space", "b6-latent-units"),
        *("b6-error-histogram", "b6-error-strip"),
    ]
    for picture in drawn:
        assert re.fullmatch(r"[a-z0-9]+(-[a-z0-9]+)*", picture.name)
        assert picture.caption.endswith(".")
        assert png(picture.figure).startswith(b"\x89PNG")
    assert "50 held-out normal rows and 12 anomalies" in drawn[2].caption
    assert "9 held-out normal rows and 9 anomalies" in drawn[3].caption


def test_no_space_is_no_picture() -> None:
    assert drawn_of(facts_of(spaces=0)) == []


def test_every_unit_has_a_bar_and_dead_ones_have_none_to_see() -> None:
    facts = facts_of()
    above, _, below, _ = latent_usage.draw(facts).axes
    heights = [bar.get_height() for bar in above.patches]  # type: ignore[attr-defined]
    assert heights == [unit.active for unit in facts.arm("bad").units]
    assert [height > 0 for height in heights] == [True] * 2 + [False] * 4
    assert len(below.patches) == 6
    assert above.get_title(loc="left") == "Latent activity L1 0.1"


@pytest.mark.parametrize(("units", "numbered"), [(1, [1]), (6, [1, 2, 3, 4, 5, 6]), (32, [1, *range(4, 33, 4)])])
def test_some_units_are_numbered_among_them_the_first_and_the_last(units: int, numbered: list[int]) -> None:
    assert latent_usage._numbers(units) == numbered


def test_histograms_show_shares_on_one_logarithmic_axis() -> None:
    facts = facts_of()
    above, below = error_histogram.draw(facts).axes
    assert above.get_xscale() == below.get_xscale() == "log"
    assert above.get_xlim() == below.get_xlim()
    assert above.get_title(loc="left") == f"Latent activity L1 0.1: AUROC {facts.arm('bad').first.auroc:.3f}"
    assert below.get_title(loc="left").startswith("Without the penalty: AUROC")
    assert above.get_ylim()[1] <= 1.05


def test_strips_show_every_point_and_its_median() -> None:
    facts = facts_of()
    (axes,) = error_strip.draw(facts).axes
    assert [tick.get_text() for tick in axes.get_yticklabels()] == [
        *("L1 0.1, normal", "L1 0.1, anomalies"),
        *("no penalty, normal", "no penalty, anomalies"),
    ]
    assert [np.shape(one.get_offsets()) for one in axes.collections] == [(9, 2)] * 4
    medians = [np.asarray(line.get_xdata())[0] for line in axes.lines]
    assert medians[1] == np.median(facts.arm("bad").errors.some_anomalies)
    assert axes.get_xscale() == "log"
