from __future__ import annotations

from dataclasses import replace

import pytest

from trasunto.analysis.additivity import Additivity
from trasunto.analysis.effective_rate import OneNumber
from trasunto.analysis.intervals import Interval
from trasunto.studies.learning_rate_momentum_facts import Best, Descent, Facts, Reach
from trasunto.studies.learning_rate_momentum_verdict import comparisons, conclude, independence
from trasunto.studies.subject import Subject

RATES, MOMENTA = (0.2, 0.95), (0.2, 0.5, 0.95)


def additive(unexplained: float | None, p: float | None, scale: str = "error", reason: str = "") -> Additivity:
    test = "Tukey's one degree of freedom" if p is not None else "none"
    return Additivity(scale, unexplained, 0.5, 0.4, test, 12.3, p, (1, 8), (2, 3, 1), reason)


FACTS = Facts(
    learning_rates=RATES,
    momenta=MOMENTA,
    epochs=5,
    seeds=1,
    loss="mse",
    error=((0.17, 0.14, 0.066), (0.077, 0.071, 0.063)),
    by_seed=(((0.17,), (0.14,), (0.066,)), ((0.077,), (0.071,), (0.063,))),
    outcome=(("finished",) * 3,) * 2,
    diverged=((None,) * 3,) * 2,
    bounded=True,
    untrained=Interval(0.2346, None, None, 1),
    best=Best(0.95, 0.95, Interval(0.063, None, None, 1), None, "none"),
    descent=Descent(1.0, 1.0),
    compared=(RATES, MOMENTA),
    on_error=additive(0.22, 1e-5),
    on_log_error=additive(0.16, 0.004, "log error"),
    one_number=OneNumber(0.997, 0.995, -0.99, 6),
    reach=(Reach(0.2, 0.2, None, (0.2346, 0.12)), Reach(0.95, 0.95, 1, (0.2346, 0.06))),
    goal=0.08,
    goal_epochs=10,
)


def verdict(**changes: object) -> str:
    return conclude(replace(FACTS, **changes))[0]  # type: ignore[arg-type]


def details(**changes: object) -> str:
    return " ".join(conclude(replace(FACTS, **changes))[1])  # type: ignore[arg-type]


def test_an_interaction_denies_independence_and_names_the_one_number() -> None:
    assert verdict() == (
        "Higher values of both give a lower error; the two do not act independently: effects that simply add leave "
        "22 % of the variance between cells unexplained (p < 0.001), while learning rate / (1 - momentum) alone "
        "explains 99.7 %."
    )


def test_a_number_that_explains_little_is_not_praised() -> None:
    assert "alone" not in verdict(one_number=OneNumber(0.4, 0.4, -0.5, 6))


@pytest.mark.parametrize(
    ("unexplained", "p", "kind"),
    [
        (0.22, 1e-5, "dependent"),
        (0.004, 1e-5, "nearly"),
        (0.004, 0.6, "independent"),
        (0.3, 0.2, "unsettled"),
        (0.3, None, "unknown"),
        (None, None, "unknown"),
    ],
)
def test_independence_is_judged_by_size_and_by_chance(unexplained: float | None, p: float | None, kind: str) -> None:
    assert independence(additive(unexplained, p)) == kind
    assert independence(None) == "unknown"


def test_the_verdict_turns_with_the_facts() -> None:
    assert "almost independently" in verdict(on_error=additive(0.004, 1e-5))
    assert "nothing speaks against each acting independently" in verdict(on_error=additive(0.004, 0.6))
    assert "is not settled" in verdict(on_error=additive(0.3, 0.2))
    assert "this grid cannot say" in verdict(on_error=None)


def test_the_direction_turns_with_the_facts() -> None:
    assert verdict(descent=Descent(0.4, 1.0)).startswith("The error falls steadily only with the momentum;")
    assert verdict(descent=Descent(1.0, None)).startswith("The error falls steadily only with the learning rate;")
    assert verdict(descent=Descent(0.4, 0.5)).startswith("The error does not fall steadily with either setting;")


def test_details_give_both_scales_effect_before_p() -> None:
    assert (
        "Effects that simply add leave 22 % of the variance of the error (Tukey's one degree of freedom: "
        "F(1, 8) = 12.3, p < 0.001) and 16 % of the variance of its logarithm (Tukey's one degree of freedom: "
        "F(1, 8) = 12.3, p = 0.004) unexplained." in details()
    )


