"""An autoencoder as an outlier detector."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Self

import numpy as np
from sklearn.base import OutlierMixin
from sklearn.utils.validation import check_is_fitted

from trasunto.errors import RecipeError
from trasunto.estimators.model_estimator import ModelEstimator
from trasunto.estimators.network_estimator import COUNT
from trasunto.models import defaults
from trasunto.models.goals import Goal, contamination, cross_fitted, false_alarms
from trasunto.models.model import Model
from trasunto.spec import Recipe

if TYPE_CHECKING:
    from trasunto.estimators.rows import Rows
    from trasunto.models.reasons import Reasons


@dataclass(eq=False, repr=False, kw_only=True)
class AutoencoderDetector(OutlierMixin, ModelEstimator):  # type: ignore[misc]
    """Find rows unlike those that it was trained on, by how badly they are reconstructed.

    As everywhere in scikit-learn, scores of this class are LOWER the stranger a row is; `model_` and the rest of
    trasunto have it the other way round. Rows are arrays of numbers, or data frames of numbers, text, categories, truth
    values and dates, with missing values where need be.

    Parameters
    ----------
    anomaly_score
        How a score is made of a reconstruction; one of :data:`trasunto.models.scoring.SCORES`.
    contamination
        The share of the training rows that is outside; it sets `offset_` and promises nothing of later rows. None sets
        it for later rows: about 1 % of normal ones are then outside, by scores of training rows from networks that did
        not see them (:mod:`trasunto.models.cross_fitting`); the detector's networks are trained on all rows.
    false_alarm_rate
        In place of `contamination`: the share of later normal rows that may be taken for outliers. The threshold is
        then calibrated on rows kept from training, which guarantees it on average.
    n_networks
        Networks trained, from as many seeds, whose scores are averaged.
    max_reasons
        Reasons that `explain` gives for a row.

    The others are those of :class:`~trasunto.estimators.network_estimator.NetworkEstimator`, and their usual recipe is
    :func:`trasunto.models.defaults.recipe`.

    Attributes
    ----------
    offset_
        ``decision_function(X) = score_samples(X) - offset_``; below 0 is an outlier.
    model_
        The trained :class:`trasunto.models.model.Model`.
    history_, n_iter_
        The losses by epoch, epoch 0 first, and the number of epochs, of the (first) network.
    n_features_in_, feature_names_in_
        What `fit` saw.

    Examples
    --------
    >>> import numpy as np
    >>> x = np.random.default_rng(0).normal(size=(200, 1)) @ [[1.0, -1.0, 0.5]]
    >>> detector = AutoencoderDetector(hidden_layers=(), latent=1, epochs=20, random_state=0).fit(x)
    >>> detector.predict([[0.5, -0.5, 0.25], [3.0, 3.0, 3.0]]).tolist()
    [1, -1]
    """

    hidden_layers: Iterable[int] | None = None
    latent: int | None = None
    activation: str | None = None
    latent_activation: str | None = None
    output: str | None = None
    epochs: int | None = None
    scaling: str = "standard"
    anomaly_score: str = defaults.SCORE
    contamination: float | None = None
    false_alarm_rate: float | None = None
    n_networks: int = defaults.SEEDS
    max_reasons: int = 5

    def fit(self, X: Any, y: Any = None) -> Self:
        """Train on rows (n, columns) that are normal, or nearly all so; `y` is not looked at."""
        self._train(
            self._given(X, reset=True, least=2),
            networks=int(COUNT.check("n_networks", self.n_networks)),
            score=self.anomaly_score,
            threshold=self._goal(),
            stopping=defaults.stopping(),
        )
        return self

    def score_samples(self, X: Any) -> np.ndarray:
        """Return minus the model's score of each row, (n,): lower is stranger."""
        rows = self._admitted(X)
        return -self.model_.score(rows)

    def decision_function(self, X: Any) -> np.ndarray:
        """Return how far each row, (n,), is inside the threshold: below 0 is an outlier."""
        inside: np.ndarray = self.score_samples(X) - self.offset_
        return inside

    def predict(self, X: Any) -> np.ndarray:
        """Return -1 for outliers and 1 for other rows, (n,)."""
        rows = self._admitted(X)
        return np.where(self.model_.flag(rows), -1, 1)

    def explain(self, X: Any) -> tuple[Reasons, ...]:
        """Say of each row which of its features make it strange, the strongest first, in the features' own units."""
        rows = self._admitted(X)
        return self.model_.explain(rows, int(COUNT.check("max_reasons", self.max_reasons)))

    @property
    def offset_(self) -> float:
        """The `score_samples` at the threshold."""
        return -self.model_.threshold.value

    @staticmethod
    def _settings(model: Model) -> dict[str, Any]:
        return {"anomaly_score": model.judgement.kind, "n_networks": len(model.weights)}

    def _goal(self) -> Goal:
        share, rate = self.contamination, self.false_alarm_rate
        if share is not None and rate is not None:
            raise RecipeError("contamination and false_alarm_rate are different thresholds: set one of them")
        if share is not None:
            return contamination(share)
        return cross_fitted(defaults.RATE) if rate is None else false_alarms(rate)

    def _admitted(self, X: Any) -> Rows:
        """Return rows like those of `fit`, as the model takes them."""
        check_is_fitted(self)
        return self._given(X)

    def _usual(self, d: int) -> Recipe:
        return defaults.recipe(d)
