from __future__ import annotations

from dataclasses import replace

from trasunto.analysis.ranking import Agreement
from trasunto.studies.long_run_facts import Course, Facts, Reversal
from trasunto.studies.long_run_verdict import comparisons, conclude

LOW, HIGH = (0.2, 0.2), (0.95, 0.95)


def course(cell: tuple[float, float], last: float | None, rank: int | None, rise: float = 0.0) -> Course:
    lowest = None if last is None else 120 if rise else 150
    return Course(*cell, error=(0.23, 0.1, last), lowest_at=lowest, rise=None if last is None else rise, rank=rank)


FACTS = Facts(
    learning_rates=(0.2, 0.95),
    momenta=(0.2, 0.95),
    seeds=1,
    loss="mse",
    early=5,
    epochs=150,
    courses=(course(LOW, 0.06, 4), course((0.2, 0.95), 0.03, 2), course((0.95, 0.2), 0.05, 3), course(HIGH, 0.02, 1)),
    agreements=(Agreement(5, 50, 0.97, 0.9, 1, 6), Agreement(5, 150, 0.98, 0.92, 0, 6)),
    reversals=(),
    best_early=HIGH,
    best_late=HIGH,
    highest=HIGH,
)


def with_highest(last: float | None, rank: int | None, rise: float = 0.0) -> Facts:
    best = (0.2, 0.95)
    return replace(FACTS, courses=(*FACTS.courses[:3], course(HIGH, last, rank, rise)), best_late=best)


def agreeing(spearman: float | None) -> Facts:
    return replace(FACTS, agreements=(Agreement(5, 150, spearman, spearman, 3, 6),))


def test_an_order_that_holds_is_said_to_hold() -> None:
    assert conclude(FACTS)[0] == (
        "The ranking after 5 epochs holds after 150 (rank correlation 0.98); the highest values, 0.95/0.95, stay the "
        "best."
    )


def test_the_order_is_judged_by_its_correlation() -> None:
    assert "holds only in part after 150 (rank correlation 0.70)" in conclude(agreeing(0.7))[0]
    assert "does not hold after 150 (rank correlation -0.80)" in conclude(agreeing(-0.8))[0]
    assert conclude(agreeing(None))[0].startswith("Too few cells can be ranked to say whether the ranking after 5")


def test_the_highest_values_are_judged_by_their_own_course() -> None:
    assert "stay good: rank 2, 5.0 % above the lowest error" in conclude(with_highest(0.0315, 2))[0]
    assert "do not stay good: rank 2, 50 % above the lowest error" in conclude(with_highest(0.045, 2))[0]
    assert "do not stay good: their error rises again after epoch 120" in conclude(with_highest(0.0315, 2, 0.3))[0]
    assert conclude(with_highest(None, None))[0].endswith("the highest values, 0.95/0.95, diverged.")


def test_every_later_epoch_is_reported() -> None:
    assert "with the order after 5 epochs: 0.97, 0.90 after 50; 0.98, 0.92 after 150." in " ".join(conclude(FACTS)[1])
    assert "No rank correlation can be given" in " ".join(conclude(agreeing(None))[1])


def test_reversals_are_counted_and_the_clearest_named() -> None:
    facts = replace(agreeing(0.7), reversals=(Reversal(LOW, HIGH, 0.2),))
    said = " ".join(conclude(facts)[1])
    assert "3 of 6 pairs of cells change order; the clearest: 0.95/0.95 overtakes 0.2/0.2 (by at least 20 %" in said
    assert "With one seed" in said
    assert "With one seed" not in " ".join(conclude(replace(facts, seeds=3))[1])
    assert "None of 6 pairs of cells changes order." in " ".join(conclude(FACTS)[1])


def test_the_best_cell_is_named_early_and_late() -> None:
    assert "The lowest error, 0.0200 after 150 epochs, is at 0.95/0.95, which was best" in " ".join(conclude(FACTS)[1])
    said = " ".join(conclude(with_highest(0.045, 2))[1])
    assert "is at 0.2/0.95 (learning rate/momentum); after 5 epochs 0.95/0.95 was best." in said


def test_late_rises_and_divergence_are_told() -> None:
    assert "No cell's error ends above its own lowest by more than 1.0 %." in " ".join(conclude(FACTS)[1])
    rising = " ".join(conclude(with_highest(0.0315, 2, 0.3))[1])
    assert "1 cell has an error that rises again: 0.95/0.95 since epoch 120." in rising
    assert " 1 cell diverged." in " ".join(conclude(with_highest(None, None))[1])


def test_a_run_in_which_everything_diverged_says_only_that() -> None:
    lost = tuple(course((c.learning_rate, c.momentum), None, None) for c in FACTS.courses)
    said, reasons = conclude(replace(FACTS, courses=lost, best_early=None, best_late=None))
    assert said == "No cell has an error after 150 epochs: every one of them diverged."
    assert "4 cells diverged" in reasons[0]


def test_the_papers_claim_stands_beside_our_numbers() -> None:
    found = {comparison.id: comparison for comparison in comparisons(FACTS)}
    assert list(found) == ["A4.highest", "A4.spearman"]
    assert (found["A4.highest"].ours, found["A4.highest"].note) == (0.02, "rank 1 of 4")
    assert found["A4.spearman"].ours == 0.98
    assert comparisons(with_highest(None, None))[0].note == "diverged"
    assert comparisons(replace(FACTS, loss="bce")) == ()
