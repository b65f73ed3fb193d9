from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import asdict
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from trasunto.data import Table
from trasunto.figures.sweep import pictures
from trasunto.report.facts import plain
from trasunto.report.tables import tabulate
from trasunto.search import Sweep
from trasunto.search.facts import Facts, front, measure
from trasunto.search.importance import importances
from trasunto.search.measures import MEASURES
from trasunto.search.trials import DIVERGED, FINISHED, PRUNED, RUNNING, Result, Trial
from trasunto.search.verdict import conclude, question
from trasunto.spec.space import Assignment
from trasunto.spec.space_reading import read_space
from trasunto.studies import Findings

Make = Callable[..., Sweep]


def trial(number: int, values: Sequence[float], state: str = FINISHED, *, round: int = 0, **more: Any) -> Trial:
    design: Assignment = {"width": 4 + number, "latent": 1 + number % 3, "learning_rate": 0.01}
    of = {"test_loss": tuple(values)} | more
    return Trial(number, round, design, state, (Result(round, 9, of),))


@pytest.fixture
def six(make: Make, table: Table) -> Callable[..., Facts]:
    """Facts of designs with these values over six seeds."""

    def facts(*designs: Sequence[float], **changes: Any) -> Facts:
        sweep = make(**{"seeds": len(designs[0]), **changes})
        return measure(sweep, table, [trial(i, values) for i, values in enumerate(designs)], "budget", 3.0)

    return facts


STEADY = np.array([1.0, 1.1, 0.9, 1.05, 0.95, 1.02])


def test_designs_are_ranked_by_the_mean_and_ties_share_the_first_rank(six: Callable[..., Facts]) -> None:
    nearly = STEADY + np.array([0.02, -0.01, 0.015, -0.02, 0.01, 0.005])
    facts = six(STEADY + 1, nearly, STEADY)
    assert [design.trial for design in facts.designs] == [2, 1, 0]
    assert [design.tied for design in facts.designs] == [True, True, False]
    assert [line.rank for line in facts.ranking] == ["1=", "1=", "3"]
    assert facts.designs[0].p is None
    assert (facts.designs[2].p or 1) < 0.001
    verdict, _ = conclude(facts)
    assert verdict.startswith("Best of 3 designs that finished: width 6, latent 3")
    assert verdict.endswith("over 6 seeds it cannot be told apart from 1 of the 2 others.")


def test_a_verdict_turns_when_the_facts_do(six: Callable[..., Facts]) -> None:
    assert conclude(six(STEADY, STEADY + 1))[0].endswith("over 6 seeds it can be told apart from all others.")
    assert conclude(six(STEADY, STEADY))[0].endswith("it cannot be told apart from the other one.")
    assert conclude(six([1.0], [2.0]))[0].endswith("; one seed cannot rank; ask for 3.")
    assert conclude(six(STEADY))[0].endswith("there is none to compare it with.")
    assert "Best of 2" in conclude(six(STEADY, STEADY + 1))[0]


def test_too_few_seeds_rank_nothing_and_say_how_many_would(six: Callable[..., Facts]) -> None:
    far = [[1.0 + 0.5 * i, 1.2 + 0.6 * i] for i in range(12)]
    facts = six(*far)
    assert [design.tied for design in facts.designs] == [None] * 12
    assert [line.rank for line in facts.ranking] == [str(place + 1) for place in range(12)]
    verdict, details = conclude(facts)
    assert verdict.endswith("; 2 seeds cannot rank; ask for 5.")
    assert any(told.startswith("With 5 seeds a difference of 3 standard deviations") for told in details)
    five = six(*([*mean, *mean, mean[0]] for mean in far))
    assert five.designs[0].tied is True
    assert "cannot rank" not in conclude(five)[0]


def test_why_nothing_is_said_to_matter_is_said(six: Callable[..., Facts]) -> None:
    def told(facts: Facts) -> str:
        return next(one for one in conclude(facts)[1] if one.startswith(("No importances", "Most important")))

    assert told(six(STEADY, STEADY + 1)) == "No importances from 2 designs: at least 10 are needed."
    assert told(six(*[STEADY] * 12)) == "No importances: the designs or their results do not differ."
    chance = np.random.default_rng(5).normal(size=12)
    noise = six(*(STEADY + shift for shift in chance))
    assert noise.importances is not None
    assert not noise.importances.trusted
    assert told(noise).startswith("No importances: a random forest predicts the ranks of 12 designs poorly")
    assert "sweep-importances" not in names_of_pictures(noise)
    grown = six(*(STEADY + shift for shift in range(12)))
    assert told(grown).startswith("Most important for the loss on held-out rows")
    assert "sweep-importances" in names_of_pictures(grown)


def names_of_pictures(facts: Facts) -> set[str]:
    return {one.name for one in pictures(Findings("sweep", (), "", "", (), facts, (), {}, "", 1.0))}


def test_a_measure_that_is_better_when_higher_ranks_the_other_way(make: Make, table: Table) -> None:
    trials = [trial(0, (0.0, 0.0), linear_auroc=(0.7, 0.6)), trial(1, (0.0, 0.0), linear_auroc=(0.9, 0.8))]
    facts = measure(make(measure="linear_auroc", seeds=2), table, trials, "budget", 1.0)
    assert [design.trial for design in facts.designs] == [1, 0]
    assert facts.course[-1].best == pytest.approx(0.85)
    assert question(facts).startswith("Which design of the space has the highest linear AUROC")


