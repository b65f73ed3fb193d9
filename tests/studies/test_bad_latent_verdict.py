from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest

from trasunto.studies.bad_latent_facts import (
    Arm,
    Detection,
    Errors,
    Facts,
    Limits,
    LinearDetection,
    Space,
    Unit,
    changes,
    faults,
)
from trasunto.studies.bad_latent_verdict import comparisons, conclude
from trasunto.studies.evidence import estimate

LIMITS = Limits(used=0.5, dimensions=2.0, worth=0.5)
LINEAR = tuple(1.0 - k / 29 for k in range(30))
NOISE = (0.0, 1e-3, -1e-3, 2e-3, -2e-3, 1e-4, -1e-4, 3e-3, -3e-3, 5e-4)
BAD = {"used": 14, "dead": 17, "duplicates": 1, "dimensions": 4.5, "error": 0.65, "worth": 10, "auroc": 0.96}
CONTROL = {"used": 31, "dead": 1, "duplicates": 0, "dimensions": 2.5, "error": 0.1, "worth": 26, "auroc": 0.94}


def space(arm: Arm, seeds: int, numbers: dict[str, float], steady: float) -> Space:
    def around(mean: float) -> list[float]:
        return [mean + steady * noise for noise in NOISE[:seeds]]

    used, dimensions, worth = ([numbers[name]] * seeds for name in ("used", "dimensions", "worth"))
    return Space(
        arm=arm,
        network="[32 relu]",
        l1=0.1 if arm == "bad" else 0.0,
        latent=32,
        parameters=5101,
        dead=estimate([numbers["dead"]] * seeds),
        duplicates=estimate([numbers["duplicates"]] * seeds),
        used=estimate(used),
        effective_dimension=estimate(dimensions),
        worth=estimate(worth),
        train_loss=estimate(around(numbers["error"] + 0.02)),
        test_loss=estimate(around(numbers["error"] + 0.03)),
        train_error=estimate(around(numbers["error"] - 0.01)),
        test_error=estimate(around(numbers["error"])),
        auroc=estimate(around(numbers["auroc"])),
        average_precision=estimate(around(0.9)),
        faults=faults(used, dimensions, worth, (32, 29), LIMITS),
        first=Detection(numbers["auroc"], numbers["auroc"] - 0.01, numbers["auroc"] + 0.01, 0.9, 0.88, 0.92),
        units=(Unit(0.9, 0.9, 1.0), Unit(0.001, 0.5, 0.1), Unit(0.0, 0.0, 0.0)),
        errors=Errors((0.1, 1.0), (5,), (5,), (0.5,), (0.5,)),
    )


def facts_of(seeds: int = 10, epochs: int = 30, control: dict[str, float] | None = None, **bad: float) -> Facts:
    spaces = (space("bad", seeds, BAD | bad, 1.0), space("control", seeds, CONTROL | (control or {}), -1.0))
    return Facts(
        epochs=epochs,
        asked=10,
        seeds=seeds,
        features=29,
        normals=2923,
        anomalies=473,
        limits=LIMITS,
        linear=LINEAR,
        linear_detection=LinearDetection(10, 0.963, 0.901),
        spaces=spaces,
        changes=changes(*spaces),
        maps=(),
    )


def verdict(**how: Any) -> str:
    return conclude(facts_of(**how))[0]


def test_a_bad_space_is_called_bad_with_its_reasons_and_its_control_sound() -> None:
    told = verdict()
    assert told.startswith(
        "With an activity L1 of 0.1 on it, the latent space is bad: of its 32 units 17 are dead and 1 repeat "
        "another, which leaves 14 in use (in 10 of 10 seeds); it reconstructs about as well as PCA with 10 components "
        "of 29 (error 0.650 against 0.655) (in 10 of 10 seeds)."
    )
    assert "Without the penalty the same network's is sound: 31 of 32 units are in use" in told


