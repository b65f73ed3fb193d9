"""Base of all estimators: parameters, and the recipe, seed and held-out rows made of them."""

from __future__ import annotations

import secrets
import warnings
from abc import ABC
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, fields, make_dataclass, replace
from os import PathLike
from typing import TYPE_CHECKING, Any

import numpy as np
from sklearn.base import BaseEstimator
from sklearn.exceptions import ConvergenceWarning
from sklearn.model_selection import train_test_split

from trasunto.cluster import executor
from trasunto.cohort.course import Course
from trasunto.cohort.memory import fit_request
from trasunto.cohort.outcome import FAILED, advice
from trasunto.data import Table
from trasunto.data.columns import numbered
from trasunto.data.preparation import MISSING_POLICIES, SCALINGS
from trasunto.errors import RecipeError
from trasunto.estimators.rows import given_rows
from trasunto.models.fitting import Train, in_store
from trasunto.runs.store import folder_of
from trasunto.runs.train import train_request
from trasunto.spec import Layer, Network, Recipe, Stopping
from trasunto.spec.legal import NUMBERS, TrainingFields
from trasunto.spec.rules import Choice, Number

if TYPE_CHECKING:
    from trasunto.estimators.rows import Rows

COUNT = Number("how many", low=1, high=10**9, whole=True)
SHARE = Number("share of the rows", high=1, above=True)

RECIPE_PARAMETERS = tuple(field.name for field in fields(TrainingFields))
"""The parameters that are fields of a recipe, by the same names."""

if TYPE_CHECKING:
    RecipeParameters = TrainingFields[None]
else:  # the same fields again, since scikit-learn sets parameters, and a recipe's fields are frozen
    RecipeParameters = make_dataclass(
        "RecipeParameters",
        [(one.name, one.type.replace("Unset", "None"), None) for one in fields(TrainingFields)],
        kw_only=True,
        eq=False,
        repr=False,
    )


