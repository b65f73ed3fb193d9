"""Scores of networks and of ensembles: each network's own score of a row, and the mean over networks.

Errors are those of the numbers that the networks saw, in their precision; a category's squared errors are added over
its one-hot code, so that every column of the rows counts once however many categories it has. A row's score is the same
to the last bit whatever rows are scored with it: columns are added up in an order that no number of rows changes.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from functools import partial
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from trasunto.analysis import scores
from trasunto.analysis.explanation import ErrorDistribution
from trasunto.analysis.scores import ErrorScale, LatentDistance, Scoring, fit_scoring, fold, squared_errors
from trasunto.cohort.application import Applied
from trasunto.errors import TrasuntoError, one_of

MAHALANOBIS = "mahalanobis"

SCORES = tuple(dict.fromkeys((*scores.SCORES, MAHALANOBIS)))
"""Every kind of score: those of :mod:`trasunto.analysis.scores`, and "mahalanobis", the distance of a row's errors from
the training rows' in units of how these vary together, per feature."""

Spans = tuple[tuple[int, int], ...]

FARTHEST = float(np.finfo(np.float32).max)
"""The largest number that counts, in either precision: squares of much larger ones are beyond float64."""


class Seen(NamedTuple):
    """Rows with what the networks make of them.

    Attributes
    ----------
    scores
        (n,) how strange each is.
    made
        (n, d) the reconstructions' mean over networks.
    errors
        (n, k) the squared errors of each column, their mean over networks.
    """

    scores: NDArray[np.float64]
    made: NDArray[np.float64]
    errors: NDArray[np.float64]


@dataclass(frozen=True, eq=False)
class Judgement:
    """What was measured on the training rows, so that new ones can be scored and explained.

    Attributes
    ----------
    kind
        One of `SCORES`, the same for every network.
    scorings
        Of each network.
    usual
        How large each column's error was, over the training rows: the mean over networks.
    """

    kind: str
    scorings: tuple[Scoring, ...]
    usual: ErrorDistribution

    @classmethod
    def fit(cls, kind: str, networks: Sequence[Applied], x: np.ndarray, spans: Spans) -> Judgement:
        """Measure training rows (n, d)."""
        total, scorings = np.zeros((len(x), len(spans))), []
        for network in networks:
            made = finite(network.reconstruct(x))
            errors = errors_of(x, made, spans)
            scorings.append(_fitted(kind, network, x, made, errors))
            total += errors
        return cls(kind, tuple(scorings), ErrorDistribution.fit(total / len(networks)))

    def score(self, networks: Sequence[Applied], x: np.ndarray, spans: Spans) -> NDArray[np.float64]:
        """Return how strange each row is, (n,): the mean over networks; higher is stranger."""
        total = np.zeros(len(x))
        if len(x):
            for network, scoring in zip(networks, self.scorings, strict=True):
                total += self._of(network, scoring, x, spans)
        mean: NDArray[np.float64] = total / len(self.scorings)
        return mean

    def look(self, networks: Sequence[Applied], x: np.ndarray, spans: Spans) -> Seen:
        """Return the scores of rows (n, d) as `score` does, with reconstructions and errors: one pass a network."""
        scores, reconstructions, errors = np.zeros(len(x)), [], []
        for network, scoring in zip(networks, self.scorings, strict=True):
            score, made = self._with_reconstruction(network, scoring, x, spans)
            scores += score
            reconstructions.append(made.astype(np.float64))
            errors.append(errors_of(x, made, spans))
        return Seen(scores / len(self.scorings), mean_of(reconstructions), mean_of(errors))

    def _of(self, network: Applied, scoring: Scoring, x: np.ndarray, spans: Spans) -> NDArray[np.float64]:
        if self.kind == "latent":
            return scoring.score(None, finite(network.encode(x)))
        if self.kind == MAHALANOBIS:
            return network.measure(x, partial(_distances, scoring))
        weighed = network.weighed_errors(x, _scales(scoring, spans))
        return _overflows_rescored(weighed, scoring, x, spans, network.reconstruct)

    def _with_reconstruction(
        self, network: Applied, scoring: Scoring, x: np.ndarray, spans: Spans
    ) -> tuple[NDArray[np.float64], np.ndarray]:
        """Return one network's scores and its reconstruction (n, d)."""
        if self.kind == "latent":
            return self._of(network, scoring, x, spans), finite(network.reconstruct(x))
        if self.kind == MAHALANOBIS:
            made = finite(network.reconstruct(x))
            return _distances(scoring, x, made), made
        made, weighed = network.reconstruct_weighed(x, _scales(scoring, spans))
        beyond = ~np.isfinite(weighed)
        return _overflows_rescored(weighed, scoring, x, spans, lambda _: made[beyond]), finite(made)


def scoring_from_arrays(kind: str, arrays: Mapping[str, np.ndarray]) -> Scoring:
    """Return one network's scoring of a kind, as its `to_arrays` gave it."""
    return Scoring.from_arrays(_analysed_as(kind), arrays)


