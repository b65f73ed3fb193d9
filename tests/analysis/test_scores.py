from __future__ import annotations

import numpy as np
import pytest
from numpy.typing import NDArray

from trasunto.analysis.scores import (
    SCORES,
    ErrorScale,
    LatentDistance,
    Scoring,
    fit_scoring,
    fold,
    shrinkage,
    squared_errors,
)
from trasunto.errors import DataError, TrasuntoError


@pytest.fixture
def trained() -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """Errors and latents of training rows, with a column always rebuilt exactly, a dead unit and a repeated one."""
    random = np.random.default_rng(0)
    errors = np.square(random.normal(size=(400, 5)) * [1.0, 0.1, 0.01, 2.0, 0.0])
    latent = random.normal(size=(400, 4)) @ random.normal(size=(4, 4))
    return errors, np.column_stack([latent, np.zeros(400), latent[:, 0]])


def test_squared_errors_are_per_feature_and_never_broadcast() -> None:
    assert squared_errors([[1.0, 2.0], [0.0, 0.0]], [[0.0, 2.0], [3.0, 0.5]]).tolist() == [[1.0, 0.0], [9.0, 0.25]]
    with pytest.raises(DataError, match=r"shape \(2, 2\) and reconstructions of shape \(1, 2\) do not match"):
        squared_errors([[1.0, 2.0], [0.0, 0.0]], [[1.0, 2.0]])
    with pytest.raises(DataError, match="reconstructions hold nan in row 0, column 1"):
        squared_errors([[1.0, 2.0]], [[1.0, np.nan]])


def test_folding_adds_the_features_of_each_raw_column() -> None:
    errors = np.arange(12.0).reshape(2, 6)
    assert fold(errors, [(0, 1), (1, 4), (4, 4), (4, 6)]).tolist() == [[0.0, 6.0, 0.0, 9.0], [6.0, 24.0, 0.0, 21.0]]
    with pytest.raises(DataError, match=r"the span \(4, 7\) does not lie within 6 features"):
        fold(errors, [(0, 4), (4, 7)])


@pytest.mark.parametrize("kind", SCORES)
def test_every_score_is_finite_one_per_row_and_repeats(
    kind: str, trained: tuple[NDArray[np.float64], NDArray[np.float64]]
) -> None:
    scores = fit_scoring(kind, *trained).score(*trained)
    assert scores.shape == (400,)
    assert scores.dtype == np.float64
    assert np.isfinite(scores).all()
    assert scores.std() > 0
    assert np.array_equal(scores, fit_scoring(kind, *trained).score(*trained))


@pytest.mark.parametrize("kind", SCORES)
def test_every_score_takes_rows_one_by_one_as_it_takes_them_together(
    kind: str, trained: tuple[NDArray[np.float64], NDArray[np.float64]]
) -> None:
    scoring, (errors, latent) = fit_scoring(kind, *trained), trained
    together = scoring.score(errors, latent)
    alone = [scoring.score(errors[row : row + 1], latent[row : row + 1])[0] for row in range(20)]
    assert alone == together[:20].tolist()


@pytest.mark.parametrize("kind", SCORES)
def test_every_score_is_stored_as_arrays_and_reads_back_exactly(
    kind: str, trained: tuple[NDArray[np.float64], NDArray[np.float64]]
) -> None:
    scoring = fit_scoring(kind, *trained)
    arrays = scoring.to_arrays()
    assert all(type(array) is np.ndarray and array.dtype == np.float64 for array in arrays.values())
    again = Scoring.from_arrays(kind, arrays)
    assert again.kind == kind
    assert np.array_equal(again.score(*trained), scoring.score(*trained))
    with pytest.raises(DataError, match="a stored score needs the arrays"):
        Scoring.from_arrays(kind, {**arrays, "code": np.zeros(1)})


