"""Pictures of searches: drawn from facts alone, whatever there is and is not to see."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import replace
from typing import Any

import numpy as np
import pytest

from trasunto.data import Table, from_arrays
from trasunto.figures.sweep import pictures
from trasunto.figures.theme import png
from trasunto.search.facts import Facts, measure
from trasunto.search.reading import read_sweep
from trasunto.search.trials import DIVERGED, FINISHED, PRUNED, Result, Trial
from trasunto.studies import Findings

SPACE = {
    "width": {"integers": [4, 64]},
    "latent": [1, 2, 3],
    "learning_rate": {"range": [1e-3, 0.1], "log": True},
    "corruption": ["", "gaussian"],
    "noise": {"range": [0.1, 0.9], "when": {"corruption": "gaussian"}},
    "tied": [True, False],
}
Found = Callable[..., Findings]


@pytest.fixture(scope="module")
def rows() -> Table:
    x = np.random.default_rng(0).normal(size=(60, 5))
    return from_arrays(x[:40], test=x[40:])


@pytest.fixture
def found(rows: Table) -> Found:
    """Findings of so many random designs, some of which left early or diverged."""

    def made(designs: int = 14, seeds: int = 3, **changes: Any) -> Findings:
        usual = {"recipe": {"epochs": 9}, "space": SPACE, "budget": {"networks": 99}, "sampler": "random"}
        sweep = read_sweep({**usual, "seeds": seeds, **changes}).sweep
        facts = measure(sweep, rows, [trial(sweep, number) for number in range(designs)], "budget", 1.0)
        return Findings("sweep", (), "Which?", "", (), facts, (), {}, "", 1.0)

    def trial(sweep: Any, number: int) -> Trial:
        design = sweep.space.draw(np.random.default_rng(number))
        loss = 10 / float(design["width"]) + float(design["learning_rate"])
        state, epoch = (PRUNED, 3) if number % 5 == 3 else (DIVERGED, 9) if number % 7 == 6 else (FINISHED, 9)
        values = tuple(None if state == DIVERGED else loss * (1 + 0.01 * seed) for seed in sweep.seeds)
        size = tuple(float(sweep.space.recipe(design).parameters(5)) for _ in sweep.seeds)
        of = {name: values if name == "test_loss" else size for name in sweep.measures}
        return Trial(number, number // 6, design, state, (Result(number // 6, epoch, of),))

    return made


def test_all_there_is_to_see_is_drawn_with_a_caption(found: Found) -> None:
    drawn = pictures(found(measure=["test_loss", "parameters"]))
    assert [one.name for one in drawn] == [
        "sweep-ranking",
        "sweep-front",
        "sweep-slices",
        "sweep-importances",
        "sweep-course",
    ]
    for picture in drawn:
        assert re.fullmatch(r"[a-z0-9]+(-[a-z0-9]+)*", picture.name)
        assert picture.caption.endswith(".")
        assert png(picture.figure).startswith(b"\x89PNG")
        assert not picture.shows_rows
    captions = {one.name: one.caption for one in drawn}
    assert "mean over 3 seeds" in captions["sweep-ranking"]
    assert "cannot be told from it" in captions["sweep-ranking"]
    assert "left early" in captions["sweep-slices"]


def test_one_seed_has_no_intervals_and_says_so(found: Found) -> None:
    captions = {one.name: one.caption for one in pictures(found(seeds=1))}
    assert "sweep-front" not in captions
    assert "one seed" in captions["sweep-ranking"]
    assert "intervals" not in captions["sweep-ranking"]


@pytest.mark.parametrize("designs", [1, 2, 3])
def test_few_designs_are_drawn_too(found: Found, designs: int) -> None:
    assert {"sweep-ranking", "sweep-slices", "sweep-course"} <= {one.name for one in pictures(found(designs))}


def test_where_nothing_finished_there_is_nothing_to_rank(found: Found) -> None:
    whole = found(3)
    facts: Facts = whole.facts
    lost = tuple(replace(one, state=DIVERGED, value=None) for one in facts.tried)
    course = tuple(replace(step, best=None) for step in facts.course)
    empty = replace(facts, designs=(), ranking=(), tried=lost, course=course, importances=None, pca=None)
    assert pictures(replace(whole, facts=empty)) == []


def test_a_slice_shows_only_designs_that_have_the_parameter(found: Found) -> None:
    whole = found()
    facts: Facts = whole.facts
    panels = {axes.get_xlabel(): axes for axes in pictures(whole)[1].figure.axes if axes.get_visible()}
    assert set(panels) == set(SPACE)
    noisy = [one for one in facts.tried if "noise" in one.assignment and one.value is not None]
    assert len(panels["noise"].lines) == len(noisy) < len(panels["width"].lines)
    assert [text.get_text() for text in panels["corruption"].get_xticklabels()] in (
        ["none", "gaussian"],
        ["gaussian", "none"],
    )
    assert panels["learning_rate"].get_xscale() == "log"
