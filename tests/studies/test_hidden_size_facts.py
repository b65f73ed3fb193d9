from __future__ import annotations

import json
from dataclasses import asdict

import numpy as np
import pytest
from numpy.typing import NDArray

from trasunto.analysis.baselines import LinearBaseline
from trasunto.studies.evidence import last_part
from trasunto.studies.hidden_size_facts import Facts, enough, gaps_of, measure

HIDDEN = (64, 128, 256)
SCATTER = np.array([0.0, 1e-5, -1e-5])


def final(*errors: float) -> NDArray[np.float64]:
    """Last errors (sizes, seeds) whose pairs differ by nearly the same."""
    return np.array(errors)[:, None] + SCATTER * np.arange(1, len(errors) + 1)[:, None]


def facts_of(*errors: float) -> Facts:
    last = final(*errors)
    test = np.stack([np.full_like(last, 0.23), 1.25 * last, last], axis=2)
    train = 1.1 * test
    train[..., 0] = np.nan
    linear = [LinearBaseline(units, 0.011, 0.01) for units in HIDDEN]
    return measure(HIDDEN, (1, 2, 3), train, test, linear, worthwhile=0.05)


def kinds(*errors: float, seeds: int = 3) -> list[str]:
    return [gap.kind for gap in gaps_of(HIDDEN, final(*errors)[:, :seeds], 0.05)]


def test_facts_are_plain_values() -> None:
    facts = facts_of(0.04, 0.03, 0.029)
    assert "NaN" not in json.dumps(asdict(facts))
    assert facts.curves[0].mean_train[0] is None
    assert facts.curves[2].mean_test == pytest.approx((0.23, 1.25 * 0.029, 0.029), rel=1e-3)
    assert (facts.epochs, facts.seeds) == (2, 3)
    assert facts.untrained == pytest.approx(0.23)


def test_each_size_is_set_beside_its_linear_baseline() -> None:
    size = facts_of(0.04, 0.03, 0.029).sizes[1]
    assert (size.hidden, size.parameters, size.pca_components) == (128, 2, 128)
    assert size.times_pca == pytest.approx(3.0, rel=1e-3)
    assert size.train_error == pytest.approx(0.033, rel=1e-3)
    assert size.last_fall == pytest.approx(0.2)


def test_a_baseline_that_leaves_nothing_is_no_line_to_beat() -> None:
    last = final(0.04, 0.03, 0.029)
    curves = np.stack([last, last], axis=2)
    linear = [LinearBaseline(4, 0.0, 1e-30) for _ in HIDDEN]
    facts = measure(HIDDEN, (1, 2, 3), curves, curves, linear, worthwhile=0.05)
    assert [size.times_pca for size in facts.sizes] == [None, None, None]


def test_a_gap_is_absolute_relative_and_per_doubling() -> None:
    (gap,) = gaps_of((64, 256), final(0.04, 0.01), 0.05)
    assert gap.difference == pytest.approx(0.03, rel=1e-3)
    assert gap.relative == pytest.approx(0.75, rel=1e-3)
    assert gap.per_doubling == pytest.approx(0.5, rel=1e-2)
    assert gap.low is not None
    assert gap.low < gap.difference


@pytest.mark.parametrize(
    ("errors", "expected"),
    [
        ((0.04, 0.03, 0.02), ["gain", "gain"]),
        ((0.04, 0.03, 0.0297), ["gain", "slight"]),
        ((0.04, 0.0397, 0.03), ["slight", "gain"]),
        ((0.03, 0.03, 0.04), ["slight", "slight"]),
    ],
)
def test_a_gap_is_a_gain_or_slight_by_its_size(errors: tuple[float, ...], expected: list[str]) -> None:
    assert kinds(*errors) == expected


def test_one_seed_leaves_every_gap_open() -> None:
    assert kinds(0.04, 0.03, 0.02, seeds=1) == ["open", "open"]


def test_scatter_as_large_as_the_gap_leaves_it_open() -> None:
    noisy = np.array([[0.04, 0.03, 0.05], [0.039, 0.036, 0.03]])
    assert [gap.kind for gap in gaps_of((64, 128), noisy, 0.05)] == ["open"]


def test_the_p_of_the_gaps_are_adjusted_together() -> None:
    gaps = gaps_of(HIDDEN, final(0.04, 0.03, 0.02), 0.05)
    for gap in gaps:
        assert gap.p is not None
        assert gap.adjusted is not None
        assert gap.adjusted >= gap.p
    assert max((gap.adjusted or 0) / (gap.p or 1) for gap in gaps) == pytest.approx(2.0)


@pytest.mark.parametrize(
    ("errors", "size"),
    [
        ((0.04, 0.03, 0.0297), 128),
        ((0.04, 0.0397, 0.0395), 64),
        ((0.04, 0.03, 0.02), None),
        ((0.04, 0.0397, 0.03), None),
    ],
)
def test_enough_is_the_size_beyond_which_every_gap_is_slight(errors: tuple[float, ...], size: int | None) -> None:
    assert enough(gaps_of(HIDDEN, final(*errors), 0.05)) == size


def test_the_last_part_is_a_tenth_and_at_least_one_epoch() -> None:
    assert [last_part(epochs) for epochs in (1, 3, 20, 150)] == [1, 1, 2, 15]