def test_a_test_that_could_not_be_made_says_why() -> None:
    said = details(on_error=additive(0.2, None, reason="the grid is too small"))
    assert "20 % of the variance of the error (the grid is too small)" in said
    assert "Additivity was not tested" in details(on_error=None, on_log_error=None)


def test_a_part_of_the_grid_is_named_as_one() -> None:
    assert "Only the complete part of the grid, 2 learning rates and 1 momentum," in details(compared=(RATES, (0.2,)))
    assert "Only the complete part" not in details()


def test_bounded_outputs_cannot_diverge_and_unbounded_ones_only_did_not() -> None:
    assert "No cell diverged, and none can: with bounded outputs" in details()
    assert details(bounded=False).endswith("No cell diverged.")


def test_divergence_and_stalling_are_counted() -> None:
    outcome = (("finished", "finished", "stalled"), ("finished", "diverged", "diverged"))
    said = details(outcome=outcome, diverged=((None, None, None), (None, 3, 2)), bounded=False)
    assert "2 cells of 6 diverged, the earliest at epoch 2. 1 cell stalled: no better than untrained." in said


def test_a_grid_in_which_nothing_learnt_says_only_that() -> None:
    said, reasons = conclude(replace(FACTS, best=None, outcome=(("stalled",) * 3, ("diverged",) * 3), diverged=((1,),)))
    assert said == "No cell of the grid learnt anything: every one of them diverged or stalled."
    assert len(reasons) == 1


def test_a_grid_whose_best_cell_hardly_learnt_tells_no_trend() -> None:
    untrained = FACTS.best.error.mean if FACTS.best else 0.0
    said, reasons = conclude(replace(FACTS, untrained=Interval(untrained / 0.95, None, None, 1)))
    assert said.startswith("Not trained enough to tell: after 5 epochs the best network, at learning rate 0.95 with")
    assert not any("unexplained" in reason for reason in reasons)
    assert conclude(replace(FACTS, pca=untrained / 11))[0].startswith("Not trained enough to tell")
    assert conclude(replace(FACTS, pca=untrained / 9))[0] == conclude(FACTS)[0]


def test_the_best_cell_says_how_sure_it_is() -> None:
    assert "with one seed, no cell can be tested against it" in details()
    sure = Interval(0.063, 0.062, 0.064, 6)
    alike = Best(0.95, 0.95, sure, ((0.2, 0.95),), "paired t")
    assert "1 cell cannot be told from it (paired t, Holm-adjusted): 0.2/0.95." in details(best=alike)
    alone = Best(0.95, 0.95, sure, (), "paired t")
    assert "0.063 [0.062, 0.064], is at learning rate 0.95 with momentum 0.95; every other cell" in details(best=alone)


def test_cells_that_miss_the_goal_are_named() -> None:
    said = details()
    assert (
        "1 of 2 cells reaches an error of 0.08 within 10 epochs, 1 within 5; 0.2/0.2 (learning rate/momentum)" in said
    )
    assert "0.48 per feature" in said
    assert any("0.48 per pixel" in one for one in conclude(FACTS, Subject(images=True))[1])
    assert "an error of 0.08" not in details(reach=())


def test_every_number_of_the_paper_stands_beside_ours() -> None:
    found = {comparison.id: comparison for comparison in comparisons(FACTS)}
    assert list(found) == [
        "A2.untrained",
        "A2.distance",
        "A2.error",
        "A2.reached",
        "A2.soonest",
        "A3.networks",
        "A3.best",
        "A3.unexplained",
    ]
    assert found["A2.untrained"].note == "inside the paper's range"
    assert found["A2.distance"].ours == pytest.approx(0.4844, abs=1e-4)
    assert (found["A2.error"].ours, found["A2.error"].ratio) == pytest.approx((0.09, 1.125))
    assert (found["A2.reached"].ours, found["A2.soonest"].ours) == (0.5, 1.0)
    assert found["A3.networks"].ratio == pytest.approx(6 / 361)
    assert found["A3.unexplained"].ours == 0.22


def test_an_untrained_error_outside_the_papers_range_is_said_to_be() -> None:
    outside = replace(FACTS, untrained=Interval(0.3, None, None, 1))
    assert comparisons(outside)[0].note == "outside the paper's range"


def test_another_loss_is_not_held_against_the_papers_numbers() -> None:
    assert comparisons(replace(FACTS, loss="bce")) == ()


def test_another_goal_is_not_held_against_the_papers() -> None:
    assert not [found for found in comparisons(replace(FACTS, goal=0.05)) if found.id == "A2.reached"]
