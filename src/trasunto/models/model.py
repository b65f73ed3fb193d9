"""A detector that was trained: what scores rows, what it takes for strange, and how it came to be."""

from __future__ import annotations

import warnings
from collections.abc import Callable
from dataclasses import dataclass, field, replace
from functools import cached_property, wraps
from typing import TYPE_CHECKING, Any, TypeVar, cast

import numpy as np
from numpy.typing import NDArray

from trasunto.analysis.thresholds import Threshold
from trasunto.cohort.application import Applied
from trasunto.cohort.course import Course, Weights
from trasunto.data import Provenance
from trasunto.errors import TrasuntoError
from trasunto.models.entrance import Entrance
from trasunto.models.goals import Goal
from trasunto.models.scoring import Judgement, mean_of
from trasunto.spec import Recipe

if TYPE_CHECKING:
    from trasunto.models.reasons import Reasons

Method = TypeVar("Method", bound=Callable[..., Any])


def _takes_x(method: Method) -> Method:
    """Take rows by their former name `x` too, and warn of it."""

    @wraps(method)
    def taking(self: Model, *args: Any, **named: Any) -> Any:
        if "x" in named and not args and "rows" not in named:
            _warn_of_old_name(f"{method.__name__}(x=...)", f"{method.__name__}(rows=...)")
            named["rows"] = named.pop("x")
        return method(self, *args, **named)

    return cast(Method, taking)


def _warn_of_old_name(old: str, new: str) -> None:
    warnings.warn(f"Model.{old} is now Model.{new}, and its old name will go", DeprecationWarning, stacklevel=3)


