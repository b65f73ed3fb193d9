"""Default detector settings, chosen by measurements on many tables."""

from __future__ import annotations

from trasunto.spec import Recipe, Stopping

SCORE = "mahalanobis"
"""How a row's score is made of its reconstruction; see `scoring.SCORES`."""

SEEDS = 8
"""Networks, whose scores are averaged."""

CALIBRATION = 0.2
"""The share of the normal rows that sets a threshold and is not trained on."""

RATE = 0.01
"""The share of later normal rows above the threshold where nothing else is asked for."""


def recipe(d: int) -> Recipe:
    """Return the recipe for rows of `d` features.

    Examples
    --------
    >>> str(recipe(29).network)
    '256 tanh > [16 linear] > 256 tanh > linear'
    """
    return Recipe("256 tanh > [16 linear] > mirror > linear", batch_size=64, epochs=20, initialisation="keras")


def stopping() -> Stopping | None:
    """Return the rule that ends training early, if there is one."""
    return None
