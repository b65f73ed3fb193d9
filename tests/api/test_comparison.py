from __future__ import annotations

import math
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest

from trasunto.analysis.intervals import interval, paired
from trasunto.api.comparison import compare_runs
from trasunto.api.runs import describe_run
from trasunto.data import from_arrays
from trasunto.errors import TrasuntoError
from trasunto.runs.train import train
from trasunto.spec import Recipe

MakeRun = Callable[..., Path]

SGD = Recipe("[4 linear] > linear", optimizer="sgd", epochs=3)
SEEDS = 8


def losses(mean: float) -> list[float]:
    return [mean + shift for shift in np.random.default_rng(1).normal(scale=0.01, size=SEEDS).tolist()]


def test_two_settings_are_compared_over_the_seeds_they_share(make_run: MakeRun) -> None:
    first, second = losses(0.5), [loss - 0.1 + 0.001 * seed for seed, loss in enumerate(losses(0.5))]
    make_run("still", [SGD], first, seeds=SEEDS)
    store = make_run("moving", [SGD.replace(momentum=0.9)], second, seeds=SEEDS)
    found = compare_runs(["still", "moving"], store)
    (one,) = found.differences
    assert found.measure == "test_loss"
    assert one.differs == {"momentum": (0.0, 0.9)}
    assert one.shared == ("seed",)
    assert one.difference == paired(second, first)
    assert found.standings[0].best == min(first)
    assert found.standings[0].median == pytest.approx(np.median(first))
    assert found.standings[0].over_seeds == interval(first)
    assert one.sentence == (
        "The test_loss of 'moving' is lower by 0.0965 [0.09445 to 0.09855] than that of 'still' "
        "over 8 pairs of networks that share their seed (p = 0.0078)."
    )


def test_grids_are_paired_by_what_varies_in_them(make_run: MakeRun) -> None:
    rates = [SGD.replace(learning_rate=rate) for rate in (0.1, 0.2, 0.3)]
    make_run("still", rates, [0.5, 0.4, 0.3])
    store = make_run("moving", [r.replace(momentum=0.9) for r in (rates[2], rates[0], rates[1])], [0.31, 0.51, 0.41])
    (one,) = compare_runs(["still", "moving"], store).differences
    assert one.shared == ("learning_rate", "seed")
    assert one.difference is not None
    assert one.difference.n == 3
    assert one.difference.mean == pytest.approx(0.01)


def test_what_cannot_be_told_apart_is_said_to_be_so(make_run: MakeRun) -> None:
    make_run("still", [SGD], losses(0.5), seeds=SEEDS)
    store = make_run("moving", [SGD.replace(momentum=0.9)], losses(0.5)[::-1], seeds=SEEDS)
    (one,) = compare_runs(["still", "moving"], store).differences
    assert "cannot be told from that of 'still' over 8 pairs" in one.sentence


def test_a_network_that_diverged_leaves_its_pair_out(make_run: MakeRun) -> None:
    make_run("still", [SGD], [0.5, 0.4, math.nan], seeds=3)
    store = make_run("moving", [SGD.replace(momentum=0.9)], [math.nan, 0.3, 0.2], seeds=3)
    found = compare_runs(["still", "moving"], store)
    (one,) = found.differences
    assert one.difference is not None
    assert (one.difference.n, one.left_out) == (1, 2)
    assert "lower by 0.1 than that of 'still', over 1 pair of networks" in one.sentence
    assert found.standings[0].measured == 2
    assert found.standings[0].over_seeds is None, "a recipe of which a network diverged has no mean"


def test_runs_without_a_pair_are_only_put_side_by_side(make_run: MakeRun) -> None:
    make_run("low", [SGD.replace(learning_rate=rate) for rate in (0.1, 0.2)], [0.5, 0.4])
    store = make_run("high", [SGD.replace(learning_rate=rate) for rate in (0.3, 0.4)], [0.3, 0.2])
    (one,) = compare_runs(["low", "high"], store).differences
    assert one.difference is None
    assert (one.differs, one.apart) == ({}, ("learning_rate",))
    assert one.sentence.startswith("No network of 'high' shares its learning_rate and seed with one of 'low'")


def test_several_runs_are_adjusted_together(make_run: MakeRun) -> None:
    make_run("a", [SGD], losses(0.5), seeds=SEEDS)
    for name, momentum in (("b", 0.5), ("c", 0.9)):
        lower = [loss - 0.1 for loss in losses(0.5)]
        store = make_run(name, [SGD.replace(momentum=momentum)], lower, seeds=SEEDS)
    found = compare_runs(["a", "b", "c"], store)
    for one in found.differences:
        assert one.difference is not None
        assert one.difference.p is not None
        assert one.difference.adjusted == pytest.approx(2 * one.difference.p)


def test_runs_on_other_rows_are_refused(make_run: MakeRun) -> None:
    make_run("a", [SGD], [0.5])
    store = make_run("b", [SGD], [0.5], rows="beef", rows_name="cards")
    with pytest.raises(TrasuntoError, match=r"'a' and 'b' were trained on different rows \(mnist and cards\)"):
        compare_runs(["a", "b"], store)
    make_run("c", [SGD], [0.5], rows="d00d")
    with pytest.raises(TrasuntoError, match=r"both are called mnist, and differ in rows, split or preparation"):
        compare_runs(["a", "c"], store)


def test_losses_of_different_kinds_are_refused(make_run: MakeRun) -> None:
    make_run("a", [SGD], [0.5])
    store = make_run("b", [SGD.replace(loss="mae")], [0.5])
    with pytest.raises(TrasuntoError, match=r"different losses \(mse in 'a', mae in 'b'\)"):
        compare_runs(["a", "b"], store)


@pytest.mark.parametrize("names", [["a"], ["a", "a"], []])
def test_fewer_than_two_runs_are_no_comparison(make_run: MakeRun, names: list[str]) -> None:
    store = make_run("a", [SGD], [0.5])
    with pytest.raises(TrasuntoError, match="at least two different runs"):
        compare_runs(names, store)


def test_runs_under_different_penalties_are_compared_by_their_errors(tmp_path: Path) -> None:
    rows = np.random.default_rng(0).random((24, 3))
    table = from_arrays(rows[:16], test=rows[16:])
    for name, weight in (("plain", 0), ("sparse", 1)):
        train(Recipe(f"[2 tanh l1={weight}] > linear", epochs=1), table, seeds=2, store=tmp_path, name=name)
    found = compare_runs(["plain", "sparse"], tmp_path)
    assert found.measure == "test_error"
    assert found.standings[1].best == describe_run("sparse", tmp_path).members["test_error"].min()


def test_huber_losses_of_different_delta_are_not_compared(make_run: MakeRun) -> None:
    make_run("narrow", [SGD.replace(loss="huber", huber_delta=0.5)], [0.5])
    store = make_run("wide", [SGD.replace(loss="huber", huber_delta=2.0)], [0.5])
    with pytest.raises(TrasuntoError, match="of these runs, they minimise losses of different huber_delta"):
        compare_runs(["narrow", "wide"], store)
