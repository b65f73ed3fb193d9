from __future__ import annotations

import re

import numpy as np
import pytest

from trasunto.figures import separation_measures, separation_pictures
from trasunto.figures.theme import Picture, png
from trasunto.studies import Findings
from trasunto.studies.separation_facts import MEASURES, Facts, Map, Points, Reference, Seen, Varied, measure


def facts_of(*, seeds: int = 3, varied: Varied = "layers", spaces: int = 2, auroc: float = 0.9) -> Facts:
    random = np.random.default_rng(0)

    def points(count: int) -> Points:
        return tuple((float(x), float(y)) for x, y in random.standard_normal((count, 2)))

    def seen(place: int) -> Seen:
        values = {name: (auroc - 0.05 * place + 0.02 * random.random(seeds)).tolist() for name in MEASURES}
        once = [1.0] * seeds
        return Seen(3 + 2 * place, 8 * (1 + place), "[8 relu]", 99, once, once, once, [0.001] * seeds, values)

    return measure(
        [seen(place) for place in range(spaces)],
        [Reference("the features as they are", 29, 0.97, 0.2, 0.2), Reference("PCA with 16 components", 16, 0.9, 0, 0)],
        [
            Map(space, method, (0.7, 0.2) if method == "pca" else None, points(20), points(9))
            for space in range(spaces)
            for method in ("pca", "tsne")
        ],
        varied=varied,
        epochs=100,
        asked=3,
        normals=2000,
        anomalies=473,
        worthwhile=(0.01, 0.05, 0.05),
    )


def drawn_of(facts: Facts) -> list[Picture]:
    return separation_pictures.pictures(Findings("", (), "", "", (), facts, (), {}, "", 0.0))


def by_name(facts: Facts) -> dict[str, Picture]:
    return {picture.name: picture for picture in drawn_of(facts)}


@pytest.mark.parametrize(("varied", "prefix"), [("layers", "b3"), ("latent", "b5")])
def test_the_pictures_have_names_and_captions(varied: Varied, prefix: str) -> None:
    drawn = by_name(facts_of(varied=varied))
    assert list(drawn) == [f"{prefix}-latent-space", f"{prefix}-separation"]
    for picture in drawn.values():
        assert re.fullmatch(r"[a-z0-9]+(-[a-z0-9]+)*", picture.name)
        assert picture.caption.endswith(".")
        assert png(picture.figure).startswith(b"\x89PNG")
    assert "20 held-out normal rows and 9 anomalies" in drawn[f"{prefix}-latent-space"].caption
    assert "95 % t-intervals over 3 seeds" in drawn[f"{prefix}-separation"].caption


def test_one_seed_has_no_interval_to_speak_of() -> None:
    assert all("interval" not in picture.caption for picture in drawn_of(facts_of(seeds=1)))


def test_no_space_is_no_picture() -> None:
    assert drawn_of(facts_of(spaces=0)) == []


def test_every_measure_has_a_panel_with_seeds_means_and_references() -> None:
    facts = facts_of()
    panels = separation_measures.draw(facts).axes
    assert [panel.get_title(loc="left") for panel in panels] == ["Linear AUROC", "Silhouette", "Energy coefficient"]
    first = panels[0]
    assert [tick.get_text() for tick in first.get_xticklabels()] == ["3", "5"]
    lines = {line.get_label(): line for line in first.lines}
    assert np.asarray(lines["the features as they are"].get_ydata())[0] == 0.97
    means = [space.measures["linear_auroc"].mean for space in facts.spaces]
    assert lines["latent space, mean of seeds"].get_ydata() == pytest.approx(means)
    written = [text.get_text() for text in first.texts]
    assert written == [f"{facts.contrasts[0].difference:+.3f}\n{_words(facts)}"]


def _words(facts: Facts) -> str:
    return {"less": "closer together", "open": "open"}[facts.contrasts[0].verdict]


def test_an_auroc_axis_ends_at_one() -> None:
    panels = separation_measures.draw(facts_of(auroc=0.99)).axes
    assert panels[0].get_ylim()[1] <= 1.0