@pytest.mark.parametrize("kind", SCORES)
def test_every_score_rises_with_what_it_reads(
    kind: str, trained: tuple[NDArray[np.float64], NDArray[np.float64]]
) -> None:
    scoring, (errors, latent) = fit_scoring(kind, *trained), trained
    middle = latent.mean(axis=0)
    for smaller, larger in [(1.0, 1.5), (1.5, 4.0), (4.0, 100.0)]:
        less = scoring.score(smaller * errors + 0.01, middle + smaller * (latent - middle))
        more = scoring.score(larger * errors + 0.01, middle + larger * (latent - middle))
        assert (more > less).all()
    for feature in range(5):
        worse = errors.copy()
        worse[:, feature] += 0.5
        assert (scoring.score(worse, latent) >= scoring.score(errors, latent)).all()


@pytest.mark.parametrize("kind", SCORES)
def test_every_score_refuses_what_it_was_not_fitted_on(
    kind: str, trained: tuple[NDArray[np.float64], NDArray[np.float64]]
) -> None:
    scoring, (errors, latent) = fit_scoring(kind, *trained), trained
    reads = scoring.fitted.reads
    with pytest.raises(DataError, match=f"the score '{kind}' needs the rows' {reads}"):
        scoring.score(None if reads == "errors" else errors, latent if reads == "errors" else None)
    with pytest.raises(DataError, match="hold nan in row 0, column 0"):
        scoring.score(errors * np.nan, latent * np.nan)
    if kind != "mse":
        with pytest.raises(DataError, match=r"columns; the score was fitted to"):
            scoring.score(errors[:, 1:], latent[:, 1:])


def test_an_unknown_score_is_refused_with_the_known_ones() -> None:
    with pytest.raises(
        TrasuntoError, match=r"'standardized' is not known, did you mean 'standardised'\? \(legal: mse, "
    ):
        fit_scoring("standardized", [[1.0]], None)


def test_the_mean_error_is_that_of_the_loss(trained: tuple[NDArray[np.float64], NDArray[np.float64]]) -> None:
    errors, _ = trained
    assert fit_scoring("mse", errors, None).score(errors, None) == pytest.approx(errors.mean(axis=1))


def test_a_usual_row_scores_one_and_every_feature_weighs_alike(
    trained: tuple[NDArray[np.float64], NDArray[np.float64]],
) -> None:
    errors, _ = trained
    scale = ErrorScale.fit(errors)
    assert scale.standardise(errors)[:, :4].mean(axis=0) == pytest.approx(
        [1.0, 1.0, errors[:, 2].mean() / scale.usual[2], 1.0]
    )
    assert scale.score(errors).mean() == pytest.approx(scale.standardise(errors).mean())
    assert ErrorScale.fit(errors[:, :2]).score(errors[:, :2]).mean() == pytest.approx(1.0)


def test_a_column_always_rebuilt_exactly_is_watched_without_magnifying_its_rounding() -> None:
    errors = np.column_stack([np.square(np.random.default_rng(0).normal(size=200)), np.zeros(200)])
    scale = ErrorScale.fit(errors)
    rounding, deviation = scale.score([[1.0, 1e-14], [1.0, 1.0]])
    assert rounding == pytest.approx(scale.score([[1.0, 0.0]])[0], abs=1e-9)
    assert 100 * rounding < deviation < np.inf
    assert ErrorScale.fit(np.zeros((3, 2))).score([[0.0, 0.0], [1.0, 3.0]]).tolist() == [0.0, 2.0]


@pytest.mark.parametrize("width", [63, 64, 65, 300])
def test_a_wide_latent_distance_is_the_same_to_the_last_bit_in_any_company(width: int) -> None:
    rows = np.random.default_rng(0).normal(size=(700, width))
    distance = LatentDistance.fit(rows)
    scores = distance.score(rows)
    away = (rows - distance.location) / distance.scale
    np.testing.assert_allclose(scores, np.einsum("nz,zy,ny->n", away, distance.precision, away, optimize=True))
    assert [distance.score(rows[[row]])[0] for row in (0, 255, 256, 699)] == scores[[0, 255, 256, 699]].tolist()
    assert np.array_equal(distance.score(np.asfortranarray(rows[::-1])), scores[::-1])


