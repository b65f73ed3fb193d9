"""A classifier whose encoder was trained without labels first."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any, Self

import numpy as np
from sklearn.base import ClassifierMixin
from sklearn.utils.multiclass import check_classification_targets
from sklearn.utils.validation import check_is_fitted

from trasunto.cohort.application import Applied
from trasunto.cohort.course import Fitted
from trasunto.cohort.outcome import is_worse
from trasunto.cohort.reach import check_outputs
from trasunto.cohort.request import encoder_weights, make_request
from trasunto.data import Preparation, Table
from trasunto.errors import DataError, RecipeError
from trasunto.estimators.network_estimator import NetworkEstimator, refuse_other_network, warn_of_failures
from trasunto.estimators.rows import features_of, fitted_preparation, labels_of, table_of
from trasunto.models.model import Model
from trasunto.spec import Recipe, Stopping
from trasunto.spec.legal import CORRUPTIONS, LOSSES, NUMBERS

if TYPE_CHECKING:
    from trasunto.estimators.rows import Rows

Weights = Mapping[str, np.ndarray]


@dataclass(eq=False, repr=False, kw_only=True)
class AutoencoderClassifier(ClassifierMixin, NetworkEstimator):  # type: ignore[misc]
    """Tell classes apart from what an autoencoder learnt of the rows without their labels.

    The autoencoder is trained first; its encoder then gets a linear head on the latent layer, and both are trained on
    the labels. Rows are arrays of numbers, or data frames of numbers, text, categories, truth values and dates, with
    missing values where need be; numbers are taken as they are unless `scaling` says how to scale them.

    Parameters
    ----------
    pretraining_epochs
        Passes over the rows without labels; 0 starts from random weights.
    pretrained
        A model, such as ``Autoencoder.model_`` or one from :func:`trasunto.open_model`, whose encoder takes the place
        of that training, and of what is said of layers; rows are prepared as that model prepares them.
    frozen
        Train the head alone and keep the encoder as it was pre-trained.

    The others are those of :class:`~trasunto.estimators.network_estimator.NetworkEstimator`; `epochs` and `patience`
    are of the training on labels, and `loss` with its numbers, `corruption`, `noise`, `tied`, `contraction` and
    `agreement` of the one before it.

    Attributes
    ----------
    classes_
        The labels, in order; the columns of `predict_proba`.
    recipe_, weights_
        The trained network and its arrays by name.
    preparation_
        How raw columns become what the network sees; None where they are that already.
    history_, pretraining_history_
        The losses of both trainings by epoch, epoch 0 first.
    n_iter_
        Epochs trained on labels.
    n_features_in_, feature_names_in_
        What `fit` saw.

    Examples
    --------
    >>> import numpy as np
    >>> x = np.random.default_rng(0).normal(size=(80, 4))
    >>> y = np.where(x[:, 0] > x[:, 1], "left", "right")
    >>> classifier = AutoencoderClassifier(hidden_layers=(16,), batch_size=16, learning_rate=0.01, random_state=0)
    >>> classifier.fit(x[:40], y[:40], unlabelled=x).score(x[40:], y[40:]) > 0.8
    True
    """

    pretraining_epochs: int = 50
    pretrained: Model | None = None
    frozen: bool = False

    def fit(self, X: Any, y: Any, unlabelled: Any = None) -> Self:
        """Train on rows (n, columns) and their classes (n,).

        Parameters
        ----------
        unlabelled
            Rows to pre-train on in place of X, where there are more of them than labels.
        """
        rows, y = self._given(X, reset=True), labels_of(self, X, y)
        check_classification_targets(y)
        going_on = self.warm_start and hasattr(self, "weights_")
        classes, numbers = self._classes(y, going_on)
        others = rows if unlabelled is None else self._given(unlabelled)
        preparation = self._preparation(others, going_on)
        table = table_of(rows, preparation, self._names(), numbers)
        d, seed = table.d, self._seed()
        recipe = self._recipe(d, seed)
        if self.pretrained is not None:
            recipe = recipe.replace(network=self.pretrained.recipe.network)
        if going_on:
            refuse_other_network(self.recipe_.network, self._applied.d, recipe.network, d)
            start: Weights = self.weights_
        else:
            plain = replace(table, y=None) if others is rows else table_of(others, preparation, self._names())
            start = self._encoder(plain, recipe, seed)
        held = self._held_out(table, seed)
        fitted = self._network(_with_head(recipe, self.frozen), held, seed, start, self._stopping())
        warn_of_failures([fitted])  # where it diverged, its last finite weights are the result
        self.classes_, self.preparation_ = classes, preparation
        self.recipe_: Recipe = fitted.recipe
        self.weights_: Weights = dict(fitted.weights)
        self.history_, self.n_iter_ = fitted.history, fitted.epochs
        self._applied: Applied = Applied(self.recipe_, self.weights_, d, classes=len(classes))
        return self

    def predict_proba(self, X: Any) -> np.ndarray:
        """Return the probability of each class, (n, classes), float32."""
        from scipy.special import softmax

        check_is_fitted(self)
        x = features_of(self._given(X), self.preparation_, self._names())
        logits = self._applied.classify(x).astype(np.float64)
        probabilities: np.ndarray = softmax(logits, axis=1).astype(np.float32)
        return probabilities

    def predict(self, X: Any) -> np.ndarray:
        """Return the most probable class of each row, (n,)."""
        numbers = self.predict_proba(X).argmax(axis=1)
        labels: np.ndarray = self.classes_[numbers]
        return labels

    def _classes(self, y: np.ndarray, going_on: bool) -> tuple[np.ndarray, np.ndarray]:
        """Return the classes, in order, and each row's number among them."""
        classes, numbers = np.unique(y, return_inverse=True)
        if len(classes) < 2:
            raise DataError(
                f"a classifier needs two classes at least, and y has one class, {classes.tolist()[0]!r}, in every row"
            )
        if going_on and not np.array_equal(classes, self.classes_):
            raise DataError(
                f"warm_start goes on with the classes {self.classes_.tolist()}, and y has {classes.tolist()}: "
                "fit a new estimator, or set warm_start=False"
            )
        return classes, numbers

    def _preparation(self, rows: Rows, going_on: bool) -> Preparation | None:
        """Return how rows are prepared: as those were that the encoder knows, or as these say."""
        if going_on:
            return self.preparation_
        if self.pretrained is None:
            return fitted_preparation(rows, self._names(), self.scaling, self.missing)
        if not isinstance(self.pretrained, Model):
            raise RecipeError(
                f"pretrained must be a model, such as Autoencoder.model_, not {type(self.pretrained).__name__}"
            )
        return self.pretrained.entrance.preparation

    def _encoder(self, table: Table, recipe: Recipe, seed: int) -> Weights:
        """Return the encoder's weights before any label was seen."""
        self.pretraining_history_: dict[str, list[float]] = {}
        epochs = int(NUMBERS["epochs"].check("pretraining_epochs", self.pretraining_epochs))
        if self.pretrained is not None:
            weights = _taken(self.pretrained, table.d)
        elif epochs == 0:
            return {}
        else:
            check_outputs([recipe], table)
            # A cosine over all epochs of one training is none over all of another.
            first = recipe.replace(epochs=epochs, schedule_epochs=self.schedule_epochs)
            fitted = self._network(first, table, seed)
            if is_worse(fitted.outcome):  # one that learnt nothing is a start like any other
                warn_of_failures([fitted])
            weights, self.pretraining_history_ = fitted.weights, fitted.history
        return encoder_weights(recipe, weights)

    def _network(
        self, recipe: Recipe, table: Table, seed: int, start: Weights | None = None, stopping: Stopping | None = None
    ) -> Fitted:
        """Train one network."""
        request = make_request(recipe, table, [seed], None, (), [start], stopping, whole=True)
        with self._training() as train:
            return train(request, 0)[0]


def _taken(model: Model, d: int) -> Weights:
    """Return the weights of a model's first network, for rows of `d` features."""
    if model.networks[0].d != d:
        raise RecipeError(f"pretrained must be a model of {d} features, as X has, not of {model.networks[0].d}")
    return model.weights[0]


def _with_head(recipe: Recipe, frozen: bool) -> Recipe:
    """Return the recipe of the encoder and a head: without what only concerns reconstruction."""
    unused = dict.fromkeys((*LOSSES[recipe.loss], *CORRUPTIONS[recipe.corruption]))
    return recipe.replace(
        loss="cross_entropy",
        corruption="",
        tied=False,
        contraction=0.0,
        agreement=False,
        frozen="encoder" if frozen else "",
        **unused,
    )