@dataclass(frozen=True, eq=False)
class Model:
    """A detector: rows go in, how strange they are comes out. Higher is stranger.

    Rows are raw, as the training rows were before anything was scaled or encoded: a frame of pandas, polars or Arrow
    with the columns that it was trained on, in any order, and maybe those that training left aside; an array
    (n, columns) of these in their order, where all hold numbers; or images (n, h, w) where it was trained on such.
    Prepared numbers, as :meth:`prepare` gives them, are scored by :meth:`score_prepared`.

    Attributes
    ----------
    entrance
        How rows come to be what the networks see.
    weights
        Of one network or more, by name; the scores of several are averaged.
    judgement
        How rows are scored, with what was measured on the training rows for it.
    threshold
        A row whose score is above it is flagged; see :meth:`with_threshold`.
    courses
        What each network is, and how its training went.
    provenance, n
        The rows that it was trained on, without their path, and how many.
    versions
        Of the packages that made it.
    created
        When, ISO 8601 in UTC.

    Examples
    --------
    >>> from trasunto.data import from_arrays
    >>> from trasunto.models.fitting import fit_model
    >>> rows = np.random.default_rng(0).normal(size=(200, 1)) @ [[1.0, -1.0, 0.5]]
    >>> recipe = Recipe("[1 linear] > linear", epochs=30, batch_size=16, learning_rate=0.01)
    >>> model = fit_model(from_arrays(rows), recipe)
    >>> model.flag(np.array([[0.5, -0.5, 0.25], [3.0, 3.0, 3.0]])).tolist()
    [False, True]
    """

    entrance: Entrance
    weights: tuple[Weights, ...] = field(repr=False)
    judgement: Judgement = field(repr=False)
    threshold: Threshold
    courses: tuple[Course, ...] = field(repr=False)
    provenance: Provenance
    n: int
    versions: dict[str, str]
    created: str

    @property
    def feature_names(self) -> tuple[str, ...]:
        """Return the d names of what the networks see."""
        return self.entrance.feature_names

    @property
    def recipe(self) -> Recipe:
        """Return what its first network is; `courses` say it of all."""
        return self.courses[0].recipe

    @property
    def seeds(self) -> tuple[int, ...]:
        """Return the seed of each network."""
        return tuple(course.seed for course in self.courses)

    @cached_property
    def networks(self) -> tuple[Applied, ...]:
        """Return its networks as functions of prepared rows."""
        return tuple(
            Applied(course.recipe, weights, self.entrance.row_shape, self.entrance.blocks)
            for course, weights in zip(self.courses, self.weights, strict=True)
        )

    def prepare(self, rows: Any) -> np.ndarray:
        """Return raw rows as the networks see them, (n, d), in their precision.

        Raises
        ------
        DataError
            Columns are missing or unknown, an array has another shape or the model needs names, or a value is not a
            finite number.
        """
        return self.entrance.admit(rows, self.networks[0].dtype)

    def admit(self, x: Any) -> np.ndarray:
        """Return what :meth:`prepare` returns, which replaces it.

        Warns
        -----
        DeprecationWarning
            Always.
        """
        _warn_of_old_name("admit", "prepare")
        return self.prepare(x)

    @_takes_x
    def reconstruct(self, rows: Any) -> np.ndarray:
        """Return what the networks make of raw rows, (n, d) prepared as :meth:`prepare` does: the mean over them."""
        x = self.prepare(rows)
        return mean_of([network.reconstruct(x) for network in self.networks])

    @_takes_x
    def encode(self, rows: Any) -> np.ndarray:
        """Return the latents (n, z) of raw rows; those of several networks stand side by side."""
        x = self.prepare(rows)
        return np.concatenate([network.encode(x) for network in self.networks], axis=1)

    @_takes_x
    def score(self, rows: Any) -> NDArray[np.float64]:
        """Return how strange each raw row is, (n,): higher is stranger. The rows beside it make no difference."""
        return self.score_prepared(self.prepare(rows))

    def score_prepared(self, x: Any) -> NDArray[np.float64]:
        """Return the scores (n,) of prepared rows (n, d), as :meth:`prepare` gives them.

        Raises
        ------
        DataError
            They have another shape, or a value is not a finite number.
        """
        checked = self.entrance.checked(x, self.networks[0].dtype)
        return self.judgement.score(self.networks, checked, self.entrance.spans)

    @_takes_x
    def flag(self, rows: Any) -> NDArray[np.bool_]:
        """Return which raw rows are strange, (n,): those whose score is above the threshold."""
        return self.threshold.flagged(self.score(rows))

    def with_threshold(self, goal: Goal, rows: Any, labels: Any = None) -> Model:
        """Return this detector with another threshold, chosen on rows for a goal; only so has it a guarantee.

        Parameters
        ----------
        goal
            What the threshold shall do, such as ``Goal("false_alarms", 0.001)``. Its promise holds where the rows are
            what it speaks of: for "false_alarms", normal rows that the networks were not trained on.
        rows
            As :meth:`score` takes them.
        labels
            (n,) which of the rows are anomalies, True or 1 for each that is: with a goal of kind "labels" alone.

        Raises
        ------
        TrasuntoError
            The rows cannot be scored, are too few for the promise, or labels are missing or not asked for.

        Examples
        --------
        >>> from trasunto.data import from_arrays
        >>> from trasunto.models.fitting import fit_model
        >>> rows = np.random.default_rng(0).normal(size=(300, 3))
        >>> model = fit_model(from_arrays(rows[:200]), Recipe("[1 linear] > linear", epochs=1))
        >>> model.with_threshold(Goal("false_alarms", 0.05), rows[200:]).threshold.goal
        'at most 0.05 false alarms per normal row'
        """
        if not isinstance(goal, Goal):
            raise TrasuntoError(f"a goal is a trasunto.Goal, such as Goal('false_alarms', 0.01), not {goal!r}")
        return replace(self, threshold=goal.chosen_on(self.score(rows), labels))

    @_takes_x
    def explain(self, rows: Any, most: int = 5) -> tuple[Reasons, ...]:
        """Say of each raw row which of its columns make it strange, the strangest first, in the columns' own units.

        Raises
        ------
        TrasuntoError
            Rows that the model does not take, or no column is asked for.
        """
        from trasunto.models.reasons import reasons

        taken = self.entrance.taken(rows)
        x = self.entrance.prepared(taken, self.networks[0].dtype)
        return reasons(self, self.entrance.shown(taken, x), x, most)
