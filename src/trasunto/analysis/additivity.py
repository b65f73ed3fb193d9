"""Interaction test: whether two settings act independently on a measure, over a full grid of cells.

Independently means that cell (i, j) is ``mean + row i + column j``; the residual is the interaction. Its share of the
variance between cells is the effect size; the p-value only says whether it exceeds chance. Additivity of the error and
of its logarithm (each setting *multiplies* the error) are different claims, so studies test both.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

import numpy as np
from numpy.typing import ArrayLike, NDArray

Scale = Literal["error", "log error"]

_ROUNDING = 1e-24
"""Share of the total below which a sum of squares is rounding error."""


@dataclass(frozen=True)
class Additivity:
    """Interaction between the rows and columns of a grid, and its test.

    Attributes
    ----------
    scale
        ``"error"`` or ``"log error"``.
    unexplained
        Share (0..1) of the variance between cells that the additive model does not explain; None if nothing varies.
    rows_share, columns_share
        Shares of the same variance explained by rows and by columns alone.
    test
        ``"Tukey's one degree of freedom"`` for one value per cell, ``"interaction F"`` for several, else ``"none"``.
    f, p
        Statistic and p-value; `f` is None without a test, or if infinite (then `p` is 0).
    degrees
        Degrees of freedom of numerator and denominator.
    shape
        Rows, columns and seeds used.
    reason
        Why there is no test, as a sentence; empty otherwise.
    """

    scale: str
    unexplained: float | None
    rows_share: float | None
    columns_share: float | None
    test: str
    f: float | None
    p: float | None
    degrees: tuple[int, int]
    shape: tuple[int, int, int]
    reason: str = ""


def additivity(cells: ArrayLike, scale: Scale = "error") -> Additivity:
    """Measure the interaction's share of a grid's variance, and test it.

    Parameters
    ----------
    cells : array_like of shape (rows, columns, seeds)
        Error of each cell and seed, without gaps (see :func:`complete`); above zero for the logarithm.
    scale : {"error", "log error"}
        Whether effects are added on the error itself or on its logarithm.

    References
    ----------
    .. [1] J. W. Tukey, One degree of freedom for non-additivity, Biometrics 5 (1949) 232-242.
    """
    values = np.asarray(cells, dtype=np.float64)
    values = np.log(values) if scale == "log error" else values
    parts = _Parts.of(values.mean(axis=2))
    shape = (values.shape[0], values.shape[1], values.shape[2])
    if parts.total <= _ROUNDING * float((parts.means**2).sum()) or min(shape[:2]) < 2:
        reason = "an interaction needs at least two rows and two columns that differ"
        return Additivity(scale, None, None, None, "none", None, None, (0, 0), shape, reason)
    test, f, p, degrees, reason = _interaction_f(values, parts) if shape[2] > 1 else _tukey(parts)
    return Additivity(
        scale=scale,
        unexplained=parts.left_over / parts.total,
        rows_share=parts.between_rows / parts.total,
        columns_share=parts.between_columns / parts.total,
        test=test,
        f=f,
        p=p,
        degrees=degrees,
        shape=shape,
        reason=reason,
    )


def complete(cells: ArrayLike) -> tuple[NDArray[np.intp], NDArray[np.intp]]:
    """Return the rows and columns of a sub-grid in which every cell of every seed is finite.

    Greedily drops the row or column with the largest share of gaps: with gaps in one corner, where training diverges,
    this keeps the large rectangle beside it. Empty index arrays if nothing is complete.
    """
    values: NDArray[np.float64] = np.asarray(cells, dtype=np.float64)
    gaps: NDArray[np.bool_] = np.any(~np.isfinite(values), axis=2)
    rows, columns = np.arange(gaps.shape[0]), np.arange(gaps.shape[1])
    while rows.size and columns.size and gaps[np.ix_(rows, columns)].any():
        kept = gaps[np.ix_(rows, columns)]
        of_rows, of_columns = kept.mean(axis=1), kept.mean(axis=0)
        if of_rows.max() >= of_columns.max():
            rows = np.delete(rows, of_rows.argmax())
        else:
            columns = np.delete(columns, of_columns.argmax())
    if not rows.size or not columns.size:
        return np.empty(0, dtype=np.intp), np.empty(0, dtype=np.intp)
    return rows, columns


_Test = tuple[str, float | None, float | None, tuple[int, int], str]


@dataclass(frozen=True, eq=False)
class _Parts:
    """A grid of means decomposed into row effects, column effects and residual."""

    means: NDArray[np.float64]
    rows: NDArray[np.float64]
    columns: NDArray[np.float64]
    residual: NDArray[np.float64]
    total: float

    @classmethod
    def of(cls, means: NDArray[np.float64]) -> _Parts:
        grand = means.mean()
        rows, columns = means.mean(axis=1) - grand, means.mean(axis=0) - grand
        residual = means - grand - rows[:, None] - columns[None, :]
        return cls(means, rows, columns, residual, float(((means - grand) ** 2).sum()))

    @property
    def left_over(self) -> float:
        squares = float((self.residual**2).sum())
        return squares if squares > _ROUNDING * self.total else 0.0

    @property
    def between_rows(self) -> float:
        return float((self.rows**2).sum() * self.columns.size)

    @property
    def between_columns(self) -> float:
        return float((self.columns**2).sum() * self.rows.size)

    @property
    def freedom(self) -> int:
        return (self.rows.size - 1) * (self.columns.size - 1)


def _tukey(parts: _Parts) -> _Test:
    """Test one value per cell against interactions of the form (row effect) x (column effect)."""
    name = "Tukey's one degree of freedom"
    degrees = (1, parts.freedom - 1)
    if degrees[1] < 1:
        return "none", None, None, (0, 0), "Tukey's test needs a grid of at least two by three complete cells"
    product = np.outer(parts.rows, parts.columns)
    size = float((product**2).sum())
    if size <= _ROUNDING * parts.total**2:
        return "none", None, None, (0, 0), "Tukey's test needs rows and columns that both have an effect"
    if parts.left_over == 0.0:
        return name, 0.0, 1.0, degrees, ""
    explained = float((parts.means * product).sum()) ** 2 / size
    return name, *_f_test(explained, parts.left_over - explained, degrees), degrees, ""


def _interaction_f(values: NDArray[np.float64], parts: _Parts) -> _Test:
    """Test the interaction against the scatter over seeds.

    A seed gives every cell the same initial weights, so seeds are blocks: each seed's mean shift is removed from the
    scatter, which leaves (cells - 1) x (seeds - 1) degrees of freedom.
    """
    rows, columns, seeds = values.shape
    shift = values.mean(axis=(0, 1)) - values.mean()
    scatter = float(((values - parts.means[:, :, None] - shift) ** 2).sum())
    degrees = (parts.freedom, (rows * columns - 1) * (seeds - 1))
    scatter = scatter if scatter > _ROUNDING * parts.total else 0.0
    if parts.left_over == 0.0:
        return "interaction F", 0.0, 1.0, degrees, ""
    return "interaction F", *_f_test(seeds * parts.left_over, scatter, degrees), degrees, ""


def _f_test(explained: float, left: float, degrees: tuple[int, int]) -> tuple[float | None, float]:
    from scipy import stats

    if left <= _ROUNDING * explained:
        return None, 0.0
    f = (explained / degrees[0]) / (left / degrees[1])
    return f, float(stats.f.sf(f, *degrees))
