from __future__ import annotations

import numpy as np
import pytest
from numpy.typing import NDArray

from trasunto.analysis.baselines import SOLVER, LinearBaseline, principal_components


@pytest.fixture
def rows() -> tuple[NDArray[np.float32], NDArray[np.float32]]:
    draw = np.random.default_rng(0)
    mixing = draw.random((12, 12)) * np.linspace(1, 0.05, 12)[:, None]
    values = (draw.standard_normal((300, 12)) @ mixing).astype(np.float32)
    return values[:200], values[200:]


def by_hand(train: NDArray[np.float32], rows: NDArray[np.float32], components: int) -> float:
    centre = train.mean(axis=0)
    axes = np.linalg.svd(train - centre, full_matrices=False)[2][:components]
    copy = (rows - centre) @ axes.T @ axes + centre
    return float(np.square(rows - copy).mean())


@pytest.mark.parametrize("components", [1, 4, 11])
def test_the_error_is_what_the_components_leave(
    rows: tuple[NDArray[np.float32], NDArray[np.float32]], components: int
) -> None:
    train, test = rows
    (found,) = principal_components(train, test, [components])
    assert found.train_error == pytest.approx(by_hand(train, train, components), rel=1e-4)
    assert found.test_error == pytest.approx(by_hand(train, test, components), rel=1e-4)


def test_several_numbers_come_from_one_fit_and_in_the_order_asked(
    rows: tuple[NDArray[np.float32], NDArray[np.float32]],
) -> None:
    train, test = rows
    together = principal_components(train, test, [8, 2, 5])
    assert [found.components for found in together] == [8, 2, 5]
    for found in together:
        (alone,) = principal_components(train, test, [found.components])
        assert found.test_error == pytest.approx(alone.test_error, rel=1e-4)


def test_more_components_than_features_leave_nothing(rows: tuple[NDArray[np.float32], NDArray[np.float32]]) -> None:
    (found,) = principal_components(*rows, [512])
    assert found.components == 12
    assert found.train_error == pytest.approx(0.0, abs=1e-10)


def test_more_components_than_rows_are_as_many_as_rows() -> None:
    (found,) = principal_components(np.random.default_rng(0).random((5, 9)), None, [8])
    assert found.components == 5


def test_blocks_of_rows_add_up_to_all_rows(
    rows: tuple[NDArray[np.float32], NDArray[np.float32]], monkeypatch: pytest.MonkeyPatch
) -> None:
    whole = principal_components(*rows, [3])[0]
    monkeypatch.setattr("trasunto.analysis.baselines.ROWS_AT_ONCE", 7)
    assert principal_components(*rows, [3])[0].train_error == pytest.approx(whole.train_error, rel=1e-6)


def test_without_test_rows_there_is_no_test_error(rows: tuple[NDArray[np.float32], NDArray[np.float32]]) -> None:
    assert principal_components(rows[0], None, [3])[0].test_error is None


def test_the_solver_is_stated_and_the_numbers_repeat(rows: tuple[NDArray[np.float32], NDArray[np.float32]]) -> None:
    first, again = principal_components(*rows, [3]), principal_components(*rows, [3])
    assert first == again
    assert isinstance(first[0], LinearBaseline)
    assert first[0].solver == SOLVER == "covariance_eigh"
