"""The learning rate's course: what a recipe's rate is multiplied by in an epoch, from numbers and a curve alone.

A factor is a function of the epoch and of what was measured before it, never of state that is carried along, so a
training that was interrupted takes up the same course.
"""

from __future__ import annotations

import math
from collections.abc import Sequence

from trasunto.spec.recipe import Recipe

LEAST_FALL = 1e-4
"""The share by which a loss must fall below the best one to count as lower on a plateau (PyTorch's threshold)."""


def lr_factor(recipe: Recipe, epoch: int, curve: Sequence[float] = ()) -> float:
    """Return the factor of the learning rate in `epoch`, counted from 1.

    Parameters
    ----------
    curve
        The monitored loss after epochs 0, 1, ..., `epoch` - 1, which only a plateau looks at.

    Notes
    -----
    Cosine: ``f + (1 - f) (1 + cos(pi (epoch - 1) / total)) / 2``, and f from then on (Loshchilov and Hutter 2017,
    eq. 5, without restarts). Step: ``f ** floor((epoch - 1) / period)``. Plateau: f for each time that the loss did not
    fall by one part in 10,000 for more than `schedule_epochs` epochs, as PyTorch's ReduceLROnPlateau counts.

    Examples
    --------
    >>> halved = Recipe("[8 relu] > linear", schedule="step", schedule_epochs=2, schedule_factor=0.5)
    >>> [lr_factor(halved, epoch) for epoch in (1, 2, 3, 5)]
    [1.0, 1.0, 0.5, 0.25]
    """
    if recipe.schedule == "constant":
        return 1.0
    span, factor = recipe.schedule_epochs, recipe.schedule_factor
    assert span is not None
    assert factor is not None
    if recipe.schedule == "cosine":
        return factor + (1 - factor) * (1 + math.cos(math.pi * min(1.0, (epoch - 1) / span))) / 2
    if recipe.schedule == "step":
        return float(factor ** math.floor((epoch - 1) / span))
    return float(factor ** _plateaus(curve[1:epoch], span))


def _plateaus(curve: Sequence[float], patience: float) -> int:
    """Count how often a loss had not fallen for more than `patience` epochs; each time the count begins anew."""
    best, waited, found = math.inf, 0, 0
    for loss in curve:
        if loss < best * (1 - LEAST_FALL):
            best, waited = loss, 0
        else:
            waited += 1
        if waited > patience:
            waited, found = 0, found + 1
    return found