def test_two_measures_have_a_front(make: Make, table: Table) -> None:
    sweep = make(measure=["test_loss", "parameters"], seeds=2)
    designs = [(0.3, 100.0), (0.2, 200.0), (0.25, 300.0), (0.1, 400.0)]
    trials = [trial(i, (loss, loss + 0.01), parameters=(size, size)) for i, (loss, size) in enumerate(designs)]
    facts = measure(sweep, table, trials, "budget", 1.0)
    assert {design.trial for design in facts.designs if design.front} == {0, 1, 3}
    _, details = conclude(facts)
    assert details[0].startswith("3 designs of 4 are on the Pareto front of loss on held-out rows and parameters")
    assert "test_loss 0.305 and parameters 100" in details[0]
    assert question(facts) == "Which design of the space has the best loss on held-out rows and parameters?"


@settings(deadline=None)
@given(st.lists(st.tuples(st.integers(0, 5), st.integers(0, 5)), min_size=1, max_size=20))
def test_a_front_is_what_nothing_beats(values: list[tuple[int, int]]) -> None:
    ahead = front([list(map(float, pair)) for pair in values], [MEASURES["test_loss"], MEASURES["auroc"]])
    for place, (loss, auroc) in enumerate(values):
        beaten = any(a <= loss and b >= auroc and (a, b) != (loss, auroc) for a, b in values)
        assert (place in ahead) != beaten


def test_what_did_not_finish_is_counted_and_never_ranked(make: Make, table: Table) -> None:
    trials = [
        trial(0, (0.5,)),
        trial(1, (None,), DIVERGED),  # type: ignore[arg-type]
        trial(2, (0.1,), PRUNED),
        trial(3, (0.2,), RUNNING),
        Trial(4, 0, {}, "refused", note="a constraint of the space forbids it"),
        Trial(5, 0, {}, "repeated", note="the same network as trial 0"),
    ]
    facts = measure(
        make(pruner="halving", rungs=[9], recipe={"epochs": 10}, space={"latent": [1, 2]}), table, [], "", 0
    )
    assert facts.designs == ()
    facts = measure(make(), table, trials, "space", 1.0)
    assert [design.trial for design in facts.designs] == [0]
    assert (facts.asked, facts.diverged, facts.pruned, facts.running, facts.refused, facts.repeated) == (
        4,
        1,
        1,
        1,
        1,
        1,
    )
    _, details = conclude(facts)
    told = " ".join(details)
    assert "1 proposal that broke a constraint or cannot be trained and 1 proposal that had been tried before" in told
    assert "no new designs were proposed" in told


def test_nothing_finished_is_said_so(make: Make, table: Table) -> None:
    lost = measure(make(), table, [trial(0, (None,), DIVERGED)], "budget", 1.0)  # type: ignore[arg-type]
    assert conclude(lost)[0] == "None of 1 design finished: 1 diverged."
    refused = measure(
        make(), table, [Trial(0, 0, {}, "refused", note="a constraint of the space forbids it")], "space", 1
    )
    assert conclude(refused)[0] == "No design was trained: 1 proposal broke a constraint or could not be built."
    waiting = measure(make(), table, [trial(0, (0.1,), RUNNING)], "budget", 1.0)
    assert conclude(waiting)[0].startswith(
        "No design has finished yet: the budget (12 networks) ended with 1 design in training"
    )


def test_the_best_so_far_falls_and_starts_when_something_ended(make: Make, table: Table) -> None:
    trials = [trial(0, (0.5,)), trial(1, (0.7,)), trial(2, (0.6,), round=1), trial(3, (0.4,), round=2)]
    facts = measure(make(), table, trials, "budget", 1.0)
    assert [(step.networks, step.best) for step in facts.course] == [(2, 0.5), (3, 0.5), (4, 0.4)]


def test_pca_of_the_same_size_stands_beside_the_best(six: Callable[..., Facts], table: Table) -> None:
    facts = six(STEADY, STEADY + 1)
    assert facts.pca is not None
    assert facts.pca.components == 1
    rows, tests = table.values(), table.test.values()  # type: ignore[union-attr]
    centre = rows.mean(axis=0)
    axis = np.linalg.svd(rows - centre, full_matrices=False)[2][:1]
    left = (tests - centre) - (tests - centre) @ axis.T @ axis
    assert facts.pca.value == pytest.approx(float(np.square(left).mean()), rel=1e-4)


def test_facts_are_json_and_the_ranking_fits_on_a_page(six: Callable[..., Facts]) -> None:
    facts = six(*(STEADY + i for i in range(25)))
    tables, left_out = tabulate(plain(asdict(facts)))
    ranking = next(found for found in tables if found.title == "ranking")
    assert len(ranking.rows) == 20
    assert "ranking" not in left_out


def test_what_matters_is_found_and_what_does_not_is_not() -> None:
    space = read_space(
        {},
        {
            "width": {"integers": [1, 64]},
            "learning_rate": {"range": [1e-4, 0.1], "log": True},
            "corruption": ["", "gaussian"],
            "noise": {"range": [0.1, 0.9], "when": {"corruption": "gaussian"}},
            "latent": [8],
        },
    )
    designs = [space.draw(np.random.default_rng(i)) for i in range(60)]
    values = [float(design["width"]) + 5 * (design["corruption"] == "gaussian") for design in designs]
    found = importances(space, designs, [*values[:-1], float("inf")], "test_loss", 3)
    assert found is not None
    assert found.explained > 0.6
    assert {one.parameter for one in found.parameters} == {"width", "learning_rate", "corruption", "noise"}
    assert found.parameters[0].parameter == "width"
    assert {one.parameter: one.importance for one in found.parameters}["learning_rate"] < 0.1
    assert importances(space, designs[:9], values[:9], "test_loss", 3) is None
    assert importances(space, designs, [1.0] * 60, "test_loss", 3) is None
