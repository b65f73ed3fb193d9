from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from trasunto.studies.demonstration_facts import Facts, Shown, measure
from trasunto.studies.demonstration_verdict import comparisons, conclude
from trasunto.studies.papers import DRAWING_ERRORS
from trasunto.studies.subject import Subject

PAPERS = Subject(paper=True, images=True)
PIXELS = np.zeros((2, 4))
SHOWN = Shown("mnist", 512, (2, 2), ("training image 485", "test image 485"), ("8", "0"), PIXELS, paper=True)


def facts_of(errors: dict[int, tuple[float, float]], shown: Shown = SHOWN, seeds: int = 1) -> Facts:
    """Facts in which the two images have these errors after each epoch."""
    drawn = {epoch: [np.sqrt(np.array(pair))[:, None] + PIXELS] * seeds for epoch, pair in errors.items()}
    return measure(shown, drawn, {epoch: [pair[1]] for epoch, pair in errors.items()})


def papers(training: float = 1.0, test: float = 0.5) -> dict[int, tuple[float, float]]:
    return {epoch: (training * error, test * error) for epoch, error in DRAWING_ERRORS.items()}


def test_the_verdict_is_about_the_first_image_and_its_course() -> None:
    told, _ = conclude(facts_of({0: (0.23, 0.2), 10: (0.04, 0.03)}))
    assert told == (
        "The drawing of training image 485 comes closer at every epoch shown: its error falls from 0.2300 after "
        "0 epochs to 0.0400 after 10, 0.20 per pixel."
    )


def test_a_drawing_that_gets_worse_is_called_so() -> None:
    assert "does not come closer" in conclude(facts_of({0: (0.23, 0.2), 10: (0.3, 0.3)}))[0]


def test_a_step_backwards_is_named() -> None:
    told, _ = conclude(facts_of({0: (0.23, 0.2), 10: (0.04, 0.03), 50: (0.05, 0.03)}))
    assert "though not at every step (not between epochs 10 and 50)" in told


def test_one_epoch_alone_has_no_course() -> None:
    told, _ = conclude(facts_of({1: (0.23, 0.2)}))
    assert told == "After 1 epoch the drawing of training image 485 has an error of 0.2300."


def test_where_the_papers_picture_comes_from_is_said_with_the_labels_found() -> None:
    details = conclude(facts_of(papers()), PAPERS)[1]
    assert "is a 0 in the test file and an 8 in the training file" in details[-1]


def test_the_image_that_follows_the_papers_errors_is_the_one_that_does() -> None:
    assert "errors of training image 485 follow the paper's" in conclude(facts_of(papers(1.02, 0.5)), PAPERS)[1][-1]
    assert "errors of test image 485 follow the paper's" in conclude(facts_of(papers(0.5, 1.02)), PAPERS)[1][-1]
    assert "at most 2.0 % away" in conclude(facts_of(papers(1.02, 0.5)), PAPERS)[1][-1]


def test_before_the_papers_epochs_nothing_is_said_of_its_errors() -> None:
    details = conclude(facts_of({0: (0.23, 0.2), 3: (0.06, 0.05)}), PAPERS)[1]
    assert "training file" in details[-1]
    assert "follow" not in details[-1]


def test_other_rows_and_other_images_get_no_word_about_the_paper() -> None:
    assert not any("paper" in detail for detail in conclude(facts_of(papers()))[1])
    facts = facts_of(papers(), replace(SHOWN, names=("training image 1", "test image 485")))
    assert not any("paper" in detail for detail in conclude(facts, PAPERS)[1])
    assert comparisons(facts) == ()


def test_every_number_of_the_paper_stands_beside_ours() -> None:
    found = comparisons(facts_of(papers(), seeds=3))
    assert [(one.id, one.paper) for one in found] == [(f"A6.epoch-{e}", error) for e, error in DRAWING_ERRORS.items()]
    assert [one.ratio for one in found] == pytest.approx([1.0] * 5)
    assert {one.note for one in found} == {"mean of 3 seeds"}


def test_a_number_of_the_paper_that_was_not_reached_is_kept_without_ours() -> None:
    found = comparisons(facts_of({0: (0.23, 0.2), 3: (0.06, 0.05)}))
    assert [one.ours is None for one in found] == [False, True, True, True, True]
    assert found[-1].note == "not drawn: this run shows epochs 0 and 3"


def test_the_seed_that_went_on_alone_is_named() -> None:
    drawn = {0: [PIXELS + 0.5] * 3, 500: [PIXELS + 0.1]}
    details = conclude(measure(SHOWN, drawn, {}))[1]
    assert any("only that one was trained on to epoch 500" in detail for detail in details)
    assert any("One seed was trained" in detail for detail in conclude(facts_of(papers()))[1])