def test_the_controls_facts_in_the_bad_ones_place_are_called_sound() -> None:
    told = verdict(**CONTROL)
    assert told.startswith("With an activity L1 of 0.1 on it, the latent space is not bad by these rules: 31 of 32")


def test_a_control_as_bad_clears_the_penalty() -> None:
    told = verdict(control={"used": 10, "dead": 22})
    assert "The penalty alone is not to blame, for so is the control without it: of its 32 units 22 are dead" in told


@pytest.mark.parametrize(
    ("numbers", "reason"),
    [
        ({"used": 31, "worth": 20, "dimensions": 1.2}, "is bad: its effective dimension is 1.2 (in 10 of 10 seeds)."),
        ({"used": 31, "worth": 0, "error": 1.1}, "no better than the mean of every feature (1.100 against 1.000)"),
    ],
)
def test_every_reason_has_its_words(numbers: dict[str, float], reason: str) -> None:
    assert reason in verdict(**numbers)


def test_whether_anomalies_show_follows_from_the_facts() -> None:
    assert "Anomalies still show by their squared error: AUROC 0.960" in verdict()
    assert verdict().endswith("without the penalty they are 0.940 and 0.900, a lower AUROC.")
    assert verdict(auroc=0.9).endswith("a higher AUROC.")
    assert verdict(auroc=0.94).endswith("AUROCs that 10 seeds cannot tell apart.")
    assert "Anomalies do not show by their squared error: AUROC 0.500" in verdict(auroc=0.5)


def test_one_seed_is_judged_by_its_interval_over_rows() -> None:
    assert "Anomalies still show" in verdict(seeds=1)
    assert "Anomalies do not show" in verdict(seeds=1, auroc=0.505)
    assert any(detail.endswith("one seed allows no test.") for detail in conclude(facts_of(seeds=1))[1])


def test_the_rules_are_stated() -> None:
    rules = conclude(facts_of())[1][0]
    assert "less than 50 % of its units are in use" in rules
    assert "effective dimension is below 2," in rules


def test_details_hold_detection_pca_losses_and_the_seeds_left_out() -> None:
    details = conclude(facts_of(seeds=8))[1]
    told = "\n".join(details)
    assert "AUROC 0.960 (0.950 to 0.970), average precision 0.900 (0.880 to 0.920), bootstrap intervals." in told
    assert "PCA with 10 components, about as many as the bad space is worth: AUROC 0.963" in told
    assert "Losses with the penalty, as Keras reports them: 0.67" in told
    assert "2 units respond to less than 1 % of normal rows, 1 of which do respond to anomalies" in told
    assert "2 seeds diverged and is left out of both" not in told
    assert "2 seeds diverged and are left out of both" in told
    assert "The penalty changes the units in use by -17 (difference -17 to -17" in told


def test_the_papers_losses_stand_beside_ours() -> None:
    train, validation, units, auroc = comparisons(facts_of())
    assert (train.id, train.paper, validation.id, validation.paper) == (
        *("B6.train-loss", 0.2214),
        *("B6.validation-loss", 0.4651),
    )
    assert train.ratio == pytest.approx(0.67 / 0.2214, abs=1e-2)
    assert validation.ratio == pytest.approx(0.68 / 0.4651, abs=1e-2)
    assert "last fifth" in validation.note
    assert "last fifth" not in train.note
    assert (units.id, units.ours, auroc.id) == ("B6.dead-units", 17, "B6.auroc")


def test_another_penalty_is_not_set_beside_the_papers_numbers() -> None:
    facts = facts_of()
    other = replace(facts, spaces=(replace(facts.spaces[0], l1=0.5), facts.spaces[1]))
    assert comparisons(other) == ()
    assert "the paper's after 30" in comparisons(facts_of(epochs=10))[0].note
    assert "the paper's" not in comparisons(facts)[0].note


def test_nothing_to_judge_is_said() -> None:
    nothing = replace(facts_of(), spaces=(), changes=(), seeds=0)
    assert "no latent space to judge" in conclude(nothing)[0]
    assert comparisons(nothing) == ()
