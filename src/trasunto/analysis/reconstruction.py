"""Reconstruction errors: squared error and cross entropy.

Every function takes rows as the network saw them (scaled floats, ``Table.values``) and their reconstructions. Lower is
better; errors are means over features, as trasunto's losses are.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import ArrayLike, NDArray

# A float32 sigmoid rounds to exactly 1 above a logit of about 17, where log(1 - p) would be infinite. Outputs are
# clipped to half the spacing below 1, the closest to certainty that float32 can express.
CERTAINTY = 2.0**-24


def row_errors(x: ArrayLike, reconstruction: ArrayLike) -> NDArray[np.float64]:
    """Return each row's squared error.

    Parameters
    ----------
    x, reconstruction : array, (n, d)
        The rows and their reconstructions, in the same units.

    Returns
    -------
    array, (n,)
        Mean squared difference over the features; lower is better.

    Examples
    --------
    >>> row_errors([[0.0, 1.0], [1.0, 1.0]], [[0.0, 0.0], [1.0, 1.0]]).tolist()
    [0.5, 0.0]
    """
    original, copy = _pair(x, reconstruction)
    errors: NDArray[np.float64] = np.square(original - copy).mean(axis=-1, dtype=np.float64)
    return errors


def mean_squared_error(x: ArrayLike, reconstruction: ArrayLike) -> float:
    """Return the mean squared error over features and rows.

    Parameters
    ----------
    x, reconstruction : array, (n, d) or (d,)
        Rows and their reconstructions; one image is a single row.

    Returns
    -------
    float
        Mean of the squared difference per feature.

    Examples
    --------
    >>> mean_squared_error([0.0, 1.0], [0.5, 0.5])
    0.25
    """
    return float(row_errors(x, reconstruction).mean())


def binary_cross_entropy(x: ArrayLike, reconstruction: ArrayLike) -> float:
    """Return the binary cross entropy of given reconstructions, in nats per feature.

    Values between 0 and 1 have an entropy of their own, so that the minimum is ``binary_cross_entropy(x, x)``, not 0.

    Parameters
    ----------
    x, reconstruction : array, (n, d) or (d,)
        Values in 0..1; reconstructions are probabilities, not logits.

    Returns
    -------
    float
        Mean over features and rows; a single feature costs at most 16.6 nats, the resolution of float32 near 1.

    Examples
    --------
    >>> round(binary_cross_entropy([1.0, 0.0], [0.5, 0.5]), 4)
    0.6931
    """
    original, copy = _pair(x, reconstruction)
    probability = np.clip(copy, CERTAINTY, 1.0 - CERTAINTY)
    cost = original * np.log(probability) + (1.0 - original) * np.log1p(-probability)
    return float(-cost.mean(dtype=np.float64))


def pixel_distance(error: float) -> float:
    """Return the root of a mean squared error, in units of the pixel.

    Examples
    --------
    >>> pixel_distance(0.25)
    0.5
    """
    return float(np.sqrt(error))


def _pair(x: ArrayLike, reconstruction: ArrayLike) -> tuple[NDArray[np.floating], NDArray[np.floating]]:
    original, copy = _floats(x), _floats(reconstruction)
    if original.shape != copy.shape:
        # Broadcasting one row over many would silently give a wrong number.
        raise ValueError(f"rows of shape {original.shape} and reconstructions of shape {copy.shape} do not match")
    return original, copy


def _floats(values: ArrayLike) -> NDArray[np.floating]:
    array = np.asarray(values)
    return array if np.issubdtype(array.dtype, np.floating) else array.astype(np.float64)
