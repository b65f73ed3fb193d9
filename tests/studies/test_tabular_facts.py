from __future__ import annotations

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from trasunto.data import from_arrays
from trasunto.studies.evidence import course, estimate
from trasunto.studies.tabular_facts import principal, read


class Trained:
    """Stands in for a cohort with given errors (networks, seeds, t + 1); epochs that are NaN are not in its history."""

    def __init__(self, errors: NDArray[np.float64]) -> None:
        self._errors = errors.reshape(-1, errors.shape[-1])

    def frame(self) -> pd.DataFrame:
        return pd.DataFrame({"id": [f"{number:016x}" for number in range(len(self._errors))]})

    def history(self) -> pd.DataFrame:
        return pd.DataFrame(
            [
                {
                    "id": f"{number:016x}",
                    "epoch": epoch,
                    "train_error": 2 * error if epoch else None,
                    "test_error": error,
                }
                for number, curve in enumerate(self._errors)
                for epoch, error in enumerate(curve)
                if np.isfinite(error)
            ]
        ).sort_values("epoch")


def errors(networks: int = 2, seeds: int = 3, epochs: int = 4) -> NDArray[np.float64]:
    return 1.0 + np.arange(networks * seeds * (epochs + 1), dtype=np.float64).reshape(networks, seeds, epochs + 1)


def test_both_sets_are_read_up_to_the_epoch_asked_for() -> None:
    given = errors()
    found, left = read(Trained(given), ("error",), 3, 2)
    assert (left.networks, left.seeds, left.lost, left.diverged) == ((0, 1), (0, 1, 2), (), 0)
    assert set(found) == {"train_error", "test_error"}
    np.testing.assert_array_equal(found["test_error"], given[..., :4])
    np.testing.assert_array_equal(found["train_error"][..., 1:], 2 * given[..., 1:4])
    assert np.isnan(found["train_error"][..., 0]).all()


def test_a_seed_that_diverged_with_one_network_is_left_out_of_all() -> None:
    given = errors()
    given[1, 2, 3:] = np.nan
    found, left = read(Trained(given), ("error",), 4, 2)
    np.testing.assert_array_equal(found["test_error"], given[:, :2])
    assert left.diverged == 1


def test_a_network_that_diverged_with_every_seed_is_left_out_itself() -> None:
    given = errors(networks=3)
    given[1, :, 2:] = np.nan
    found, left = read(Trained(given), ("error",), 4, 3)
    np.testing.assert_array_equal(found["test_error"], given[[0, 2]])
    assert (left.lost, left.diverged) == ((1,), 0)


def test_an_estimate_holds_its_seeds_and_has_no_bounds_with_one() -> None:
    three = estimate([1.0, 2.0, 6.0])
    assert (three.mean, three.by_seed) == (3.0, (1.0, 2.0, 6.0))
    assert three.low is not None
    assert three.high is not None
    assert three.low < 3.0 < three.high
    assert (estimate([4.0]).low, estimate([4.0]).high) == (None, None)


def test_a_course_has_none_where_there_is_no_value() -> None:
    found = course(np.array([[np.nan, 1.0], [np.nan, 3.0]]))
    assert (found.by_seed, found.mean) == (((None, 1.0), (None, 3.0)), (None, 2.0))


def test_pca_keeps_at_most_as_many_components_as_there_are_features() -> None:
    rows = np.random.default_rng(0).standard_normal((40, 3)).astype(np.float32)
    one, all_of_them = principal(from_arrays(rows[:30], test=rows[30:]), (1, 32))
    assert (one.components, all_of_them.components) == (1, 3)
    assert one.test_error > 0.1
    assert all_of_them.test_error < 1e-12