def refuse_senseless(judgement: Judgement) -> None:
    """Refuse a judgement whose numbers were measured on no rows: by them, scores would be no numbers or all alike.

    Raises
    ------
    TrasuntoError
        A scale is not above 0, a precision matrix is none, or the farthest row's score is not finite.
    """
    for number, scoring in enumerate(judgement.scorings):
        fitted = scoring.fitted
        scale = getattr(fitted, "scale", getattr(fitted, "usual", np.ones(1)))
        with np.errstate(over="ignore", invalid="ignore", divide="ignore"):
            farthest = np.square(2 * FARTHEST / scale) if isinstance(fitted, LatentDistance) else FARTHEST**2 / scale
            whole = isinstance(fitted, LatentDistance) and np.abs(fitted.precision).max() * farthest.sum() * len(scale)
        if (scale <= 0).any() or not np.isfinite([farthest.sum(), whole]).all() or not _is_precision(fitted):
            raise TrasuntoError(f"what the score of network {number} measured on the training rows cannot be")


def _is_precision(fitted: object) -> bool:
    """Say whether a distance's matrix is symmetric and positive definite, so that distances are above 0."""
    if not isinstance(fitted, LatentDistance):
        return True
    matrix = fitted.precision
    try:
        np.linalg.cholesky(matrix)
    except np.linalg.LinAlgError:
        return False
    return bool(np.allclose(matrix, matrix.T, rtol=1e-6, atol=1e-6 * np.abs(matrix).max()))


def errors_of(x: np.ndarray, made: np.ndarray, spans: Spans) -> NDArray[np.float64]:
    """Return the squared error of every column of every row, (n, k)."""
    errors = squared_errors(x, made)
    return errors if all(stop == start + 1 for start, stop in spans) else fold(errors, spans)


def finite(values: np.ndarray) -> np.ndarray:
    """Return what a network made of rows, with the largest numbers there are in place of what is beyond them.

    Rows that are finite may be so far out that a network's sums are not; they are strange, and nothing to refuse.
    """
    if (np.abs(values) <= FARTHEST).all():
        return values
    brought: np.ndarray = np.clip(np.nan_to_num(values, nan=FARTHEST), -FARTHEST, FARTHEST)
    return brought


def mean_of(arrays: Sequence[np.ndarray]) -> np.ndarray:
    """Return the mean over arrays of a shape, added one after the other: NumPy's order depends on the shape."""
    total: np.ndarray = arrays[0].copy()
    for array in arrays[1:]:
        total += array
    return total / len(arrays)


def spans_of(d: int, blocks: Spans) -> Spans:
    """Return the spans of the columns that d features came from: its one-hot blocks, and every other feature alone.

    Examples
    --------
    >>> spans_of(4, ((1, 3),))
    ((0, 1), (1, 3), (3, 4))
    """
    ends = dict(blocks)
    spans, at = [], 0
    while at < d:
        stop = ends.get(at, at + 1)
        spans.append((at, stop))
        at = stop
    return tuple(spans)


def legal_score(kind: str) -> str:
    """Return a kind of score if there is such a one.

    Raises
    ------
    TrasuntoError
        There is not; the message lists those there are.
    """
    if kind not in SCORES:
        raise one_of("score", kind, SCORES)
    return kind


def _fitted(kind: str, network: Applied, x: np.ndarray, made: np.ndarray, errors: NDArray[np.float64]) -> Scoring:
    if kind == MAHALANOBIS:
        return Scoring(_analysed_as(kind), LatentDistance.fit(_differences(x, made)))
    return fit_scoring(kind, errors, finite(network.encode(x)) if kind == "latent" else None)


def _analysed_as(kind: str) -> str:
    """Return the kind of analysis that a score is: the distance of errors is computed as that of latents."""
    return "latent" if kind == MAHALANOBIS else kind


def _scales(scoring: Scoring, spans: Spans) -> NDArray[np.float64]:
    """Return what each feature's squared error (d,) counts in a score that is a mean over columns."""
    usual = scoring.fitted.usual if isinstance(scoring.fitted, ErrorScale) else np.ones(len(spans))
    return np.repeat(1 / (usual * len(spans)), [stop - start for start, stop in spans])


def _overflows_rescored(
    weighed: np.ndarray,
    scoring: Scoring,
    x: np.ndarray,
    spans: Spans,
    rebuilt: Callable[[np.ndarray], np.ndarray],
) -> NDArray[np.float64]:
    """Return weighed errors (n,) as scores, anew where squares are more than the networks' precision holds."""
    scores: NDArray[np.float64] = weighed.astype(np.float64)
    beyond = ~np.isfinite(scores)
    if beyond.any():
        rows = x[beyond]
        scores[beyond] = scoring.score(errors_of(rows, finite(rebuilt(rows)), spans), None)
    return scores


def _distances(scoring: Scoring, x: np.ndarray, made: np.ndarray) -> NDArray[np.float64]:
    distances: NDArray[np.float64] = scoring.score(None, _differences(x, finite(made))) / x.shape[1]
    return distances


def _differences(x: np.ndarray, made: np.ndarray) -> NDArray[np.float64]:
    """Return the errors of every feature with their signs, (n, d)."""
    differences: NDArray[np.float64] = np.subtract(x, made, dtype=np.float64)
    return differences