@dataclass(eq=False, repr=False, kw_only=True)
class NetworkEstimator(RecipeParameters, BaseEstimator, ABC):  # type: ignore[misc]
    """Remember how a network is built and trained; nothing is looked at before `fit`.

    None stands everywhere for what the estimator's own usual recipe says.

    Parameters
    ----------
    hidden_layers
        Widths of the encoder's layers before the latent one. The decoder has the same, reversed.
    latent
        Width of the latent layer, z.
    activation, latent_activation, output
        What the hidden layers, the latent layer and the output layer do to their sums.
    drop
        Share of the encoder's hidden layers' outputs dropped while training.
    l1
        Weight of the latent's summed magnitudes in the loss: above 0, the autoencoder is sparse.
    network
        The layers in the text notation, such as ``"64 relu > [8 linear] > mirror > linear"``, in place of all of the
        above.
    loss, huber_delta, corruption, noise, tied, contraction, agreement
        The training loss, as in a :class:`trasunto.Recipe`.
    optimizer, learning_rate, momentum, nesterov, beta1, beta2, epsilon, decay, weight_decay, clip_norm
        The optimizer, likewise.
    schedule, schedule_epochs, schedule_factor, batch_size, epochs, initialisation
        The course of training, likewise. Fewer rows than `batch_size` are one minibatch.
    patience
        Stop after so many epochs in which the loss of held-out rows has not fallen, and keep the weights of the lowest.
        None trains all epochs on all rows.
    validation_fraction
        Share of the rows held out for `patience`, at random.
    scaling
        How numbers are scaled before the network sees them: "standard", "minmax", "robust" or "none" (as they are).
    missing
        What stands in for a missing number: "median", "mean" or "most_frequent" of the training rows; a missing
        category is a category of its own, or the most frequent one. "refuse" refuses missing values.
    warm_start
        Let `fit` go on from the fitted weights, where there are any, with the optimizer's memory empty.
    store
        Folder in which networks are looked up and kept while they are trained, as :func:`trasunto.train` does: the same
        `fit`, with a number for `random_state`, goes on with what was interrupted. None keeps nothing.
    on
        Where to train, such as ``"local:4"``, as :func:`trasunto.train` takes it; None is this process.
    random_state
        Seed of the first weights, the rows' order, dropout and the rows held out. None draws one from the operating
        system; NumPy's global generator is neither read nor moved.
    """

    hidden_layers: Iterable[int] | None = (64, 32)
    latent: int | None = 8
    activation: str | None = "relu"
    latent_activation: str | None = "linear"
    output: str | None = "linear"
    drop: float | None = None
    l1: float | None = None
    network: str | Network | None = None
    epochs: int | None = 50
    patience: int | None = None
    validation_fraction: float = 0.1
    scaling: str = "none"
    missing: str = "median"
    warm_start: bool = False
    store: str | PathLike[str] | None = None
    on: str | None = None
    random_state: int | np.random.RandomState | None = None

    def _given(self, X: Any, *, reset: bool = False, least: int = 1) -> Rows:
        """Return rows as given, checked: an array of numbers (n, d), or a frame of raw columns."""
        words = (("scaling", SCALINGS), ("missing", MISSING_POLICIES))
        for name, legal in words:
            Choice(name, tuple(legal)).check(name, getattr(self, name))
        return given_rows(self, X, reset=reset, least=least, refuse_missing=self.missing == "refuse")

    def _names(self) -> tuple[str, ...]:
        """Return the names of the raw columns: those that `fit` saw, or numbers."""
        return tuple(getattr(self, "feature_names_in_", numbered(self.n_features_in_)))

    @contextmanager
    def _training(self) -> Iterator[Train]:
        """Yield what trains networks, in this process or where they are asked for."""
        with executor(self.on) as workers:
            if self.store is None:
                yield lambda request, fold: fit_request(request, on=workers)
            else:
                folder = folder_of(self.store)
                yield in_store(lambda request, name, fold: train_request(request, folder, name, on=workers))

    def _usual(self, d: int) -> Recipe:
        """Return the recipe for rows of `d` features where nobody says otherwise."""
        return Recipe("64 relu > 32 relu > [8 linear] > mirror > linear")

    def _recipe(self, d: int, seed: int) -> Recipe:
        """Return the recipe for rows of `d` features: the usual one, with what was asked for in its place."""
        usual = self._usual(d)
        asked = {name: getattr(self, name) for name in RECIPE_PARAMETERS}
        return usual.replace(
            network=self._layers(usual.network) if self.network is None else self.network,
            order_seed=seed,
            **{name: value for name, value in asked.items() if value is not None},
        )

    def _layers(self, usual: Network) -> Network:
        """Return the usual network with the layers that were asked for in place of its own."""
        *hidden, latent = usual.encoder
        first = hidden[0] if hidden else Layer(1, "relu")
        widths = [layer.units for layer in hidden] if self.hidden_layers is None else self.hidden_layers
        if not np.iterable(widths) or isinstance(widths, (str, bytes)):
            raise RecipeError(f"hidden_layers must list the layers' widths, as in (64, 32), not {widths!r}")
        activation = self.activation or first.activation
        drop = first.drop if self.drop is None else self.drop
        units = NUMBERS["units"]
        before = [Layer(int(units.check("a width of hidden_layers", width)), activation, drop=drop) for width in widths]
        code = Layer(
            latent.units if self.latent is None else int(units.check("latent", self.latent)),
            self.latent_activation or latent.activation,
            l1=latent.l1 if self.l1 is None else self.l1,
        )
        after = [Layer(layer.units, layer.activation) for layer in reversed(before)]
        return Network((*before, code), tuple(after), self.output or usual.output)

    def __sklearn_tags__(self) -> Any:
        tags = super().__sklearn_tags__()
        tags.input_tags.allow_nan = self.missing != "refuse"
        return tags

    def _seed(self) -> int:
        """Return the seed that `random_state` stands for, drawn anew where it is none."""
        if self.random_state is None:
            return secrets.randbits(32)
        if isinstance(self.random_state, np.random.RandomState):
            return int(self.random_state.randint(2**32, dtype=np.uint32))
        return int(NUMBERS["seed"].check("random_state", self.random_state))

    def _stopping(self) -> Stopping | None:
        return None if self.patience is None else Stopping(int(COUNT.check("patience", self.patience)))

    def _held_out(self, table: Table, seed: int) -> Table:
        """Hold some rows out where stopping needs them.

        At random, where Keras takes the last ones, because rows given to an estimator are often in the order of their
        labels; with every class on both sides, where there are labels.
        """
        if self.patience is None:
            return table
        SHARE.check("validation_fraction", self.validation_fraction)
        rows = np.arange(len(table))
        kept, held = train_test_split(rows, test_size=self.validation_fraction, random_state=seed, stratify=table.y)
        return replace(table.take(np.sort(kept)), validation=table.take(np.sort(held)))


def warn_of_failures(courses: Sequence[Course]) -> None:
    """Warn where networks stalled or diverged: what comes of them is no better than without training.

    A network that diverged has its last finite weights.
    """
    failed = [course for course in courses if course.status in FAILED]
    if not failed:
        return
    first = failed[0]
    which = "the network" if len(courses) == 1 else f"{len(failed)} of {len(courses)} networks"
    warnings.warn(
        f"training {which} on loss '{first.recipe.loss}' {first.status}: {first.reason}; {advice(first.outcome)}",
        ConvergenceWarning,
        stacklevel=4,
    )


def refuse_other_network(fitted: Network, fitted_d: int, asked: Network, d: int) -> None:
    """Refuse to go on from the weights of one network with another."""
    if (fitted, fitted_d) != (asked, d):
        raise RecipeError(
            f"warm_start goes on with the fitted network '{fitted}' on {fitted_d} features, and what is asked for is "
            f"'{asked}' on {d}: fit a new estimator, or set warm_start=False"
        )
