"""An autoencoder as a transformer: rows in, latent out."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Self

import numpy as np
from sklearn.base import ClassNamePrefixFeaturesOutMixin, TransformerMixin
from sklearn.utils.validation import check_array, check_is_fitted

from trasunto.analysis.reconstruction import mean_squared_error
from trasunto.errors import RecipeError
from trasunto.estimators.model_estimator import ModelEstimator
from trasunto.models.goals import contamination
from trasunto.models.model import Model


@dataclass(eq=False, repr=False, kw_only=True)
class Autoencoder(ClassNamePrefixFeaturesOutMixin, TransformerMixin, ModelEstimator):  # type: ignore[misc]
    """Learn a narrow description of rows that they can be made from again.

    Rows are arrays of numbers, or data frames of numbers, text, categories, truth values and dates, with missing values
    where need be. Numbers are taken as they are unless `scaling` says how to scale them. The parameters are those of
    :class:`~trasunto.estimators.network_estimator.NetworkEstimator`.

    Attributes
    ----------
    model_
        The trained :class:`trasunto.models.model.Model`.
    history_
        Its losses by epoch, epoch 0 first.
    n_iter_
        Epochs trained.
    n_features_in_, feature_names_in_
        What `fit` saw.

    Examples
    --------
    >>> import numpy as np
    >>> x = np.random.default_rng(0).normal(size=(60, 1)) @ [[1.0, -1.0, 0.5]]
    >>> autoencoder = Autoencoder(hidden_layers=(), latent=1, batch_size=6, learning_rate=0.01, random_state=0)
    >>> autoencoder.fit_transform(x).shape, autoencoder.get_feature_names_out().tolist()
    ((60, 1), ['autoencoder0'])
    >>> autoencoder.score(x) > -0.001  # minus the mean squared error
    True
    """

    def fit(self, X: Any, y: Any = None) -> Self:
        """Train on rows (n, columns); `y` is not looked at."""
        rows = self._given(X, reset=True, least=2)
        self._train(rows, networks=1, score="mse", threshold=contamination(), must_learn=False)
        return self

    def transform(self, X: Any) -> np.ndarray:
        """Return the latents (n, z) of rows (n, columns), float32."""
        check_is_fitted(self)
        return _single(self.model_.encode(self._given(X)))

    def inverse_transform(self, X: Any) -> Any:
        """Return the rows (n, columns) that the decoder makes of latents (n, z).

        They are in the units of the rows that `fit` saw: float32, or a data frame where `fit` saw one that is more
        than finite numbers.
        """
        check_is_fitted(self)
        made = self.model_.networks[0].decode(check_array(X, dtype=np.float32))
        preparation = self.model_.entrance.preparation
        if preparation is None:
            return _single(made)
        frame = preparation.restore(made)
        return frame if hasattr(self, "feature_names_in_") else _single(frame.to_numpy())

    def score(self, X: Any, y: Any = None) -> float:
        """Return minus the mean squared error of the reconstructions of prepared rows: higher is better, 0 the best."""
        check_is_fitted(self)
        x = self.model_.prepare(self._given(X))
        return -mean_squared_error(x, self.model_.networks[0].reconstruct(x))

    @property
    def _n_features_out(self) -> int:
        return self.model_.recipe.network.encoder[-1].units

    @staticmethod
    def _settings(model: Model) -> dict[str, Any]:
        if len(model.weights) != 1:
            raise RecipeError(f"Autoencoder.from_model needs a model of one network, and this has {len(model.weights)}")
        return {}

    def __sklearn_tags__(self) -> Any:
        tags = super().__sklearn_tags__()
        tags.transformer_tags.preserves_dtype = ["float32"]
        return tags


def _single(values: np.ndarray) -> np.ndarray:
    return values.astype(np.float32, copy=False)
