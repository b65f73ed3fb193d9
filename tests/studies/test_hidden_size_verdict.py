from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from trasunto.analysis.baselines import LinearBaseline
from trasunto.studies.hidden_size_facts import Facts, measure
from trasunto.studies.hidden_size_verdict import comparisons, conclude
from trasunto.studies.subject import Subject

PAPERS = Subject(paper=True, images=True)

HIDDEN = (64, 128, 256, 512)


def facts_of(
    *errors: float, scatter: float = 1e-5, seeds: int = 3, linear: float = 0.005, sizes: tuple[int, ...] = HIDDEN
) -> Facts:
    noise = np.random.default_rng(0).standard_normal((len(errors), seeds)) * scatter
    last = np.array(errors)[:, None] + noise
    test = np.stack([np.full_like(last, 0.23), last * 1.02, last], axis=2)
    hidden = sizes[: len(errors)]
    baselines = [LinearBaseline(units, linear, linear) for units in hidden]
    return measure(hidden, [100 * units for units in hidden], test, test, baselines, worthwhile=0.05)


def verdict(*errors: float, **how: float) -> str:
    return conclude(facts_of(*errors, **how))[0]  # type: ignore[arg-type]


def test_the_verdict_follows_where_the_gain_stops() -> None:
    assert "256 hidden units are enough" in verdict(0.04, 0.03, 0.02, 0.0199)
    assert "128 hidden units are enough" in verdict(0.04, 0.03, 0.0298, 0.0297)
    assert "the gain does not stop between 64 and 512" in verdict(0.04, 0.03, 0.02, 0.015)


def test_the_verdict_says_what_the_seeds_cannot() -> None:
    last = "the gain has not stopped at 512 hidden units, although 3 seeds cannot vouch for every step"
    facts = facts_of(0.04, 0.03, 0.02, 0.015)
    unsure = replace(facts.gaps[0], kind="open")
    assert last in conclude(replace(facts, gaps=(unsure, *facts.gaps[1:])))[0]
    unsure = replace(facts.gaps[-1], kind="open")
    assert "goes on to 256 hidden units at least" in conclude(replace(facts, gaps=(*facts.gaps[:-1], unsure)))[0]
    assert "1 seed cannot say whether there is a gain" in verdict(0.04, 0.03, 0.02, 0.015, seeds=1)


def test_the_verdict_states_every_step_with_its_direction() -> None:
    told = verdict(0.04, 0.03, 0.033, 0.03)
    assert "from 64 to 128 takes 25 % off the test error" in told
    assert "from 128 to 256 adds 10 %" in told


def test_a_step_that_is_no_doubling_is_told_per_doubling_too() -> None:
    told, _ = conclude(facts_of(0.04, 0.01, sizes=(64, 256)))
    assert "from 64 to 256 takes 75 % off the test error (50.0 % per doubling)." in told


def test_one_size_alone_has_no_gap() -> None:
    told, _ = conclude(facts_of(0.04))
    assert (
        told == "With 64 hidden units the test error is 0.0400; where the gain stops takes more than one size to say."
    )


def test_the_papers_words_are_judged_by_the_gaps() -> None:
    def claims(*errors: float) -> str:
        return next(detail for detail in conclude(facts_of(*errors), PAPERS)[1] if "paper's answer" in detail)

    assert '"64 units are too few" is borne out' in claims(0.04, 0.03, 0.02, 0.0199)
    assert '"256 and 512 units hardly differ" is borne out' in claims(0.04, 0.03, 0.02, 0.0199)
    assert '"64 units are too few" is not borne out' in claims(0.03, 0.0299, 0.02, 0.015)
    assert '"256 and 512 units hardly differ" is not borne out' in claims(0.03, 0.0299, 0.02, 0.015)


@pytest.mark.parametrize(
    ("linear", "says"),
    [
        (0.001, "PCA with as many components leaves less than the network at every size"),
        (0.5, "The network leaves less than PCA with as many components at every size"),
        (0.025, "The network beats PCA with as many components at 256 and 512 units"),
        (1e-30, "no line to beat"),
    ],
)
def test_the_linear_line_is_beaten_or_not(linear: float, says: str) -> None:
    assert any(says in detail for detail in conclude(facts_of(0.04, 0.03, 0.02, 0.015, linear=linear))[1])


def test_every_gap_is_told_with_interval_and_test() -> None:
    details = conclude(facts_of(0.04, 0.03, 0.02, 0.015))[1]
    assert details[0].startswith("128 units leave a test error 0.0100 lower than 64 (difference 0.0")
    assert "after Holm, paired t)" in details[0]
    assert conclude(facts_of(0.04, 0.03, seeds=1))[1][0].endswith("one seed allows no test.")


def test_the_papers_words_stand_beside_the_gaps() -> None:
    too_few, alike = comparisons(facts_of(0.04, 0.03, 0.02, 0.0199))
    assert (too_few.id, too_few.paper) == ("A5.gap-64-128", None)
    assert too_few.ours == pytest.approx(0.25, rel=1e-2)
    assert (alike.id, alike.paper_says) == ("A5.gap-256-512", "256 and 512 units hardly differ")
    assert comparisons(facts_of(0.04)) == ()