def test_the_latent_distance_is_mahalanobis() -> None:
    random = np.random.default_rng(0)
    latent = random.normal(size=(5_000, 3)) @ random.normal(size=(3, 3)) + [5.0, 0.0, -1.0]
    away = latent[:50] - latent.mean(axis=0)
    expected = np.einsum("nz,zy,ny->n", away, np.linalg.inv(np.cov(latent, rowvar=False, ddof=0)), away)
    found = LatentDistance.fit(latent)
    assert found.score(latent[:50]) == pytest.approx(expected, rel=0.05)
    assert found.score(latent).mean() == pytest.approx(3.0, rel=0.05)


@pytest.mark.parametrize(("n", "z"), [(400, 7), (60, 10), (20, 33)])
def test_the_covariance_is_shrunk_as_scikit_learn_does_and_less_where_rows_are_many(n: int, z: int) -> None:
    from sklearn.covariance import OAS, ShrunkCovariance

    latent = np.random.default_rng(n).normal(size=(n, 3)) @ np.random.default_rng(z).normal(size=(3, z))
    latent += np.random.default_rng(1).normal(size=(n, z))
    standard = (latent - latent.mean(axis=0)) / latent.std(axis=0)
    amount = max(1e-3, min(z / n, 1) * OAS(assume_centered=True).fit(standard).shrinkage_)
    assert shrinkage(standard) == pytest.approx(amount, rel=1e-9)
    expected = ShrunkCovariance(shrinkage=amount, assume_centered=True).fit(standard).mahalanobis(standard)
    assert LatentDistance.fit(latent).score(latent) == pytest.approx(expected, rel=1e-9)


def test_of_many_rows_a_covariance_is_shrunk_by_a_thousandth() -> None:
    correlated = np.random.default_rng(0).normal(size=(11_691, 4)) @ np.random.default_rng(1).normal(size=(4, 29))
    assert shrinkage(correlated) == 1e-3


def test_a_new_row_lies_little_further_out_than_the_few_rows_that_were_fitted() -> None:
    random = np.random.default_rng(0)
    known, new = random.normal(size=(60, 40)), random.normal(size=(1_000, 40))
    found, inverse = LatentDistance.fit(known), np.linalg.inv(np.cov(known, rowvar=False))
    unshrunk = np.einsum("nz,zy,ny->n", new - known.mean(axis=0), inverse, new - known.mean(axis=0)).mean() / 40
    assert found.score(new).mean() / found.score(known).mean() < 2 < unshrunk


def test_units_that_repeat_each_other_count_once() -> None:
    latent = np.random.default_rng(0).normal(size=(500, 2))
    repeated = np.column_stack([latent, latent[:, 0].astype(np.float32), -3 * latent[:, 1]])
    found = LatentDistance.fit(repeated).score(repeated)
    assert found == pytest.approx(LatentDistance.fit(latent).score(latent), rel=0.02)


def test_a_row_that_wakes_a_dead_unit_is_strange_and_its_rounding_is_not() -> None:
    latent = np.random.default_rng(0).normal(size=(500, 3))
    latent[:, 2] = 0.0
    found = LatentDistance.fit(latent)
    asleep, rounding, awake = found.score([[0.0, 0.0, 0.0], [0.0, 0.0, 1e-7], [0.0, 0.0, 0.5]])
    assert rounding == pytest.approx(asleep, abs=1e-6)
    assert awake > found.score(latent).max()


@pytest.mark.parametrize("latent", [np.full((9, 2), 0.1), np.array([[0.0, 1.0], [1.0, 5.0]]), np.array([[0.0], [1.0]])])
def test_a_latent_that_never_moves_or_hardly_any_rows_still_score(latent: NDArray[np.float64]) -> None:
    found = LatentDistance.fit(latent)
    scores = found.score(np.concatenate([latent, latent[:1] + 100.0]))
    assert np.isfinite(scores).all()
    assert (scores[-1] > scores[:-1]).all()
    with pytest.raises(DataError, match="training latents have 1 rows; at least 2"):
        LatentDistance.fit(latent[:1])
