from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import asdict

import numpy as np
import pytest

from trasunto.studies.bad_latent_facts import Facts, Limits, faults, worth
from trasunto.studies.bad_latent_measures import BINS, Seen, bins, measure, numbers_of
from trasunto.studies.separation_rows import RowsApart

LIMITS = Limits(used=0.5, dimensions=2.0, worth=0.5)
LINEAR = (1.0, 0.8, 0.6, 0.3, 0.0)


@pytest.fixture
def rows() -> RowsApart:
    random = np.random.default_rng(0)
    x = np.concatenate([random.standard_normal((40, 4)), 4 + random.standard_normal((10, 4))]).astype(np.float32)
    return RowsApart(x, np.repeat([False, True], [40, 10]))


def seen(rows: RowsApart, l1: float, units: int, errors: Sequence[float]) -> Seen:
    """Return an arm of four latent units, of which so many respond, and whose error is given for each seed."""
    latent = np.maximum(rows.x, 0)
    latent[:, units:] = 0
    scores = np.square(rows.x).mean(axis=1, dtype=np.float64)
    once = numbers_of(latent, scores, rows)
    numbers: dict[str, Sequence[float]] = {name: [value] * len(errors) for name, value in once.items()}
    losses = {"train_loss": 1.5, "test_loss": 2.0, "train_error": 0.5, "test_error": 1.0}
    numbers |= {name: [factor * error for error in errors] for name, factor in losses.items()}
    return Seen("bad" if l1 else "control", f"[4 relu l1={l1:g}]", l1, 99, numbers, latent, scores)


def facts_of(rows: RowsApart, bad: tuple[int, float] = (1, 0.9), control: tuple[int, float] = (4, 0.1)) -> Facts:
    arms = [
        seen(rows, l1, units, [error, error + 1e-3, error - 1e-3])
        for l1, (units, error) in ((0.1, bad), (0.0, control))
    ]
    return measure(arms, rows, LINEAR, LIMITS, epochs=30, asked=3, shown=5)


def rules(units: int, dimensions: float, components: float) -> list[str]:
    return [fault.rule for fault in faults([units] * 3, [dimensions] * 3, [components] * 3, (32, 29), LIMITS)]


@pytest.mark.parametrize(
    ("units", "dimensions", "components", "broken"),
    [
        (32, 5.0, 25, []),
        (16, 2.0, 14.5, []),
        (15, 5.0, 25, ["unused"]),
        (32, 1.9, 25, ["collapsed"]),
        (32, 5.0, 14, ["worthless"]),
        (1, 1.0, 1, ["unused", "collapsed", "worthless"]),
        (0, 0.0, 0, ["unused", "collapsed", "worthless"]),
    ],
)
def test_a_rule_is_broken_below_its_limit(units: int, dimensions: float, components: float, broken: list[str]) -> None:
    assert rules(units, dimensions, components) == broken


def test_a_rule_must_be_broken_in_most_seeds() -> None:
    sound = ([4.0] * 4, [20.0] * 4, (32, 29), LIMITS)
    assert faults([10, 10, 20, 20], *sound) == ()
    (fault,) = faults([10, 10, 10, 20], *sound)
    assert (fault.rule, fault.seeds, fault.value, fault.limit) == ("unused", 3, 12.5 / 32, 0.5)


def test_the_worth_of_a_latent_is_counted_in_principal_components() -> None:
    assert [worth(error, LINEAR) for error in (1.5, 1.0, 0.7, 0.6, 0.01, 0.0)] == [0, 0, 2, 2, 4, 4]
    assert worth(-1.0, LINEAR) == 4


def test_facts_are_plain_values(rows: RowsApart) -> None:
    assert "NaN" not in json.dumps(asdict(facts_of(rows)))


def test_the_same_rule_parts_the_bad_space_from_its_control(rows: RowsApart) -> None:
    facts = facts_of(rows)
    bad, control = facts.arm("bad"), facts.arm("control")
    assert [fault.rule for fault in bad.faults] == ["unused", "collapsed", "worthless"]
    assert (bad.bad, control.bad) == (True, False)
    assert (bad.dead.mean, bad.used.mean, bad.worth.mean) == (3, 1, 1)
    assert (control.dead.mean, control.used.mean, control.worth.mean) == (0, 4, 4)
    assert bad.test_loss.mean == pytest.approx(1.8)


def test_a_space_that_never_moves_is_bad_in_every_way(rows: RowsApart) -> None:
    bad = facts_of(rows, bad=(0, 1.2)).arm("bad")
    assert (bad.dead.mean, bad.used.mean, bad.effective_dimension.mean, bad.worth.mean) == (4, 0, 0, 0)
    assert len(bad.faults) == 3
    assert {(unit.active, unit.active_anomalies, unit.deviation) for unit in bad.units} == {(0.0, 0.0, 0.0)}


def test_units_are_shown_from_the_most_active_on(rows: RowsApart) -> None:
    units = facts_of(rows, bad=(2, 0.9)).arm("bad").units
    active = [unit.active for unit in units]
    assert active == sorted(active, reverse=True)
    assert [unit.active > 0 for unit in units] == [True, True, False, False]
    assert units[0].active_anomalies == 1.0


def test_changes_are_bad_less_control_and_tested_together(rows: RowsApart) -> None:
    changes = {change.what: change for change in facts_of(rows).changes}
    assert changes["used"].difference == -3
    assert changes["test_error"].difference == pytest.approx(0.8)
    assert changes["auroc"].difference == 0
    assert changes["auroc"].verdict == "open"
    assert changes["used"].verdict != "open"


def test_every_row_is_in_the_histogram_and_both_arms_share_its_bins(rows: RowsApart) -> None:
    facts = facts_of(rows)
    first, second = (space.errors for space in facts.spaces)
    assert first.edges == second.edges
    assert len(first.edges) == BINS + 1
    assert (sum(first.normals), sum(first.anomalies)) == (40, 10)
    assert (len(first.some_normals), len(first.some_anomalies)) == (5, 5)


def test_errors_of_zero_or_all_alike_have_bins() -> None:
    for scores in (np.zeros(4), np.full(4, 0.25), np.array([0.0, 1e-30, 3.0])):
        edges = bins([scores])
        assert (np.diff(edges) > 0).all()
        assert np.histogram(np.maximum(scores, 1e-12), edges)[0].sum() == len(scores)


def test_detection_is_bounded_over_the_rows_of_the_first_seed(rows: RowsApart) -> None:
    first = facts_of(rows).arm("bad").first
    assert 0.9 < first.auroc_low <= first.auroc <= first.auroc_high <= 1
    assert first.average_precision_low <= first.average_precision <= first.average_precision_high


def test_no_seed_leaves_no_space(rows: RowsApart) -> None:
    facts = measure([], rows, LINEAR, LIMITS, epochs=30, asked=3, shown=5)
    assert (facts.spaces, facts.changes, facts.maps, facts.seeds) == ((), (), (), 0)
