"""The faces that scikit-learn knows: a transformer, an outlier detector and a classifier.

They are scikit-learn estimators in every respect that its own checks look at: constructors only remember, parameters
are flat so that a grid search can vary them, and ``fit`` with one ``random_state`` gives one result.

- :class:`Autoencoder`: rows to latents and back; ``score`` is minus the reconstruction error, higher is better;
- :class:`AutoencoderDetector`: outliers; its scores are LOWER the stranger a row is, as scikit-learn has them, and the
  reverse of every other score in trasunto;
- :class:`AutoencoderClassifier`: a linear head on an encoder that was trained without labels first.

All take arrays of numbers, and data frames (of pandas, polars or Arrow) of numbers, text, categories, truth values and
dates; values may be missing.

Latents, reconstructions and probabilities are float32; the detector's scores are float64, which scikit-learn asks of
them. What is not here: sample weights (a weighted row is not a repeated one where rows are met in minibatches, which is
what scikit-learn's contract says a weight is; weights of rows go with a :class:`trasunto.Table`), and any reading of
columns (`data`), training (`cohort`) or scoring (`models`).
"""

from __future__ import annotations

from trasunto.estimators.autoencoder import Autoencoder
from trasunto.estimators.autoencoder_classifier import AutoencoderClassifier
from trasunto.estimators.autoencoder_detector import AutoencoderDetector

__all__ = ["Autoencoder", "AutoencoderClassifier", "AutoencoderDetector"]
