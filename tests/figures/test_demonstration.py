from __future__ import annotations

import numpy as np
import pytest
from matplotlib.figure import Figure

from trasunto.figures import drawing_strip, pictures
from trasunto.figures.theme import png
from trasunto.studies import STUDIES, demonstration
from trasunto.studies.demonstration_facts import Facts, Shown, measure

PIXELS = np.linspace(0, 1, 2 * 6).reshape(2, 6)


def facts_of(names: tuple[str, ...] = ("training image 485", "test image 485"), seeds: int = 1) -> Facts:
    pixels = PIXELS[: len(names)]
    shown = Shown("mnist", 512, (3, 2), names, ("8", None)[: len(names)], pixels, paper=True)
    return measure(shown, {epoch: [pixels + 1 / (2 + epoch)] * seeds for epoch in (0, 1, 10)}, {})


def written(figure: Figure) -> list[list[str]]:
    return [[text.get_text() for text in axes.texts] for axes in figure.axes]


def test_every_image_has_a_strip_with_the_original_first() -> None:
    figure = drawing_strip.draw(facts_of())
    assert len(figure.axes) == 2 * 4
    assert [axes.get_title() for axes in figure.axes[:4]] == ["original", "untrained", "1 epoch", "10 epochs"]
    assert [figure.axes[place].get_ylabel() for place in (0, 4)] == ["training image 485", "test image 485"]
    original, drawn = (figure.axes[place].images[0].get_array() for place in (4, 7))
    assert np.asarray(original) == pytest.approx(PIXELS[1].reshape(3, 2), abs=1e-4)
    assert np.asarray(drawn) == pytest.approx(PIXELS[1].reshape(3, 2) + 1 / 12, abs=1e-4)


def test_each_drawing_has_its_error_and_the_papers_below() -> None:
    below = written(drawing_strip.draw(facts_of()))
    assert below[:4] == [
        ["labelled 8"],
        ["MSE 0.2500", "paper 0.2338"],
        ["MSE 0.1111"],
        ["MSE 0.0069", "paper 0.0513"],
    ]
    assert below[4:6] == [[], ["MSE 0.2500"]]


def test_black_is_0_and_white_is_1_in_every_picture() -> None:
    limits = {axes.images[0].get_clim() for axes in drawing_strip.draw(facts_of()).axes}
    assert limits == {(0.0, 1.0)}


@pytest.mark.parametrize(("seeds", "says"), [(1, "per pixel; in orange, the paper's."), (3, "the mean over 3 seeds")])
def test_the_caption_says_over_how_many_seeds_errors_are(seeds: int, says: str) -> None:
    found = STUDIES["demonstration"].found
    settings = demonstration.Settings()
    findings = found(facts_of(seeds=seeds), settings)
    (picture,) = pictures(findings)
    assert picture.name == "a6-drawings"
    assert says in picture.caption
    assert png(picture.figure).startswith(b"\x89PNG")


def test_one_image_is_one_strip() -> None:
    assert len(drawing_strip.draw(facts_of(("me.png",))).axes) == 4
